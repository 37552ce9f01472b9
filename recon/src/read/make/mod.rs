//! Rows made records of each side.

mod bank;
mod clearing;
mod original;
mod switch;

pub(super) use self::clearing::is_credit_code;

use std::fmt;

use super::column::Column;
use super::dates::Calendar;
use super::money::{self, Notation};
use super::redact::Redactor;
use super::row::Row;
use crate::record::{Currency, Record, Side, Source, Text};

/// What is known of all records of a file.
pub(super) struct Maker {
    pub(super) redactor: Redactor,
    pub(super) calendar: Calendar,
    /// The currency of records that say none.
    pub(super) currency: Option<Currency>,
    /// How the columns `amount`, `fee`, `net`, `credit` and `debit` are written.
    pub(super) notation: Notation,
    /// Names for addresses.
    pub(super) parties: Vec<(String, Text)>,
}

/// A record, what is wrong with it although it can be used, or why it cannot.
pub(super) type Made = Result<(Record, Option<String>), String>;

impl Maker {
    /// The record of a row.
    pub(super) fn record(&self, side: Side, row: &mut Row, source: Source) -> Made {
        row.hide_cards(&self.redactor);
        match side {
            Side::Switch => {
                self.message(row, source).map(|evidence| (Record::Switch(Box::new(evidence)), None))
            }
            Side::Clearing => {
                self.item(row, source).map(|(item, fault)| (Record::Clearing(Box::new(item)), fault))
            }
            Side::Bank => self.entry(row, source).map(|entry| (Record::Bank(Box::new(entry)), None)),
        }
    }

    /// A text without card numbers.
    fn text(&self, row: &Row, column: Column) -> Option<Text> {
        row.get(column).map(|value| self.redactor.text(value)).filter(|text| !text.is_empty())
    }

    /// The same of an element in which a card number has no room.
    fn short(row: &Row, column: Column, most: usize) -> Option<Text> {
        row.get(column).filter(|value| value.len() <= most).map(Text::from)
    }

    /// A reference of up to twelve characters as it stands, a longer one as a text.
    fn reference(&self, row: &Row, column: Column) -> Option<Text> {
        Self::short(row, column, 12).or_else(|| self.text(row, column))
    }

    /// A reference of a bank or a sender, unless a card number was in it: what was masked names nothing any more.
    pub(super) fn own_reference(&self, text: &str) -> Option<Text> {
        Some(self.redactor.text(text)).filter(|text| !text.is_empty() && !text.contains('*'))
    }

    fn currency(&self, row: &Row) -> Result<Option<Currency>, String> {
        match row.get(Column::Currency) {
            None => Ok(self.currency),
            Some(text) => money::currency(text)
                .map(Some)
                .ok_or_else(|| wrong(Column::Currency, "is not the code of a currency (CNY, 156)")),
        }
    }

    /// An amount of one of two columns: in the notation of the file, or with decimals.
    pub(super) fn amount(
        &self,
        row: &Row,
        columns: [Column; 2],
        currency: Option<Currency>,
    ) -> Result<Option<i64>, String> {
        let [plain, decimal] = columns;
        let marked = if self.notation == Notation::Comma { Notation::Comma } else { Notation::Point };
        let found = [(plain, self.notation), (decimal, marked)]
            .into_iter()
            .find_map(|(column, notation)| row.get(column).map(|text| (column, notation, text)));
        let Some((column, notation, text)) = found else { return Ok(None) };
        let exponent = money::exponent(currency);
        notation.minor(text, exponent).map(Some).map_err(|error| wrong(column, error))
    }
}

/// What is wrong with a value.
fn wrong(column: Column, what: impl fmt::Display) -> String {
    format!("`{}` {what}", column.name())
}
