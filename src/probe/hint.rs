//! What a change to a spec would explain, in words.

use core::cmp::Reverse;
use core::fmt;

use crate::codec::{Coding, LengthUnit, PadNibble, PrefixCoding, Side};
use crate::layout::NextBitmap;
use crate::model::content::Content;
use crate::model::error::Place;
use crate::spec::MtiCoding;

/// A change to the spec that carries the parse further.
///
/// `Display` is a sentence: `field 35: probably packed digits, its length counts digits or
/// characters (explains 3 of 3 messages)`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hint {
    pub(super) place: Place,
    pub(super) changes: Changes,
    pub(super) outcome: Outcome,
    /// How many other places could be changed to the same effect.
    pub(super) rivals: usize,
}

/// One way in which what is on the wire differs from what the spec says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Change {
    /// The MTI is written so.
    Mti(MtiCoding),
    /// The bitmaps are written so.
    Bitmap(Coding),
    /// All elements of digits are written so.
    Digits(Coding),
    /// All elements of text are written so.
    Text(Coding),
    /// All length prefixes are written so.
    Prefixes(PrefixCoding),
    /// All length prefixes are one binary octet that counts this.
    OctetPrefixes(LengthUnit),
    /// A third bitmap follows there, for the elements from 129 on.
    ThirdBitmap(NextBitmap),
    /// All binary elements are written so.
    Binary(Coding),
    /// The value is written so.
    Coding(Coding),
    /// The digits of the length are written so.
    Prefix(PrefixCoding),
    /// The length has so many digits, or octets if it is binary.
    Width(u8),
    /// The length counts that.
    LengthUnit(LengthUnit),
    /// The length counts itself, too, or does not.
    Includes(bool),
    /// The pad nibble of an odd number of digits lies there.
    PadNibble(PadNibble),
    /// The length is fixed, at so many units.
    Fixed(u32),
    /// Of a signed amount: there is no sign, but so many digits.
    Unsigned {
        /// The digits after the sign that the spec expects.
        expected: u32,
        /// The digits that are there.
        found: u32,
    },
    /// Of a signed amount: the sign is followed by so many digits.
    Signed {
        /// The digits after the sign that the spec expects.
        expected: u32,
        /// The digits that are there.
        found: u32,
    },
    /// A length stands before the value.
    Variable,
    /// The value may be so many units long.
    Longer(u32),
    /// The value may hold characters of that class.
    Content(Content),
    /// The parts are laid out otherwise.
    Parts,
    /// The spec does not define the element.
    Defined,
}

/// How many ways an element can differ at once.
const MAX_CHANGES: usize = 6;

/// The ways in which one element differs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Changes([Option<Change>; MAX_CHANGES]);

/// What a changed spec achieves, in the order of importance.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Outcome {
    pub(super) complete: usize,
    pub(super) score: u16,
    /// What the change costs: the cheaper of two equals is better.
    pub(super) cost: Reverse<u8>,
    pub(super) evidence: u64,
    pub(super) messages: usize,
}

impl Changes {
    pub(super) fn iter(&self) -> impl Iterator<Item = Change> {
        self.0.into_iter().flatten()
    }

    /// These and one more; `None` when there are too many.
    pub(super) fn and(mut self, change: Change) -> Option<Self> {
        *self.0.iter_mut().find(|slot| slot.is_none())? = Some(change);
        Some(self)
    }

    /// How much has to be wrong at once.
    pub(super) fn cost(&self) -> u8 {
        self.iter().map(|change| change.cost()).sum()
    }
}

impl Change {
    /// Unusual mistakes cost more than usual ones.
    const fn cost(self) -> u8 {
        match self {
            Self::Mti(_) | Self::Bitmap(_) | Self::Coding(_) | Self::Prefix(_) => 1,
            Self::Width(_) | Self::LengthUnit(_) | Self::PadNibble(_) => 1,
            Self::Longer(_) | Self::Content(_) | Self::Defined => 1,
            Self::Unsigned { .. } | Self::Signed { .. } | Self::ThirdBitmap(_) => 1,
            Self::Includes(_) | Self::Fixed(_) | Self::Variable | Self::Parts => 2,
            Self::Digits(_)
            | Self::Text(_)
            | Self::Prefixes(_)
            | Self::OctetPrefixes(_)
            | Self::Binary(_) => 3,
        }
    }
}

impl Hint {
    /// Where the spec is wrong: an element, the MTI, the bitmap, or all of it.
    #[must_use]
    pub const fn place(&self) -> Place {
        self.place
    }

    /// The number of the element that is wrong, if it is one.
    #[must_use]
    pub const fn field(&self) -> Option<u8> {
        match self.place {
            Place::Element(number) => Some(number),
            _ => None,
        }
    }

    /// How it differs from what the spec says.
    pub fn changes(&self) -> impl Iterator<Item = Change> {
        self.changes.iter()
    }

    /// Whether it names a third bitmap, which the bitmap before it announces.
    #[must_use]
    pub fn is_third_bitmap(&self) -> bool {
        self.changes().any(|change| matches!(change, Change::ThirdBitmap(_)))
    }

    /// How many messages parse to their end with the change, and of how many.
    #[must_use]
    pub const fn explains(&self) -> (usize, usize) {
        (self.outcome.complete, self.outcome.messages)
    }

    /// 0 to 100: more for each message that parses to its end, less for a change that leaves some
    /// unexplained, and for each other place that could be changed to the same effect.
    #[must_use]
    pub fn confidence(&self) -> u8 {
        let Outcome { complete, messages, score, .. } = self.outcome;
        let doubt = 50u32 >> complete.min(6);
        let confidence = match complete {
            0 => u32::from(score) / 40,
            _ => (100 - doubt) * count(complete) / count(messages).max(1),
        };
        u8::try_from(confidence / (1 + count(self.rivals))).unwrap_or(100)
    }
}

fn count(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.place)?;
        for (index, change) in self.changes().enumerate() {
            f.write_str(if index > 0 { ", " } else { "" })?;
            write!(f, "{change}")?;
        }
        match self.explains() {
            (0, _) => f.write_str(" (gets further, not to the end)"),
            (complete, messages) => write!(f, " (explains {complete} of {messages} messages)"),
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Mti(coding) => write!(f, "probably {}", mti_words(coding)),
            Self::Bitmap(coding) => write!(f, "probably {}", coding_words(coding)),
            Self::Digits(coding) => write!(f, "all digits are probably {}", coding_words(coding)),
            Self::Text(coding) => write!(f, "all text is probably {}", coding_words(coding)),
            Self::OctetPrefixes(unit) => {
                write!(f, "all lengths are probably one octet that counts {}", counts_words(unit))
            }
            Self::ThirdBitmap(NextBitmap::InElement) => {
                f.write_str("a third bitmap stands in the place of field 65, whose bit is set")
            }
            Self::ThirdBitmap(_) => f.write_str("a third bitmap follows the second: bit 65 is set"),
            Self::Prefixes(coding) => write!(f, "all lengths are probably {}", prefix_words(coding)),
            Self::Binary(coding) => write!(f, "all binary values are probably {}", coding_words(coding)),
            Self::Coding(coding) => write!(f, "probably {}", coding_words(coding)),
            Self::Prefix(coding) => write!(f, "its length is probably {}", prefix_words(coding)),
            Self::Width(width) => write!(f, "its length probably has {width} digits or octets"),
            Self::LengthUnit(counts) => write!(f, "its length counts {}", counts_words(counts)),
            Self::Includes(true) => f.write_str("its length probably counts itself, too"),
            Self::Includes(false) => f.write_str("its length probably does not count itself"),
            Self::PadNibble(pad_nibble) => {
                write!(f, "{} the digits fills an odd number up", spare_words(pad_nibble))
            }
            Self::Fixed(units) => write!(f, "probably of fixed length {units}"),
            Self::Unsigned { expected, found } => {
                write!(
                    f,
                    "expected a sign and {expected} digits, found probably {found} digits without a sign"
                )
            }
            Self::Signed { expected, found } => {
                write!(f, "expected a sign and {expected} digits, found probably a sign and {found} digits")
            }
            Self::Variable => f.write_str("probably of variable length"),
            Self::Longer(units) => write!(f, "may be {units} long"),
            Self::Content(content) => write!(f, "holds characters of class {content}"),
            Self::Parts => f.write_str("its parts are laid out otherwise"),
            Self::Defined => f.write_str("the spec does not define it"),
        }
    }
}

const fn mti_words(coding: MtiCoding) -> &'static str {
    match coding {
        MtiCoding::Ascii => "ASCII",
        MtiCoding::Ebcdic => "EBCDIC",
        MtiCoding::Bcd => "packed digits",
        MtiCoding::Binary => "a binary number",
        MtiCoding::Hex => "characters in hexadecimal digits",
    }
}

const fn coding_words(coding: Coding) -> &'static str {
    match coding {
        Coding::Ascii => "ASCII",
        Coding::Ebcdic(_) => "EBCDIC",
        Coding::Bcd => "packed digits",
        Coding::Raw => "raw octets",
        Coding::Hex => "hexadecimal digits",
        Coding::EbcdicHex(_) => "hexadecimal digits in EBCDIC",
        Coding::Zoned(_) => "zoned decimal",
    }
}

const fn prefix_words(coding: PrefixCoding) -> &'static str {
    match coding {
        PrefixCoding::Ascii => "ASCII digits",
        PrefixCoding::Ebcdic(_) => "EBCDIC digits",
        PrefixCoding::Bcd => "packed digits",
        PrefixCoding::Binary => "binary",
        PrefixCoding::Hex => "hexadecimal digits",
        PrefixCoding::Ber => "a BER length",
    }
}

const fn counts_words(counts: LengthUnit) -> &'static str {
    match counts {
        LengthUnit::Units => "digits or characters",
        LengthUnit::Bytes => "bytes",
        LengthUnit::Nibbles => "half bytes",
    }
}

const fn spare_words(pad_nibble: PadNibble) -> &'static str {
    match (pad_nibble.side, pad_nibble.nibble) {
        (Side::Left, _) => "a half byte before",
        (Side::Right, 0) => "a zero half byte after",
        (Side::Right, _) => "a half byte F after",
    }
}
