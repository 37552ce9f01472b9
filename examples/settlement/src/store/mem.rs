//! A store in memory, for tests and for a later simulation.

use super::{Commit, History, Store, StoreError, book, created, end_of, link};
use crate::ledger::{Ledger, Status};

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
            let value = link(end_of(&self.history.chain), &transfer.words());
            self.history.chain.push(value);
            self.history.transfers.push(transfer.clone());
        }
        for record in &commit.records {
            let value = link(end_of(&self.history.record_chain), &record.words());
            self.history.record_chain.push(value);
            self.history.records.push(record.clone());
        }
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
