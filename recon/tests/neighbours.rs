//! The neighbours of a few days: each line left out or there twice, each cell emptied or changed a little, one at a time.
//! What a run says of each is what is kept of it in `whole/neighbours.txt`: its lines in short, and a digest of all of it.
//! So limits are held on both sides (a second more, a day more, a cent more), and so is each code that a column may have.

mod common;

use cardwire_recon::output::ndjson;
use cardwire_recon::record::Side;
use common::{File, bank, clearing, drawn_whole, files, switch, whole, written};
use jiff::{Timestamp, ToSpan as _};

const LATER: &str = "2026-03-18T10:00";

/// Sales over two hops, with a decline, a reversal, a repeat and totals.
const HOPS: [&str; 17] = [
    "10:00:00 T>A 0200 000000 000001 . 10000 card=4111111111111111 mcc=5812",
    "10:00:01 A>N 0200 000000 900001 607510000001 10000 acquirer=99990000",
    "10:00:02 N>A 0210 000000 900001 607510000001 10000 00 A00001 0316",
    "10:00:03 A>T 0210 000000 000001 607510000001 10000 00 A00001 0316",
    "10:10:00 T>A 0200 000000 000002 . 5000 card=4242424242424242",
    "10:10:01 A>N 0200 000000 900002 607510000002 5000",
    "10:10:30 A>N 0420 000000 900002 607510000002 5000 68",
    "10:10:31 N>A 0430 000000 900002 607510000002 5000 00 . 0316",
    "10:10:40 N>A 0210 000000 900002 607510000002 5000 00 A00002 0316",
    "10:20:00 T>A 0200 000000 000003 . 700",
    "10:20:01 A>T 0210 000000 000003 607510000003 700 51 . 0316",
    "10:30:00 T>A 0220 200000 000004 . 2000 original_rrn=607510000001",
    "10:31:00 T>A 0221 200000 000004 . 2000 original_rrn=607510000001",
    "10:31:01 A>T 0230 200000 000004 607510000004 2000 00 A00004 0316",
    "21:00:00 T>A 0500 . 000005 . . debit=10000 debits=1 credit=2000 credits=1",
    "21:00:01 A>T 0510 . 000005 . . 00 . . totals_result=1",
    "21:10:00 T>A 0800 . 000006 . .",
];
const HOPS_CLEARED: [&str; 3] = [
    "sale 607510000001 000001 10000 60 9940 PO-1 mcc=5812",
    "refund 607510000004 000004 -2000 0 -2000 PO-1",
    "fee . . 0 500 -500 PO-1",
];
const HOPS_PAID: [&str; 1] = ["2026-03-17 7440 PO-1 reference=R1 value_date=2026-03-17"];

/// What changes another transaction: a void, a completion, a cancellation, a tip, a part that was reversed.
const CHANGES: [&str; 20] = [
    "09:00:00 T>A 0200 000000 000001 . 10000 batch=000001 type_code=22",
    "09:00:01 A>T 0210 000000 000001 607509000001 10000 00 A00001 0316 batch=000001 type_code=22",
    "09:05:00 T>A 0200 200000 000002 . 10000 batch=000001 type_code=23 original_stan=000001 original_batch=000001",
    "09:05:01 A>T 0210 200000 000002 607509000002 10000 00 A00002 0316 batch=000001 type_code=23",
    "10:00:00 T>A 0100 030000 000003 . 8000 condition=06 type_code=10 card=4111111111111111",
    "10:00:01 A>T 0110 030000 000003 607510000003 8000 00 A00003 0316 condition=06 type_code=10 life_cycle=103",
    "12:00:00 T>A 0200 000000 000004 . 6000 condition=06 type_code=20 original_stan=000003 approval=A00003 card=4111111111111111",
    "12:00:01 A>T 0210 000000 000004 607512000004 6000 00 A00003 0316 condition=06 type_code=20",
    "13:00:00 T>A 0100 030000 000005 . 3000 condition=06 type_code=10",
    "13:00:01 A>T 0110 030000 000005 607513000005 3000 00 A00005 0316 condition=06 type_code=10",
    "13:30:00 T>A 0100 200000 000006 . 3000 condition=06 type_code=11 original_stan=000005",
    "13:30:01 A>T 0110 200000 000006 607513000006 3000 00 A00005 0316 type_code=11",
    "14:00:00 T>A 0200 000000 000007 . 4000 mcc=5812",
    "14:00:01 A>T 0210 000000 000007 607514000007 4000 00 A00007 0316",
    "14:20:00 T>A 0220 000000 000008 . 4400 type_code=34 original_stan=000007",
    "14:20:01 A>T 0230 000000 000008 607514000008 4400 00 . 0316 type_code=34",
    "15:00:00 T>A 0200 000000 000009 . 9000",
    "15:00:01 A>T 0210 000000 000009 607515000009 9000 00 A00009 0316",
    "15:01:00 T>A 0400 000000 000009 . 9000 98 replacement=7000",
    "15:01:01 A>T 0410 000000 000009 607515000009 9000 00 . 0316",
];
const CHANGES_CLEARED: [&str; 4] = [
    "sale 607512000004 000004 6000 36 5964 PO-1",
    "sale 607514000007 000007 4400 26 4374 PO-1 mcc=5812",
    "sale 607515000009 000009 7000 42 6958 PO-2",
    "hold . . -1000 . -1000 PO-2",
];
const CHANGES_PAID: [&str; 2] = ["2026-03-17 10338 PO-1 end_to_end=PO-1", "2026-03-17 5958 PO-2~FEE~0.42"];

/// Clearing records and bank entries without messages, of every kind.
const MONEY: [&str; 2] = [
    "10:00:00 T>A 0200 000000 000001 . 10000 card=4111111111111111",
    "10:00:01 A>T 0210 000000 000001 607510000001 10000 00 A00001 0316 life_id=L1 mcc=5812",
];
const MONEY_CLEARED: [&str; 9] = [
    "sale 607510000001 000001 10000 60 9940 PO-1 arn=79999996075000000003018 life_id=L1 local_date=2026-03-16",
    "sale 607510000001 000001 10000 60 9940 PO-1 number=9",
    "reversal 607510000001 000001 -10000 -60 -9940 PO-1 number=10",
    "chargeback 606010000099 000099 -3000 0 -3000 PO-1 reason=4853",
    "sale 607510000005 000005 1250 8 1242 PO-2",
    "sale 607510000006 000006 1250 8 1242 PO-2",
    "refund 607510000007 000007 -500 0 -500 PO-3",
    "sale 607510000008 000008 2000 0 2000 . settlement_date=2026-03-17",
    "release . . 200 . 200 PO-1",
];
const MONEY_PAID: [&str; 6] = [
    "2026-03-17 7140 PO-1 reference=R1",
    "2026-03-17 2485 PO-2/1 code=PMNT/RCDT/DMCT",
    "2026-03-18 -2485 RETURN~PO-2 return_reason=AC04",
    "2026-03-19 2485 PO-2R1",
    "2026-03-18 2000 898110159990001",
    "2026-03-18 77 OTHER reference=R2 value_date=2026-03-18",
];

/// What a cell may be instead, by its column.
fn instead(column: &str, cell: &str) -> Vec<String> {
    let all = |others: &[&str]| others.iter().map(|other| (*other).to_owned()).collect::<Vec<_>>();
    let mut found = vec![String::new()];
    match column {
        "time" => {
            let time: Timestamp = cell.parse().unwrap();
            let shifts = [-1, 1, 120, 121, 21_600, 21_601, 172_800, 172_801, 259_200, 259_201];
            found.extend(shifts.map(|seconds| (time + seconds.seconds()).to_string()));
        }
        "amount" | "gross" | "fee" | "net" | "debit" | "credit" | "debits" | "credits" | "replacement" => {
            let amount: i64 = cell.parse().unwrap();
            found.extend([amount - 1, amount + 1, amount * 10, 0, -amount].map(|other| other.to_string()));
        }
        "settlement_date" | "booked" | "value_date" | "local_date" => {
            found.extend(all(&["2026-03-15", "2026-03-17", "2026-03-18", "2026-03-24"]));
        }
        "mti" => found.extend(all(&["0100", "0220", "0210", "0400", "0430", "0320", "0500", "0800", "0422"])),
        "de3" => found.extend(all(&["020000", "200000", "220000", "280000", "290000", "030000"])),
        "response" => {
            found.extend(all(&["00", "51", "12", "21", "25", "94", "95", "10", "A4", "000", "116", "zz"]))
        }
        "type_code" => found.extend(all(&["10", "11", "20", "21", "23", "24", "25", "27", "32", "34", "53"])),
        "condition" => found.extend(all(&["06", "60", "00"])),
        "totals_result" => found.extend(all(&["1", "2", "3"])),
        "kind" => found.extend(all(&[
            "refund",
            "reversal",
            "chargeback",
            "representment",
            "retrieval",
            "fee",
            "adjustment",
            "hold",
            "release",
            "carried",
        ])),
        "reason" => found.extend(all(&["1403", "1404"])),
        "mcc" => found.extend(all(&["5812", "5999"])),
        "currency" => found.extend(all(&["USD", "JPY"])),
        "from" | "to" => found.extend(all(&["T", "A", "N", "I", "10.0.0.7:40001"])),
        "life_cycle" => found.extend(all(&["101", "201", "260", "330", "400"])),
        "text" => {
            found.extend(all(&["PO-1", "PO-2", "PO-1 PO-2", "PO-2/2", "PO-1R2", "退汇 PO-2", "FEE 0.60"]))
        }
        _ => found.push(format!("{cell}9")),
    }
    found.retain(|other| other != cell);
    found
}

/// A table of a file as its cells, the names of the columns first.
fn cells(text: &str) -> Vec<Vec<String>> {
    text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

/// The neighbours of a table, each with what was changed.
fn neighbours(text: &str) -> Vec<(String, String)> {
    let table = cells(text);
    let joined = |rows: &[Vec<String>]| rows.iter().map(|row| row.join(",") + "\n").collect::<String>();
    let mut found = Vec::new();
    for row in 1..table.len() {
        let mut fewer = table.clone();
        fewer.remove(row);
        found.push((format!("{row} left out"), joined(&fewer)));
        let mut more = table.clone();
        more.push(table[row].clone());
        found.push((format!("{row} twice"), joined(&more)));
        for (column, cell) in table[row].iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            for other in instead(&table[0][column], cell) {
                let mut changed = table.clone();
                changed[row][column].clone_from(&other);
                found.push((format!("{row} {}={other}", table[0][column]), joined(&changed)));
            }
        }
    }
    found
}

/// What a run says: its lines in short, and a digest of all of it.
fn said(files: &[File], as_of: &str) -> (Vec<String>, String) {
    let mut octets = Vec::new();
    ndjson::write(&drawn_whole(files, as_of), &mut octets).unwrap();
    let text = String::from_utf8(octets).unwrap();
    // the first object has the digests of the files, of which one was changed
    let rest = text.split_once('\n').unwrap().1;
    let objects: Vec<serde_json::Value> =
        rest.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (written(&objects), whole::digest(rest))
}

/// What is there instead of what: `- T open | S01 | 5; + T matched | C01 S01 | 5`.
fn against(before: &[String], now: &[String]) -> String {
    let gone = before.iter().filter(|line| !now.contains(line)).map(|line| format!("- {line}"));
    let new = now.iter().filter(|line| !before.contains(line)).map(|line| format!("+ {line}"));
    gone.chain(new).collect::<Vec<_>>().join("; ")
}

/// The neighbours of the file of one side of a day.
fn check(rows: [&[&str]; 3], changed: usize, as_of: &str) {
    let texts = || [switch(rows[0]), clearing(rows[1]), bank(rows[2])];
    let of = |texts: [String; 3]| {
        let [messages, records, entries] = texts;
        files(messages, records, entries)
    };
    let (before, _) = said(&of(texts()), as_of);
    // each seventh: a code stands in several lines, and a limit is in several days
    let result: Vec<String> = neighbours(&texts()[changed])
        .into_iter()
        .step_by(7)
        .map(|(what, text)| {
            let mut texts = texts();
            texts[changed] = text;
            let (now, digest) = said(&of(texts), as_of);
            format!("{what}: {digest} {}\n", against(&before, &now))
        })
        .collect();
    assert!(result.len() > 2);
    whole::compare(&format!("{rows:?} {changed} {as_of}"), &result);
}

#[test]
fn of_messages_over_hops() {
    check([&HOPS, &HOPS_CLEARED, &HOPS_PAID], 0, LATER);
}

#[test]
fn of_what_is_cleared_over_hops() {
    check([&HOPS, &HOPS_CLEARED, &HOPS_PAID], 1, LATER);
    check([&HOPS, &HOPS_CLEARED, &HOPS_PAID], 2, LATER);
}

#[test]
fn of_messages_that_change_others() {
    check([&CHANGES, &CHANGES_CLEARED, &CHANGES_PAID], 0, LATER);
}

#[test]
fn of_what_is_cleared_after_changes() {
    check([&CHANGES, &CHANGES_CLEARED, &CHANGES_PAID], 1, LATER);
    check([&CHANGES, &CHANGES_CLEARED, &CHANGES_PAID], 2, LATER);
}

#[test]
fn of_records_of_every_kind() {
    check([&MONEY, &MONEY_CLEARED, &MONEY_PAID], 0, "2026-03-20T10:00");
    check([&MONEY, &MONEY_CLEARED, &MONEY_PAID], 1, "2026-03-20T10:00");
}

#[test]
fn of_entries_of_every_kind() {
    check([&MONEY, &MONEY_CLEARED, &MONEY_PAID], 2, "2026-03-20T10:00");
}

/// A file of each side that is not there, and each side there twice.
#[test]
fn of_the_files_themselves() {
    let all = || files(switch(&CHANGES), clearing(&CHANGES_CLEARED), bank(&CHANGES_PAID));
    let sides = [Side::Switch, Side::Clearing, Side::Bank];
    let mut result = Vec::new();
    for as_of in ["2026-03-16T12:00", "2026-03-17T05:59", "2026-03-17T06:00", LATER, "2026-04-20T10:00"] {
        let (before, digest) = said(&all(), as_of);
        result.push(format!("{as_of}: {digest} {}\n", before.join("; ")));
        for side in sides {
            let fewer: Vec<File> = all().into_iter().filter(|file| file.side != side).collect();
            let (now, digest) = said(&fewer, as_of);
            result.push(format!("{as_of} without {side:?}: {digest} {}\n", against(&before, &now)));
        }
    }
    whole::compare("files", &result);
}
