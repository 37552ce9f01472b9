//! Connections.
mod backoff;
mod correlation;
pub mod mux;
pub mod saf;

#[cfg(feature = "net")]
mod client;
#[cfg(feature = "net")]
mod desk;
#[cfg(feature = "net")]
mod error;
#[cfg(feature = "net")]
mod handler;
#[cfg(feature = "net")]
mod link;
#[cfg(feature = "net")]
mod log;
#[cfg(feature = "net")]
mod observe;
#[cfg(feature = "net")]
mod outbox;
#[cfg(feature = "net")]
mod peer;
#[cfg(feature = "net")]
mod pool;
#[cfg(feature = "net")]
mod received;
#[cfg(feature = "net")]
mod server;
#[cfg(feature = "net")]
mod settings;
#[cfg(feature = "net")]
mod supervisor;
#[cfg(feature = "tls")]
mod tls;

pub use backoff::Backoff;
pub use correlation::{Correlation, Trace};

#[cfg(feature = "tls")]
pub use tls::{ClientTls, Identity, ServerTls};
#[cfg(feature = "net")]
pub use {
    client::{Client, ClientBuilder},
    error::{Closed, Lost, NotSent, Rejection, SendError},
    handler::{Handler, Reply, Responder},
    observe::{Event, Observer, Totals},
    peer::Peer,
    pool::{Health, Pool},
    received::{Outgoing, Received},
    server::{Server, ServerBuilder},
};

#[cfg(all(test, feature = "net"))]
mod tests;
