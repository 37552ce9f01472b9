//! The parties of a topology as processes, driven through their consoles. Every process that is started is ended, by its
//! own handle.

#![allow(dead_code)]

use std::collections::BTreeMap;
use std::io::Read;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use settlement::chaos::console::{Heard, Process};
use settlement::journal::Party;
use settlement::store::{History, SqliteStore, Store};

pub(crate) const PARTIES: [&str; 5] = ["issuer:1", "hub:1", "bank:1", "acquirer:1", "terminal:1"];
/// Nothing takes longer than this.
const LIMIT: Duration = Duration::from_secs(60);

/// A running party, and how far its console was read.
struct Running {
    process: Process,
    place: usize,
}

/// A network in a folder of its own.
pub(crate) struct Network {
    pub(crate) folder: PathBuf,
    pub(crate) ports: [u16; 4],
    running: BTreeMap<&'static str, Running>,
    /// Further arguments of a party.
    pub(crate) more: BTreeMap<&'static str, Vec<String>>,
}

impl Network {
    /// The checked-in topology on free ports, with short timers. Nobody is started.
    pub(crate) fn new(name: &str) -> Self {
        Self::of(name, include_str!("../../topology.toml"), 300)
    }

    /// The same with timers that do not run out, however slow the machine is.
    pub(crate) fn calm(name: &str) -> Self {
        Self::of(name, include_str!("../../topology.toml"), 20_000)
    }

    /// The same with two ways to the issuer.
    pub(crate) fn with_routes(name: &str) -> Self {
        Self::of(name, include_str!("../../topology-routes.toml"), 300)
    }

    fn of(name: &str, text: &str, base: u32) -> Self {
        let folder = std::env::temp_dir().join(format!("settlement-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let taken = [0; 4].map(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).unwrap());
        let ports = [0, 1, 2, 3].map(|place: usize| taken[place].local_addr().unwrap().port());
        let text = text
            .replace("127.0.0.1:8581", &format!("127.0.0.1:{}", ports[0]))
            .replace("127.0.0.1:8583", &format!("127.0.0.1:{}", ports[1]))
            .replace("127.0.0.1:8584", &format!("127.0.0.1:{}", ports[2]))
            .replace("127.0.0.1:8585", &format!("127.0.0.1:{}", ports[3]))
            .replace("timer_ms = 1000", &format!("timer_ms = {base}"));
        std::fs::write(folder.join("topology.toml"), text).unwrap();
        Self { folder, ports, running: BTreeMap::new(), more: BTreeMap::new() }
    }

    pub(crate) fn topology(&self) -> PathBuf {
        self.folder.join("topology.toml")
    }

    pub(crate) fn ledger(&self, name: &str) -> PathBuf {
        self.folder.join("network").join(format!("{}.sqlite", name.replace(':', "-")))
    }

    pub(crate) fn command(&self, name: &'static str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_settlement"));
        command.arg("node").arg(name).arg("--topology").arg(self.topology());
        command.args(self.more.get(name).into_iter().flatten());
        command
    }

    /// Starts a party, and waits until it says that it is ready.
    pub(crate) fn start(&mut self, name: &'static str) {
        let command = self.command(name);
        self.start_as(name, command);
    }

    pub(crate) fn start_as(&mut self, name: &'static str, mut command: Command) {
        command.stderr(Stdio::piped());
        let process = Process::start(command, None).unwrap();
        self.running.insert(name, Running { process, place: 0 });
        self.wait(name, |line| line.starts_with("ready"));
    }

    pub(crate) fn start_all(&mut self) {
        PARTIES.into_iter().for_each(|name| self.start(name));
        self.wait("acquirer:1", |line| line == "in-service issuer");
        self.wait("terminal:1", |line| line == "in-service acquirer");
    }

    /// Types a line at the console of a party.
    pub(crate) fn type_at(&mut self, name: &str, line: &str) {
        self.running.get_mut(name).unwrap().process.type_line(line);
    }

    /// The next line that a party says and that is awaited; `None` when it says none in time, or is gone.
    pub(crate) fn heard(
        &mut self,
        name: &str,
        limit: Duration,
        awaited: impl Fn(&str) -> bool,
    ) -> Option<String> {
        let Running { process, place } = self.running.get_mut(name).unwrap();
        let console = process.console();
        match console.wait(*place, limit, awaited) {
            Heard::Line(line, next) => {
                *place = next;
                Some(line)
            }
            Heard::Gone | Heard::Silence => {
                *place = console.place();
                None
            }
        }
    }

    /// What a party said until now is about something else.
    pub(crate) fn forget(&mut self, name: &str) {
        let Running { process, place } = self.running.get_mut(name).unwrap();
        *place = process.console().place();
    }

    pub(crate) fn wait(&mut self, name: &str, awaited: impl Fn(&str) -> bool) -> String {
        match self.heard(name, LIMIT, awaited) {
            Some(line) => line,
            None => {
                let errors = self.stop(name);
                panic!("{name} did not say it: {errors}");
            }
        }
    }

    /// Types a line, and waits for the outcome that begins so.
    pub(crate) fn ask(&mut self, name: &str, line: &str, begins: &str) -> String {
        self.type_at(name, line);
        self.wait(name, |said| said.starts_with(begins))
    }

    /// Kills a party: it has no chance to say or to write anything more.
    pub(crate) fn kill(&mut self, name: &str) {
        self.running.remove(name).unwrap().process.kill().unwrap();
    }

    /// The number of its process.
    pub(crate) fn pid(&self, name: &str) -> u32 {
        self.running.get(name).unwrap().process.id()
    }

    /// A party goes by another name from here on, so that a second instance can be started.
    pub(crate) fn rename(&mut self, name: &str, to: &'static str) {
        let running = self.running.remove(name).unwrap();
        self.running.insert(to, running);
    }

    /// Has a party ended by itself?
    pub(crate) fn is_gone(&mut self, name: &str) -> bool {
        self.running.get_mut(name).is_none_or(|running| running.process.is_gone())
    }

    /// Ends a party in good order. What it said on standard error.
    pub(crate) fn stop(&mut self, name: &str) -> String {
        let Some(Running { mut process, .. }) = self.running.remove(name) else { return String::new() };
        process.stop(LIMIT).unwrap();
        let mut said = String::new();
        process.errors().unwrap().read_to_string(&mut said).unwrap();
        said
    }

    pub(crate) fn stop_all(&mut self) {
        for name in PARTIES {
            let said = self.stop(name);
            assert_eq!(said, "", "{name}");
        }
    }

    /// What a party stored, which is judged while it does not run.
    pub(crate) fn history(&self, name: &str) -> History {
        let party: Party = name.split(':').next().unwrap().parse().unwrap();
        SqliteStore::open(&self.ledger(name), party).unwrap().history().unwrap()
    }

    /// Waits until this is so.
    pub(crate) fn until(&self, what: &str, is_so: impl Fn() -> bool) {
        let until = Instant::now() + LIMIT;
        while !is_so() {
            assert!(Instant::now() < until, "{what} never happened");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// The files in a folder of the network, without those that are done with.
    pub(crate) fn files(&self, folder: &str) -> Vec<PathBuf> {
        let path = self.folder.join("network").join(folder);
        let entries = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
        entries.filter(|path| path.is_file()).collect()
    }

    /// The date ends, in balance, and its money goes all the way to the merchants' accounts; the acquirer says `paid` of it.
    pub(crate) fn settle_the_date(&mut self, paid: &str) {
        self.type_at("issuer:1", "cut-over");
        self.wait("acquirer:1", |line| line.starts_with("date") && line.ends_with("in balance"));
        for (party, command, said) in [
            ("acquirer:1", "present", "done"),
            ("hub:1", "run", "done"),
            ("acquirer:1", "pay", paid),
            ("bank:1", "run", "done"),
        ] {
            self.ask(party, command, said);
            self.settle_files();
        }
    }

    /// Everything that was left in folders is taken.
    pub(crate) fn settle_files(&self) {
        for folder in ["acquirer-to-hub", "hub-to-acquirer", "acquirer-to-bank", "bank-to-acquirer"] {
            self.until(folder, || self.files(folder).is_empty());
        }
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        self.running.clear();
        // what failed is left for whoever looks into it
        if !std::thread::panicking() {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

/// What the command says, and its exit code.
pub(crate) fn settlement(words: &[&str], folder: &Path) -> (String, Option<i32>) {
    let output = Command::new(env!("CARGO_BIN_EXE_settlement"))
        .args(words)
        .current_dir(folder)
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    (
        String::from_utf8(output.stdout).unwrap() + &String::from_utf8_lossy(&output.stderr),
        output.status.code(),
    )
}
