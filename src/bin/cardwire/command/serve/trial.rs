//! Rules tried before anything is served: what cannot work is told by rule and line.

use std::collections::BTreeMap;

use cardwire::{
    Builder, Message, Mti, Spec, de,
    layout::{Content, Element, Layout},
};
use toml::Spanned;

use super::connection::built;
use super::rules::{Rule, Rules, number};
use crate::toml_file::line;

impl Rules {
    /// Whether every rule can work with the spec; `text` is the file they stand in.
    pub(super) fn check(&self, spec: &'static Spec<'static>, text: &str) -> Result<(), String> {
        let mut all_before: Option<usize> = None;
        for (index, spanned) in self.rules.iter().enumerate() {
            crate::work::count(1);
            let (rule, start) = (spanned.get_ref(), spanned.span().start);
            let refuse = |(at, words): (Option<usize>, String)| {
                format!("line {}, rule {}: {words}", line(text, at.unwrap_or(start)), index + 1)
            };
            if let Some(before) = all_before {
                return Err(refuse((None, format!("it is never reached: rule {before} fits every request"))));
            }
            rule.check(spec).map_err(refuse)?;
            if rule.fits_all() {
                all_before = Some(index + 1);
            }
        }
        Ok(())
    }
}

/// Where in the file something is wrong, if not in the rule as a whole, and what.
type Wrong = (Option<usize>, String);

impl Rule {
    fn check(&self, spec: &'static Spec<'static>) -> Result<(), Wrong> {
        for (path, pattern) in &self.patterns {
            let at = pattern.span().start;
            let checked = match path.as_str() {
                "mti" => mti(pattern.get_ref()),
                path => element(spec, path).and_then(|element| value(pattern.get_ref(), path, element)),
            };
            checked.map_err(|words| (Some(at), words))?;
        }
        self.contradiction().map_or(Ok(()), Err)?;
        let whole = |words: &str| Err((None, words.to_owned()));
        let responses =
            !self.response.is_empty() || self.echo.is_some() || self.twice || self.broken.is_some();
        if self.drop && self.close {
            return whole("it cannot drop the request and close the connection");
        }
        if (self.drop || self.close) && responses {
            return whole("nothing is sent, so response, echo, twice and broken say nothing");
        }
        if let Some(number) = self.echo.iter().flatten().find(|number| spec.element(**number).is_none()) {
            return Err((None, format!("echo: the spec does not define field {number}")));
        }
        for (key, value) in &self.response {
            let number: Option<u8> = key.parse().ok();
            if number.and_then(|number| spec.element(number)).is_none() {
                return Err((
                    Some(value.span().start),
                    format!("the spec does not define field {}", named(key)),
                ));
            }
        }
        if self.drop || self.close {
            return Ok(());
        }
        self.try_response(spec).map_err(|words| {
            // the first value that the words name
            let field = words.split([' ', ',', ':']).nth(1).and_then(|number| self.response.get(number));
            (field.map(|value| value.span().start), format!("the response cannot be built: {words}"))
        })
    }

    /// Something that is wanted although it, or what it is a part of, must not be there.
    fn contradiction(&self) -> Option<Wrong> {
        let (absent, wanted): (Vec<_>, Vec<_>) =
            self.patterns.iter().partition(|(_, pattern)| pattern.get_ref() == "absent");
        let absent: BTreeMap<_, _> = absent.into_iter().map(|(path, _)| (keys(path), path)).collect();
        wanted.into_iter().find_map(|(path, pattern)| {
            crate::work::count(1);
            let keys = keys(path);
            let other = (1..=keys.len()).find_map(|depth| absent.get(keys.get(..depth)?))?;
            let words = format!("match: no request has {} without {}", named(path), named(other));
            Some((Some(pattern.span().start), words))
        })
    }

    /// Builds the response to a request of the type that the rule is for.
    fn try_response(&self, spec: &'static Spec<'static>) -> Result<(), String> {
        let said = self.patterns.get("mti").map(Spanned::get_ref);
        let said = said.and_then(|digits| digits.parse::<Mti>().ok()).filter(|mti| mti.response().is_some());
        let mti = said.unwrap_or(Mti::FINANCIAL_REQUEST);
        let mut request = Builder::new(spec, mti);
        if spec.element(de::STAN).is_some() {
            request.set(de::STAN, 1);
        }
        let wire = request.to_vec().map_err(|error| error.to_string())?;
        let request = Message::parse(spec, &wire).map_err(|error| error.to_string())?;
        built(spec, Some(self), &request).map(drop)
    }

    fn fits_all(&self) -> bool {
        self.patterns.is_empty() && self.every <= 1
    }
}

/// A pattern for message types fits one of a request.
fn mti(pattern: &str) -> Result<(), String> {
    let is_request = |digits: &str| digits.parse::<Mti>().is_ok_and(|mti| mti.response().is_some());
    let start = pattern.strip_suffix('*');
    let fits = match (pattern, start) {
        ("present", _) => true,
        ("absent", _) => return Err("mti: a message without a type is none".into()),
        (_, Some(start)) => {
            let digits = start.bytes().all(|digit| digit.is_ascii_digit()) && start.len() <= 4;
            let rest = 4 - start.len().min(4);
            let most = 10_u32.pow(u32::try_from(rest).unwrap_or(0));
            digits
                && (0..most).any(|end| {
                    is_request(&if rest > 0 { format!("{start}{end:0rest$}") } else { start.into() })
                })
        }
        _ if pattern.starts_with(['>', '<']) => return bound(pattern, "mti", 4),
        _ => is_request(pattern),
    };
    if fits { Ok(()) } else { Err(format!("mti: '{}' is the type of no request", named(pattern))) }
}

/// The element that a path names.
fn element(spec: &'static Spec<'static>, path: &str) -> Result<&'static Element<'static>, String> {
    let unknown = || format!("match: the spec does not define '{}'", named(path));
    let mut keys = path.split('.');
    let number = keys.next().and_then(|key| key.parse().ok()).ok_or_else(unknown)?;
    let element = spec.element(number).ok_or_else(unknown)?;
    keys.try_fold(element, |element, key| {
        let layout = element.layout()?;
        layout.element(layout.key_named(key)?)
    })
    .ok_or_else(unknown)
}

/// Whether a pattern fits a value that the element can have.
fn value(pattern: &str, path: &str, element: &Element<'_>) -> Result<(), String> {
    let path = named(path);
    if matches!(pattern, "present" | "absent") {
        return Ok(());
    }
    let is_binary = element.content().is_binary();
    if pattern.starts_with(">=") || pattern.starts_with("<=") {
        if is_binary {
            return Err(format!("match, {path}: octets are no number to be compared"));
        }
        let digits = element.max() - usize::from(element.content() == Content::Xn && element.max() > 0);
        return bound(pattern, &format!("match, {path}"), digits);
    }
    let (value, is_start) = pattern.strip_suffix('*').map_or((pattern, false), |start| (start, true));
    let fits = |words: String| Err(format!("match, {path}: {words}"));
    let units = if is_binary { value.len() / 2 } else { value.chars().count() };
    if units > element.max() {
        return fits(format!("the value has {units}, and at most {} can be there", element.max()));
    }
    if !is_start && units < element.min() {
        let least = element.min();
        return fits(format!(
            "the value has {units}, and at least {least} are there; a * at its end fits any rest"
        ));
    }
    let admits = |index, octet| match element.layout() {
        None => element.content().admits(index, octet),
        Some(layout) => parts_admit(layout, octet),
    };
    let is_right = match is_binary {
        true => {
            let upper = value.bytes().all(|digit| digit.is_ascii_digit() || matches!(digit, b'A'..=b'F'));
            upper && (is_start || value.len().is_multiple_of(2))
        }
        false => value
            .chars()
            .enumerate()
            .all(|(index, character)| u8::try_from(character).is_ok_and(|octet| admits(index, octet))),
    };
    if is_right {
        return Ok(());
    }
    match is_binary {
        true => fits("octets are hexadecimal digits, in capitals".into()),
        false => fits(format!("a value of class {} has no such characters", element.content())),
    }
}

/// Whether a part, at some place of it, can have this character.
fn parts_admit(layout: &Layout<'_>, octet: u8) -> bool {
    layout.elements().any(|part| match part.layout() {
        Some(layout) => parts_admit(layout, octet),
        None => {
            let content = part.content();
            content.is_binary() || content.admits(0, octet) || content.admits(1, octet)
        }
    })
}

/// What a path names, from the element inwards, however it is written.
fn keys(path: &str) -> Vec<String> {
    path.split('.').map(|key| key.trim_start_matches('0').to_ascii_uppercase()).collect()
}

/// A bound is a number that a value of so many digits can reach.
fn bound(pattern: &str, place: &str, digits: usize) -> Result<(), String> {
    let (sign, text) = pattern.split_at_checked(2).unwrap_or((pattern, ""));
    let wanted = || format!("{place}: a number stands after {}", named(sign));
    let bound = number(text).filter(|_| matches!(sign, ">=" | "<=")).ok_or_else(wanted)?;
    let most = u32::try_from(digits).ok().and_then(|digits| 10_u128.checked_pow(digits));
    match most.filter(|most| sign == ">=" && bound >= *most) {
        Some(_) => Err(format!("{place}: no value of {digits} digits is that large")),
        None => Ok(()),
    }
}

/// What a rule calls something, cut short: it may be a value in the wrong place.
fn named(text: &str) -> String {
    text.chars().take(8).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use cardwire::spec::ISO87_ASCII;

    fn check(text: &str) -> Result<(), String> {
        let rules: Rules = toml::from_str(text).expect("TOML");
        rules.check(&ISO87_ASCII, text)
    }

    #[test]
    fn what_cannot_work_is_told_by_rule_and_line() {
        for (text, words) in [
            (
                "[[rule]]\nresponse = { \"39\" = \"123456\" }",
                "line 2, rule 1: the response cannot be built: field 39 at byte",
            ),
            ("[[rule]]\nmatch = { zz = \"absent\" }", "line 2, rule 1: match: the spec does not define 'zz'"),
            (
                "[[rule]]\n[rule.match]\n11 = \"1*\"\n4 = \">=\"",
                "line 4, rule 1: match, 4: a number stands after >=",
            ),
            ("[[rule]]\nmatch = { \"4\" = \"<=x\" }", "a number stands after <="),
            ("[[rule]]\nmatch = { \"4\" = \">=1000000000000\" }", "no value of 12 digits is that large"),
            ("[[rule]]\nmatch = { \"52\" = \">=1\" }", "octets are no number"),
            ("[[rule]]\nmatch = { \"52\" = \"ab*\" }", "octets are hexadecimal digits, in capitals"),
            ("[[rule]]\nmatch = { \"55\" = \"9f26*\" }", "octets are hexadecimal digits, in capitals"),
            ("[[rule]]\nmatch = { \"3.4\" = \"00\" }", "does not define '3.4'"),
            ("[[rule]]\nmatch = { \"11.1\" = \"00\" }", "does not define '11.1'"),
            ("[[rule]]\nmatch = { \"193\" = \"00\" }", "does not define '193'"),
            ("[[rule]]\nmatch = { \"11\" = \"5\" }", "at least 6 are there; a * at its end"),
            ("[[rule]]\nmatch = { \"11\" = \"0000001\" }", "the value has 7, and at most 6"),
            ("[[rule]]\nmatch = { \"11\" = \"00000X\" }", "class n has no such characters"),
            ("[[rule]]\nmatch = { mti = \"0210\" }", "'0210' is the type of no request"),
            ("[[rule]]\nmatch = { mti = \"021*\" }", "'021*' is the type of no request"),
            ("[[rule]]\nmatch = { mti = \"02\" }", "is the type of no request"),
            ("[[rule]]\nmatch = { mti = \"absent\" }", "a message without a type is none"),
            ("[[rule]]\necho = [11, 200]", "echo: the spec does not define field 200"),
            ("[[rule]]\ndrop = true\nclose = true", "it cannot drop the request and close"),
            ("[[rule]]\nclose = true\ntwice = true", "nothing is sent"),
            ("[[rule]]\nresponse = { \"1\" = \"1\" }", "the spec does not define field 1"),
            ("[[rule]]\nresponse = { \"52\" = \"xy\" }", "expected a hexadecimal digit"),
            (
                "[[rule]]\nmatch = { \"3\" = \"12345x\" }",
                "line 2, rule 1: match, 3: a value of class n has no such",
            ),
            ("[[rule]]\nmatch = { \"3\" = \"0x*\" }", "match, 3: a value of class n has no such characters"),
            (
                "[[rule]]\nmatch = { \"3\" = \"absent\", \"3.1\" = \"00\" }",
                "line 2, rule 1: match: no request has 3.1 without 3",
            ),
            (
                "[[rule]]\n[rule.match]\n\"055\" = \"absent\"\n\"55.9F26\" = \"present\"",
                "line 4, rule 1: match: no request has 55.9F26 without 055",
            ),
            (
                "[[rule]]\n\n[[rule]]\ndrop = true",
                "line 3, rule 2: it is never reached: rule 1 fits every request",
            ),
        ] {
            let said = check(text).expect_err(text);
            assert!(said.contains(words), "{text}\n{said}");
        }
    }

    #[test]
    fn what_can_work_is_taken() {
        for text in [
            "",
            "[[rule]]",
            "[[rule]]\nmatch = { mti = \"02*\", \"4\" = \">=100000\", \"55.9F27\" = \"80\" }\nresponse = { \"39\" = \"51\" }",
            "[[rule]]\nmatch = { \"2\" = \"400000*\", \"41\" = \"TERM*\", \"3.1\" = \"00\", \"52\" = \"present\" }\nevery = 10\ndrop = true",
            "[[rule]]\nmatch = { mti = \"present\", \"55.DF01\" = \"0*\" }\ndelay = \"2s\"\nclose = true",
            "[[rule]]\nevery = 2\nbroken = \"cut\"\n\n[[rule]]\nresponse = { \"4\" = \"1\", \"38\" = \"A\" }\necho = [11]",
            "[[rule]]\nmatch = { mti = \"1100\", \"28\" = \"<=D5\" }",
            "[[rule]]\nmatch = { \"3\" = \"present\", \"3.1\" = \"absent\", \"5\" = \"absent\", \"55.9F26\" = \"0*\" }",
        ] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn work_grows_with_the_rules() {
        crate::work::tests::assert_linear("rules", |size| {
            let rules = "[[rule]]\nmatch = { '11' = '000001' }\nresponse = { '39' = '51' }\n".repeat(size);
            assert_eq!(check(&rules), Ok(()));
        });
        crate::work::tests::assert_linear("patterns", |size| {
            let pattern = |number: usize| {
                let word = if number.is_multiple_of(2) { "absent" } else { "0*" };
                format!("'55.DF{:02X}{:02X}' = '{word}'\n", 0x81 + (number >> 7), number & 0x7F)
            };
            let rules = format!("[[rule]]\n[rule.match]\n{}", (0..size).map(pattern).collect::<String>());
            assert_eq!(check(&rules), Ok(()));
        });
    }
}
