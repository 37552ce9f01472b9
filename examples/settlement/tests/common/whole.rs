//! What the parties have stored, compared whole with what is kept in `tests/whole/`: each field of each record and each
//! transfer, in their order. A line for each party, with a digest for each kind of record.
//!
//! Each test runs in a thread of its name.
//!
//! After a change that is meant, `SETTLEMENT_WHOLE=write cargo test -p settlement` writes all of it anew, and the difference
//! is read before it is committed: which kinds of records of which party changed.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use settlement::audit::{Books, audit};
use settlement::report::{self, Style};
use settlement::store::History;
use settlement::wimm::{self, Lang};
use sha2::{Digest as _, Sha256};

/// The start of a digest, which is enough to tell texts apart.
fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().take(4).map(|octet| format!("{octet:02x}")).collect()
}

pub(crate) fn counted<T: Debug>(of: &[T]) -> String {
    format!("{}:{}", of.len(), digest(&format!("{of:?}")))
}

/// A history in one line.
pub(crate) fn told(history: &History) -> String {
    let mut kinds: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for record in &history.records {
        kinds.entry(format!("{:?}", record.kind)).or_default().push(record);
    }
    let kinds: Vec<String> =
        kinds.iter().map(|(kind, records)| format!("{kind}:{}", counted(records))).collect();
    format!(
        "transfers:{} balances:{} {}",
        counted(&history.transfers),
        counted(&history.balances),
        kinds.join(" ")
    )
}

/// What is printed of books, in two languages.
pub(crate) fn printed(books: &Books) -> String {
    let parts = [Lang::English, Lang::Chinese].map(|lang| {
        let style = Style { colour: false, lang };
        let answers = wimm::answers(books, lang);
        [
            report::traffic(books, books.begun(), style),
            report::money(&answers, style),
            report::totals(books, style),
            report::books(books, style),
            report::checks(&audit(books), style),
            format!("{answers:?}"),
        ]
    });
    let names = ["traffic", "money", "totals", "books", "checks", "answers"];
    let digests = parts.iter().flat_map(|parts| names.iter().zip(parts));
    let digests = digests.map(|(name, text)| format!("{name}:{}", digest(text)));
    format!("printed {}", digests.collect::<Vec<_>>().join(" "))
}

/// A name for what a test compares now: the name of the test, and how often it compared before.
pub(crate) fn place() -> String {
    thread_local!(static BEFORE: Cell<usize> = const { Cell::new(0) });
    let test = std::thread::current().name().unwrap_or_default().to_owned();
    BEFORE.set(BEFORE.get() + 1);
    format!("{test} {}", BEFORE.get())
}

/// Compares lines with those that are kept under this name.
#[track_caller]
pub(crate) fn compare(name: &str, lines: &[String]) {
    let path = path();
    let lines: Vec<&str> = lines.iter().map(|line| line.trim_end()).collect();
    if std::env::var("SETTLEMENT_WHOLE").is_ok_and(|wish| wish == "write") {
        static WRITTEN: Mutex<BTreeMap<String, String>> = Mutex::new(BTreeMap::new());
        let mut written = WRITTEN.lock().unwrap();
        written.insert(name.to_owned(), lines.iter().map(|line| format!("{line}\n")).collect());
        let text = written.iter().map(|(name, lines)| format!("## {name}\n{lines}"));
        return fs::write(path, text.collect::<String>()).unwrap();
    }
    let text = fs::read_to_string(&path).unwrap_or_default();
    let kept = text.split("## ").find_map(|kept| kept.strip_prefix(name)?.strip_prefix('\n'));
    let kept: Vec<&str> = kept
        .unwrap_or_else(|| panic!("nothing is kept of {name}: see tests/common/whole.rs"))
        .lines()
        .collect();
    for (line, kept) in lines.iter().zip(&kept) {
        let (words, kept): (Vec<&str>, Vec<&str>) = (line.split(' ').collect(), kept.split(' ').collect());
        let differ: Vec<_> = words.iter().filter(|word| !kept.contains(word)).collect();
        assert!(
            differ.is_empty() && words.len() == kept.len(),
            "{name}: {} other records: {differ:?}",
            words[0]
        );
    }
    assert_eq!(lines.len(), kept.len(), "{name}");
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/whole/{}.txt", env!("CARGO_CRATE_NAME")))
}
