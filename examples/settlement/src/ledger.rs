//! A double-entry ledger: accounts, immutable transfers, and two-phase transfers (pending, then posted or voided). It is a small
//! executable subset of TigerBeetle's model with its status names, so that TigerBeetle can take its place later. It knows no
//! storage and no time: [`Ledger`] is a fold over a history of transfers, and the same fold checks a history read back.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use crate::money::Money;
use crate::names::named;

/// The identity of a transfer, made from what it is about: a step that is repeated after a crash names the same transfer again
/// and is told [`Status::Exists`] instead of booking twice.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TransferId(pub u128);

impl TransferId {
    /// The identity of the event described by these words, for example book, purpose and transaction key.
    pub fn of(words: &[&str]) -> Self {
        Self(words.iter().fold(Digest::START, |digest, word| digest.word(word)).0)
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

/// FNV-1a over 128 bits: names transfers and chains histories. It finds accidents and clumsy edits, not a determined forger,
/// who could recompute it.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Digest(pub u128);

impl Digest {
    /// The digest of nothing.
    pub const START: Self = Self(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d);
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

    /// The digest with one more word. A separator keeps `ab`+`c` apart from `a`+`bc`.
    pub fn word(self, word: &str) -> Self {
        word.bytes()
            .chain([0xFF])
            .fold(self, |Self(sum), byte| Self((sum ^ u128::from(byte)).wrapping_mul(Self::PRIME)))
    }
}

named! {
    /// What a transfer is for.
    Purpose {
        /// Money that was on a cardholder's account before the day began.
        Opening = "opening",
        /// A sale: held (pending) at first.
        Sale = "sale",
        /// A reversal: the hold is released.
        Reversal = "reversal",
        /// The item was confirmed, by its batch or by the settlement date.
        Capture = "capture",
        /// The item is owed to the merchant now.
        Payable = "payable",
        /// Merchant fee.
        Fee = "fee",
        /// Net settlement of a date between issuer and acquirer.
        Settlement = "settlement",
        /// Payout to the merchant.
        Payout = "payout",
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

/// The four running sums of an account. Signed and wide, so that a damaged history shows itself instead of wrapping.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct Account {
    /// Debited for good.
    pub debits_posted: i128,
    /// Credited for good.
    pub credits_posted: i128,
    /// Debits reserved.
    pub debits_pending: i128,
    /// Credits reserved.
    pub credits_pending: i128,
}

impl Account {
    /// What may still be debited.
    pub const fn available(&self) -> i128 {
        self.credits_posted - self.debits_posted - self.debits_pending
    }

    /// Credits less debits, reservations included.
    pub const fn net(&self) -> i128 {
        self.credits_posted + self.credits_pending - self.debits_posted - self.debits_pending
    }
}

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Phase {
    Open,
    Posted,
    Voided,
}

/// The fold: balances and what happened to each transfer.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    accounts: BTreeMap<String, Account>,
    transfers: BTreeMap<TransferId, (Transfer, Phase)>,
}

impl Ledger {
    /// Books these transfers, all or none.
    pub fn commit(&mut self, transfers: &[Transfer]) -> Vec<Status> {
        let mut statuses = Vec::with_capacity(transfers.len());
        for transfer in transfers {
            let status = self.admit(transfer);
            statuses.push(status);
            if !status.booked() {
                self.revert(transfers, &statuses);
                statuses.iter_mut().filter(|s| s.booked()).for_each(|s| *s = Status::LinkedEventFailed);
                statuses.resize(transfers.len(), Status::LinkedEventFailed);
                break;
            }
            if status == Status::Created {
                self.enter(transfer);
            }
        }
        statuses
    }

    /// Takes back the transfers of a commit that got these statuses: its storage failed.
    pub fn revert(&mut self, transfers: &[Transfer], statuses: &[Status]) {
        for (transfer, status) in transfers.iter().zip(statuses).rev() {
            if *status == Status::Created {
                self.apply(transfer, -1);
                self.transfers.remove(&transfer.id);
                self.resolve(transfer, |_| Phase::Open);
            }
        }
    }

    /// What would become of this transfer now.
    pub fn admit(&self, transfer: &Transfer) -> Status {
        if let Some((known, _)) = self.transfers.get(&transfer.id) {
            return compare(known, transfer);
        }
        if transfer.amount == Money::ZERO {
            return Status::AmountMustNotBeZero;
        }
        if transfer.debit == transfer.credit {
            return Status::AccountsMustBeDifferent;
        }
        match transfer.flag.resolves() {
            Some(pending) => self.admit_resolution(transfer, pending),
            None if self.exceeds(transfer) => Status::ExceedsCredits,
            None => Status::Created,
        }
    }

    /// The account of this name; one that nothing ever moved on is empty.
    pub fn account(&self, name: &str) -> Account {
        self.accounts.get(name).copied().unwrap_or_default()
    }

    /// All accounts, by name.
    pub fn accounts(&self) -> impl Iterator<Item = (&str, &Account)> {
        self.accounts.iter().map(|(name, account)| (name.as_str(), account))
    }

    /// The transfer of this identity.
    pub fn transfer(&self, id: TransferId) -> Option<&Transfer> {
        self.transfers.get(&id).map(|(transfer, _)| transfer)
    }

    /// Reservations that are neither moved nor released.
    pub fn open_holds(&self) -> impl Iterator<Item = &Transfer> {
        self.transfers.values().filter_map(|(transfer, phase)| {
            (transfer.flag == Flag::Pending && *phase == Phase::Open).then_some(transfer)
        })
    }

    /// Accounts that were debited beyond their bound.
    pub fn overdrawn(&self) -> impl Iterator<Item = &str> {
        self.accounts()
            .filter(|(name, account)| bounded(name) && account.available() < 0)
            .map(|(name, _)| name)
    }

    /// Debits less credits over all accounts, posted and pending: both zero, always.
    pub fn imbalance(&self) -> (i128, i128) {
        self.accounts.values().fold((0, 0), |(posted, pending), a| {
            (posted + a.debits_posted - a.credits_posted, pending + a.debits_pending - a.credits_pending)
        })
    }

    fn admit_resolution(&self, transfer: &Transfer, pending: TransferId) -> Status {
        match self.transfers.get(&pending) {
            Some((hold, _)) if hold.flag != Flag::Pending => Status::PendingTransferNotFound,
            None => Status::PendingTransferNotFound,
            Some((_, Phase::Posted)) => Status::PendingTransferAlreadyPosted,
            Some((_, Phase::Voided)) => Status::PendingTransferAlreadyVoided,
            Some((hold, Phase::Open)) if within(hold, transfer) => Status::Created,
            Some((_, Phase::Open)) => Status::ExceedsPendingTransferAmount,
        }
    }

    fn exceeds(&self, transfer: &Transfer) -> bool {
        bounded(&transfer.debit)
            && self.account(&transfer.debit).available() < i128::from(transfer.amount.units())
    }

    fn enter(&mut self, transfer: &Transfer) {
        self.apply(transfer, 1);
        self.transfers.insert(transfer.id, (transfer.clone(), Phase::Open));
        self.resolve(transfer, |flag| {
            if matches!(flag, Flag::PostPending(_)) { Phase::Posted } else { Phase::Voided }
        });
    }

    fn resolve(&mut self, transfer: &Transfer, phase: fn(Flag) -> Phase) {
        if let Some((_, entry)) = transfer.flag.resolves().and_then(|id| self.transfers.get_mut(&id)) {
            *entry = phase(transfer.flag);
        }
    }

    fn apply(&mut self, transfer: &Transfer, sign: i128) {
        let amount = sign * i128::from(transfer.amount.units());
        let held = transfer.flag.resolves().and_then(|id| self.transfer(id));
        let released = sign * held.map_or(0, |hold| i128::from(hold.amount.units()));
        let (posted, pending) = match transfer.flag {
            Flag::Posted => (amount, 0),
            Flag::Pending => (0, amount),
            Flag::PostPending(_) => (amount, -released),
            Flag::VoidPending(_) => (0, -released),
        };
        let debit = self.accounts.entry(transfer.debit.clone()).or_default();
        debit.debits_posted += posted;
        debit.debits_pending += pending;
        let credit = self.accounts.entry(transfer.credit.clone()).or_default();
        credit.credits_posted += posted;
        credit.credits_pending += pending;
    }
}

/// Accounts that must never be debited beyond what was credited: those that belong to somebody.
fn bounded(account: &str) -> bool {
    account.starts_with("cardholder:") || account.starts_with("merchant_")
}

fn within(hold: &Transfer, transfer: &Transfer) -> bool {
    hold.debit == transfer.debit && hold.credit == transfer.credit && transfer.amount <= hold.amount
}

fn compare(known: &Transfer, new: &Transfer) -> Status {
    if known.flag != new.flag || known.purpose != new.purpose {
        Status::ExistsWithDifferentFlags
    } else if known.debit != new.debit || known.credit != new.credit {
        Status::ExistsWithDifferentAccounts
    } else if known.amount != new.amount {
        Status::ExistsWithDifferentAmount
    } else {
        Status::Exists
    }
}
