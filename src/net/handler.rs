//! Who answers the requests of the peer.

use core::fmt;
use core::marker::PhantomData;
use std::sync::Arc;
use std::vec::Vec;

use tokio::sync::OwnedSemaphorePermit;

use super::desk::Desk;
use super::outbox::Frames;
use super::received::{Outgoing, Received, written};
use super::replay::Promise;
use crate::model::error::Result;
use crate::read::message::Message;

/// Answers requests. A function of a message and a [`Reply`] is one.
///
/// It is called by the task that reads the connection, so it must not wait; what takes time takes
/// [`Reply::later`] along, or is served by an `async` function.
pub trait Handler: Send + Sync + 'static {
    /// Answers a request, now, later, or never.
    fn handle(&self, request: &Message<'_>, reply: Reply<'_>);
}

impl<F: Fn(&Message<'_>, Reply<'_>) + Send + Sync + 'static> Handler for F {
    fn handle(&self, request: &Message<'_>, reply: Reply<'_>) {
        self(request, reply);
    }
}

/// The way back to the request being handled. Dropped without a word, the request has no answer.
pub struct Reply<'a> {
    pub(super) desk: &'a Arc<Desk>,
    pub(super) header: &'a [u8],
    /// The answers that leave together.
    pub(super) answers: &'a mut Frames,
    /// Where the answer is kept for a repeat of the request.
    pub(super) promise: Option<Promise>,
}

impl Reply<'_> {
    /// The station header of the request.
    #[must_use]
    pub const fn header(&self) -> &[u8] {
        self.header
    }

    /// Answers at once. The answer leaves together with others that are ready.
    ///
    /// # Errors
    /// When the answer cannot be built, or does not fit the framing.
    pub fn send(self, answer: impl Outgoing) -> Result<()> {
        let Self { desk, header, answers, promise } = self;
        written(&answer, |octets| {
            if octets.is_empty() {
                return Ok(());
            }
            answers.push(&desk.settings.framing, header, octets, true)?;
            promise.into_iter().for_each(|promise| promise.keep(octets));
            Ok(())
        })?
    }

    /// A way back that can be kept and sent to another task.
    #[must_use]
    pub fn later(self) -> Responder {
        // The reader does not call a handler before a place is free, so there is one.
        let place = Place {
            desk: Arc::clone(self.desk),
            permit: Arc::clone(&self.desk.places).try_acquire_owned().ok(),
        };
        Responder { place, header: self.header.to_vec(), promise: self.promise }
    }
}

impl fmt::Debug for Reply<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reply({} bytes of header)", self.header.len())
    }
}

/// The way back to a request, for as long as it takes. It counts as one request being answered.
pub struct Responder {
    place: Place,
    header: Vec<u8>,
    promise: Option<Promise>,
}

/// One of the requests that may be answered at a time.
struct Place {
    desk: Arc<Desk>,
    permit: Option<OwnedSemaphorePermit>,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.permit = None;
        self.desk.freed.notify_waiters();
    }
}

impl Responder {
    /// Answers. When the connection is gone, the answer is counted as lost.
    ///
    /// # Errors
    /// When the answer cannot be built, or does not fit the framing.
    pub fn send(self, answer: impl Outgoing) -> Result<()> {
        let Self { place, header, promise } = self;
        written(&answer, |octets| {
            if octets.is_empty() {
                return Ok(());
            }
            place.desk.answer(&header, octets)?;
            promise.into_iter().for_each(|promise| promise.keep(octets));
            Ok(())
        })?
    }

    /// Writes octets as they are, in no frame of their own, and keeps the way back. For hosts that
    /// break the rules on purpose, so that others can be tested against them: what stands in the
    /// framing is the caller's to answer for.
    pub fn send_raw(&self, octets: &[u8]) {
        self.place.desk.write_raw(octets);
    }

    /// Closes the connection, as soon as what waits is written. This request has no answer.
    pub fn hang_up(self) {
        self.place.desk.finish();
    }
}

impl fmt::Debug for Responder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Responder({} bytes of header)", self.header.len())
    }
}

/// An `async` function of a request, which gives the octets of the answer or none.
pub(super) struct Async<F, T> {
    serve: F,
    answers: PhantomData<fn() -> T>,
}

impl<F, T> Async<F, T> {
    pub(super) const fn new(serve: F) -> Self {
        Self { serve, answers: PhantomData }
    }
}

impl<F, T> Handler for Async<F, T>
where
    F: Fn(Received) -> T + Send + Sync + 'static,
    T: Future<Output: Outgoing + Send> + Send + 'static,
{
    fn handle(&self, request: &Message<'_>, reply: Reply<'_>) {
        let received = Received::new(reply.desk.settings.spec, reply.header, request, None);
        let (answer, reply) = ((self.serve)(received), reply.later());
        tokio::spawn(async move {
            let answer = answer.await;
            // Without octets there is no answer; one that cannot be framed is none, either.
            let _ = reply.send(answer);
        });
    }
}

impl Outgoing for Option<Vec<u8>> {
    fn write_into(&self, room: &mut Vec<u8>) -> Result<usize> {
        self.as_deref().unwrap_or_default().write_into(room)
    }
}
