//! The message type identifier on the wire.
//!
//! ```text
//! Ascii    30 32 30 30     "0200"
//! Ebcdic   F0 F2 F0 F0
//! Bcd      02 00
//! Binary   00 C8           two hundred, big-endian
//! Hex      33 30 33 32 33 30 33 30   the characters in hexadecimal digits
//! ```

use super::CodePage;
use super::digit::hex_value;
use super::window::Octets;
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::mti::Mti;

/// How the MTI `0200` is written.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum MtiCoding {
    /// `30 32 30 30`.
    Ascii,
    /// `F0 F2 F0 F0`.
    Ebcdic,
    /// `02 00`.
    Bcd,
    /// `00 C8`: the number two hundred in two big-endian octets.
    Binary,
    /// `33 30 33 32 33 30 33 30`: the octets of the four characters, in hexadecimal digits.
    Hex,
}

impl MtiCoding {
    /// Octets on the wire.
    pub(crate) const fn len(self) -> usize {
        match self {
            Self::Ascii | Self::Ebcdic => 4,
            Self::Bcd | Self::Binary => 2,
            Self::Hex => 8,
        }
    }

    /// The MTI that lies in `octets`, which are [`MtiCoding::len`] many.
    pub(crate) fn read(self, octets: &Octets<'_>) -> Result<Mti> {
        let at = |index| octets.get(index);
        let digits = match self {
            Self::Ascii => [at(0), at(1), at(2), at(3)],
            Self::Ebcdic => [at(0), at(1), at(2), at(3)].map(|octet| CodePage::Cp1047.get(octet)),
            Self::Bcd => packed(at(0), at(1)),
            Self::Hex => [0, 2, 4, 6].map(|index| {
                let digit = |index| hex_value(at(index)).unwrap_or(0);
                digit(index) << 4 | digit(index + 1)
            }),
            // zeros are no digits: the error
            Self::Binary => Mti::from_number(u16::from_be_bytes([at(0), at(1)])).map_or([0; 4], Mti::digits),
        };
        Mti::from_digits(digits).map_err(|_| Error::new(ErrorKind::MtiDigit, octets.position(0), 4, 0))
    }

    /// The fast form of [`MtiCoding::read`]: the MTI at `at` and the first octet after it, if the coding is a
    /// common one and the MTI is valid.
    #[inline(always)]
    pub(crate) fn read_fast(self, wire: &[u8], at: usize) -> Option<(Mti, usize)> {
        let octets = wire.get(at..)?;
        // four digits as one number: as an array they would be taken apart and put together again
        let (digits, end) = match self {
            Self::Ascii | Self::Ebcdic => {
                let zone = if self == Self::Ascii { 0 } else { EBCDIC_ZONE };
                (u32::from_ne_bytes(*octets.first_chunk()?) ^ zone, at + 4)
            }
            Self::Bcd => {
                let [high, low] = *octets.first_chunk()?;
                (u32::from_ne_bytes(packed(high, low)), at + 2)
            }
            Self::Binary | Self::Hex => return None,
        };
        Mti::from_digits(digits.to_ne_bytes()).ok().map(|mti| (mti, end))
    }

    /// The octets of an MTI, and how many of the eight there are.
    #[inline]
    pub(crate) fn write(self, mti: Mti) -> ([u8; 8], usize) {
        let digits = mti.digits();
        let [a, b, c, d] = digits.map(|digit| digit & 0x0F);
        match self {
            Self::Ascii => (first(digits), 4),
            Self::Ebcdic => (first((u32::from_ne_bytes(digits) ^ EBCDIC_ZONE).to_ne_bytes()), 4),
            Self::Bcd => (first([a << 4 | b, c << 4 | d, 0, 0]), 2),
            Self::Binary => {
                let [high, low] = mti.number().to_be_bytes();
                (first([high, low, 0, 0]), 2)
            }
            Self::Hex => {
                let [a, b, c, d] = digits;
                ([b'3', a, b'3', b, b'3', c, b'3', d], 8)
            }
        }
    }
}

/// The octets, and zeros.
const fn first([a, b, c, d]: [u8; 4]) -> [u8; 8] {
    [a, b, c, d, 0, 0, 0, 0]
}

/// The digits of two octets; a half octet above 9 gives a character that is none.
#[inline(always)]
const fn packed(high: u8, low: u8) -> [u8; 4] {
    [b'0' + (high >> 4), b'0' + (high & 15), b'0' + (low >> 4), b'0' + (low & 15)]
}

/// What turns four ASCII digits into EBCDIC ones, and back.
const EBCDIC_ZONE: u32 = 0xC0C0_C0C0;
