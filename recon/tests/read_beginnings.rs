//! What a file is, by how it begins: each beginning before a table of each side.

mod read;

use cardwire_recon::read::{Map, Options};
use cardwire_recon::record::Side;
use read::{Results, drawn, options};

#[test]
fn of_beginnings() {
    let mut results = Results::default();
    let tables = [
        (Side::Switch, "mti,stan,amount\n0200,000101,12300\n"),
        (Side::Clearing, "rrn,gross\n1,100\n"),
        (Side::Bank, "booked,amount\n2026-03-17,100\n"),
    ];
    let begins = [
        "",
        "# words\n",
        "\n",
        "#\n\n",
        "words\n",
        "{1:}\n",
        ":25:1\n",
        "a\nb\nc\n:20:1\n",
        "a\nb\nc\nd\n:20:1\n",
        "\u{feff}",
        "<",
        "{",
        "\u{1f}\u{8b}",
        "PK\u{3}\u{4}",
        "BZh",
        "%PDF",
        "SQLite format 3\0",
        "\u{1}",
        "\u{e}",
        "\t",
        "  ",
    ];
    for (side, table) in tables {
        let skipping = Options { map: Map::parse("skip = 1").unwrap(), ..options(side) };
        for begin in begins {
            let text = format!("{begin}{table}");
            results.add(format!("{side:?} {begin:?}"), &options(side), text.as_bytes());
            results.add(format!("{side:?} {begin:?} skips"), &skipping, text.as_bytes());
        }
        for octets in [
            &[0xFF, 0xFE, b'a', 0][..],
            &[0xFE, 0xFF, 0, b'a'],
            b"\x1F\x8B",
            b"\xFD7zXZ",
            b"\x28\xB5\x2F\xFD",
            b"\xD0\xCF\x11\xE0",
        ] {
            results.add(format!("{side:?} {octets:?}"), &options(side), octets);
        }
        for length in [511, 512] {
            let text = format!("{table}{}\u{1}\n", "x".repeat(length - table.len()));
            results.add(format!("{side:?} a control character at {length}"), &options(side), text.as_bytes());
        }
        results.add(format!("{side:?} one column"), &options(side), b"mti\n0200\n");
    }
    results.check("beginnings");
}

/// A document type is no field, and a tag without end is read so far: each is told once.
#[test]
fn what_a_form_does_not_have_is_told_once() {
    let told = |side: Side, text: &str, words: &str| {
        let read = drawn(&options(side), text.as_bytes());
        let found: Vec<String> = read.words().into_iter().filter(|found| found.contains(words)).collect();
        assert_eq!(found.len(), 1, "{:?}", read.words());
    };
    let isomsg =
        "<isomsg><!DOCTYPE x><field id=\"0\" value=\"0200\"/><field id=\"11\" value=\"1\"/></isomsg>\n";
    told(Side::Switch, isomsg, "a document type within an <isomsg> is not read");
    let line = format!("{}\n", "x".repeat(60));
    let statement =
        include_str!("statements/mt940.txt").replacen(":61:", &format!("{}:61:", line.repeat(1_200)), 1);
    told(Side::Bank, &statement, "hold more than 64 KiB");
}
