//! Alert rules, as data, and which of them fire.

use std::time::Duration;

use serde::Deserialize;

use super::{Happened, OPENS, Watch};
use crate::clock::Stamp;

/// The rules that come with the program.
pub const DEFAULT: &str = include_str!("../../alerts.toml");

/// A rule.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alert {
    /// Its name.
    pub name: String,
    /// Something of this kind is open for too long.
    pub open: Option<String>,
    /// This happened.
    pub event: Option<String>,
    /// Too many responses have one of these codes.
    pub codes: Option<Vec<String>>,
    /// Too many requests by one of the ways to the issuer have no use of a response.
    #[serde(default)]
    pub routes: bool,
    /// So many of a hundred responses, or requests, are too many.
    #[serde(default)]
    pub percent: u64,
    /// The book does not sum to zero.
    #[serde(default)]
    pub unbalanced: bool,
    /// How long something may be open; how far is looked back.
    #[serde(default)]
    pub seconds: u64,
    /// What it means.
    pub words: String,
    /// What to do.
    pub action: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    alert: Vec<Alert>,
}

/// Rules from the text of a file.
///
/// # Errors
/// In words: a rule that asks for nothing, or for something that nobody notes.
pub fn rules(text: &str) -> Result<Vec<Alert>, String> {
    let rules: Rules = toml::from_str(text).map_err(|error| error.to_string())?;
    for rule in &rules.alert {
        let asks =
            [rule.open.is_some(), rule.event.is_some(), rule.codes.is_some(), rule.routes, rule.unbalanced];
        if asks.iter().filter(|asks| **asks).count() != 1 {
            return Err(format!(
                "alert {}: it asks for one of open, event, codes, routes, unbalanced",
                rule.name
            ));
        }
        let known = |what: &String| OPENS.iter().any(|opens| opens.0 == what);
        if let Some(what) = rule.open.as_ref().filter(|what| !known(what)) {
            return Err(format!("alert {}: nothing is open as `{what}`", rule.name));
        }
        if let Some(what) = rule.event.as_ref().filter(|what| !is_event(what)) {
            return Err(format!("alert {}: nothing happens as `{what}`", rule.name));
        }
        if rule.seconds > super::WINDOW.as_secs() {
            return Err(format!("alert {}: nobody looks back further than a day", rule.name));
        }
    }
    Ok(rules.alert)
}

fn is_event(name: &str) -> bool {
    name == "bad_mac" || super::EVENTS.iter().any(|kind| kind.name() == name)
}

impl Alert {
    /// Does it fire now?
    pub fn fires(&self, watch: &Watch, now: Stamp) -> bool {
        let window = Duration::from_secs(self.seconds);
        if let Some(what) = &self.open {
            watch.oldest(what, now).is_some_and(|age| age >= window)
        } else if let Some(event) = &self.event {
            watch.since(now, window).any(|what| what == Happened::Event(event_name(event)))
        } else if let Some(codes) = &self.codes {
            let (mut all, mut bad) = (0_u64, 0_u64);
            for what in watch.since(now, window) {
                let Happened::Response(code) = what else { continue };
                all += 1;
                bad += u64::from(codes.iter().any(|of| of == code.as_str()));
            }
            bad > 0 && bad * 100 > all * self.percent
        } else if self.routes {
            watch.routes.named().any(|(_, via, _)| {
                let (good, all) = watch.asked(via, now, window);
                u64::from(all - good) * 100 > u64::from(all) * self.percent
            })
        } else {
            self.unbalanced && !watch.balanced
        }
    }
}

/// The name of a known event that lives as long as the program.
fn event_name(name: &str) -> &'static str {
    let found = super::EVENTS.iter().map(|kind| kind.name()).find(|known| *known == name);
    found.unwrap_or("bad_mac")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_that_ask_for_nothing_are_refused() {
        assert!(rules(DEFAULT).unwrap().len() > 10);
        let rule = |asks: &str| rules(&format!("[[alert]]\nname = 'a'\nwords = ''\naction = ''\n{asks}\n"));
        assert!(rule("open = 'reversal'").is_ok());
        for wrong in
            ["", "open = 'door'", "event = 'rain'", "open = 'reversal'\nevent = 'bad_mac'", "every = 1"]
        {
            assert!(rule(wrong).is_err(), "{wrong}");
        }
    }
}
