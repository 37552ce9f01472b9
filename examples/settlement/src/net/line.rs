//! A line of a party: it calls or is called, and passes on every frame it hears.

use std::io::{self, Read};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::thread::JoinHandle;
use std::time::Duration;

use crate::journal::Party;
use crate::party::Input;
use crate::wire::Dialect;

/// How often a waiting line looks whether it should stop.
const TICK: Duration = Duration::from_millis(3);
/// No message of either dialect is longer.
const BUFFER: usize = 8_192;

/// What a party's thread is told.
pub(super) enum Event {
    /// There is a connection.
    Opened { id: u64, peer: Party, dialect: Dialect, stream: TcpStream, caller: bool },
    /// It is gone.
    Closed { id: u64 },
    /// A frame arrived on it.
    Frame { id: u64, header: Vec<u8>, payload: Vec<u8> },
    /// What arrived can never become a frame.
    Broken { id: u64, why: String },
    /// A person asks.
    Input(Box<Input>),
    /// Close all connections.
    HangUp,
    /// The end.
    Stop,
}

/// What is switched from outside.
pub(super) struct Switches {
    pub(super) stop: AtomicBool,
    pub(super) host_link: AtomicBool,
}

impl Switches {
    fn stopped(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    fn taking_calls(&self, dialect: Dialect) -> bool {
        dialect == Dialect::Pos || self.host_link.load(Ordering::SeqCst)
    }
}

enum Way {
    Listen(TcpListener),
    Dial(SocketAddr),
}

/// One line, not yet started.
pub(super) struct Line {
    peer: Party,
    dialect: Dialect,
    way: Way,
}

/// Connections are numbered over the whole process.
static NEXT: AtomicU64 = AtomicU64::new(1);

impl Line {
    pub(super) const fn listen(peer: Party, dialect: Dialect, listener: TcpListener) -> Self {
        Self { peer, dialect, way: Way::Listen(listener) }
    }

    pub(super) const fn dial(peer: Party, dialect: Dialect, address: SocketAddr) -> Self {
        Self { peer, dialect, way: Way::Dial(address) }
    }

    pub(super) fn start(self, door: Sender<Event>, switches: Arc<Switches>) -> io::Result<JoinHandle<()>> {
        std::thread::Builder::new().name("line".to_owned()).spawn(move || self.run(&door, &switches))
    }

    fn run(self, door: &Sender<Event>, switches: &Arc<Switches>) {
        match self.way {
            Way::Listen(listener) => accept(&listener, self.peer, self.dialect, door, switches),
            Way::Dial(address) => {
                while !switches.stopped() {
                    match TcpStream::connect(address) {
                        Ok(stream) => talk(stream, self.peer, self.dialect, true, door, switches),
                        Err(_) => std::thread::sleep(TICK),
                    }
                }
            }
        }
    }
}

fn accept(
    listener: &TcpListener,
    peer: Party,
    dialect: Dialect,
    door: &Sender<Event>,
    switches: &Arc<Switches>,
) {
    if listener.set_nonblocking(true).is_err() {
        return;
    }
    let mut readers = Vec::new();
    while !switches.stopped() {
        let call = if switches.taking_calls(dialect) { listener.accept().ok() } else { None };
        match call {
            Some((stream, _)) => {
                let (door, switches) = (door.clone(), Arc::clone(switches));
                readers
                    .push(std::thread::spawn(move || talk(stream, peer, dialect, false, &door, &switches)));
            }
            None => std::thread::sleep(TICK),
        }
    }
    for reader in readers {
        let _ = reader.join();
    }
}

/// Announces the connection and passes on its frames until it ends.
fn talk(
    stream: TcpStream,
    peer: Party,
    dialect: Dialect,
    caller: bool,
    door: &Sender<Event>,
    switches: &Switches,
) {
    let id = NEXT.fetch_add(1, Ordering::Relaxed);
    let ready = stream
        .set_nonblocking(false)
        .and_then(|()| stream.set_nodelay(true))
        .and_then(|()| stream.set_write_timeout(Some(Duration::from_secs(2))))
        .and_then(|()| stream.set_read_timeout(Some(Duration::from_millis(100))))
        .and_then(|()| stream.try_clone());
    let Ok(writer) = ready else { return };
    if door.send(Event::Opened { id, peer, dialect, stream: writer, caller }).is_ok() {
        if let Err(why) = listen(&stream, id, dialect, door, switches) {
            let _ = door.send(Event::Broken { id, why: why.to_string() });
        }
        let _ = stream.shutdown(std::net::Shutdown::Both);
        let _ = door.send(Event::Closed { id });
    }
}

fn listen(
    mut stream: &TcpStream,
    id: u64,
    dialect: Dialect,
    door: &Sender<Event>,
    switches: &Switches,
) -> cardwire::Result<()> {
    let framing = dialect.framing();
    let mut received = Vec::new();
    let mut chunk = [0; BUFFER];
    while !switches.stopped() {
        match stream.read(&mut chunk) {
            Ok(0) => return Ok(()),
            Ok(count) => received.extend_from_slice(chunk.get(..count).unwrap_or_default()),
            Err(error) if is_pause(&error) => continue,
            Err(_) => return Ok(()),
        }
        while let Some(frame) = framing.split(&received)? {
            let (header, payload, consumed) = (frame.header.to_vec(), frame.payload.to_vec(), frame.consumed);
            received.drain(..consumed);
            if !payload.is_empty() && door.send(Event::Frame { id, header, payload }).is_err() {
                return Ok(());
            }
        }
    }
    Ok(())
}

fn is_pause(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted)
}
