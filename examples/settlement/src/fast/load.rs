//! A load on acquirer and issuer, each a process of its own, and what it came to.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::process::{percentile, processor_time};
use super::store::Pages;
use super::terminals::{Done, Shift, work};
use crate::journal::Party;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Load {
    /// How many sales.
    pub sales: u64,
    /// How many at a time: one for each terminal.
    pub in_flight: usize,
    /// Over how many connections.
    pub connections: usize,
    /// How often one of the parties is killed and started again.
    pub kills: u32,
    /// Where the ledgers are made; `None`: nothing is kept.
    pub folder: Option<PathBuf>,
    /// The program of the parties: it knows `fast acquirer` and `fast issuer`.
    pub program: PathBuf,
}

/// What it came to.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Of all terminals; latencies in order.
    pub done: Done,
    /// How long it took.
    pub took: Duration,
    /// The median and the 99th percentile of a flush before the load began, in microseconds.
    pub idle_flush: (u32, u32),
    /// What acquirer and issuer say they did, in their last life.
    pub parties: Vec<PartyDone>,
    /// How many were killed.
    pub killed: u32,
    /// Processor time of the terminals.
    pub terminals_cpu: Duration,
    /// The load of the machine before.
    pub machine: String,
}

/// What a party says at its end.
#[derive(Clone, Debug, Default)]
pub struct PartyDone {
    /// Messages that it heard, and sent.
    pub messages: (u64, u64),
    /// How many flushes.
    pub flushes: u64,
    /// Median and 99th percentile of these, in microseconds.
    pub flush: (u32, u32),
    /// Octets of its pages.
    pub octets: u64,
    /// Processor time.
    pub cpu: Duration,
}

/// A party that runs.
struct Running {
    child: Child,
    said: BufReader<ChildStdout>,
    address: SocketAddr,
}

/// Both of them, and how they are started.
struct Parties<'a> {
    load: &'a Load,
    issuer: Running,
    acquirer: Running,
    killed: u32,
}

impl Load {
    /// Where a party keeps its pages.
    pub fn ledger(&self, party: Party) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join(format!("{party}.sqlite")))
    }

    /// Drives it.
    ///
    /// # Errors
    /// In words: a party that does not start or stops, or terminals that reach nobody.
    pub fn run(&self) -> Result<Outcome, String> {
        let machine = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let machine = machine.split(' ').take(3).collect::<Vec<_>>().join(" ");
        let idle_flush = self.folder.as_deref().map_or(Ok((0, 0)), idle_flush)?;
        let any: SocketAddr = ([127, 0, 0, 1], 0).into();
        let issuer = self.start(Party::Issuer, any, None)?;
        let acquirer = self.start(Party::Acquirer, any, Some(issuer.address))?;
        let address = acquirer.address;
        let parties = Mutex::new(Parties { load: self, issuer, acquirer, killed: 0 });
        let is_over = AtomicBool::new(false);
        let (begun, cpu) = (Instant::now(), processor_time(std::process::id()));
        let shifts = self.shifts(address);
        let worked = std::thread::scope(|scope| {
            let workers: Vec<_> = shifts.iter().map(|shift| scope.spawn(|| work(shift))).collect();
            let killer = scope.spawn(|| self.kill(&parties, &is_over));
            let done: Result<Vec<Done>, String> = workers
                .into_iter()
                .map(|worker| worker.join().map_err(|_| "a terminal's thread failed".to_owned())?)
                .collect();
            is_over.store(true, Ordering::SeqCst);
            let killed = killer.join().map_err(|_| "whoever kills failed".to_owned()).and_then(|end| end);
            killed.and(done)
        });
        let took = begun.elapsed();
        let terminals_cpu = processor_time(std::process::id()).saturating_sub(cpu);
        let parties = parties.into_inner().unwrap_or_else(PoisonError::into_inner);
        let killed = parties.killed;
        // The acquirer first: it ends when the issuer has answered all that is under way.
        let parties = vec![parties.acquirer.end()?, parties.issuer.end()?];
        let mut done = worked?.into_iter().fold(Done::default(), sum);
        done.latencies.sort_unstable();
        Ok(Outcome { done, took, idle_flush, parties, killed, terminals_cpu, machine })
    }

    fn shifts(&self, acquirer: SocketAddr) -> Vec<Shift> {
        let connections = self.connections.clamp(1, self.in_flight.max(1));
        let share = |place: usize, all: u64| {
            let (place, of) = (counted(place), counted(connections));
            all * (place + 1) / of - all * place / of
        };
        let mut first = 0;
        let mut shift = |place| {
            let terminals = usize::try_from(share(place, counted(self.in_flight))).unwrap_or_default();
            let shift = Shift { acquirer, first, terminals, sales: share(place, self.sales) };
            first += terminals;
            shift
        };
        (0..connections).map(&mut shift).collect()
    }

    fn start(&self, party: Party, listen: SocketAddr, call: Option<SocketAddr>) -> Result<Running, String> {
        let mut command = Command::new(&self.program);
        command.arg("fast").arg(party.name()).arg("--listen").arg(listen.to_string());
        if let Some(call) = call {
            command.arg("--call").arg(call.to_string());
        }
        if let Some(ledger) = self.ledger(party) {
            command.arg("--ledger").arg(ledger);
        }
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = child.map_err(|error| format!("{}: {error}", self.program.display()))?;
        let said = child.stdout.take().ok_or("a party has no output")?;
        let mut running = Running { child, said: BufReader::new(said), address: listen };
        let line = running.line()?;
        let address = line.strip_prefix("listening ").and_then(|address| address.parse().ok());
        running.address = address.ok_or_else(|| format!("the {party} did not start"))?;
        Ok(running)
    }

    /// Kills one or the other, at moments that nobody chose, and starts it again.
    fn kill(&self, parties: &Mutex<Parties<'_>>, is_over: &AtomicBool) -> Result<(), String> {
        let mut random = u64::from(std::process::id()) | 1;
        for _ in 0..self.kills {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            std::thread::sleep(Duration::from_millis(20 + (random >> 33) % 120));
            if is_over.load(Ordering::SeqCst) {
                break;
            }
            lock(parties).kill((random >> 40) % 2 == 0)?;
        }
        Ok(())
    }
}

impl Parties<'_> {
    fn kill(&mut self, is_issuer: bool) -> Result<(), String> {
        let (party, call) = match is_issuer {
            true => (Party::Issuer, None),
            false => (Party::Acquirer, Some(self.issuer.address)),
        };
        let victim = if is_issuer { &mut self.issuer } else { &mut self.acquirer };
        victim.child.kill().and_then(|()| victim.child.wait()).map_err(|error| error.to_string())?;
        *victim = self.load.start(party, victim.address, call)?;
        self.killed += 1;
        Ok(())
    }
}

impl Running {
    fn line(&mut self) -> Result<String, String> {
        let mut line = String::new();
        self.said.read_line(&mut line).map_err(|error| error.to_string())?;
        Ok(line.trim().to_owned())
    }

    /// Lets it end what is under way, and hears what it did.
    fn end(mut self) -> Result<PartyDone, String> {
        drop(self.child.stdin.take());
        let line = self.line()?;
        let status = self.child.wait().map_err(|error| error.to_string())?;
        let words: Vec<&str> = line.split(' ').collect();
        let word = |name: &str| {
            let place = words.iter().position(|word| *word == name)?;
            words.get(place + 1)?.parse::<u64>().ok()
        };
        if !status.success() || words.first() != Some(&"done") {
            return Err(format!("a party stopped: {status}"));
        }
        let number = |name| word(name).unwrap_or_default();
        let short = |name| u32::try_from(number(name)).unwrap_or(u32::MAX);
        Ok(PartyDone {
            messages: (number("heard"), number("sent")),
            flushes: number("flushes"),
            flush: (short("flush-p50"), short("flush-p99")),
            octets: number("octets"),
            cpu: Duration::from_micros(number("cpu-us")),
        })
    }
}

/// Nobody is left behind, whatever happened.
impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill().and_then(|()| self.child.wait());
    }
}

fn lock<'m, 'l>(parties: &'m Mutex<Parties<'l>>) -> MutexGuard<'m, Parties<'l>> {
    parties.lock().unwrap_or_else(PoisonError::into_inner)
}

fn counted(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

fn sum(mut all: Done, one: Done) -> Done {
    all.sales += one.sales;
    all.approved.0 += one.approved.0;
    all.approved.1 += one.approved.1;
    all.declined += one.declined;
    all.reversed += one.reversed;
    all.repeated += one.repeated;
    all.losses += one.losses;
    all.messages += one.messages;
    all.latencies.extend(one.latencies);
    all.heard.extend(one.heard);
    all.wrong.extend(one.wrong);
    all
}

/// How long this disk takes for a page of a few kilobytes, with nothing else to do: median and 99th percentile.
fn idle_flush(folder: &Path) -> Result<(u32, u32), String> {
    let words = |error: &dyn std::fmt::Display| format!("{}: {error}", folder.display());
    let file = folder.join("flush.sqlite");
    let mut pages = Pages::open(&file, Party::Bank, &mut |_| {}).map_err(|error| words(&error))?;
    let page = vec![0x5A; 8 << 10];
    let mut flushes = Vec::new();
    for _ in 0..100 {
        let begun = Instant::now();
        pages.append(&page).map_err(|error| words(&error))?;
        flushes.push(u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX));
    }
    drop(pages);
    for companion in ["", "-wal", "-shm", ".lock"] {
        // It says nothing that anybody needs.
        let _ = std::fs::remove_file(folder.join(format!("flush.sqlite{companion}")));
    }
    flushes.sort_unstable();
    Ok((percentile(&flushes, 500), percentile(&flushes, 990)))
}
