//! The ten days with their cuts: classes, records, amounts, holders, identities and exit codes, through the contract
//! for machines. `days/expected.txt` holds what a person worked out; records are numbered within their file.

use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;

struct Day<'t> {
    folder: &'t str,
    as_of: &'t str,
    exit: i64,
    files: [(&'static str, String); 3],
    lines: Vec<&'t str>,
}

fn days(text: &str) -> Vec<Day<'_>> {
    let sections = text.split("== ").skip(1);
    sections
        .map(|section| {
            let (head, lines) = section.split_once('\n').unwrap();
            let words: Vec<&str> = head.split_whitespace().collect();
            let file = |side: &'static str| {
                let other = words.iter().find_map(|word| word.strip_prefix(side)?.strip_prefix('='));
                (side, other.map_or_else(|| format!("{}/{side}.csv", words[0]), str::to_owned))
            };
            Day {
                folder: words[0],
                as_of: words[1],
                exit: words[3].parse().unwrap(),
                files: [file("switch"), file("clearing"), file("bank")],
                lines: lines.lines().collect(),
            }
        })
        .collect()
}

fn run(day: &Day<'_>) -> (Vec<Value>, i64) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cardwire-recon"));
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/days"));
    command.args(["match", "--format", "ndjson", "--as-of", day.as_of]);
    for (side, file) in &day.files {
        command.args([&format!("--{side}"), file]);
    }
    let output = command.output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{} {}", day.folder, day.as_of);
    let objects = String::from_utf8(output.stdout).unwrap();
    let objects = objects.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (objects, output.status.code().unwrap().into())
}

/// A line as it stands in the file of expectations.
fn written(day: &Day<'_>, line: &Value) -> String {
    let label = |record: &Value| {
        let side = day.files.iter().find(|(_, file)| record["file"] == **file).unwrap().0;
        format!("{}{:02}", side[..1].to_uppercase(), record["line"].as_u64().unwrap() - 1)
    };
    let mut records: Vec<String> = line["records"].as_array().unwrap().iter().map(label).collect();
    records.sort();
    let or_none = |text: String| if text.is_empty() { "-".to_owned() } else { text };
    format!(
        "{} {} | {} | {} | {}",
        &line["item"].as_str().unwrap()[..1],
        line["class"].as_str().unwrap(),
        or_none(records.join(" ")),
        or_none(line["amount"].as_i64().map_or_else(String::new, |amount| amount.to_string())),
        line["holder"].as_str().unwrap()
    )
}

#[test]
fn ten_days_give_their_lines_their_identities_and_their_exit_codes() {
    let text = include_str!("days/expected.txt");
    let days = days(text);
    assert_eq!(days.len(), 15, "ten days and five cuts");
    for day in &days {
        let (objects, exit) = run(day);
        let of = |kind: &'static str| objects.iter().filter(move |object| object["type"] == kind);
        let mut found: Vec<String> = of("line").map(|line| written(day, line)).collect();
        let is_identity = |line: &&str| line.starts_with(|found: char| found.is_ascii_digit());
        let (identities, mut lines): (Vec<&str>, Vec<&str>) =
            day.lines.iter().partition(|line| is_identity(line));
        found.sort();
        lines.sort_unstable();
        assert_eq!(found, lines, "{} {}", day.folder, day.as_of);
        let equations: Vec<String> = of("identity")
            .map(|identity| format!("{} {}", identity["number"], identity["text"].as_str().unwrap()))
            .collect();
        for identity in identities {
            assert!(
                equations.iter().any(|found| found == identity),
                "{}: {identity} in {equations:?}",
                day.folder
            );
        }
        assert!(of("identity").all(|identity| identity["holds"] == true), "{}", day.folder);
        assert_eq!(exit, day.exit, "{} {}", day.folder, day.as_of);
        assert_eq!(of("result").next().unwrap()["exit"], day.exit);
    }
}
