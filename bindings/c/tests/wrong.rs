//! Wrong calls are errors with a code: NULL, no alignment, sizes that nothing has, structs that nothing filled, calls
//! out of turn.

mod common;

use std::ffi::{CString, c_char};
use std::ptr::{null, null_mut};

use cardwire_c::error::cardwire_error_text;
use cardwire_c::field::{self as f, Field, Parts};
use cardwire_c::message::{self as m, Amount, Message};
use cardwire_c::spec::{self as s, Spec};
use cardwire_c::writer::{self as w, Writer};
use cardwire_c::{Error, code};
use common::{get, named, parse, text};

const WIRE: &[u8] = b"0800202000000080000000000012345600000001";

fn ascii() -> *const Spec {
    named(&cardwire::spec::ISO87_ASCII)
}

#[test]
fn null_is_an_error_everywhere() {
    let (mut message, mut field, mut parts, mut writer) =
        (Message::EMPTY, Field::EMPTY, Parts::EMPTY, Writer::EMPTY);
    let (mut out, mut length) = ([0; 64], 0);
    let (wire, room) = (WIRE.as_ptr(), out.len());
    let out = out.as_mut_ptr();
    let none = null_mut::<Error>();
    let told = [
        call!(m::cardwire_parse, null_mut(), ascii(), wire, WIRE.len(), none),
        call!(m::cardwire_parse, &mut message, null(), wire, WIRE.len(), none),
        call!(m::cardwire_parse, &mut message, ascii(), null(), WIRE.len(), none),
        call!(m::cardwire_inspect, null_mut(), ascii(), wire, WIRE.len(), none),
        call!(m::cardwire_inspect, &mut message, ascii(), null(), 1, none),
        call!(m::cardwire_mti, null(), null_mut()),
        call!(m::cardwire_get, null(), 3, &mut field),
        call!(m::cardwire_path, null(), c"3".as_ptr(), &mut field),
        call!(m::cardwire_amount_of, null(), 4, null_mut()),
        call!(f::cardwire_expose, null_mut()),
        call!(f::cardwire_value, null(), null_mut(), null_mut()),
        call!(f::cardwire_copy, null(), out, room, &mut length),
        call!(f::cardwire_number, null(), null_mut()),
        call!(f::cardwire_parts_of, null(), &mut parts),
        call!(f::cardwire_next_part, null_mut(), &mut field),
        call!(w::cardwire_begin, null_mut(), ascii(), c"0200".as_ptr(), out, room),
        call!(w::cardwire_begin, &mut writer, null(), c"0200".as_ptr(), out, room),
        call!(w::cardwire_begin, &mut writer, ascii(), null(), out, room),
        call!(w::cardwire_begin, &mut writer, ascii(), c"0200".as_ptr(), null_mut(), room),
        call!(w::cardwire_respond, &mut writer, null(), out, room),
        call!(w::cardwire_put_text, null_mut(), 3, c"000000".as_ptr()),
        call!(w::cardwire_put_number, null_mut(), 3, 1),
        call!(w::cardwire_put_octets, null_mut(), 3, wire, 1),
        call!(w::cardwire_put_parts, null_mut(), 3, null(), 0),
        call!(w::cardwire_put_field, null_mut(), 3, &field),
        call!(w::cardwire_finish, null_mut(), &mut length, none),
    ];
    assert_eq!(told, [code::NULL; 26]);
    assert_eq!(call!(w::cardwire_echo, null_mut(), null(), 3), code::NULL);
}

#[test]
fn null_is_an_error_for_what_is_asked_of_a_good_message() {
    let (_, message, _) = parse(ascii(), WIRE);
    let (_, good) = get(&message, 3);
    let (mut field, mut out, mut length) = (Field::EMPTY, [0; 64], 0);
    let (room, out) = (out.len(), out.as_mut_ptr());
    let told = [
        call!(m::cardwire_mti, &message, null_mut()),
        call!(m::cardwire_get, &message, 3, null_mut()),
        call!(m::cardwire_path, &message, null(), &mut field),
        call!(m::cardwire_path, &message, c"3".as_ptr(), null_mut()),
        call!(m::cardwire_amount_of, &message, 3, null_mut()),
        call!(f::cardwire_value, &good, null_mut(), &mut length),
        call!(f::cardwire_value, &good, &mut null(), null_mut()),
        call!(f::cardwire_copy, &good, null_mut(), 6, &mut length),
        call!(f::cardwire_copy, &good, out, room, null_mut()),
        call!(f::cardwire_number, &good, null_mut()),
        call!(f::cardwire_parts_of, &good, null_mut()),
    ];
    assert_eq!(told, [code::NULL; 11]);

    // texts of nothing
    let lengths = [
        call!(m::cardwire_describe, null(), out, room),
        call!(m::cardwire_dump, null(), out, room),
        call!(f::cardwire_show, null(), out, room),
        call!(f::cardwire_name, null(), out, room),
        call!(s::cardwire_spec_name, null(), out, room),
        call!(cardwire_error_text, null(), out, room),
        call!(m::cardwire_describe, &message, null_mut(), 9),
    ];
    assert_eq!(lengths, [0; 7]);
    assert_eq!(call!(m::cardwire_next, null(), 0), 0);
    assert!(call!(s::cardwire_spec_named, null()).is_null());
    // (NULL, 0) is an empty buffer
    let (mut parsed, mut writer) = (Message::EMPTY, Writer::EMPTY);
    assert_eq!(call!(m::cardwire_parse, &mut parsed, ascii(), null(), 0, null_mut()), code::TRUNCATED);
    assert_eq!(call!(w::cardwire_begin, &mut writer, ascii(), c"0200".as_ptr(), null_mut(), 0), code::ROOM);
}

#[test]
fn what_is_not_aligned_is_an_error() {
    let mut room = [0_u64; 64];
    let aside = |room: &mut [u64; 64]| room.as_mut_ptr().cast::<u8>().wrapping_add(1);
    let place = aside(&mut room);
    let none = null_mut::<Error>();
    let parsed = call!(m::cardwire_parse, place.cast(), ascii(), WIRE.as_ptr(), WIRE.len(), none);
    assert_eq!(parsed, code::ALIGNMENT);
    let mut field = Field::EMPTY;
    assert_eq!(call!(m::cardwire_get, place.cast(), 3, &mut field), code::ALIGNMENT);
    assert_eq!(call!(f::cardwire_expose, place.cast()), code::ALIGNMENT);
    assert_eq!(call!(w::cardwire_put_number, place.cast(), 3, 1), code::ALIGNMENT);
    // an error is left out then, not written beside
    let mut message = Message::EMPTY;
    let parsed = call!(m::cardwire_parse, &mut message, ascii(), WIRE.as_ptr(), 3, place.cast());
    assert_eq!((parsed, room), (code::TRUNCATED, [0; 64]));
}

#[test]
fn no_size_is_larger_than_an_object() {
    let mut message = Message::EMPTY;
    for size in [usize::MAX, usize::MAX / 2 + 1] {
        let told = call!(m::cardwire_parse, &mut message, ascii(), WIRE.as_ptr(), size, null_mut());
        assert_eq!(told, code::SIZE);
    }
    let mut writer = Writer::EMPTY;
    let mut out = [0; 64];
    call!(w::cardwire_begin, &mut writer, ascii(), c"0200".as_ptr(), out.as_mut_ptr(), out.len());
    let part = w::Part { key: 1, value: WIRE.as_ptr(), length: 1 };
    assert_eq!(call!(w::cardwire_put_parts, &mut writer, 3, &part, usize::MAX / 4), code::SIZE);
    // a text that hardly ends, too long for an interpreter
    if !cfg!(miri) {
        let endless = CString::new(vec![b'1'; 70_000]).unwrap();
        call!(w::cardwire_begin, &mut writer, ascii(), c"0200".as_ptr(), out.as_mut_ptr(), out.len());
        assert_eq!(call!(w::cardwire_put_text, &mut writer, 3, endless.as_ptr()), code::SIZE);
    }
}

#[test]
fn what_nothing_filled_is_empty() {
    let (message, mut field, mut parts, mut writer) =
        (Message::EMPTY, Field::EMPTY, Parts::EMPTY, Writer::EMPTY);
    let (mut length, mut number, mut mti) = (0, 0, [0 as c_char; 5]);
    let mut amount = Amount { minor: 0, exponent: 0, currency: 0, letters: [0; 4], reserved: 0 };
    let told = [
        call!(m::cardwire_mti, &message, &mut mti),
        call!(m::cardwire_get, &message, 3, &mut field),
        call!(m::cardwire_amount_of, &message, 4, &mut amount),
        call!(f::cardwire_expose, &mut field),
        call!(f::cardwire_number, &field, &mut number),
        call!(f::cardwire_parts_of, &field, &mut parts),
        call!(f::cardwire_next_part, &mut parts, &mut field),
        call!(w::cardwire_put_number, &mut writer, 3, 1),
        call!(w::cardwire_finish, &mut writer, &mut length, null_mut()),
    ];
    assert_eq!(told, [code::EMPTY; 9]);
    // one kind is not taken for another
    let (_, mut parsed, _) = parse(ascii(), WIRE);
    let other: *mut Message = &mut parsed;
    assert_eq!(call!(w::cardwire_put_number, other.cast(), 3, 1), code::EMPTY);
    // what a call that failed was to fill is empty, whatever was there
    let (_, mut field) = get(&parsed, 3);
    call!(m::cardwire_get, &message, 3, &mut field);
    assert_eq!((call!(f::cardwire_expose, &mut field), field.length), (code::EMPTY, 0));
    // after a message that is broken it is empty again
    let mut message = parsed;
    call!(m::cardwire_parse, &mut message, ascii(), WIRE.as_ptr(), 30, null_mut());
    assert_eq!(call!(m::cardwire_mti, &message, &mut mti), code::EMPTY);
}

#[test]
fn what_is_refused_first_is_told_to_the_end() {
    let mut writer = Writer::EMPTY;
    let mut out = [0; 64];
    let (mut length, mut error) = (7, Error::NONE);
    call!(w::cardwire_begin, &mut writer, ascii(), c"0200".as_ptr(), out.as_mut_ptr(), out.len());
    assert_eq!(call!(w::cardwire_put_number, &mut writer, 4, 12_300), code::OK);
    assert_eq!(call!(w::cardwire_put_number, &mut writer, 3, 0), code::ORDER);
    assert_eq!(call!(w::cardwire_put_number, &mut writer, 11, 123_456), code::ORDER);
    assert_eq!(call!(w::cardwire_echo, &mut writer, &parse(ascii(), WIRE).1, 4), code::ORDER);
    assert_eq!(call!(w::cardwire_finish, &mut writer, &mut length, &mut error), code::ORDER);
    assert_eq!((length, error.field), (0, 3));
    // and a writer that is finished is empty
    assert_eq!(call!(w::cardwire_put_number, &mut writer, 12, 1), code::EMPTY);
    assert_eq!(call!(w::cardwire_finish, &mut writer, &mut length, &mut error), code::EMPTY);
    for (mti, told) in [(c"020", code::MTI_DIGIT), (c"02000", code::MTI_DIGIT), (c"02x0", code::MTI_DIGIT)] {
        assert_eq!(call!(w::cardwire_begin, &mut writer, ascii(), mti.as_ptr(), out.as_mut_ptr(), 64), told);
        assert_eq!(call!(w::cardwire_put_number, &mut writer, 4, 1), told);
    }
}

/// Each code has words of its own, and a number that is none has some, too.
#[test]
fn every_code_has_its_sentence() {
    let said = |code| {
        let error = Error { code, ..Error::NONE };
        text(|out, room| call!(cardwire_error_text, &error, out, room))
    };
    let mut all: Vec<String> = (0..=22).chain(100..=104).chain([99]).map(said).collect();
    let count = all.len();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), count);
    assert_eq!(said(-1), said(99));
}

/// Messages, elements and specs may be read by many threads at once: there is nothing that they share and change.
#[test]
fn many_threads_read_one_message() {
    let (_, message, _) = parse(ascii(), WIRE);
    let expected = text(|out, room| call!(m::cardwire_describe, &message, out, room));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            // this one, and a copy by value, as C makes one
            let (message, expected, copy) = (&message, &expected, message);
            scope.spawn(move || {
                for message in [message, &copy] {
                    assert_eq!(text(|out, room| call!(m::cardwire_describe, message, out, room)), *expected);
                }
            });
        }
    });
}
