//! Who responds to the requests of the peer, and the way back to each of them.

use core::fmt;
use core::marker::PhantomData;
use core::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::vec::Vec;

use tokio::sync::OwnedSemaphorePermit;

use super::duplicates::ResponseSlot;
use super::outbox::Frames;
use super::outgoing::{Outgoing, in_room, is_response_to, written, written_by};
use super::received::Received;
use super::responses::Responses;
use super::state::State;
use crate::model::bitmap::Bitmap;
use crate::net::error::ReplyError;
use crate::net::exchange::correlation::{Mismatch, Trace};
use crate::net::observe::Event;
use crate::read::message::Message;
use crate::write::builder::Builder;
use crate::write::value::Value;

/// Responds to requests. A function of a message and a [`Reply`] is one.
///
/// It is called by the task that reads the connection, so it must not wait; what takes time takes
/// [`Reply::later`] along, or is served by an `async` function.
pub trait Handler: Send + Sync + 'static {
    /// Responds to a request, now, later, or never.
    fn handle(&self, request: &Message<'_>, reply: Reply<'_>);
}

impl<F: Fn(&Message<'_>, Reply<'_>) + Send + Sync + 'static> Handler for F {
    fn handle(&self, request: &Message<'_>, reply: Reply<'_>) {
        self(request, reply);
    }
}

/// The way back to the request being handled. Dropped unused, the request has no response, which
/// counts as [`unanswered`](crate::net::Totals::unanswered).
pub struct Reply<'a> {
    state: &'a Arc<State>,
    request: &'a Message<'a>,
    header: &'a [u8],
    /// The responses that leave together.
    frames: &'a mut Frames,
    forms: &'a mut Responses,
    /// Where the response is kept for a repeat of the request.
    slot: Option<ResponseSlot>,
    used: bool,
}

impl<'a> Reply<'a> {
    pub(crate) const fn new(
        (state, request, header): (&'a Arc<State>, &'a Message<'a>, &'a [u8]),
        (frames, forms): (&'a mut Frames, &'a mut Responses),
        slot: Option<ResponseSlot>,
    ) -> Self {
        Self { state, request, header, frames, forms, slot, used: false }
    }

    /// The station header of the request.
    #[must_use]
    pub const fn header(&self) -> &[u8] {
        self.header
    }

    /// Responds at once. The response leaves together with others that are ready.
    ///
    /// It is checked that it is the response to this request, by the correlation rule of the connection.
    /// That costs nothing where a [`Builder`](crate::Builder) carries the elements of the key over from
    /// the request; otherwise the response is parsed once more.
    ///
    /// # Errors
    /// When the response cannot be built, does not fit the framing, or is not one to this request.
    /// Nothing is sent then.
    pub fn send(mut self, response: impl Outgoing) -> Result<(), ReplyError> {
        let sure = response.surely_responds_to(self.request, &self.state.settings.correlation);
        let sent = written(&response, |octets| self.push(octets, sure));
        self.end(sent)
    }

    /// Responds at once with what is echoed and with these values, as [`Reply::send`] does with a
    /// [`Builder`](crate::Builder) that [echoes](crate::Builder::echo) and [sets](crate::Builder::set) them. The connection
    /// learns the forms of such responses, as [`ResponseForms`](crate::ResponseForms) does: that takes two thirds of
    /// the time.
    ///
    /// # Errors
    /// As [`Reply::send`].
    pub fn respond<'v, V>(mut self, echoed: &Bitmap, values: &[(u8, V)]) -> Result<(), ReplyError>
    where
        V: Copy + Into<Value<'v>>,
    {
        let (state, request, mut forms) = (self.state, self.request, core::mem::take(self.forms));
        let rule = &state.settings.correlation;
        let given: Bitmap = values.iter().map(|(number, _)| *number).collect();
        let echoed_here = echoed.merged(&request.announced, |wanted, there| wanted & there);
        let sets = [
            &echoed_here.merged(&given, |echoed, given| echoed | given),
            &echoed_here.merged(&given, |echoed, given| echoed & !given),
        ];
        let mti = request.mti().response();
        let sure = mti.is_some_and(|mti| is_response_to(request, rule, mti, sets));
        let write = |room: &mut [u8]| match forms.with(state.settings.spec, echoed) {
            Some(forms) => forms.write(request, values, room).map(<[u8]>::len),
            None => ordinary(request, echoed_here, values).write(room).map(<[u8]>::len),
        };
        let sent = written_by(|room| in_room(room, write), |octets| self.push(octets, sure));
        *self.forms = forms;
        self.end(sent)
    }

    /// Adds the octets of a response to those that leave together, unless there are none.
    fn push(&mut self, octets: &[u8], sure: bool) -> Result<bool, ReplyError> {
        let Self { state, request, header, .. } = *self;
        if octets.is_empty() {
            return Ok(false);
        }
        if !sure {
            check(state, state.settings.correlation.trace(request).as_ref(), octets)?;
        }
        self.frames.push(&state.settings.framing, header, octets, true)?;
        self.slot.take().into_iter().for_each(|slot| slot.keep(octets));
        Ok(true)
    }

    fn end(mut self, sent: crate::Result<Result<bool, ReplyError>>) -> Result<(), ReplyError> {
        match sent.unwrap_or_else(|error| Err(error.into())) {
            Ok(sent) => self.used = sent,
            Err(error) => {
                self.state.tell(Event::NoResponse(error));
                return Err(error);
            }
        }
        Ok(())
    }

    /// A way back that can be kept and sent to another task.
    #[must_use]
    pub fn later(mut self) -> Responder {
        self.used = true;
        // The reader does not call a handler before a place is free, so there is one.
        let place = Place {
            state: Arc::clone(self.state),
            permit: Arc::clone(&self.state.places).try_acquire_owned().ok(),
        };
        Responder {
            place,
            header: self.header.to_vec(),
            key: self.state.settings.correlation.trace(self.request),
            slot: self.slot.take(),
            used: AtomicBool::new(!self.state.needs_response(self.request)),
        }
    }
}

impl Drop for Reply<'_> {
    fn drop(&mut self) {
        if !self.used && self.state.needs_response(self.request) {
            self.state.tell(Event::Unanswered);
        }
    }
}

impl fmt::Debug for Reply<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reply({} bytes of header)", self.header.len())
    }
}

/// The response that carries over these elements of a request and has these values.
fn ordinary<'b, 'v: 'b, V>(request: &'b Message<'b>, echoed: Bitmap, values: &[(u8, V)]) -> Builder<'b>
where
    V: Copy + Into<Value<'v>>,
{
    let mut response = Builder::reply_to(request);
    response.carry(request, echoed);
    for (number, value) in values {
        let value: Value<'v> = (*value).into();
        response.set(*number, value);
    }
    response
}

/// Whether octets are the response to the request with this key. A request without a key has none that
/// could be wrong.
fn check(state: &State, request: Option<&Trace>, octets: &[u8]) -> Result<(), ReplyError> {
    let Some(request) = request else { return Ok(()) };
    let response = Message::parse(state.settings.spec, octets)?;
    match state.settings.correlation.mismatch(request, &response) {
        None => Ok(()),
        Some(Mismatch::Mti(mti)) => Err(ReplyError::Mti(mti)),
        Some(Mismatch::Element(number)) => Err(ReplyError::Key(number)),
    }
}

/// The way back to a request, for as long as it takes. It counts as one request being processed.
pub struct Responder {
    place: Place,
    header: Vec<u8>,
    /// The correlation key of the request.
    key: Option<Trace>,
    slot: Option<ResponseSlot>,
    /// Whether something was sent, or nothing has to be.
    used: AtomicBool,
}

/// One of the requests that may be processed at a time.
struct Place {
    state: Arc<State>,
    permit: Option<OwnedSemaphorePermit>,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.permit = None;
        self.state.freed.notify_waiters();
    }
}

impl Responder {
    /// Responds. When the connection is gone, the response is counted as lost.
    ///
    /// # Errors
    /// As [`Reply::send`].
    pub fn send(mut self, response: impl Outgoing) -> Result<(), ReplyError> {
        let state = Arc::clone(&self.place.state);
        let sent = written(&response, |octets| {
            if octets.is_empty() {
                return Ok(());
            }
            check(&state, self.key.as_ref(), octets)?;
            state.respond(&self.header, octets)?;
            self.slot.take().into_iter().for_each(|slot| slot.keep(octets));
            *self.used.get_mut() = true;
            Ok(())
        });
        let sent = sent.unwrap_or_else(|error| Err(error.into()));
        sent.inspect_err(|error| state.tell(Event::NoResponse(*error)))
    }

    /// Writes octets as they are, in no frame of their own, and keeps the way back. For hosts that
    /// break the rules on purpose, so that others can be tested against them: the caller says what
    /// stands in the framing, and nothing is checked.
    pub fn send_raw(&self, octets: &[u8]) {
        self.used.store(true, Ordering::Relaxed);
        self.place.state.write_raw(octets);
    }

    /// Closes the connection, as soon as what waits is written. This request has no response.
    pub fn hang_up(self) {
        self.place.state.finish();
    }
}

impl Drop for Responder {
    fn drop(&mut self) {
        if !*self.used.get_mut() {
            self.place.state.tell(Event::Unanswered);
        }
    }
}

impl fmt::Debug for Responder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Responder({} bytes of header)", self.header.len())
    }
}

/// An `async` function of a request, which gives the octets of the response or none.
pub(crate) struct Async<F, T> {
    serve: F,
    responses: PhantomData<fn() -> T>,
}

impl<F, T> Async<F, T> {
    pub(crate) const fn new(serve: F) -> Self {
        Self { serve, responses: PhantomData }
    }
}

impl<F, T> Handler for Async<F, T>
where
    F: Fn(Received) -> T + Send + Sync + 'static,
    T: Future<Output: Outgoing + Send> + Send + 'static,
{
    fn handle(&self, request: &Message<'_>, reply: Reply<'_>) {
        let received = Received::new(reply.state.settings.spec, reply.header, request, None);
        let (response, reply) = ((self.serve)(received), reply.later());
        tokio::spawn(async move {
            let response = response.await;
            // Without octets there is no response; what cannot be sent was told to the observer.
            let _ = reply.send(response);
        });
    }
}
