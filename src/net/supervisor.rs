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

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use super::backoff::Backoff;
use super::desk::{Desk, Manner, Phase};
use super::error::{Closed, SendError};
use super::line::Line;
use super::link;
use super::observe::Event;
use super::received::Received;
use super::settings::Settings;
use crate::read::message::Message;

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
    pub(super) async fn run(&self, desk: &Arc<Desk>) -> bool {
        self.ask(desk).await.is_ok_and(|answer| (self.accepted)(&answer.message()))
    }

    /// The same on a connection that is no desk's yet: the octets that came in besides the answer.
    pub(super) async fn introduce<S>(&self, settings: &Settings, stream: &mut S) -> Option<Vec<u8>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        timeout(self.time, self.introduced(settings, stream)).await.ok().flatten()
    }

    async fn introduced<S>(&self, settings: &Settings, stream: &mut S) -> Option<Vec<u8>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let Settings { spec, framing, correlation, check, .. } = settings;
        let request = (self.request)();
        let trace = correlation.trace(&Message::parse(spec, &request).ok()?)?;
        let mut frame = std::vec![0; framing.measure(&settings.header, &request).ok()?];
        stream.write_all(framing.wrap(&settings.header, &request, &mut frame).ok()?).await.ok()?;
        let (mut octets, mut at) = (Vec::new(), 0);
        loop {
            while let Some(frame) = framing.split(octets.get(at..)?).ok()? {
                let answer = Message::parse(spec, frame.payload).ok();
                let answer = answer.filter(|answer| correlation.is_answer(answer.mti()));
                if let Some(answer) = answer.filter(|answer| correlation.trace(answer) == Some(trace)) {
                    let holds = check.as_ref().is_none_or(|check| check(&answer).is_ok());
                    let accepted = holds && (self.accepted)(&answer);
                    let end = at + frame.consumed;
                    octets.drain(at..end);
                    return accepted.then_some(octets);
                }
                at += frame.consumed;
            }
            // Whatever else is said before the sign-on is answered has to fit into one read.
            if octets.len() >= settings.read_buffer || stream.read_buf(&mut octets).await.ok()? == 0 {
                return None;
            }
        }
    }

    async fn ask(&self, desk: &Arc<Desk>) -> Result<Received, SendError> {
        let request = (self.request)();
        desk.request(&request, &desk.settings.header, self.time, Manner::Early).await
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
                Some(line) => Ok(line),
                None => self.reach().await,
            };
            match attempt {
                Ok(line) => {
                    let began = Instant::now();
                    next = self.serve(line).await;
                    if began.elapsed() >= STEADY {
                        self.backoff.reset();
                    }
                }
                Err(closed) => self.failed(closed),
            }
            if self.desk.phase() == Phase::Closing {
                return;
            }
            // Who is called has nothing to wait for.
            if let Endpoint::Dial(_) = self.endpoint {
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
    async fn reach(&self) -> Result<Line, Closed> {
        let settings = &self.desk.settings;
        match &self.endpoint {
            Endpoint::Accept(listener) => Ok(newcomer(&self.desk, &self.hooks, listener).await),
            Endpoint::Dial(addresses) => {
                let mut last = io::ErrorKind::AddrNotAvailable;
                for address in addresses {
                    match timeout(settings.connect_timeout, TcpStream::connect(address)).await {
                        Ok(Ok(stream)) => return Line::over(stream, settings, &self.hooks).await,
                        Ok(Err(error)) => last = error.kind(),
                        Err(_) => last = io::ErrorKind::TimedOut,
                    }
                }
                Err(Closed::Io(last))
            }
        }
    }

    /// Serves a connection to its end, or until the host has dialled anew.
    async fn serve(&mut self, line: Line) -> Option<Line> {
        let (up, is_up) = oneshot::channel();
        let session = line.run(Arc::clone(&self.desk), self.hooks.clone(), up);
        let mut first = self.first.take();
        let again = async {
            match &self.endpoint {
                Endpoint::Accept(listener) => newcomer(&self.desk, &self.hooks, listener).await,
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
            next = again => (Closed::Here, Some(next)),
            () = told => (Closed::Here, None),
        };
        self.desk.disconnected();
        self.desk.tell(Event::Down(closed));
        if let Some(first) = first {
            let _ = first.send(Err(closed));
        }
        next
    }
}

/// The next connection from outside that proves itself: by its TLS handshake, and by the answer to
/// the sign-on. Until then it takes the place of no other, and holds up no other.
async fn newcomer(desk: &Arc<Desk>, hooks: &Hooks, listener: &TcpListener) -> Line {
    let mut candidates = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept(), if candidates.len() < CANDIDATES => match accepted {
                Ok((stream, _)) => {
                    let (desk, hooks) = (Arc::clone(desk), hooks.clone());
                    candidates.spawn(async move { Line::over(stream, &desk.settings, &hooks).await?.introduced(&desk, &hooks).await });
                }
                // Out of descriptors, most likely: some will be free again.
                Err(_) => sleep(Duration::from_millis(20)).await,
            },
            Some(candidate) = candidates.join_next() => match candidate {
                Ok(Ok(line)) => return line,
                Ok(Err(_)) | Err(_) => desk.tell(Event::TurnedAway),
            },
        }
    }
}

/// How many connections may be about to prove themselves.
const CANDIDATES: usize = 8;

/// How long a connection has to last before the waits start over.
const STEADY: Duration = Duration::from_secs(5);

/// A connection with its sign-on and its echoes. With `early` octets, which were read already, the
/// sign-on was accepted before.
pub(super) async fn connected<R, W>(
    desk: Arc<Desk>,
    hooks: Hooks,
    reader: R,
    writer: W,
    early: Option<Vec<u8>>,
    up: oneshot::Sender<()>,
) -> Closed
where
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let sign_on = hooks.sign_on.clone().filter(|_| early.is_none());
    desk.connected(if sign_on.is_some() { Phase::SigningOn } else { Phase::Up });
    let keeper = keep(Arc::clone(&desk), sign_on, hooks.echo, up);
    link::run(desk, reader, writer, early.unwrap_or_default(), keeper).await
}

async fn keep(
    desk: Arc<Desk>,
    sign_on: Option<Dialogue>,
    echo: Option<(Duration, Dialogue)>,
    up: oneshot::Sender<()>,
) -> Closed {
    if let Some(sign_on) = sign_on {
        if !sign_on.run(&desk).await {
            return Closed::SignOn;
        }
        desk.set_phase(Phase::Up);
    }
    desk.tell(Event::Up);
    let _ = up.send(());
    let Some((idle, echo)) = echo else { return pending().await };
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
