//! What a ledger takes in and what it answers: transfers, their identity, and statuses.

use std::fmt;
use std::str::FromStr;

use super::digest::Digest;
use crate::money::Money;
use crate::names::named;

/// The identity of a transfer, made from what it is about: a step that is repeated after a crash
/// names the same transfer again and is told [`Status::Exists`] instead of booking twice.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TransferId(pub u128);

impl TransferId {
    /// The identity of the event described by these words, for example book, purpose and
    /// transaction key.
    pub fn of(words: &[&str]) -> Self {
        Self(Digest::of(words.iter().copied()).short())
    }
}

impl fmt::Display for TransferId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for TransferId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for TransferId {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        u128::from_str_radix(text, 16).map(Self).map_err(|_| ())
    }
}

named! {
    /// What a transfer is for.
    Purpose {
        /// Money that was on a cardholder's account before the day began.
        Opening = "opening",
        /// A sale: held (pending) at first.
        Sale = "sale",
        /// A refund: held (pending) at first.
        Refund = "refund",
        /// What a merchant owes, out of its payout.
        Deduction = "deduction",
        /// A sale is taken back after it was counted.
        Adjustment = "adjustment",
        /// A reversal: the hold is released.
        Reversal = "reversal",
        /// The item was confirmed, by its batch or by the settlement date.
        Capture = "capture",
        /// The item is owed to the merchant now.
        Payable = "payable",
        /// Merchant fee.
        Fee = "fee",
        /// What is missing in a settlement file is claimed from the hub.
        Claim = "claim",
        /// Net settlement of a date between issuer and acquirer.
        Settlement = "settlement",
        /// Payout to the merchant.
        Payout = "payout",
        /// A payout that the merchant's bank sent back.
        Return = "return",
        /// Money of a frozen merchant, into its reserve or out of it.
        Reserve = "reserve",
    }
}

/// How a transfer moves money.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Flag {
    /// At once.
    Posted,
    /// Reserves it.
    Pending,
    /// Moves (part of) what that pending transfer reserved, releases the rest.
    PostPending(TransferId),
    /// Releases what that pending transfer reserved.
    VoidPending(TransferId),
}

impl Flag {
    /// The stable name, as stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Posted => "posted",
            Self::Pending => "pending",
            Self::PostPending(_) => "post_pending_transfer",
            Self::VoidPending(_) => "void_pending_transfer",
        }
    }

    /// The pending transfer this one resolves.
    pub const fn resolves(self) -> Option<TransferId> {
        match self {
            Self::PostPending(id) | Self::VoidPending(id) => Some(id),
            Self::Posted | Self::Pending => None,
        }
    }

    /// The flag of a stored row.
    pub fn from_row(name: &str, pending: Option<TransferId>) -> Option<Self> {
        match (name, pending) {
            ("posted", None) => Some(Self::Posted),
            ("pending", None) => Some(Self::Pending),
            ("post_pending_transfer", Some(id)) => Some(Self::PostPending(id)),
            ("void_pending_transfer", Some(id)) => Some(Self::VoidPending(id)),
            _ => None,
        }
    }
}

/// One movement of money from the debited to the credited account. Immutable once stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Transfer {
    /// Identity.
    pub id: TransferId,
    /// The account that is debited.
    pub debit: String,
    /// The account that is credited.
    pub credit: String,
    /// How much.
    pub amount: Money,
    /// At once or in two phases.
    pub flag: Flag,
    /// What for.
    pub purpose: Purpose,
    /// The transaction, batch, date or payout it belongs to.
    pub reference: String,
}

impl Transfer {
    /// A transfer at once.
    pub fn posted(purpose: Purpose, reference: &str, debit: &str, credit: &str, amount: Money) -> Self {
        let id = TransferId::of(&[purpose.name(), reference, debit, credit]);
        let (debit, credit, reference) = (debit.to_owned(), credit.to_owned(), reference.to_owned());
        Self { id, debit, credit, amount, flag: Flag::Posted, purpose, reference }
    }

    /// A reservation.
    pub fn pending(purpose: Purpose, reference: &str, debit: &str, credit: &str, amount: Money) -> Self {
        Self { flag: Flag::Pending, ..Self::posted(purpose, reference, debit, credit, amount) }
    }

    /// Moves the whole of this reservation.
    pub fn post(&self) -> Self {
        let id = TransferId::of(&[Purpose::Capture.name(), &self.id.to_string()]);
        Self { id, flag: Flag::PostPending(self.id), purpose: Purpose::Capture, ..self.clone() }
    }

    /// Releases this reservation.
    pub fn void(&self) -> Self {
        let id = TransferId::of(&[Purpose::Reversal.name(), &self.id.to_string()]);
        Self { id, flag: Flag::VoidPending(self.id), purpose: Purpose::Reversal, ..self.clone() }
    }

    /// The reservation that takes the place of this one when only so much of it is left.
    pub fn reduced(&self, left: Money) -> Self {
        if left == self.amount {
            return self.clone();
        }
        let id = TransferId::of(&["reduced", &self.id.to_string(), &left.units().to_string()]);
        Self { id, amount: left, ..self.clone() }
    }

    /// All of it, in a fixed order: what the hash chain covers.
    pub fn words(&self) -> [String; 8] {
        let resolves = self.flag.resolves().map_or_else(String::new, |id| id.to_string());
        let (amount, flag) = (self.amount.units().to_string(), self.flag.name().to_owned());
        let purpose = self.purpose.name().to_owned();
        let (debit, credit, reference) = (self.debit.clone(), self.credit.clone(), self.reference.clone());
        [self.id.to_string(), debit, credit, amount, flag, resolves, purpose, reference]
    }
}

named! {
    /// What became of a transfer. Names as in TigerBeetle.
    Status {
        /// Booked.
        Created = "created",
        /// The very same transfer is booked already; nothing was done.
        Exists = "exists",
        /// This identity is booked with another amount.
        ExistsWithDifferentAmount = "exists_with_different_amount",
        /// This identity is booked with other accounts.
        ExistsWithDifferentAccounts = "exists_with_different_accounts",
        /// This identity is booked with another flag or for another purpose.
        ExistsWithDifferentFlags = "exists_with_different_flags",
        /// Nothing to move.
        AmountMustNotBeZero = "amount_must_not_be_zero",
        /// From an account to itself.
        AccountsMustBeDifferent = "accounts_must_be_different",
        /// The debited account has not enough.
        ExceedsCredits = "exceeds_credits",
        /// There is no such reservation.
        PendingTransferNotFound = "pending_transfer_not_found",
        /// The reservation was moved already.
        PendingTransferAlreadyPosted = "pending_transfer_already_posted",
        /// The reservation was released already: a late approval after a reversal ends here.
        PendingTransferAlreadyVoided = "pending_transfer_already_voided",
        /// More than was reserved, or other accounts.
        ExceedsPendingTransferAmount = "exceeds_pending_transfer_amount",
        /// Another transfer of the same commit was refused.
        LinkedEventFailed = "linked_event_failed",
    }
}

impl Status {
    /// Is the transfer in the books now?
    pub const fn booked(self) -> bool {
        matches!(self, Self::Created | Self::Exists)
    }
}
