//! Histories that were kept in memory, as a ledger file.

use std::path::Path;

use super::{Commit, History, SqliteStore, Store, StoreError};
use crate::journal::Party;

/// Writes each history into a new file, in one commit.
///
/// # Errors
/// When there is a ledger already, or it cannot be written.
pub fn write_copy<'a>(
    file: &Path,
    histories: impl IntoIterator<Item = (Party, &'a History)>,
) -> Result<(), StoreError> {
    for (party, history) in histories {
        let mut store = SqliteStore::open(file, party)?;
        let (records, transfers) = (history.records.clone(), history.transfers.clone());
        store.commit(&Commit { seq: 1, records, transfers, evidence: history.evidence.clone() })?;
    }
    Ok(())
}
