//! What a file is, by how it begins: each beginning before a table of each side.

mod read;

use cardwire_recon::read::{Map, Options};
use cardwire_recon::record::Side;
use read::{Results, options};

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
