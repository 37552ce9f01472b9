//! Sums of a run, and the identities that must hold.

use std::collections::BTreeMap;

use super::class::Class;
use super::line::{Effect, Line};
use super::payout::{Status, is_cleared};
use super::run::Run;
use super::transact::{Kind, Outcome};
use crate::record::{Currency, Side};

/// Lines of one class and currency together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// How many lines.
    pub lines: u64,
    /// How many of them are exceptions.
    pub exceptions: u64,
    /// The sum of their amounts, in minor units.
    pub amount: i128,
}

/// An identity with its terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Its number in the documentation.
    pub number: u8,
    /// The currency; identity 4 counts records and has none.
    pub currency: Option<Currency>,
    /// Left side first, then the terms of the right side with their names.
    pub terms: Vec<(&'static str, i128)>,
    /// Whether it holds.
    pub holds: bool,
    /// The numbers as an equation.
    pub text: String,
}

/// What a whole run adds up to.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    /// Sums by class and currency.
    pub sums: BTreeMap<(Class, Option<Currency>), Sum>,
    /// The identities.
    pub identities: Vec<Identity>,
    /// Exceptions, refused records and broken identities.
    pub exceptions: u64,
    effects: BTreeMap<Currency, Effect>,
    books: BTreeMap<Currency, Books>,
    records: u64,
}

impl Totals {
    /// Counts a line.
    pub fn add(&mut self, line: &Line) {
        let sum = self.sums.entry((line.class, line.currency)).or_default();
        sum.lines += 1;
        sum.exceptions += u64::from(line.is_exception);
        sum.amount += line.amount.unwrap_or(0);
        self.exceptions += u64::from(line.is_exception);
        self.records += u64::try_from(line.records.len()).unwrap_or(0);
        self.records += line.unnamed.as_ref().map_or(0, |(_, count)| *count);
        for (currency, effect) in &line.effects {
            let sum = self.effects.entry(*currency).or_default();
            sum.differences += effect.differences;
            sum.unapproved += effect.unapproved;
            sum.open += effect.open;
            sum.missing += effect.missing;
        }
    }

    /// Makes the identities after the last line; their left sides are added up from the records, not from the lines.
    pub fn finish(&mut self, run: &Run) {
        self.count(run);
        add_bank(run, &mut self.books);
        self.effects.keys().for_each(|currency| {
            self.books.entry(*currency).or_default();
        });
        for (currency, sums) in &self.books {
            let effect = self.effects.get(currency).copied().unwrap_or_default();
            self.identities.extend(sums.identities(*currency, effect));
        }
        self.identities.push(self.records(run));
        self.identities.sort_by_key(|identity| (identity.number, identity.currency));
        self.exceptions += u64::try_from(run.books.refused.len()).unwrap_or(u64::MAX);
        self.exceptions +=
            u64::try_from(self.identities.iter().filter(|identity| !identity.holds).count()).unwrap_or(0);
    }

    /// Adds up the messages and clearing records of a part of a run.
    pub(crate) fn count(&mut self, run: &Run) {
        add_switch(run, &mut self.books);
        add_clearing(run, &mut self.books);
    }

    /// Identity 4: every record that was read is in one line or refused.
    fn records(&self, run: &Run) -> Identity {
        let number = |count: usize| i128::try_from(count).unwrap_or(i128::MAX);
        let of = |side: Side| -> i128 {
            run.books.files.iter().filter(|file| file.side == side).map(|file| i128::from(file.records)).sum()
        };
        let twice: i128 = run.frame.duplicates.iter().map(|(_, count, _)| i128::from(*count)).sum();
        let left = [
            ("switch", of(Side::Switch)),
            ("clearing", of(Side::Clearing)),
            ("bank", of(Side::Bank)),
            ("read-twice", twice),
            ("carried", number(run.books.carried.len() + run.books.carried_elsewhere)),
        ];
        let right = [("lines", i128::from(self.records)), ("refused", number(run.books.refused.len()))];
        let text = |terms: &[(&str, i128)], always: usize| {
            let shown = terms.iter().enumerate().filter(|(place, (_, count))| *place < always || *count != 0);
            shown.map(|(_, (_, count))| count.to_string()).collect::<Vec<_>>().join(" + ")
        };
        let sum = |terms: &[(&str, i128)]| terms.iter().map(|(_, count)| count).sum::<i128>();
        Identity {
            number: 4,
            currency: None,
            holds: sum(&left) == sum(&right),
            text: format!("{} = {}", text(&left, 3), text(&right, 1)),
            terms: left.into_iter().chain(right).collect(),
        }
    }

    /// What the command exits with: 1 if somebody has to act.
    pub fn exit_code(&self) -> u8 {
        u8::from(self.exceptions > 0)
    }
}

/// Sums of one currency, from the records.
#[derive(Clone, Copy, Debug, Default)]
struct Books {
    approved: i128,
    cleared: i128,
    settled: i128,
    not_due: i128,
    before: i128,
    paid: i128,
    fees: i128,
    held: i128,
    open: i128,
    difference: i128,
    bank: i128,
    entries: i128,
}

fn add_switch(run: &Run, books: &mut BTreeMap<Currency, Books>) {
    for (index, of) in run.transactions.iter().enumerate() {
        let is_presented = run.matches.of_transaction.get(index).copied().flatten().is_some();
        let hold = of.kind == Kind::Preauth && of.outcome == Outcome::Approved && is_presented;
        let amount = if hold { of.authorized } else { of.owed() };
        books.entry(of.currency).or_default().approved += i128::from(amount);
    }
}

fn add_clearing(run: &Run, books: &mut BTreeMap<Currency, Books>) {
    for (index, record) in (0u32..).zip(&run.books.clearing) {
        let context = run.books.clearing_context(record);
        if !is_cleared(context.kind) {
            continue;
        }
        let sums = books.entry(context.currency).or_default();
        let gross = i128::from(record.gross);
        sums.cleared += gross;
        let payment = run.payments.of_record.get(index as usize).copied().flatten();
        match payment.and_then(|number| run.payments.payments.get(number as usize)) {
            Some(payment) if payment.verdict.is_settled => sums.settled += gross,
            Some(_) => sums.not_due += gross,
            None => sums.before += gross,
        }
    }
}

fn add_bank(run: &Run, books: &mut BTreeMap<Currency, Books>) {
    for payment in run.payments.payments.iter().filter(|payment| payment.verdict.is_settled) {
        let verdict = &payment.verdict;
        let sums = books.entry(payment.currency).or_default();
        sums.paid += verdict.paid;
        sums.fees += payment.sums.fees + verdict.rounding;
        sums.held += payment.sums.held + verdict.held;
        sums.open += verdict.open;
        sums.difference += verdict.difference;
        for entry in &payment.entries {
            let Some(bank) = run.books.bank.get(entry.index as usize) else { continue };
            let amount = run.payments.amount(&run.books, entry.index);
            let sums = books.entry(bank.currency).or_default();
            sums.bank += i128::from(bank.entry.amount);
            sums.entries += amount;
            if verdict.status == Status::Currency && bank.currency != payment.currency {
                sums.paid += amount;
                sums.difference -= amount;
            }
        }
    }
}

impl Books {
    fn identities(&self, currency: Currency, effect: Effect) -> Vec<Identity> {
        let one = vec![
            ("approved", self.approved),
            ("cleared", self.cleared),
            ("differences", effect.differences),
            ("unapproved", effect.unapproved),
            ("open", effect.open),
            ("missing", effect.missing),
        ];
        let mut two = vec![("cleared", self.cleared), ("settled", self.settled), ("not-due", self.not_due)];
        if self.before != 0 {
            two.push(("settled-before", self.before));
        }
        let three = vec![
            ("settled", self.settled),
            ("paid", self.paid),
            ("fees", self.fees),
            ("held", self.held),
            ("open", self.open),
            ("difference", self.difference),
        ];
        let five = vec![("bank", self.bank), ("paid", self.paid)];
        let right = self.cleared - effect.differences - effect.unapproved + effect.open + effect.missing;
        let text = format!(
            "{} = {} - {} - {} + {} + {}",
            self.approved, self.cleared, effect.differences, effect.unapproved, effect.open, effect.missing
        );
        let make = |number, terms: Vec<(&'static str, i128)>, holds, text| Identity {
            number,
            currency: Some(currency),
            terms,
            holds,
            text,
        };
        let plain = |number, terms: Vec<(&'static str, i128)>| {
            let right: i128 = terms.iter().skip(1).map(|(_, amount)| amount).sum();
            let left = terms.first().map_or(0, |(_, amount)| *amount);
            let sums: Vec<String> = terms.iter().skip(1).map(|(_, amount)| amount.to_string()).collect();
            make(number, terms, left == right, format!("{left} = {}", sums.join(" + ")))
        };
        vec![
            make(1, one, self.approved == right, text),
            plain(2, two),
            plain(3, three),
            make(5, five, self.entries == self.paid, format!("{} -> {}", self.bank, self.paid)),
        ]
    }
}
