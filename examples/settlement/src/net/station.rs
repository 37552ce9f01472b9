//! One party's thread: events in, messages out. It is the same whether the other parties are threads of this process or
//! processes of their own.

use std::collections::{BTreeMap, VecDeque};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use cardwire::net::Peer;
use tokio::runtime::Handle;

use super::line::{self, Event, Ordered, Request};
use crate::capture::Capture;
use crate::clock::{Clock, Stamp};
use crate::evidence::{Sighting, Way};
use crate::journal::{Party, Record};
use crate::node::{Node, Released};
use crate::party::parcel::Parcel;
use crate::party::{Input, Outcome, Timer};
use crate::telegram::{Code, Mti, Telegram};
use crate::wire::Dialect;
use crate::wire::secured::{Ends, Heard};
use crate::world::{Fault, Mishap, take_fault};

/// What a party does besides messages: the files that it sends and is sent, and who watches it.
pub(crate) trait Office: Send {
    /// Sends a file, order or receipt, whose step is durable.
    fn send(&mut self, to: Party, parcel: &Parcel) -> Result<(), String>;

    /// The next thing that arrived, which is here again until it is [`taken`](Self::taken).
    fn arrived(&mut self) -> Option<Arrival> {
        None
    }

    /// The last thing that arrived is durable.
    fn taken(&mut self) -> Result<(), String> {
        Ok(())
    }

    /// How often to look whether something arrived.
    fn interval(&self) -> Option<Duration> {
        None
    }

    /// The line that the log of operators gets next.
    fn entry(&mut self, _at: Stamp, _ordered: &Ordered) -> Result<Option<String>, String> {
        Ok(None)
    }

    /// The ledger has that line.
    fn entered(&mut self) -> Result<(), String> {
        Ok(())
    }

    /// These records are durable, and nothing of their step has left yet.
    fn noted(&mut self, _records: &[Record], _node: &Node) -> Result<(), String> {
        Ok(())
    }
}

/// Something that arrived as a file.
#[derive(Clone, Debug)]
pub(crate) enum Arrival {
    /// A file, order or receipt.
    Parcel(Party, Parcel),
    /// A statement: for those who judge, and not for the machine.
    Statement(Party, Vec<u8>),
    /// What is none of these.
    Broken(Party, String),
}

/// A party without files.
pub(crate) struct NoFiles;

impl Office for NoFiles {
    fn send(&mut self, to: Party, _: &Parcel) -> Result<(), String> {
        Err(format!("there is no line for files to the {to}"))
    }
}

pub(crate) enum Due {
    Timer(Timer),
    Send(Party, Box<Telegram>),
}

/// What tells one request that waits for its answer from another: with whom, and of the answer its
/// MTI, DE41, DE11 and DE7.
pub(crate) type Key = (Party, Mti, String, u64, Option<String>);

fn key(peer: Party, answer: Mti, message: &Telegram) -> Key {
    (peer, answer, message.terminal.trim().to_owned(), message.stan, message.transmission.clone())
}

/// DE70 (and 60.3) of an echo test.
pub(crate) const ECHO: u64 = 301;

/// A party that stays silent about this many requests on purpose forgets the oldest.
const UNANSWERED: usize = 1_024;

/// One party's thread: events in, messages out.
pub(crate) struct Station {
    pub(crate) node: Node,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) faults: Arc<Mutex<Vec<Fault>>>,
    pub(crate) capture: Arc<Capture>,
    pub(crate) to_person: Sender<(Party, Result<Outcome, String>)>,
    /// The connections, by who is at the other end, the oldest first: somebody who probes a line is not the party.
    pub(crate) lines: BTreeMap<Party, Vec<Peer>>,
    /// How long this party waits for an answer.
    pub(crate) limit: Duration,
    /// Requests that wait for this party's answer, oldest first.
    pub(crate) requests: VecDeque<(Key, Request)>,
    pub(crate) runtime: Handle,
    pub(crate) door: Sender<Event>,
    pub(crate) due: BTreeMap<(Instant, u64), Due>,
    pub(crate) sequence: u64,
    /// This party's ends of the terminals' lines.
    pub(crate) end: Ends,
    /// What it does besides messages.
    pub(crate) office: Box<dyn Office>,
}

impl Station {
    pub(crate) fn run(self, events: &Receiver<Event>) {
        let (party, to_person) = (self.node.party(), self.to_person.clone());
        if let Err(why) = self.live(events) {
            let _ = to_person.send((party, Err(why)));
        }
    }

    pub(crate) fn live(mut self, events: &Receiver<Event>) -> Result<(), String> {
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
            while let Some(arrival) = self.office.arrived() {
                self.take(arrival)?;
            }
        }
    }

    /// A file is done with when what it says is durable: a party that dies before that finds it again.
    fn take(&mut self, arrival: Arrival) -> Result<(), String> {
        match arrival {
            Arrival::Parcel(from, parcel) => self.handle(Input::Parcel(from, parcel))?,
            Arrival::Broken(from, why) => self.handle(Input::BadFrame(from, why))?,
            Arrival::Statement(peer, octets) => {
                let (at, terminal) = (self.clock.now(), String::new());
                let seen = Sighting { at, peer, way: Way::Statement, terminal, octets };
                self.node.keep(seen).map_err(|error| error.to_string())?;
            }
        }
        self.office.taken()
    }

    fn event(&mut self, event: Event) -> Result<(), String> {
        match event {
            Event::Up(peer, line) => {
                if let Some(line) = line {
                    let of_peer = self.lines.entry(peer).or_default();
                    of_peer.retain(Peer::is_up);
                    of_peer.push(line);
                }
                self.handle(Input::LinkUp(peer))
            }
            Event::Down(peer) => self.handle(Input::LinkDown(peer)),
            Event::Request(peer, request) => {
                let input = self.heard(peer, &request.payload);
                if let Input::Received(_, message) = &input
                    && (message.mti, message.management) == (Mti::NETWORK, Some(ECHO))
                {
                    return self.echo(peer, &message.answer(Code::of(b"00")), *request);
                }
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
            Event::Ordered(ordered) => self.ordered(*ordered),
            Event::Stop => Ok(()),
        }
    }

    /// Who wants what is in the ledger before it is done.
    fn ordered(&mut self, ordered: Ordered) -> Result<(), String> {
        let at = self.clock.now();
        if let Some(line) = self.office.entry(at, &ordered)? {
            let (peer, octets) = (self.node.party(), line.into_bytes());
            let seen = Sighting { at, peer, way: Way::Operator, terminal: String::new(), octets };
            self.node.keep(seen).map_err(|error| error.to_string())?;
            self.office.entered()?;
        }
        self.handle(ordered.input)
    }

    /// An echo test is answered by the line: it asks whether somebody is there, and changes nothing.
    fn echo(&mut self, peer: Party, answer: &Telegram, request: Request) -> Result<(), String> {
        let octets =
            self.dialect(peer).encode(answer).map_err(|error| format!("cannot write 0810: {error}"))?;
        // Who asked may be gone.
        let _ = request.responder.send(octets);
        Ok(())
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
        let Released { sends, timers, outcomes, parcels, records } =
            self.node.handle(input, self.clock.now()).map_err(|error| error.to_string())?;
        self.office.noted(&records, &self.node)?;
        for (to, parcel) in parcels {
            self.office.send(to, &parcel)?;
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
        let up = self.lines.get(&to).and_then(|lines| lines.iter().find(|line| line.is_up()));
        let Some(line) = up.cloned() else {
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
        let next = next.unwrap_or(Duration::from_secs(60));
        self.office.interval().map_or(next, |interval| next.min(interval))
    }
}
