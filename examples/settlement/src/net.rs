//! The parties over TCP on 127.0.0.1, on ports the system picks. Their connections are those of
//! `cardwire::net`, on one runtime; each party's thread owns its [`Node`] and hears through a door
//! what happened, so nothing is locked but the list of arranged faults.

pub(crate) mod line;
pub(crate) mod station;

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use cardwire::net::Server;
use tokio::runtime::{Builder, Runtime};

use self::line::Event;
use self::station::{NoFiles, Station};
use crate::capture::Capture;
use crate::clock::{Clock, Stamp};
use crate::journal::Party;
use crate::node::Node;
use crate::party::{Command, Input, Outcome, Timers};
use crate::wire::Dialect;
use crate::world::{Fault, World, WorldError};

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
                lines: called.iter().map(|(to, client)| (*to, vec![(**client).clone()])).collect(),
                limit: timers.of(party),
                requests: VecDeque::new(),
                runtime: runtime.handle().clone(),
                door,
                due: BTreeMap::new(),
                sequence: 0,
                end,
                office: Box::new(NoFiles),
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
