//! `evidence`: what was read is all that a run needs, and holds no card number.

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;

const FILES: [&str; 6] = ["--switch", "switch.csv", "--clearing", "clearing.csv", "--bank", "bank.csv"];

fn command(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cardwire-recon"));
    let output = command.current_dir(folder).args(arguments).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{arguments:?}");
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

fn days() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/days");
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.join("switch.csv").exists()).collect()
}

#[test]
fn a_run_over_evidence_is_the_run_over_its_files() {
    for folder in days() {
        let day = folder.file_name().unwrap().to_string_lossy().into_owned();
        let stored = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{day}.evidence"));
        let (code, evidence) = command(&folder, &[&["evidence"][..], &FILES].concat());
        assert_eq!(code, Some(0));
        fs::write(&stored, evidence).unwrap();
        let run = ["match", "--format", "ndjson", "--as-of", "2026-03-20T10:00"];
        let whole = command(&folder, &[&run[..], &FILES].concat());
        let stored = stored.to_str().unwrap();
        for memory in [&[][..], &["--memory", "1"]] {
            let again = command(&folder, &[&run[..], &["--evidence", stored], memory].concat());
            assert_eq!(again, whole, "{day} {memory:?}");
        }
    }
}

#[test]
fn what_is_no_evidence_is_said() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let path = folder.join("no.evidence");
    for (text, said) in [
        ("{}\n", "line 1 is no evidence"),
        ("\n{\"switch\":1}\n", "line 2 is no evidence"),
        (
            r#"{"file":{"file":"a","side":"x","sha256":"","records":0,"complete":true,"faults":[]}}"#,
            "no file",
        ),
    ] {
        fs::write(&path, text).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_cardwire-recon"));
        let output = command.args(["match", "--evidence"]).arg(&path).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        let err = String::from_utf8(output.stderr).unwrap();
        assert!(err.contains(said), "{err}");
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_cardwire-recon"));
    command.current_dir(days().first().unwrap());
    let output = command.args(["match", "--evidence", "x", "--bank", "bank.csv"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn no_card_number_is_in_the_evidence() {
    for folder in days() {
        let text = fs::read_to_string(folder.join("switch.csv")).unwrap();
        let (_, evidence) = command(&folder, &[&["evidence"][..], &FILES].concat());
        let numbers = text.split(|found: char| !found.is_ascii_digit()).filter(|digits| digits.len() == 16);
        for number in numbers {
            assert!(!evidence.contains(number), "{number}");
        }
    }
}

#[cfg(not(feature = "parquet"))]
#[test]
fn parquet_is_a_feature() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cardwire-recon"));
    command.current_dir(days().first().unwrap());
    let output = command.args(["evidence", "--parquet", "x"]).args(FILES).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("--features parquet"));
}
