//! The prober: names the row that is wrong, ranks specs and framings, and keeps secrets.
#![cfg(feature = "alloc")]

use cardwire::frame::Station;
use cardwire::layout::{
    BitmapForm, CodePage, Coding, Content, LengthUnit, PadNibble, Prefix, PrefixCoding, Row, an, ans, n, row,
    x_n, z,
};
use cardwire::mask::{OPEN, TRACK};
use cardwire::model::Place;
use cardwire::probe::{Change, Hint, probe};
use cardwire::spec::{
    ISO87, ISO87_ASCII, ISO87_ASCII_BINARY, ISO87_BCD, ISO87_BCD_EBCDIC, ISO87_BCD_EBCDIC_BYTES,
    ISO87_EBCDIC, ISO87_NUMERIC_CURRENCY, MtiCoding, Slots, UNIONPAY_POS, builtin,
};
use cardwire::{Builder, Dialect, Framing, Message, Mti, Spec, de};
use proptest::prelude::*;

/// Messages of one link that differ in what they carry.
fn traffic(spec: &Spec<'_>) -> Vec<Vec<u8>> {
    let mut sale = Builder::new(spec, Mti::FINANCIAL_REQUEST);
    sale.set(de::PAN, "4111111111111111").set(de::PROCESSING_CODE, "000000").set(de::AMOUNT, 12_345);
    sale.set(de::TRANSMISSION_TIME, "1123071530").set(de::STAN, 123_456).set(12, "081530").set(13, "1123");
    sale.set(22, "051").set(25, "00").set(32, "12345678901").set(35, "4111111111111111=2912201123456789");
    sale.set(37, "632708123456").set(41, "TERM0001").set(42, "MERCHANT0000001").set(49, "840");
    sale.set(52, &[0x3A, 0xF1, 0x55, 0x02, 0x9C, 0xB7, 0x68, 0xE4]).set(60, "0123");
    let icc: [(u32, &[u8]); 3] = [
        (0x9F26, &[0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0xF6, 0x07, 0x18]),
        (0x95, &[0x80; 5]),
        (0x9F36, &[0x00, 0x2A]),
    ];
    sale.set(55, &icc);
    let mut response = Builder::new(spec, Mti::FINANCIAL_RESPONSE);
    response.set(de::PAN, "5555555555554444").set(de::PROCESSING_CODE, "200000").set(de::AMOUNT, 7);
    response.set(de::STAN, 98_765).set(32, "654321").set(37, "632708123457").set(38, "A1B2C3").set(39, "00");
    response.set(41, "TERM0002").set(49, "978").set(60, "this is a text");
    let mut third = Builder::new(spec, Mti::FINANCIAL_REQUEST);
    third
        .set(de::PAN, "6011000990139424")
        .set(de::PROCESSING_CODE, "310000")
        .set(de::AMOUNT, 99_000_000_000u64);
    third.set(de::TRANSMISSION_TIME, "0102235959").set(de::STAN, 777_777).set(22, "021").set(32, "9876543");
    third.set(35, "6011000990139424=30012010000000000").set(41, "12345678").set(49, "156").set(60, "x");
    [sale, response, third].iter().map(|builder| builder.to_vec().unwrap()).collect()
}

fn borrowed(messages: &[Vec<u8>]) -> Vec<&[u8]> {
    messages.iter().map(Vec::as_slice).collect()
}

/// The field that is blamed is not the field that is wrong.
#[test]
fn the_hint_names_what_is_wrong_and_not_what_was_blamed() {
    let slots: Slots<'_> = ISO87.with(row(32, n(11).lll(), "Acquirer", OPEN)).elements(&Dialect::ASCII);
    let mine = Spec::new("mine", &Dialect::ASCII, &slots);
    let messages = traffic(&ISO87_ASCII);
    let explanations = probe(&borrowed(&messages), [&mine]);
    let best = &explanations[0];
    assert_eq!(best.hints()[0].field(), Some(32));
    assert_eq!(best.hints()[0].changes().collect::<Vec<_>>(), [Change::Width(2)]);
    assert_eq!(
        best.to_string(),
        "mine, no framing: score 476, 0 of 3 messages complete; 9 of 18 elements, 87 of 245 bytes, \
         stopped by field 32 at byte 87: expected at most 11 digits, found 111; field 32: its length probably has \
         2 digits or octets (explains 3 of 3 messages)"
    );
    // DE 37 reads on at the wrong place, DE 38 is blamed
    let slots: Slots<'_> = ISO87.with(row(37, an(14), "Reference", OPEN)).elements(&Dialect::ASCII);
    let mine = Spec::new("mine", &Dialect::ASCII, &slots);
    let wire = &messages[1..2];
    let best = &probe(&borrowed(wire), [&mine])[0];
    assert_ne!(best.error().unwrap().field(), Some(37));
    assert_eq!(best.hints()[0].field(), Some(37), "{:?}", best.hints());
}

/// A length that is only written otherwise has as many digits as its value wants, which is no change of its own.
#[test]
fn a_length_in_another_coding_is_one_change() {
    let binary = Prefix { coding: PrefixCoding::Binary, width: 1, counts: LengthUnit::Units, includes: 0 };
    for (number, shape) in [(32_u8, n(11)), (60, ans(200))] {
        let of = |shape| ISO87.with(row(number.into(), shape, "Mine", OPEN)).elements(&Dialect::ASCII);
        let slots: Slots<'_> = of(shape.prefix(binary));
        let mine = Spec::new("mine", &Dialect::ASCII, &slots);
        // as the standard has both
        let messages = traffic(&ISO87_ASCII);
        let best = &probe(&borrowed(&messages), [&mine])[0];
        let changes: Vec<Change> = best.hints()[0].changes().collect();
        assert_eq!(
            (best.hints()[0].field(), changes),
            (Some(number), vec![Change::Prefix(PrefixCoding::Ascii)]),
            "{best}"
        );
    }
}

#[test]
fn more_messages_raise_the_confidence() {
    let slots: Slots<'_> =
        ISO87.with(row(11, n(6).coding(Coding::Ascii), "STAN", OPEN)).elements(&Dialect::BCD);
    let mine = Spec::new("mine", &Dialect::BCD, &slots);
    let messages = traffic(&ISO87_BCD);
    let messages = borrowed(&messages);
    let confidence = |count: usize| {
        let hint = probe(&messages[..count], [&mine])[0].hints()[0];
        assert_eq!((hint.field(), hint.explains()), (Some(11), (count, count)));
        hint.confidence()
    };
    assert!(confidence(1) < confidence(2) && confidence(2) < confidence(3));
}

#[test]
fn mti_bitmap_and_dialect_are_named_as_such() {
    let messages = traffic(&ISO87_BCD);
    let slots: Slots<'_> = ISO87.elements(&Dialect::BCD);
    let hint = |dialect: Dialect, slots: &Slots<'_>| {
        let mine = Spec::new("mine", &dialect, slots);
        probe(&borrowed(&messages), [&mine])[0].hints()[0]
    };
    let found = hint(Dialect { mti: MtiCoding::Ascii, ..Dialect::BCD }, &slots);
    assert_eq!(
        (found.place(), found.to_string()),
        (Place::Mti, "MTI: probably packed digits (explains 3 of 3 messages)".into())
    );
    let found = hint(Dialect { bitmap: BitmapForm::new(Coding::Hex), ..Dialect::BCD }, &slots);
    assert_eq!((found.place(), found.explains()), (Place::Bitmap, (3, 3)));
    let found = hint(Dialect::BCD, &ISO87.elements(&Dialect::ASCII_BINARY));
    assert_eq!((found.place(), found.explains()), (Place::Whole, (3, 3)));
}

#[test]
fn what_the_spec_lacks_and_what_it_is_too_strict_for() {
    let messages = traffic(&ISO87_ASCII);
    let hint = |slots: &Slots<'_>| {
        let mine = Spec::new("mine", &Dialect::ASCII, slots);
        probe(&borrowed(&messages), [&mine])[0].hints()[0]
    };
    let found = hint(&ISO87.without(60).elements(&Dialect::ASCII));
    assert_eq!((found.field(), found.changes().next()), (Some(60), Some(Change::Defined)));
    let found = hint(&ISO87.with(row(41, n(8), "Terminal", OPEN)).elements(&Dialect::ASCII));
    assert_eq!(found.field(), Some(41));
    assert!(matches!(found.changes().next(), Some(Change::Content(Content::An | Content::Ans))), "{found}");
    let found = hint(&ISO87.with(row(32, n(6).ll(), "Acquirer", OPEN)).elements(&Dialect::ASCII));
    assert_eq!((found.field(), found.changes().next()), (Some(32), Some(Change::Longer(11))));
}

#[test]
fn specs_and_framings_are_ranked() {
    for (spec, framing, header) in [
        (&ISO87_BCD, Framing::BINARY2, 5),
        (&ISO87_ASCII, Framing::ASCII4, 0),
        (&ISO87_ASCII_BINARY, Framing::BINARY4_INCLUSIVE, 0),
        (&ISO87_EBCDIC, Framing::BINARY2_ZEROS, 22),
        (&UNIONPAY_POS, Framing::BINARY2, 11),
        (&ISO87_BCD, Framing::NONE, 5),
        (&ISO87_ASCII, Framing::NONE, 0),
        (&ISO87_BCD, Framing::BINARY2, 17),
        (&ISO87_BCD_EBCDIC, Framing::BINARY2_ZEROS, 22),
        (&ISO87_BCD_EBCDIC_BYTES, Framing::BINARY4, 0),
    ] {
        let mut frames = Vec::new();
        for message in if spec.name() == "unionpay-pos" { vec![terminal()] } else { traffic(spec) } {
            let payload = [vec![0x60; header], message].concat();
            let mut out = vec![0; payload.len() + 16];
            frames.push(framing.wrap(b"", &payload, &mut out).unwrap().to_vec());
        }
        let explanations = probe(&borrowed(&frames), builtin());
        let best = &explanations[0];
        assert_eq!((best.spec().name(), best.score()), (spec.name(), 1000), "{explanations:#?}");
        let found = best.envelope();
        assert_eq!((found.framing().with_header(Station::None), found.header()), (framing, header));
        assert!(best.is_complete());
        assert!(explanations.windows(2).all(|pair| pair[0].score() >= pair[1].score()));
    }
}

/// A sale of a UnionPay terminal; DE 22 to the left, DE 60 packed: no other spec reads it.
fn terminal() -> Vec<u8> {
    let mut sale = Builder::new(&UNIONPAY_POS, Mti::FINANCIAL_REQUEST);
    sale.set(2, "6222020200011222334").set(3, "000000").set(4, 100).set(11, 1).set(22, "021").set(25, "00");
    sale.set(41, "12345678").set(42, "123456789012345").set(49, "156").set(60, "22000001");
    sale.to_vec().unwrap()
}

/// What most hosts of the large networks write, read with a spec of something else.
#[test]
fn packed_digits_with_ebcdic_text_are_told_from_a_spec_of_neither() {
    for (spec, counts) in
        [(&ISO87_BCD_EBCDIC, LengthUnit::Units), (&ISO87_BCD_EBCDIC_BYTES, LengthUnit::Bytes)]
    {
        let messages = traffic(spec);
        let slots: Slots<'_> = ISO87_NUMERIC_CURRENCY.elements(&Dialect::BCD);
        let mine = Spec::new("mine", &Dialect::BCD, &slots);
        let best = &probe(&borrowed(&messages), [&mine])[0];
        let changes: Vec<Change> = best.hints()[0].changes().collect();
        assert!(changes.contains(&Change::Text(Coding::Ebcdic(CodePage::Cp1047))), "{}: {best}", spec.name());
        assert!(changes.contains(&Change::OctetPrefixes(counts)), "{}: {best}", spec.name());
    }
}

/// Amounts that are not as the standard writes them: without a sign, or with the sign counted.
#[test]
fn signed_amounts_that_are_none_are_named_first() {
    let message = |dialect: &Dialect, number: u8, row: Row<'static>, text: &str| {
        let slots: Slots<'_> = ISO87.with(row).elements(dialect);
        let theirs = Spec::new("theirs", dialect, &slots);
        let mut builder = Builder::new(&theirs, Mti::FINANCIAL_REQUEST);
        builder.set(3, "000000").set(11, 1).set(number, text).set(39, "00");
        builder.to_vec().unwrap()
    };
    for (spec, dialect) in [(&ISO87_ASCII, Dialect::ASCII), (&ISO87_EBCDIC, Dialect::EBCDIC)] {
        for number in [28_u8, 30] {
            let row = |shape| row(number.into(), shape, "Fee", OPEN);
            for (shape, text, words) in [
                (n(9), "000000500", "expected a sign and 8 digits, found probably 9 digits without a sign"),
                (n(8), "00000500", "expected a sign and 8 digits, found probably 8 digits without a sign"),
                (x_n(7), "C0000500", "expected a sign and 8 digits, found probably a sign and 7 digits"),
            ] {
                let wire = message(&dialect, number, row(shape), text);
                let best = &probe(&[&wire], [spec])[0];
                let hint = best.hints().first().map(ToString::to_string).unwrap_or_default();
                assert_eq!(hint, format!("field {number}: {words} (explains 1 of 1 messages)"), "{best}");
            }
        }
    }
}

#[test]
fn a_third_bitmap_is_named_when_it_is_seen() {
    // bits 1 and 65, then elements 3, 11 and 130
    let third = |announced: bool| {
        let second = if announced { [0x80, 0, 0, 0, 0, 0, 0, 0] } else { [0; 8] };
        let first = [0xA0, 0x20, 0, 0, 0, 0, 0, 0];
        let bitmap = [0x40, 0, 0, 0, 0, 0, 0, 0];
        (first, second, bitmap)
    };
    let (first, second, bitmap) = third(true);
    let values = [0x00, 0x30, 0x00, 0x00, 0x00, 0x07];
    let at_once = [&[0x02, 0x00][..], &first, &second, &bitmap, &values, b"ABCD"].concat();
    let in_place = [&[0x02, 0x00][..], &first, &second, &values, &bitmap, b"ABCD"].concat();
    for (wire, words) in [
        (at_once, "bitmap: a third bitmap follows the second: bit 65 is set"),
        (in_place, "bitmap: a third bitmap stands in the place of field 65, whose bit is set"),
    ] {
        let best = &probe(&[&wire], [&ISO87_BCD])[0];
        let hints: Vec<String> = best.hints().iter().map(ToString::to_string).collect();
        assert!(hints.iter().any(|hint| hint.starts_with(words)), "{hints:?}");
    }
    let (first, second, _) = third(false);
    let without = [&[0x02, 0x00][..], &first, &second, &values].concat();
    assert!(probe(&[&without], [&ISO87_BCD])[0].is_complete());
}

/// A hint is of an element that the bitmap announces, and no hint holds after a header that swallows
/// the MTI.
#[test]
fn no_hint_names_what_is_not_there() {
    for spec in [&ISO87_ASCII, &ISO87_BCD, &ISO87_EBCDIC] {
        for message in traffic(spec) {
            let announced = Message::parse(spec, &message).unwrap().bitmap();
            for at in (25..message.len()).step_by(9) {
                let mut broken = message.clone();
                broken[at] ^= 0x0F;
                let best = &probe(&[&broken], [spec])[0];
                assert!(best.envelope().is_bare() || best.is_complete(), "octet {at}: {best}");
                let fields = best.hints().iter().filter_map(Hint::field);
                let strange = fields.filter(|number| !announced.contains(*number));
                assert_eq!(strange.collect::<Vec<_>>(), [0_u8; 0], "octet {at}: {best}");
            }
        }
    }
}

#[test]
fn what_a_hint_says_can_be_carried_out() {
    let slots: Slots<'_> = ISO87
        .with(row(35, z(37).ll().pad_nibble(PadNibble::RIGHT_F), "Track 2", TRACK))
        .elements(&Dialect::BCD);
    let theirs = Spec::new("theirs", &Dialect::BCD, &slots);
    let messages = traffic(&theirs);
    let best = &probe(&borrowed(&messages), [&ISO87_BCD])[0];
    assert_eq!(best.hints()[0].field(), Some(35));
    let doc = best.mended(0).unwrap();
    assert_eq!(doc.name, "iso87-bcd");
    doc.with(|mended| {
        for message in &messages {
            assert!(Message::parse(mended, message).is_ok());
        }
    })
    .unwrap();
    assert!(best.mended(99).is_none());
}

#[test]
fn nothing_of_a_message_shows() {
    let slots: Slots<'_> = ISO87.with(row(2, n(16), "Card number", OPEN)).elements(&Dialect::ASCII);
    let mine = Spec::new("mine", &Dialect::ASCII, &slots);
    let messages = traffic(&ISO87_ASCII);
    let shown =
        format!("{:?} {:#?}", probe(&borrowed(&messages), [&mine]), probe(&borrowed(&messages), builtin()));
    assert!(
        ["41111111", "411111", "12345678901", "555555", "TERM"].iter().all(|secret| !shown.contains(secret))
    );
    assert!(probe(&[], builtin()).is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// What is no message scores low, and nothing panics, whatever the bytes are.
    #[test]
    fn noise_is_not_explained(noise in prop::collection::vec(any::<u8>(), 40..400)) {
        let best = &probe(&[&noise], builtin())[0];
        prop_assert!(best.score() < 700, "{best}");
    }

    #[test]
    fn damage_does_not_panic(at in 0usize..300, octet: u8, cut in 0usize..300, which in 0usize..4) {
        let spec = [&ISO87_ASCII, &ISO87_BCD, &ISO87_EBCDIC, &ISO87_ASCII_BINARY][which];
        let mut messages = traffic(spec);
        let message = &mut messages[0];
        let index = at % message.len();
        message[index] = octet;
        message.truncate(message.len().saturating_sub(cut));
        prop_assert!(probe(&borrowed(&messages), [spec])[0].score() <= 1000);
    }
}

/// What is said of a change is said of no other, and has its figures in it.
#[test]
fn each_change_has_words_of_its_own() {
    use cardwire::layout::{NextBitmap, PrefixCoding, Side};
    let page = CodePage::Cp037;
    let codings = [
        Coding::Ascii,
        Coding::Ebcdic(page),
        Coding::Bcd,
        Coding::Raw,
        Coding::Hex,
        Coding::EbcdicHex(page),
        Coding::Zoned(cardwire::layout::Zone::F),
    ];
    let prefixes = [
        PrefixCoding::Ascii,
        PrefixCoding::Ebcdic(page),
        PrefixCoding::Bcd,
        PrefixCoding::Binary,
        PrefixCoding::Hex,
        PrefixCoding::Ber,
    ];
    let mtis = [MtiCoding::Ascii, MtiCoding::Ebcdic, MtiCoding::Bcd, MtiCoding::Binary, MtiCoding::Hex];
    let units = [LengthUnit::Units, LengthUnit::Bytes, LengthUnit::Nibbles];
    let nibbles = [(Side::Left, 0), (Side::Right, 0), (Side::Right, 0xF)];
    let mut groups: Vec<Vec<Change>> = vec![
        mtis.map(Change::Mti).to_vec(),
        codings.map(Change::Coding).to_vec(),
        codings.map(Change::Digits).to_vec(),
        codings.map(Change::Text).to_vec(),
        codings.map(Change::Binary).to_vec(),
        prefixes.map(Change::Prefixes).to_vec(),
        prefixes.map(Change::Prefix).to_vec(),
        units.map(Change::OctetPrefixes).to_vec(),
        units.map(Change::LengthUnit).to_vec(),
        [false, true].map(Change::Includes).to_vec(),
        nibbles.map(|(side, nibble)| Change::PadNibble(PadNibble { side, nibble })).to_vec(),
        [Content::N, Content::Ans, Content::B].map(Change::Content).to_vec(),
        vec![Change::Variable, Change::Parts, Change::Defined],
        vec![Change::ThirdBitmap(NextBitmap::InElement), Change::ThirdBitmap(NextBitmap::Announced)],
    ];
    let figures: [fn(u32) -> Change; 5] = [
        |figure| Change::Width(u8::try_from(figure).unwrap()),
        Change::Fixed,
        Change::Longer,
        |found| Change::Unsigned { expected: 71, found },
        |found| Change::Signed { expected: 71, found },
    ];
    for of in figures {
        let said = of(93).to_string();
        assert!(said.contains("93"), "{said}");
        groups.push(vec![of(92), of(93)]);
    }
    let said: Vec<Vec<String>> =
        groups.iter().map(|group| group.iter().map(Change::to_string).collect()).collect();
    let all: Vec<&String> = said.iter().flatten().collect();
    // an MTI and a value that are written in one way are told by the place before the words
    for (place, words) in all.iter().enumerate() {
        let same = all.iter().position(|other| other == words).unwrap();
        let of_mti = same < mtis.len() && (mtis.len()..mtis.len() + codings.len()).contains(&place);
        assert!(words.len() > 8 && (same == place || of_mti), "{words}");
    }
    assert_eq!(Change::Bitmap(Coding::Hex).to_string(), Change::Coding(Coding::Hex).to_string());
}

/// What reads messages for the most part is told from what reads none.
#[test]
fn a_spec_that_reads_messages_is_told_from_one_that_does_not() {
    let good = traffic(&ISO87_ASCII);
    let inputs: Vec<&[u8]> = good.iter().map(Vec::as_slice).collect();
    let best = probe(&inputs, [&ISO87_ASCII]).remove(0);
    assert!(best.reads_messages() && best.is_complete());
    // a type alone, or with a bitmap that announces what does not come, is no message
    let noise: [&[u8]; 4] = [
        &[0x5A; 40],
        b"a letter of some length, and no message at all",
        b"0200",
        b"02007000000000000000 a letter of some length, and no message at all",
    ];
    // what would be a message, were its type one
    let mut strange = good[0].clone();
    strange[0] = b'5';
    for noise in noise.into_iter().chain([strange.as_slice()]) {
        let found = probe(&[noise], [&ISO87_ASCII, &ISO87_BCD]);
        assert!(found.iter().all(|explanation| !explanation.reads_messages()), "{noise:?}");
    }
}
