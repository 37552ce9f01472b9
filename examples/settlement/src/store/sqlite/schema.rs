//! The tables of a ledger file, and how such a file is opened.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior, params};

use crate::store::StoreError;
use crate::store::version::{self, VERSION};

/// `SETL`: what says that a SQLite file is a ledger of this program.
const APPLICATION: i32 = 0x5345_544C;
const SCHEMA: &str = "
CREATE TABLE commits (
  party TEXT NOT NULL, seq INTEGER NOT NULL, records INTEGER NOT NULL, record_chain TEXT NOT NULL,
  transfers INTEGER NOT NULL, chain TEXT NOT NULL, PRIMARY KEY (party, seq)) STRICT;
CREATE TABLE journal (
  party TEXT NOT NULL, n INTEGER NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL,
  kind TEXT NOT NULL, peer TEXT, mti INTEGER, tx TEXT NOT NULL, stan INTEGER NOT NULL,
  host_stan INTEGER NOT NULL, transmission TEXT NOT NULL, batch INTEGER NOT NULL, rrn TEXT NOT NULL, amount INTEGER, code TEXT, approval TEXT NOT NULL, date INTEGER,
  card TEXT NOT NULL, totals TEXT, balance INTEGER, note TEXT NOT NULL,
  chain TEXT NOT NULL, PRIMARY KEY (party, n)) STRICT;
CREATE TABLE transfers (
  party TEXT NOT NULL, n INTEGER NOT NULL, seq INTEGER NOT NULL, id TEXT NOT NULL, debit TEXT NOT NULL,
  credit TEXT NOT NULL, amount INTEGER NOT NULL CHECK (amount > 0), flag TEXT NOT NULL, resolves TEXT,
  purpose TEXT NOT NULL, reference TEXT NOT NULL, chain TEXT NOT NULL,
  PRIMARY KEY (party, n), UNIQUE (party, id), CHECK (debit <> credit)) STRICT;
CREATE TABLE balances (
  party TEXT NOT NULL, account TEXT NOT NULL, debits_posted INTEGER NOT NULL, credits_posted INTEGER NOT NULL,
  debits_pending INTEGER NOT NULL, credits_pending INTEGER NOT NULL, PRIMARY KEY (party, account)) STRICT;
CREATE TABLE evidence (
  party TEXT NOT NULL, n INTEGER NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, peer TEXT NOT NULL,
  way TEXT NOT NULL, terminal TEXT NOT NULL, octets BLOB NOT NULL, chain TEXT NOT NULL,
  PRIMARY KEY (party, n)) STRICT;
CREATE TABLE script (
  n INTEGER PRIMARY KEY, step INTEGER NOT NULL, at INTEGER NOT NULL, caption TEXT NOT NULL) STRICT;
CREATE TABLE seals (
  n INTEGER PRIMARY KEY, at INTEGER NOT NULL, terminal TEXT NOT NULL, acquirer TEXT NOT NULL,
  issuer TEXT NOT NULL, head TEXT NOT NULL) STRICT;
CREATE TRIGGER journal_is_final BEFORE UPDATE ON journal
  BEGIN SELECT RAISE(ABORT, 'immutable'); END;
CREATE TRIGGER journal_stays BEFORE DELETE ON journal
  BEGIN SELECT RAISE(ABORT, 'immutable'); END;
CREATE TRIGGER evidence_is_final BEFORE UPDATE ON evidence
  BEGIN SELECT RAISE(ABORT, 'immutable'); END;
CREATE TRIGGER evidence_stays BEFORE DELETE ON evidence
  BEGIN SELECT RAISE(ABORT, 'immutable'); END;
CREATE TRIGGER transfers_are_final BEFORE UPDATE ON transfers
  BEGIN SELECT RAISE(ABORT, 'immutable'); END;
CREATE TRIGGER transfers_stay BEFORE DELETE ON transfers
  BEGIN SELECT RAISE(ABORT, 'immutable'); END;
";

/// Which version brought the tables up to date when, and by which program. The first row is of who made the file.
const VERSIONS: &str = "
CREATE TABLE versions (
  n INTEGER PRIMARY KEY, version INTEGER NOT NULL, program TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
";

/// What makes tables of a version those of the next one, for each version that can be brought up to date.
const MIGRATIONS: [(i32, &str); 1] = [(3, VERSIONS)];

/// Opens a ledger file, and makes one of a file that is new or empty; one of an earlier version is brought up to date.
/// What is committed is on the disk. A file that is refused is not changed.
pub(crate) fn open_to_write(file: &Path) -> Result<Connection, StoreError> {
    let mut connection = Connection::open(file)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    is_begun(&connection, file)?;
    connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    connection.execute_batch("PRAGMA synchronous = FULL")?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if !is_begun(&transaction, file)? {
        transaction.execute_batch(SCHEMA)?;
        transaction.execute_batch(VERSIONS)?;
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        reached(&transaction, VERSION)?;
    }
    for (from, sql) in MIGRATIONS {
        if pragma(&transaction, "user_version")? == from {
            transaction.execute_batch(sql)?;
            reached(&transaction, from + 1)?;
        }
    }
    transaction.commit()?;
    Ok(connection)
}

/// The tables are of this version from here on.
fn reached(transaction: &Transaction<'_>, version: i32) -> rusqlite::Result<()> {
    transaction.pragma_update(None, "user_version", version)?;
    let sql = "INSERT INTO versions (version, program, at) VALUES (?1, ?2, unixepoch())";
    transaction.execute(sql, params![version, env!("CARGO_PKG_VERSION")]).map(|_| ())
}

/// Opens a ledger file, which is not changed.
pub(crate) fn open_to_read(file: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    Ok(connection)
}

/// Is there a ledger in this file, of a version that can be read? `false` when there is nothing at all.
pub(crate) fn is_begun(connection: &Connection, file: &Path) -> Result<bool, StoreError> {
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if tables == 0 {
        return Ok(false);
    }
    if pragma(connection, "application_id")? != APPLICATION {
        return Err(StoreError::Failed(format!("{} is no ledger", file.display())));
    }
    let oldest = MIGRATIONS.first().map_or(VERSION, |(from, _)| *from);
    version::check(pragma(connection, "user_version")?, oldest, &file.display())?;
    Ok(true)
}

fn pragma(connection: &Connection, name: &str) -> rusqlite::Result<i32> {
    connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0))
}
