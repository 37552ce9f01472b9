//! What can be watched: numbers for a dashboard, and messages that nobody waits for.

use core::sync::atomic::{AtomicU64, Ordering};
use core::time::Duration;
use std::boxed::Box;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::connection::received::Received;
use super::error::{Closed, ReplyError};
use super::exchange::saf::ParkReason;
use crate::read::inspection::Inspection;

/// Hears what happens on connections. Every method does nothing unless it is written.
///
/// The methods are called by the task that reads the connection: what takes long belongs elsewhere. A panic of
/// [`Observer::event`] ends nothing; one of the others ends the connection.
///
/// Without an observer of the caller's, [`Observer::unreadable`] and a response that is not sent are
/// told by a line on standard error, or by `tracing` where that feature is on and somebody listens.
/// The line names numbers and kinds of characters, never content. Where the same happens again and
/// again, it is said again after 10, 100, 1000 times, so that a peer can not fill a log. `()` hears
/// nothing.
pub trait Observer: Send + Sync + 'static {
    /// A response came after its request had ended: money may have moved.
    fn late(&self, response: Received) {
        let _ = response;
    }

    /// One more response to a request that has had one.
    fn duplicate(&self, response: Received) {
        let _ = response;
    }

    /// A response to nothing that is known, or a request with nobody to handle it.
    fn unsolicited(&self, message: Received) {
        let _ = message;
    }

    /// What came in does not follow the spec, and belongs to no request in flight.
    fn unreadable(&self, inspection: &Inspection<'_>) {
        let _ = inspection;
    }

    /// Something to count or to measure.
    fn event(&self, event: Event) {
        let _ = event;
    }
}

/// Hears nothing.
impl Observer for () {}

/// Tells an observer. What panics in it has heard: it does not end a task that others depend on, nor, while that
/// ends, the program.
pub(crate) fn tell(observer: &dyn Observer, event: Event) {
    // The panic is told by its hook.
    let _ = catch_unwind(AssertUnwindSafe(|| observer.event(event)));
}

/// Something that happened; numbers and reasons only.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Event {
    /// A connection is up, sign-on included.
    Up,
    /// A connection ended.
    Down(Closed),
    /// An attempt to connect failed.
    ConnectFailed(Closed),
    /// The next attempt to connect comes after this wait.
    Retry(Duration),
    /// A request got its response, after this time.
    Responded(Duration),
    /// A response was refused.
    Refused,
    /// A request ended without a response.
    Expired,
    /// A response came so long after its request had ended.
    Late(Duration),
    /// One more response came to a request that has had one.
    Duplicate,
    /// A message came that nobody waits for.
    Unsolicited,
    /// A message came that does not follow the spec.
    Unreadable,
    /// A request of the peer was taken.
    Taken,
    /// A request of the peer came again: the response that was kept is sent, or is under way.
    Repeated,
    /// A request of the peer gets no response: its handler gave none, or this end had closed already.
    Unanswered,
    /// A response to a request of the peer was not sent, because of what it is.
    NoResponse(ReplyError),
    /// A request of the peer got no response, because its connection was gone.
    ResponseLost,
    /// The peer polled with an empty frame.
    Polled,
    /// A running [`Forwarder`](super::saf::Forwarder) took another state.
    Forwarder(ForwarderState),
    /// A message of store and forward became a work item: somebody has to look at it.
    Parked(ParkReason),
    /// The queue of a running forwarder could not be compacted, for this reason. It grows, and is tried
    /// again later.
    NotCompacted(Box<str>),
    /// A connection from outside was turned away.
    TurnedAway {
        /// Whose connection it was.
        peer: Option<SocketAddr>,
        /// Why.
        why: TurnedAway,
    },
    /// The TLS handshake of a connection from outside failed.
    HandshakeFailed(Closed),
}

/// Why a connection from outside was turned away.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TurnedAway {
    /// There are as many connections as allowed, and all are being used.
    #[error("all connections are being used")]
    TableFull,
    /// Its peer has as many connections as allowed, and all are being used.
    #[error("its peer has its share of connections, and all are being used")]
    PeerShare,
    /// The process has as many files open as the system allows.
    #[error("no file descriptor is left")]
    NoDescriptors,
    /// It did not prove itself by TLS, or by its response to the sign-on.
    #[error("it was not the host that is waited for")]
    NotTheHost,
}

/// What a running [`Forwarder`](super::saf::Forwarder) does.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum ForwarderState {
    /// It takes messages and sends them.
    Running,
    /// Its queue cannot be read or written, for this reason: it takes and sends nothing, and looks again
    /// until it can. What it holds is in the queue.
    Suspended(Box<str>),
    /// It has ended: it was stopped, all its handles are gone, or its queue has panicked.
    Stopped,
}

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// Totals since the start; updated without locks.
        #[derive(Default, Debug)]
        pub(crate) struct Counters { $(pub(crate) $name: AtomicU64,)* }

        /// The totals at one moment.
        #[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
        #[non_exhaustive]
        pub struct Totals { $($(#[$doc])* pub $name: u64,)* }

        impl Counters {
            pub(crate) fn totals(&self) -> Totals {
                Totals { $($name: self.$name.load(Ordering::Relaxed),)* }
            }
        }
    };
}

counters! {
    /// Connections that came up.
    connections,
    /// Requests sent.
    requests,
    /// Requests that got their response.
    responses,
    /// Responses refused.
    refused,
    /// Requests that ended without a response in time.
    expired,
    /// Late responses.
    late,
    /// Responses to requests that have had one.
    duplicates,
    /// Messages that nobody waited for.
    unsolicited,
    /// Messages that do not follow the spec.
    unreadable,
    /// Requests of the peer that were handled.
    taken,
    /// Requests of the peer that came again.
    repeated,
    /// Requests of the peer that got no response from this end, handled or not. Messages that need none do
    /// not count: those whose MTI has no response, and notifications before 2003.
    unanswered,
    /// Responses whose connection was gone.
    responses_lost,
    /// Connections from outside that were turned away.
    turned_away,
    /// Connections from outside that gave way to others.
    gave_way,
    /// Frames received.
    frames_in,
    /// Octets received.
    octets_in,
    /// Octets sent.
    octets_out,
    /// Writes: octets and requests divided by it say how large batches are.
    writes,
}

impl Counters {
    pub(crate) fn add(counter: &AtomicU64, amount: usize) {
        counter.fetch_add(u64::try_from(amount).unwrap_or(0), Ordering::Relaxed);
    }

    pub(crate) fn count(&self, event: &Event) {
        let counter = match event {
            Event::Up => &self.connections,
            Event::Responded(_) => &self.responses,
            Event::Refused => &self.refused,
            Event::Expired => &self.expired,
            Event::Late(_) => &self.late,
            Event::Duplicate => &self.duplicates,
            Event::Unsolicited => &self.unsolicited,
            Event::Unreadable => &self.unreadable,
            Event::Taken => &self.taken,
            Event::Repeated => &self.repeated,
            Event::Unanswered => &self.unanswered,
            Event::ResponseLost => &self.responses_lost,
            Event::TurnedAway { .. } => &self.turned_away,
            Event::Down(Closed::GaveWay) | Event::HandshakeFailed(Closed::GaveWay) => &self.gave_way,
            Event::Down(_)
            | Event::ConnectFailed(_)
            | Event::Retry(_)
            | Event::NoResponse(_)
            | Event::Polled
            | Event::Forwarder(_)
            | Event::Parked(_)
            | Event::NotCompacted(_)
            | Event::HandshakeFailed(_) => return,
        };
        Self::add(counter, 1);
    }
}
