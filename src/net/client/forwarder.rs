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

use core::fmt;
use core::time::Duration;
use std::boxed::Box;
use std::sync::{Arc, Mutex, PoisonError};
use std::vec::Vec;

use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::{Instant, timeout_at};

use crate::de;
use crate::net::connection::peer::Peer;
use crate::net::connection::received::Received;
use crate::net::error::{NotSent, SendError};
use crate::net::exchange::saf::{Due, Forwarder, Queue, SafError, WorkItem, repeat_of};
use crate::read::message::Message;

/// The way to a destination: which peer, how long a response may take, and what it means.
#[derive(Clone)]
pub struct Route {
    peer: Peer,
    time: Duration,
    judge: Arc<dyn Fn(&Message<'_>) -> Verdict + Send + Sync>,
}

/// What the response to a forwarded message means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Verdict {
    /// The receiver has it: done.
    Acknowledged,
    /// The receiver refuses it and would refuse it again: a work item, with this code.
    Refused([u8; 2]),
    /// The receiver could not take it now: as if there had been no response.
    Later,
}

impl Verdict {
    /// What the response code says: format errors (30) are refused, 91 (issuer or switch
    /// inoperative) and 96 (system malfunction) mean later, and everything else is acknowledged, so
    /// that a reversal of what never was ends, too. Action codes since 1993 are read likewise: 904,
    /// 907 and 909.
    #[must_use]
    pub fn of(response: &Message<'_>) -> Self {
        let mut code = [0; 3];
        let text = response
            .get(de::RESPONSE_CODE)
            .and_then(|field| field.expose().copy_to(&mut code).ok().map(<[u8]>::len));
        match code.get(..text.unwrap_or(0)).unwrap_or_default() {
            b"30" | b"904" => Self::Refused(*b"30"),
            b"91" | b"96" | b"907" | b"909" => Self::Later,
            _ => Self::Acknowledged,
        }
    }
}

impl Route {
    /// The way to a peer; a response may take 30 seconds and is judged by [`Verdict::of`].
    #[must_use]
    pub fn to(peer: &Peer) -> Self {
        Self { peer: peer.clone(), time: Duration::from_secs(30), judge: Arc::new(Verdict::of) }
    }

    /// How long a response may take.
    #[must_use]
    pub const fn time(mut self, time: Duration) -> Self {
        self.time = time;
        self
    }

    /// What responses mean.
    #[must_use]
    pub fn judge(mut self, judge: impl Fn(&Message<'_>) -> Verdict + Send + Sync + 'static) -> Self {
        self.judge = Arc::new(judge);
        self
    }

    /// Sends a message, as a repeat of itself when it may have arrived before.
    async fn send(self, repeat: bool, octets: Vec<u8>) -> Result<Received, SendError> {
        let spec = self.peer.state.settings.spec;
        if !repeat {
            return self.peer.request(octets, self.time).await;
        }
        // What has no repeat form is sent as it was.
        self.peer.request_again(repeat_of(spec, &octets).unwrap_or(octets), self.time).await
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Route").field("peer", &self.peer).field("time", &self.time).finish_non_exhaustive()
    }
}

/// A running [`Forwarder`]: takes messages, keeps them, and sends them until they are acknowledged.
/// Clones share it. When the last one is dropped it stops; what it holds is in its queue.
///
/// ```no_run
/// use cardwire::net::{Client, ForwarderHandle, saf::{FileQueue, Forwarder, Policy}};
///
/// # async fn run(client: Client, reversal: Vec<u8>) -> Result<(), Box<dyn std::error::Error>> {
/// let held = Forwarder::recover(FileQueue::open("reversals.saf")?, Policy::default(), 7)?;
/// let handle: ForwarderHandle<FileQueue> = held.run(&client);
/// handle.put(1, reversal).await?;        // on the disk now, and on its way
/// # Ok(())
/// # }
/// ```
pub struct ForwarderHandle<Q: Queue> {
    orders: mpsc::Sender<Order<Q>>,
    task: Arc<Running<Q>>,
}

type Running<Q> = Mutex<Option<JoinHandle<Option<Q>>>>;

enum Order<Q> {
    Step(Step<Q>),
    Stop,
}

/// Takes a step, and gives what tells its caller once it is kept, or that it is not.
type Step<Q> = Box<dyn FnOnce(&mut Forwarder<Q>, Duration) -> Told + Send>;
type Told = Box<dyn FnOnce(bool) + Send>;

impl<Q> Forwarder<Q>
where
    Q: Queue<Error: Send> + Send + 'static,
{
    /// Sends what it holds, and what it is given from here on, to one peer. Must be called within a
    /// `tokio` runtime.
    #[must_use]
    pub fn run(self, peer: &Peer) -> ForwarderHandle<Q> {
        let route = Route::to(peer);
        self.run_by(move |_| route.clone())
    }

    /// The same with a route for each destination.
    #[must_use]
    pub fn run_by(self, routes: impl Fn(u32) -> Route + Send + 'static) -> ForwarderHandle<Q> {
        let (orders, taken) = mpsc::channel(GATHERED);
        let task = Task { start: Instant::now(), routes, orders: orders.downgrade(), taken };
        ForwarderHandle { orders, task: Arc::new(Mutex::new(Some(tokio::spawn(task.run(self))))) }
    }
}

/// How many steps may wait for one commit.
const GATHERED: usize = 1024;

impl<Q> ForwarderHandle<Q>
where
    Q: Queue<Error: Send> + Send + 'static,
{
    /// Takes a message for a destination. When this returns `Ok`, it is durable, and will be sent
    /// until it is acknowledged.
    ///
    /// # Errors
    /// When it was not taken: the caller still has it.
    pub async fn put(&self, destination: u32, message: impl AsRef<[u8]>) -> Result<u64, SafError<Q::Error>> {
        let octets = message.as_ref().to_vec();
        self.step(move |forwarder, _| forwarder.put(destination, &octets)).await
    }

    /// The messages that somebody has to look at.
    ///
    /// # Errors
    /// When the queue is closed.
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
    /// When the queue is closed.
    pub async fn held(&self) -> Result<usize, SafError<Q::Error>> {
        self.step(|forwarder, _| Ok(forwarder.len())).await
    }

    /// Stops, and gives the queue back; `None` when another clone was asked before. What is in flight
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
        let step: Step<Q> = Box::new(move |forwarder, now| {
            let outcome = step(forwarder, now);
            Box::new(move |kept| {
                let _ = tell.send(if kept { outcome } else { Err(SafError::Closed) });
            })
        });
        self.orders.send(Order::Step(step)).await.map_err(|_| SafError::Closed)?;
        told.await.unwrap_or(Err(SafError::Closed))
    }
}

impl<Q: Queue> Clone for ForwarderHandle<Q> {
    fn clone(&self) -> Self {
        Self { orders: self.orders.clone(), task: Arc::clone(&self.task) }
    }
}

impl<Q: Queue> fmt::Debug for ForwarderHandle<Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ForwarderHandle").field("waiting", &(GATHERED - self.orders.capacity())).finish()
    }
}

/// The task of a forwarder.
struct Task<Q, R> {
    start: Instant,
    routes: R,
    /// For the outcomes of what is in flight; it does not keep the task running.
    orders: mpsc::WeakSender<Order<Q>>,
    taken: mpsc::Receiver<Order<Q>>,
}

/// What one group did.
struct Group<Q> {
    forwarder: Forwarder<Q>,
    told: Vec<Told>,
    due: Vec<Outbound>,
    kept: bool,
}

/// A message that leaves now.
struct Outbound {
    id: u64,
    destination: u32,
    repeat: bool,
    octets: Vec<u8>,
}

impl<Q, R> Task<Q, R>
where
    Q: Queue<Error: Send> + Send + 'static,
    R: Fn(u32) -> Route + Send + 'static,
{
    async fn run(mut self, mut forwarder: Forwarder<Q>) -> Option<Q> {
        while let Some((steps, stops)) = self.gather(forwarder.next_due()).await {
            let now = self.start.elapsed();
            // The disk may take its time; the other tasks of this thread do not wait for it.
            let group = spawn_blocking(move || Group::take(forwarder, steps, now)).await;
            // No group comes back when the queue panics, or when the runtime ends.
            let Group { forwarder: then, told, due, kept } = group.ok()?;
            forwarder = then;
            told.into_iter().for_each(|told| told(kept));
            if stops || !kept {
                break;
            }
            due.into_iter().for_each(|message| self.send(message));
        }
        Some(forwarder.into_queue())
    }

    /// Waits for an order or for the time when something is due, and takes all orders that are
    /// there. `None` when all handles are gone.
    async fn gather(&mut self, due: Option<Duration>) -> Option<(Vec<Step<Q>>, bool)> {
        let first = match due {
            Some(due) => timeout_at(self.start + due, self.taken.recv()).await.ok(),
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
                Order::Stop => return Some((steps, true)),
            }
            next = if steps.len() < GATHERED { self.taken.try_recv().ok() } else { None };
        }
        Some((steps, false))
    }

    fn send(&self, message: Outbound) {
        let Outbound { id, destination, repeat, octets } = message;
        let (route, orders) = ((self.routes)(destination), self.orders.clone());
        tokio::spawn(async move {
            let judge = Arc::clone(&route.judge);
            let outcome = route.send(repeat, octets).await;
            let Some(orders) = orders.upgrade() else { return };
            let step: Step<Q> = Box::new(move |forwarder, now| {
                // Only the queue can fail here, and then the whole group does.
                let _ = settle(forwarder, now, id, &outcome, &*judge);
                Box::new(|_| ())
            });
            let _ = orders.send(Order::Step(step)).await;
        });
    }
}

impl<Q: Queue> Group<Q> {
    fn take(mut forwarder: Forwarder<Q>, steps: Vec<Step<Q>>, now: Duration) -> Self {
        let (mut told, mut due) = (Vec::with_capacity(steps.len()), Vec::new());
        let kept = forwarder.group(|forwarder| {
            told.extend(steps.into_iter().map(|step| step(forwarder, now)));
            loop {
                match forwarder.due(now) {
                    Ok(Some(Due { id, destination, repeat, octets })) => {
                        due.push(Outbound { id, destination, repeat, octets: octets.to_vec() });
                    }
                    Ok(None) => return true,
                    Err(_) => return false,
                }
            }
        });
        Self { forwarder, told, due, kept: kept.unwrap_or(false) }
    }
}

/// What the outcome of a request means to the message.
fn settle<Q: Queue>(
    forwarder: &mut Forwarder<Q>,
    now: Duration,
    id: u64,
    outcome: &Result<Received, SendError>,
    judge: &dyn Fn(&Message<'_>) -> Verdict,
) -> Result<(), SafError<Q::Error>> {
    match outcome {
        Ok(response) => match judge(&response.message()) {
            Verdict::Acknowledged => forwarder.acknowledged(id),
            Verdict::Refused(code) => forwarder.refused(id, code),
            Verdict::Later => forwarder.unanswered(now, id),
        },
        Err(SendError::NotSent(NotSent::Message(_) | NotSent::NoKey)) => forwarder.unsendable(id),
        Err(SendError::NotSent(_)) => forwarder.not_sent(now, id),
        Err(SendError::Unknown { .. } | SendError::Refused { .. }) => forwarder.unanswered(now, id),
    }
}
