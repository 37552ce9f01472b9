//! Responses kept for requests that come again, so that none is processed twice.
//!
//! ```text
//!  request ---> new ------------------> handled, and its response kept
//!               in progress ----------> silence: the response is under way
//!               completed ------------> the kept response, once more
//!               another under the key > handled: it is another request
//! ```
//!
//! A server has one memory for all its connections, because a peer that repeats a request has often
//! connected anew.

use core::hash::{BuildHasher, Hasher};
use core::time::Duration;
use std::boxed::Box;
use std::collections::{HashMap, VecDeque};
use std::hash::RandomState;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;
use zeroize::Zeroizing;

use crate::de;
use crate::net::exchange::correlation::Trace;
use crate::read::message::Message;

/// The recent requests and their responses, bounded in number and time.
pub(crate) struct Duplicates {
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
    /// None while it is being processed.
    response: Option<Response>,
}

/// A response that is kept, and wiped when it is forgotten.
type Response = Zeroizing<Box<[u8]>>;

/// What is known of a request that comes in.
pub(crate) enum Known {
    /// Nothing: it is to be handled, and its response put into this.
    New(ResponseSlot),
    /// Its first copy is being handled.
    InProgress,
    /// It got this response.
    Completed(Response),
    /// Its key came with other content: it is another request.
    Other,
}

/// The place of a response to come. Dropped without one, the request is forgotten.
pub(crate) struct ResponseSlot {
    duplicates: Arc<Duplicates>,
    trace: Trace,
    /// When the request came: tells its entry from a later one.
    since: Duration,
    kept: bool,
}

/// The elements that two copies of one request have in common; the MTI, times of transmission and
/// authentication codes differ in a repeat.
const CONTENT: [u8; 7] =
    [de::PAN, de::PROCESSING_CODE, de::AMOUNT, de::TERMINAL, de::MERCHANT, de::CURRENCY, de::NETWORK_CODE];

impl Duplicates {
    pub(crate) fn new(limit: usize, remember: Duration) -> Arc<Self> {
        let (hasher, table) = (RandomState::new(), Mutex::default());
        Arc::new(Self { limit, remember, start: Instant::now(), hasher, table })
    }

    /// Looks a request up, and takes note of it when it is new.
    pub(crate) fn look_up(self: &Arc<Self>, trace: Trace, request: &Message<'_>) -> Known {
        let (content, now) = (self.content(request), self.start.elapsed());
        let mut guard = self.lock();
        let table = &mut *guard;
        table.forget(now, self.remember, self.limit);
        match table.entries.get(&trace) {
            Some(known) if known.content != content => return Known::Other,
            Some(Entry { response: Some(response), .. }) => return Known::Completed(response.clone()),
            Some(_) => return Known::InProgress,
            None => (),
        }
        table.forget(now, self.remember, self.limit.saturating_sub(1));
        table.entries.insert(trace, Entry { content, since: now, response: None });
        table.order.push_back((now, trace));
        Known::New(ResponseSlot { duplicates: Arc::clone(self), trace, since: now, kept: false })
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

impl ResponseSlot {
    /// Keeps the response, unless the request was forgotten: then its key may be another's by now.
    pub(crate) fn keep(mut self, response: &[u8]) {
        self.kept = true;
        let mut table = self.duplicates.lock();
        let entry = table.entries.get_mut(&self.trace);
        if let Some(entry) = entry.filter(|entry| entry.since == self.since) {
            entry.response = Some(Zeroizing::new(response.into()));
        }
    }
}

impl Drop for ResponseSlot {
    fn drop(&mut self) {
        if !self.kept {
            self.duplicates.lock().remove(&self.trace, self.since);
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

    fn look_up(duplicates: &Arc<Duplicates>, stan: u32, amount: u32) -> Known {
        let mut builder = Builder::new(&ISO87_ASCII, Mti::FINANCIAL_REQUEST);
        let wire = builder.set(de::STAN, stan).set(de::AMOUNT, amount).to_vec().unwrap();
        let request = Message::parse(&ISO87_ASCII, &wire).unwrap();
        duplicates.look_up(Correlation::default().trace(&request).unwrap(), &request)
    }

    fn slot(known: Known) -> ResponseSlot {
        let Known::New(slot) = known else { panic!("known before") };
        slot
    }

    #[test]
    fn a_late_response_is_not_kept_for_another_request_with_its_key() {
        let duplicates = Duplicates::new(1, Duration::from_secs(60));
        let first = slot(look_up(&duplicates, 1, 100));
        // pushes the first one out, which is still being processed
        let other = slot(look_up(&duplicates, 2, 100));
        let second = slot(look_up(&duplicates, 1, 200));
        first.keep(b"100");
        assert!(
            matches!(look_up(&duplicates, 1, 200), Known::InProgress),
            "the response was to another request"
        );
        second.keep(b"200");
        drop(other);
        assert!(matches!(look_up(&duplicates, 1, 200), Known::Completed(response) if **response == *b"200"));
    }

    #[test]
    fn a_slot_that_is_dropped_late_forgets_no_other_request() {
        let duplicates = Duplicates::new(1, Duration::from_secs(60));
        let first = slot(look_up(&duplicates, 1, 100));
        let other = slot(look_up(&duplicates, 2, 100));
        let _second = slot(look_up(&duplicates, 1, 200));
        drop((first, other));
        assert!(matches!(look_up(&duplicates, 1, 200), Known::InProgress));
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_are_kept_than_are_allowed_and_none_for_longer() {
        let duplicates = Duplicates::new(3, Duration::from_secs(60));
        for stan in 1..=100 {
            slot(look_up(&duplicates, stan, 1)).keep(b"response");
            let table = duplicates.lock();
            assert!(table.entries.len() <= 3 && table.order.len() <= 3);
        }
        assert!(matches!(look_up(&duplicates, 98, 1), Known::Completed(_)));
        tokio::time::advance(Duration::from_secs(61)).await;
        let again = look_up(&duplicates, 98, 1);
        assert!(matches!(again, Known::New(_)), "forgotten after its time");
        assert_eq!(duplicates.lock().entries.len(), 1);
    }
}
