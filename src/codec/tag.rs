//! Tags on the wire, and as people write them.
//!
//! ```text
//! tag              named      on the wire
//! Ber              9F26       9F 26              one to three octets
//! Digits(4)        0105       30 31 30 35
//! Text(2)          AB         41 42
//! Ebcdic(page, 2)  AB         C1 C2
//! Octets(1)        5C         5C
//! ```

use super::CodePage;
use super::window::Octets;
use crate::model::error::{Error, ErrorKind, KeyStyle, Result};

/// How a tag is written.
///
/// Exhaustive on purpose: what reads or writes octets by a spec, as an exporter does, has to know every one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Tag {
    /// BER: one to three octets. A `00` where a tag is expected, and no length stands first, is padding:
    /// no part, but kept when the element is copied.
    Ber,
    /// That many ASCII digits, 1 to 6.
    Digits(u8),
    /// That many characters, 1 to 4.
    Text(u8),
    /// That many EBCDIC characters, 1 to 4; named by the characters, not by their octets.
    Ebcdic(CodePage, u8),
    /// That many octets, 1 to 4.
    Octets(u8),
}

/// The octet that may stand before, between and after BER objects.
pub(crate) const PADDING: u8 = 0;

/// The most octets a tag takes on the wire.
const MAX_LEN: usize = 6;

impl Tag {
    /// Whether a tag can be written in this form: `9F26` is one of BER-TLV, `9F` alone is none.
    #[must_use]
    pub const fn admits(self, tag: u32) -> bool {
        match self {
            Self::Digits(digits) => places(tag, 10) <= digits,
            Self::Octets(octets) => places(tag, 256) <= octets,
            Self::Text(characters) | Self::Ebcdic(_, characters) => {
                places(tag, 256) == characters && is_graphic(tag)
            }
            Self::Ber => match tag.to_be_bytes() {
                [0, 0, 0, one] => one & 0x1F != 0x1F && one != PADDING,
                [0, 0, one, two] => one & 0x1F == 0x1F && two < 0x80,
                [0, one, two, three] => one & 0x1F == 0x1F && two >= 0x80 && three < 0x80,
                _ => false,
            },
        }
    }

    /// How many octets a tag takes on the wire.
    pub(crate) fn len(self, tag: u32) -> usize {
        match self {
            Self::Digits(width) | Self::Octets(width) | Self::Text(width) | Self::Ebcdic(_, width) => {
                usize::from(width)
            }
            Self::Ber => match tag {
                0..=0xFF => 1,
                0x100..=0xFFFF => 2,
                _ => 3,
            },
        }
    }

    /// How many octets the tag takes that `octets` start with; `None` for a BER tag of more than three.
    pub(crate) fn len_at(self, octets: &Octets<'_>) -> Option<usize> {
        // 0 beyond the end, whatever stands there: a tag that is cut short is no other tag
        let at = |index| if index < octets.len() { octets.get(index) } else { 0 };
        match (self, at(0) & 0x1F, at(1), at(2)) {
            (Self::Ber, 0..=0x1E, _, _) => Some(1),
            (Self::Ber, _, 0..=0x7F, _) => Some(2),
            (Self::Ber, _, _, 0..=0x7F) => Some(3),
            (Self::Ber, ..) => None,
            _ => Some(self.len(0)),
        }
    }

    /// The tag that lies in `octets`, which are as many as it takes.
    pub(crate) fn read(self, octets: &Octets<'_>) -> Result<u32> {
        let malformed = |index| Error::new(ErrorKind::Tag, octets.position(index), 0, 0);
        let mut value = 0;
        for index in 0..octets.len() {
            let octet = octets.get(index);
            let octet = match self {
                Self::Ebcdic(page, _) => page.get(octet),
                _ => octet,
            };
            value = match self {
                Self::Digits(_) if !octet.is_ascii_digit() => return Err(malformed(index)),
                Self::Text(_) | Self::Ebcdic(..) if !octet.is_ascii_graphic() => {
                    return Err(malformed(index));
                }
                Self::Digits(_) => value * 10 + u32::from(octet - b'0'),
                _ => value << 8 | u32::from(octet),
            };
        }
        Ok(value)
    }

    /// The fast form of [`Tag::read`]: the BER tag at `at` and its octets, if it takes one or two, is no
    /// padding, and not the last octet.
    #[inline(always)]
    pub(crate) fn read_ber_fast(wire: &[u8], at: usize) -> Option<(u32, usize)> {
        // a length follows a tag
        let [first, second, ..] = *wire.get(at..)? else { return None };
        match (first & 0x1F, second) {
            (0x1F, 0x80..) => None,
            (0x1F, _) => Some((u32::from(u16::from_be_bytes([first, second])), 2)),
            _ if first == PADDING => None,
            _ => Some((u32::from(first), 1)),
        }
    }

    /// The octets of a tag, and how many of them there are.
    pub(crate) fn write(self, tag: u32) -> ([u8; MAX_LEN], usize) {
        let len = self.len(tag).min(MAX_LEN);
        let (mut octets, mut rest) = ([0; MAX_LEN], tag);
        for slot in octets.iter_mut().take(len).rev() {
            let [.., low] = rest.to_be_bytes();
            (*slot, rest) = match self {
                Self::Digits(_) => {
                    let [.., digit] = (rest % 10).to_be_bytes();
                    (b'0' + digit, rest / 10)
                }
                Self::Ebcdic(page, _) => (page.put(low), rest >> 8),
                Self::Ber | Self::Text(_) | Self::Octets(_) => (low, rest >> 8),
            };
        }
        (octets, len)
    }

    /// The tag that a text names: hexadecimal for BER and octet tags, the characters themselves for text,
    /// decimal for digits. [`Tag::style`] is how it is shown.
    pub(crate) fn named(self, name: &str) -> Option<u32> {
        match self {
            Self::Ber | Self::Octets(_) => {
                let is_hex = name.len() <= 8 && name.bytes().all(|octet| octet.is_ascii_hexdigit());
                if is_hex { u32::from_str_radix(name, 16).ok() } else { None }
            }
            Self::Text(width) | Self::Ebcdic(_, width) if name.len() == usize::from(width) => {
                Some(name.bytes().fold(0, |value, octet| value << 8 | u32::from(octet)))
            }
            Self::Text(_) | Self::Ebcdic(..) => None,
            Self::Digits(_) => decimal(name),
        }
    }

    pub(crate) const fn style(self) -> KeyStyle {
        match self {
            Self::Ber | Self::Octets(_) => KeyStyle::Hex,
            Self::Digits(width) => KeyStyle::Digits(width),
            Self::Text(_) | Self::Ebcdic(..) => KeyStyle::Text,
        }
    }
}

/// A decimal number without sign or blank.
pub(crate) fn decimal(text: &str) -> Option<u32> {
    if text.bytes().all(|octet| octet.is_ascii_digit()) { text.parse().ok() } else { None }
}

/// How many places a number takes to that base; none for zero.
const fn places(number: u32, base: u32) -> u8 {
    let (mut rest, mut places) = (number, 0);
    while rest > 0 {
        (rest, places) = (rest / base, places + 1);
    }
    places
}

/// Whether the octets of a number, without zeros before them, are visible ASCII characters.
const fn is_graphic(number: u32) -> bool {
    let mut rest = number;
    while rest > 0 {
        let [.., last] = rest.to_be_bytes();
        if !last.is_ascii_graphic() {
            return false;
        }
        rest >>= 8;
    }
    true
}
