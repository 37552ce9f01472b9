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
