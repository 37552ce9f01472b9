//! What a forwarder knows of each message, and how that follows from the records of its queue.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::time::Duration;

use zeroize::Zeroizing;

use super::record::{ParkReason, Policy, Record};
use crate::net::exchange::backoff::Backoff;

/// A message that is held.
pub(super) struct Entry {
    pub(super) destination: u32,
    pub(super) octets: Zeroizing<Vec<u8>>,
    pub(super) attempts: u32,
    pub(super) state: State,
    pub(super) backoff: Backoff,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Waiting { until: Duration },
    InFlight,
    Parked(ParkReason),
}

impl Entry {
    pub(super) fn new(id: u64, destination: u32, octets: &[u8], policy: &Policy, seed: u64) -> Self {
        let backoff = Backoff::new(policy.first_wait, policy.longest_wait, seed ^ id);
        let state = State::Waiting { until: Duration::ZERO };
        Self { destination, octets: Zeroizing::new(octets.to_vec()), attempts: 0, state, backoff }
    }

    /// About how many octets of a queue it needs.
    pub(super) fn size(&self) -> u64 {
        widened(self.octets.len()) + RECORD
    }

    pub(super) const fn is_parked(&self) -> bool {
        matches!(self.state, State::Parked(_))
    }

    pub(super) fn is_due(&self, now: Duration) -> bool {
        matches!(self.state, State::Waiting { until } if until <= now)
    }
}

/// About how many octets of a queue a record needs.
pub(super) fn size(record: Record<'_>) -> u64 {
    match record {
        Record::Queued { octets, .. } => widened(octets.len()) + RECORD,
        _ => RECORD,
    }
}

fn widened(octets: usize) -> u64 {
    u64::try_from(octets).unwrap_or(u64::MAX)
}

/// About how many octets a record has besides the message.
const RECORD: u64 = 32;

/// A queue of so many octets is not worth to be compacted.
pub(super) const SMALL: u64 = 1 << 16;

/// What the records say, applied one after the other.
pub(super) struct Kept {
    pub(super) policy: Policy,
    pub(super) seed: u64,
    pub(super) entries: BTreeMap<u64, Entry>,
    pub(super) order: Vec<u64>,
    pub(super) next_id: u64,
    pub(super) used: u64,
}

impl Kept {
    pub(super) fn apply(&mut self, record: Record<'_>) {
        self.used += size(record);
        match record {
            Record::Queued { id, destination, octets } => {
                self.next_id = self.next_id.max(id.saturating_add(1));
                self.entries.insert(id, Entry::new(id, destination, octets, &self.policy, self.seed));
                self.order.push(id);
            }
            Record::Sent { id } => self.change(id, |entry| entry.attempts += 1),
            Record::Parked { id, why } => self.change(id, |entry| entry.state = State::Parked(why)),
            Record::Retried { id } => {
                self.change(id, |entry| {
                    entry.state = State::Waiting { until: Duration::ZERO };
                    entry.attempts = 1;
                });
                self.order.retain(|other| *other != id);
                self.order.push(id);
            }
            Record::Done { id } => {
                self.next_id = self.next_id.max(id.saturating_add(1));
                self.entries.remove(&id);
                self.order.retain(|other| *other != id);
            }
        }
    }

    pub(super) fn change(&mut self, id: u64, change: impl FnOnce(&mut Entry)) {
        if let Some(entry) = self.entries.get_mut(&id) {
            change(entry);
        }
    }
}
