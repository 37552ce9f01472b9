//! What client and server have in common: how a connection is read, written and limited.

use core::fmt;
use core::time::Duration;
use std::sync::Arc;
use std::vec::Vec;

use super::correlation::Correlation;
use super::error::Rejection;
use super::handler::Handler;
use super::mux::Limits;
use super::observe::Observer;
use super::replay::{Replay, Seen};
use crate::frame::Framing;
use crate::read::message::Message;
use crate::spec::{ISO87_ASCII, Spec};

/// Says whether an answer holds, its authentication code above all.
pub(super) type Check = Arc<dyn Fn(&Message<'_>) -> Result<(), Rejection> + Send + Sync>;

#[derive(Clone)]
pub(super) struct Settings {
    pub(super) framing: Framing,
    pub(super) spec: &'static Spec<'static>,
    pub(super) correlation: Correlation,
    pub(super) limits: Limits,
    /// The station header of requests.
    pub(super) header: Vec<u8>,
    pub(super) check: Option<Check>,
    pub(super) handler: Option<Arc<dyn Handler>>,
    pub(super) observer: Arc<dyn Observer>,
    /// The answers to give once more; none, and every copy of a request is handled.
    pub(super) replay: Option<Arc<Replay>>,
    /// How many requests of the peer are answered at a time, by handlers that answer later.
    pub(super) concurrency: usize,
    /// New frames wait while so many octets are to be written.
    pub(super) outbox_bytes: usize,
    pub(super) read_buffer: usize,
    /// How long a frame may take from its first octet to its last.
    pub(super) frame_timeout: Duration,
    /// How long the peer may take nothing of what is written.
    pub(super) write_timeout: Duration,
    /// How long the peer may be silent.
    pub(super) silence: Option<Duration>,
    /// How long connecting, or a TLS handshake, may take.
    pub(super) connect_timeout: Duration,
    pub(super) answer_polls: bool,
    pub(super) answer_format_errors: bool,
    pub(super) one_write_per_frame: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            framing: Framing::BINARY2,
            spec: &ISO87_ASCII,
            correlation: Correlation::default(),
            limits: Limits::default(),
            header: Vec::new(),
            check: None,
            handler: None,
            observer: Arc::new(()),
            replay: None,
            concurrency: 256,
            outbox_bytes: 1 << 20,
            read_buffer: 1 << 16,
            frame_timeout: Duration::from_secs(10),
            write_timeout: Duration::from_secs(10),
            silence: None,
            connect_timeout: Duration::from_secs(10),
            answer_polls: false,
            answer_format_errors: false,
            one_write_per_frame: false,
        }
    }
}

impl Settings {
    /// What a request of the peer is, where that is remembered and the request has a key.
    pub(super) fn seen(&self, request: &Message<'_>) -> Option<Seen> {
        let replay = self.replay.as_ref()?;
        Some(replay.meet(self.correlation.trace(request)?, request))
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Settings");
        shown.field("framing", &self.framing).field("spec", &self.spec.name()).finish_non_exhaustive()
    }
}

/// The methods that the builders of clients and servers have in common.
macro_rules! settings {
    ($builder:ident) => {
        impl $builder {
            /// How messages are delimited; [`Framing::BINARY2`](crate::Framing::BINARY2) unless said. Its limit is the
            /// largest frame that is taken in.
            #[must_use]
            pub const fn framing(mut self, framing: crate::Framing) -> Self {
                self.settings.framing = framing;
                self
            }

            /// The spec of the messages.
            #[must_use]
            pub const fn spec(mut self, spec: &'static crate::Spec<'static>) -> Self {
                self.settings.spec = spec;
                self
            }

            /// How answers find their requests.
            #[must_use]
            pub fn key(mut self, correlation: crate::net::Correlation) -> Self {
                self.settings.correlation = correlation;
                self
            }

            /// How many requests are in flight, and how long their keys are remembered.
            #[must_use]
            pub const fn limits(mut self, limits: crate::net::mux::Limits) -> Self {
                self.settings.limits = limits;
                self
            }

            /// How many requests may be in flight on a connection.
            #[must_use]
            pub const fn window(mut self, requests: usize) -> Self {
                self.settings.limits.window = requests;
                self
            }

            /// The station header of requests that are sent, such as a TPDU. Answers carry the
            /// header of their request, turned round.
            #[must_use]
            pub fn header(mut self, header: &[u8]) -> Self {
                self.settings.header = header.to_vec();
                self
            }

            /// Checks every answer before it is believed: declines as well as approvals.
            #[must_use]
            pub fn check(
                mut self,
                check: impl Fn(&crate::Message<'_>) -> Result<(), crate::net::Rejection> + Send + Sync + 'static,
            ) -> Self {
                self.settings.check = Some(std::sync::Arc::new(check));
                self
            }

            /// Who hears of late answers, and of everything else.
            #[must_use]
            pub fn observer(mut self, observer: std::sync::Arc<dyn crate::net::Observer>) -> Self {
                self.settings.observer = observer;
                self
            }

            /// How many requests of one peer may be answered at a time; more are not read.
            #[must_use]
            pub const fn concurrency(mut self, requests: usize) -> Self {
                self.settings.concurrency = requests;
                self
            }

            /// Gives the kept answer to a request that comes again, by its key and with a repeat MTI or
            /// without, and hands no copy of it to the handler: so that none is booked twice. The last
            /// `requests` are kept, each for `time`, over all connections.
            ///
            /// Two requests are copies of each other when they have the same key, card, processing
            /// code, amount, currency, terminal and merchant.
            #[must_use]
            pub fn replay(mut self, requests: usize, time: core::time::Duration) -> Self {
                self.settings.replay = Some(crate::net::replay::Replay::new(requests, time));
                self
            }

            /// How many octets may wait to be written on one connection.
            #[must_use]
            pub const fn outbox(mut self, octets: usize) -> Self {
                self.settings.outbox_bytes = octets;
                self
            }

            /// How many octets are read at a time. Larger frames make the room larger, up to the
            /// limit of the framing.
            #[must_use]
            pub const fn read_buffer(mut self, octets: usize) -> Self {
                self.settings.read_buffer = octets;
                self
            }

            /// How long a frame may take from its first octet to its last.
            #[must_use]
            pub const fn frame_timeout(mut self, time: core::time::Duration) -> Self {
                self.settings.frame_timeout = time;
                self
            }

            /// How long the peer may take nothing of what is written.
            #[must_use]
            pub const fn write_timeout(mut self, time: core::time::Duration) -> Self {
                self.settings.write_timeout = time;
                self
            }

            /// How long the peer may be silent before the connection is given up. Forever, unless
            /// said.
            #[must_use]
            pub const fn silence(mut self, time: core::time::Duration) -> Self {
                self.settings.silence = Some(time);
                self
            }

            /// How long connecting, or the TLS handshake, may take.
            #[must_use]
            pub const fn connect_timeout(mut self, time: core::time::Duration) -> Self {
                self.settings.connect_timeout = time;
                self
            }

            /// Sends a poll, a frame without content, back to whoever polls.
            #[must_use]
            pub const fn answer_polls(mut self, answer: bool) -> Self {
                self.settings.answer_polls = answer;
                self
            }

            /// Answers a request that does not follow the spec with the elements that could be read of
            /// it and a format error: response code 30, action code 904 since 1993. Without this it
            /// gets no answer. Either way [`Observer::unreadable`](crate::net::Observer::unreadable)
            /// hears of it.
            #[must_use]
            pub const fn answer_format_errors(mut self, answer: bool) -> Self {
                self.settings.answer_format_errors = answer;
                self
            }

            /// Writes every frame by itself instead of all that wait together: for peers that take
            /// a packet for a message. Costs about ten times.
            #[must_use]
            pub const fn one_write_per_frame(mut self, one: bool) -> Self {
                self.settings.one_write_per_frame = one;
                self
            }
        }
    };
}

pub(super) use settings;
