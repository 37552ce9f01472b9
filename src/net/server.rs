//! The side that responds: any number of connections, none of which can hold up the others.

use core::fmt;
use core::time::Duration;
use std::io;
use std::net::SocketAddr;
use std::string::{String, ToString};
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::accept::{Acceptor, Each, OnConnect};
use super::connection::handler::{Async, Handler};
use super::connection::outgoing::Outgoing;
use super::connection::peer::Peer;
use super::connection::received::Received;
use super::connection::run::Service;
use super::observe::{Counters, Observer, Totals};
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

/// How long a peer may be silent unless said.
const IDLE: Duration = Duration::from_secs(600);

/// What a server will be. Every method has a default that is safe.
pub struct ServerBuilder {
    settings: Settings,
    listen: Listen,
    connections: usize,
    per_peer: Option<usize>,
    on_connect: Option<OnConnect>,
    #[cfg(feature = "tls")]
    tls: Option<super::tls::ServerTls>,
}

settings!(ServerBuilder);

impl ServerBuilder {
    fn new(listen: Listen) -> Self {
        let settings = Settings { idle_timeout: Some(IDLE), ..Settings::default() };
        Self {
            settings,
            listen,
            connections: 1024,
            per_peer: None,
            on_connect: None,
            #[cfg(feature = "tls")]
            tls: None,
        }
    }

    /// How many connections there may be; 1024 unless said.
    ///
    /// When there are as many, the one gives way that never sent a message and has been silent for longest,
    /// or else the one that sent messages and has been silent for longest, more than a second. One that is
    /// being used, or has sent what is yet to be read, gives way to nobody: then the newcomer is turned away, and
    /// the observer is told.
    ///
    /// The limit of file descriptors of the process should be higher. Where it is not, the same happens
    /// when it is reached.
    #[must_use]
    pub const fn connections(mut self, connections: usize) -> Self {
        self.connections = connections;
        self
    }

    /// How many of the connections one peer may have; half of them unless said. A peer is an address, or
    /// with IPv6 a network of 64 bits. When it has as many, one of its own gives way.
    #[must_use]
    pub const fn connections_per_peer(mut self, connections: usize) -> Self {
        self.per_peer = Some(connections);
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
            limits: (self.connections, self.per_peer.unwrap_or(self.connections.div_ceil(2))),
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
