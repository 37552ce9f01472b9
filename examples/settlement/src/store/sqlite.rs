//! A store in SQLite: one file for all parties, one row per record and per transfer, one
//! transaction per commit, flushed to the disk before [`Store::commit`] returns (WAL, synchronous =
//! FULL). Rows are never changed: triggers refuse it.

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use rusqlite::{Connection, Row, Transaction, TransactionBehavior, params};

use super::{Commit, History, Store, StoreError, book, created, end_of, link};
use crate::clock::{Date, Stamp};
use crate::journal::{Party, Record};
use crate::ledger::{Account, Digest, Flag, Ledger, Status, Transfer, TransferId};
use crate::money::Money;
use crate::telegram::{Balance, Mti};

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS commits (
  party TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (party, seq)) STRICT;
CREATE TABLE IF NOT EXISTS journal (
  party TEXT NOT NULL, n INTEGER NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL,
  kind TEXT NOT NULL, peer TEXT, mti INTEGER, tx TEXT NOT NULL, stan INTEGER NOT NULL,
  host_stan INTEGER NOT NULL, transmission TEXT NOT NULL, batch INTEGER NOT NULL, rrn TEXT NOT NULL, amount INTEGER, code TEXT, approval TEXT NOT NULL, date INTEGER,
  card TEXT NOT NULL, totals TEXT, balance INTEGER, note TEXT NOT NULL,
  chain TEXT NOT NULL, PRIMARY KEY (party, n)) STRICT;
CREATE TABLE IF NOT EXISTS transfers (
  party TEXT NOT NULL, n INTEGER NOT NULL, seq INTEGER NOT NULL, id TEXT NOT NULL, debit TEXT NOT NULL,
  credit TEXT NOT NULL, amount INTEGER NOT NULL CHECK (amount > 0), flag TEXT NOT NULL, resolves TEXT,
  purpose TEXT NOT NULL, reference TEXT NOT NULL, chain TEXT NOT NULL,
  PRIMARY KEY (party, n), UNIQUE (party, id), CHECK (debit <> credit)) STRICT;
CREATE TABLE IF NOT EXISTS balances (
  party TEXT NOT NULL, account TEXT NOT NULL, debits_posted INTEGER NOT NULL, credits_posted INTEGER NOT NULL,
  debits_pending INTEGER NOT NULL, credits_pending INTEGER NOT NULL, PRIMARY KEY (party, account)) STRICT;
CREATE TRIGGER IF NOT EXISTS journal_is_final BEFORE UPDATE ON journal
  BEGIN SELECT RAISE(ABORT, 'immutable'); END;
CREATE TRIGGER IF NOT EXISTS journal_stays BEFORE DELETE ON journal
  BEGIN SELECT RAISE(ABORT, 'immutable'); END;
CREATE TRIGGER IF NOT EXISTS transfers_are_final BEFORE UPDATE ON transfers
  BEGIN SELECT RAISE(ABORT, 'immutable'); END;
CREATE TRIGGER IF NOT EXISTS transfers_stay BEFORE DELETE ON transfers
  BEGIN SELECT RAISE(ABORT, 'immutable'); END;
";

/// How far the history of a party goes: rows and the ends of both chains.
#[derive(Copy, Clone, Debug)]
struct Tip {
    records: u64,
    record_chain: Digest,
    transfers: u64,
    chain: Digest,
}

/// The history of one party, in a SQLite file that all parties share.
#[derive(Debug)]
pub struct SqliteStore {
    connection: Connection,
    party: Party,
    seq: u64,
    tip: Tip,
    ledger: Ledger,
}

impl SqliteStore {
    /// Opens (or creates) the file and folds the party's history into its books. Balances are not
    /// believed but recomputed.
    pub fn open(file: &Path, party: Party) -> Result<Self, StoreError> {
        let connection = Connection::open(file)?;
        connection.busy_timeout(Duration::from_secs(10))?;
        connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
        connection.execute_batch("PRAGMA synchronous = FULL")?;
        connection.execute_batch(SCHEMA)?;
        let tip = Tip { records: 0, record_chain: Digest::START, transfers: 0, chain: Digest::START };
        let mut store = Self { connection, party, seq: 0, tip, ledger: Ledger::default() };
        let history = store.history()?;
        if let Some(refused) = store.ledger.commit(&history.transfers).iter().find(|status| !status.booked())
        {
            return Err(StoreError::Corrupt(format!("{party}: a stored transfer gives {refused}")));
        }
        store.seq = store.count("SELECT coalesce(max(seq), 0) FROM commits WHERE party = ?1")?;
        store.tip = Tip {
            records: store.count("SELECT count(*) FROM journal WHERE party = ?1")?,
            record_chain: end_of(&history.record_chain),
            transfers: store.count("SELECT count(*) FROM transfers WHERE party = ?1")?,
            chain: end_of(&history.chain),
        };
        Ok(store)
    }

    /// Reads a party's history from a file without changing it, and without judging it.
    pub fn read(file: &Path, party: Party) -> Result<History, StoreError> {
        let connection = Connection::open_with_flags(file, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        read_history(&connection, party)
    }

    fn count(&self, sql: &str) -> Result<u64, StoreError> {
        let number: i64 = self.connection.query_row(sql, [self.party.name()], |row| row.get(0))?;
        u64::try_from(number).map_err(|_| StoreError::Corrupt(sql.to_owned()))
    }

    fn write(&mut self, commit: &Commit, statuses: &[Status]) -> Result<(), StoreError> {
        let party = self.party.name();
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute("INSERT INTO commits VALUES (?1, ?2)", params![party, signed(commit.seq)])?;
        let mut tip = self.tip;
        for record in &commit.records {
            tip.records += 1;
            tip.record_chain = link(tip.record_chain, &record.words());
            insert_record(&transaction, party, commit.seq, tip, record)?;
        }
        for transfer in created(commit, statuses) {
            tip.transfers += 1;
            tip.chain = link(tip.chain, &transfer.words());
            insert_transfer(&transaction, party, commit.seq, tip, transfer)?;
            for account in [&transfer.debit, &transfer.credit] {
                upsert_balance(&transaction, party, account, &self.ledger.account(account))?;
            }
        }
        transaction.commit()?;
        self.tip = tip;
        Ok(())
    }
}

impl Store for SqliteStore {
    fn commit(&mut self, commit: &Commit) -> Result<Vec<Status>, StoreError> {
        let Some(statuses) = book(&mut self.ledger, self.seq, commit)? else {
            return Ok(vec![Status::Exists; commit.transfers.len()]);
        };
        if let Err(error) = self.write(commit, &statuses) {
            self.ledger.revert(&commit.transfers, &statuses);
            return Err(error);
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
        read_history(&self.connection, self.party)
    }
}

/// How far local time is east of UTC, asked of SQLite: the standard library cannot tell.
pub fn local_seconds_east() -> i64 {
    let sql =
        "SELECT CAST(strftime('%s', 'now', 'localtime') AS INTEGER) - CAST(strftime('%s', 'now') AS INTEGER)";
    let asked = Connection::open_in_memory().and_then(|memory| memory.query_row(sql, [], |row| row.get(0)));
    asked.unwrap_or(0)
}

/// Folds the write-ahead log into the file, so that it stands alone: to be copied, checked, kept.
/// For when all stores are closed.
pub fn seal(file: &Path) -> Result<(), StoreError> {
    let connection = Connection::open(file)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    Ok(connection.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))?)
}

/// How many journal rows and transfers a file holds.
pub fn rows_in(file: &Path) -> Result<(i64, i64), StoreError> {
    let connection = Connection::open_with_flags(file, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let sql = "SELECT (SELECT count(*) FROM journal), (SELECT count(*) FROM transfers)";
    Ok(connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error {
            rusqlite::Error::FromSqlConversionFailure(column, _, why) => {
                Self::Corrupt(format!("column {column}: {why}"))
            }
            other => Self::Failed(other.to_string()),
        }
    }
}

fn insert_record(
    t: &Transaction<'_>,
    party: &str,
    seq: u64,
    tip: Tip,
    r: &Record,
) -> rusqlite::Result<usize> {
    let row = params![
        party,
        signed(tip.records),
        signed(seq),
        signed(r.at.0),
        r.kind.name(),
        r.peer.map(Party::name),
        r.mti.map(|mti| mti.0),
        r.tx,
        signed(r.stan),
        signed(r.host_stan),
        r.transmission,
        signed(r.batch),
        r.rrn,
        r.amount.map(|amount| signed(amount.units())),
        r.code.map(|code| code.to_string()),
        r.approval,
        r.date.map(|date| signed(date.0)),
        r.card,
        r.totals.map(|totals| totals.to_string()),
        r.balance.map(Balance::digit),
        r.note,
        format!("{:032x}", tip.record_chain.0),
    ];
    let sql = "INSERT INTO journal VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,\
               ?17,?18,?19,?20,?21,?22)";
    t.prepare_cached(sql)?.execute(row)
}

fn insert_transfer(
    t: &Transaction<'_>,
    party: &str,
    seq: u64,
    tip: Tip,
    transfer: &Transfer,
) -> rusqlite::Result<usize> {
    let row = params![
        party,
        signed(tip.transfers),
        signed(seq),
        transfer.id.to_string(),
        transfer.debit,
        transfer.credit,
        signed(transfer.amount.units()),
        transfer.flag.name(),
        transfer.flag.resolves().map(|id| id.to_string()),
        transfer.purpose.name(),
        transfer.reference,
        format!("{:032x}", tip.chain.0),
    ];
    t.prepare_cached("INSERT INTO transfers VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12)")?.execute(row)
}

fn upsert_balance(
    t: &Transaction<'_>,
    party: &str,
    name: &str,
    account: &Account,
) -> rusqlite::Result<usize> {
    let sums =
        [account.debits_posted, account.credits_posted, account.debits_pending, account.credits_pending]
            .map(|sum| i64::try_from(sum).unwrap_or(i64::MAX));
    let [dp, cp, dr, cr] = sums;
    t.prepare_cached("INSERT OR REPLACE INTO balances VALUES (?1,?2,?3,?4,?5,?6)")?
        .execute(params![party, name, dp, cp, dr, cr])
}

fn read_history(connection: &Connection, party: Party) -> Result<History, StoreError> {
    let mut history = History::default();
    let mut records = connection.prepare("SELECT * FROM journal WHERE party = ?1 ORDER BY n")?;
    for record in records.query_map([party.name()], record_of)? {
        let (record, chain) = record?;
        history.records.push(record);
        history.record_chain.push(chain);
    }
    let mut transfers = connection.prepare("SELECT * FROM transfers WHERE party = ?1 ORDER BY n")?;
    for transfer in transfers.query_map([party.name()], transfer_of)? {
        let (transfer, chain) = transfer?;
        history.transfers.push(transfer);
        history.chain.push(chain);
    }
    let mut balances = connection.prepare("SELECT * FROM balances WHERE party = ?1 ORDER BY account")?;
    for balance in balances.query_map([party.name()], balance_of)? {
        history.balances.push(balance?);
    }
    Ok(history)
}

fn record_of(row: &Row<'_>) -> rusqlite::Result<(Record, Digest)> {
    let record = Record {
        at: Stamp(number(row, "at")?.unwrap_or_default()),
        kind: word(row, "kind")?.ok_or_else(|| damaged("kind"))?,
        peer: word(row, "peer")?,
        mti: number(row, "mti")?.and_then(|mti| u16::try_from(mti).ok()).map(Mti),
        tx: row.get("tx")?,
        stan: number(row, "stan")?.unwrap_or_default(),
        host_stan: number(row, "host_stan")?.unwrap_or_default(),
        transmission: row.get("transmission")?,
        batch: number(row, "batch")?.unwrap_or_default(),
        rrn: row.get("rrn")?,
        amount: number(row, "amount")?.map(Money::minor),
        code: word(row, "code")?,
        approval: row.get("approval")?,
        date: number(row, "date")?.map(Date),
        card: row.get("card")?,
        totals: word(row, "totals")?,
        balance: number(row, "balance")?.and_then(Balance::from_digit),
        note: row.get("note")?,
    };
    Ok((record, digest(row)?))
}

fn transfer_of(row: &Row<'_>) -> rusqlite::Result<(Transfer, Digest)> {
    let flag: String = row.get("flag")?;
    let transfer = Transfer {
        id: word(row, "id")?.ok_or_else(|| damaged("id"))?,
        debit: row.get("debit")?,
        credit: row.get("credit")?,
        amount: Money::minor(number(row, "amount")?.unwrap_or_default()),
        flag: Flag::from_row(&flag, word::<TransferId>(row, "resolves")?).ok_or_else(|| damaged("flag"))?,
        purpose: word(row, "purpose")?.ok_or_else(|| damaged("purpose"))?,
        reference: row.get("reference")?,
    };
    Ok((transfer, digest(row)?))
}

fn digest(row: &Row<'_>) -> rusqlite::Result<Digest> {
    let chain: String = row.get("chain")?;
    u128::from_str_radix(&chain, 16).map(Digest).map_err(|_| damaged("chain"))
}

fn balance_of(row: &Row<'_>) -> rusqlite::Result<(String, Account)> {
    let sum = |name| row.get::<_, i64>(name).map(i128::from);
    let account = Account {
        debits_posted: sum("debits_posted")?,
        credits_posted: sum("credits_posted")?,
        debits_pending: sum("debits_pending")?,
        credits_pending: sum("credits_pending")?,
    };
    Ok((row.get("account")?, account))
}

/// SQLite's integers are signed. Nothing stored here comes near the difference.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn number(row: &Row<'_>, name: &'static str) -> rusqlite::Result<Option<u64>> {
    let value: Option<i64> = row.get(name)?;
    value.map(|value| u64::try_from(value).map_err(|_| damaged(name))).transpose()
}

fn word<T: FromStr>(row: &Row<'_>, name: &'static str) -> rusqlite::Result<Option<T>> {
    let value: Option<String> = row.get(name)?;
    value.map(|value| value.parse().map_err(|_| damaged(name))).transpose()
}

fn damaged(column: &'static str) -> rusqlite::Error {
    let why = format!("`{column}` holds no value of its kind");
    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, why.into())
}
