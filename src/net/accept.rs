//! The task that accepts the connections of a server, and one task for each of them.

use core::future::pending;
use core::time::Duration;
use std::net::SocketAddr;
use std::string::ToString;
use std::sync::{Arc, OnceLock};
use std::vec::Vec;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tokio::task::{Id, JoinError, JoinSet, yield_now};
use tokio::time::{Instant, sleep, timeout};

use super::admission::{Admission, Occupant, Standing};
use super::connection::handler::Handler;
use super::connection::peer::Peer;
use super::connection::run::{self, Service};
use super::connection::state::{Phase, State};
use super::error::Closed;
use super::line::{Line, Watch};
use super::log;
use super::observe::{self, Counters, Event, Observer, TurnedAway};
use super::settings::Settings;

pub(crate) type OnConnect = Arc<dyn Fn(Peer, SocketAddr) + Send + Sync>;
pub(crate) type Each = Arc<dyn Fn(SocketAddr) -> (Arc<dyn Handler>, Arc<dyn Observer>) + Send + Sync>;

#[derive(Clone)]
pub(crate) struct Acceptor {
    pub(crate) settings: Settings,
    pub(crate) service: Service,
    pub(crate) counters: Arc<Counters>,
    /// How many connections there may be, and how many of one peer.
    pub(crate) limits: (usize, usize),
    pub(crate) on_connect: Option<OnConnect>,
    /// Who serves the connection of a peer, where that is not the same for all.
    pub(crate) each: Option<Each>,
    #[cfg(feature = "tls")]
    pub(crate) tls: Option<super::tls::ServerTls>,
    pub(crate) closes: watch::Receiver<Option<Duration>>,
}

/// What was accepted.
enum Stream {
    Plain(OwnedReadHalf, Line<OwnedWriteHalf>),
    #[cfg(feature = "tls")]
    Tls(super::tls::ServerTls, Line<TcpStream>),
}

/// A place of a server, as its connection and the table of places share it.
struct Place {
    opened: Instant,
    line: Watch,
    /// There from the end of the handshake.
    state: OnceLock<Arc<State>>,
    leaves: Notify,
}

impl Occupant for Arc<Place> {
    fn standing(&self) -> Standing {
        match self.state.get() {
            None => Standing::Mute(self.opened.elapsed()),
            Some(state) if state.is_used() => Standing::Busy,
            Some(state) if state.usage.has_spoken() => Standing::Silent(state.usage.disuse()),
            // Octets that are no message do not count.
            Some(_) => Standing::Mute(self.opened.elapsed()),
        }
    }

    fn is_to_be_heard(&self) -> bool {
        let state = self.state.get();
        if state.is_some_and(|state| state.usage.is_noise()) {
            return false;
        }
        // In this order: what is no longer in the socket is in hand.
        self.line.has_unread() || state.is_some_and(|state| state.usage.is_in_hand())
    }

    fn give_way(&self) {
        self.leaves.notify_one();
    }
}

impl Acceptor {
    pub(crate) async fn run(mut self, listener: TcpListener) {
        let (mut connections, mut spare) = (JoinSet::new(), Spare::new());
        let mut places = Admission::new(self.limits.0, self.limits.1);
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                Some(ended) = connections.join_next_with_id() => {
                    places.leave(id_of(ended));
                    continue;
                }
                _ = self.closes.wait_for(Option::is_some) => break,
            };
            match accepted {
                Ok((stream, address)) => {
                    let mut admitted = places.admit(address.ip());
                    if admitted.is_err() {
                        // Others may have sent what is no message, and nobody came to read it yet.
                        yield_now().await;
                        admitted = places.admit(address.ip());
                    }
                    match admitted {
                        Ok(()) => self.open(stream, address, &mut connections, &mut places),
                        Err(why) => self.turn_away(Some(address), why),
                    }
                }
                // Out of descriptors, most likely. Where a connection gives way there will be one.
                Err(_) => {
                    if !places.make_room()
                        && let Some(address) = spare.turn_away(&listener).await
                    {
                        self.turn_away(Some(address), TurnedAway::NoDescriptors);
                    }
                    sleep(Duration::from_millis(5)).await;
                }
            }
        }
        drop(listener);
        while connections.join_next().await.is_some() {}
    }

    fn open(
        &self,
        stream: TcpStream,
        address: SocketAddr,
        connections: &mut JoinSet<()>,
        places: &mut Admission<Id, Arc<Place>>,
    ) {
        if stream.set_nodelay(true).is_err() {
            return;
        }
        let (stream, line) = self.watched(stream);
        let (opened, state, leaves) = (Instant::now(), OnceLock::new(), Notify::new());
        let place = Arc::new(Place { opened, line, state, leaves });
        let task = self.clone().serve(stream, address, Arc::clone(&place));
        let id = connections.spawn(log::within(&address.to_string(), task)).id();
        places.enter(id, address.ip(), place);
    }

    fn turn_away(&self, peer: Option<SocketAddr>, why: TurnedAway) {
        self.tell(Event::TurnedAway { peer, why });
    }

    fn tell(&self, event: Event) {
        self.counters.count(&event);
        log::event(&event);
        observe::tell(&*self.settings.observer, event);
    }

    fn watched(&self, stream: TcpStream) -> (Stream, Watch) {
        #[cfg(feature = "tls")]
        if let Some(tls) = self.tls.clone() {
            let line = Line::new(stream);
            let watch = line.watch();
            return (Stream::Tls(tls, line), watch);
        }
        let (reader, writer) = stream.into_split();
        let writer = Line::new(writer);
        let watch = writer.watch();
        (Stream::Plain(reader, writer), watch)
    }

    async fn serve(mut self, stream: Stream, address: SocketAddr, place: Arc<Place>) {
        if let Some(each) = &self.each {
            let (handler, observer) = each(address);
            (self.service, self.settings.observer) = (Some(handler), observer);
        }
        match stream {
            Stream::Plain(reader, writer) => self.connected(reader, writer, address, place).await,
            #[cfg(feature = "tls")]
            Stream::Tls(tls, line) => {
                let handshake = timeout(self.settings.handshake_timeout, tls.accept(line));
                let failed = tokio::select! {
                    shaken = handshake => match shaken {
                        Ok(Ok(stream)) => {
                            let (reader, writer) = tokio::io::split(stream);
                            return self.connected(reader, writer, address, place).await;
                        }
                        Ok(Err(error)) => Closed::by(&error),
                        Err(_) => Closed::Tls(super::tls::TlsError::TimedOut),
                    },
                    () = place.leaves.notified() => Closed::GaveWay,
                };
                self.tell(Event::HandshakeFailed(failed));
            }
        }
    }

    async fn connected<R, W>(self, reader: R, writer: W, address: SocketAddr, place: Arc<Place>)
    where
        R: AsyncRead + Unpin + Send + 'static,
        W: AsyncWrite + Unpin + Send + 'static,
    {
        let state = State::new(self.settings, self.counters);
        state.connected(Phase::Up);
        let _ = place.state.set(Arc::clone(&state));
        state.tell(Event::Up);
        if let Some(hook) = self.on_connect {
            hook(Peer { state: Arc::clone(&state) }, address);
        }
        let (closing, leaving, closes) = (Arc::clone(&state), Arc::clone(&state), self.closes);
        let keeper = async move {
            tokio::select! {
                closed = close_when_told(closing, closes) => closed,
                () = place.leaves.notified() => give_way(&leaving).await,
            }
        };
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

/// Closes a connection for another. A request that came after that was decided is not handled any more, or
/// gets its response.
async fn give_way(state: &State) -> Closed {
    state.refuse();
    let owed = async {
        while state.is_used() {
            sleep(Duration::from_millis(1)).await;
        }
    };
    let _ = timeout(GRACE, owed).await;
    Closed::GaveWay
}

/// How long a connection that gives way may take to respond to a request that came just before.
const GRACE: Duration = Duration::from_secs(1);

fn id_of(ended: Result<(Id, ()), JoinError>) -> Id {
    match ended {
        Ok((id, ())) => id,
        // A handler or an observer of the caller has panicked.
        Err(error) => error.id(),
    }
}

/// A descriptor that is kept for the time when there is none: with it a peer that waits for its connection
/// can be told that it gets none.
struct Spare(Option<std::fs::File>);

impl Spare {
    fn new() -> Self {
        Self(Self::open())
    }

    #[cfg(unix)]
    fn open() -> Option<std::fs::File> {
        std::fs::File::open("/dev/null").ok()
    }

    #[cfg(not(unix))]
    const fn open() -> Option<std::fs::File> {
        None
    }

    /// Accepts one connection that waits, and closes it.
    async fn turn_away(&mut self, listener: &TcpListener) -> Option<SocketAddr> {
        drop(self.0.take());
        let waiting = timeout(Duration::ZERO, listener.accept()).await;
        let told = waiting.ok().and_then(Result::ok).map(|(stream, address)| {
            drop(stream);
            address
        });
        self.0 = Self::open();
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A request that came when it was decided already gets its response, if that does not take long.
    #[tokio::test(start_paused = true)]
    async fn who_gives_way_gets_its_response_within_a_second() {
        for (takes, waited) in [(0, 0), (300, 300), (5_000, 1_000)] {
            let state = State::new(Settings::default(), Arc::default());
            let place = Arc::clone(&state.places).acquire_owned().await.unwrap();
            let busy = async move {
                sleep(Duration::from_millis(takes)).await;
                drop(place);
            };
            tokio::spawn(busy);
            yield_now().await;
            let began = Instant::now();
            assert_eq!(give_way(&state).await, Closed::GaveWay);
            let elapsed = began.elapsed().as_millis();
            assert!((waited..waited + 3).contains(&elapsed), "{takes}: {elapsed}");
            assert!(!state.begins_to_gather(), "nothing that comes later is handled");
        }
    }
}
