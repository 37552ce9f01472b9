//! IP packets that came in fragments, put together in bounded memory.

use std::collections::HashMap;
use std::net::IpAddr;

use etherparse::defrag::IpDefragBuf;
use etherparse::{IpFragOffset, IpNumber};

/// What the fragments of one packet have in common.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Id {
    pub(super) from: IpAddr,
    pub(super) to: IpAddr,
    pub(super) protocol: IpNumber,
    pub(super) identification: u32,
}

/// One fragment.
pub(super) struct Fragment<'p> {
    pub(super) id: Id,
    pub(super) offset: IpFragOffset,
    pub(super) more: bool,
    pub(super) payload: &'p [u8],
}

/// The packets of which some fragments are there.
#[derive(Default)]
pub(super) struct Fragments {
    waiting: HashMap<Id, Waiting>,
    /// Counts them, so that the oldest can give way.
    next: u64,
    /// Fragments that were given up.
    lost: u64,
}

struct Waiting {
    number: u64,
    fragments: u64,
    buffer: IpDefragBuf,
}

/// The most packets that wait for fragments; each takes 64 KiB at most.
const MOST_WAITING: usize = 64;

/// The most pieces that a packet may lie in, with others missing between them.
const MOST_PIECES: usize = 256;

impl Fragments {
    /// Adds a fragment, and returns the payload of the packet that it completes.
    pub(super) fn take(&mut self, fragment: &Fragment<'_>) -> Option<Vec<u8>> {
        self.next += 1;
        let number = self.next;
        let start = || Waiting {
            number,
            fragments: 0,
            buffer: IpDefragBuf::new(fragment.id.protocol, Vec::new(), Vec::new()),
        };
        let waiting = self.waiting.entry(fragment.id).or_insert_with(start);
        waiting.fragments += 1;
        let added = waiting.buffer.add(fragment.offset, fragment.more, fragment.payload);
        if added.is_err() || waiting.buffer.sections().len() > MOST_PIECES {
            self.give_up(fragment.id);
            return None;
        }
        if waiting.buffer.is_complete() {
            return self.waiting.remove(&fragment.id).map(|waiting| waiting.buffer.take_bufs().0);
        }
        if self.waiting.len() > MOST_WAITING {
            let oldest = self.waiting.iter().min_by_key(|(_, waiting)| waiting.number).map(|(id, _)| *id);
            oldest.into_iter().for_each(|id| self.give_up(id));
        }
        None
    }

    fn give_up(&mut self, id: Id) {
        self.lost += self.waiting.remove(&id).map_or(0, |waiting| waiting.fragments);
    }

    /// How many fragments completed nothing, now that no more come.
    pub(super) fn end(&mut self) -> u64 {
        let waiting: u64 = self.waiting.drain().map(|(_, waiting)| waiting.fragments).sum();
        self.lost + waiting
    }
}
