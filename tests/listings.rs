//! Listings and hexdumps, to the letter. `CARDWIRE_WRITE=1 cargo test --test listings` writes those
//! that changed anew, to be read before they are committed.

mod common;

use std::fmt::Write;

use cardwire::layout::{Layout, Tag, ans, b, n, row};
use cardwire::mask::{OPEN, SECRET};
use cardwire::spec::{Codes, binary_parts, text_parts};
use cardwire::{
    Builder, Dialect, Inspection, Message, Spec,
    layout::{BitmapForm, Coding, Element, NextBitmap, Row},
};
use common::{golden, spec_of};

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
fn messages_are_listed_as_they_were() {
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
    common::kept("listings.out", &text);
}

/// What the listing says after a value.
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

/// What the listing says of an element of that spec, from its value on.
fn said(spec: &'static Spec<'static>, mti: &str, number: u8, value: &str) -> String {
    let wire = Builder::new(spec, mti.parse().unwrap()).set(number, value).to_vec().unwrap();
    let listing = Message::parse(spec, &wire).unwrap().describe().to_string();
    listing.lines().skip(1).map(|line| line[62..].trim().to_owned()).collect::<Vec<_>>().join(", ")
}

#[test]
fn a_code_is_explained_where_it_is_one_and_may_be_seen() {
    let codes = |privacy| {
        let code = |number, digits| row(number, n(digits), "", privacy);
        [code(3, 6), code(4, 12), code(25, 2), code(39, 2), code(49, 3), code(66, 1), code(70, 3)]
    };
    let (open, hidden) = (spec_of(Dialect::ASCII, &codes(OPEN)), spec_of(Dialect::ASCII, &codes(SECRET)));
    let (open, hidden) = (open.unwrap(), hidden.unwrap());
    for (number, value, meaning) in [
        (3, "000000", "purchase"),
        (4, "000000012300", "12300 minor units"),
        (25, "08", "mail or telephone order"),
        (39, "51", "insufficient funds"),
        (49, "978", "Euro"),
        (66, "2", "out of balance"),
        (70, "001", "sign on"),
    ] {
        assert_eq!(said(open, "0800", number, value), format!("{value}  {meaning}"));
        assert_eq!(said(hidden, "0800", number, value), "*".repeat(value.len()));
    }
    // a number means in 1993 what 1993 says
    assert_eq!([said(open, "1800", 66, "2"), said(open, "1800", 70, "001")], ["2", "001"]);
    // the words of a network are for its own elements
    let parts: &'static [_] =
        text_parts([row(1, n(3), "Network management information code", OPEN)]).to_vec().leak();
    let layout: &'static Layout<'static> = Box::leak(Box::new(Layout::positions(1, parts)));
    let network = |codes| {
        let rows = [row(60, ans(3).ll().of(layout), "", OPEN)];
        said(spec_of(Dialect { codes, ..Dialect::ASCII }, &rows).unwrap(), "0800", 60, "001")
    };
    assert_eq!(
        [network(Codes::Iso), network(Codes::UnionPay)],
        ["001, 001", "001, 001  sign-on, single-length keys"]
    );
}

/// The octets of a dump, where each row begins where the one before ended.
fn dumped(message: &Message<'_>) -> String {
    let mut octets = String::new();
    for line in message.dump().to_string().lines() {
        assert_eq!(line[..4], format!("{:04X}", octets.len() / 2), "{line}");
        octets.extend(line[5..53].split_whitespace());
    }
    octets
}

#[test]
fn a_hexdump_shows_every_octet_once_and_in_order() {
    let rows = |numbers: &[u32]| {
        numbers.iter().map(|number| row(*number, n(2), "", OPEN)).collect::<Vec<Row<'static>>>()
    };
    for third in [NextBitmap::Announced, NextBitmap::Always, NextBitmap::InElement, NextBitmap::Never] {
        let bitmap = BitmapForm::new(Coding::Raw).third(third);
        let numbers =
            if third == NextBitmap::Never { vec![3, 64, 128] } else { vec![3, 64, 66, 128, 130, 192] };
        let spec = spec_of(Dialect { bitmap, ..Dialect::BCD }, &rows(&numbers)).unwrap();
        for many in 1..=numbers.len() {
            let mut builder = Builder::new(spec, "0800".parse().unwrap());
            numbers.iter().take(many).for_each(|number| {
                builder.set(u8::try_from(*number).unwrap(), u64::from(number % 100));
            });
            let wire = builder.to_vec().unwrap();
            let message = Message::parse(spec, &wire).unwrap();
            assert_eq!(dumped(&message), common::hex(&wire));
            let bitmaps = message.dump().to_string();
            let bitmaps = bitmaps.lines().filter(|line| line.contains("bitmap")).count();
            assert_eq!(
                bitmaps,
                if third == NextBitmap::InElement && many > 4 { 2 } else { 1 },
                "{third:?} {many}"
            );
        }
    }
}

#[test]
fn a_hexdump_hides_what_is_private_within_what_is_private() {
    let leak = |layout: Layout<'static>| -> &'static Layout<'static> { Box::leak(Box::new(layout)) };
    let pair: &'static [_] = binary_parts([row(1, b(2), "", SECRET), row(2, b(1), "", OPEN)]).to_vec().leak();
    let any = row(0, b(9).l().of(leak(Layout::positions(2, pair))), "", SECRET);
    let any: &'static Element<'static> = Box::leak(Box::new(any.resolve(&Dialect::OCTETS)));
    let tags = leak(Layout::tags(Tag::Octets(1), Some(any), &[]));
    let spec = spec_of(Dialect::BCD, &[row(48, b(99).ll().of(tags), "", SECRET)]).unwrap();
    let wire = common::unhex("0800 0000000000010000 10 A1 03 111211 A2 03 212221");
    let dump = Message::parse(spec, &wire).unwrap().dump().to_string();
    // prefixes and tags may be seen, and of each pair what is open
    assert_eq!(
        dump.lines().last().unwrap().trim_end(),
        "000A  10 A1 03 ** ** 11 A2 03 ** ** 21                 ...**...**!       48"
    );
}

#[test]
fn parts_that_share_an_octet_are_hidden_together() {
    let parts: &'static [_] = text_parts([row(1, n(1), "", OPEN), row(2, n(3), "", SECRET)]).to_vec().leak();
    let layout: &'static Layout<'static> = Box::leak(Box::new(Layout::positions(2, parts)));
    let spec = spec_of(Dialect::BCD, &[row(48, n(4).of(layout), "", SECRET)]).unwrap();
    let wire = common::unhex("0800 0000000000010000 1234");
    let message = Message::parse(spec, &wire).unwrap();
    let dump = message.dump().to_string();
    assert!(dump.lines().last().unwrap().starts_with("000A  ** **   "), "{dump}");
    // the listing knows them apart
    assert_eq!(message.describe().to_string().matches("***").count(), 1);
}
