//! The code of an answer, and a file that comes twice under one number.

mod common;

use cardwire_recon::engine::line::Line;
use cardwire_recon::engine::run::Run;
use cardwire_recon::output::answer;
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
