//! Files that arrive: each is taken once, the same one again is a duplicate, and what cannot be read, or has the number
//! of a file with other content, is quarantined. The sender gets a receipt for whatever has a number.

use std::collections::BTreeMap;

use super::Effects;
use super::parcel::{Parcel, Receipt};
use crate::files::clearing::ClearingFile;
use crate::journal::{Party, Record, RecordKind};
use crate::ledger::Digest;

/// The files of one sender, as the journal tells them.
#[derive(Debug)]
pub(super) struct Intake {
    sender: Party,
    /// Whether the journal keeps the digest of a duplicate, too.
    notes_duplicates: bool,
    /// SHA-256 of the files that were taken, by number.
    taken: BTreeMap<String, String>,
}

impl Intake {
    /// Nothing has arrived yet from this sender.
    pub(super) const fn from(sender: Party, notes_duplicates: bool) -> Self {
        Self { sender, notes_duplicates, taken: BTreeMap::new() }
    }

    pub(super) fn apply(&mut self, record: &Record) {
        if record.kind == RecordKind::FileTaken {
            self.taken.insert(record.tx.clone(), record.note.clone());
        }
    }

    /// Says what becomes of these octets, and sends the receipt. The file, if it is sound and new.
    pub(super) fn receive(&self, octets: &[u8], fx: &mut Effects) -> Option<ClearingFile> {
        let peer = Some(self.sender);
        let file = match ClearingFile::decode(octets) {
            Ok(file) => file,
            Err(why) => {
                let record = fx.record(RecordKind::FileQuarantined);
                fx.note(Record { peer, note: why.to_string(), ..record });
                return None;
            }
        };
        // What it says counts: one that lost octets behind its trailer on the way is still the same file.
        let content = file.encode();
        let sha = Digest::of_octets(content.as_deref().unwrap_or(octets)).to_string();
        let (kind, note) = match self.taken.get(&file.id) {
            None => (RecordKind::FileTaken, sha),
            Some(known) if *known == sha => {
                (RecordKind::FileDuplicate, if self.notes_duplicates { sha } else { String::new() })
            }
            Some(_) => (RecordKind::FileQuarantined, "the number of another file".to_owned()),
        };
        let record = fx.record(kind);
        fx.note(Record { tx: file.id.clone(), peer, note, ..record });
        let receipt = Receipt { file: file.id.clone(), taken: kind != RecordKind::FileQuarantined };
        fx.parcel(self.sender, Parcel::Receipt(receipt));
        (kind == RecordKind::FileTaken).then_some(file)
    }
}
