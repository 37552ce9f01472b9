//! Bad input, one test a fault, and the exact words of each refusal.

mod common;

use cardwire::layout::{BitmapForm, Layout, Tag, ans, ansb, b, n, row, x_n};
use cardwire::mask::OPEN;
use cardwire::spec::{
    IPM_ASCII, ISO87_ASCII, ISO87_BCD, ISO87_EBCDIC, ISO93_ASCII, UNIONPAY_POS, binary_parts, text_parts,
};
use cardwire::{
    Dialect, ErrorKind, Inspection, Message, Spec,
    layout::{Coding, LengthUnit, NextBitmap, PadNibble, Prefix, PrefixCoding, Side, Zone},
    model::Place,
};
use common::{sound_spec_of as spec_of, unhex};

fn refusal(spec: &'static Spec<'static>, wire: &[u8]) -> String {
    Message::parse(spec, wire).expect_err("bad input").to_string()
}

fn refusal_of_hex(spec: &'static Spec<'static>, wire: &str) -> String {
    refusal(spec, &unhex(wire))
}

/// A packed 0200 with chip data alone.
fn with_icc(icc: &[u8]) -> Vec<u8> {
    [&unhex("02000000000000000200"), &unhex(&format!("{:04}", icc.len()))[..], icc].concat()
}

#[test]
fn nothing_at_all() {
    assert_eq!(refusal(&ISO87_ASCII, b""), "MTI at byte 0: the value needs 4 bytes, 0 are left");
    assert_eq!(refusal(&ISO87_BCD, b""), "MTI at byte 0: the value needs 2 bytes, 0 are left");
    let spec = spec_of(Dialect { header: 5, ..Dialect::BCD }, [row(3, n(6), "", OPEN)]);
    assert_eq!(refusal(spec, &[0; 4]), "header at byte 0: the value needs 5 bytes, 4 are left");
}

#[test]
fn an_mti_that_is_no_number() {
    assert_eq!(refusal(&ISO87_ASCII, b"08O02220000000800000"), "MTI at byte 0: expected four digits");
    assert_eq!(refusal_of_hex(&ISO87_BCD, "0A002220000000800000"), "MTI at byte 0: expected four digits");
    assert_eq!(
        refusal_of_hex(&ISO87_EBCDIC, "F0F8F0C12220000000800000"),
        "MTI at byte 0: expected four digits"
    );
    let binary =
        spec_of(Dialect { mti: cardwire::spec::MtiCoding::Binary, ..Dialect::BCD }, [row(3, n(6), "", OPEN)]);
    assert_eq!(refusal_of_hex(binary, "27100000000000000000"), "MTI at byte 0: expected four digits");
}

#[test]
fn truncated() {
    assert_eq!(refusal(&ISO87_ASCII, b"0800002"), "bitmap at byte 4: the value needs 16 bytes, 3 are left");
    assert_eq!(
        refusal_of_hex(&ISO87_BCD, "08008020"),
        "bitmap at byte 2: the value needs 8 bytes, 2 are left"
    );
    assert_eq!(
        refusal_of_hex(&ISO87_BCD, "0800A0200000008000000400"),
        "bitmap at byte 10: the value needs 8 bytes, 2 are left"
    );
    assert_eq!(
        refusal_of_hex(&ISO87_BCD, "080000200000000000001234"),
        "field 11 at byte 10: the value needs 3 bytes, 2 are left"
    );
    assert_eq!(
        refusal(&ISO87_ASCII, b"0200400000000000000016411111"),
        "field 2 at byte 22: the value needs 16 bytes, 6 are left"
    );
    assert_eq!(
        refusal(&ISO87_ASCII, b"020040000000000000001"),
        "field 2 at byte 20: the value needs 2 bytes, 1 is left"
    );
}

#[test]
fn a_value_that_is_too_long() {
    assert_eq!(
        refusal(&ISO87_ASCII, b"02004000000000000000204111111111111111111"),
        "field 2 at byte 20: expected at most 19 digits, found 20"
    );
    assert_eq!(
        refusal_of_hex(&ISO87_BCD, "020040000000000000002041111111111111111111"),
        "field 2 at byte 10: expected at most 19 digits, found 20"
    );
    assert_eq!(
        refusal_of_hex(&ISO87_EBCDIC, "F0F2F0F04000000000000000F2F0"),
        "field 2 at byte 12: expected at most 19 digits, found 20"
    );
}

#[test]
fn a_value_that_is_too_short() {
    let spec = spec_of(Dialect::ASCII, [row(2, n(19).ll().min(12), "", OPEN)]);
    assert_eq!(
        refusal(spec, b"02004000000000000000041234"),
        "field 2 at byte 20: expected at least 12 digits, found 4"
    );
}

#[test]
fn a_length_that_is_no_number() {
    let of = |prefix: &[u8]| {
        refusal(&ISO87_ASCII, &[b"02004000000000000000", prefix, b"4111111111111111"].concat())
    };
    let text =
        |at, what| format!("field 2 at byte {at}: expected a digit in the length prefix, found {what}");
    assert_eq!(of(b"+5"), text(20, "a sign"));
    assert_eq!(of(b"-1"), text(20, "a sign"));
    assert_eq!(of(b" 5"), text(20, "a blank"));
    assert_eq!(of(b"5 "), text(21, "a blank"));
    assert_eq!(of(b"1_"), text(21, "a special character"));
    assert_eq!(of(b"0x"), text(21, "a letter"));
    assert_eq!(of(b"1\0"), text(21, "a control character"));
    assert_eq!(of(&[0xF1, 0xF6]), text(20, "an octet above 7F"));
    assert_eq!(
        refusal_of_hex(&ISO87_EBCDIC, "F0F2F0F040000000000000004EF5"),
        "field 2 at byte 12: expected a digit in the length prefix, found a sign"
    );
    assert_eq!(
        refusal_of_hex(&ISO87_BCD, "020040000000000000001A4111111111111111"),
        "field 2 at byte 10: expected a packed digit (0-9), found a nibble above 9"
    );
}

#[test]
fn a_length_that_is_no_whole_value() {
    assert_eq!(
        refusal(&ISO87_ASCII, b"020000000000000002000039F2"),
        "field 55 at byte 20: length 3 is not a whole number of units"
    );
    let inclusive = Prefix { coding: PrefixCoding::Ascii, width: 2, counts: LengthUnit::Units, includes: 2 };
    let spec = spec_of(Dialect::ASCII, [row(2, n(19).prefix(inclusive), "", OPEN)]);
    assert_eq!(
        refusal(spec, b"0200400000000000000001"),
        "field 2 at byte 20: expected a length of at least 2 (it includes its prefix), found 1"
    );
}

#[test]
fn a_character_of_another_class() {
    assert_eq!(
        refusal(&ISO87_ASCII, b"0800002000000000000012345A"),
        "field 11 at byte 25: expected class n, found a letter"
    );
    assert_eq!(
        refusal_of_hex(&ISO87_BCD, "080000200000000000001234A6"),
        "field 11 at byte 12: expected a packed digit (0-9), found a nibble above 9"
    );
    // the EBCDIC colon is 7A and reads as 3A, which is no half byte
    assert_eq!(
        refusal_of_hex(&ISO87_EBCDIC, "F0F8F0F00020000000000000F1F2F3F47AF6"),
        "field 11 at byte 16: expected class n, found a special character"
    );
    assert_eq!(
        refusal(&ISO87_ASCII, b"02000000000000800000TERM\x0001\x80"),
        "field 41 at byte 24: expected class ans, found a control character"
    );
    assert_eq!(
        refusal(&ISO87_ASCII, b"02000000001000000000X00000150"),
        "field 28 at byte 20: expected class x+n, found a letter"
    );
    assert_eq!(
        refusal(&ISO87_ASCII, b"0200000000002000000016411111111111111A"),
        "field 35 at byte 37: expected class z, found a letter"
    );
}

#[test]
fn a_digit_that_is_not_hexadecimal() {
    assert_eq!(
        refusal(&ISO87_ASCII, b"0800222000000080000G"),
        "bitmap at byte 19: expected a hexadecimal digit, found a letter"
    );
    assert_eq!(
        refusal(&ISO87_ASCII, b"020000000000000010000123456789ABCDE "),
        "field 52 at byte 35: expected a hexadecimal digit, found a blank"
    );
}

#[test]
fn fills_that_are_others() {
    // DE 22 is fixed, its pad nibble a 0 in front; DE 2 variable, after
    assert_eq!(
        refusal_of_hex(&ISO87_BCD, "020000000400000000001051"),
        "field 22 at byte 10: expected the pad nibble 0, found another nibble"
    );
    assert_eq!(
        refusal_of_hex(&ISO87_BCD, "02004000000000000000031231"),
        "field 2 at byte 12: expected the pad nibble 0, found another nibble"
    );
    assert_eq!(
        refusal_of_hex(&UNIONPAY_POS, "020000000400000000000051"),
        "field 22 at byte 11: expected the pad nibble 0, found another nibble"
    );
    let pad_nibble = PadNibble { side: Side::Right, nibble: 0xF };
    let spec = spec_of(Dialect::BCD, [row(2, n(19).ll().pad_nibble(pad_nibble), "", OPEN)]);
    assert_eq!(
        refusal_of_hex(spec, "02004000000000000000031230"),
        "field 2 at byte 12: expected the pad nibble F, found another nibble"
    );
    let length = Prefix { coding: PrefixCoding::Ascii, width: 2, counts: LengthUnit::Units, includes: 0 };
    let spec = spec_of(Dialect::ASCII, [row(2, ans(5).padded(length), "", OPEN), row(3, n(2), "", OPEN)]);
    let padded = |value: &str| {
        let wire = format!("02006000000000000000{value}").into_bytes();
        Message::parse(spec, &wire).map(|_| ()).map_err(|error| (error.kind(), error.offset()))
    };
    assert_eq!(["05ABCDE12", "02AB   12", "00     12"].map(padded), [Ok(()); 3]);
    assert_eq!(padded("02AB x 12"), Err((ErrorKind::Fill, 25)));
    assert_eq!(padded("04ABCDx12"), Err((ErrorKind::Fill, 26)));
}

#[test]
fn zones_that_are_none() {
    let spec = spec_of(Dialect::EBCDIC, [row(28, x_n(4).coding(Coding::Zoned(Zone::C)), "", OPEN)]);
    let wire = |value| refusal_of_hex(spec, &format!("F0F2F0F00000001000000000{value}"));
    let zone = "expected the zone of a zoned digit, found another nibble";
    assert_eq!(wire("C1F2F3D4"), format!("field 28 at byte 12: {zone}"));
    assert_eq!(wire("F1F2F3F4"), format!("field 28 at byte 15: {zone}"));
    let digit = "expected a packed digit (0-9), found a nibble above 9";
    assert_eq!(wire("F1F2FAD4"), format!("field 28 at byte 14: {digit}"));
    assert!(
        Message::parse(spec, &unhex("F0F2F0F00000001000000000F1F2F3D4")).unwrap().get(28).unwrap() == "D1234"
    );
}

#[test]
fn elements_nobody_defined() {
    let spec = spec_of(Dialect::ASCII, [row(3, n(6), "", OPEN)]);
    assert_eq!(
        refusal(spec, b"02002800000000000000000000"),
        "field 5 at byte 26: the spec does not define it"
    );
}

#[test]
fn bitmaps_that_cannot_be() {
    // both are always there, and the first says there is no second
    assert_eq!(
        refusal_of_hex(&IPM_ASCII, "31323430 0000000000000000 0000000000000000"),
        "bitmap at byte 12: required, but not present"
    );
    let form = BitmapForm::new(Coding::Hex).third(NextBitmap::InElement);
    let spec = spec_of(
        Dialect { bitmap: form, ..Dialect::ASCII },
        [row(3, n(6), "", OPEN), row(66, n(1), "", OPEN), row(130, n(2), "", OPEN)],
    );
    // the third bitmap comes before DE 66, and is cut
    let wire = b"0200A000000000000000C0000000000000000000004000000";
    assert_eq!(refusal(spec, wire), "bitmap at byte 42: the value needs 16 bytes, 7 are left");
    let inspection = Inspection::of(spec, wire);
    assert_eq!(inspection.bitmap().iter().collect::<Vec<_>>(), [3]);
}

#[test]
fn octets_behind_the_end() {
    assert_eq!(
        refusal(&ISO87_ASCII, b"08000020000000000000123456\0"),
        "message at byte 26: expected the end, found 1 more byte"
    );
    // within a composite: the acquirer takes five of six
    assert_eq!(
        refusal(&ISO93_ASCII, b"1420000000000000010030110012345626112314175905123456"),
        "field 56 at byte 51: expected the end, found 1 more byte"
    );
}

#[test]
fn parts_that_do_not_fit() {
    let of = |icc: &str| refusal(&ISO87_BCD, &with_icc(&unhex(icc)));
    assert_eq!(of("9F3606 0001"), "field 55, part 9F36 at byte 14: expected at most 2 octets, found 6");
    assert_eq!(of("9505 000000"), "field 55, part 95 at byte 14: the value needs 5 bytes, 3 are left");
    assert_eq!(of("95"), "field 55, part 95 at byte 13: the value needs 1 byte, 0 are left");
    assert_eq!(of("9F"), "field 55 at byte 12: the value needs 2 bytes, 1 is left");
    assert_eq!(of("9F81"), "field 55 at byte 12: the value needs 3 bytes, 2 are left");
    assert_eq!(of("DF8281010100"), "field 55 at byte 12: expected a well-formed tag");
    assert_eq!(
        of("9A03 2611A3"),
        "field 55, part 9A at byte 16: expected a packed digit (0-9), found a nibble above 9"
    );
    assert_eq!(
        of("0000 9C01 0A"),
        "field 55, part 9C at byte 16: expected a packed digit (0-9), found a nibble above 9"
    );
}

#[test]
fn ber_lengths_that_are_none() {
    let of = |icc: &str| refusal(&ISO87_BCD, &with_icc(&unhex(icc)));
    let text = "field 55, part 71 at byte 13: expected a definite BER length of at most four octets";
    assert_eq!(of("7180 9F180401020304 0000"), text);
    assert_eq!(of("7185 0000000001 00"), text);
    assert_eq!(of("71FF"), text);
    assert_eq!(of("7182 01"), "field 55, part 71 at byte 13: the value needs 3 bytes, 2 are left");
    // four gigabytes are claimed and refused for what they are
    assert_eq!(
        of("7184 FFFFFFFF 00"),
        "field 55, part 71 at byte 13: expected at most 255 octets, found 4294967295"
    );
}

#[test]
fn four_gigabytes_are_claimed() {
    let prefix = |coding, counts| Prefix { coding, width: 4, counts, includes: 0 };
    let big = prefix(PrefixCoding::Binary, LengthUnit::Units);
    let spec = spec_of(Dialect::BCD, [row(2, b(9999).prefix(big), "", OPEN)]);
    assert_eq!(
        refusal_of_hex(spec, "02004000000000000000FFFFFFFF00"),
        "field 2 at byte 10: expected at most 9999 octets, found 4294967295"
    );
    // packed digits: twice as many, and an error counts to four gigabytes
    let octets = prefix(PrefixCoding::Binary, LengthUnit::Bytes);
    let spec = spec_of(Dialect::BCD, [row(2, n(9999).prefix(octets), "", OPEN)]);
    assert_eq!(
        refusal_of_hex(spec, "02004000000000000000FFFFFFFF00"),
        "field 2 at byte 10: expected at most 9999 digits, found 4294967295"
    );
    let hex = prefix(PrefixCoding::Hex, LengthUnit::Nibbles);
    let spec = spec_of(Dialect::ASCII, [row(2, ans(9999).prefix(hex), "", OPEN)]);
    assert_eq!(
        refusal(spec, b"02004000000000000000FFFFFFFEA"),
        "field 2 at byte 20: expected at most 9999 characters, found 2147483647"
    );
}

#[test]
fn a_terminator_that_does_not_come() {
    let spec = spec_of(Dialect::ASCII, [row(43, ans(99).until(b'\\'), "", OPEN)]);
    assert_eq!(
        refusal(spec, b"02000000000000200000Name and city"),
        "field 43 at byte 20: expected a terminator before the end"
    );
    let short = spec_of(Dialect::ASCII, [row(43, ans(4).until(b'\\'), "", OPEN)]);
    assert_eq!(
        refusal(short, b"02000000000000200000Name!\\"),
        "field 43 at byte 20: expected at most 4 characters, found 5"
    );
}

#[test]
fn tags_that_are_none() {
    static TEXT: Layout<'static> =
        Layout::tags(Tag::Text(2), None, &const { text_parts([row(0x41_42, n(4).ll(), "", OPEN)]) });
    static OCTETS: Layout<'static> =
        Layout::tags(Tag::Octets(2), None, &const { binary_parts([row(0x0102, b(4).ber(), "", OPEN)]) });
    let spec = spec_of(
        Dialect::ASCII,
        [row(48, ans(99).ll().of(&TEXT), "", OPEN), row(62, ansb(99).ll().of(&OCTETS), "", OPEN)],
    );
    let of = |value: &[u8]| refusal(spec, &[b"02000000000000010000", value].concat());
    assert_eq!(of(b"02A "), "field 48 at byte 23: expected a well-formed tag");
    assert_eq!(of(b"02CD"), "field 48, part CD at byte 24: the spec does not define it");
    assert_eq!(of(b"06AB0312"), "field 48, part AB at byte 26: the value needs 3 bytes, 2 are left");
    assert_eq!(
        of(b"06AB0X12"),
        "field 48, part AB at byte 25: expected a digit in the length prefix, found a letter"
    );
    let of = |value: &[u8]| refusal(spec, &[b"02000000000000000004", value].concat());
    assert_eq!(of(b"02\x01\x03"), "field 62, part 0103 at byte 24: the spec does not define it");
    let pds = |value: &[u8]| {
        let head = unhex("31363434 8000000000010000 0000000000000000");
        refusal(&IPM_ASCII, &[&head[..], value].concat())
    };
    assert_eq!(pds(b"00701 5000"), "field 48 at byte 25: expected a well-formed tag");
    assert_eq!(
        pds(b"0070105026"),
        "field 48, part 0105 at byte 27: expected at most 25 characters, found 26"
    );
}

/// Layouts nest as deep as a spec says and no deeper, so a bomb has nowhere to go off; what it can
/// do is repeat, and each repetition takes octets.
#[test]
fn nesting_bombs() {
    let bomb = [0xE1, 0x81, 0xFF].repeat(85);
    assert_eq!(
        refusal(&ISO87_BCD, &with_icc(&bomb)),
        "field 55, part E1 at byte 15: the value needs 255 bytes, 252 are left"
    );
    let padding = with_icc(&[0; 255]);
    let message = Message::parse(&ISO87_BCD, &padding).expect("padding only");
    assert_eq!(message.get(55).unwrap().parts().count(), 0);
    let many = with_icc(&[0xC1, 0].repeat(127));
    let message = Message::parse(&ISO87_BCD, &many).expect("empty objects");
    assert_eq!(message.get(55).unwrap().parts().count(), 127);
}

#[test]
fn input_longer_than_offsets_count() {
    let wire = vec![0; 0x1000_0000];
    let longest = Message::parse(&ISO87_ASCII, &wire[1..]).unwrap_err();
    assert_eq!((longest.place(), longest.offset()), (Place::Mti, 0));
    let inspection = Inspection::of(&ISO87_ASCII, &wire);
    let error = inspection.error().expect("too long");
    assert_eq!(error.to_string(), "message at byte 0: expected at most 268435455 bytes, found 268435456");
    assert_eq!((error.kind(), inspection.mti()), (ErrorKind::TooLong, None));
}

#[test]
fn packed_digits_up_to_the_end_of_the_message() {
    let spec = spec_of(Dialect::BCD, [row(2, n(40).rest(), "", OPEN)]);
    let read = |digits: &str| {
        let wire = unhex(&format!("0200 4000000000000000 {digits}"));
        Message::parse(spec, &wire).map(|_| ()).map_err(|error| (error.kind(), error.offset()))
    };
    assert_eq!([read("99"), read("90"), read("1234567890")], [Ok(()); 3]);
    for (wrong, offset) in [("A5", 10), ("A0", 10), ("5A", 10), ("AA", 10), ("12A0", 11), ("120F34", 11)] {
        assert_eq!(read(wrong), Err((ErrorKind::Nibble, offset)), "{wrong}");
    }
}
