//! Store and forward over connections: the task between a [`Forwarder`] and its peers.
//!
//! ```text
//!  put --+
//!  put --+--> gathered --> steps of one group --> one commit --> callers are told
//!  put --+        ^                                    |
//!                 |                                    +-------> what is due leaves
//!                 +--- response, refusal, silence, not sent <----------+
//! ```
//!
//! While one group is being committed the next one gathers, so the disk sets the size of the groups
//! and nobody waits for a timer.
//!
//! When a group cannot be kept, nothing of it is sent and its callers are told. The task then refuses
//! what is put, until the queue can be read and written again: it looks after waits that grow, takes up
//! what the queue holds, and goes on. Outcomes that come meanwhile are kept for that time.

use core::fmt::{self, Display};
use core::time::Duration;
use std::boxed::Box;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::string::ToString;
use std::sync::{Arc, Mutex, PoisonError};
use std::vec::Vec;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::{Instant, timeout_at};

use super::route::{Outcome, Route};
use crate::net::connection::peer::Peer;
use crate::net::exchange::backoff::Backoff;
use crate::net::exchange::saf::{Due, Forwarder, ParkReason, Queue, SafError, WorkItem};
use crate::net::log::{self, Warnings};
use crate::net::observe::{self, Event, ForwarderState, Observer};

/// A running [`Forwarder`]: takes messages, keeps them, and sends them until they are acknowledged.
/// Clones share it. When the last one is dropped it stops; what it holds is in its queue.
///
/// ```no_run
/// use cardwire::net::{Client, ForwarderHandle, saf::{FileQueue, Forwarder, Policy}};
///
/// # async fn run(client: Client, reversal: Vec<u8>) -> Result<(), Box<dyn std::error::Error>> {
/// let held = Forwarder::recover(FileQueue::open("reversals.saf")?, Policy::default(), 7)?;
/// let handle: ForwarderHandle<FileQueue> = held.run(&client);
/// handle.put(1, reversal).await?;         // on the disk now, and on its way
/// # Ok(())
/// # }
/// ```
///
/// While its queue cannot be written it is [suspended](ForwarderState::Suspended): it sends nothing and
/// takes nothing, and goes on by itself when the queue can be written again. Its observer hears of each
/// change, and of each message that becomes a work item. It compacts the queue by itself.
pub struct ForwarderHandle<Q: Queue> {
    orders: mpsc::Sender<Order<Q>>,
    state: watch::Receiver<ForwarderState>,
    task: Arc<Running<Q>>,
}

type Running<Q> = Mutex<Option<JoinHandle<Option<Q>>>>;

enum Order<Q> {
    Step(Step<Q>),
    /// What became of a message that was sent.
    Outcome(u64, Outcome),
    Stop,
}

/// Takes a step, unless the queue is suspended, and gives what tells its caller once it is kept, or that
/// it is not.
type Step<Q> = Box<dyn FnOnce(Option<(&mut Forwarder<Q>, Duration)>) -> Told + Send>;
type Told = Box<dyn FnOnce(bool) + Send>;

impl<Q> Forwarder<Q>
where
    Q: Queue<Error: Display + Send> + Send + 'static,
{
    /// Sends what it holds, and what it is given from here on, to one peer, whose observer hears of it.
    /// Must be called within a `tokio` runtime.
    #[must_use]
    pub fn run(self, peer: &Peer) -> ForwarderHandle<Q> {
        let (route, observer) = (Route::to(peer), Arc::clone(&peer.state.settings.observer));
        self.run_observed(move |_| route.clone(), observer)
    }

    /// The same with a route for each destination. What has to be known is told on standard error.
    #[must_use]
    pub fn run_by(self, routes: impl Fn(u32) -> Route + Send + 'static) -> ForwarderHandle<Q> {
        self.run_observed(routes, Arc::new(Warnings::default()))
    }

    /// The same with an observer.
    #[must_use]
    pub fn run_observed(
        self,
        routes: impl Fn(u32) -> Route + Send + 'static,
        observer: Arc<dyn Observer>,
    ) -> ForwarderHandle<Q> {
        let (orders, taken) = mpsc::channel(GATHERED);
        let (state, seen) = watch::channel(ForwarderState::Stopped);
        let task = Task {
            start: Instant::now(),
            routes,
            orders: orders.downgrade(),
            taken,
            in_flight: BTreeSet::new(),
            outcomes: Vec::new(),
            state,
            observer,
        };
        task.change(ForwarderState::Running);
        ForwarderHandle {
            orders,
            state: seen,
            task: Arc::new(Mutex::new(Some(tokio::spawn(task.run(self))))),
        }
    }
}

/// A queue that cannot be written is tried again after this at the latest.
const LONGEST_PAUSE: Duration = Duration::from_secs(86_400);
/// How many steps may wait for one commit.
const GATHERED: usize = 1024;

impl<Q> ForwarderHandle<Q>
where
    Q: Queue<Error: Display + Send> + Send + 'static,
{
    /// Takes a message for a destination. When this returns `Ok`, it is durable, and will be sent
    /// until it is acknowledged.
    ///
    /// # Errors
    /// When it was not taken: the caller still has it. [`SafError::Suspended`] says that the queue cannot
    /// be written.
    pub async fn put(&self, destination: u32, message: impl AsRef<[u8]>) -> Result<u64, SafError<Q::Error>> {
        let octets = message.as_ref().to_vec();
        self.step(move |forwarder, _| forwarder.put(destination, &octets)).await
    }

    /// The messages that somebody has to look at.
    ///
    /// # Errors
    /// When the queue is suspended or closed.
    pub async fn work_items(&self) -> Result<Vec<WorkItem>, SafError<Q::Error>> {
        self.step(|forwarder, _| Ok(forwarder.work_items().collect())).await
    }

    /// As [`Forwarder::retry`].
    ///
    /// # Errors
    /// As [`Forwarder::retry`].
    pub async fn retry(&self, id: u64) -> Result<(), SafError<Q::Error>> {
        self.step(move |forwarder, now| forwarder.retry(now, id)).await
    }

    /// As [`Forwarder::settled`].
    ///
    /// # Errors
    /// As [`Forwarder::settled`].
    pub async fn settled(&self, id: u64) -> Result<(), SafError<Q::Error>> {
        self.step(move |forwarder, _| forwarder.settled(id)).await
    }

    /// How many messages are held, work items included.
    ///
    /// # Errors
    /// When the queue is suspended or closed.
    pub async fn held(&self) -> Result<usize, SafError<Q::Error>> {
        self.step(|forwarder, _| Ok(forwarder.len())).await
    }

    /// What it does at the moment.
    #[must_use]
    pub fn state(&self) -> ForwarderState {
        self.state.borrow().clone()
    }

    /// Stops, and gives the queue back; `None` when another clone did that before. What is in flight
    /// is due as a repeat in the [`Forwarder`] that recovers the queue.
    pub async fn stop(self) -> Option<Q> {
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        // Where nobody takes the order it has stopped already.
        let _ = self.orders.send(Order::Stop).await;
        task.await.ok().flatten()
    }

    /// Has a step taken and kept, together with those of others.
    async fn step<T: Send + 'static>(
        &self,
        step: impl FnOnce(&mut Forwarder<Q>, Duration) -> Result<T, SafError<Q::Error>> + Send + 'static,
    ) -> Result<T, SafError<Q::Error>> {
        let (tell, told) = oneshot::channel();
        let step: Step<Q> = Box::new(move |taken| {
            let outcome = match taken {
                Some((forwarder, now)) => step(forwarder, now),
                None => Err(SafError::Suspended),
            };
            Box::new(move |kept| {
                let _ = tell.send(if kept { outcome } else { Err(SafError::Suspended) });
            })
        });
        self.orders.send(Order::Step(step)).await.map_err(|_| SafError::Closed)?;
        told.await.unwrap_or(Err(SafError::Closed))
    }
}

impl<Q: Queue> Clone for ForwarderHandle<Q> {
    fn clone(&self) -> Self {
        Self { orders: self.orders.clone(), state: self.state.clone(), task: Arc::clone(&self.task) }
    }
}

impl<Q: Queue> fmt::Debug for ForwarderHandle<Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ForwarderHandle").field("state", &*self.state.borrow()).finish_non_exhaustive()
    }
}

/// The task of a forwarder.
struct Task<Q, R> {
    start: Instant,
    routes: R,
    /// For the outcomes of what is in flight; it does not keep the task running.
    orders: mpsc::WeakSender<Order<Q>>,
    taken: mpsc::Receiver<Order<Q>>,
    /// The messages that are on their way, whose outcome is not kept.
    in_flight: BTreeSet<u64>,
    /// Outcomes that came, and are not kept.
    outcomes: Vec<(u64, Outcome)>,
    state: watch::Sender<ForwarderState>,
    observer: Arc<dyn Observer>,
}

/// What one group did.
struct Group<Q> {
    forwarder: Forwarder<Q>,
    told: Vec<Told>,
    due: Vec<Outbound>,
    parked: Vec<ParkReason>,
    /// Whether it was kept, or why not.
    kept: Result<(), Box<str>>,
    /// Why the queue could not be compacted.
    bulky: Option<Box<str>>,
}

/// A message that leaves now.
struct Outbound {
    id: u64,
    destination: u32,
    repeat: bool,
    octets: Vec<u8>,
}

impl<Q, R> Task<Q, R> {
    /// Takes another state, and tells it.
    fn change(&self, state: ForwarderState) {
        if self.state.send_replace(state.clone()) != state {
            self.tell(Event::Forwarder(state));
        }
    }

    fn tell(&self, event: Event) {
        log::event(&event);
        observe::tell(&*self.observer, event);
    }
}

/// However it ends, it is told.
impl<Q, R> Drop for Task<Q, R> {
    fn drop(&mut self) {
        self.change(ForwarderState::Stopped);
    }
}

impl<Q, R> Task<Q, R>
where
    Q: Queue<Error: Display + Send> + Send + 'static,
    R: Fn(u32) -> Route + Send + 'static,
{
    async fn run(mut self, mut forwarder: Forwarder<Q>) -> Option<Q> {
        let mut backoff = Backoff::new(SUSPENDED.0, SUSPENDED.1, 0);
        let mut since = Instant::now();
        while let Some((steps, stops)) = self.gather(forwarder.next_due()).await {
            let (now, outcomes) = (self.start.elapsed(), self.outcomes.clone());
            // The disk may take its time; the other tasks of this thread do not wait for it.
            let group = spawn_blocking(move || Group::take(forwarder, steps, &outcomes, now)).await;
            // No group comes back when the queue panics, or when the runtime ends.
            let Group { forwarder: then, told, due, parked, kept, bulky } = group.ok()?;
            forwarder = then;
            told.into_iter().for_each(|told| told(kept.is_ok()));
            match kept {
                Ok(()) => {
                    let outcomes = core::mem::take(&mut self.outcomes);
                    outcomes.iter().for_each(|(id, _)| _ = self.in_flight.remove(id));
                    parked.into_iter().for_each(|why| self.tell(Event::Parked(why)));
                    bulky.into_iter().for_each(|why| self.tell(Event::NotCompacted(why)));
                }
                Err(_) if stops => (),
                Err(why) => {
                    if since.elapsed() >= STEADY {
                        backoff.reset();
                    }
                    self.change(ForwarderState::Suspended(why));
                    let (then, goes_on) = self.suspended(forwarder, &mut backoff).await?;
                    (forwarder, since) = (then, Instant::now());
                    if !goes_on {
                        break;
                    }
                    self.change(ForwarderState::Running);
                    continue;
                }
            }
            if stops {
                break;
            }
            due.into_iter().for_each(|message| self.send(message));
        }
        Some(forwarder.into_queue())
    }

    /// Waits for an order or for the time when something is due, and takes all orders that are
    /// there. `None` when all handles are gone.
    async fn gather(&mut self, due: Option<Duration>) -> Option<(Vec<Step<Q>>, bool)> {
        let now = Some(Duration::ZERO).filter(|_| !self.outcomes.is_empty());
        let first = match now.or(due).and_then(|due| self.start.checked_add(due)) {
            Some(due) => timeout_at(due, self.taken.recv()).await.ok(),
            None => Some(self.taken.recv().await),
        };
        let mut next = match first {
            Some(order) => Some(order?),
            None => None,
        };
        let mut steps = Vec::new();
        while let Some(order) = next {
            match order {
                Order::Step(step) => steps.push(step),
                Order::Outcome(id, outcome) => self.outcomes.push((id, outcome)),
                Order::Stop => return Some((steps, true)),
            }
            let full = steps.len() + self.outcomes.len() >= GATHERED;
            next = if full { None } else { self.taken.try_recv().ok() };
        }
        Some((steps, false))
    }

    /// Refuses what is put until the queue can be read and written again. Gives the forwarder, and
    /// whether it goes on.
    async fn suspended(
        &mut self,
        mut forwarder: Forwarder<Q>,
        backoff: &mut Backoff,
    ) -> Option<(Forwarder<Q>, bool)> {
        loop {
            let until = Instant::now() + backoff.wait().min(LONGEST_PAUSE);
            while let Ok(order) = timeout_at(until, self.taken.recv()).await {
                match order {
                    Some(Order::Step(step)) => step(None)(true),
                    Some(Order::Outcome(id, outcome)) => self.outcomes.push((id, outcome)),
                    Some(Order::Stop) | None => return Some((forwarder, false)),
                }
            }
            let in_flight: Vec<_> = self.in_flight.iter().copied().collect();
            let tried = spawn_blocking(move || {
                let works = revive(&mut forwarder, &in_flight);
                (forwarder, works)
            });
            let (then, works) = tried.await.ok()?;
            forwarder = then;
            match works {
                Ok(()) => return Some((forwarder, true)),
                Err(why) => self.change(ForwarderState::Suspended(why)),
            }
        }
    }

    fn send(&mut self, message: Outbound) {
        let Outbound { id, destination, repeat, octets } = message;
        let orders = self.orders.clone();
        self.in_flight.insert(id);
        // Routes or a judge that panic have said nothing.
        let route = catch_unwind(AssertUnwindSafe(|| (self.routes)(destination)));
        let sent = route.map(|route| tokio::spawn(route.send(repeat, octets)));
        tokio::spawn(async move {
            let outcome = match sent {
                Ok(sent) => sent.await.unwrap_or(Outcome::Unanswered),
                Err(_) => Outcome::Unanswered,
            };
            let Some(orders) = orders.upgrade() else { return };
            let _ = orders.send(Order::Outcome(id, outcome)).await;
        });
    }
}

/// The waits between looks at a queue that failed: the first, and the longest.
const SUSPENDED: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// How long a queue has to work before the waits start over.
const STEADY: Duration = Duration::from_secs(5);

/// Takes up what a queue holds, and sees whether it can be written. Where it has grown large, there may
/// be room when it is small again.
fn revive<Q: Queue<Error: Display>>(forwarder: &mut Forwarder<Q>, in_flight: &[u64]) -> Result<(), Box<str>> {
    forwarder.reload(in_flight).map_err(words)?;
    if forwarder.wants_compaction() {
        let _ = forwarder.compact();
    }
    forwarder.probe().map_err(words)
}

fn words(error: impl Display) -> Box<str> {
    error.to_string().into_boxed_str()
}

impl<Q: Queue<Error: Display>> Group<Q> {
    fn take(
        mut forwarder: Forwarder<Q>,
        steps: Vec<Step<Q>>,
        outcomes: &[(u64, Outcome)],
        now: Duration,
    ) -> Self {
        let (mut told, mut due, mut parked) = (Vec::with_capacity(steps.len()), Vec::new(), Vec::new());
        let kept = forwarder.group(|forwarder| {
            for (id, outcome) in outcomes {
                match outcome.settle(forwarder, now, *id) {
                    // It ended by hand, or as a late response.
                    Ok(()) | Err(SafError::Unknown(_)) => parked.extend(forwarder.parked_as(*id)),
                    Err(error) => return Err(error),
                }
            }
            told.extend(steps.into_iter().map(|step| step(Some((&mut *forwarder, now)))));
            while let Some(Due { id, destination, repeat, octets }) = forwarder.due(now)? {
                due.push(Outbound { id, destination, repeat, octets: octets.to_vec() });
            }
            Ok(())
        });
        let kept = kept.map_err(words).and_then(|done| done.map_err(words));
        let mut bulky = None;
        if kept.is_ok() && forwarder.wants_compaction() {
            bulky = forwarder.compact().err().map(words);
        }
        Self { forwarder, told, due, parked, kept, bulky }
    }
}
