//! Parts, wherever they lie: within codings, in the middle of octets, of layouts that resemble the
//! usual ones.

mod common;

use cardwire::layout::{Layout, Shape, Tag, ans, b, n, row};
use cardwire::mask::{OPEN, SECRET};
use cardwire::spec::{binary_parts, text_parts};
use cardwire::{
    Builder, Dialect, ErrorKind, Field, Message, Mti, Spec, Template, Value,
    layout::{Coding, Content, LengthUnit, PadNibble, Prefix, PrefixCoding, Row},
};
use common::{golden, hex, spec_of};

fn leaked(layout: Layout<'static>) -> &'static Layout<'static> {
    Box::leak(Box::new(layout))
}

/// Positions over characters.
fn characters<const N: usize>(rows: [Row<'static>; N]) -> &'static Layout<'static> {
    leaked(Layout::positions(1, text_parts(rows).to_vec().leak()))
}

/// Positions over octets.
fn octets<const N: usize>(rows: [Row<'static>; N]) -> &'static Layout<'static> {
    leaked(Layout::positions(1, binary_parts(rows).to_vec().leak()))
}

/// A spec whose element 48 has that shape.
fn holding(dialect: Dialect, shape: Shape<'static>) -> &'static Spec<'static> {
    spec_of(dialect, &[row(48, shape, "", SECRET)]).unwrap()
}

/// Every part within that, and within its parts.
fn below<'a>(field: &Field<'a>, all: &mut Vec<Field<'a>>) {
    for part in field.parts() {
        all.push(part);
        below(&part, all);
    }
}

/// What a part holds, set as an element of every other coding, is what it is there.
fn can_be_set(part: &Field<'_>) {
    let value: Vec<u8> = part.expose().octets().collect();
    let shape = match part.content() {
        Content::B => b(255).ll(),
        Content::N => n(99).ll(),
        _ => ans(255).lll(),
    };
    for dialect in [Dialect::ASCII, Dialect::BCD, Dialect::EBCDIC] {
        let other = Prefix { coding: PrefixCoding::Binary, width: 1, counts: LengthUnit::Units, includes: 0 };
        let spec = holding(dialect, shape.prefix(other));
        let written = |builder: &mut Builder<'_>| builder.to_vec().map(|wire| hex(&wire));
        let given = written(Builder::new(spec, Mti::NETWORK_REQUEST).set(48, value.as_slice()));
        if let Ok(given) = given {
            assert_eq!(written(Builder::new(spec, Mti::NETWORK_REQUEST).set(48, part)), Ok(given));
            let clear = part.expose();
            assert!(Builder::new(spec, Mti::NETWORK_REQUEST).set(48, &clear).to_vec().is_ok());
        }
    }
}

#[test]
fn a_part_is_a_value_like_any_other() {
    let mut count = 0;
    for (_, spec, wire) in golden::wires() {
        let message = Message::parse(spec, &wire).unwrap();
        let mut parts = Vec::new();
        message.fields().for_each(|field| below(&field, &mut parts));
        parts.iter().for_each(can_be_set);
        count += parts.len();
    }
    assert!(count > 100, "{count}");
    // packed in an odd place, and within two codings
    let packed = characters([row(1, n(1), "", OPEN), row(2, n(4), "", OPEN), row(3, n(3).rest(), "", OPEN)]);
    let digits =
        octets([row(1, b(1), "", OPEN), row(2, n(5), "", OPEN), row(3, n(8).rest().of(packed), "", OPEN)]);
    let nested =
        octets([row(1, b(2), "", OPEN), row(2, b(30).coding(Coding::Hex).rest().of(digits), "", OPEN)]);
    let spec = holding(Dialect::ASCII, b(60).lll().of(nested));
    let inner = "07 012345 12345678".replace(' ', "");
    let value = [&[0xAA, 0xBB], inner.as_bytes()].concat();
    let wire = Builder::new(spec, Mti::NETWORK_REQUEST).set(48, value.as_slice()).to_vec().unwrap();
    let message = Message::parse(spec, &wire).unwrap();
    let mut parts = Vec::new();
    below(&message.get(48).unwrap(), &mut parts);
    assert_eq!(parts.len(), 8);
    parts.iter().for_each(can_be_set);
    let digits =
        ["48.2.2", "48.2.3.1", "48.2.3.2", "48.2.3.3"].map(|path| message.path(path).unwrap().number());
    assert_eq!(digits, [Ok(12_345), Ok(1), Ok(2_345), Ok(678)]);
}

#[test]
fn tags_of_two_octets_are_not_those_of_ber() {
    let tags = binary_parts([row(0x0040, b(9).ber(), "", SECRET), row(0x4003, b(9).ber(), "", SECRET)]);
    let spec = holding(
        Dialect::BCD,
        b(99).ll().of(leaked(Layout::tags(Tag::Octets(2), None, tags.to_vec().leak()))),
    );
    let read = |value: &str| {
        let wire = common::unhex(&format!("0800 0000000000010000 {:02} {value}", value.len() / 2));
        Message::parse(spec, &wire).map(|_| ()).map_err(|error| (error.kind(), error.offset()))
    };
    assert_eq!(read("400301AA00400202BB".trim()), Ok(()));
    assert_eq!(read("400301AABB"), Err((ErrorKind::Truncated, 15)));
}

#[test]
fn positions_that_do_not_fill_their_element_are_looked_at() {
    let parts = |first: Shape<'static>| characters([row(1, first, "", OPEN), row(2, ans(2), "", OPEN)]);
    let read = |first, value: &str| {
        let spec = holding(Dialect::ASCII, ans(4).of(parts(first)));
        let wire = format!("08000000000000010000{value}");
        Message::parse(spec, wire.as_bytes()).map(|_| ()).map_err(|error| (error.kind(), error.offset()))
    };
    assert_eq!([read(ans(2), "9ABC"), read(ans(2).l(), "1ABC")], [Ok(()); 2]);
    assert_eq!(read(ans(2).l(), "9ABC"), Err((ErrorKind::TooLong, 20)));
    assert_eq!(read(ans(1), "9ABC"), Err((ErrorKind::Trailing, 23)));
    assert_eq!(read(ans(3), "9ABC"), Err((ErrorKind::Truncated, 23)));
    assert_eq!(
        read(n(2), "9ABC"),
        Err((ErrorKind::Character(Content::N, cardwire::model::CharKind::of(b'A')), 21))
    );
    assert_eq!(
        read(ans(2).of(characters([row(1, n(2), "", OPEN)])), "9ABC").map_err(|error| error.1),
        Err(21)
    );
}

#[test]
fn a_part_of_packed_digits_that_the_buffer_cuts_is_not_looked_into() {
    let one = Prefix { coding: PrefixCoding::Ascii, width: 1, counts: LengthUnit::Units, includes: 1 };
    let inner = characters([row(1, n(8).prefix(one), "", OPEN)]);
    let outer = characters([row(1, n(2), "", OPEN), row(2, n(9).rest().of(inner), "", OPEN)]);
    let rows = [row(48, n(3).of(outer).pad_nibble(PadNibble::RIGHT_ZERO), "", SECRET)];
    let spec = spec_of(Dialect::BCD, &rows).unwrap();
    let nested = [(1_u32, "")];
    let parts = [(1_u32, Value::from("12")), (2, Value::from(&nested))];
    let mut builder = Builder::new(spec, Mti::NETWORK_REQUEST);
    builder.set(48, &parts);
    assert_eq!(hex(&builder.to_vec().unwrap()[10..]), "1210");
    for room in 0..12 {
        let error = builder.write(&mut vec![0; room]).unwrap_err();
        assert_eq!((error.kind(), error.expected(), error.found()), (ErrorKind::Room, 12, room));
    }
}

#[test]
fn half_bytes_are_counted_in_pairs() {
    let halves = Prefix { coding: PrefixCoding::Bcd, width: 2, counts: LengthUnit::Nibbles, includes: 0 };
    let spec = holding(Dialect::BCD, n(8).prefix(halves));
    let read = |value: &str| {
        let wire = common::unhex(&format!("0800 0000000000010000 {value}"));
        Message::parse(spec, &wire).map(|_| ()).map_err(|error| (error.kind(), error.offset()))
    };
    assert_eq!([read("04 1234"), read("08 12345678")], [Ok(()); 2]);
    assert_eq!(read("05 1234"), Err((ErrorKind::LengthUnit, 10)));
}

#[test]
fn parts_end_once_and_for_all() {
    let layout = characters([row(1, n(1), "", OPEN), row(2, n(1), "", OPEN)]);
    let spec = holding(Dialect::ASCII, n(2).of(layout));
    let wire = b"0800000000000001000012";
    let message = Message::parse(spec, wire).unwrap();
    let mut parts = message.get(48).unwrap().parts();
    assert_eq!((parts.by_ref().count(), parts.next().is_none(), parts.next().is_none()), (2, true, true));
}

#[test]
fn a_part_behind_a_length_is_refused_where_it_would_stand() {
    let length_first =
        Prefix { coding: PrefixCoding::Binary, width: 1, counts: LengthUnit::Units, includes: 0 };
    let tags = binary_parts([row(0x40, b(3).rest(), "", SECRET)]).to_vec().leak();
    let spec = holding(
        Dialect::BCD,
        b(99).ll().of(leaked(Layout::tags(Tag::Octets(1), None, tags).length_first(length_first))),
    );
    let parts: [(u32, &[u8]); 2] = [(0x40, &[1]), (0x40, &[1, 2, 3, 4])];
    let error = Builder::new(spec, Mti::NETWORK_REQUEST).set(48, &parts).to_vec().unwrap_err();
    assert_eq!(error.to_string(), "field 48, part 40 at byte 14: expected at most 3, found 4");
}

#[test]
fn a_wide_composite_is_not_patched() {
    let layout = characters([row(1, ans(700), "", OPEN), row(2, ans(700), "", OPEN)]);
    let spec = holding(Dialect::ASCII, ans(1_400).of(layout));
    let (one, other) = ("x".repeat(1_400), "y".repeat(700));
    let mut wire = Builder::new(spec, Mti::NETWORK_REQUEST).set(48, one.as_str()).to_vec().unwrap();
    let before = wire.clone();
    let parts = [(1_u32, other.as_str()), (2, other.as_str())];
    let error = Template::of(spec, &mut wire).unwrap().patch(48, &parts).map(drop).unwrap_err();
    assert_eq!((error.kind(), wire), (ErrorKind::Form, before));
}
