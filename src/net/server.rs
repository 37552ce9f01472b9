//! The side that responds: any number of connections, none of which can hold up the others.

use core::fmt;
use core::future::pending;
use core::time::Duration;
use std::io;
use std::net::SocketAddr;
use std::string::{String, ToString};
use std::sync::Arc;
use std::vec::Vec;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{sleep, timeout};

use super::connection::handler::{Async, Handler};
use super::connection::outgoing::Outgoing;
use super::connection::peer::Peer;
use super::connection::received::Received;
use super::connection::run::{self, Service};
use super::connection::state::{Phase, State};
use super::error::Closed;
use super::log;
use super::observe::{Counters, Event, Observer, Totals};
use super::settings::{Settings, settings};

/// A listener and its connections. Dropping it closes them; [`Server::shutdown`] does so in good
/// order.
///
/// ```no_run
/// use cardwire::net::{Reply, Server};
/// use cardwire::{Builder, Message, de, profile, spec::ISO87_BCD};
/// use std::time::Duration;
///
/// # async fn run() -> std::io::Result<()> {
/// let server = Server::bind("0.0.0.0:5000")
///     .spec(&ISO87_BCD)
///     .idle_timeout(Duration::from_secs(300))
///     .serve_sync(|request: &Message<'_>, reply: Reply<'_>| {
///         let mut response = Builder::reply_to(request);
///         let _ = reply.send(response.echo(request, profile::ECHOED).set(de::RESPONSE_CODE, "00"));
///     })
///     .await?;
/// server.shutdown(Duration::from_secs(30)).await;
/// # Ok(())
/// # }
/// ```
pub struct Server {
    address: SocketAddr,
    counters: Arc<Counters>,
    closing: watch::Sender<Option<Duration>>,
    task: JoinHandle<()>,
}

impl Server {
    /// A server that listens on `address`, a host and a port; port 0 takes any that is free.
    #[must_use]
    pub fn bind(address: impl ToString) -> ServerBuilder {
        ServerBuilder::new(Listen::Address(address.to_string()))
    }

    /// A server on a listener that is there already.
    #[must_use]
    pub fn on(listener: TcpListener) -> ServerBuilder {
        ServerBuilder::new(Listen::Listener(listener))
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// What was counted so far, over all connections.
    #[must_use]
    pub fn totals(&self) -> Totals {
        self.counters.totals()
    }

    /// Ends in good order: accepts no connection, responds to the requests that came, and closes. After
    /// `limit` it closes in any case.
    ///
    /// A request that comes while others are being processed is processed, too, until half of the time
    /// is over. One that comes later is not handled and counts as `unanswered`; its sender sees the
    /// end of the connection as soon as the others have their responses.
    pub async fn shutdown(mut self, limit: Duration) {
        self.closing.send_replace(Some(limit));
        let _ = timeout(limit, &mut self.task).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("address", &self.address).finish_non_exhaustive()
    }
}

enum Listen {
    Address(String),
    Listener(TcpListener),
}

type OnConnect = Arc<dyn Fn(Peer, SocketAddr) + Send + Sync>;
type Each = Arc<dyn Fn(SocketAddr) -> (Arc<dyn Handler>, Arc<dyn Observer>) + Send + Sync>;

/// What a server will be. Every method has a default that is safe.
pub struct ServerBuilder {
    settings: Settings,
    listen: Listen,
    connections: usize,
    on_connect: Option<OnConnect>,
    #[cfg(feature = "tls")]
    tls: Option<super::tls::ServerTls>,
}

settings!(ServerBuilder);

impl ServerBuilder {
    fn new(listen: Listen) -> Self {
        Self {
            settings: Settings::default(),
            listen,
            connections: 1024,
            on_connect: None,
            #[cfg(feature = "tls")]
            tls: None,
        }
    }

    /// How many connections there may be; more are turned away.
    #[must_use]
    pub const fn connections(mut self, connections: usize) -> Self {
        self.connections = connections;
        self
    }

    /// Calls this with every new connection: a [`Peer`] to send requests to, over the connection
    /// that the other side made.
    #[must_use]
    pub fn on_connect(mut self, hook: impl Fn(Peer, SocketAddr) + Send + Sync + 'static) -> Self {
        self.on_connect = Some(Arc::new(hook));
        self
    }

    /// TLS.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn tls(mut self, tls: super::tls::ServerTls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// Listens, and responds to requests with an `async` function that gives the octets of the response:
    /// `Vec<u8>`, or `Option<Vec<u8>>` when some requests have none.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn serve<F, T>(self, serve: F) -> io::Result<Server>
    where
        F: Fn(Received) -> T + Send + Sync + 'static,
        T: Future<Output: Outgoing + Send> + Send + 'static,
    {
        self.serve_sync(Async::new(serve)).await
    }

    /// Listens, and responds to requests with a function that does not wait: the fastest way.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn serve_sync(self, handler: impl Handler) -> io::Result<Server> {
        self.listen(Some(Arc::new(handler)), None).await
    }

    /// Listens, and has each connection served, and watched, by what `make` gives for its peer.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn serve_each<S: Handler + Observer>(
        self,
        make: impl Fn(SocketAddr) -> S + Send + Sync + 'static,
    ) -> io::Result<Server> {
        let each: Each = Arc::new(move |peer| {
            let one = Arc::new(make(peer));
            (one.clone(), one)
        });
        self.listen(None, Some(each)).await
    }

    async fn listen(self, service: Service, each: Option<Each>) -> io::Result<Server> {
        let listener = match self.listen {
            Listen::Listener(listener) => listener,
            Listen::Address(address) => TcpListener::bind(address).await?,
        };
        let address = listener.local_addr()?;
        let counters = Arc::<Counters>::default();
        let (closing, closes) = watch::channel(None);
        let acceptor = Acceptor {
            settings: self.settings,
            service,
            counters: Arc::clone(&counters),
            places: Arc::new(Semaphore::new(self.connections)),
            on_connect: self.on_connect,
            each,
            #[cfg(feature = "tls")]
            tls: self.tls,
            closes,
        };
        let task = tokio::spawn(acceptor.run(listener));
        Ok(Server { address, counters, closing, task })
    }
}

impl fmt::Debug for ServerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerBuilder").field("settings", &self.settings).finish_non_exhaustive()
    }
}

#[derive(Clone)]
struct Acceptor {
    settings: Settings,
    service: Service,
    counters: Arc<Counters>,
    places: Arc<Semaphore>,
    on_connect: Option<OnConnect>,
    /// Who serves the connection of a peer, where that is not the same for all.
    each: Option<Each>,
    #[cfg(feature = "tls")]
    tls: Option<super::tls::ServerTls>,
    closes: watch::Receiver<Option<Duration>>,
}

impl Acceptor {
    async fn run(mut self, listener: TcpListener) {
        let mut connections = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                Some(_) = connections.join_next() => continue,
                _ = self.closes.wait_for(Option::is_some) => break,
            };
            let Ok((stream, address)) = accepted else {
                // Out of descriptors, most likely: some will be free again.
                sleep(Duration::from_millis(20)).await;
                continue;
            };
            let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
                self.settings.observer.event(Event::TurnedAway);
                continue;
            };
            let connection = self.clone();
            connections.spawn(log::within(&address.to_string(), async move {
                connection.serve(stream, address).await;
                drop(place);
            }));
        }
        drop(listener);
        while connections.join_next().await.is_some() {}
    }

    async fn serve(mut self, stream: TcpStream, address: SocketAddr) {
        if let Some(each) = &self.each {
            let (handler, observer) = each(address);
            (self.service, self.settings.observer) = (Some(handler), observer);
        }
        if stream.set_nodelay(true).is_err() {
            return;
        }
        #[cfg(feature = "tls")]
        if let Some(tls) = self.tls.clone() {
            match timeout(self.settings.connect_timeout, tls.accept(stream)).await {
                Ok(Ok(stream)) => {
                    let (reader, writer) = tokio::io::split(stream);
                    self.connected(reader, writer, address).await;
                }
                Ok(Err(error)) => self.settings.observer.event(Event::HandshakeFailed(Closed::by(&error))),
                Err(_) => {
                    let late = Closed::Tls(super::tls::TlsError::TimedOut);
                    self.settings.observer.event(Event::HandshakeFailed(late));
                }
            }
            return;
        }
        let (reader, writer) = stream.into_split();
        self.connected(reader, writer, address).await;
    }

    async fn connected<R, W>(self, reader: R, writer: W, address: SocketAddr)
    where
        R: AsyncRead + Unpin + Send + 'static,
        W: AsyncWrite + Unpin + Send + 'static,
    {
        let state = State::new(self.settings, self.counters);
        state.connected(Phase::Up);
        state.tell(Event::Up);
        if let Some(hook) = self.on_connect {
            hook(Peer { state: Arc::clone(&state) }, address);
        }
        let keeper = close_when_told(Arc::clone(&state), self.closes);
        let closed = run::run(Arc::clone(&state), self.service, reader, writer, Vec::new(), keeper).await;
        state.disconnected();
        state.tell(Event::Down(closed));
    }
}

/// Closes a connection when the server does, in two steps: until half of the time is over, what
/// comes in gets its response, too, as long as something is owed; after that only what was taken does.
async fn close_when_told(state: Arc<State>, mut closes: watch::Receiver<Option<Duration>>) -> Closed {
    let Some(limit) = closes.wait_for(Option::is_some).await.ok().and_then(|limit| *limit) else {
        return Closed::Local;
    };
    state.set_phase(Phase::Closing);
    let owed = async {
        state.responded().await;
        state.drained().await;
    };
    let _ = timeout(limit / 2, owed).await;
    state.refuse();
    state.responded().await;
    state.drained().await;
    state.finish();
    pending().await
}
