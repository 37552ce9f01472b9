//! The values of one record, before it is made.

use std::fmt;

use super::column::{COUNT, Column};
use crate::record::Text;

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

    pub(super) fn get(&self, column: Column) -> Option<&str> {
        self.values.get(column.index()).map(Text::as_str).filter(|value| !value.is_empty())
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Row of {} values", self.used.len())
    }
}
