//! A response held against what is expected of it.

use std::time::Duration;

use cardwire::{Field, Message, Spec};

use super::case::Case;
use crate::command::pattern::fits;
use crate::keys::Keys;
use crate::lang::lang;

/// What came of a case.
pub(super) struct Verdict {
    pub(super) time: Duration,
    /// What is wrong: nothing, if it passed.
    pub(super) faults: Vec<String>,
}

impl Verdict {
    pub(super) fn failed(time: Duration, words: String) -> Self {
        Self { time, faults: vec![words] }
    }

    pub(super) fn has_failed(&self) -> bool {
        !self.faults.is_empty()
    }
}

/// What is wrong with a response.
pub(super) fn faults(
    (spec, keys): (&Spec<'_>, Option<&Keys>),
    case: &Case,
    request: &[u8],
    response: &Message<'_>,
) -> Vec<String> {
    let request = match Message::parse(spec, request) {
        Ok(request) => request,
        Err(error) => return vec![format!("the request: {error}")],
    };
    let mut faults: Vec<String> =
        case.expect.iter().filter_map(|(path, pattern)| fault(path, pattern, &request, response)).collect();
    if let Some(profile) = case.profile {
        faults.extend(profile.check_reply(&request, response).map(|wrong| wrong.in_lang(lang()).to_string()));
    }
    let checked = keys.map(|keys| keys.checked(response, Some(&request))).unwrap_or_default();
    faults.extend(checked.into_iter().filter_map(|checked| checked.fault));
    faults
}

/// What is wrong at a path, in words that show of a value what a listing shows.
fn fault(path: &str, pattern: &str, request: &Message<'_>, response: &Message<'_>) -> Option<String> {
    let found = || response.path(path).map_or_else(|| "nothing".to_owned(), |field| field.to_string());
    if path == "mti" {
        let mti = response.mti();
        return (!fits(pattern, path, response)).then(|| format!("MTI: expected {pattern}, found {mti}"));
    }
    if pattern == "echo" {
        let value =
            |field: Option<Field<'_>>| field.map(|field| field.expose().octets().collect::<Vec<u8>>());
        let is_echo = value(request.path(path)) == value(response.path(path));
        return (!is_echo)
            .then(|| format!("field {path}: expected the value of the request, found {}", found()));
    }
    if fits(pattern, path, response) {
        return None;
    }
    Some(format!("field {path}: expected {}, found {}", expected(path, pattern, response), found()))
}

/// What is expected, as far as it may be shown: words as they are, a value where the element is open.
fn expected(path: &str, pattern: &str, response: &Message<'_>) -> String {
    let number = path.split('.').next().and_then(|number| number.parse().ok());
    let element = number.and_then(|number| response.spec().element(number));
    // a part may be less open than what it stands in
    let is_open = element.is_some_and(|element| element.privacy().is_open() && !path.contains('.'));
    let is_word = matches!(pattern, "present" | "absent");
    let hides = cardwire::mask::hidden(pattern.as_bytes()).contains(&true);
    if is_word || is_open && !hides { pattern.to_owned() } else { "another value".to_owned() }
}
