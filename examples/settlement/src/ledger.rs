//! A double-entry ledger: accounts, immutable transfers, and two-phase transfers (pending, then
//! posted or voided). It is a small executable subset of TigerBeetle's model with its status names,
//! so that TigerBeetle can take its place later. It knows no storage and no time: [`Ledger`] is a
//! fold over a history of transfers, and the same fold checks a history read back.

mod digest;
mod transfer;

use std::collections::BTreeMap;

pub use self::digest::Digest;
pub use self::transfer::{Flag, Purpose, Status, Transfer, TransferId};
use crate::money::Money;

/// The four running sums of an account. Signed and wide, so that a damaged history shows itself
/// instead of wrapping.
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
