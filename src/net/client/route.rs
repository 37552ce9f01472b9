//! The way to a destination of store and forward, and what became of a message that was sent there.

use core::fmt;
use core::time::Duration;
use std::sync::Arc;
use std::vec::Vec;

use crate::de;
use crate::net::connection::peer::Peer;
use crate::net::connection::received::Received;
use crate::net::error::{NotSent, SendError};
use crate::net::exchange::saf::{Forwarder, Queue, SafError, repeat_of};
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
    pub(crate) async fn send(self, repeat: bool, octets: Vec<u8>) -> Outcome {
        let spec = self.peer.state.settings.spec;
        let outcome = match repeat {
            false => self.peer.request(octets, self.time).await,
            // What has no repeat form is sent as it was.
            true => self.peer.request_again(repeat_of(spec, &octets).unwrap_or(octets), self.time).await,
        };
        Outcome::of(&outcome, &*self.judge)
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Route").field("peer", &self.peer).field("time", &self.time).finish_non_exhaustive()
    }
}

/// What became of a message that was sent, in the words of store and forward.
#[derive(Clone, Copy)]
pub(crate) enum Outcome {
    Acknowledged,
    Refused([u8; 2]),
    /// No response, or none that counts.
    Unanswered,
    Unsendable,
    NotSent,
}

impl Outcome {
    /// What the outcome of a request means to the message.
    fn of(outcome: &Result<Received, SendError>, judge: &dyn Fn(&Message<'_>) -> Verdict) -> Self {
        match outcome {
            Ok(response) => match judge(&response.message()) {
                Verdict::Acknowledged => Self::Acknowledged,
                Verdict::Refused(code) => Self::Refused(code),
                Verdict::Later => Self::Unanswered,
            },
            Err(SendError::NotSent(NotSent::Message(_) | NotSent::NoKey)) => Self::Unsendable,
            Err(SendError::NotSent(_)) => Self::NotSent,
            Err(SendError::Unknown { .. } | SendError::Refused { .. }) => Self::Unanswered,
        }
    }

    pub(crate) fn settle<Q: Queue>(
        self,
        forwarder: &mut Forwarder<Q>,
        now: Duration,
        id: u64,
    ) -> Result<(), SafError<Q::Error>> {
        match self {
            Self::Acknowledged => forwarder.acknowledged(id),
            Self::Refused(code) => forwarder.refused(id, code),
            Self::Unanswered => forwarder.unanswered(now, id),
            Self::Unsendable => forwarder.unsendable(id),
            Self::NotSent => forwarder.not_sent(now, id),
        }
    }
}
