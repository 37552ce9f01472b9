//! The tables of a database, and what a connection to it must be.

use postgres::{Client, Config, NoTls};

use super::link::unopened;
use crate::store::version::{self, VERSION};
use crate::store::{Database, StoreError};

/// `SETL`: the lock under which the tables are made, so that two processes that start at once make them once.
const APPLICATION: i64 = 0x5345_544C;

/// The first version that there was of these tables.
const OLDEST: i32 = 4;

/// The same tables as in a file, with the name of a partition in place of a party's, and one more: who owns a
/// partition. Rows are never changed: triggers refuse it.
const SCHEMA: &str = "
CREATE TABLE ledger_versions (
  version INTEGER NOT NULL, program TEXT NOT NULL, at TIMESTAMPTZ NOT NULL DEFAULT now());
CREATE TABLE partitions (
  party TEXT PRIMARY KEY, role TEXT NOT NULL, epoch BIGINT NOT NULL, seq BIGINT NOT NULL,
  backend INTEGER NOT NULL, since TIMESTAMPTZ NOT NULL);
CREATE TABLE commits (
  party TEXT NOT NULL, seq BIGINT NOT NULL, records BIGINT NOT NULL, record_chain TEXT NOT NULL,
  transfers BIGINT NOT NULL, chain TEXT NOT NULL, epoch BIGINT NOT NULL, PRIMARY KEY (party, seq));
CREATE TABLE journal (
  party TEXT NOT NULL, n BIGINT NOT NULL, seq BIGINT NOT NULL, at BIGINT NOT NULL,
  kind TEXT NOT NULL, peer TEXT, mti BIGINT, tx TEXT NOT NULL, stan BIGINT NOT NULL,
  host_stan BIGINT NOT NULL, transmission TEXT NOT NULL, batch BIGINT NOT NULL, rrn TEXT NOT NULL,
  amount BIGINT, code TEXT, approval TEXT NOT NULL, date BIGINT, card TEXT NOT NULL, totals TEXT,
  balance BIGINT, note TEXT NOT NULL, chain TEXT NOT NULL, PRIMARY KEY (party, n));
CREATE TABLE transfers (
  party TEXT NOT NULL, n BIGINT NOT NULL, seq BIGINT NOT NULL, id TEXT NOT NULL, debit TEXT NOT NULL,
  credit TEXT NOT NULL, amount BIGINT NOT NULL CHECK (amount > 0), flag TEXT NOT NULL, resolves TEXT,
  purpose TEXT NOT NULL, reference TEXT NOT NULL, chain TEXT NOT NULL,
  PRIMARY KEY (party, n), UNIQUE (party, id), CHECK (debit <> credit));
CREATE TABLE balances (
  party TEXT NOT NULL, account TEXT NOT NULL, debits_posted BIGINT NOT NULL, credits_posted BIGINT NOT NULL,
  debits_pending BIGINT NOT NULL, credits_pending BIGINT NOT NULL, PRIMARY KEY (party, account));
CREATE TABLE evidence (
  party TEXT NOT NULL, n BIGINT NOT NULL, seq BIGINT NOT NULL, at BIGINT NOT NULL, peer TEXT NOT NULL,
  way TEXT NOT NULL, terminal TEXT NOT NULL, octets BYTEA NOT NULL, chain TEXT NOT NULL,
  PRIMARY KEY (party, n));
CREATE FUNCTION ledger_is_final() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'immutable'; END $$;
CREATE TRIGGER commits_are_final BEFORE UPDATE OR DELETE OR TRUNCATE ON commits
  EXECUTE FUNCTION ledger_is_final();
CREATE TRIGGER journal_is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON journal
  EXECUTE FUNCTION ledger_is_final();
CREATE TRIGGER transfers_are_final BEFORE UPDATE OR DELETE OR TRUNCATE ON transfers
  EXECUTE FUNCTION ledger_is_final();
CREATE TRIGGER evidence_is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON evidence
  EXECUTE FUNCTION ledger_is_final();
";

/// What is committed is on the disk of the server, and nobody waits for ever.
const SESSION: &str = "SET synchronous_commit = on; SET lock_timeout = '10s'; \
                       SET idle_in_transaction_session_timeout = '10s'; SET client_min_messages = warning";

/// A connection. There is no TLS: the server is expected on this machine, or behind a tunnel.
pub(super) fn connect(database: &Database) -> Result<Client, StoreError> {
    let refused = |error: postgres::Error| unopened(database, &error);
    let mut config: Config = database.url().parse().map_err(refused)?;
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(std::time::Duration::from_secs(10));
    }
    config.application_name(&format!("settlement {}", database.partition()));
    let mut client = config.connect(NoTls).map_err(refused)?;
    client.batch_execute(SESSION).map_err(refused)?;
    let row = client.query_one("SELECT current_setting('fsync')", &[]).map_err(refused)?;
    if row.get::<_, String>(0) == "off" {
        let why = "the server runs with fsync = off: what it says that it kept may be gone after a power cut";
        return Err(StoreError::Failed(format!("{database}: {why}")));
    }
    Ok(client)
}

/// Makes the tables if there are none, and holds their version against this program's.
pub(super) fn prepare(client: &mut Client, database: &Database) -> Result<(), StoreError> {
    let refused = |error: postgres::Error| unopened(database, &error);
    let mut transaction = client.transaction().map_err(refused)?;
    transaction.query("SELECT pg_advisory_xact_lock($1)", &[&APPLICATION]).map_err(refused)?;
    if !check(&mut transaction, database)? {
        transaction.batch_execute(SCHEMA).map_err(refused)?;
        let program = env!("CARGO_PKG_VERSION");
        let sql = "INSERT INTO ledger_versions (version, program) VALUES ($1, $2)";
        transaction.execute(sql, &[&VERSION, &program]).map_err(refused)?;
    }
    transaction.commit().map_err(refused)
}

/// Are there tables, of this version? `false` when there are none.
pub(super) fn check(
    client: &mut impl postgres::GenericClient,
    database: &Database,
) -> Result<bool, StoreError> {
    let refused = |error: postgres::Error| unopened(database, &error);
    let table = "SELECT to_regclass('ledger_versions') IS NOT NULL";
    if !client.query_one(table, &[]).map_err(refused)?.get::<_, bool>(0) {
        return Ok(false);
    }
    let row = client.query_one("SELECT max(version) FROM ledger_versions", &[]).map_err(refused)?;
    version::check(row.get::<_, Option<i32>>(0).unwrap_or_default(), OLDEST, database)?;
    Ok(true)
}
