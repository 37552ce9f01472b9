//! The code of an answer, and a file that comes twice under one number.

mod common;

use cardwire_recon::engine::class::Lang;
use cardwire_recon::engine::line::Line;
use cardwire_recon::engine::run::Run;
use cardwire_recon::output::{answer, reports, text};
use cardwire_recon::record::Side;
use common::{File, bank, clearing, files, objects, run, switch, written};

fn transactions(run: &Run) -> Vec<Line> {
    let mut found = Vec::new();
    run.lines(&mut |line| found.push(line));
    found.retain(|line| line.states.is_some());
    found
}

/// A sale that is settled a day later is not one that was taken back a day later.
#[test]
fn a_sale_of_the_next_date_is_no_adjustment() {
    let sale = [
        "10:00:00 T>A 0200 000000 000001 . 6600",
        "10:00:01 A>T 0210 000000 000001 607510000001 6600 00 A00001 0316",
    ];
    let item = ["sale 607510000001 000001 6600 0 6600 PO-1 settlement_date=2026-03-17"];
    let paid = ["2026-03-18 6600 PO-1"];
    let codes: Vec<&str> =
        transactions(&run(&files(switch(&sale), clearing(&item), bank(&paid)), "2026-03-18T10:00"))
            .iter()
            .map(answer::code)
            .collect();
    assert_eq!(codes, ["W00"]);
}

/// A file with the number of one that was read is another reading of it, whatever is in it.
#[test]
fn a_file_number_counts_once() {
    let of = |id: &str, rrn: u32| {
        let head =
            format!("kind,rrn,stan,gross,fee,net,terminal,settlement_date,file_id\nheader,,,,,,,,{id}\n");
        format!("{head}sale,60751000000{rrn},00000{rrn},100,0,100,10000001,2026-03-16,\n")
    };
    let lines = |ids: [&str; 2]| {
        let file = |name: &str, text: String| File { name: name.to_owned(), side: Side::Clearing, text };
        let files = [file("a.csv", of(ids[0], 1)), file("b.csv", of(ids[1], 2))];
        let found = written(&objects(&run(&files, "2026-03-17T10:00")));
        let count = |words: [&str; 2]| {
            found.iter().filter(|line| words.iter().any(|word| line.contains(word))).count()
        };
        (count(["F duplicate-file"; 2]), count(["A02", "B02"]))
    };
    assert_eq!(lines(["F-1", "F-2"]), (0, 2));
    assert_eq!(lines(["F-1", "F-1"]), (1, 1));
}

/// Whoever has until a day to do something is told what, before the day is over, too.
#[test]
fn what_is_due_has_an_action() {
    let sale = [
        "10:00:00 T>A 0200 000000 000001 . 6600",
        "10:00:01 A>T 0210 000000 000001 607510000001 6600 00 A00001 0316",
    ];
    let mut seen = [0, 0];
    for as_of in ["2026-03-16T12:00", "2026-03-18T10:00"] {
        let run = run(&files(switch(&sale), clearing(&[]), bank(&[])), as_of);
        for line in transactions(&run) {
            seen[usize::from(line.is_exception)] += 1;
            let (answer, action) = (answer::text(&run, &line, Lang::En), line.class.action(Lang::En));
            assert!(line.due.is_some() && !action.is_empty() && answer.contains(action), "{as_of}: {answer}");
        }
    }
    assert_eq!(seen, [1, 1]);
}

/// What could steer a terminal, or turn the order of a line, is not printed.
#[test]
fn a_text_of_others_steers_no_terminal() {
    let marks = ['\u{200e}', '\u{200f}', '\u{202a}', '\u{202e}', '\u{2066}', '\u{2069}'];
    for found in (0..0x20).chain(0x7F..0xA0).filter_map(char::from_u32).chain(marks) {
        assert_eq!(text::clean(&format!("a{found}b")), "a\u{fffd}b", "{found:?}");
    }
    assert_eq!(text::clean("A b-1 \u{a0}中文\u{2065}\u{206a}"), "A b-1 \u{a0}中文\u{2065}\u{206a}");
}

/// Items, fees and entries of a payout stand in its report with their amounts.
#[test]
fn a_payout_is_told_with_its_items() {
    let items = [
        "sale 607510000001 000001 10000 60 9940 PO-1",
        "refund 607510000002 000002 -700 0 -700 PO-1",
        "sale 607510000003 000003 555 5 550 PO-2",
    ];
    let run = run(&files(switch(&[]), clearing(&items), bank(&["2026-03-17 9240 PO-1"])), "2026-03-18T10:00");
    let rows = |name: Option<&str>| {
        let text = reports::payouts(&run, name, Lang::En).unwrap_or_default();
        text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>()
    };
    let one = rows(Some("PO-1"));
    for row in
        ["2026-03-16 sale 607510000001 100.00 -0.60 99.40", "2026-03-16 refund 607510000002 -7.00 0.00 -7.00"]
    {
        assert!(one.iter().any(|found| found == row), "{row}: {one:#?}");
    }
    assert!(
        one.iter().all(|found| !found.contains("607510000003")) && rows(None).len() > one.len(),
        "{one:#?}"
    );
    assert!(rows(Some("PO-3")).is_empty());
}
