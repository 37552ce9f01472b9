//! Files that are cut, broken, doubled, of another day, currency or form: each is told in words with its place, and no
//! record is lost.

#[path = "../examples/make_day/main.rs"]
#[allow(dead_code, reason = "a program, of which the files alone are wanted")]
mod make_day;

use std::path::PathBuf;

use assert_cmd::Command;
use serde_json::Value;

/// A folder of its own with the example day in it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("cardwire-recon-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        let folder = Self(path);
        make_day::files().iter().for_each(|(name, octets)| folder.put(name, octets));
        folder
    }

    fn put(&self, name: &str, octets: &[u8]) {
        std::fs::write(self.0.join(name), octets).unwrap();
    }

    fn get(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.0.join(name)).unwrap()
    }

    /// Matches these files; holds that each record is in a line or refused, and that somebody is told.
    fn run(&self, arguments: &str) -> Vec<Value> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cardwire-recon"));
        command.current_dir(&self.0).args(["match", "--format", "ndjson"]).args(arguments.split(' '));
        let output = command.output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let objects: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(output.status.code(), Some(1), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
        let records =
            objects.iter().find(|object| object["type"] == "identity" && object["number"] == 4).unwrap();
        assert_eq!(records["holds"], true, "{records}");
        assert!(!text.contains("4111111111111111") && !text.contains("5555444433331111"));
        objects
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Holds that an object says these words of that file, with a line or an offset.
fn says(objects: &[Value], words: &str, file: &str) {
    let named = format!("\"file\":\"{file}\"");
    let has_place = |text: &str| {
        ["\"offset\":", "\"line\":", "offset ", "line "].iter().any(|place| text.contains(place))
    };
    let all: Vec<String> = objects.iter().map(Value::to_string).collect();
    let is_said = all.iter().any(|text| text.contains(words) && text.contains(&named) && has_place(text));
    assert!(is_said, "{words}, {file}: {}", all.join("\n"));
}

const DAY: &str = "--switch day.pcap --clearing day.ipm --bank bank.xml";

#[test]
fn a_capture_that_is_cut() {
    let folder = Folder::new("cut");
    let octets = folder.get("day.pcap");
    folder.put("day.pcap", &octets[..octets.len() - 10]);
    says(&folder.run(DAY), "the capture is broken after packet", "day.pcap");
}

#[test]
fn a_clearing_file_with_a_broken_record() {
    let folder = Folder::new("broken");
    let mut octets = folder.get("day.ipm");
    // 5000 in EBCDIC: the amount of the second sale
    let place = octets
        .windows(12)
        .position(|part| part == b"\xF0\xF0\xF0\xF0\xF0\xF0\xF0\xF0\xF5\xF0\xF0\xF0")
        .unwrap();
    octets[place] = 0xC1;
    folder.put("day.ipm", &octets);
    let objects = folder.run(DAY);
    says(&objects, "the record is broken", "day.ipm");
    let classes: Vec<_> =
        objects.iter().filter(|object| object["type"] == "line").map(|line| &line["class"]).collect();
    assert_eq!(
        classes.iter().filter(|class| **class == "matched").count(),
        2,
        "the others are matched: {classes:?}"
    );
}

#[test]
fn a_statement_in_another_currency() {
    let folder = Folder::new("currency");
    let text = String::from_utf8(folder.get("bank.xml")).unwrap();
    folder.put("bank.xml", text.replace("CNY", "USD").as_bytes());
    says(&folder.run(DAY), "unexpected-in-bank", "bank.xml");
    // one entry in another currency than its account
    folder.put("bank.xml", text.replacen("Ccy=\"CNY\">123.45", "Ccy=\"USD\">123.45", 1).as_bytes());
    says(&folder.run(DAY), "an entry is in USD, the account of the statement in CNY", "bank.xml");
}

#[test]
fn a_table_with_a_wrong_map() {
    let folder = Folder::new("map");
    folder.put("bank.csv", b"Buchung;Betrag\n17.03.2026;480,97\n");
    folder.put("map.toml", b"decimal = ','\n[columns]\nbooked = 'Buchung'\namount = 'Summe'\n");
    let arguments = "--switch day.pcap --clearing day.ipm --bank bank.csv --bank-map map.toml";
    says(
        &folder.run(arguments),
        "`amount` is `Summe`, and there is no such column; there are `Buchung`, `Betrag`",
        "bank.csv",
    );
    folder.put("map.toml", b"[columns]\nbooked = 'Buchung'\namount = 'Betrag'\n");
    says(&folder.run(arguments), "`amount` has decimals, but holds minor units", "bank.csv");
}

#[test]
fn a_file_twice_and_a_file_of_another_day() {
    let folder = Folder::new("twice");
    folder.put("again.ipm", &folder.get("day.ipm"));
    let objects = folder.run("--switch day.pcap --clearing day.ipm again.ipm --bank bank.xml");
    let twice: Vec<_> = objects.iter().filter(|object| object["kind"] == "file").collect();
    assert!(twice.len() == 1 && twice[0]["class"] == "duplicate-file", "{twice:?}");
    assert_eq!(twice[0]["unnamed"]["records"], 7);
    folder.put("other.csv", b"kind,rrn,stan,terminal,merchant,gross,settlement_date\nsale,607110000001,000001,10000001,898110159990001,900,20260312\n");
    says(
        &folder.run("--switch day.pcap --clearing day.ipm other.csv --bank bank.xml"),
        "missing-in-switch",
        "other.csv",
    );
}

#[test]
fn a_record_without_a_key() {
    let folder = Folder::new("key");
    folder.put("other.csv", b"kind,merchant,gross,settlement_date\nsale,898110159990001,900,20260316\n");
    let objects = folder.run("--switch day.pcap --clearing day.ipm other.csv --bank bank.xml");
    says(&objects, "the record has no key", "other.csv");
}
