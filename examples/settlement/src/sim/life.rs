//! The life of each item on each disk: which records may follow which (`I5`, `I6`, `I10`, `I11`, `I12`, `I14`).

use std::collections::{BTreeMap, BTreeSet};

use super::parties::{ACCOUNTS, CARDS, MERCHANTS};
use super::sky::name;
use super::watch::{Violation, hold};
use crate::capture::Seat;
use crate::journal::{Party, Record, RecordKind as Kind};
use crate::money::signed;
use crate::party::PAYOUTS;

/// Everything that has a life.
#[derive(Default)]
pub(super) struct Lives {
    items: BTreeMap<(Party, String), BTreeSet<Kind>>,
    /// Advices: how far they are.
    advices: BTreeMap<String, Kind>,
    /// Items of the hub.
    presented: BTreeSet<String>,
    operations: BTreeMap<String, String>,
    /// What is in each payout of the acquirer: item, kind, net.
    parts: BTreeMap<String, i128>,
    /// The payout that an item or its credit is in, and that did not come back.
    paid: BTreeMap<(String, Kind), String>,
    credited: BTreeSet<String>,
    accounts: BTreeMap<String, String>,
    /// Merchants whose account was changed, and to which nothing was credited there.
    untried: BTreeSet<String>,
    trials: BTreeMap<String, Trial>,
    held: BTreeSet<String>,
    /// Files that each party took.
    files: BTreeSet<(Party, String)>,
}

/// The first payment to another account, a part of what is due.
struct Trial {
    merchant: String,
    account: String,
    is_credited: bool,
    /// The payout that was reduced by it.
    within: Option<String>,
}

impl Lives {
    pub(super) fn record(&mut self, seat: Seat, record: &Record) -> Result<(), Violation> {
        shows_no_card(seat, record)?;
        if record.kind == Kind::FileTaken {
            let is_new = self.files.insert((seat.0, record.tx.clone()));
            hold(is_new, "I10", || format!("{} took file {} twice", name(seat), record.tx))?;
        }
        match seat.0 {
            Party::Acquirer => {
                self.advice(record)?;
                self.payout(record)?;
                self.sale(record)
            }
            Party::Issuer => self.issued(record),
            Party::Hub if record.kind == Kind::SalePresented => {
                let kind = record.note.rsplit('|').next().unwrap_or_default();
                let item = format!("{} {kind}", record.rrn);
                hold(self.presented.insert(item.clone()), "I10", || format!("{item} was presented twice"))
            }
            _ => Ok(()),
        }
    }

    /// A sale at the acquirer.
    fn sale(&mut self, record: &Record) -> Result<(), Violation> {
        use Kind::{
            CreditCleared, CreditPresented, SaleAdjusting, SaleApproved, SaleCaptured, SaleCleared,
            SaleDeclined, SalePresented, SaleReversed, SaleReversing, SaleSent, SaleSettled, Tombstone,
        };
        let (needs, forbids): (&[Kind], &[Kind]) = match record.kind {
            SaleSent => {
                let operation = record.note.split('|').nth(2).unwrap_or_default().to_owned();
                self.operations.insert(record.tx.clone(), operation);
                (&[], &[SaleSent])
            }
            // What a reversal came for first is never sold.
            Tombstone => (&[], &[SaleSent]),
            SaleApproved => {
                (&[SaleSent], &[SaleApproved, SaleDeclined, SaleReversing, SaleReversed, Tombstone])
            }
            SaleDeclined => (&[SaleSent], &[SaleApproved, SaleDeclined, SaleReversing, SaleReversed]),
            // A reservation may be given back after its batch, which charges nobody for it.
            SaleReversing if self.is(record, "pre-authorization") => {
                (&[SaleSent], &[SaleReversing, SaleDeclined])
            }
            SaleReversing => (&[SaleSent], &[SaleReversing, SaleDeclined, SaleCaptured, SaleSettled]),
            SaleReversed => (&[SaleReversing], &[SaleReversed]),
            SaleCaptured => (&[SaleApproved], &[SaleReversing, SaleCaptured]),
            SaleSettled => (&[SaleApproved], &[SaleReversing, SaleSettled]),
            SalePresented => (&[SaleCaptured, SaleSettled], &[SaleReversing, SalePresented]),
            SaleCleared => (&[SalePresented], &[SaleCleared]),
            SaleAdjusting => (&[SaleApproved], &[SaleReversing, SaleAdjusting]),
            CreditPresented => (&[SaleAdjusting, SaleSettled], &[CreditPresented]),
            CreditCleared => (&[CreditPresented], &[CreditCleared]),
            _ => return Ok(()),
        };
        self.follows(Party::Acquirer, "I5", record, needs, forbids)
    }

    /// Was this payout credited once?
    pub(super) fn is_credited(&self, payout: &str) -> bool {
        self.credited.contains(payout)
    }

    fn is(&self, record: &Record, operation: &str) -> bool {
        self.operations.get(&record.tx).is_some_and(|known| known == operation)
    }

    /// An item at the issuer.
    fn issued(&mut self, record: &Record) -> Result<(), Violation> {
        use Kind::{
            SaleAdjusted, SaleApproved, SaleDeclined, SaleExpired, SaleReversed, SaleSettled, Tombstone,
        };
        let (needs, forbids): (&[Kind], &[Kind]) = match record.kind {
            SaleApproved => (&[], &[SaleApproved, SaleDeclined, Tombstone]),
            // What a reversal came for first is declined as often as it comes.
            SaleDeclined
                if self
                    .items
                    .get(&(Party::Issuer, record.tx.clone()))
                    .is_some_and(|known| known.contains(&Tombstone)) =>
            {
                (&[], &[SaleApproved])
            }
            SaleDeclined => (&[], &[SaleApproved, SaleDeclined]),
            Tombstone => (&[], &[SaleApproved, SaleDeclined, Tombstone]),
            SaleReversed | SaleExpired => (&[SaleApproved], &[SaleReversed, SaleExpired, SaleSettled]),
            SaleSettled => (&[SaleApproved], &[SaleReversed, SaleExpired, SaleSettled]),
            SaleAdjusted => (&[SaleSettled], &[SaleAdjusted]),
            _ => return Ok(()),
        };
        self.follows(Party::Issuer, "I6", record, needs, forbids)
    }

    fn follows(
        &mut self,
        party: Party,
        rule: &'static str,
        record: &Record,
        needs: &[Kind],
        forbids: &[Kind],
    ) -> Result<(), Violation> {
        let known = self.items.entry((party, record.tx.clone())).or_default();
        let missing = needs.iter().find(|kind| !known.contains(kind));
        let before = forbids.iter().find(|kind| known.contains(kind));
        known.insert(record.kind);
        hold(missing.is_none() && before.is_none(), rule, || {
            let why = match (missing, before) {
                (Some(missing), _) => format!("without {missing}"),
                (_, Some(before)) => format!("after {before}"),
                _ => String::new(),
            };
            format!("{party} {}: {} {why}", record.tx, record.kind)
        })
    }

    /// An advice is queued once and ends when it is answered; nothing else takes it out of the queue.
    fn advice(&mut self, record: &Record) -> Result<(), Violation> {
        use Kind::{AdviceDone, AdviceParked, AdviceQueued, AdviceRetried, AdviceSent};
        let before = self.advices.get(&record.tx).copied();
        let fits = match record.kind {
            AdviceQueued => before.is_none(),
            AdviceSent => matches!(before, Some(AdviceQueued | AdviceSent | AdviceRetried)),
            AdviceParked => matches!(before, Some(AdviceSent | AdviceQueued | AdviceRetried)),
            AdviceRetried => before == Some(AdviceParked),
            AdviceDone => before.is_some_and(|before| before != AdviceDone),
            _ => return Ok(()),
        };
        self.advices.insert(record.tx.clone(), record.kind);
        hold(fits, "I14", || format!("advice {}: {} after {before:?}", record.tx, record.kind))
    }

    /// What is in a payout is in no other, and a payout is the sum of what is in it, to the account of its merchant.
    fn payout(&mut self, record: &Record) -> Result<(), Violation> {
        let units = record.amount.map_or(0, |amount| i128::from(amount.units()));
        match record.kind {
            Kind::SalePaid | Kind::SaleAdjusted => {
                let is_sale = record.kind == Kind::SalePaid;
                if is_sale {
                    let known = self.items.get(&(Party::Acquirer, record.tx.clone()));
                    let has = |kind| known.is_some_and(|known| known.contains(&kind));
                    let ready =
                        [Kind::SaleCaptured, Kind::SaleSettled, Kind::SaleCleared].into_iter().all(has);
                    hold(ready, "I11", || format!("{} is paid before it is settled", record.tx))?;
                }
                let is_refund = self.is(record, "refund");
                let sign = if is_sale != is_refund { 1 } else { -1 };
                *self.parts.entry(record.note.clone()).or_default() += sign * units;
                let before = self.paid.insert((record.tx.clone(), record.kind), record.note.clone());
                hold(before.is_none(), "I11", || {
                    format!(
                        "{} is in payout {} and in {}",
                        record.tx,
                        before.unwrap_or_default(),
                        record.note
                    )
                })
            }
            Kind::PayoutReturned => {
                self.paid.retain(|_, payout| *payout != record.tx);
                self.trials.remove(&record.tx);
                let within = |trial: &&mut Trial| trial.within.as_ref() == Some(&record.tx);
                self.trials.values_mut().filter(within).for_each(|trial| trial.within = None);
                Ok(())
            }
            Kind::PayoutCredited => {
                self.credited.insert(record.tx.clone());
                self.tried(record);
                Ok(())
            }
            Kind::AccountSet => self.account(record),
            Kind::TrialDeducted => {
                *self.parts.entry(record.note.clone()).or_default() -= units;
                let trial = self.trials.get_mut(&record.tx);
                let open = trial.filter(|trial| trial.is_credited && trial.within.is_none() && units == 1);
                let is_open = open.map(|trial| trial.within = Some(record.note.clone())).is_some();
                hold(is_open, "I11", || format!("{} is reduced by trial {}", record.note, record.tx))
            }
            Kind::MerchantHeld => {
                self.held.insert(record.tx.clone());
                Ok(())
            }
            Kind::MerchantReleased => {
                self.held.remove(&record.tx);
                Ok(())
            }
            Kind::Payout => self.ordered(record, units),
            _ => Ok(()),
        }
    }

    /// An order goes to the account of its merchant. To one that was changed, and has not been credited since, goes a trial
    /// alone: one minor unit, that is in no item.
    fn ordered(&mut self, record: &Record, units: i128) -> Result<(), Violation> {
        let mut parts = record.note.split('|');
        let merchant = parts.next().unwrap_or_default();
        let account = parts.next().unwrap_or_default();
        let own = MERCHANTS.into_iter().zip(ACCOUNTS).find(|(known, _)| *known == merchant);
        let set = self.accounts.get(merchant).map(String::as_str);
        let expected = set.or(own.map(|(_, account)| account)).unwrap_or(PAYOUTS);
        hold(account == expected, "I12", || format!("{merchant} is paid to {account}, not {expected}"))?;
        hold(!self.held.contains(merchant), "I12", || format!("{merchant} is held and paid"))?;
        if !self.untried.contains(merchant) {
            let sum = self.parts.get(&record.tx).copied().unwrap_or_default();
            return hold(sum == units, "I11", || {
                format!("payout {} is {}, its parts are {}", record.tx, signed(units), signed(sum))
            });
        }
        let same = |trial: &Trial| trial.merchant == merchant && trial.account == account;
        let is_second = self.trials.values().any(|trial| same(trial) && !trial.is_credited);
        let is_trial = units == 1 && !self.parts.contains_key(&record.tx) && !is_second;
        let (merchant, account) = (merchant.to_owned(), account.to_owned());
        hold(is_trial, "I12", || format!("{} goes to {account} of {merchant}, untried", signed(units)))?;
        let trial = Trial { merchant, account, is_credited: false, within: None };
        self.trials.insert(record.tx.clone(), trial);
        Ok(())
    }

    /// An account counts as tried when a trial to it was credited, and not one to the account before it.
    fn tried(&mut self, record: &Record) {
        let Some(trial) = self.trials.get_mut(&record.tx) else { return };
        trial.is_credited = true;
        if self.accounts.get(&trial.merchant) == Some(&trial.account) {
            self.untried.remove(&trial.merchant);
        }
    }

    /// One person named it, and another one agreed.
    fn account(&mut self, record: &Record) -> Result<(), Violation> {
        let (account, people) = record.note.split_once('|').unwrap_or_default();
        let (first, second) = people.split_once(", ").unwrap_or_default();
        self.accounts.insert(record.tx.clone(), account.to_owned());
        self.untried.insert(record.tx.clone());
        hold(!first.is_empty() && !second.is_empty() && first != second, "I12", || {
            format!("the account of {} was set by '{people}'", record.tx)
        })
    }
}

/// I13: nothing that is kept shows a card number.
fn shows_no_card(seat: Seat, record: &Record) -> Result<(), Violation> {
    let texts = [&record.note, &record.card, &record.tx, &record.rrn, &record.approval];
    let shown = CARDS.iter().any(|(number, ..)| texts.iter().any(|text| text.contains(number)));
    hold(!shown, "I13", || format!("a record of {} shows a card number", name(seat)))
}
