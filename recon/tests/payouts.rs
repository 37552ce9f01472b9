//! Payouts and bank entries: what is paid, how, twice, short, back, together, or not at all; files that are no use.

mod common;

use cardwire_recon::record::Side;
use common::{File, bank, clearing, files, identity, objects, run, run_with, switch, written};

const LATER: &str = "2026-03-18T10:00";
const SALES: [&str; 2] =
    ["sale 607510000001 000001 10000 60 9940 PO-1", "sale 607510000002 000002 5000 30 4970 PO-1"];

fn messages() -> String {
    switch(&[
        "10:00:00 T>A 0200 000000 000001 . 10000",
        "10:00:01 A>T 0210 000000 000001 607510000001 10000 00 A00001 0316",
        "10:10:00 T>A 0200 000000 000002 . 5000",
        "10:10:01 A>T 0210 000000 000002 607510000002 5000 00 A00002 0316",
    ])
}

/// The lines that are about money on the statement.
#[track_caller]
fn check(
    clearing_rows: &[&str],
    bank_rows: &[&str],
    as_of: &str,
    expected: &[&str],
) -> Vec<serde_json::Value> {
    let objects = objects(&run(&files(messages(), clearing(clearing_rows), bank(bank_rows)), as_of));
    let mut found = written(&objects);
    found.retain(|line| !line.starts_with('T'));
    let mut expected: Vec<String> = expected.iter().map(|line| (*line).to_owned()).collect();
    expected.sort();
    assert_eq!(found, expected);
    objects
}

#[test]
fn a_payout_is_missing_when_it_is_due() {
    check(&SALES, &[], "2026-03-17T17:00", &["P open |  | 14910"]);
    let missing = check(&SALES, &[], "2026-03-17T18:00", &["P missing-in-bank! |  | 14910"]);
    assert_eq!(identity(&missing, 3), "15000 = 0 + 90 + 0 + 0 + 14910");
    // a Friday before the worked Saturday of the Spring Festival
    let friday = SALES.map(|row| format!("{row} settlement_date=2026-02-13"));
    let friday: Vec<&str> = friday.iter().map(String::as_str).collect();
    let found =
        written(&objects(&run(&files(switch(&[]), clearing(&friday), bank(&[])), "2026-02-14T20:00")));
    assert!(found.contains(&"P missing-in-bank! |  | 14910".to_owned()), "{found:?}");
}

#[test]
fn paid_twice_short_over_and_rounded() {
    let objects = check(
        &SALES,
        &["2026-03-17 14910 PO-1", "2026-03-17 14910 PO-1"],
        LATER,
        &["P paid-twice! | B01 B02 | 29820"],
    );
    assert_eq!(identity(&objects, 3), "15000 = 29820 + 90 + 0 + 0 + -14910");
    let objects = check(&SALES, &["2026-03-17 9940 PO-1"], LATER, &["P payout-short! | B01 | 9940"]);
    let note = |objects: &[serde_json::Value]| {
        let line = objects.iter().find(|object| object["kind"] == "payout").unwrap();
        line["notes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|note| note["id"].as_str().unwrap().to_owned())
            .filter(|id| id != "contains")
            .collect::<Vec<_>>()
    };
    assert_eq!(note(&objects), ["missing-item"], "the difference is the second sale");
    check(&SALES, &["2026-03-17 15000 PO-1"], LATER, &["P payout-over! | B01 | 15000"]);
    let small = ["sale 607510000001 000001 1250 8 1242 PO-1", "sale 607510000002 000002 1250 8 1242 PO-1"];
    let objects = check(&small, &["2026-03-17 2485 PO-1"], LATER, &["P payout | B01 | 2485"]);
    assert_eq!(note(&objects), ["rounding"]);
    assert_eq!(identity(&objects, 3), "2500 = 2485 + 15 + 0 + 0 + 0");
    check(&small, &["2026-03-17 2486 PO-1"], LATER, &["P payout-over! | B01 | 2486"]);
    check(&small, &["2026-03-17 2483 PO-1"], LATER, &["P payout-short! | B01 | 2483"]);
    // where no fee is taken, none is rounded
    let free = ["sale 607510000001 000001 2500 0 2500 PO-1", "sale 607510000002 000002 2500 0 2500 PO-1"];
    check(&free, &["2026-03-17 4999 PO-1"], LATER, &["P payout-short! | B01 | 4999"]);
    // nothing is due, and something is paid
    let nothing =
        ["sale 607510000001 000001 10000 0 10000 PO-1", "refund 607510000002 000002 -10000 0 -10000 PO-1"];
    let over = ["P payout-over! | B01 | 100", "X missing-in-switch! | C02 | -10000"];
    check(&nothing, &["2026-03-17 100 PO-1"], LATER, &over);
}

#[test]
fn a_split_payout_is_complete_or_short_when_the_rest_is_due() {
    let part = ["2026-03-17 10000 PO-1/1"];
    check(&SALES, &part, "2026-03-18T10:00", &["P payout-partly | B01 | 10000"]);
    check(&SALES, &part, "2026-03-20T10:00", &["P payout-short! | B01 | 10000"]);
    check(
        &SALES,
        &["2026-03-17 10000 PO-1/1", "2026-03-18 4910 PO-1/2"],
        LATER,
        &["P payout-split | B01 B02 | 14910"],
    );
}

#[test]
fn several_payouts_in_one_entry() {
    let sales = ["sale 607510000001 000001 10000 60 9940 PO-1", "sale 607510000002 000002 5000 30 4970 PO-2"];
    check(&sales, &["2026-03-17 14910 PO-1~PO-2"], LATER, &["P payout-merged | B01 | 14910"]);
    check(&sales, &["2026-03-17 14900 PO-1~PO-2"], LATER, &["P payout-short! | B01 | 14900"]);
}

#[test]
fn a_return_is_held_until_it_is_paid_again() {
    let payer = ["2026-03-17 -14910 PO-1", "2026-03-18 14910 RETURN~PO-1 return_reason=AC01"];
    let objects = check(&SALES, &payer, LATER, &["P returned! | B01 B02 | 0"]);
    assert_eq!(identity(&objects, 3), "15000 = 0 + 90 + 14910 + 0 + 0");
    let again = [payer[0], payer[1], "2026-03-19 -14910 PO-1R1"];
    check(&SALES, &again, "2026-03-20T10:00", &["P returned-paid-again | B01 B02 B03 | -14910"]);
    // the second transfer left before the first came back
    let early = [payer[0], "2026-03-17 -14910 PO-1R1", payer[1]];
    check(&SALES, &early, LATER, &["P paid-twice! | B01 B02 B03 | -14910"]);
}

#[test]
fn payouts_without_a_number_are_found_by_merchant_and_day() {
    let sales = ["sale 607510000001 000001 10000 60 9940 .", "sale 607510000002 000002 5000 30 4970 ."];
    let text = "2026-03-17 14910 POS~898110159990001~0316";
    check(&sales, &[text], LATER, &["P payout | B01 | 14910"]);
    check(
        &sales,
        &[text, text],
        LATER,
        &[
            "P missing-in-bank! |  | 14910",
            "X unexpected-in-bank! | B01 | 14910",
            "X unexpected-in-bank! | B02 | 14910",
        ],
    );
    check(
        &sales,
        &["2026-03-17 14910 SOMEBODY"],
        LATER,
        &["P missing-in-bank! |  | 14910", "X unexpected-in-bank! | B01 | 14910"],
    );
    // Friday, Saturday and Sunday in one credit of Monday
    let weekend = [
        "sale 607510000001 000001 10000 60 9940 . settlement_date=2026-03-20",
        "sale 607510000002 000002 5000 30 4970 . settlement_date=2026-03-21",
    ];
    check(
        &weekend,
        &["2026-03-23 14910 POS~898110159990001"],
        "2026-03-24T10:00",
        &["P payout-merged | B01 | 14910"],
    );
}

#[test]
fn an_entry_of_nobody_and_an_entry_in_two_statements() {
    check(
        &SALES,
        &["2026-03-17 14910 PO-1", "2026-03-17 -500 CHARGES", "2026-03-17 14910 PO-17"],
        LATER,
        &[
            "P payout | B01 | 14910",
            "X unexpected-in-bank! | B02 | -500",
            "X unexpected-in-bank! | B03 | 14910",
        ],
    );
    let mut all = files(messages(), clearing(&SALES), bank(&["2026-03-17 14910 PO-1 reference=R1"]));
    all.push(File {
        name: "bank2.csv".into(),
        side: Side::Bank,
        text: bank(&["2026-03-17 14910 PO-1~INTERIM reference=R1"]),
    });
    let found = written(&objects(&run(&all, LATER)));
    assert!(found.contains(&"P payout | B01 | 14910".to_owned()), "{found:?}");
    assert!(found.contains(&"X duplicate-entry | B01 | 14910".to_owned()), "{found:?}");
    // another bank counts its entries by itself
    all[3].text = bank(&["2026-03-17 14910 PO-1~INTERIM reference=R1 account=ACC-2"]);
    let found = written(&objects(&run(&all, LATER)));
    assert!(found.iter().all(|line| !line.contains("duplicate-entry")), "{found:?}");
}

#[test]
fn a_file_that_is_read_twice_changes_nothing_but_one_line() {
    let all = files(messages(), clearing(&SALES), bank(&["2026-03-17 14910 PO-1"]));
    let once = written(&objects(&run(&all, LATER)));
    for place in 0..3 {
        let mut twice = files(messages(), clearing(&SALES), bank(&["2026-03-17 14910 PO-1"]));
        let copy = File {
            name: format!("{}-copy", twice[place].name),
            side: twice[place].side,
            text: twice[place].text.clone(),
        };
        twice.push(copy);
        let found = objects(&run(&twice, LATER));
        let mut lines = written(&found);
        lines.retain(|line| line != "F duplicate-file |  | -");
        assert_eq!(lines, once);
        assert_eq!(
            found
                .iter()
                .filter(|object| object["class"] == "duplicate-file" && object["type"] == "line")
                .count(),
            1
        );
        assert_eq!(found.last().unwrap()["exit"], 0);
    }
}

#[test]
fn a_trailer_that_does_not_agree_is_a_line() {
    let text = format!("{}trailer,,,15000{}\n", clearing(&SALES), ",".repeat(17));
    let with = |text: String| {
        written(&objects(&run(&files(messages(), text, bank(&["2026-03-17 14910 PO-1"])), LATER)))
    };
    assert!(!with(text).iter().any(|line| line.starts_with('F')));
    let wrong = format!("{}trailer,,,15001{}\n", clearing(&SALES), ",".repeat(17));
    let found = with(wrong);
    assert!(found.contains(&"F file! |  | -".to_owned()), "{found:?}");
}

#[test]
fn sides_that_were_not_given_are_not_compared() {
    let clearing_only: Vec<File> = files(messages(), clearing(&SALES), bank(&[]))
        .into_iter()
        .filter(|file| file.side == Side::Clearing)
        .collect();
    let found = objects(&run(&clearing_only, LATER));
    assert!(written(&found).iter().all(|line| line.contains(" not-compared ")), "{:?}", written(&found));
    assert_eq!(found.last().unwrap()["exit"], 0);
    let switch_only: Vec<File> = files(messages(), clearing(&SALES), bank(&[]))
        .into_iter()
        .filter(|file| file.side == Side::Switch)
        .collect();
    assert_eq!(objects(&run(&switch_only, LATER)).last().unwrap()["exit"], 0);
}

#[test]
fn the_fee_of_a_contract_is_compared() {
    let rules = format!(
        "{}\n[[fee]]\nmerchant = \"898110159990001\"\nrate = 6000\n",
        cardwire_recon::engine::rules::DEFAULT
    );
    let all = files(
        messages(),
        clearing(&[SALES[0], "sale 607510000002 000002 5000 60 4940 PO-1"]),
        bank(&["2026-03-17 14880 PO-1"]),
    );
    let found = written(&objects(&run_with(&all, LATER, &rules, None)));
    assert!(found.contains(&"T fee-differs! | C02 S03 S04 | 5000".to_owned()), "{found:?}");
    assert!(found.contains(&"T matched | C01 S01 S02 | 10000".to_owned()), "{found:?}");
}

#[test]
fn what_was_carried_is_part_of_a_later_payout() {
    let carried = |entry: &str| {
        let rows = [
            "refund 607510000009 000009 -2000 0 -2000 PO-1",
            "sale 607510000001 000001 10000 60 9940 PO-2 settlement_date=2026-03-17",
        ];
        let mut found =
            written(&objects(&run(&files(messages(), clearing(&rows), bank(&[entry])), "2026-03-19T10:00")));
        found.retain(|line| line.starts_with('P'));
        found
    };
    assert_eq!(carried("2026-03-18 7940 PO-2"), ["P payout-merged | B01 | 7940"]);
    assert_eq!(carried("2026-03-18 9940 PO-2"), ["P carried |  | -2000", "P payout | B01 | 9940"]);
    assert_eq!(carried("2026-03-18 7941 PO-2"), ["P carried |  | -2000", "P payout-short! | B01 | 7941"]);
}

#[test]
fn a_payout_names_the_exceptions_that_it_contains() {
    let records = [
        "sale 607510000001 000001 10000 60 9940 PO-1 number=2",
        "sale 607510000001 000001 10000 60 9940 PO-1 number=9",
    ];
    let files = files(
        switch(&[
            "10:00:00 T>A 0200 000000 000001 . 10000",
            "10:00:01 A>T 0210 000000 000001 607510000001 10000 00 A00001 0316",
        ]),
        clearing(&records),
        bank(&["2026-03-17 19880 PO-1"]),
    );
    let objects = objects(&run(&files, LATER));
    let find = |class: &str| objects.iter().find(|object| object["class"] == class).unwrap();
    let words = find("payout")["notes"][0]["en"].as_str().unwrap();
    let item = find("duplicate-clearing")["item"].as_str().unwrap();
    assert_eq!(words, format!("contains {item} (duplicate clearing record) with 99.40"));
}
