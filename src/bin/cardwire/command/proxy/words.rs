//! A rule in words: `drop when 0210`, `set 39=05 when 0210 from host every 3`.

use std::collections::BTreeMap;

use toml::Spanned;

use super::Side;
use super::rules::Rule;
use crate::command::damage::Damage;
use crate::command::pattern::named;
use crate::link::duration;

/// The rule that some words say. What is wrong with them repeats no value.
pub(super) fn rule(text: &str) -> Result<Rule, String> {
    let mut rule = Rule::default();
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let (deeds, condition) = match words.iter().position(|word| *word == "when") {
        Some(at) => (words.get(..at).unwrap_or_default(), words.get(at + 1..).unwrap_or_default()),
        None => (words.as_slice(), &[][..]),
    };
    for deed in deeds.split(|word| *word == "and") {
        do_so(&mut rule, deed)?;
    }
    if condition.is_empty() && deeds.len() < words.len() {
        return Err("a condition stands after 'when'".into());
    }
    when(&mut rule, condition)?;
    Ok(rule)
}

/// The rule that drops what these words say.
pub(super) fn drop(condition: &str) -> Result<Rule, String> {
    let mut rule = Rule { drop: true, ..Rule::default() };
    let words: Vec<&str> = condition.split_ascii_whitespace().collect();
    when(&mut rule, &words)?;
    Ok(rule)
}

fn do_so(rule: &mut Rule, deed: &[&str]) -> Result<(), String> {
    match deed {
        ["drop"] => rule.drop = true,
        ["close"] => rule.close = true,
        ["twice"] => rule.twice = true,
        ["delay", time] => rule.delay = duration(time)?,
        ["hold", "until", mti] => rule.hold = Some(unplaced(mti)),
        ["broken", "cut"] => rule.broken = Some(Damage::Cut),
        ["broken", "garbage"] => rule.broken = Some(Damage::Garbage),
        ["broken", "frame"] => rule.broken = Some(Damage::Frame),
        ["set", values @ ..] if !values.is_empty() => rule.set = elements(values)?,
        ["respond", values @ ..] if !values.is_empty() => rule.response = elements(values)?,
        ["remove", numbers @ ..] if !numbers.is_empty() => {
            let numbers = numbers.iter().map(|number| {
                number.parse().map_err(|_| format!("remove: '{}' is no number of an element", named(number)))
            });
            rule.remove = numbers.collect::<Result<_, _>>()?;
        }
        _ => {
            let said = deed.first().copied().unwrap_or_default();
            return Err(format!(
                "'{}': a rule says drop, close, twice, delay TIME, hold until MTI, set N=VALUE, remove N, \
                 respond N=VALUE or broken cut, garbage, frame",
                named(said)
            ));
        }
    }
    Ok(())
}

fn elements(words: &[&str]) -> Result<BTreeMap<String, Spanned<String>>, String> {
    let pair = |word: &&str| {
        let (number, value) = word.split_once('=').ok_or("an element and its value are 39=05")?;
        Ok((number.to_owned(), unplaced(value)))
    };
    words.iter().map(pair).collect()
}

fn when(rule: &mut Rule, mut words: &[&str]) -> Result<(), String> {
    loop {
        words = match words {
            [] => return Ok(()),
            ["from", side, rest @ ..] => {
                rule.from = Some(match *side {
                    "client" => Side::Client,
                    "host" => Side::Host,
                    other => return Err(format!("from: client or host, not '{}'", named(other))),
                });
                rest
            }
            ["once", rest @ ..] => {
                rule.times = Some(1);
                rest
            }
            ["every", number, rest @ ..] => {
                rule.every = count("every", number)?;
                rest
            }
            ["skip", number, rest @ ..] => {
                rule.skip = count("skip", number)?;
                rest
            }
            ["times", number, rest @ ..] => {
                rule.times = Some(count("times", number)?);
                rest
            }
            [pattern, rest @ ..] => {
                let (path, pattern) = pattern.split_once('=').unwrap_or(("mti", pattern));
                // `4=>=1000` and `4>=1000` are the same
                let (path, pattern) = match path.strip_suffix(['>', '<']) {
                    Some(short) => {
                        (short, format!("{}={pattern}", path.get(short.len()..).unwrap_or_default()))
                    }
                    None => (path, pattern.to_owned()),
                };
                if !rule.patterns.insert(path, &pattern) {
                    return Err(format!("'{}' is there twice", named(path)));
                }
                rest
            }
        };
    }
}

fn count(word: &str, number: &str) -> Result<u64, String> {
    let number = number.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    number.parse().map_err(|_| format!("a number stands after '{word}'"))
}

/// A value that stands in no file.
fn unplaced(text: &str) -> Spanned<String> {
    Spanned::new(0..0, text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    /// All that a rule says, as text.
    fn told(rule: &Rule) -> String {
        let pairs = |pairs: &BTreeMap<String, Spanned<String>>| {
            pairs.iter().map(|(number, value)| format!("{number}={}", value.get_ref())).collect::<Vec<_>>()
        };
        let flags = [("drop", rule.drop), ("close", rule.close), ("twice", rule.twice)];
        let mut said: Vec<String> =
            flags.into_iter().filter(|(_, is_said)| *is_said).map(|(word, _)| word.to_owned()).collect();
        said.extend((rule.delay != Duration::ZERO).then(|| format!("delay {:?}", rule.delay)));
        said.extend(rule.hold.as_ref().map(|until| format!("hold {}", until.get_ref())));
        said.extend(rule.broken.map(|damage| match damage {
            Damage::Cut => "cut".to_owned(),
            Damage::Garbage => "garbage".to_owned(),
            Damage::Frame => "frame".to_owned(),
            Damage::Mirror => "mirror".to_owned(),
        }));
        said.extend((!rule.set.is_empty()).then(|| format!("set {}", pairs(&rule.set).join(" "))));
        said.extend(
            (!rule.response.is_empty()).then(|| format!("respond {}", pairs(&rule.response).join(" "))),
        );
        said.extend((!rule.remove.is_empty()).then(|| format!("remove {:?}", rule.remove)));
        said.extend(rule.from.map(|side| format!("from {}", side.name())));
        said.extend((rule.every > 0).then(|| format!("every {}", rule.every)));
        said.extend((rule.skip > 0).then(|| format!("skip {}", rule.skip)));
        said.extend(rule.times.map(|times| format!("times {times}")));
        said.extend(rule.patterns.mti().map(|pattern| format!("mti {pattern}")));
        said.join(", ")
    }

    #[test]
    fn each_word_is_of_the_rule() {
        for (text, wanted) in [
            ("drop", "drop"),
            ("close", "close"),
            ("twice", "twice"),
            ("delay 250ms", "delay 250ms"),
            ("hold until 0420", "hold 0420"),
            ("broken cut", "cut"),
            ("broken garbage", "garbage"),
            ("broken frame", "frame"),
            ("set 39=05 38=A=B", "set 38=A=B 39=05"),
            ("respond 39=91", "respond 39=91"),
            ("remove 55 60", "remove [55, 60]"),
            ("delay 2s and twice and set 39=05", "twice, delay 2s, set 39=05"),
            ("drop when 0210", "drop, mti 0210"),
            ("drop when mti=02*", "drop, mti 02*"),
            ("drop when from client", "drop, from client"),
            ("drop when from host", "drop, from host"),
            ("drop when once", "drop, times 1"),
            ("drop when every 3rd skip 2 times 4", "drop, every 3, skip 2, times 4"),
            ("drop when 0200 from host every 10", "drop, from host, every 10, mti 0200"),
        ] {
            assert_eq!(rule(text).map(|rule| told(&rule)), Ok(wanted.to_owned()), "{text}");
        }
        for condition in ["0210", "from host 0210 once", ""] {
            let said = drop(condition).map(|rule| told(&rule));
            let when =
                if condition.is_empty() { "drop".to_owned() } else { format!("drop when {condition}") };
            assert_eq!(said, rule(&when).map(|rule| told(&rule)), "{condition}");
        }
    }

    #[test]
    fn what_is_no_rule_is_refused() {
        let deeds = ": a rule says drop, close, twice, delay TIME, hold until MTI, set N=VALUE, remove N, \
                     respond N=VALUE or broken cut, garbage, frame";
        for text in [
            "",
            "drop it",
            "delay",
            "hold 0420",
            "hold until",
            "broken",
            "broken mirror",
            "set",
            "respond",
            "remove",
            "twice and",
            "4111111111111111",
        ] {
            let first = if text == "twice and" { "" } else { text.split(' ').next().unwrap_or_default() };
            let wanted = format!("'{}'{deeds}", named(first));
            assert_eq!(rule(text).map(|rule| told(&rule)), Err(wanted), "{text}");
        }
        for (text, wanted) in [
            ("set 39", "an element and its value are 39=05"),
            ("respond 39=91 38", "an element and its value are 39=05"),
            ("remove x", "remove: 'x' is no number of an element"),
            ("remove 256", "remove: '256' is no number of an element"),
            ("delay soon", "a time is 250ms, 30s or 2m"),
            ("drop when", "a condition stands after 'when'"),
            ("drop when from 4111111111111111", "from: client or host, not '41111111'"),
            ("drop when every few", "a number stands after 'every'"),
            ("drop when skip x", "a number stands after 'skip'"),
            ("drop when times -1", "a number stands after 'times'"),
            ("drop when 0210 0220", "'mti' is there twice"),
            ("drop when 4111111111111111=1 4111111111111111=2", "'41111111' is there twice"),
        ] {
            assert_eq!(rule(text).map(|rule| told(&rule)), Err(wanted.to_owned()), "{text}");
        }
    }

    /// `4>=1000` is `4=>=1000`.
    #[test]
    fn bounds_are_said_in_two_ways() {
        use cardwire::{Builder, Message, Mti, spec::ISO87_ASCII};
        let wire =
            Builder::new(&ISO87_ASCII, Mti::FINANCIAL_REQUEST).set(4, 1000).to_vec().expect("it can be");
        let message = Message::parse(&ISO87_ASCII, &wire).expect("it was written");
        for (bound, wanted) in
            [(">=1000", true), (">=1001", false), ("<=1000", true), ("<=999", false), ("000000001000", true)]
        {
            for condition in [format!("4={bound}"), format!("4{bound}")] {
                if condition == "4000000001000" {
                    continue;
                }
                let rule = rule(&format!("drop when {condition}")).expect(&condition);
                assert_eq!(rule.patterns.fits(&message), wanted, "{condition}");
            }
        }
    }
}
