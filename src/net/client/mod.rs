//! The side that connects and sends requests: its connection is made again whenever it is lost.

pub(crate) mod forwarder;
pub(crate) mod pool;
pub(crate) mod route;
pub(crate) mod session;
mod supervisor;
mod transport;

use core::fmt;
use core::ops::Deref;
use core::time::Duration;
use std::string::ToString;
use std::sync::{Arc, Mutex, PoisonError};
use std::vec::Vec;

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use self::session::{Hooks, OwnRequest};
use self::supervisor::{Endpoint, Supervisor};
use super::connection::handler::{Async, Handler};
use super::connection::outgoing::Outgoing;
use super::connection::peer::Peer;
use super::connection::received::Received;
use super::connection::run::Service;
use super::connection::state::{Phase, State};
use super::error::Closed;
use super::exchange::backoff::Backoff;
use super::settings::{Settings, settings};
use crate::read::message::Message;

/// A connection to a host that is made again whenever it is lost; a [`Peer`] to send requests to.
///
/// ```no_run
/// use cardwire::net::{Client, SendError};
/// use cardwire::{Builder, Framing, Mti, de, spec::ISO87_BCD};
/// use std::time::Duration;
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let client = Client::builder("host.example:5000")
///     .framing(Framing::BINARY2)
///     .spec(&ISO87_BCD)
///     .connect()
///     .await?;
/// let request = Builder::new(&ISO87_BCD, Mti::NETWORK_REQUEST).set(de::STAN, 1).set(de::NETWORK_CODE, "301").to_vec()?;
/// match client.request(&request, Duration::from_secs(10)).await {
///     Ok(response) => println!("{}", response.message().describe()),
///     Err(SendError::NotSent(why)) => println!("safe to send again: {why}"),
///     Err(unknown) => println!("to be reversed: {unknown}"),
/// }
/// # Ok(())
/// # }
/// ```
///
/// Clones share the connection; it is closed when the last of them is dropped. To let go of it in
/// good order, call [`Client::shutdown`].
#[derive(Clone)]
pub struct Client {
    peer: Peer,
    held: Arc<Held>,
}

/// The task that keeps the connection, which ends with the last client.
struct Held {
    hooks: Hooks,
    supervisor: Mutex<Option<JoinHandle<()>>>,
}

impl Drop for Held {
    fn drop(&mut self) {
        let supervisor = self.supervisor.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(task) = supervisor.take() {
            task.abort();
        }
    }
}

impl Client {
    /// A client that dials `address`, a host and a port. Names are looked up for every connection.
    #[must_use]
    pub fn builder(address: impl ToString) -> ClientBuilder {
        ClientBuilder::new(Endpoint::Dial(Vec::from([address.to_string()])))
    }

    /// A client that dials the first of several addresses that can be reached.
    #[must_use]
    pub fn any_of<A: ToString>(addresses: impl IntoIterator<Item = A>) -> ClientBuilder {
        ClientBuilder::new(Endpoint::Dial(addresses.into_iter().map(|address| address.to_string()).collect()))
    }

    /// A client that waits for the host to dial. It serves one connection at a time; when the host
    /// dials anew, the new connection takes the place of the old one, which is half open then.
    #[must_use]
    pub fn listener(listener: TcpListener) -> ClientBuilder {
        ClientBuilder::new(Endpoint::Accept(listener))
    }

    /// Waits until requests can be sent.
    pub async fn up(&self) {
        self.peer.state.until(|phase| phase == Phase::Up).await;
    }

    /// Ends in good order: takes no new request, waits for what is in flight, signs off, closes.
    /// After `limit` it closes in any case; what is in flight then ends as unknown.
    pub async fn shutdown(&self, limit: Duration) {
        let state = &self.peer.state;
        let was_up = state.phase() == Phase::Up;
        state.set_phase(Phase::Closing);
        let supervisor = self.held.supervisor.lock().unwrap_or_else(PoisonError::into_inner).take();
        let orderly = async {
            state.drained().await;
            if let Some(sign_off) = self.held.hooks.sign_off.as_ref().filter(|_| was_up) {
                sign_off.succeeds(state).await;
            }
            state.finish();
        };
        let _ = timeout(limit, orderly).await;
        if let Some(mut task) = supervisor {
            let patience = if was_up { limit.min(FAREWELL) } else { Duration::ZERO };
            if timeout(patience, &mut task).await.is_err() {
                task.abort();
                let _ = task.await;
                state.disconnected();
            }
        }
    }
}

/// How long the writer may take over what is left.
const FAREWELL: Duration = Duration::from_secs(1);

impl Deref for Client {
    type Target = Peer;

    fn deref(&self) -> &Peer {
        &self.peer
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Client").field(&self.peer).finish()
    }
}

/// What a client will be. Every method has a default that is safe.
pub struct ClientBuilder {
    settings: Settings,
    service: Service,
    endpoint: Endpoint,
    hooks: Hooks,
    backoff: (Duration, Duration),
}

settings!(ClientBuilder);

impl ClientBuilder {
    fn new(endpoint: Endpoint) -> Self {
        let backoff = (Duration::from_millis(200), Duration::from_secs(30));
        Self { settings: Settings::default(), service: None, endpoint, hooks: Hooks::NONE, backoff }
    }

    /// The waits between attempts to connect: from `first`, doubling, to `longest`, with jitter.
    #[must_use]
    pub const fn reconnect(mut self, first: Duration, longest: Duration) -> Self {
        self.backoff = (first, longest);
        self
    }

    /// Sends this request on every new connection, before any other. The connection is up when the
    /// response is `accepted`; otherwise it is closed and tried again.
    #[must_use]
    pub fn sign_on(
        mut self,
        request: impl Fn() -> Vec<u8> + Send + Sync + 'static,
        accepted: impl Fn(&Message<'_>) -> bool + Send + Sync + 'static,
        time: Duration,
    ) -> Self {
        self.hooks.sign_on = Some(OwnRequest::new(request, accepted, time));
        self
    }

    /// Sends this request when the connection was quiet for `idle`. When no response comes within
    /// `time`, the connection is half open: it is closed and made again.
    #[must_use]
    pub fn echo_test(
        mut self,
        idle: Duration,
        request: impl Fn() -> Vec<u8> + Send + Sync + 'static,
        time: Duration,
    ) -> Self {
        self.hooks.echo_test = Some((idle, OwnRequest::new(request, |_| true, time)));
        self
    }

    /// Sends this request last, in [`Client::shutdown`].
    #[must_use]
    pub fn sign_off(mut self, request: impl Fn() -> Vec<u8> + Send + Sync + 'static, time: Duration) -> Self {
        self.hooks.sign_off = Some(OwnRequest::new(request, |_| true, time));
        self
    }

    /// Who responds to requests of the host, such as its echo test. Called by the task that reads.
    #[must_use]
    pub fn on_request(mut self, handler: impl Handler) -> Self {
        self.service = Some(Arc::new(handler));
        self
    }

    /// The same with an `async` function that gives the octets of the response, or none.
    #[must_use]
    pub fn on_request_async<F, T>(self, serve: F) -> Self
    where
        F: Fn(Received) -> T + Send + Sync + 'static,
        T: Future<Output: Outgoing + Send> + Send + 'static,
    {
        self.on_request(Async::new(serve))
    }

    /// TLS, with the host verified.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn tls(mut self, tls: super::tls::ClientTls) -> Self {
        self.hooks.tls = Some(tls);
        self
    }

    /// Connects. When this returns, requests can be sent; from here on the connection is made again
    /// whenever it is lost.
    ///
    /// # Errors
    /// When the first attempt fails, sign-on included.
    pub async fn connect(self) -> Result<Client, Closed> {
        let (first, outcome) = oneshot::channel();
        let client = self.spawn(Some(first));
        outcome.await.unwrap_or(Err(Closed::Local)).map(|()| client)
    }

    /// Connects in the background, again and again until it succeeds. Must be called within a
    /// `tokio` runtime.
    #[must_use]
    pub fn start(self) -> Client {
        self.spawn(None)
    }

    fn spawn(self, first: Option<oneshot::Sender<Result<(), Closed>>>) -> Client {
        let Self { settings, service, endpoint, hooks, backoff: (soonest, longest) } = self;
        let state = State::new(settings, Arc::default());
        let backoff = Backoff::new(soonest, longest, seed());
        let name = endpoint.name();
        let supervisor =
            Supervisor { state: Arc::clone(&state), service, endpoint, hooks: hooks.clone(), backoff, first };
        let task = tokio::spawn(super::log::within(&name, supervisor.run()));
        Client { peer: Peer { state }, held: Arc::new(Held { hooks, supervisor: Mutex::new(Some(task)) }) }
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// A number that differs from process to process and from client to client.
fn seed() -> u64 {
    use core::hash::{BuildHasher, Hasher};
    std::hash::RandomState::new().build_hasher().finish()
}
