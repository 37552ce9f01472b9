//! The length field of a frame: how a number of bytes is written before them.

use crate::model::content::CharKind;
use crate::model::error::{Error, ErrorKind, Place, Result};

/// How a length is written. The number is its width in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum LengthField {
    /// Binary, most significant byte first; at most 4 bytes.
    Big(u8),
    /// Binary, least significant byte first; at most 4 bytes.
    Little(u8),
    /// Decimal digits in ASCII; at most 9.
    Ascii(u8),
    /// Hexadecimal digits in ASCII, either case read, upper case written; at most 8.
    Hex(u8),
    /// Two decimal digits to a byte; at most 4 bytes.
    Bcd(u8),
}

impl LengthField {
    /// The width in bytes.
    pub(crate) const fn width(self) -> u8 {
        match self {
            Self::Big(width) | Self::Little(width) | Self::Ascii(width) => width,
            Self::Hex(width) | Self::Bcd(width) => width,
        }
    }

    /// The largest number the field can express.
    pub(crate) const fn max(self) -> u32 {
        let mut left = self.width();
        let mut max = 0_u32;
        while left > 0 {
            max = max.saturating_mul(self.base()).saturating_add(self.base() - 1);
            left -= 1;
        }
        max
    }

    /// Reads the number; `offset` is where its octets stand in the input.
    pub(crate) fn get(self, octets: &[u8], offset: usize) -> Result<u32> {
        if let Self::Little(_) = self {
            return Ok(octets.iter().rev().fold(0, |value, octet| (value << 8) | u32::from(*octet)));
        }
        octets.iter().zip(offset..).try_fold(0, |value: u32, (octet, place)| {
            let digit = self.digit(*octet).map_err(|kind| Error::new(kind, place, 0, 0).at(Place::Frame))?;
            Ok(value.wrapping_mul(self.base()).wrapping_add(digit))
        })
    }

    /// Fills `out`, which is [`Self::width`] bytes, with `value`, which is at most [`Self::max`].
    pub(crate) fn put(self, value: u32, out: &mut [u8]) {
        let mut left = value;
        let mut next = || {
            let [digit, ..] = (left % self.base()).to_le_bytes();
            left /= self.base();
            self.octet(digit)
        };
        match self {
            Self::Little(_) => out.iter_mut().for_each(|octet| *octet = next()),
            _ => out.iter_mut().rev().for_each(|octet| *octet = next()),
        }
    }

    /// How many values one octet takes.
    const fn base(self) -> u32 {
        match self {
            Self::Big(_) | Self::Little(_) => 256,
            Self::Ascii(_) => 10,
            Self::Hex(_) => 16,
            Self::Bcd(_) => 100,
        }
    }

    /// The value of one octet: a sign or a blank is not a digit.
    fn digit(self, octet: u8) -> Result<u32, ErrorKind> {
        match self {
            Self::Big(_) | Self::Little(_) => Ok(u32::from(octet)),
            Self::Ascii(_) => {
                char::from(octet).to_digit(10).ok_or(ErrorKind::LengthDigit(CharKind::of(octet)))
            }
            Self::Hex(_) => char::from(octet).to_digit(16).ok_or(ErrorKind::HexDigit(CharKind::of(octet))),
            Self::Bcd(_) => match (octet >> 4, octet & 0x0F) {
                (tens @ 0..=9, units @ 0..=9) => Ok(u32::from(tens * 10 + units)),
                _ => Err(ErrorKind::Nibble),
            },
        }
    }

    /// The octet of one digit, the inverse of [`Self::digit`].
    const fn octet(self, digit: u8) -> u8 {
        match self {
            Self::Big(_) | Self::Little(_) => digit,
            Self::Ascii(_) | Self::Hex(_) if digit < 10 => b'0' + digit,
            Self::Ascii(_) | Self::Hex(_) => b'A' - 10 + digit,
            Self::Bcd(_) => digit / 10 * 16 + digit % 10,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [LengthField; 8] = [
        LengthField::Big(2),
        LengthField::Big(3),
        LengthField::Big(4),
        LengthField::Little(2),
        LengthField::Ascii(4),
        LengthField::Ascii(9),
        LengthField::Hex(4),
        LengthField::Bcd(2),
    ];

    #[test]
    fn every_number_up_to_the_greatest_is_read_as_written() {
        for field in ALL {
            let max = field.max();
            for value in (0..=max.min(70_000)).chain([max / 3, max - 1, max]) {
                let mut octets = [0; 9];
                let octets = &mut octets[..usize::from(field.width())];
                field.put(value, octets);
                assert_eq!(field.get(octets, 0), Ok(value), "{field:?} {octets:02X?}");
            }
        }
    }

    #[test]
    fn the_greatest_number_is_that_of_the_width() {
        let max = ALL.map(LengthField::max);
        assert_eq!(max, [65_535, 0xFF_FFFF, u32::MAX, 65_535, 9_999, 999_999_999, 65_535, 9_999]);
    }

    #[test]
    fn what_is_no_digit_is_refused_at_its_place() {
        let refused = |field: LengthField, octets: &[u8]| {
            let error = field.get(octets, 10).unwrap_err();
            (error.kind(), error.offset())
        };
        assert_eq!(refused(LengthField::Ascii(4), b"+100"), (ErrorKind::LengthDigit(CharKind::Sign), 10));
        assert_eq!(refused(LengthField::Ascii(4), b"10 0"), (ErrorKind::LengthDigit(CharKind::Blank), 12));
        assert_eq!(refused(LengthField::Hex(4), b"00g0"), (ErrorKind::HexDigit(CharKind::Letter), 12));
        assert_eq!(refused(LengthField::Hex(4), b"0x64"), (ErrorKind::HexDigit(CharKind::Letter), 11));
        assert_eq!(refused(LengthField::Bcd(2), &[0x01, 0x0A]), (ErrorKind::Nibble, 11));
        assert_eq!(refused(LengthField::Bcd(2), &[0xA0, 0x00]), (ErrorKind::Nibble, 10));
    }
}
