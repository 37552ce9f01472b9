//! The two parties of the fast path as processes, over TCP and on SQLite: what is durable when they are killed, what
//! happens to damaged or foreign ledgers, and that no file holds card data.

mod common;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use common::whole_number;

/// A folder that is gone when the test is over.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("settlement-load-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn settlement(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_settlement")).args(words).output().unwrap()
}

fn text(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}

fn load(folder: &Path, more: &[&str]) -> Output {
    let mut words = vec!["load", "--keep", folder.to_str().unwrap(), "--connections", "2"];
    words.extend_from_slice(more);
    settlement(&words)
}

#[test]
fn what_a_load_leaves_is_right_and_holds_no_card() {
    let folder = Folder::new("kept");
    let done = load(&folder.0, &["--sales", "600", "--in-flight", "32"]);
    assert!(done.status.success(), "{}{}", text(&done.stdout), text(&done.stderr));
    let shown = text(&done.stdout);
    assert_eq!(shown.matches("  ok  ").count(), 6, "{shown}");
    // where is the money of the first sale, as anybody asks it
    let acquirer = folder.0.join("acquirer.sqlite");
    let asked = settlement(&["where", "--ledger", acquirer.to_str().unwrap()]);
    assert!(text(&asked.stdout).matches("W60").count() > 500, "{}", text(&asked.stdout));
    for file in ["acquirer.sqlite", "issuer.sqlite"] {
        let octets = std::fs::read(folder.0.join(file)).unwrap();
        assert_eq!(whole_number(&octets), None, "{file}");
    }
    // neither kind of machine opens what is the other's
    let foreign = settlement(&["fast", "issuer", "--ledger", acquirer.to_str().unwrap()]);
    assert!(text(&foreign.stderr).contains("ledger of the acquirer"), "{}", text(&foreign.stderr));
    assert_eq!(foreign.status.code(), Some(2));
}

#[test]
fn a_page_that_was_altered_or_taken_out_stops_its_party() {
    let folder = Folder::new("altered");
    let done = load(&folder.0, &["--sales", "60", "--in-flight", "4"]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    let issuer = folder.0.join("issuer.sqlite");
    let changes = [
        ("DELETE FROM pages WHERE n = 2", "page 3 follows none"),
        ("UPDATE pages SET octets = zeroblob(8) WHERE n = 3", "page 3 was altered"),
    ];
    for (change, words) in changes {
        let copy = folder.0.join("copy.sqlite");
        std::fs::copy(&issuer, &copy).unwrap();
        let connection = rusqlite::Connection::open(&copy).unwrap();
        connection.execute_batch("DROP TRIGGER pages_stay; DROP TRIGGER pages_are_final;").unwrap();
        connection.execute_batch(change).unwrap();
        drop(connection);
        let started = settlement(&["fast", "issuer", "--ledger", copy.to_str().unwrap()]);
        assert!(text(&started.stderr).contains(words), "{}", text(&started.stderr));
        assert_eq!(started.status.code(), Some(2));
        let _ = std::fs::remove_file(&copy);
    }
}

/// Whoever is killed while sales are under way starts again, and no approved response is without its entry: the command
/// compares what the terminals heard with the files, and the totals of both parties with each other and with the slips.
fn killed(name: &str, sales: &str, kills: &str) {
    let folder = Folder::new(name);
    let done = load(&folder.0, &["--sales", sales, "--in-flight", "16", "--kills", kills]);
    assert!(done.status.success(), "{}{}", text(&done.stdout), text(&done.stderr));
}

#[test]
fn no_response_is_without_its_entry_whoever_is_killed() {
    killed("killed", "3000", "4");
}

/// `cargo test --release -p settlement --test fast_processes -- --ignored`
#[test]
#[ignore = "a minute"]
fn no_response_is_without_its_entry_after_two_hundred_deaths() {
    for round in 0..10 {
        killed(&format!("killed-{round}"), "60000", "20");
    }
}

#[test]
fn what_cannot_be_is_refused_in_words() {
    let refused = |words: &[&str], why: &str| {
        let done = settlement(words);
        assert_eq!(done.status.code(), Some(2), "{words:?}");
        assert!(text(&done.stderr).contains(why), "{words:?}: {}", text(&done.stderr));
    };
    refused(&["load", "--sales", "0"], "--sales needs a number from 1");
    refused(&["load", "--sales"], "--sales needs a value");
    refused(&["load", "--memory", "--kills", "1"], "--kills needs --durable");
    refused(&["load", "--fast"], "no option --fast");
    refused(&["load", "--sales", "5", "--keep", env!("CARGO_MANIFEST_DIR")], "is not empty");
    refused(&["fast", "hub"], "`acquirer` or `issuer`");
    refused(&["fast", "acquirer"], "needs --call");
}
