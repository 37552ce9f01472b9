//! Answers kept for requests that come again, so that none is processed twice.
//!
//! ```text
//!  request ---> new ------------------> handled, and its answer kept
//!               in work --------------> silence: the answer is under way
//!               answered -------------> the kept answer, once more
//!               another under the key > handled: it is another request
//! ```
//!
//! A server has one memory for all its connections, because who repeats has often connected anew.

use core::hash::{BuildHasher, Hasher};
use core::time::Duration;
use std::boxed::Box;
use std::collections::{HashMap, VecDeque};
use std::hash::RandomState;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use super::correlation::Trace;
use crate::de;
use crate::read::message::Message;

/// The requests of the last while and their answers, bounded in number and time.
pub(super) struct Replay {
    limit: usize,
    remember: Duration,
    start: Instant,
    hasher: RandomState,
    table: Mutex<Table>,
}

#[derive(Default)]
struct Table {
    entries: HashMap<Trace, Entry>,
    /// Oldest first; of an entry that was taken out and put in anew, only the last place counts.
    order: VecDeque<(Duration, Trace)>,
}

struct Entry {
    /// What the request asks for, as a number.
    content: u64,
    since: Duration,
    /// None while it is in work.
    answer: Option<Box<[u8]>>,
}

/// What a request is.
pub(super) enum Seen {
    /// Not met before: to be handled, and its answer given to this.
    New(Promise),
    /// Its first copy is being handled.
    InWork,
    /// It was answered with this.
    Answered(Box<[u8]>),
    /// Its key was met with other content: another request.
    Other,
}

/// The place of an answer to come. Dropped without one, the request is forgotten.
pub(super) struct Promise {
    replay: Arc<Replay>,
    trace: Trace,
    /// When the request came: tells its entry from a later one.
    since: Duration,
    kept: bool,
}

/// The elements that two copies of one request have in common; the MTI, times of transmission and
/// authentication codes differ in a repeat.
const CONTENT: [u8; 7] =
    [de::PAN, de::PROCESSING_CODE, de::AMOUNT, de::TERMINAL, de::MERCHANT, de::CURRENCY, de::NETWORK_CODE];

impl Replay {
    pub(super) fn new(limit: usize, remember: Duration) -> Arc<Self> {
        let (hasher, table) = (RandomState::new(), Mutex::default());
        Arc::new(Self { limit, remember, start: Instant::now(), hasher, table })
    }

    /// Looks a request up, and takes note of a new one.
    pub(super) fn meet(self: &Arc<Self>, trace: Trace, request: &Message<'_>) -> Seen {
        let (content, now) = (self.content(request), self.start.elapsed());
        let mut guard = self.lock();
        let table = &mut *guard;
        table.forget(now, self.remember, self.limit);
        match table.entries.get(&trace) {
            Some(known) if known.content != content => return Seen::Other,
            Some(Entry { answer: Some(answer), .. }) => return Seen::Answered(answer.clone()),
            Some(_) => return Seen::InWork,
            None => (),
        }
        table.forget(now, self.remember, self.limit.saturating_sub(1));
        table.entries.insert(trace, Entry { content, since: now, answer: None });
        table.order.push_back((now, trace));
        Seen::New(Promise { replay: Arc::clone(self), trace, since: now, kept: false })
    }

    fn content(&self, request: &Message<'_>) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        for field in CONTENT.into_iter().filter_map(|number| request.get(number)) {
            hasher.write_u32(field.key().value());
            field.expose().octets().for_each(|octet| hasher.write_u8(octet));
        }
        hasher.finish()
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    /// Forgets the oldest, beyond the limits of number and time.
    fn forget(&mut self, now: Duration, remember: Duration, limit: usize) {
        while let Some(&(at, trace)) = self.order.front() {
            if self.order.len() <= limit && now.saturating_sub(at) < remember {
                break;
            }
            self.order.pop_front();
            self.remove(&trace, at);
        }
    }

    /// Takes the entry out that was made then.
    fn remove(&mut self, trace: &Trace, since: Duration) {
        if self.entries.get(trace).is_some_and(|entry| entry.since == since) {
            self.entries.remove(trace);
        }
    }
}

impl Promise {
    /// Keeps the answer, unless the request was forgotten: then its key may be another's by now.
    pub(super) fn keep(mut self, answer: &[u8]) {
        self.kept = true;
        let mut table = self.replay.lock();
        let entry = table.entries.get_mut(&self.trace);
        if let Some(entry) = entry.filter(|entry| entry.since == self.since) {
            entry.answer = Some(answer.into());
        }
    }
}

impl Drop for Promise {
    fn drop(&mut self) {
        if !self.kept {
            self.replay.lock().remove(&self.trace, self.since);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::mti::Mti;
    use crate::net::Correlation;
    use crate::spec::ISO87_ASCII;
    use crate::write::builder::Builder;

    fn meet(replay: &Arc<Replay>, stan: u32, amount: u32) -> Seen {
        let mut builder = Builder::new(&ISO87_ASCII, Mti::FINANCIAL_REQUEST);
        let wire = builder.set(de::STAN, stan).set(de::AMOUNT, amount).to_vec().unwrap();
        let request = Message::parse(&ISO87_ASCII, &wire).unwrap();
        replay.meet(Correlation::default().trace(&request).unwrap(), &request)
    }

    fn promise(seen: Seen) -> Promise {
        let Seen::New(promise) = seen else { panic!("met before") };
        promise
    }

    #[test]
    fn a_late_answer_is_not_kept_for_another_request_with_its_key() {
        let replay = Replay::new(1, Duration::from_secs(60));
        let first = promise(meet(&replay, 1, 100));
        // pushes the first one out, which is still in work
        let other = promise(meet(&replay, 2, 100));
        let second = promise(meet(&replay, 1, 200));
        first.keep(b"100");
        assert!(matches!(meet(&replay, 1, 200), Seen::InWork), "the answer was to another request");
        second.keep(b"200");
        drop(other);
        assert!(matches!(meet(&replay, 1, 200), Seen::Answered(answer) if *answer == *b"200"));
    }

    #[test]
    fn a_promise_that_is_broken_late_forgets_no_other_request() {
        let replay = Replay::new(1, Duration::from_secs(60));
        let first = promise(meet(&replay, 1, 100));
        let other = promise(meet(&replay, 2, 100));
        let _second = promise(meet(&replay, 1, 200));
        drop((first, other));
        assert!(matches!(meet(&replay, 1, 200), Seen::InWork));
    }
}
