//! Where evidence comes from: files of the three sides, or ledger files of parties.

use std::path::{Path, PathBuf};

use cardwire_recon::record::Side;

use crate::evidence::{Sighting, Way, capture};
use crate::fast::store::sightings;
use crate::journal::Party;
use crate::party;
use crate::store::{Database, Witness};

/// One file of evidence.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its name, for people.
    pub name: String,
    /// Whose books it is of.
    pub side: Side,
    /// Its content.
    pub octets: Vec<u8>,
}

/// All evidence of a question.
#[derive(Clone, Debug, Default)]
pub struct Sources(Vec<Source>);

impl Sources {
    /// Captures, IPM files and statements, each known by how it begins.
    ///
    /// # Errors
    /// In words: a file that cannot be read, or is none of them.
    pub fn of_files(paths: &[PathBuf]) -> Result<Self, String> {
        let read = |path: &PathBuf| {
            let named = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
            let octets = std::fs::read(path).map_err(|error| named(&error))?;
            let side = side_of(&octets).ok_or_else(|| {
                named(&"no capture (pcap), no clearing file (IPM) and no statement (camt.053, MT940)")
            })?;
            Ok(Source { name: path.display().to_string(), side, octets })
        };
        paths.iter().map(read).collect::<Result<_, String>>().map(Self)
    }

    /// What ledger files keep of the acquirer's lines and files, and of the bank's entries. Clocks of the parties are
    /// `east` seconds east of UTC.
    ///
    /// # Errors
    /// In words: a file that is no ledger, or in which no acquirer saw anything.
    pub fn of_ledgers(paths: &[PathBuf], east: u64) -> Result<Self, String> {
        let mut all = Vec::new();
        let (mut statement, mut of_bank) = (None, None);
        for path in paths {
            let database =
                path.to_str().filter(|text| Database::is_url(text)).map(Database::parse).transpose()?;
            // the URL of a database may hold a password
            let shown = database.as_ref().map_or_else(|| path.display().to_string(), ToString::to_string);
            let named = |error: &dyn std::fmt::Display| format!("{shown}: {error}");
            let mut witness = Witness::read(path).map_err(|error| named(&error))?;
            if database.is_none() {
                witness
                    .evidence
                    .extend(sightings(path).map_err(|error| named(&error))?.into_iter().flatten());
            }
            let path = Path::new(&shown);
            all.extend(seen(path, &witness.evidence, east).map_err(|error| named(&error))?);
            let seen = witness.evidence.iter().rev().find(|seen| seen.way == Way::Statement);
            statement = statement.or_else(|| seen.map(|seen| (name(path, "statement"), seen.octets.clone())));
            if let Some(last) = witness.bank.last() {
                let text = party::statement(last.at.date(), &party::entries(&witness.bank));
                of_bank = Some((name(path, "bank's book"), text.into_bytes()));
            }
        }
        if let Some((name, octets)) = statement.or(of_bank) {
            all.push(Source { name, side: Side::Bank, octets });
        }
        Ok(Self(all))
    }

    /// The messages that an acquirer saw.
    ///
    /// # Errors
    /// In words: messages that are in no capture.
    pub fn of_acquirer(name: &str, seen: &[Sighting], east: u64) -> Result<Self, String> {
        let octets = capture(Party::Acquirer, seen, east).map_err(|error| format!("{name}: {error}"))?;
        Ok(Self(vec![Source { name: name.to_owned(), side: Side::Switch, octets }]))
    }

    /// What an acquirer saw, and the statement of its account.
    ///
    /// # Errors
    /// In words: evidence that makes no capture.
    pub fn of_evidence(evidence: &[Sighting], statement: String, east: u64) -> Result<Self, String> {
        let mut all = seen(Path::new("acquirer"), evidence, east).map_err(|error| error.to_string())?;
        let (name, octets) = ("statement".to_owned(), statement.into_bytes());
        all.push(Source { name, side: Side::Bank, octets });
        Ok(Self(all))
    }

    /// The files.
    pub fn list(&self) -> &[Source] {
        &self.0
    }
}

/// The lines and the files of evidence.
fn seen(path: &Path, evidence: &[Sighting], east: u64) -> std::io::Result<Vec<Source>> {
    let mut all = Vec::new();
    if !evidence.is_empty() {
        let octets = capture(Party::Acquirer, evidence, east)?;
        all.push(Source { name: name(path, "lines"), side: Side::Switch, octets });
    }
    let files = evidence.iter().filter(|seen| seen.way == Way::File);
    all.extend((1..).zip(files).map(|(number, seen)| Source {
        name: name(path, &format!("file {number}")),
        side: Side::Clearing,
        octets: seen.octets.clone(),
    }));
    Ok(all)
}

fn name(ledger: &Path, part: &str) -> String {
    let file = ledger.file_name().unwrap_or(ledger.as_os_str()).to_string_lossy();
    format!("{file} ({part})")
}

/// Whose books a file is of, by its first octets.
fn side_of(octets: &[u8]) -> Option<Side> {
    const CAPTURES: [[u8; 4]; 5] = [
        [0xD4, 0xC3, 0xB2, 0xA1],
        [0xA1, 0xB2, 0xC3, 0xD4],
        [0x4D, 0x3C, 0xB2, 0xA1],
        [0xA1, 0xB2, 0x3C, 0x4D],
        [0x0A, 0x0D, 0x0D, 0x0A],
    ];
    const STATEMENTS: [&[u8]; 4] = [b"<", b"\xEF\xBB\xBF<", b":20:", b"{1:"];
    let start = octets.first_chunk::<4>()?;
    let text = octets.trim_ascii_start();
    if CAPTURES.contains(start) {
        Some(Side::Switch)
    } else if STATEMENTS.iter().any(|begin| text.starts_with(begin)) {
        Some(Side::Bank)
    } else if start.starts_with(&[0, 0]) {
        // the length of the first record
        Some(Side::Clearing)
    } else {
        None
    }
}
