//! The parties over TCP on 127.0.0.1, on ports the system picks. Their connections are those of
//! `cardwire::net`, on one runtime; each party's thread owns its [`Node`] and hears through a door
//! what happened, so nothing is locked but the list of arranged faults.

mod line;

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use cardwire::net::{Peer, Server};
use tokio::runtime::{Builder, Handle, Runtime};

use self::line::{Event, Request};
use crate::capture::Capture;
use crate::clock::{Clock, Stamp};
use crate::journal::Party;
use crate::node::{Node, Released};
use crate::party::{Command, Input, Outcome, Timer, Timers};
use crate::telegram::{Mti, Telegram};
use crate::wire::Dialect;
use crate::wire::secured::{Heard, Secured};
use crate::world::{Fault, Mishap, World, WorldError, take_fault};

/// The three parties, running.
pub struct Network {
    clock: Arc<dyn Clock>,
    faults: Arc<Mutex<Vec<Fault>>>,
    doors: BTreeMap<Party, Sender<Event>>,
    outcomes: Receiver<(Party, Result<Outcome, String>)>,
    threads: Vec<JoinHandle<()>>,
    /// Where the issuer is called, and the line while it takes calls.
    host: (SocketAddr, Option<Server>),
    /// Where the acquirer is called by the terminal.
    _pos: Server,
    runtime: Runtime,
}

impl Network {
    /// Opens the ports and starts the parties.
    pub fn open(
        nodes: impl IntoIterator<Item = Node>,
        clock: Arc<dyn Clock>,
        capture: Capture,
        timers: Timers,
    ) -> io::Result<Self> {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let (to_person, outcomes) = channel();
        let mut ways: BTreeMap<_, _> = Party::ALL.into_iter().map(|party| (party, channel())).collect();
        let doors: BTreeMap<_, _> = ways.iter().map(|(party, (door, _))| (*party, door.clone())).collect();
        let door = |party| doors.get(&party).ok_or(io::ErrorKind::NotFound);
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let (terminal, acquirer, issuer) =
            (door(Party::Terminal)?, door(Party::Acquirer)?, door(Party::Issuer)?);
        let pos = runtime.block_on(line::answer(any, Party::Terminal, Dialect::Pos, acquirer))?;
        let host = runtime.block_on(line::answer(any, Party::Acquirer, Dialect::Host, issuer))?;
        let mut calls = {
            let _within = runtime.enter();
            BTreeMap::from([
                (Party::Terminal, line::call(pos.address(), Party::Acquirer, Dialect::Pos, terminal)),
                (Party::Acquirer, line::call(host.address(), Party::Issuer, Dialect::Host, acquirer)),
            ])
        };
        let (faults, capture) = (Arc::new(Mutex::new(Vec::new())), Arc::new(capture));
        let mut threads = Vec::new();
        for node in nodes {
            let party = node.party();
            let Some((door, events)) = ways.remove(&party) else { continue };
            let called = calls.remove(&party).map(|client| (party.towards_issuer(), client));
            let end = node.secured().map_err(io::Error::other)?;
            let station = Station {
                node,
                clock: Arc::clone(&clock),
                faults: Arc::clone(&faults),
                capture: Arc::clone(&capture),
                to_person: to_person.clone(),
                lines: called.iter().map(|(to, client)| (*to, (**client).clone())).collect(),
                limit: timers.of(party),
                requests: VecDeque::new(),
                runtime: runtime.handle().clone(),
                door,
                due: BTreeMap::new(),
                sequence: 0,
                end,
            };
            let thread = std::thread::Builder::new().name(party.to_string());
            threads.push(thread.spawn(move || {
                station.run(&events);
                drop(called);
            })?);
        }
        let host = (host.address(), Some(host));
        Ok(Self { clock, faults, doors, outcomes, threads, host, _pos: pos, runtime })
    }

    /// Hangs up everywhere and waits until every thread is gone. Ledger files are closed then.
    pub fn close(mut self) {
        self.hang_up();
    }

    fn hang_up(&mut self) {
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

    /// The issuer hangs up and takes no calls, until it does again. The acquirer calls on.
    fn host_link(&mut self, up: bool) -> Result<(), WorldError> {
        let (address, server) = &mut self.host;
        if !up {
            if let Some(server) = server.take() {
                self.runtime.block_on(server.shutdown(HANG_UP));
            }
            return Ok(());
        }
        let gone = || WorldError::Stopped("the issuer is gone".to_owned());
        let door = self.doors.get(&Party::Issuer).ok_or_else(gone)?;
        let opened = self.runtime.block_on(line::answer(*address, Party::Acquirer, Dialect::Host, door));
        *server = Some(opened.map_err(|error| WorldError::Stopped(format!("issuer: {error}")))?);
        Ok(())
    }

    fn now(&self) -> Stamp {
        self.clock.now()
    }
}

/// How long the issuer waits for the acquirer to hang up, too.
const HANG_UP: Duration = Duration::from_secs(2);

enum Due {
    Timer(Timer),
    Send(Party, Box<Telegram>),
}

/// What tells one request that waits for its answer from another: with whom, and of the answer its
/// MTI, DE11 and DE7.
type Key = (Party, Mti, u64, Option<String>);

fn key(peer: Party, answer: Mti, message: &Telegram) -> Key {
    (peer, answer, message.stan, message.transmission.clone())
}

/// A party that stays silent about this many requests on purpose forgets the oldest.
const UNANSWERED: usize = 64;

/// One party's thread: events in, messages out.
struct Station {
    node: Node,
    clock: Arc<dyn Clock>,
    faults: Arc<Mutex<Vec<Fault>>>,
    capture: Arc<Capture>,
    to_person: Sender<(Party, Result<Outcome, String>)>,
    /// The connections, by who is at the other end.
    lines: BTreeMap<Party, Peer>,
    /// How long this party waits for an answer.
    limit: Duration,
    /// Requests that wait for this party's answer, oldest first.
    requests: VecDeque<(Key, Request)>,
    runtime: Handle,
    door: Sender<Event>,
    due: BTreeMap<(Instant, u64), Due>,
    sequence: u64,
    /// This party's end of the terminal's line.
    end: Secured,
}

impl Station {
    fn run(mut self, events: &Receiver<Event>) {
        if let Err(why) = self.live(events) {
            let _ = self.to_person.send((self.node.party(), Err(why)));
        }
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
                    Due::Send(to, message) => self.transmit(to, *message, None)?,
                }
            }
        }
    }

    fn event(&mut self, event: Event) -> Result<(), String> {
        match event {
            Event::Up(peer, line) => {
                if let Some(line) = line {
                    self.lines.insert(peer, line);
                }
                self.handle(Input::LinkUp(peer))
            }
            Event::Down(peer) => self.handle(Input::LinkDown(peer)),
            Event::Request(peer, request) => {
                let input = self.heard(peer, &request.payload);
                if let Input::Received(_, message) | Input::BadMac(_, message) = &input {
                    self.requests.push_back((key(peer, message.mti.answer(), message), *request));
                    if self.requests.len() > UNANSWERED {
                        self.requests.pop_front();
                    }
                }
                self.handle(input)
            }
            Event::Answer(peer, payload) => {
                let input = self.heard(peer, &payload);
                self.handle(input)
            }
            Event::NotSent(to, message) => self.handle(Input::NotSent(to, *message)),
            Event::Broken(peer, why) => self.handle(Input::BadFrame(peer, why)),
            Event::Input(input) => self.handle(*input),
            Event::Stop => Ok(()),
        }
    }

    /// What the octets from a party are.
    fn heard(&mut self, peer: Party, payload: &[u8]) -> Input {
        let heard = match self.dialect(peer) {
            Dialect::Pos => self.end.open(payload),
            Dialect::Host => Dialect::Host.decode(payload).map(Heard::Good),
        };
        match heard {
            Ok(Heard::Good(message)) => Input::Received(peer, message),
            Ok(Heard::BadMac(message)) => Input::BadMac(peer, message),
            Err(error) => Input::BadFrame(peer, error.to_string()),
        }
    }

    /// The language spoken with this party.
    fn dialect(&self, peer: Party) -> Dialect {
        let with_terminal = peer == Party::Terminal || self.node.party() == Party::Terminal;
        if with_terminal { Dialect::Pos } else { Dialect::Host }
    }

    fn handle(&mut self, input: Input) -> Result<(), String> {
        let Released { sends, timers, outcomes, parcels } =
            self.node.handle(input, self.clock.now()).map_err(|error| error.to_string())?;
        if let Some((to, _)) = parcels.first() {
            return Err(format!("there is no line for files to the {to}"));
        }
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
            other => self.transmit(to, message, other),
        }
    }

    /// Hands a message to its connection: a request to be answered, or the answer to one. Without a
    /// connection not one byte leaves, and the party is told. A duplicate, and the wire carries a copy.
    fn transmit(&mut self, to: Party, message: Telegram, mishap: Option<Mishap>) -> Result<(), String> {
        let twice = mishap == Some(Mishap::Duplicate);
        let Some(line) = self.lines.get(&to).filter(|line| line.is_up()).cloned() else {
            return self.handle(Input::NotSent(to, message));
        };
        let (dialect, mti) = (self.dialect(to), message.mti);
        let unframed = |error: cardwire::Error| format!("cannot frame {mti}: {error}");
        let octets = match dialect {
            Dialect::Pos => self.end.seal(&message),
            Dialect::Host => dialect.encode(&message),
        };
        let mut octets = octets.map_err(|error| format!("cannot write {mti}: {error}"))?;
        if mishap == Some(Mishap::Flip) {
            octets.last_mut().into_iter().for_each(|octet| *octet ^= 1);
        }
        let asked = (!mti.is_request()).then(|| self.asked(&key(to, mti, &message)));
        let framing = dialect.framing();
        let mut room = vec![0; octets.len() + 64];
        let frame = match &asked {
            None => framing.wrap(dialect.header(), &octets, &mut room),
            Some(Some(request)) => framing.reply(&request.header, &octets, &mut room),
            // Without a request there is nobody to answer.
            Some(None) => return Ok(()),
        };
        let frame = frame.map_err(unframed)?;
        for _ in 0..=usize::from(twice) {
            let noted = self.capture.sent(self.node.party(), to, frame);
            noted.map_err(|error| format!("cannot write the capture: {error}"))?;
        }
        if twice {
            let header = framing.split(frame).map_err(unframed)?.map_or(&[][..], |frame| frame.header);
            line.notify_with_header(header, &octets).map_err(|error| format!("no copy of {mti}: {error}"))?;
        }
        match asked.flatten() {
            Some(request) => {
                request.responder.send(octets).map_err(|error| format!("cannot send {mti}: {error}"))
            }
            None => {
                self.runtime.spawn(line::ask(line, to, message, octets, self.limit, self.door.clone()));
                Ok(())
            }
        }
    }

    /// The oldest request that this answers.
    fn asked(&mut self, answer: &Key) -> Option<Request> {
        let place = self.requests.iter().position(|(key, _)| key == answer)?;
        self.requests.remove(place).map(|(_, request)| request)
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
}
