//! The one error of the crate: what, where, expected, found. Numbers only, never message content.

use core::fmt;

use crate::model::content::{CharKind, Content};
use crate::model::fault::SpecFault;
pub(crate) use crate::model::key::{Key, KeyStyle};
#[cfg(feature = "serde")]
use crate::model::names;
use crate::model::unit::Unit;

/// Why a message, a frame, a value or a spec was refused.
///
/// `Copy`, 36 bytes, no borrowed data and no heap. It names the element and the part within it,
/// the byte offset in the input (when parsing) or in the output (when building), and what was
/// expected and found as *lengths, limits and kinds of character*. It never holds a character of
/// a value; of the message it repeats nothing but the tag of a part, so it is safe to log.
///
/// ```
/// use cardwire::{Message, spec::ISO87_ASCII};
/// let error = Message::parse(&ISO87_ASCII, b"0800822000000000000004000000000000000415").unwrap_err();
/// assert_eq!(error.to_string(), "field 7 at byte 36: the value needs 10 bytes, 4 are left");
/// ```
///
/// `Display` is English; [`in_lang`](Self::in_lang) tells the same in Chinese.
#[derive(Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub struct Error {
    kind: ErrorKind,
    place: Place,
    pub(super) note: Note,
    pub(super) slots: [Slot; MAX_PARTS],
    parts: [u32; MAX_PARTS],
    offset: u32,
    expected: u32,
    found: u32,
}

/// How many parts deep below its element an error names its place.
pub(crate) const MAX_PARTS: usize = 3;

/// Shorthand for results of this crate.
pub type Result<T, E = Error> = core::result::Result<T, E>;

/// What was wrong.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The input ends inside the thing: `expected` bytes needed, `found` left.
    Truncated,
    /// `found` bytes are left after the last element.
    Trailing,
    /// The value is shorter than its minimum.
    TooShort,
    /// The value is longer than its maximum.
    TooLong,
    /// A character of a length prefix is not a digit.
    LengthDigit(CharKind),
    /// A BER length that announces no length (`80`) or uses more than four octets.
    LengthForm,
    /// A length that cannot be: not a whole number of units, or shorter than what it must include.
    LengthUnit,
    /// A character outside the content class.
    Character(Content, CharKind),
    /// A half byte that is not a decimal digit where one is required.
    Nibble,
    /// A fill half byte that is not the fill of the spec.
    Fill,
    /// Packed digits that would be read back as more or fewer: their octets are counted, and the pad
    /// nibble cannot be told from a digit. `found` were given, `expected` would be read.
    DigitCount,
    /// A character that is not a hexadecimal digit.
    HexDigit(CharKind),
    /// The message type identifier is not four digits.
    MtiDigit,
    /// The bitmap announces an element that the spec does not define.
    Undefined,
    /// A tag that is not well formed.
    Tag,
    /// A mandatory element or part is missing.
    Missing,
    /// Elements must be written in ascending order: this one comes too late, or twice.
    Order,
    /// A terminator was expected before the end of the value.
    Terminator,
    /// The element is private: only `expose` opens it.
    Private,
    /// The value cannot be read or written in the asked form (text of binary, number of text).
    Form,
    /// The number does not fit its type or its element.
    Number,
    /// The output buffer is too small: `expected` bytes needed, `found` given.
    Room,
    /// A frame announces more than its limit allows.
    FrameLimit,
    /// A frame header or trailer is not what the framing prescribes.
    FrameShape,
    /// The longitudinal redundancy check does not match.
    FrameCheck,
    /// The spec itself is contradictory.
    Spec(SpecFault),
}

/// Where in the message: the part of its outermost structure.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Place {
    /// Nowhere more precise: the message, frame or spec as a whole.
    Whole,
    /// The bytes before the message type identifier.
    Header,
    /// The message type identifier.
    Mti,
    /// The bitmap.
    Bitmap,
    /// A data element, by number.
    Element(u8),
    /// The framing around the message.
    Frame,
}

/// What a number among the parts of an error is.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Slot {
    Empty,
    Part(KeyStyle),
    /// After the last part, the name of a field in the caller's own struct.
    #[cfg_attr(not(feature = "serde"), allow(dead_code, reason = "said of structs alone"))]
    Name,
}

/// What an error says beyond its kind: its sentence depends on it, and nothing else.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Note {
    None,
    /// What `expected` and `found` count.
    Counts(Unit),
    /// What is not present must be.
    Required,
    /// The least length is that of the prefix that the length includes.
    Includes,
    /// The value holds the octet that ends it.
    Terminated,
    /// The zone of a zoned digit, not the digit.
    Zone,
    /// There is no response to the message type, or no repeat of it.
    NoCounterpart,
    /// The spec knows it, the caller's own struct does not.
    #[cfg_attr(not(feature = "serde"), allow(dead_code, reason = "said of structs alone"))]
    NotInStruct,
    /// Too far from the start of the message, too large, or of too unusual a form to be patched.
    NotInPlace,
}

impl Error {
    /// An error of `kind` at `offset`; the place is added as it passes the walk on its way out.
    #[cold]
    pub(crate) const fn new(kind: ErrorKind, offset: usize, expected: usize, found: usize) -> Self {
        Self {
            kind,
            place: Place::Whole,
            note: Note::None,
            slots: [Slot::Empty; MAX_PARTS],
            parts: [0; MAX_PARTS],
            offset: saturate(offset),
            expected: saturate(expected),
            found: saturate(found),
        }
    }

    /// The same error, one level further out: `key` becomes the outermost part.
    #[cold]
    pub(crate) const fn within(mut self, key: Key) -> Self {
        let [first, second, _] = self.parts;
        self.parts = [key.value(), first, second];
        let [first, second, _] = self.slots;
        self.slots = [Slot::Part(key.style()), first, second];
        self
    }

    /// The same error, in `place`.
    #[cold]
    pub(crate) const fn at(mut self, place: Place) -> Self {
        self.place = place;
        self
    }

    /// The same error, in the data element that `key` is the number of.
    #[cold]
    pub(crate) fn in_element(self, key: Key) -> Self {
        self.at(Place::Element(u8::try_from(key.value()).unwrap_or(u8::MAX)))
    }

    /// The same error with an offset that counts from `base`.
    #[cold]
    pub(crate) const fn moved(mut self, base: usize) -> Self {
        self.offset = self.offset.saturating_add(saturate(base));
        self
    }

    /// The same error, which counts in `unit`.
    #[cold]
    pub(crate) const fn counting(self, unit: Unit) -> Self {
        self.noted(Note::Counts(unit))
    }

    /// The same error with a note.
    #[cold]
    pub(crate) const fn noted(mut self, note: Note) -> Self {
        self.note = note;
        self
    }

    /// The same error of the element as a whole: without parts.
    #[cold]
    pub(crate) const fn of_element(mut self, number: u8) -> Self {
        self.slots = [Slot::Empty; MAX_PARTS];
        self.at(Place::Element(number))
    }

    /// The same error of the element that its outermost part is, if that is a number.
    #[cfg(feature = "serde")]
    pub(crate) fn of_outermost(mut self) -> Self {
        let ([number, second, third], [outermost, rest @ ..]) = (self.parts, self.slots);
        if (self.place, outermost) == (Place::Whole, Slot::Part(KeyStyle::Number)) {
            self.place = Place::Element(u8::try_from(number).unwrap_or(u8::MAX));
            (self.parts, self.slots) = ([second, third, 0], [rest[0], rest[1], Slot::Empty]);
        }
        self
    }

    /// The same error with the name of a field in the caller's own struct, if there is room for it.
    #[cfg(feature = "serde")]
    pub(crate) fn of_struct_field(mut self, name: &'static str) -> Self {
        let mut places = self.parts.iter_mut().zip(&mut self.slots);
        if let Some((part, slot)) = places.find(|(_, slot)| !matches!(slot, Slot::Part(_)))
            && let (Slot::Empty, Some(place)) = (*slot, names::slot(name))
        {
            (*part, *slot) = (place, Slot::Name);
        }
        self
    }

    /// The field of the caller's own struct that the error is about, by the name that serde knows.
    /// `None` where the number or tag of the element is that name, and without the feature `std`.
    #[cfg(feature = "serde")]
    #[must_use]
    pub fn struct_field(&self) -> Option<&'static str> {
        let mut places = self.parts.iter().zip(&self.slots);
        places.find(|(_, slot)| **slot == Slot::Name).and_then(|(part, _)| names::name(*part))
    }

    #[cfg(not(feature = "serde"))]
    pub(super) const fn struct_field(&self) -> Option<&'static str> {
        None
    }

    /// What was wrong.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Where in the message.
    #[must_use]
    pub const fn place(&self) -> Place {
        self.place
    }

    /// The number of the data element, if the error lies in one.
    #[must_use]
    pub const fn field(&self) -> Option<u8> {
        match self.place {
            Place::Element(number) => Some(number),
            _ => None,
        }
    }

    /// The parts within the element, the outermost three of them, outermost first; empty when the
    /// element itself is meant.
    pub fn parts(&self) -> impl Iterator<Item = Key> + use<> {
        self.parts.into_iter().zip(self.slots).map_while(|(value, slot)| match slot {
            Slot::Part(style) => Some(Key::tag(value, style)),
            Slot::Empty | Slot::Name => None,
        })
    }

    /// The byte offset in the input, or in the output when building.
    #[must_use]
    pub const fn offset(&self) -> usize {
        widen(self.offset)
    }

    /// What [`Error::expected`] and [`Error::found`] count; `None` where they are no lengths.
    #[must_use]
    pub const fn unit(&self) -> Option<Unit> {
        use ErrorKind::{FrameLimit, Room, TooLong, TooShort, Trailing, Truncated};
        match (self.note, self.kind) {
            (Note::Counts(unit), _) => Some(unit),
            (_, Truncated | Trailing | TooShort | TooLong | Room | FrameLimit) => Some(Unit::Bytes),
            _ => None,
        }
    }

    /// What was expected, as the [`ErrorKind`] counts it. Saturates at 4 GiB.
    #[must_use]
    pub const fn expected(&self) -> usize {
        widen(self.expected)
    }

    /// What was found, as the [`ErrorKind`] counts it. Saturates at 4 GiB.
    #[must_use]
    pub const fn found(&self) -> usize {
        widen(self.found)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({self})")
    }
}

/// Bad data; the error itself can be had of it again by downcasting.
#[cfg(feature = "std")]
impl From<Error> for std::io::Error {
    fn from(error: Error) -> Self {
        Self::new(std::io::ErrorKind::InvalidData, error)
    }
}

const fn saturate(value: usize) -> u32 {
    #[allow(clippy::as_conversions, reason = "guarded by the comparison; try_from is not const")]
    if widen(value as u32) == value { value as u32 } else { u32::MAX }
}

/// A `u32` as a `usize`; the crate supports targets of 32 bits and more.
#[allow(clippy::as_conversions, reason = "lossless on every supported target; from is not const")]
pub(crate) const fn widen(value: u32) -> usize {
    value as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_small() {
        assert_eq!(size_of::<Error>(), 36);
        assert!(size_of::<Result<(), Error>>() <= 36);
    }

    #[test]
    #[cfg(feature = "std")]
    fn an_io_error_holds_the_error() {
        let error = Error::new(ErrorKind::TooLong, 20, 5, 6);
        let io: std::io::Error = error.into();
        assert_eq!(io.kind(), std::io::ErrorKind::InvalidData);
        assert_eq!(io.get_ref().and_then(|inner| inner.downcast_ref()), Some(&error));
    }

    #[test]
    fn parts_are_named_outermost_first() {
        let inner = Error::new(ErrorKind::TooLong, 20, 5, 6).within(Key::tag(0x95, KeyStyle::Hex));
        let outer = inner.within(Key::number(3)).at(Place::Element(55));
        assert_eq!(
            std::format!("{outer}"),
            "field 55, part 3, part 95 at byte 20: expected at most 5 bytes, found 6"
        );
        assert_eq!(outer.parts().count(), 2);
    }
}
