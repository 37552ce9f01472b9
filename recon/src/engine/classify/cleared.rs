//! What the clearing records of one item say about its transaction.

use jiff::civil::Date;

use crate::engine::bundle::{self, Bundle};
use crate::engine::run::Run;

/// The records of a bundle, told apart for a transaction of a known amount.
pub(super) struct Cleared {
    /// Presentments that count.
    pub(super) counted: Vec<u32>,
    /// Presentments that repeat one that counts.
    pub(super) repeats: Vec<u32>,
    /// What was presented and taken back.
    pub(super) undone: Vec<u32>,
    /// Presentments that say that more follow.
    pub(super) more_follow: bool,
}

impl Cleared {
    /// Which presentments count: one, or several parts that add up to the approved amount or say that they are parts.
    pub(super) fn of(run: &Run, of: &Bundle, approved: Option<i64>) -> Self {
        let gross = |index: &u32| bundle::record(&run.books, *index).map_or(0, |(record, _)| record.gross);
        let reason = |index: &u32| {
            bundle::record(&run.books, *index).map_or("", |(_, context)| run.books.text(context.reason))
        };
        let is_part = |index: &u32| matches!(reason(index), "1403" | "1404");
        let living = of.living.clone();
        let sum: i128 = living.iter().map(|index| i128::from(gross(index))).sum();
        let is_equal = living.windows(2).all(|pair| pair.first().map(gross) == pair.last().map(gross));
        let are_parts = living.len() > 1
            && match approved {
                Some(approved) => {
                    let approved = i128::from(approved);
                    (living.iter().all(is_part) && sum.abs() <= approved.abs())
                        || (sum == approved && approved != 0)
                        || (!is_equal && sum.abs() <= approved.abs())
                }
                None => living.iter().all(is_part) && !is_equal,
            };
        let more_follow = living.iter().any(|index| reason(index) == "1403")
            && !living.iter().any(|index| reason(index) == "1404");
        if are_parts || living.len() < 2 {
            return Self { counted: living, repeats: Vec::new(), undone: of.undone.clone(), more_follow };
        }
        let exact = living.iter().position(|index| Some(gross(index)) == approved);
        let mut repeats = living;
        let first = repeats.remove(exact.unwrap_or(0));
        Self { counted: vec![first], repeats, undone: of.undone.clone(), more_follow: false }
    }

    /// What counts, with what was taken back.
    pub(super) fn records(&self) -> impl Iterator<Item = u32> + '_ {
        self.counted.iter().chain(&self.undone).copied()
    }

    /// The sum of it.
    pub(super) fn sum(&self, run: &Run) -> i128 {
        bundle::gross(&run.books, self.records())
    }

    /// The settlement dates of presentments and of what takes them back.
    pub(super) fn dates(&self, run: &Run) -> (Option<Date>, Option<Date>) {
        let date =
            |index: &u32| bundle::record(&run.books, *index).and_then(|(_, context)| context.settlement_date);
        let all = || self.counted.iter().chain(&self.undone);
        (all().filter_map(date).min(), all().filter_map(date).max())
    }
}
