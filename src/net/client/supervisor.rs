//! The task that keeps a client connected.
//!
//! ```text
//!            connected          accepted
//!   down ---------------> sign-on ------> up ----+
//!    ^ ^                     |            | ^    | quiet: echo test
//!    | |   refused, silent   |            | +----+
//!    | +---------------------+            |
//!    +------------ wait, jittered <-------+ lost, echo test without response
//! ```

use core::future::pending;
use core::time::Duration;
use std::io;
use std::string::{String, ToString};
use std::sync::Arc;
use std::vec::Vec;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use super::session::Hooks;
use super::transport::Transport;
use crate::net::connection::run::Service;
use crate::net::connection::state::{Phase, State};
use crate::net::error::Closed;
use crate::net::exchange::backoff::Backoff;
use crate::net::observe::{Event, TurnedAway};

/// Where connections come from.
pub(crate) enum Endpoint {
    Dial(Vec<String>),
    Accept(TcpListener),
}

impl Endpoint {
    /// A name for logs.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Dial(addresses) => addresses.join(","),
            Self::Accept(listener) => {
                listener.local_addr().map_or_else(|_| "listener".into(), |address| address.to_string())
            }
        }
    }
}

type First = Option<oneshot::Sender<Result<(), Closed>>>;

pub(crate) struct Supervisor {
    pub(crate) state: Arc<State>,
    pub(crate) service: Service,
    pub(crate) endpoint: Endpoint,
    pub(crate) hooks: Hooks,
    pub(crate) backoff: Backoff,
    /// Who waits for the outcome of the first attempt.
    pub(crate) first: First,
}

impl Supervisor {
    pub(crate) async fn run(mut self) {
        let mut next = None;
        loop {
            let attempt = match next.take() {
                Some(transport) => Ok(transport),
                None => self.reach().await,
            };
            match attempt {
                Ok(transport) => {
                    let began = Instant::now();
                    next = self.serve(transport).await;
                    if began.elapsed() >= STEADY {
                        self.backoff.reset();
                    }
                }
                Err(closed) => self.failed(closed),
            }
            if self.state.phase() == Phase::Closing {
                return;
            }
            // A client that is called has nothing to wait for.
            if let Endpoint::Dial(_) = self.endpoint {
                let wait = self.backoff.wait();
                self.state.tell(Event::Retry(wait));
                tokio::select! {
                    () = sleep(wait) => (),
                    () = self.state.until(|phase| phase == Phase::Closing) => return,
                }
            }
        }
    }

    fn failed(&mut self, closed: Closed) {
        self.state.tell(Event::ConnectFailed(closed.clone()));
        if let Some(first) = self.first.take() {
            let _ = first.send(Err(closed));
        }
    }

    /// A new connection.
    async fn reach(&self) -> Result<Transport, Closed> {
        let settings = &self.state.settings;
        match &self.endpoint {
            Endpoint::Accept(listener) => Ok(newcomer(&self.state, &self.hooks, listener).await),
            Endpoint::Dial(addresses) => {
                let mut last = io::ErrorKind::AddrNotAvailable;
                for address in addresses {
                    match timeout(settings.connect_timeout, TcpStream::connect(address)).await {
                        Ok(Ok(stream)) => return Transport::over(stream, settings, &self.hooks).await,
                        Ok(Err(error)) => last = error.kind(),
                        Err(_) => last = io::ErrorKind::TimedOut,
                    }
                }
                Err(Closed::Io(last))
            }
        }
    }

    /// Serves a connection to its end, or until the host has dialled anew.
    async fn serve(&mut self, transport: Transport) -> Option<Transport> {
        let (up, is_up) = oneshot::channel();
        let client = (Arc::clone(&self.state), self.service.clone());
        let session = transport.run(client, self.hooks.clone(), up);
        let mut first = self.first.take();
        let again = async {
            match &self.endpoint {
                Endpoint::Accept(listener) => newcomer(&self.state, &self.hooks, listener).await,
                Endpoint::Dial(_) => pending().await,
            }
        };
        let told = async {
            if is_up.await.is_ok()
                && let Some(first) = first.take()
            {
                let _ = first.send(Ok(()));
            }
            pending::<()>().await;
        };
        let (closed, next) = tokio::select! {
            closed = session => (closed, None),
            next = again => (Closed::Local, Some(next)),
            () = told => (Closed::Local, None),
        };
        self.state.disconnected();
        self.state.tell(Event::Down(closed.clone()));
        if let Some(first) = first {
            let _ = first.send(Err(closed));
        }
        next
    }
}

/// The next connection from outside that proves itself: by its TLS handshake, and by the response
/// to the sign-on. Until then it takes the place of no other, and holds up no other.
async fn newcomer(state: &Arc<State>, hooks: &Hooks, listener: &TcpListener) -> Transport {
    let mut candidates = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept(), if candidates.len() < CANDIDATES => match accepted {
                Ok((stream, address)) => {
                    let (state, hooks) = (Arc::clone(state), hooks.clone());
                    candidates.spawn(async move { (candidate(stream, &state, &hooks).await, address) });
                }
                // Out of descriptors, most likely: some will be free again.
                Err(_) => sleep(Duration::from_millis(20)).await,
            },
            Some(candidate) = candidates.join_next() => match candidate {
                Ok((Ok(transport), _)) => return transport,
                Ok((Err(_), peer)) => {
                    state.tell(Event::TurnedAway { peer: Some(peer), why: TurnedAway::NotTheHost });
                }
                Err(_) => state.tell(Event::TurnedAway { peer: None, why: TurnedAway::NotTheHost }),
            },
        }
    }
}

async fn candidate(stream: TcpStream, state: &State, hooks: &Hooks) -> Result<Transport, Closed> {
    Transport::over(stream, &state.settings, hooks).await?.signed_on(state, hooks).await
}

/// How many connections may be about to prove themselves.
const CANDIDATES: usize = 8;

/// How long a connection has to last before the waits start over.
const STEADY: Duration = Duration::from_secs(5);
