//! Several connections used as one.

use core::sync::atomic::{AtomicUsize, Ordering};
use core::time::Duration;
use std::vec::Vec;

use tokio::time::Instant;

use super::Client;
use crate::net::connection::outgoing::Outgoing;
use crate::net::connection::received::Received;
use crate::net::error::{NotSent, SendError};

/// Several clients, each with a connection of its own; requests go to the one that is up and has
/// the fewest in flight.
///
/// A request moves on to another connection only when it certainly was not sent.
#[derive(Debug)]
pub struct Pool {
    clients: Vec<Client>,
    turn: AtomicUsize,
}

/// How well a pool is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Health {
    /// How many connections are up.
    pub up: usize,
    /// How many there should be.
    pub of: usize,
    /// How many requests are in flight.
    pub in_flight: usize,
}

impl Pool {
    /// A pool of these clients.
    #[must_use]
    pub fn new(clients: impl IntoIterator<Item = Client>) -> Self {
        Self { clients: clients.into_iter().collect(), turn: AtomicUsize::new(0) }
    }

    /// Sends a request over the best connection, as [`Peer::request`](crate::net::Peer::request).
    ///
    /// # Errors
    /// As [`Peer::request`](crate::net::Peer::request); `NotSent` only when no connection could send it.
    pub async fn request(&self, message: impl Outgoing, timeout: Duration) -> Result<Received, SendError> {
        let began = Instant::now();
        let mut last = NotSent::Down;
        for _ in 0..self.clients.len() {
            let left = timeout.saturating_sub(began.elapsed());
            let Some(client) = self.best() else { break };
            match client.request(&message, left).await {
                Err(SendError::NotSent(why @ (NotSent::Lost | NotSent::Closing))) => last = why,
                outcome => return outcome,
            }
        }
        Err(SendError::NotSent(last))
    }

    /// How well it is.
    #[must_use]
    pub fn health(&self) -> Health {
        Health {
            up: self.clients.iter().filter(|client| client.is_up()).count(),
            of: self.clients.len(),
            in_flight: self.clients.iter().map(|client| client.in_flight()).sum(),
        }
    }

    /// The clients.
    #[must_use]
    pub fn clients(&self) -> &[Client] {
        &self.clients
    }

    /// Ends all of them in good order, at the same time.
    pub async fn shutdown(&self, limit: Duration) {
        let mut tasks = tokio::task::JoinSet::new();
        for client in &self.clients {
            let client = client.clone();
            tasks.spawn(async move { client.shutdown(limit).await });
        }
        while tasks.join_next().await.is_some() {}
    }

    /// The client that is up with the fewest requests in flight; among equals each has its turn.
    fn best(&self) -> Option<&Client> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed).checked_rem(self.clients.len())?;
        let (before, after) = self.clients.split_at_checked(turn)?;
        after.iter().chain(before).min_by_key(|client| (!client.is_up(), client.in_flight()))
    }
}
