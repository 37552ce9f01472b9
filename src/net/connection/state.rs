//! What the callers, the reader, the writer and the timer of a connection share: the table of requests
//! in flight, and the frames that wait to be written.

use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::boxed::Box;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::vec::Vec;

use tokio::sync::{Notify, Semaphore, watch};
use tokio::time::{Instant, timeout_at};

use super::gathered::Gathered;
use super::handover::{Giver, Places, Spare};
use super::outbox::{Batch, Frames, Outbox};
use super::received::Received;
use super::responses::Responses;
use super::usage::Usage;
use crate::model::mti::{Function, Version};
use crate::net::error::{Lost, NotSent, Rejection, SendError};
use crate::net::exchange::correlation::Trace;
use crate::net::exchange::mux::{Mux, Response, Unanswered};
use crate::net::log;
use crate::net::observe::{self, Counters, Event};
use crate::net::settings::Settings;
use crate::read::inspection::Inspection;
use crate::read::message::Message;

/// The shared state of one connection, or of one client over its successive connections.
pub(crate) struct State {
    pub(crate) settings: Settings,
    pub(crate) counters: Arc<Counters>,
    tables: Mutex<Tables>,
    /// Where responses are left for their callers.
    pub(crate) handovers: Places<Outcome>,
    /// Permits for requests in flight: each takes one into the table, and who takes it out of the table gives it back.
    pub(crate) window: Arc<Semaphore>,
    /// Places for requests of the peer whose response comes later.
    pub(crate) places: Arc<Semaphore>,
    pub(crate) phase: watch::Sender<Phase>,
    /// Wakes the writer.
    wake: Notify,
    pub(crate) gathered: Gathered,
    /// Whether requests of the peer are no longer handled.
    refusing: AtomicBool,
    /// Whether the writer ends when nothing waits.
    finishing: AtomicBool,
    /// Whether the reader holds responses that the outbox does not.
    gathering: AtomicBool,
    /// Tells that a request of the peer is no longer being processed.
    pub(crate) freed: Notify,
    /// Tells that the writer took what waited.
    pub(crate) room: Notify,
    /// Wakes the timer, because a deadline is sooner than it knows.
    pub(crate) sooner: Notify,
    start: Instant,
    pub(crate) usage: Usage,
}

/// What the lock protects.
pub(crate) struct Tables {
    pub(crate) mux: Mux<Trace, Waiter>,
    pub(crate) outbox: Outbox,
    pub(crate) spare: Spare,
    /// Whether the writer has a batch that is not written yet.
    writing: bool,
    /// Whether a connection is there.
    pub(crate) open: bool,
    /// What can be sent: the truth that `phase` of the state tells the others.
    pub(crate) phase: Phase,
    /// When the timer will look next.
    pub(crate) looks: Duration,
}

/// Who waits for a response.
pub(crate) struct Waiter {
    pub(crate) response: Giver,
    /// The number of its frame.
    pub(crate) frame: u64,
    pub(crate) since: Duration,
}

/// What becomes of a request.
pub(crate) type Outcome = Result<Received, SendError>;

/// What the frames of one read lead to, dealt with together.
#[derive(Default)]
pub(crate) struct Arrivals {
    /// Responses that came in, to requests that are yet to be found.
    pub(crate) responses: Vec<(Option<Trace>, Received)>,
    /// Responses to requests of the peer, as frames.
    pub(crate) replies: Frames,
    /// How such responses are made; kept from one read to the next.
    pub(crate) forms: Responses,
}

/// What a connection can be used for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Phase {
    Down,
    /// Connected, for the sign-on only.
    SigningOn,
    Up,
    /// Up for what is in flight, closed for what is new.
    Closing,
}

/// How many requests may be in flight or be processed at most, whatever the settings say.
const MOST_PLACES: usize = 1 << 28;

/// A year: for times that lie beyond all clocks.
const FAR: Duration = Duration::from_secs(86_400 * 365);

impl State {
    pub(crate) fn new(mut settings: Settings, counters: Arc<Counters>) -> Arc<Self> {
        // Semaphores count no further, and without a place no request of the peer would be read.
        settings.limits.window = settings.limits.window.min(MOST_PLACES);
        settings.concurrency = settings.concurrency.clamp(1, MOST_PLACES);
        let tables = Tables {
            mux: Mux::new(settings.limits),
            outbox: Outbox::default(),
            spare: Spare::default(),
            writing: false,
            open: false,
            phase: Phase::Down,
            looks: Duration::MAX,
        };
        Arc::new(Self {
            counters,
            tables: Mutex::new(tables),
            handovers: Places::new(),
            window: Arc::new(Semaphore::new(settings.limits.window)),
            places: Arc::new(Semaphore::new(settings.concurrency)),
            phase: watch::Sender::new(Phase::Down),
            wake: Notify::new(),
            gathered: Gathered::of(settings.limits.window),
            refusing: AtomicBool::new(false),
            finishing: AtomicBool::new(false),
            gathering: AtomicBool::new(false),
            freed: Notify::new(),
            room: Notify::new(),
            sooner: Notify::new(),
            start: Instant::now(),
            usage: Usage::new(),
            settings,
        })
    }

    /// Puts a response to a request of the peer into the outbox.
    pub(crate) fn respond(&self, header: &[u8], octets: &[u8]) -> crate::Result<()> {
        let mut tables = self.lock();
        if !tables.open {
            drop(tables);
            self.tell(Event::ResponseLost);
            return Ok(());
        }
        self.put(&mut tables, header, octets, true)
    }

    /// Puts octets into the outbox as they are.
    pub(crate) fn write_raw(&self, octets: &[u8]) {
        let mut tables = self.lock();
        if tables.open {
            self.add(&mut tables.outbox, |outbox| outbox.push_raw(octets));
        }
    }

    /// Puts a message into the outbox; `responds` says that the header is that of its request.
    pub(crate) fn put(
        &self,
        tables: &mut Tables,
        header: &[u8],
        octets: &[u8],
        responds: bool,
    ) -> crate::Result<()> {
        self.add(&mut tables.outbox, |outbox| outbox.push(&self.settings.framing, header, octets, responds))
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
    pub(crate) fn deliver(&self, arrivals: &mut Arrivals, now: Duration) {
        let Arrivals { responses, replies, .. } = arrivals;
        if responses.is_empty() && replies.is_empty() && !self.gathering.load(Ordering::SeqCst) {
            return;
        }
        let mut tables = self.lock();
        self.gathering.store(false, Ordering::SeqCst);
        if !replies.is_empty() {
            self.add(&mut tables.outbox, |outbox| outbox.add(replies));
        }
        let mut outcomes = Vec::with_capacity(responses.len());
        let before = tables.mux.in_flight();
        for (trace, _) in responses.iter() {
            outcomes.push(trace.as_ref().map(|trace| tables.mux.take_response(now, trace)));
        }
        let ended = before - tables.mux.in_flight();
        drop(tables);
        self.window.add_permits(ended);
        if self.finishing.load(Ordering::SeqCst) {
            self.wake.notify_one();
        }
        for ((_, received), outcome) in responses.drain(..).zip(outcomes) {
            self.settle(received, outcome);
        }
    }

    /// What to do with a response that came in.
    fn settle(&self, received: Received, outcome: Option<Response<Waiter>>) {
        let Settings { check, observer, .. } = &self.settings;
        match outcome {
            Some(Response::Matched { payload, waited, .. }) => {
                let refused = match (received.error(), check) {
                    (Some(error), _) => Some(Rejection::Spec(error)),
                    (None, Some(check)) => check(&received.message()).err(),
                    (None, None) => None,
                };
                let response = match refused {
                    None => Ok(received),
                    Some(why) => Err(SendError::Refused { why, response: Box::new(received) }),
                };
                self.tell(if response.is_ok() { Event::Responded(waited) } else { Event::Refused });
                // An error means that the caller went away at this very moment.
                if let Err(Ok(response)) = self.handovers.give(&payload.response, response) {
                    self.late(Duration::ZERO, response);
                }
            }
            _ if received.error().is_some() => self.unreadable(&received.inspect()),
            Some(Response::Late { after, .. }) => {
                self.late(after, received);
            }
            Some(Response::Duplicate { .. }) => {
                self.tell(Event::Duplicate);
                observer.duplicate(received);
            }
            Some(Response::Unsolicited) | None => {
                self.tell(Event::Unsolicited);
                observer.unsolicited(received);
            }
        }
    }

    pub(crate) fn late(&self, after: Duration, response: Received) {
        self.tell(Event::Late(after));
        self.settings.observer.late(response);
    }

    pub(crate) fn unreadable(&self, inspection: &Inspection<'_>) {
        self.tell(Event::Unreadable);
        self.settings.observer.unreadable(inspection);
    }

    /// Whether a request of the peer is one that needs a response. Notifications have none before 2003.
    pub(crate) fn needs_response(&self, request: &Message<'_>) -> bool {
        let mti = request.mti();
        let notifies = mti.function() == Function::Notification && mti.version() != Version::V2003;
        !notifies && self.settings.correlation.response_to(mti).is_some()
    }

    pub(crate) fn tell(&self, event: Event) {
        self.counters.count(&event);
        log::event(&event);
        observe::tell(&*self.settings.observer, event);
    }

    /// Ends the requests whose time is over, again and again.
    pub(crate) async fn keep_time(&self) {
        loop {
            let sooner = self.sooner.notified();
            let looks = self.expire();
            match self.start.checked_add(looks) {
                None => sooner.await,
                Some(looks) => _ = timeout_at(looks, sooner).await,
            }
        }
    }

    fn expire(&self) -> Duration {
        let now = self.now();
        loop {
            let mut tables = self.lock();
            let Some(Unanswered { payload, ticket, .. }) = tables.mux.expire(now) else {
                tables.looks = tables.mux.next_deadline().unwrap_or(Duration::MAX);
                return tables.looks;
            };
            let cut = tables.outbox.cut(payload.frame);
            if cut {
                tables.mux.forget_unsent(ticket);
            }
            drop(tables);
            self.window.add_permits(1);
            let waited = now.saturating_sub(payload.since);
            let error = match cut {
                true => SendError::NotSent(NotSent::NoRoom),
                false => SendError::Unknown { waited, why: Lost::TimedOut },
            };
            self.tell(Event::Expired);
            let _ = self.handovers.give(&payload.response, Err(error));
        }
    }

    /// Waits until there is something to write, and takes all of it. `false` at the end.
    pub(crate) async fn take(&self, batch: &mut Batch) -> bool {
        loop {
            {
                let mut tables = self.lock();
                tables.writing = !tables.outbox.frames().is_empty();
                if tables.writing {
                    tables.outbox.take(batch);
                    self.gathered.clear();
                    drop(tables);
                    self.room.notify_waiters();
                    return true;
                }
                // In this order: what the reader holds will be put, and this be woken.
                if self.finishing.load(Ordering::SeqCst) && !self.gathering.load(Ordering::SeqCst) {
                    return false;
                }
            }
            self.wake.notified().await;
            let turn = self.gathered.next_turn();
            if self.has_company() {
                self.gathered.ask_for_turn();
                turn.await;
            }
        }
    }

    /// Whether others may be ready to add to the batch: some request is in flight besides those
    /// that wait to be written. A lone request has no company, and leaves at once, and so does a batch.
    fn has_company(&self) -> bool {
        let tables = self.lock();
        let waiting = tables.outbox.frames().count();
        waiting < self.gathered.full && tables.mux.in_flight() > waiting
    }

    pub(crate) fn note(&self, batch: &Batch, octets: usize) {
        self.lock().outbox.note(batch, octets);
        self.usage.write();
    }

    /// Waits until less is to be written than allowed: a peer that does not read is not read.
    pub(crate) async fn wait_for_room(&self) {
        loop {
            let room = self.room.notified();
            if self.lock().outbox.frames().len() < self.settings.outbox_bytes {
                return;
            }
            room.await;
        }
    }

    /// Waits until one more request of the peer may be processed.
    pub(crate) async fn wait_for_place(&self) {
        let _ = self.places.acquire().await;
    }

    /// Whether as many requests of the peer are being processed as are allowed.
    pub(crate) fn is_busy(&self) -> bool {
        self.places.available_permits() == 0
    }

    /// Whether the peer is owed as much as is allowed.
    pub(crate) fn is_owing(&self) -> bool {
        self.is_busy() || self.lock().outbox.frames().len() >= self.settings.outbox_bytes
    }

    /// Whether a request of the peer can still get a response; from here to [`State::deliver`] the
    /// writer does not end.
    pub(crate) fn begins_to_gather(&self) -> bool {
        self.gathering.store(true, Ordering::SeqCst);
        !self.refusing.load(Ordering::SeqCst)
    }

    pub(crate) fn phase(&self) -> Phase {
        *self.phase.borrow()
    }

    /// A connection was made: nothing is in flight yet.
    pub(crate) fn connected(&self, phase: Phase) {
        {
            let mut tables = self.lock();
            tables.outbox.reset();
            (tables.writing, tables.open) = (false, true);
            self.refusing.store(false, Ordering::SeqCst);
            self.finishing.store(false, Ordering::SeqCst);
        }
        self.usage.begin();
        self.set_phase(phase);
    }

    pub(crate) fn set_phase(&self, phase: Phase) {
        let mut tables = self.lock();
        // Closing is for good.
        if tables.phase == Phase::Closing {
            return;
        }
        tables.phase = phase;
        self.phase.send_if_modified(|old| core::mem::replace(old, phase) != phase);
    }

    /// The connection was lost: everything in flight ends, told apart by whether it had left.
    pub(crate) fn disconnected(&self) {
        self.set_phase(Phase::Down);
        let now = self.now();
        let mut guard = self.lock();
        let Tables { mux, outbox, open, .. } = &mut *guard;
        *open = false;
        let all = mux.abandon_all(now, |waiter| outbox.has_left(waiter.frame));
        outbox.reset();
        drop(guard);
        self.window.add_permits(all.len());
        self.room.notify_waiters();
        for Unanswered { payload, sent, .. } in all {
            let waited = now.saturating_sub(payload.since);
            let error = match sent {
                true => SendError::Unknown { waited, why: Lost::Disconnected },
                false => SendError::NotSent(NotSent::Lost),
            };
            let _ = self.handovers.give(&payload.response, Err(error));
        }
        self.handovers.end_all(&self.lock().spare);
    }

    /// Handles no request of the peer any more.
    pub(crate) fn refuse(&self) {
        self.refusing.store(true, Ordering::SeqCst);
    }

    /// Lets the writer end when nothing waits.
    pub(crate) fn finish(&self) {
        self.refuse();
        self.finishing.store(true, Ordering::SeqCst);
        self.wake.notify_one();
    }

    /// Waits until no request is in flight; all permits back means that.
    pub(crate) async fn drained(&self) {
        let all = u32::try_from(self.settings.limits.window).unwrap_or(u32::MAX);
        let _ = self.window.acquire_many(all).await;
    }

    /// Waits until no request of the peer is being processed; more may come meanwhile.
    pub(crate) async fn responded(&self) {
        loop {
            let freed = self.freed.notified();
            if self.places.available_permits() >= self.settings.concurrency {
                return;
            }
            freed.await;
        }
    }

    pub(crate) fn in_flight(&self) -> usize {
        self.lock().mux.in_flight()
    }

    pub(crate) async fn until(&self, wanted: impl Fn(Phase) -> bool) {
        let _ = self.phase.subscribe().wait_for(|phase| wanted(*phase)).await;
    }

    pub(crate) fn now(&self) -> Duration {
        self.start.elapsed()
    }

    /// A time on the clock of the table; what lies beyond all clocks is a year away.
    pub(crate) fn at(&self, time: Duration) -> Instant {
        self.start.checked_add(time).unwrap_or_else(|| Instant::now() + FAR)
    }

    /// Whether something is in flight, being processed, or being written.
    pub(crate) fn is_used(&self) -> bool {
        if self.places.available_permits() < self.settings.concurrency {
            return true;
        }
        let tables = self.lock();
        tables.mux.in_flight() > 0 || tables.writing || !tables.outbox.frames().is_empty()
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
