//! The task that keeps a client connected.
//!
//! ```text
//!            connected          accepted
//!   down ---------------> sign-on ------> up ----+
//!    ^ ^                     |            | ^    | quiet: echo
//!    | |   refused, silent   |            | +----+
//!    | +---------------------+            |
//!    +------------ wait, jittered <-------+ lost, echo unanswered
//! ```

use core::future::pending;
use core::time::Duration;
use std::io;
use std::string::String;
use std::sync::Arc;
use std::vec::Vec;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep, timeout};

use super::backoff::Backoff;
use super::desk::{Desk, Phase};
use super::error::{Closed, SendError};
use super::link;
use super::observe::Event;
use super::received::Received;
use crate::message::Message;

/// Where connections come from.
pub(super) enum Endpoint {
    Dial(Vec<String>),
    Accept(TcpListener),
}

/// What is said on a connection besides the requests of the caller.
#[derive(Clone)]
pub(super) struct Hooks {
    pub(super) sign_on: Option<Dialogue>,
    pub(super) echo: Option<(Duration, Dialogue)>,
    pub(super) sign_off: Option<Dialogue>,
    #[cfg(feature = "tls")]
    pub(super) tls: Option<super::tls::ClientTls>,
}

impl Hooks {
    pub(super) const NONE: Self = Self {
        sign_on: None,
        echo: None,
        sign_off: None,
        #[cfg(feature = "tls")]
        tls: None,
    };
}

/// One request of the connection itself, and what makes its answer good.
#[derive(Clone)]
pub(super) struct Dialogue {
    request: Arc<dyn Fn() -> Vec<u8> + Send + Sync>,
    accepted: Arc<dyn Fn(&Message<'_>) -> bool + Send + Sync>,
    time: Duration,
}

impl Dialogue {
    pub(super) fn new(
        request: impl Fn() -> Vec<u8> + Send + Sync + 'static,
        accepted: impl Fn(&Message<'_>) -> bool + Send + Sync + 'static,
        time: Duration,
    ) -> Self {
        Self { request: Arc::new(request), accepted: Arc::new(accepted), time }
    }

    /// Whether the answer came and was accepted.
    pub(super) async fn run(&self, desk: &Desk) -> bool {
        self.ask(desk).await.is_ok_and(|answer| (self.accepted)(&answer.message()))
    }

    async fn ask(&self, desk: &Desk) -> Result<Received, SendError> {
        let request = (self.request)();
        desk.request(&request, &desk.settings.header, self.time, true).await
    }
}

type First = Option<oneshot::Sender<Result<(), Closed>>>;

pub(super) struct Supervisor {
    pub(super) desk: Arc<Desk>,
    pub(super) endpoint: Endpoint,
    pub(super) hooks: Hooks,
    pub(super) backoff: Backoff,
    /// Who waits for the outcome of the first attempt.
    pub(super) first: First,
}

impl Supervisor {
    pub(super) async fn run(mut self) {
        let mut next = None;
        loop {
            let attempt = match next.take() {
                Some(stream) => Ok(stream),
                None => self.reach().await,
            };
            match attempt {
                Ok(stream) => {
                    let began = Instant::now();
                    next = self.serve(stream).await;
                    if began.elapsed() >= STEADY {
                        self.backoff.reset();
                    }
                }
                Err(error) => self.failed(Closed::Io(error.kind())),
            }
            if self.desk.phase() == Phase::Closing {
                return;
            }
            if next.is_none() {
                let wait = self.backoff.wait();
                self.desk.tell(Event::Retry(wait));
                tokio::select! {
                    () = sleep(wait) => (),
                    () = self.desk.until(|phase| phase == Phase::Closing) => return,
                }
            }
        }
    }

    fn failed(&mut self, closed: Closed) {
        if let Some(first) = self.first.take() {
            let _ = first.send(Err(closed));
        }
    }

    /// A new connection.
    async fn reach(&self) -> io::Result<TcpStream> {
        match &self.endpoint {
            Endpoint::Accept(listener) => listener.accept().await.map(|(stream, _)| stream),
            Endpoint::Dial(addresses) => {
                let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
                for address in addresses {
                    match timeout(self.desk.settings.connect_timeout, TcpStream::connect(address)).await {
                        Ok(Ok(stream)) => return Ok(stream),
                        Ok(Err(error)) => last = error,
                        Err(_) => last = io::ErrorKind::TimedOut.into(),
                    }
                }
                Err(last)
            }
        }
    }

    /// Serves a connection to its end, or until the host dials anew.
    async fn serve(&mut self, stream: TcpStream) -> Option<TcpStream> {
        let (up, is_up) = oneshot::channel();
        let session = Self::session(Arc::clone(&self.desk), self.hooks.clone(), stream, up);
        let mut first = self.first.take();
        let again = async {
            match &self.endpoint {
                Endpoint::Accept(listener) => listener.accept().await.ok().map(|(stream, _)| stream),
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
            next = again => (Closed::Here, next),
            () = told => (Closed::Here, None),
        };
        self.desk.disconnected();
        self.desk.tell(Event::Down(closed));
        if let Some(first) = first {
            let _ = first.send(Err(closed));
        }
        next
    }

    async fn session(desk: Arc<Desk>, hooks: Hooks, stream: TcpStream, up: oneshot::Sender<()>) -> Closed {
        if let Err(error) = stream.set_nodelay(true) {
            return Closed::Io(error.kind());
        }
        #[cfg(feature = "tls")]
        if let Some(tls) = hooks.tls.clone() {
            let handshake = timeout(desk.settings.connect_timeout, tls.connect(stream)).await;
            return match handshake {
                Ok(Ok(stream)) => {
                    let (reader, writer) = tokio::io::split(stream);
                    connected(desk, hooks, reader, writer, up).await
                }
                Ok(Err(error)) => Closed::Io(error.kind()),
                Err(_) => Closed::Io(io::ErrorKind::TimedOut),
            };
        }
        let (reader, writer) = stream.into_split();
        connected(desk, hooks, reader, writer, up).await
    }
}

/// How long a connection has to last before the waits start over.
const STEADY: Duration = Duration::from_secs(5);

/// A connection with its sign-on and its echoes.
pub(super) async fn connected<R, W>(
    desk: Arc<Desk>,
    hooks: Hooks,
    reader: R,
    writer: W,
    up: oneshot::Sender<()>,
) -> Closed
where
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    desk.connected(if hooks.sign_on.is_some() { Phase::SigningOn } else { Phase::Up });
    let keeper = keep(Arc::clone(&desk), hooks, up);
    link::run(desk, reader, writer, keeper).await
}

async fn keep(desk: Arc<Desk>, hooks: Hooks, up: oneshot::Sender<()>) -> Closed {
    if let Some(sign_on) = &hooks.sign_on {
        if !sign_on.run(&desk).await {
            return Closed::SignOn;
        }
        desk.set_phase(Phase::Up);
    }
    desk.tell(Event::Up);
    let _ = up.send(());
    let Some((idle, echo)) = hooks.echo else { return pending().await };
    loop {
        let silence = desk.silence();
        if silence < idle {
            sleep(idle - silence).await;
        } else if let Err(SendError::Unknown { .. } | SendError::NotSent(_)) = echo.ask(&desk).await
            && desk.silence() >= idle
        {
            return Closed::NoEcho;
        }
    }
}
