//! What is wrong: a code, a place, what was expected and found, and a sentence.

use core::ffi::c_char;
use core::fmt;
use core::mem::MaybeUninit;

use cardwire::model::{ErrorKind, Place, Unit};

use crate::raw::{self, Kept, Opaque};
use crate::text;

/// What a call is told: [`code::OK`], or what is wrong.
pub type Code = i32;

/// The codes, as `cardwire.h` lists them. Below 100 something is wrong with octets, values or a message, from 100 on
/// with the call.
pub mod code {
    #![allow(missing_docs, reason = "`cardwire.h` says what each means")]
    use super::Code;

    pub const OK: Code = 0;
    pub const TRUNCATED: Code = 1;
    pub const TRAILING: Code = 2;
    pub const TOO_SHORT: Code = 3;
    pub const TOO_LONG: Code = 4;
    pub const LENGTH_DIGIT: Code = 5;
    pub const LENGTH_FORM: Code = 6;
    pub const LENGTH_UNIT: Code = 7;
    pub const CHARACTER: Code = 8;
    pub const NIBBLE: Code = 9;
    pub const FILL: Code = 10;
    pub const DIGIT_COUNT: Code = 11;
    pub const HEX_DIGIT: Code = 12;
    pub const MTI_DIGIT: Code = 13;
    pub const UNDEFINED: Code = 14;
    pub const TAG: Code = 15;
    pub const MISSING: Code = 16;
    pub const ORDER: Code = 17;
    pub const TERMINATOR: Code = 18;
    pub const PRIVATE: Code = 19;
    pub const FORM: Code = 20;
    pub const NUMBER: Code = 21;
    pub const ROOM: Code = 22;
    pub const OTHER: Code = 99;
    pub const NULL: Code = 100;
    pub const ALIGNMENT: Code = 101;
    pub const SIZE: Code = 102;
    pub const EMPTY: Code = 103;
    pub const NO_RESPONSE: Code = 104;
}

/// The places, as `cardwire.h` lists them.
pub mod place {
    #![allow(missing_docs, reason = "`cardwire.h` says what each means")]

    pub const WHOLE: i32 = 0;
    pub const HEADER: i32 = 1;
    pub const MTI: i32 = 2;
    pub const BITMAP: i32 = 3;
    pub const ELEMENT: i32 = 4;
}

/// What lengths count, as `cardwire.h` lists it.
pub mod unit {
    #![allow(missing_docs, reason = "`cardwire.h` says what each means")]

    pub const NONE: i32 = 0;
    pub const BYTES: i32 = 1;
    pub const OCTETS: i32 = 2;
    pub const DIGITS: i32 = 3;
    pub const HEX_DIGITS: i32 = 4;
    pub const CHARACTERS: i32 = 5;
    pub const PARTS: i32 = 6;
}

/// The longest path of an error, and its NUL.
pub const PATH_SIZE: usize = 64;

/// `cardwire_error`: where, expected, found. Never a character of a value.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Error {
    /// What is wrong: one of [`code`].
    pub code: Code,
    /// Where: one of [`place`].
    pub place: i32,
    /// The number of the data element, or 0.
    pub field: u32,
    /// The octet in the message, or in the output when building.
    pub offset: u32,
    /// What was expected, in units.
    pub expected: u32,
    /// What was found, in units.
    pub found: u32,
    /// What both count: one of [`unit`].
    pub unit: i32,
    /// Not used.
    pub reserved: u32,
    /// Where as a path, `55.9F26`, with a NUL; empty outside of elements.
    pub path: [c_char; PATH_SIZE],
    /// The error itself, for its sentence.
    pub inner: Opaque<8>,
}

impl Kept for cardwire::Error {
    const MARK: u64 = 0x6361_7264_0000_0001;
}

/// What goes wrong in a call.
#[derive(Clone, Copy)]
pub(crate) enum Fault {
    /// With octets, values or a message.
    Wire(cardwire::Error),
    /// With the call.
    Call(Code),
}

impl From<cardwire::Error> for Fault {
    fn from(error: cardwire::Error) -> Self {
        Self::Wire(error)
    }
}

impl Error {
    /// No error.
    pub const NONE: Self = Self {
        code: code::OK,
        place: place::WHOLE,
        field: 0,
        offset: 0,
        expected: 0,
        found: 0,
        unit: unit::NONE,
        reserved: 0,
        path: [0; PATH_SIZE],
        inner: Opaque::EMPTY,
    };

    /// What C sees of a fault.
    fn of(fault: Fault) -> Self {
        let Fault::Wire(error) = fault else { return Self { code: fault.code(), ..Self::NONE } };
        Self {
            code: fault.code(),
            place: place_of(error.place()),
            field: error.field().map_or(0, u32::from),
            offset: narrow(error.offset()),
            expected: narrow(error.expected()),
            found: narrow(error.found()),
            unit: error.unit().map_or(unit::NONE, unit_of),
            reserved: 0,
            path: path(&error),
            inner: Opaque::of(error),
        }
    }
}

impl Fault {
    /// The code of it.
    pub(crate) fn code(self) -> Code {
        match self {
            Self::Wire(error) => code_of(error.kind()),
            Self::Call(code) => code,
        }
    }
}

/// Tells a call what came of it, and the caller's `cardwire_error` if there is one.
pub(crate) fn told(result: Result<(), Fault>, error: Option<&mut MaybeUninit<Error>>) -> Code {
    if let Some(place) = error {
        place.write(result.err().map_or(Error::NONE, Error::of));
    }
    raw::told(result)
}

/// Writes what is wrong in a sentence, as `snprintf` does: `field 11 at byte 31: expected class n, found a letter`.
/// Of an error with a code and nothing else it is the sentence of the code. Returns how long the whole text is.
///
/// # Safety
/// `error` is NULL or what a call wrote, or zeros and a code; `out` is NULL or has `room` octets.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cardwire_error_text(error: *const Error, out: *mut u8, room: usize) -> usize {
    // SAFETY: the promise of the caller
    let (error, out) = unsafe { (raw::read(error), raw::room(out, room)) };
    match (error, out) {
        (Ok(error), Ok(out)) => match error.inner.get::<cardwire::Error>() {
            Ok(inner) => text::write(out, inner),
            Err(_) => text::write(out, sentence(error.code)),
        },
        _ => 0,
    }
}

fn code_of(kind: ErrorKind) -> Code {
    match kind {
        ErrorKind::Truncated => code::TRUNCATED,
        ErrorKind::Trailing => code::TRAILING,
        ErrorKind::TooShort => code::TOO_SHORT,
        ErrorKind::TooLong => code::TOO_LONG,
        ErrorKind::LengthDigit(_) => code::LENGTH_DIGIT,
        ErrorKind::LengthForm => code::LENGTH_FORM,
        ErrorKind::LengthUnit => code::LENGTH_UNIT,
        ErrorKind::Character(..) => code::CHARACTER,
        ErrorKind::Nibble => code::NIBBLE,
        ErrorKind::Fill => code::FILL,
        ErrorKind::DigitCount => code::DIGIT_COUNT,
        ErrorKind::HexDigit(_) => code::HEX_DIGIT,
        ErrorKind::MtiDigit => code::MTI_DIGIT,
        ErrorKind::Undefined => code::UNDEFINED,
        ErrorKind::Tag => code::TAG,
        ErrorKind::Missing => code::MISSING,
        ErrorKind::Order => code::ORDER,
        ErrorKind::Terminator => code::TERMINATOR,
        ErrorKind::Private => code::PRIVATE,
        ErrorKind::Form => code::FORM,
        ErrorKind::Number => code::NUMBER,
        ErrorKind::Room => code::ROOM,
        // of framings and of specs made at run time, which are not here, and what a later version adds
        _ => code::OTHER,
    }
}

/// The sentence of a code of which nothing else is known.
const fn sentence(code: Code) -> &'static str {
    match code {
        code::OK => "nothing is wrong",
        code::TRUNCATED => "the octets end too early",
        code::TRAILING => "octets are left after the last element",
        code::TOO_SHORT => "the value is too short",
        code::TOO_LONG => "the value is too long",
        code::LENGTH_DIGIT => "a character of a length is no digit",
        code::LENGTH_FORM => "the octets of a length are no length",
        code::LENGTH_UNIT => "the length cannot be",
        code::CHARACTER => "a character is not of the element's class",
        code::NIBBLE => "half an octet is no digit",
        code::FILL => "the unused half of an octet is not as the spec says",
        code::DIGIT_COUNT => "the digits would be read back as others",
        code::HEX_DIGIT => "a character is no hexadecimal digit",
        code::MTI_DIGIT => "the message type is not four digits",
        code::UNDEFINED => "the spec does not define the element",
        code::TAG => "the tag is not well formed",
        code::MISSING => "there is no such element or part",
        code::ORDER => "elements are put in ascending order",
        code::TERMINATOR => "the value does not end as it has to",
        code::PRIVATE => "the value is private",
        code::FORM => "the value cannot be had in this form",
        code::NUMBER => "the number does not fit",
        code::ROOM => "the buffer is too small",
        code::NULL => "an argument is NULL that must not be",
        code::ALIGNMENT => "an argument has not the alignment of its type",
        code::SIZE => "a size is larger than anything is",
        code::EMPTY => "nothing was put there by the call that has to come before",
        code::NO_RESPONSE => "the message type has no response",
        _ => "something else is wrong",
    }
}

const fn place_of(place: Place) -> i32 {
    match place {
        Place::Header => place::HEADER,
        Place::Mti => place::MTI,
        Place::Bitmap => place::BITMAP,
        Place::Element(_) => place::ELEMENT,
        _ => place::WHOLE,
    }
}

const fn unit_of(unit: Unit) -> i32 {
    match unit {
        Unit::Bytes => unit::BYTES,
        Unit::Octets => unit::OCTETS,
        Unit::Digits => unit::DIGITS,
        Unit::HexDigits => unit::HEX_DIGITS,
        Unit::Characters => unit::CHARACTERS,
        Unit::Parts => unit::PARTS,
        _ => unit::NONE,
    }
}

/// The element and the parts in it, as a path.
fn path(error: &cardwire::Error) -> [c_char; PATH_SIZE] {
    match error.field() {
        Some(_) => text::fixed(Path(error)),
        None => [0; PATH_SIZE],
    }
}

struct Path<'e>(&'e cardwire::Error);

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.field().unwrap_or(0))?;
        self.0.parts().try_for_each(|part| write!(f, ".{part}"))
    }
}

/// A count as C has it; nothing here exceeds it.
pub(crate) fn narrow(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
