//! The issuer's host: it owns the cardholders' accounts and answers from rules, never from a
//! script. An approval is a hold in the ledger; the settlement of the date turns holds into
//! postings, a reversal releases them, each exactly once.

mod rules;
mod settle;
mod standin;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::exchange::{is_same, key_of, key_of_original, network_key, reused};
use super::intake::Intake;
use super::parcel::Parcel;
use super::{Command, Effect, Effects, Input, Machine, Outcome, Timer, Timers};
use crate::card::{Pan, PinBlock};
use crate::clock::{Date, Stamp};
use crate::journal::{Party, Record, RecordKind};
use crate::ledger::{Ledger, Purpose, Transfer, TransferId};
use crate::money::Money;
use crate::ops::Operation;
use crate::telegram::{Code, Mti, Telegram};

const APPROVED: Code = Code::of(b"00");
/// The account system does not work.
const MALFUNCTION: Code = Code::of(b"96");
/// The bank closes its books.
const CUT_OFF: Code = Code::of(b"90");
/// DE70: the settlement date is over.
const CUT_OVER: u64 = 201;
/// The account that bears what was approved in the issuer's name and is none of a cardholder.
const EXPOSURE: &str = "stip_exposure";
/// So long is a pre-authorization valid.
const VALID: Duration = Duration::from_secs(30 * 86_400);
/// After this many wrong PINs in a row nothing is tried any more.
const PIN_TRIES: u32 = 3;

/// What the issuer keeps about a card. In memory only; the journal knows the account number.
#[derive(Clone, Debug)]
pub struct CardFile {
    /// The number.
    pub pan: Pan,
    /// The account behind it.
    pub account: String,
    /// The last month it is valid, YYMM.
    pub expiry: String,
    /// The reference of the PIN: here simply the block the right PIN gives.
    pub pin: PinBlock,
    /// The most one sale may be.
    pub limit: Money,
    /// What is on the account when the day begins.
    pub balance: Money,
    /// Whether a sale is approved for what is there, if that is less than was asked for.
    pub prepaid: bool,
}

/// Who this issuer is.
#[derive(Clone, Debug)]
pub struct IssuerConfig {
    /// Its cards.
    pub cards: Vec<CardFile>,
    /// The settlement date that is open when it starts for the first time.
    pub first_date: Date,
    /// How long to wait.
    pub timers: Timers,
}

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum State {
    Held,
    Declined,
    Released,
    Posted,
    /// Given back by clearing.
    Credited,
    /// A reversal came first.
    Tombstone,
}

#[derive(Clone, Debug)]
struct Item {
    operation: Operation,
    account: String,
    /// What was asked for.
    asked: Money,
    /// What is charged: what was approved, less what was taken back.
    amount: Money,
    /// What was approved.
    first: Money,
    code: Code,
    approval: String,
    rrn: String,
    /// When it was decided.
    at: Stamp,
    date: Date,
    state: State,
}

/// The issuer's state machine.
#[derive(Debug)]
pub struct Issuer {
    config: IssuerConfig,
    date: Date,
    items: BTreeMap<String, Item>,
    wrong_pins: BTreeMap<String, u32>,
    /// The hub's files.
    files: Intake,
    reconciled: BTreeMap<Date, Record>,
    /// The dates that are compared item by item, and the items that agreed.
    compared: BTreeMap<Date, BTreeSet<String>>,
    /// Items that the acquirer has otherwise.
    disputed: BTreeSet<String>,
    announced: Option<Telegram>,
    stan: u64,
    /// The line of the last announcement to the acquirer: its own, or that of the hub.
    announcing_by: Party,
    /// Is there a line to the hub?
    by_hub: bool,
    /// While the account system is out of order: the response that says so.
    broken: Option<Code>,
}

/// The hold that an approved sale is in the issuer's book.
fn hold(operation: Operation, key: &str, account: &str, amount: Money) -> Transfer {
    let cardholder = if account == EXPOSURE { EXPOSURE.to_owned() } else { format!("cardholder:{account}") };
    match operation {
        Operation::Refund => Transfer::pending(Purpose::Refund, key, "hub_settlement", &cardholder, amount),
        Operation::Preauth => Transfer::pending(Purpose::Sale, key, &cardholder, "reserved", amount),
        _ => Transfer::pending(Purpose::Sale, key, &cardholder, "hub_settlement", amount),
    }
}

impl Issuer {
    /// An issuer without history.
    pub const fn new(config: IssuerConfig) -> Self {
        let date = config.first_date;
        Self {
            config,
            date,
            items: BTreeMap::new(),
            wrong_pins: BTreeMap::new(),
            files: Intake::from(Party::Hub, true),
            reconciled: BTreeMap::new(),
            compared: BTreeMap::new(),
            disputed: BTreeSet::new(),
            announced: None,
            stan: 900_000,
            announcing_by: Party::Acquirer,
            by_hub: false,
            broken: None,
        }
    }

    fn start(&mut self, books: &Ledger, fx: &mut Effects) {
        if self.date != self.config.first_date {
            self.announcement(self.date, fx);
        }
        let record = fx.record(RecordKind::Started);
        fx.note(Record { date: Some(self.date), ..record });
        for (key, item) in self.items.iter().filter(|(_, item)| item.is_reserved()) {
            let spent = Duration::from_micros(fx.now.0.saturating_sub(item.at.0));
            fx.after(VALID.saturating_sub(spent), Timer::Expiry(key.clone()));
        }
        for card in &self.config.cards {
            let (account, reference) = (format!("cardholder:{}", card.account), "opening balance");
            let opening = Transfer::posted(Purpose::Opening, reference, "vault", &account, card.balance);
            if card.balance > Money::ZERO && books.transfer(opening.id).is_none() {
                fx.transfer(opening);
                let record = fx.record(RecordKind::Opening);
                fx.note(Record { tx: card.account.clone(), amount: Some(card.balance), ..record });
            }
        }
    }

    fn received(&mut self, message: &Telegram, books: &Ledger, fx: &mut Effects) {
        match message.mti {
            Mti::NETWORK => self.network(message, fx),
            _ if message.is_stand_in() => self.stood_in(message, books, fx),
            Mti::SALE | Mti::AUTHORIZATION | Mti::ADVICE => self.sale(message, books, fx),
            Mti::REVERSAL_ADVICE | Mti::REVERSAL_REPEAT => self.reversal(message, books, fx),
            Mti::RECONCILIATION => self.reconcile(message, fx),
            Mti::ITEM => self.compare_item(message, fx),
            Mti(810) => self.cut_over_answered(message, fx),
            _ => {}
        }
    }

    fn sale(&self, message: &Telegram, books: &Ledger, fx: &mut Effects) {
        let key = key_of(message);
        if let Some(item) = self.items.get(&key).filter(|item| item.state != State::Tombstone) {
            let same = is_same(message, item.asked, item.operation);
            return fx.reply(if same { item.answer(message) } else { reused(message) });
        }
        let original = self.original(message);
        let verdict = self.judge(&key, message, original.as_ref(), books);
        let account = verdict.card.map_or(String::new(), |card| card.account.clone());
        let approval = if verdict.code.approved() { approval_code(&key) } else { String::new() };
        let asked = message.amount.unwrap_or_default();
        let kind = if verdict.code.approved() { RecordKind::SaleApproved } else { RecordKind::SaleDeclined };
        let traffic = fx.about(kind, message);
        let record = Record {
            tx: key,
            code: Some(verdict.code),
            approval,
            amount: Some(if verdict.code.approved() { verdict.amount } else { asked }),
            date: Some(self.date),
            note: format!("{account}|{}|{}", message.operation, asked.units()),
            ..traffic
        };
        let item = Item::from_record(&record, self.date);
        if let (true, Some(item)) = (verdict.code.approved(), &item) {
            if let Some((key, reserved)) = original.filter(|_| item.operation == Operation::Completion) {
                charge_reserved(key, reserved, message.replacement, fx);
            }
            fx.transfer(item.held(&record.tx));
            if item.operation == Operation::Preauth {
                fx.after(VALID, Timer::Expiry(record.tx.clone()));
            }
        }
        fx.note(record);
        fx.reply(item.map_or_else(|| message.answer(verdict.code), |item| item.answer(message)));
    }

    /// A sign-on or an echo test: somebody is there, and this settlement date is open.
    fn network(&self, message: &Telegram, fx: &mut Effects) {
        let settlement = Some(self.date.mmdd());
        fx.reply(Telegram { settlement, ..message.answer(APPROVED) });
    }

    /// The line that did not carry the last announcement, if there is one.
    fn other_line(&self) -> Party {
        match self.announcing_by {
            Party::Acquirer if self.by_hub => Party::Hub,
            _ => Party::Acquirer,
        }
    }

    /// The transaction that DE90 names.
    fn original(&self, message: &Telegram) -> Option<(String, Item)> {
        let key = key_of_original(message)?;
        self.items.get(&key).map(|item| (key, item.clone()))
    }

    /// A reservation that nobody completed in time is given back.
    fn expire(&self, key: &str, fx: &mut Effects) {
        let Some(item) = self.items.get(key).filter(|item| item.is_reserved()) else { return };
        fx.transfer(item.held(key).void());
        let (tx, rrn, amount) = (key.to_owned(), item.rrn.clone(), Some(item.amount));
        fx.note(Record { tx, rrn, amount, ..fx.record(RecordKind::SaleExpired) });
    }

    fn reversal(&self, message: &Telegram, books: &Ledger, fx: &mut Effects) {
        let Some(key) = key_of_original(message) else {
            return fx.reply(message.answer(Code::of(b"30")));
        };
        // Its books cannot be changed now. The code is not final: the acquirer will repeat the advice.
        if let Some(code) = self.broken {
            return fx.reply(message.answer(code));
        }
        let traffic = fx.about(RecordKind::SaleReversed, message);
        let (code, date) = match self.items.get(&key) {
            None => {
                let date = Some(self.date);
                fx.note(Record {
                    tx: key,
                    kind: RecordKind::Tombstone,
                    code: Some(Code::of(b"25")),
                    date,
                    ..traffic
                });
                (Code::of(b"25"), None)
            }
            Some(item) if message.replacement.is_some() => {
                self.reduce((&key, item), message, books, traffic, fx)
            }
            Some(item) => match item.state {
                State::Held => {
                    fx.transfer(item.held(&key).void());
                    fx.note(Record { tx: key, code: Some(APPROVED), date: Some(item.date), ..traffic });
                    (APPROVED, Some(item.date))
                }
                State::Released => (APPROVED, Some(item.date)),
                State::Tombstone => (Code::of(b"25"), None),
                State::Declined => (Code::of(b"21"), None),
                State::Posted | State::Credited => {
                    let note = "reversal after settlement; owner: issuer's adjustment desk".to_owned();
                    fx.note(Record { tx: key, kind: RecordKind::WorkItem, note, ..traffic });
                    (Code::of(b"12"), None)
                }
            },
        };
        let settlement = date.map(Date::mmdd);
        fx.reply(Telegram { settlement, ..message.answer(code) });
    }

    fn command(&mut self, command: &Command, fx: &mut Effects) {
        match command {
            Command::CutOver => {
                let next = self.date.next();
                let record = fx.record(RecordKind::DateOpened);
                fx.note(Record { date: Some(next), ..record });
                let message = self.announcement(next, fx);
                fx.send(self.announcing_by, message);
            }
            Command::Break | Command::DayEnd | Command::Repair => {
                let (kind, code) = match command {
                    Command::Break => (RecordKind::Broken, Some(MALFUNCTION)),
                    Command::DayEnd => (RecordKind::Broken, Some(CUT_OFF)),
                    _ => (RecordKind::Repaired, None),
                };
                let record = fx.record(kind);
                fx.note(Record { note: "account system".to_owned(), code, ..record });
                fx.done(Outcome::Noted);
            }
            Command::SignOn
            | Command::Sell(_, _)
            | Command::Request(_)
            | Command::CloseBatch
            | Command::Pay
            | Command::Desk(_) => {
                fx.done(Outcome::Refused("not a matter of the issuer"));
            }
        }
    }
}

impl Item {
    fn from_record(record: &Record, today: Date) -> Option<Self> {
        let state = match record.kind {
            RecordKind::SaleApproved => State::Held,
            RecordKind::SaleDeclined => State::Declined,
            RecordKind::Tombstone => State::Tombstone,
            _ => return None,
        };
        let mut parts = record.note.splitn(3, '|');
        let mut part = || parts.next().unwrap_or_default();
        let (account, operation) = (part().to_owned(), part().parse().unwrap_or_default());
        Some(Self {
            operation,
            account,
            asked: part().parse().map_or(record.amount.unwrap_or_default(), Money::minor),
            amount: record.amount.unwrap_or_default(),
            first: record.amount.unwrap_or_default(),
            code: record.code.unwrap_or(Code::of(b"96")),
            approval: record.approval.clone(),
            rrn: record.rrn.clone(),
            at: record.at,
            date: record.date.unwrap_or(today),
            state,
        })
    }

    /// The reservation that it is in the issuer's book.
    fn held(&self, key: &str) -> Transfer {
        hold(self.operation, key, &self.account, self.first).reduced(self.amount)
    }

    fn is_reserved(&self) -> bool {
        self.operation == Operation::Preauth && self.state == State::Held
    }

    fn answer(&self, request: &Telegram) -> Telegram {
        let is_new_hold = self.operation == Operation::Preauth && self.code.approved();
        Telegram {
            settlement: Some(self.date.mmdd()),
            approval: (!self.approval.is_empty()).then(|| self.approval.clone()),
            local: request.local.clone(),
            amount: if self.code.approved() { Some(self.first) } else { request.amount },
            valid_days: is_new_hold.then_some(VALID.as_secs() / 86_400),
            ..request.answer(self.code)
        }
    }
}

/// A completion takes the place of its reservation, or of all of it but what stays reserved for another one.
fn charge_reserved(key: String, reserved: Item, stays: Option<Money>, fx: &mut Effects) {
    fx.transfer(reserved.held(&key).void());
    let (rrn, date) = (reserved.rrn.clone(), Some(reserved.date));
    let (kind, note) = match stays {
        Some(_) => (RecordKind::SaleReduced, "charged in part by a completion"),
        None => (RecordKind::SaleReversed, "charged by its completion"),
    };
    if let Some(amount) = stays {
        fx.transfer(Item { amount, ..reserved }.held(&key));
    }
    fx.note(Record { tx: key, rrn, date, amount: stays, note: note.to_owned(), ..fx.record(kind) });
}

/// Six characters that follow from the key, so that a repeated answer carries the same ones.
fn approval_code(key: &str) -> String {
    const SIGNS: &[u8; 32] = b"0123456789ABCDEFGHJKLMNPQRSTUVWX";
    let id = TransferId::of(&["approval", key]).0.to_be_bytes();
    let sign = |byte: &u8| SIGNS.get(usize::from(byte % 32)).copied().map_or('0', char::from);
    id.iter().take(6).map(sign).collect()
}

impl Machine for Issuer {
    fn party(&self) -> Party {
        Party::Issuer
    }

    fn step(&mut self, books: &Ledger, input: Input, now: Stamp) -> Vec<Effect> {
        let mut fx = Effects::at(now);
        match input {
            Input::Start => self.start(books, &mut fx),
            Input::Received(from, message) => {
                fx.received(from, &message);
                self.received(&message, books, &mut fx);
            }
            Input::NotSent(to, message) => {
                fx.note(Record::traffic(now, RecordKind::NotSent, to, &message));
                if message.mti == Mti::NETWORK && to == self.announcing_by && self.other_line() != to {
                    self.announcing_by = self.other_line();
                    fx.send(self.announcing_by, message);
                }
            }
            // there is no MAC on the hosts' line
            Input::BadMac(from, _) => fx.bad_mac(from),
            Input::BadFrame(from, why) => {
                let record = fx.record(RecordKind::BadFrame);
                fx.note(Record { peer: Some(from), note: why, ..record });
            }
            Input::Parcel(Party::Hub, Parcel::File(octets)) => self.clearing_file(&octets, books, &mut fx),
            Input::LinkUp(Party::Hub) => self.by_hub = true,
            Input::LinkDown(Party::Hub) => self.by_hub = false,
            Input::LinkUp(_) | Input::LinkDown(_) | Input::Parcel(_, _) => {}
            Input::Timer(Timer::Expiry(key)) => self.expire(&key, &mut fx),
            Input::Timer(Timer::CutOver(date)) => {
                if let Some(message) = self.announced.clone() {
                    // By the other line, if there is one.
                    self.announcing_by = self.other_line();
                    fx.send(self.announcing_by, message);
                    fx.after(self.config.timers.issuer, Timer::CutOver(date));
                }
            }
            Input::Timer(_) => {}
            Input::Command(command) => self.command(&command, &mut fx),
        }
        fx.list
    }

    fn apply(&mut self, record: &Record) {
        match record.kind {
            RecordKind::MessageOut if record.mti == Some(Mti::NETWORK) => {
                self.stan = self.stan.max(record.stan)
            }
            RecordKind::DateOpened => self.date = record.date.unwrap_or(self.date),
            RecordKind::DateReconciled | RecordKind::DateOutOfBalance => {
                self.reconciled.extend(record.date.map(|date| (date, record.clone())));
            }
            RecordKind::Broken => self.broken = Some(record.code.unwrap_or(MALFUNCTION)),
            RecordKind::Repaired => self.broken = None,
            RecordKind::SaleApproved | RecordKind::SaleDeclined | RecordKind::Tombstone => {
                let account = record.note.split('|').next().unwrap_or_default();
                if record.code == Some(Code::of(b"55")) {
                    *self.wrong_pins.entry(account.to_owned()).or_default() += 1;
                } else if record.kind == RecordKind::SaleApproved {
                    self.wrong_pins.remove(account);
                }
                if let Some(item) = Item::from_record(record, self.date) {
                    self.items.entry(record.tx.clone()).or_insert(item);
                }
            }
            RecordKind::SaleReduced => {
                if let Some(item) = self.items.get_mut(&record.tx) {
                    item.amount = record.amount.unwrap_or(item.amount);
                    item.date = record.date.unwrap_or(item.date);
                }
                self.disputed.remove(&record.tx);
            }
            RecordKind::ItemDisputed => self.disputed.extend([record.tx.clone()]),
            RecordKind::ItemAgreed => {
                self.disputed.remove(&record.tx);
                self.agreed(record).extend([record.tx.clone()]);
            }
            RecordKind::ItemsCompared => self.agreed(record).extend([]),
            RecordKind::FileTaken => self.files.apply(record),
            RecordKind::SaleReversed
            | RecordKind::SaleExpired
            | RecordKind::SaleSettled
            | RecordKind::SaleAdjusted => {
                if let Some(item) = self.items.get_mut(&record.tx) {
                    item.state = match record.kind {
                        RecordKind::SaleSettled => State::Posted,
                        RecordKind::SaleAdjusted => State::Credited,
                        _ => State::Released,
                    };
                }
            }
            _ => {}
        }
    }
}
