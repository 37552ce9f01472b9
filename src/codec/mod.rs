//! Leaf codings: how characters, digits and octets lie on the wire.
//!
//! Every element has a *logical* value, a run of octets that does not depend on the link: ASCII
//! characters for text (`"000123"`), plain bytes for binary. A coding writes it down:
//!
//! ```text
//! coding       logical value      on the wire               octets for k units
//! Ascii        "123"              31 32 33                  k
//! Ebcdic       "123"              F1 F2 F3                  k
//! Bcd          "123"              01 23  or  12 30, 12 3F   k/2, rounded up
//! Bcd, h       "9F2"              09 F2  or  9F 20          k/2, rounded up
//! Raw          9F 26              9F 26                     k
//! Hex          9F 26              39 46 32 36 ("9F26")      2k
//! EbcdicHex    9F 26              F9 C6 F2 F6               2k
//! Bcd, x+n     "D00000123"        44 00 00 01 23            1 + (k-1)/2, rounded up
//! Zoned, x+n   "D00000123"        F0 F0 F0 F0 F0 F1 F2 D3   k-1
//! ```

pub(crate) mod bitmap;
pub(crate) mod check;
pub(crate) mod digit;
mod ebcdic;
pub(crate) mod fast;
pub(crate) mod mti;
mod prefix;
pub(crate) mod tag;
pub(crate) mod window;

pub use bitmap::{BitmapForm, NextBitmap};
pub use ebcdic::CodePage;
pub use mti::MtiCoding;
pub use prefix::{LengthUnit, Prefix, PrefixCoding};
pub use tag::Tag;

use crate::model::content::Content;

/// How a value lies on the wire.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Coding {
    /// One octet a character, ASCII (Latin-1 for class `ansb`).
    Ascii,
    /// One octet a character, EBCDIC.
    Ebcdic(CodePage),
    /// Two digits an octet, hexadecimal ones for class `h`; `x+n` and `y+n` keep their sign as one
    /// ASCII octet in front.
    Bcd,
    /// The octets themselves.
    Raw,
    /// Two ASCII hexadecimal digits an octet, upper case when written.
    Hex,
    /// Two EBCDIC hexadecimal digits an octet, upper case when written.
    EbcdicHex(CodePage),
    /// `x+n` as zoned decimal: the sign is the zone of the last digit.
    Zoned(Zone),
}

/// How zoned decimal writes a positive sign; negative is always zone `D`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Zone {
    /// Zone `C`.
    C,
    /// Zone `F`, as in an unsigned number.
    F,
}

/// A side of a value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Side {
    /// Before the value: the value is right-aligned.
    Left,
    /// After the value: the value is left-aligned.
    Right,
}

/// Where the pad nibble of an odd number of packed digits lies, and what fills it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct PadNibble {
    /// Before or after the digits.
    pub side: Side,
    /// `0` to `F`; usually 0, sometimes F.
    pub nibble: u8,
}

impl PadNibble {
    /// `0` before the digits: `1 23` lies as `01 23`.
    pub const LEFT_ZERO: Self = Self { side: Side::Left, nibble: 0 };
    /// `0` after the digits: `123` lies as `12 30`.
    pub const RIGHT_ZERO: Self = Self { side: Side::Right, nibble: 0 };
    /// `F` after the digits: `123` lies as `12 3F`.
    pub const RIGHT_F: Self = Self { side: Side::Right, nibble: 0xF };
}

impl Coding {
    /// How many octets `units` units take on the wire.
    ///
    /// A unit is a character, a digit, or an octet of a binary value.
    #[must_use]
    #[inline]
    pub(crate) const fn wire_len(self, content: Content, units: usize) -> usize {
        match self {
            Self::Ascii | Self::Ebcdic(_) | Self::Raw => units,
            Self::Bcd if content.is_signed() => 1 + units.saturating_sub(1).div_ceil(2),
            Self::Bcd => units.div_ceil(2),
            Self::Hex | Self::EbcdicHex(_) => units.saturating_mul(2),
            Self::Zoned(_) => units.saturating_sub(1),
        }
    }

    /// How many units fill `octets` octets of wire exactly, if any number does.
    ///
    /// For packed digits it is the even number; an odd one is known by its fill alone.
    #[must_use]
    pub(crate) const fn units_of(self, content: Content, octets: usize) -> Option<usize> {
        match self {
            Self::Ascii | Self::Ebcdic(_) | Self::Raw => Some(octets),
            Self::Bcd if content.is_signed() => match octets {
                0 => None,
                _ => Some(1 + 2 * (octets - 1)),
            },
            Self::Bcd => Some(octets.saturating_mul(2)),
            Self::Hex | Self::EbcdicHex(_) if octets.is_multiple_of(2) => Some(octets / 2),
            Self::Hex | Self::EbcdicHex(_) => None,
            Self::Zoned(_) => Some(octets.saturating_add(1)),
        }
    }

    /// Whether the coding can carry every value of the class.
    #[must_use]
    pub(crate) const fn carries(self, content: Content) -> bool {
        match self {
            Self::Ascii | Self::Ebcdic(_) => !content.is_binary(),
            Self::Bcd => {
                matches!(
                    content,
                    Content::N | Content::Z | Content::Ne | Content::Xn | Content::Yn | Content::H
                )
            }
            Self::Raw | Self::Hex | Self::EbcdicHex(_) => matches!(content, Content::B | Content::Any),
            Self::Zoned(_) => matches!(content, Content::Xn),
        }
    }
}
