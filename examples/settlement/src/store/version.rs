//! The version of what is stored, and whether this program can read another one.

use std::fmt;

use super::StoreError;

/// The version of the tables, in files and in databases alike. A change that this number does not tell is none that
/// another program would notice.
pub(crate) const VERSION: i32 = 4;

/// Holds the version of something stored against that of this program, which can bring `oldest` up to date.
///
/// # Errors
/// In words, with both numbers, when this program cannot read it.
pub(crate) fn check(found: i32, oldest: i32, place: &dyn fmt::Display) -> Result<(), StoreError> {
    let words = match found {
        newer if newer > VERSION => "a newer settlement wrote it, and has to read it",
        older if older < oldest => {
            "it is older than what this one brings up to date; the one that wrote it reads it"
        }
        _ => return Ok(()),
    };
    let numbers = format!("{place} has tables of version {found}, this settlement has {VERSION}");
    Err(StoreError::Failed(format!("{numbers}: {words}")))
}

/// A record that this program has no name for. It is not passed over: a party that forgot it would decide otherwise.
pub(crate) fn unknown_kind(kind: &str) -> StoreError {
    StoreError::Failed(format!(
        "the journal holds a `{kind}`, which this settlement does not know: a newer one wrote it, and has to read it"
    ))
}
