//! Who did what, and why. An entry is kept in the ledger before its action, and then in a text file beside it, where
//! each line holds the digest of all before it. Each tells what was cut off the other.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::evidence::{Sighting, Way};
use crate::ledger::Digest;

/// A line of the log.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its number, from 1.
    pub n: usize,
    /// When, in microseconds of local time.
    pub at: u64,
    /// Who.
    pub who: String,
    /// What was typed.
    pub did: String,
    /// Why.
    pub why: String,
    /// The digest of this line and all before it.
    pub chain: String,
}

impl Entry {
    fn after(before: Option<&Self>, at: u64, who: &str, did: &str, why: &str) -> Result<Self, String> {
        let start = match before {
            Some(before) => before.chain.parse().map_err(|()| "the chain is no digest".to_owned())?,
            None => Digest::START,
        };
        let n = before.map_or(0, |before| before.n) + 1;
        let words = [n.to_string(), at.to_string(), who.to_owned(), did.to_owned(), why.to_owned()];
        let chain = start.then(words.iter().map(String::as_str)).to_string();
        let [_, _, who, did, why] = words;
        Ok(Self { n, at, who, did, why, chain })
    }
}

/// The log of a party.
#[derive(Debug)]
pub(crate) struct Log {
    path: PathBuf,
    last: Option<Entry>,
}

/// The name of the log beside a ledger.
pub fn log_of(ledger: &Path) -> PathBuf {
    ledger.with_extension("operators")
}

/// Compares the text file with what the ledger kept. The entries of the ledger, if the file has the same or lacks only
/// the last one, which may be the work of a sudden end.
///
/// # Errors
/// In words: what was cut off, altered or added.
pub fn checked(ledger: &Path, evidence: &[Sighting]) -> Result<Vec<Entry>, String> {
    let path = log_of(ledger);
    let named = |why: &dyn std::fmt::Display| format!("{}: {why}", path.display());
    let text = match std::fs::read_to_string(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        text => text.map_err(|error| named(&error))?,
    };
    let kept = evidence.iter().filter(|seen| seen.way == Way::Operator);
    let kept: Vec<String> = kept.map(|seen| String::from_utf8_lossy(&seen.octets).into_owned()).collect();
    let mut entries: Vec<Entry> = Vec::new();
    for (number, line) in (1..).zip(&kept) {
        let entry: Entry = serde_json::from_str(line).map_err(|error| named(&error))?;
        let next = Entry::after(entries.last(), entry.at, &entry.who, &entry.did, &entry.why)?;
        if next != entry {
            return Err(named(&format_args!(
                "entry {number} in the ledger does not follow from those before it"
            )));
        }
        entries.push(entry);
    }
    let lines: Vec<&str> = text.lines().collect();
    let differs = lines.iter().zip(&kept).position(|(line, kept)| line != kept);
    if let Some(place) = differs {
        return Err(named(&format_args!("line {} was altered", place + 1)));
    }
    match (lines.len(), kept.len()) {
        (file, ledger) if file > ledger => Err(named(&format_args!(
            "{} lines that the ledger does not know, from line {}",
            file - ledger,
            ledger + 1
        ))),
        (file, ledger) if file + 1 < ledger => {
            Err(named(&format_args!("the tail was cut off: {file} lines, the ledger has {ledger}")))
        }
        _ => Ok(entries),
    }
}

impl Log {
    /// Opens the log of a party that starts; a last line that is missing is put back from the ledger. Says so.
    pub(crate) fn open(ledger: &Path, evidence: &[Sighting]) -> Result<(Self, Option<String>), String> {
        let entries = checked(ledger, evidence)?;
        let path = log_of(ledger);
        let lines = std::fs::read_to_string(&path).map_or(0, |text| text.lines().count());
        let mut log = Self { path, last: None };
        let mut said = None;
        if let Some(last) = entries.last().filter(|_| lines < entries.len()) {
            log.write(last)?;
            said = Some(format!(
                "line {} of the operator log was missing, and was put back from the ledger",
                last.n
            ));
        }
        log.last = entries.last().cloned();
        Ok((log, said))
    }

    /// The next entry, as the ledger keeps it before anything is done.
    pub(crate) fn next(&self, at: u64, who: &str, did: &str, why: &str) -> Result<Entry, String> {
        Entry::after(self.last.as_ref(), at, who, did, why)
    }

    /// Writes an entry that the ledger has.
    pub(crate) fn write(&mut self, entry: &Entry) -> Result<(), String> {
        let named = |error: io::Error| format!("{}: {error}", self.path.display());
        let line = serde_json::to_string(entry).map_err(|error| error.to_string())?;
        let mut file: File = OpenOptions::new().create(true).append(true).open(&self.path).map_err(named)?;
        file.write_all(format!("{line}\n").as_bytes()).and_then(|()| file.sync_all()).map_err(named)?;
        self.last = Some(entry.clone());
        Ok(())
    }
}
