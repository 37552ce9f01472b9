//! What client and server have in common: how a connection is read, written and limited.

use core::fmt;
use core::time::Duration;
use std::sync::Arc;
use std::vec::Vec;

use super::connection::duplicates::{Duplicates, Known};
use super::error::Rejection;
use super::exchange::correlation::Correlation;
use super::exchange::mux::Limits;
use super::log::Warnings;
use super::observe::Observer;
use crate::frame::Framing;
use crate::profile::Profile;
use crate::read::message::Message;
use crate::spec::{ISO87_ASCII, Spec};

/// Says whether a response holds, its authentication code above all.
pub(crate) type Check = Arc<dyn Fn(&Message<'_>) -> Result<(), Rejection> + Send + Sync>;

#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) framing: Framing,
    pub(crate) spec: &'static Spec<'static>,
    pub(crate) correlation: Correlation,
    pub(crate) limits: Limits,
    /// The station header of requests.
    pub(crate) header: Vec<u8>,
    pub(crate) check: Option<Check>,
    pub(crate) observer: Arc<dyn Observer>,
    /// The responses to give once more; none, and every copy of a request is handled.
    pub(crate) duplicates: Option<Arc<Duplicates>>,
    /// Says what a response of this end repeats from its request.
    pub(crate) profile: Option<&'static Profile<'static>>,
    /// How many requests of the peer are processed at a time, by handlers that respond later.
    pub(crate) concurrency: usize,
    /// New frames wait while so many octets are to be written.
    pub(crate) outbox_bytes: usize,
    pub(crate) read_buffer: usize,
    /// How long a frame may take from its first octet to its last.
    pub(crate) frame_timeout: Duration,
    /// How long the peer may take nothing of what is written.
    pub(crate) write_timeout: Duration,
    /// How long the peer may be silent.
    pub(crate) idle_timeout: Option<Duration>,
    /// How long connecting may take.
    pub(crate) connect_timeout: Duration,
    /// How long a TLS handshake may take.
    pub(crate) handshake_timeout: Duration,
    pub(crate) respond_to_polls: bool,
    pub(crate) respond_to_format_errors: bool,
    pub(crate) one_write_per_frame: bool,
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
            observer: Arc::new(Warnings::default()),
            duplicates: None,
            profile: None,
            concurrency: 256,
            outbox_bytes: 1 << 20,
            read_buffer: 1 << 16,
            frame_timeout: Duration::from_secs(10),
            write_timeout: Duration::from_secs(10),
            idle_timeout: None,
            connect_timeout: Duration::from_secs(10),
            handshake_timeout: Duration::from_secs(5),
            respond_to_polls: false,
            respond_to_format_errors: false,
            one_write_per_frame: false,
        }
    }
}

impl Settings {
    /// What is known of a request of the peer, where that is remembered and the request has a key.
    pub(crate) fn known(&self, request: &Message<'_>) -> Option<Known> {
        let duplicates = self.duplicates.as_ref()?;
        Some(duplicates.look_up(self.correlation.trace(request)?, request))
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
            pub const fn framing(mut self, framing: crate::frame::Framing) -> Self {
                self.settings.framing = framing;
                self
            }

            /// The spec of the messages.
            #[must_use]
            pub const fn spec(mut self, spec: &'static crate::spec::Spec<'static>) -> Self {
                self.settings.spec = spec;
                self
            }

            /// How responses find their requests: those that come in, and those that this end makes.
            #[must_use]
            pub fn correlation(mut self, rule: crate::net::exchange::correlation::Correlation) -> Self {
                self.settings.correlation = rule;
                self
            }

            /// How many requests are in flight, and how long their keys are remembered.
            #[must_use]
            pub const fn limits(mut self, limits: crate::net::exchange::mux::Limits) -> Self {
                self.settings.limits = limits;
                self
            }

            /// How many requests may be in flight on a connection.
            #[must_use]
            pub const fn window(mut self, requests: usize) -> Self {
                self.settings.limits.window = requests;
                self
            }

            /// The station header of requests that are sent, such as a TPDU. Responses carry the
            /// header of their request, turned round.
            #[must_use]
            pub fn header(mut self, header: &[u8]) -> Self {
                self.settings.header = header.to_vec();
                self
            }

            /// Checks every response before it is believed: declines as well as approvals.
            #[must_use]
            pub fn check(
                mut self,
                check: impl Fn(&crate::read::message::Message<'_>) -> Result<(), crate::net::error::Rejection>
                + Send
                + Sync
                + 'static,
            ) -> Self {
                self.settings.check = Some(std::sync::Arc::new(check));
                self
            }

            /// Who hears of late responses, and of everything else. Without one, what cannot be read is
            /// told on standard error: see [`Observer`](crate::net::Observer).
            #[must_use]
            pub fn observer(mut self, observer: std::sync::Arc<dyn crate::net::observe::Observer>) -> Self {
                self.settings.observer = observer;
                self
            }

            /// The profile that says which elements a response repeats from its request, where this end
            /// makes the response itself: see [`profile::echoed`](crate::profile::echoed).
            #[must_use]
            pub const fn profile(mut self, profile: &'static crate::profile::Profile<'static>) -> Self {
                self.settings.profile = Some(profile);
                self
            }

            /// How many requests of one peer may be processed at a time; more are not read.
            #[must_use]
            pub const fn concurrency(mut self, requests: usize) -> Self {
                self.settings.concurrency = requests;
                self
            }

            /// Gives the response that was kept to a request that comes again, by its key and with a
            /// repeat MTI or without, and hands no copy of it to the handler: so that none is booked
            /// twice. The last `requests` are kept, each for `time`, over all connections.
            ///
            /// Two requests are copies of each other when they have the same key, card, processing
            /// code, amount, currency, terminal and merchant.
            #[must_use]
            pub fn deduplicate(mut self, requests: usize, time: core::time::Duration) -> Self {
                let duplicates = crate::net::connection::duplicates::Duplicates::new(requests, time);
                self.settings.duplicates = Some(duplicates);
                self
            }

            /// How many octets may wait to be written on one connection.
            #[must_use]
            pub const fn outbox(mut self, octets: usize) -> Self {
                self.settings.outbox_bytes = octets;
                self
            }

            /// How many octets are read at a time, 64 to 16 MiB. Larger frames make the room larger, up to the
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

            /// How long the peer may be silent before the connection is given up: unless said, a server
            /// waits for ten minutes, and a client for ever (its echo test finds a host that is gone).
            /// [`Duration::MAX`](core::time::Duration::MAX) is for ever.
            #[must_use]
            pub const fn idle_timeout(mut self, time: core::time::Duration) -> Self {
                self.settings.idle_timeout = Some(time);
                self
            }

            /// How long connecting may take: ten seconds, unless said.
            #[must_use]
            pub const fn connect_timeout(mut self, time: core::time::Duration) -> Self {
                self.settings.connect_timeout = time;
                self
            }

            /// How long the TLS handshake may take: five seconds, unless said.
            #[must_use]
            pub const fn handshake_timeout(mut self, time: core::time::Duration) -> Self {
                self.settings.handshake_timeout = time;
                self
            }

            /// Sends a poll, a frame without content, back to whoever polls.
            #[must_use]
            pub const fn respond_to_polls(mut self, respond: bool) -> Self {
                self.settings.respond_to_polls = respond;
                self
            }

            /// Responds to a request that does not follow the spec: with the elements that a response
            /// repeats, as far as they could be read, and a format error, which is response code 30, or
            /// action code 904 since 1993. Without this it gets no response. Either way
            /// [`Observer::unreadable`](crate::net::Observer::unreadable) hears of it.
            #[must_use]
            pub const fn respond_to_format_errors(mut self, respond: bool) -> Self {
                self.settings.respond_to_format_errors = respond;
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

pub(crate) use settings;
