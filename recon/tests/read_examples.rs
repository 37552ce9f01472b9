//! The example day: the files in the repository are those that the program makes, and they are read.

#[path = "../examples/make_day/main.rs"]
#[allow(dead_code, reason = "a program, of which the files alone are wanted")]
mod make_day;
mod read;

use std::path::Path;

use cardwire_recon::record::{ClearingKind, Side};
use read::{all, options};

#[test]
fn the_files_are_those_that_the_program_makes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    for (name, octets) in make_day::files() {
        let there = std::fs::read(folder.join(name)).unwrap();
        assert!(
            there == octets,
            "{name} differs: cargo run -p cardwire-recon --example make_day -- recon/examples"
        );
    }
}

#[test]
fn they_are_read_without_a_fault() {
    let [(_, switch), (_, clearing), (_, bank)] = make_day::files();
    let switch = all(&options(Side::Switch), &switch);
    assert_eq!((switch.words(), switch.messages().len()), (Vec::new(), 20));
    let reversal = switch.messages().into_iter().find(|message| message.mti.as_str() == "0400").unwrap();
    let original = reversal.original.as_ref().unwrap();
    assert_eq!((original.stan.as_deref(), original.time.as_deref()), (Some("000105"), Some("0316051020")));
    let totals = switch.messages().into_iter().find(|message| message.mti.as_str() == "0510").unwrap();
    assert_eq!((totals.totals.unwrap().debit, totals.totals_result), (39450, Some(1)));

    let clearing = all(&options(Side::Clearing), &clearing);
    assert_eq!(clearing.words(), [""; 0]);
    let items = clearing.items();
    assert_eq!(items.iter().map(|item| item.gross).sum::<i64>(), 48400);
    assert_eq!(items.iter().map(|item| item.fee.unwrap()).sum::<i64>(), 303);
    assert_eq!(items.iter().filter(|item| item.kind == ClearingKind::Refund).count(), 1);
    assert!(items.iter().all(|item| item.settlement_date.unwrap().to_string() == "2026-03-16"));
    // the check digit of the reference fits
    for item in items {
        let arn = item.arn.as_deref().unwrap();
        let sum: u32 = arn
            .bytes()
            .rev()
            .enumerate()
            .map(|(place, digit)| {
                let digit = u32::from(digit - b'0');
                if place % 2 == 0 { digit } else { digit * 2 / 10 + digit * 2 % 10 }
            })
            .sum();
        assert_eq!(sum % 10, 0, "{arn}");
    }

    let bank = all(&options(Side::Bank), &bank);
    assert_eq!(bank.words(), [""; 0]);
    let amounts: Vec<_> = bank.entries().iter().map(|entry| entry.amount).collect();
    assert_eq!(amounts, [48400 - 303, 12345]);
}
