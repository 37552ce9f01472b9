//! What more acquirer processes on one database carry: each process has the same number of partitions, and each partition
//! a terminal that sells without pause. Terminals and issuers are in a process of their own, whose ledgers are in memory
//! (`/dev/shm`, where there is one), so that acquirers and database are what is measured.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use crate::journal::{Party, RecordKind};
use crate::ledger::Ledger;
use crate::store::{Database, Flow};

/// A party has a number from 1 to 9.
pub const MOST: usize = 9;
/// Nothing takes longer than this.
const LIMIT: Duration = Duration::from_secs(120);
/// So long they sell before anything is counted.
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
        let network = format!("scale-{}-{processes}", std::process::id());
        let stage = Stage::new(&network, all)?;
        let url = format!("{}#{network}", self.url);
        let (mut others, mut acquirers) = (names("issuer", 1, all), Vec::new());
        others.extend(names("terminal", 1, all));
        let mut others = Running::start(&mut stage.command(&self.program, &others))?;
        for process in 0..processes {
            let own = names("acquirer", process * self.partitions + 1, self.partitions);
            let mut command = stage.command(&self.program, &own);
            acquirers.push(Running::start(command.arg("--store").arg(&url))?);
        }
        others.until_each(&names("terminal", 1, all), "in-service acquirer", "")?;
        for (process, acquirer) in acquirers.iter_mut().enumerate() {
            let own = names("acquirer", process * self.partitions + 1, self.partitions);
            acquirer.until_each(&own, "in-service issuer", "")?;
        }
        others.until_each(&names("terminal", 1, all), "signed-on", "sign-on")?;
        let mut approved = BTreeMap::new();
        let end = Instant::now() + WARM;
        self.sell(&mut others, all, end, &mut approved)?;
        approved.values_mut().for_each(|(_, counted)| *counted = 0);
        let spent = |acquirers: &[Running], others: &Running, flow: &Flow| {
            [
                acquirers.iter().map(|of| processor_time(of.child.id())).sum::<Duration>(),
                processor_time(others.child.id()),
                flow.sessions.iter().map(|of| processor_time(*of)).sum(),
            ]
        };
        let before = Database::flow(&self.url).map_err(|error| error.to_string())?;
        let (cpu, begun) = (spent(&acquirers, &others, &before), Instant::now());
        self.sell(&mut others, all, begun + self.time, &mut approved)?;
        let took = begun.elapsed();
        let after = Database::flow(&self.url).map_err(|error| error.to_string())?;
        let cpu_after = spent(&acquirers, &others, &before);
        let processor = [0, 1, 2].map(|of: usize| {
            let at = |of_all: &[Duration; 3]| of_all.get(of).copied().unwrap_or_default();
            at(&cpu_after).saturating_sub(at(&cpu))
        });
        others.end()?;
        acquirers.into_iter().try_for_each(Running::end)?;
        for (acquirer, (sold, _)) in names("acquirer", 1, all).iter().zip(approved.values()) {
            check(&Database::of_party(&url, acquirer)?, *sold)?;
        }
        let sales = approved.values().map(|(_, counted)| counted).sum();
        let (commits, flushes) = (after.commits - before.commits, after.flushes - before.flushes);
        Ok(Carried { processes, sales, took, commits, flushes, processor, machine })
    }

    /// Each terminal sells, and sells again when it hears, until this moment. What is under way then comes to its end.
    fn sell(
        &self,
        others: &mut Running,
        all: usize,
        end: Instant,
        approved: &mut BTreeMap<String, (u32, u32)>,
    ) -> Result<(), String> {
        for terminal in names("terminal", 1, all) {
            others.say(&format!("{terminal} sell 0.01"))?;
        }
        let mut selling = all;
        while selling > 0 {
            let line = others.line()?;
            let Some((terminal, said)) = line.split_once(' ') else { continue };
            if said.starts_with("approved") {
                let (sold, counted) = approved.entry(terminal.to_owned()).or_default();
                *sold += 1;
                if Instant::now() < end {
                    *counted += 1;
                    others.say(&format!("{terminal} sell 0.01"))?;
                } else {
                    selling -= 1;
                }
            } else if !said.starts_with("possible-double") {
                return Err(format!("a terminal said: {line}"));
            }
        }
        Ok(())
    }
}

/// Every sale of which a terminal heard is in the partition once, and the book is one.
fn check(database: &Database, sold: u32) -> Result<(), String> {
    let history = database.history(Party::Acquirer).map_err(|error| error.to_string())?;
    let approved = history.records.iter().filter(|record| record.kind == RecordKind::SaleApproved).count();
    if u32::try_from(approved) != Ok(sold) {
        return Err(format!("{database}: {approved} sales are in the book, terminals heard of {sold}"));
    }
    let mut ledger = Ledger::default();
    let all_booked = ledger.commit(&history.transfers).iter().all(|status| status.booked());
    let is_one = all_booked && ledger.imbalance() == (0, 0) && ledger.overdrawn().count() == 0;
    if is_one { Ok(()) } else { Err(format!("{database}: the book does not balance")) }
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

    fn command(&self, program: &Path, parties: &[String]) -> Command {
        let mut command = Command::new(program);
        command.arg("node").args(parties).arg("--topology").arg(self.0.join("topology.toml"));
        command
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
    let free = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|free| free.local_addr());
    let (terminals, hosts) = (free()?, free()?);
    let folders = [("acquirer", "hub"), ("hub", "acquirer"), ("acquirer", "bank"), ("bank", "acquirer")];
    let folder = |(from, to): (&str, &str)| {
        format!("[[folder]]\nfrom = '{from}:{n}'\nto = '{to}:{n}'\npath = '{from}-to-{to}-{n}'\n")
    };
    let merchant = format!("10444035998000{n}");
    Ok(format!(
        "[[party]]\nname = 'terminal:{n}'\nledger = 'terminal-{n}.sqlite'\nterminal = '1000000{n}'\n\
         merchant = '{merchant}'\n\
         [[party]]\nname = 'issuer:{n}'\nledger = 'issuer-{n}.sqlite'\n\
         [[party]]\nname = 'hub:{n}'\nledger = 'hub-{n}.sqlite'\ninstitution = '9999000{n}'\nfee_basis_points = 60\n\
         [[party]]\nname = 'bank:{n}'\nledger = 'bank-{n}.sqlite'\nkeeps = ['ACC-{n}']\n\
         [[party]]\nname = 'acquirer:{n}'\nledger = 'acquirer-{n}.sqlite'\ninstitution = '1034400{n}'\n\
         fee_basis_points = 60\naccounts = {{ '{merchant}' = 'ACC-{n}' }}\n\
         [[link]]\ncaller = 'terminal:{n}'\ncalled = 'acquirer:{n}'\naddress = '{terminals}'\ndialect = 'pos'\n\
         [[link]]\ncaller = 'acquirer:{n}'\ncalled = 'issuer:{n}'\naddress = '{hosts}'\ndialect = 'host'\n{}",
        folders.map(folder).concat()
    ))
}

/// A process with parties in it, which ends with this.
struct Running {
    child: Child,
    console: Option<ChildStdin>,
    lines: Receiver<String>,
}

impl Running {
    fn start(command: &mut Command) -> Result<Self, String> {
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = child.map_err(|error| error.to_string())?;
        let (said, lines) = channel();
        if let Some(stdout) = child.stdout.take() {
            std::thread::spawn(move || {
                BufReader::new(stdout).lines().map_while(Result::ok).all(|line| said.send(line).is_ok())
            });
        }
        let console = child.stdin.take();
        Ok(Self { child, console, lines })
    }

    fn say(&mut self, line: &str) -> Result<(), String> {
        let console = self.console.as_mut().ok_or("a process has no console")?;
        writeln!(console, "{line}").map_err(|error| format!("a process stopped: {error}"))
    }

    fn line(&self) -> Result<String, String> {
        self.lines.recv_timeout(LIMIT).map_err(|_| "a process says nothing any more".to_owned())
    }

    /// Types this at each of these parties, if it is anything, and waits until each has said what begins so.
    fn until_each(&mut self, parties: &[String], begins: &str, typed: &str) -> Result<(), String> {
        for party in parties.iter().filter(|_| !typed.is_empty()) {
            self.say(&format!("{party} {typed}"))?;
        }
        let mut waiting: Vec<&String> = parties.iter().collect();
        while !waiting.is_empty() {
            let line = self.line()?;
            // A party that is alone in its process does not say its name.
            waiting.retain(|party| {
                let said = line.strip_prefix(party.as_str()).map_or(line.as_str(), str::trim_start);
                !(said.starts_with(begins) && (parties.len() == 1 || line.starts_with(party.as_str())))
            });
            if line.contains(" stopped: ") {
                return Err(line);
            }
        }
        Ok(())
    }

    /// Lets it end in good order.
    fn end(mut self) -> Result<(), String> {
        drop(self.console.take());
        let until = Instant::now() + LIMIT;
        loop {
            match self.child.try_wait().map_err(|error| error.to_string())? {
                Some(status) if status.success() => return Ok(()),
                Some(status) => return Err(format!("a process ended with {status}")),
                None if Instant::now() > until => return Err("a process does not end".to_owned()),
                None => std::thread::sleep(Duration::from_millis(5)),
            }
        }
    }
}

/// Nobody is left behind, whatever happened.
impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill().and_then(|()| self.child.wait());
    }
}

/// What a process has used until now; nothing, if it is none of this machine. In hundredths of a second (`proc(5)`).
fn processor_time(process: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The name may hold anything: what counts is behind it. utime and stime are fields 14 and 15.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields).split_whitespace().skip(11).take(2);
    let ticks: u64 = fields.filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}
