//! A history in memory that several instances of one party have open, as after a fail-over that went wrong. Whoever
//! commits without having seen the last commit is refused: there is one history, and one instance that goes on with it.

use std::sync::{Arc, Mutex, PoisonError};

use super::{Commit, History, MemStore, Store, StoreError};
use crate::ledger::{Ledger, Status};

/// One instance's view of the history.
#[derive(Clone, Debug)]
pub struct SharedStore {
    common: Arc<Mutex<MemStore>>,
    seen: MemStore,
}

impl SharedStore {
    /// A new history.
    pub fn new() -> Self {
        Self { common: Arc::default(), seen: MemStore::default() }
    }

    /// Another instance, which begins with everything that is stored now.
    #[must_use]
    pub fn another(&self) -> Self {
        let seen = self.common.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Self { common: Arc::clone(&self.common), seen }
    }
}

impl Default for SharedStore {
    fn default() -> Self {
        Self::new()
    }
}

impl Store for SharedStore {
    fn commit(&mut self, commit: &Commit) -> Result<Vec<Status>, StoreError> {
        let mut common = self.common.lock().unwrap_or_else(PoisonError::into_inner);
        if common.last_seq() != self.seen.last_seq() {
            return Err(StoreError::Fenced { expected: common.last_seq() + 1, found: commit.seq });
        }
        common.commit(commit)?;
        self.seen.commit(commit)
    }

    fn books(&self) -> &Ledger {
        self.seen.books()
    }

    fn last_seq(&self) -> u64 {
        self.seen.last_seq()
    }

    fn history(&self) -> Result<History, StoreError> {
        self.common.lock().unwrap_or_else(PoisonError::into_inner).history()
    }
}
