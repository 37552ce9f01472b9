//! What became of a request, of a response, and of a connection.

use core::time::Duration;
use std::boxed::Box;
use std::io;

use super::connection::received::Received;
#[cfg(feature = "tls")]
use super::tls::TlsError;
use crate::model::error::Error;
use crate::model::mti::Mti;

/// Why a request has no good response. `Ok` is the fourth case: a response that holds.
///
/// | case | did the receiver act? | what to do |
/// | --- | --- | --- |
/// | [`NotSent`](Self::NotSent) | certainly not | send it again, or give up |
/// | [`Unknown`](Self::Unknown) | perhaps | reverse it |
/// | [`Refused`](Self::Refused) | perhaps: what it says cannot be trusted | reverse it |
///
/// These are all the cases that there are, so a `match` may name them all. No variant shows content
/// of a message.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// No octet of it has left.
    #[error("not sent: {0}")]
    NotSent(NotSent),
    /// It may have been received, and no response came.
    #[error("sent, outcome unknown after {waited:?}: {why}")]
    Unknown {
        /// How long the response was waited for.
        waited: Duration,
        /// What ended the wait.
        why: Lost,
    },
    /// A response came and does not hold.
    #[error("the response is refused: {why}")]
    Refused {
        /// What is wrong with it.
        why: Rejection,
        /// The response as it came in; it may not even parse.
        response: Box<Received>,
    },
}

/// Why a request was not sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotSent {
    /// The message does not follow the spec, or does not fit the framing.
    #[error("{0}")]
    Message(Error),
    /// The message has no element of the correlation key, or no response to its MTI is known.
    #[error("it has nothing by which its response would be known")]
    NoKey,
    /// A request with the same key is in flight.
    #[error("a request with the same key is in flight")]
    InFlight,
    /// A response to an earlier request with the same key may still come.
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

/// Why no response came.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Lost {
    /// The time was over.
    #[error("no response in time")]
    TimedOut,
    /// The connection was lost.
    #[error("the connection was lost")]
    Disconnected,
}

/// Why a response does not hold.
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

/// Why a response to a request of the peer was not sent. The request then has none.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReplyError {
    /// It cannot be built, does not follow the spec, or does not fit the framing.
    #[error("{0}")]
    Message(#[from] Error),
    /// A message with this MTI does not respond to the request.
    #[error("a message {0} is no response to the request")]
    Mti(Mti),
    /// This element belongs to the correlation key, and is not what the request holds: the peer would
    /// take the response for one to another request.
    #[error("field {0} of the response is not what the request holds")]
    Key(u8),
}

/// How a connection ended, or why there is none.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Closed {
    /// The peer closed it between two frames: how connections end.
    #[error("closed by the peer")]
    ByPeer,
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
    WriteTimeout,
    /// The echo test had no response: the connection is half open, or the host is gone.
    #[error("the echo test had no response")]
    NoEcho,
    /// The host refused the sign-on, or did not respond to it.
    #[error("the sign-on was not accepted")]
    SignOn,
    /// TLS failed.
    #[cfg(feature = "tls")]
    #[error("TLS: {0}")]
    Tls(TlsError),
    /// The operating system reports an error of this kind.
    #[error("{0}")]
    Io(io::ErrorKind),
    /// This end closed it.
    #[error("closed by this end")]
    Local,
    /// This end closed it because it was not used, and another connection needed its place.
    #[error("it gave way to another connection")]
    GaveWay,
}

impl Closed {
    /// Whether this is how a connection ends when nothing is wrong.
    #[must_use]
    pub const fn is_clean(&self) -> bool {
        matches!(self, Self::ByPeer | Self::Local)
    }

    /// What an error of reading, writing or connecting means.
    #[must_use]
    pub fn by(error: &io::Error) -> Self {
        #[cfg(feature = "tls")]
        if let Some(tls) = TlsError::within(error) {
            return Self::Tls(tls);
        }
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Truncated,
            other => Self::Io(other),
        }
    }
}
