//! The acquirer's host: between the terminal's dialect and the issuer's, and the one who owes the
//! merchant. Its rules are those that keep money from getting lost: unknown is not failed, a
//! reversal is never dropped, an answer that comes after the reversal revives nothing, and a
//! merchant is paid only for items that a balanced batch confirmed and the issuer reconciled.

mod accounts;
mod advices;
mod claims;
mod clearing;
mod fees;
mod funding;
mod item;
mod itemize;
mod sale;
mod settle;
mod upload;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

pub use self::claims::CLAIMS;
pub(crate) use self::sale::DOUBLE;

use self::advices::TOO_LATE;
use self::funding::Funding;
use self::item::{Sale, State};
use self::settle::Closing;
use super::exchange::{ECHO, Outbox, Routes, SIGN_ON};
use super::{Command, Desk, Effect, Effects, Input, Machine, Outcome, Timer, Timers};
use crate::clock::{Date, Stamp};
use crate::fees::FeeTable;
use crate::journal::{Party, Record, RecordKind};
use crate::ledger::Ledger;
use crate::telegram::{Code, Mti, Telegram};
use crate::wire::secured::issue;

/// DE70: the settlement date is over.
const CUT_OVER: u64 = 201;

const APPROVED: Code = Code::of(b"00");
/// A message whose MAC is wrong is refused, whatever it says.
const MAC_WRONG: Code = Code::of(b"A0");
const NOT_FOUND: Code = Code::of(b"25");

/// Who this acquirer is and what it agreed with whom.
#[derive(Clone, Debug)]
pub struct AcquirerConfig {
    /// DE32 of everything it sends to the issuer.
    pub institution: String,
    /// The merchants it has a contract with (DE42).
    pub merchants: BTreeSet<String>,
    /// Merchant fee, in hundredths of a percent.
    pub fee_basis_points: u64,
    /// Which of several acquirer processes this is, for the RRN.
    pub node: u8,
    /// How long to wait.
    pub timers: Timers,
}

/// The acquirer's state machine.
#[derive(Debug)]
pub struct Acquirer {
    config: AcquirerConfig,
    /// By merchant, terminal, batch and STAN.
    sales: BTreeMap<String, Sale>,
    /// From DE7 and DE11 of the host link to the key above.
    by_network: BTreeMap<String, String>,
    advices: Outbox,
    /// The ways to the issuer, by their next party.
    routes: Routes,
    tombstones: BTreeSet<String>,
    /// The open batch of each terminal.
    batches: BTreeMap<String, u64>,
    /// Items of batches that were uploaded, by their keys.
    compared: BTreeSet<String>,
    /// Answers given to 0500, to be given again.
    closed: BTreeMap<String, Record>,
    /// The settlement dates that are over.
    dates: BTreeMap<Date, Closing>,
    funding: Funding,
    /// What merchants pay.
    fees: FeeTable,
    host_stan: u64,
    sequence: u64,
}

impl Acquirer {
    /// An acquirer without history.
    pub fn new(config: AcquirerConfig) -> Self {
        Self {
            fees: FeeTable::flat(config.fee_basis_points),
            sales: BTreeMap::new(),
            by_network: BTreeMap::new(),
            advices: Outbox::new(),
            routes: Routes::new(&[Party::Issuer], false, config.timers.acquirer),
            tombstones: BTreeSet::new(),
            batches: BTreeMap::new(),
            compared: BTreeSet::new(),
            closed: BTreeMap::new(),
            dates: BTreeMap::new(),
            funding: Funding::new(),
            host_stan: 500_000,
            sequence: 0,
            config,
        }
    }

    /// The same with a back office: it clears by files with the hub, and orders payouts to these accounts, by
    /// merchant, at the merchants' bank.
    #[must_use]
    pub fn with_back_office(mut self, accounts: BTreeMap<String, String>) -> Self {
        self.funding.accounts = Some(accounts);
        self
    }

    /// The same with these ways to the issuer, the best first: the issuer itself on the direct line, or the hub.
    #[must_use]
    pub fn with_routes(mut self, routes: &[Party]) -> Self {
        self.routes = Routes::new(routes, routes.len() > 1, self.config.timers.acquirer);
        self
    }

    fn hear_terminal(&mut self, message: &Telegram, books: &Ledger, fx: &mut Effects) {
        match message.mti {
            Mti::NETWORK => self.terminal_signs_on(message, fx),
            Mti::SALE | Mti::AUTHORIZATION | Mti::ADVICE => self.sale(message, books, fx),
            Mti::REVERSAL => self.reversal(message, books, fx),
            Mti::SETTLEMENT => self.batch(message, books, fx),
            Mti::ITEM => self.uploaded(message, books, fx),
            _ => fx.send(Party::Terminal, message.answer(Code::of(b"40"))),
        }
    }

    fn hear_issuer(&mut self, via: Party, message: &Telegram, books: &Ledger, fx: &mut Effects) {
        self.routes.heard(via, message, fx);
        let is_there = message.code.is_some_and(Code::approved) || message.management == Some(CUT_OVER);
        if self.routes.break_open() && is_there {
            // The issuer can be asked, by whichever way: what was given up is tried once more.
            self.advices.retry(fx.now);
            fx.after(Duration::ZERO, Timer::Forward);
        }
        match (message.mti.0, message.management) {
            (810, Some(ECHO)) if message.code == Some(APPROVED) => self.echoed(via, fx),
            (810, _) if message.code == Some(APPROVED) => self.host_signed_on(via, fx),
            (800, Some(CUT_OVER)) => self.cut_over(message, fx),
            (210 | 110 | 230, _) => self.sale_answered(message, fx),
            (430, _) => self.reversal_answered(message, fx),
            (330, _) => self.item_compared(message, fx),
            (530, _) => self.reconciled(message, books, fx),
            _ => {}
        }
    }

    fn terminal_signs_on(&self, message: &Telegram, fx: &mut Effects) {
        let batch = self.batches.get(&message.terminal).copied();
        if batch.is_none() {
            let opened = fx.record(RecordKind::BatchOpened);
            fx.note(Record { batch: 1, note: message.terminal.clone(), ..opened });
        }
        let answer = Telegram {
            batch: Some(batch.unwrap_or(1)),
            local: Some(fx.now.transmission()),
            keys: issue(message.terminal.trim(), message.stan).ok(),
            ..message.answer(APPROVED)
        };
        fx.send(Party::Terminal, answer);
    }

    fn host_signed_on(&mut self, via: Party, fx: &mut Effects) {
        let record = fx.record(RecordKind::SignedOn);
        fx.note(Record { peer: Some(via), ..record });
        self.echoed(via, fx);
        fx.done(Outcome::InService(via));
    }

    /// This way is in service.
    fn echoed(&mut self, via: Party, fx: &mut Effects) {
        self.routes.answers(via, fx);
        self.resume(fx);
    }

    /// The line of this way is gone.
    fn line_down(&mut self, via: Party, fx: &mut Effects) {
        let record = fx.record(RecordKind::LinkDown);
        fx.note(Record { peer: Some(via), ..record });
        self.routes.disconnected(via, fx);
        self.advices.line_down(via, fx);
        fx.done(Outcome::Noted);
    }

    /// A sign-on or an echo test.
    fn ask_line(&mut self, via: Party, management: u64, fx: &mut Effects) {
        let message = self.host_message(Mti::NETWORK, fx.now);
        self.routes.send(via, Telegram { management: Some(management), ..message }, fx);
    }

    fn host_message(&mut self, mti: Mti, now: Stamp) -> Telegram {
        self.host_stan += 1;
        let (transmission, acquirer) = (Some(now.transmission()), self.config.institution.clone());
        Telegram { transmission, acquirer, ..Telegram::new(mti, self.host_stan) }
    }

    fn timer(&mut self, timer: Timer, fx: &mut Effects) {
        match timer {
            Timer::Answer(key) => self.answer_overdue(&key, fx),
            Timer::Forward => self.forward(fx),
            Timer::Advice(id, sent) => self.advices.unanswered(id, sent, fx),
            Timer::Reconcile(date) => self.reconcile(date, fx),
            Timer::Upload(date) => self.upload(date, fx),
            Timer::Response(via, transmission, stan) => self.routes.overdue(via, &transmission, stan, fx),
            Timer::Route(via, since) => {
                if self.routes.rested(via, since, fx) {
                    self.ask_line(via, ECHO, fx);
                }
            }
            Timer::CutOver(_) | Timer::Expiry(_) | Timer::Terminal(_) => {}
        }
    }

    fn started(&mut self, fx: &mut Effects) {
        fx.started();
        if let Err(why) = self.advices.start(self.config.timers, self.config.node.into()) {
            let record = fx.record(RecordKind::WorkItem);
            fx.note(Record { note: why.to_owned(), ..record });
        }
        let open: Vec<_> =
            self.sales.iter().filter(|(_, s)| s.state == State::Sent).map(|(k, _)| k.clone()).collect();
        for key in open {
            self.begin_reversal(&key, TOO_LATE, "platform restarted before the answer was in the books", fx);
        }
        self.routes.start(fx);
        for (date, _) in self.dates.iter().filter(|(_, closing)| closing.is_open()) {
            fx.after(self.config.timers.acquirer, Timer::Reconcile(*date));
        }
    }

    fn not_sent(&mut self, to: Party, message: &Telegram, fx: &mut Effects) {
        fx.note(Record::traffic(fx.now, RecordKind::NotSent, to, message));
        self.routes.failed(to, "not sent", fx);
        match message.mti {
            Mti::SALE | Mti::AUTHORIZATION | Mti::ADVICE => self.never_left(to, message, fx),
            Mti::REVERSAL_ADVICE | Mti::REVERSAL_REPEAT => self.advices.not_sent(fx),
            _ => {}
        }
    }
}

impl Machine for Acquirer {
    fn party(&self) -> Party {
        Party::Acquirer
    }

    fn step(&mut self, books: &Ledger, input: Input, now: Stamp) -> Vec<Effect> {
        let mut fx = Effects::at(now);
        match input {
            Input::Start => self.started(&mut fx),
            Input::Received(from, message) => {
                fx.received(from, &message);
                match from {
                    Party::Terminal => self.hear_terminal(&message, books, &mut fx),
                    Party::Issuer | Party::Hub => self.hear_issuer(from, &message, books, &mut fx),
                    Party::Acquirer | Party::Bank => {}
                }
            }
            Input::NotSent(to, message) => self.not_sent(to, &message, &mut fx),
            Input::BadMac(from, message) => {
                fx.bad_mac(from);
                self.routes.failed(from, "wrong MAC", &mut fx);
                if message.mti.is_request() {
                    fx.send(from, message.answer(MAC_WRONG));
                }
            }
            Input::BadFrame(from, why) => {
                let record = fx.record(RecordKind::BadFrame);
                fx.note(Record { peer: Some(from), note: why, ..record });
                self.routes.failed(from, "no message", &mut fx);
            }
            Input::LinkUp(via) if self.routes.lead_to(via) => {
                self.routes.connected(via);
                self.ask_line(via, SIGN_ON, &mut fx);
            }
            Input::LinkDown(via) if self.routes.lead_to(via) => self.line_down(via, &mut fx),
            Input::LinkUp(_) | Input::LinkDown(_) => {}
            Input::Timer(timer) => self.timer(timer, &mut fx),
            Input::Command(Command::Desk(Desk::Correct(rrn))) => self.correct(&rrn, &mut fx),
            Input::Command(Command::Pay) if self.funding.is_on() => self.order_payouts(books, &mut fx),
            Input::Command(Command::Pay) => self.pay(books, &mut fx),
            Input::Command(Command::Desk(desk)) if self.funding.is_on() => self.desk(&desk, &mut fx),
            Input::Parcel(_, parcel) => self.parcel(parcel, books, &mut fx),
            Input::Command(_) => fx.done(Outcome::Refused("not a matter of the acquirer")),
        }
        for (kind, tx) in self.advices.taken() {
            let record = fx.record(kind);
            fx.note(Record { tx, peer: Some(Party::Issuer), ..record });
        }
        fx.list
    }

    fn apply(&mut self, record: &Record) {
        self.routes.apply(record);
        match record.kind {
            RecordKind::MessageOut
                if record.peer.is_some_and(|via| self.routes.lead_to(via))
                    && record.mti.is_some_and(Mti::is_request) =>
            {
                self.host_stan = self.host_stan.max(record.stan);
            }
            RecordKind::BatchOpened => {
                self.batches.insert(record.note.clone(), record.batch);
            }
            RecordKind::BatchBalanced => {
                self.batches.insert(record.note.clone(), record.batch + 1);
                self.closed.insert(record.tx.clone(), record.clone());
            }
            RecordKind::BatchItemAgreed | RecordKind::BatchItemDisputed => {
                self.compared.insert(record.tx.clone());
            }
            RecordKind::BatchUploaded => {
                self.batches.insert(record.note.clone(), record.batch + 1);
            }
            RecordKind::DateClosed => {
                self.dates.extend(record.date.map(|date| (date, Closing::new(record.at, self.sequence))));
            }
            RecordKind::DateSubmitted
            | RecordKind::SaleExcluded
            | RecordKind::DateReconciled
            | RecordKind::DateOutOfBalance
            | RecordKind::ItemAgreed
            | RecordKind::ItemDisputed
            | RecordKind::ItemsCompared => {
                if let Some(closing) = record.date.and_then(|date| self.dates.get_mut(&date)) {
                    closing.apply(record);
                }
                self.apply_sale(record);
            }
            RecordKind::Tombstone => {
                self.tombstones.insert(record.tx.clone());
            }
            RecordKind::AdviceQueued
            | RecordKind::AdviceSent
            | RecordKind::AdviceDone
            | RecordKind::AdviceParked
            | RecordKind::AdviceRetried => self.advices.apply(record),
            RecordKind::FileSent
            | RecordKind::FileAcknowledged
            | RecordKind::FileTaken
            | RecordKind::Payout
            | RecordKind::PayoutCredited
            | RecordKind::MerchantHeld
            | RecordKind::MerchantReleased
            | RecordKind::AccountProposed
            | RecordKind::AccountSet
            | RecordKind::TrialDeducted
            | RecordKind::SalesLimitSet
            | RecordKind::LimitSet => self.funding.apply(record),
            RecordKind::FeesSet => {
                self.fees = FeeTable::parse(&record.note).unwrap_or_else(|_| self.fees.clone())
            }
            RecordKind::PayoutReturned => {
                self.funding.apply(record);
                self.sales.values_mut().for_each(|sale| sale.unpay(&record.tx));
            }
            _ => self.apply_sale(record),
        }
    }
}
