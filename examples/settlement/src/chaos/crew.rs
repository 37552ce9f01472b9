//! All parties as processes, and what is done to them. Nobody signals a process that this one did not start.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Runtime;

use super::Keeping;
use super::console::{Console, Heard, Process};
use super::disk::{self, Disk, Way, quietly};
use super::network::{PARTIES, Place, home};
use super::plan::Weather;
use super::relay::Relay;
use crate::server::Server;

/// The folder of the database.
const DATABASE: &str = "database";
/// A party that was told to stop and does not is killed after this long.
const LONG: Duration = Duration::from_secs(60);

/// The parties.
#[derive(Debug)]
pub(super) struct Crew {
    /// Where they are.
    pub(super) place: Place,
    program: PathBuf,
    slots: BTreeMap<&'static str, Mutex<Slot>>,
    // It ends before its disk is gone.
    server: Option<Server>,
    disks: BTreeMap<&'static str, Disk>,
    relays: Vec<Relay>,
    /// The tasks of the relays end with it.
    _runtime: Runtime,
}

#[derive(Debug, Default)]
struct Slot {
    process: Option<Process>,
    /// It is not to run now.
    is_off: bool,
    /// Its files are as long as they may get, in units of 512 octets.
    limit: Option<u64>,
    /// How often it stopped by itself.
    stopped: u64,
}

impl Crew {
    /// A new network. Nobody is started.
    ///
    /// # Errors
    /// When a folder, a file or a port cannot be had.
    pub(super) fn new(place: Place, program: PathBuf, keeps: Keeping) -> Result<Self, String> {
        let words = |error: io::Error| error.to_string();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.map_err(words)?;
        let relays = place.ports.iter().map(|ports| Relay::open(&runtime, ports.relay, ports.called));
        let relays = relays.collect::<io::Result<_>>().map_err(words)?;
        let disk = |party: &'static str| Ok((party, Disk::open(home(&place.folder, party), disk::OF_PARTY)?));
        let mut disks: BTreeMap<_, _> =
            PARTIES.into_iter().map(disk).collect::<io::Result<_>>().map_err(words)?;
        let mut server = None;
        if keeps == Keeping::Postgres {
            let folder = home(&place.folder, DATABASE);
            disks.insert(DATABASE, Disk::open(folder.clone(), disk::OF_DATABASE).map_err(words)?);
            let started = Server::start(&folder)?;
            server = Some(started.ok_or("no PostgreSQL is installed here (Debian: postgresql)")?);
        }
        place.write().map_err(words)?;
        let slots = PARTIES.into_iter().map(|party| (party, Mutex::default())).collect();
        Ok(Self { place, program, slots, server, disks, relays, _runtime: runtime })
    }

    /// The URL of the database, if histories are in one.
    pub(super) fn database(&self) -> Option<String> {
        self.server.as_ref().map(Server::url)
    }

    fn slot(&self, party: &str) -> Option<MutexGuard<'_, Slot>> {
        Some(self.slots.get(party)?.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Starts a party that does not run.
    ///
    /// # Errors
    /// When there is no process to be had.
    pub(super) fn start(&self, party: &str) -> io::Result<()> {
        let Some(mut slot) = self.slot(party) else { return Ok(()) };
        slot.is_off = false;
        self.start_in(&mut slot, party)
    }

    fn start_in(&self, slot: &mut Slot, party: &str) -> io::Result<()> {
        if slot.process.as_mut().is_some_and(Process::is_gone) {
            slot.process = None;
            slot.stopped += 1;
        }
        if slot.process.is_some() {
            return Ok(());
        }
        let mut command = match slot.limit {
            None => Command::new(&self.program),
            Some(limit) => {
                let mut shell = Command::new("sh");
                // A write beyond the limit is then an error, and no signal.
                let words = format!("trap '' XFSZ; ulimit -f {limit}; exec \"$0\" \"$@\"");
                shell.args(["-c", &words]).arg(&self.program);
                shell
            }
        };
        command.args(["node", party, "--topology"]).arg(self.place.topology(party));
        command.arg("--clock").arg(self.place.clock(party));
        if let Some(url) = self.database() {
            command.args(["--store", &url]);
        }
        let (out, err) = self.place.logs(party);
        let append = |path| OpenOptions::new().create(true).append(true).open(path);
        command.stderr(Stdio::from(append(err)?));
        slot.process = Some(Process::start(command, Some(append(out)?))?);
        Ok(())
    }

    /// `kill -9` of a party; it is started first if it does not run.
    ///
    /// # Errors
    /// When it cannot be started, or not be killed.
    pub(super) fn kill(&self, party: &str) -> io::Result<()> {
        let Some(mut slot) = self.slot(party) else { return Ok(()) };
        self.start_in(&mut slot, party)?;
        slot.is_off = true;
        slot.process.take().map_or(Ok(()), Process::kill)
    }

    /// Stops a process, or lets it go on.
    pub(super) fn pause(&self, party: &str, stops: bool) {
        let Some(slot) = self.slot(party) else { return };
        let Some(process) = &slot.process else { return };
        // It was not waited for, so its number is still its own.
        let mut kill = Command::new("sh");
        let signal = if stops { "STOP" } else { "CONT" };
        kill.args(["-c", &format!("kill -{signal} {}", process.id())]);
        quietly(kill);
    }

    /// The disk of a party is full, or has room again. Where histories are in a database, its disk is that of every party
    /// but hub and bank, whose files are on theirs.
    ///
    /// # Errors
    /// When a party that is limited, or the server, cannot be started anew.
    pub(super) fn fill(&self, party: &str, is_full: bool) -> io::Result<()> {
        if let (Some(server), Some(disk)) = (&self.server, self.disks.get(DATABASE))
            && disk.way() == Way::Mounted
            && !["hub:1", "bank:1"].contains(&party)
        {
            if is_full {
                disk.fill();
                return Ok(());
            }
            disk.empty();
            return revive(server);
        }
        let Some(disk) = self.disks.get(party) else { return Ok(()) };
        match (disk.way(), is_full) {
            (Way::Mounted, true) => disk.fill(),
            (Way::Mounted, false) => disk.empty(),
            (Way::Limited, _) => {
                let Some(mut slot) = self.slot(party) else { return Ok(()) };
                slot.process.take().map_or(Ok(()), Process::kill)?;
                slot.limit = is_full.then(|| longest(&self.place.ledger(party)) / 512);
                if !slot.is_off {
                    self.start_in(&mut slot, party)?;
                }
            }
        }
        Ok(())
    }

    /// How disks are made full here.
    pub(super) fn disks(&self) -> Way {
        let all_mounted = self.disks.values().all(|disk| disk.way() == Way::Mounted);
        if all_mounted { Way::Mounted } else { Way::Limited }
    }

    /// The clock of a party is wrong by so many seconds.
    ///
    /// # Errors
    /// When its file cannot be written.
    pub(super) fn set_clock(&self, party: &str, wrong: i64) -> io::Result<()> {
        fs::write(self.place.clock(party), wrong.to_string())
    }

    /// The weather of a line.
    pub(super) fn set_weather(&self, line: usize, weather: Weather) {
        self.relays.get(line).into_iter().for_each(|relay| relay.set(weather));
    }

    /// Starts those again that stopped by themselves, as whoever runs such processes does.
    ///
    /// # Errors
    /// When one cannot be started.
    pub(super) fn look_after(&self) -> io::Result<()> {
        for party in PARTIES {
            let Some(mut slot) = self.slot(party) else { continue };
            if !slot.is_off {
                self.start_in(&mut slot, party)?;
            }
        }
        Ok(())
    }

    /// How often a party stopped by itself and was started again.
    pub(super) fn stopped(&self) -> u64 {
        PARTIES.iter().filter_map(|party| Some(self.slot(party)?.stopped)).sum()
    }

    /// What somebody said last on standard error.
    pub(super) fn complaint(&self, party: &str) -> String {
        let text = fs::read_to_string(self.place.logs(party).1).unwrap_or_default();
        text.lines().last().unwrap_or("nothing").to_owned()
    }

    /// Types a line at a party. Its console, and the place from which on it says what came of it.
    pub(super) fn type_at(&self, party: &str, line: &str) -> Option<(Arc<Console>, usize)> {
        let mut slot = self.slot(party)?;
        let process = slot.process.as_mut()?;
        let place = process.type_line(line);
        Some((process.console(), place))
    }

    /// The console of a party that runs, and how far it is.
    pub(super) fn console(&self, party: &str) -> Option<(Arc<Console>, usize)> {
        let console = self.slot(party)?.process.as_ref()?.console();
        let place = console.place();
        Some((console, place))
    }

    /// Types a line, and hears what a party says of it.
    pub(super) fn ask(&self, party: &str, line: &str, limit: Duration, begins: &[&str]) -> Heard {
        let Some((console, place)) = self.type_at(party, line) else { return Heard::Gone };
        console.wait(place, limit, |said| begins.iter().any(|begin| said.starts_with(begin)))
    }

    /// Ends everybody in good order.
    ///
    /// # Errors
    /// In words: who did not end in good order, and what it said.
    pub(super) fn stop_all(&self) -> Result<(), String> {
        for party in PARTIES {
            let Some(mut slot) = self.slot(party) else { continue };
            slot.is_off = true;
            let Some(mut process) = slot.process.take() else { continue };
            let status = process.stop(LONG).map_err(|error| format!("{party}: {error}"))?;
            if !status.success() {
                return Err(format!("{party} ended with {status}: {}", self.complaint(party)));
            }
        }
        Ok(())
    }

    /// Copies what is on mounted disks beside them.
    ///
    /// # Errors
    /// When a file cannot be copied.
    pub(super) fn rescue(&self) -> io::Result<()> {
        self.disks.values().try_for_each(Disk::rescue)
    }
}

/// A server that a full disk stopped is started again.
fn revive(server: &Server) -> io::Result<()> {
    if server.is_up() {
        return Ok(());
    }
    // What is left of it ends first, if anything is.
    let _ = server.kill();
    server.begin().map_err(io::Error::other)
}

/// The length of a ledger file or its log, whichever is shorter: a limit that lets neither grow.
fn longest(ledger: &std::path::Path) -> u64 {
    let length = |path: PathBuf| fs::metadata(path).map_or(0, |found| found.len());
    let mut log = ledger.as_os_str().to_owned();
    log.push("-wal");
    length(ledger.to_owned()).max(length(log.into()))
}
