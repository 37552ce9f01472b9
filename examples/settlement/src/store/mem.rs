//! A store in memory, for tests and for a later simulation.

use super::{Commit, History, Store, StoreError, book, created, link};
use crate::ledger::{Digest, Ledger, Status};

/// The history of one party, in memory.
#[derive(Clone, Debug, Default)]
pub struct MemStore {
    seq: u64,
    ledger: Ledger,
    history: History,
}

impl Store for MemStore {
    fn commit(&mut self, commit: &Commit) -> Result<Vec<Status>, StoreError> {
        let Some(statuses) = book(&mut self.ledger, self.seq, commit)? else {
            return Ok(vec![Status::Exists; commit.transfers.len()]);
        };
        for transfer in created(commit, &statuses) {
            let last = self.history.chain.last().copied().map_or(Digest::START, Digest);
            self.history.chain.push(link(last, transfer).0);
            self.history.transfers.push(transfer.clone());
        }
        self.history.records.extend(commit.records.iter().cloned());
        self.seq = commit.seq;
        Ok(statuses)
    }

    fn books(&self) -> &Ledger {
        &self.ledger
    }

    fn last_seq(&self) -> u64 {
        self.seq
    }

    fn history(&self) -> Result<History, StoreError> {
        let balances = self.ledger.accounts().map(|(name, account)| (name.to_owned(), *account)).collect();
        Ok(History { balances, ..self.history.clone() })
    }
}
