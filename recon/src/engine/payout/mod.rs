//! Payouts: what is to be paid for clearing records, and the bank entries that pay it.

mod attach;
mod judge;
pub(crate) mod reference;

use hashbrown::HashMap;
use jiff::civil::Date;

pub(crate) use self::judge::{Status, Verdict};
use super::books::{Books, ClearingContext};
use super::bundle;
use super::intern::{Interner, Sym};
use super::rules::{Fee, Rules};
use crate::record::{ClearingKind, Currency};

/// One payout, or several that one bank entry pays.
#[derive(Clone, Debug)]
pub(crate) struct Payment {
    /// Numbers of its payouts, or merchant and settlement date where the file gives none.
    pub(crate) names: Vec<String>,
    /// Clearing records.
    pub(crate) records: Vec<u32>,
    /// Items whose records stand elsewhere, where somebody has to look at them.
    pub(crate) kept: Vec<Item>,
    pub(crate) currency: Currency,
    pub(crate) merchant: Option<Sym>,
    /// The latest settlement date of its records.
    pub(crate) date: Option<Date>,
    pub(crate) due: Option<Date>,
    pub(crate) sums: Sums,
    /// Bank entries in the order of booking.
    pub(crate) entries: Vec<Entry>,
    /// The rule that found the entries.
    pub(crate) rule: Option<&'static str>,
    /// Bank entries that may belong to it.
    pub(crate) suggested: Vec<u32>,
    pub(crate) verdict: Verdict,
}

/// A bank entry of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) index: u32,
    pub(crate) is_return: bool,
    /// It says that it is a part.
    pub(crate) is_part: bool,
    /// It says that it pays again.
    pub(crate) is_again: bool,
}

/// What a payment is made of, in minor units: `due = gross - fees - held`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    pub(crate) items: u32,
    pub(crate) gross: i128,
    pub(crate) fees: i128,
    pub(crate) held: i128,
}

impl Sums {
    pub(crate) fn due(self) -> i128 {
        self.gross - self.fees - self.held
    }
}

/// What payments need to know of the run.
pub(crate) struct Setting<'r> {
    pub(crate) rules: &'r Rules,
    pub(crate) as_of: jiff::civil::DateTime,
    pub(crate) has_bank: bool,
}

/// All payments of a run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Payments {
    pub(crate) payments: Vec<Payment>,
    /// The payment of each clearing record.
    pub(crate) of_record: Vec<Option<u32>>,
    /// Bank entries of no payment.
    pub(crate) unexpected: Vec<u32>,
    /// Bank entries that repeat one of another file.
    pub(crate) repeated: Vec<u32>,
    /// Payouts that people decided about, in a part of a run.
    pub(crate) decided: Vec<u32>,
    /// Whether each account is the payer's, whose entries have the other sign.
    pub(crate) payer: HashMap<Option<String>, bool>,
}

impl Payments {
    /// The amount of an entry as the merchant sees it.
    pub(crate) fn amount(&self, books: &Books, index: u32) -> i128 {
        let Some(bank) = books.bank.get(index as usize) else { return 0 };
        let account = bank.entry.account.as_ref().map(ToString::to_string);
        let is_payer = self.payer.get(&account).copied().unwrap_or(false);
        if is_payer { -i128::from(bank.entry.amount) } else { i128::from(bank.entry.amount) }
    }
}

/// The parts of one clearing record: gross, fee, held.
pub(crate) fn parts(books: &Books, rules: &Rules, index: u32) -> Sums {
    bundle::record(books, index).map_or_else(Sums::default, |(record, context)| {
        let said = Said { kind: context.kind, gross: record.gross, fee: record.fee, net: record.net };
        let (merchant, mcc) = (books.text(context.merchant), books.text(context.mcc));
        said.parts(rules.fee(merchant, mcc, context.settlement_date))
    })
}

/// What a clearing record says about money.
pub(crate) struct Said {
    pub(crate) kind: ClearingKind,
    pub(crate) gross: i64,
    pub(crate) fee: Option<i64>,
    pub(crate) net: Option<i64>,
}

impl Said {
    /// Its parts; the fee is that of the contract if the record has none.
    pub(crate) fn parts(&self, contract: Option<&Fee>) -> Sums {
        let gross = i128::from(self.gross);
        let fee = match (self.net, self.fee) {
            (Some(net), _) => gross - i128::from(net),
            (None, Some(fee)) => i128::from(fee),
            (None, None) => contract.map_or(0, |fee| i128::from(fee.of(self.gross))),
        };
        match self.kind {
            ClearingKind::Retrieval => Sums::default(),
            ClearingKind::Fee => Sums { items: 1, fees: fee - gross, ..Sums::default() },
            ClearingKind::Hold | ClearingKind::Release | ClearingKind::Carried => {
                Sums { items: 1, held: fee - gross, ..Sums::default() }
            }
            _ => Sums { items: 1, gross, fees: fee, held: 0 },
        }
    }
}

/// Whether a record counts as cleared: presentments and what takes them back, chargebacks and adjustments.
pub(crate) fn is_cleared(kind: ClearingKind) -> bool {
    !matches!(
        kind,
        ClearingKind::Retrieval
            | ClearingKind::Fee
            | ClearingKind::Hold
            | ClearingKind::Release
            | ClearingKind::Carried
    )
}

/// Whether a record is of no payout.
pub(crate) fn is_of_none(kind: ClearingKind) -> bool {
    kind == ClearingKind::Retrieval
}

/// Groups clearing records by payout and finds the bank entries that pay them.
pub(crate) fn payments(books: &Books, setting: &Setting<'_>) -> Payments {
    let groups = group(books, setting.rules);
    let mut found = attach::attach(books, setting.rules, groups);
    found.of_record = vec![None; books.clearing.len()];
    for (number, payment) in (0u32..).zip(&found.payments) {
        for index in &payment.records {
            if let Some(slot) = found.of_record.get_mut(*index as usize) {
                *slot = Some(number);
            }
        }
    }
    judge_all(books, setting, &mut found);
    found
}

/// Payments of groups whose records stand elsewhere.
pub(crate) fn payments_of(books: &Books, setting: &Setting<'_>, groups: Groups) -> Payments {
    let mut found = attach::attach(books, setting.rules, groups.finish(setting.rules));
    judge_all(books, setting, &mut found);
    found
}

/// Says of every payment what became of it.
pub(crate) fn judge_all(books: &Books, setting: &Setting<'_>, found: &mut Payments) {
    let mut done = std::mem::take(&mut found.payments);
    for payment in &mut done {
        payment.entries.sort_by_key(|entry| order(books, entry));
        payment.verdict = judge::judge(books, setting, found, payment);
    }
    found.payments = done;
}

/// Entries by day; of one day transfers come before returns, and returns before what pays again.
fn order<'b>(books: &'b Books, entry: &Entry) -> impl Ord + use<'b> {
    let step = match (entry.is_return, entry.is_again) {
        (true, _) => 1,
        (_, true) => 2,
        _ => 0,
    };
    books.bank.get(entry.index as usize).map(|bank| {
        let found = &bank.entry;
        let day = found.booked.or(found.value_date);
        (day, step, found.amount, found.text.as_str(), books.file(bank.at), bank.at.place())
    })
}

/// Clearing records by the payout they name, or else by merchant and settlement date; and always by currency.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    places: HashMap<Place, usize>,
    found: Vec<Payment>,
}

type Place = (Option<Sym>, Option<(Option<Sym>, Option<Date>)>, Currency);

impl Groups {
    /// The group of a record.
    pub(crate) fn of(&mut self, names: &Interner, context: &ClearingContext) -> Option<&mut Payment> {
        let group = context.payout.is_none().then_some((context.merchant, context.settlement_date));
        let found = &mut self.found;
        let place = *self.places.entry((context.payout, group, context.currency)).or_insert_with(|| {
            found.push(Payment::new(name_of(names, context), context.currency, context.merchant));
            found.len() - 1
        });
        self.found.get_mut(place)
    }

    fn finish(self, rules: &Rules) -> Vec<Payment> {
        let mut found = self.found;
        for payment in &mut found {
            let days = rules.due.payout_working_days;
            payment.due = payment.date.map(|date| rules.due.calendar.after(date, days));
        }
        found.sort_by(|one, other| (&one.names, one.currency).cmp(&(&other.names, other.currency)));
        found
    }
}

/// The number of the payout of a record, or merchant and settlement date.
pub(crate) fn name_of(names: &Interner, context: &ClearingContext) -> String {
    match context.payout {
        Some(payout) => names.text(payout).to_owned(),
        None => {
            let date = context.settlement_date.map_or_else(|| "-".to_owned(), |date| date.to_string());
            let merchant = context.merchant.map_or("-", |merchant| names.text(merchant));
            format!("{merchant}@{date}")
        }
    }
}

fn group(books: &Books, rules: &Rules) -> Vec<Payment> {
    let mut groups = Groups::default();
    for (index, record) in (0u32..).zip(&books.clearing) {
        let context = books.clearing_context(record);
        let carried = books.carried.get(&super::books::RecordId::Clearing(index));
        let is_paid = carried.is_some_and(|carried| carried.funded.is_some());
        if context.kind == ClearingKind::Retrieval || is_paid {
            continue;
        }
        if let Some(payment) = groups.of(&books.names, &context) {
            payment.records.push(index);
            payment.add(parts(books, rules, index), context.settlement_date);
        }
    }
    groups.finish(rules)
}

/// What a payout has of one clearing record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) rrn: String,
    pub(crate) parts: Sums,
}

impl Payment {
    fn new(name: String, currency: Currency, merchant: Option<Sym>) -> Self {
        Self {
            names: vec![name],
            records: Vec::new(),
            kept: Vec::new(),
            currency,
            merchant,
            date: None,
            due: None,
            sums: Sums::default(),
            entries: Vec::new(),
            rule: None,
            suggested: Vec::new(),
            verdict: Verdict::default(),
        }
    }

    /// What each of its records is.
    pub(crate) fn items<'p>(&'p self, books: &'p Books, rules: &'p Rules) -> impl Iterator<Item = Item> + 'p {
        let of = |index: &u32| {
            let rrn = bundle::record(books, *index).map_or("", |(record, _)| books.text(record.rrn));
            Item { rrn: rrn.to_owned(), parts: parts(books, rules, *index) }
        };
        self.records.iter().map(of).chain(self.kept.iter().cloned())
    }

    /// Adds what one record says.
    pub(crate) fn add(&mut self, parts: Sums, date: Option<Date>) {
        self.date = self.date.max(date);
        self.sums.items += parts.items;
        self.sums.gross += parts.gross;
        self.sums.fees += parts.fees;
        self.sums.held += parts.held;
    }

    /// Takes another payment in, which the same bank entry pays.
    fn absorb(&mut self, other: Self) {
        self.names.extend(other.names);
        self.records.extend(other.records);
        self.kept.extend(other.kept);
        self.date = self.date.max(other.date);
        self.due = self.due.max(other.due);
        self.sums.items += other.sums.items;
        self.sums.gross += other.sums.gross;
        self.sums.fees += other.sums.fees;
        self.sums.held += other.sums.held;
        self.entries.extend(other.entries);
        self.rule = self.rule.or(other.rule);
    }
}
