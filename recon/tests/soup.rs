//! Records whose few numbers meet in every way: a run in parts gives what the run in memory gives (`common::run` holds
//! that), every record stands in one line, and the identities hold.

mod common;

use common::{bank, clearing, drawn as run, files, objects, switch};
use proptest::prelude::*;

/// One of a few values, or none.
fn few(values: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    proptest::sample::select(values)
}

const CARDS: &[&str] = &[".", "4111111111111111", "4242424242424242", "411111******1111"];
const TERMINALS: &[&str] = &["10000001", "10000002", "."];
const RRNS: &[&str] = &[".", ".", "607510000001", "607510000002", "607510000003"];
const STANS: &[&str] = &["000001", "000002", "000003", "."];
const APPROVALS: &[&str] = &[".", "A00001", "A00002"];
const AMOUNTS: &[&str] = &["1000", "2000", "700"];

/// `name=value`, or nothing for a dot.
fn set(name: &str, value: &str) -> String {
    if value == "." { format!(" {name}=") } else { format!(" {name}={value}") }
}

fn message() -> impl Strategy<Value = String> {
    const KINDS: &[&str] = &[
        "T>A 0200 000000",
        "A>T 0210 000000",
        "A>N 0200 000000",
        "N>A 0210 000000",
        "T>A 0400 000000",
        "A>T 0410 000000",
        "T>A 0200 200000",
        "A>T 0210 200000",
        "T>A 0220 200000",
        "A>T 0230 200000",
        "T>A 0100 030000",
        "A>T 0110 030000",
        "T>A 0500 000000",
        "T>A 0800 990000",
    ];
    const TYPES: &[&str] = &["", "", "", " type_code=23", " type_code=20", " type_code=10"];
    const ORIGINALS: &[&str] = &["", "", "", " original_stan=000001", " original_rrn=607510000002"];
    (
        (0u32..36, few(KINDS), few(STANS), few(RRNS), few(AMOUNTS)),
        (few(&["00", "00", "51", "."]), few(APPROVALS), few(TERMINALS), few(CARDS)),
        (few(TYPES), few(ORIGINALS)),
    )
        .prop_map(
            |((minute, kind, stan, rrn, amount), (response, approval, terminal, card), (code, of))| {
                let response =
                    if kind.starts_with("A>T") || kind.starts_with("N>A") { response } else { "." };
                format!(
                    "{:02}:{:02}:00 {kind} {stan} {rrn} {amount} {response} {approval} .{}{}{code}{of}",
                    9 + minute / 12,
                    minute % 12,
                    set("terminal", terminal),
                    set("card", card),
                )
            },
        )
}

fn record() -> impl Strategy<Value = String> {
    const KINDS: &[&str] = &["sale", "sale", "sale", "refund", "reversal", "adjustment", "chargeback"];
    (
        (few(KINDS), few(RRNS), few(STANS), few(AMOUNTS)),
        (few(&["PO-1", "PO-2", "."]), few(TERMINALS), few(APPROVALS), few(CARDS)),
        few(&[".", "24118599140010072053960"]),
    )
        .prop_map(|((kind, rrn, stan, amount), (payout, terminal, approval, card), arn)| {
            let sign = if matches!(kind, "sale" | "adjustment") { "" } else { "-" };
            format!(
                "{kind} {rrn} {stan} {sign}{amount} 0 {sign}{amount} {payout}{}{}{}{}",
                set("terminal", terminal),
                set("approval", approval),
                set("card", card),
                set("arn", arn),
            )
        })
}

fn entry() -> impl Strategy<Value = String> {
    const TEXTS: &[&str] = &["PO-1", "PO-2", "PO-1R1", "PO-1~PO-2", "OTHER", "898110159990001"];
    (few(&["1000", "1700", "-1000", "3000"]), few(TEXTS))
        .prop_map(|(amount, text)| format!("2026-03-17 {amount} {text}"))
}

fn rows(row: impl Strategy<Value = String>, most: usize) -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec(row, 0..most)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn parts_are_the_whole(
        messages in rows(message(), 24),
        records in rows(record(), 12),
        entries in rows(entry(), 4),
        as_of in few(&["2026-03-16T20:00", "2026-03-18T10:00"]),
    ) {
        fn texts(rows: &[String]) -> Vec<&str> {
            rows.iter().map(String::as_str).collect()
        }
        let files = files(switch(&texts(&messages)), clearing(&texts(&records)), bank(&texts(&entries)));
        let objects = objects(&run(&files, as_of));
        let broken: Vec<_> = objects.iter().filter(|object| object["holds"] == false).collect();
        prop_assert!(broken.is_empty(), "{broken:?}");
    }
}
