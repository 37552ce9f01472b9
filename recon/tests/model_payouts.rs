//! Payouts and what a statement says of them, at both sides of each bound and with each mark that tells one thing from
//! another.

mod common;

use cardwire_recon::record::Side;
use common::{File, bank, clearing, drawn_whole, files, objects, switch, written};
use serde_json::Value;

const LATER: &str = "2026-03-25T10:00";
const SALES: [&str; 2] =
    ["sale 607510000001 000001 10000 60 9940 PO-1", "sale 607510000002 000002 5000 30 4970 PO-1"];

fn of(items: &[&str], entries: &[&str]) -> Vec<Value> {
    objects(&drawn_whole(&files(switch(&[]), clearing(items), bank(entries)), LATER))
}

/// The lines of payouts and of entries that belong to none.
fn money(items: &[&str], entries: &[&str]) -> Vec<String> {
    let mut found = written(&of(items, entries));
    found.retain(|line| line.starts_with('P') || line.contains("unexpected-in-bank"));
    found
}

fn notes<'o>(objects: &'o [Value], kind: &str) -> Vec<[&'o str; 2]> {
    let lines = objects.iter().filter(|object| object["kind"] == kind);
    let notes = lines.flat_map(|line| line["notes"].as_array().unwrap());
    notes.map(|note| ["id", "en"].map(|name| note[name].as_str().unwrap())).collect()
}

/// The fee that a bank kept is named if it is what is missing beyond the fees of the items.
#[test]
fn a_fee_in_the_text_of_an_entry() {
    for (paid, text, fee) in [
        (14_900, "PO-1~FEE~1.00", Some("1.00")),
        (14_900, "PO-1~FEE:~1.00~MID", Some("1.00")),
        (14_900, "PO-1~fees~1.00.", Some("1.00")),
        (14_900, "PO-1~手续费：1.00元", Some("1.00")),
        (14_920, "PO-1~FEE~0.80", Some("0.80")),
        (14_000, "PO-1~FEE~10.00", Some("10.00")),
        (14_900, "PO-1~FEE~1.01", None),
        (14_900, "PO-1~FEE~0.10", None),
        (14_900, "PO-1~FEE~1", None),
        (14_900, "PO-1~FEE~1.0", None),
        (14_900, "PO-1~FEE~1.000", None),
        (14_900, "PO-1~FEE", None),
        (14_900, "PO-1~1.00", None),
        // all is there: there is nothing to explain
        (14_910, "PO-1~FEE~0.90", None),
    ] {
        let found = of(&SALES, &[&format!("2026-03-17 {paid} {text}")]);
        let told = notes(&found, "payout").into_iter().find(|[id, _]| *id == "fee-in-text");
        let words = fee.map(|fee| format!("the bank's text names a fee of {fee}"));
        assert_eq!(told.map(|[_, words]| words), words.as_deref(), "{text}");
        let line = found.iter().find(|object| object["kind"] == "payout").unwrap();
        let also = line["also"].as_array().unwrap();
        assert!(fee.is_none() || also.contains(&"fee-differs".into()), "{text}: {also:?}");
    }
}

/// An entry that goes back says so by a reason, by the code of the bank, or in its text.
#[test]
fn what_marks_a_return() {
    for (back, is_return) in [
        ("PO-1 return_reason=AC04", true),
        ("PO-1 code=PMNT/ICDT/RRTN", true),
        ("PO-1 code=PMNT/RRTN/ICDT", false),
        ("RETURN~PO-1", true),
        ("returned~PO-1", true),
        ("退汇~PO-1", true),
        ("退票~PO-1", true),
        ("RETURNS:~PO-1", false),
        ("PO-1", false),
    ] {
        let back = format!("2026-03-18 -14910 {back}");
        let found = money(&SALES, &["2026-03-17 14910 PO-1", &back]);
        let class = if is_return { "returned!" } else { "payout-short!" };
        assert_eq!(found, [format!("P {class} | B01 B02 | 0")], "{back}");
    }
}

/// Without a number it is the merchant's payout of that amount, at most four days from the day on which it is due.
#[test]
fn an_entry_without_a_number_lies_near_the_day() {
    let items = SALES.map(|item| item.replace("PO-1", "."));
    let items: Vec<&str> = items.iter().map(String::as_str).collect();
    let missing = ["P missing-in-bank! |  | 14910", "X unexpected-in-bank! | B01 | 14910"];
    for (dates, is_near) in [
        ("2026-03-12 14910 {}", false),
        ("2026-03-13 14910 {}", true),
        ("2026-03-21 14910 {}", true),
        ("2026-03-22 14910 {}", false),
        ("2026-03-12 14910 {} value_date=2026-03-13", true),
        ("2026-03-21 14910 {} value_date=2026-03-22", false),
        ("2026-03-17 14910 {}", true),
    ] {
        let entry = dates.replace("{}", common::MERCHANT);
        let expected = if is_near { vec!["P payout | B01 | 14910"] } else { missing.to_vec() };
        assert_eq!(money(&items, &[&entry]), expected, "{entry}");
    }
    // a Friday and a Saturday in one entry of the Monday on which both are due
    let two = ["2026-03-20", "2026-03-21"];
    for (days, day, amount, are_both) in [
        (two, "2026-03-23", 14_910, true),
        (two, "2026-03-23", 14_911, false),
        (two, "2026-03-24", 14_910, false),
        (["2026-03-19", "2026-03-20"], "2026-03-23", 14_910, false),
    ] {
        let items: Vec<String> =
            items.iter().zip(days).map(|(item, day)| format!("{item} settlement_date={day}")).collect();
        let items: Vec<&str> = items.iter().map(String::as_str).collect();
        let found = money(&items, &[&format!("{day} {amount} {}", common::MERCHANT)]);
        let is_merged = found == [format!("P payout-merged | B01 | {amount}")];
        assert_eq!(is_merged, are_both, "{days:?} {day} {amount}: {found:?}");
    }
}

/// An entry is one of another file if its reference, account, amount and day are.
#[test]
fn an_entry_that_stands_in_two_files() {
    let first = "2026-03-17 14910 PO-1 reference=R1";
    for (second, is_same) in [
        ("2026-03-17 14910 PO-1~AGAIN reference=R1", true),
        ("2026-03-17 14910 PO-1 reference=R1 value_date=2026-03-18", true),
        ("2026-03-17 14910 PO-1 reference=R2", false),
        ("2026-03-17 14910 PO-1~AGAIN", false),
        ("2026-03-18 14910 PO-1 reference=R1", false),
        ("2026-03-17 14911 PO-1 reference=R1", false),
        ("2026-03-17 14910 PO-1 reference=R1 account=ACC-2", false),
    ] {
        let mut all = files(switch(&[]), clearing(&SALES), bank(&[first]));
        all.push(File { name: "extra.csv".into(), side: Side::Bank, text: bank(&[second]) });
        let found = written(&objects(&drawn_whole(&all, LATER)));
        let is_told = found.iter().any(|line| line.contains("duplicate-entry"));
        assert_eq!(is_told, is_same, "{second}: {found:?}");
    }
    // a bank that gives two entries of one file one reference means two
    let found = money(&SALES, &[first, first]);
    assert_eq!(found, ["P paid-twice! | B01 B02 | 29820"]);
}

/// What an earlier payout of the merchant carried is part of a later one, all of it or all that is below zero.
#[test]
fn what_a_later_payout_carries() {
    let sale = "sale 607510000001 000001 10000 60 9940 PO-2 settlement_date=2026-03-17";
    let back = "refund 607510000009 000009 -2000 0 -2000 PO-1";
    let small = "sale 607510000008 000008 300 0 300 PO-0";
    for (earlier, paid, is_carried) in [
        (vec![back.to_owned()], 7_940, true),
        (vec![back.to_owned()], 7_941, false),
        (vec![format!("{back} settlement_date=2026-03-17")], 7_940, false),
        (vec![format!("{back} settlement_date=2026-03-18")], 7_940, false),
        (vec![format!("{back} merchant=898110159990777")], 7_940, false),
        (vec![format!("{back} currency=USD")], 7_940, false),
        (vec![back.to_owned(), small.to_owned()], 8_240, true),
        (vec![back.to_owned(), small.to_owned()], 7_940, true),
        (vec![back.to_owned(), small.to_owned()], 10_240, false),
        (vec![small.to_owned()], 10_240, true),
    ] {
        let items: Vec<&str> = earlier.iter().map(String::as_str).chain([sale]).collect();
        let found = of(&items, &[&format!("2026-03-18 {paid} PO-2")]);
        let told = notes(&found, "payout").into_iter().any(|[id, _]| id == "carries");
        assert_eq!(told, is_carried, "{earlier:?} {paid}");
    }
}

/// A card that pays the same amount at the same terminal again within ten minutes.
#[test]
fn a_sale_that_looks_like_one_made_twice() {
    let card = "card=4111111111111111";
    let pair = |time: &str, amount: i64, response: &str, more: &str| {
        let rows = [
            format!("10:00:00 T>A 0200 000000 000001 . 500 {card}"),
            "10:00:00 A>T 0210 000000 000001 607510000001 500 00 A00001 0316".to_owned(),
            format!("{time} T>A 0200 000000 000002 . {amount} {card} {more}"),
            format!("{time} A>T 0210 000000 000002 607510000002 {amount} {response} A00002 0316 {more}"),
        ];
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let found = objects(&drawn_whole(&files(switch(&rows), clearing(&[]), bank(&[])), LATER));
        notes(&found, "transaction").into_iter().filter(|[id, _]| *id == "twin").count()
    };
    assert_eq!(pair("10:00:00", 500, "00", ""), 2);
    assert_eq!(pair("10:10:00", 500, "00", ""), 2);
    assert_eq!(pair("10:10:01", 500, "00", ""), 0);
    assert_eq!(pair("10:05:00", 501, "00", ""), 0);
    assert_eq!(pair("10:05:00", 500, "51", ""), 0);
    assert_eq!(pair("10:05:00", 500, "00", "terminal=20000002"), 0);
    assert_eq!(pair("10:05:00", 500, "00", "card=4242424242424242"), 0);
}
