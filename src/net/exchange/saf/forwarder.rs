//! The sans-IO state machine of store and forward.

use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec::Vec;
use core::time::Duration;

use super::entry::{Entry, Kept, SMALL, State, size};
use super::record::{Due, ParkReason, Policy, Queue, Record, SafError, WorkItem};

/// The messages to be forwarded, and what happens next to each.
///
/// ```
/// use cardwire::net::saf::{Forwarder, MemoryQueue, Policy, ParkReason};
/// use core::time::Duration;
///
/// let second = Duration::from_secs;
/// let mut saf = Forwarder::recover(MemoryQueue::default(), Policy::default(), 7).unwrap();
/// let id = saf.put(1, b"0420...").unwrap();
///
/// let due = saf.due(second(0)).unwrap().unwrap();
/// assert!(due.id == id && !due.repeat);
/// saf.unanswered(second(10), id).unwrap();
///
/// assert!(saf.due(second(11)).unwrap().is_none(), "it waits");
/// assert!(saf.due(second(60)).unwrap().unwrap().repeat);
/// saf.acknowledged(id).unwrap();
/// assert!(saf.is_empty());
/// ```
pub struct Forwarder<Q> {
    queue: Q,
    policy: Policy,
    pub(super) entries: BTreeMap<u64, Entry>,
    /// Numbers of the messages that are not work items, in order.
    pub(super) lanes: BTreeMap<u32, VecDeque<u64>>,
    next_id: u64,
    seed: u64,
    /// Whether steps wait for the commit of their group.
    grouping: bool,
    /// Whether what is here is more than what the queue holds, because a group was not kept.
    stale: bool,
    /// About how many octets the queue has, and how many of them are needed.
    used: u64,
    needed: u64,
    /// How many octets that are not needed are no reason to compact the queue.
    slack: u64,
}

impl<Q: Queue> Forwarder<Q> {
    /// Takes up what the queue holds: nothing at first, and after a restart everything that was not
    /// finished. `seed` spreads the waits.
    ///
    /// # Errors
    /// When the queue cannot be read.
    pub fn recover(queue: Q, policy: Policy, seed: u64) -> Result<Self, Q::Error> {
        let (entries, lanes) = (BTreeMap::new(), BTreeMap::new());
        let (grouping, stale) = (false, true);
        let mut forwarder = Self {
            queue,
            policy,
            entries,
            lanes,
            next_id: 1,
            seed,
            grouping,
            stale,
            used: 0,
            needed: 0,
            slack: SMALL,
        };
        forwarder.reload(&[])?;
        Ok(forwarder)
    }

    /// Takes up once more what the queue holds, after [`Forwarder::group`] has failed. The messages
    /// `in_flight` are on their way: the others that had been sent are due as repeats.
    ///
    /// # Errors
    /// When the queue cannot be read. Everything is as it was before then, and no step is taken.
    pub fn reload(&mut self, in_flight: &[u64]) -> Result<(), Q::Error> {
        let mut kept = Kept {
            policy: self.policy,
            seed: self.seed,
            entries: BTreeMap::new(),
            order: Vec::new(),
            next_id: 1,
            used: 0,
        };
        self.stale = true;
        self.queue.replay(&mut |record| kept.apply(record))?;
        for id in in_flight {
            kept.change(*id, |entry| {
                if entry.attempts > 0 && !entry.is_parked() {
                    entry.state = State::InFlight;
                }
            });
        }
        let mut lanes: BTreeMap<u32, VecDeque<u64>> = BTreeMap::new();
        for id in kept.order {
            if let Some(entry) = kept.entries.get(&id).filter(|entry| !entry.is_parked()) {
                lanes.entry(entry.destination).or_default().push_back(id);
            }
        }
        self.needed = kept.entries.values().map(Entry::size).sum();
        (self.entries, self.lanes, self.used, self.stale) = (kept.entries, lanes, kept.used, false);
        // A number that was given out is not given again, whatever became of it.
        self.next_id = self.next_id.max(kept.next_id);
        Ok(())
    }

    /// Takes a message for a destination. When this returns `Ok`, it is durable.
    ///
    /// # Errors
    /// When it was not taken: the caller still has it.
    pub fn put(&mut self, destination: u32, octets: &[u8]) -> Result<u64, SafError<Q::Error>> {
        if self.entries.len() >= self.policy.capacity {
            return Err(SafError::Full);
        }
        let id = self.next_id;
        self.keep(Record::Queued { id, destination, octets })?;
        self.next_id += 1;
        self.insert(id, Entry::new(id, destination, octets, &self.policy, self.seed));
        self.lanes.entry(destination).or_default().push_back(id);
        Ok(id)
    }

    /// The next message that is due at any destination, now in flight. Call it until it gives none.
    ///
    /// That it is sent is durable before it is handed out: whatever happens next, it will not be
    /// sent again as if it were the first time.
    ///
    /// # Errors
    /// When that could not be kept.
    pub fn due(&mut self, now: Duration) -> Result<Option<Due<'_>>, SafError<Q::Error>> {
        let Some(id) = self.heads().find(|(_, entry)| entry.is_due(now)).map(|(id, _)| id) else {
            return Ok(None);
        };
        self.keep(Record::Sent { id })?;
        let Some(entry) = self.entries.get_mut(&id) else { return Ok(None) };
        let repeat = entry.attempts > 0;
        entry.attempts += 1;
        entry.state = State::InFlight;
        Ok(Some(Due { id, destination: entry.destination, repeat, octets: &entry.octets }))
    }

    /// When the next message is due; `None` when nothing waits.
    #[must_use]
    pub fn next_due(&self) -> Option<Duration> {
        let waits = self.heads().filter_map(|(_, entry)| match entry.state {
            State::Waiting { until } => Some(until),
            _ => None,
        });
        waits.min()
    }

    /// The receiver has it, whatever it said about it: done. A response that comes late counts, when
    /// the message waits for its repeat already, or is a work item.
    ///
    /// # Errors
    /// When it was never sent, or that could not be kept.
    pub fn acknowledged(&mut self, id: u64) -> Result<(), SafError<Q::Error>> {
        let sent = self.entries.get(&id).is_some_and(|entry| entry.attempts > 0);
        if !sent {
            return Err(SafError::Unknown(id));
        }
        self.keep(Record::Done { id })?;
        self.leave(id);
        self.remove(id);
        Ok(())
    }

    /// The receiver refused it and would refuse it again: a work item.
    ///
    /// # Errors
    /// When it is not in flight, or that could not be kept.
    pub fn refused(&mut self, id: u64, code: [u8; 2]) -> Result<(), SafError<Q::Error>> {
        self.in_flight(id)?;
        self.park(id, ParkReason::Refused(code))
    }

    /// No response came: it will be repeated, or becomes a work item after the last attempt.
    ///
    /// # Errors
    /// As [`Forwarder::refused`].
    pub fn unanswered(&mut self, now: Duration, id: u64) -> Result<(), SafError<Q::Error>> {
        let attempts = self.policy.attempts;
        let entry = self.in_flight(id)?;
        if entry.attempts >= attempts {
            return self.park(id, ParkReason::Unanswered);
        }
        entry.state = State::Waiting { until: now.saturating_add(entry.backoff.wait()) };
        Ok(())
    }

    /// It was certainly not sent: it waits for the shortest time, and the attempt does not count.
    ///
    /// # Errors
    /// When it is not in flight.
    pub fn not_sent(&mut self, now: Duration, id: u64) -> Result<(), SafError<Q::Error>> {
        let entry = self.in_flight(id)?;
        entry.attempts -= 1;
        entry.backoff.reset();
        entry.state = State::Waiting { until: now.saturating_add(entry.backoff.wait()) };
        Ok(())
    }

    /// Takes several steps that become durable together, by one commit. Nothing that was due may be
    /// sent, and nobody be told that it is held, before this returns.
    ///
    /// # Errors
    /// When they could not be kept. The steps are taken here and not in the queue then, so no other step
    /// is taken until [`Forwarder::reload`] has succeeded.
    pub fn group<T>(&mut self, steps: impl FnOnce(&mut Self) -> T) -> Result<T, Q::Error> {
        self.grouping = true;
        let done = steps(self);
        self.grouping = false;
        match self.queue.commit() {
            Ok(()) => Ok(done),
            Err(error) => {
                self.stale = true;
                Err(error)
            }
        }
    }

    /// It can never be sent: a work item.
    ///
    /// # Errors
    /// As [`Forwarder::refused`].
    pub fn unsendable(&mut self, id: u64) -> Result<(), SafError<Q::Error>> {
        self.in_flight(id)?;
        self.park(id, ParkReason::Unsendable)
    }

    /// The work items, by number.
    pub fn work_items(&self) -> impl Iterator<Item = WorkItem> + '_ {
        self.entries.iter().filter_map(|(id, entry)| match entry.state {
            State::Parked(why) => {
                let Entry { destination, attempts, .. } = *entry;
                Some(WorkItem { id: *id, destination, attempts, why })
            }
            _ => None,
        })
    }

    /// Puts a work item back, after what waits for its destination. It is due as a repeat.
    ///
    /// # Errors
    /// When it is no work item, or that could not be kept.
    pub fn retry(&mut self, now: Duration, id: u64) -> Result<(), SafError<Q::Error>> {
        self.parked(id)?;
        self.keep(Record::Retried { id })?;
        let entry = self.parked(id)?;
        entry.attempts = 1;
        entry.backoff.reset();
        entry.state = State::Waiting { until: now };
        let destination = entry.destination;
        self.lanes.entry(destination).or_default().push_back(id);
        Ok(())
    }

    /// A person settled a work item by other means: done.
    ///
    /// # Errors
    /// As [`Forwarder::retry`].
    pub fn settled(&mut self, id: u64) -> Result<(), SafError<Q::Error>> {
        self.parked(id)?;
        self.keep(Record::Done { id })?;
        self.remove(id);
        Ok(())
    }

    /// The octets of a message that is held.
    #[must_use]
    pub fn octets(&self, id: u64) -> Option<&[u8]> {
        self.entries.get(&id).map(|entry| entry.octets.as_slice())
    }

    /// How many messages are held, work items included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether none is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Why a message is a work item, if it is one.
    #[cfg(feature = "net")]
    pub(crate) fn parked_as(&self, id: u64) -> Option<ParkReason> {
        match self.entries.get(&id)?.state {
            State::Parked(why) => Some(why),
            _ => None,
        }
    }

    /// Sees whether the queue can be written, by a record that says nothing.
    #[cfg(feature = "net")]
    pub(crate) fn probe(&mut self) -> Result<(), Q::Error> {
        self.queue.append(Record::Done { id: 0 })?;
        self.queue.commit()
    }

    /// Whether most of the queue is about messages that are done, so that [`Forwarder::compact`] is worth
    /// its cost. A running forwarder compacts its queue by itself.
    #[must_use]
    pub const fn wants_compaction(&self) -> bool {
        !self.stale && self.used > self.slack + 2 * self.needed
    }

    /// Rewrites the queue without what is done. Order and attempts are kept.
    ///
    /// # Errors
    /// When the queue had to be left as it was.
    pub fn compact(&mut self) -> Result<(), Q::Error> {
        if self.stale {
            self.reload(&[])?;
        }
        let parked = self.entries.iter().filter(|(_, entry)| entry.is_parked()).map(|(id, _)| id);
        let order = self.lanes.values().flatten().chain(parked);
        let entries = &self.entries;
        // Done already, and written so that its number is not given again after a restart.
        let last = core::iter::once(Record::Done { id: self.next_id - 1 });
        let mut records = last.chain(
            order.filter_map(|id| entries.get(id).map(|entry| (*id, entry))).flat_map(|(id, entry)| {
                let queued = Record::Queued { id, destination: entry.destination, octets: &entry.octets };
                let sent = (0..entry.attempts).map(move |_| Record::Sent { id });
                let parked = match entry.state {
                    State::Parked(why) => Some(Record::Parked { id, why }),
                    _ => None,
                };
                core::iter::once(queued).chain(sent).chain(parked)
            }),
        );
        // What failed is not tried again before the queue has grown as much once more.
        self.slack = self.used.max(SMALL);
        self.queue.rewrite(&mut records)?;
        (self.used, self.slack) = (self.needed, SMALL);
        Ok(())
    }

    /// The queue, for its owner to look at.
    pub const fn queue(&self) -> &Q {
        &self.queue
    }

    /// The queue, for an owner who keeps its records with those of a larger step.
    pub const fn queue_mut(&mut self) -> &mut Q {
        &mut self.queue
    }

    /// Gives the queue back.
    #[must_use]
    pub fn into_queue(self) -> Q {
        self.queue
    }

    fn keep(&mut self, record: Record<'_>) -> Result<(), SafError<Q::Error>> {
        if self.stale {
            return Err(SafError::Suspended);
        }
        self.queue.append(record).map_err(SafError::Queue)?;
        if !self.grouping {
            self.queue.commit().map_err(SafError::Queue)?;
        }
        self.used += size(record);
        Ok(())
    }

    fn insert(&mut self, id: u64, entry: Entry) {
        self.needed += entry.size();
        self.entries.insert(id, entry);
    }

    fn remove(&mut self, id: u64) {
        if let Some(entry) = self.entries.remove(&id) {
            self.needed = self.needed.saturating_sub(entry.size());
        }
    }

    /// The first message of each destination.
    fn heads(&self) -> impl Iterator<Item = (u64, &Entry)> {
        self.lanes.values().filter_map(|lane| {
            let id = *lane.front()?;
            Some((id, self.entries.get(&id)?))
        })
    }

    fn park(&mut self, id: u64, why: ParkReason) -> Result<(), SafError<Q::Error>> {
        self.keep(Record::Parked { id, why })?;
        self.leave(id);
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.state = State::Parked(why);
        }
        Ok(())
    }

    /// Takes a message out of its lane, where it is the first unless it was put back by hand.
    fn leave(&mut self, id: u64) {
        let Some(destination) = self.entries.get(&id).map(|entry| entry.destination) else { return };
        if let Some(lane) = self.lanes.get_mut(&destination) {
            if let Some(place) = lane.iter().position(|other| *other == id) {
                lane.remove(place);
            }
            if lane.is_empty() {
                self.lanes.remove(&destination);
            }
        }
    }

    fn in_flight(&mut self, id: u64) -> Result<&mut Entry, SafError<Q::Error>> {
        let entry = self.entries.get_mut(&id).filter(|entry| entry.state == State::InFlight);
        entry.ok_or(SafError::Unknown(id))
    }

    fn parked(&mut self, id: u64) -> Result<&mut Entry, SafError<Q::Error>> {
        self.entries.get_mut(&id).filter(|entry| entry.is_parked()).ok_or(SafError::Unknown(id))
    }
}

impl<Q> core::fmt::Debug for Forwarder<Q> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Forwarder").field("held", &self.entries.len()).finish_non_exhaustive()
    }
}
