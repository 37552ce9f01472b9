//! One test for every bug that was found, so that it stays fixed.

mod common;

use std::time::{Duration, Instant};

use cardwire::layout::{Layout, Tag, an, ans, b, n, row, x_n};
use cardwire::mask::{OPEN, SECRET};
use cardwire::spec::{ISO87_ASCII, ISO87_BCD, ISO87_EBCDIC, Slots, binary_parts, table, text_parts};
use cardwire::{
    Builder, Dialect, ErrorKind, Inspection, Message, Mti, Spec,
    layout::{BitmapForm, Coding, Element, LengthUnit, NextBitmap, PadNibble, Prefix, PrefixCoding, Side},
};
use common::{hex, sound_spec_of as spec_of, unhex};

/// A third bitmap that is always there was written without the second one, which announces it.
#[test]
fn issue_001_third_bitmap_without_second() {
    let bitmap = BitmapForm::new(Coding::Raw).third(NextBitmap::Always);
    let spec = spec_of(Dialect { bitmap, ..Dialect::BCD }, [row(3, n(6), "", OPEN), row(66, n(1), "", OPEN)]);
    let mut builder = Builder::new(spec, Mti::NETWORK_REQUEST);
    let wire = builder.set(3, "123456").to_vec().unwrap();
    assert_eq!(hex(&wire), "08002000000000000000123456");
    assert!(Message::parse(spec, &wire).is_ok());
    let wire = builder.set(66, 1).to_vec().unwrap();
    assert_eq!(Message::parse(spec, &wire).unwrap().bitmap_count(), 3);
}

/// A value that held its terminator was written and read back shorter.
#[test]
fn issue_002_terminator_within_the_value() {
    let spec = spec_of(Dialect::ASCII, [row(43, ans(99).until(b'\\'), "", OPEN)]);
    let mut builder = Builder::new(spec, Mti::NETWORK_REQUEST);
    let error = builder.set(43, "a\\b").to_vec().unwrap_err();
    assert_eq!(error.to_string(), "field 43 at byte 21: the value contains its own terminator");
    assert_eq!(builder.set(43, "a/b").to_vec().unwrap(), b"08000000000000200000a/b\\");
    // a terminator of zero is no octet of an unwritten buffer
    let spec = spec_of(Dialect::ASCII, [row(43, ans(99).until(0), "", OPEN)]);
    let mut builder = Builder::new(spec, Mti::NETWORK_REQUEST);
    assert_eq!(builder.set(43, "a").measure(), Ok(22));
}

/// A BER tag cut by the end of its element was judged by the octets of the next element.
#[test]
fn issue_003_tag_cut_by_the_end_of_its_element() {
    let of = |after: &str| {
        let wire = unhex(&format!("0200 0000000000000201 0001 9F {after}"));
        Message::parse(&ISO87_BCD, &wire).unwrap_err().to_string()
    };
    assert_eq!(of("0000000000000000"), of("8080808080808080"));
    assert_eq!(of("8080808080808080"), "field 55 at byte 12: the value needs 2 bytes, 1 is left");
}

/// A colon in EBCDIC digits was called a half byte.
#[test]
fn issue_004_colon_in_ebcdic_digits() {
    let error = Message::parse(&ISO87_EBCDIC, &unhex("F0F8F0F00020000000000000F1F2F3F47AF6")).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Character(..)), "{error}");
}

/// The fill in front of a signed packed value was looked for in its sign.
#[test]
fn issue_005_fill_of_a_signed_packed_value() {
    let prefix = Prefix { coding: PrefixCoding::Ascii, width: 2, counts: LengthUnit::Bytes, includes: 0 };
    let pad_nibble = PadNibble { side: Side::Left, nibble: 0xF };
    let spec =
        spec_of(Dialect::BCD, [row(28, x_n(8).min(2).prefix(prefix).pad_nibble(pad_nibble), "", OPEN)]);
    let wire = Builder::new(spec, Mti::NETWORK_REQUEST).set(28, "C123").to_vec().unwrap();
    assert_eq!(hex(&wire), "08000000001000000000303343F123");
    assert!(Message::parse(spec, &wire).unwrap().get(28).unwrap() == "C123");
}

/// A length in half bytes was odd for a signed packed value, which was then read with one digit more.
/// It counts a pad nibble, so it is even, and only a fill that is no digit tells it apart.
#[test]
fn issue_006_half_bytes_of_a_signed_packed_value() {
    let prefix = Prefix { coding: PrefixCoding::Ascii, width: 2, counts: LengthUnit::Nibbles, includes: 0 };
    let shape = x_n(8).min(2).prefix(prefix).pad_nibble(PadNibble::RIGHT_F);
    let spec = spec_of(Dialect::BCD, [row(28, shape, "", OPEN)]);
    for (value, length) in [("C123", "3036"), ("D1234", "3036"), ("D12345", "3038")] {
        let wire = Builder::new(spec, Mti::NETWORK_REQUEST).set(28, value).to_vec().unwrap();
        assert_eq!(hex(&wire[10..12]), length);
        assert!(Message::parse(spec, &wire).unwrap().get(28).unwrap() == value);
    }
}

/// Of a fill of several characters only the first was checked.
#[test]
fn issue_007_fill_that_is_a_sign() {
    let spec = spec_of(Dialect::ASCII, [row(28, x_n(4).fill(Side::Left, b'C'), "", OPEN)]);
    let mut builder = Builder::new(spec, Mti::NETWORK_REQUEST);
    let error = builder.set(28, "C12").to_vec().unwrap_err();
    assert_eq!(error.to_string(), "field 28 at byte 21: expected at least 5 characters, found 3");
    assert!(builder.set(28, "123").to_vec().is_err());
    assert!(builder.set(28, "C1234").to_vec().unwrap().ends_with(b"C1234"));
}

/// A buffer one octet short gave an error of a part, read from a half-written hexadecimal digit.
#[test]
fn issue_008_one_octet_short_in_hexadecimal_digits() {
    static INNER: Layout<'static> =
        Layout::tags(Tag::Octets(1), None, &const { binary_parts([row(1, an(1), "", SECRET)]) });
    static OUTER: Layout<'static> = Layout::tags(
        Tag::Octets(1),
        None,
        &const { binary_parts([row(1, b(9).ber().of(&INNER), "", SECRET)]) },
    );
    let spec = spec_of(Dialect::ASCII, [row(48, b(9).ll().of(&OUTER), "", SECRET)]);
    let mut builder = Builder::new(spec, Mti::NETWORK_REQUEST);
    builder.set(48, &[(1, b"\x01A")]);
    let wire = builder.to_vec().unwrap();
    for dirt in [0, 0xFF, b'A'] {
        let error = builder.write(&mut vec![dirt; wire.len() - 1]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Room, "{error}");
    }
}

/// A layout of the caller's was taken as it came: one that holds itself never ended.
#[test]
fn issue_009_layout_of_the_caller() {
    static ITSELF: [Option<Element<'static>>; 1] =
        text_parts([row(1, ans(99).rest().of(&ENDLESS), "", SECRET)]);
    static ENDLESS: Layout<'static> = Layout::positions(1, &ITSELF);
    static WIDE: Layout<'static> = Layout::bitmap(BitmapForm::single(Coding::Hex, 9), &[]);
    static SHORT: Layout<'static> =
        Layout::positions(1, &const { text_parts([row(1, ans(2).rest(), "", SECRET)]) });
    let message = Message::parse(&ISO87_ASCII, b"08000000000000010000003abc").unwrap();
    let field = message.get(48).unwrap();
    let refusal = |layout| field.parts_as(layout).unwrap_err().to_string();
    assert!(refusal(&ENDLESS).ends_with("layouts are nested too deep"), "{}", refusal(&ENDLESS));
    assert_eq!(refusal(&WIDE), "spec, message: the bitmap form is impossible");
    assert_eq!(refusal(&SHORT), "part 1 at byte 23: expected at most 2 characters, found 3");
}

/// A signed amount of no digit took an octet that nobody wrote.
#[test]
fn issue_010_signed_amount_of_nothing() {
    let slots = |shape| -> &'static Slots<'static> {
        Box::leak(Box::new(table([row(28, shape, "", OPEN)]).elements(&Dialect::BCD)))
    };
    assert!(Spec::try_new("test", &Dialect::BCD, slots(x_n(8).ll())).is_err());
    assert!(Spec::try_new("test", &Dialect::BCD, slots(x_n(8).ll().min(2))).is_ok());
}

/// Letters in the parts of packed digits were written as their low half bytes, without a word.
#[test]
fn issue_011_letters_in_packed_digits() {
    let part: &'static [Option<Element<'static>>] = text_parts([row(1, ans(4), "", OPEN)]).to_vec().leak();
    let layout: &'static Layout<'static> = Box::leak(Box::new(Layout::positions(1, part)));
    let slots: &'static Slots<'static> =
        Box::leak(Box::new(table([row(3, n(4).of(layout), "", OPEN)]).elements(&Dialect::BCD)));
    let error = Spec::try_new("test", &Dialect::BCD, slots).unwrap_err();
    assert_eq!(error.to_string(), "spec, field 3, part 1: the coding cannot carry the content class");
}

/// An empty slot after the tags hid them from the search.
#[test]
fn issue_012_gap_in_a_list_of_tags() {
    let one = text_parts([row(5, n(2), "", OPEN)])[0];
    let layout: &'static Layout<'static> =
        Box::leak(Box::new(Layout::tags(Tag::Digits(2), None, Box::leak(Box::new([one, None, None])))));
    let slots: &'static Slots<'static> =
        Box::leak(Box::new(table([row(48, ans(9).of(layout), "", OPEN)]).elements(&Dialect::ASCII)));
    assert!(Spec::try_new("test", &Dialect::ASCII, slots).is_err());
}

/// An input that is too long had the MTI 0000.
#[test]
fn issue_013_mti_of_an_input_that_is_too_long() {
    assert_eq!(Inspection::of(&ISO87_ASCII, &vec![b'0'; 0x1000_0000]).mti(), None);
}

/// The zero that began a length before a BER tag was taken for padding.
#[test]
fn issue_014_length_before_a_tag_that_begins_with_zero() {
    let parts: &'static [_] = binary_parts([row(0x40, b(9).rest(), "", SECRET)]).to_vec().leak();
    let length_first = Prefix { coding: PrefixCoding::Bcd, width: 3, counts: LengthUnit::Units, includes: 0 };
    let layout: &'static Layout<'static> =
        Box::leak(Box::new(Layout::tags(Tag::Ber, None, parts).length_first(length_first)));
    let spec = spec_of(Dialect::BCD, [row(48, b(99).lll().of(layout), "", SECRET)]);
    let mut builder = Builder::new(spec, Mti::NETWORK_REQUEST);
    let wire = builder.set(48, &[(0x40, b"\xAA"), (0x40, b"\xBB")]).to_vec().unwrap();
    assert_eq!(hex(&wire[10..]), "0008000240AA000240BB");
    assert_eq!(Message::parse(spec, &wire).unwrap().get(48).unwrap().parts().count(), 2);
}

/// The pass that measures a composite knew nothing of its prefix and coding, and named their offset
/// as if there were none.
#[test]
fn issue_015_offset_of_a_part_that_is_refused() {
    let mut buffer = [0; 64];
    let mut builder = Builder::new(&ISO87_ASCII, Mti::NETWORK_REQUEST);
    let error = builder.set(55, &[(0x9A, "26X123")]).write(&mut buffer).unwrap_err();
    // 20 octets of MTI and bitmap, LLL, then 9A03 as four digits and one packed octet as two
    assert_eq!(error.to_string(), "field 55, part 9A at byte 29: expected class n, found a letter");
}

/// Guides that extend each other were looked for again and again: minutes for a file of a megabyte.
#[cfg(feature = "j8583")]
#[test]
fn issue_016_guides_that_extend_each_other() {
    let guides = |extends: fn(u32) -> String| {
        let guides = (0..9_000).map(|own| format!("<parse type='{own:04}' {}/>\n", extends(own)));
        let text = format!("<j8583-config>\n{}</j8583-config>", guides.collect::<String>());
        cardwire::import::SpecDoc::from_j8583(&text).unwrap_err().to_string()
    };
    let chain = guides(|own| if own < 8_999 { format!("extends='{:04}'", own + 1) } else { String::new() });
    assert_eq!(chain, "line 1004: there are more than 10000 fields, those that are extended included");
    let ring = guides(|own| format!("extends='{:04}'", (own + 1) % 9_000));
    assert_eq!(ring, "line 9001: it extends 0000, which extends it");
}

/// A hexdump walked the parts of an element again for each of its octets: hours for a mebibyte.
#[test]
fn issue_017_hexdump_of_many_parts() {
    let any: &'static Element<'static> =
        Box::leak(Box::new(row(0, b(9).ber(), "", SECRET).resolve(&Dialect::OCTETS)));
    let layout: &'static Layout<'static> = Box::leak(Box::new(Layout::tags(Tag::Ber, Some(any), &[])));
    let wide = Prefix { coding: PrefixCoding::Binary, width: 4, counts: LengthUnit::Units, includes: 0 };
    let spec = spec_of(Dialect::BCD, [row(48, b(1 << 20).prefix(wide).of(layout), "", SECRET)]);
    let (tags, start) = ([0xC1, 0].repeat(1 << 16), Instant::now());
    let wire = [&unhex("0800 0000000000010000 00020000")[..], &tags].concat();
    let message = Message::parse(spec, &wire).unwrap();
    let dump = message.dump().to_string();
    // sixteen octets a line, and four of the prefix before them
    assert_eq!(dump.lines().filter(|line| line.contains("C1 00")).count(), (1 << 13) + 1);
    assert!(start.elapsed() < Duration::from_secs(120), "{:?}", start.elapsed());
}

/// Of tags within an element, one in hexadecimal digits could be of half an octet more.
#[test]
fn issue_018_half_an_octet_of_hexadecimal_digits() {
    let tags = binary_parts([row(0xC1, b(4).coding(Coding::Hex).ber(), "", SECRET)]).to_vec().leak();
    let layout: &'static Layout<'static> = Box::leak(Box::new(Layout::tags(Tag::Ber, None, tags)));
    let spec = spec_of(Dialect::BCD, [row(48, b(99).ll().of(layout), "", SECRET)]);
    let read = |digits: &str| {
        let wire = unhex("0800 0000000000010000");
        let wire = [&wire, &unhex(&format!("0{}C10{}", digits.len() + 2, digits.len())), digits.as_bytes()];
        Message::parse(spec, &wire.concat()).map(drop).map_err(|error| error.to_string())
    };
    assert_eq!([read("A1"), read("A1B2")], [Ok(()), Ok(())]);
    let refused = "field 48, part C1 at byte 12: length 3 is not a whole number of units";
    assert_eq!(read("A1B"), Err(refused.to_owned()));
}
