//! `settlement node`, `probe` and `operators`: the command line of a network of processes.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use settlement::process;
use settlement::process::operators::checked;
use settlement::process::probe::probe;
use settlement::process::several::run_all;
use settlement::store::Witness;
use settlement::topology::Topology;

/// Which party of which topology.
pub(crate) struct NodeOptions {
    names: Vec<String>,
    topology: PathBuf,
    /// A database for all histories, in place of what the topology says.
    store: Option<String>,
    running: process::Running,
    logs: Option<Form>,
}

/// How the log is written.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Form {
    /// A line of text for each record.
    Text,
    /// An object for each record.
    Json,
}

impl NodeOptions {
    pub(crate) fn from_words(words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut words = words.peekable();
        let (mut names, mut topology, mut store) = (Vec::new(), None, None);
        let (mut running, mut logs) = (process::Running::default(), None);
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} needs a value; see --help"));
            match word.as_str() {
                "--topology" => topology = Some(PathBuf::from(value()?)),
                "--store" => store = Some(value()?).filter(|store| store != "sqlite"),
                "--metrics" => {
                    let address = value()?;
                    let parsed = address.parse().map_err(|_| {
                        format!("--metrics needs an address and a port such as 127.0.0.1:9100, not {address}")
                    });
                    running.metrics = Some(parsed?);
                }
                "--clock" => running.clock = Some(PathBuf::from(value()?)),
                "--log" => {
                    let form = words.next_if(|word| matches!(word.as_str(), "json" | "text"));
                    logs = Some(if form.as_deref() == Some("json") { Form::Json } else { Form::Text });
                }
                other if other.starts_with('-') => {
                    return Err(format!("node has no option {other}; see --help"));
                }
                other => names.push(other.to_owned()),
            }
        }
        if names.is_empty() {
            return Err("node needs the name of a party, such as acquirer:1".to_owned());
        }
        let topology = topology.ok_or("node needs --topology FILE")?;
        Ok(Self { names, topology, store, running, logs })
    }

    pub(crate) fn topology(&self) -> Result<Topology, String> {
        let topology = Topology::read(&self.topology)?;
        match &self.store {
            Some(url) => topology.kept_in(url).map_err(|why| format!("--store: sqlite, or {why}")),
            None => Ok(topology),
        }
    }

    /// The party, where there can be one only.
    pub(crate) fn name(&self) -> Result<&str, String> {
        match self.names.as_slice() {
            [name] => Ok(name),
            _ => Err("the log is that of one party".to_owned()),
        }
    }

    pub(crate) fn run(&self) -> Result<(), String> {
        let topology = self.topology()?;
        let log = || tracing_subscriber::fmt().with_ansi(false).with_writer(io::stderr);
        match self.logs {
            Some(Form::Text) => log().init(),
            Some(Form::Json) => log().json().flatten_event(true).init(),
            None => {}
        }
        let printer: process::Printer = Arc::new(Mutex::new(io::stdout()));
        run_all(&topology, &self.names, &self.running, io::BufReader::new(io::stdin()), &printer)
    }
}

/// Asks every link of a topology whether somebody is there. `false`: one does not answer.
pub(crate) fn probe_all(topology: &Topology, print: &mut Print<'_>) -> Result<bool, crate::Failure> {
    let mut all = true;
    for probed in probe(topology, PATIENCE)? {
        let link = &probed.link;
        let said = match &probed.result {
            Ok(took) => format!("0810 00 after {:.1} ms", took.as_secs_f64() * 1_000.0),
            Err(why) => format!("NO RESPONSE: {why}"),
        };
        all &= probed.result.is_ok();
        print(&format!("{} > {}  {}  {said}\n", link.caller, link.called, link.address))?;
    }
    Ok(all)
}

/// Prints the log of a party's operators, after it was compared with the ledger.
pub(crate) fn operators(
    topology: &Topology,
    name: &str,
    print: &mut Print<'_>,
) -> Result<bool, crate::Failure> {
    let member = topology.party(name)?;
    let evidence = match &member.database {
        Some(database) => database.history(member.role).map(|history| history.evidence),
        None => Witness::of(&member.ledger, member.role).map(|witness| witness.evidence),
    };
    let evidence = evidence.map_err(|error| format!("{}: {error}", member.ledger.display()))?;
    match checked(&member.ledger, &evidence) {
        Ok(entries) => {
            for entry in entries {
                let why = if entry.why.is_empty() { "-" } else { &entry.why };
                let at = settlement::clock::Stamp(entry.at);
                print(&format!(
                    "{:>4}  {} {at}  {}: {} ({why})\n",
                    entry.n,
                    at.date(),
                    entry.who,
                    entry.did
                ))?;
            }
            Ok(true)
        }
        Err(why) => {
            print(&format!("{why}\n"))?;
            Ok(false)
        }
    }
}

/// Where text goes.
pub(crate) type Print<'p> = dyn FnMut(&str) -> Result<(), crate::Failure> + 'p;

/// How long a link may take to answer an echo test.
const PATIENCE: Duration = Duration::from_secs(3);
