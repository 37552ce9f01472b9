//! Rows of j8583's own tests.

use crate::report::Outcome;
use crate::row::Row;

pub(crate) fn replay(_row: &Row) -> Outcome {
    Outcome::Refused("todo".into())
}
