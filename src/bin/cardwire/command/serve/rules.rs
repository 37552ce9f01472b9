//! The rules of a responder.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cardwire::Message;
use serde::Deserialize;
use toml::Spanned;

use crate::json::Record;
use crate::link::duration;

/// A file of rules, the first of which that fits a request tells the response.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct Rules {
    #[serde(default, rename = "rule")]
    pub(super) rules: Vec<Spanned<Rule>>,
}

/// What to do about some requests.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Rule {
    /// For the log.
    pub(super) name: String,
    /// Which requests: paths and patterns, all of which must fit. `mti` is the message type.
    #[serde(rename = "match")]
    pub(super) patterns: BTreeMap<String, Spanned<String>>,
    /// Only every so many of them.
    pub(super) every: u64,
    /// Elements of the response, besides those echoed.
    pub(super) response: BTreeMap<String, Spanned<String>>,
    /// Elements that the response carries over; the usual ones when not said.
    pub(super) echo: Option<Vec<u8>>,
    /// How long the response waits.
    #[serde(deserialize_with = "time")]
    pub(super) delay: Duration,
    /// No response.
    pub(super) drop: bool,
    /// The connection is closed instead.
    pub(super) close: bool,
    /// The response comes twice.
    pub(super) twice: bool,
    /// The response is damaged.
    pub(super) broken: Option<Damage>,
    #[serde(skip)]
    seen: AtomicU64,
}

/// How a response is damaged.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Damage {
    /// The message lacks its end; the frame is right.
    Cut,
    /// Octets that mean nothing; the frame is right.
    Garbage,
    /// The request comes back as it was.
    Mirror,
    /// The frame announces more than it holds.
    Frame,
}

fn time<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    duration(&text).map_err(serde::de::Error::custom)
}

impl Rules {
    /// The rule for a request.
    pub(super) fn find(&self, request: &Message<'_>) -> Option<&Rule> {
        self.rules.iter().map(Spanned::get_ref).find(|rule| rule.fits(request))
    }
}

impl Rule {
    fn fits(&self, request: &Message<'_>) -> bool {
        let patterns =
            self.patterns.iter().map(|(path, pattern)| (path.as_str(), pattern.get_ref().as_str()));
        let fits = patterns.into_iter().all(|(path, pattern)| fits(pattern, path, request));
        fits && (self.every <= 1
            || (self.seen.fetch_add(1, Ordering::Relaxed) + 1).is_multiple_of(self.every))
    }

    /// The elements of the response, as the JSON contract reads them.
    pub(super) fn record(&self) -> Result<Record, String> {
        let response: BTreeMap<&str, &str> =
            self.response.iter().map(|(number, value)| (number.as_str(), value.get_ref().as_str())).collect();
        let fields = serde_json::to_string(&response).map_err(|error| error.to_string())?;
        Record::parse(format!("{{\"fields\":{fields}}}").as_bytes())
    }
}

/// Whether what a message has at a path fits a pattern; `mti` is the message type.
pub(in crate::command) fn fits(pattern: &str, path: &str, message: &Message<'_>) -> bool {
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
pub(super) fn number(text: &str) -> Option<u128> {
    text.trim_start_matches(['C', 'D']).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns() {
        for (pattern, value, fits) in [
            ("51", "51", true),
            ("51", "510", false),
            ("4111*", "4111111111111111", true),
            ("*", "", true),
            (">=1000", "000000001000", true),
            ("<=999", "000000001000", false),
            (">=5", "D00000009", true),
            ("present", "x", true),
            ("absent", "x", false),
        ] {
            assert_eq!(matches(pattern, value), fits, "{pattern} {value}");
        }
    }
}
