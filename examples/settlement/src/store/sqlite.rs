//! A store in SQLite: one file for all parties, one row per record and per transfer, one
//! transaction per commit, flushed to the disk before [`Store::commit`] returns (WAL, synchronous =
//! FULL). Rows are never changed: triggers refuse it.

mod rows;
mod schema;

use std::path::Path;

use rusqlite::{Connection, ErrorCode, TransactionBehavior};

pub(super) use self::rows::{number, read_evidence, read_history, read_records, signed, word};
pub(super) use self::schema::is_begun;
pub(crate) use self::schema::{open_to_read, open_to_write};
use super::{Commit, Folded, History, Store, StoreError, Tip, book, created, link};
use crate::fast::store::has_pages;
use crate::journal::Party;
use crate::ledger::{Digest, Ledger, Status};

/// The history of one party, in a SQLite file that all parties share.
#[derive(Debug)]
pub struct SqliteStore {
    connection: Connection,
    party: Party,
    tip: Tip,
    /// What this instance stored last.
    last: Option<Commit>,
    /// Number and chain value of the last sighting.
    saw: (u64, Digest),
    ledger: Ledger,
}

impl SqliteStore {
    /// Opens (or creates) the file and folds the party's history into its books. Balances are not
    /// believed but recomputed.
    pub fn open(file: &Path, party: Party) -> Result<Self, StoreError> {
        let connection = open_to_write(file)?;
        if has_pages(&connection)? {
            return Err(StoreError::Failed(format!("this is the ledger of a fast {party}, see `load`")));
        }
        let history = read_history(&connection, party)?;
        let Folded { tip, saw, ledger } = Folded::from(party, &history)?;
        Ok(Self { connection, party, tip, last: None, saw, ledger })
    }

    fn write(&mut self, commit: &Commit, statuses: &[Status]) -> Result<(), StoreError> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let stored = rows::last_seq(&transaction, self.party)?;
        if stored != self.tip.seq {
            // Another instance of this party has the file, too.
            return Err(StoreError::Fenced { expected: stored + 1, found: commit.seq });
        }
        let mut tip = self.tip;
        for record in &commit.records {
            tip.records += 1;
            tip.record_chain = link(tip.record_chain, &record.words());
            rows::insert_record(&transaction, self.party, commit.seq, tip, record)?;
        }
        for transfer in created(commit, statuses) {
            tip.transfers += 1;
            tip.chain = link(tip.chain, &transfer.words());
            rows::insert_transfer(&transaction, self.party, commit.seq, tip, transfer)?;
            for account in [&transfer.debit, &transfer.credit] {
                rows::upsert_balance(&transaction, self.party, account, &self.ledger.account(account))?;
            }
        }
        let mut saw = self.saw;
        for seen in &commit.evidence {
            saw = (saw.0 + 1, link(saw.1, &seen.words()));
            rows::insert_sighting(&transaction, self.party, commit.seq, saw, seen)?;
        }
        tip.seq = commit.seq;
        rows::insert_commit(&transaction, self.party, tip)?;
        transaction.commit()?;
        self.tip = tip;
        self.saw = saw;
        Ok(())
    }
}

impl Store for SqliteStore {
    fn commit(&mut self, commit: &Commit) -> Result<Vec<Status>, StoreError> {
        let Some(statuses) = book(&mut self.ledger, self.tip.seq, self.last.as_ref(), commit)? else {
            return Ok(vec![Status::Exists; commit.transfers.len()]);
        };
        if let Err(error) = self.write(commit, &statuses) {
            self.ledger.revert(&commit.transfers, &statuses);
            return Err(error);
        }
        self.last = Some(commit.clone());
        Ok(statuses)
    }

    fn books(&self) -> &Ledger {
        &self.ledger
    }

    fn last_seq(&self) -> u64 {
        self.tip.seq
    }

    fn history(&self) -> Result<History, StoreError> {
        Ok(read_history(&self.connection, self.party)?)
    }
}

/// How far local time is east of UTC, asked of SQLite: the standard library cannot tell.
pub fn local_seconds_east() -> i64 {
    let sql =
        "SELECT CAST(strftime('%s', 'now', 'localtime') AS INTEGER) - CAST(strftime('%s', 'now') AS INTEGER)";
    let asked = Connection::open_in_memory().and_then(|memory| memory.query_row(sql, [], |row| row.get(0)));
    asked.unwrap_or(0)
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error {
            rusqlite::Error::FromSqlConversionFailure(column, _, why) => match why.downcast::<Self>() {
                Ok(ours) => *ours,
                Err(why) => Self::Corrupt(format!("column {column}: {why}")),
            },
            rusqlite::Error::SqliteFailure(failure, _) if failure.code == ErrorCode::DatabaseBusy => {
                Self::InUse("it keeps the ledger file locked".to_owned())
            }
            rusqlite::Error::SqliteFailure(failure, _) => match failure.code {
                ErrorCode::NotADatabase => Self::Failed("the file is no ledger".to_owned()),
                ErrorCode::DatabaseCorrupt => {
                    Self::Corrupt("the file is no sound database any more".to_owned())
                }
                ErrorCode::DiskFull => Self::Failed("the disk is full; nothing was kept".to_owned()),
                ErrorCode::SystemIoFailure => {
                    Self::Failed("the disk does not take it (full, or broken); nothing was kept".to_owned())
                }
                _ => Self::Failed(error.to_string()),
            },
            other => Self::Failed(other.to_string()),
        }
    }
}
