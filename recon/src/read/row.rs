//! The values of one record, before it is made.

use std::fmt;

use super::column::{COUNT, Column};
use super::redact::Redactor;
use crate::record::Text;

/// Where a card number becomes a token, and digits that are told apart from one by what they are.
const EXPECTED: [Column; 3] = [Column::Card, Column::Track2, Column::Arn];

/// References of twelve digits, such as an RRN, in which a card number has no room.
const REFERENCES: [Column; 2] = [Column::Rrn, Column::OriginalRrn];

/// The shortest card number.
const SHORTEST: usize = 12;

/// Values by column. They may hold card data: `Debug` shows none.
pub(super) struct Row {
    values: Vec<Text>,
    used: Vec<usize>,
}

impl Default for Row {
    fn default() -> Self {
        Self { values: vec![Text::default(); COUNT], used: Vec::new() }
    }
}

impl Row {
    pub(super) fn clear(&mut self) {
        for index in self.used.drain(..) {
            if let Some(value) = self.values.get_mut(index) {
                value.clear();
            }
        }
    }

    /// Sets a value, trimmed; an empty one changes nothing.
    pub(super) fn put(&mut self, column: Column, value: &str) {
        // spreadsheets keep long numbers as text behind one of these
        let value = value.trim().trim_start_matches(['\'', '`']);
        if value.is_empty() || value == "*" {
            return;
        }
        if let Some(slot) = self.values.get_mut(column.index()) {
            if slot.is_empty() {
                self.used.push(column.index());
            } else {
                slot.clear();
            }
            slot.push_str(value);
        }
    }

    /// Hides card numbers wherever none is expected, before a value is taken apart.
    pub(super) fn hide_cards(&mut self, redactor: &Redactor) {
        for index in &self.used {
            let Some(slot) = self.values.get_mut(*index) else { continue };
            let is_own = EXPECTED.iter().any(|column| column.index() == *index) || slot.len() < SHORTEST;
            let is_reference =
                REFERENCES.iter().any(|column| column.index() == *index) && slot.len() <= SHORTEST;
            if let Some(hidden) = Some(slot.as_str())
                .filter(|_| !is_own && !is_reference)
                .and_then(|text| redactor.hidden(text))
            {
                *slot = hidden;
            }
        }
    }

    pub(super) fn get(&self, column: Column) -> Option<&str> {
        self.values.get(column.index()).map(Text::as_str).filter(|value| !value.is_empty())
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Row of {} values", self.used.len())
    }
}
