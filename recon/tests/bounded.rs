//! `--memory` changes nothing that is written: days, causes and examples, to the last octet.

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;

/// What the command prints and says, its exit code, and the open items that it saves.
fn run(folder: &Path, arguments: &[String], more: &[&str]) -> ([String; 3], Option<i32>) {
    let saved = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{:016x}.open", rand(folder, more)));
    let mut command = Command::new(env!("CARGO_BIN_EXE_cardwire-recon"));
    command.current_dir(folder).arg("match").args(arguments).args(more).arg("--save-open").arg(&saved);
    let output = command.output().unwrap();
    let open = fs::read_to_string(&saved).unwrap();
    fs::remove_file(&saved).unwrap();
    let [out, err] = [output.stdout, output.stderr].map(|octets| String::from_utf8(octets).unwrap());
    ([out, err, open], output.status.code())
}

/// A name for a file that no other run of these tests has.
fn rand(folder: &Path, more: &[&str]) -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one((folder, more))
}

fn folders(path: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<PathBuf> = entries.filter(|path| path.join("switch.csv").exists()).collect();
    found.sort();
    found
}

fn same(folder: &Path, arguments: &[String], formats: &[&str]) {
    for format in formats {
        let whole = run(folder, arguments, &["--format", format]);
        let parts = run(folder, arguments, &["--format", format, "--memory", "1"]);
        assert_eq!(parts, whole, "{}", folder.display());
    }
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn days_and_causes_are_the_same_in_parts() {
    let files = "--switch switch.csv --clearing clearing.csv --bank bank.csv";
    let all = [folders("tests/days"), folders("examples/causes")].concat();
    assert!(all.len() >= 36);
    for folder in all {
        same(&folder, &words(&format!("{files} --as-of 2026-03-17T20:00")), &["ndjson"]);
        same(&folder, &words(&format!("{files} --as-of 2026-03-20T10:00")), &["ndjson", "text"]);
        // without an opposite side, and a file twice
        same(&folder, &words("--switch switch.csv --bank bank.csv"), &["ndjson"]);
        same(&folder, &words("--clearing clearing.csv clearing.csv --bank bank.csv"), &["ndjson"]);
    }
}

#[test]
fn the_day_of_the_tutorial_is_the_same_in_parts() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    same(&folder, &words("--switch day.pcap --clearing day.ipm --bank bank.xml"), &["ndjson", "text"]);
}

#[test]
fn a_size_is_a_number_with_a_unit() {
    for (size, is_one) in
        [("512M", true), ("2GiB", true), ("10k", true), ("0", false), ("M", false), ("1T", false)]
    {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cardwire-recon"));
        command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/days/day01"));
        let output = command.args(["match", "--switch", "switch.csv", "--memory", size]).output().unwrap();
        assert_eq!(output.status.code() == Some(0), is_one, "{size}");
    }
}

#[test]
fn a_year_that_the_calendar_does_not_know_ends_the_run() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/days/day01");
    let rules = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rules-of-2031.toml");
    let said = "calendar = { base = \"cn\", years = [2031] }";
    let default = cardwire_recon::engine::rules::DEFAULT.replace("\ncalendar = \"cn\"", &format!("\n{said}"));
    fs::write(&rules, default).unwrap();
    let run = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cardwire-recon"));
        command.current_dir(&folder).args(["match", "--switch", "switch.csv", "--as-of", "2031-03-18T10:00"]);
        let output = command.args(more).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    for more in [&[][..], &["--memory", "1"]] {
        let (code, err) = run(more);
        assert_eq!(code, Some(2));
        assert!(
            err.contains("does not know the holidays of 2031") && err.contains("years = [2031]"),
            "{err}"
        );
    }
    assert_eq!(run(&["--rules", rules.to_str().unwrap()]), (Some(0), String::new()));
}
