//! What the tests of readers share.
#![allow(dead_code, reason = "each test uses a part of it")]

use cardwire_recon::read::{Options, Report, read};
use cardwire_recon::record::{BankEntry, ClearingRecord, Evidence, Place, Record, Refused, Side, Tokenizer};

/// What was read.
pub(crate) struct Read {
    pub(crate) report: Report,
    pub(crate) records: Vec<Record>,
}

/// Options of a side for days around the middle of March 2026 in China.
pub(crate) fn options(side: Side) -> Options {
    let mut options = Options::new(side, Tokenizer::new(b"key of the tests"));
    options.zone = cardwire_recon::read::zone("+08:00").unwrap();
    options.near = Some("2026-03-16".parse().unwrap());
    options
}

/// The records of octets.
pub(crate) fn all(options: &Options, octets: &[u8]) -> Read {
    let mut records = Vec::new();
    let report = read("file", std::io::Cursor::new(octets.to_vec()), options, &mut |record: Record| {
        records.push(record)
    })
    .unwrap();
    assert_eq!(report.file.records, records.len() as u64, "records read are those made and those refused");
    Read { report, records }
}

/// The same of a text, with the usual options of a side.
pub(crate) fn of(side: Side, text: &str) -> Read {
    all(&options(side), text.as_bytes())
}

impl Read {
    pub(crate) fn messages(&self) -> Vec<&Evidence> {
        self.records
            .iter()
            .filter_map(|record| if let Record::Switch(found) = record { Some(&**found) } else { None })
            .collect()
    }

    pub(crate) fn items(&self) -> Vec<&ClearingRecord> {
        self.records
            .iter()
            .filter_map(|record| if let Record::Clearing(found) = record { Some(&**found) } else { None })
            .collect()
    }

    pub(crate) fn entries(&self) -> Vec<&BankEntry> {
        self.records
            .iter()
            .filter_map(|record| if let Record::Bank(found) = record { Some(&**found) } else { None })
            .collect()
    }

    /// Refusals and faults as `line 2: words`.
    pub(crate) fn words(&self) -> Vec<String> {
        let refused = self
            .records
            .iter()
            .filter_map(|record| if let Record::Refused(found) = record { Some(found) } else { None });
        refused.chain(&self.report.file.faults).map(line).collect()
    }

    pub(crate) fn faults(&self) -> Vec<String> {
        self.report.file.faults.iter().map(line).collect()
    }
}

fn line(refused: &Refused) -> String {
    format!("{}: {}", refused.source.place, refused.reason)
}

/// The line of a record.
pub(crate) fn line_of(place: Place) -> u64 {
    match place {
        Place::Line(line) => line,
        Place::Offset(offset) => panic!("at offset {offset}"),
    }
}
