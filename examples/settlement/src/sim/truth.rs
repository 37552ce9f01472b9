//! What became of each item, by the disks of all parties, which nobody else may read.

use std::collections::{BTreeMap, BTreeSet};

use super::parties::TILLS;
use super::run::Run;
use super::sky::locked;
use crate::clock::Date;
use crate::journal::{Party, Record, RecordKind as Kind};
use crate::ops::Operation;
use crate::telegram::Code;

/// What became of an item.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum Truth {
    /// Its request never reached the acquirer.
    Unseen,
    Declined,
    /// Taken back before it was counted: the issuer held it, and gave it back.
    Released,
    /// The same, and the issuer had never held it.
    NeverHeld,
    /// Reserved, and neither charged nor given back.
    Reserved,
    /// Reserved, and given up for a completion that was itself taken back: nobody holds it any more. `where` cannot know
    /// that, since other issuers reserve it again, and tells it as reserved.
    Spent,
    /// The merchant has the money.
    Paid,
    /// The cardholder has the money of a refund.
    Refunded,
    /// It was counted, and taken back by a credit of another date.
    Adjusted,
    /// A refund was counted, and taken back by a debit of another date.
    Regained,
    /// It was counted, and taken back by a credit of its own date: the files of that date have it twice, and come to nothing.
    Undone,
    /// The hosts have it otherwise, or the files: somebody has to decide.
    Named {
        /// The merchant was paid for it, and keeps that.
        paid: bool,
        /// The cardholder is charged.
        charged: bool,
    },
}

impl Truth {
    /// Do code and holder say so?
    pub(super) fn is_told_by(self, code: &str, holder: &str) -> bool {
        const NOBODY: [&str; 2] = ["cardholder", "nobody"];
        // A refund that is declined is tried again by the acquirer.
        const DECLINED: [&str; 2] = ["nobody", "acquirer"];
        match self {
            Self::Unseen => ["W20", "W31"].contains(&code) && holder != "merchant",
            Self::Declined => code == "W20" && DECLINED.contains(&holder),
            Self::Released | Self::Undone => code == "W31" && NOBODY.contains(&holder),
            Self::NeverHeld => {
                code == "W31" && NOBODY.contains(&holder) || code == "W20" && DECLINED.contains(&holder)
            }
            Self::Reserved => code == "W10" && holder == "merchant",
            Self::Spent => code == "W10" && holder == "merchant",
            Self::Paid => code == "W00" && ["merchant", "merchant bank"].contains(&holder),
            Self::Refunded => code == "W00" && holder == "cardholder",
            Self::Adjusted => code == "W80" && holder == "cardholder",
            Self::Regained => code == "W80" && holder == "merchant",
            // What is said to be over has to be over; anything else names somebody who acts.
            Self::Named { paid, charged } => match code {
                "W00" => paid,
                "W20" | "W31" | "W80" => !paid && !charged,
                _ => holder != "nobody",
            },
        }
    }

    /// Whether nothing of it stands, so that the reservation which it completed may be told in its place.
    const fn is_taken_back(&self) -> bool {
        matches!(self, Self::Released | Self::NeverHeld | Self::Adjusted | Self::Regained | Self::Undone)
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Unseen => "Unseen",
            Self::Declined => "Declined",
            Self::Released => "Released",
            Self::NeverHeld => "NeverHeld",
            Self::Reserved => "Reserved",
            Self::Spent => "Spent",
            Self::Paid => "Paid",
            Self::Refunded => "Refunded",
            Self::Adjusted => "Adjusted",
            Self::Regained => "Regained",
            Self::Undone => "Undone",
            Self::Named { paid: true, .. } => "Named, paid",
            Self::Named { charged: true, .. } => "Named, charged",
            Self::Named { .. } => "Named, over",
        }
    }
}

/// An item at the acquirer.
#[derive(Default)]
struct Item {
    operation: Operation,
    /// The key of the item that it is about.
    about: String,
    rrn: String,
    kinds: BTreeSet<Kind>,
    /// A reversal was answered with 00.
    released: bool,
    /// The dates on which it was presented, and on which its credit was.
    presented: BTreeMap<Kind, Option<Date>>,
    /// Payouts that it is in, less those that it was taken out of, without those that came back.
    paid: i32,
}

/// All items.
pub(super) struct Truths {
    /// The key of each item at the acquirer: terminal, batch, STAN.
    keys: BTreeMap<(String, u64, u64), String>,
    items: BTreeMap<String, Item>,
    /// RRNs of what the issuer charges and did not credit.
    charged: BTreeSet<String>,
    /// RRNs of what the issuer held and gave back, or held for a completion.
    freed: BTreeSet<String>,
    /// RRNs of what the hosts or the files have otherwise.
    named: BTreeSet<String>,
}

impl Truths {
    pub(super) fn of(run: &Run) -> Self {
        let records = run.records((Party::Acquirer, 0));
        let named = locked(&run.sky).altered.clone();
        let (charged, freed) = (BTreeSet::new(), BTreeSet::new());
        let mut all = Self { keys: BTreeMap::new(), items: BTreeMap::new(), charged, freed, named };
        let returned = records.iter().filter(|record| record.kind == Kind::PayoutReturned);
        let returned: BTreeSet<&str> = returned.map(|record| record.tx.as_str()).collect();
        for record in &records {
            let stays = !returned.contains(record.note.as_str());
            all.record(record, stays);
        }
        for record in run.records((Party::Issuer, 0)) {
            match record.kind {
                Kind::SaleSettled => all.charged.insert(record.rrn),
                Kind::SaleAdjusted => all.charged.remove(&record.rrn),
                Kind::SaleReversed => all.freed.insert(record.rrn),
                _ => continue,
            };
        }
        all
    }

    fn record(&mut self, record: &Record, stays: bool) {
        let item = self.items.entry(record.tx.clone()).or_default();
        item.kinds.insert(record.kind);
        match record.kind {
            Kind::SaleSent => {
                let mut parts = record.note.split('|');
                let terminal = parts.nth(1).unwrap_or_default().trim().to_owned();
                item.operation = parts.next().and_then(|name| name.parse().ok()).unwrap_or_default();
                item.about = parts.next().unwrap_or_default().to_owned();
                item.rrn.clone_from(&record.rrn);
                self.keys.insert((terminal, record.batch, record.stan), record.tx.clone());
            }
            Kind::SalePresented | Kind::CreditPresented => {
                item.presented.insert(record.kind, record.date);
            }
            Kind::SaleReversed => item.released |= record.code == Some(Code::of(b"00")),
            Kind::SalePaid if stays => item.paid += 1,
            Kind::SaleAdjusted if stays => item.paid -= 1,
            Kind::ClearingException | Kind::ItemDisputed | Kind::BatchItemDisputed | Kind::StanReuse => {
                self.named.extend([item.rrn.clone(), record.rrn.clone()]);
            }
            _ => {}
        }
    }

    /// What became of what a slip says. One that was refused for its MAC may be told with the one that it is about, and so
    /// may one that is about one that was refused, and was declined since the acquirer does not know that.
    pub(super) fn of_slip(&self, terminal: &str, slip: &Record, slips: &[(&str, Record)]) -> Vec<Truth> {
        let mut words = slip.note.split('|');
        let operation: Operation = words.next().and_then(|word| word.parse().ok()).unwrap_or_default();
        let about = words.next().and_then(|stan| stan.parse::<u64>().ok());
        let is_original = |other: &Record| other.stan < slip.stan && Some(other.stan) == about;
        let original = slips.iter().find(|(at, other)| *at == terminal && is_original(other));
        let original = original.map(|(_, original)| original);
        let is_unknown = |original: &&Record| self.key(terminal, original).is_none();
        match (self.key(terminal, slip), original) {
            (Some(key), original) => {
                let mut truths = self.of_item(key);
                let leads = matches!(operation, Operation::Void | Operation::Cancel | Operation::Adjust);
                if let Some(original) = original.filter(is_unknown).filter(|_| leads) {
                    truths.extend(self.of_slip(terminal, original, slips));
                }
                truths
            }
            (None, Some(original)) => {
                [Truth::Unseen].into_iter().chain(self.of_slip(terminal, original, slips)).collect()
            }
            (None, None) => vec![Truth::Unseen],
        }
    }

    fn key(&self, terminal: &str, slip: &Record) -> Option<&String> {
        self.keys.get(&(terminal.to_owned(), slip.batch, slip.stan))
    }

    /// What may be said of an item: what became of it, or of the one that it changes.
    fn of_item(&self, key: &str) -> Vec<Truth> {
        let item = self.items.get(key).filter(|item| item.kinds.contains(&Kind::SaleSent));
        let Some(item) = item else { return vec![Truth::Unseen] };
        let is_declined = item.kinds.contains(&Kind::SaleDeclined);
        match item.operation {
            // Its slip leads to what it takes back or changes.
            Operation::Void | Operation::Cancel | Operation::Adjust => {
                let mut truths = self.of_item(&item.about);
                truths.retain(|truth| *truth != Truth::Unseen);
                truths.extend(is_declined.then_some(Truth::Declined));
                truths.extend(self.is_named(item).then(|| self.own(item)));
                truths
            }
            Operation::Preauth => {
                // A completion and its reservation are one: what stands of them is told.
                let mut truths: Vec<Truth> = self.completions(key).map(|of| self.own(of)).collect();
                if truths.iter().all(Truth::is_taken_back) || self.is_named(item) {
                    truths.push(self.own(item));
                }
                truths
            }
            Operation::Completion => {
                let mut truths = vec![self.own(item)];
                if is_declined || self.own(item).is_taken_back() {
                    truths.extend(self.of_item(&item.about));
                }
                truths
            }
            Operation::Sale | Operation::Refund => vec![self.own(item)],
        }
    }

    fn completions<'t>(&'t self, key: &'t str) -> impl Iterator<Item = &'t Item> {
        let stands = |item: &&Item| !item.kinds.contains(&Kind::SaleDeclined);
        let about = move |item: &&Item| item.operation == Operation::Completion && item.about == key;
        self.items.values().filter(about).filter(stands)
    }

    fn is_named(&self, item: &Item) -> bool {
        self.named.contains(&item.rrn)
    }

    fn own(&self, item: &Item) -> Truth {
        let has = |kind| item.kinds.contains(&kind);
        if self.is_named(item) {
            Truth::Named { paid: item.paid > 0, charged: self.charged.contains(&item.rrn) }
        } else if has(Kind::SaleReversed) {
            if item.released { Truth::Released } else { Truth::NeverHeld }
        } else if has(Kind::SaleAdjusted) {
            let date = |kind| item.presented.get(&kind);
            let is_same = date(Kind::SalePresented) == date(Kind::CreditPresented);
            match item.operation {
                _ if is_same => Truth::Undone,
                Operation::Refund => Truth::Regained,
                _ => Truth::Adjusted,
            }
        } else if has(Kind::SaleDeclined) {
            Truth::Declined
        } else {
            match item.operation {
                Operation::Refund => Truth::Refunded,
                Operation::Preauth if self.freed.contains(&item.rrn) => Truth::Spent,
                Operation::Preauth => Truth::Reserved,
                _ => Truth::Paid,
            }
        }
    }
}

/// The slips of all terminals, with the names of these.
pub(super) fn slips(run: &Run) -> Vec<(&'static str, Record)> {
    let tills = (0..).zip(TILLS);
    let of = |(number, (terminal, _)): (u8, (&'static str, &str))| {
        let records = run.records((Party::Terminal, number)).into_iter();
        records.filter(|record| record.kind == Kind::SaleSent).map(move |record| (terminal, record))
    };
    tills.flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODES: [&str; 7] = ["W00", "W10", "W20", "W31", "W60", "W80", "W90"];
    const HOLDERS: [&str; 5] = ["merchant", "merchant bank", "cardholder", "acquirer", "nobody"];
    const ANYBODY: &[&str] = &HOLDERS;
    const SOMEBODY: &[&str] = &["merchant", "merchant bank", "cardholder", "acquirer"];
    const GIVEN_BACK: &[&str] = &["cardholder", "nobody"];
    const TRIED_AGAIN: &[&str] = &["acquirer", "nobody"];

    type Told = (&'static str, &'static [&'static str]);

    /// Each truth: whether nothing of it stands, and what may be said of it, by whom each code names.
    const TRUTHS: [(Truth, bool, &[Told]); 15] = {
        use Truth::{Adjusted, Declined, Named, NeverHeld, Paid, Refunded, Regained, Released, Reserved};
        use Truth::{Spent, Undone, Unseen};
        const NO_MERCHANT: &[&str] = &["merchant bank", "cardholder", "acquirer", "nobody"];
        const OPEN: [Told; 3] = [("W10", SOMEBODY), ("W60", SOMEBODY), ("W90", SOMEBODY)];
        const PAID: &[Told] = &[("W00", ANYBODY), OPEN[0], OPEN[1], OPEN[2]];
        [
            (Unseen, false, &[("W20", NO_MERCHANT), ("W31", NO_MERCHANT)]),
            (Declined, false, &[("W20", TRIED_AGAIN)]),
            (Released, true, &[("W31", GIVEN_BACK)]),
            (Undone, true, &[("W31", GIVEN_BACK)]),
            (NeverHeld, true, &[("W31", GIVEN_BACK), ("W20", TRIED_AGAIN)]),
            (Reserved, false, &[("W10", &["merchant"])]),
            (Spent, false, &[("W10", &["merchant"])]),
            (Paid, false, &[("W00", &["merchant", "merchant bank"])]),
            (Refunded, false, &[("W00", &["cardholder"])]),
            (Adjusted, true, &[("W80", &["cardholder"])]),
            (Regained, true, &[("W80", &["merchant"])]),
            (Named { paid: true, charged: true }, false, PAID),
            (Named { paid: true, charged: false }, false, PAID),
            (Named { paid: false, charged: true }, false, &OPEN),
            (
                Named { paid: false, charged: false },
                false,
                &[("W20", ANYBODY), ("W31", ANYBODY), ("W80", ANYBODY), OPEN[0], OPEN[1], OPEN[2]],
            ),
        ]
    };

    #[test]
    fn of_each_truth_these_codes_and_holders_are_right_and_no_others() {
        for (truth, is_taken_back, told) in TRUTHS {
            assert_eq!(truth.is_taken_back(), is_taken_back, "{truth:?}");
            for (code, holder) in CODES.iter().flat_map(|code| HOLDERS.map(|holder| (*code, holder))) {
                let may = told.iter().any(|(of, holders)| *of == code && holders.contains(&holder));
                assert_eq!(truth.is_told_by(code, holder), may, "{truth:?}: {code}, {holder}");
            }
        }
    }
}
