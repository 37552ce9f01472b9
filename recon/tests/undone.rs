//! What undoes a transaction, or seems to: refused reversals, completions in parts, amounts altered on the way, reservations
//! that expire, dates on which more is given back than sold.

mod common;

use common::{bank, check, clearing, files, identity, objects, run, switch};
use serde_json::Value;

const LATER: &str = "2026-03-18T10:00";

fn line_of(objects: &[Value], kind: &str) -> Value {
    objects.iter().find(|object| object["kind"] == kind).cloned().unwrap()
}

fn notes(line: &Value) -> Vec<&str> {
    line["notes"].as_array().unwrap().iter().map(|note| note["id"].as_str().unwrap()).collect()
}

/// 12 to a reversal of what was approved is a refusal, on whichever link and however often it is asked: the sale stands,
/// and somebody has to act. To what nobody approved it says that there is nothing to undo.
#[test]
fn a_refused_reversal_undoes_nothing() {
    let approved = [
        "10:00:00 T>A 0200 000000 000001 . 10000",
        "10:00:00 A>N 0200 000000 000001 607510000001 10000",
        "10:00:01 N>A 0210 000000 000001 607510000001 10000 00 A00001 0316",
    ];
    let asked = [
        "10:00:30 A>N 0420 000000 000001 607510000001 10000 68",
        "10:00:40 A>N 0421 000000 000001 607510000001 10000 68",
    ];
    let refused = [
        "10:00:31 N>A 0430 000000 000001 607510000001 10000 12",
        "10:00:41 N>A 0430 000000 000001 607510000001 10000 12",
    ];
    for times in 1..=2 {
        let mut rows = approved.to_vec();
        rows.extend(&asked[..times]);
        rows.extend(&refused[..times]);
        let sale = ["sale 607510000001 000001 10000 60 9940 PO-1"];
        let paid = ["2026-03-17 9940 PO-1"];
        let found = objects(&run(&files(switch(&rows), clearing(&sale), bank(&paid)), LATER));
        let line = line_of(&found, "transaction");
        assert_eq!((&line["class"], &line["exception"]), (&Value::from("one-sided"), &Value::from(true)));
        assert_eq!(line["states"]["authorized"], "yes", "the approval stands");
        assert!(
            notes(&line).contains(&"reversal-refused") && !notes(&line).contains(&"unconfirmed-reversals"),
            "{line}"
        );
        assert_eq!(identity(&found, 1), "10000 = 10000 - 0 - 0 + 0 + 0");
        // and once it is answered with 00, it is undone
        rows.push("10:01:00 A>N 0421 000000 000001 607510000001 10000 68");
        rows.push("10:01:01 N>A 0430 000000 000001 607510000001 10000 00 . 0316");
        let found = objects(&run(&files(switch(&rows), clearing(&[]), bank(&[])), LATER));
        let line = line_of(&found, "transaction");
        assert_eq!(line["class"], "reversed", "{line}");
        assert!(!notes(&line).contains(&"reversal-refused"), "{line}");
    }
    for code in ["12", "21", "25"] {
        let unknown = [
            "10:00:00 T>A 0200 000000 000001 . 10000",
            "10:00:30 T>A 0400 000000 000001 . 10000 98",
            &format!("10:00:31 A>T 0410 000000 000001 . 10000 {code}"),
        ];
        check(&unknown, &[], &[], LATER, &["T reversed | S01 S02 S03 | 10000"]);
    }
}

/// What was refused for its MAC says nothing, whatever it says: an octet of it was another one. It is told with the transaction
/// of its terminal and STAN, and neither ends it nor changes what is left of it.
#[test]
fn what_is_refused_for_its_mac_is_no_transaction_and_changes_none() {
    let sale = [
        "10:00:00 T>A 0200 000000 000001 . 10000 batch=000001",
        "10:00:00 A>N 0200 000000 000001 607510000001 10000",
        "10:00:01 N>A 0210 000000 000001 607510000001 10000 00 A00001 0316",
        "10:00:01 A>T 0210 000000 000001 607510000001 10000 00 A00001 0316 batch=000001",
    ];
    let refused = |time: &str, mti: &str, response: &str, amount: &str, batch: &str| {
        [
            format!("{time}:00 T>A {mti} 000000 000001 . {amount} batch={batch}"),
            format!("{time}:01 A>T {response} 000000 000001 . {amount} A0 batch={batch}"),
        ]
    };
    let back = [
        "10:20:00 T>A 0400 000000 000001 . 10000 98 batch=000001",
        "10:20:01 A>T 0410 000000 000001 . 10000 00 batch=000001",
    ];
    for (amount, batch) in
        [("10000", "000001"), ("10000", "000003"), ("10400", "000001"), ("9000000", "000003")]
    {
        for time in ["10:10", "10:30"] {
            let request = refused(time, "0200", "0210", amount, batch);
            let rows: Vec<&str> = sale.iter().copied().chain(request.iter().map(String::as_str)).collect();
            check(
                &rows,
                &["sale 607510000001 000001 10000 60 9940 PO-1"],
                &["2026-03-17 9940 PO-1"],
                LATER,
                &["P payout | B01 | 9940", "T matched | C01 S01 S02 S03 S04 S05 S06 | 10000"],
            );
            let reversal = refused(time, "0400", "0410", amount, batch);
            let mut rows: Vec<&str> = sale.iter().copied().chain(back).collect();
            rows.extend(reversal.iter().map(String::as_str));
            rows.sort_unstable();
            check(&rows, &[], &[], LATER, &["T reversed | S01 S02 S03 S04 S05 S06 S07 S08 | 10000"]);
        }
    }
}

/// One reservation that is charged in parts: each part is a transaction, compared with its own clearing record; what takes
/// one back is of that one; what was declined, or reversed, is no part.
#[test]
fn a_pre_authorization_is_completed_in_parts() {
    let hold = [
        "09:00:00 T>A 0100 030000 000001 . 30000 condition=06 type_code=10",
        "09:00:01 A>T 0110 030000 000001 607509000001 30000 00 A00001 0316 condition=06 type_code=10",
    ];
    let part = |stan: &str, time: &str, amount: &str, code: &str| {
        let of = format!(
            "000000 {stan} . {amount} condition=06 type_code=20 original_stan=000001 approval=A00001"
        );
        let answer =
            format!("000000 {stan} 607512{stan} {amount} {code} A00001 0316 condition=06 type_code=20");
        [format!("{time}:00 T>A 0200 {of}"), format!("{time}:01 A>T 0210 {answer}")]
    };
    let mut rows: Vec<String> = hold.iter().map(|row| (*row).to_owned()).collect();
    rows.extend(part("000002", "10:00", "40000", "61"));
    rows.extend(part("000003", "11:00", "12000", "00"));
    rows.extend(part("000004", "12:00", "16000", "00"));
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let sales =
        ["sale 607512000003 000003 12000 72 11928 PO-1", "sale 607512000004 000004 16000 96 15904 PO-1"];
    let found = check(
        &rows,
        &sales,
        &["2026-03-17 27832 PO-1"],
        LATER,
        &[
            "P payout | B01 | 27832",
            "T matched | C01 S01 S02 S03 S04 S05 S06 | 12000",
            "T matched | C02 S07 S08 | 16000",
        ],
    );
    assert_eq!(identity(&found, 1), "28000 = 28000 - 0 - 0 + 0 + 0");
    // the second part is voided: the first one stands
    let void = [
        "13:00:00 T>A 0200 200000 000005 . 16000 type_code=21 original_stan=000004",
        "13:00:01 A>T 0210 200000 000005 607513000005 16000 00 A00005 0316 type_code=21",
    ];
    let voided: Vec<&str> = rows.iter().copied().chain(void).collect();
    check(
        &voided,
        &sales[..1],
        &["2026-03-17 11928 PO-1"],
        LATER,
        &[
            "P payout | B01 | 11928",
            "T matched | C01 S01 S02 S03 S04 S05 S06 | 12000",
            "T reversed | S07 S08 S09 S10 | 16000",
        ],
    );
}

/// The amount was altered between two hosts, and a partial reversal corrected it: one transaction with one amount.
#[test]
fn a_corrected_amount_is_one_transaction() {
    let rows = [
        "10:00:00 T>A 0200 000000 000001 . 50000",
        "10:00:00 A>I 0200 000000 500001 607510000001 60000",
        "10:00:01 I>A 0210 000000 500001 607510000001 50000 00 A00001 0316",
        "10:00:01 A>T 0210 000000 000001 607510000001 50000 00 A00001 0316",
        "0317T12:00:00 A>I 0420 000000 500009 607510000001 60000 32 replacement=50000 original_stan=500001",
        "0317T12:00:01 I>A 0430 000000 500009 607510000001 60000 00 . 0317",
    ];
    check(
        &rows,
        &["sale 607510000001 000001 50000 300 49700 PO-1"],
        &["2026-03-17 49700 PO-1"],
        LATER,
        &["P payout | B01 | 49700", "T matched | C01 S01 S02 S03 S04 S05 S06 | 50000"],
    );
    // two sales that share a reference, and nothing else, stay two
    let two = [
        "10:00:00 T>A 0200 000000 000001 . 50000 terminal=10000001",
        "10:00:01 A>T 0210 000000 000001 607510000001 50000 00 A00001 0316 terminal=10000001",
        "10:00:05 A>I 0200 000000 500001 607510000001 60000 terminal=20000002",
        "10:00:06 I>A 0210 000000 500001 607510000001 60000 00 A00002 0316 terminal=20000002",
    ];
    let found = objects(&run(&files(switch(&two), clearing(&[]), bank(&[])), "2026-03-16T12:00"));
    assert_eq!(found.iter().filter(|object| object["kind"] == "transaction").count(), 2);
}

/// The response says for how long the reservation is valid, in days, hours or minutes: after that nothing is held, to
/// the second, and the verdict says since when. What is no such code says nothing.
#[test]
fn a_reservation_expires_when_its_response_says_so() {
    let asked = "09:00:00 T>A 0100 030000 000001 . 10000 condition=06 type_code=10";
    let held = |code: &str| {
        format!(
            "09:00:01 A>T 0110 030000 000001 607509000001 10000 00 A00001 0316 condition=06 type_code=10 life_cycle={code}"
        )
    };
    let late = [
        "0317T12:00:00 T>A 0200 000000 000002 . 8500 condition=06 type_code=20 original_stan=000001 approval=A00001",
        "0317T12:00:01 A>T 0210 000000 000002 607612000002 8500 25 . 0317 condition=06 type_code=20",
    ];
    for (code, before, after, until) in [
        ("101", "2026-03-17T09:00:00", "2026-03-17T09:00:01", "2026-03-17 09:00:01"),
        ("201", "2026-03-16T10:00:00", "2026-03-16T10:00:01", "2026-03-16 10:00:01"),
        ("330", "2026-03-16T09:30:00", "2026-03-16T09:30:01", "2026-03-16 09:30:01"),
    ] {
        let held = held(code);
        let of = |rows: &[&str], as_of: &str| {
            line_of(&objects(&run(&files(switch(rows), clearing(&[]), bank(&[])), as_of)), "transaction")
        };
        assert_eq!(of(&[asked, &held], before)["class"], "preauth-open");
        let line = of(&[asked, &held], after);
        assert_eq!(
            (&line["class"], &line["exception"]),
            (&Value::from("preauth-expired"), &Value::from(false))
        );
        assert_eq!(line["states"]["authorized"], "returned");
        let said = line["notes"].to_string();
        assert!(said.contains(until), "{said}");
        let line = of(&[asked, &held, late[0], late[1]], LATER);
        assert_eq!(
            (&line["class"], &line["exception"]),
            (&Value::from("preauth-expired"), &Value::from(true))
        );
    }
    for code in ["030", "400", "1300", "13", "abc"] {
        let rows = [asked.to_owned(), held(code)];
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let found = objects(&run(&files(switch(&rows), clearing(&[]), bank(&[])), LATER));
        assert_eq!(line_of(&found, "transaction")["class"], "preauth-open", "{code}");
    }
}

/// The reversal of what was approved in part names what was approved, or what was asked for. Nothing is left either way.
#[test]
fn an_approval_in_part_is_reversed_whole() {
    for reversed in [6000, 10000] {
        let reversal = format!("10:05:00 T>A 0400 000000 000001 . {reversed} 98");
        let confirmed = format!("10:05:01 A>T 0410 000000 000001 607510000001 {reversed} 00 . 0316");
        check(
            &[
                "10:00:00 T>A 0200 000000 000001 . 10000",
                "10:00:01 A>T 0210 000000 000001 607510000001 6000 10 A00001 0316",
                &reversal,
                &confirmed,
            ],
            &[],
            &[],
            LATER,
            &["T reversed | S01 S02 S03 S04 | 6000"],
        );
    }
}

/// A refund, an adjustment, a void or a completion was lost, and is reversed: the reversal repeats which transaction the
/// lost request was about, and leaves that alone.
#[test]
fn the_reversal_of_a_lost_request_does_not_reverse_what_that_was_about() {
    for kind in ["20", "23", "25", "32"] {
        let reversal = format!(
            "10:05:00 T>A 0400 200000 000002 . 4000 98 . . batch=000001 type_code={kind} original_stan=000001 \
             original_batch=000001"
        );
        check(
            &[
                "10:00:00 T>A 0200 000000 000001 . 10000 batch=000001 type_code=22",
                "10:00:01 A>T 0210 000000 000001 607510000001 10000 00 A00001 0316 batch=000001 type_code=22",
                &reversal,
                "10:05:01 A>T 0410 200000 000002 . 4000 25 . . batch=000001",
            ],
            &["sale 607510000001 000001 10000 60 9940 PO-1"],
            &["2026-03-17 9940 PO-1"],
            LATER,
            &["T matched | C01 S01 S02 | 10000", "T reversed | S03 S04 | 4000", "P payout | B01 | 9940"],
        );
    }
}

/// Totals that did not agree are compared item by item. An item names its transaction (DE 90) and is no second one, be it
/// of a sale, a refund or a completion.
#[test]
fn an_item_of_totals_belongs_to_the_transaction_that_it_names() {
    let item = |code: &str, more: &str| {
        [
            format!("23:00:00 A>I 0320 {code} 500002 607510000001 10000 . . . original_stan=500001 {more}"),
            format!("23:00:01 I>A 0330 {code} 500002 607510000001 10000 00 . 0316 {more}"),
        ]
    };
    let both = |mti: [&str; 2], code: &str, more: &str| {
        let [asks, says] = mti;
        [
            format!("10:00:00 T>A {asks} {code} 000001 . 10000 {more}"),
            format!("10:00:01 A>I {asks} {code} 500001 607510000001 10000 {more}"),
            format!("10:00:02 I>A {says} {code} 500001 607510000001 10000 00 A00001 0316 {more}"),
            format!("10:00:03 A>T {says} {code} 000001 607510000001 10000 00 A00001 0316 {more}"),
        ]
    };
    let records = "C01 S01 S02 S03 S04 S05 S06";
    for (mti, code, more, clearing, paid, line) in [
        (["0200", "0210"], "000000", "", "sale 607510000001 000001 10000 0 10000 PO-1", 10000, "matched"),
        (
            ["0200", "0210"],
            "000000",
            "condition=06",
            "sale 607510000001 000001 10000 0 10000 PO-1",
            10000,
            "matched",
        ),
        (
            ["0220", "0230"],
            "200000",
            "",
            "refund 607510000001 000001 -10000 0 -10000 PO-1",
            -10000,
            "matched-refund",
        ),
    ] {
        let messages = [both(mti, code, more).to_vec(), item(code, more).to_vec()].concat();
        let messages: Vec<&str> = messages.iter().map(String::as_str).collect();
        let amount = paid;
        check(
            &messages,
            &[clearing],
            &[&format!("2026-03-17 {paid} PO-1")],
            LATER,
            &[&format!("T {line} | {records} | {amount}"), &format!("P payout | B01 | {paid}")],
        );
    }
}
