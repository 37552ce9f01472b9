//! What errors say: the unit of every length, what is absent, and nothing that must be read twice.

mod common;

use cardwire::layout::{Coding, Content, Prefix, PrefixCoding, Row, n, row};
use cardwire::mask::OPEN;
use cardwire::model::Unit;
use cardwire::spec::{ISO87_ASCII, ISO87_BCD};
use cardwire::{Builder, Dialect, Error, ErrorKind, Message, MessageWriter, Mti, Spec, Template, de, layout};
use common::sound_spec_of;

/// The standard's letters, a value of six units in it, and the word for a unit.
const CLASSES: [(Content, &[u8], &str); 13] = [
    (Content::N, b"123456", "digits"),
    (Content::A, b"ABCDEF", "characters"),
    (Content::An, b"AB12EF", "characters"),
    (Content::Anp, b"AB 2EF", "characters"),
    (Content::Ns, b"12/34-", "characters"),
    (Content::S, b"/-/-/-", "characters"),
    (Content::Ans, b"AB-12E", "characters"),
    (Content::Z, b"123=56", "characters"),
    (Content::Xn, b"C12345", "characters"),
    (Content::Yn, b"+12345", "characters"),
    (Content::H, b"9F26AB", "hexadecimal digits"),
    (Content::B, b"\x01\x02\x03\x04\x05\x06", "octets"),
    (Content::Any, b"AB-12E", "characters"),
];

/// The class with 3 to `max` units, two digits of length.
fn variable(content: Content, max: u32) -> Row<'static> {
    let shape = match content {
        Content::N => n(max),
        Content::A => layout::a(max),
        Content::An => layout::an(max),
        Content::Anp => layout::anp(max),
        Content::Ns => layout::ns(max),
        Content::S => layout::s(max),
        Content::Ans => layout::ans(max),
        Content::Z => layout::z(max),
        Content::Xn => layout::x_n(max - 1),
        Content::Yn => layout::y_n(max - 1),
        Content::H => layout::h(max),
        Content::B => layout::b(max),
        _ => layout::ansb(max),
    };
    row(48, shape.min(3).ll(), "", OPEN)
}

fn refused(spec: &Spec<'_>, value: &[u8]) -> Error {
    Builder::new(spec, Mti::NETWORK_REQUEST).set(48, value).measure().unwrap_err()
}

#[test]
fn lengths_have_the_unit_of_their_class_whoever_counts_them() {
    for (content, value, unit) in CLASSES {
        for dialect in [Dialect::ASCII, Dialect::ASCII_BINARY, Dialect::BCD, Dialect::EBCDIC] {
            let [narrow, wide] = [5, 6].map(|max| sound_spec_of(dialect, [variable(content, max)]));
            let wire = Builder::new(wide, Mti::NETWORK_REQUEST).set(48, value).to_vec().unwrap();
            let long = format!(": expected at most 5 {unit}, found 6");
            let read = Message::parse(narrow, &wire).unwrap_err();
            assert!(read.to_string().ends_with(&long), "{read}");
            let written = refused(narrow, value);
            assert!(written.to_string().ends_with(&long), "{written}");
            assert_eq!((read.kind(), read.unit()), (ErrorKind::TooLong, written.unit()));
            assert_eq!((read.expected(), read.found()), (5, 6));
            let short = refused(wide, &value[..2]).to_string();
            assert!(short.ends_with(&format!(": expected at least 3 {unit}, found 2")), "{short}");
        }
    }
    assert_eq!(
        refused(&ISO87_BCD, &[0; 1_000]).to_string(),
        "field 48 at byte 10: expected at most 999 characters, found 1000"
    );
    let mut pan = Builder::new(&ISO87_BCD, Mti::FINANCIAL_REQUEST);
    let refused = pan.set(de::PAN, "4111111111111111411111111").measure().unwrap_err();
    assert_eq!(refused.to_string(), "field 2 at byte 10: expected at most 19 digits, found 25");
    assert_eq!(refused.unit(), Some(Unit::Digits));
}

#[test]
fn one_is_a_single_thing() {
    let one = sound_spec_of(Dialect::ASCII, [row(3, n(1), "", OPEN), row(4, layout::b(1).ll(), "", OPEN)]);
    let refused = |number, value: &[u8]| {
        let error = Builder::new(one, Mti::NETWORK_REQUEST).set(number, value).measure().unwrap_err();
        error.to_string()
    };
    assert_eq!(refused(3, b"12"), "field 3 at byte 20: expected at most 1 digit, found 2");
    assert_eq!(refused(4, b"12"), "field 4 at byte 20: expected at most 1 octet, found 2");
    let wire = b"08002000000000000000";
    let short = Message::parse(one, wire).unwrap_err();
    assert_eq!(short.to_string(), "field 3 at byte 20: the value needs 1 byte, 0 are left");
    let long = Message::parse(one, b"0800200000000000000012").unwrap_err();
    assert_eq!(long.to_string(), "message at byte 21: expected the end, found 1 more byte");
    assert_eq!(long.unit(), Some(Unit::Bytes));
}

#[test]
fn what_is_absent_is_not_present() {
    let wire = Builder::new(&ISO87_ASCII, Mti::NETWORK_REQUEST).set(11, 1).to_vec().unwrap();
    let message = Message::parse(&ISO87_ASCII, &wire).unwrap();
    for error in [
        message.number(4).unwrap_err(),
        message.text(4).unwrap_err(),
        message.expose(4).map(|_| ()).unwrap_err(),
        message.require(4).map(|_| ()).unwrap_err(),
    ] {
        assert_eq!(
            (error.to_string().as_str(), error.kind()),
            ("field 4 is not present", ErrorKind::Missing)
        );
    }
    let mut wire = wire.clone();
    let mut template = Template::of(&ISO87_ASCII, &mut wire).unwrap();
    assert_eq!(template.patch(4, 1).unwrap_err().to_string(), "field 4 is not present");
    // what must be there has a place, where it was looked for
    let parts: &[(u32, &str)] = &[(1, "0200"), (2, "000001"), (3, "1123061759"), (4, "00000000042")];
    let short: &[(u32, &str); 4] = parts.try_into().unwrap();
    let error = Builder::new(&ISO87_ASCII, Mti::REVERSAL_REQUEST).set(90, short).measure().unwrap_err();
    assert_eq!(error.to_string(), "field 90, part 5 at byte 67: required, but not present");
}

#[test]
fn a_field_that_is_looked_at_by_itself_says_which_it_is() {
    let chip: [(u32, &[u8]); 1] = [(0x9F26, &[0; 8])];
    let mut builder = Builder::new(&ISO87_ASCII, Mti::NETWORK_REQUEST);
    let wire = builder.set(2, "4111111111111111").set(37, "A00000000001").set(55, &chip).to_vec().unwrap();
    let message = Message::parse(&ISO87_ASCII, &wire).unwrap();
    let private = message.require(2).unwrap().number().unwrap_err();
    assert_eq!(private.to_string(), "field 2 at byte 20: private: use expose to read it");
    assert_eq!(message.text(2).unwrap_err(), message.get(2).unwrap().text().unwrap_err());
    assert_eq!((private.field(), private.parts().count()), (Some(2), 0));
    assert!(
        message.fields().all(|field| field.text().is_ok() || field.text().unwrap_err().field().is_some())
    );
    let part = message.path("55.9F26").unwrap().bytes().unwrap_err();
    assert_eq!(part.to_string(), "part 9F26 at byte 57: private: use expose to read it");
}

#[test]
fn a_length_that_cannot_be_says_why() {
    let including = Prefix { includes: 2, ..prefix(2) };
    let spec = sound_spec_of(Dialect::ASCII, [row(48, layout::ans(20).prefix(including), "", OPEN)]);
    let refused = Message::parse(spec, b"0800000000000001000001").unwrap_err();
    assert_eq!(
        refused.to_string(),
        "field 48 at byte 20: expected a length of at least 2 (it includes its prefix), found 1"
    );
    let counted = Prefix { counts: layout::LengthUnit::Bytes, ..prefix(2) };
    let hex = layout::b(20).coding(Coding::Hex).prefix(counted);
    let spec = sound_spec_of(Dialect::ASCII, [row(48, hex, "", OPEN)]);
    let refused = Message::parse(spec, b"0800000000000001000003ABC").unwrap_err();
    assert_eq!(refused.to_string(), "field 48 at byte 20: length 3 is not a whole number of units");
}

fn prefix(width: u8) -> Prefix {
    Prefix { coding: PrefixCoding::Ascii, width, counts: layout::LengthUnit::Units, includes: 0 }
}

#[test]
fn what_a_type_or_an_order_does_not_allow_is_said_so() {
    let mut room = [0; 64];
    let mut writer = MessageWriter::new(&ISO87_ASCII, Mti::NETWORK_REQUEST, &mut room).unwrap();
    let order = writer.put(11, 1).and_then(|writer| writer.put(7, "1123061759")).map(|_| ()).unwrap_err();
    assert_eq!(
        order.to_string(),
        "field 7 at byte 26: fields must be written in ascending order; field 11 was already written"
    );
    let number = Builder::new(&ISO87_ASCII, Mti::NETWORK_REQUEST).set(64, 1).measure().unwrap_err();
    assert_eq!(number.to_string(), "field 64 at byte 20: cannot be read or written as this type");
    let wire = Builder::new(&ISO87_ASCII, Mti::NETWORK_RESPONSE).set(11, 1).to_vec().unwrap();
    let response = Message::parse(&ISO87_ASCII, &wire).unwrap();
    let reply = Builder::reply_to(&response).measure().unwrap_err();
    assert_eq!(reply.to_string(), "MTI at byte 0: this message type has no response or repeat");
    assert_eq!(size_of_val(&reply), 36);
}
