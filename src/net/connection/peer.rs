//! The far end of a connection, as something to send requests to.

use core::fmt;
use core::time::Duration;
use std::sync::Arc;

use super::outgoing::Outgoing;
use super::pending::{self, Pending, RequestKind};
use super::state::{Phase, State};
use crate::net::error::NotSent;
use crate::net::observe::Totals;

/// The far end of a connection. Cloning it is cheap; all clones share the connection.
#[derive(Clone)]
pub struct Peer {
    pub(crate) state: Arc<State>,
}

impl Peer {
    /// Sends a request, whose response is to be awaited, for no longer than `timeout` in all: waiting
    /// for a connection and for room in the window counts. [`SendError`](crate::net::SendError) tells
    /// what certainly was not sent from what must be reversed.
    ///
    /// Where there is a connection and room, the request is on its way when this returns. So as many as
    /// the window holds can be sent in a row, and their responses come in any order:
    ///
    /// ```no_run
    /// # use cardwire::net::{Client, SendError};
    /// # use std::time::Duration;
    /// # async fn run(client: Client, batch: Vec<Vec<u8>>) -> Result<(), SendError> {
    /// let limit = Duration::from_secs(10);
    /// let sent: Vec<_> = batch.iter().map(|message| client.request(message, limit)).collect();
    /// for pending in sent {
    ///     let response = pending.await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn request(&self, message: impl Outgoing, timeout: Duration) -> Pending {
        pending::request(&self.state, &message, &self.state.settings.header, timeout, RequestKind::Plain)
    }

    /// Sends a request again that ended without a response, where its MTI cannot say that it is a repeat:
    /// a terminal's `0400`, for example. The response to either copy settles it. A repeat by its MTI
    /// (`0421`) is sent with [`Peer::request`].
    pub fn request_again(&self, message: impl Outgoing, timeout: Duration) -> Pending {
        pending::request(&self.state, &message, &self.state.settings.header, timeout, RequestKind::Again)
    }

    /// As [`Peer::request`], with a station header for this request alone.
    pub fn request_with_header(&self, header: &[u8], message: impl Outgoing, timeout: Duration) -> Pending {
        pending::request(&self.state, &message, header, timeout, RequestKind::Plain)
    }

    /// Sends a message that has no response, such as a notification (`1140`, `1640`). `Ok` says that it
    /// is about to leave, not that it arrives: what must arrive is for a
    /// [`ForwarderHandle`](crate::net::ForwarderHandle).
    ///
    /// # Errors
    /// When it does not leave: the message is wrong, there is no connection, or as much as is
    /// allowed waits to be written.
    pub fn notify(&self, message: impl Outgoing) -> Result<(), NotSent> {
        pending::notify(&self.state, &message, &self.state.settings.header)
    }

    /// As [`Peer::notify`], with a station header for this message alone.
    ///
    /// # Errors
    /// As [`Peer::notify`].
    pub fn notify_with_header(&self, header: &[u8], message: impl Outgoing) -> Result<(), NotSent> {
        pending::notify(&self.state, &message, header)
    }

    /// Whether requests can be sent now, without waiting for a connection.
    #[must_use]
    pub fn is_up(&self) -> bool {
        self.state.phase() == Phase::Up
    }

    /// How many requests are in flight.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.state.in_flight()
    }

    /// What was counted so far.
    #[must_use]
    pub fn totals(&self) -> Totals {
        self.state.counters.totals()
    }
}

impl fmt::Debug for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Peer")
            .field("phase", &self.state.phase())
            .field("in_flight", &self.in_flight())
            .finish()
    }
}
