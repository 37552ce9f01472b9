//! How the steps of a forwarder lie in a file. Writing stands beside reading.
//!
//! ```text
//! +----------+---------+------+-------+
//! | CARDWSAF | version | zero | check |                    the head of the file
//! |    8     |    2    |  2   |   4   |
//! +----------+---------+------+-------+
//!
//! +------+--------+--------+-------+--------+--------+---
//! | SAFC | number | length | check | record | record |    one commit, of as many records as there were
//! |  4   |   8    |   4    |   4   |        |        |
//! +------+--------+--------+-------+--------+--------+---
//!                                   \____ length ____/
//!
//! +------+----+-------------+--------+-------+--------+
//! | what | id | destination | length | check | octets |   the record of a message that was taken
//! |  1   | 8  |      4      |   4    |   4   |        |
//! +------+----+-------------+--------+-------+--------+
//! | what | id | code |                                   that it was refused; others end with the id
//! |  1   | 8  |  2   |
//! +------+----+------+
//! ```
//!
//! Numbers are big-endian, checks are CRC-32. The check of a commit covers its number, its length, and
//! its records without the octets of messages, which have a check of their own: so the octets of a
//! message that is done can be overwritten.

use std::io;
use std::ops::Range;
use std::vec::Vec;

use super::record::{ParkReason, Record};
use crate::model::error::widen;

/// The head of a file.
pub(super) const HEAD: usize = 16;
/// What stands before the records of a commit.
const COMMIT: usize = 20;
const MAGIC: &[u8; 8] = b"CARDWSAF";
const MARK: &[u8; 4] = b"SAFC";
const VERSION: u16 = 2;

const QUEUED: u8 = 1;
const SENT: u8 = 2;
const DONE: u8 = 3;
const REFUSED: u8 = 4;
const UNANSWERED: u8 = 5;
const RETRIED: u8 = 6;
const UNSENDABLE: u8 = 7;

/// What the start of a file says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Start {
    /// A queue.
    Queue,
    /// A queue that was being made when the machine stopped, or an empty file.
    Begun,
    /// A queue of a later version.
    Later(u16),
    /// Something else, such as a queue of before versions.
    Other,
}

pub(super) fn head() -> [u8; HEAD] {
    let mut head = [0; HEAD];
    let (fields, sum) = head.split_at_mut(12);
    let (magic, version) = fields.split_at_mut(8);
    magic.copy_from_slice(MAGIC);
    if let Some(version) = version.first_chunk_mut() {
        *version = VERSION.to_be_bytes();
    }
    sum.copy_from_slice(&crc32fast::hash(fields).to_be_bytes());
    head
}

/// What a file is, by its first octets.
pub(super) fn start(octets: &[u8]) -> Start {
    let head = head();
    if octets.starts_with(&head) {
        return Start::Queue;
    }
    // No commit is written before the head is durable.
    if octets.len() <= HEAD && octets.iter().zip(head).all(|(octet, wanted)| *octet == 0 || *octet == wanted)
    {
        return Start::Begun;
    }
    let version = octets.get(..12).filter(|fields| fields.starts_with(MAGIC)).and_then(|fields| {
        let sum = octets.get(12..HEAD)?;
        let version = fields.get(8..10)?.first_chunk()?;
        (crc32fast::hash(fields).to_be_bytes() == *sum).then(|| u16::from_be_bytes(*version))
    });
    version.map_or(Start::Other, Start::Later)
}

/// A record, and where the octets of its message lie.
pub(super) struct Placed<'a> {
    pub(super) record: Record<'a>,
    /// The octets of its message, counted from the first record.
    pub(super) octets: Range<usize>,
    /// Whether they are those that were written.
    pub(super) intact: bool,
}

/// Adds a record, and says where the octets of its message lie.
pub(super) fn put(record: Record<'_>, out: &mut Vec<u8>) -> io::Result<Range<usize>> {
    let too_long = |_| io::Error::new(io::ErrorKind::InvalidInput, "a message of 4 GiB or more");
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
        Record::Queued { octets, .. } => u32::try_from(octets.len()).map_err(too_long)?,
        _ => 0,
    };
    out.push(what);
    out.extend(id.to_be_bytes());
    match record {
        Record::Queued { destination, octets, .. } => {
            out.extend(destination.to_be_bytes());
            out.extend(size.to_be_bytes());
            out.extend(crc32fast::hash(octets).to_be_bytes());
            out.extend(octets);
        }
        Record::Parked { why: ParkReason::Refused(code), .. } => out.extend(code),
        _ => (),
    }
    Ok(out.len() - widen(size)..out.len())
}

/// The record at a place; `None` where there is none.
fn get(records: &[u8], at: usize) -> Option<(Placed<'_>, usize)> {
    let (what, rest) = records.get(at..)?.split_first()?;
    let (id, rest) = rest.split_first_chunk()?;
    let id = u64::from_be_bytes(*id);
    let mut end = at + 9;
    let mut placed = end..end;
    let mut intact = true;
    let record = match *what {
        QUEUED => {
            let (destination, rest) = rest.split_first_chunk()?;
            let (size, rest) = rest.split_first_chunk()?;
            let (sum, rest) = rest.split_first_chunk()?;
            let octets = rest.get(..widen(u32::from_be_bytes(*size)))?;
            intact = crc32fast::hash(octets) == u32::from_be_bytes(*sum);
            placed = end + 12..end + 12 + octets.len();
            end = placed.end;
            Record::Queued { id, destination: u32::from_be_bytes(*destination), octets }
        }
        SENT => Record::Sent { id },
        DONE => Record::Done { id },
        REFUSED => {
            end += 2;
            Record::Parked { id, why: ParkReason::Refused(*rest.first_chunk()?) }
        }
        UNANSWERED => Record::Parked { id, why: ParkReason::Unanswered },
        UNSENDABLE => Record::Parked { id, why: ParkReason::Unsendable },
        RETRIED => Record::Retried { id },
        _ => return None,
    };
    Some((Placed { record, octets: placed, intact }, end))
}

/// The records of a commit that was found whole.
pub(super) fn records(records: &[u8]) -> impl Iterator<Item = Placed<'_>> {
    let mut at = 0;
    core::iter::from_fn(move || {
        let (placed, end) = get(records, at)?;
        at = end;
        Some(placed)
    })
}

/// A commit of these records.
pub(super) fn commit(number: u64, records: &[u8]) -> io::Result<Vec<u8>> {
    let impossible = || io::Error::new(io::ErrorKind::InvalidInput, "a commit of 4 GiB or more");
    let size = u32::try_from(records.len()).map_err(|_| impossible())?;
    let mut whole = Vec::with_capacity(COMMIT + records.len());
    whole.extend(MARK);
    whole.extend(number.to_be_bytes());
    whole.extend(size.to_be_bytes());
    whole.extend(check(number, size, records).ok_or_else(impossible)?.to_be_bytes());
    whole.extend(records);
    Ok(whole)
}

/// The number and the place of the records of the commit at a place, if a whole one is there.
pub(super) fn whole(file: &[u8], at: usize) -> Option<(u64, Range<usize>)> {
    let rest = file.get(at..)?.strip_prefix(MARK)?;
    let (number, rest) = rest.split_first_chunk()?;
    let (size, rest) = rest.split_first_chunk()?;
    let (sum, rest) = rest.split_first_chunk()?;
    let (number, size) = (u64::from_be_bytes(*number), u32::from_be_bytes(*size));
    let records = rest.get(..widen(size))?;
    let start = at + COMMIT;
    let sound = check(number, size, records)? == u32::from_be_bytes(*sum);
    sound.then(|| (number, start..start + records.len()))
}

/// Whether a whole commit, of this number or a later one, begins at a place or after it.
pub(super) fn is_followed(file: &[u8], at: usize, number: u64) -> bool {
    let tail = file.get(at..).unwrap_or_default();
    let marks = tail.windows(MARK.len()).enumerate().filter(|(_, window)| *window == MARK);
    // As many commits as could lie there: what has another number is no mark, whatever it looks like.
    let numbers = number..number.saturating_add(1 + u64::try_from(tail.len() / COMMIT).unwrap_or(u64::MAX));
    marks.map(|(offset, _)| at + offset).any(|at| {
        let claimed =
            file.get(at + 4..).and_then(<[u8]>::first_chunk).map(|number| u64::from_be_bytes(*number));
        claimed.is_some_and(|claimed| numbers.contains(&claimed)) && whole(file, at).is_some()
    })
}

/// The check of a commit; `None` when its records are none.
fn check(number: u64, size: u32, records: &[u8]) -> Option<u32> {
    let mut sum = crc32fast::Hasher::new();
    sum.update(&number.to_be_bytes());
    sum.update(&size.to_be_bytes());
    let mut at = 0;
    while at < records.len() {
        let (placed, end) = get(records, at)?;
        sum.update(records.get(at..placed.octets.start)?);
        sum.update(records.get(placed.octets.end..end)?);
        at = end;
    }
    Some(sum.finalize())
}
