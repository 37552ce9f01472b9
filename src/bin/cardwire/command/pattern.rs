//! Patterns of rules and of cases: which messages they fit, and whether they can fit any.

use std::collections::BTreeMap;

use cardwire::layout::{Content, Element, Layout};
use cardwire::{Message, Mti, Spec};
use serde::Deserialize;
use toml::Spanned;

/// Where in a file something is wrong, if not in the rule as a whole, and what.
pub(super) type Wrong = (Option<usize>, String);

/// Paths and patterns, all of which must fit; `mti` is the message type.
#[derive(Deserialize, Default)]
#[serde(transparent)]
pub(super) struct Patterns(BTreeMap<String, Spanned<String>>);

/// The messages that a rule can be for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Among {
    Requests,
    Messages,
}

impl Among {
    const fn noun(self) -> &'static str {
        if matches!(self, Self::Requests) { "request" } else { "message" }
    }

    fn has(self, digits: &str) -> bool {
        let mti = digits.parse::<Mti>().ok();
        mti.is_some_and(|mti| self == Self::Messages || mti.response().is_some())
    }
}

impl Patterns {
    /// Whether they fit a message.
    pub(super) fn fits(&self, message: &Message<'_>) -> bool {
        self.0.iter().all(|(path, pattern)| fits(pattern.get_ref(), path, message))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The pattern of message types.
    pub(super) fn mti(&self) -> Option<&str> {
        self.0.get("mti").map(|pattern| pattern.get_ref().as_str())
    }

    /// Adds a pattern that stands in no file; says whether the path was free.
    pub(super) fn insert(&mut self, path: &str, pattern: &str) -> bool {
        self.0.insert(path.to_owned(), Spanned::new(0..0, pattern.to_owned())).is_none()
    }

    /// Whether each of them can fit some message of the spec.
    pub(super) fn check(&self, spec: &'static Spec<'static>, among: Among) -> Result<(), Wrong> {
        for (path, pattern) in &self.0 {
            let checked = match path.as_str() {
                "mti" => mti(pattern.get_ref(), among),
                path => element(spec, path).and_then(|element| value(pattern.get_ref(), path, element)),
            };
            checked.map_err(|words| (Some(pattern.span().start), words))?;
        }
        self.contradiction(among).map_or(Ok(()), Err)
    }

    /// Something that is wanted although it, or what it is a part of, must not be there.
    fn contradiction(&self, among: Among) -> Option<Wrong> {
        let (absent, wanted): (Vec<_>, Vec<_>) =
            self.0.iter().partition(|(_, pattern)| pattern.get_ref() == "absent");
        let absent: BTreeMap<_, _> = absent.into_iter().map(|(path, _)| (keys(path), path)).collect();
        wanted.into_iter().find_map(|(path, pattern)| {
            crate::work::count(1);
            let keys = keys(path);
            let other = (1..=keys.len()).find_map(|depth| absent.get(keys.get(..depth)?))?;
            let words = format!("match: no {} has {} without {}", among.noun(), named(path), named(other));
            Some((Some(pattern.span().start), words))
        })
    }
}

/// Whether what a message has at a path fits a pattern; `mti` is the message type.
pub(super) fn fits(pattern: &str, path: &str, message: &Message<'_>) -> bool {
    if path == "mti" {
        return matches(pattern, &message.mti().to_string());
    }
    match message.path(path) {
        Some(field) if field.content().is_binary() => {
            let octets: Vec<u8> = field.expose().octets().collect();
            matches(pattern, &crate::hex::text(&octets))
        }
        Some(field) => matches(pattern, &field.expose().chars().collect::<String>()),
        None => pattern == "absent",
    }
}

/// Whether a value fits: `absent`, `present`, `>=N`, `<=N`, a start with `*`, or the value itself.
fn matches(pattern: &str, value: &str) -> bool {
    if let Some(least) = pattern.strip_prefix(">=") {
        return number(value).zip(number(least)).is_some_and(|(value, least)| value >= least);
    }
    if let Some(most) = pattern.strip_prefix("<=") {
        return number(value).zip(number(most)).is_some_and(|(value, most)| value <= most);
    }
    match pattern.strip_suffix('*') {
        Some(start) => value.starts_with(start),
        None => pattern == "present" || pattern == value,
    }
}

/// The number after `>=` or `<=`.
fn number(text: &str) -> Option<u128> {
    text.trim_start_matches(['C', 'D']).parse().ok()
}

/// A pattern for message types fits one of such a message.
fn mti(pattern: &str, among: Among) -> Result<(), String> {
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
                    among.has(&if rest > 0 { format!("{start}{end:0rest$}") } else { start.into() })
                })
        }
        _ if pattern.starts_with(['>', '<']) => return bound(pattern, "mti", 4),
        _ => among.has(pattern),
    };
    if fits { Ok(()) } else { Err(format!("mti: '{}' is the type of no {}", named(pattern), among.noun())) }
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
pub(super) fn named(text: &str) -> String {
    text.chars().take(8).collect()
}

#[cfg(test)]
mod tests;
