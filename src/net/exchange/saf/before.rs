//! The format of queues before they had a head: read once, when such a queue is opened, and written no
//! more. A commit was a length, a check and records; a record had no check of its own.

use std::vec::Vec;

use super::record::{ParkReason, Record};
use crate::model::error::widen;

/// The records of a queue of that format; `None` when it is none, or is damaged before its last commit.
pub(super) fn records(file: &[u8]) -> Option<Vec<Record<'_>>> {
    let mut found = Vec::new();
    let mut rest = file;
    while let Some((records, after)) = commit(rest) {
        let mut records = records;
        while let Some((record, others)) = record(records) {
            found.push(record);
            records = others;
        }
        if !records.is_empty() {
            return None;
        }
        rest = after;
    }
    // A queue that was never used was an empty file, which is a new one now.
    (!found.is_empty() && is_torn(rest)).then_some(found)
}

/// Whether octets are what is left of one commit that was being written, or nothing.
fn is_torn(octets: &[u8]) -> bool {
    let Some((size, rest)) = octets.split_first_chunk() else { return true };
    rest.len() <= 4 + widen(u32::from_be_bytes(*size))
}

/// The records of the first commit, and what follows it; `None` when no whole one is there.
fn commit(octets: &[u8]) -> Option<(&[u8], &[u8])> {
    let (size, rest) = octets.split_first_chunk()?;
    let (sum, rest) = rest.split_first_chunk()?;
    let (records, after) = rest.split_at_checked(widen(u32::from_be_bytes(*size)))?;
    (crc32fast::hash(records) == u32::from_be_bytes(*sum)).then_some((records, after))
}

fn record(octets: &[u8]) -> Option<(Record<'_>, &[u8])> {
    let (what, rest) = octets.split_first()?;
    let (id, rest) = rest.split_first_chunk()?;
    let id = u64::from_be_bytes(*id);
    let record = match *what {
        1 => {
            let (destination, rest) = rest.split_first_chunk()?;
            let (size, rest) = rest.split_first_chunk()?;
            let (octets, rest) = rest.split_at_checked(widen(u32::from_be_bytes(*size)))?;
            let destination = u32::from_be_bytes(*destination);
            return Some((Record::Queued { id, destination, octets }, rest));
        }
        4 => {
            let (code, rest) = rest.split_first_chunk()?;
            return Some((Record::Parked { id, why: ParkReason::Refused(*code) }, rest));
        }
        2 => Record::Sent { id },
        3 => Record::Done { id },
        5 => Record::Parked { id, why: ParkReason::Unanswered },
        6 => Record::Retried { id },
        7 => Record::Parked { id, why: ParkReason::Unsendable },
        _ => return None,
    };
    Some((record, rest))
}
