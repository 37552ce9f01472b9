//! Typed messages: your own structs, filled from a [`Message`] and written to one.
//!
//! A field is named by the element's number, or by the spec's name for it in `snake_case`, words in
//! brackets left out: DE 11, "Systems trace audit number (STAN)", is `"11"` or
//! `systems_trace_audit_number`. The MTI is `mti`. Parts of a composite are named as in paths:
//! `"9F26"`, `"0105"`, `"1"`. Private elements are refused unless the field is an [`Exposed`].
//!
//! ```
//! use cardwire::{Message, Mti, serde::Exposed, spec::ISO87_ASCII};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Serialize, Deserialize, Debug, PartialEq)]
//! struct Sale<'a> {
//!     #[serde(rename = "2", borrow)]
//!     pan: Exposed<&'a str>,
//!     #[serde(rename = "4")]
//!     amount: u64,
//!     systems_trace_audit_number: u32,
//!     #[serde(rename = "39", skip_serializing_if = "Option::is_none")]
//!     response: Option<&'a str>,
//!     #[serde(rename = "55")]
//!     icc: Icc,
//! }
//!
//! #[derive(Serialize, Deserialize, Debug, PartialEq)]
//! struct Icc {
//!     #[serde(rename = "9F26")]
//!     cryptogram: Exposed<[u8; 8]>,
//! }
//!
//! let sale = Sale {
//!     pan: Exposed("4111111111111111"),
//!     amount: 12_300,
//!     systems_trace_audit_number: 7,
//!     response: None,
//!     icc: Icc { cryptogram: Exposed([0xA1; 8]) },
//! };
//! let wire = cardwire::serde::to_vec(&ISO87_ASCII, Mti::FINANCIAL_REQUEST, &sale)?;
//! let message = Message::parse(&ISO87_ASCII, &wire)?;
//! assert_eq!(cardwire::serde::from_message::<Sale<'_>>(&message)?, sale);
//! # Ok::<(), cardwire::Error>(())
//! ```
//!
//! # What becomes what
//!
//! | the element | fits |
//! | --- | --- |
//! | digits | any integer that is wide enough, text |
//! | signed amounts (`x+n`) | signed integers, text |
//! | text | `String`; `&str` where the link writes ASCII, else an error: use `Cow` or `String` there |
//! | binary | `[u8; N]`, byte buffers, `Vec<u8>`; `&[u8]` where the link writes raw octets; text as hexadecimal digits |
//! | composite | a struct or a map by part; by position: a tuple or a sequence, too; or its text |
//! | a tag that is there several times | a sequence of what the part fits, `Vec<u8>` for octets excepted |
//! | a list of codes | an enum of unit variants, named by the code |
//!
//! The MTI fits a `String`, and an [`Mti`]. What is absent fits an `Option`; a private element that may be, an `Option<Exposed<T>>`. Elements that the struct does not name are ignored, unless it
//! says `deny_unknown_fields`.
//!
//! Errors are those of the crate: they name the element and never hold content. The text of an
//! error from a `Deserialize` of your own is therefore lost.

#[macro_use]
mod macros;
mod element;
mod impls;
mod names;
mod read;
mod values;
mod write;

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use ::serde::de::{Expected, IntoDeserializer, Unexpected};
use ::serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

use crate::layout::Layout;
use crate::model::Unit;
use crate::model::error::{Error, ErrorKind, Key, KeyStyle, Note, Place, Result};
use crate::model::mti::Mti;
use crate::read::message::Message;
use crate::spec::Spec;

pub use values::Values;

/// Fills a value from a message; see the [module](self) for what fits what.
///
/// # Errors
/// [`ErrorKind::Missing`] for an element that the value needs, [`ErrorKind::Private`] for one that is private
/// where no [`Exposed`] is, [`ErrorKind::Form`] and [`ErrorKind::Number`] for one that does not fit.
pub fn from_message<'a, T: Deserialize<'a>>(message: &Message<'a>) -> Result<T> {
    T::deserialize(read::MessageDeserializer { message }).map_err(Error::of_outermost)
}

/// Turns a value into what a [`Builder`](crate::Builder) borrows, in the shapes of this spec.
///
/// # Errors
/// [`ErrorKind::Undefined`] for a field that the spec does not know, and what does not fit.
pub fn to_values<T: Serialize + ?Sized>(spec: &Spec<'_>, value: &T) -> Result<Values> {
    value.serialize(write::MessageSerializer { spec }).map_err(Error::of_outermost)
}

/// Writes a value as a message. Where the value itself has an `mti`, that one is written.
///
/// # Errors
/// As [`to_values`] and [`Builder::write`](crate::Builder::write).
pub fn to_vec<T: Serialize + ?Sized>(spec: &Spec<'_>, mti: Mti, value: &T) -> Result<Vec<u8>> {
    let values = to_values(spec, value)?;
    values.builder(spec, mti).to_vec()
}

/// A private value that the caller asked for: the one wrapper to search a code base for.
///
/// Around a composite it opens all parts. `Debug` shows nothing of the value. `Serialize` has to
/// give the value away to whichever serializer asks, so a struct that has an `Exposed` should go to
/// no other format than messages.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Exposed<T>(pub T);

impl<T> fmt::Debug for Exposed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Exposed(*)")
    }
}

/// The name of the newtype by which the deserializer knows an [`Exposed`].
const EXPOSED: &str = "cardwire::read::Exposed";

impl<T: Serialize> Serialize for Exposed<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(EXPOSED, &self.0)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Exposed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(EXPOSED, Opening(core::marker::PhantomData))
    }
}

/// What serde calls with the opened value.
struct Opening<T>(core::marker::PhantomData<T>);

impl<'de, T: Deserialize<'de>> de::Visitor<'de> for Opening<T> {
    type Value = Exposed<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Exposed<T>, D::Error> {
        T::deserialize(deserializer).map(Exposed)
    }

    /// The MTI, which is private nowhere.
    fn visit_str<E: de::Error>(self, text: &str) -> Result<Exposed<T>, E> {
        T::deserialize(String::from(text).into_deserializer()).map(Exposed)
    }
}

/// No message of serde's is kept: it may hold content.
impl de::Error for Error {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::new(ErrorKind::Form, 0, 0, 0)
    }

    fn invalid_value(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self::new(ErrorKind::Number, 0, 0, 0)
    }

    fn invalid_length(found: usize, _: &dyn Expected) -> Self {
        Self::new(ErrorKind::LengthUnit, 0, 0, found).counting(Unit::Items)
    }

    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self::new(ErrorKind::Form, 0, 0, 0).noted(Note::NotInStruct)
    }

    fn unknown_field(field: &str, _: &'static [&'static str]) -> Self {
        let error = keyed(ErrorKind::Undefined, field).noted(Note::NotInStruct);
        if field == "mti" { error.at(Place::Mti) } else { error }
    }

    fn missing_field(field: &'static str) -> Self {
        named(ErrorKind::Missing, field)
    }
}

impl ser::Error for Error {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::new(ErrorKind::Form, 0, 0, 0)
    }
}

/// An error about the part or, if its name is no number and no tag, the field of a struct.
fn named(kind: ErrorKind, field: &'static str) -> Error {
    let error = keyed(kind, field);
    if error.parts().next().is_none() { error.of_struct_field(field) } else { error }
}

/// An error about the part that a field of a struct names, if its name is a number or a tag.
fn keyed(kind: ErrorKind, field: &str) -> Error {
    let error = Error::new(kind, 0, 0, 0);
    let is_hex = field.len() <= 6 && field.bytes().all(|octet| octet.is_ascii_hexdigit());
    match (crate::layout::path::decimal(field), u32::from_str_radix(field, 16)) {
        (Some(number), _) if field.len() < 4 => error.within(Key::number(number)),
        (Some(tag), _) if field.len() == 4 => error.within(Key::tag(tag, KeyStyle::Digits(4))),
        (_, Ok(tag)) if is_hex => error.within(Key::tag(tag, KeyStyle::Hex)),
        _ => error,
    }
}

/// An error about a field that is missing from a struct, with the element that its name means.
fn resolved(error: Error, layout: &Layout<'_>) -> Error {
    match (error.kind(), error.struct_field(), error.parts().next()) {
        (ErrorKind::Missing, Some(field), None) => match names::key(layout, field) {
            Some(key) => error.within(layout.key(key)),
            None => Error::new(ErrorKind::Undefined, 0, 0, 0).of_struct_field(field),
        },
        _ => error,
    }
}

/// An error of an element or part, with the name that the struct has for it.
fn in_struct(error: Error, field: &'static str) -> Error {
    let mut parts = error.parts();
    match (parts.next(), parts.next()) {
        (Some(key), None) if key.to_string() != field => error.of_struct_field(field),
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    /// A name of up to three digits is a number, one of four is a tag of digits, and others of up to six hexadecimal
    /// digits are tags.
    #[test]
    fn names_of_fields_that_are_numbers_or_tags() {
        for (field, key) in [
            ("4", Some(Key::number(4))),
            ("127", Some(Key::number(127))),
            ("1000", Some(Key::tag(1000, KeyStyle::Digits(4)))),
            ("9999", Some(Key::tag(9999, KeyStyle::Digits(4)))),
            ("12345", Some(Key::tag(0x12345, KeyStyle::Hex))),
            ("95A", Some(Key::tag(0x95A, KeyStyle::Hex))),
            ("9F02", Some(Key::tag(0x9F02, KeyStyle::Hex))),
            ("DF8101", Some(Key::tag(0xDF_8101, KeyStyle::Hex))),
            ("DF81011", None),
            ("amount", None),
            ("+4", None),
            ("", None),
        ] {
            let error = keyed(ErrorKind::Missing, field);
            let parts: Vec<_> = error.parts().map(|part| part.to_string()).collect();
            assert_eq!(parts, Vec::from_iter(key.map(|key| key.to_string())), "{field}");
            let error = named(ErrorKind::Missing, field);
            assert_eq!(error.struct_field(), Some(field).filter(|_| key.is_none()), "{field}");
        }
    }
}
