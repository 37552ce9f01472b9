//! The ways to the issuer, as they can be watched: state and since when, how many requests, how many of them without a use
//! of a response, how many sales that hit, and how long responses take.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::clock::Stamp;
use crate::journal::{Party, Record, RecordKind};
use crate::telegram::Mti;
use crate::topology::ROUTES;

/// One of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Route {
    /// 0 is used, 1 is being tried, 2 is not used.
    pub(super) state: u8,
    /// When the state last changed.
    pub(super) since: Option<Stamp>,
    pub(super) requests: u64,
    pub(super) responses: u64,
    pub(super) failures: u64,
    /// Sales without a response that says yes or no.
    pub(super) sales_hit: u64,
    /// What all responses took.
    pub(super) took: Duration,
    /// Requests that wait, by DE7 and DE11.
    waiting: BTreeMap<(String, u64), (Mti, Stamp)>,
}

/// All of them, by their next party.
#[derive(Clone, Debug, Default)]
pub(super) struct Routes(BTreeMap<Party, Route>);

impl Routes {
    /// Takes note of a record. What became of a request, if something did: its way, and whether there is a response.
    pub(super) fn apply(&mut self, record: &Record) -> Option<(Party, bool)> {
        let via = record.peer.filter(|peer| matches!(peer, Party::Issuer | Party::Hub))?;
        let mti = record.mti.unwrap_or_default();
        let key = (record.transmission.clone(), record.stan);
        let is_about = |kind: RecordKind| {
            use RecordKind::{
                MessageIn, MessageOut, NotSent, RouteClosed, RouteFailed, RouteOpened, RouteTried,
            };
            [MessageIn, MessageOut, NotSent, RouteClosed, RouteFailed, RouteOpened, RouteTried]
                .contains(&kind)
        };
        if !is_about(record.kind) {
            return None;
        }
        let route = self.0.entry(via).or_default();
        match record.kind {
            RecordKind::MessageOut if mti.is_request() => {
                route.requests += 1;
                route.waiting.insert(key, (mti, record.at));
            }
            RecordKind::NotSent => {
                route.waiting.remove(&key);
            }
            RecordKind::MessageIn if !mti.is_request() => {
                let (asked, at) = route.waiting.remove(&key)?;
                route.responses += 1;
                route.took += Duration::from_micros(record.at.0.saturating_sub(at.0));
                let fault =
                    record.code.is_some_and(|code| matches!(code.as_str(), "91" | "92" | "96" | "98"));
                let useless = fault || mti.0 >= 1_000;
                route.sales_hit += u64::from(useless && is_sale(asked));
                // The failure has a record of its own, where circuits open.
                return (!useless).then_some((via, true));
            }
            RecordKind::RouteFailed => {
                route.failures += 1;
                let silent = route.waiting.remove(&key);
                route.sales_hit += u64::from(silent.is_some_and(|(asked, _)| is_sale(asked)));
                return Some((via, false));
            }
            RecordKind::RouteOpened => route.turn(2, record.at),
            RecordKind::RouteTried => route.turn(1, record.at),
            RecordKind::RouteClosed => route.turn(0, record.at),
            _ => {}
        }
        None
    }

    /// Each with its name.
    pub(super) fn named(&self) -> impl Iterator<Item = (&'static str, Party, &Route)> {
        ROUTES.into_iter().filter_map(|(name, via)| Some((name, via, self.0.get(&via)?)))
    }
}

impl Route {
    const fn turn(&mut self, state: u8, at: Stamp) {
        self.state = state;
        self.since = Some(at);
    }
}

const fn is_sale(mti: Mti) -> bool {
    matches!(mti, Mti::SALE | Mti::AUTHORIZATION | Mti::ADVICE)
}
