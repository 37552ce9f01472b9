//! Files between back offices, in the folders of the topology. A file is whole when it has its name: it is written under
//! another one, flushed, and renamed. The reader moves it to `taken` when what it says is durable, so whoever dies in
//! between finds it again, and to `refused` when it is nothing that can be read.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::clock::Date;
use crate::journal::Party;
use crate::money::Money;
use crate::net::station::Arrival;
use crate::party::parcel::{End, Notice, Order, Parcel, Receipt};

/// The folders of one party.
pub(super) struct Post {
    outgoing: Vec<(Party, PathBuf)>,
    incoming: Vec<(Party, PathBuf)>,
    /// Which instance writes, and how many files it wrote.
    instance: String,
    written: u64,
    waiting: VecDeque<(Party, PathBuf)>,
}

impl Post {
    pub(super) fn open(
        outgoing: Vec<(Party, PathBuf)>,
        incoming: Vec<(Party, PathBuf)>,
        instance: String,
    ) -> io::Result<Self> {
        for (_, folder) in outgoing.iter().chain(&incoming) {
            fs::create_dir_all(folder.join("taken"))?;
            fs::create_dir_all(folder.join("refused"))?;
        }
        Ok(Self { outgoing, incoming, instance, written: 0, waiting: VecDeque::new() })
    }

    pub(super) fn has_folders(&self) -> bool {
        !self.incoming.is_empty()
    }

    /// Leaves a file for a party.
    pub(super) fn send(&mut self, to: Party, parcel: &Parcel) -> Result<(), String> {
        let (octets, kind) = match parcel {
            Parcel::File(octets) => (octets.clone(), "ipm"),
            other => (written(other)?.into_bytes(), "json"),
        };
        self.leave(to, &octets, kind)
    }

    /// Leaves octets for a party, under the next name of this instance.
    pub(super) fn leave(&mut self, to: Party, octets: &[u8], kind: &str) -> Result<(), String> {
        let found = self.outgoing.iter().find(|(party, _)| *party == to);
        let (_, folder) = found.ok_or_else(|| format!("the topology has no folder for the {to}"))?;
        self.written += 1;
        let name = format!("{}-{:06}.{kind}", self.instance, self.written);
        leave(folder, &name, octets).map_err(|error| format!("{}: {error}", folder.join(name).display()))
    }

    /// The next file that arrived, in the order of names.
    pub(super) fn arrived(&mut self) -> Option<Arrival> {
        if self.waiting.is_empty() {
            for (party, folder) in &self.incoming {
                let mut found: Vec<PathBuf> = files(folder);
                found.sort();
                self.waiting.extend(found.into_iter().map(|path| (*party, path)));
            }
        }
        let (from, path) = self.waiting.front()?;
        let broken = |why: String| Arrival::Broken(*from, format!("{}: {why}", shown(path)));
        let octets = match fs::read(path) {
            Ok(octets) => octets,
            Err(error) => return Some(broken(error.to_string())),
        };
        Some(match path.extension().and_then(|kind| kind.to_str()) {
            Some("ipm") => Arrival::Parcel(*from, Parcel::File(octets)),
            Some("xml") => Arrival::Statement(*from, octets),
            Some("json") => match read(&octets) {
                Ok(parcel) => Arrival::Parcel(*from, parcel),
                Err(why) => broken(why),
            },
            _ => broken("no file of this network".to_owned()),
        })
    }

    /// The last file is done with.
    pub(super) fn taken(&mut self, is_broken: bool) -> Result<(), String> {
        let Some((_, path)) = self.waiting.pop_front() else { return Ok(()) };
        let folder = if is_broken { "refused" } else { "taken" };
        let to = path.parent().zip(path.file_name()).map(|(parent, name)| parent.join(folder).join(name));
        let moved = to.map_or(Ok(()), |to| fs::rename(&path, to));
        moved.map_err(|error| format!("{}: {error}", path.display()))
    }
}

fn shown(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// Whole files: those that are being written begin with a dot.
fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let is_whole = |path: &PathBuf| path.is_file() && !shown(path).starts_with('.');
    entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).filter(is_whole).collect()
}

fn leave(folder: &Path, name: &str, octets: &[u8]) -> io::Result<()> {
    let (draft, path) = (folder.join(format!(".{name}")), folder.join(name));
    let mut file = File::create(&draft)?;
    file.write_all(octets)?;
    file.sync_all()?;
    fs::rename(draft, path)?;
    File::open(folder)?.sync_all()
}

/// An order, a receipt or a notice as it is written.
#[derive(Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
enum Slip {
    Receipt { file: String, taken: bool },
    Order { id: String, merchant: String, account: String, date: u64, amount: u64, reference: String },
    Notice { id: String, trace: String, end: String, reason: Option<String> },
}

fn written(parcel: &Parcel) -> Result<String, String> {
    let slip = match parcel.clone() {
        Parcel::File(_) => return Err("a clearing file is no slip".to_owned()),
        Parcel::Receipt(Receipt { file, taken }) => Slip::Receipt { file, taken },
        Parcel::Order(Order { id, merchant, account, date, amount, reference }) => {
            Slip::Order { id, merchant, account, date: date.0, amount: amount.units(), reference }
        }
        Parcel::Notice(Notice { id, trace, end }) => {
            let (end, reason) = match end {
                End::Accepted => ("accepted", None),
                End::Credited => ("credited", None),
                End::Returned(reason) => ("returned", Some(reason)),
            };
            Slip::Notice { id, trace, end: end.to_owned(), reason }
        }
    };
    serde_json::to_string(&slip).map_err(|error| error.to_string())
}

fn read(octets: &[u8]) -> Result<Parcel, String> {
    let slip =
        serde_json::from_slice(octets).map_err(|error| format!("no order, receipt or notice: {error}"))?;
    Ok(match slip {
        Slip::Receipt { file, taken } => Parcel::Receipt(Receipt { file, taken }),
        Slip::Order { id, merchant, account, date, amount, reference } => {
            let (date, amount) = (Date(date), Money::minor(amount));
            Parcel::Order(Order { id, merchant, account, date, amount, reference })
        }
        Slip::Notice { id, trace, end, reason } => {
            let end = match (end.as_str(), reason) {
                ("accepted", None) => End::Accepted,
                ("credited", None) => End::Credited,
                ("returned", Some(reason)) => End::Returned(reason),
                _ => return Err("a notice says accepted, credited, or returned with a reason".to_owned()),
            };
            Parcel::Notice(Notice { id, trace, end })
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_read_as_they_were_written() {
        let order = Order {
            id: "P1".to_owned(),
            merchant: "M".to_owned(),
            account: "ACC-1".to_owned(),
            date: Date(20_780),
            amount: Money::minor(49_700),
            reference: "M@2026-11-23".to_owned(),
        };
        let notice =
            |end| Parcel::Notice(Notice { id: "P1".to_owned(), trace: "6327000001".to_owned(), end });
        for parcel in [
            Parcel::Order(order),
            Parcel::Receipt(Receipt { file: "001".to_owned(), taken: false }),
            notice(End::Accepted),
            notice(End::Credited),
            notice(End::Returned("AC04".to_owned())),
        ] {
            assert_eq!(read(written(&parcel).unwrap().as_bytes()), Ok(parcel));
        }
        for broken in ["", "{}", r#"{"type":"notice","id":"P1","trace":"1","end":"lost"}"#, "[1]"] {
            assert!(read(broken.as_bytes()).is_err(), "{broken}");
        }
    }
}
