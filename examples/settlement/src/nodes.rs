//! `settlement node`: the command line of one party as a process.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use settlement::process;
use settlement::topology::Topology;

/// Which party of which topology.
pub(crate) struct NodeOptions {
    name: String,
    topology: PathBuf,
}

impl NodeOptions {
    pub(crate) fn from_words(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let (mut name, mut topology) = (None, None);
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} needs a value; see --help"));
            match word.as_str() {
                "--topology" => topology = Some(PathBuf::from(value()?)),
                other if other.starts_with('-') => {
                    return Err(format!("node has no option {other}; see --help"));
                }
                other => name = Some(other.to_owned()),
            }
        }
        let name = name.ok_or("node needs the name of a party, such as acquirer:1")?;
        let topology = topology.ok_or("node needs --topology FILE")?;
        Ok(Self { name, topology })
    }

    pub(crate) fn run(&self) -> Result<(), String> {
        let topology = Topology::read(&self.topology)?;
        let printer: process::Printer = Arc::new(Mutex::new(io::stdout()));
        process::run(&topology, &self.name, io::BufReader::new(io::stdin()), &printer)
    }
}
