//! The double entry of the fast path: accounts by number, and the hold of each sale. What is held moves when its date
//! is settled, which is not done here.

use std::collections::HashMap;

use super::hash::Quick;
use crate::ledger::Account;

/// What is reserved for a sale.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Hold {
    /// The account that will be debited.
    pub debit: u32,
    /// The account that will be credited.
    pub credit: u32,
    /// How much, in minor units.
    pub amount: u64,
}

/// Accounts and holds of a party.
#[derive(Clone, Debug, Default)]
pub struct Book {
    names: Vec<String>,
    accounts: Vec<Account>,
    holds: HashMap<u32, Hold, Quick>,
}

impl Book {
    /// The number of the account of this name, which is opened if it is new.
    pub fn open(&mut self, name: &str) -> u32 {
        let place = self.names.iter().position(|known| known == name).unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.accounts.push(Account::default());
            self.names.len() - 1
        });
        u32::try_from(place).unwrap_or(u32::MAX)
    }

    /// Moves money at once.
    pub fn post(&mut self, debit: u32, credit: u32, amount: u64) {
        self.with(debit, |account| account.debits_posted += i128::from(amount));
        self.with(credit, |account| account.credits_posted += i128::from(amount));
    }

    /// Reserves money for a sale. One that has a hold already keeps it.
    pub fn hold(&mut self, sale: u32, hold: Hold) {
        if hold.amount == 0 || self.holds.contains_key(&sale) {
            return;
        }
        self.holds.insert(sale, hold);
        self.pend(hold, i128::from(hold.amount));
    }

    /// Releases what is reserved for a sale, if anything is.
    pub fn release(&mut self, sale: u32) {
        if let Some(hold) = self.holds.remove(&sale) {
            self.pend(hold, -i128::from(hold.amount));
        }
    }

    /// What may still be debited from an account.
    pub fn available(&self, account: u32) -> i128 {
        self.account(account).available()
    }

    /// All accounts, with their names.
    pub fn accounts(&self) -> impl Iterator<Item = (&str, &Account)> {
        self.names.iter().map(String::as_str).zip(&self.accounts)
    }

    /// What is reserved, by sale, in no order.
    pub fn holds(&self) -> impl Iterator<Item = (u32, Hold)> {
        self.holds.iter().map(|(sale, hold)| (*sale, *hold))
    }

    /// Debits less credits over all accounts, posted and pending: both zero, always.
    pub fn imbalance(&self) -> (i128, i128) {
        self.accounts.iter().fold((0, 0), |(posted, pending), a| {
            (posted + a.debits_posted - a.credits_posted, pending + a.debits_pending - a.credits_pending)
        })
    }

    fn account(&self, number: u32) -> Account {
        let place = usize::try_from(number).unwrap_or(usize::MAX);
        self.accounts.get(place).copied().unwrap_or_default()
    }

    fn pend(&mut self, hold: Hold, amount: i128) {
        self.with(hold.debit, |account| account.debits_pending += amount);
        self.with(hold.credit, |account| account.credits_pending += amount);
    }

    fn with(&mut self, number: u32, change: impl FnOnce(&mut Account)) {
        let place = usize::try_from(number).unwrap_or(usize::MAX);
        if let Some(account) = self.accounts.get_mut(place) {
            change(account);
        }
    }
}
