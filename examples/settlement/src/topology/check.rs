//! What a topology must be for its parties to find each other.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use toml::Spanned;

use super::{Folder, Link, Member, ROUTES, Raw, RawFolder, RawLink, RawParty, Topology, line, route, timers};
use crate::journal::Party;
use crate::money::Money;
use crate::party::{Caps, StandIn};
use crate::store::Database;
use crate::wire::Dialect;

/// Who calls whom in which dialect.
const LINES: [(Party, Party, Dialect); 4] = [
    (Party::Terminal, Party::Acquirer, Dialect::Pos),
    (Party::Acquirer, Party::Issuer, Dialect::Host),
    (Party::Acquirer, Party::Hub, Dialect::Host),
    (Party::Hub, Party::Issuer, Dialect::Host),
];

/// Who leaves files for whom.
const FOLDERS: [(Party, Party); 6] = [
    (Party::Acquirer, Party::Hub),
    (Party::Hub, Party::Acquirer),
    (Party::Hub, Party::Issuer),
    (Party::Issuer, Party::Hub),
    (Party::Acquirer, Party::Bank),
    (Party::Bank, Party::Acquirer),
];

pub(super) fn checked(raw: &Raw, text: &str, folder: &Path) -> Result<Topology, String> {
    let check = Check { text, folder };
    let base = *raw.timer_ms.get_ref();
    let timers = timers(base)
        .ok_or_else(|| check.wrong(&raw.timer_ms, "timer_ms", "it is between 1 and 60000 milliseconds"))?;
    let mut parties = BTreeMap::new();
    let mut ledgers = BTreeSet::new();
    for party in &raw.party {
        let member = check.party(party)?;
        if !ledgers.insert(member.ledger.clone()) {
            return Err(check.wrong(&party.ledger, "ledger", "another party has this file"));
        }
        if parties.insert(party.name.get_ref().clone(), member).is_some() {
            return Err(check.wrong(&party.name, "name", "there is such a party already"));
        }
    }
    for (number, party) in raw.party.iter().enumerate() {
        let terminal = |of: &RawParty| of.terminal.as_ref().map(|terminal| terminal.get_ref().clone());
        let mut before = raw.party.iter().take(number).filter_map(terminal);
        if let Some(own) = party.terminal.as_ref().filter(|own| before.any(|other| other == *own.get_ref())) {
            return Err(check.wrong(own, "terminal", "another terminal has this number"));
        }
    }
    check.merchants(&raw.party)?;
    let mut topology = Topology { timers, parties, links: Vec::new(), folders: Vec::new() };
    for link in &raw.link {
        let link = check.link(&topology, link)?;
        topology.links.push(link);
    }
    for of in &raw.folder {
        let of = check.folder(&topology, of)?;
        topology.folders.push(of);
    }
    for party in &raw.party {
        let routes = check.routes(&topology, party)?;
        let member = topology.parties.get_mut(party.name.get_ref());
        member.into_iter().for_each(|member| member.routes.clone_from(&routes));
    }
    for party in &raw.party {
        check.is_connected(&topology, party)?;
    }
    Ok(topology)
}

struct Check<'t> {
    text: &'t str,
    folder: &'t Path,
}

impl Check<'_> {
    fn wrong<T>(&self, at: &Spanned<T>, field: &str, why: impl std::fmt::Display) -> String {
        format!("line {}, {field}: {why}", line(self.text, at.span().start))
    }

    fn party(&self, raw: &RawParty) -> Result<Member, String> {
        let name = raw.name.get_ref();
        let role = name.split_once(':').and_then(|(role, number)| {
            number.parse::<u8>().ok().filter(|number| (1..=9).contains(number))?;
            role.parse::<Party>().ok()
        });
        let role = role.ok_or_else(|| {
            let roles = Party::NETWORK.map(Party::name).join(", ");
            self.wrong(
                &raw.name,
                "name",
                format!("`{name}` is no role and number such as acquirer:1 (roles: {roles})"),
            )
        })?;
        let wants = |field: &str, roles: &[Party], is_there: bool| match (roles.contains(&role), is_there) {
            (true, false) => Err(self.wrong(&raw.name, field, format!("a {role} needs it"))),
            (false, true) => Err(self.wrong(&raw.name, field, format!("a {role} has none"))),
            _ => Ok(()),
        };
        wants("terminal", &[Party::Terminal], raw.terminal.is_some())?;
        wants("merchant", &[Party::Terminal], raw.merchant.is_some())?;
        wants("institution", &[Party::Acquirer, Party::Hub], raw.institution.is_some())?;
        wants("fee_basis_points", &[Party::Acquirer, Party::Hub], raw.fee_basis_points.is_some())?;
        wants("accounts", &[Party::Acquirer], raw.accounts.is_some())?;
        wants("keeps", &[Party::Bank], raw.keeps.is_some())?;
        let may = |field: &str, of: Party, is_there: bool| match is_there && role != of {
            true => Err(self.wrong(&raw.name, field, format!("a {role} has none"))),
            false => Ok(()),
        };
        may("routes", Party::Acquirer, raw.routes.is_some())?;
        may("stand_in", Party::Hub, raw.stand_in.is_some())?;
        may("caps", Party::Hub, raw.caps.is_some())?;
        let stand_in = raw.stand_in.as_ref().map(|limits| *limits.get_ref());
        let text = |of: &Option<Spanned<String>>, field: &str, length: usize| {
            let Some(value) = of else { return Ok(String::new()) };
            let fits = (1..=length).contains(&value.get_ref().len())
                && value.get_ref().bytes().all(|octet| octet.is_ascii_alphanumeric());
            let why = format!("it is 1 to {length} letters and digits");
            if fits { Ok(value.get_ref().clone()) } else { Err(self.wrong(value, field, why)) }
        };
        if let Some(fee) = raw.fee_basis_points.as_ref().filter(|fee| *fee.get_ref() > 10_000) {
            return Err(self.wrong(fee, "fee_basis_points", "it is at most 10000, which is all of it"));
        }
        let (ledger, database) = self.ledger(name, &raw.ledger)?;
        Ok(Member {
            role,
            ledger,
            database,
            terminal: text(&raw.terminal, "terminal", 8)?,
            merchant: text(&raw.merchant, "merchant", 15)?,
            institution: text(&raw.institution, "institution", 11)?,
            fee_basis_points: raw.fee_basis_points.as_ref().map_or(0, |fee| *fee.get_ref()),
            accounts: raw.accounts.as_ref().map_or_else(BTreeMap::new, |of| of.get_ref().clone()),
            keeps: raw.keeps.as_ref().map_or_else(Vec::new, |of| of.get_ref().clone()),
            // Which it has is known when the links are read.
            routes: Vec::new(),
            caps: raw.caps.as_ref().map_or_else(Caps::default, |caps| *caps.get_ref()),
            stand_in: stand_in.map(|of| StandIn { sale: Money::minor(of.sale), card: Money::minor(of.card) }),
        })
    }

    /// All terminals of a merchant are at one acquirer: what it is paid, its limits and its reserve are in one book.
    fn merchants(&self, parties: &[RawParty]) -> Result<(), String> {
        let mut known: BTreeMap<&str, &str> = BTreeMap::new();
        for party in parties {
            let Some(accounts) = &party.accounts else { continue };
            for merchant in accounts.get_ref().keys() {
                if let Some(other) = known.insert(merchant, party.name.get_ref()) {
                    let why =
                        format!("merchant {merchant} is at `{other}` already, and all its terminals with it");
                    return Err(self.wrong(accounts, "accounts", why));
                }
            }
        }
        Ok(())
    }

    /// A file, or the partition of a database that has the name of the party; its operator log is a file all the same.
    fn ledger(&self, name: &str, raw: &Spanned<String>) -> Result<(PathBuf, Option<Database>), String> {
        let text = raw.get_ref().as_str();
        if text.is_empty() {
            return Err(self.wrong(raw, "ledger", "it is the name of a file, or the URL of a database"));
        }
        if !Database::is_url(text) {
            return Ok((self.folder.join(text), None));
        }
        let database = Database::of_party(text, name).map_err(|why| self.wrong(raw, "ledger", why))?;
        Ok((self.folder.join(name.replace(':', "-")), Some(database)))
    }

    fn known(&self, topology: &Topology, name: &Spanned<String>, field: &str) -> Result<Party, String> {
        topology.party(name.get_ref()).map(|member| member.role).map_err(|why| self.wrong(name, field, why))
    }

    fn link(&self, topology: &Topology, raw: &RawLink) -> Result<Link, String> {
        let caller = self.known(topology, &raw.caller, "caller")?;
        let called = self.known(topology, &raw.called, "called")?;
        let dialect = match raw.dialect.get_ref().as_str() {
            "pos" => Dialect::Pos,
            "host" => Dialect::Host,
            other => {
                return Err(self.wrong(&raw.dialect, "dialect", format!("`{other}` is none: pos, host")));
            }
        };
        let Some((_, _, spoken)) = LINES.iter().find(|(a, b, _)| (*a, *b) == (caller, called)) else {
            return Err(self.wrong(&raw.called, "called", format!("a {caller} does not call a {called}")));
        };
        if *spoken != dialect {
            return Err(self.wrong(
                &raw.dialect,
                "dialect",
                format!("{caller} and {called} speak the other one"),
            ));
        }
        let address: SocketAddr = raw.address.get_ref().parse().map_err(|_| {
            self.wrong(&raw.address, "address", "it is an address and a port such as 127.0.0.1:8581")
        })?;
        if !address.ip().is_loopback() || address.port() == 0 {
            return Err(self.wrong(&raw.address, "address", "it is a port of this machine: 127.0.0.1:8581"));
        }
        for known in &topology.links {
            if known.address == address {
                return Err(self.wrong(&raw.address, "address", "another link has it"));
            }
            // An acquirer serves any number of terminals, each on a line of its own.
            let serves_one = caller != Party::Terminal;
            if serves_one && known.called == *raw.called.get_ref() && topology.role(&known.caller) == caller {
                let why = format!("it is called by `{}` already, and serves one {caller}", known.caller);
                return Err(self.wrong(&raw.called, "called", why));
            }
            if known.caller == *raw.caller.get_ref() && topology.role(&known.called) == called {
                return Err(self.wrong(
                    &raw.caller,
                    "caller",
                    format!("it calls `{}` already", known.called),
                ));
            }
        }
        let (caller, called) = (raw.caller.get_ref().clone(), raw.called.get_ref().clone());
        Ok(Link { caller, called, address, dialect })
    }

    fn folder(&self, topology: &Topology, raw: &RawFolder) -> Result<Folder, String> {
        let from = self.known(topology, &raw.from, "from")?;
        let to = self.known(topology, &raw.to, "to")?;
        if !FOLDERS.contains(&(from, to)) {
            return Err(self.wrong(&raw.to, "to", format!("a {from} has no files for a {to}")));
        }
        let path = self.folder.join(raw.path.get_ref());
        for known in &topology.folders {
            if known.path == path {
                return Err(self.wrong(&raw.path, "path", "another folder has it"));
            }
            if known.from == *raw.from.get_ref() && known.to == *raw.to.get_ref() {
                return Err(self.wrong(&raw.to, "to", "there is such a folder already"));
            }
        }
        Ok(Folder { from: raw.from.get_ref().clone(), to: raw.to.get_ref().clone(), path })
    }

    /// The ways of an acquirer: those that it names, or else those that it has, the direct one first.
    fn routes(&self, topology: &Topology, raw: &RawParty) -> Result<Vec<Party>, String> {
        let name = raw.name.get_ref();
        if topology.role(name) != Party::Acquirer {
            return Ok(Vec::new());
        }
        let calls = |via: Party| {
            topology.links.iter().any(|link| link.caller == *name && topology.role(&link.called) == via)
        };
        let Some(named) = &raw.routes else {
            return Ok(ROUTES.into_iter().map(|(_, via)| via).filter(|via| calls(*via)).collect());
        };
        let mut routes = Vec::new();
        for way in named.get_ref() {
            let wrong = |why: String| Err(self.wrong(named, "routes", why));
            match route(way) {
                None => return wrong(format!("`{way}` is none: direct, hub")),
                Some(via) if routes.contains(&via) => return wrong(format!("`{way}` is named twice")),
                Some(via) if !calls(via) => {
                    return wrong(format!(
                        "for `{way}` it needs a link between {} and {via}",
                        Party::Acquirer
                    ));
                }
                Some(via) => routes.push(via),
            }
        }
        if routes.is_empty() { Err(self.wrong(named, "routes", "it names at least one")) } else { Ok(routes) }
    }

    /// Does a party have every line and folder that it cannot work without?
    fn is_connected(&self, topology: &Topology, raw: &RawParty) -> Result<(), String> {
        let (name, role) = (raw.name.get_ref(), topology.role(raw.name.get_ref()));
        let has = |caller: Party, called: Party| {
            topology.links.iter().any(|link| {
                let ends = (topology.role(&link.caller), topology.role(&link.called));
                ends == (caller, called) && (link.caller == *name || link.called == *name)
            })
        };
        let (terminal, acquirer, hub, issuer) = (Party::Terminal, Party::Acquirer, Party::Hub, Party::Issuer);
        // Of each row one is needed: there are two ways from an acquirer to the issuer.
        let needs: &[&[(Party, Party)]] = match role {
            Party::Terminal => &[&[(terminal, acquirer)]],
            Party::Acquirer => &[&[(terminal, acquirer)], &[(acquirer, issuer), (acquirer, hub)]],
            Party::Issuer => &[&[(acquirer, issuer), (hub, issuer)]],
            Party::Hub if has(acquirer, hub) => &[&[(hub, issuer)]],
            Party::Hub | Party::Bank => &[],
        };
        for ways in needs {
            if !ways.iter().any(|(caller, called)| has(*caller, *called)) {
                let words = ways.iter().map(|(caller, called)| format!("between {caller} and {called}"));
                let why = format!("`{name}` needs a link {}", words.collect::<Vec<_>>().join(", or "));
                return Err(self.wrong(&raw.name, "link", why));
            }
        }
        for (from, to) in FOLDERS {
            let has = topology.folders.iter().any(|folder| {
                (from == role && folder.from == *name && topology.role(&folder.to) == to)
                    || (to == role && folder.to == *name && topology.role(&folder.from) == from)
            });
            if (from == role || to == role) && !has {
                return Err(self.wrong(
                    &raw.name,
                    "folder",
                    format!("`{name}` needs one from {from} to {to}"),
                ));
            }
        }
        Ok(())
    }
}
