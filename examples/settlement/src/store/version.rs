//! The version of what is stored, and whether this program can read another one.

use std::fmt;

use super::StoreError;

/// The version of the tables, in files and in databases alike. A change that this number does not tell is none that
/// another program would notice.
pub(crate) const VERSION: i32 = 3;

/// Holds the version of something stored against that of this program.
///
/// # Errors
/// In words, with both numbers, when this program cannot read it.
pub(crate) fn check(found: i32, place: &dyn fmt::Display) -> Result<(), StoreError> {
    let words = match found {
        VERSION => return Ok(()),
        newer if newer > VERSION => "a newer settlement wrote it, and has to read it",
        _ => {
            "it is older than anything that this settlement can bring up to date; the one that wrote it can read it"
        }
    };
    Err(StoreError::Failed(format!(
        "{place} has tables of version {found}, this program has {VERSION}: {words}"
    )))
}

/// A record that this program has no name for. It is not passed over: a party that forgot it would decide otherwise.
pub(crate) fn unknown_kind(kind: &str) -> StoreError {
    StoreError::Failed(format!(
        "the journal holds a `{kind}`, which this settlement does not know: a newer one wrote it, and has to read it"
    ))
}
