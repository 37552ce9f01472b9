//! `settlement chaos`: separate processes over TCP that are killed (kill -9), paused and cut off, with full disks and wrong
//! clocks, and the ten checks of money afterwards.

use std::path::PathBuf;
use std::time::Duration;

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
