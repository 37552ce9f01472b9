//! A queue in one file that only grows, until it is rewritten.
//!
//! ```text
//! +--------+-------+---------+---------+----    one commit, of as many records as there were
//! | length | check | record  | record  | ...
//! |   4    |   4   |         |         |
//! +--------+-------+---------+---------+----
//!                   \______ length ______/
//!
//! +------+----+-----------------------------+
//! | what | id | destination, length, octets |   one record
//! |  1   | 8  |       what needs them       |
//! +------+----+-----------------------------+
//! ```
//!
//! A commit that ends early is one that was being written when the machine stopped: none of its
//! steps was confirmed, and it is cut off. A commit that is there and does not fit its check is
//! damage, and the file is refused.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::vec::Vec;

use super::record::{ParkReason, Queue, Record};
use crate::model::error::widen;

/// The records of a forwarder in a file; every commit is synchronised to the disk.
///
/// The octets are kept as they are given. Messages with card data are to be encrypted by whoever
/// puts them in, or the file must lie on encrypted storage.
#[derive(Debug)]
pub struct FileQueue {
    path: PathBuf,
    file: File,
    /// Where the next commit goes: behind the last one that is whole.
    end: u64,
    /// The records of the next commit.
    pending: Vec<u8>,
}

impl FileQueue {
    /// Opens the file, or makes it.
    ///
    /// # Errors
    /// When it cannot be opened for reading and writing.
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref().to_path_buf();
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path)?;
        let end = file.metadata()?.len();
        Ok(Self { path, file, end, pending: Vec::new() })
    }
}

impl Queue for FileQueue {
    type Error = io::Error;

    fn append(&mut self, record: Record<'_>) -> io::Result<()> {
        encode(record, &mut self.pending)
    }

    fn commit(&mut self) -> io::Result<()> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let octets = sealed(&core::mem::take(&mut self.pending))?;
        self.file.seek(SeekFrom::Start(self.end))?;
        self.file.write_all(&octets)?;
        self.file.sync_data()?;
        self.end += length(&octets)?;
        Ok(())
    }

    fn replay(&mut self, each: &mut dyn FnMut(Record<'_>)) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(0))?;
        let mut octets = Vec::new();
        self.file.read_to_end(&mut octets)?;
        let mut rest = octets.as_slice();
        while let Some((mut records, after)) = opened(rest)? {
            while let Some((record, others)) = decode(records)? {
                each(record);
                records = others;
            }
            rest = after;
        }
        self.end = length(&octets)? - length(rest)?;
        self.file.set_len(self.end)
    }

    /// Writes a second file, synchronises it, and renames it over the first one.
    fn rewrite(&mut self, records: &mut dyn Iterator<Item = Record<'_>>) -> io::Result<()> {
        let path = self.path.with_extension("new");
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(true).open(&path)?;
        let mut end = 0;
        let mut octets = Vec::new();
        for record in records {
            octets.clear();
            encode(record, &mut octets)?;
            octets = sealed(&octets)?;
            file.write_all(&octets)?;
            end += length(&octets)?;
        }
        file.sync_all()?;
        std::fs::rename(&path, &self.path)?;
        if let Some(folder) = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            File::open(folder)?.sync_all()?;
        }
        (self.file, self.end) = (file, end);
        Ok(())
    }
}

fn encode(record: Record<'_>, out: &mut Vec<u8>) -> io::Result<()> {
    let (what, id) = match record {
        Record::Queued { id, .. } => (QUEUED, id),
        Record::Sent { id } => (SENT, id),
        Record::Done { id } => (DONE, id),
        Record::Parked { id, why: ParkReason::Refused(_) } => (REFUSED, id),
        Record::Parked { id, why: ParkReason::Unanswered } => (UNANSWERED, id),
        Record::Parked { id, why: ParkReason::Unsendable } => (UNSENDABLE, id),
        Record::Retried { id } => (RETRIED, id),
    };
    let size = match record {
        Record::Queued { octets, .. } => {
            u32::try_from(octets.len()).map_err(|_| io::ErrorKind::InvalidInput)?
        }
        _ => 0,
    };
    out.push(what);
    out.extend(id.to_be_bytes());
    match record {
        Record::Queued { destination, octets, .. } => {
            out.extend(destination.to_be_bytes());
            out.extend(size.to_be_bytes());
            out.extend(octets);
        }
        Record::Parked { why: ParkReason::Refused(code), .. } => out.extend(code),
        _ => (),
    }
    Ok(())
}

/// The first record of a commit, and what follows it; `None` at the end.
fn decode(octets: &[u8]) -> io::Result<Option<(Record<'_>, &[u8])>> {
    let Some((what, body)) = octets.split_first() else { return Ok(None) };
    let (id, mut rest) = body.split_first_chunk().ok_or_else(damaged)?;
    let id = u64::from_be_bytes(*id);
    let record = match *what {
        QUEUED => {
            let (destination, body) = rest.split_first_chunk().ok_or_else(damaged)?;
            let (size, body) = body.split_first_chunk().ok_or_else(damaged)?;
            let octets = body.split_at_checked(widen(u32::from_be_bytes(*size))).ok_or_else(damaged)?;
            rest = octets.1;
            Record::Queued { id, destination: u32::from_be_bytes(*destination), octets: octets.0 }
        }
        SENT => Record::Sent { id },
        DONE => Record::Done { id },
        REFUSED => {
            let (code, after) = rest.split_first_chunk().ok_or_else(damaged)?;
            rest = after;
            Record::Parked { id, why: ParkReason::Refused(*code) }
        }
        UNANSWERED => Record::Parked { id, why: ParkReason::Unanswered },
        UNSENDABLE => Record::Parked { id, why: ParkReason::Unsendable },
        RETRIED => Record::Retried { id },
        _ => return Err(damaged()),
    };
    Ok(Some((record, rest)))
}

/// Records with their length and check.
fn sealed(records: &[u8]) -> io::Result<Vec<u8>> {
    let size = u32::try_from(records.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    let mut whole = Vec::with_capacity(records.len() + 8);
    whole.extend(size.to_be_bytes());
    whole.extend(check(records).to_be_bytes());
    whole.extend(records);
    Ok(whole)
}

/// The records of the first commit, and what follows it; `None` when no whole one is there.
fn opened(octets: &[u8]) -> io::Result<Option<(&[u8], &[u8])>> {
    let Some((size, rest)) = octets.split_first_chunk() else { return Ok(None) };
    let Some((sum, rest)) = rest.split_first_chunk() else { return Ok(None) };
    let Some((records, rest)) = rest.split_at_checked(widen(u32::from_be_bytes(*size))) else {
        return Ok(None);
    };
    if check(records) != u32::from_be_bytes(*sum) {
        // The last commit may have been cut short by blocks that never reached the disk.
        return if rest.is_empty() { Ok(None) } else { Err(damaged()) };
    }
    Ok(Some((records, rest)))
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a record of the queue is damaged")
}

const QUEUED: u8 = 1;
const SENT: u8 = 2;
const DONE: u8 = 3;
const REFUSED: u8 = 4;
const UNANSWERED: u8 = 5;
const RETRIED: u8 = 6;
const UNSENDABLE: u8 = 7;

/// CRC-32 of IEEE 802.3, bit by bit: the disk takes far longer.
fn check(body: &[u8]) -> u32 {
    let step = |sum: u32| if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 };
    !body.iter().fold(u32::MAX, |sum, octet| (0..8).fold(sum ^ u32::from(*octet), |sum, _| step(sum)))
}

fn length(octets: &[u8]) -> io::Result<u64> {
    u64::try_from(octets.len()).map_err(|_| io::ErrorKind::InvalidInput.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_is_crc_32() {
        assert_eq!(check(b"123456789"), 0xCBF4_3926);
    }
}
