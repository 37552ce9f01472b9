//! Totals of terminals, the names of items, and records in the order of time, beside what the documentation says of
//! them.

mod common;

use std::collections::BTreeSet;

use cardwire_recon::engine::class::Lang;
use cardwire_recon::engine::line::Line;
use cardwire_recon::engine::run::Run;
use common::{bank, clearing, drawn_whole, files, objects, switch};
use serde_json::Value;

const LATER: &str = "2026-03-18T10:00";

fn of(messages: &[String], items: &[&str], entries: &[&str]) -> Run {
    let messages: Vec<&str> = messages.iter().map(String::as_str).collect();
    drawn_whole(&files(switch(&messages), clearing(items), bank(entries)), LATER)
}

/// A sale and its response; `more` stands in both.
fn sale(time: &str, stan: u32, amount: i64, more: &str) -> [String; 2] {
    [
        format!("{time} T>A 0200 000000 {stan:06} . {amount} {more}"),
        format!("{time} A>T 0210 000000 {stan:06} 607510{stan:06} {amount} 00 A{stan:05} 0316 {more}"),
    ]
}

/// Totals of a terminal and the response to them.
fn totals(time: &str, stan: u32, request: &str, response: &str) -> [String; 2] {
    [
        format!("{time} T>A 0500 . {stan:06} . . {request}"),
        format!("{time} A>T 0510 . {stan:06} . . {response}"),
    ]
}

fn batches(objects: &[Value]) -> Vec<&Value> {
    objects.iter().filter(|line| line["amounts"]["host-debit"].is_i64()).collect()
}

/// A transaction counts in the first totals of its terminal that are not before it.
#[test]
fn each_transaction_counts_in_the_first_totals_after_it() {
    let mut rows = Vec::new();
    let sales = ["09:30:00", "10:00:00", "10:00:01", "11:00:00", "11:59:59", "12:00:01"];
    for (number, time) in (1u32..).zip(sales) {
        rows.extend(sale(time, number, 10_i64.pow(number), ""));
    }
    rows.extend(sale("10:30:00", 7, 3, "terminal=20000002"));
    for (stan, time) in [(11, "10:00:00"), (12, "11:00:00"), (13, "12:00:00")] {
        rows.extend(totals(time, stan, "", "00"));
    }
    let found = objects(&of(&rows, &[], &[]));
    let sums: Vec<(i64, i64)> = batches(&found)
        .iter()
        .map(|line| {
            let of = |name: &str| line["amounts"][name].as_i64().unwrap();
            assert_eq!((of("host-credit"), of("host-credits")), (0, 0));
            (of("host-debit"), of("host-debits"))
        })
        .collect();
    let sums: BTreeSet<(i64, i64)> = sums.into_iter().collect();
    assert_eq!(sums, BTreeSet::from([(110, 2), (11_000, 2), (100_000, 1)]));
}

/// The result that is told counts before totals that are compared, and these before the response code.
#[test]
fn the_result_of_totals() {
    let said = "debit=700 debits=1 credit=30 credits=2";
    let (yes, no, unknown) = ("batch-totals", "batch-out-of-balance", "batch-totals");
    for (request, response, class, batched) in [
        (said, "00 totals_result=1", yes, "yes"),
        (said, "95 totals_result=1", yes, "yes"),
        (said, "00 totals_result=2", no, "no"),
        (said, "00 totals_result=3", no, "no"),
        (said, &*format!("00 {said}"), yes, "yes"),
        (said, &*format!("95 {said}"), yes, "yes"),
        (said, "00 debit=701 debits=1 credit=30 credits=2", no, "no"),
        (said, "00 debit=700 debits=2 credit=30 credits=2", no, "no"),
        (said, "00 debit=700 debits=1 credit=31 credits=2", no, "no"),
        (said, "00 debit=700 debits=1 credit=30 credits=3", no, "no"),
        (said, "00", yes, "yes"),
        (said, "000", yes, "yes"),
        (said, "500", yes, "yes"),
        (said, "95", no, "no"),
        (said, "501", no, "no"),
        (said, "502", no, "no"),
        (said, "05", unknown, "unknown"),
        (said, "", unknown, "unknown"),
        ("", &*format!("00 {said}"), yes, "yes"),
        ("", &*format!("95 {said}"), no, "no"),
    ] {
        let mut rows = sale("10:00:00", 1, 700, "").to_vec();
        rows.extend(totals("11:00:00", 2, request, response));
        let run = of(&rows, &[], &[]);
        let found = objects(&run);
        let line = batches(&found)[0];
        assert_eq!(line["class"], class, "{response}");
        let is_unknown = line["notes"].as_array().unwrap().iter().any(|note| note["id"] == "no-response");
        assert_eq!(is_unknown, batched == "unknown", "{response}");
        let line = transaction(&run);
        let story = run.story(&line, Lang::En).join(" ");
        let words = match batched {
            "yes" => "In a balanced batch.",
            "no" => "Its batch is out of balance.",
            _ => "Its batch has no result.",
        };
        assert!(story.contains(words), "{response}: {story}");
    }
}

fn transaction(run: &Run) -> Line {
    let mut found = Vec::new();
    run.lines(&mut |line| found.push(line));
    found.into_iter().find(|line| line.states.is_some()).unwrap()
}

/// An item keeps its name from day to day: it is of what the request says, so that what comes later changes nothing,
/// and two that differ in any of it have two names.
#[test]
fn what_names_a_transaction() {
    let name = |rows: &[&str], items: &[&str]| {
        let rows: Vec<String> = rows.iter().map(|row| (*row).to_owned()).collect();
        transaction(&of(&rows, items, &[])).item
    };
    let request = "10:00:00 T>A 0200 000000 000001 . 10000";
    let response = "10:00:01 A>T 0210 000000 000001 607510000001 10000 00 A00001 0316";
    let item = "sale 607510000001 000001 10000 60 9940 PO-1";
    let known = name(&[request], &[]);
    assert_eq!(name(&[request, response], &[]), known);
    assert_eq!(name(&[request, response], &[item]), known);
    // without a STAN the RRN tells it
    let by_rrn = "10:00:00 T>A 0200 000000 . 607510000001 10000";
    let mut names = BTreeSet::from([known]);
    for (rows, is_new) in [
        (request.replace("10:00:00", "10:00:01"), true),
        (request.replace("000001", "000002"), true),
        (request.replace("10000", "10001"), true),
        (format!("{request} terminal=20000002"), true),
        (by_rrn.to_owned(), true),
        (by_rrn.replace("607510000001", "607510000002"), true),
        (request.replace(". 10000", "607510000009 10000"), false),
    ] {
        assert_eq!(names.insert(name(&[&rows], &[])), is_new, "{rows}");
    }
}

/// Records stand in the order of time, those that have a day alone behind the messages of the day.
#[test]
fn records_in_the_order_of_time() {
    let mut rows = sale("10:00:00", 1, 10_000, "").to_vec();
    rows[1] = rows[1].replace("10:00:00", "10:00:02");
    let run = of(&rows, &["sale 607510000001 000001 10000 60 9940 PO-1"], &["2026-03-17 9940 PO-1"]);
    let line = transaction(&run);
    let mut events = run.evidence(&line, Lang::En);
    events.extend(run.bank_evidence(&line, Lang::En));
    let told: Vec<[String; 4]> = events
        .iter()
        .map(|event| [event.clock(), event.when_text(), event.side.clone(), event.short.clone()])
        .collect();
    let expected = [
        ["10:00:00", "2026-03-16 10:00:00", "T>A", "0200"],
        ["10:00:02", "2026-03-16 10:00:02", "A>T", "0210 00"],
        ["03-16", "2026-03-16", "clearing", "sale 100.00"],
        ["03-17", "2026-03-17", "bank", "99.40"],
    ];
    assert_eq!(told, expected.map(|row| row.map(str::to_owned)));
    assert_eq!(
        events[1].words,
        "0210 financial response, acquirer CNY 100.00, DE 39 00, DE 38 A00001, STAN 000001, RRN 607510000001"
    );
    assert_eq!(events[2].words, "sale CNY 100.00, net 99.40 PO-1");
    assert_eq!(events[3].words, "CNY 99.40 PO-1");
    assert_eq!(events[0].link, Some(("T".to_owned(), "A".to_owned())));
}

/// One RRN on two links is one transaction on its way; on one link it is two, whatever else they have in common.
#[test]
fn one_number_on_two_links_or_on_one() {
    let front = "10:00:00 T>A 0200 000000 000001 607510000001 10000";
    let count = |other: &str| {
        let rows = [front.to_owned(), other.to_owned()];
        objects(&of(&rows, &[], &[])).iter().filter(|line| line["kind"] == "transaction").count()
    };
    for (other, transactions) in [
        ("10:00:01 A>N 0200 000000 000009 607510000001 10000", 1),
        ("10:00:01 T>A 0200 000000 000009 607510000001 10000", 2),
        ("10:00:01 A>N 0200 200000 000009 607510000001 10000", 2),
        ("10:00:01 A>N 0200 000000 000009 607510000001 10000 terminal=20000002", 2),
        ("10:00:01 A>N 0200 000000 000009 607510000001 10000 merchant=898110159990777", 2),
        ("10:00:01 A>N 0200 000000 000009 607510000002 10000 terminal=20000002", 2),
        // days later a number comes again
        ("0318T10:00:00 A>N 0200 000000 000009 607510000001 10000", 1),
        ("0318T10:00:01 A>N 0200 000000 000009 607510000001 10000", 2),
    ] {
        assert_eq!(count(other), transactions, "{other}");
    }
}

/// A completion that was taken back is not one that was declined: nobody has to look at the reservation that expired.
#[test]
fn a_reservation_whose_completion_was_reversed() {
    let more = "condition=06 type_code=10";
    let hold = [
        format!("09:00:00 T>A 0100 030000 000001 . 10000 {more}"),
        format!("09:00:01 A>T 0110 030000 000001 607509000001 10000 00 A00001 0316 {more} life_cycle=101"),
    ];
    let completion = |response: &str| {
        let more = "condition=06 type_code=20";
        [
            format!("12:00:00 T>A 0200 000000 000002 . 8500 {more} original_stan=000001 approval=A00001"),
            format!("12:00:01 A>T 0210 000000 000002 607512000002 8500 {response} . 0316 {more}"),
        ]
    };
    let reversal = [
        "12:00:05 T>A 0400 000000 000002 . 8500 98 condition=06 type_code=20".to_owned(),
        "12:00:06 A>T 0410 000000 000002 607512000002 8500 00 . 0316 condition=06 type_code=20".to_owned(),
    ];
    let story = |rows: &[String]| {
        let run = of(rows, &[], &[]);
        let line = transaction(&run);
        (line.class.id(), line.is_exception, run.story(&line, Lang::En).join(" "))
    };
    let declined = story(&[&hold[..], &completion("25")].concat());
    assert!(declined.1 && declined.2.contains("a completion was declined"), "{declined:?}");
    let reversed = story(&[&hold[..], &completion("00"), &reversal].concat());
    assert!(!reversed.1 && reversed.2.contains("it was not completed"), "{reversed:?}");
}
