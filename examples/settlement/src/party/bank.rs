//! The bank of the merchants: it takes the acquirer's orders, books them in its run, and may send a payment back.
//! Each order is booked once, however often it comes.

use std::collections::{BTreeMap, BTreeSet};

use super::parcel::{End, Notice, Order, Parcel, Receipt};
use super::{Command, Desk, Effect, Effects, Input, Machine, Outcome};
use crate::clock::{Date, Stamp};
use crate::files::statement::{Entry, camt053};
use crate::journal::{Party, Record, RecordKind};
use crate::ledger::{Ledger, Purpose, Transfer};

/// Who this bank is.
#[derive(Clone, Debug)]
pub struct BankConfig {
    /// The accounts that it keeps for merchants.
    pub accounts: BTreeSet<String>,
}

/// The acquirer's account, from which payouts are paid.
pub const PAYOUTS: &str = "payouts:acquirer";
/// The reason of a return: there is no such account.
const NO_ACCOUNT: &str = "AC01";
/// It is closed.
const CLOSED: &str = "AC04";

#[derive(Clone, Debug)]
struct Taken {
    order: Order,
    trace: String,
    end: End,
}

/// The bank's state machine.
#[derive(Debug)]
pub struct Bank {
    config: BankConfig,
    closed: BTreeSet<String>,
    orders: BTreeMap<String, Taken>,
    last_credited: Option<String>,
    /// What was sent back, as long as the acquirer has not said that it knows.
    untold: BTreeSet<String>,
}

impl Bank {
    /// A bank without history.
    pub const fn new(config: BankConfig) -> Self {
        Self {
            config,
            closed: BTreeSet::new(),
            orders: BTreeMap::new(),
            last_credited: None,
            untold: BTreeSet::new(),
        }
    }

    fn order(&self, order: Order, fx: &mut Effects) {
        if let Some(known) = self.orders.get(&order.id) {
            let (trace, end) = (known.trace.clone(), known.end.clone());
            return fx.parcel(Party::Acquirer, Parcel::Notice(Notice { id: order.id, trace, end }));
        }
        let trace = format!("{}{:06}", fx.now.date().yddd(), self.orders.len() + 1);
        let record = fx.record(RecordKind::Payout);
        fx.note(Record {
            tx: order.id.clone(),
            amount: Some(order.amount),
            date: Some(order.date),
            rrn: trace.clone(),
            note: order.note(),
            ..record
        });
        let notice = Notice { id: order.id, trace, end: End::Accepted };
        fx.parcel(Party::Acquirer, Parcel::Notice(notice));
    }

    /// Books what was taken, and says again what was sent back and may not have been heard: nobody asks for it, since a
    /// payout that was credited is done for the acquirer.
    fn run(&self, fx: &mut Effects) {
        for taken in self.untold.iter().filter_map(|id| self.orders.get(id)) {
            let Taken { order, trace, end } = taken.clone();
            fx.parcel(Party::Acquirer, Parcel::Notice(Notice { id: order.id, trace, end }));
        }
        for taken in self.orders.values().filter(|taken| taken.end == End::Accepted) {
            let account = &taken.order.account;
            let end = if !self.config.accounts.contains(account) {
                End::Returned(NO_ACCOUNT.to_owned())
            } else if self.closed.contains(account) {
                End::Returned(CLOSED.to_owned())
            } else {
                End::Credited
            };
            book(taken, end, fx);
        }
        fx.done(Outcome::Noted);
    }

    fn send_back(&self, reason: String, fx: &mut Effects) {
        let last = self.last_credited.as_ref().and_then(|id| self.orders.get(id));
        match last {
            Some(taken) if taken.end == End::Credited => {
                book(taken, End::Returned(reason), fx);
                fx.done(Outcome::Noted);
            }
            _ => fx.done(Outcome::Refused("nothing was credited that could be sent back")),
        }
    }
}

/// Books the end of an order, and tells the acquirer.
fn book(taken: &Taken, end: End, fx: &mut Effects) {
    let Taken { order, trace, .. } = taken;
    let account = format!("merchant:{}", order.account);
    let (kind, note) = match &end {
        End::Returned(reason) => (RecordKind::PayoutReturned, reason.clone()),
        _ => (RecordKind::PayoutCredited, String::new()),
    };
    match (&taken.end, &end) {
        (_, End::Credited) => {
            fx.transfer(Transfer::posted(Purpose::Payout, &order.id, PAYOUTS, &account, order.amount));
        }
        (End::Credited, End::Returned(_)) => {
            fx.transfer(Transfer::posted(Purpose::Return, &order.id, &account, PAYOUTS, order.amount));
        }
        // Nothing was credited: the money went out, waited, and came back.
        (_, End::Returned(_)) => {
            let waits = "returns";
            fx.transfer(Transfer::posted(Purpose::Payout, &order.id, PAYOUTS, waits, order.amount));
            fx.transfer(Transfer::posted(Purpose::Return, &order.id, waits, PAYOUTS, order.amount));
        }
        (_, End::Accepted) => {}
    }
    let record = fx.record(kind);
    fx.note(Record { tx: order.id.clone(), amount: Some(order.amount), note, ..record });
    let notice = Notice { id: order.id.clone(), trace: trace.clone(), end };
    fx.parcel(Party::Acquirer, Parcel::Notice(notice));
}

/// The statement of the acquirer's account (camt.053): these entries, after what was there before the first of them.
pub fn statement(as_of: Date, entries: &[Entry]) -> String {
    camt053("PAYOUTS-1", as_of, 10_000_000, entries)
}

/// The entries of the acquirer's account, out of the bank's journal.
pub fn entries(journal: &[Record]) -> Vec<Entry> {
    let mut orders: BTreeMap<&str, (Order, &str)> = BTreeMap::new();
    let mut credited = BTreeSet::new();
    let mut entries = Vec::new();
    for record in journal {
        let reason = match record.kind {
            RecordKind::Payout => {
                orders.insert(&record.tx, (Order::of(record), &record.rrn));
                continue;
            }
            RecordKind::PayoutCredited => None,
            RecordKind::PayoutReturned => Some(record.note.clone()),
            _ => continue,
        };
        let Some((order, trace)) = orders.get(record.tx.as_str()) else { continue };
        let out = Entry {
            booked: record.at.date(),
            amount: order.amount,
            credit: false,
            order: record.tx.clone(),
            trace: (*trace).to_owned(),
            text: format!("SETTLEMENT {}", order.reference),
            reason: None,
        };
        if credited.insert(record.tx.as_str()) {
            entries.push(out.clone());
        }
        if reason.is_some() {
            let (text, trace) = (format!("RETURN {}", out.text), format!("{}R", out.trace));
            entries.push(Entry { credit: true, text, trace, reason, ..out });
        }
    }
    entries
}

impl Machine for Bank {
    fn party(&self) -> Party {
        Party::Bank
    }

    fn step(&mut self, _: &Ledger, input: Input, now: Stamp) -> Vec<Effect> {
        let mut fx = Effects::at(now);
        match input {
            Input::Start => fx.started(),
            Input::Parcel(_, Parcel::Order(order)) => self.order(order, &mut fx),
            Input::Parcel(_, Parcel::Receipt(Receipt { file, .. })) if self.untold.contains(&file) => {
                let record = fx.record(RecordKind::FileAcknowledged);
                fx.note(Record { tx: file, ..record });
            }
            Input::Command(Command::Desk(Desk::Run)) => self.run(&mut fx),
            Input::Command(Command::Desk(Desk::Close(account))) => {
                let record = fx.record(RecordKind::AccountClosed);
                fx.note(Record { tx: account, ..record });
                fx.done(Outcome::Noted);
            }
            Input::Command(Command::Desk(Desk::Return(reason))) => self.send_back(reason, &mut fx),
            Input::Command(_) => fx.done(Outcome::Refused("not a matter of the bank")),
            _ => {}
        }
        fx.list
    }

    fn apply(&mut self, record: &Record) {
        match record.kind {
            RecordKind::Payout => {
                let (order, trace) = (Order::of(record), record.rrn.clone());
                let taken = Taken { order, trace, end: End::Accepted };
                self.orders.insert(record.tx.clone(), taken);
            }
            RecordKind::PayoutCredited => {
                self.last_credited = Some(record.tx.clone());
                self.end(record, End::Credited);
            }
            RecordKind::PayoutReturned => {
                self.untold.insert(record.tx.clone());
                self.end(record, End::Returned(record.note.clone()));
            }
            RecordKind::FileAcknowledged => {
                self.untold.remove(&record.tx);
            }
            RecordKind::AccountClosed => {
                self.closed.insert(record.tx.clone());
            }
            _ => {}
        }
    }
}

impl Bank {
    fn end(&mut self, record: &Record, end: End) {
        if let Some(taken) = self.orders.get_mut(&record.tx) {
            taken.end = end;
        }
    }
}
