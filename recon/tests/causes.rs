//! The days of `examples/causes`: what the table there says is what the command prints, line by line.

use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;

/// The causes that are listed.
const CAUSES: usize = 26;

fn objects(folder: &Path, day: &str, as_of: &str) -> Vec<Value> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cardwire-recon"));
    command.current_dir(folder.join(day)).args(["match", "--format", "ndjson", "--as-of", as_of]);
    command.args(["--switch", "switch.csv", "--clearing", "clearing.csv", "--bank", "bank.csv"]);
    let output = command.output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{day}");
    let text = String::from_utf8(output.stdout).unwrap();
    let objects: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let exit = objects.last().map(|result| result["exit"].as_i64().unwrap());
    assert_eq!(output.status.code().map(i64::from), exit, "{day}");
    objects
}

/// A line as the table writes it: `T missing-in-clearing! 7550`, with the ids of its notes.
fn written(line: &Value) -> String {
    let mark = if line["exception"].as_bool().unwrap() { "!" } else { "" };
    let amount = line["amount"].as_i64().map(|amount| format!(" {amount}")).unwrap_or_default();
    let notes = line["notes"].as_array().unwrap().iter().map(|note| note["id"].as_str().unwrap());
    let notes = notes.collect::<Vec<_>>().join(", ");
    let notes = if notes.is_empty() { notes } else { format!(" ({notes})") };
    format!(
        "`{} {}{mark}{amount}{notes}`",
        &line["item"].as_str().unwrap()[..1],
        line["class"].as_str().unwrap()
    )
}

#[test]
fn each_day_shows_its_cause() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/causes");
    let table = std::fs::read_to_string(folder.join("README.md")).unwrap();
    let rows: Vec<Vec<&str>> = table
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.split('|').map(str::trim).collect())
        .collect();
    assert_eq!(rows.len(), CAUSES);
    for row in rows {
        let (day, as_of) = (row[1].trim_matches('`'), row[3]);
        let objects = objects(&folder, day, as_of);
        let lines: Vec<String> =
            objects.iter().filter(|object| object["type"] == "line").map(written).collect();
        assert_eq!(lines.join(" "), row[4], "{day}");
        let wrong: Vec<_> =
            objects.iter().filter(|object| object["type"] == "refused" || object["holds"] == false).collect();
        assert!(wrong.is_empty(), "{day}: {wrong:?}");
    }
}
