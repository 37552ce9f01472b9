//! Clearing files of IPM.

mod read;

use cardwire::Builder;
use cardwire::ipm::{Encoding, Format, PdsList, RecordWriter};
use cardwire_recon::record::{ClearingKind, Place, Side};
use read::{Read, all, drawn, options};

const FILE_ID: &str = "0022603160000099990000001";

/// A message: type, function, elements, private data subelements.
struct Message {
    mti: &'static str,
    function: u64,
    elements: Vec<(u8, String)>,
    subelements: Vec<(u16, String)>,
}

fn message(
    mti: &'static str,
    function: u64,
    elements: &[(u8, &str)],
    subelements: &[(u16, &str)],
) -> Message {
    Message {
        mti,
        function,
        elements: elements.iter().map(|(number, value)| (*number, (*value).to_owned())).collect(),
        subelements: subelements.iter().map(|(tag, value)| (*tag, (*value).to_owned())).collect(),
    }
}

/// An item of that code and amount.
fn item(mti: &'static str, function: u64, code: &str, amount: &str) -> Message {
    message(
        mti,
        function,
        &[
            (2, "5555444433331111"),
            (3, code),
            (4, amount),
            (12, "260316100000"),
            (26, "5812"),
            (31, "79999996075000000003018"),
            (37, "607510000301"),
            (38, "A00301"),
            (41, "10000001"),
            (42, "898110159990001"),
            (49, "156"),
            (63, "1MCC0000010316  "),
        ],
        &[(146, "000119156000000000060156000000000060"), (148, "1562"), (158, "MCC123456789260316010000000")],
    )
}

fn header() -> Message {
    message("1644", 697, &[], &[(105, FILE_ID), (122, "P")])
}

fn trailer(amounts: u64, messages: u64) -> Message {
    message(
        "1644",
        695,
        &[],
        &[(105, FILE_ID), (301, &format!("{amounts:016}")), (306, &format!("{messages:08}"))],
    )
}

/// A file of these messages, numbered.
fn file(format: Format, messages: &[Message]) -> Vec<u8> {
    let mut writer = RecordWriter::new(Vec::new(), format);
    for (index, message) in messages.iter().enumerate() {
        let mut list = PdsList::new();
        for (tag, value) in &message.subelements {
            list.push(*tag, value).unwrap();
        }
        let mut builder = Builder::new(format.encoding.spec(), message.mti.parse().unwrap());
        builder.set(24, message.function).set(71, index as u64 + 1);
        for (number, value) in &message.elements {
            builder.set(*number, value.as_str());
        }
        list.set(&mut builder);
        writer.write(&builder).unwrap();
    }
    writer.finish().unwrap()
}

const FORMATS: [Format; 3] = [
    Format { blocked: false, encoding: Encoding::Ascii },
    Format { blocked: true, encoding: Encoding::Ebcdic },
    Format { blocked: true, encoding: Encoding::Ascii },
];

fn of(messages: &[Message]) -> Read {
    all(&options(Side::Clearing), &file(FORMATS[1], messages))
}

#[test]
fn presentments_chargebacks_and_fees() {
    let mut reversal = item("1240", 200, "000000", "000000000100");
    reversal.subelements.push((25, "R260315".into()));
    let messages = [
        header(),
        item("1240", 200, "000000", "000000010000"),
        item("1240", 200, "200000", "000000000500"),
        reversal,
        item("1240", 205, "000000", "000000000700"),
        item("1442", 450, "000000", "000000000900"),
        item("1740", 700, "190000", "000000000025"),
        item("1740", 700, "290000", "000000000030"),
        message("1644", 693, &[], &[]),
        trailer(10000 + 500 + 100 + 700 + 900 + 25 + 30, 10),
    ];
    for format in FORMATS {
        let read = all(&options(Side::Clearing), &file(format, &messages));
        assert_eq!(read.words(), [""; 0], "{format:?}");
        let found: Vec<_> = read.items().iter().map(|item| (item.kind, item.gross, item.fee)).collect();
        use ClearingKind::{Chargeback, Fee, Refund, Representment, Reversal, Sale};
        assert_eq!(
            found,
            [
                (Sale, 10000, Some(60)),
                (Refund, -500, Some(-60)),
                (Reversal, -100, Some(-60)),
                (Representment, 700, Some(60)),
                (Chargeback, -900, Some(-60)),
                (Fee, 25, None),
                (Fee, -30, None),
            ]
        );
        let sale = read.items()[0];
        assert_eq!(sale.arn.as_deref(), Some("79999996075000000003018"));
        assert_eq!((sale.rrn.as_deref(), sale.approval.as_deref()), (Some("607510000301"), Some("A00301")));
        assert_eq!((sale.number, sale.mcc.as_deref()), (Some(2), Some("5812")));
        assert_eq!(sale.life_id.as_deref(), Some("MCC0000010316"));
        assert_eq!(sale.token.unwrap().to_string(), "555544******1111");
        assert_eq!(sale.local_date.unwrap().to_string(), "2026-03-16");
        assert_eq!(sale.local_time.as_deref(), Some("100000"));
        assert_eq!(sale.currency.unwrap().as_str(), "CNY");
        let report = &read.report.file;
        assert_eq!(report.identity.as_deref(), Some(FILE_ID));
        assert_eq!(report.date.unwrap().to_string(), "2026-03-16");
        assert_eq!(read.report.notes.len(), 1, "a message without an item is told");
    }
}

#[test]
fn what_the_file_says_of_itself_is_held_against_it() {
    let sale = || item("1240", 200, "000000", "000000010000");
    let totals = |debits: &str| {
        message("1644", 685, &[], &[(300, FILE_ID), (372, "1240200"), (380, debits), (402, "0000000001")])
    };
    for (messages, words) in [
        (
            vec![header(), sale(), trailer(10001, 3)],
            "the trailer's sum of amounts is 10001, that of the messages 10000",
        ),
        (vec![header(), sale(), trailer(10000, 4)], "the trailer counts 4 messages, 3 are there"),
        (vec![sale(), trailer(10000, 2)], "the file begins without a header"),
        (vec![header(), sale()], "the file has no trailer (1644-695): it may be cut off"),
        (vec![header(), trailer(0, 2), sale()], "a message follows the trailer"),
        (
            vec![header(), sale(), totals("D0000000000010001"), trailer(10000, 4)],
            "the totals of 1240200 do not agree",
        ),
        (vec![message("1644", 697, &[], &[(105, FILE_ID), (122, "T")]), sale()], "the file is a test"),
        (
            vec![header(), message("1644", 699, &[], &[]), trailer(0, 3)],
            "the network rejected the file (1644-699)",
        ),
        (
            vec![
                header(),
                message("1240", 200, &[(4, "000000000100"), (49, "156")], &[(148, "1560")]),
                trailer(100, 3),
            ],
            "PDS 0148 says that CNY has 0 decimals, it has 2",
        ),
        (
            vec![header(), message("1240", 200, &[(4, "000000000100"), (49, "156")], &[]), trailer(100, 3)],
            "the record has no key",
        ),
    ] {
        let found = of(&messages).words();
        assert!(
            found.iter().any(|found| found.contains(words) && found.starts_with("offset")),
            "{words}: {found:?}"
        );
    }
    // each of the three by itself
    let right = [(380, "D0000000000010000"), (381, "C0000000000000000"), (402, "0000000001")];
    for wrong in
        [None, Some((380, "D0000000000010001")), Some((381, "C0000000000000001")), Some((402, "0000000002"))]
    {
        let said = right.map(|known| wrong.filter(|(number, _)| *number == known.0).unwrap_or(known));
        let totals = message("1644", 685, &[], &[&[(300, FILE_ID), (372, "1240200")], &said[..]].concat());
        let words = of(&[header(), sale(), totals, trailer(10000, 4)]).words();
        assert_eq!(words.len(), usize::from(wrong.is_some()), "{wrong:?}: {words:?}");
    }
}

#[test]
fn a_broken_record_is_refused_and_the_rest_goes_on() {
    let sale = || item("1240", 200, "000000", "000000010000");
    let messages = [header(), sale(), sale(), sale(), trailer(30000, 5)];
    let mut octets = file(FORMATS[0], &messages);
    // the amount of the second sale is no number any more
    let place = octets.windows(12).enumerate().filter(|(_, part)| part == b"000000010000").nth(1).unwrap().0;
    octets[place] = b'X';
    let read = all(&options(Side::Clearing), &octets);
    assert_eq!((read.items().len(), read.report.file.records), (2, 3));
    let words = read.words();
    assert!(words[0].contains("the record is broken") && !words[0].contains("5555"), "{words:?}");
    let Some(Place::Offset(at)) = words[0]
        .split(':')
        .next()
        .and_then(|place| Some(Place::Offset(place.strip_prefix("offset ")?.parse().ok()?)))
    else {
        panic!("{words:?}")
    };
    assert!(octets[usize::try_from(at).unwrap()..].starts_with(b"1240"), "the offset is that of the record");
    // a length that leads nowhere ends the reading
    let messages: Vec<_> = std::iter::once(header()).chain((0..60).map(|_| sale())).collect();
    let mut octets = file(FORMATS[0], &messages);
    let last = octets.windows(4).rposition(|part| part == b"1240").unwrap();
    octets[last - 4] = 0x7F;
    let read = all(&options(Side::Clearing), &octets);
    assert_eq!((read.items().len(), read.report.file.complete), (59, false));
    assert!(read.words()[0].ends_with("what follows cannot be found"), "{:?}", read.words());
}

#[test]
fn a_file_that_is_cut_says_so_wherever_it_is_cut() {
    let sale = item("1240", 200, "000000", "000000010000");
    for format in FORMATS {
        let octets = file(format, &[header(), sale_again(&sale), trailer(10000, 3)]);
        let end = octets.iter().rposition(|octet| !matches!(octet, 0 | 0x40)).unwrap();
        for cut in 1..=end {
            let read = drawn(&options(Side::Clearing), &octets[..cut]);
            assert!(!read.report.file.complete, "{format:?} cut at {cut}: {:?}", read.words());
        }
    }
}

fn sale_again(sale: &Message) -> Message {
    Message { elements: sale.elements.clone(), subelements: sale.subelements.clone(), ..*sale }
}

/// A credit, a chargeback and a reversal each turn the way that money goes.
#[test]
fn each_of_three_turns_the_sign() {
    for (mti, function) in [("1240", 200), ("1442", 450)] {
        for code in ["000000", "200000"] {
            for is_reversed in [false, true] {
                let mut of_it = item(mti, function, code, "000000000100");
                of_it.subelements.extend(is_reversed.then(|| (25, "R260315".to_owned())));
                let read = of(&[header(), of_it, trailer(100, 3)]);
                assert_eq!(read.words(), [""; 0]);
                let turns =
                    [mti == "1442", code == "200000", is_reversed].iter().filter(|turns| **turns).count();
                let sign = if turns % 2 == 0 { 1 } else { -1 };
                let [found] = read.items()[..] else { panic!("{:?}", read.records) };
                assert_eq!(
                    (found.gross, found.fee),
                    (sign * 100, Some(sign * 60)),
                    "{mti} {code} {is_reversed}"
                );
            }
        }
    }
}

/// The totals of a kind tell debits and credits apart: what is given back is a credit.
#[test]
fn totals_of_debits_and_of_credits() {
    for (debits, credits, number, is_right) in
        [(12_500, 700, 4, true), (12_500, 701, 4, false), (12_501, 700, 4, false), (13_200, 0, 4, false)]
    {
        let [debits, credits] = [('D', debits), ('C', credits)].map(|(mark, sum)| format!("{mark}{sum:016}"));
        let number = format!("{number:010}");
        let said = [
            (300, FILE_ID),
            (372, "1240200"),
            (380, debits.as_str()),
            (381, credits.as_str()),
            (402, number.as_str()),
        ];
        let messages = [
            header(),
            item("1240", 200, "000000", "000000010000"),
            item("1240", 200, "200000", "000000000500"),
            item("1240", 200, "000000", "000000002500"),
            item("1240", 200, "200000", "000000000200"),
            message("1644", 685, &[], &said),
            trailer(13_200, 7),
        ];
        let words = drawn(&options(Side::Clearing), &file(FORMATS[1], &messages)).words();
        assert_eq!(words.is_empty(), is_right, "{debits} {credits}: {words:?}");
    }
}

/// What stands before the first record is told; where nothing does, nothing is.
#[test]
fn what_stands_before_the_first_record_is_told() {
    let octets = file(FORMATS[0], &[header(), trailer(0, 2)]);
    for (before, notes) in [
        (&b""[..], vec![]),
        (b"HDR T112 20261123 BANK0001\n", vec!["27 octets before the first record were passed over"]),
    ] {
        let read = drawn(&options(Side::Clearing), &[before, &octets].concat());
        let found: Vec<&str> = read.report.notes.iter().map(|note| note.reason.as_str()).collect();
        assert_eq!((found, read.words()), (notes, Vec::new()));
    }
}
