//! How a request gets into the table and the outbox, and what its caller waits for.

use core::fmt;
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use core::time::Duration;
use std::boxed::Box;
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tokio::time::{Instant, timeout_at};

use super::{Desk, Phase, Waiter};
use crate::model::error::Error;
use crate::net::error::{Lost, NotSent, SendError};
use crate::net::mux::{Refusal, Ticket};
use crate::net::observe::Counters;
use crate::net::received::{Outgoing, Received, written};
use crate::read::message::Message;

type Outcome = Result<Received, SendError>;

/// A request on its way, and its answer to be awaited.
///
/// It was written before this was returned, where there was a connection and room for it: so as many
/// as the window holds can be sent one after the other, and their answers awaited then, without a task
/// for each. Otherwise it waits for its turn, and only while it is awaited. Dropped before its answer,
/// it is given up: an answer that comes after all goes to [`Observer::late`](crate::net::Observer::late).
#[must_use = "dropped before its answer, a request is given up"]
pub struct Pending {
    progress: Progress,
    timeout: Duration,
}

enum Progress {
    /// It is in the table and in the outbox, or gone.
    Posted(Posted),
    /// It waits for room or for a connection.
    Waiting(Pin<Box<dyn Future<Output = Outcome> + Send>>),
    Over(Option<NotSent>),
}

impl Future for Pending {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        let timeout = self.timeout;
        let outcome = match &mut self.progress {
            Progress::Posted(posted) => {
                let outcome = ready!(Pin::new(&mut posted.answer).poll(context));
                posted.done = true;
                outcome.unwrap_or(Err(SendError::Unknown { waited: timeout, why: Lost::Disconnected }))
            }
            Progress::Waiting(waiting) => ready!(waiting.as_mut().poll(context)),
            Progress::Over(why) => match why.take() {
                Some(why) => Err(SendError::NotSent(why)),
                // Asked again after its outcome: there is no other.
                None => return Poll::Pending,
            },
        };
        // A place in the window is free as soon as the answer is there.
        self.progress = Progress::Over(None);
        Poll::Ready(outcome)
    }
}

impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.progress {
            Progress::Posted(_) => "Pending(posted)",
            Progress::Waiting(_) => "Pending(waiting for its turn)",
            Progress::Over(_) => "Pending(over)",
        })
    }
}

/// What is special about a request.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::net) enum Manner {
    Plain,
    /// It was sent before, and its MTI does not say so.
    Again,
    /// It goes before the sign-on is done.
    Early,
}

/// How a request is sent.
#[derive(Clone, Copy)]
struct Call<'a> {
    header: &'a [u8],
    now: Instant,
    deadline: Instant,
    manner: Manner,
    /// Whether the octets were checked by the spec of the connection.
    sound: bool,
}

/// Why a request could not be posted at once.
enum Wait {
    Place,
    Connection,
    Room,
    Never(NotSent),
}

/// A year: for time-outs that lie beyond all clocks.
const FAR: Duration = Duration::from_secs(86_400 * 365);

/// A request in flight; dropped before its answer, it is given up.
struct Posted {
    answer: oneshot::Receiver<Outcome>,
    ticket: Ticket,
    frame: u64,
    done: bool,
    desk: Arc<Desk>,
}

impl Drop for Posted {
    fn drop(&mut self) {
        if self.done {
            return;
        }
        let desk = &*self.desk;
        self.answer.close();
        if let Ok(outcome) = self.answer.try_recv() {
            // It was answered, and nobody looked.
            return outcome.map_or((), |answer| desk.late(Duration::ZERO, answer));
        }
        let now = desk.now();
        let mut state = desk.lock();
        if state.outbox.cut(self.frame) {
            state.mux.withdraw(self.ticket);
        } else {
            state.mux.cancel(now, self.ticket);
        }
    }
}

impl Desk {
    /// Sends a request, at once where that can be.
    pub(in crate::net) fn request(
        self: &Arc<Self>,
        message: &(impl Outgoing + ?Sized),
        header: &[u8],
        timeout: Duration,
        manner: Manner,
    ) -> Pending {
        let now = Instant::now();
        let deadline = now.checked_add(timeout).unwrap_or_else(|| now + FAR);
        let sound = self.checks(message);
        let call = Call { header, now, deadline, manner, sound };
        let mut place = Arc::clone(&self.window).try_acquire_owned().ok();
        let progress = written(message, |octets| match self.post(octets, call, &mut place) {
            Ok(posted) => Progress::Posted(posted),
            Err(Wait::Never(why)) => Progress::Over(Some(why)),
            Err(Wait::Place | Wait::Connection | Wait::Room) => self.wait(octets, call, place),
        });
        let progress = progress.unwrap_or_else(|error| Progress::Over(Some(NotSent::Message(error))));
        Pending { progress, timeout }
    }

    /// What waits is sound: what is not is told at once.
    #[cold]
    fn wait(
        self: &Arc<Self>,
        octets: &[u8],
        call: Call<'_>,
        place: Option<OwnedSemaphorePermit>,
    ) -> Progress {
        let Call { header, now, deadline, manner, sound } = call;
        if !sound && let Err(error) = Message::parse(self.settings.spec, octets) {
            return Progress::Over(Some(NotSent::Message(error)));
        }
        let (desk, octets, header) = (Arc::clone(self), octets.to_vec(), header.to_vec());
        Progress::Waiting(Box::pin(async move {
            let call = Call { header: &header, now, deadline, manner, sound: true };
            desk.request_in_turn(&octets, call, place).await
        }))
    }

    async fn request_in_turn(
        self: Arc<Self>,
        octets: &[u8],
        call: Call<'_>,
        mut place: Option<OwnedSemaphorePermit>,
    ) -> Outcome {
        let Call { now, deadline, .. } = call;
        let over = |why| SendError::NotSent(why);
        let posted = loop {
            let room = self.room.notified();
            match self.post(octets, Call { now: Instant::now(), ..call }, &mut place) {
                Ok(posted) => break posted,
                Err(Wait::Never(why)) => return Err(over(why)),
                Err(Wait::Place) => {
                    let free = timeout_at(deadline, Arc::clone(&self.window).acquire_owned()).await;
                    place =
                        Some(free.map_err(|_| over(NotSent::NoRoom))?.map_err(|_| over(NotSent::Closing))?);
                }
                Err(Wait::Connection) => {
                    let mut phase = self.phase.subscribe();
                    let up = phase.wait_for(|phase| *phase != Phase::Down && *phase != Phase::SigningOn);
                    timeout_at(deadline, up).await.map_err(|_| over(NotSent::Down))?.ok();
                }
                Err(Wait::Room) => {
                    timeout_at(deadline, room).await.map_err(|_| over(NotSent::NoRoom))?;
                }
            }
        };
        let progress = Progress::Posted(posted);
        Pending { progress, timeout: deadline.saturating_duration_since(now) }.await
    }

    /// Opens the request in the table and puts its frame into the outbox: both or neither.
    fn post(
        self: &Arc<Self>,
        octets: &[u8],
        Call { header, now, deadline, manner, sound }: Call<'_>,
        place: &mut Option<OwnedSemaphorePermit>,
    ) -> Result<Posted, Wait> {
        let (phase, early) = (self.phase(), manner == Manner::Early);
        match phase {
            Phase::Closing if !early => return Err(Wait::Never(NotSent::Closing)),
            Phase::Down if early => return Err(Wait::Never(NotSent::Lost)),
            Phase::SigningOn if !early => return Err(Wait::Connection),
            Phase::Down => return Err(Wait::Connection),
            Phase::SigningOn | Phase::Up | Phase::Closing => (),
        }
        if place.is_none() {
            return Err(Wait::Place);
        }
        let wrong = |error: Error| Wait::Never(NotSent::Message(error));
        let message = match sound {
            true => Message::made(self.settings.spec, octets, Message::read::<false>),
            false => Message::parse(self.settings.spec, octets),
        };
        let message = message.map_err(wrong)?;
        let correlation = &self.settings.correlation;
        let asks = correlation.answer_to(message.mti()).is_some();
        let trace = correlation.trace(&message).filter(|_| asks).ok_or(Wait::Never(NotSent::NoKey))?;
        let (sender, receiver) = oneshot::channel();
        let (now, deadline) = (self.since(now), self.since(deadline));
        let mut state = self.lock();
        if !state.open {
            return Err(Wait::Connection);
        }
        if state.outbox.frames().len() >= self.settings.outbox_bytes {
            return Err(Wait::Room);
        }
        let frame = state.outbox.next();
        let place = place.take().ok_or(Wait::Place)?;
        let waiter = Waiter { answer: sender, frame, since: now, _place: place };
        let opened = match manner == Manner::Again || message.mti().is_repeat() {
            true => state.mux.open_repeat(now, trace, deadline, waiter),
            false => state.mux.open(now, trace, deadline, waiter),
        };
        let ticket = opened.map_err(|refused| match refused.why {
            Refusal::Full => Wait::Never(NotSent::NoRoom),
            Refusal::InFlight => Wait::Never(NotSent::InFlight),
            Refusal::Recent => Wait::Never(NotSent::Recent),
        })?;
        if let Err(error) = self.put(&mut state, header, octets, false) {
            state.mux.withdraw(ticket);
            return Err(wrong(error));
        }
        if deadline < state.looks {
            state.looks = deadline;
            self.sooner.notify_one();
        }
        drop(state);
        Counters::add(&self.counters.requests, 1);
        Ok(Posted { answer: receiver, ticket, frame, done: false, desk: Arc::clone(self) })
    }

    /// Puts a message that is not answered into the outbox, if it can leave now.
    pub(in crate::net) fn notify(
        &self,
        message: &(impl Outgoing + ?Sized),
        header: &[u8],
    ) -> Result<(), NotSent> {
        let sound = self.checks(message);
        let put = |octets: &[u8]| {
            if !sound {
                Message::parse(self.settings.spec, octets).map_err(NotSent::Message)?;
            }
            let mut state = self.lock();
            match self.phase() {
                Phase::Up if state.open => (),
                Phase::Closing => return Err(NotSent::Closing),
                _ => return Err(NotSent::Down),
            }
            if state.outbox.frames().len() >= self.settings.outbox_bytes {
                return Err(NotSent::NoRoom);
            }
            self.put(&mut state, header, octets, false).map_err(NotSent::Message)
        };
        written(message, put).map_err(NotSent::Message)?
    }

    /// Whether a message is checked by the spec of the connection as it is written.
    fn checks(&self, message: &(impl Outgoing + ?Sized)) -> bool {
        message.checked_by().is_some_and(|spec| core::ptr::eq(spec, self.settings.spec))
    }

    /// On the clock of the table.
    fn since(&self, at: Instant) -> Duration {
        at.saturating_duration_since(self.start)
    }
}
