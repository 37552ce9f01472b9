//! Results compared whole with those that are kept in `tests/whole/`, one file for each test program: each field, each
//! sum, each note, and their order.
//!
//! A result is found by a digest of what went in. After a change that is meant, `RECON_WHOLE=write cargo test -p
//! cardwire-recon` writes all of them anew, and the difference is read before it is committed.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};

use serde_json::Value;
use sha2::{Digest, Sha256};

/// The start of a digest, which is enough to tell results and texts apart.
pub(crate) fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().take(5).map(|octet| format!("{octet:02x}")).collect()
}

/// An object without what is empty, nothing or false.
pub(crate) fn short(value: &Value) -> Value {
    let says = |value: &Value| match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(values) => !values.is_empty(),
        Value::Object(entries) => !entries.is_empty(),
        _ => true,
    };
    match value {
        Value::Object(entries) => {
            let entries = entries.iter().map(|(name, value)| (name.clone(), short(value)));
            Value::Object(entries.filter(|(_, value)| says(value)).collect())
        }
        Value::Array(values) => Value::Array(values.iter().map(short).collect()),
        other => other.clone(),
    }
}

/// Compares the result of some input with the one that is kept.
#[track_caller]
pub(crate) fn compare(input: &str, result: &[String]) {
    let key = digest(input);
    let result: String = result.concat().lines().map(|line| format!("{}\n", line.trim_end())).collect();
    if std::env::var("RECON_WHOLE").is_ok_and(|wish| wish == "write") {
        return write(key, result);
    }
    static KEPT: OnceLock<HashMap<String, String>> = OnceLock::new();
    let kept = KEPT.get_or_init(|| read(&fs::read_to_string(path()).unwrap_or_default()));
    let expected = kept.get(&key).unwrap_or_else(|| {
        panic!("no result is kept for this input: see tests/common/whole.rs\n{input}\n{result}")
    });
    for (one, other) in result.lines().zip(expected.lines()) {
        assert_eq!(one, other, "of the result {key}");
    }
    assert_eq!(result.lines().count(), expected.lines().count(), "lines of the result {key}");
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/whole/{}.txt", env!("CARGO_CRATE_NAME")))
}

fn read(text: &str) -> HashMap<String, String> {
    let results = text.split("## ").skip(1).filter_map(|result| result.split_once('\n'));
    results.map(|(head, rest)| (head.split(' ').next().unwrap().to_owned(), rest.to_owned())).collect()
}

/// Writes what was asked for so far, by test and in the order in which each test asked.
fn write(key: String, result: String) {
    static WRITTEN: Mutex<Vec<(String, String, String)>> = Mutex::new(Vec::new());
    let test = std::thread::current().name().unwrap_or_default().to_owned();
    let mut written = WRITTEN.lock().unwrap();
    if written.iter().any(|(_, known, _)| *known == key) {
        return;
    }
    written.push((test, key, result));
    let mut sorted: Vec<_> = written.iter().collect();
    sorted.sort_by_key(|(test, ..)| test);
    let text = sorted.iter().map(|(test, key, result)| format!("## {key} {test}\n{result}"));
    fs::write(path(), text.collect::<String>()).unwrap();
}
