//! What those who watch a party are told, and when: the alerts of a scenario, and what can be read at its end.

use super::stage::TODAY;
use super::{Scenario, ScenarioError, bad, step};
use crate::audit::{Books, Check};
use crate::clock::Stamp;
use crate::journal::Party;
use crate::watch::Watch;
use crate::watch::alert::{Alert, DEFAULT, rules};

impl Scenario {
    /// Each alert fires for the first time when the file says so: `"acquirer route-open" = "14:03"`.
    pub(super) fn alert_checks(&self, books: &Books) -> Result<Vec<Check>, ScenarioError> {
        let rules = rules(DEFAULT).map_err(bad)?;
        let check = |(what, at): (&String, &String)| {
            let (party, name) = named(what)?;
            let alert = rules.iter().find(|alert| alert.name == name);
            let alert = alert.ok_or_else(|| bad(format_args!("there is no alert `{name}`")))?;
            let minute = step::clock(at)? / 60;
            let found = first(books, party, alert, minute * 60);
            let figures = match found {
                Some(found) if found == minute => at.clone(),
                Some(found) => format!("first at {:02}:{:02}, expected {at}", found / 60, found % 60),
                None => format!("not by {at}, nor in the hour after it"),
            };
            Ok(Check { rule: format!("alert {what}"), holds: found == Some(minute), figures })
        };
        self.alerts.iter().map(check).collect()
    }

    /// What the text for Prometheus says at the end: `"acquirer settlement_route_state direct" = "0"`.
    pub(super) fn watch_checks(&self, books: &Books, now: Stamp) -> Result<Vec<Check>, ScenarioError> {
        let check = |(what, value): (&String, &String)| {
            let (party, sample) = named(what)?;
            let (name, route) = sample.split_once(' ').ok_or_else(|| bad("a sample is `name route`"))?;
            let mut watch = Watch::new(party.name(), party);
            books.records(party).iter().for_each(|record| watch.apply(record));
            let line = format!("{name}{{party=\"{party}\",route=\"{route}\"}} {value}");
            let holds = watch.text(&[], now).lines().any(|of| of == line);
            Ok(Check { rule: what.clone(), holds, figures: value.clone() })
        };
        self.watched.iter().map(check).collect()
    }
}

fn named(what: &str) -> Result<(Party, &str), ScenarioError> {
    let (party, rest) = what.split_once(' ').ok_or_else(|| bad(format_args!("`{what}` names no party")))?;
    let party = party.parse().map_err(|()| bad(format_args!("`{party}` is no party")))?;
    Ok((party, rest))
}

/// The first minute of the scenario at which it fires, if that is at most an hour after this time.
fn first(books: &Books, party: Party, alert: &Alert, at: u64) -> Option<u64> {
    let mut watch = Watch::new(party.name(), party);
    let mut records = books.records(party).iter().peekable();
    (8 * 60..=at / 60 + 60).find(|minute| {
        let now = Stamp::on(TODAY, minute * 60);
        while let Some(record) = records.next_if(|record| record.at <= now) {
            watch.apply(record);
        }
        alert.fires(&watch, now)
    })
}
