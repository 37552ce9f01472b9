//! What is added up, and what is told apart first: totals of a terminal, days of a report, a difference by its share of
//! the items, amounts in other currencies.

mod common;

use cardwire::codes::Lang;
use cardwire_recon::output::reports;
use common::{bank, clearing, files, objects, run, switch, written};
use serde_json::Value;

const LATER: &str = "2026-03-18T10:00";

/// What a terminal says, and what the host counts for it.
fn counts(objects: &[Value]) -> Vec<[[i64; 4]; 2]> {
    let of = |line: &Value, before: &str| {
        ["debit", "debits", "credit", "credits"]
            .map(|name| line["amounts"][format!("{before}{name}")].as_i64().unwrap())
    };
    let lines = objects.iter().filter(|line| line["amounts"]["host-debit"].is_i64());
    lines.map(|line| [of(line, ""), of(line, "host-")]).collect()
}

/// What a host counts for a terminal: sales, what was given back, and no authorization that is not completed.
#[test]
fn the_host_counts_each_batch_by_itself() {
    let rows = [
        "09:00:00 T>A 0200 000000 000001 . 10000 batch=000001",
        "09:00:01 A>T 0210 000000 000001 607509000001 10000 00 A00001 0316 batch=000001",
        "09:10:00 T>A 0200 000000 000002 . 700 batch=000002",
        "09:10:01 A>T 0210 000000 000002 607509000002 700 00 A00002 0316 batch=000002",
        "09:20:00 T>A 0200 200000 000003 . 3000 batch=000001",
        "09:20:01 A>T 0210 200000 000003 607509000003 3000 00 A00003 0316 batch=000001",
        "09:30:00 T>A 0100 030000 000004 . 5000 batch=000001 condition=06 type_code=10",
        "09:30:01 A>T 0110 030000 000004 607509000004 5000 00 A00004 0316 batch=000001 condition=06 type_code=10",
        "09:40:00 T>A 0200 000000 000005 . 40 batch=000001",
        "09:40:01 A>T 0210 000000 000005 607509000005 40 51 . 0316 batch=000001",
        "10:00:00 T>A 0500 . 000006 . . batch=000001 debit=10000 debits=1 credit=3000 credits=1",
        "10:00:01 A>T 0510 . 000006 . . 00 batch=000001",
        "10:05:00 T>A 0500 . 000007 . . batch=000002 debit=700 debits=1 credit=0 credits=0",
        "10:05:01 A>T 0510 . 000007 . . 00 batch=000002",
    ];
    let found = objects(&run(&files(switch(&rows), clearing(&[]), bank(&[])), LATER));
    let mut found = counts(&found);
    found.sort_unstable();
    let [small, large] = [[700, 1, 0, 0], [10_000, 1, 3_000, 1]];
    assert_eq!(found, [[small, small], [large, large]]);
}

/// A difference that is a share of the items is told in hundredths of a percent.
#[test]
fn a_payout_that_is_short_by_a_share_says_by_which() {
    let rows = [
        "10:00:00 T>A 0200 000000 000001 . 10000",
        "10:00:01 A>T 0210 000000 000001 607510000001 10000 00 A00001 0316",
        "10:10:00 T>A 0200 000000 000002 . 5000",
        "10:10:01 A>T 0210 000000 000002 607510000002 5000 00 A00002 0316",
    ];
    let sales = ["sale 607510000001 000001 10000 60 9940 PO-1", "sale 607510000002 000002 5000 30 4970 PO-1"];
    for (paid, points) in [(14_895, Some(10)), (14_850, Some(40)), (14_909, None)] {
        let paid = format!("2026-03-17 {paid} PO-1");
        let found = objects(&run(&files(switch(&rows), clearing(&sales), bank(&[&paid])), LATER));
        let payout = found.iter().find(|object| object["kind"] == "payout").unwrap();
        let notes = payout["notes"].as_array().unwrap();
        let note = notes.iter().find(|note| note["id"] == "basis-points");
        let said = points.map(|points| format!("{points} basis points of the items"));
        assert_eq!(note.map(|note| note["en"].as_str().unwrap()), said.as_deref(), "{paid}: {notes:?}");
    }
}

/// The same number of units of another currency is another amount: where an amount has to be equal, no match.
#[test]
fn equal_numbers_of_two_currencies_are_not_matched_by_amount() {
    let rows = [
        "10:00:00 T>A 0200 000000 000001 . 6600",
        "10:00:01 A>T 0210 000000 000001 607510000001 6600 00 . 0316",
    ];
    let lines = |currency: &str| {
        let item = format!("sale 607510000001 . 6600 0 6600 PO-1 terminal=20000002 currency={currency}");
        written(&objects(&run(&files(switch(&rows), clearing(&[&item]), bank(&[])), LATER)))
    };
    assert!(lines("CNY").contains(&"T matched | C01 S01 S02 | 6600".to_owned()), "{:?}", lines("CNY"));
    let apart = lines("USD");
    assert!(apart.iter().all(|line| !(line.contains("C01") && line.contains("S01"))), "{apart:?}");
}

/// The lines of a day add up to its total, in number and amount.
#[test]
fn the_classes_of_a_day_add_up() {
    let rows = [
        "10:00:00 T>A 0200 000000 000001 . 10000",
        "10:00:01 A>T 0210 000000 000001 607510000001 10000 00 A00001 0316",
        "10:10:00 T>A 0200 000000 000002 . 5000",
        "10:10:01 A>T 0210 000000 000002 607510000002 5000 51 . 0316",
        "10:20:00 T>A 0200 200000 000003 . 700",
        "10:20:01 A>T 0210 200000 000003 607510000003 700 00 A00003 0316",
    ];
    let run = run(&files(switch(&rows), clearing(&[]), bank(&[])), LATER);
    let text = reports::days(&run, Lang::En);
    assert_eq!(
        text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>(),
        [
            "2026-03-16",
            "declined 1 CNY 50.00 declined",
            "missing-in-clearing 2 CNY 93.00 missing in clearing",
            "total",
            "2026-03-16 3 CNY 143.00"
        ]
    );
}

/// Who has to act reads what has waited longest first.
#[test]
fn exceptions_of_a_holder_are_the_oldest_first() {
    for (working, range) in [
        (-3, "not due"),
        (0, "not due"),
        (1, "1"),
        (2, "2-3"),
        (3, "2-3"),
        (4, "4-7"),
        (7, "4-7"),
        (8, "8-30"),
        (30, "8-30"),
        (31, "31-90"),
        (90, "31-90"),
        (91, "over 90"),
    ] {
        assert_eq!(reports::age_range(working), range, "{working}");
    }
    let mut rows = Vec::new();
    for (number, day) in [(1, "0316"), (2, "0310"), (3, "0312"), (4, "0304")] {
        rows.push(format!("{day}T10:00:00 T>A 0200 000000 00000{number} . 100"));
        rows.push(format!(
            "{day}T10:00:01 A>T 0210 000000 00000{number} 60751000000{number} 100 00 A0000{number} {day}"
        ));
    }
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let csv = reports::exceptions_csv(&run(&files(switch(&rows), clearing(&[]), bank(&[])), LATER), Lang::En)
        .unwrap();
    let mut lines = csv.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let head = lines.next().unwrap();
    let at = |name: &str| head.iter().position(|column| *column == name).unwrap();
    let (holder, days) = (at("holder"), at("working_days"));
    let found: Vec<(String, i64)> =
        lines.map(|cells| (cells[holder].to_owned(), cells[days].parse().unwrap())).collect();
    assert!(found.len() == 4 && found.iter().all(|(holder, _)| *holder == found[0].0), "{csv}");
    assert!(found.windows(2).all(|pair| pair[0].1 > pair[1].1), "{csv}");
}
