//! The parties as threads that talk TCP on 127.0.0.1, on ports the system picks. A party's thread
//! owns its [`Node`]; readers and acceptors only pass on what they hear, so nothing is locked but
//! the list of arranged faults.

mod line;

use std::collections::BTreeMap;
use std::io::Write;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use self::line::{Event, Line, Switches};
use crate::capture::Capture;
use crate::clock::{Clock, Stamp};
use crate::journal::Party;
use crate::node::{Node, Released};
use crate::party::{Command, Input, Outcome, Timer};
use crate::telegram::Telegram;
use crate::wire::Dialect;
use crate::world::{Fault, Mishap, World, WorldError, take_fault};

/// The three parties, running.
pub struct Network {
    clock: Arc<dyn Clock>,
    switches: Arc<Switches>,
    faults: Arc<Mutex<Vec<Fault>>>,
    doors: BTreeMap<Party, Sender<Event>>,
    outcomes: Receiver<(Party, Result<Outcome, String>)>,
    threads: Vec<JoinHandle<()>>,
}

impl Network {
    /// Opens the ports and starts the parties.
    pub fn open(
        nodes: impl IntoIterator<Item = Node>,
        clock: Arc<dyn Clock>,
        capture: Capture,
    ) -> std::io::Result<Self> {
        let capture = Arc::new(capture);
        let (to_person, outcomes) = channel();
        let faults = Arc::new(Mutex::new(Vec::new()));
        let switches = Arc::new(Switches { stop: AtomicBool::new(false), host_link: AtomicBool::new(true) });
        let (pos, host) = (TcpListener::bind("127.0.0.1:0")?, TcpListener::bind("127.0.0.1:0")?);
        let (pos_port, host_port) = (pos.local_addr()?, host.local_addr()?);
        let mut lines = BTreeMap::from([
            (Party::Terminal, vec![Line::dial(Party::Acquirer, Dialect::Pos, pos_port)]),
            (
                Party::Acquirer,
                vec![
                    Line::listen(Party::Terminal, Dialect::Pos, pos),
                    Line::dial(Party::Issuer, Dialect::Host, host_port),
                ],
            ),
            (Party::Issuer, vec![Line::listen(Party::Acquirer, Dialect::Host, host)]),
        ]);
        let mut network =
            Self { clock, switches, faults, doors: BTreeMap::new(), outcomes, threads: Vec::new() };
        for node in nodes {
            let party = node.party();
            let (door, events) = channel();
            for line in lines.remove(&party).unwrap_or_default() {
                network.threads.push(line.start(door.clone(), Arc::clone(&network.switches))?);
            }
            network.doors.insert(party, door);
            let (clock, faults) = (Arc::clone(&network.clock), Arc::clone(&network.faults));
            let station = Station::new(node, clock, faults, Arc::clone(&capture), to_person.clone());
            let thread = std::thread::Builder::new().name(party.to_string());
            network.threads.push(thread.spawn(move || station.run(&events))?);
        }
        Ok(network)
    }

    /// Hangs up everywhere and waits until every thread is gone. Ledger files are closed then.
    pub fn close(mut self) {
        self.hang_up();
    }

    fn hang_up(&mut self) {
        self.switches.stop.store(true, Ordering::SeqCst);
        for door in self.doors.values() {
            // A party that stopped already has nobody behind its door.
            let _ = door.send(Event::Stop);
        }
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }

    fn tell(&self, party: Party, event: Event) -> Result<(), WorldError> {
        let gone = || WorldError::Stopped(format!("{party} is gone"));
        self.doors.get(&party).ok_or_else(gone)?.send(event).map_err(|_| gone())
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        self.hang_up();
    }
}

impl World for Network {
    fn ask(&mut self, party: Party, command: Command) -> Result<(), WorldError> {
        self.tell(party, Event::Input(Box::new(Input::Command(command))))
    }

    fn outcome(&mut self, limit: Duration) -> Result<(Party, Outcome), WorldError> {
        match self.outcomes.recv_timeout(limit) {
            Ok((party, Ok(outcome))) => Ok((party, outcome)),
            Ok((party, Err(why))) => Err(WorldError::Stopped(format!("{party}: {why}"))),
            Err(RecvTimeoutError::Timeout) => {
                Err(WorldError::Silent(format!("nothing happened for {limit:?}")))
            }
            Err(RecvTimeoutError::Disconnected) => {
                Err(WorldError::Stopped("all parties are gone".to_owned()))
            }
        }
    }

    fn fault(&mut self, fault: Fault) {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).push(fault);
    }

    /// The issuer hangs up and takes no calls. The acquirer's next call waits unanswered until it
    /// does again.
    fn host_link(&mut self, up: bool) -> Result<(), WorldError> {
        self.switches.host_link.store(up, Ordering::SeqCst);
        if up { Ok(()) } else { self.tell(Party::Issuer, Event::HangUp) }
    }

    fn now(&self) -> Stamp {
        self.clock.now()
    }
}

/// A connection as its party sees it.
struct Connection {
    peer: Party,
    dialect: Dialect,
    stream: TcpStream,
    /// The station header of the last request, for the answer to it.
    header: Vec<u8>,
    /// We called, so we start the conversation.
    caller: bool,
}

enum Due {
    Timer(Timer),
    Send(Party, Box<Telegram>),
}

/// One party's thread: events in, bytes out.
struct Station {
    node: Node,
    clock: Arc<dyn Clock>,
    faults: Arc<Mutex<Vec<Fault>>>,
    capture: Arc<Capture>,
    to_person: Sender<(Party, Result<Outcome, String>)>,
    connections: BTreeMap<u64, Connection>,
    due: BTreeMap<(Instant, u64), Due>,
    sequence: u64,
}

impl Station {
    fn new(
        node: Node,
        clock: Arc<dyn Clock>,
        faults: Arc<Mutex<Vec<Fault>>>,
        capture: Arc<Capture>,
        to_person: Sender<(Party, Result<Outcome, String>)>,
    ) -> Self {
        let (connections, due) = (BTreeMap::new(), BTreeMap::new());
        Self { node, clock, faults, capture, to_person, connections, due, sequence: 0 }
    }

    fn run(mut self, events: &Receiver<Event>) {
        if let Err(why) = self.live(events) {
            let _ = self.to_person.send((self.node.party(), Err(why)));
        }
        self.hang_up();
    }

    fn live(&mut self, events: &Receiver<Event>) -> Result<(), String> {
        self.handle(Input::Start)?;
        loop {
            match events.recv_timeout(self.idle_time()) {
                Ok(Event::Stop) | Err(RecvTimeoutError::Disconnected) => return Ok(()),
                Ok(event) => self.event(event)?,
                Err(RecvTimeoutError::Timeout) => {}
            }
            while let Some(due) = self.next_due() {
                match due {
                    Due::Timer(timer) => self.handle(Input::Timer(timer))?,
                    Due::Send(to, message) => self.transmit(to, *message)?,
                }
            }
        }
    }

    fn event(&mut self, event: Event) -> Result<(), String> {
        match event {
            Event::Opened { id, peer, dialect, stream, caller } => {
                self.connections.insert(id, Connection { peer, dialect, stream, header: Vec::new(), caller });
                self.handle(Input::LinkUp(peer))
            }
            Event::Closed { id } => match self.connections.remove(&id) {
                Some(connection) => self.handle(Input::LinkDown(connection.peer)),
                None => Ok(()),
            },
            Event::Frame { id, header, payload } => self.frame(id, header, &payload),
            Event::Broken { id, why } => match self.connections.get(&id) {
                Some(connection) => self.handle(Input::BadFrame(connection.peer, why)),
                None => Ok(()),
            },
            Event::Input(input) => self.handle(*input),
            Event::HangUp => {
                self.hang_up();
                Ok(())
            }
            Event::Stop => Ok(()),
        }
    }

    fn frame(&mut self, id: u64, header: Vec<u8>, payload: &[u8]) -> Result<(), String> {
        let Some(connection) = self.connections.get_mut(&id) else { return Ok(()) };
        connection.header = header;
        let peer = connection.peer;
        match connection.dialect.decode(payload) {
            Ok(message) => self.handle(Input::Received(peer, message)),
            Err(error) => self.handle(Input::BadFrame(peer, error.to_string())),
        }
    }

    fn handle(&mut self, input: Input) -> Result<(), String> {
        let Released { sends, timers, outcomes } =
            self.node.handle(input, self.clock.now()).map_err(|error| error.to_string())?;
        for (timer, delay) in timers {
            self.plan(delay, Due::Timer(timer));
        }
        for (to, message) in sends {
            self.send(to, message)?;
        }
        for outcome in outcomes {
            let _ = self.to_person.send((self.node.party(), Ok(outcome)));
        }
        Ok(())
    }

    fn send(&mut self, to: Party, message: Telegram) -> Result<(), String> {
        let mut faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        let mishap = take_fault(&mut faults, self.node.party(), to, message.mti);
        drop(faults);
        match mishap {
            Some(Mishap::Drop) => Ok(()),
            Some(Mishap::Delay(delay)) => {
                self.plan(delay, Due::Send(to, Box::new(message)));
                Ok(())
            }
            Some(Mishap::Duplicate) => {
                self.transmit(to, message.clone())?;
                self.transmit(to, message)
            }
            None => self.transmit(to, message),
        }
    }

    /// Puts a message on the wire. Without a connection not one byte leaves, and the party is told;
    /// a write that fails half-way is left to the party's timer, because nobody knows what arrived.
    fn transmit(&mut self, to: Party, message: Telegram) -> Result<(), String> {
        let Some(connection) = self.connections.values_mut().rev().find(|connection| connection.peer == to)
        else {
            return self.handle(Input::NotSent(to, message));
        };
        let dialect = connection.dialect;
        let payload =
            dialect.encode(&message).map_err(|error| format!("cannot write {}: {error}", message.mti))?;
        let mut room = vec![0; payload.len() + 64];
        let framing = dialect.framing();
        let answer = !message.mti.is_request() && !connection.caller;
        let frame = if answer {
            framing.reply(&connection.header, &payload, &mut room)
        } else {
            framing.wrap(dialect.header(), &payload, &mut room)
        };
        let frame = frame.map_err(|error| format!("cannot frame {}: {error}", message.mti))?;
        self.capture
            .sent(self.node.party(), to, frame)
            .map_err(|error| format!("cannot write the capture: {error}"))?;
        let _ = connection.stream.write_all(frame);
        Ok(())
    }

    fn plan(&mut self, delay: Duration, due: Due) {
        self.sequence += 1;
        self.due.insert((Instant::now() + delay, self.sequence), due);
    }

    fn next_due(&mut self) -> Option<Due> {
        let first = self.due.first_entry()?;
        (first.key().0 <= Instant::now()).then(|| first.remove())
    }

    fn idle_time(&self) -> Duration {
        let next =
            self.due.first_key_value().map(|((at, _), _)| at.saturating_duration_since(Instant::now()));
        next.unwrap_or(Duration::from_secs(60))
    }

    fn hang_up(&self) {
        for connection in self.connections.values() {
            // The other side may have hung up first.
            let _ = connection.stream.shutdown(Shutdown::Both);
        }
    }
}
