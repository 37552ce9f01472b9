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
            bad * 100 > all * self.percent
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
    use crate::journal::{Party, Record, RecordKind};
    use crate::telegram::Mti;

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
        assert!(rule("unbalanced = true\nseconds = 86400").is_ok());
        assert!(rule("unbalanced = true\nseconds = 86401").is_err());
    }

    const NOON: Stamp = Stamp(43_200_000_000);

    fn rule(asks: &str) -> Alert {
        rules(&format!("[[alert]]\nname = 'a'\nwords = ''\naction = ''\n{asks}\n")).unwrap().remove(0)
    }

    fn seen(records: &[Record]) -> Watch {
        let mut watch = Watch::new("acquirer", Party::Acquirer);
        records.iter().for_each(|record| watch.apply(record));
        watch
    }

    fn parked(tx: &str, at: Stamp) -> Record {
        Record { tx: tx.to_owned(), ..Record::new(at, RecordKind::AdviceParked) }
    }

    /// A message, at noon.
    fn message(kind: RecordKind, peer: Party, mti: Mti, (stan, code): (u64, Option<&str>)) -> Record {
        let code = code.map(|code| code.parse().unwrap());
        Record { peer: Some(peer), mti: Some(mti), stan, code, ..Record::new(NOON, kind) }
    }

    #[test]
    fn what_is_open_for_so_long_fires_and_what_happened_within_it() {
        let later = |micros| Stamp(NOON.0 + micros);
        let (open, event) =
            (rule("open = 'parked advice'\nseconds = 60"), rule("event = 'advice_parked'\nseconds = 60"));
        let watch = seen(&[parked("a", NOON), parked("b", later(30_000_000))]);
        for (micros, is_open, has_happened) in [
            (0, false, true),
            (59_999_999, false, true),
            (60_000_000, true, true),
            (90_000_000, true, true),
            (90_000_001, true, false),
        ] {
            let now = later(micros);
            assert_eq!(
                (open.fires(&watch, now), event.fires(&watch, now)),
                (is_open, has_happened),
                "{micros}"
            );
        }
        let before = Stamp(NOON.0 - 1);
        assert!(!event.fires(&seen(&[parked("a", NOON)]), before), "nobody looks ahead");
        assert!(!rule("event = 'work_item'\nseconds = 60").fires(&watch, NOON), "another event");
        let done = Record { kind: RecordKind::AdviceDone, ..parked("a", later(40_000_000)) };
        let watch = seen(&[parked("a", NOON), parked("b", later(30_000_000)), done]);
        assert!(!open.fires(&watch, later(89_999_999)) && open.fires(&watch, later(90_000_000)));
        let wrong = Record { note: "the MAC is wrong".to_owned(), ..Record::new(NOON, RecordKind::BadFrame) };
        let bad_mac = rule("event = 'bad_mac'");
        assert!(bad_mac.fires(&seen(&[wrong]), NOON));
        assert!(!bad_mac.fires(&seen(&[Record::new(NOON, RecordKind::BadFrame)]), NOON));
    }

    #[test]
    fn more_than_so_many_of_a_hundred_are_too_many() {
        let codes = rule("codes = ['91', '96']\npercent = 40\nseconds = 60");
        let routes = rule("routes = true\npercent = 40\nseconds = 60");
        let minute = Stamp(NOON.0 + 60_000_000);
        for (bad, all, fires) in
            [(0, 0, false), (0, 1, false), (2, 5, false), (3, 5, true), (2, 4, true), (1, 1, true)]
        {
            let (mut told, mut asked) = (Vec::new(), Vec::new());
            for stan in 0..all {
                let code = if stan >= bad { "00" } else { ["91", "96"][usize::try_from(stan % 2).unwrap()] };
                told.push(message(RecordKind::MessageOut, Party::Terminal, Mti(210), (stan, Some(code))));
                asked.push(message(RecordKind::MessageOut, Party::Hub, Mti::SALE, (stan, None)));
                asked.push(match stan < bad {
                    true => message(RecordKind::RouteFailed, Party::Hub, Mti::SALE, (stan, None)),
                    false => message(RecordKind::MessageIn, Party::Hub, Mti(210), (stan, Some("51"))),
                });
            }
            let (told, asked) = (seen(&told), seen(&asked));
            for now in [NOON, minute] {
                assert_eq!(codes.fires(&told, now), fires, "{bad} of {all} codes");
                assert_eq!(routes.fires(&asked, now), fires, "{bad} of {all} requests");
            }
            let after = Stamp(minute.0 + 1);
            assert!(!codes.fires(&told, after) && !routes.fires(&asked, after), "{bad} of {all}, long ago");
        }
    }
}
