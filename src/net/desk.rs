//! Where requests and answers meet: the state that callers, reader, writer and timer share.

mod asking;

use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use core::time::Duration;
use std::boxed::Box;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::vec::Vec;

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, oneshot, watch};
use tokio::time::{Instant, timeout_at};

use super::correlation::Trace;
use super::error::{Lost, NotSent, Rejection, SendError};
use super::link::Gathered;
use super::mux::{Answer, Mux, Unanswered};
use super::observe::{Counters, Event};
use super::outbox::{Batch, Outbox};
use super::received::Received;
use super::settings::Settings;
use crate::read::inspection::Inspection;

pub(super) use self::asking::Manner;
pub use self::asking::Pending;

/// The shared state of one connection, or of one client over its successive connections.
pub(super) struct Desk {
    pub(super) settings: Settings,
    pub(super) counters: Arc<Counters>,
    state: Mutex<State>,
    window: Arc<Semaphore>,
    /// Places for requests of the peer that are answered later.
    pub(super) places: Arc<Semaphore>,
    phase: watch::Sender<Phase>,
    /// Wakes the writer.
    wake: Notify,
    /// Whether requests of the peer are handled no longer.
    refusing: AtomicBool,
    /// Whether the writer ends when nothing waits.
    finishing: AtomicBool,
    /// Whether the reader holds answers that the outbox does not.
    gathering: AtomicBool,
    /// Tells that a request of the peer is in work no longer.
    pub(super) freed: Notify,
    /// Tells that the writer took what waited.
    room: Notify,
    /// Wakes the timer, because a deadline is sooner than it knows.
    sooner: Notify,
    start: Instant,
    /// When octets last came in, in milliseconds since `start`.
    heard: AtomicU64,
}

struct State {
    mux: Mux<Trace, Waiter>,
    outbox: Outbox,
    /// Whether a connection is there: the truth that `phase` tells the others.
    open: bool,
    /// When the timer will look next.
    looks: Duration,
}

/// Who waits for an answer.
struct Waiter {
    answer: oneshot::Sender<Result<Received, SendError>>,
    /// The number of its frame.
    frame: u64,
    since: Duration,
    /// Its place in the window.
    _place: OwnedSemaphorePermit,
}

/// What a connection can be used for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Phase {
    Down,
    /// Connected, for the sign-on only.
    SigningOn,
    Up,
    /// Up for what is in flight, closed for what is new.
    Closing,
}

impl Desk {
    pub(super) fn new(settings: Settings, counters: Arc<Counters>) -> Arc<Self> {
        let state = State {
            mux: Mux::new(settings.limits),
            outbox: Outbox::default(),
            open: false,
            looks: Duration::MAX,
        };
        Arc::new(Self {
            counters,
            state: Mutex::new(state),
            window: Arc::new(Semaphore::new(settings.limits.window)),
            places: Arc::new(Semaphore::new(settings.concurrency)),
            phase: watch::Sender::new(Phase::Down),
            wake: Notify::new(),
            refusing: AtomicBool::new(false),
            finishing: AtomicBool::new(false),
            gathering: AtomicBool::new(false),
            freed: Notify::new(),
            room: Notify::new(),
            sooner: Notify::new(),
            start: Instant::now(),
            heard: AtomicU64::new(0),
            settings,
        })
    }

    /// Puts an answer to a request of the peer into the outbox.
    pub(super) fn answer(&self, header: &[u8], octets: &[u8]) -> crate::Result<()> {
        let mut state = self.lock();
        if !state.open {
            drop(state);
            self.tell(Event::AnswerLost);
            return Ok(());
        }
        self.put(&mut state, header, octets, true)
    }

    /// Puts octets into the outbox as they are.
    pub(super) fn write_raw(&self, octets: &[u8]) {
        let mut state = self.lock();
        if state.open {
            self.add(&mut state.outbox, |outbox| outbox.push_raw(octets));
        }
    }

    fn put(&self, state: &mut State, header: &[u8], octets: &[u8], answers: bool) -> crate::Result<()> {
        self.add(&mut state.outbox, |outbox| outbox.push(&self.settings.framing, header, octets, answers))
    }

    /// Adds to the outbox, and wakes the writer where nothing waited before.
    fn add<T>(&self, outbox: &mut Outbox, add: impl FnOnce(&mut Outbox) -> T) -> T {
        let idle = outbox.frames().is_empty();
        let added = add(outbox);
        if idle && !outbox.frames().is_empty() {
            self.wake.notify_one();
        }
        added
    }

    /// Deals with what one read brought: takes the lock once for all of it.
    pub(super) fn deliver(&self, gathered: &mut Gathered, now: Duration) {
        let Gathered { arrived, answers } = gathered;
        if arrived.is_empty() && answers.is_empty() && !self.gathering.load(Ordering::SeqCst) {
            return;
        }
        let mut state = self.lock();
        self.gathering.store(false, Ordering::SeqCst);
        if !answers.is_empty() {
            self.add(&mut state.outbox, |outbox| outbox.add(answers));
        }
        let mut outcomes = Vec::with_capacity(arrived.len());
        for (trace, _) in arrived.iter() {
            outcomes.push(trace.as_ref().map(|trace| state.mux.answer(now, trace)));
        }
        drop(state);
        if self.finishing.load(Ordering::SeqCst) {
            self.wake.notify_one();
        }
        for ((_, received), outcome) in arrived.drain(..).zip(outcomes) {
            self.settle(received, outcome);
        }
    }

    /// What to do with an answer that came in.
    fn settle(&self, received: Received, outcome: Option<Answer<Waiter>>) {
        let Settings { check, observer, .. } = &self.settings;
        match outcome {
            Some(Answer::Matched { payload, waited, .. }) => {
                let refused = match (received.error(), check) {
                    (Some(error), _) => Some(Rejection::Spec(error)),
                    (None, Some(check)) => check(&received.message()).err(),
                    (None, None) => None,
                };
                let answer = match refused {
                    None => Ok(received),
                    Some(why) => Err(SendError::Refused { why, answer: Box::new(received) }),
                };
                self.tell(if answer.is_ok() { Event::Answered(waited) } else { Event::Refused });
                // An error means that the caller went away at this very moment.
                if let Err(Ok(answer)) = payload.answer.send(answer) {
                    self.late(Duration::ZERO, answer);
                }
            }
            _ if received.error().is_some() => self.unreadable(&received.inspect()),
            Some(Answer::Late { after, .. }) => {
                self.late(after, received);
            }
            Some(Answer::Duplicate { .. }) => {
                self.tell(Event::Duplicate);
                observer.duplicate(received);
            }
            Some(Answer::Unsolicited) | None => {
                self.tell(Event::Unsolicited);
                observer.unsolicited(received);
            }
        }
    }

    fn late(&self, after: Duration, answer: Received) {
        self.tell(Event::Late(after));
        self.settings.observer.late(answer);
    }

    pub(super) fn unreadable(&self, inspection: &Inspection<'_>) {
        self.tell(Event::Unreadable);
        self.settings.observer.unreadable(inspection);
    }

    pub(super) fn tell(&self, event: Event) {
        self.counters.count(event);
        self.settings.observer.event(event);
        super::log::event(event);
    }

    /// Ends the requests whose time is over, again and again.
    pub(super) async fn keep_time(&self) {
        loop {
            let sooner = self.sooner.notified();
            let looks = self.expire();
            if looks == Duration::MAX {
                sooner.await;
            } else {
                let _ = timeout_at(self.start + looks, sooner).await;
            }
        }
    }

    fn expire(&self) -> Duration {
        let now = self.now();
        loop {
            let mut state = self.lock();
            let Some(Unanswered { payload, ticket, .. }) = state.mux.expire(now) else {
                state.looks = state.mux.next_deadline().unwrap_or(Duration::MAX);
                return state.looks;
            };
            let cut = state.outbox.cut(payload.frame);
            if cut {
                state.mux.forget_unsent(ticket);
            }
            drop(state);
            let waited = now.saturating_sub(payload.since);
            let error = match cut {
                true => SendError::NotSent(NotSent::NoRoom),
                false => SendError::Unknown { waited, why: Lost::TimedOut },
            };
            self.tell(Event::Expired);
            let _ = payload.answer.send(Err(error));
        }
    }

    /// Waits until there is something to write, and takes all of it. `false` at the end.
    pub(super) async fn take(&self, batch: &mut Batch) -> bool {
        loop {
            {
                let mut state = self.lock();
                if !state.outbox.frames().is_empty() {
                    state.outbox.take(batch);
                    drop(state);
                    self.room.notify_waiters();
                    return true;
                }
                // In this order: what the reader holds will be put, and this be woken.
                if self.finishing.load(Ordering::SeqCst) && !self.gathering.load(Ordering::SeqCst) {
                    return false;
                }
            }
            self.wake.notified().await;
            if self.has_company() {
                tokio::task::yield_now().await;
            }
        }
    }

    /// Whether others may be ready to add to the batch: some request is in flight besides those
    /// that wait to be written. A lone request has no company, and leaves at once.
    fn has_company(&self) -> bool {
        let state = self.lock();
        state.mux.in_flight() > state.outbox.frames().count()
    }

    pub(super) fn note(&self, batch: &Batch, octets: usize) {
        self.lock().outbox.note(batch, octets);
    }

    /// Waits until less is to be written than allowed: who does not read is not answered.
    pub(super) async fn wait_for_room(&self) {
        loop {
            let room = self.room.notified();
            if self.lock().outbox.frames().len() < self.settings.outbox_bytes {
                return;
            }
            room.await;
        }
    }

    /// Waits until one more request of the peer may be answered.
    pub(super) async fn wait_for_place(&self) {
        let _ = self.places.acquire().await;
    }

    /// Whether as many requests of the peer are in work as are allowed.
    pub(super) fn is_busy(&self) -> bool {
        self.places.available_permits() == 0
    }

    /// Whether the peer is owed as much as is allowed.
    pub(super) fn is_owing(&self) -> bool {
        self.is_busy() || self.lock().outbox.frames().len() >= self.settings.outbox_bytes
    }

    /// Whether a request of the peer can still be answered; from here to [`Desk::deliver`] the writer
    /// does not end.
    pub(super) fn begins_to_gather(&self) -> bool {
        self.gathering.store(true, Ordering::SeqCst);
        !self.refusing.load(Ordering::SeqCst)
    }

    pub(super) fn phase(&self) -> Phase {
        *self.phase.borrow()
    }

    /// A connection was made: nothing is in flight yet.
    pub(super) fn connected(&self, phase: Phase) {
        {
            let mut state = self.lock();
            state.outbox.reset();
            state.open = true;
            self.refusing.store(false, Ordering::SeqCst);
            self.finishing.store(false, Ordering::SeqCst);
        }
        self.hear();
        self.set_phase(phase);
    }

    pub(super) fn set_phase(&self, phase: Phase) {
        // Closing is for good.
        self.phase.send_if_modified(|old| {
            let new = if *old == Phase::Closing { Phase::Closing } else { phase };
            core::mem::replace(old, new) != new
        });
    }

    /// The connection was lost: everything in flight ends, told apart by whether it had left.
    pub(super) fn disconnected(&self) {
        self.set_phase(Phase::Down);
        let now = self.now();
        let mut guard = self.lock();
        let State { mux, outbox, open, .. } = &mut *guard;
        *open = false;
        let all = mux.abandon_all(now, |waiter| outbox.has_left(waiter.frame));
        outbox.reset();
        drop(guard);
        self.room.notify_waiters();
        for Unanswered { payload, sent, .. } in all {
            let waited = now.saturating_sub(payload.since);
            let error = match sent {
                true => SendError::Unknown { waited, why: Lost::Disconnected },
                false => SendError::NotSent(NotSent::Lost),
            };
            let _ = payload.answer.send(Err(error));
        }
    }

    /// Handles no request of the peer any more.
    pub(super) fn refuse(&self) {
        self.refusing.store(true, Ordering::SeqCst);
    }

    /// Lets the writer end when nothing waits.
    pub(super) fn finish(&self) {
        self.refuse();
        self.finishing.store(true, Ordering::SeqCst);
        self.wake.notify_one();
    }

    /// Waits until no request is in flight; all permits back means that.
    pub(super) async fn drained(&self) {
        let all = u32::try_from(self.settings.limits.window).unwrap_or(u32::MAX);
        let _ = self.window.acquire_many(all).await;
    }

    /// Waits until no request of the peer is being answered; more may come meanwhile.
    pub(super) async fn answered(&self) {
        loop {
            let freed = self.freed.notified();
            if self.places.available_permits() >= self.settings.concurrency {
                return;
            }
            freed.await;
        }
    }

    pub(super) fn in_flight(&self) -> usize {
        self.lock().mux.in_flight()
    }

    pub(super) async fn until(&self, wanted: impl Fn(Phase) -> bool) {
        let _ = self.phase.subscribe().wait_for(|phase| wanted(*phase)).await;
    }

    pub(super) fn now(&self) -> Duration {
        self.start.elapsed()
    }

    /// Notes that octets came in.
    pub(super) fn hear(&self) {
        let now = u64::try_from(self.now().as_millis()).unwrap_or(u64::MAX);
        self.heard.store(now, Ordering::Relaxed);
    }

    /// How long nothing has come in.
    pub(super) fn silence(&self) -> Duration {
        self.now().saturating_sub(Duration::from_millis(self.heard.load(Ordering::Relaxed)))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
