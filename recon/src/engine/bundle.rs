//! Clearing records of one item: its presentment, what takes it back, and what repeats it.

use jiff::civil::Date;

use super::books::{Books, Clearing, ClearingContext};
use super::intern::Sym;
use super::transact::agree;
use crate::record::{ClearingKind, Currency};

/// Records with the same keys belong to one item if their settlement dates lie no further apart, in days.
const SAME_ITEM: i32 = 45;

/// The clearing records of one item.
#[derive(Clone, Debug)]
pub(crate) struct Bundle {
    /// Presentments that stand, in the order of their numbers.
    pub(crate) living: Vec<u32>,
    /// Presentments that were taken back, and the reversals and adjustments that did it.
    pub(crate) undone: Vec<u32>,
    /// Whether it is money to the cardholder.
    pub(crate) is_refund: bool,
}

impl Bundle {
    /// The first presentment, or else the first record.
    pub(crate) fn main(&self) -> Option<u32> {
        self.living.first().or(self.undone.first()).copied()
    }

    /// All its records.
    pub(crate) fn records(&self) -> impl Iterator<Item = u32> + '_ {
        self.living.iter().chain(&self.undone).copied()
    }
}

/// All bundles, and the records that are of none: fees, holds, chargebacks and the like.
pub(crate) fn bundles(books: &Books) -> (Vec<Bundle>, Vec<u32>) {
    let mut rest = Vec::new();
    let mut keyed: Vec<(Key, u32)> = Vec::with_capacity(books.clearing.len());
    for (index, record) in (0u32..).zip(&books.clearing) {
        let context = books.clearing_context(record);
        let is_item = match context.kind {
            ClearingKind::Sale | ClearingKind::Refund | ClearingKind::Reversal => true,
            ClearingKind::Adjustment => record.rrn.or(record.original_rrn).or(record.arn).is_some(),
            _ => false,
        };
        if is_item { keyed.push((Key::of(record, &context, index), index)) } else { rest.push(index) }
    }
    keyed.sort_unstable_by(|one, other| {
        one.0.cmp(&other.0).then_with(|| order(books, one.1).cmp(&order(books, other.1)))
    });
    let mut found = Vec::new();
    for run in keyed.chunk_by(|one, other| one.0 == other.0) {
        let records: Vec<u32> = run.iter().map(|(_, index)| *index).collect();
        for part in records.chunk_by(|one, other| are_near(books, *one, *other)) {
            found.push(bundle(books, part));
        }
    }
    (join_by_reference(books, found), rest)
}

/// What the records of one item share.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    /// RRN, STAN, terminal, merchant if there is no terminal, refund.
    Rrn(Sym, Option<Sym>, Option<Sym>, Option<Sym>, bool),
    /// Acquirer reference number and card.
    Arn(Sym, Option<Sym>, bool),
    /// Terminal, STAN, batch, local date, approval.
    Trace(Sym, Sym, Option<Sym>, Option<Date>, Option<Sym>, bool),
    /// Nothing: the record stands alone.
    Alone(u32),
}

impl Key {
    fn of(record: &Clearing, context: &ClearingContext, index: u32) -> Self {
        // what takes a refund back is money from the cardholder
        let is_refund = match context.kind {
            ClearingKind::Refund => true,
            ClearingKind::Reversal => record.gross > 0,
            _ => false,
        };
        let rrn = match context.kind {
            ClearingKind::Adjustment | ClearingKind::Reversal => record.original_rrn.or(record.rrn),
            _ => record.rrn,
        };
        let merchant = context.merchant.filter(|_| context.terminal.is_none());
        match (rrn, record.arn, context.terminal.zip(record.stan)) {
            (Some(rrn), ..) => Self::Rrn(rrn, record.stan, context.terminal, merchant, is_refund),
            (_, Some(arn), _) => Self::Arn(arn, record.token, is_refund),
            (.., Some((terminal, stan))) => {
                Self::Trace(terminal, stan, context.batch, record.local_date, record.approval, is_refund)
            }
            _ => Self::Alone(index),
        }
    }
}

/// The order of records within an item: settlement date, number in the file, place.
fn order(books: &Books, index: u32) -> (Option<Date>, u64, std::sync::Arc<str>, crate::record::Place) {
    match books.clearing.get(index as usize) {
        Some(record) => {
            let date = books.clearing_context(record).settlement_date;
            (date, record.number, books.file(record.at).clone(), record.at.place())
        }
        None => (None, 0, std::sync::Arc::from(""), crate::record::Place::Line(0)),
    }
}

fn are_near(books: &Books, one: u32, other: u32) -> bool {
    let date = |index: u32| {
        let record = books.clearing.get(index as usize)?;
        books.clearing_context(record).settlement_date
    };
    match (date(one), date(other)) {
        (Some(one), Some(other)) => days(one, other) <= SAME_ITEM,
        _ => true,
    }
}

/// Days between two dates, never negative.
pub(crate) fn days(one: Date, other: Date) -> i32 {
    one.since(other).map_or(i32::MAX, |span| span.get_days().abs())
}

fn bundle(books: &Books, records: &[u32]) -> Bundle {
    let kind =
        |index: u32| books.clearing.get(index as usize).map(|record| books.clearing_context(record).kind);
    let gross = |index: u32| books.clearing.get(index as usize).map_or(0, |record| record.gross);
    let mut living: Vec<u32> = Vec::with_capacity(records.len());
    let mut undone = Vec::new();
    for &index in records {
        match kind(index) {
            Some(ClearingKind::Reversal | ClearingKind::Adjustment) => undone.push(index),
            _ => living.push(index),
        }
    }
    let is_refund = living.first().map_or_else(
        || undone.first().is_some_and(|index| gross(*index) > 0),
        |index| kind(*index) == Some(ClearingKind::Refund),
    );
    // the last one of the same amount is taken back first: what repeats an item is taken back, not the item
    for undo in undone.clone() {
        if let Some(place) = living.iter().rposition(|index| gross(*index) == -gross(undo)) {
            undone.push(living.remove(place));
        }
    }
    undone.sort_by_key(|index| order(books, *index));
    living.shrink_to_fit();
    Bundle { living, undone, is_refund }
}

/// Bundles of one acquirer reference number and card are one item, unless their RRN differ: records of later stages
/// often have the one and not the other.
fn join_by_reference(books: &Books, bundles: Vec<Bundle>) -> Vec<Bundle> {
    let record = |bundle: &Bundle| books.clearing.get(bundle.main()? as usize);
    let mut keyed: Vec<(Sym, usize)> =
        (0..).zip(&bundles).filter_map(|(place, bundle)| Some((record(bundle)?.arn?, place))).collect();
    keyed.sort_unstable();
    let mut slots: Vec<Option<Bundle>> = bundles.into_iter().map(Some).collect();
    for group in keyed.chunk_by(|one, other| one.0 == other.0).filter(|group| group.len() > 1) {
        let mut group: Vec<Bundle> =
            group.iter().filter_map(|(_, place)| slots.get_mut(*place)?.take()).collect();
        // which of them meet first must not depend on the order of reading
        group.sort_by(|one, other| content(books, one).cmp(&content(books, other)));
        let mut joined: Vec<Bundle> = Vec::new();
        for bundle in group {
            let agrees = |home: &&mut Bundle| {
                record(home).zip(record(&bundle)).is_some_and(|(one, other)| {
                    home.is_refund == bundle.is_refund
                        && agree(one.rrn, other.rrn)
                        && agree(one.token, other.token)
                })
            };
            match joined.iter_mut().find(agrees) {
                Some(home) => {
                    let mut records: Vec<u32> = home.records().chain(bundle.records()).collect();
                    records.sort_by_key(|index| order(books, *index));
                    *home = self::bundle(books, &records);
                }
                None => joined.push(bundle),
            }
        }
        slots.extend(joined.into_iter().map(Some));
    }
    slots.into_iter().flatten().collect()
}

/// What the first record of a bundle says, and last where it stands.
fn content<'b>(books: &'b Books, bundle: &Bundle) -> impl Ord + use<'b> {
    let index = bundle.main().unwrap_or(u32::MAX);
    let said = record(books, index).map(|(record, context)| {
        let texts = [record.rrn, record.stan, record.approval, context.terminal].map(|sym| books.text(sym));
        (context.settlement_date, record.number, record.gross, texts, books.token(record.token))
    });
    (said, order(books, index))
}

/// A clearing record with what it shares.
pub(crate) fn record(books: &Books, index: u32) -> Option<(&Clearing, ClearingContext)> {
    let record = books.clearing.get(index as usize)?;
    Some((record, books.clearing_context(record)))
}

/// The currency of a record.
pub(crate) fn currency(books: &Books, index: u32) -> Currency {
    record(books, index).map_or(books.default_currency(), |(_, context)| context.currency)
}

/// The gross amount of records.
pub(crate) fn gross(books: &Books, records: impl IntoIterator<Item = u32>) -> i128 {
    records
        .into_iter()
        .filter_map(|index| books.clearing.get(index as usize))
        .map(|record| i128::from(record.gross))
        .sum()
}
