//! Every class and every note stands in a result that is kept, so that its words, its amounts and its evidence are compared
//! whole; what no other test comes by is provoked here.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use cardwire_recon::engine::class::Class;
use cardwire_recon::engine::rules::DEFAULT;
use common::{bank, clearing, files, objects, run, run_with, switch};
use serde_json::Value;

const LATER: &str = "2026-03-18T10:00";
const SALE: [&str; 2] = [
    "10:00:00 T>A 0200 000000 000001 . 10000 mcc=5812",
    "10:00:01 A>T 0210 000000 000001 607510000001 10000 00 A00001 0316",
];
const HOPS: [&str; 4] = [
    "10:00:00 T>A 0200 000000 000001 . 10000",
    "10:00:00 A>N 0200 000000 000001 607510000001 10000",
    "10:00:01 N>A 0210 000000 000001 607510000001 10000 00 A00001 0316",
    "10:00:02 A>T 0210 000000 000001 607510000001 10000 00 A00001 0316",
];

fn notes(objects: &[Value], kind: &str) -> Vec<String> {
    let lines = objects.iter().filter(|object| object["kind"] == kind);
    let notes = lines.flat_map(|line| line["notes"].as_array().unwrap().clone());
    notes.map(|note| note["en"].as_str().unwrap().to_owned()).collect()
}

fn of(messages: &[&str], records: &[&str], as_of: &str) -> (String, Vec<String>) {
    let objects = objects(&run(&files(switch(messages), clearing(records), bank(&[])), as_of));
    let line = objects.iter().find(|object| object["kind"] == "transaction").unwrap();
    (line["class"].as_str().unwrap().to_owned(), notes(&objects, "transaction"))
}

#[track_caller]
fn check(messages: &[&str], records: &[&str], as_of: &str, class: &str, expected: &[&str]) {
    let expected: Vec<String> = expected.iter().map(|note| (*note).to_owned()).collect();
    assert_eq!(of(messages, records, as_of), (class.to_owned(), expected));
}

/// A tip of a fifth is allowed, and a cent more is not.
#[test]
fn a_limit_allows_what_it_says_and_no_cent_more() {
    let sale = |gross: i64| format!("sale 607510000001 000001 {gross} 0 {gross} PO-1 mcc=5812");
    check(&SALE, &[&sale(12_000)], LATER, "amount-within", &["allowed by the rule tip"]);
    check(&SALE, &[&sale(12_001)], LATER, "amount-differs", &["above the limit of 20.00 of the rule tip"]);
    check(&SALE, &[&sale(9_999)], LATER, "amount-differs", &["above the limit of 0.00 of the rule tip"]);
}

/// A sale of one settlement date that is reversed on the next: the record that takes it back is due a day later.
#[test]
fn a_reversal_across_the_cut_is_waited_for_until_it_is_due() {
    let reversed = [
        SALE[0],
        SALE[1],
        "23:05:00 T>A 0400 000000 000001 . 10000 98",
        "23:05:01 A>T 0410 000000 000001 607510000001 10000 00 . 0317",
    ];
    let sale = "sale 607510000001 000001 10000 60 9940 PO-1";
    let back = "reversal 607510000001 000001 -10000 -60 -9940 PO-2 settlement_date=2026-03-17";
    let unseen = "whether the network got the reversal is not visible in this evidence";
    check(
        &reversed,
        &[sale],
        "2026-03-18T05:59",
        "cut-over",
        &["counter record awaited in the file of 2026-03-17"],
    );
    check(&reversed, &[sale], "2026-03-18T06:00", "reversed-but-cleared", &[unseen]);
    check(&reversed, &[sale, back], LATER, "cut-over", &["reversed across the cut-over"]);
    let short = back.replace("-10000 -60 -9940", "-9999 -60 -9939");
    check(&reversed, &[sale, &short], LATER, "reversed-but-cleared", &[unseen]);
}

#[test]
fn what_was_presented_and_taken_back_is_missing() {
    let records =
        ["sale 607510000001 000001 10000 60 9940 PO-1", "reversal 607510000001 000001 -10000 -60 -9940 PO-1"];
    check(&SALE, &records, LATER, "missing-in-clearing", &["presented and taken back"]);
}

#[test]
fn reversals_are_told_by_who_saw_and_confirmed_them() {
    let asked = ["10:01:00 T>A 0400 000000 000001 . 10000 98", "10:02:00 T>A 0401 000000 000001 . 10000 98"];
    let record = ["sale 607510000001 000001 10000 60 9940 PO-1"];
    check(&[&SALE[..], &asked].concat(), &record, LATER, "one-sided", &["2 reversals without a response"]);
    let done = ["10:01:01 A>T 0410 000000 000001 607510000001 10000 00 . 0316"];
    let messages = [&HOPS[..], &asked[..1], &done].concat();
    check(&messages, &record, LATER, "reversed-but-cleared", &["no reversal towards the network was seen"]);
    check(&messages, &[], LATER, "reversed", &["no reversal towards the network was seen"]);
    let declined = HOPS[2].replace("00 A00001", "51 .");
    let (class, found) = of(&[HOPS[0], HOPS[1], &declined, HOPS[3]], &[], LATER);
    assert_eq!(class, "one-sided");
    assert_eq!(found[0], "the terminal was told that it is approved, the issuer declined");
}

#[test]
fn a_tip_changes_the_amount() {
    let messages = [
        SALE[0],
        SALE[1],
        "10:20:00 T>A 0220 000000 000002 . 11000 type_code=34 original_stan=000001",
        "10:20:01 A>T 0230 000000 000002 607510000002 11000 00 . 0316 type_code=34",
    ];
    let record = ["sale 607510000001 000001 11000 66 10934 PO-1 mcc=5812"];
    check(&messages, &record, LATER, "matched", &["the amount was changed afterwards"]);
}

/// The bank took more than the clearing file says, and says so.
#[test]
fn a_fee_in_the_text_of_the_bank_explains_what_is_missing() {
    let record = ["sale 607510000001 000001 10000 60 9940 PO-1"];
    let all = |entry: &str| files(switch(&SALE), clearing(&record), bank(&[entry]));
    let of = |entry: &str| notes(&objects(&run(&all(entry), LATER)), "payout");
    let named = "the bank's text names a fee of 0.80";
    assert_eq!(of("2026-03-17 9920 PO-1~FEE~0.80"), [named, "20 basis points of the items"]);
    assert_eq!(of("2026-03-17 9920 PO-1~FEES:~0.80."), [named, "20 basis points of the items"]);
    assert_eq!(of("2026-03-17 9919 PO-1~FEE~0.80"), ["21 basis points of the items"]);
}

/// The fee of the contract, of each item, for each kind of it.
#[test]
fn the_fee_of_a_contract_is_that_of_its_row() {
    let rules = format!(
        "{DEFAULT}\n[[fee]]\nmcc = '5812'\nrate = 6000\nfixed = 3\nmax = 100\nrefund = true\n[[fee]]\nrate = 0\n"
    );
    for (gross, fee) in [(10_000, 63), (10_000, 60), (20_000, 100), (20_000, 123), (1, 3)] {
        let request = format!("10:00:00 T>A 0200 000000 000001 . {gross} mcc=5812");
        let response = format!("10:00:01 A>T 0210 000000 000001 607510000001 {gross} 00 A00001 0316");
        let record = format!("sale 607510000001 000001 {gross} {fee} {} PO-1 mcc=5812", gross - fee);
        let all = files(switch(&[&request, &response]), clearing(&[&record]), bank(&[]));
        let objects = objects(&run_with(&all, LATER, &rules, None));
        let differs = objects.iter().any(|object| object["class"] == "fee-differs");
        assert_eq!(differs, fee != (gross * 6_000 / 1_000_000 + 3).min(100), "{gross} {fee}");
    }
}

/// Amounts that differ by decimals of a currency, in either direction.
#[test]
fn one_two_and_three_decimals_are_told_on_both_sides() {
    for (approved, cleared, power) in [
        (5_000, 50_000, Some(1)),
        (5_000, 500_000, Some(2)),
        (5_000, 5_000_000, Some(3)),
        (5_000, 50_000_000, None),
        (5_000, 500, Some(1)),
        (5_000, 50, Some(2)),
        (5_000, 5, Some(3)),
        (5_001, 500, None),
        (5_000, 50_001, None),
    ] {
        let request = format!("10:00:00 T>A 0200 000000 000001 . {approved}");
        let response = format!("10:00:01 A>T 0210 000000 000001 607510000001 {approved} 00 A00001 0316");
        let record = format!("sale 607510000001 000001 {cleared} 0 {cleared} PO-1");
        let words =
            |power: i32| format!("the amounts differ by a factor of 10^{power}: decimals of the currency?");
        let expected: Vec<String> = power.map(words).into_iter().collect();
        let found = of(&[&request, &response], &[&record], LATER);
        assert_eq!(found, ("amount-differs".to_owned(), expected), "{approved} {cleared}");
    }
}

/// Records of one number are of one item within so many days of each other, and another item a day later.
#[test]
fn a_second_record_is_of_the_item_within_its_days() {
    let first = "sale 607510000001 000001 10000 60 9940 PO-1";
    let count = |day: &str| {
        let second = format!("sale 607510000001 000001 10000 60 9940 PO-2 settlement_date={day}");
        let all = files(switch(&SALE), clearing(&[first, &second]), bank(&[]));
        let objects = objects(&run(&all, "2026-12-18T10:00"));
        let is_second = |object: &&Value| object["type"] == "line" && object["class"] == "duplicate-clearing";
        objects.iter().filter(is_second).count()
    };
    assert_eq!(["2026-03-17", "2026-04-30", "2026-05-01"].map(count), [1, 1, 0]);
}

#[test]
fn every_class_and_every_note_is_kept() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/whole");
    let kept: String = fs::read_dir(folder)
        .unwrap()
        .map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    let classes = Class::ALL.iter().map(|class| format!("\"class\":\"{}\"", class.id()));
    let source = include_str!("../src/output/words.rs");
    let (_, ids) = source.split_once("fn note_id").unwrap();
    let (ids, _) = ids.split_once("\n}").unwrap();
    let ids: Vec<&str> = ids.split("=> \"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(ids.len() > 30);
    let notes = ids.iter().map(|id| format!("\"id\":\"{id}\""));
    // refused records are no lines: `bad_input.rs` has them
    let missing: BTreeSet<String> =
        classes.chain(notes).filter(|said| !said.contains("refused\"") && !kept.contains(said)).collect();
    assert_eq!(missing, BTreeSet::new());
}
