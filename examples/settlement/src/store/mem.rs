//! A store in memory, for tests and for a later simulation.

use super::{Commit, History, Store, StoreError, Tip, book, created, link};
use crate::ledger::{Ledger, Status};

/// The history of one party, in memory.
#[derive(Clone, Debug, Default)]
pub struct MemStore {
    seq: u64,
    /// Taken once, and again when it was not heard that it was.
    last: Option<Commit>,
    ledger: Ledger,
    history: History,
}

impl Store for MemStore {
    fn commit(&mut self, commit: &Commit) -> Result<Vec<Status>, StoreError> {
        let Some(statuses) = book(&mut self.ledger, self.seq, self.last.as_ref(), commit)? else {
            return Ok(vec![Status::Exists; commit.transfers.len()]);
        };
        let before = self.history.commits.last().copied().unwrap_or(Tip::START);
        let (mut chain, mut record_chain) = (before.chain, before.record_chain);
        for transfer in created(commit, &statuses) {
            chain = link(chain, &transfer.words());
            self.history.chain.push(chain);
            self.history.transfers.push(transfer.clone());
        }
        for record in &commit.records {
            record_chain = link(record_chain, &record.words());
            self.history.record_chain.push(record_chain);
            self.history.records.push(record.clone());
        }
        self.history.commits.push(before.after(commit, created(commit, &statuses)));
        self.seq = commit.seq;
        self.last = Some(commit.clone());
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
