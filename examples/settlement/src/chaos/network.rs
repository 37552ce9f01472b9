//! The network under trial: its folder, its ports, and a topology for each party, in which who calls goes by a relay.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};

use crate::sim::chance::mixed;

/// Who is in it.
pub const PARTIES: [&str; 6] = ["issuer:1", "hub:1", "bank:1", "acquirer:1", "terminal:1", "terminal:2"];
/// Its terminals: name, DE41, DE42 and the merchant's account.
pub const TILLS: [(&str, &str, &str, &str); 2] = [
    ("terminal:1", "10000001", "104440359980001", "ACC-1"),
    ("terminal:2", "20000002", "104440359980002", "ACC-2"),
];
/// Its lines: who calls, who is called, and in which dialect.
pub const LINKS: [(&str, &str, &str); 3] = [
    ("terminal:1", "acquirer:1", "pos"),
    ("terminal:2", "acquirer:1", "pos"),
    ("acquirer:1", "issuer:1", "host"),
];
/// Folders in which one party leaves files for another.
pub const FOLDERS: [(&str, &str); 6] = [
    ("acquirer:1", "hub:1"),
    ("hub:1", "acquirer:1"),
    ("hub:1", "issuer:1"),
    ("issuer:1", "hub:1"),
    ("acquirer:1", "bank:1"),
    ("bank:1", "acquirer:1"),
];
/// The shortest timer in milliseconds: a terminal waits three times as long.
pub const TIMER: u64 = super::plan::LONGEST_WAIT / 3;
/// The merchants' fee, in hundredths of a percent.
pub const FEE: u64 = 60;

/// The ports of a line: the relay's and the called party's.
#[derive(Copy, Clone, Debug)]
pub struct Ports {
    /// Where the caller calls.
    pub relay: u16,
    /// Where the relay calls.
    pub called: u16,
}

/// Where everything is.
#[derive(Debug)]
pub struct Place {
    /// All of it.
    pub folder: PathBuf,
    /// Of each line.
    pub ports: [Ports; LINKS.len()],
}

/// The folder of a party.
pub fn home(folder: &Path, party: &str) -> PathBuf {
    folder.join(party.replace(':', "-"))
}

impl Place {
    /// A new network in a folder. Nobody is started.
    ///
    /// # Errors
    /// When a file cannot be written, or no port is free.
    pub fn new(folder: &Path, seed: u64) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        // Absolute, so that it is the same place for everybody.
        let folder = fs::canonicalize(folder)?;
        let mut free = free_ports(seed).into_iter();
        let mut port = || free.next().ok_or_else(|| io::Error::other("no port of this machine is free"));
        let mut ports = [Ports { relay: 0, called: 0 }; LINKS.len()];
        for line in &mut ports {
            *line = Ports { relay: port()?, called: port()? };
        }
        Ok(Self { folder, ports })
    }

    /// The topology as this party is to see it.
    pub fn topology(&self, party: &str) -> PathBuf {
        self.folder.join(format!("{}.toml", party.replace(':', "-")))
    }

    /// The file that says by how much the clock of this party is wrong.
    pub fn clock(&self, party: &str) -> PathBuf {
        self.folder.join(format!("{}.clock", party.replace(':', "-")))
    }

    /// The ledger of a party.
    pub fn ledger(&self, party: &str) -> PathBuf {
        home(&self.folder, party).join("ledger.sqlite")
    }

    /// What a party said, and on standard error.
    pub fn logs(&self, party: &str) -> (PathBuf, PathBuf) {
        let named = |end: &str| self.folder.join(format!("{}.{end}", party.replace(':', "-")));
        (named("out"), named("err"))
    }

    /// The folder between two parties, which is on the disk of whoever writes there.
    pub fn between(&self, from: &str, to: &str) -> PathBuf {
        home(&self.folder, from).join(format!("to-{}", to.replace(':', "-")))
    }

    /// Writes the topologies.
    ///
    /// # Errors
    /// When one cannot be written.
    pub fn write(&self) -> io::Result<()> {
        PARTIES.iter().try_for_each(|party| fs::write(self.topology(party), self.text(party)))
    }

    fn text(&self, of: &str) -> String {
        let mut text = format!("timer_ms = {TIMER}\n");
        for party in PARTIES {
            let ledger = self.ledger(party);
            let till = TILLS.iter().find(|(name, ..)| *name == party);
            text += &format!("\n[[party]]\nname = '{party}'\nledger = '{}'\n", ledger.display());
            text += &match (party, till) {
                (_, Some((_, terminal, merchant, _))) => {
                    format!("terminal = '{terminal}'\nmerchant = '{merchant}'\n")
                }
                ("acquirer:1", _) => {
                    format!("institution = '10344000'\nfee_basis_points = {FEE}\n\n[party.accounts]\n")
                        + &TILLS
                            .map(|(_, _, merchant, account)| format!("'{merchant}' = '{account}'\n"))
                            .concat()
                }
                ("hub:1", _) => format!("institution = '99990000'\nfee_basis_points = {FEE}\n"),
                ("bank:1", _) => "keeps = ['ACC-1', 'ACC-2']\n".to_owned(),
                _ => String::new(),
            };
        }
        for ((caller, called, dialect), ports) in LINKS.into_iter().zip(self.ports) {
            let port = if of == caller { ports.relay } else { ports.called };
            text += &format!(
                "\n[[link]]\ncaller = '{caller}'\ncalled = '{called}'\naddress = '127.0.0.1:{port}'\ndialect = '{dialect}'\n"
            );
        }
        for (from, to) in FOLDERS {
            let path = self.between(from, to);
            text += &format!("\n[[folder]]\nfrom = '{from}'\nto = '{to}'\npath = '{}'\n", path.display());
        }
        text
    }
}

/// Ports that are free now, below those that the system gives to callers: nobody takes one while its party is dead.
fn free_ports(seed: u64) -> BTreeSet<u16> {
    let mut free = BTreeSet::new();
    for number in 0..2_000 {
        let draw = mixed(&[seed, u64::from(std::process::id()), number]);
        let port = 18_000 + u16::try_from(draw % 14_000).unwrap_or_default();
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            free.insert(port);
        }
        if free.len() == 2 * LINKS.len() {
            break;
        }
    }
    free
}
