//! Several parties in one process, each as if it were alone: a line of the console begins with the name of the party that
//! it is for, and so does each line that a party says. An acquirer that has many terminals is several parties, each with
//! its own partition of a database: they wait for the disk together, and any of them can move to another process.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Printer, Running, run, say};
use crate::topology::Topology;

/// Runs these parties until the console ends, or all of them have ended.
///
/// # Errors
/// What stopped the first of those that stopped, as [`run`] says it. The others go on.
pub fn run_all(
    topology: &Topology,
    names: &[String],
    running: &Running,
    console: impl BufRead + Send + 'static,
    printer: &Printer,
) -> Result<(), String> {
    if let [name] = names {
        return run(topology, name, running, console, printer);
    }
    if running.metrics.is_some() {
        return Err("--metrics is for one party: an address cannot serve several".to_owned());
    }
    let (mut consoles, mut parties) = (BTreeMap::new(), Vec::new());
    for name in names {
        let (typed, lines) = channel();
        consoles.insert(name.clone(), typed);
        let (topology, name, printer) = (topology.clone(), name.clone(), under(name, printer));
        let running = running.clone();
        let console = BufReader::new(Console { lines, rest: Vec::new() });
        parties.push(std::thread::spawn(move || {
            run(&topology, &name, &running, console, &printer).inspect_err(|why| say(&printer, why))
        }));
    }
    let heard = Arc::clone(printer);
    std::thread::spawn(move || hand_out(console, &consoles, &heard));
    let ends =
        parties.into_iter().map(|party| party.join().unwrap_or_else(|_| Err("a party broke".to_owned())));
    ends.collect::<Vec<_>>().into_iter().collect()
}

/// Each line to the party that it names. When there are no more, all consoles end.
fn hand_out(console: impl BufRead, consoles: &BTreeMap<String, Sender<String>>, printer: &Printer) {
    for line in console.lines().map_while(Result::ok) {
        let (name, typed) = line.trim_start().split_once(' ').unwrap_or((line.trim(), ""));
        match consoles.get(name) {
            // A party that has ended hears nothing.
            Some(party) => drop(party.send(format!("{typed}\n"))),
            None if line.trim().is_empty() => {}
            None => {
                let names: Vec<&str> = consoles.keys().map(String::as_str).collect();
                say(printer, &format!("refused: a line begins with one of {}", names.join(", ")));
            }
        }
    }
}

/// The console of one of them.
struct Console {
    lines: Receiver<String>,
    rest: Vec<u8>,
}

impl Read for Console {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.rest.is_empty() {
            self.rest = self.lines.recv().unwrap_or_default().into_bytes();
        }
        let read = self.rest.as_slice().read(into)?;
        self.rest.drain(..read);
        Ok(read)
    }
}

/// A printer whose lines begin with a name.
fn under(name: &str, printer: &Printer) -> Printer {
    Arc::new(Mutex::new(Named { name: name.to_owned(), line: Vec::new(), printer: Arc::clone(printer) }))
}

struct Named {
    name: String,
    line: Vec<u8>,
    printer: Printer,
}

impl Write for Named {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.line.extend_from_slice(octets);
        Ok(octets.len())
    }

    /// A line is whole when it is flushed.
    fn flush(&mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.line);
        let mut out = self.printer.lock().unwrap_or_else(PoisonError::into_inner);
        write!(out, "{} {}", self.name, String::from_utf8_lossy(&line)).and_then(|()| out.flush())
    }
}
