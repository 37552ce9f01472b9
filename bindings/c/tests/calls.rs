//! What C is told is what the library says: values, errors, octets, listings, for any message and any octets.

mod common;

use std::ffi::CString;

use cardwire::{Builder, Inspection};
use cardwire_c::error::cardwire_error_text;
use cardwire_c::field::{self, Field, Parts};
use cardwire_c::message::{self, Message};
use cardwire_c::writer::{self, Part, Writer};
use cardwire_c::{Code, Error, code};
use common::{Dice, cases, get, inspect, named, parse, specs, text, value};

/// A card of 16 digits, no eight of which stand anywhere else.
const PAN: &str = "6212345678901232";

/// An element as C has it is the one that the library has, its parts included.
fn compare(ours: &Field, theirs: &cardwire::Field<'_>) {
    let range = theirs.value_range();
    let place = (usize::try_from(ours.offset).unwrap(), usize::try_from(ours.size).unwrap());
    assert_eq!(place, (range.start, range.len()));
    assert_eq!(ours.key, theirs.key().value());
    assert_eq!(usize::try_from(ours.length).unwrap(), theirs.len());
    assert_eq!(ours.is_binary == 1, theirs.content().is_binary());
    assert_eq!(text(|out, room| call!(field::cardwire_show, ours, out, room)), theirs.to_string());
    assert_eq!(text(|out, room| call!(field::cardwire_name, ours, out, room)), theirs.name());
    assert_eq!(value(ours).is_ok(), theirs.bytes().is_ok());
    let mut opened = *ours;
    assert_eq!(call!(field::cardwire_expose, &mut opened), code::OK);
    let exposed = theirs.expose();
    assert_eq!(value(&opened).unwrap(), exposed.octets().collect::<Vec<u8>>());
    let (mut start, mut length) = (std::ptr::null(), 0);
    let pointed = call!(field::cardwire_value, &opened, &mut start, &mut length);
    match exposed.as_bytes() {
        Some(octets) => assert_eq!((pointed, start, length), (code::OK, octets.as_ptr(), octets.len())),
        None => assert_eq!((pointed, start, length), (code::FORM, std::ptr::null(), 0)),
    }
    let mut number = 0;
    let read = call!(field::cardwire_number, &opened, &mut number);
    assert_eq!((read == code::OK).then_some(number), exposed.number().ok());
    let mut parts = Parts::EMPTY;
    assert_eq!(call!(field::cardwire_parts_of, ours, &mut parts), code::OK);
    let mut part = Field::EMPTY;
    for other in theirs.parts() {
        assert_eq!(call!(field::cardwire_next_part, &mut parts, &mut part), code::OK);
        compare(&part, &other);
    }
    assert_eq!(call!(field::cardwire_next_part, &mut parts, &mut part), code::MISSING);
}

/// Everything that can be had of octets, whole or broken.
fn look(spec: &'static cardwire::Spec<'static>, octets: &[u8]) {
    let theirs = Inspection::of(spec, octets);
    let (told, message, error) = inspect(named(spec), octets);
    match theirs.error() {
        None => assert_eq!((told, error.code), (code::OK, code::OK)),
        Some(wrong) => {
            assert_eq!(told, error.code);
            assert_ne!(told, code::OK);
            assert_eq!(usize::try_from(error.offset).unwrap(), wrong.offset());
            assert_eq!(error.field, wrong.field().map_or(0, u32::from));
            assert_eq!(text(|out, room| call!(cardwire_error_text, &error, out, room)), wrong.to_string());
        }
    }
    let listing = text(|out, room| call!(message::cardwire_describe, &message, out, room));
    assert_eq!(listing, theirs.describe().to_string());
    // the same way to the same buffer, too much for an interpreter
    if !cfg!(miri) {
        let dump = text(|out, room| call!(message::cardwire_dump, &message, out, room));
        assert_eq!(dump, theirs.dump().to_string());
    }
    let mut mti = [0; 5];
    let read = call!(message::cardwire_mti, &message, &mut mti);
    assert_eq!(
        (read == code::OK).then_some(mti),
        theirs.mti().map(|mti| {
            let [one, two, three, four] =
                mti.digits().map(|digit| std::ffi::c_char::try_from(digit).unwrap());
            [one, two, three, four, 0]
        })
    );
    let mut number = 0;
    for field in theirs.fields() {
        number = call!(message::cardwire_next, &message, number);
        assert_eq!(u32::from(number), field.key().value());
        let (told, ours) = get(&message, number);
        assert_eq!(told, code::OK);
        compare(&ours, &theirs.get(number).unwrap());
        let mut amount = message::Amount { minor: 0, exponent: 0, currency: 0, letters: [0; 4], reserved: 0 };
        let told = call!(message::cardwire_amount_of, &message, number, &mut amount);
        let other = theirs.message().and_then(|message| message.amount(number).ok());
        assert_eq!((told == code::OK).then_some(amount.minor), other.map(|amount| amount.minor));
        if let Some(exponent) = other.and_then(|amount| amount.exponent()) {
            assert_eq!(amount.exponent, i32::from(exponent));
        }
    }
    assert_eq!(call!(message::cardwire_next, &message, number), 0);
    // strictly parsed, a broken message holds nothing
    let (told, strict, _) = parse(named(spec), octets);
    assert_eq!(told, error.code);
    let first = theirs.message().and_then(|message| message.fields().next());
    assert_eq!(
        u32::from(call!(message::cardwire_next, &strict, 0)),
        first.map_or(0, |field| field.key().value())
    );
}

#[test]
fn whatever_is_read_is_what_the_library_reads() {
    let mut dice = Dice(1);
    for spec in specs() {
        for _ in 0..cases() {
            let mut wire = dice.message(spec);
            look(spec, &wire);
            // and broken
            for _ in 0..3 {
                let at = dice.below(wire.len());
                wire[at] = dice.octets(1)[0];
            }
            look(spec, &wire);
            if cfg!(miri) {
                continue;
            }
            look(spec, &wire[..dice.below(wire.len())]);
            let count = dice.below(90);
            look(spec, &dice.octets(count));
        }
    }
}

/// A message written by echoing the elements of another one, DE 2 as it is given.
fn copied(
    message: &Message,
    to: &'static cardwire::Spec<'static>,
    pan: Option<&str>,
    room: usize,
) -> Result<Vec<u8>, Code> {
    let mut writer = Writer::EMPTY;
    let mut out = vec![0xAA; room];
    let mut mti = [0; 5];
    call!(message::cardwire_mti, message, &mut mti);
    call!(writer::cardwire_begin, &mut writer, named(to), mti.as_ptr(), out.as_mut_ptr(), room);
    let pan = pan.map(|pan| CString::new(pan).unwrap());
    let mut number = 0;
    loop {
        let next = call!(message::cardwire_next, message, number);
        if let (Some(pan), 0..=1) = (&pan, number)
            && next != 1
        {
            call!(writer::cardwire_put_text, &mut writer, 2, pan.as_ptr());
        }
        number = next;
        match number {
            0 => break,
            2 if pan.is_some() => {}
            number => {
                call!(writer::cardwire_echo, &mut writer, message, number);
            }
        }
    }
    let (mut length, mut error) = (9, Error::NONE);
    let told = call!(writer::cardwire_finish, &mut writer, &mut length, &mut error);
    assert_eq!(told, error.code);
    out.truncate(length);
    if told == code::OK { Ok(out) } else { Err(told) }
}

#[test]
fn whatever_is_written_is_what_the_library_writes() {
    let mut dice = Dice(2);
    let mut written = 0;
    for spec in specs() {
        for _ in 0..cases() {
            let wire = dice.message(spec);
            let theirs = cardwire::Message::parse(spec, &wire).unwrap();
            let (told, message, _) = parse(named(spec), &wire);
            assert_eq!(told, code::OK);
            let specs: Vec<_> = specs().collect();
            let other = specs[dice.below(specs.len())];
            for to in [spec, other] {
                let mut builder = Builder::copy_of(&theirs, to);
                builder.set(2, PAN).min_bitmaps(1);
                let expected = builder.to_vec();
                let ours = copied(&message, to, Some(PAN), 4096);
                assert_eq!(ours.is_ok(), expected.is_ok(), "{} {expected:?}", to.name());
                if let (Ok(ours), Ok(expected)) = (ours, expected) {
                    assert_eq!(ours, expected);
                    written += 1;
                    // of any smaller buffer it is said that it is too small
                    let room = dice.below(expected.len());
                    assert_eq!(copied(&message, to, Some(PAN), room), Err(code::ROOM));
                    assert_eq!(copied(&message, to, Some(PAN), expected.len()), Ok(expected));
                }
            }
        }
    }
    assert!(written >= specs().count(), "{written}");
}

/// Neither a listing, a hexdump, an element as it is shown nor an error holds a card number, by whatever spec a
/// message is read and wherever it is cut.
#[test]
#[cfg_attr(miri, ignore = "texts take an interpreter long, and others are written for it")]
fn no_text_holds_a_card_number() {
    let mut dice = Dice(3);
    let shows = |text: &str| (0..PAN.len() - 7).any(|at| text.contains(&PAN[at..at + 8]));
    assert!(shows(PAN));
    for spec in specs().filter(|spec| spec.element(2).is_some()) {
        for _ in 0..cases().div_ceil(6) {
            let wire = dice.message(spec);
            let (_, message, _) = parse(named(spec), &wire);
            let Ok(wire) = copied(&message, spec, Some(PAN), 4096) else { continue };
            for other in specs() {
                for end in [wire.len(), dice.below(wire.len())] {
                    let (_, message, error) = inspect(named(other), &wire[..end]);
                    let mut all = text(|out, room| call!(cardwire_error_text, &error, out, room));
                    all += &text(|out, room| call!(message::cardwire_describe, &message, out, room));
                    all += &text(|out, room| call!(message::cardwire_dump, &message, out, room));
                    let path: Vec<u8> = error.path.iter().flat_map(|octet| octet.to_ne_bytes()).collect();
                    all += &String::from_utf8_lossy(&path);
                    let mut number = call!(message::cardwire_next, &message, 0);
                    while number != 0 {
                        let (_, mut field) = get(&message, number);
                        all += &text(|out, room| call!(field::cardwire_show, &field, out, room));
                        call!(field::cardwire_expose, &mut field);
                        all += &text(|out, room| call!(field::cardwire_show, &field, out, room));
                        number = call!(message::cardwire_next, &message, number);
                    }
                    assert!(!shows(&all), "{} read by {} up to {end}: {all}", spec.name(), other.name());
                }
            }
        }
    }
}

#[test]
fn a_path_finds_what_the_library_finds() {
    let chip = [(0x9F36, &[0x00, 0x1C][..]), (0x95, &[0; 5])];
    let spec = &cardwire::spec::ISO87_BCD;
    let wire = Builder::new(spec, cardwire::Mti::FINANCIAL_REQUEST)
        .set(3, "010203")
        .set(55, &chip)
        .to_vec()
        .unwrap();
    let (_, message, _) = parse(named(spec), &wire);
    let theirs = cardwire::Message::parse(spec, &wire).unwrap();
    for path in [
        "3",
        "3.1",
        "3.3",
        "3.4",
        "55.9F36",
        "55.95",
        "55.9F37",
        "",
        ".",
        "55.",
        "999",
        "55.9F36.1",
        "x",
        "\u{e9}",
    ] {
        let mut field = Field::EMPTY;
        let name = CString::new(path).unwrap();
        let told = call!(message::cardwire_path, &message, name.as_ptr(), &mut field);
        match theirs.path(path) {
            Some(other) => compare(&field, &other),
            None => assert_eq!(told, code::MISSING, "{path}"),
        }
    }
}

#[test]
fn an_error_names_its_place_as_a_path_does() {
    // tag 95 of DE 55 is longer than it may be
    let wire = b"\x02\x00\0\0\0\0\0\0\x02\0\x00\x08\x95\x06\0\0\0\0\0\0";
    let (told, _, error) = parse(named(&cardwire::spec::ISO87_BCD), wire);
    assert_eq!((told, error.place, error.field), (code::TOO_LONG, cardwire_c::error::place::ELEMENT, 55));
    assert_eq!((error.expected, error.found), (5, 6));
    let path: String =
        error.path.iter().take_while(|c| **c != 0).map(|c| char::from(c.to_ne_bytes()[0])).collect();
    assert_eq!(path, "55.95");
}

#[test]
fn a_response_is_that_of_the_library_and_goes_to_broken_messages_too() {
    let spec = &cardwire::spec::ISO87_ASCII;
    let wire = b"0800202000000080000000000012345600000001";
    let mut out = [0; 64];
    for (octets, expected) in [
        (&wire[..], code::OK),
        (&wire[..39], code::OK),
        (&wire[..3], code::MISSING),
        (b"08102000000000000000", code::NO_RESPONSE),
    ] {
        let (_, message, _) = inspect(named(spec), octets);
        let mut writer = Writer::EMPTY;
        let told = call!(writer::cardwire_respond, &mut writer, &message, out.as_mut_ptr(), out.len());
        assert_eq!(told, expected);
        call!(writer::cardwire_echo, &mut writer, &message, 3);
        call!(writer::cardwire_echo, &mut writer, &message, 4);
        let rejected = CString::new("30").unwrap();
        call!(writer::cardwire_put_text, &mut writer, 39, rejected.as_ptr());
        let (mut length, mut error) = (0, Error::NONE);
        assert_eq!(call!(writer::cardwire_finish, &mut writer, &mut length, &mut error), expected);
        let told: &[u8] = if expected == code::OK { b"0810200000000200000000000030" } else { b"" };
        assert_eq!(&out[..length], told);
    }
}

#[test]
fn parts_are_written_as_the_library_writes_them() {
    let (counter, results) = ([0x00, 0x1C], [0; 5]);
    let part = |key, value: &[u8]| Part { key, value: value.as_ptr(), length: value.len() };
    let spec = &cardwire::spec::ISO87_BCD;
    let mut out = [0; 64];
    let mut write = |parts: &[Part]| {
        let mut writer = Writer::EMPTY;
        call!(
            writer::cardwire_begin,
            &mut writer,
            named(spec),
            c"0200".as_ptr(),
            out.as_mut_ptr(),
            out.len()
        );
        let told = call!(writer::cardwire_put_parts, &mut writer, 55, parts.as_ptr(), parts.len());
        let mut length = 0;
        assert_eq!(call!(writer::cardwire_finish, &mut writer, &mut length, std::ptr::null_mut()), told);
        (told, out[..length].to_vec())
    };
    let theirs = [(0x9F36, &counter[..]), (0x95, &results)];
    let theirs = Builder::new(spec, cardwire::Mti::FINANCIAL_REQUEST).set(55, &theirs).to_vec().unwrap();
    assert_eq!(write(&[part(0x9F36, &counter), part(0x95, &results)]), (code::OK, theirs));
    assert_eq!(write(&[part(0x95, &[0; 6])]).0, code::TOO_LONG);
    let nothing = Part { key: 0x95, value: std::ptr::null(), length: 5 };
    assert_eq!(write(&[part(0x9F36, &counter), nothing]), (code::NULL, Vec::new()));
}
