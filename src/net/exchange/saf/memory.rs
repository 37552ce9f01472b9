//! A queue in memory: for tests, and for what may be lost with the process.

use alloc::vec::Vec;
use core::convert::Infallible;

use zeroize::Zeroizing;

use super::record::{ParkReason, Queue, Record};

/// The records of a forwarder in memory. It survives the forwarder, not the process.
#[derive(Clone, Default)]
pub struct MemoryQueue {
    records: Vec<Owned>,
}

#[derive(Clone)]
enum Owned {
    Queued(u64, u32, Zeroizing<Vec<u8>>),
    Sent(u64),
    Done(u64),
    Parked(u64, ParkReason),
    Retried(u64),
}

impl MemoryQueue {
    /// How many records it holds.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether it holds none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Forgets the records after the first few, as a queue does whose commit failed.
    #[cfg(all(test, feature = "net"))]
    pub(crate) fn truncate(&mut self, records: usize) {
        self.records.truncate(records);
    }
}

impl Queue for MemoryQueue {
    type Error = Infallible;

    fn append(&mut self, record: Record<'_>) -> Result<(), Infallible> {
        self.records.push(Owned::of(record));
        Ok(())
    }

    fn commit(&mut self) -> Result<(), Infallible> {
        Ok(())
    }

    fn replay(&mut self, each: &mut dyn FnMut(Record<'_>)) -> Result<(), Infallible> {
        self.records.iter().for_each(|record| each(record.borrow()));
        Ok(())
    }

    fn rewrite(&mut self, records: &mut dyn Iterator<Item = Record<'_>>) -> Result<(), Infallible> {
        self.records = records.map(Owned::of).collect();
        Ok(())
    }
}

impl core::fmt::Debug for MemoryQueue {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_list().entries(self.records.iter().map(Owned::borrow)).finish()
    }
}

impl Owned {
    fn of(record: Record<'_>) -> Self {
        match record {
            Record::Queued { id, destination, octets } => {
                Self::Queued(id, destination, Zeroizing::new(octets.to_vec()))
            }
            Record::Sent { id } => Self::Sent(id),
            Record::Done { id } => Self::Done(id),
            Record::Parked { id, why } => Self::Parked(id, why),
            Record::Retried { id } => Self::Retried(id),
        }
    }

    fn borrow(&self) -> Record<'_> {
        match self {
            Self::Queued(id, destination, octets) => {
                Record::Queued { id: *id, destination: *destination, octets }
            }
            Self::Sent(id) => Record::Sent { id: *id },
            Self::Done(id) => Record::Done { id: *id },
            Self::Parked(id, why) => Record::Parked { id: *id, why: *why },
            Self::Retried(id) => Record::Retried { id: *id },
        }
    }
}
