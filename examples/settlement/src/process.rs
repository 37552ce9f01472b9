//! One party of a topology as a process: its state machine, its ledger file, its lines over TCP, its folders, and a
//! console for whoever works there. It ends when the console does.

mod command;
mod machine;
mod metrics;
pub mod operators;
mod post;
pub mod probe;
pub mod several;

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cardwire::net::{Client, Server};
use tokio::runtime::{Builder, Runtime};

use self::command::{Order, told};
use self::operators::{Entry, Log};
use self::post::Post;
use crate::capture::Capture;
use crate::clock::{Clock, Stamp, SystemClock};
use crate::journal::{Party, Record, RecordKind};
use crate::net::line::{self, Event, Ordered};
use crate::net::station::{Arrival, Office, Station};
use crate::node::Node;
use crate::party::parcel::Parcel;
use crate::party::{Input, Outcome, entries, statement};
use crate::store::{History, LedgerFile, SqliteStore, Store, StoreError, local_seconds_east};
use crate::topology::{Member, Topology};
use crate::watch::Watch;
use crate::watch::alert::{DEFAULT, rules};

/// What is said to whoever works at a party, line by line.
pub type Printer = Arc<Mutex<dyn Write + Send>>;

/// How a party is run.
#[derive(Clone, Debug, Default)]
pub struct Running {
    /// Where it can be watched.
    pub metrics: Option<SocketAddr>,
    /// The file that says by how many seconds its clock is wrong.
    pub clock: Option<PathBuf>,
}

/// How often folders are looked at.
const LOOK: Duration = Duration::from_millis(20);

/// Runs a party until its console ends.
///
/// # Errors
/// In words: what is wrong with the topology, the ledger, an address or a folder, or why the party had to stop.
pub fn run(
    topology: &Topology,
    name: &str,
    running: &Running,
    console: impl BufRead + Send + 'static,
    printer: &Printer,
) -> Result<(), String> {
    let member = topology.party(name)?;
    let named = |error: &dyn std::fmt::Display| match &member.database {
        Some(_) => format!("{name}: {error}"),
        None => format!("{name}: {}: {error}", member.ledger.display()),
    };
    if let Some(folder) = member.ledger.parent() {
        std::fs::create_dir_all(folder).map_err(|error| named(&error))?;
    }
    let (_ledger, store) = store_of(member).map_err(|error| named(&error))?;
    let history = store.history().map_err(|error| named(&error))?;
    let last = history.records.last().map(|record| record.at).unwrap_or_default();
    let clock: Arc<dyn Clock> =
        Arc::new(SystemClock::new(local_seconds_east()).wrong_by(running.clock.as_deref()).later_than(last));
    let watch = watched(name, member.role, &history, running, &clock)?;
    let (log, said) = Log::open(&member.ledger, &history.evidence).map_err(|why| format!("{name}: {why}"))?;
    said.into_iter().for_each(|said| say(printer, &said));
    let machine = machine::machine(topology, name, &history.records, clock.now())?;
    let node = Node::open(machine, store).map_err(|error| named(&error))?;
    let end = node.secured().map_err(|error| named(&error))?;
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.map_err(|error| format!("{name}: {error}"))?;
    let (door, events) = channel();
    let lines = Lines::open(topology, name, &runtime, &door)?;
    let (to_person, outcomes) = channel();
    let post = post(topology, name, clock.now())?;
    let office =
        Back { name: name.to_owned(), role: member.role, post, is_broken: false, watch, log, next: None };
    let station = Station {
        node,
        clock,
        faults: Arc::default(),
        capture: Arc::new(Capture::default()),
        to_person,
        lines: lines.calls.iter().map(|(to, client)| (*to, vec![(**client).clone()])).collect(),
        limit: topology.timers.of(member.role),
        requests: VecDeque::new(),
        runtime: runtime.handle().clone(),
        door: door.clone(),
        due: BTreeMap::new(),
        sequence: 0,
        end,
        office: Box::new(office),
    };
    say(printer, &format!("ready {name}"));
    listen(member.role, console, door, printer);
    let heard = Arc::clone(printer);
    std::thread::spawn(move || {
        for (_, outcome) in outcomes {
            let said: Result<Outcome, String> = outcome;
            said.into_iter().for_each(|outcome| say(&heard, &told(&outcome)));
        }
    });
    let lived = station.live(&events);
    drop(lines);
    lived.map_err(|why| format!("{name} stopped: {why}"))
}

/// Where the history of a party is, and what keeps others away from it meanwhile: a file has a lock, a partition of a
/// database an epoch.
fn store_of(member: &Member) -> Result<(Option<LedgerFile>, Box<dyn Store>), StoreError> {
    if let Some(database) = &member.database {
        return Ok((None, database.open(member.role)?));
    }
    let file = LedgerFile::of_party(&member.ledger, member.role)?;
    Ok((Some(file), Box::new(SqliteStore::open(&member.ledger, member.role)?)))
}

/// Hands the lines of the console to the party, and ends it when there are no more.
fn listen(role: Party, console: impl BufRead + Send + 'static, door: Sender<Event>, printer: &Printer) {
    let printer = Arc::clone(printer);
    std::thread::spawn(move || {
        for line in console.lines().map_while(Result::ok) {
            match Order::read(role, &line) {
                Ok(None) => {}
                Ok(Some(Order::Quit)) => break,
                Ok(Some(Order::Do { command, did, who, why })) => {
                    let ordered = Ordered { input: Input::Command(command), who, did, why };
                    // A party that stopped already has nobody behind its door.
                    let _ = door.send(Event::Ordered(Box::new(ordered)));
                }
                Err(why) => say(&printer, &format!("refused: {why}")),
            }
        }
        let _ = door.send(Event::Stop);
    });
}

fn say(printer: &Printer, line: &str) {
    let mut out = printer.lock().unwrap_or_else(PoisonError::into_inner);
    // Whoever listened may be gone; the party works on.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// The lines of a party.
struct Lines {
    calls: BTreeMap<Party, Client>,
    _called: Vec<Server>,
}

impl Lines {
    fn open(
        topology: &Topology,
        name: &str,
        runtime: &Runtime,
        door: &Sender<Event>,
    ) -> Result<Self, String> {
        let (mut calls, mut called) = (BTreeMap::new(), Vec::new());
        for link in &topology.links {
            if link.called == name {
                let peer = topology.role(&link.caller);
                let server = runtime.block_on(line::answer(link.address, peer, link.dialect, door));
                called.push(server.map_err(|error| format!("{name}: {}: {error}", link.address))?);
            }
            if link.caller == name {
                let peer = topology.role(&link.called);
                let _within = runtime.enter();
                calls.insert(peer, line::call(link.address, peer, link.dialect, door));
            }
        }
        Ok(Self { calls, _called: called })
    }
}

/// What can be watched, from the history on, and where it is served.
fn watched(
    name: &str,
    role: Party,
    history: &History,
    running: &Running,
    clock: &Arc<dyn Clock>,
) -> Result<Arc<Mutex<Watch>>, String> {
    let mut watch = Watch::new(name, role);
    history.records.iter().for_each(|record| watch.apply(record));
    let watch = Arc::new(Mutex::new(watch));
    if let Some(address) = running.metrics {
        let served = metrics::serve(address, Arc::clone(&watch), rules(DEFAULT)?, Arc::clone(clock));
        served.map_err(|error| format!("{name}: {address}: {error}"))?;
    }
    Ok(watch)
}

/// The folders of a party.
fn post(topology: &Topology, name: &str, now: Stamp) -> Result<Post, String> {
    let of = |from_here: bool| -> Vec<(Party, PathBuf)> {
        let mine =
            topology.folders.iter().filter(|of| if from_here { of.from == name } else { of.to == name });
        mine.map(|of| (topology.role(if from_here { &of.to } else { &of.from }), of.path.clone())).collect()
    };
    // Names follow each other from one instance to the next.
    Post::open(of(true), of(false), format!("{:020}", now.0)).map_err(|error| format!("{name}: {error}"))
}

/// The back office of a party: its files, and who watches it.
struct Back {
    name: String,
    role: Party,
    post: Post,
    is_broken: bool,
    watch: Arc<Mutex<Watch>>,
    log: Log,
    /// The entry of the log that the ledger gets now.
    next: Option<Entry>,
}

impl Back {
    /// The statement of the account that payouts are paid from, after each entry of it.
    fn statement(&mut self, records: &[Record], node: &Node) -> Result<(), String> {
        let moved = |record: &Record| {
            matches!(
                record.kind,
                RecordKind::PayoutCredited | RecordKind::PayoutReturned | RecordKind::Started
            )
        };
        let Some(last) = records.iter().rev().find(|record| moved(record)) else { return Ok(()) };
        let journal = node.store().history().map_err(|error| error.to_string())?.records;
        let entries = entries(&journal);
        if entries.is_empty() {
            return Ok(());
        }
        let statement = statement(last.at.date(), &entries);
        self.post.leave(Party::Acquirer, statement.as_bytes(), "xml")
    }
}

impl Office for Back {
    fn send(&mut self, to: Party, parcel: &Parcel) -> Result<(), String> {
        self.post.send(to, parcel)
    }

    fn arrived(&mut self) -> Option<Arrival> {
        let arrival = self.post.arrived()?;
        self.is_broken = matches!(arrival, Arrival::Broken(..));
        Some(arrival)
    }

    fn taken(&mut self) -> Result<(), String> {
        self.post.taken(self.is_broken)
    }

    fn interval(&self) -> Option<Duration> {
        self.post.has_folders().then_some(LOOK)
    }

    fn noted(&mut self, records: &[Record], node: &Node) -> Result<(), String> {
        let mut watch = self.watch.lock().unwrap_or_else(PoisonError::into_inner);
        records.iter().for_each(|record| watch.apply(record));
        watch.look(node.store().books());
        drop(watch);
        records.iter().for_each(|record| log(&self.name, record));
        if self.role == Party::Bank { self.statement(records, node) } else { Ok(()) }
    }

    fn entry(&mut self, at: Stamp, ordered: &Ordered) -> Result<Option<String>, String> {
        let entry = self.log.next(at.0, &ordered.who, &ordered.did, &ordered.why)?;
        let line = serde_json::to_string(&entry).map_err(|error| error.to_string())?;
        self.next = Some(entry);
        Ok(Some(line))
    }

    fn entered(&mut self) -> Result<(), String> {
        self.next.take().map_or(Ok(()), |entry| self.log.write(&entry))
    }
}

/// A record in the log of the process: no card, no approval code, nothing that somebody typed.
fn log(party: &str, record: &Record) {
    let text = |shown: Option<String>| shown.unwrap_or_default();
    tracing::info!(
        party,
        kind = record.kind.name(),
        peer = text(record.peer.map(|peer| peer.to_string())),
        mti = text(record.mti.map(|mti| mti.to_string())),
        stan = record.stan,
        batch = record.batch,
        rrn = record.rrn,
        amount = record.amount.map(|amount| amount.units()),
        code = text(record.code.map(|code| code.to_string())),
        date = text(record.date.map(|date| date.to_string())),
    );
}
