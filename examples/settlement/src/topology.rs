//! Who is in the network and how they reach each other, from a file: parties with their roles, links with their
//! dialects, folders for files. What cannot be is said with line and field, before anybody starts.

mod check;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;

use crate::journal::Party;
use crate::party::{Caps, StandIn, Timers};
use crate::store::Database;
use crate::wire::Dialect;

/// A network, checked.
#[derive(Clone, Debug)]
pub struct Topology {
    /// How long parties wait.
    pub timers: Timers,
    /// The parties, by name.
    pub parties: BTreeMap<String, Member>,
    /// Lines for messages.
    pub links: Vec<Link>,
    /// Folders for files.
    pub folders: Vec<Folder>,
}

/// A party and what it is told.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its role.
    pub role: Party,
    /// Its ledger file. Of a party whose history is in a database: a name for what lies beside it.
    pub ledger: PathBuf,
    /// Its partition of a database, if its history is in one.
    pub database: Option<Database>,
    /// DE41 of a terminal.
    pub terminal: String,
    /// DE42 of a terminal.
    pub merchant: String,
    /// DE32 of an acquirer, the number of a hub.
    pub institution: String,
    /// Merchant fee of acquirer and hub, in hundredths of a percent.
    pub fee_basis_points: u64,
    /// The accounts that an acquirer pays to, by merchant.
    pub accounts: BTreeMap<String, String>,
    /// The accounts that a bank keeps.
    pub keeps: Vec<String>,
    /// The ways of an acquirer to the issuer, the best first, by their next party.
    pub routes: Vec<Party>,
    /// What a hub may approve in the issuer's name.
    pub stand_in: Option<StandIn>,
    /// What its members may owe at a hub.
    pub caps: Caps,
}

/// A line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Link {
    /// Who calls.
    pub caller: String,
    /// Who is called.
    pub called: String,
    /// Where: a port of this machine.
    pub address: SocketAddr,
    /// The language on it.
    pub dialect: Dialect,
}

/// A folder in which one party leaves files for another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Folder {
    /// Who writes.
    pub from: String,
    /// Who reads.
    pub to: String,
    /// Where.
    pub path: PathBuf,
}

impl Topology {
    /// Reads a file. Paths in it are relative to its folder.
    ///
    /// # Errors
    /// In words, with line and field.
    pub fn read(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        Self::parse(&text, folder).map_err(|error| format!("{}: {error}", path.display()))
    }

    /// A topology from its text; paths in it are relative to `folder`.
    ///
    /// # Errors
    /// In words, with line and field.
    pub fn parse(text: &str, folder: &Path) -> Result<Self, String> {
        let raw: Raw = toml::from_str(text).map_err(|error| {
            let place =
                error.span().map_or_else(String::new, |span| format!("line {}: ", line(text, span.start)));
            format!("{place}{}", error.message().trim().replace('\n', " "))
        })?;
        check::checked(&raw, text, folder)
    }

    /// The same network with all histories in the database at this URL, each in the partition with its party's name.
    ///
    /// # Errors
    /// In words: it is no URL of a database.
    pub fn kept_in(mut self, url: &str) -> Result<Self, String> {
        for (name, member) in &mut self.parties {
            member.database = Some(Database::of_party(url, name)?);
        }
        Ok(self)
    }

    /// A party by its name.
    ///
    /// # Errors
    /// With the names that there are.
    pub fn party(&self, name: &str) -> Result<&Member, String> {
        let known = || self.parties.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        self.parties.get(name).ok_or_else(|| format!("the topology has no `{name}`; it has {}", known()))
    }

    /// The role of a party; that of the terminal for a name that is not there, which a checked topology does not have.
    pub fn role(&self, name: &str) -> Party {
        self.parties.get(name).map_or(Party::Terminal, |member| member.role)
    }
}

/// The ways from an acquirer to the issuer, by name and next party.
pub const ROUTES: [(&str, Party); 2] = [("direct", Party::Issuer), ("hub", Party::Hub)];

/// The next party on the way with this name.
pub fn route(name: &str) -> Option<Party> {
    ROUTES.into_iter().find(|(known, _)| *known == name).map(|(_, via)| via)
}

/// The file as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    timer_ms: Spanned<u64>,
    party: Vec<RawParty>,
    link: Vec<RawLink>,
    #[serde(default)]
    folder: Vec<RawFolder>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawParty {
    name: Spanned<String>,
    ledger: Spanned<String>,
    terminal: Option<Spanned<String>>,
    merchant: Option<Spanned<String>>,
    institution: Option<Spanned<String>>,
    fee_basis_points: Option<Spanned<u64>>,
    accounts: Option<Spanned<BTreeMap<String, String>>>,
    keeps: Option<Spanned<Vec<String>>>,
    routes: Option<Spanned<Vec<String>>>,
    stand_in: Option<Spanned<RawStandIn>>,
    caps: Option<Spanned<Caps>>,
}

/// In minor units.
#[derive(Copy, Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawStandIn {
    sale: u64,
    card: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLink {
    caller: Spanned<String>,
    called: Spanned<String>,
    address: Spanned<String>,
    dialect: Spanned<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFolder {
    from: Spanned<String>,
    to: Spanned<String>,
    path: Spanned<String>,
}

/// The line of a place in a text, from 1.
fn line(text: &str, place: usize) -> usize {
    text.get(..place).unwrap_or(text).matches('\n').count() + 1
}

/// The timers from the shortest.
fn timers(base_ms: u64) -> Option<Timers> {
    let timers = Timers::from_base(Duration::from_millis(base_ms));
    (timers.nest() && base_ms <= 60_000).then_some(timers)
}
