//! The life of a ledger file: made once, owned by one process at a time, sealed when the day is closed.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::sqlite::{
    is_begun, number, open_to_read, open_to_write, read_evidence, read_history, read_records, signed, word,
};
use super::{Database, History, StoreError, Tip};
use crate::clock::Stamp;
use crate::evidence::Sighting;
use crate::journal::{Party, Record};
use crate::ledger::Digest;

/// A ledger file that belongs to this process.
#[derive(Debug)]
pub struct LedgerFile {
    path: PathBuf,
    /// Beside the ledger, since SQLite has locks of its own on it. The system gives it back when the process
    /// ends, however it ends.
    _lock: File,
}

impl LedgerFile {
    /// Makes a ledger. One of any number of processes makes it, the others are told.
    ///
    /// # Errors
    /// When there is a file of this name, or it cannot be made.
    pub fn create(path: &Path) -> Result<Self, StoreError> {
        let lock = lock(path)?;
        File::create_new(path).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => {
                let shown = path.display();
                let words =
                    format!("{shown} exists already; --resume {shown} goes on with a day that broke off");
                StoreError::InUse(words)
            }
            _ => failed(path, &error),
        })?;
        open_to_write(path)?;
        Ok(Self { path: path.to_owned(), _lock: lock })
    }

    /// The ledger of one party, made when there is none yet.
    ///
    /// # Errors
    /// When another process has it, it is no ledger, or it is that of another party.
    pub fn of_party(path: &Path, party: Party) -> Result<Self, StoreError> {
        let lock = lock(path)?;
        let connection = open_to_write(path)?;
        let other = "SELECT party FROM commits WHERE party <> ?1 LIMIT 1";
        let other: Option<String> =
            connection.query_row(other, [party.name()], |row| row.get(0)).optional()?;
        if let Some(other) = other {
            return Err(StoreError::Failed(format!("this is the ledger of the {other}")));
        }
        Ok(Self { path: path.to_owned(), _lock: lock })
    }

    /// Takes over a ledger whose day is not closed.
    ///
    /// # Errors
    /// When there is none, it is closed, or another process has it.
    pub fn resume(path: &Path) -> Result<Self, StoreError> {
        if !path.is_file() {
            return Err(StoreError::Failed(format!("{} is no ledger file", path.display())));
        }
        let lock = lock(path)?;
        open_to_write(path)?;
        if !Contents::read(path)?.seals.is_empty() {
            let words = format!("the day of {} is closed; there is nothing to resume", path.display());
            return Err(StoreError::Failed(words));
        }
        Ok(Self { path: path.to_owned(), _lock: lock })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Notes that a step of the day begins, before anything of it happens.
    pub fn begin(&self, begun: &Begun) -> Result<(), StoreError> {
        let (step, at) = (i64::try_from(begun.step).unwrap_or(i64::MAX), signed(begun.at.0));
        let sql = "INSERT INTO script (step, at, caption) VALUES (?1, ?2, ?3)";
        open_to_write(&self.path)?.execute(sql, params![step, at, begun.caption])?;
        Ok(())
    }

    /// Closes the day, for when all stores are closed: notes how far each history goes, and folds the write-ahead
    /// log into the file, so that it stands alone. Kept elsewhere, the head of the seal holds all of it fast.
    pub fn close(self, now: Stamp) -> Result<Digest, StoreError> {
        let connection = open_to_write(&self.path)?;
        let contents = Contents::of(&connection)?;
        let tip = |party| contents.histories.get(&party).and_then(|history| history.commits.last().copied());
        let tips = Party::ALL.map(|party| tip(party).unwrap_or(Tip::START));
        let seal = Seal::after(contents.seals.last(), now, tips);
        let [terminal, acquirer, issuer] = tips.map(|tip| tip.to_string());
        let sql = "INSERT INTO seals (at, terminal, acquirer, issuer, head) VALUES (?1, ?2, ?3, ?4, ?5)";
        connection.execute(sql, params![signed(now.0), terminal, acquirer, issuer, seal.head.to_string()])?;
        connection.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))?;
        Ok(seal.head)
    }
}

/// A step of the day that began.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Begun {
    /// Its number in the script, from 1.
    pub step: usize,
    /// When.
    pub at: Stamp,
    /// What it is.
    pub caption: String,
}

/// How far the three histories went when the day was closed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Seal {
    /// When.
    pub at: Stamp,
    /// The ends of the histories, in the order of [`Party::ALL`].
    pub tips: [Tip; 3],
    /// The digest of all that and of the seal before.
    pub head: Digest,
}

impl Seal {
    fn after(before: Option<&Self>, at: Stamp, tips: [Tip; 3]) -> Self {
        let [terminal, acquirer, issuer] = tips.map(|tip| tip.to_string());
        let words = [at.0.to_string(), terminal, acquirer, issuer];
        let start = before.map_or(Digest::START, |seal| seal.head);
        Self { at, tips, head: super::link(start, &words) }
    }

    /// Is the head what follows from the rest?
    pub fn follows(&self, before: Option<&Self>) -> bool {
        *self == Self::after(before, self.at, self.tips)
    }
}

/// What a ledger file holds, as of one moment, and not judged.
#[derive(Clone, Debug, Default)]
pub struct Contents {
    /// The histories of the parties.
    pub histories: BTreeMap<Party, History>,
    /// One for each close of day.
    pub seals: Vec<Seal>,
    /// The steps that began.
    pub begun: Vec<Begun>,
}

impl Contents {
    /// Reads a file, without changing it, whether or not somebody writes to it.
    pub fn read(file: &Path) -> Result<Self, StoreError> {
        let connection = open_to_read(file)?;
        if !is_begun(&connection, file)? {
            return Err(StoreError::Failed(format!("{} holds no ledger yet", file.display())));
        }
        // One transaction, so that no party is seen later than another.
        let moment = connection.unchecked_transaction()?;
        Self::of(&moment)
    }

    fn of(connection: &Connection) -> Result<Self, StoreError> {
        let history = |party| read_history(connection, party).map(|history| (party, history));
        let histories = Party::NETWORK.into_iter().map(history).collect::<Result<_, _>>()?;
        let mut seals = connection.prepare("SELECT * FROM seals ORDER BY n")?;
        let seals = seals.query_map([], seal_of)?.collect::<Result<_, _>>()?;
        let mut begun = connection.prepare("SELECT * FROM script ORDER BY n")?;
        let begun = begun.query_map([], begun_of)?.collect::<Result<_, _>>()?;
        Ok(Self { histories, seals, begun })
    }
}

/// What a ledger file, or a partition of a database (`postgres://.../name#acquirer:1`), keeps for those who judge what its parties did.
#[derive(Clone, Debug, Default)]
pub struct Witness {
    /// What the acquirer saw, or the party that is asked for.
    pub evidence: Vec<Sighting>,
    /// The journal of the bank, if it is in this file.
    pub bank: Vec<Record>,
}

impl Witness {
    /// Reads a file, without changing it, whether or not somebody writes to it.
    ///
    /// # Errors
    /// When it is no ledger, or what was seen is not what was written.
    pub fn read(file: &Path) -> Result<Self, StoreError> {
        Self::of(file, Party::Acquirer)
    }

    /// The same, of what another party saw.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn of(file: &Path, party: Party) -> Result<Self, StoreError> {
        if let Some(partition) = file.to_str().filter(|text| Database::is_url(text)) {
            let history = Database::parse(partition).map_err(StoreError::Failed)?.history(party)?;
            return Self::held(history.evidence, history.evidence_chain, Vec::new());
        }
        let connection = open_to_read(file)?;
        if !is_begun(&connection, file)? {
            return Err(StoreError::Failed(format!("{} holds no ledger yet", file.display())));
        }
        let moment = connection.unchecked_transaction()?;
        let (evidence, chain) = read_evidence(&moment, party)?;
        Self::held(evidence, chain, read_records(&moment, Party::Bank)?.0)
    }

    /// What was seen, held against its chain.
    fn held(evidence: Vec<Sighting>, chain: Vec<Digest>, bank: Vec<Record>) -> Result<Self, StoreError> {
        let mut last = Digest::START;
        for (n, (seen, kept)) in (1..).zip(evidence.iter().zip(chain)) {
            last = super::link(last, &seen.words());
            if last != kept {
                return Err(StoreError::Corrupt(format!("what was seen was altered, from row {n} on")));
            }
        }
        Ok(Self { evidence, bank })
    }
}

fn seal_of(row: &Row<'_>) -> rusqlite::Result<Seal> {
    let none = || rusqlite::Error::InvalidQuery;
    let tip = |name| word::<Tip>(row, name)?.ok_or_else(none);
    Ok(Seal {
        at: Stamp(number(row, "at")?.unwrap_or_default()),
        tips: [tip("terminal")?, tip("acquirer")?, tip("issuer")?],
        head: word(row, "head")?.ok_or_else(none)?,
    })
}

fn begun_of(row: &Row<'_>) -> rusqlite::Result<Begun> {
    let step = usize::try_from(number(row, "step")?.unwrap_or_default()).unwrap_or(usize::MAX);
    Ok(Begun { step, at: Stamp(number(row, "at")?.unwrap_or_default()), caption: row.get("caption")? })
}

fn lock(ledger: &Path) -> Result<File, StoreError> {
    let mut path = ledger.as_os_str().to_owned();
    path.push(".lock");
    let path = PathBuf::from(path);
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(|error| failed(&path, &error))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let words = format!("{} is in use by {}", ledger.display(), holder(&mut file));
            return Err(StoreError::InUse(words));
        }
        Err(TryLockError::Error(error)) => return Err(failed(&path, &error)),
    }
    // The number of the holder is for people: without it the lock holds all the same.
    let number = format!("{}\n", std::process::id());
    let _ = file.set_len(0).and_then(|()| file.write_all(number.as_bytes()));
    Ok(file)
}

/// Who holds a lock, as its file says.
fn holder(file: &mut File) -> String {
    let mut text = String::new();
    let _ = file.take(20).read_to_string(&mut text);
    text.trim().parse::<u32>().map_or_else(|_| "another process".to_owned(), |id| format!("process {id}"))
}

fn failed(path: &Path, error: &io::Error) -> StoreError {
    StoreError::Failed(format!("{}: {error}", path.display()))
}
