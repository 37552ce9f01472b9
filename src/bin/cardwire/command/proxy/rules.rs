//! The rules of a proxy: what it does to some of the messages that pass.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cardwire::Message;
use serde::Deserialize;
use toml::Spanned;

use super::Side;
use crate::command::damage::Damage;
use crate::command::pattern::Patterns;
use crate::command::serve::time;

/// A file of rules, the first of which that fits a message counts.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct Rules {
    #[serde(default, rename = "rule")]
    pub(super) rules: Vec<Spanned<Rule>>,
}

/// What to do to some messages.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Rule {
    /// For the log.
    pub(super) name: String,
    /// Only messages that come from there.
    pub(super) from: Option<Side>,
    /// Which messages: paths and patterns, all of which must fit. `mti` is the message type.
    #[serde(rename = "match")]
    pub(super) patterns: Patterns,
    /// Not the first so many of them.
    pub(super) skip: u64,
    /// Only every so many of the others.
    pub(super) every: u64,
    /// No more than so many times.
    pub(super) times: Option<u64>,
    /// How long the message waits; others overtake it.
    #[serde(deserialize_with = "time")]
    pub(super) delay: Duration,
    /// The message waits until one of this type has passed.
    pub(super) hold: Option<Spanned<String>>,
    /// The message does not arrive.
    pub(super) drop: bool,
    /// The message does not arrive, and both connections are closed.
    pub(super) close: bool,
    /// The message arrives twice.
    pub(super) twice: bool,
    /// The message is damaged.
    pub(super) broken: Option<Damage>,
    /// Elements that get another value.
    pub(super) set: BTreeMap<String, Spanned<String>>,
    /// Elements that are left out.
    pub(super) remove: Vec<u8>,
    /// The request does not arrive; the proxy responds with these elements, besides those echoed.
    pub(super) response: BTreeMap<String, Spanned<String>>,
    #[serde(skip)]
    pub(super) seen: AtomicU64,
}

impl Rule {
    /// Whether the rule is for this message from that side, of which nothing is known when it does not parse.
    pub(super) fn takes(&self, from: Side, message: Option<&Message<'_>>) -> bool {
        let fits = match message {
            Some(message) => self.patterns.fits(message),
            None => self.patterns.is_empty(),
        };
        fits && self.from.is_none_or(|side| side == from)
            && self.is_turn(self.seen.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// Whether it is the turn of the message of this number, from 1, among those that fit.
    fn is_turn(&self, number: u64) -> bool {
        let (number, every) = (number.saturating_sub(self.skip), self.every.max(1));
        number > 0 && number.is_multiple_of(every) && self.times.is_none_or(|times| number / every <= times)
    }

    /// Whether it takes every message, so that no rule after it is reached.
    pub(super) fn takes_all(&self) -> bool {
        self.patterns.is_empty()
            && self.from.is_none()
            && self.skip == 0
            && self.every <= 1
            && self.times.is_none()
    }

    /// Whether the message is another one when it leaves.
    pub(super) fn alters(&self) -> bool {
        !self.set.is_empty() || !self.remove.is_empty() || self.broken.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whose_turn_it_is() {
        let turns = |skip, every, times| {
            let rule = Rule { skip, every, times, ..Rule::default() };
            (1..=9).filter(|number| rule.is_turn(*number)).collect::<Vec<u64>>()
        };
        assert_eq!(turns(0, 0, None), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
        assert_eq!(turns(0, 3, None), [3, 6, 9]);
        assert_eq!(turns(2, 3, None), [5, 8]);
        assert_eq!(turns(2, 0, Some(2)), [3, 4]);
        assert_eq!(turns(1, 2, Some(1)), [3]);
        assert_eq!(turns(0, 1, Some(0)), [0; 0]);
    }
}
