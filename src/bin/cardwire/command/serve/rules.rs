//! The rules of a responder.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cardwire::Message;
use serde::Deserialize;
use toml::Spanned;

use crate::command::damage::Damage;
use crate::command::pattern::Patterns;
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
    pub(super) patterns: Patterns,
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

pub(in crate::command) fn time<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Duration, D::Error> {
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
        let fits = self.patterns.fits(request);
        fits && (self.every <= 1
            || (self.seen.fetch_add(1, Ordering::Relaxed) + 1).is_multiple_of(self.every))
    }

    /// The elements of the response, as the JSON contract reads them.
    pub(super) fn record(&self) -> Result<Record, String> {
        record(&self.response)
    }
}

/// Elements of a rule, as the JSON contract reads them.
pub(in crate::command) fn record(elements: &BTreeMap<String, Spanned<String>>) -> Result<Record, String> {
    let elements: BTreeMap<&str, &str> =
        elements.iter().map(|(number, value)| (number.as_str(), value.get_ref().as_str())).collect();
    let fields = serde_json::to_string(&elements).map_err(|error| error.to_string())?;
    Record::parse(format!("{{\"fields\":{fields}}}").as_bytes())
}
