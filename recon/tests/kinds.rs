//! One small day for each kind of thing that goes wrong, or looks as if it did.

mod common;

use common::{check, identity};

const LATER: &str = "2026-03-18T10:00";

#[test]
fn a_partial_approval_is_compared_with_what_was_approved() {
    let objects = check(
        &[
            "10:00:00 T>A 0200 000000 000001 . 10000",
            "10:00:01 A>T 0210 000000 000001 607510000001 6000 10 A00001 0316",
        ],
        &["sale 607510000001 000001 6000 36 5964 PO-1"],
        &["2026-03-17 5964 PO-1"],
        LATER,
        &["T matched | C01 S01 S02 | 6000", "P payout | B01 | 5964"],
    );
    assert_eq!(identity(&objects, 1), "6000 = 6000 - 0 - 0 + 0 + 0");
    check(
        &[
            "10:00:00 T>A 0200 000000 000001 . 10000",
            "10:00:01 A>T 0210 000000 000001 607510000001 6000 10 A00001 0316",
        ],
        &["sale 607510000001 000001 10000 60 9940 PO-1"],
        &["2026-03-17 9940 PO-1"],
        LATER,
        &["T amount-differs! | C01 S01 S02 | 6000", "P payout | B01 | 9940"],
    );
}

#[test]
fn a_partial_reversal_leaves_the_rest() {
    check(
        &[
            "10:00:00 T>A 0200 000000 000001 . 10000",
            "10:00:01 A>T 0210 000000 000001 607510000001 10000 00 A00001 0316",
            "10:05:00 T>A 0400 000000 000001 . 10000 98 replacement=7000",
            "10:05:01 A>T 0410 000000 000001 607510000001 10000 00 . 0316",
        ],
        &["sale 607510000001 000001 7000 42 6958 PO-1"],
        &["2026-03-17 6958 PO-1"],
        LATER,
        &["T matched | C01 S01 S02 S03 S04 | 7000", "P payout | B01 | 6958"],
    );
}

#[test]
fn a_void_takes_its_sale_back() {
    let messages = [
        "10:00:00 T>A 0200 000000 000001 . 10000 batch=000001 type_code=22",
        "10:00:01 A>T 0210 000000 000001 607510000001 10000 00 A00001 0316 batch=000001 type_code=22",
        "10:05:00 T>A 0200 200000 000002 . 10000 batch=000001 type_code=23 original_stan=000001 original_batch=000001",
        "10:05:01 A>T 0210 200000 000002 607510000002 10000 00 A00002 0316 batch=000001 type_code=23",
    ];
    check(&messages, &[], &[], LATER, &["T reversed | S01 S02 S03 S04 | 10000"]);
    let objects = check(
        &messages,
        &["sale 607510000001 000001 10000 60 9940 PO-1"],
        &["2026-03-17 9940 PO-1"],
        LATER,
        &["T reversed-but-cleared! | C01 S01 S02 S03 S04 | 10000", "P payout | B01 | 9940"],
    );
    assert_eq!(identity(&objects, 1), "0 = 10000 - 0 - 10000 + 0 + 0");
    check(
        &messages,
        &[
            "sale 607510000001 000001 10000 60 9940 PO-1",
            "reversal 607510000001 000001 -10000 -60 -9940 PO-1",
        ],
        &[],
        LATER,
        &["T reversed | C01 C02 S01 S02 S03 S04 | 10000", "P carried |  | 0"],
    );
}

#[test]
fn a_pre_authorization_is_cleared_by_its_completion() {
    let hold = [
        "09:00:00 T>A 0100 030000 000001 . 10000 condition=06 type_code=10",
        "09:00:01 A>T 0110 030000 000001 607509000001 10000 00 A00001 0316 condition=06 type_code=10",
    ];
    let completion = [
        "12:00:00 T>A 0200 000000 000002 . 8500 condition=06 type_code=20 original_stan=000001 approval=A00001",
        "12:00:01 A>T 0210 000000 000002 607512000002 8500 00 A00001 0316 condition=06 type_code=20",
    ];
    let all = [hold, completion].concat();
    let objects = check(
        &all,
        &["sale 607512000002 000002 8500 51 8449 PO-1"],
        &["2026-03-17 8449 PO-1"],
        LATER,
        &["T matched | C01 S01 S02 S03 S04 | 8500", "P payout | B01 | 8449"],
    );
    assert_eq!(identity(&objects, 1), "8500 = 8500 - 0 - 0 + 0 + 0");
    let objects = check(
        &hold,
        &["sale 607512000009 000009 1 0 1 PO-1"],
        &[],
        "2026-03-17T08:00",
        &["T preauth-open | S01 S02 | 10000", "X missing-in-switch! | C01 | 1", "P open |  | 1"],
    );
    assert_eq!(identity(&objects, 1), "0 = 1 - 0 - 1 + 0 + 0");
    check(
        &hold,
        &["sale 607512000009 000009 1 0 1 PO-1"],
        &["2026-03-17 1 PO-1"],
        "2026-04-20T08:00",
        &["T preauth-open! | S01 S02 | 10000", "X missing-in-switch! | C01 | 1", "P payout | B01 | 1"],
    );
}

#[test]
fn a_cancelled_pre_authorization_is_reversed() {
    check(
        &[
            "09:00:00 T>A 0100 030000 000001 . 10000 condition=06 type_code=10",
            "09:00:01 A>T 0110 030000 000001 607509000001 10000 00 A00001 0316",
            "10:00:00 T>A 0100 200000 000002 . 10000 condition=06 type_code=11 original_stan=000001",
            "10:00:01 A>T 0110 200000 000002 607510000002 10000 00 A00001 0316",
        ],
        &[],
        &[],
        LATER,
        &["T reversed | S01 S02 S03 S04 | 10000"],
    );
}

#[test]
fn a_late_response_does_not_bring_a_reversed_sale_back() {
    check(
        &[
            "10:00:00 T>A 0200 000000 000001 . 10000",
            "10:00:00 A>N 0200 000000 000001 607510000001 10000",
            "10:00:30 A>N 0420 000000 000001 607510000001 10000 68",
            "10:00:31 N>A 0430 000000 000001 607510000001 10000 00 . 0316",
            "10:00:40 N>A 0210 000000 000001 607510000001 10000 00 A00001 0316",
            "10:00:41 A>T 0210 000000 000001 607510000001 10000 68 . 0316",
        ],
        &[],
        &[],
        LATER,
        &["T reversed | S01 S02 S03 S04 S05 S06 | 10000"],
    );
}

#[test]
fn repeats_are_one_transaction() {
    check(
        &[
            "10:00:00 T>A 0220 200000 000001 . 2000",
            "10:01:00 T>A 0221 200000 000001 . 2000",
            "10:02:00 T>A 0221 200000 000001 . 2000",
            "10:02:01 A>T 0230 200000 000001 607510000001 2000 00 A00001 0316",
        ],
        &["refund 607510000001 000001 -2000 0 -2000 PO-1", "sale 607510000002 000002 5000 30 4970 PO-1"],
        &["2026-03-17 2970 PO-1"],
        LATER,
        &[
            "T matched-refund | C01 S01 S02 S03 S04 | -2000",
            "X missing-in-switch! | C02 | 5000",
            "P payout | B01 | 2970",
        ],
    );
}

#[test]
fn a_stan_that_begins_anew_is_another_sale() {
    check(
        &[
            "10:00:00 T>A 0200 000000 000001 . 10000",
            "10:00:01 A>T 0210 000000 000001 607510000001 10000 00 A00001 0316",
            "10:10:00 T>A 0200 000000 000001 . 700",
            "10:10:01 A>T 0210 000000 000001 607510000011 700 00 A00011 0316",
        ],
        &["sale 607510000001 000001 10000 0 10000 PO-1", "sale 607510000011 000001 700 0 700 PO-1"],
        &["2026-03-17 10700 PO-1"],
        LATER,
        &["T matched | C01 S01 S02 | 10000", "T matched | C02 S03 S04 | 700", "P payout | B01 | 10700"],
    );
}

#[test]
fn hops_with_other_stans_are_joined_by_rrn_or_by_time() {
    check(
        &[
            "10:00:00 T>A 0200 000000 000001 . 10000",
            "10:00:00 A>N 0200 000000 900001 607510000001 10000",
            "10:00:01 N>A 0210 000000 900001 607510000001 10000 00 A00001 0316",
            "10:00:02 A>T 0210 000000 000001 607510000001 10000 00 A00001 0316",
            "11:00:00 T>A 0200 000000 000002 . 500",
            "11:00:00 A>N 0200 000000 900002 607511000002 500",
            "11:00:01 N>A 0210 000000 900002 607511000002 500 00 A00002 0316",
        ],
        &["sale 607510000001 000001 10000 0 10000 PO-1", "sale 607511000002 000002 500 0 500 PO-1"],
        &["2026-03-17 10500 PO-1"],
        LATER,
        &[
            "T matched | C01 S01 S02 S03 S04 | 10000",
            "T one-sided! | C02 S05 S06 S07 | 500",
            "P payout | B01 | 10500",
        ],
    );
}

#[test]
fn declined_but_cleared_and_missing_in_switch() {
    let objects = check(
        &[
            "10:00:00 T>A 0200 000000 000001 . 10000",
            "10:00:01 A>T 0210 000000 000001 607510000001 10000 51 . 0316",
        ],
        &["sale 607510000001 000001 10000 60 9940 PO-1", "sale 607510000777 000777 400 2 398 PO-1"],
        &["2026-03-17 10338 PO-1"],
        LATER,
        &[
            "T declined-but-cleared! | C01 S01 S02 | 10000",
            "X missing-in-switch! | C02 | 400",
            "P payout | B01 | 10338",
        ],
    );
    assert_eq!(identity(&objects, 1), "0 = 10400 - 0 - 10400 + 0 + 0");
}

#[test]
fn a_request_without_a_response_is_unknown() {
    let request = ["10:00:00 T>A 0200 000000 000001 . 10000"];
    check(&request, &[], &[], "2026-03-16T12:00", &["T unknown-outcome | S01 | 10000"]);
    check(&request, &[], &[], LATER, &["T unknown-outcome! | S01 | 10000"]);
    let objects = check(
        &request,
        &["sale 607510000001 000001 10000 60 9940 PO-1"],
        &["2026-03-17 9940 PO-1"],
        LATER,
        &["T one-sided! | C01 S01 | 10000", "P payout | B01 | 9940"],
    );
    assert_eq!(identity(&objects, 1), "0 = 10000 - 0 - 10000 + 0 + 0");
}

#[test]
fn two_of_one_and_one_of_the_other_are_ambiguous() {
    let sales = [
        "10:00:00 T>A 0200 000000 000001 . 500 card=4111111111111111",
        "10:00:01 A>T 0210 000000 000001 607510000001 500 00 A00001 0316",
        "10:30:00 T>A 0200 000000 000002 . 500 card=4111111111111111",
        "10:30:01 A>T 0210 000000 000002 607510000002 500 00 A00001 0316",
    ];
    let record = "sale . . 500 3 497 PO-1 approval=A00001 card=4111111111111111 terminal=";
    let objects = check(
        &sales,
        &[record],
        &["2026-03-17 497 PO-1"],
        LATER,
        &["X ambiguous! | C01 S01 S02 S03 S04 | 1000", "P payout | B01 | 497"],
    );
    assert_eq!(identity(&objects, 1), "1000 = 500 - 0 - 500 + 0 + 1000");
    let objects = check(
        &sales,
        &[record, record],
        &["2026-03-17 994 PO-1"],
        LATER,
        &["T matched | C01 C02 S01 S02 S03 S04 | 1000", "P payout | B01 | 994"],
    );
    assert_eq!(identity(&objects, 1), "1000 = 1000 - 0 - 0 + 0 + 0");
}

#[test]
fn parts_of_one_approval_are_no_duplicates() {
    let sale = [
        "10:00:00 T>A 0200 000000 000001 . 10000",
        "10:00:01 A>T 0210 000000 000001 607510000001 10000 00 A00001 0316",
    ];
    check(
        &sale,
        &[
            "sale 607510000001 000001 6000 0 6000 PO-1 reason=1403",
            "sale 607510000001 000001 4000 0 4000 PO-1 reason=1404",
        ],
        &["2026-03-17 10000 PO-1"],
        LATER,
        &["T matched | C01 C02 S01 S02 | 10000", "P payout | B01 | 10000"],
    );
    let part = ["sale 607510000001 000001 6000 0 6000 PO-1 reason=1403"];
    let objects = check(
        &sale,
        &part,
        &["2026-03-17 6000 PO-1"],
        LATER,
        &["T partly-cleared | C01 S01 S02 | 10000", "P payout | B01 | 6000"],
    );
    assert_eq!(identity(&objects, 1), "10000 = 6000 - 0 - 0 + 4000 + 0");
    check(
        &sale,
        &part,
        &["2026-03-17 6000 PO-1"],
        "2026-04-18T10:00",
        &["T amount-differs! | C01 S01 S02 | 10000", "P payout | B01 | 6000"],
    );
}

#[test]
fn a_duplicate_that_was_withdrawn_is_none() {
    check(
        &[
            "10:00:00 T>A 0200 000000 000001 . 6600",
            "10:00:01 A>T 0210 000000 000001 607510000001 6600 00 A00001 0316",
        ],
        &[
            "sale 607510000001 000001 6600 40 6560 PO-1",
            "sale 607510000001 000001 6600 40 6560 PO-1",
            "reversal 607510000001 000001 -6600 -40 -6560 PO-1",
        ],
        &["2026-03-17 6560 PO-1"],
        LATER,
        &["T matched | C01 C02 C03 S01 S02 | 6600", "P payout | B01 | 6560"],
    );
}

/// A rule looks as many days ahead as it says, and no day more.
#[test]
fn a_match_is_within_the_days_of_its_rule() {
    let sale = [
        "10:00:00 T>A 0200 000000 000001 . 6600",
        "10:00:01 A>T 0210 000000 000001 607510000001 6600 00 A00001 0316",
    ];
    let clearing = |day| format!("sale 607510000001 000001 6600 0 6600 PO-1 settlement_date=2026-03-{day}");
    let check = |day, expected: &[&str]| {
        check(&sale, &[clearing(day).as_str()], &[], "2026-03-25T10:00", expected);
    };
    check(23, &["P missing-in-bank! |  | 6600", "T date-differs | C01 S01 S02 | 6600"]);
    check(
        24,
        &["P open |  | 6600", "T missing-in-clearing! | S01 S02 | 6600", "X missing-in-switch! | C01 | 6600"],
    );
}

#[test]
fn other_currencies_and_other_days() {
    let sale = [
        "10:00:00 T>A 0200 000000 000001 . 6600",
        "10:00:01 A>T 0210 000000 000001 607510000001 6600 00 A00001 0316",
    ];
    check(
        &sale,
        &["sale 607510000001 000001 900 0 900 PO-1 currency=USD"],
        &["2026-03-17 900 PO-1 currency=USD"],
        LATER,
        &["T currency-differs! | C01 S01 S02 | 6600", "P payout | B01 | 900"],
    );
    check(
        &sale,
        &["sale 607510000001 000001 6600 0 6600 PO-1"],
        &["2026-03-17 900 PO-1 currency=USD"],
        LATER,
        &["T matched | C01 S01 S02 | 6600", "P currency-differs! | B01 | 900"],
    );
    check(
        &sale,
        &["sale 607510000001 000001 6600 0 6600 PO-1 settlement_date=2026-03-17"],
        &["2026-03-18 6600 PO-1"],
        LATER,
        &["T cut-over | C01 S01 S02 | 6600", "P payout | B01 | 6600"],
    );
    check(
        &sale,
        &["sale 607510000001 000001 6600 0 6600 PO-1 settlement_date=2026-03-19"],
        &["2026-03-20 6600 PO-1"],
        "2026-03-21T10:00",
        &["T date-differs | C01 S01 S02 | 6600", "P payout | B01 | 6600"],
    );
}

#[test]
fn refunds_that_fail_or_exceed_the_sales() {
    check(
        &[
            "10:00:00 T>A 0220 200000 000001 . 2000",
            "10:00:01 A>T 0230 200000 000001 607510000001 2000 05 . 0316",
        ],
        &[],
        &[],
        LATER,
        &["T refund-failed! | S01 S02 | -2000"],
    );
    let objects = check(
        &[
            "10:00:00 T>A 0220 200000 000001 . 2000",
            "10:00:01 A>T 0230 200000 000001 607510000001 2000 00 A00001 0316",
        ],
        &["refund 607510000001 000001 -2000 0 -2000 PO-1"],
        &[],
        LATER,
        &["T matched-refund | C01 S01 S02 | -2000", "P carried |  | -2000"],
    );
    assert_eq!(identity(&objects, 3), "-2000 = 0 + 0 + -2000 + 0 + 0");
}

#[test]
fn chargebacks_fees_and_holds_stand_alone() {
    let objects = check(
        &[
            "10:00:00 T>A 0200 000000 000001 . 10000",
            "10:00:01 A>T 0210 000000 000001 607510000001 10000 00 A00001 0316",
        ],
        &[
            "sale 607510000001 000001 10000 60 9940 PO-1",
            "chargeback 606010000099 000099 -3000 0 -3000 PO-1 reason=4853",
            "fee . . 0 500 -500 PO-1",
            "hold . . -1000 . -1000 PO-1",
            "release . . 200 . 200 PO-1",
        ],
        &["2026-03-17 5640 PO-1"],
        LATER,
        &[
            "T matched | C01 S01 S02 | 10000",
            "X chargeback! | C02 | -3000",
            "X fee-collection | C03 | 0",
            "X held! | C04 | -1000",
            "X released | C05 | 200",
            "P payout | B01 | 5640",
        ],
    );
    assert_eq!(identity(&objects, 1), "10000 = 7000 - 0 - -3000 + 0 + 0");
    assert_eq!(identity(&objects, 3), "7000 = 5640 + 560 + 800 + 0 + 0");
}

#[test]
fn what_moves_no_money_is_a_line_of_its_own() {
    check(
        &[
            "08:00:00 T>A 0800 . 000001 . .",
            "08:00:01 A>T 0810 . 000001 . . 00",
            "09:00:00 T>A 0200 310000 000002 . .",
            "09:00:01 A>T 0210 310000 000002 607509000002 . 00 . 0316",
            "10:00:00 A>N 0520 . 000003 . . debit=100 debits=1",
            "10:00:01 N>A 0530 . 000003 . . 00 totals_result=2",
        ],
        &[],
        &[],
        LATER,
        &["N no-money | S01 S02 | -", "N no-money | S03 S04 | -", "N batch-out-of-balance! | S05 S06 | -"],
    );
}

/// What is no presentment stands alone, in the class of its kind.
#[test]
fn a_record_that_stands_alone_has_the_class_of_its_kind() {
    for (kind, gross, class) in [
        ("chargeback", "-3000", "chargeback"),
        ("representment", "3000", "representment"),
        ("retrieval", "0", "retrieval"),
        ("fee", "0", "fee-collection"),
        ("hold", "-1000", "held"),
        ("release", "1000", "released"),
        ("adjustment", "50", "adjustment"),
    ] {
        let row = format!("{kind} 606010000099 000099 {gross} 0 {gross} PO-1 reason=4853");
        let files = common::files(common::switch(&[]), common::clearing(&[&row]), common::bank(&[]));
        let found = common::written(&common::objects(&common::run(&files, LATER)));
        let (start, item) = (format!("X {class}"), "| C01 |");
        assert!(
            found.iter().any(|line| line.starts_with(&start) && line.contains(item)),
            "{kind}: {found:?}"
        );
    }
}
