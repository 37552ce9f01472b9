//! The command `cardwire`, end to end: the real binary, its output checked.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "helpers of tests")]

mod advice;
mod capture;
mod captures;
mod chinese;
mod clearing;
mod codes;
#[path = "../common/mod.rs"]
mod common;
mod composites;
mod crowded;
mod decode;
mod dumps;
mod encode;
mod engines;
mod forms;
#[path = "../generated/mod.rs"]
mod generated;
mod hostile;
mod initiate;
mod inputs;
mod isomsg;
mod keys;
mod lines;
mod mcp;
mod network;
mod others;
mod pack;
mod picture;
mod privacy;
mod proxy;
mod redact;
#[path = "../reference/mod.rs"]
mod reference;
mod refusals;
#[path = "../secrets/mod.rs"]
mod secrets;
mod specs;
mod terminal;
mod threads;
mod transactions;
mod tshark;
mod wireshark;

use std::path::PathBuf;

/// What a run gave.
struct Done {
    code: i32,
    out: String,
    err: String,
}

/// Runs the command.
fn cardwire(args: &[&str], stdin: impl Into<Vec<u8>>) -> Done {
    let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_cardwire"));
    let output = command
        .args(args)
        .env_remove("CARDWIRE_SPEC")
        .env("LC_ALL", "C")
        .write_stdin(stdin)
        .output()
        .expect("the command runs");
    let text = |octets: Vec<u8>| String::from_utf8(octets).expect("output is UTF-8");
    Done {
        code: output.status.code().expect("an exit code"),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

/// Runs the command, which must succeed without a word of complaint; returns its output.
fn good(args: &[&str], stdin: impl Into<Vec<u8>>) -> String {
    let done = cardwire(args, stdin);
    assert_eq!((done.code, done.err.as_str()), (0, ""), "{args:?}: {}", done.out);
    done.out
}

/// The folder of a test, whose name its thread has: tests run beside each other.
fn folder() -> PathBuf {
    let test = std::thread::current().name().unwrap_or("main").replace("::", "-");
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("cli").join(test)
}

/// A file in the folder of the test.
fn file(name: &str, content: &[u8]) -> PathBuf {
    let file = folder().join(name);
    std::fs::create_dir_all(folder()).unwrap();
    std::fs::write(&file, content).unwrap();
    file
}

/// A request in ASCII: card number, processing code, amount, STAN, chip data, currency.
const REQUEST: &str = "0200702000000000820016411111111111111100000000000001230012345615601495050000008000";

fn request() -> Vec<u8> {
    REQUEST.as_bytes().to_vec()
}

fn hex(octets: &[u8]) -> String {
    common::hex(octets)
}
