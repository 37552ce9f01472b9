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

pub use self::claims::CLAIMS;

use self::advices::{Advices, TOO_LATE};
use self::funding::Funding;
use self::item::{Sale, State};
use self::settle::Closing;
use super::{Command, Desk, Effect, Effects, Input, Machine, Outcome, Timer, Timers};
use crate::clock::{Date, Stamp};
use crate::fees::FeeTable;
use crate::journal::{Party, Record, RecordKind};
use crate::ledger::Ledger;
use crate::telegram::{Code, Mti, Telegram};
use crate::wire::secured::issue;

/// DE70: sign-on.
const SIGN_ON: u64 = 1;
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
    advices: Advices,
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
    host_in_service: bool,
}

impl Acquirer {
    /// An acquirer without history.
    pub fn new(config: AcquirerConfig) -> Self {
        Self {
            fees: FeeTable::flat(config.fee_basis_points),
            config,
            sales: BTreeMap::new(),
            by_network: BTreeMap::new(),
            advices: Advices::new(),
            tombstones: BTreeSet::new(),
            batches: BTreeMap::new(),
            compared: BTreeSet::new(),
            closed: BTreeMap::new(),
            dates: BTreeMap::new(),
            funding: Funding::new(),
            host_stan: 500_000,
            sequence: 0,
            host_in_service: false,
        }
    }

    /// The same with a back office: it clears by files with the hub, and orders payouts to these accounts, by
    /// merchant, at the merchants' bank.
    #[must_use]
    pub fn with_back_office(mut self, accounts: BTreeMap<String, String>) -> Self {
        self.funding.accounts = Some(accounts);
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

    fn hear_issuer(&mut self, message: &Telegram, books: &Ledger, fx: &mut Effects) {
        match (message.mti.0, message.management) {
            (810, _) if message.code == Some(APPROVED) => self.host_signed_on(fx),
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

    fn host_signed_on(&mut self, fx: &mut Effects) {
        self.host_in_service = true;
        let record = fx.record(RecordKind::SignedOn);
        fx.note(Record { peer: Some(Party::Issuer), ..record });
        self.resume(fx);
        fx.done(Outcome::InService(Party::Issuer));
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
            Timer::Advice(id, sent) => self.advice_unanswered(Some((id, sent)), fx),
            Timer::Reconcile(date) => self.reconcile(date, fx),
            Timer::Upload(date) => self.upload(date, fx),
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
        for (date, _) in self.dates.iter().filter(|(_, closing)| closing.is_open()) {
            fx.after(self.config.timers.acquirer, Timer::Reconcile(*date));
        }
    }

    fn not_sent(&mut self, to: Party, message: &Telegram, fx: &mut Effects) {
        fx.note(Record::traffic(fx.now, RecordKind::NotSent, to, message));
        match message.mti {
            Mti::SALE | Mti::AUTHORIZATION | Mti::ADVICE => self.never_left(message, fx),
            Mti::REVERSAL_ADVICE | Mti::REVERSAL_REPEAT => self.advice_not_sent(fx),
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
                    Party::Issuer => self.hear_issuer(&message, books, &mut fx),
                    Party::Acquirer | Party::Hub | Party::Bank => {}
                }
            }
            Input::NotSent(to, message) => self.not_sent(to, &message, &mut fx),
            Input::BadMac(from, message) => {
                fx.bad_mac(from);
                if message.mti.is_request() {
                    fx.send(from, message.answer(MAC_WRONG));
                }
            }
            Input::BadFrame(from, why) => {
                let record = fx.record(RecordKind::BadFrame);
                fx.note(Record { peer: Some(from), note: why, ..record });
            }
            Input::LinkUp(Party::Issuer) => {
                let message = self.host_message(Mti::NETWORK, now);
                fx.send(Party::Issuer, Telegram { management: Some(SIGN_ON), ..message });
            }
            Input::LinkDown(Party::Issuer) => {
                self.host_in_service = false;
                let record = fx.record(RecordKind::LinkDown);
                fx.note(Record { peer: Some(Party::Issuer), ..record });
                self.advice_unanswered(None, &mut fx);
                fx.done(Outcome::Noted);
            }
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
        match record.kind {
            RecordKind::MessageOut
                if record.peer == Some(Party::Issuer) && record.mti.is_some_and(Mti::is_request) =>
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
