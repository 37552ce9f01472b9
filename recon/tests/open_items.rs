//! From day to day: what stays open is the next day's input, and closes when its records come.

mod common;

use cardwire_recon::engine::open;
use cardwire_recon::engine::run::Run;
use cardwire_recon::record::Side;
use common::{File, bank, clearing, objects, run, run_with, switch, written};

fn day(name: &str, side: Side, text: String) -> File {
    File { name: name.to_owned(), side, text }
}

fn open_items(run: &Run) -> String {
    let mut out = Vec::new();
    open::write(run, true, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn with_open(files: &[File], as_of: &str, open: &str) -> Run {
    run_with(files, as_of, cardwire_recon::engine::rules::DEFAULT, Some(open))
}

fn first_day() -> Vec<File> {
    let messages = switch(&[
        "10:00:00 T>A 0200 000000 000001 . 10000 card=4111111111111111",
        "10:00:01 A>T 0210 000000 000001 607510000001 10000 00 A00001 0316",
        "10:10:00 T>A 0200 000000 000002 . 5000",
        "10:10:01 A>T 0210 000000 000002 607510000002 5000 00 A00002 0316",
        "10:20:00 T>A 0200 000000 000003 . 700",
        "10:20:01 A>T 0210 000000 000003 607510000003 700 51 . 0316",
    ]);
    vec![
        day("s1", Side::Switch, messages),
        day("c1", Side::Clearing, clearing(&["sale 607510000001 000001 10000 60 9940 PO-1"])),
        day("b1", Side::Bank, bank(&["2026-03-16 1 OTHER"])),
    ]
}

#[test]
fn an_item_is_open_then_missing_then_found() {
    let one = run(&first_day(), "2026-03-16T23:00");
    assert_eq!(
        written(&objects(&one)),
        [
            "P open |  | 9940",
            "T declined | S105 S106 | 700",
            "T matched | C101 S101 S102 | 10000",
            "T open | S103 S104 | 5000",
            "X unexpected-in-bank! | B101 | 1",
        ]
        .map(|line| line.replace("S10", "S0").replace("C10", "C0").replace("B10", "B0"))
    );
    let open = open_items(&one);
    assert!(!open.contains("4111111111111111"));
    assert_eq!(
        open.lines().count(),
        1 + 3 + 2 + 1,
        "head, the sale that is not paid, the open one, the entry:\n{open}"
    );

    // the day after: its file is due and lacks the item, the payout has come
    let two = with_open(&[day("b2", Side::Bank, bank(&["2026-03-17 9940 PO-1"]))], "2026-03-17T20:00", &open);
    let found = objects(&two);
    let lines = written(&found);
    assert_eq!(
        lines,
        [
            "P payout | B01 | 9940",
            "T matched | C01 S01 S02 | 10000",
            "T missing-in-clearing! | S03 S04 | 5000",
            "X unexpected-in-bank! | B01 | 1",
        ]
    );
    let missing = found.iter().find(|object| object["class"] == "missing-in-clearing").unwrap();
    assert_eq!(missing["since"], "2026-03-16");
    assert!(found.iter().all(|object| object["holds"] != false));

    // and the day after that: the item comes late
    let open = open_items(&two);
    assert_eq!(open.lines().count(), 1 + 2 + 1, "what was paid is gone:\n{open}");
    let three = with_open(
        &[
            day(
                "c3",
                Side::Clearing,
                clearing(&["sale 607510000002 000002 5000 30 4970 PO-3 settlement_date=2026-03-17"]),
            ),
            day("b3", Side::Bank, bank(&["2026-03-18 4970 PO-3"])),
        ],
        "2026-03-18T20:00",
        &open,
    );
    let found = objects(&three);
    assert_eq!(
        written(&found),
        ["P payout | B01 | 4970", "T cut-over | C01 S03 S04 | 5000", "X unexpected-in-bank! | B01 | 1",]
    );
    assert!(found.iter().all(|object| object["holds"] != false));
    assert_eq!(open_items(&three).lines().count(), 2, "the entry alone");
}

#[test]
fn items_keep_their_names_from_day_to_day() {
    let one = run(&first_day(), "2026-03-16T23:00");
    let two = with_open(&[], "2026-03-17T20:00", &open_items(&one));
    let names = |run: &Run| {
        let found = objects(run);
        let lines = found.iter().filter(|object| object["type"] == "line" && object["class"] != "declined");
        let mut names: Vec<String> = lines.map(|line| line["item"].as_str().unwrap().to_owned()).collect();
        names.sort();
        names
    };
    assert_eq!(names(&one), names(&two));
}

#[test]
fn a_file_of_an_earlier_day_is_not_read_again() {
    let one = run(&first_day(), "2026-03-16T23:00");
    let open = open_items(&one);
    let again = objects(&with_open(&first_day(), "2026-03-16T23:00", &open));
    let lines = written(&again);
    assert_eq!(lines.iter().filter(|line| line.starts_with("F duplicate-file")).count(), 3, "{lines:?}");
    assert!(again.iter().all(|object| object["holds"] != false));
}

#[test]
fn an_exception_that_was_paid_waits_without_its_payout() {
    let files = [
        day(
            "s",
            Side::Switch,
            switch(&[
                "10:00:00 T>A 0200 000000 000001 . 10000",
                "10:00:01 A>T 0210 000000 000001 607510000001 10000 00 A00001 0316",
            ]),
        ),
        day("c", Side::Clearing, clearing(&["sale 607510000001 000001 12000 60 11940 PO-1"])),
        day("b", Side::Bank, bank(&["2026-03-17 11940 PO-1"])),
    ];
    let one = run(&files, "2026-03-18T10:00");
    let two = with_open(&[], "2026-03-19T10:00", &open_items(&one));
    let found = objects(&two);
    assert_eq!(written(&found), ["T amount-differs! | C01 S01 S02 | 10000"]);
    assert!(found.iter().all(|object| object["holds"] != false));
    let line = found.iter().find(|object| object["type"] == "line").unwrap();
    assert_eq!(line["states"]["funded"], "yes");
}
