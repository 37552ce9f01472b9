//! `settlement chaos`: separate processes over TCP that are killed (kill -9), paused and cut off, with full disks and wrong
//! clocks, and the ten checks of money afterwards.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use settlement::chaos::{Chaos, Keeping};

/// Everything must hold, and so many must have been killed. What is left of a failure stays in its folder.
#[track_caller]
fn kills(of: u32, seed: u64, keeps: Keeping) {
    let folder = std::env::temp_dir().join(format!("settlement-chaos-{keeps:?}-{of}-{}", std::process::id()));
    let time = Duration::from_millis(400) * of;
    let program = PathBuf::from(env!("CARGO_BIN_EXE_settlement"));
    let chaos = Chaos { keeps, kills: of, seed, time, program, folder: folder.clone() };
    let outcome = chaos.run().unwrap_or_else(|why| panic!("seed {seed}: {why}; see {}", folder.display()));
    let wrong: Vec<_> = outcome.checks.iter().filter(|check| !check.holds).collect();
    assert!(wrong.is_empty(), "seed {seed}: {wrong:?}; see {}", folder.display());
    assert_eq!(outcome.checks.len(), 10);
    assert_eq!(outcome.faults["kills"], u64::from(of));
    assert!(outcome.slips["sale approved"] > 0 && outcome.told["paid"] > 0, "{outcome:?}");
    println!("{outcome:#?}");
    std::fs::remove_dir_all(folder).unwrap();
}

/// Parties whose command lines name this folder, and disks that are mounted in it.
fn left(folder: &Path) -> (usize, usize) {
    let lines = std::fs::read_dir("/proc").unwrap().flatten();
    let lines = lines.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
    let folder = folder.to_str().unwrap();
    let is_party = |line: &Vec<u8>| {
        let line = String::from_utf8_lossy(line).into_owned();
        line.contains("\0node\0") && line.contains(folder)
    };
    let mounts = std::fs::read_to_string("/proc/mounts").unwrap();
    (lines.filter(is_party).count(), mounts.lines().filter(|line| line.contains(folder)).count())
}

/// The command itself is killed, with a party that sleeps: nothing stays that works, sleeps or is mounted.
#[test]
fn a_run_that_is_killed_itself_leaves_nothing_behind() {
    let folder = std::env::temp_dir().join(format!("settlement-chaos-killed-{}", std::process::id()));
    let wait = |what: &str, is_so: &dyn Fn((usize, usize)) -> bool| {
        let until = Instant::now() + Duration::from_secs(60);
        while !is_so(left(&folder)) {
            assert!(Instant::now() < until, "{what}: {:?}", left(&folder));
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    let mut command = Command::new(env!("CARGO_BIN_EXE_settlement"));
    command.args(["chaos", "--kills", "50", "--seed", "3", "--keep"]).arg(&folder);
    let mut chaos = command.stdout(Stdio::null()).spawn().unwrap();
    wait("the parties start", &|(parties, _)| parties == 6);
    // A process that is stopped ends by nothing but a signal.
    let sleeper = std::fs::read_dir("/proc").unwrap().flatten().find(|entry| {
        let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let line = String::from_utf8_lossy(&line).into_owned();
        line.contains("\0node\0bank:1\0") && line.contains(folder.to_str().unwrap())
    });
    let sleeper = sleeper.map(|entry| entry.file_name().into_string().unwrap()).unwrap_or_default();
    Command::new("sh").args(["-c", &format!("kill -STOP {sleeper}")]).status().unwrap();
    chaos.kill().unwrap();
    chaos.wait().unwrap();
    wait("all is cleared away", &|left| left == (0, 0));
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn ten_kills_create_and_lose_nothing() {
    kills(10, 17, Keeping::Sqlite);
}

/// `cargo test -p settlement --test kills -- --ignored --nocapture two_hundred_kills_create`
#[test]
#[ignore = "minutes: two hundred kills"]
fn two_hundred_kills_create_and_lose_nothing() {
    kills(200, 42, Keeping::Sqlite);
}

#[test]
#[cfg(feature = "postgres")]
fn six_kills_create_and_lose_nothing_in_postgresql() {
    if settlement::server::is_installed() {
        kills(6, 5, Keeping::Postgres);
    } else {
        println!("skipped: no PostgreSQL is installed here");
    }
}

/// `cargo test -p settlement --features postgres --test kills -- --ignored --nocapture in_postgresql`
#[test]
#[ignore = "minutes: two hundred kills"]
#[cfg(feature = "postgres")]
fn two_hundred_kills_create_and_lose_nothing_in_postgresql() {
    kills(200, 42, Keeping::Postgres);
}
