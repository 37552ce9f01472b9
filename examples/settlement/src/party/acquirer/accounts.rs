//! The account that a merchant is paid to. Another one is named by one person and agreed to by a second one; the first
//! payment to it is a trial of one minor unit, a part of what is due, and the rest follows when the bank credited it.

use std::collections::{BTreeMap, BTreeSet};

use super::Acquirer;
use super::funding::{Payout, work_item};
use crate::clock::Date;
use crate::journal::{Party, Record, RecordKind};
use crate::ledger::{Purpose, Transfer, TransferId};
use crate::money::Money;
use crate::party::parcel::{End, Order, Parcel};
use crate::party::{Effects, Outcome};

/// How much goes to an account that nothing was paid to yet.
pub(super) const TRIAL: Money = Money::minor(1);

/// How the number of a trial begins; that of another payout begins with a P.
const NUMBER: char = 'T';

/// Accounts of merchants beside those of their contracts, as the journal tells them.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    /// Account and person, by merchant, until a second person agrees.
    proposed: BTreeMap<String, (String, String)>,
    /// The account of each merchant that changed it, until something was credited there.
    untried: BTreeMap<String, String>,
    /// Trials that were credited: their merchant, and the payout that they were taken out of.
    trials: BTreeMap<String, (String, Option<String>)>,
}

impl Accounts {
    pub(super) fn apply(&mut self, record: &Record, of: Option<&Payout>) {
        let merchant = || of.map(|payout| payout.order.merchant.clone()).unwrap_or_default();
        match record.kind {
            RecordKind::AccountProposed => {
                let (account, who) = record.note.split_once('|').unwrap_or_default();
                self.proposed.insert(record.tx.clone(), (account.to_owned(), who.to_owned()));
            }
            RecordKind::AccountSet => {
                self.proposed.remove(&record.tx);
                let account = record.note.split('|').next().unwrap_or_default();
                self.untried.insert(record.tx.clone(), account.to_owned());
            }
            RecordKind::PayoutCredited if is_trial(&record.tx) => {
                // A trial that was under way when the account was changed once more says nothing of the later one.
                let account = of.map(|payout| payout.order.account.as_str());
                if self.untried.get(&merchant()).map(String::as_str) == account {
                    self.untried.remove(&merchant());
                }
                self.trials.insert(record.tx.clone(), (merchant(), None));
            }
            RecordKind::TrialDeducted => {
                if let Some((_, payout)) = self.trials.get_mut(&record.tx) {
                    *payout = Some(record.note.clone());
                }
            }
            RecordKind::PayoutReturned => {
                self.trials.remove(&record.tx);
                let taken = self.trials.values_mut().filter(|(_, of)| of.as_ref() == Some(&record.tx));
                taken.for_each(|(_, payout)| *payout = None);
            }
            _ => {}
        }
    }
}

pub(super) fn is_trial(payout: &str) -> bool {
    payout.starts_with(NUMBER)
}

impl Acquirer {
    /// Somebody names another account. Nothing is paid to it before somebody else agrees.
    pub(super) fn propose_account(&self, merchant: &str, account: &str, who: &str, fx: &mut Effects) {
        let record = fx.record(RecordKind::AccountProposed);
        fx.note(Record { tx: merchant.to_owned(), note: format!("{account}|{who}"), ..record });
        fx.done(Outcome::Noted);
    }

    pub(super) fn agree_to_account(&self, merchant: &str, who: &str, fx: &mut Effects) {
        let Some((account, first)) = self.funding.changes.proposed.get(merchant) else {
            return fx.done(Outcome::Refused("nobody named another account of this merchant"));
        };
        let name = |who: &str| who.trim().to_lowercase();
        if name(first) == name(who) || name(who).is_empty() {
            return fx.done(Outcome::Refused("a second person has to agree"));
        }
        let record = fx.record(RecordKind::AccountSet);
        fx.note(Record { tx: merchant.to_owned(), note: format!("{account}|{first}, {who}"), ..record });
        if self.funding.is_held_back(merchant) {
            let record = fx.record(RecordKind::MerchantReleased);
            let note = "another account".to_owned();
            fx.note(Record { tx: merchant.to_owned(), note, ..record });
        }
        fx.done(Outcome::Noted);
    }

    /// Must a trial come first? It is ordered once, as a part of what is due.
    pub(super) fn tries_first(
        &self,
        (merchant, date): (&str, Date),
        reference: &str,
        fx: &mut Effects,
    ) -> bool {
        if !self.funding.changes.untried.contains_key(merchant) {
            return false;
        }
        let account = self.funding.accounts.as_ref().and_then(|accounts| accounts.get(merchant));
        let Some(account) = account else { return true };
        let waits = |payout: &Payout| {
            let order = &payout.order;
            is_trial(&order.id)
                && payout.end.is_none()
                && order.merchant == merchant
                && order.account == *account
        };
        if self.funding.payouts.values().any(waits) {
            return true;
        }
        let run = self.funding.payouts.len().to_string();
        let words = ["trial", merchant, account, &date.to_string(), &run];
        let id = format!("{NUMBER}{}", TransferId::of(&words));
        let (claim, transit) =
            (format!("owed_by_merchant:{merchant}"), format!("payout_in_transit:{merchant}"));
        fx.transfer(Transfer::posted(Purpose::Payout, &id, &claim, &transit, TRIAL));
        let (merchant, account, reference) = (merchant.to_owned(), account.clone(), reference.to_owned());
        let order = Order { id, merchant, account, date, amount: TRIAL, reference };
        let (tx, note, record) = (order.id.clone(), order.note(), fx.record(RecordKind::Payout));
        fx.note(Record { tx, amount: Some(TRIAL), date: Some(date), note, ..record });
        fx.parcel(Party::Bank, Parcel::Order(order));
        true
    }

    /// The trials of a merchant that no payout has been reduced by, and which are a part of this date, or of one that has
    /// nothing due any more: on the statement a trial and the rest of its date add up.
    pub(super) fn open_trials(
        &self,
        merchant: &str,
        date: Date,
        due: &BTreeSet<(&str, Date)>,
    ) -> Vec<&String> {
        let open = |(of, payout): &(String, Option<String>)| of == merchant && payout.is_none();
        let of_date = |id: &String| {
            let own = self.funding.payouts.get(id).map(|payout| payout.order.date);
            own.is_none_or(|own| own == date || !due.contains(&(merchant, own)))
        };
        let trials = self.funding.changes.trials.iter().filter(|(id, trial)| open(trial) && of_date(id));
        trials.map(|(id, _)| id).collect()
    }

    /// What of a payout had been paid before, by trials.
    pub(super) fn tried(&self, payout: &str) -> Money {
        let of = |(_, of): &&(String, Option<String>)| of.as_deref() == Some(payout);
        self.funding.changes.trials.values().filter(of).map(|_| TRIAL).collect()
    }

    /// Where the money of an order goes when it comes back.
    pub(super) fn returns_to(&self, order: &Order, end: Option<&End>, why: &str, fx: &mut Effects) {
        let Order { id, merchant, amount, .. } = order;
        let (payable, claim) =
            (format!("merchant_payable:{merchant}"), format!("owed_by_merchant:{merchant}"));
        let transit = format!("payout_in_transit:{merchant}");
        let from = if end.is_none() { transit.as_str() } else { "nostro" };
        let to = if is_trial(id) { &claim } else { &payable };
        fx.transfer(Transfer::posted(Purpose::Return, id, from, to, *amount));
        let deducted = self.deducted(id) + i128::from(self.tried(id).units());
        let (from, to) = if deducted > 0 { (&claim, &payable) } else { (&payable, &claim) };
        if deducted != 0 {
            let amount = Money::minor(u64::try_from(deducted.unsigned_abs()).unwrap_or_default());
            fx.transfer(Transfer::posted(Purpose::Return, id, from, to, amount));
        }
        // A trial that comes back after a payout was reduced by it is owed to the merchant again.
        let reduced = self.funding.changes.trials.get(id).and_then(|(_, payout)| payout.as_ref());
        if reduced.is_some() {
            work_item(format!("trial {id} came back ({why}) after a payout was reduced by it"), fx);
        }
    }
}
