//! Ledger files of the real program: killed, tampered with, and opened by two at once.

mod common;

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::channel;

use settlement::audit::{Books, audit, closed};
use settlement::clock::Stamp;
use settlement::journal::{Party, Record, RecordKind};
use settlement::ledger::Digest;
use settlement::store::{Commit, Contents, LedgerFile, SqliteStore, Store, StoreError};

/// A file that is gone with its companions when the test is over.
struct Ledger(PathBuf);

impl Ledger {
    fn new(name: &str) -> Self {
        let name = format!("settlement-files-{}-{name}.sqlite", std::process::id());
        let ledger = Self(std::env::temp_dir().join(name));
        ledger.remove();
        ledger
    }

    fn copy(&self, name: &str) -> Self {
        let copy = Self::new(name);
        std::fs::copy(&self.0, &copy.0).unwrap();
        copy
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }

    fn remove(&self) {
        for companion in ["", "-wal", "-shm", "-journal", ".lock"] {
            let _ = std::fs::remove_file(format!("{}{companion}", self.path()));
        }
    }
}

impl Drop for Ledger {
    fn drop(&mut self) {
        self.remove();
    }
}

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_settlement"));
    command.args(["--timeout-ms", "400"]).args(arguments);
    command
}

fn settlement(arguments: &[&str]) -> Output {
    program(arguments).output().unwrap()
}

fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Kills a run when it says that it begins this step. Only this child, by its handle.
fn killed_at(step: usize, arguments: &[&str]) {
    let mut child = program(arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let begins = format!("[{step:>2}/");
    let seen = lines.map(Result::unwrap).find(|line| line.starts_with(&begins));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(seen.is_some(), "step {step} never began");
}

fn asked_and_resumed(step: usize) {
    let ledger = Ledger::new(&format!("killed-{step}"));
    killed_at(step, &["--ledger", ledger.path()]);

    let asked = settlement(&["--where", ledger.path()]);
    assert_eq!(asked.status.code(), Some(0), "step {step}: {}", printed(&asked));
    assert!(!printed(&asked).contains("conflict"), "step {step}: {}", printed(&asked));
    let checked = settlement(&["--check", ledger.path()]);
    assert_eq!(
        checked.status.code(),
        Some(1),
        "a day that is not closed does not pass: {}",
        printed(&checked)
    );
    assert!(printed(&checked).contains("--resume"), "{}", printed(&checked));
    let again = settlement(&["--ledger", ledger.path()]);
    assert_eq!(again.status.code(), Some(2));
    assert!(printed(&again).contains("--resume"), "{}", printed(&again));

    let resumed = settlement(&["--resume", ledger.path()]);
    assert_eq!(resumed.status.code(), Some(0), "step {step}: {}", printed(&resumed));
    assert!(printed(&resumed).contains("THE BOOKS BALANCE"));
    assert_eq!(settlement(&["--check", ledger.path()]).status.code(), Some(0));
    let closed = settlement(&["--resume", ledger.path()]);
    assert_eq!(closed.status.code(), Some(2));
    assert!(printed(&closed).contains("closed"), "{}", printed(&closed));
}

#[test]
fn a_day_that_was_killed_is_asked_about_and_resumed() {
    for step in [1, 3, 12, 19, 25] {
        asked_and_resumed(step);
    }
}

#[test]
#[ignore = "a minute and a half: every step of the day, and some of them killed twice"]
fn a_day_that_was_killed_at_any_step() {
    (1..=settlement::day::script().len()).for_each(asked_and_resumed);
    for (first, then) in [(3, 4), (10, 10), (18, 20), (23, 25)] {
        let ledger = Ledger::new(&format!("twice-{first}"));
        killed_at(first, &["--ledger", ledger.path()]);
        killed_at(then, &["--resume", ledger.path()]);
        assert_eq!(settlement(&["--where", ledger.path()]).status.code(), Some(0));
        let resumed = settlement(&["--resume", ledger.path()]);
        assert_eq!(resumed.status.code(), Some(0), "{first}, {then}: {}", printed(&resumed));
    }
}

/// Starts two at once. One goes to work, and is killed; what the other one says is returned.
fn raced(arguments: &[&str]) -> String {
    let mut children: Vec<Child> = (0..2)
        .map(|_| program(arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap())
        .collect();
    let (tell, told) = channel();
    let readers: Vec<_> = children
        .iter_mut()
        .enumerate()
        .map(|(which, child)| {
            let (mut reader, tell) = (BufReader::new(child.stderr.take().unwrap()), tell.clone());
            std::thread::spawn(move || {
                let mut first = String::new();
                reader.read_line(&mut first).unwrap();
                tell.send((which, first)).unwrap();
                let _ = reader.read_to_end(&mut Vec::new());
            })
        })
        .collect();
    let said = [told.recv().unwrap(), told.recv().unwrap()];
    let (works, refused): (Vec<_>, Vec<_>) = said.into_iter().partition(|(_, line)| line.starts_with('['));
    assert_eq!((works.len(), refused.len()), (1, 1), "{works:?} {refused:?}");
    children[works[0].0].kill().unwrap();
    let codes: Vec<_> = children.iter_mut().map(|child| child.wait().unwrap().code()).collect();
    assert_eq!(codes[refused[0].0], Some(2));
    readers.into_iter().for_each(|reader| reader.join().unwrap());
    refused[0].1.clone()
}

#[test]
fn of_two_processes_one_gets_the_ledger_and_the_other_is_told() {
    for round in 0..20 {
        let ledger = Ledger::new(&format!("race-{round}"));
        for arguments in [["--ledger", ledger.path()], ["--resume", ledger.path()]] {
            let said = raced(&arguments);
            assert!(said.contains("another instance is at work"), "{said}");
            assert!(!said.contains("UNIQUE"), "{said}");
        }
    }
}

#[test]
fn the_second_writer_of_a_party_is_fenced_in_words() {
    let ledger = Ledger::new("fenced");
    let commit = |seq| Commit {
        seq,
        records: vec![Record::new(Stamp(seq), RecordKind::Started)],
        ..Commit::default()
    };
    let mut first = SqliteStore::open(&ledger.0, Party::Acquirer).unwrap();
    let mut second = SqliteStore::open(&ledger.0, Party::Acquirer).unwrap();
    let mut other = SqliteStore::open(&ledger.0, Party::Issuer).unwrap();
    for seq in 1..=3 {
        first.commit(&commit(seq)).unwrap();
    }
    for seq in [1, 1] {
        let refused = second.commit(&commit(seq)).unwrap_err();
        assert_eq!(refused, StoreError::Fenced { expected: 4, found: 1 });
        assert!(refused.to_string().contains("another instance is at work"));
    }
    other.commit(&commit(1)).unwrap();
    assert_eq!(first.history().unwrap().records.len(), 3, "nothing of the second was kept");
    drop(second);
    let mut third = SqliteStore::open(&ledger.0, Party::Acquirer).unwrap();
    third.commit(&commit(4)).unwrap();
    assert_eq!(
        first.commit(&commit(4)),
        Err(StoreError::Fenced { expected: 5, found: 4 }),
        "now it is the first"
    );
}

#[test]
fn a_store_that_is_locked_says_so() {
    let ledger = Ledger::new("locked");
    let owner = LedgerFile::create(&ledger.0).unwrap();
    for second in [LedgerFile::create(&ledger.0), LedgerFile::resume(&ledger.0)] {
        let said = second.unwrap_err().to_string();
        assert!(said.contains(&format!("in use by process {}", std::process::id())), "{said}");
    }
    drop(owner);
    assert!(LedgerFile::create(&ledger.0).unwrap_err().to_string().contains("exists already"));
    drop(LedgerFile::resume(&ledger.0).unwrap());
    assert!(LedgerFile::resume(&ledger.0.with_extension("none")).is_err());
}

fn played() -> (Ledger, Digest) {
    let ledger = Ledger::new("day");
    let output = settlement(&["--ledger", ledger.path()]);
    assert!(output.status.success(), "{}", printed(&output));
    let text = printed(&output);
    let head = text.lines().find_map(|line| line.trim().strip_prefix("head: ")).unwrap();
    let head = head.split(',').next().unwrap().parse().unwrap();
    (ledger, head)
}

fn findings(ledger: &Ledger, head: Option<Digest>) -> Vec<String> {
    let books = Books::read(&ledger.0).unwrap();
    let checks = [audit(&books), closed(&books, head)].concat();
    checks
        .into_iter()
        .filter(|check| !check.holds)
        .map(|check| format!("{}: {}", check.rule, check.figures))
        .collect()
}

/// What somebody does who has the file, and drops the triggers that are in the way.
fn tampered(ledger: &Ledger, name: &str, sql: &str) -> Vec<String> {
    let copy = ledger.copy(name);
    let file = rusqlite::Connection::open(&copy.0).unwrap();
    for trigger in ["journal_is_final", "journal_stays", "transfers_are_final", "transfers_stay"] {
        file.execute_batch(&format!("DROP TRIGGER {trigger}")).unwrap();
    }
    file.execute_batch(sql).unwrap();
    drop(file);
    findings(&copy, None)
}

/// The last row, a consistent tail of one party or of all, or the seal itself: each is missed.
#[test]
fn whatever_is_cut_off_the_end_is_missed() {
    let (day, head) = played();
    assert_eq!(findings(&day, Some(head)), [""; 0]);
    assert_eq!(tampered(&day, "nothing", ""), [""; 0]);
    let last = |table: &str, party: Party| {
        let of = format!("party = '{party}'");
        format!("DELETE FROM {table} WHERE {of} AND n = (SELECT max(n) FROM {table} WHERE {of});")
    };
    let tail = |party: Party, commits: u64| {
        let of = format!("party = '{party}'");
        let from = format!("(SELECT max(seq) FROM commits WHERE {of}) - {commits}");
        let delete = |table: &str| format!("DELETE FROM {table} WHERE {of} AND seq > {from};");
        delete("journal") + &delete("transfers") + &delete("commits")
    };
    let mut attacks = vec![
        ("seal".to_owned(), "DELETE FROM seals;".to_owned()),
        ("seal-moved".to_owned(), "UPDATE seals SET at = at + 1;".to_owned()),
        ("all".to_owned(), Party::ALL.map(|party| tail(party, 8)).concat()),
        ("all-and-seal".to_owned(), Party::ALL.map(|party| tail(party, 8)).concat() + "DELETE FROM seals;"),
    ];
    for party in Party::ALL {
        attacks.push((format!("{party}-row"), last("journal", party)));
        if party != Party::Terminal {
            attacks.push((format!("{party}-transfer"), last("transfers", party)));
        }
        for commits in [1, 2, 5, 20] {
            attacks.push((format!("{party}-{commits}"), tail(party, commits)));
        }
        let of = format!("DELETE FROM commits WHERE party = '{party}'");
        attacks.push((format!("{party}-commits"), of.clone()));
        attacks.push((format!("{party}-commit"), of + " AND seq = 7"));
    }
    for (name, sql) in attacks {
        assert!(!tampered(&day, &name, &sql).is_empty(), "{name}");
    }
}

/// A chain has no key: who may write the file can write a shorter day and seal it anew. The head that was kept
/// elsewhere tells, and nothing else does.
#[test]
fn a_forged_day_is_told_by_the_head_that_was_kept() {
    let (day, head) = played();
    let contents = Contents::read(&day.0).unwrap();
    let evening = contents.begun.last().unwrap().at;
    let forged = Ledger::new("forged");
    let file = LedgerFile::create(&forged.0).unwrap();
    for (party, history) in &contents.histories {
        let mut store = SqliteStore::open(&forged.0, *party).unwrap();
        let (mut records, mut transfers) = (0, 0);
        for tip in &history.commits {
            let until = |rows: u64| usize::try_from(rows).unwrap();
            let kept = history.records[records..until(tip.records)].to_vec();
            let moved = history.transfers[transfers..until(tip.transfers)].to_vec();
            (records, transfers) = (until(tip.records), until(tip.transfers));
            if kept.iter().all(|record| record.at < evening) {
                store
                    .commit(&Commit { seq: tip.seq, records: kept, transfers: moved, ..Commit::default() })
                    .unwrap();
            }
        }
    }
    for begun in &contents.begun {
        file.begin(begun).unwrap();
    }
    file.close(evening).unwrap();
    assert_eq!(findings(&forged, None), [""; 0], "without a key it looks as good as the real one");
    assert!(!findings(&forged, Some(head)).is_empty());
    let kept = head.to_string();
    let checked = |head: &str| settlement(&["--check", forged.path(), "--head", head]).status.code();
    assert_eq!(checked(&kept), Some(1));
    assert_eq!(checked("0123"), Some(2), "that is no head");
    assert_eq!(settlement(&["--check", day.path(), "--head", &kept]).status.code(), Some(0));
}

#[test]
fn a_file_that_is_no_ledger_is_named() {
    let ledger = Ledger::new("other");
    let other = rusqlite::Connection::open(&ledger.0).unwrap();
    other.execute_batch("CREATE TABLE recipes (cake TEXT)").unwrap();
    drop(other);
    let before = std::fs::read(&ledger.0).unwrap();
    for option in ["--resume", "--check", "--where"] {
        let output = settlement(&[option, ledger.path()]);
        assert_eq!(output.status.code(), Some(2), "{option}");
        assert!(printed(&output).contains("no ledger"), "{option}: {}", printed(&output));
    }
    assert_eq!(std::fs::read(&ledger.0).unwrap().len(), before.len());
    let empty = Ledger::new("empty");
    std::fs::write(Path::new(&empty.0), "").unwrap();
    assert_eq!(settlement(&["--where", empty.path()]).status.code(), Some(2));
    assert!(settlement(&["--resume", empty.path()]).status.success(), "killed before anything was written");
}
