//! A store in PostgreSQL, or what speaks its protocol: one database for any number of parties, each in a partition of
//! its own. A commit is one statement, which is one transaction and one round trip, flushed to the server's disk before
//! [`Store::commit`] returns (synchronous_commit = on). Several processes that commit at once share a flush.
//!
//! Who opens a partition takes it over: it begins a new epoch, and whoever had the partition before is fenced, also if it
//! slept meanwhile, and if it is stopped in the middle of a transaction.

mod link;
mod rows;
mod schema;

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use postgres::error::SqlState;
use postgres::{Client, Statement};

use self::link::{Failure, unopened};
use self::rows::{COMMIT, Written, read_history};
use super::{Commit, Database, Flow, Folded, History, Store, StoreError, book, created};
use crate::journal::Party;
use crate::ledger::{Ledger, Status};

/// So often a commit that gave way to another transaction is tried again.
pub const RETRIES: u32 = 10;

/// The history of one party, in a partition of a database.
pub struct PostgresStore {
    client: Mutex<Client>,
    database: Database,
    statement: Statement,
    /// The number of this instance among those that had the partition.
    epoch: i64,
    folded: Folded,
    /// What this instance stored last.
    last: Option<Commit>,
    /// Nobody knows what became of the last commit, and nothing is committed after that.
    is_lost: bool,
    retried: u64,
}

impl PostgresStore {
    /// Takes the partition over (makes it, if there is none), and folds its history into its books.
    ///
    /// # Errors
    /// When the server cannot be reached or would not keep what it says it keeps, the tables are of another version, the
    /// partition is that of another role, or its history makes no sense.
    pub fn open(database: &Database, party: Party) -> Result<Self, StoreError> {
        let mut client = schema::connect(database)?;
        schema::prepare(&mut client, database)?;
        let epoch = take_over(&mut client, database, party)?;
        let refused = |error: postgres::Error| unopened(database, &error);
        let history = read_history(&mut client, database.partition())?;
        let folded = Folded::from(database, &history)?;
        let statement = client.prepare(COMMIT).map_err(refused)?;
        Ok(Self {
            client: Mutex::new(client),
            database: database.clone(),
            statement,
            epoch,
            folded,
            last: None,
            is_lost: false,
            retried: 0,
        })
    }

    /// Reads a partition as of one moment, whoever has it, and changes nothing.
    ///
    /// # Errors
    /// When the server cannot be reached, there is no such partition, or its rows make no sense.
    pub fn read(database: &Database, party: Party) -> Result<History, StoreError> {
        let mut client = schema::connect(database)?;
        let refused = |error: postgres::Error| unopened(database, &error);
        let mut moment = schema::moment(&mut client).map_err(refused)?;
        let sql = "SELECT role FROM partitions WHERE party = $1";
        let role = match schema::check(&mut moment, database)? {
            true => moment.query_opt(sql, &[&database.partition()]).map_err(refused)?,
            false => None,
        };
        match role.map(|row| row.get::<_, String>(0)) {
            None => Err(StoreError::Failed(format!("{database}: there is no such partition"))),
            Some(role) if role != party.name() => Err(of_another(database, &role)),
            Some(_) => read_history(&mut moment, database.partition()),
        }
    }

    /// The number of this instance among those that had the partition, from 1.
    pub fn epoch(&self) -> i64 {
        self.epoch
    }

    /// How often a commit gave way to another transaction, and was tried again.
    pub fn retried(&self) -> u64 {
        self.retried
    }

    fn write(&mut self, commit: &Commit, statuses: &[Status]) -> Result<(), StoreError> {
        let after = (self.folded.tip, self.folded.saw);
        let written = Written::of(commit, created(commit, statuses), after, &self.folded.ledger);
        let mut attempts = 0;
        loop {
            match self.attempt(&written) {
                Ok(1) => break,
                Ok(_) => return Err(self.fenced(commit.seq)),
                Err(Failure::GaveWay) if attempts < RETRIES => {
                    std::thread::sleep(Duration::from_millis(1 << attempts));
                    attempts += 1;
                    self.retried += 1;
                }
                Err(Failure::GaveWay) => {
                    let why = format!("it gave way to other transactions {} times", attempts + 1);
                    return Err(StoreError::Failed(why));
                }
                Err(Failure::Locked) => {
                    return Err(StoreError::InUse(format!("somebody keeps {} locked", self.database)));
                }
                Err(Failure::Refused(why)) => {
                    return Err(StoreError::Failed(format!("{}: {why}", self.database)));
                }
                Err(Failure::Lost(why)) => {
                    self.is_lost = true;
                    return Err(self.lost(commit.seq, &why));
                }
            }
        }
        (self.folded.tip, self.folded.saw) = (written.tip, written.saw);
        Ok(())
    }

    /// How many rows let the commit through: one, or none.
    fn attempt(&self, written: &Written) -> Result<i64, Failure> {
        let Written { tip, records, transfers, balances, evidence, .. } = written;
        let mut client = self.client();
        let signed = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let (record_chain, chain) = (tip.record_chain.to_string(), tip.chain.to_string());
        let done = client.query_one(
            &self.statement,
            &[
                &self.database.partition(),
                &self.epoch,
                &signed(tip.seq),
                &signed(tip.records),
                &record_chain,
                &signed(tip.transfers),
                &chain,
                records,
                transfers,
                balances,
                evidence,
            ],
        );
        done.map(|row| row.get(0)).map_err(|error| Failure::of(&error, client.is_closed()))
    }

    /// The partition has a new owner. What it has committed says which number would be next.
    fn fenced(&self, found: u64) -> StoreError {
        let sql = "SELECT seq FROM partitions WHERE party = $1";
        let row = self.client().query_opt(sql, &[&self.database.partition()]).ok().flatten();
        let seq = row.and_then(|row| u64::try_from(row.get::<_, i64>(0)).ok());
        StoreError::Fenced { expected: seq.unwrap_or(self.folded.tip.seq) + 1, found }
    }

    /// The connection broke. If there is a new owner meanwhile, it does not matter to this instance what became of the
    /// commit. Otherwise whoever opens the partition again sees it.
    fn lost(&self, found: u64, why: &str) -> StoreError {
        let owner = schema::connect(&self.database).ok().and_then(|mut again| {
            let sql = "SELECT epoch, seq FROM partitions WHERE party = $1";
            again.query_opt(sql, &[&self.database.partition()]).ok().flatten()
        });
        let owner = owner.map(|row| (row.get::<_, i64>(0), row.get::<_, i64>(1)));
        match owner {
            Some((epoch, seq)) if epoch != self.epoch => {
                StoreError::Fenced { expected: u64::try_from(seq).unwrap_or_default() + 1, found }
            }
            _ => StoreError::Unknown(format!("{}: {why}", self.database)),
        }
    }

    fn client(&self) -> MutexGuard<'_, Client> {
        self.client.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for PostgresStore {
    fn commit(&mut self, commit: &Commit) -> Result<Vec<Status>, StoreError> {
        if self.is_lost {
            return Err(self.lost(commit.seq, "the connection broke during a commit before this one"));
        }
        let booked = book(&mut self.folded.ledger, self.folded.tip.seq, self.last.as_ref(), commit)?;
        let Some(statuses) = booked else {
            return Ok(vec![Status::Exists; commit.transfers.len()]);
        };
        if let Err(error) = self.write(commit, &statuses) {
            self.folded.ledger.revert(&commit.transfers, &statuses);
            return Err(error);
        }
        self.last = Some(commit.clone());
        Ok(statuses)
    }

    fn books(&self) -> &Ledger {
        &self.folded.ledger
    }

    fn last_seq(&self) -> u64 {
        self.folded.tip.seq
    }

    fn history(&self) -> Result<History, StoreError> {
        let mut client = self.client();
        let mut moment = schema::moment(&mut client).map_err(|error| unopened(&self.database, &error))?;
        read_history(&mut moment, self.database.partition())
    }
}

/// What the server has done until now.
pub(super) fn flow(database: &Database) -> Result<Flow, StoreError> {
    let mut client = schema::connect(database)?;
    let refused = |error: postgres::Error| unopened(database, &error);
    let sql = "SELECT coalesce(sum(seq), 0)::bigint, (SELECT wal_sync FROM pg_stat_wal) FROM partitions";
    let row = client.query_one(sql, &[]).map_err(refused)?;
    let [commits, flushes] =
        [0, 1].map(|column: usize| u64::try_from(row.get::<_, i64>(column)).unwrap_or_default());
    let sql = "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'settlement %' AND pid <> pg_backend_pid()";
    let sessions = client.query(sql, &[]).map_err(refused)?;
    let sessions = sessions.iter().filter_map(|row| u32::try_from(row.get::<_, i32>(0)).ok()).collect();
    Ok(Flow { commits, flushes, sessions })
}

/// What the sessions of parties are at, looked at again and again until whoever holds the other end lets go: how often each
/// was met. `active` runs, `WALSync` flushes the log, `WALWrite` waits while another one does, `ClientRead` has nothing to do.
pub(super) fn waits(
    database: &Database,
    every: Duration,
    until: &Receiver<()>,
) -> Result<BTreeMap<String, u64>, StoreError> {
    let mut client = schema::connect(database)?;
    let refused = |error: postgres::Error| unopened(database, &error);
    let sql = "SELECT coalesce(wait_event, state, ''), count(*) FROM pg_stat_activity \
               WHERE application_name LIKE 'settlement %' AND pid <> pg_backend_pid() GROUP BY 1";
    let statement = client.prepare(sql).map_err(refused)?;
    let mut met = BTreeMap::new();
    while until.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
        for row in client.query(&statement, &[]).map_err(refused)? {
            let count = u64::try_from(row.get::<_, i64>(1)).unwrap_or_default();
            *met.entry(row.get(0)).or_default() += count;
        }
    }
    Ok(met)
}

/// Begins a new epoch of a partition. From here on no commit of an earlier one gets through: its statement waits for
/// this row, or finds another epoch in it. A session that is stopped with the row locked is ended by the server.
fn take_over(client: &mut Client, database: &Database, party: Party) -> Result<i64, StoreError> {
    let refused = |error: postgres::Error| unopened(database, &error);
    for attempts in 0..=RETRIES {
        let taken = begin_epoch(client, database, party);
        match taken {
            Ok((epoch, role)) if role == party.name() => return Ok(epoch),
            Ok((_, role)) => return Err(of_another(database, &role)),
            Err(error) if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) => {
                let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity a JOIN partitions p \
                           ON a.pid = p.backend AND a.backend_start <= p.since WHERE p.party = $1";
                client.query(sql, &[&database.partition()]).map_err(refused)?;
            }
            Err(error) if matches!(Failure::of(&error, client.is_closed()), Failure::GaveWay) => {
                std::thread::sleep(Duration::from_millis(1 << attempts));
            }
            Err(error) => return Err(refused(error)),
        }
    }
    Err(StoreError::InUse(format!("somebody keeps {database} locked")))
}

/// The number of the new epoch, and the role that the partition is of.
fn begin_epoch(
    client: &mut Client,
    database: &Database,
    party: Party,
) -> Result<(i64, String), postgres::Error> {
    let mut transaction = client.transaction()?;
    transaction.batch_execute("SET LOCAL lock_timeout = '1s'")?;
    let sql = "INSERT INTO partitions AS p (party, role, epoch, seq, backend, since) \
               VALUES ($1, $2, 1, 0, pg_backend_pid(), clock_timestamp()) \
               ON CONFLICT (party) DO UPDATE SET \
                 epoch = p.epoch + (p.role = $2)::int, backend = pg_backend_pid(), since = clock_timestamp() \
               RETURNING epoch, role";
    let row = transaction.query_one(sql, &[&database.partition(), &party.name()])?;
    let taken = (row.get(0), row.get(1));
    if taken.1 == party.name() {
        transaction.commit()?;
    }
    Ok(taken)
}

fn of_another(database: &Database, role: &str) -> StoreError {
    StoreError::Failed(format!("{database}: this is the partition of the {role}"))
}
