//! Where a party keeps its history. One [`Store::commit`] makes the records and the transfers of
//! one step durable together, or not at all; the runtime sends nothing before it returned. The
//! stores pass the same conformance tests (`tests/ledger.rs`); another one has to pass them too.

mod copy;
mod database;
mod file;
mod mem;
#[cfg(feature = "postgres")]
mod postgres;
mod shared;
mod sqlite;
mod version;

use std::fmt;
use std::str::FromStr;

pub use copy::write_copy;
pub use database::{Database, Flow};
pub use file::{Begun, Contents, LedgerFile, Seal, Witness};
pub use mem::MemStore;
#[cfg(feature = "postgres")]
pub use postgres::{PostgresStore, RETRIES};
pub use shared::{Replica, SharedStore};
pub use sqlite::{SqliteStore, local_seconds_east};
pub(crate) use sqlite::{open_to_read, open_to_write};

use crate::evidence::Sighting;
use crate::journal::Record;
use crate::ledger::{Digest, Ledger, Status, Transfer};

/// Everything one step of a party wants to keep.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Commit {
    /// The number of this commit in the life of the party, from 1. It makes the commit idempotent
    /// and locks out a second instance of the same party.
    pub seq: u64,
    /// What happened.
    pub records: Vec<Record>,
    /// What moved.
    pub transfers: Vec<Transfer>,
    /// What was seen.
    pub evidence: Vec<Sighting>,
}

/// Why nothing was kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum StoreError {
    /// The ledger refused a transfer; the statuses say which and why.
    Refused(Vec<Status>),
    /// Another instance committed under this number.
    Fenced {
        /// The number that would be next.
        expected: u64,
        /// The number of this commit.
        found: u64,
    },
    /// Another process has this ledger, or had it before.
    InUse(String),
    /// What is stored makes no sense.
    Corrupt(String),
    /// The storage failed, and nothing was kept.
    Failed(String),
    /// It was not heard whether the commit was kept. Whoever opens the history again sees it.
    Unknown(String),
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(statuses) => {
                let names: Vec<_> = statuses.iter().map(|status| status.name()).collect();
                write!(f, "the ledger refused: {}", names.join(", "))
            }
            Self::Fenced { expected, found } => {
                write!(f, "another instance is at work: commit {found}, expected {expected}")
            }
            Self::InUse(what) => write!(f, "another instance is at work: {what}"),
            Self::Corrupt(what) => write!(f, "the stored history is damaged: {what}"),
            Self::Failed(why) => write!(f, "the storage failed: {why}"),
            Self::Unknown(why) => write!(f, "nobody knows whether it was stored: {why}"),
        }
    }
}

impl std::error::Error for StoreError {}

/// What is stored of one party, to be judged by `audit`: the rows and what the store claims about them.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// The journal in order.
    pub records: Vec<Record>,
    /// The chain value stored with each record.
    pub record_chain: Vec<Digest>,
    /// The transfers in order.
    pub transfers: Vec<Transfer>,
    /// The chain value stored with each transfer.
    pub chain: Vec<Digest>,
    /// How far the history went after each commit.
    pub commits: Vec<Tip>,
    /// The balances as stored, by account: debits posted, credits posted, debits pending, credits
    /// pending.
    pub balances: Vec<(String, crate::ledger::Account)>,
    /// What was seen, in order.
    pub evidence: Vec<Sighting>,
    /// The chain value stored with each sighting.
    pub evidence_chain: Vec<Digest>,
}

impl History {
    /// How far the rows go, whatever the commits say.
    pub fn tip(&self, seq: u64) -> Tip {
        let counted = |rows: usize| u64::try_from(rows).unwrap_or(u64::MAX);
        let end = |chain: &[Digest]| chain.last().copied().unwrap_or(Digest::START);
        Tip {
            seq,
            records: counted(self.records.len()),
            record_chain: end(&self.record_chain),
            transfers: counted(self.transfers.len()),
            chain: end(&self.chain),
        }
    }
}

/// How far a history goes: its last commit, and the counts and the chain ends of its rows.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Tip {
    /// The number of the commit.
    pub seq: u64,
    /// Records so far.
    pub records: u64,
    /// The chain value of the last one.
    pub record_chain: Digest,
    /// Transfers so far.
    pub transfers: u64,
    /// The chain value of the last one.
    pub chain: Digest,
}

impl Tip {
    /// Before the first commit.
    pub const START: Self =
        Self { seq: 0, records: 0, record_chain: Digest::START, transfers: 0, chain: Digest::START };

    /// After this commit, of which these transfers were not booked before.
    fn after<'a>(mut self, commit: &Commit, transfers: impl Iterator<Item = &'a Transfer>) -> Self {
        self.seq = commit.seq;
        for record in &commit.records {
            self.records += 1;
            self.record_chain = link(self.record_chain, &record.words());
        }
        for transfer in transfers {
            self.transfers += 1;
            self.chain = link(self.chain, &transfer.words());
        }
        self
    }
}

/// `17 42 <digest> 9 <digest>`
impl fmt::Display for Tip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} {} {}", self.seq, self.records, self.record_chain, self.transfers, self.chain)
    }
}

impl FromStr for Tip {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let words: Vec<_> = text.split(' ').collect();
        let [seq, records, record_chain, transfers, chain] = words[..] else { return Err(()) };
        let number = |word: &str| word.parse().map_err(|_| ());
        let (seq, records, transfers) = (number(seq)?, number(records)?, number(transfers)?);
        Ok(Self { seq, records, record_chain: record_chain.parse()?, transfers, chain: chain.parse()? })
    }
}

/// A durable, append-only history of one party.
pub trait Store: Send {
    /// Keeps the records and books the transfers, together or not at all. Durable when it returns.
    fn commit(&mut self, commit: &Commit) -> Result<Vec<Status>, StoreError>;
    /// The books as of the last commit.
    fn books(&self) -> &Ledger;
    /// The number of the last commit.
    fn last_seq(&self) -> u64;
    /// Everything stored, read back from where it is stored.
    fn history(&self) -> Result<History, StoreError>;
}

/// A history that was read back, as far as its store goes on from it. Balances are not believed but recomputed.
#[derive(Debug)]
struct Folded {
    tip: Tip,
    /// Number and chain value of the last sighting.
    saw: (u64, Digest),
    ledger: Ledger,
}

impl Folded {
    /// Folds the history of a party, whose name is for the error.
    fn from(party: impl fmt::Display, history: &History) -> Result<Self, StoreError> {
        let tip = history.commits.last().copied().unwrap_or(Tip::START);
        if history.tip(tip.seq) != tip {
            return Err(StoreError::Corrupt(format!(
                "{party}: rows are missing or were altered; see --check"
            )));
        }
        let mut ledger = Ledger::default();
        if let Some(refused) = ledger.commit(&history.transfers).iter().find(|status| !status.booked()) {
            return Err(StoreError::Corrupt(format!("{party}: a stored transfer gives {refused}")));
        }
        let end = history.evidence_chain.last().copied().unwrap_or(Digest::START);
        let saw = (u64::try_from(history.evidence.len()).unwrap_or(u64::MAX), end);
        Ok(Self { tip, saw, ledger })
    }
}

/// The chain value of a row with these words that follows `previous`.
pub fn link<const N: usize>(previous: Digest, words: &[String; N]) -> Digest {
    previous.then(words.iter().map(String::as_str))
}

/// Checks that a commit follows commit number `seq`, and books its transfers. `Ok(None)`: it is `last`, which is
/// stored already; its number with another content is of another instance.
fn book(
    ledger: &mut Ledger,
    seq: u64,
    last: Option<&Commit>,
    commit: &Commit,
) -> Result<Option<Vec<Status>>, StoreError> {
    if last == Some(commit) {
        return Ok(None);
    }
    if commit.seq != seq + 1 {
        return Err(StoreError::Fenced { expected: seq + 1, found: commit.seq });
    }
    let statuses = ledger.commit(&commit.transfers);
    if statuses.iter().all(|status| status.booked()) {
        Ok(Some(statuses))
    } else {
        Err(StoreError::Refused(statuses))
    }
}

/// The transfers of a commit that were not booked before.
fn created<'a>(commit: &'a Commit, statuses: &'a [Status]) -> impl Iterator<Item = &'a Transfer> {
    commit
        .transfers
        .iter()
        .zip(statuses)
        .filter(|(_, s)| **s == Status::Created)
        .map(|(transfer, _)| transfer)
}
