//! Which response belongs to which request: the table of outstanding requests.
//!
//! Sans-IO: no socket, no clock, no task. The caller says what time it is, as a [`Duration`] since
//! any fixed moment, and is told what to do.
//!
//! ```text
//!                 open                       response
//!   (unknown) -----------> in flight ---------------------> completed --+
//!       ^                   |      ^                          ^   |     |
//!       |   expire, cancel, |      | open a repeat   response |   | response: Duplicate
//!       |   abandon_all     v      |                   (Late) |   +-----+
//!       |                  expired ---------------------------+
//!       |                   |
//!       +---- forgotten ----+---- after `memory` keys or `remember` time
//! ```
//!
//! A key that has expired is remembered for a while, because its response may still come. Until then
//! it cannot be given to another request, so a late response never meets the wrong request: the caller
//! of [`Mux::open`] gets an error instead. A repeat of the same request may take it again, since any
//! response settles both.

use alloc::collections::{BinaryHeap, VecDeque};
use alloc::vec::Vec;
use core::cmp::Reverse;
use core::hash::{BuildHasher, Hash};
use core::time::Duration;

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::model::error::widen;

mod limits;

pub use limits::Limits;

/// The requests in flight, by key, each with a payload of the caller's: a channel, a record, a number.
///
/// ```
/// use cardwire::net::mux::{Limits, Mux, Refusal, Response};
/// use core::time::Duration;
///
/// let second = Duration::from_secs;
/// let mut mux = Mux::new(Limits::default().window(2));
/// mux.open(second(0), "stan 1", second(10), "sale").unwrap();
///
/// // two in flight with one key: an error to the second caller, nothing lost
/// let refused = mux.open(second(1), "stan 1", second(11), "other sale").unwrap_err();
/// assert_eq!((refused.why, refused.payload), (Refusal::InFlight, "other sale"));
///
/// assert!(matches!(mux.take_response(second(2), &"stan 1"), Response::Matched { payload: "sale", .. }));
/// assert!(matches!(mux.take_response(second(2), &"stan 1"), Response::Duplicate { .. }));
/// assert!(matches!(mux.take_response(second(2), &"stan 7"), Response::Unsolicited));
/// ```
pub struct Mux<K, P> {
    limits: Limits,
    slots: Vec<Slot<K, P>>,
    free: Vec<u32>,
    /// The slots in use, by their key.
    index: HashTable<u32>,
    hasher: DefaultHashBuilder,
    /// Earliest first; entries of requests that have ended are dropped later.
    deadlines: BinaryHeap<Reverse<(Duration, Ticket)>>,
    /// Completed and expired, oldest first; entries of slots reopened since are dropped later.
    memory: VecDeque<(Duration, Ticket)>,
    in_flight: usize,
}

struct Slot<K, P> {
    /// Grows whenever the slot gets another meaning, so that old tickets do not fit.
    turn: u32,
    /// The hash of the key.
    hash: u64,
    key: Option<K>,
    state: State<P>,
}

enum State<P> {
    Free,
    Open { payload: P, since: Duration },
    Expired { at: Duration },
    Completed,
}

/// The name of one request in a [`Mux`]; never given twice within 4 billion uses of its slot.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Ticket {
    slot: u32,
    turn: u32,
}

/// Why a request was not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Refusal {
    /// As many requests are in flight as the window allows.
    Full,
    /// A request with the same key is in flight.
    InFlight,
    /// A request with the same key is remembered: a response to it may still come.
    Recent,
}

/// A request that was not taken, with what it carried.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Refused<P> {
    /// Why.
    pub why: Refusal,
    /// The payload, given back.
    pub payload: P,
}

/// What an incoming response is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Response<P> {
    /// The response to a request that was in flight until now.
    Matched {
        /// The request.
        ticket: Ticket,
        /// What it carried.
        payload: P,
        /// How long it took.
        waited: Duration,
    },
    /// The first response to a request that has expired.
    Late {
        /// The request.
        ticket: Ticket,
        /// How long ago it expired.
        after: Duration,
    },
    /// One more response to a request that is completed.
    Duplicate {
        /// The request.
        ticket: Ticket,
    },
    /// No request with this key is known.
    Unsolicited,
}

/// A request that ended without a response.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Unanswered<K, P> {
    /// The request.
    pub ticket: Ticket,
    /// Its key.
    pub key: K,
    /// What it carried.
    pub payload: P,
    /// Whether it may have been sent, as the caller of [`Mux::abandon_all`] says; else always true.
    pub sent: bool,
}

impl<K: Hash + Eq + Clone, P> Mux<K, P> {
    /// An empty table.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            slots: Vec::new(),
            free: Vec::new(),
            index: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            deadlines: BinaryHeap::new(),
            memory: VecDeque::new(),
            in_flight: 0,
        }
    }

    /// How much it holds.
    #[must_use]
    pub const fn limits(&self) -> Limits {
        self.limits
    }

    /// How many requests are in flight.
    #[must_use]
    pub const fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// How many keys of completed and expired requests are remembered.
    #[must_use]
    pub fn remembered(&self) -> usize {
        self.index.len() - self.in_flight
    }

    /// Takes a request that is about to be sent.
    ///
    /// # Errors
    /// When the window is full or the key is taken; the payload comes back.
    pub fn open(
        &mut self,
        now: Duration,
        key: K,
        deadline: Duration,
        payload: P,
    ) -> Result<Ticket, Refused<P>> {
        self.take(now, key, deadline, payload, false)
    }

    /// Takes a repeat of an earlier request: as [`Mux::open`], but the key may be a remembered one.
    ///
    /// # Errors
    /// When the window is full or the original is still in flight.
    pub fn open_repeat(
        &mut self,
        now: Duration,
        key: K,
        deadline: Duration,
        payload: P,
    ) -> Result<Ticket, Refused<P>> {
        self.take(now, key, deadline, payload, true)
    }

    fn take(
        &mut self,
        now: Duration,
        key: K,
        deadline: Duration,
        payload: P,
        repeat: bool,
    ) -> Result<Ticket, Refused<P>> {
        self.forget(now);
        if self.in_flight >= self.limits.window {
            return Err(Refused { why: Refusal::Full, payload });
        }
        let hash = self.hasher.hash_one(&key);
        let slot = match self.find(hash, &key) {
            None => None,
            Some(slot) => match self.slots.get(widen(slot)).map(|slot| &slot.state) {
                Some(State::Open { .. }) => return Err(Refused { why: Refusal::InFlight, payload }),
                Some(State::Completed) if repeat || self.limits.reuse_completed => Some(slot),
                Some(State::Expired { .. }) if repeat => Some(slot),
                _ => return Err(Refused { why: Refusal::Recent, payload }),
            },
        };
        let Some(slot) = slot.or_else(|| self.vacant(hash, key)) else {
            return Err(Refused { why: Refusal::Full, payload });
        };
        let Some(entry) = self.slots.get_mut(widen(slot)) else {
            return Err(Refused { why: Refusal::Full, payload });
        };
        entry.turn = entry.turn.wrapping_add(1);
        entry.state = State::Open { payload, since: now };
        let ticket = Ticket { slot, turn: entry.turn };
        self.in_flight += 1;
        self.deadlines.push(Reverse((deadline, ticket)));
        self.compact();
        Ok(ticket)
    }

    /// A slot for a key that is not in the table.
    fn vacant(&mut self, hash: u64, key: K) -> Option<u32> {
        let slot = match self.free.pop() {
            Some(slot) => slot,
            None => {
                let slot = u32::try_from(self.slots.len()).ok()?;
                self.slots.push(Slot { turn: 0, hash, key: None, state: State::Free });
                slot
            }
        };
        let entry = self.slots.get_mut(widen(slot))?;
        (entry.hash, entry.key) = (hash, Some(key));
        let slots = &self.slots;
        let hash_of = |slot: &u32| slots.get(widen(*slot)).map_or(0, |entry| entry.hash);
        self.index.insert_unique(hash, slot, hash_of);
        Some(slot)
    }

    /// The slot of a key.
    fn find(&self, hash: u64, key: &K) -> Option<u32> {
        let holds =
            |slot: &u32| self.slots.get(widen(*slot)).is_some_and(|entry| entry.key.as_ref() == Some(key));
        self.index.find(hash, holds).copied()
    }

    /// Takes a response that has come in.
    pub fn take_response(&mut self, now: Duration, key: &K) -> Response<P> {
        let Some(slot) = self.find(self.hasher.hash_one(key), key) else { return Response::Unsolicited };
        let Some(entry) = self.slots.get_mut(widen(slot)) else { return Response::Unsolicited };
        let ticket = Ticket { slot, turn: entry.turn };
        match core::mem::replace(&mut entry.state, State::Completed) {
            State::Open { payload, since } => {
                self.close(now, ticket);
                Response::Matched { ticket, payload, waited: now.saturating_sub(since) }
            }
            State::Expired { at } => Response::Late { ticket, after: now.saturating_sub(at) },
            State::Completed => Response::Duplicate { ticket },
            State::Free => Response::Unsolicited,
        }
    }

    /// The next request whose deadline has passed. Call it until it gives none.
    pub fn expire(&mut self, now: Duration) -> Option<Unanswered<K, P>> {
        loop {
            let Reverse((deadline, ticket)) = *self.deadlines.peek()?;
            if self.is_open(ticket) && deadline > now {
                return None;
            }
            self.deadlines.pop();
            if let Some(unanswered) = self.end(now, ticket) {
                return Some(unanswered);
            }
        }
    }

    /// When [`Mux::expire`] should be called next.
    pub fn next_deadline(&mut self) -> Option<Duration> {
        loop {
            let Reverse((deadline, ticket)) = *self.deadlines.peek()?;
            if self.is_open(ticket) {
                return Some(deadline);
            }
            self.deadlines.pop();
        }
    }

    /// Gives up a request that may have been sent: a response to it will be [`Response::Late`].
    pub fn cancel(&mut self, now: Duration, ticket: Ticket) -> Option<P> {
        self.end(now, ticket).map(|unanswered| unanswered.payload)
    }

    /// Takes back a request that was certainly not sent: its key is free again at once.
    pub fn withdraw(&mut self, ticket: Ticket) -> Option<P> {
        let entry = self.entry(ticket)?;
        match core::mem::replace(&mut entry.state, State::Free) {
            State::Open { payload, .. } => {
                self.in_flight -= 1;
                self.release(ticket);
                Some(payload)
            }
            other => {
                entry.state = other;
                None
            }
        }
    }

    /// Frees the key of a request that has expired without having been sent.
    pub fn forget_unsent(&mut self, ticket: Ticket) {
        if matches!(self.entry(ticket).map(|entry| &entry.state), Some(State::Expired { .. })) {
            self.release(ticket);
        }
    }

    /// Gives up all requests in flight, because the connection that carried them is lost.
    ///
    /// `sent` says whether one may have been sent: as after [`Mux::cancel`] then, and as after
    /// [`Mux::withdraw`] otherwise.
    pub fn abandon_all(&mut self, now: Duration, mut sent: impl FnMut(&P) -> bool) -> Vec<Unanswered<K, P>> {
        let slots = (0_u32..).zip(&self.slots);
        let tickets: Vec<_> = slots.map(|(slot, entry)| Ticket { slot, turn: entry.turn }).collect();
        self.deadlines.clear();
        let mut unanswered: Vec<_> = tickets.into_iter().filter_map(|ticket| self.end(now, ticket)).collect();
        for Unanswered { ticket, payload, sent: was_sent, .. } in &mut unanswered {
            *was_sent = sent(payload);
            if !*was_sent {
                self.release(*ticket);
            }
        }
        unanswered
    }

    /// What a request in flight carries.
    pub fn payload_mut(&mut self, ticket: Ticket) -> Option<&mut P> {
        match &mut self.entry(ticket)?.state {
            State::Open { payload, .. } => Some(payload),
            _ => None,
        }
    }

    /// From in flight to expired.
    fn end(&mut self, now: Duration, ticket: Ticket) -> Option<Unanswered<K, P>> {
        let entry = self.entry(ticket)?;
        let State::Open { .. } = entry.state else { return None };
        let key = entry.key.clone()?;
        let State::Open { payload, .. } = core::mem::replace(&mut entry.state, State::Expired { at: now })
        else {
            return None;
        };
        self.close(now, ticket);
        Some(Unanswered { ticket, key, payload, sent: true })
    }

    /// Accounts for a request that was in flight until now.
    fn close(&mut self, now: Duration, ticket: Ticket) {
        self.in_flight -= 1;
        self.memory.push_back((now, ticket));
        self.forget(now);
    }

    /// Forgets the oldest keys, beyond the limits of number and time.
    fn forget(&mut self, now: Duration) {
        while let Some(&(at, ticket)) = self.memory.front() {
            let aged = now.saturating_sub(at) >= self.limits.remember;
            if self.memory.len() <= self.limits.memory && !aged {
                break;
            }
            self.memory.pop_front();
            if !self.is_open(ticket) {
                self.release(ticket);
            }
        }
    }

    /// Frees a slot, unless it has got another meaning since.
    fn release(&mut self, ticket: Ticket) {
        let Some(entry) = self.entry(ticket) else { return };
        entry.turn = entry.turn.wrapping_add(1);
        entry.state = State::Free;
        let (hash, key) = (entry.hash, entry.key.take());
        if key.is_some()
            && let Ok(found) = self.index.find_entry(hash, |slot| *slot == ticket.slot)
        {
            found.remove();
            self.free.push(ticket.slot);
        }
    }

    fn entry(&mut self, ticket: Ticket) -> Option<&mut Slot<K, P>> {
        self.slots.get_mut(widen(ticket.slot)).filter(|entry| entry.turn == ticket.turn)
    }

    fn is_open(&self, ticket: Ticket) -> bool {
        is_open(&self.slots, ticket)
    }

    /// Drops deadlines of completed requests once they are the greater part: constant cost per request.
    fn compact(&mut self) {
        if self.deadlines.len() > 2 * self.in_flight + 64 {
            let slots = &self.slots;
            self.deadlines.retain(|Reverse((_, ticket))| is_open(slots, *ticket));
        }
    }
}

fn is_open<K, P>(slots: &[Slot<K, P>], ticket: Ticket) -> bool {
    let entry = slots.get(widen(ticket.slot)).filter(|entry| entry.turn == ticket.turn);
    matches!(entry.map(|entry| &entry.state), Some(State::Open { .. }))
}

impl<K, P> core::fmt::Debug for Mux<K, P> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Mux").field("in_flight", &self.in_flight).field("limits", &self.limits).finish()
    }
}

#[cfg(test)]
mod tests;
