//! What readers hand to the engine: one plain value for each record of a file.
//!
//! Amounts are integers in minor units of their currency. Times are instants; a reader that finds local time adds
//! the offset of its source before it makes a record. Empty and blank values are `None`, text is trimmed. A record
//! never holds the number of a card, only a [`Token`].

mod currency;
mod digits;
mod stored;
mod token;

use std::fmt;
use std::sync::Arc;

use cardwire::Mti;
use compact_str::CompactString;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use self::currency::Currency;
pub use self::stored::{Stored, StoredFile};
pub use self::token::{Token, Tokenizer};

/// Text of a record: most values are short and live without a heap.
pub type Text = CompactString;

/// One record of an input file, or the reason why it is none.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// A message of the switch.
    Switch(Box<Evidence>),
    /// A line of a clearing file.
    Clearing(Box<ClearingRecord>),
    /// A booked line of a bank statement.
    Bank(Box<BankEntry>),
    /// A record that cannot be used.
    Refused(Refused),
}

/// Takes records in the order of the file.
pub trait Sink {
    /// Takes one record.
    fn take(&mut self, record: Record);
}

impl<F: FnMut(Record)> Sink for F {
    fn take(&mut self, record: Record) {
        self(record);
    }
}

/// Which books a file belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Side {
    /// Messages of terminals, acquirer, network and issuer.
    Switch,
    /// Clearing and settlement files.
    Clearing,
    /// Statements of an account.
    Bank,
}

impl Side {
    /// The name for machines.
    pub fn id(self) -> &'static str {
        match self {
            Self::Switch => "switch",
            Self::Clearing => "clearing",
            Self::Bank => "bank",
        }
    }
}

/// A file after it was read to its end.
///
/// Two files of one side with the same [`digest`](Self::digest) or the same [`identity`](Self::identity) are one
/// file read twice. `declared` is what the file says about itself, and the engine holds the records against it.
#[derive(Clone, Debug, PartialEq)]
pub struct InputFile {
    /// The name as it was given.
    pub name: Arc<str>,
    /// Which books it belongs to.
    pub side: Side,
    /// SHA-256 of its octets.
    pub digest: [u8; 32],
    /// The number that its sender gave it: PDS 0105 of an IPM file, `MsgId` and sequence of a camt.053.
    pub identity: Option<Text>,
    /// The settlement date of a clearing file, the date of a statement, if its head says it.
    pub date: Option<Date>,
    /// The account of a statement.
    pub account: Option<Text>,
    /// Records handed over, those that were refused included.
    pub records: u64,
    /// What its trailer says.
    pub declared: Option<Declared>,
    /// What is wrong with the file as a whole, in words with an offset or line: a sum that does not agree, a gap.
    pub faults: Vec<Refused>,
    /// Whether all of it was read; a truncated file proves no absence.
    pub complete: bool,
}

/// Counts and sums of a trailer or of balances.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Declared {
    /// Number of records.
    pub records: Option<u64>,
    /// Sum of the gross amounts with their signs, in minor units.
    pub gross: Option<i128>,
    /// Sum of the fees.
    pub fee: Option<i128>,
    /// Sum of the net amounts.
    pub net: Option<i128>,
}

/// Where a record stands: a file, and a line or an offset in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Source {
    /// The name of the file as it was given.
    pub file: Arc<str>,
    /// The place in it.
    pub place: Place,
}

/// A place in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Place {
    /// Lines of a text file, counted from 1.
    Line(u64),
    /// Octets before the record.
    Offset(u64),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line {line}"),
            Self::Offset(offset) => write!(f, "offset {offset}"),
        }
    }
}

/// A record that cannot be used, and why, in words that hold no card data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Where it stands.
    pub source: Source,
    /// What is wrong with it.
    pub reason: String,
}

/// One message of the switch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Where it stands.
    pub source: Source,
    /// When it was seen.
    pub time: Option<Timestamp>,
    /// Who sent it: `T` for a terminal, `A` acquirer, `N` network, `I` issuer, or a name or address.
    pub from: Option<Text>,
    /// Who got it.
    pub to: Option<Text>,
    /// The message type.
    #[serde(with = "digits")]
    pub mti: Mti,
    /// DE 2, as a token.
    pub token: Option<Token>,
    /// DE 3.
    pub processing_code: Option<Text>,
    /// Positions 1 and 2 of DE 60 on UnionPay terminal links: 22 sale, 23 void, 25 refund, 34 tip and so on.
    pub type_code: Option<Text>,
    /// DE 4, in minor units of `currency`.
    pub amount: Option<i64>,
    /// DE 49.
    pub currency: Option<Currency>,
    /// DE 11.
    pub stan: Option<Text>,
    /// DE 12 and 13 as date and `hhmmss`: local to the terminal, which may not be the clock of `time`.
    pub local_date: Option<Date>,
    /// See `local_date`.
    pub local_time: Option<Text>,
    /// DE 15, with the year that is nearest to `time`.
    pub settlement_date: Option<Date>,
    /// DE 18 (1987) or 26 (1993).
    pub mcc: Option<Text>,
    /// DE 22.
    pub entry_mode: Option<Text>,
    /// DE 24 of 1993 and 2003, the function code.
    pub function: Option<Text>,
    /// DE 25: the condition code of 1987, the reason of 1993.
    pub condition: Option<Text>,
    /// DE 32.
    pub acquirer: Option<Text>,
    /// DE 33.
    pub forwarder: Option<Text>,
    /// DE 37.
    pub rrn: Option<Text>,
    /// DE 38.
    pub approval: Option<Text>,
    /// DE 39.
    pub response: Option<Text>,
    /// DE 41, trimmed.
    pub terminal: Option<Text>,
    /// DE 42, trimmed.
    pub merchant: Option<Text>,
    /// The batch: positions 3 to 8 of DE 60 on UnionPay terminal links, DE 68 elsewhere.
    pub batch: Option<Text>,
    /// Positions 9 to 11 of DE 60 on UnionPay terminal links, or DE 70.
    pub network_code: Option<Text>,
    /// The life-cycle id: DE 63 of Mastercard, the transaction id of Visa, DE 21 of 2003.
    pub life_id: Option<Text>,
    /// The message that this one is about: DE 90, DE 61 of UnionPay terminals, DE 56 of 1993 and 2003.
    pub original: Option<Original>,
    /// DE 57 of a response of three digits: for how long the authorization is valid. `1` and days, `2` and hours, `3`
    /// and minutes, two digits each.
    pub life_cycle: Option<Text>,
    /// DE 95 (1987), or DE 30 (1993): the amount that remains of a part that is reversed.
    pub replacement: Option<i64>,
    /// Totals of a batch: DE 48 of UnionPay terminals, DE 74 to 89 elsewhere.
    pub totals: Option<Totals>,
    /// The result of a comparison of totals in a response 0510: 1 balanced, 2 out of balance, 3 error.
    pub totals_result: Option<u8>,
}

impl Evidence {
    /// A message of which only place and type are known.
    pub fn new(source: Source, mti: Mti) -> Self {
        Self {
            source,
            time: None,
            from: None,
            to: None,
            mti,
            token: None,
            processing_code: None,
            type_code: None,
            amount: None,
            currency: None,
            stan: None,
            local_date: None,
            local_time: None,
            settlement_date: None,
            mcc: None,
            entry_mode: None,
            function: None,
            condition: None,
            acquirer: None,
            forwarder: None,
            rrn: None,
            approval: None,
            response: None,
            terminal: None,
            merchant: None,
            batch: None,
            network_code: None,
            life_id: None,
            original: None,
            life_cycle: None,
            replacement: None,
            totals: None,
            totals_result: None,
        }
    }
}

/// What a message says about the message that it reverses, completes or repeats.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Original {
    /// Message type of the original.
    #[serde(with = "digits::option")]
    pub mti: Option<Mti>,
    /// STAN of the original.
    pub stan: Option<Text>,
    /// DE 7 or 12 of the original, its digits as they stand.
    pub time: Option<Text>,
    /// Date of the original, where only that is told.
    pub date: Option<Date>,
    /// Batch of the original.
    pub batch: Option<Text>,
    /// RRN of the original.
    pub rrn: Option<Text>,
    /// Acquirer of the original, without the zeros that fill DE 90.
    pub acquirer: Option<Text>,
}

/// Sums and numbers of debits and credits of a batch, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Sum of the debits (sales).
    pub debit: i64,
    /// Number of the debits.
    pub debits: u32,
    /// Sum of the credits (refunds), not negative.
    pub credit: i64,
    /// Number of the credits.
    pub credits: u32,
}

/// What a clearing record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ClearingKind {
    /// A first presentment, also cash and completions.
    Sale,
    /// A credit to the cardholder.
    Refund,
    /// The reversal of an earlier presentment (PDS 0025 `R`), or of a sale of an earlier file.
    Reversal,
    /// A chargeback, first or second.
    Chargeback,
    /// A second presentment.
    Representment,
    /// A fee of the period, or a fee collection.
    Fee,
    /// An adjustment in favour of either side.
    Adjustment,
    /// Money kept back.
    Hold,
    /// Money kept back before and now paid.
    Release,
    /// A balance carried to or from another period.
    Carried,
    /// A request for a slip; no money moves.
    Retrieval,
}

/// One record of a clearing or settlement file.
///
/// Amounts are signed: positive is money towards the merchant (or the member whose file it is), a refund and a
/// reversal of a sale are negative, `net = gross - fee`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClearingRecord {
    /// Where it stands.
    pub source: Source,
    /// What it is.
    pub kind: ClearingKind,
    /// The number of the record in its file (DE 71), which orders duplicates.
    pub number: Option<u64>,
    /// RRN (DE 37).
    pub rrn: Option<Text>,
    /// STAN (DE 11, or of the terminal).
    pub stan: Option<Text>,
    /// Terminal (DE 41), trimmed.
    pub terminal: Option<Text>,
    /// Merchant (DE 42), trimmed.
    pub merchant: Option<Text>,
    /// Acquirer (DE 32).
    pub acquirer: Option<Text>,
    /// Batch of the terminal.
    pub batch: Option<Text>,
    /// Card, as a token.
    pub token: Option<Token>,
    /// Approval code (DE 38).
    pub approval: Option<Text>,
    /// Acquirer reference number (DE 31).
    pub arn: Option<Text>,
    /// Life-cycle id (DE 63), without its indicator.
    pub life_id: Option<Text>,
    /// Amount of the transaction.
    pub gross: i64,
    /// Fee that is deducted; `None` if the file tells none.
    pub fee: Option<i64>,
    /// What is paid for it; `None` if the file tells none.
    pub net: Option<i64>,
    /// Currency of the amounts.
    pub currency: Option<Currency>,
    /// Date and time of the transaction, local to the terminal.
    pub local_date: Option<Date>,
    /// `hhmmss`.
    pub local_time: Option<Text>,
    /// Settlement date.
    pub settlement_date: Option<Date>,
    /// Number of the payout that pays it.
    pub payout: Option<Text>,
    /// Merchant category.
    pub mcc: Option<Text>,
    /// DE 25: 1403 is a partial presentment, 1404 the last one; reason of a chargeback.
    pub reason: Option<Text>,
    /// RRN of the sale that a refund or a reversal belongs to.
    pub original_rrn: Option<Text>,
}

impl ClearingRecord {
    /// A record of which only place, kind and amount are known.
    pub fn new(source: Source, kind: ClearingKind, gross: i64) -> Self {
        Self {
            source,
            kind,
            number: None,
            rrn: None,
            stan: None,
            terminal: None,
            merchant: None,
            acquirer: None,
            batch: None,
            token: None,
            approval: None,
            arn: None,
            life_id: None,
            gross,
            fee: None,
            net: None,
            currency: None,
            local_date: None,
            local_time: None,
            settlement_date: None,
            payout: None,
            mcc: None,
            reason: None,
            original_rrn: None,
        }
    }
}

/// One booked entry of a bank statement, or one detail of a batch booking.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BankEntry {
    /// Where it stands.
    pub source: Source,
    /// Date of booking.
    pub booked: Option<Date>,
    /// Value date.
    pub value_date: Option<Date>,
    /// Signed amount in minor units: positive is a credit to the account.
    pub amount: i64,
    /// Currency.
    pub currency: Option<Currency>,
    /// The account of the statement.
    pub account: Option<Text>,
    /// Remittance information and further text, lines joined by a blank.
    pub text: Text,
    /// End-to-end id of the payer.
    pub end_to_end: Option<Text>,
    /// The bank's own reference of the entry.
    pub reference: Option<Text>,
    /// Bank transaction code, for instance `PMNT/RCDT/DMCT`.
    pub code: Option<Text>,
    /// Reason of a return, for instance `AC04`.
    pub return_reason: Option<Text>,
    /// Name of the other party.
    pub party: Option<Text>,
    /// Account of the other party.
    pub party_account: Option<Text>,
    /// Whether it reverses an earlier entry (`RvslInd`, `RC`, `RD`).
    pub reversal: bool,
}

impl BankEntry {
    /// An entry of which only place and amount are known.
    pub fn new(source: Source, amount: i64) -> Self {
        Self {
            source,
            booked: None,
            value_date: None,
            amount,
            currency: None,
            account: None,
            text: Text::const_new(""),
            end_to_end: None,
            reference: None,
            code: None,
            return_reason: None,
            party: None,
            party_account: None,
            reversal: false,
        }
    }
}

/// Octets as hexadecimal digits.
pub(crate) fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}
