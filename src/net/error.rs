//! What became of a request: the four cases that money depends on.

use core::time::Duration;
use std::boxed::Box;

use super::received::Received;
use crate::model::error::Error;

/// Why a request has no good answer. `Ok` is the fourth case: answered.
///
/// | case | did the receiver act? | what to do |
/// | --- | --- | --- |
/// | [`NotSent`](Self::NotSent) | certainly not | send it again, or give up |
/// | [`Unknown`](Self::Unknown) | perhaps | reverse it |
/// | [`Refused`](Self::Refused) | perhaps: what it says cannot be trusted | reverse it |
///
/// No variant shows content of a message.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// No octet of it has left.
    #[error("not sent: {0}")]
    NotSent(NotSent),
    /// It may have been received, and no answer came.
    #[error("sent, outcome unknown after {waited:?}: {why}")]
    Unknown {
        /// How long the answer was waited for.
        waited: Duration,
        /// What ended the wait.
        why: Lost,
    },
    /// An answer came and does not hold.
    #[error("the answer is refused: {why}")]
    Refused {
        /// What is wrong with it.
        why: Rejection,
        /// The answer as it came in; it may not even parse.
        answer: Box<Received>,
    },
}

/// Why a request was not sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotSent {
    /// The message does not follow the spec, or does not fit the framing.
    #[error("{0}")]
    Message(Error),
    /// The message has no element that would tell its answer, or no answer to its MTI is known.
    #[error("nothing in it would tell its answer")]
    NoKey,
    /// A request with the same key is in flight.
    #[error("a request with the same key is in flight")]
    InFlight,
    /// An answer to an earlier request with the same key may still come.
    #[error("the key was used a moment ago")]
    Recent,
    /// The window stayed full, or the peer took nothing, until the time was over.
    #[error("no room in the window before the deadline")]
    NoRoom,
    /// There was no connection before the deadline.
    #[error("no connection before the deadline")]
    Down,
    /// The connection was lost while the request waited for its turn.
    #[error("the connection was lost before its turn")]
    Lost,
    /// This end is shutting down.
    #[error("this end is shutting down")]
    Closing,
}

/// Why no answer came.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Lost {
    /// The time was over.
    #[error("no answer in time")]
    TimedOut,
    /// The connection was lost.
    #[error("the connection was lost")]
    Disconnected,
}

/// Why an answer does not hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Rejection {
    /// It does not follow the spec.
    #[error("{0}")]
    Spec(Error),
    /// Its authentication code is wrong or missing.
    #[error("its authentication code does not match")]
    Mac,
    /// The caller's check said no, with a number of its own.
    #[error("check {0} failed")]
    Check(u16),
}

impl SendError {
    /// Whether the receiver may have acted on the request, so that it has to be reversed.
    #[must_use]
    pub const fn may_have_arrived(&self) -> bool {
        !matches!(self, Self::NotSent(_))
    }
}

impl From<Error> for SendError {
    fn from(error: Error) -> Self {
        Self::NotSent(NotSent::Message(error))
    }
}

/// How a connection ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Closed {
    /// The peer closed it between two frames: how connections end.
    #[error("closed by the peer")]
    Ended,
    /// The peer closed it within a frame.
    #[error("closed by the peer within a frame")]
    Truncated,
    /// What came in can never be a frame.
    #[error("{0}")]
    Framing(Error),
    /// A frame that had begun was not complete in time.
    #[error("a frame was not complete in time")]
    SlowFrame,
    /// Nothing came in for as long as is allowed.
    #[error("silent for too long")]
    Silent,
    /// The peer took nothing for as long as is allowed.
    #[error("the peer takes nothing")]
    Stuck,
    /// The echo was not answered: the connection is half open, or the host is gone.
    #[error("the echo was not answered")]
    NoEcho,
    /// The host refused the sign-on, or did not answer it.
    #[error("the sign-on was not accepted")]
    SignOn,
    /// The operating system reports an error of this kind.
    #[error("{0}")]
    Io(std::io::ErrorKind),
    /// This end closed it.
    #[error("closed by this end")]
    Here,
}

impl Closed {
    /// Whether this is how a connection ends when nothing is wrong.
    #[must_use]
    pub const fn is_clean(self) -> bool {
        matches!(self, Self::Ended | Self::Here)
    }
}
