//! The ways to the issuer, in order of preference, and the health of each as it is seen: no response, codes that say
//! that nobody can be asked, octets that are no message, a connection that broke. A circuit opens after three failures in a
//! row, or when its line breaks; an echo test closes it. All of it is the fold of the journal, but for what the
//! connections of this run are.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::clock::Stamp;
use crate::journal::{Party, Record, RecordKind};
use crate::party::{Effects, Timer};
use crate::telegram::{Mti, Telegram};

/// So many failures in a row open a circuit.
const FAILURES: u32 = 3;
/// Codes by which somebody on the way says that the issuer was not asked, or cannot answer.
const FAULTS: [&str; 4] = ["91", "92", "96", "98"];
/// A circuit rests for so many times of waiting for a response before it is tried.
const REST: u32 = 3;

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Circuit {
    /// It is used.
    Closed,
    /// It is not.
    Open,
    /// An echo test is under way.
    HalfOpen,
}

#[derive(Debug)]
struct Route {
    via: Party,
    circuit: Circuit,
    /// When the circuit last changed.
    since: Stamp,
    /// In a row.
    failures: u32,
    /// Is there a connection in this run?
    connected: bool,
    /// Has the other side answered on it?
    in_service: bool,
}

/// All ways of a party.
#[derive(Debug)]
pub(in crate::party) struct Routes {
    routes: Vec<Route>,
    /// Whether circuits open. Who has one way alone, and nothing to do instead, tries it whatever it is like.
    breaks: bool,
    /// How long a response may take.
    patience: Duration,
    /// Requests without a response: route, DE7, DE11.
    waiting: BTreeSet<(Party, String, u64)>,
}

impl Routes {
    /// Ways by their next party, the best first.
    pub(in crate::party) fn new(vias: &[Party], breaks: bool, patience: Duration) -> Self {
        let route = |via: &Party| Route {
            via: *via,
            circuit: Circuit::Closed,
            since: Stamp::default(),
            failures: 0,
            connected: false,
            in_service: false,
        };
        Self { routes: vias.iter().map(route).collect(), breaks, patience, waiting: BTreeSet::new() }
    }

    fn get(&self, via: Party) -> Option<&Route> {
        self.routes.iter().find(|route| route.via == via)
    }

    fn get_mut(&mut self, via: Party) -> Option<&mut Route> {
        self.routes.iter_mut().find(|route| route.via == via)
    }

    /// Is there a choice, or something else to do when there is none?
    pub(in crate::party) const fn break_open(&self) -> bool {
        self.breaks
    }

    /// How long a response may take.
    pub(in crate::party) const fn patience(&self) -> Duration {
        self.patience
    }

    /// Is this party the next one on some way?
    pub(in crate::party) fn lead_to(&self, via: Party) -> bool {
        self.get(via).is_some()
    }

    /// The first way that is healthy.
    pub(in crate::party) fn best(&self) -> Option<Party> {
        self.routes.iter().find(|route| route.is_healthy(self.breaks)).map(|route| route.via)
    }

    /// The first healthy way, or else one that is connected: what must not be lost is tried by it all the same.
    pub(in crate::party) fn any(&self) -> Option<Party> {
        let in_service = || self.routes.iter().find(|route| route.in_service).map(|route| route.via);
        self.best().or_else(in_service)
    }

    /// The first healthy way behind this one, for a message of which not one octet left.
    pub(in crate::party) fn after(&self, via: Party) -> Option<Party> {
        let later = self.routes.iter().skip_while(|route| route.via != via).skip(1);
        later.filter(|route| self.breaks && route.is_healthy(true)).map(|route| route.via).next()
    }

    /// There is a connection.
    pub(in crate::party) fn connected(&mut self, via: Party) {
        self.get_mut(via).into_iter().for_each(|route| route.connected = true);
    }

    /// It is gone.
    pub(in crate::party) fn disconnected(&mut self, via: Party, fx: &mut Effects) {
        let Some(route) = self.get_mut(via) else { return };
        (route.connected, route.in_service) = (false, false);
        if route.circuit == Circuit::Closed {
            self.open(via, "the line is down", fx);
        }
    }

    /// The other side answered a sign-on or an echo test: the way is in service.
    pub(in crate::party) fn answers(&mut self, via: Party, fx: &mut Effects) {
        let Some(route) = self.get_mut(via) else { return };
        route.in_service = true;
        if route.circuit != Circuit::Closed {
            fx.note(Record { peer: Some(via), ..fx.record(RecordKind::RouteClosed) });
        }
    }

    /// Sends a request by this way, and looks later whether it was answered.
    pub(in crate::party) fn send(&self, via: Party, message: Telegram, fx: &mut Effects) {
        if self.breaks {
            let transmission = message.transmission.clone().unwrap_or_default();
            fx.after(self.patience, Timer::Response(via, transmission, message.stan));
        }
        fx.send(via, message);
    }

    /// Time is up for this request.
    pub(in crate::party) fn overdue(&self, via: Party, transmission: &str, stan: u64, fx: &mut Effects) {
        if self.waiting.contains(&(via, transmission.to_owned(), stan)) {
            let request =
                Record { transmission: transmission.to_owned(), stan, ..fx.record(RecordKind::RouteFailed) };
            self.failed_by(via, "no response", request, fx);
        }
    }

    /// A message came by this way: does it say that there is nobody behind it?
    pub(in crate::party) fn heard(&self, via: Party, message: &Telegram, fx: &mut Effects) {
        if is_foreign(message.mti) {
            self.failed(via, "another version of the standard", fx);
        } else if let Some(code) = message.code.filter(|code| FAULTS.contains(&code.as_str())) {
            self.failed(via, &format!("code {code}"), fx);
        }
    }

    /// Something that is no way to the issuer happened on this one.
    pub(in crate::party) fn failed(&self, via: Party, why: &str, fx: &mut Effects) {
        self.failed_by(via, why, fx.record(RecordKind::RouteFailed), fx);
    }

    fn failed_by(&self, via: Party, why: &str, record: Record, fx: &mut Effects) {
        let Some(route) = self.get(via).filter(|_| self.breaks) else { return };
        let (peer, note) = (Some(via), why.to_owned());
        fx.note(Record { peer, note, ..record });
        match route.circuit {
            // A sign-on that nobody answers is tried again as a circuit is.
            Circuit::Closed if route.failures + 1 >= FAILURES || !route.in_service => {
                self.open(via, &format!("{why}; failure {}", route.failures + 1), fx);
            }
            Circuit::HalfOpen => self.open(via, &format!("the trial failed: {why}"), fx),
            Circuit::Closed | Circuit::Open => {}
        }
    }

    fn open(&self, via: Party, why: &str, fx: &mut Effects) {
        if self.breaks {
            let (peer, note) = (Some(via), why.to_owned());
            fx.note(Record { peer, note, ..fx.record(RecordKind::RouteOpened) });
            fx.after(self.patience * REST, Timer::Route(via, fx.now));
        }
    }

    /// A circuit has rested. `true`: it is to be tried by an echo test now.
    pub(in crate::party) fn rested(&self, via: Party, since: Stamp, fx: &mut Effects) -> bool {
        let Some(route) = self.get(via).filter(|route| route.since == since) else { return false };
        let again = Timer::Route(via, since);
        match route.circuit {
            Circuit::Closed => false,
            Circuit::HalfOpen => {
                self.open(via, "the trial failed: no response", fx);
                false
            }
            Circuit::Open if route.connected => {
                fx.note(Record { peer: Some(via), ..fx.record(RecordKind::RouteTried) });
                fx.after(self.patience * REST, Timer::Route(via, fx.now));
                true
            }
            // The sign-on of the next connection is as good as a trial.
            Circuit::Open => {
                fx.after(self.patience * REST, again);
                false
            }
        }
    }

    /// Goes on with circuits that the history left open.
    pub(in crate::party) fn start(&self, fx: &mut Effects) {
        for route in self.routes.iter().filter(|route| route.circuit != Circuit::Closed) {
            fx.after(self.patience * REST, Timer::Route(route.via, route.since));
        }
    }

    /// Takes note of a record.
    pub(in crate::party) fn apply(&mut self, record: &Record) {
        if !self.breaks {
            return;
        }
        if record.kind == RecordKind::Started {
            self.waiting.clear();
        }
        let Some(via) = record.peer.filter(|via| self.lead_to(*via)) else { return };
        let asked = (via, record.transmission.clone(), record.stan);
        let is_request = record.mti.is_some_and(Mti::is_request);
        match record.kind {
            RecordKind::MessageOut if is_request => {
                self.waiting.insert(asked);
            }
            RecordKind::NotSent => {
                self.waiting.remove(&asked);
            }
            RecordKind::MessageIn if !is_request => {
                self.waiting.remove(&asked);
                let is_fault = record.code.is_some_and(|code| FAULTS.contains(&code.as_str()));
                let is_echo = record.mti.is_some_and(|mti| mti.0 == 810);
                if !is_fault && !is_echo && !record.mti.is_some_and(is_foreign) {
                    self.get_mut(via).into_iter().for_each(|route| route.failures = 0);
                }
            }
            RecordKind::RouteFailed => {
                self.get_mut(via).into_iter().for_each(|route| route.failures += 1);
            }
            RecordKind::RouteOpened => self.turn(via, Circuit::Open, record.at),
            RecordKind::RouteTried => self.turn(via, Circuit::HalfOpen, record.at),
            RecordKind::RouteClosed => {
                self.turn(via, Circuit::Closed, record.at);
                // An echo test says that somebody is there, and not that the issuer can answer: one more failure
                // opens the circuit again.
                self.get_mut(via).into_iter().for_each(|route| route.failures = FAILURES - 1);
            }
            _ => {}
        }
    }

    fn turn(&mut self, via: Party, circuit: Circuit, since: Stamp) {
        self.get_mut(via).into_iter().for_each(|route| (route.circuit, route.since) = (circuit, since));
    }
}

/// Is it of another version of the standard than the line speaks?
fn is_foreign(mti: Mti) -> bool {
    mti.0 >= 1_000
}

impl Route {
    fn is_healthy(&self, breaks: bool) -> bool {
        self.in_service && (!breaks || self.circuit == Circuit::Closed)
    }
}
