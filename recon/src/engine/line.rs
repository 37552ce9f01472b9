//! A line of the result: each record stands in exactly one.

use jiff::civil::Date;

use super::books::RecordId;
use super::class::{Class, Holder, States};
use crate::record::Currency;

/// What kind of thing a line is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LineKind {
    /// A transaction with its messages and clearing records.
    Transaction,
    /// Records that belong to no transaction or payout.
    Other,
    /// Messages that are no transaction.
    Messages,
    /// A payout with its bank entries.
    Payout,
    /// A file.
    File,
}

impl LineKind {
    /// The name for machines.
    pub fn id(self) -> &'static str {
        match self {
            Self::Transaction => "transaction",
            Self::Other => "other",
            Self::Messages => "messages",
            Self::Payout => "payout",
            Self::File => "file",
        }
    }
}

/// What a line adds to identity 1, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effect {
    /// Approved by the messages.
    pub approved: i128,
    /// Cleared.
    pub cleared: i128,
    /// Cleared minus approved where a match differs.
    pub differences: i128,
    /// Cleared without a living approval.
    pub unapproved: i128,
    /// Approved, and clearing is not due.
    pub open: i128,
    /// Approved and due, and missing in clearing.
    pub missing: i128,
}

impl Effect {
    pub(crate) fn is_empty(self) -> bool {
        self == Self::default()
    }
}

/// An amount of a line with its name.
pub type Amount = (&'static str, i128);

/// What a line says beyond its class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// The rule with a limit that allows the difference.
    Tolerance(String),
    /// The difference exceeds the limit of that rule; the limit in minor units.
    Above(String, i128),
    /// Found with another settlement date, so many days later.
    OtherDate(i64),
    /// The counter record is expected in the file of that date.
    Awaits(Date),
    /// Reversed on one side of the day cut, cleared on the other.
    AcrossCut,
    /// Equal items, as many on either side.
    Set(usize),
    /// Part of it was reversed.
    PartlyReversed,
    /// A part was approved.
    PartlyApproved,
    /// It was voided.
    Voided,
    /// It completes a pre-authorization.
    Completed,
    /// Its amount was changed for a tip.
    Adjusted,
    /// Presented in several parts.
    Parts(usize),
    /// Presented, and taken back in clearing.
    Withdrawn,
    /// The response came after the reversal.
    LateResponse,
    /// So many reversals had no response.
    Unconfirmed(u16),
    /// A reversal was refused, and the approval stands.
    ReversalRefused,
    /// The authorization was valid until then.
    Expired(String),
    /// The terminal got no response.
    NoResponse,
    /// Terminal and issuer were told different things.
    Conflict,
    /// No reversal towards the network was seen, although its link was.
    NoNetworkReversal,
    /// The link to the network is not in the evidence.
    NetworkNotSeen,
    /// The response code, and its meaning in English and Chinese.
    Response(String, &'static str, &'static str),
    /// The amounts differ by that power of ten: decimals of a currency that one side has wrong.
    Decimals(u32),
    /// Cleared for that merchant, and not for the one of the messages.
    OtherMerchant(String),
    /// The same card paid the same amount at the same terminal a few minutes before or after: that item.
    Twin(String),
    /// Includes what earlier payouts carried.
    Carries,
    /// The fee of the contract, and the fee of the record.
    ContractFee(i128, i128),
    /// The payout is short by the fee that the bank's text names.
    FeeInText(i128),
    /// The difference in basis points of the items.
    BasisPoints(i128),
    /// The difference is that of rounding the fee over the sum.
    Rounding(i128),
    /// The bank's reason for a return.
    Reason(String),
    /// Has records of an exception: its item and its class, and the net amount of the records.
    Contains(String, Class, i128),
    /// The difference is the net amount of exactly one item: its RRN, and the amount.
    MissingItem(String, i128),
    /// What a rule suggests: rule and item.
    Suggested(String, String),
    /// It is the second record of that item.
    Repeats(String),
    /// A file of the other side is not complete, which proves no absence.
    Incomplete,
    /// Words of a reader.
    Words(String),
}

/// A line of the result.
#[derive(Clone, Debug)]
pub struct Line {
    /// The id, the same from day to day.
    pub item: String,
    /// What it is about.
    pub kind: LineKind,
    /// The class.
    pub class: Class,
    /// Further classes that apply.
    pub also: Vec<Class>,
    /// Whether somebody has to act.
    pub is_exception: bool,
    /// What people decided about it.
    pub decided: Option<String>,
    /// The four states, of transactions.
    pub states: Option<States>,
    /// Who has the money or moves next.
    pub holder: Holder,
    /// The day on which the next thing is due.
    pub due: Option<Date>,
    /// The day that it is about.
    pub day: Option<Date>,
    /// The day on which it was first open, if it was carried.
    pub since: Option<Date>,
    /// The rule that made it.
    pub rule: Option<String>,
    /// Currency of its amounts.
    pub currency: Option<Currency>,
    /// Its amount in minor units.
    pub amount: Option<i128>,
    /// Further amounts.
    pub amounts: Vec<Amount>,
    /// What it adds to identity 1, in each currency.
    pub effects: Vec<(Currency, Effect)>,
    /// What else it says.
    pub notes: Vec<Note>,
    /// Payouts that it names, or is.
    pub payouts: Vec<String>,
    /// Its records.
    pub(crate) records: Vec<RecordId>,
    /// Records that are not named one by one: those of a file that was read twice.
    pub(crate) unnamed: Option<(String, u64)>,
}

impl Line {
    pub(crate) fn new(kind: LineKind, class: Class) -> Self {
        Self {
            item: String::new(),
            kind,
            class,
            also: Vec::new(),
            is_exception: class.is_exception(),
            decided: None,
            states: None,
            holder: class.holder(),
            due: None,
            day: None,
            since: None,
            rule: None,
            currency: None,
            amount: None,
            amounts: Vec::new(),
            effects: Vec::new(),
            notes: Vec::new(),
            payouts: Vec::new(),
            records: Vec::new(),
            unnamed: None,
        }
    }
}
