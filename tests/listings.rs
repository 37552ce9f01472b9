//! Listings and hexdumps, to the letter. `CARDWIRE_WRITE=1 cargo test --test listings` writes those
//! that changed anew, to be read before they are committed.

mod common;

use std::fmt::Write;
use std::path::PathBuf;

use cardwire::{Builder, Inspection, Message};
use common::golden;

/// A golden message and the spec it is shown in.
const SHOWN: [(&str, &str); 10] = [
    ("iso87_0210_answer", "iso87-bcd"),
    ("iso87_0520_totals", "iso87-ebcdic"),
    ("iso87_0800_echo", "iso87-ascii"),
    ("iso93_1100_typical", "iso93-bcd"),
    ("iso93_1520_totals", "iso93-ascii"),
    ("iso03_2100_typical", "iso03-ascii-binary"),
    ("iso03_2804_sign_on", "iso03-bcd"),
    ("unionpay_0200_typical", "unionpay-pos"),
    ("unionpay_0800_sign_on", "unionpay-pos"),
    ("ipm_1240_presentment", "ipm-ascii"),
];

#[test]
fn golden_messages_are_listed_as_they_were() {
    let mut text = String::new();
    for (name, spec) in SHOWN {
        let found =
            golden::wires().into_iter().find(|found| (found.0.as_str(), found.1.name()) == (name, spec));
        let (_, spec, wire) = found.unwrap_or_else(|| panic!("no {name} in {spec}"));
        let message = Message::parse(spec, &wire).unwrap();
        // cut within its last element, too
        let broken = Inspection::of(spec, &wire[..wire.len() - 1]);
        let error = broken.error().unwrap();
        write!(text, "{name}\n\n{}\n{}\ncut: {error}\n", message.describe(), message.dump()).unwrap();
        writeln!(text, "{}", broken.dump().to_string().lines().last().unwrap()).unwrap();
        let cut = broken.describe().to_string();
        assert!(cut.contains(&error.to_string()), "{cut}");
        text.push('\n');
    }
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/listings.out");
    if std::env::var_os("CARDWIRE_WRITE").is_some() {
        std::fs::write(&file, &text).unwrap();
    }
    let known = std::fs::read_to_string(&file).unwrap();
    for (line, (found, known)) in text.lines().zip(known.lines()).enumerate() {
        assert_eq!(found, known, "line {}", line + 1);
    }
    assert_eq!(text.len(), known.len());
}

/// What the listing says behind a value.
fn meaning(spec: &str, mti: &str, number: u8, value: &str) -> String {
    let spec = cardwire::spec::by_name(spec).unwrap();
    let mut builder = Builder::new(spec, mti.parse().unwrap());
    builder.set(number, value);
    let wire = builder.to_vec().unwrap();
    let listing = Message::parse(spec, &wire).unwrap().describe().to_string();
    let line = listing.lines().nth(1).unwrap();
    line.split_once(value).unwrap().1.trim_start().to_owned()
}

#[test]
fn codes_are_those_of_the_edition() {
    for (spec, mti, number, value, said) in [
        ("iso87-ascii", "0200", 3, "010000", "cash withdrawal or advance"),
        ("iso87-ascii", "0200", 25, "08", "mail or telephone order"),
        ("iso87-ascii", "0200", 24, "200", ""),
        ("iso93-ascii", "1200", 24, "200", "original financial request or advice"),
        ("iso93-ascii", "1200", 25, "1508", "forced online by the terminal"),
        ("iso87-ascii", "0210", 39, "51", "insufficient funds"),
        ("iso93-ascii", "1210", 39, "116", "insufficient funds"),
        ("iso03-ascii", "2210", 39, "1016", "insufficient funds"),
        ("unionpay-pos", "0210", 39, "51", "insufficient funds 可用余额不足"),
        ("iso87-ascii", "0200", 50, "978", "Euro"),
        ("iso87-ascii", "0200", 51, "156", "Yuan Renminbi"),
        ("iso87-ascii", "0500", 66, "2", "out of balance"),
        ("iso93-ascii", "1500", 66, "002", ""),
        ("iso87-ascii", "0800", 70, "001", "sign on"),
        ("iso87-ascii", "0200", 37, "000000123456", ""),
    ] {
        assert_eq!(meaning(spec, mti, number, value), said, "{spec} {number} {value}");
    }
}
