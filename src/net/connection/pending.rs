//! How a request gets into the table and the outbox, and what its caller waits for.

use core::fmt;
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use core::time::Duration;
use std::boxed::Box;
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, SemaphorePermit};
use tokio::time::timeout_at;

use super::handover::Taker;
use super::outgoing::{Outgoing, written};
use super::state::{Outcome, Phase, State, Tables, Waiter};
use crate::model::error::Error;
use crate::model::mti::Mti;
use crate::net::error::{Lost, NotSent, SendError};
use crate::net::exchange::correlation::Trace;
use crate::net::exchange::mux::{Refusal, Ticket};
use crate::net::observe::Counters;
use crate::net::settings::Settings;
use crate::read::message::Message;

/// A request on its way, and its response to be awaited.
///
/// It was written before this was returned, where there was a connection and room for it: so as many
/// as the window holds can be sent one after the other, and their responses awaited then, without a
/// task for each. Otherwise it waits for its turn, and only while it is awaited. Dropped before its
/// response, it is given up: a response that comes after all goes to
/// [`Observer::late`](crate::net::Observer::late).
#[must_use = "dropped before its response, a request is given up"]
pub struct Pending {
    progress: Progress,
    timeout: Duration,
}

enum Progress {
    /// It is in the table and in the outbox, or gone.
    InFlight(InFlight),
    /// It waits for room or for a connection.
    Waiting(Pin<Box<dyn Future<Output = Outcome> + Send>>),
    Over(Option<NotSent>),
}

impl Future for Pending {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        let timeout = self.timeout;
        let outcome = match &mut self.progress {
            Progress::InFlight(request) => {
                if request.state.gathered.is_batch() {
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
                // No budget of a task is asked: the window bounds how many are there at once, and a budget
                // that is used up would hold up the writer, too.
                let outcome = ready!(request.poll(context));
                outcome.unwrap_or(Err(SendError::Unknown { waited: timeout, why: Lost::Disconnected }))
            }
            Progress::Waiting(waiting) => ready!(waiting.as_mut().poll(context)),
            Progress::Over(why) => match why.take() {
                Some(why) => Err(SendError::NotSent(why)),
                // Polled after its outcome: there is no other.
                None => return Poll::Pending,
            },
        };
        // A place in the window is free as soon as the response is there.
        self.progress = Progress::Over(None);
        Poll::Ready(outcome)
    }
}

impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.progress {
            Progress::InFlight(_) => "Pending(in flight)",
            Progress::Waiting(_) => "Pending(waiting for its turn)",
            Progress::Over(_) => "Pending(over)",
        })
    }
}

/// What is special about a request.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum RequestKind {
    Plain,
    /// It was sent before, and its MTI does not say so.
    Again,
    /// It goes before the sign-on is done.
    Early,
}

/// How a request is sent; its times are on the clock of the table.
#[derive(Clone, Copy)]
struct Call<'a> {
    header: &'a [u8],
    now: Duration,
    deadline: Duration,
    kind: RequestKind,
    /// Whether the octets were checked by the spec of the connection.
    sound: bool,
    /// MTI and key, where they are known and the octets were checked.
    key: Option<(Mti, Trace)>,
}

/// Why a request could not be sent at once.
enum Wait {
    Place,
    Connection,
    Room,
    Never(NotSent),
}

/// A request in flight; dropped before its response, it is given up.
struct InFlight {
    /// None once its outcome is known.
    response: Option<Taker>,
    ticket: Ticket,
    frame: u64,
    state: Arc<State>,
}

impl InFlight {
    /// Its outcome; `None` if nobody is left to tell it.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Outcome>> {
        self.state.handovers.poll(&mut self.response, context)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        let Some(response) = self.response.take() else { return };
        let state = &*self.state;
        if let Some(outcome) = state.handovers.leave(response) {
            // Its response was there, and nobody looked.
            return outcome.map_or((), |response| state.late(Duration::ZERO, response));
        }
        let now = state.now();
        let mut tables = state.lock();
        let given_up = match tables.outbox.cut(self.frame) {
            true => tables.mux.withdraw(self.ticket),
            false => tables.mux.cancel(now, self.ticket),
        };
        drop(tables);
        if let Some(waiter) = given_up {
            state.handovers.end(&waiter.response);
            state.window.add_permits(1);
        }
    }
}

/// Sends a request, at once where that can be.
pub(crate) fn request(
    state: &Arc<State>,
    message: &(impl Outgoing + ?Sized),
    header: &[u8],
    timeout: Duration,
    kind: RequestKind,
) -> Pending {
    let now = state.now();
    let deadline = now.saturating_add(timeout);
    let sound = is_checked(state, message);
    let key = if sound { message.key(&state.settings.correlation) } else { None };
    let call = Call { header, now, deadline, kind, sound, key };
    let place = state.window.try_acquire().ok();
    let progress = written(message, |octets| match post(state, octets, call, place.is_some()) {
        Ok(request) => {
            place.into_iter().for_each(SemaphorePermit::forget);
            Progress::InFlight(request)
        }
        Err(Wait::Never(why)) => Progress::Over(Some(why)),
        Err(Wait::Place | Wait::Connection | Wait::Room) => {
            drop(place);
            wait(state, octets, call)
        }
    });
    let progress = progress.unwrap_or_else(|error| Progress::Over(Some(NotSent::Message(error))));
    Pending { progress, timeout }
}

/// Only a sound message waits: what is wrong with another is told at once.
#[cold]
fn wait(state: &Arc<State>, octets: &[u8], call: Call<'_>) -> Progress {
    let Call { header, now, deadline, kind, sound, key } = call;
    if !sound && let Err(error) = Message::parse(state.settings.spec, octets) {
        return Progress::Over(Some(NotSent::Message(error)));
    }
    // it was free just now, or others came before
    let place = Arc::clone(&state.window).try_acquire_owned().ok();
    let (state, octets, header) = (Arc::clone(state), octets.to_vec(), header.to_vec());
    Progress::Waiting(Box::pin(async move {
        let call = Call { header: &header, now, deadline, kind, sound: true, key };
        request_in_turn(&state, &octets, call, place).await
    }))
}

async fn request_in_turn(
    state: &Arc<State>,
    octets: &[u8],
    call: Call<'_>,
    mut place: Option<OwnedSemaphorePermit>,
) -> Outcome {
    let Call { now, deadline, .. } = call;
    let limit = state.at(deadline);
    let over = |why| SendError::NotSent(why);
    let request = loop {
        let room = state.room.notified();
        match post(state, octets, Call { now: state.now(), ..call }, place.is_some()) {
            Ok(request) => {
                place.into_iter().for_each(OwnedSemaphorePermit::forget);
                break request;
            }
            Err(Wait::Never(why)) => return Err(over(why)),
            Err(Wait::Place) => {
                let free = timeout_at(limit, Arc::clone(&state.window).acquire_owned()).await;
                place = Some(free.map_err(|_| over(NotSent::NoRoom))?.map_err(|_| over(NotSent::Closing))?);
            }
            Err(Wait::Connection) => {
                let mut phase = state.phase.subscribe();
                let up = phase.wait_for(|phase| *phase != Phase::Down && *phase != Phase::SigningOn);
                timeout_at(limit, up).await.map_err(|_| over(NotSent::Down))?.ok();
            }
            Err(Wait::Room) => {
                timeout_at(limit, room).await.map_err(|_| over(NotSent::NoRoom))?;
            }
        }
    };
    let progress = Progress::InFlight(request);
    Pending { progress, timeout: deadline.saturating_sub(now) }.await
}

/// Opens the request in the table and puts its frame into the outbox: both or neither. It takes the place in the
/// window that its caller has.
fn post(
    state: &Arc<State>,
    octets: &[u8],
    Call { header, now, deadline, kind, sound, key }: Call<'_>,
    has_place: bool,
) -> Result<InFlight, Wait> {
    let wrong = |error: Error| Wait::Never(NotSent::Message(error));
    let settings = &state.settings;
    let (mti, trace) = match key {
        Some((mti, trace)) => (mti, Some(trace)),
        None => parsed_key(settings, octets, sound).map_err(wrong)?,
    };
    let is_request = settings.correlation.response_to(mti).is_some();
    let trace = trace.filter(|_| is_request).ok_or(Wait::Never(NotSent::NoKey))?;
    let mut tables = state.lock();
    may_leave(&tables, settings, kind == RequestKind::Early, has_place)?;
    let frame = tables.outbox.next();
    let (giver, taker) = state.handovers.take(&mut tables.spare);
    let waiter = Waiter { response: giver, frame, since: now };
    let opened = match kind == RequestKind::Again || mti.is_repeat() {
        true => tables.mux.open_repeat(now, trace, deadline, waiter),
        false => tables.mux.open(now, trace, deadline, waiter),
    };
    let put = match opened {
        Ok(ticket) => state.put(&mut tables, header, octets, false).map(|()| ticket).map_err(|error| {
            tables.mux.withdraw(ticket);
            wrong(error)
        }),
        Err(refused) => Err(Wait::Never(match refused.why {
            Refusal::Full => NotSent::NoRoom,
            Refusal::InFlight => NotSent::InFlight,
            Refusal::Recent => NotSent::Recent,
        })),
    };
    let ticket = match put {
        Ok(ticket) => ticket,
        Err(why) => {
            tables.spare.put_back(taker);
            return Err(why);
        }
    };
    if deadline < tables.looks {
        tables.looks = deadline;
        state.sooner.notify_one();
    }
    let is_batch = state.gathered.add();
    drop(tables);
    if is_batch {
        state.gathered.let_writer_in();
    }
    Counters::add(&state.counters.requests, 1);
    Ok(InFlight { response: Some(taker), ticket, frame, state: Arc::clone(state) })
}

/// Whether a request can leave now.
fn may_leave(tables: &Tables, settings: &Settings, early: bool, has_place: bool) -> Result<(), Wait> {
    match tables.phase {
        Phase::Closing if !early => return Err(Wait::Never(NotSent::Closing)),
        Phase::Down if early => return Err(Wait::Never(NotSent::Lost)),
        Phase::SigningOn if !early => return Err(Wait::Connection),
        Phase::Down => return Err(Wait::Connection),
        Phase::SigningOn | Phase::Up | Phase::Closing => (),
    }
    if !has_place {
        return Err(Wait::Place);
    }
    if !tables.open {
        return Err(Wait::Connection);
    }
    if tables.outbox.frames().len() >= settings.outbox_bytes {
        return Err(Wait::Room);
    }
    Ok(())
}

/// MTI and key of octets that are read for them.
fn parsed_key(settings: &Settings, octets: &[u8], sound: bool) -> crate::Result<(Mti, Option<Trace>)> {
    let message = match sound {
        true => Message::made(settings.spec, octets, Message::read::<false>),
        false => Message::parse(settings.spec, octets),
    }?;
    Ok((message.mti(), settings.correlation.trace(&message)))
}

/// Puts a message that has no response into the outbox, if it can leave now.
pub(crate) fn notify(
    state: &State,
    message: &(impl Outgoing + ?Sized),
    header: &[u8],
) -> Result<(), NotSent> {
    let sound = is_checked(state, message);
    let put = |octets: &[u8]| {
        if !sound {
            Message::parse(state.settings.spec, octets).map_err(NotSent::Message)?;
        }
        let mut tables = state.lock();
        match tables.phase {
            Phase::Up if tables.open => (),
            Phase::Closing => return Err(NotSent::Closing),
            _ => return Err(NotSent::Down),
        }
        if tables.outbox.frames().len() >= state.settings.outbox_bytes {
            return Err(NotSent::NoRoom);
        }
        state.put(&mut tables, header, octets, false).map_err(NotSent::Message)
    };
    written(message, put).map_err(NotSent::Message)?
}

/// Whether a message is checked by the spec of the connection as it is written.
fn is_checked(state: &State, message: &(impl Outgoing + ?Sized)) -> bool {
    message.checked_by().is_some_and(|spec| core::ptr::eq(spec, state.settings.spec))
}
