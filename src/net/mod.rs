//! Connections: what stands between the messages and the business.
//!
//! A link that stays up, gives every response to its own request, and never loses one.
//!
//! | part | what it does | needs |
//! | --- | --- | --- |
//! | [`Correlation`] | which elements tell one exchange from another | `alloc` |
//! | [`mux`] | the requests in flight: window, deadlines, late responses, duplicates | `alloc` |
//! | [`saf`] | store and forward: what must arrive, in order, repeated, never dropped | `alloc` |
//! | `ForwarderHandle` | a running `Forwarder`: the task between its queue and its peers | `net` |
//! | `Client`, `Pool` | sends requests; connects again whenever the connection is lost | `net` |
//! | `Server` | responds; no connection can hold up the others | `net` |
//! | `ClientTls`, `ServerTls` | rustls; the host is verified, peers too if wanted | `tls` |
//!
//! The first three know no socket and no clock; the others are a shell of tokio around them.
//!
//! # What becomes of a request
//!
//! ```text
//!  request --> waits for a connection and for room in the window --> written --> response: Ok
//!                |                                                     |  |
//!                | deadline, shutdown, connection lost                 |  +--> response does not
//!                v                                                     |       hold: Refused
//!              NotSent: certainly not received                         v
//!                                              deadline, connection lost: Unknown
//! ```
//!
//! The difference is money. What was `NotSent` may be sent again. What is `Unknown` or `Refused`
//! may have been booked, and has to be reversed: put the reversal into a
//! [`saf::Forwarder`], which `Forwarder::run` joins to a client.
//! A response that comes after its request has ended goes to `Observer::late`, never to another
//! request.
//!
//! The other way round, a server sends no response that has another correlation key than its request:
//! `Reply::send` refuses it. Requests that get none are counted: `Totals::unanswered`.
//!
//! # How it is fast
//!
//! A request is in the table and in the buffer when `Peer::request` returns; what is awaited is its
//! response. So one task can have many in flight, and no message is held while it waits.
//!
//! Requests and responses are written into one buffer, and one task writes all of it at once. It does
//! so whenever there is something to write: a lone request waits for nobody, and while one write is
//! on its way the next batch gathers. When half a window is in the buffer that task goes first, so that the peer has
//! work while the other half is made: where one task sends them all, it goes when that task awaits a response; where each
//! request has a task, a runtime of several threads runs it next. On the way in, one read takes many frames. A response
//! is left in a place that later requests use again.
//!
//! A [`Builder`](crate::Builder) or a [`FilledForm`](crate::FilledForm) of the connection's own spec is not parsed again: its
//! octets were checked as they were written, and its key is known where the elements have a fixed length and are given in
//! full. `Reply::respond` makes responses by forms, which the connection learns.
//!
//! # What is bounded
//!
//! | what | by | and then |
//! | --- | --- | --- |
//! | a frame | `Framing::with_limit` | the connection is closed before memory is set aside |
//! | a frame that trickles in | `frame_timeout` | closed |
//! | requests in flight | `window` | callers wait until their deadline |
//! | octets to be written | `outbox` | callers wait; the peer is not read |
//! | a peer that takes nothing | `write_timeout` | closed |
//! | a peer that says nothing | `idle_timeout`, `echo_test` | closed |
//! | a TLS handshake | `handshake_timeout` | closed |
//! | requests of the peer being processed | `concurrency` | the peer is not read |
//! | connections of a server | `connections` | one that is not used gives way, or the newcomer is turned away |
//! | connections of one peer | `connections_per_peer` | one of its own gives way, or the newcomer is turned away |
//! | file descriptors | the system | one that is not used gives way, or the newcomer is turned away |
//! | a connection that gives way | a second, for the responses that it is owed | closed |
//! | connections that claim to be the host of a `Client::listener` | 8 at a time | the next ones wait |
//! | octets before the response to its sign-on | `read_buffer` | turned away |
//! | keys remembered | `Limits::memory`, `Limits::remember` | the oldest are forgotten |
//! | responses kept for repeats | number and time of `deduplicate` | the oldest are forgotten |
//! | messages of store and forward | `Policy::capacity` | `put` says that it is full |
//! | steps of store and forward in one commit | 1024 | callers wait |
//!
//! RULES.md names the test that reaches each of them.
#[cfg(feature = "net")]
mod accept;
#[cfg(feature = "net")]
mod admission;
#[cfg(feature = "net")]
mod client;
#[cfg(feature = "net")]
mod connection;
#[cfg(feature = "net")]
mod error;
mod exchange;
#[cfg(feature = "net")]
mod line;
#[cfg(feature = "net")]
mod log;
#[cfg(feature = "net")]
mod observe;
#[cfg(feature = "net")]
mod server;
#[cfg(feature = "net")]
mod settings;
#[cfg(feature = "tls")]
mod tls;

pub use exchange::backoff::Backoff;
pub use exchange::correlation::{Correlation, Mismatch, Trace};
pub use exchange::{mux, saf};

#[cfg(feature = "tls")]
pub use tls::{ClientTls, Identity, ServerTls, TlsError};
#[cfg(feature = "net")]
pub use {
    client::forwarder::ForwarderHandle,
    client::pool::{Health, Pool},
    client::route::{Route, Verdict},
    client::{Client, ClientBuilder},
    connection::handler::{Handler, Reply, Responder},
    connection::outgoing::Outgoing,
    connection::peer::Peer,
    connection::pending::Pending,
    connection::received::Received,
    error::{Closed, Lost, NotSent, Rejection, ReplyError, SendError},
    observe::{Event, ForwarderState, Observer, Totals, TurnedAway},
    server::{Server, ServerBuilder},
};

#[cfg(all(test, feature = "net"))]
mod tests;
