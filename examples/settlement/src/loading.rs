//! `settlement load`: what acquirer and issuer do in a second, and whether the money is right afterwards; and
//! `settlement fast`, the two parties of it as processes.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use settlement::audit::Check;
use settlement::clock::{Clock, SystemClock};
use settlement::fast::check::check;
use settlement::fast::load::{Load, Outcome, PartyDone};
use settlement::fast::shell::{HOSTS, Place, TERMINALS, run};
use settlement::fast::{Acquirer, Issuer, Machine, setup};
use settlement::store::local_seconds_east;

/// What `settlement load` was asked for.
pub(crate) struct Loading {
    load: Load,
    is_durable: bool,
    /// Where the ledgers stay; a folder that goes when it is not said.
    kept: Option<PathBuf>,
}

impl Loading {
    pub(crate) fn from_words(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let program = std::env::current_exe().map_err(|error| error.to_string())?;
        let load = Load { sales: 100_000, in_flight: 256, connections: 2, kills: 0, folder: None, program };
        let mut loading = Self { load, is_durable: true, kept: None };
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} needs a value; see --help"));
            let number = |text: String, most: u64| match text.parse::<u64>() {
                Ok(number) if (1..=most).contains(&number) => Ok(number),
                _ => Err(format!("{word} needs a number from 1 to {most}, not {text}")),
            };
            let place = |number| usize::try_from(number).unwrap_or(usize::MAX);
            match word.as_str() {
                "--sales" => loading.load.sales = number(value()?, 20_000_000)?,
                "--in-flight" => loading.load.in_flight = place(number(value()?, 4_096)?),
                "--connections" => loading.load.connections = place(number(value()?, 64)?),
                "--kills" => loading.load.kills = u32::try_from(number(value()?, 1_000)?).unwrap_or(1),
                "--memory" => loading.is_durable = false,
                "--durable" => loading.is_durable = true,
                "--keep" => loading.kept = Some(value()?.into()),
                other => return Err(format!("load has no option {other}; see --help")),
            }
        }
        match (loading.is_durable, loading.load.kills, &loading.kept) {
            (false, 1.., _) => {
                Err("--kills needs --durable: what is in memory only does not survive".to_owned())
            }
            (false, _, Some(_)) => {
                Err("--keep needs --durable: nothing is kept of a load in memory".to_owned())
            }
            _ => Ok(loading),
        }
    }

    /// Drives it and prints what it came to. `false`: something that must hold does not.
    pub(crate) fn run(
        &self,
        print: &mut dyn FnMut(&str) -> Result<(), crate::Failure>,
    ) -> Result<bool, crate::Failure> {
        let folder = self.is_durable.then(|| self.folder()).transpose()?;
        let load = Load { folder: folder.clone(), ..self.load.clone() };
        let outcome = load.run();
        let checks = outcome.as_ref().map_err(Clone::clone).and_then(|outcome| check(&load, outcome));
        if let Some(folder) = folder.filter(|_| self.kept.is_none()) {
            // A folder of a system that is tidied anyway.
            let _ = std::fs::remove_dir_all(folder);
        }
        let (outcome, checks) = (outcome?, checks?);
        print(&table(&load, &outcome))?;
        print(&checked(&checks))?;
        if let Some(kept) = &self.kept {
            let ledger = kept.join("acquirer.sqlite");
            print(&format!("  kept: `settlement where --ledger {} --rrn RRN`\n", ledger.display()))?;
        }
        Ok(checks.iter().all(|check| check.holds))
    }

    /// A new folder for the ledgers.
    fn folder(&self) -> Result<PathBuf, String> {
        let folder = self.kept.clone().unwrap_or_else(|| {
            // Beside the program, since a temporary folder may be in memory, where a flush is none.
            let beside = self.load.program.parent().map_or_else(std::env::temp_dir, PathBuf::from);
            beside.join("settlement-ledgers").join(format!("load-{}", std::process::id()))
        });
        let named = |error: io::Error| format!("{}: {error}", folder.display());
        std::fs::create_dir_all(&folder).map_err(named)?;
        match std::fs::read_dir(&folder).map_err(named)?.next() {
            None => Ok(folder),
            Some(_) => Err(format!("{} is not empty; a load begins with new ledgers", folder.display())),
        }
    }
}

/// One of the parties, as a process of its own.
pub(crate) struct Fast {
    is_acquirer: bool,
    place: Place,
}

impl Fast {
    pub(crate) fn from_words(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let is_acquirer = match words.next().as_deref() {
            Some("acquirer") => true,
            Some("issuer") => false,
            _ => return Err("fast needs `acquirer` or `issuer`".to_owned()),
        };
        let framing = if is_acquirer { TERMINALS } else { HOSTS };
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut place = Place { listen, framing, call: None, ledger: None };
        while let Some(word) = words.next() {
            let value = words.next().ok_or_else(|| format!("{word} needs a value; see --help"))?;
            let address =
                || value.parse::<SocketAddr>().map_err(|_| format!("{value} is no address with a port"));
            match word.as_str() {
                "--listen" => place.listen = address()?,
                "--call" => place.call = Some(address()?),
                "--ledger" => place.ledger = Some(value.into()),
                other => return Err(format!("fast has no option {other}; see --help")),
            }
        }
        if is_acquirer != place.call.is_some() {
            return Err(
                "an acquirer needs --call ADDRESS of its issuer, and an issuer calls nobody".to_owned()
            );
        }
        Ok(Self { is_acquirer, place })
    }

    /// Lives until its standard input ends.
    pub(crate) fn run(
        &self,
        print: &mut dyn FnMut(&str) -> Result<(), crate::Failure>,
    ) -> Result<(), crate::Failure> {
        let machine: Box<dyn Machine> = match self.is_acquirer {
            true => Box::new(Acquirer::new(setup::acquirer())?),
            false => {
                let today = SystemClock::new(local_seconds_east()).now().date();
                Box::new(Issuer::new(setup::issuer(today)))
            }
        };
        // Whoever listened may be gone; the party works on.
        let mut say = |line: &str| drop(print(&format!("{line}\n")));
        Ok(run(machine, &self.place, io::stdin(), &mut say)?)
    }
}

fn table(load: &Load, outcome: &Outcome) -> String {
    let Outcome { done, took, idle_flush, parties, killed, terminals_cpu, machine } = outcome;
    let seconds = took.as_secs_f64();
    let sales = rounded(done.sales);
    let rate = |count: f64| whole(count / seconds);
    let [acquirer, issuer] = parties.as_slice() else { return String::new() };
    let all = acquirer.cpu + issuer.cpu + *terminals_cpu;
    let micros = |time: Duration| time.as_secs_f64() * 1e6 / sales;
    let mut text = format!(
        "  {} sales in {seconds:.2} s, {} at a time over {} connections{}\n",
        done.sales,
        load.in_flight,
        load.connections,
        if load.folder.is_some() { ", durable" } else { ", in memory only" },
    );
    text += &format!(
        "  {} sales/s = {} messages/s (0200 in, 0200 out, 0210 in, 0210 out)\n",
        rate(sales),
        rate(sales * 4.0)
    );
    text += &format!(
        "  approved {}, declined {}, reversed {}, repeated {}; lines lost {}, parties killed {killed}\n",
        done.approved.0, done.declined, done.reversed, done.repeated, done.losses
    );
    let at = |permille: usize| {
        let place = (done.latencies.len() * permille / 1_000).min(done.latencies.len().saturating_sub(1));
        millis(done.latencies.get(place).copied().unwrap_or_default())
    };
    text += &format!(
        "  a sale takes p50 {}, p90 {}, p99 {}, p99.9 {}, at most {}\n",
        at(500),
        at(900),
        at(990),
        at(999),
        at(1_000)
    );
    if load.folder.is_some() {
        text += &format!(
            "  a flush takes {} (p99 {}) with nothing else to do\n",
            millis(idle_flush.0),
            millis(idle_flush.1)
        );
        for (name, party) in [("acquirer", acquirer), ("issuer", issuer)] {
            text += &flushes(name, party, sales);
        }
    }
    text += &format!(
        "  processor time a sale: {:.1} µs; acquirer {:.1}, issuer {:.1}, terminals {:.1}\n",
        micros(all),
        micros(acquirer.cpu),
        micros(issuer.cpu),
        micros(*terminals_cpu)
    );
    text + &format!("  load of the machine before: {machine}\n")
}

fn flushes(name: &str, party: &PartyDone, sales: f64) -> String {
    let count = rounded(party.flushes);
    format!(
        "  {name}: {} flushes of p50 {}, p99 {}; {:.0} sales each, {:.0} octets a sale\n",
        party.flushes,
        millis(party.flush.0),
        millis(party.flush.1),
        sales / count.max(1.0),
        rounded(party.octets) / sales
    )
}

fn checked(checks: &[Check]) -> String {
    let line = |check: &Check| {
        let mark = if check.holds { "ok" } else { "NO" };
        format!("  {mark}  {}: {}\n", check.rule, check.figures)
    };
    checks.iter().map(line).collect()
}

fn millis(micros: u32) -> String {
    format!("{:.2} ms", f64::from(micros) / 1e3)
}

fn rounded(count: u64) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}

/// Thousands apart.
fn whole(number: f64) -> String {
    let text = format!("{number:.0}");
    let groups: Vec<_> = text.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(",")
}
