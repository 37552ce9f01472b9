//! What the tests of readers share.
#![allow(dead_code, reason = "each test uses a part of it")]

#[path = "../common/whole.rs"]
pub(crate) mod whole;

use std::collections::BTreeMap;

use cardwire_recon::read::{Options, Report, read};
use cardwire_recon::record::{
    BankEntry, ClearingRecord, Evidence, Place, Record, Refused, Side, Stored, Tokenizer,
};

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

/// A table of one row.
pub(crate) fn table_of(cells: &[(&str, &str)]) -> String {
    let names: Vec<&str> = cells.iter().map(|(name, _)| *name).collect();
    let cells: Vec<String> = cells.iter().map(|(_, cell)| format!("\"{cell}\"")).collect();
    format!("{}\n{}\n", names.join(","), cells.join(","))
}

/// What is read of such a table.
pub(crate) fn drawn_table(options: &Options, cells: &[(&str, &str)]) -> Read {
    drawn(options, table_of(cells).as_bytes())
}

/// The records of octets, which are those that are kept of them.
#[track_caller]
pub(crate) fn all(options: &Options, octets: &[u8]) -> Read {
    let read = drawn(options, octets);
    let Options { side, form, map, currency, near, spec, framing, parties, .. } = options;
    let told = (side, form, map, currency, near, spec.is_some(), framing, parties);
    let input = format!("{told:?} {}", octets.escape_ascii());
    let said = all_said(&read);
    // much is kept as a digest, with the words about it
    let is_much = said.iter().map(String::len).sum::<usize>() > 1_000;
    whole::compare(&input, &if is_much { vec![said_short(&read) + "\n"] } else { said });
    read
}

/// All that was read, a line each.
fn all_said(read: &Read) -> Vec<String> {
    let mut found: Vec<String> = read.records.iter().map(said).collect();
    let Report { file, notes } = &read.report;
    found.push(format!(
        "file {:?} {:?} {:?} {:?} {} {}\n",
        file.identity, file.date, file.account, file.declared, file.records, file.complete
    ));
    found.extend(file.faults.iter().map(|fault| format!("fault {}\n", line(fault))));
    found.extend(notes.iter().map(|note| format!("note {}\n", line(note))));
    found
}

/// The same in one line: what is wrong, and a digest of all.
pub(crate) fn said_short(read: &Read) -> String {
    let words = read.words().join("; ");
    format!("{} {} {words}", whole::digest(&all_said(read).concat()), read.report.file.records)
}

/// A record with all that it says.
fn said(record: &Record) -> String {
    let stored = match record.clone() {
        Record::Switch(found) => Stored::Switch(found),
        Record::Clearing(found) => Stored::Clearing(found),
        Record::Bank(found) => Stored::Bank(found),
        Record::Refused(found) => return format!("refused {}\n", line(&found)),
    };
    format!("{}\n", whole::short(&serde_json::to_value(stored).unwrap()))
}

/// The records of octets that were drawn, or are many.
pub(crate) fn drawn(options: &Options, octets: &[u8]) -> Read {
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

/// Results of neighbours: those that give the same are told together.
#[derive(Default)]
pub(crate) struct Results(BTreeMap<String, Vec<String>>);

impl Results {
    pub(crate) fn add(&mut self, what: String, options: &Options, octets: &[u8]) {
        self.0.entry(said_short(&drawn(options, octets))).or_default().push(what);
    }

    #[track_caller]
    pub(crate) fn check(self, name: &str) {
        let result: Vec<String> = self
            .0
            .into_iter()
            .map(|(result, of)| {
                let (all, some) = (of.join(" | "), of.iter().take(3).cloned().collect::<Vec<_>>());
                format!("{result} <- {} of {} {}\n", some.join(" | "), of.len(), whole::digest(&all))
            })
            .collect();
        assert!(result.len() > 2, "{result:?}");
        whole::compare(name, &result);
    }
}
