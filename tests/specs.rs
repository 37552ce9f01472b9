//! The built-in specs: complete, true to the collected facts, private where cards are concerned.
#![allow(clippy::indexing_slicing, clippy::print_stdout, clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeSet;
use std::path::PathBuf;

use cardwire::layout::{Form, LengthUnit, Prefix, PrefixCoding};
use cardwire::spec::{
    self, EMV, ISO03_ASCII_BINARY, ISO87_ASCII_BINARY, ISO87_BCD_EBCDIC, ISO87_BCD_EBCDIC_BYTES,
    ISO87_BCD_N49, ISO93_ASCII_BINARY,
};
use cardwire::{
    Spec,
    layout::{Content, Element, Layout, Order},
};

/// A departure of a table from the facts: data element, what the table says, why.
type Departure = (u8, &'static str, &'static str);

const CHARACTERS: &str = "links carry blanks and special characters in it";
const CURRENCY: &str = "a or n: letters and digits admit both";

const DEPARTURES_1987: [Departure; 9] = [
    (44, "ans LLVAR 25", CHARACTERS),
    (45, "ans LLVAR 76", "track 1 has separators and blanks"),
    (46, "ans LLLVAR 999", CHARACTERS),
    (47, "ans LLLVAR 999", CHARACTERS),
    (48, "ans LLLVAR 999", CHARACTERS),
    (49, "an fixed 3", CURRENCY),
    (50, "an fixed 3", CURRENCY),
    (51, "an fixed 3", CURRENCY),
    (55, "b LLLVAR 255", "reserved in 1987, EMV data on every chip link"),
];

const DEPARTURES_1993: [Departure; 3] =
    [(49, "an fixed 3", CURRENCY), (50, "an fixed 3", CURRENCY), (51, "an fixed 3", CURRENCY)];

const DEPARTURES_2003: [Departure; 1] = [(27, "b fixed 27", "anb is no class; maps of bits are octets")];

/// The element in the words of the facts: class, length form, length.
fn shape(element: &Element<'_>) -> String {
    let form = match element.form() {
        Form::Fixed => "fixed".to_owned(),
        Form::Prefixed(prefix) => format!("{}VAR", "L".repeat(usize::from(prefix.width))),
        other => format!("{other:?}"),
    };
    format!("{} {form} {}", element.content(), element.max())
}

fn shared(path: &str) -> Option<String> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let folder = std::env::var_os("CARDWIRE_SHARED").map_or_else(beside, PathBuf::from);
    let text = std::fs::read_to_string(folder.join(path)).ok();
    if text.is_none() {
        println!("skipped: {} is absent", folder.join(path).display());
    }
    text
}

fn compare(spec: &Spec<'_>, file: &str, departures: &[Departure]) {
    let Some(facts) = shared(file) else { return };
    let mut rows = 0;
    for line in facts.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit())) {
        let cells: Vec<&str> = line.split('\t').collect();
        let number: u8 = cells[0].parse().unwrap();
        let fact = format!("{} {} {}", cells[2], cells[3], cells[4]);
        let found = shape(spec.element(number).unwrap());
        let label = format!("DE {number} of {}", spec.name());
        match departures.iter().find(|(departing, _, _)| *departing == number) {
            None => assert_eq!(found, fact, "{label}"),
            Some((_, intended, why)) => {
                assert_eq!(&found, intended, "{label}: {why}");
                assert_ne!(found, fact, "{label} departs no more");
            }
        }
        rows += 1;
    }
    assert_eq!(rows, 127, "{file}");
}

#[test]
fn the_iso_tables_agree_with_the_facts() {
    compare(&ISO87_ASCII_BINARY, "facts/fields_1987.tsv", &DEPARTURES_1987);
    compare(&ISO93_ASCII_BINARY, "facts/fields_1993.tsv", &DEPARTURES_1993);
    compare(&ISO03_ASCII_BINARY, "facts/fields_2003.tsv", &DEPARTURES_2003);
}

#[test]
fn the_iso_tables_are_complete() {
    for spec in spec::builtin().filter(|spec| spec.name().starts_with("iso")) {
        let defined: Vec<u32> = spec.body().elements().map(Element::key).collect();
        assert_eq!(defined, (2..=128).collect::<Vec<u32>>(), "{}", spec.name());
    }
}

#[test]
fn a_dialect_changes_no_meaning() {
    for (plain, standard) in
        [(&ISO87_ASCII_BINARY, "iso87"), (&ISO93_ASCII_BINARY, "iso93"), (&ISO03_ASCII_BINARY, "iso03")]
    {
        // tables of their own: they say that currency codes are digits, and that one octet announces
        let own = ["iso87-bcd-n49", "iso87-bcd-ebcdic", "iso87-bcd-ebcdic-bytes"];
        let dialects = spec::builtin().filter(|spec| !own.contains(&spec.name()));
        for spec in dialects.filter(|spec| spec.name().starts_with(standard)) {
            for (one, other) in plain.body().elements().zip(spec.body().elements()) {
                let meaning = |e: &Element<'static>| (e.key(), e.name(), e.content(), e.max(), e.privacy());
                assert_eq!(meaning(one), meaning(other), "{}", spec.name());
            }
        }
    }
}

/// One octet announces no more than 255; apart from that the tables say what the others say.
#[test]
fn lengths_of_one_octet_change_no_meaning_but_the_longest_value() {
    for (spec, counts) in
        [(&ISO87_BCD_EBCDIC, LengthUnit::Units), (&ISO87_BCD_EBCDIC_BYTES, LengthUnit::Bytes)]
    {
        for (one, other) in ISO87_BCD_N49.body().elements().zip(spec.body().elements()) {
            let meaning = |e: &Element<'static>| (e.key(), e.name(), e.content(), e.privacy());
            assert_eq!(meaning(one), meaning(other), "{}", spec.name());
            assert_eq!(other.max(), one.max().min(255), "{} DE {}", spec.name(), one.key());
            if let Form::Prefixed(prefix) = other.form() {
                let wanted = Prefix { coding: PrefixCoding::Binary, width: 1, counts, includes: 0 };
                assert_eq!(prefix, wanted, "{} DE {}", spec.name(), one.key());
            }
        }
    }
}

#[test]
fn names_are_unique_and_found() {
    let names: BTreeSet<&str> = spec::builtin().map(Spec::name).collect();
    assert_eq!(names.len(), spec::builtin().count());
    for name in names {
        assert_eq!(spec::by_name(name).map(Spec::name), Some(name));
    }
    assert!(spec::by_name("iso87").is_none());
}

#[test]
fn card_data_is_never_open() {
    for spec in spec::builtin() {
        for number in [2, 14, 34, 35, 36, 45, 48, 52, 55, 102, 103] {
            let hidden = spec.element(number).is_none_or(|element| !element.privacy().is_open());
            assert!(hidden, "{} DE {number}", spec.name());
        }
    }
    for tag in [0x57, 0x5A, 0x99, 0x5F20, 0x5F24, 0x9F0B, 0x9F6B, 0xDF99] {
        assert!(!EMV.element(tag).unwrap().privacy().is_open(), "{tag:X}");
    }
}

/// Calls `see` with every element of the layout and of those below.
fn walk(layout: &Layout<'static>, see: &mut impl FnMut(&Element<'static>)) {
    for element in layout.elements() {
        see(element);
        if let Some(parts) = element.layout() {
            walk(parts, see);
        }
    }
}

#[test]
fn every_part_has_a_name_and_no_part_of_a_card_is_open() {
    for spec in spec::builtin() {
        walk(spec.body(), &mut |element| {
            let name = element.name();
            assert!(!name.is_empty() && name.len() <= 60 && name.is_ascii(), "{}: {name}", spec.name());
            let of_card = ["Track", "(PAN)", "Cardholder name", "PIN data", "expiration"];
            let names_card = of_card.iter().any(|word| name.contains(word));
            let is_flag = element.max() == 1 && matches!(element.content(), Content::N);
            assert!(is_flag || !(names_card && element.privacy().is_open()), "{}: {name}", spec.name());
        });
    }
}

/// No value can fail to fit a positional layout by its length alone.
#[test]
fn positions_fill_what_holds_them() {
    for spec in spec::builtin() {
        walk(spec.body(), &mut |element| {
            let Some(layout) = element.layout() else { return };
            if !matches!(layout.order(), Order::Positions { .. }) {
                return;
            }
            let length = |part: &Element<'_>| match part.form() {
                Form::Prefixed(prefix) => part.max() + usize::from(prefix.width),
                _ => part.max(),
            };
            let total: usize = layout.elements().map(length).sum();
            assert_eq!(total, element.max(), "{} {}", spec.name(), element.name());
        });
    }
}
