//! Reads a file and says what was found and how fast, without matching anything.
//!
//! ```text
//! cargo run --release -p cardwire-recon --example read_file -- bank statement.xml
//! ```

use std::path::Path;
use std::time::Instant;

use cardwire_recon::read::{Options, read_file};
use cardwire_recon::record::{Record, Side, Tokenizer};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [side, path] = arguments.as_slice() else { panic!("switch, clearing or bank, and a file") };
    let side = match side.as_str() {
        "switch" => Side::Switch,
        "clearing" => Side::Clearing,
        _ => Side::Bank,
    };
    let (mut made, mut refused) = (0_u64, 0_u64);
    let start = Instant::now();
    let report =
        read_file(
            Path::new(path),
            &Options::new(side, Tokenizer::new(b"a key")),
            &mut |record| match record {
                Record::Refused(_) => refused += 1,
                _ => made += 1,
            },
        );
    let report = report.unwrap_or_else(|error| panic!("{path}: {error}"));
    println!("{made} records, {refused} refused, {:.2} s", start.elapsed().as_secs_f64());
    for fault in report.file.faults.iter().chain(&report.notes).take(10) {
        println!("{}: {}", fault.source.place, fault.reason);
    }
}
