//! Records and files as lines of JSON: what the next day, another process or another machine reads.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{BankEntry, ClearingRecord, Evidence, InputFile, Place, Record, Refused, Side, Source, hex};

/// A record, or what was read of a whole file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stored {
    /// A message.
    Switch(Box<Evidence>),
    /// A clearing record.
    Clearing(Box<ClearingRecord>),
    /// A bank entry.
    Bank(Box<BankEntry>),
    /// A record that cannot be used.
    Refused {
        /// Where it stands.
        source: Source,
        /// What is wrong with it.
        reason: String,
    },
    /// A file.
    File(StoredFile),
}

/// A file that was read to its end.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StoredFile {
    file: Arc<str>,
    side: String,
    sha256: String,
    records: u64,
    complete: bool,
    faults: Vec<(Source, String)>,
}

impl From<Record> for Stored {
    fn from(record: Record) -> Self {
        match record {
            Record::Switch(found) => Self::Switch(found),
            Record::Clearing(found) => Self::Clearing(found),
            Record::Bank(found) => Self::Bank(found),
            Record::Refused(Refused { source, reason }) => Self::Refused { source, reason },
        }
    }
}

impl From<&InputFile> for Stored {
    fn from(file: &InputFile) -> Self {
        let fault = |fault: &Refused| (fault.source.clone(), fault.reason.clone());
        Self::File(StoredFile {
            file: file.name.clone(),
            side: file.side.id().to_owned(),
            sha256: hex(&file.digest),
            records: file.records,
            complete: file.complete,
            faults: file.faults.iter().map(fault).collect(),
        })
    }
}

impl StoredFile {
    /// The file, if its side and its digest are such.
    pub fn input(self) -> Option<InputFile> {
        let side =
            [Side::Switch, Side::Clearing, Side::Bank].into_iter().find(|side| side.id() == self.side)?;
        let mut digest = [0; 32];
        for (slot, place) in digest.iter_mut().zip((0..).step_by(2)) {
            *slot = u8::from_str_radix(self.sha256.get(place..place + 2)?, 16).ok()?;
        }
        let faults = self.faults.into_iter().map(|(source, reason)| Refused { source, reason });
        Some(InputFile {
            name: self.file,
            side,
            digest,
            identity: None,
            date: None,
            account: None,
            records: self.records,
            declared: None,
            faults: faults.collect(),
            complete: self.complete,
        })
    }
}

impl Stored {
    /// Where a record stands; a file is a place of its own.
    pub fn source(&self) -> Source {
        match self {
            Self::Switch(found) => found.source.clone(),
            Self::Clearing(found) => found.source.clone(),
            Self::Bank(found) => found.source.clone(),
            Self::Refused { source, .. } => source.clone(),
            Self::File(file) => Source { file: file.file.clone(), place: Place::Line(0) },
        }
    }
}
