//! What can be watched: numbers for a dashboard, and messages that nobody waits for.

use core::sync::atomic::{AtomicU64, Ordering};
use core::time::Duration;

use super::error::Closed;
use super::received::Received;
use crate::read::inspection::Inspection;

/// Hears what happens on connections. Every method does nothing unless it is written.
///
/// The methods are called by the task that reads the connection: what takes long belongs elsewhere.
pub trait Observer: Send + Sync + 'static {
    /// An answer came after its request had ended: money may have moved.
    fn late(&self, answer: Received) {
        let _ = answer;
    }

    /// One more answer to a request that was answered.
    fn duplicate(&self, answer: Received) {
        let _ = answer;
    }

    /// An answer to nothing that is known, or a request with nobody to handle it.
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

/// Something that happened; numbers only.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Event {
    /// A connection is up, sign-on included.
    Up,
    /// A connection ended.
    Down(Closed),
    /// An attempt to connect failed; the next one comes after this wait.
    Retry(Duration),
    /// A request was answered, after this time.
    Answered(Duration),
    /// An answer was refused.
    Refused,
    /// A request ended without answer.
    Expired,
    /// An answer came so long after its request had ended.
    Late(Duration),
    /// One more answer came to a request that was answered.
    Duplicate,
    /// A message came that nobody waits for.
    Unsolicited,
    /// A message came that does not follow the spec.
    Unreadable,
    /// A request of the peer was taken.
    Taken,
    /// A request of the peer came again: its kept answer was sent, or is under way.
    Repeated,
    /// A request of the peer came when this end had closed already: it was not handled.
    Unanswered,
    /// A request of the peer got no answer, because its connection was gone.
    AnswerLost,
    /// The peer polled with an empty frame.
    Polled,
    /// A connection was turned away because there were too many.
    TurnedAway,
    /// The TLS handshake of a connection failed.
    Handshake,
}

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// Totals since the start; updated without locks.
        #[derive(Default, Debug)]
        pub(super) struct Counters { $(pub(super) $name: AtomicU64,)* }

        /// The totals at one moment.
        #[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
        #[non_exhaustive]
        pub struct Totals { $($(#[$doc])* pub $name: u64,)* }

        impl Counters {
            pub(super) fn totals(&self) -> Totals {
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
    /// Requests answered.
    answered,
    /// Answers refused.
    refused,
    /// Requests that ended without answer in time.
    expired,
    /// Late answers.
    late,
    /// Answers to what was answered.
    duplicates,
    /// Messages that nobody waited for.
    unsolicited,
    /// Messages that do not follow the spec.
    unreadable,
    /// Requests of the peer.
    taken,
    /// Requests of the peer that came again.
    repeated,
    /// Requests of the peer that came too late to be handled.
    unanswered,
    /// Answers whose connection was gone.
    answers_lost,
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
    pub(super) fn add(counter: &AtomicU64, amount: usize) {
        counter.fetch_add(u64::try_from(amount).unwrap_or(0), Ordering::Relaxed);
    }

    pub(super) fn count(&self, event: Event) {
        let counter = match event {
            Event::Up => &self.connections,
            Event::Answered(_) => &self.answered,
            Event::Refused => &self.refused,
            Event::Expired => &self.expired,
            Event::Late(_) => &self.late,
            Event::Duplicate => &self.duplicates,
            Event::Unsolicited => &self.unsolicited,
            Event::Unreadable => &self.unreadable,
            Event::Taken => &self.taken,
            Event::Repeated => &self.repeated,
            Event::Unanswered => &self.unanswered,
            Event::AnswerLost => &self.answers_lost,
            Event::Down(_) | Event::Retry(_) | Event::Polled | Event::TurnedAway | Event::Handshake => return,
        };
        Self::add(counter, 1);
    }
}
