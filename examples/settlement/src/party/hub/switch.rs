//! The hub as a switch: a request of the acquirer goes to the issuer, and the response back, under the key that the
//! acquirer gave it (DE7, DE11, DE32). That it is forwarded is in the journal before it leaves. Whose outcome is unknown is never
//! decided here: the acquirer, who owns the reversal, hears nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::standin::{StandIn, StoodIn};
use crate::clock::Date;
use crate::journal::{Party, Record, RecordKind};
use crate::money::Money;
use crate::ops::Operation;
use crate::party::exchange::{
    ECHO, Outbox, Routes, SIGN_ON, UNREACHABLE, is_same, key_of, key_of_original, reused,
};
use crate::party::{Effects, Input, Outcome, Timer, Timers};
use crate::telegram::{Code, Mti, Telegram};

const APPROVED: Code = Code::of(b"00");
/// The issuer does not have it yet: the reversal is to come again.
const IN_PROGRESS: Code = Code::of(b"09");
/// Its reversal came first.
const SUSPECTED: Code = Code::of(b"22");

/// How this hub forwards.
#[derive(Copy, Clone, Debug)]
pub struct SwitchConfig {
    /// How long to wait.
    pub timers: Timers,
    /// What it may approve when the issuer cannot be reached, if anything.
    pub stand_in: Option<StandIn>,
}

/// What became of a request.
#[derive(Debug)]
pub(super) enum State {
    /// It is at the issuer, or was; what that says goes back.
    Forwarded,
    /// It never left, and was declined.
    Declined(Code),
    /// It never left, and was approved in the issuer's name.
    StoodIn(Box<StoodIn>),
    /// Its reversal came first.
    Tombstone,
}

/// A request that was seen.
#[derive(Debug)]
pub(super) struct Exchange {
    from: Party,
    asked: Money,
    operation: Operation,
    /// How often it was forwarded.
    sent: u32,
    pub(super) state: State,
}

/// The hub's state as a switch.
#[derive(Debug)]
pub(super) struct Switch {
    pub(super) config: SwitchConfig,
    /// DE32 of what it asks by itself.
    institution: String,
    /// By DE7, DE11 and DE32.
    pub(super) known: BTreeMap<String, Exchange>,
    /// Sales that were approved here, and of which the issuer has not heard yet.
    pub(super) undelivered: BTreeSet<String>,
    outbox: Outbox,
    routes: Routes,
    stan: u64,
    /// The settlement date that is open, as the issuer said last.
    pub(super) date: Option<Date>,
}

impl Switch {
    pub(super) fn new(config: SwitchConfig, institution: &str) -> Self {
        // It gives up before the acquirer does, and after the issuer.
        let patience = config.timers.issuer + config.timers.issuer / 2;
        Self {
            config,
            institution: institution.to_owned(),
            known: BTreeMap::new(),
            undelivered: BTreeSet::new(),
            outbox: Outbox::new(),
            routes: Routes::new(&[Party::Issuer], true, patience),
            stan: 700_000,
            date: None,
        }
    }

    pub(super) fn step(&mut self, input: Input, fx: &mut Effects) {
        match input {
            Input::Start => {
                self.routes.start(fx);
                if let Err(why) = self.outbox.start(self.config.timers, 0) {
                    let record = fx.record(RecordKind::WorkItem);
                    fx.note(Record { note: why.to_owned(), ..record });
                }
            }
            Input::Received(from, message) => {
                fx.received(from, &message);
                match (message.mti.is_request(), from) {
                    (false, _) => self.response(from, &message, fx),
                    (true, Party::Acquirer) => self.request(&message, fx),
                    (true, Party::Issuer) => self.forward(Party::Issuer, &message, fx),
                    (true, _) => {}
                }
            }
            Input::BadMac(from, _) => fx.bad_mac(from),
            Input::NotSent(to, message) => self.not_sent(to, &message, fx),
            Input::BadFrame(from, note) => {
                let record = fx.record(RecordKind::BadFrame);
                fx.note(Record { peer: Some(from), note, ..record });
                self.routes.failed(from, "no message", fx);
            }
            Input::LinkUp(Party::Issuer) => {
                self.routes.connected(Party::Issuer);
                self.ask_line(SIGN_ON, fx);
            }
            Input::LinkDown(Party::Issuer) => {
                let record = fx.record(RecordKind::LinkDown);
                fx.note(Record { peer: Some(Party::Issuer), ..record });
                self.routes.disconnected(Party::Issuer, fx);
                self.outbox.line_down(Party::Issuer, fx);
                fx.done(Outcome::Noted);
            }
            Input::Timer(timer) => self.timer(timer, fx),
            Input::LinkUp(_) | Input::LinkDown(_) | Input::Parcel(..) | Input::Command(_) => {}
        }
        for (kind, tx) in self.outbox.taken() {
            let record = fx.record(kind);
            fx.note(Record { tx, peer: Some(Party::Issuer), ..record });
        }
    }

    fn timer(&mut self, timer: Timer, fx: &mut Effects) {
        match timer {
            Timer::Forward => self.advise(fx),
            Timer::Advice(id, sent) => self.outbox.unanswered(id, sent, fx),
            Timer::Response(via, transmission, stan) => self.routes.overdue(via, &transmission, stan, fx),
            Timer::Route(via, since) if self.routes.rested(via, since, fx) => self.ask_line(ECHO, fx),
            _ => {}
        }
    }

    pub(super) const fn next_stan(&mut self) -> u64 {
        self.stan += 1;
        self.stan
    }

    fn ask_line(&mut self, management: u64, fx: &mut Effects) {
        let (transmission, acquirer) = (Some(fx.now.transmission()), self.institution.clone());
        let message = Telegram::new(Mti::NETWORK, self.next_stan());
        let message = Telegram { management: Some(management), transmission, acquirer, ..message };
        self.routes.send(Party::Issuer, message, fx);
    }

    /// A request of the acquirer.
    fn request(&mut self, message: &Telegram, fx: &mut Effects) {
        let is_sale = is_sale(message.mti);
        if message.mti == Mti::NETWORK && matches!(message.management, Some(SIGN_ON | ECHO)) {
            return fx.reply(message.answer(APPROVED));
        }
        match self.known.get(&key_of(message)).filter(|_| is_sale) {
            Some(Exchange { state: State::Tombstone, .. }) => return fx.reply(message.answer(SUSPECTED)),
            Some(known) if !is_same(message, known.asked, known.operation) => {
                return fx.reply(reused(message));
            }
            Some(Exchange { state: State::Declined(code), .. }) => return fx.reply(message.answer(*code)),
            Some(Exchange { state: State::StoodIn(sale), .. }) => return fx.reply(sale.response(message)),
            // What is unknown stays so: the issuer answers a request that comes again as it did before.
            Some(_) if self.routes.best().is_none() => return,
            Some(_) | None => {}
        }
        if is_reversal(message.mti)
            && let Some(key) = key_of_original(message)
        {
            match self.known.get(&key).map(|known| &known.state) {
                Some(State::StoodIn(_)) if self.undelivered.contains(&key) => {
                    return fx.reply(message.answer(IN_PROGRESS));
                }
                Some(_) => {}
                None => {
                    let traffic = Record::traffic(fx.now, RecordKind::Tombstone, Party::Acquirer, message);
                    fx.note(Record { tx: key, ..traffic });
                }
            }
        }
        match self.routes.best() {
            Some(_) => self.forward(Party::Acquirer, message, fx),
            None => self.unreachable(message, fx),
        }
    }

    /// Durable first: what is forwarded, and where its response belongs, is known after a restart.
    fn forward(&self, from: Party, message: &Telegram, fx: &mut Effects) {
        let record = Record::traffic(fx.now, RecordKind::Forwarded, from, message);
        fx.note(Record { tx: key_of(message), note: message.operation.to_string(), ..record });
        match from {
            Party::Issuer => fx.send(Party::Acquirer, message.clone()),
            _ => self.routes.send(Party::Issuer, message.clone(), fx),
        }
    }

    /// Not one octet of it reached the issuer. Anything but a sale or a reversal is repeated by its sender.
    fn unreachable(&mut self, message: &Telegram, fx: &mut Effects) {
        if is_sale(message.mti) {
            self.decide(message, fx);
        } else if is_reversal(message.mti) {
            // The hub itself is well, and may stand in for the next sale: this is no fault of the way.
            fx.send(Party::Acquirer, message.answer(IN_PROGRESS));
        }
    }

    fn not_sent(&mut self, to: Party, message: &Telegram, fx: &mut Effects) {
        fx.note(Record::traffic(fx.now, RecordKind::NotSent, to, message));
        self.routes.failed(to, "not sent", fx);
        if to != Party::Issuer || !message.mti.is_request() {
            return;
        }
        if message.is_stand_in() {
            self.outbox.not_sent(fx);
        } else if message.mti != Mti::NETWORK {
            // A request that went twice may be there once.
            let is_unknown = self.known.get(&key_of(message)).is_some_and(|known| known.sent > 1);
            if !(is_unknown && is_sale(message.mti)) {
                self.unreachable(message, fx);
            }
        }
    }

    /// A response goes to whoever asked, in time or late, once or twice. One to nothing that was forwarded goes nowhere.
    fn response(&mut self, from: Party, message: &Telegram, fx: &mut Effects) {
        self.routes.heard(from, message, fx);
        if message.mti == Mti::NETWORK.answer() && message.acquirer == self.institution {
            if message.code == Some(APPROVED) && from == Party::Issuer {
                self.in_service(message, fx);
            }
        } else if !self.advice_answered(message, fx)
            && let Some(Exchange { from: asked, state: State::Forwarded, .. }) =
                self.known.get(&key_of(message))
            && *asked != from
        {
            fx.send(*asked, message.clone());
        }
    }

    fn in_service(&mut self, message: &Telegram, fx: &mut Effects) {
        if message.management == Some(SIGN_ON) {
            let record = fx.record(RecordKind::SignedOn);
            fx.note(Record { peer: Some(Party::Issuer), ..record });
            fx.done(Outcome::InService(Party::Issuer));
        }
        self.routes.answers(Party::Issuer, fx);
        self.outbox.retry(fx.now);
        self.advise(fx);
    }

    /// Sends the advice that is due.
    fn advise(&mut self, fx: &mut Effects) {
        let known = &self.known;
        let write = |key: &str, repeat: bool| match &known.get(key)?.state {
            State::StoodIn(sale) => sale.advice(key, repeat),
            _ => None,
        };
        self.outbox.forward(&self.routes, write, fx);
    }

    pub(super) fn queue(&mut self, key: &str, fx: &mut Effects) {
        if let Err(error) = self.outbox.put(key) {
            let record = fx.record(RecordKind::WorkItem);
            fx.note(Record {
                tx: key.to_owned(),
                note: format!("the advice was not queued: {error}"),
                ..record
            });
        }
        fx.after(Duration::ZERO, Timer::Forward);
    }

    pub(super) fn delivered(&mut self, key: &str, fx: &mut Effects) {
        self.outbox.acknowledged(key);
        fx.after(Duration::ZERO, Timer::Forward);
    }

    pub(super) fn apply(&mut self, record: &Record) {
        self.routes.apply(record);
        self.outbox.apply(record);
        match record.kind {
            RecordKind::MessageOut
                if (record.peer, record.mti) == (Some(Party::Issuer), Some(Mti::NETWORK)) =>
            {
                self.stan = self.stan.max(record.stan);
            }
            // Other responses name dates that are over.
            RecordKind::MessageIn if record.peer == Some(Party::Issuer) => {
                let names = record.mti.is_some_and(|mti| matches!(mti.0, 110 | 210 | 800 | 810));
                self.date = self.date.max(record.date.filter(|_| names));
            }
            RecordKind::Forwarded => self.note(record, State::Forwarded),
            RecordKind::SaleDeclined => {
                self.note(record, State::Declined(record.code.unwrap_or(UNREACHABLE)))
            }
            RecordKind::Tombstone => self.note(record, State::Tombstone),
            RecordKind::StoodIn => {
                self.stan = self.stan.max(record.host_stan);
                if let Some(sale) = StoodIn::from_record(record) {
                    self.undelivered.insert(record.tx.clone());
                    self.note(record, State::StoodIn(Box::new(sale)));
                }
            }
            RecordKind::AdviceDone => {
                self.undelivered.remove(&record.tx);
            }
            _ => {}
        }
    }

    fn note(&mut self, record: &Record, state: State) {
        let from = record.peer.unwrap_or(Party::Acquirer);
        let operation = record.note.split('|').next().and_then(|name| name.parse().ok()).unwrap_or_default();
        let asked = record.amount.unwrap_or_default();
        let before = self.known.get(&record.tx).map_or(0, |known| known.sent);
        let sent = before + u32::from(matches!(state, State::Forwarded));
        self.known.insert(record.tx.clone(), Exchange { from, asked, operation, sent, state });
    }
}

fn is_sale(mti: Mti) -> bool {
    matches!(mti, Mti::SALE | Mti::AUTHORIZATION | Mti::ADVICE)
}

fn is_reversal(mti: Mti) -> bool {
    matches!(mti, Mti::REVERSAL_ADVICE | Mti::REVERSAL_REPEAT)
}
