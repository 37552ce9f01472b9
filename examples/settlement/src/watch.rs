//! What can be watched of a party: counters and gauges, folded from its journal as its state is, so that a restart loses
//! none of them and a scenario has the same ones as a process. Nothing here knows a card number.

pub mod alert;
mod routes;
mod text;

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use self::routes::Routes;
use crate::clock::Stamp;
use crate::journal::{Party, Record, RecordKind};
use crate::ledger::{Account, Ledger};
use crate::telegram::Code;

/// How long responses and events are remembered: the longest window of an alert.
const WINDOW: Duration = Duration::from_secs(86_400);

/// A kind of thing that is open for a while: who has it, what opens it, what closes it.
struct Opens(&'static str, &'static [Party], &'static [RecordKind], &'static [RecordKind]);

const OPENS: &[Opens] = {
    use Party::{Acquirer, Hub, Terminal};
    use RecordKind as R;
    &[
        Opens(
            "response",
            &[Terminal, Acquirer],
            &[R::SaleSent],
            &[R::SaleApproved, R::SaleDeclined, R::SaleReversing, R::SaleReversed],
        ),
        Opens("reversal", &[Terminal, Acquirer], &[R::SaleReversing], &[R::SaleReversed]),
        Opens("advice", &[Acquirer, Hub], &[R::AdviceQueued], &[R::AdviceDone]),
        Opens("parked advice", &[Acquirer, Hub], &[R::AdviceParked], &[R::AdviceDone, R::AdviceRetried]),
        Opens(
            "batch",
            &[Acquirer],
            &[R::SaleApproved],
            &[R::SaleCaptured, R::SaleReversing, R::SaleReversed],
        ),
        Opens("date", &[Acquirer], &[R::DateClosed], &[R::DateReconciled, R::DateOutOfBalance]),
        Opens("file", &[Acquirer], &[R::FileSent], &[R::FileAcknowledged]),
        Opens("clearing", &[Acquirer], &[R::SalePresented], &[R::SaleCleared]),
        Opens("payout", &[Acquirer], &[R::Payout], &[R::PayoutCredited, R::PayoutReturned]),
        Opens("held merchant", &[Acquirer], &[R::MerchantHeld], &[R::MerchantReleased]),
        Opens("capped item", &[Hub], &[R::PositionCapped], &[R::PositionFreed]),
        Opens("line", &[Acquirer, Hub], &[R::LinkDown], &[R::SignedOn]),
        Opens("route", &[Acquirer, Hub], &[R::RouteOpened], &[R::RouteClosed]),
    ]
};

/// Events that are counted.
const EVENTS: &[RecordKind] = &[
    RecordKind::NotSent,
    RecordKind::BadFrame,
    RecordKind::LateApproval,
    RecordKind::StanReuse,
    RecordKind::Tombstone,
    RecordKind::AdviceParked,
    RecordKind::BatchOutOfBalance,
    RecordKind::DateOutOfBalance,
    RecordKind::FileDuplicate,
    RecordKind::FileQuarantined,
    RecordKind::ClearingException,
    RecordKind::FeeDiffers,
    RecordKind::PossibleDouble,
    RecordKind::PayoutReturned,
    RecordKind::RouteOpened,
    RecordKind::StoodIn,
    RecordKind::StandInRefused,
    RecordKind::WorkItem,
];

/// A message of a line: with whom, whether it arrived, its MTI, and its code if it has one.
type Met = (Party, bool, u16, Option<Code>);

/// What can be watched of one party.
#[derive(Debug)]
pub struct Watch {
    name: String,
    party: Party,
    messages: BTreeMap<Met, u64>,
    events: BTreeMap<&'static str, u64>,
    /// What is open, by kind and key, and since when.
    open: BTreeMap<(&'static str, String), Stamp>,
    /// What happened within the window.
    recent: VecDeque<(Stamp, Happened)>,
    /// The ways to the issuer.
    routes: Routes,
    balanced: bool,
}

/// Something that an alert looks back on.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Happened {
    Event(&'static str),
    Response(Code),
    /// A request by this way was answered, or was not.
    Asked(Party, bool),
}

impl Watch {
    /// Nothing seen yet of the party with this name.
    pub fn new(name: &str, party: Party) -> Self {
        Self {
            name: name.to_owned(),
            party,
            messages: BTreeMap::new(),
            events: BTreeMap::new(),
            open: BTreeMap::new(),
            recent: VecDeque::new(),
            routes: Routes::default(),
            balanced: true,
        }
    }

    /// Takes note of a record that is durable now.
    pub fn apply(&mut self, record: &Record) {
        self.message(record);
        if matches!(self.party, Party::Acquirer | Party::Hub)
            && let Some((via, good)) = self.routes.apply(record)
        {
            self.recent.push_back((record.at, Happened::Asked(via, good)));
        }
        if let Some(name) = event(record) {
            *self.events.entry(name).or_default() += 1;
            self.recent.push_back((record.at, Happened::Event(name)));
        }
        for Opens(what, parties, opened, closed) in OPENS {
            if !parties.contains(&self.party) {
                continue;
            }
            if opened.contains(&record.kind) {
                self.open.entry((what, key(record))).or_insert(record.at);
            } else if closed.contains(&record.kind) {
                self.open.remove(&(what, key(record)));
            }
        }
        let oldest = record.at.0.saturating_sub(u64::try_from(WINDOW.as_micros()).unwrap_or(u64::MAX));
        while self.recent.front().is_some_and(|(at, _)| at.0 < oldest) {
            self.recent.pop_front();
        }
    }

    /// Looks whether the book sums to zero.
    pub fn look(&mut self, book: &Ledger) {
        self.look_at(book.accounts().map(|(_, account)| *account));
    }

    /// The same, of accounts wherever they were read.
    pub fn look_at(&mut self, accounts: impl Iterator<Item = Account>) {
        self.balanced = accounts.map(|account| account.net()).sum::<i128>() == 0;
    }

    /// How many things of a kind are open.
    pub fn open(&self, what: &str) -> usize {
        self.open.keys().filter(|(kind, _)| *kind == what).count()
    }

    /// How long the oldest of them is open.
    pub fn oldest(&self, what: &str, now: Stamp) -> Option<Duration> {
        let since = self.open.iter().filter(|((kind, _), _)| *kind == what).map(|(_, at)| at.0).min()?;
        Some(Duration::from_micros(now.0.saturating_sub(since)))
    }

    fn message(&mut self, record: &Record) {
        let heard = match record.kind {
            RecordKind::MessageIn => true,
            RecordKind::MessageOut => false,
            _ => return,
        };
        let (Some(peer), Some(mti)) = (record.peer, record.mti) else { return };
        *self.messages.entry((peer, heard, mti.0, record.code)).or_default() += 1;
        // What the terminal is told says how the issuer does, and what never reached it.
        let is_response = !heard && peer == Party::Terminal && !mti.is_request();
        if let Some(code) = record.code.filter(|_| is_response) {
            self.recent.push_back((record.at, Happened::Response(code)));
        }
    }

    /// Requests by a way that were answered, and all whose end is known, within this time.
    fn asked(&self, via: Party, now: Stamp, window: Duration) -> (u32, u32) {
        self.since(now, window).fold((0, 0), |(good, all), what| match what {
            Happened::Asked(of, answered) if of == via => (good + u32::from(answered), all + 1),
            _ => (good, all),
        })
    }

    fn since(&self, now: Stamp, window: Duration) -> impl Iterator<Item = Happened> {
        let from = now.0.saturating_sub(u64::try_from(window.as_micros()).unwrap_or(u64::MAX));
        self.recent.iter().filter(move |(at, _)| at.0 >= from && *at <= now).map(|(_, what)| *what)
    }
}

/// The name of an event, if it is counted.
fn event(record: &Record) -> Option<&'static str> {
    let is_mac = record.kind == RecordKind::BadFrame && record.note == "the MAC is wrong";
    if is_mac { Some("bad_mac") } else { EVENTS.contains(&record.kind).then(|| record.kind.name()) }
}

/// What tells one open thing from another.
fn key(record: &Record) -> String {
    match record.kind {
        RecordKind::LinkDown | RecordKind::SignedOn | RecordKind::RouteOpened | RecordKind::RouteClosed => {
            record.peer.map_or_else(String::new, |peer| peer.to_string())
        }
        RecordKind::DateClosed | RecordKind::DateReconciled | RecordKind::DateOutOfBalance => {
            record.date.map_or_else(String::new, |date| date.to_string())
        }
        _ if record.tx.is_empty() => format!("{}/{}", record.batch, record.stan),
        _ => record.tx.clone(),
    }
}
