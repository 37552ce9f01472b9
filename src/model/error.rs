//! The one error of the crate: what, where, expected, found. Numbers only, never message content.

use core::fmt;

use crate::model::content::{CharKind, Content};

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
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub struct Error {
    kind: ErrorKind,
    place: Place,
    styles: [KeyStyle; MAX_PARTS],
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
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
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
    /// An element that has to come before what is written already, or is written twice.
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

/// What makes a spec contradictory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum SpecFault {
    /// The length prefix cannot express the maximum length.
    PrefixTooNarrow,
    /// The minimum length exceeds the maximum.
    MinimumAboveMaximum,
    /// A fixed or maximum length of zero.
    ZeroLength,
    /// The element is defined twice, or tags are not in ascending order.
    DefinedTwice,
    /// The number is not available for data: 0, 1, a continuation bit, beyond the bitmap, or a tag that cannot be
    /// written in its form.
    ReservedNumber,
    /// Layouts are nested too deep.
    TooDeep,
    /// The coding cannot carry the content class.
    CodingCannotCarry,
    /// The mask shows more of the value than it hides.
    MaskTooOpen,
    /// A layout inside an element that cannot hold it.
    LayoutMisplaced,
    /// An element of open length stands before other elements.
    OpenLength,
    /// The prefix is wider than any supported one, or has no digits.
    PrefixWidth,
    /// The bitmap form is impossible.
    BitmapForm,
}

/// Where in the message: the part of its outermost structure.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
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

/// The name of a part within a composite element: a position, a sub-element number or a tag.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    value: u32,
    style: KeyStyle,
}

/// How a [`Key`] is written.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum KeyStyle {
    /// No part.
    None,
    /// A position or bit number: `3`.
    Number,
    /// A decimal tag of that many digits: `0105`.
    Digits(u8),
    /// A binary or BER tag in hexadecimal: `9F26`.
    Hex,
    /// A tag of one to four characters: `ABC`.
    Text,
}

impl Error {
    /// An error of `kind` at `offset`; the place is added as it passes the walk on its way out.
    #[cold]
    pub(crate) const fn new(kind: ErrorKind, offset: usize, expected: usize, found: usize) -> Self {
        Self {
            kind,
            place: Place::Whole,
            styles: [KeyStyle::None; MAX_PARTS],
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
        self.parts = [key.value, first, second];
        let [first, second, _] = self.styles;
        self.styles = [key.style, first, second];
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
        self.at(Place::Element(u8::try_from(key.value).unwrap_or(u8::MAX)))
    }

    /// The same error with an offset that counts from `base`.
    #[cold]
    pub(crate) const fn moved(mut self, base: usize) -> Self {
        self.offset = self.offset.saturating_add(saturate(base));
        self
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
        let pairs = self.parts.into_iter().zip(self.styles);
        pairs.take_while(|(_, style)| *style != KeyStyle::None).map(|(value, style)| Key { value, style })
    }

    /// The byte offset in the input, or in the output when building.
    #[must_use]
    pub const fn offset(&self) -> usize {
        widen(self.offset)
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

impl Key {
    /// A position or bit number within a composite.
    #[must_use]
    pub const fn number(value: u32) -> Self {
        Self { value, style: KeyStyle::Number }
    }

    /// A tag, written in `style`.
    #[must_use]
    pub const fn tag(value: u32, style: KeyStyle) -> Self {
        Self { value, style }
    }

    /// The number, or the tag's octets read as a big-endian number.
    #[must_use]
    pub const fn value(self) -> u32 {
        self.value
    }

    /// How the key is written.
    #[must_use]
    pub const fn style(self) -> KeyStyle {
        self.style
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.style {
            KeyStyle::None => Ok(()),
            KeyStyle::Number => write!(f, "{}", self.value),
            KeyStyle::Digits(width) => write!(f, "{:0width$}", self.value, width = usize::from(width)),
            KeyStyle::Hex => {
                let digits = match self.value {
                    0..=0xFF => 2,
                    0x100..=0xFFFF => 4,
                    0x1_0000..=0xFF_FFFF => 6,
                    _ => 8,
                };
                write!(f, "{:0digits$X}", self.value)
            }
            KeyStyle::Text => {
                let octets = self.value.to_be_bytes();
                octets.iter().skip_while(|octet| **octet == 0).try_for_each(|octet| match octet {
                    0x21..=0x7E => write!(f, "{}", char::from(*octet)),
                    other => write!(f, "\\x{other:02X}"),
                })
            }
        }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => f.write_str("message"),
            Self::Header => f.write_str("header"),
            Self::Mti => f.write_str("MTI"),
            Self::Bitmap => f.write_str("bitmap"),
            Self::Element(number) => write!(f, "field {number}"),
            Self::Frame => f.write_str("frame"),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({self})")
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let ErrorKind::Spec(fault) = self.kind {
            write!(f, "spec, {}", self.place)?;
            self.parts().try_for_each(|key| write!(f, ", part {key}"))?;
            return write!(f, ": {fault}");
        }
        write!(f, "{}", self.place)?;
        self.parts().try_for_each(|key| write!(f, ", part {key}"))?;
        write!(f, " at byte {}: ", self.offset)?;
        sentence(self, f)
    }
}

fn sentence(error: &Error, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let Error { expected, found, .. } = *error;
    match error.kind {
        ErrorKind::Truncated => write!(f, "the value needs {expected} bytes, {found} are left"),
        ErrorKind::Trailing => write!(f, "expected the end, found {found} more bytes"),
        ErrorKind::TooShort => write!(f, "expected at least {expected}, found {found}"),
        ErrorKind::TooLong => write!(f, "expected at most {expected}, found {found}"),
        ErrorKind::LengthDigit(seen) => write!(f, "expected a digit in the length prefix, found {seen}"),
        ErrorKind::LengthForm => f.write_str("expected a definite BER length of at most four octets"),
        ErrorKind::LengthUnit => write!(f, "a length of {found} is no whole value here"),
        ErrorKind::Character(content, seen) => write!(f, "expected class {content}, found {seen}"),
        ErrorKind::Nibble => f.write_str("expected a decimal half byte, found one above 9"),
        ErrorKind::Fill => write!(f, "expected the fill half byte {expected:X}, found another"),
        ErrorKind::DigitCount => write!(
            f,
            "{found} digits would be read back as {expected}: octets are counted, and the pad nibble looks like a digit"
        ),
        ErrorKind::HexDigit(seen) => write!(f, "expected a hexadecimal digit, found {seen}"),
        ErrorKind::MtiDigit => f.write_str("expected four digits"),
        ErrorKind::Undefined => f.write_str("the spec does not define it"),
        ErrorKind::Tag => f.write_str("expected a well-formed tag"),
        ErrorKind::Missing => f.write_str("it is mandatory and missing"),
        ErrorKind::Order => write!(f, "field {found} is written already, and order is ascending"),
        ErrorKind::Terminator => f.write_str("expected a terminator before the end"),
        ErrorKind::Private => f.write_str("it is private: read it with expose"),
        ErrorKind::Form => f.write_str("the value has no such form"),
        ErrorKind::Number => f.write_str("the number does not fit"),
        ErrorKind::Room => write!(f, "the buffer needs {expected} bytes, it has {found}"),
        ErrorKind::FrameLimit => write!(f, "a frame of {found} bytes exceeds the limit of {expected}"),
        ErrorKind::FrameShape => f.write_str("the frame header or trailer is malformed"),
        ErrorKind::FrameCheck => f.write_str("the check character does not match"),
        ErrorKind::Spec(fault) => write!(f, "{fault}"),
    }
}

impl fmt::Display for SpecFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sentence())
    }
}

impl SpecFault {
    /// One sentence for people; also the text of the compile error of a constant spec.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::PrefixTooNarrow => "the length prefix cannot express the maximum length",
            Self::MinimumAboveMaximum => "the minimum length exceeds the maximum",
            Self::ZeroLength => "the length is zero",
            Self::DefinedTwice => "an element is defined twice, or tags are not in ascending order",
            Self::ReservedNumber => "the number is not available for data",
            Self::TooDeep => "layouts are nested too deep",
            Self::CodingCannotCarry => "the coding cannot carry the content class",
            Self::MaskTooOpen => "the mask shows more of the value than it hides",
            Self::LayoutMisplaced => "the element cannot hold a layout of this kind",
            Self::OpenLength => "an element of open length must be the last",
            Self::PrefixWidth => "the length prefix is too wide, or has no digits",
            Self::BitmapForm => "the bitmap form is impossible",
        }
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
            "field 55, part 3, part 95 at byte 20: expected at most 5, found 6"
        );
        assert_eq!(outer.parts().count(), 2);
    }

    #[test]
    fn keys_are_written_as_their_field_writes_them() {
        assert_eq!(std::format!("{}", Key::tag(105, KeyStyle::Digits(4))), "0105");
        assert_eq!(std::format!("{}", Key::tag(0x41_42_43, KeyStyle::Text)), "ABC");
        assert_eq!(std::format!("{}", Key::tag(0x9F26, KeyStyle::Hex)), "9F26");
        assert_eq!(std::format!("{}", Key::tag(0x0103, KeyStyle::Hex)), "0103");
    }
}
