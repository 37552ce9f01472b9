//! What more acquirer processes on one database carry: each process has the same number of partitions, and each partition
//! a terminal that sells without pause. Terminals and issuers are in a process of their own, whose ledgers are in memory
//! (`/dev/shm`, where there is one), so that acquirers and database are what is measured.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use crate::chaos::console::{Heard, Process};
use crate::clock::{Clock, SystemClock};
use crate::fast::process::processor_time;
use crate::journal::{Party, RecordKind};
use crate::ledger::Ledger;
use crate::store::{Database, Flow};

static RUNS: AtomicU32 = AtomicU32::new(0);

/// A party has a number from 1 to 9.
pub const MOST: usize = 9;
/// Nothing takes longer than this.
const LIMIT: Duration = Duration::from_secs(60);
/// How often it is looked what the server waits for.
const LOOK: Duration = Duration::from_millis(20);
/// So long they sell before anything is counted, at most.
const WARM: Duration = Duration::from_secs(1);

/// What to measure.
#[derive(Clone, Debug)]
pub struct Scale {
    /// This program, which is started for each process.
    pub program: PathBuf,
    /// The database.
    pub url: String,
    /// Partitions of a process.
    pub partitions: usize,
    /// How long it is measured.
    pub time: Duration,
}

/// What so many processes carried.
#[derive(Clone, Debug)]
pub struct Carried {
    /// How many there were.
    pub processes: usize,
    /// Approved sales of which the terminals heard.
    pub sales: u32,
    /// In this time.
    pub took: Duration,
    /// Transactions of the database meanwhile.
    pub commits: u64,
    /// How often the server flushed its log.
    pub flushes: u64,
    /// What the server's sessions of the acquirers were at, by the name of the wait, and how often they were met there.
    pub waits: BTreeMap<String, u64>,
    /// Processor time of acquirers, of terminals and issuers, and of the server's sessions.
    pub processor: [Duration; 3],
    /// The load of the machine before (`/proc/loadavg`).
    pub machine: String,
}

impl Scale {
    /// Starts so many acquirer processes, lets all terminals sell, and looks whether the books are right.
    ///
    /// # Errors
    /// In words: a process does not start or stops, the database cannot be reached, or a sale is missing.
    pub fn measure(&self, processes: usize) -> Result<Carried, String> {
        let all = processes * self.partitions;
        if !(1..=MOST).contains(&all) {
            return Err(format!("there are 1 to {MOST} partitions in a network, not {all}"));
        }
        let machine = std::fs::read_to_string("/proc/loadavg").unwrap_or_default().trim().to_owned();
        // Of its own: a partition with a history would answer from it.
        let run = RUNS.fetch_add(1, Ordering::Relaxed);
        let network = format!("scale-{}-{run}-{}", std::process::id(), SystemClock::new(0).now().0);
        let stage = Stage::new(&network, all)?;
        let url = format!("{}#{network}", self.url);
        // Whoever is called starts first.
        let issuers = stage.start(&self.program, &names("issuer", 1, all), None)?;
        let mut acquirers = Vec::new();
        for process in 0..processes {
            let own = names("acquirer", process * self.partitions + 1, self.partitions);
            acquirers.push(stage.start(&self.program, &own, Some(&url))?);
        }
        acquirers.iter_mut().try_for_each(|acquirer| acquirer.until_each("in-service issuer", None))?;
        let terminals = names("terminal", 1, all);
        let mut others = stage.start(&self.program, &terminals, None)?;
        others.until_each("in-service acquirer", None)?;
        others.until_each("signed-on", Some("sign-on"))?;
        let mut approved = BTreeMap::new();
        let end = Instant::now() + WARM.min(self.time);
        sell(&mut others, end, &mut approved)?;
        approved.values_mut().for_each(|(_, counted)| *counted = 0);
        let spent = |acquirers: &[Running], others: &Running, flow: &Flow| {
            [
                acquirers.iter().map(|of| processor_time(of.process.id())).sum::<Duration>(),
                processor_time(others.process.id()) + processor_time(issuers.process.id()),
                flow.sessions.iter().map(|of| processor_time(*of)).sum(),
            ]
        };
        let before = Database::flow(&self.url).map_err(|error| error.to_string())?;
        let (cpu, begun) = (spent(&acquirers, &others, &before), Instant::now());
        let waits = self.sell_watched(&mut others, begun + self.time, &mut approved)?;
        let took = begun.elapsed();
        let after = Database::flow(&self.url).map_err(|error| error.to_string())?;
        let cpu_after = spent(&acquirers, &others, &before);
        let processor = [0, 1, 2].map(|of: usize| {
            let at = |of_all: &[Duration; 3]| of_all.get(of).copied().unwrap_or_default();
            at(&cpu_after).saturating_sub(at(&cpu))
        });
        others.end()?;
        issuers.end()?;
        acquirers.into_iter().try_for_each(Running::end)?;
        for number in 1..=all {
            let (sold, _) = approved.get(&format!("terminal:{number}")).copied().unwrap_or_default();
            check(&Database::of_party(&url, &format!("acquirer:{number}"))?, &terminal(number), sold)?;
        }
        let sales = approved.values().map(|(_, counted)| counted).sum();
        let (commits, flushes) = (after.commits - before.commits, after.flushes - before.flushes);
        Ok(Carried { processes, sales, took, commits, flushes, waits, processor, machine })
    }

    /// The same, and what the server's sessions wait for meanwhile.
    fn sell_watched(
        &self,
        terminals: &mut Running,
        end: Instant,
        approved: &mut BTreeMap<String, (u32, u32)>,
    ) -> Result<BTreeMap<String, u64>, String> {
        let (watching, until) = channel();
        std::thread::scope(|scope| {
            let waits = scope.spawn(move || Database::waits(&self.url, LOOK, &until));
            let sold = sell(terminals, end, approved);
            drop(watching);
            let waits = waits.join().map_err(|_| "whoever looked at the server broke".to_owned())?;
            sold.and(waits.map_err(|error| error.to_string()))
        })
    }
}

/// Each terminal sells, and sells again when it hears, until this moment. What is under way then comes to its end.
fn sell(
    terminals: &mut Running,
    end: Instant,
    approved: &mut BTreeMap<String, (u32, u32)>,
) -> Result<(), String> {
    const SALE: &str = "sell 0.01";
    let mut selling = terminals.parties.clone();
    selling.iter().for_each(|terminal| terminals.say(terminal, SALE));
    while !selling.is_empty() {
        let (terminal, said) = terminals.line()?;
        if said.starts_with("approved") {
            let (sold, counted) = approved.entry(terminal.clone()).or_default();
            *sold += 1;
            if Instant::now() < end {
                *counted += 1;
                terminals.say(&terminal, SALE);
            } else {
                selling.retain(|selling| *selling != terminal);
            }
        } else if !said.starts_with("possible-double") {
            return Err(format!("{terminal}: {said}"));
        }
    }
    Ok(())
}

/// Every sale of which a terminal heard is in its partition once, none of another terminal is, and the book is one.
fn check(database: &Database, terminal: &str, sold: u32) -> Result<(), String> {
    let history = database.history(Party::Acquirer).map_err(|error| error.to_string())?;
    let approved = history.records.iter().filter(|record| record.kind == RecordKind::SaleApproved);
    let keys: Vec<&str> = approved.map(|record| record.tx.as_str()).collect();
    let own: BTreeSet<&str> =
        keys.iter().filter(|key| key.split('/').nth(1) == Some(terminal)).copied().collect();
    if u32::try_from(keys.len()) != Ok(sold) || own.len() != keys.len() {
        let (all, own) = (keys.len(), own.len());
        return Err(format!(
            "{database}: {all} sales are in the book, {own} different ones of terminal {terminal}, which heard of {sold}"
        ));
    }
    let mut ledger = Ledger::default();
    let all_booked = ledger.commit(&history.transfers).iter().all(|status| status.booked());
    let is_one = all_booked && ledger.imbalance() == (0, 0) && ledger.overdrawn().count() == 0;
    if is_one { Ok(()) } else { Err(format!("{database}: the book does not balance")) }
}

/// DE41 of the terminal with this number.
fn terminal(number: usize) -> String {
    format!("1000000{number}")
}

fn names(role: &str, first: usize, count: usize) -> Vec<String> {
    (first..first + count).map(|number| format!("{role}:{number}")).collect()
}

/// A network in a folder, which goes with it.
struct Stage(PathBuf);

impl Stage {
    fn new(name: &str, all: usize) -> Result<Self, String> {
        let memory = Path::new("/dev/shm");
        let beside = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let stage = Self(beside.join(format!("settlement-{name}")));
        let failed = |error: std::io::Error| format!("{}: {error}", stage.0.display());
        std::fs::create_dir_all(&stage.0).map_err(failed)?;
        let mut text = "timer_ms = 20000\n".to_owned();
        for shard in 1..=all {
            text += &shard_of(shard).map_err(failed)?;
        }
        std::fs::write(stage.0.join("topology.toml"), text).map_err(failed)?;
        Ok(stage)
    }

    /// Starts a process with these parties, whose histories are in their files or in this database.
    fn start(&self, program: &Path, parties: &[String], store: Option<&str>) -> Result<Running, String> {
        let mut command = Command::new(program);
        command.arg("node").args(parties).arg("--topology").arg(self.0.join("topology.toml"));
        command.args(store.iter().flat_map(|store| ["--store", store]));
        Running::start(command, parties)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // A folder of a system that is tidied anyway.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A partition with its terminal and its issuer; hub and bank have no part in a sale, and are not started.
fn shard_of(n: usize) -> std::io::Result<String> {
    // Below the ports that the system gives to whoever calls, so that nobody takes them meanwhile, and nobody who calls
    // again and again is connected with itself.
    let start = 20_000 + u16::try_from(std::process::id() % 10_000).unwrap_or_default();
    let is_free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    let mut free = (start..32_000).filter(is_free).skip(2 * (n - 1));
    let (terminals, hosts) = free.next().zip(free.next()).ok_or(std::io::ErrorKind::AddrNotAvailable)?;
    let ways = [("acquirer", "hub"), ("hub", "issuer"), ("acquirer", "bank")];
    let folders = ways.into_iter().flat_map(|(from, to)| [(from, to), (to, from)]);
    let folder = |(from, to): (&str, &str)| {
        format!("[[folder]]\nfrom = '{from}:{n}'\nto = '{to}:{n}'\npath = '{from}-to-{to}-{n}'\n")
    };
    let merchant = format!("10444035998000{n}");
    Ok(format!(
        "[[party]]\nname = 'terminal:{n}'\nledger = 'terminal-{n}.sqlite'\nterminal = '{}'\n\
         merchant = '{merchant}'\n\
         [[party]]\nname = 'issuer:{n}'\nledger = 'issuer-{n}.sqlite'\n\
         [[party]]\nname = 'hub:{n}'\nledger = 'hub-{n}.sqlite'\ninstitution = '9999000{n}'\nfee_basis_points = 60\n\
         [[party]]\nname = 'bank:{n}'\nledger = 'bank-{n}.sqlite'\nkeeps = ['ACC-{n}']\n\
         [[party]]\nname = 'acquirer:{n}'\nledger = 'acquirer-{n}.sqlite'\ninstitution = '1034400{n}'\n\
         fee_basis_points = 60\naccounts = {{ '{merchant}' = 'ACC-{n}' }}\n\
         [[link]]\ncaller = 'terminal:{n}'\ncalled = 'acquirer:{n}'\naddress = '127.0.0.1:{terminals}'\ndialect = 'pos'\n\
         [[link]]\ncaller = 'acquirer:{n}'\ncalled = 'issuer:{n}'\naddress = '127.0.0.1:{hosts}'\ndialect = 'host'\n{}",
        terminal(n),
        folders.map(folder).collect::<String>()
    ))
}

/// A process with parties in it, which ends with this.
struct Running {
    parties: Vec<String>,
    process: Process,
    /// How many of its lines were read.
    place: usize,
}

impl Running {
    fn start(command: Command, parties: &[String]) -> Result<Self, String> {
        let process = Process::start(command, None).map_err(|error| error.to_string())?;
        Ok(Self { parties: parties.to_vec(), process, place: 0 })
    }

    /// Types this at a party. One that is alone in its process is not named there.
    fn say(&mut self, party: &str, typed: &str) {
        let is_alone = self.parties.len() == 1;
        let typed = if is_alone { typed.to_owned() } else { format!("{party} {typed}") };
        self.process.type_line(&typed);
    }

    /// Who says what next.
    fn line(&mut self) -> Result<(String, String), String> {
        let Heard::Line(line, next) = self.process.console().wait(self.place, LIMIT, |_| true) else {
            return Err(format!("{}: nothing is said any more", self.parties.join(", ")));
        };
        self.place = next;
        Ok(match (self.parties.as_slice(), line.split_once(' ')) {
            ([alone], _) => (alone.clone(), line),
            (_, Some((party, said))) => (party.to_owned(), said.to_owned()),
            (_, None) => (String::new(), line),
        })
    }

    /// Types this at each party, if it is anything, and waits until each has said what begins so.
    fn until_each(&mut self, begins: &str, typed: Option<&str>) -> Result<(), String> {
        let mut waiting = self.parties.clone();
        if let Some(typed) = typed {
            waiting.iter().for_each(|party| self.say(party, typed));
        }
        while !waiting.is_empty() {
            let (party, said) = self.line()?;
            if said.starts_with(&format!("{party}: ")) || said.contains(" stopped: ") {
                return Err(said);
            }
            waiting.retain(|waiting| *waiting != party || !said.starts_with(begins));
        }
        Ok(())
    }

    /// Lets it end in good order.
    fn end(mut self) -> Result<(), String> {
        match self.process.stop(LIMIT).map_err(|error| error.to_string())? {
            status if status.success() => Ok(()),
            status => Err(format!("a process ended with {status}")),
        }
    }
}
