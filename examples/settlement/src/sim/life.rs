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
    held: BTreeSet<String>,
}

impl Lives {
    pub(super) fn record(&mut self, seat: Seat, record: &Record) -> Result<(), Violation> {
        shows_no_card(seat, record)?;
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
            SaleDeclined, SalePresented, SaleReversed, SaleReversing, SaleSent, SaleSettled,
        };
        let (needs, forbids): (&[Kind], &[Kind]) = match record.kind {
            SaleSent => {
                let operation = record.note.split('|').nth(2).unwrap_or_default().to_owned();
                self.operations.insert(record.tx.clone(), operation);
                (&[], &[SaleSent])
            }
            SaleApproved | SaleDeclined => {
                (&[SaleSent], &[SaleApproved, SaleDeclined, SaleReversing, SaleReversed])
            }
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
                let sign = if is_sale && !is_refund { 1 } else { -1 };
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
                Ok(())
            }
            Kind::PayoutCredited => {
                self.credited.insert(record.tx.clone());
                Ok(())
            }
            Kind::AccountSet => {
                self.accounts.insert(record.tx.clone(), record.note.clone());
                Ok(())
            }
            Kind::MerchantHeld => {
                self.held.insert(record.tx.clone());
                Ok(())
            }
            Kind::MerchantReleased => {
                self.held.remove(&record.tx);
                Ok(())
            }
            Kind::Payout => {
                let sum = self.parts.get(&record.tx).copied().unwrap_or_default();
                hold(sum == units, "I11", || {
                    format!("payout {} is {}, its parts are {}", record.tx, signed(units), signed(sum))
                })?;
                let mut parts = record.note.split('|');
                let merchant = parts.next().unwrap_or_default();
                let account = parts.next().unwrap_or_default();
                let own = MERCHANTS.into_iter().zip(ACCOUNTS).find(|(known, _)| *known == merchant);
                let set = self.accounts.get(merchant).map(String::as_str);
                let expected = set.or(own.map(|(_, account)| account)).unwrap_or(PAYOUTS);
                hold(account == expected, "I12", || {
                    format!("{merchant} is paid to {account}, not {expected}")
                })?;
                hold(!self.held.contains(merchant), "I12", || format!("{merchant} is held and paid"))
            }
            _ => Ok(()),
        }
    }
}

/// I13: nothing that is kept shows a card number.
fn shows_no_card(seat: Seat, record: &Record) -> Result<(), Violation> {
    let texts = [&record.note, &record.card, &record.tx, &record.rrn, &record.approval];
    let shown = CARDS.iter().any(|(number, ..)| texts.iter().any(|text| text.contains(number)));
    hold(!shown, "I13", || format!("a record of {} shows a card number", name(seat)))
}
