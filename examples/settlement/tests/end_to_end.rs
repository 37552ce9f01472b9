//! The real program, over real TCP, on a real file.

mod common;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use common::TempFile;

fn settlement(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_settlement")).env("LC_ALL", "C").args(arguments).output().unwrap()
}

fn ledger(name: &str) -> TempFile {
    TempFile::new(&format!("e2e-{name}.sqlite"))
}

fn path(file: &Path) -> &str {
    file.to_str().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// A slow machine must not turn a normal answer into a late one.
const CALM: &[&str] = &["--timeout-ms", "500"];

fn play(file: &Path) -> Output {
    settlement(&[CALM, &["--ledger", path(file)]].concat())
}

#[test]
fn two_days_in_a_row_do_not_confuse_each_other() {
    let mut files = Vec::new();
    for _ in 0..2 {
        let output = settlement(CALM);
        let printed = text(&output);
        assert!(output.status.success(), "{printed}\n{}", String::from_utf8_lossy(&output.stderr));
        for word in [
            "0200",
            "0210",
            "0400",
            "0410",
            "0420",
            "0430",
            "0500",
            "0510",
            "0520",
            "0530",
            "0800",
            "0810",
            "51 insufficient funds",
            "54 expired card",
            "55 incorrect PIN",
            "61 exceeds amount limit",
            "14 invalid card number",
            "91 issuer",
            "96 system malfunction",
            "LOST ON THE WAY",
            "in balance",
            "never charged",
            "reversed",
            "batch still open",
            "waiting for settlement",
            "paid",
            "THE BOOKS BALANCE",
        ] {
            assert!(printed.contains(word), "`{word}` is missing in\n{printed}");
        }
        let file = printed.lines().find_map(|line| line.trim().strip_prefix("ledger: ")).unwrap();
        files.push(PathBuf::from(file.split(" (").next().unwrap()));
        for pan in common::PANS {
            assert!(!printed.contains(pan) && !String::from_utf8_lossy(&output.stderr).contains(pan));
        }
    }
    assert_ne!(files[0], files[1], "each day has its own ledger");
    for file in files {
        assert!(settlement(&["--check", path(&file)]).status.success());
        std::fs::remove_file(&file).unwrap();
        let _ = std::fs::remove_file(file.with_extension("sqlite.lock"));
    }
}

#[test]
fn the_ledger_file_holds_no_card_number_and_no_pin_block() {
    let file = ledger("private");
    assert!(play(&file).status.success());
    let bytes = std::fs::read(&file).unwrap();
    let holds = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
    assert!(holds(b"411111******1111"), "the file is read as it is stored");
    assert_eq!(common::whole_number(&bytes), None);
    assert!(!holds(b"246810"), "a PIN is in the file");
    assert!(!holds(&[0x04, 0x12, 0x25, 0xEE, 0xEE, 0xEE, 0xEE, 0xEE]), "a PIN block is in the file");
    assert!(!file.with_extension("sqlite-wal").exists(), "everything is in the one file");
}

#[test]
fn an_altered_ledger_is_refused() {
    let file = ledger("altered");
    assert!(play(&file).status.success());
    assert!(text(&settlement(&["--where", path(&file)])).contains("where is my money"));
    assert!(text(&settlement(&["--where", path(&file), "--lang", "zh"])).contains("我的钱在哪里"));
    let outsider = rusqlite::Connection::open(&file).unwrap();
    outsider.execute_batch("DROP TRIGGER transfers_are_final; DROP TRIGGER journal_is_final;").unwrap();
    outsider
        .execute("UPDATE transfers SET amount = amount + 1 WHERE party = 'acquirer' AND n = 3", [])
        .unwrap();
    drop(outsider);
    let output = settlement(&["--check", path(&file)]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output).contains("THE BOOKS DO NOT BALANCE"), "{}", text(&output));
}

#[test]
fn a_used_ledger_is_not_written_over() {
    let file = ledger("used");
    std::fs::write(&file, "yesterday").unwrap();
    assert_eq!(play(&file).status.code(), Some(2));
    assert_eq!(std::fs::read(&file).unwrap(), b"yesterday");
    assert_eq!(settlement(&["--check", path(&file)]).status.code(), Some(2), "that is no ledger");
    std::fs::remove_file(&file).unwrap();
    assert_eq!(settlement(&["--check", path(&file)]).status.code(), Some(2), "and that is no file");
    assert!(!file.exists(), "asking does not create one");
    std::fs::write(&file, "yesterday").unwrap();
    let unused = ledger("unused");
    let output = settlement(&["--ledger", path(&unused), "--capture", path(&file)]);
    assert_eq!(output.status.code(), Some(2), "nor is a capture");
    assert!(String::from_utf8_lossy(&output.stderr).contains(path(&file)));
}

#[test]
fn it_says_what_it_does() {
    let help = settlement(&["--help"]);
    assert!(help.status.success() && text(&help).contains("Usage"));
    assert_eq!(settlement(&["--nonsense"]).status.code(), Some(2));
    assert_eq!(settlement(&["--timeout-ms", "0"]).status.code(), Some(2));
}
