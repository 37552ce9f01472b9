//! A history in memory that several instances of one party have open, as after a fail-over that went wrong. Whoever
//! commits without having seen the last commit is refused: there is one history, and one instance that goes on with it.
//! Replicas of it are fed with its commits, in order, and may be behind it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Commit, History, MemStore, Store, StoreError};
use crate::ledger::{Ledger, Status};

/// What all instances have in common, and every commit that is in it.
#[derive(Debug, Default)]
struct Common {
    store: MemStore,
    commits: Vec<Commit>,
}

/// One instance's view of the history.
#[derive(Clone, Debug)]
pub struct SharedStore {
    common: Arc<Mutex<Common>>,
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
        let seen = self.common().store.clone();
        Self { common: Arc::clone(&self.common), seen }
    }

    /// A replica that was fed with nothing yet.
    #[must_use]
    pub fn replica(&self) -> Replica {
        Replica { leader: self.clone(), store: MemStore::default() }
    }

    fn common(&self) -> MutexGuard<'_, Common> {
        self.common.lock().unwrap_or_else(PoisonError::into_inner)
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
        if common.store.last_seq() != self.seen.last_seq() {
            return Err(StoreError::Fenced { expected: common.store.last_seq() + 1, found: commit.seq });
        }
        common.store.commit(commit)?;
        if common.commits.last().is_none_or(|last| last.seq < commit.seq) {
            common.commits.push(commit.clone());
        }
        drop(common);
        self.seen.commit(commit)
    }

    fn books(&self) -> &Ledger {
        self.seen.books()
    }

    fn last_seq(&self) -> u64 {
        self.seen.last_seq()
    }

    fn history(&self) -> Result<History, StoreError> {
        self.common().store.history()
    }
}

/// A copy of a history that somebody reads while the party writes: it holds the first commits of it, all of each.
#[derive(Debug)]
pub struct Replica {
    leader: SharedStore,
    store: MemStore,
}

impl Replica {
    /// Takes every commit that it does not have.
    ///
    /// # Errors
    /// When a commit does not follow what it has.
    pub fn catch_up(&mut self) -> Result<(), StoreError> {
        let common = self.leader.common.lock().unwrap_or_else(PoisonError::into_inner);
        let from = self.store.last_seq();
        for commit in common.commits.iter().filter(|commit| commit.seq > from) {
            self.store.commit(commit)?;
        }
        Ok(())
    }

    /// How far it is: the number of its last commit, and of the last one that there is.
    pub fn watermark(&self) -> (u64, u64) {
        (self.store.last_seq(), self.leader.common().store.last_seq())
    }

    /// What it has.
    ///
    /// # Errors
    /// When what is stored makes no sense.
    pub fn history(&self) -> Result<History, StoreError> {
        self.store.history()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Stamp;
    use crate::journal::{Record, RecordKind};
    use crate::ledger::{Purpose, Transfer};
    use crate::money::Money;

    fn commit(seq: u64) -> Commit {
        let sale = Transfer::posted(Purpose::Sale, &seq.to_string(), "a", "b", Money::minor(seq));
        let records = vec![Record::new(Stamp(seq), RecordKind::SaleSent)];
        Commit { seq, records, transfers: vec![sale], ..Commit::default() }
    }

    /// A replica is its leader as it was after some commit: never half of one, and the whole of it when it caught up.
    #[test]
    fn a_replica_is_its_leader_as_it_was() {
        let mut leader = SharedStore::new();
        let mut replica = leader.replica();
        let mut before = leader.history().unwrap();
        for seq in 1..=20 {
            leader.commit(&commit(seq)).unwrap();
            // heard twice, stored once
            leader.another().commit(&commit(seq)).unwrap();
            let behind = replica.history().unwrap();
            assert_eq!((behind.records, behind.chain), (before.records.clone(), before.chain.clone()));
            if seq % 3 == 0 {
                replica.catch_up().unwrap();
                before = leader.history().unwrap();
            }
            assert_eq!(replica.watermark(), (seq / 3 * 3, seq));
        }
        replica.catch_up().unwrap();
        let (ours, theirs) = (replica.history().unwrap(), leader.history().unwrap());
        assert_eq!(
            (ours.records, ours.record_chain, ours.balances),
            (theirs.records, theirs.record_chain, theirs.balances)
        );
    }
}
