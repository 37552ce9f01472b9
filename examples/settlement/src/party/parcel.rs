//! What goes between back offices: files, orders and receipts. None of it is an ISO 8583 message of a line.

use crate::clock::Date;
use crate::journal::Record;
use crate::money::Money;

/// Something that is sent as a whole.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Parcel {
    /// A clearing file (acquirer to hub) or a settlement file (hub to acquirer): IPM.
    File(Vec<u8>),
    /// What became of a file.
    Receipt(Receipt),
    /// The acquirer orders a payout.
    Order(Order),
    /// What became of an order.
    Notice(Notice),
}

/// What the receiver did with a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Receipt {
    /// The number of the file, PDS 0105.
    pub file: String,
    /// Whether its content is taken, now or before.
    pub taken: bool,
}

/// A payout.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Order {
    /// Its number: the bank credits each number once, however often it is ordered.
    pub id: String,
    /// DE42 of the merchant.
    pub merchant: String,
    /// The merchant's account.
    pub account: String,
    /// The settlement date of its items.
    pub date: Date,
    /// How much.
    pub amount: Money,
    /// What the statement shows: merchant and settlement date, `R1` if it replaces one that was sent back, `/1`,
    /// `/2` if the date is paid in parts.
    pub reference: String,
}

impl Order {
    /// What a journal keeps of it beside number, date and amount.
    pub(super) fn note(&self) -> String {
        format!("{}|{}|{}", self.merchant, self.account, self.reference)
    }

    /// The order that a journal tells of.
    pub(super) fn of(record: &Record) -> Self {
        let mut parts = record.note.splitn(3, '|').map(str::to_owned);
        let mut part = || parts.next().unwrap_or_default();
        Self {
            id: record.tx.clone(),
            merchant: part(),
            account: part(),
            reference: part(),
            date: record.date.unwrap_or_default(),
            amount: record.amount.unwrap_or_default(),
        }
    }
}

/// What became of an order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Notice {
    /// The number of the order.
    pub id: String,
    /// The bank's own number of it.
    pub trace: String,
    /// What became of it.
    pub end: End,
}

/// The end of an order, as far as the bank knows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum End {
    /// Taken, not booked yet.
    Accepted,
    /// Credited to the merchant.
    Credited,
    /// Sent back, for this reason: `AC01` no such account, `AC04` closed, `AC06` blocked.
    Returned(String),
}
