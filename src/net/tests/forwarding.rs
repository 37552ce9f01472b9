//! Store and forward over connections.

use core::convert::Infallible;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::atomic::{AtomicBool, AtomicUsize};

use super::*;
use crate::net::exchange::saf::{Forwarder, MemoryQueue, ParkReason, Policy, Queue, Record, SafError};
use crate::net::{ForwarderHandle, ForwarderState, Route, Verdict};

const POLICY: Policy = Policy {
    capacity: 2_000,
    attempts: 3,
    first_wait: Duration::from_secs(10),
    longest_wait: Duration::from_secs(60),
};

/// A reversal with that STAN.
fn reversal(stan: u32) -> Vec<u8> {
    let mut builder = Builder::new(&ISO87_ASCII, Mti::REVERSAL_ADVICE);
    builder.set(de::STAN, stan).set(de::TERMINAL, "TERM0001").to_vec().unwrap()
}

/// Its response, with that response code.
fn response(request: &[u8], code: &str) -> Vec<u8> {
    let request = Message::parse(&ISO87_ASCII, request).unwrap();
    let mut response = Builder::reply_to(&request);
    response.echo(&request, &[de::STAN, de::TERMINAL]).set(de::RESPONSE_CODE, code).to_vec().unwrap()
}

fn recovered<Q: Queue<Error: core::fmt::Debug>>(queue: Q) -> Forwarder<Q> {
    Forwarder::recover(queue, POLICY, 1).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_reversal_is_repeated_with_its_identity_until_it_is_acknowledged() {
    let mut bench = Bench::new();
    let handle = recovered(MemoryQueue::default()).run(&bench.peer);
    handle.put(1, reversal(7)).await.unwrap();
    let first = bench.host.next().await;
    assert_eq!(first, reversal(7));
    // no response; 91 means later; then it is taken
    for code in ["91", "00"] {
        let again = bench.host.next().await;
        assert_eq!((&again[..4], &again[4..]), (b"0421".as_slice(), &first[4..]));
        bench.host.send(&response(&again, code)).await;
    }
    while handle.held().await.unwrap() > 0 {
        tokio::time::sleep(SECOND).await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_next_one_leaves_when_the_one_before_is_acknowledged() {
    let mut bench = Bench::new();
    let handle = recovered(MemoryQueue::default()).run(&bench.peer);
    for number in 1..=3 {
        handle.put(1, reversal(number)).await.unwrap();
    }
    for number in 1..=3 {
        let found = bench.host.next().await;
        assert_eq!(stan(&found), number);
        tokio::time::sleep(SECOND).await;
        assert_eq!(bench.peer.in_flight(), 1);
        bench.host.send(&response(&found, "00")).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_a_work_item_and_does_not_hold_the_next_one() {
    let mut bench = Bench::new();
    let handle = recovered(MemoryQueue::default()).run(&bench.peer);
    let (bad, broken) = (handle.put(1, reversal(1)).await.unwrap(), handle.put(1, b"0420").await.unwrap());
    let found = bench.host.next().await;
    bench.host.send(&response(&found, "30")).await;
    while handle.work_items().await.unwrap().len() < 2 {
        tokio::time::sleep(SECOND).await;
    }
    let items = handle.work_items().await.unwrap();
    let why: Vec<_> = items.iter().map(|item| (item.id, item.why)).collect();
    assert_eq!(why, [(bad, ParkReason::Refused(*b"30")), (broken, ParkReason::Unsendable)]);
    handle.retry(bad).await.unwrap();
    handle.settled(broken).await.unwrap();
    let again = bench.host.next().await;
    assert_eq!((&again[..4], stan(&again)), (b"0421".as_slice(), 1));
}

#[tokio::test(start_paused = true)]
async fn after_a_restart_what_was_in_flight_is_a_repeat_and_the_rest_is_new() {
    let mut bench = Bench::new();
    let handle = recovered(MemoryQueue::default()).run(&bench.peer);
    for number in 1..=2 {
        handle.put(1, reversal(number)).await.unwrap();
    }
    bench.host.next().await;
    let queue = handle.clone().stop().await.unwrap();
    assert_eq!(handle.put(1, reversal(3)).await, Err(SafError::Closed));
    let mut bench = Bench::new();
    let _handle = recovered(queue).run_by({
        let route = Route::to(&bench.peer).time(SECOND);
        move |_| route.clone()
    });
    for (number, mti) in [(1, b"0421"), (2, b"0420")] {
        let found = bench.host.next().await;
        assert_eq!((stan(&found), &found[..4]), (number, mti.as_slice()));
        bench.host.send(&response(&found, "00")).await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_a_connection_was_not_sent_and_is_no_repeat() {
    let state = State::new(Settings::default(), Arc::default());
    let handle: ForwarderHandle<_> =
        recovered(MemoryQueue::default()).run(&Peer { state: Arc::clone(&state) });
    handle.put(1, reversal(1)).await.unwrap();
    tokio::time::sleep(300 * SECOND).await;
    let (near, mut far) = duplex(4096);
    let (up, _) = oneshot::channel();
    tokio::spawn(connected((state, None), Hooks::NONE, split(near), None, up));
    let mut octets = std::vec![0; 2 + reversal(1).len()];
    far.read_exact(&mut octets).await.unwrap();
    assert_eq!(octets[2..], reversal(1));
}

/// A queue that counts its commits, and fails when told to: what was not kept is not there then.
#[derive(Default)]
struct Counting {
    inner: MemoryQueue,
    /// The records of the next commit begin here.
    kept: usize,
    commits: Arc<AtomicUsize>,
    rewrites: Arc<AtomicUsize>,
    fails: Arc<AtomicBool>,
    /// How long a commit takes.
    takes: Duration,
}

impl Queue for Counting {
    type Error = String;

    fn append(&mut self, record: Record<'_>) -> Result<(), String> {
        self.inner.append(record).map_err(|never: Infallible| match never {})
    }

    fn commit(&mut self) -> Result<(), String> {
        if self.fails.load(SeqCst) {
            self.inner.truncate(self.kept);
            return Err("no space left".to_string());
        }
        self.kept = self.inner.len();
        self.commits.fetch_add(1, SeqCst);
        std::thread::sleep(self.takes);
        Ok(())
    }

    fn replay(&mut self, each: &mut dyn FnMut(Record<'_>)) -> Result<(), String> {
        self.inner.replay(each).map_err(|never| match never {})
    }

    fn rewrite(&mut self, records: &mut dyn Iterator<Item = Record<'_>>) -> Result<(), String> {
        if self.fails.load(SeqCst) {
            return Err("no space left".to_string());
        }
        self.rewrites.fetch_add(1, SeqCst);
        let Ok(()) = self.inner.rewrite(records);
        self.kept = self.inner.len();
        Ok(())
    }
}

#[tokio::test]
async fn one_commit_keeps_many_and_a_failed_one_tells_everybody() {
    let queue = Counting { takes: Duration::from_millis(2), ..Counting::default() };
    let (commits, fails) = (Arc::clone(&queue.commits), Arc::clone(&queue.fails));
    let state = State::new(Settings { observer: Arc::new(()), ..Settings::default() }, Arc::default());
    let handle = recovered(queue).run(&Peer { state });
    let put_all = || {
        (0..500).map(|stan| {
            let handle = handle.clone();
            tokio::spawn(async move { handle.put(1, reversal(stan)).await })
        })
    };
    for put in put_all().collect::<Vec<_>>() {
        put.await.unwrap().unwrap();
    }
    let commits = commits.load(SeqCst);
    assert!(commits < 50, "{commits} commits for 500 messages");
    assert_eq!(handle.held().await, Ok(500));
    fails.store(true, SeqCst);
    for put in put_all().collect::<Vec<_>>() {
        assert_eq!(put.await.unwrap(), Err(SafError::Suspended));
    }
    // and nobody has to start it again
    fails.store(false, SeqCst);
    while handle.put(1, reversal(501)).await.is_err() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(handle.held().await, Ok(501));
}

/// The states that were told, in their order.
fn states(heard: &Heard) -> Vec<ForwarderState> {
    let events = heard.events.lock().unwrap();
    let states = events.iter().filter_map(|event| match event {
        Event::Forwarder(state) => Some(state.clone()),
        _ => None,
    });
    states.collect()
}

/// The disk fails while a message is on its way, and comes back: the message has one outcome, the next one
/// is sent, each change is told, and nothing is sent as new twice.
#[tokio::test(start_paused = true)]
async fn it_goes_on_when_the_disk_does_and_tells_each_change() {
    let mut bench = Bench::new();
    let queue = Counting::default();
    let fails = Arc::clone(&queue.fails);
    let handle = recovered(queue).run(&bench.peer);
    let (first, _) = (handle.put(1, reversal(1)).await.unwrap(), handle.put(1, reversal(2)).await.unwrap());
    let seen = bench.host.next().await;
    assert_eq!((stan(&seen), &seen[..4]), (1, b"0420".as_slice()));
    fails.store(true, SeqCst);
    for _ in 0..50 {
        let refused = handle.put(1, reversal(3)).await;
        assert_eq!(refused, Err(SafError::Suspended), "nothing would be sent");
    }
    // the response comes while nothing can be kept
    bench.host.send(&response(&seen, "00")).await;
    tokio::time::sleep(20 * SECOND).await;
    assert_eq!(handle.state(), ForwarderState::Suspended("no space left".into()));
    assert_eq!(handle.work_items().await, Err(SafError::Suspended));
    fails.store(false, SeqCst);
    let next = bench.host.next().await;
    assert_eq!((stan(&next), &next[..4]), (2, b"0420".as_slice()), "the first is done, and not repeated");
    bench.host.send(&response(&next, "00")).await;
    while handle.held().await != Ok(0) {
        tokio::time::sleep(SECOND).await;
    }
    assert_eq!(handle.state(), ForwarderState::Running);
    let queue = handle.stop().await.unwrap();
    let mut forwarder = recovered(queue);
    assert!(forwarder.is_empty() && forwarder.put(1, b"x").unwrap() > first);
    let suspended = ForwarderState::Suspended("no space left".into());
    let expected = [ForwarderState::Running, suspended, ForwarderState::Running, ForwarderState::Stopped];
    assert_eq!(states(&bench.heard), expected);
}

/// Delivered messages do not pile up in the queue, and a queue that cannot be compacted is told and goes on.
#[tokio::test(start_paused = true)]
async fn it_compacts_by_itself() {
    let mut bench = Bench::new();
    let queue = Counting::default();
    let rewrites = Arc::clone(&queue.rewrites);
    let handle = recovered(queue).run(&bench.peer);
    for number in 1..=1_000 {
        handle.put(1, reversal(number)).await.unwrap();
        let seen = bench.host.next().await;
        bench.host.send(&response(&seen, "00")).await;
    }
    while handle.held().await != Ok(0) {
        tokio::time::sleep(SECOND).await;
    }
    assert!(rewrites.load(SeqCst) >= 1);
    let queue = handle.stop().await.unwrap();
    assert!(queue.inner.len() < 2_000, "{} records of 3,000", queue.inner.len());
}

/// A message that becomes a work item is told; one whose response nobody can judge is not lost.
#[tokio::test(start_paused = true)]
async fn a_work_item_is_told_and_a_judge_that_panics_has_not_judged() {
    let mut bench = Bench::new();
    let heard = Arc::clone(&bench.heard);
    let route = Route::to(&bench.peer).judge(|response| {
        assert!(response.number(de::STAN) != Ok(1), "a judge of the caller");
        Verdict::Refused(*b"12")
    });
    let handle = recovered(MemoryQueue::default()).run_observed(move |_| route.clone(), heard);
    handle.put(1, reversal(1)).await.unwrap();
    handle.put(1, reversal(2)).await.unwrap();
    for expected in [1, 1, 1, 2] {
        let seen = bench.host.next().await;
        assert_eq!(stan(&seen), expected);
        bench.host.send(&response(&seen, "00")).await;
    }
    while handle.work_items().await.unwrap().len() < 2 {
        tokio::time::sleep(SECOND).await;
    }
    let events = bench.heard.events.lock().unwrap();
    let parked: Vec<_> = events.iter().filter(|event| matches!(event, Event::Parked(_))).collect();
    let (silent, refused) = (ParkReason::Unanswered, ParkReason::Refused(*b"12"));
    assert_eq!(parked, [&Event::Parked(silent), &Event::Parked(refused)]);
}

/// An observer that panics has heard, and a route that panics has sent nothing that anybody knows of: neither
/// ends the forwarder, nor the program.
#[tokio::test(start_paused = true)]
async fn what_panics_of_the_caller_does_not_end_it() {
    struct Panics(Heard);
    impl Observer for Panics {
        fn event(&self, event: Event) {
            self.0.event(event);
            panic!("an observer of the caller")
        }
    }
    let mut bench = Bench::new();
    let observer = Arc::new(Panics(Heard::default()));
    let (route, routed) = (Route::to(&bench.peer), AtomicUsize::new(0));
    let routes = move |_| {
        assert!(routed.fetch_add(1, SeqCst) > 0, "routes of the caller");
        route.clone()
    };
    let handle = recovered(MemoryQueue::default()).run_observed(routes, Arc::clone(&observer) as _);
    handle.put(1, reversal(1)).await.unwrap();
    handle.put(1, b"0420").await.unwrap();
    let seen = bench.host.next().await;
    assert_eq!((stan(&seen), &seen[..4]), (1, b"0421".as_slice()), "it may have been sent");
    bench.host.send(&response(&seen, "00")).await;
    while handle.work_items().await.unwrap().is_empty() {
        tokio::time::sleep(SECOND).await;
    }
    assert_eq!(handle.held().await, Ok(1));
    assert!(handle.stop().await.is_some());
    assert_eq!(states(&observer.0), [ForwarderState::Running, ForwarderState::Stopped]);
}

/// A queue that panics ends the forwarder, which is told and refuses what is put.
#[tokio::test]
async fn a_forwarder_that_ends_says_so() {
    struct Panics(MemoryQueue);
    impl Queue for Panics {
        type Error = Infallible;
        fn append(&mut self, _: Record<'_>) -> Result<(), Infallible> {
            panic!("a queue of the caller")
        }
        fn commit(&mut self) -> Result<(), Infallible> {
            Ok(())
        }
        fn replay(&mut self, each: &mut dyn FnMut(Record<'_>)) -> Result<(), Infallible> {
            self.0.replay(each)
        }
        fn rewrite(&mut self, _: &mut dyn Iterator<Item = Record<'_>>) -> Result<(), Infallible> {
            Ok(())
        }
    }
    let heard = Arc::new(Heard::default());
    let state =
        State::new(Settings { observer: Arc::clone(&heard) as _, ..Settings::default() }, Arc::default());
    let handle = recovered(Panics(MemoryQueue::default())).run(&Peer { state });
    assert_eq!(handle.put(1, reversal(1)).await, Err(SafError::Closed));
    assert_eq!(handle.put(1, reversal(1)).await, Err(SafError::Closed));
    assert_eq!(handle.state(), ForwarderState::Stopped);
    assert_eq!(states(&heard), [ForwarderState::Running, ForwarderState::Stopped]);
    assert!(handle.stop().await.is_none());
}
