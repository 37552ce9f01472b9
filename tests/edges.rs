//! Edges of framings, codes and specs that no larger test comes by: found by mutants.

mod common;

use cardwire::codes::{
    ActionCode03, ActionCode93, Advice, FunctionCode, NetworkCode, Outcome, PosData, ReasonCode,
    ResponseCode, Scope, SettlementCode, unionpay,
};
use cardwire::frame::{Base1Header, CupsHeader, Station, UnionPayHeader};
use cardwire::layout::{Layout, Shape, Tag, a, ans, b, n, row, x_n, z};
use cardwire::mask::{OPEN, SECRET};
use cardwire::spec::{ISO87, ISO87_ASCII, Slots, binary_parts, numbered_parts, text_parts};
use cardwire::{
    Builder, Dialect, ErrorKind, Framing, Inspection, Message, Mti, Spec,
    layout::{
        BitmapForm, CodePage, Coding, Element, LengthUnit, NextBitmap, PadNibble, Prefix, PrefixCoding, Side,
    },
    model::{Place, SpecFault, Version},
};
use common::{spec_of, unhex};

#[test]
fn a_base1_header_keeps_every_field() {
    let bytes: [u8; 22] = std::array::from_fn(|index| u8::try_from(index + 1).unwrap());
    assert_eq!(Base1Header::parse(&bytes).unwrap_err().kind(), ErrorKind::FrameShape);
    let mut bytes = bytes;
    bytes[0] = 26;
    let header = Base1Header::parse(&bytes).unwrap();
    assert_eq!((header.format, header.text_format, header.user), (2, 3, 22));
    // written anew it has its own size, and a total that is still to be filled in
    (bytes[0], bytes[3], bytes[4]) = (22, 0, 0);
    assert_eq!(header.to_bytes(), bytes);
}

#[test]
fn an_answer_swaps_the_stations_of_a_base1_header() {
    let header = Base1Header::new([1, 2, 3], [4, 5, 6]).to_bytes();
    let mut out = [0; 64];
    let framing = Framing::VAP;
    let frame = framing.reply(&header, b"0810", &mut out).unwrap().to_vec();
    let found = framing.split(&frame).unwrap().unwrap();
    let answered = Base1Header::parse(found.header).unwrap();
    assert_eq!((answered.destination, answered.source), ([4, 5, 6], [1, 2, 3]));
}

#[test]
fn totals_that_disagree_are_named_where_they_stand() {
    // two octets of length and two zeros, and then the header, whose total is its fourth octet
    let mut frame = [0; 64];
    let header = Base1Header::new([1; 3], [2; 3]).to_bytes();
    let mut frame = Framing::VAP.wrap(&header, b"0800", &mut frame).unwrap().to_vec();
    frame[8] += 1;
    let error = Framing::VAP.split(&frame).unwrap_err();
    assert_eq!((error.kind(), error.offset()), (ErrorKind::FrameShape, 7));
    let link = Framing::BINARY4.with_header(Station::Cups);
    let mut header = [b'1'; CupsHeader::SIZE];
    (header[0], header[1]) = (0x2E, 0x02);
    let mut out = [0; 64];
    let good = link.wrap(&header, b"0800", &mut out).unwrap().to_vec();
    for spoilt in [b'1', b'x'] {
        let mut frame = good.clone();
        frame[9] = spoilt;
        assert_eq!(link.split(&frame).unwrap_err().offset(), if spoilt == b'x' { 9 } else { 6 });
    }
}

#[test]
fn the_second_header_of_a_reject_is_measured_where_it_stands() {
    let framing = Framing::BINARY2.with_header(Station::Base1);
    let mut reject = [26; 26];
    (reject[22], reject[23]) = (0x80, 0);
    let refusal = |second: &[u8]| {
        let body = [&reject[..], second].concat();
        let frame = [&u16::try_from(body.len()).unwrap().to_be_bytes(), &body[..]].concat();
        let error = framing.split(&frame).unwrap_err();
        (error.kind(), error.offset(), error.expected(), error.found())
    };
    assert_eq!(refusal(&[21; 30]), (ErrorKind::FrameShape, 28, 0, 0));
    assert_eq!(refusal(&[40; 30]), (ErrorKind::Truncated, 28, 40, 30));
}

#[test]
fn what_is_measured_and_what_is_a_poll() {
    let link = Framing::BINARY2.with_limit(4);
    assert_eq!((link.limit(), link.measure(b"", b"0800")), (4, Ok(6)));
    let error = link.measure(b"", b"08001").unwrap_err();
    assert_eq!((error.kind(), error.expected(), error.found()), (ErrorKind::FrameLimit, 4, 5));
    let tpdu = Framing::BINARY2.with_header(Station::Tpdu);
    let error = tpdu.measure(&[0x60; 7], b"0800").unwrap_err();
    assert_eq!((error.kind(), error.offset(), error.found()), (ErrorKind::Trailing, 5, 2));
    assert!(Framing::BINARY2.split(b"\0\0").unwrap().unwrap().is_poll());
    assert!(!Framing::BINARY2.split(b"\0\x01x").unwrap().unwrap().is_poll());
    assert!(!tpdu.split(b"\0\x05\x60\0\0\0\0").unwrap().unwrap().is_poll());
    let header = UnionPayHeader::parse(&unhex("6000030000 60 31 32 313203")).unwrap();
    assert_eq!(header.state(), 3);
}

#[test]
fn a_network_code_and_its_function() {
    let function = |code: &str| NetworkCode::new(code).unwrap().function();
    for (code, said) in [
        ("001", "801"),
        ("002", "802"),
        ("003", "803"),
        ("004", "804"),
        ("101", "811"),
        ("161", "811"),
        ("102", "812"),
        ("201", "821"),
        ("202", "822"),
        ("270", "831"),
        ("301", "831"),
    ] {
        assert_eq!(function(code), FunctionCode::new(said), "{code}");
    }
    assert_eq!(function("999"), None);
    assert!(NetworkCode::new("A01").is_none() && NetworkCode::new("01").is_none());
}

#[test]
fn codes_and_what_they_leave_open() {
    let meaning = |code: &str| ActionCode03::new(code).unwrap().meaning();
    // a range that repeats message reasons takes their words, a single code has its own
    assert_eq!(Some(meaning("1508")), ReasonCode::new("1508").unwrap().meaning().map(|row| row.text));
    assert_eq!(meaning("1016"), "insufficient funds");
    assert_eq!(FunctionCode::new("180").unwrap().scope(), Scope::Private);
    assert_eq!(SettlementCode::from_action(ActionCode93::new("000").unwrap()), None);
    let advices = (0..100).filter_map(|code| ResponseCode::new(&format!("{code:02}")).unwrap().advice());
    let (closed, open): (Vec<&Advice>, Vec<&Advice>) =
        advices.partition(|advice| advice.outcome != Outcome::Unknown);
    assert!(closed.len() > 9 && closed.iter().all(|advice| advice.is_final()));
    assert!(!open.is_empty() && !open.iter().any(|advice| advice.is_final()));
    let slip = unionpay::advice(ResponseCode::new("00").unwrap()).unwrap();
    assert_eq!((slip.action, slip.action_zh), (Some("print the slip"), Some("打印签购单")));
    assert_eq!(
        (PosData::title(7), PosData::title(0), PosData::title(13)),
        (Some("card data input mode"), None, None)
    );
}

#[test]
fn an_ebcdic_dialect_differs_in_its_page_alone() {
    let (usual, other) = (Dialect::ebcdic(CodePage::Cp1047), Dialect::ebcdic(CodePage::Cp037));
    let written = |dialect: Dialect, value: &str| {
        let slots: &'static Slots<'static> = Box::leak(Box::new(ISO87.elements(&dialect)));
        let spec = Spec::try_new("page", &dialect, slots).unwrap();
        let mut builder = Builder::new(&spec, Mti::NETWORK_REQUEST);
        builder.set(2, "4111111111111111").set(28, "C00000029").set(35, "4111111111111111=2512");
        common::hex(&builder.set(43, value).set(52, b"12345678").to_vec().unwrap())
    };
    assert_eq!(written(usual, "A"), written(Dialect::EBCDIC, "A"));
    assert_eq!(written(other, "A"), written(Dialect::EBCDIC, "A"));
    assert_ne!(written(other, "[A]"), written(Dialect::EBCDIC, "[A]"));
}

fn built(spec: &'static Spec<'static>, number: u8, value: &str) -> String {
    let wire = Builder::new(spec, Mti::NETWORK_REQUEST).set(number, value).to_vec().unwrap();
    common::hex(&wire[10..])
}

#[test]
fn what_a_dialect_says_of_each_class() {
    let dialect = Dialect {
        track: Coding::Ascii,
        pad_nibble_fixed: PadNibble::LEFT_ZERO,
        pad_nibble_var: PadNibble::RIGHT_F,
        ..Dialect::BCD
    };
    let rows = [row(3, n(5), "", OPEN), row(4, n(5).ll(), "", OPEN), row(35, z(9).ll(), "track", SECRET)];
    let spec = spec_of(dialect, &[rows[0], rows[1], rows[2], row(52, b(4), "", SECRET)]).unwrap();
    assert_eq!((built(spec, 3, "12345").as_str(), built(spec, 4, "12345").as_str()), ("012345", "0512345F"));
    assert_eq!(built(spec, 35, "41=2512"), "0734313D32353132");
    let packed = Dialect { track: Coding::Bcd, bitmap: BitmapForm::new(Coding::Raw), ..Dialect::ASCII };
    let spec_of_track = spec_of(packed, &[row(35, z(9).ll(), "", SECRET)]).unwrap();
    let wire = Builder::new(spec_of_track, Mti::NETWORK_REQUEST).set(35, "41=25").to_vec().unwrap();
    assert!(
        wire.ends_with(&[b'0', b'5', 0x04, 0x1D, 0x25]) || wire.ends_with(&[b'0', b'5', 0x41, 0xD2, 0x50])
    );
    assert_eq!(spec.element(35).unwrap().name(), "track");
    // octets are not filled: a part of a PIN block is none
    assert_eq!(built(spec, 52, "\x01\x02\x03\x04"), "01020304");
    let short = Builder::new(spec, Mti::NETWORK_REQUEST).set(52, "\x01\x02").to_vec().unwrap_err();
    assert_eq!((short.kind(), short.expected(), short.found()), (ErrorKind::TooShort, 4, 2));
}

#[test]
fn parts_by_a_bitmap_of_one_octet() {
    let rows = [row(1, n(2), "", OPEN), row(2, ans(2).l(), "", OPEN), row(8, n(2), "", OPEN)];
    let parts: &'static [_] = numbered_parts::<3, 9>(&Dialect::BCD, rows).to_vec().leak();
    let layout: &'static Layout<'static> =
        Box::leak(Box::new(Layout::bitmap(BitmapForm::single(Coding::Raw, 1), parts)));
    let spec = spec_of(Dialect::BCD, &[row(62, b(99).ll().of(layout), "", SECRET)]).unwrap();
    let values: &[(u32, &str)] = &[(1, "12"), (2, "AB"), (8, "34")];
    let mut builder = Builder::new(spec, Mti::NETWORK_REQUEST);
    let wire = builder.set(62, values).to_vec().unwrap();
    assert_eq!(common::hex(&wire[10..]), "06C1120241423 4".replace(' ', ""));
    let message = Message::parse(spec, &wire).unwrap();
    let keys: Vec<u32> = message.get(62).unwrap().parts().map(|part| part.key().value()).collect();
    assert_eq!(keys, [1, 2, 8]);
}

#[test]
fn layouts_and_lengths_that_do_not_fit_their_element() {
    let fault = |shape: Shape<'static>| spec_of(Dialect::BCD, &[row(48, shape, "", SECRET)]).map(|_| ());
    let said = |shape| fault(shape).unwrap_err().to_string();
    let text = || -> &'static [_] { text_parts([row(1, ans(3).l(), "", SECRET)]).to_vec().leak() };
    let octets = || -> &'static [_] { binary_parts([row(1, b(3).l(), "", SECRET)]).to_vec().leak() };
    let leak = |layout: Layout<'static>| -> &'static Layout<'static> { Box::leak(Box::new(layout)) };
    let wide = Prefix { coding: PrefixCoding::Bcd, width: 20, counts: LengthUnit::Units, includes: 0 };
    let led = leak(Layout::tags(Tag::Octets(1), None, octets()).length_first(wide));
    assert!(said(b(99).ll().of(led)).contains("the length prefix is too wide"));
    let misplaced = said(ans(99).ll().of(leak(Layout::tags(Tag::Octets(1), None, octets()))));
    let ebcdic = leak(Layout::tags(Tag::Ebcdic(CodePage::Cp1047, 2), None, octets()));
    assert_eq!(said(ans(99).ll().of(ebcdic)), misplaced);
    let digits = leak(Layout::tags(Tag::Digits(2), None, text()));
    assert!(fault(ans(99).ll().of(digits)).is_ok());
    assert_eq!(said(a(99).ll().of(digits)), misplaced);
    // lengths are counted in half bytes and in bits within 32 bits
    let four = Prefix { coding: PrefixCoding::Binary, width: 4, counts: LengthUnit::Units, includes: 0 };
    assert!(fault(b(0x01FF_FFFF).prefix(four)).is_ok());
    assert!(said(b(0x0200_0000).prefix(four)).contains("length"));
}

#[test]
fn tags_that_their_form_cannot_write() {
    let writes = |tag: Tag, value: u32| {
        let in_text = matches!(tag, Tag::Text(_) | Tag::Digits(_));
        let (any, shape): (_, fn(&'static Layout<'static>) -> Shape<'static>) = match in_text {
            true => (row(0, ans(9).l(), "", SECRET), |layout| ans(99).ll().of(layout)),
            false => (row(0, b(9).l(), "", SECRET), |layout| b(99).ll().of(layout)),
        };
        let any: &'static Element<'static> = Box::leak(Box::new(any.resolve(match in_text {
            true => &Dialect::CHARACTERS,
            false => &Dialect::OCTETS,
        })));
        let layout: &'static Layout<'static> = Box::leak(Box::new(Layout::tags(tag, Some(any), &[])));
        let spec = spec_of(Dialect::BCD, &[row(48, shape(layout), "", SECRET)]).unwrap();
        let parts: &[(u32, &str)] = &[(value, "1")];
        match Builder::new(spec, Mti::NETWORK_REQUEST).set(48, parts).to_vec() {
            Ok(wire) => {
                let message = Message::parse(spec, &wire).unwrap();
                let found = message.get(48).unwrap().parts().next().unwrap();
                assert_eq!(found.key().value(), value, "{tag:?}");
                true
            }
            Err(error) => {
                assert_eq!((error.kind(), error.place()), (ErrorKind::Tag, Place::Element(48)));
                false
            }
        }
    };
    let all = |tag: Tag, values: &[u32]| values.iter().all(|value| tag.admits(*value) && writes(tag, *value));
    let none =
        |tag: Tag, values: &[u32]| !values.iter().any(|value| tag.admits(*value) || writes(tag, *value));
    assert!(all(Tag::Digits(2), &[0, 9, 10, 99]) && none(Tag::Digits(2), &[100, 1_000]));
    assert!(all(Tag::Octets(1), &[0, 0xFF]) && none(Tag::Octets(1), &[0x100]));
    assert!(all(Tag::Octets(3), &[0, 0xFF_FFFF]) && none(Tag::Octets(3), &[0x100_0000]));
    assert!(all(Tag::Text(2), &[0x4162]) && none(Tag::Text(2), &[0x41, 0x4120, 0x2041, 0x41_6263]));
    assert!(all(Tag::Ber, &[0x9A, 0x9F26, 0x9F7F, 0xDF_8101, 0xBF_FF7F]));
    assert!(none(
        Tag::Ber,
        &[0, 0x1F, 0x9A26, 0x9F80, 0xDF_0101, 0xDF_8181, 0xDA_8101, 0xDF_8180, 0x9F81_8101]
    ));
}

#[test]
fn a_third_bitmap_among_the_elements() {
    let bitmap = BitmapForm::new(Coding::Raw).third(NextBitmap::InElement);
    let rows = [3, 64, 66, 130].map(|number| row(number, n(2), "", OPEN));
    let spec = spec_of(Dialect { bitmap, ..Dialect::BCD }, &rows).unwrap();
    let mut builder = Builder::new(spec, Mti::NETWORK_REQUEST);
    let wire = builder.set(3, 1).set(64, 2).set(66, 3).set(130, 4).to_vec().unwrap();
    let message = Message::parse(spec, &wire).unwrap();
    assert_eq!(
        (message.bitmap_count(), message.bitmap().iter().collect::<Vec<_>>()),
        (3, vec![3, 64, 66, 130])
    );
    for (number, value) in [(3, "01"), (64, "02"), (66, "03"), (130, "04")] {
        assert!(message.get(number).unwrap() == value, "{number}");
    }
    let dump = message.dump().to_string();
    let heads: Vec<&str> =
        dump.lines().filter(|line| line.contains("bitmap")).map(|line| &line[..7]).collect();
    assert_eq!(heads, ["0002  A", "0014  4"], "{dump}");
    assert_eq!(Builder::copy_of(&message, spec).to_vec().unwrap(), wire);
    // the bit that announces it is no element
    let error = builder.set(65, 5).to_vec().unwrap_err();
    assert_eq!((error.kind(), error.place(), error.offset()), (ErrorKind::Undefined, Place::Element(65), 20));
}

#[test]
fn hexadecimal_digits_are_read_in_either_case_and_written_in_upper_case() {
    let parts: &'static [_] =
        binary_parts([row(1, b(1), "", SECRET), row(2, b(1), "", SECRET)]).to_vec().leak();
    let layout: &'static Layout<'static> = Box::leak(Box::new(Layout::positions(1, parts)));
    let spec = spec_of(Dialect::ASCII, &[row(48, b(8).ll().of(layout), "", SECRET)]).unwrap();
    let wire = "08000000000000010000";
    let read = |digits: &str| {
        let wire = [&wire[..20], "04", digits].concat().into_bytes();
        let message = Message::parse(spec, &wire).unwrap();
        let parts = message.get(48).unwrap().parts().flat_map(|part| part.expose().octets());
        let copy = Builder::copy_of(&message, spec).to_vec().unwrap();
        (parts.collect::<Vec<u8>>(), String::from_utf8(copy[22..].to_vec()).unwrap())
    };
    for digits in ["0AFE", "0afe", "0aFe"] {
        assert_eq!(read(digits), (vec![0x0A, 0xFE], String::from("0AFE")));
    }
}

#[test]
fn a_digit_that_is_wrong_is_found_in_its_half_byte() {
    let spec = spec_of(Dialect::BCD, &[row(28, x_n(8), "", OPEN)]).unwrap();
    let good = unhex("0800 0000001000000000 43 00001234");
    assert!(Message::parse(spec, &good).unwrap().get(28).unwrap() == "C00001234");
    for (at, spoilt) in [(10, 0x58), (11, 0xA0), (11, 0x0A), (12, 0xA0), (13, 0x1A), (14, 0xA4), (14, 0x3A)] {
        let mut wire = good.clone();
        wire[at] = spoilt;
        assert_eq!(Message::parse(spec, &wire).unwrap_err().offset(), at, "{spoilt:02X}");
    }
}

#[test]
fn a_sign_and_digits_are_blamed_where_they_stand() {
    let refused = |dialect, digits: u32, good: &[u8], at: usize, spoilt: u8| {
        let spec = spec_of(dialect, &[row(28, x_n(digits), "", OPEN)]).unwrap();
        assert!(Message::parse(spec, good).is_ok());
        let mut wire = good.to_vec();
        wire[at] = spoilt;
        let error = Message::parse(spec, &wire).unwrap_err();
        assert_eq!(error.offset(), at, "{spoilt:02X}");
        error.kind()
    };
    // seven digits take a pad nibble after the sign
    let packed = unhex("0800 0000001000000000 43 01234567");
    let of_packed = |at, spoilt| refused(Dialect::BCD, 7, &packed, at, spoilt);
    assert!(matches!(of_packed(10, 0x58), ErrorKind::Character(..)));
    for (at, spoilt) in [(11, 0x0A), (12, 0xA3), (12, 0x2A), (13, 0xA5), (14, 0x6A)] {
        assert_eq!(of_packed(at, spoilt), ErrorKind::Nibble);
    }
    assert_eq!(of_packed(11, 0x11), ErrorKind::Fill);
    // a sign stands in front alone, however long the value is
    let plain = b"08000000001000000000C12345678901234567890";
    for (at, spoilt) in [(20, b'X'), (21, b'x'), (36, b'C'), (37, b'D'), (40, b'x')] {
        assert!(matches!(refused(Dialect::ASCII, 20, plain, at, spoilt), ErrorKind::Character(..)));
    }
}

#[test]
fn ber_lengths_are_written_in_their_shortest_form() {
    let object = row(0x40, b(70_000).prefix(Prefix::BER), "", SECRET);
    let parts: &'static [_] = binary_parts([object]).to_vec().leak();
    let layout: &'static Layout<'static> = Box::leak(Box::new(Layout::tags(Tag::Ber, None, parts)));
    let wide = Prefix { coding: PrefixCoding::Binary, width: 4, counts: LengthUnit::Units, includes: 0 };
    let spec = spec_of(Dialect::BCD, &[row(48, b(80_000).prefix(wide).of(layout), "", SECRET)]).unwrap();
    for (len, length) in
        [(127, "7F"), (128, "8180"), (255, "81FF"), (256, "820100"), (65_535, "82FFFF"), (65_536, "83010000")]
    {
        let value = vec![7; len];
        let parts: &[(u32, &[u8])] = &[(0x40, &value)];
        let mut builder = Builder::new(spec, Mti::NETWORK_REQUEST);
        let wire = builder.set(48, parts).to_vec().unwrap();
        assert_eq!(common::hex(&wire[14..15 + length.len() / 2]), format!("40{length}"));
        assert_eq!(wire.len(), 15 + length.len() / 2 + len);
        let message = Message::parse(spec, &wire).unwrap();
        assert!(message.path("48.40").unwrap().expose() == value[..]);
    }
}

#[test]
fn lengths_that_count_octets_of_packed_digits() {
    let octets = Prefix { coding: PrefixCoding::Bcd, width: 2, counts: LengthUnit::Bytes, includes: 0 };
    let nine = PadNibble { side: Side::Right, nibble: 9 };
    let rows = [
        row(28, x_n(9).min(2).prefix(octets), "", OPEN),
        row(44, n(6).prefix(octets).pad_nibble(nine), "", OPEN),
        row(45, n(6).prefix(octets).pad_nibble(PadNibble::RIGHT_F), "", OPEN),
    ];
    let spec = spec_of(Dialect::BCD, &rows).unwrap();
    let read = |bitmap: &str, value: &str| {
        let wire = unhex(&format!("0800 {bitmap} {value}"));
        let message = Message::parse(spec, &wire).map_err(|error| (error.kind(), error.offset()))?;
        let field = message.fields().next().unwrap();
        Ok(field.text().unwrap().chars().collect::<String>())
    };
    // not even the sign
    assert_eq!(read("0000001000000000", "00"), Err((ErrorKind::LengthUnit, 10)));
    assert_eq!(read("0000001000000000", "03 43 1234"), Ok("C1234".into()));
    // a digit marks no pad nibble, what is no digit does
    assert_eq!(read("0000000000100000", "02 1239"), Ok("1239".into()));
    assert_eq!(read("0000000000080000", "02 123F"), Ok("123".into()));
    assert_eq!(read("0000000000080000", "02 1239"), Ok("1239".into()));
}

#[test]
fn parts_that_must_be_there() {
    let read = |required: u8, value: &str| {
        let rows = [row(1, ans(1), "", OPEN), row(2, ans(2), "", OPEN), row(3, ans(3), "", OPEN)];
        let parts: &'static [_] = text_parts(rows).to_vec().leak();
        let layout: &'static Layout<'static> = Box::leak(Box::new(Layout::positions(required, parts)));
        let spec = spec_of(Dialect::ASCII, &[row(48, ans(6).ll().of(layout), "", SECRET)]).unwrap();
        let wire = format!("08000000000000010000{:02}{value}", value.len());
        Message::parse(spec, wire.as_bytes())
            .map(|message| message.get(48).unwrap().parts().count())
            .map_err(|error| (error.kind(), error.offset(), error.parts().count()))
    };
    let truncated = |offset| Err((ErrorKind::Truncated, offset, 1));
    assert_eq!([read(0, ""), read(0, "A"), read(0, "ABB")], [Ok(0), Ok(1), Ok(2)]);
    assert_eq!([read(1, ""), read(1, "A"), read(2, "A")], [truncated(22), Ok(1), truncated(23)]);
    assert_eq!([read(2, "ABB"), read(3, "ABB"), read(2, "AB")], [Ok(2), truncated(25), truncated(23)]);
}

#[test]
fn hexadecimal_digits_of_an_ebcdic_link_are_counted_as_octets() {
    let dialect =
        Dialect { binary: Coding::EbcdicHex(CodePage::Cp1047), ..Dialect::ebcdic(CodePage::Cp1047) };
    let spec = spec_of(dialect, &[row(48, b(8).ll(), "", SECRET)]).unwrap();
    let wire = Builder::new(spec, Mti::NETWORK_REQUEST).set(48, &[0x9F, 0x26]).to_vec().unwrap();
    assert_eq!(common::hex(&wire[12..]), "F0F2F9C6F2F6");
    assert!(Message::parse(spec, &wire).unwrap().expose(48).unwrap() == [0x9F, 0x26][..]);
}

#[test]
fn a_layout_of_the_caller_stands_as_deep_as_its_parent() {
    let nested = |shape: Shape<'static>| -> &'static Layout<'static> {
        let parts: &'static [_] = binary_parts([row(1, shape, "", OPEN)]).to_vec().leak();
        Box::leak(Box::new(Layout::positions(1, parts)))
    };
    let octets = || b(8).coding(Coding::Hex).rest();
    let (second, third) = (octets().of(nested(octets())), octets().of(nested(octets().of(nested(octets())))));
    let own = nested(b(1));
    for (shape, path, is_fine) in [(second, "48.1.1", true), (third, "48.1.1.1", false)] {
        let spec = spec_of(Dialect::ASCII, &[row(48, b(64).lll().of(nested(shape)), "", OPEN)]).unwrap();
        // the digits of 41, of those digits, and so on
        let digits = if is_fine { "33343331" } else { "3333333433333331" };
        let wire = format!("08000000000000010000{:03}{digits}", digits.len());
        let message = Message::parse(spec, wire.as_bytes()).unwrap();
        let value = message.path(path).unwrap();
        match value.parts_as(own) {
            Ok(_) => assert!(is_fine, "{path}"),
            Err(error) => assert_eq!((error.kind(), is_fine), (ErrorKind::Spec(SpecFault::TooDeep), false)),
        }
    }
}

#[test]
fn a_copy_of_one_message_takes_elements_of_another() {
    let wire = |stan: u32, terminal: &str| {
        let mut builder = Builder::new(&ISO87_ASCII, Mti::NETWORK_REQUEST);
        builder.set(11, stan).set(41, terminal).to_vec().unwrap()
    };
    let (first, second) = (wire(1, "TERM0001"), wire(2, "TERM0002"));
    let [first, second] = [&first, &second].map(|wire| Message::parse(&ISO87_ASCII, wire).unwrap());
    let mixed = Builder::copy_of(&first, &ISO87_ASCII).echo(&second, &[11, 70]).to_vec().unwrap();
    assert_eq!(mixed, wire(2, "TERM0001"));
    // carried over twice is carried over
    let mut twice = Builder::new(&ISO87_ASCII, Mti::NETWORK_REQUEST);
    assert_eq!(twice.echo(&first, &[11]).echo(&first, &[11, 41]).to_vec().unwrap(), first.wire());
    assert_eq!(Inspection::of(&ISO87_ASCII, &mixed).wire(), mixed);
    let error = first.number(41).unwrap_err();
    assert_eq!((error.kind(), error.place()), (ErrorKind::Form, Place::Element(41)));
}

#[test]
fn wide_prefixes_and_what_is_said_of_the_rest() {
    let dialect = Dialect { prefix: PrefixCoding::Binary, ..Dialect::ASCII };
    let spec = spec_of(dialect, &[row(48, ans(99_999).var(5), "", SECRET)]).unwrap();
    let long = "x".repeat(70_000);
    let wire = Builder::new(spec, Mti::NETWORK_REQUEST).set(48, long.as_str()).to_vec().unwrap();
    assert_eq!(common::hex(&wire[20..24]), "01117078");
    let length = Prefix { coding: PrefixCoding::Ascii, width: 2, counts: LengthUnit::Units, includes: 0 };
    let packed = spec_of(Dialect::BCD, &[row(48, n(5).padded(length), "", SECRET)]);
    assert_eq!(packed.unwrap_err().kind(), ErrorKind::Spec(SpecFault::CodingCannotCarry));
    assert_eq!(PadNibble::default(), PadNibble::LEFT_ZERO);
    let version = |mti: &str| mti.parse::<Mti>().unwrap().version();
    assert_eq!([version("8100"), version("9100")], [Version::National, Version::Private]);
}
