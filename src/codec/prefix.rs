//! Length prefixes: how long a variable value is, and what that number counts.

use super::window::{Octets, OctetsMut};
use super::{CodePage, Coding};
use crate::model::content::{CharKind, Content};
use crate::model::error::{Error, ErrorKind, Result, widen};

/// A length prefix: its coding, its width, and what its number counts.
///
/// ```text
/// n..19, LL, value 4111111111111111 (16 digits)
///   Ascii,  2 digits, Units   31 36 | 34 31 31 ...
///   Bcd,    2 digits, Units   16    | 41 11 11 ...
///   Bcd,    2 digits, Bytes   08    | 41 11 11 ...
///   Binary, 1 octet,  Units   10    | 41 11 11 ...
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Prefix {
    /// How the number is written.
    pub coding: PrefixCoding,
    /// Digits of a decimal prefix (1 to 6), octets of a binary one (1 to 4); ignored for BER.
    pub width: u8,
    /// What the number counts.
    pub counts: LengthUnit,
    /// Added to what is counted before it is written: the width of the prefix itself in octets
    /// where the length includes the prefix, else 0.
    pub includes: u8,
}

/// How the number of a length prefix is written.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PrefixCoding {
    /// ASCII digits.
    Ascii,
    /// EBCDIC digits.
    Ebcdic(CodePage),
    /// Packed digits, right-aligned: three digits take two octets.
    Bcd,
    /// Big-endian octets.
    Binary,
    /// Big-endian octets as ASCII hexadecimal digits; the width counts the octets.
    Hex,
    /// BER: `00`-`7F`, or `81`-`84` and that many octets; shortest form when written.
    Ber,
}

/// What the number of a length prefix counts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LengthUnit {
    /// Characters, digits, or octets of a binary value, as they are before coding.
    Units,
    /// Octets on the wire.
    Bytes,
    /// Half bytes on the wire, a spare one included: always even.
    Nibbles,
}

impl Prefix {
    /// A BER length that counts octets.
    pub const BER: Self =
        Self { coding: PrefixCoding::Ber, width: 0, counts: LengthUnit::Bytes, includes: 0 };

    /// How many octets the prefix takes when it announces `number`.
    #[must_use]
    pub(crate) const fn octets(&self, number: usize) -> usize {
        match self.coding {
            PrefixCoding::Ascii | PrefixCoding::Ebcdic(_) | PrefixCoding::Binary => usize_of(self.width),
            PrefixCoding::Bcd => usize_of(self.width).div_ceil(2),
            PrefixCoding::Hex => 2 * usize_of(self.width),
            PrefixCoding::Ber => match number {
                0..=0x7F => 1,
                0x80..=0xFF => 2,
                0x100..=0xFFFF => 3,
                0x1_0000..=0xFF_FFFF => 4,
                _ => 5,
            },
        }
    }

    /// The largest number the prefix can express.
    #[must_use]
    pub(crate) const fn capacity(&self) -> usize {
        match self.coding {
            PrefixCoding::Ascii | PrefixCoding::Ebcdic(_) | PrefixCoding::Bcd => power(10, self.width) - 1,
            PrefixCoding::Binary | PrefixCoding::Hex => match self.width {
                width @ 0..=3 => power(256, width) - 1,
                _ => widen(u32::MAX),
            },
            PrefixCoding::Ber => widen(u32::MAX),
        }
    }

    /// Whether the width is one the codec supports.
    #[must_use]
    pub(crate) const fn is_supported(&self) -> bool {
        match self.coding {
            PrefixCoding::Ascii | PrefixCoding::Ebcdic(_) | PrefixCoding::Bcd => {
                matches!(self.width, 1..=MAX_DIGITS)
            }
            PrefixCoding::Binary | PrefixCoding::Hex => matches!(self.width, 1..=4),
            PrefixCoding::Ber => true,
        }
    }

    /// The number a value of `units` units in `coding` is announced with.
    #[must_use]
    pub(crate) const fn announce(&self, coding: Coding, content: Content, units: usize) -> usize {
        let counted = match self.counts {
            LengthUnit::Units => units,
            LengthUnit::Bytes => coding.wire_len(content, units),
            LengthUnit::Nibbles => coding.wire_len(content, units).saturating_mul(2),
        };
        counted.saturating_add(usize_of(self.includes))
    }

    /// The units of a value announced with `number`: the inverse of [`Prefix::announce`].
    #[inline]
    pub(crate) const fn units(&self, coding: Coding, content: Content, number: usize) -> Option<usize> {
        let Some(counted) = number.checked_sub(usize_of(self.includes)) else { return None };
        match self.counts {
            LengthUnit::Units => Some(counted),
            LengthUnit::Bytes => coding.units_of(content, counted),
            LengthUnit::Nibbles if counted.is_multiple_of(2) => coding.units_of(content, counted / 2),
            LengthUnit::Nibbles => None,
        }
    }

    /// Writes `number` at `start`; the caller has checked it against [`Prefix::capacity`].
    pub(crate) fn put(&self, out: &mut OctetsMut<'_>, start: usize, number: usize) {
        let octets = self.octets(number);
        let mut rest = number;
        for index in (0..octets).rev() {
            let octet = match self.coding {
                PrefixCoding::Ascii => b'0' + take(&mut rest, 10),
                PrefixCoding::Ebcdic(page) => page.put(b'0' + take(&mut rest, 10)),
                PrefixCoding::Bcd => take(&mut rest, 10) | take(&mut rest, 10) << 4,
                PrefixCoding::Hex => super::window::hex_digit(take(&mut rest, 16)),
                PrefixCoding::Ber if index == 0 && octets > 1 => 0x80 | take(&mut (octets - 1), 256),
                PrefixCoding::Binary | PrefixCoding::Ber => take(&mut rest, 256),
            };
            out.set(start + index, octet);
        }
    }

    /// Reads the number at `start`: the number and how many octets the prefix takes.
    #[inline]
    pub(crate) fn get(&self, octets: &Octets<'_>, start: usize) -> Result<(usize, usize)> {
        if matches!(self.coding, PrefixCoding::Ber) {
            return get_ber(octets, start);
        }
        let width = self.octets(0);
        let left = octets.len().saturating_sub(start);
        if left < width {
            return Err(Error::new(ErrorKind::Truncated, octets.position(start), width, left));
        }
        let mut number = 0;
        for index in start..start + width {
            let octet = octets.get(index);
            let seen =
                |octet| Error::new(ErrorKind::LengthDigit(CharKind::of(octet)), octets.position(index), 0, 0);
            number = match self.coding {
                PrefixCoding::Ascii => number * 10 + digit(octet).ok_or_else(|| seen(octet))?,
                PrefixCoding::Ebcdic(page) => {
                    let octet = page.get(octet);
                    number * 10 + digit(octet).ok_or_else(|| seen(octet))?
                }
                PrefixCoding::Bcd => match (octet >> 4, octet & 0x0F) {
                    (high @ 0..=9, low @ 0..=9) => number * 100 + usize_of(high) * 10 + usize_of(low),
                    _ => return Err(Error::new(ErrorKind::Nibble, octets.position(index), 0, 0)),
                },
                PrefixCoding::Hex => match super::window::hex_value(octet) {
                    Some(value) => number << 4 | usize_of(value),
                    None => return Err(seen(octet)),
                },
                PrefixCoding::Binary | PrefixCoding::Ber => number << 8 | usize_of(octet),
            };
        }
        Ok((number, width))
    }
}

/// The widest decimal prefix: six digits.
pub(crate) const MAX_DIGITS: u8 = 6;

/// A BER length: one octet below `80`, or `81` to `84` and that many octets.
fn get_ber(octets: &Octets<'_>, start: usize) -> Result<(usize, usize)> {
    let left = octets.len().saturating_sub(start);
    let truncated = |needed| Error::new(ErrorKind::Truncated, octets.position(start), needed, left);
    if left == 0 {
        return Err(truncated(1));
    }
    match octets.get(start) {
        short @ 0..=0x7F => Ok((usize_of(short), 1)),
        long @ 0x81..=0x84 => {
            let width = 1 + usize_of(long & 0x0F);
            if left < width {
                return Err(truncated(width));
            }
            let number =
                (start + 1..start + width).fold(0, |sum, index| sum << 8 | usize_of(octets.get(index)));
            Ok((number, width))
        }
        _ => Err(Error::new(ErrorKind::LengthForm, octets.position(start), 4, 0)),
    }
}

/// The lowest digit of `rest` to `base`, which it loses.
#[allow(clippy::as_conversions, reason = "below 256")]
const fn take(rest: &mut usize, base: usize) -> u8 {
    let digit = *rest % base;
    *rest /= base;
    digit as u8
}

#[inline]
const fn digit(octet: u8) -> Option<usize> {
    match octet {
        b'0'..=b'9' => Some(usize_of(octet - b'0')),
        _ => None,
    }
}

#[allow(clippy::as_conversions, reason = "lossless; from is not const")]
const fn usize_of(value: u8) -> usize {
    value as usize
}

const fn power(base: usize, exponent: u8) -> usize {
    let (mut product, mut left) = (1usize, exponent);
    while left > 0 {
        product = product.saturating_mul(base);
        left -= 1;
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;
    use std::vec::Vec;

    fn prefix(coding: PrefixCoding, width: u8) -> Prefix {
        Prefix { coding, width, counts: LengthUnit::Units, includes: 0 }
    }

    fn put(prefix: Prefix, number: usize) -> Vec<u8> {
        let mut wire = vec![0; prefix.octets(number)];
        prefix.put(&mut OctetsMut::of(&mut wire), 0, number);
        wire
    }

    #[test]
    fn every_form_writes_what_the_field_expects() {
        assert_eq!(put(prefix(PrefixCoding::Ascii, 3), 42), *b"042");
        assert_eq!(put(prefix(PrefixCoding::Ebcdic(CodePage::Cp037), 2), 42), [0xF4, 0xF2]);
        assert_eq!(put(prefix(PrefixCoding::Bcd, 3), 104), [0x01, 0x04]);
        assert_eq!(put(prefix(PrefixCoding::Bcd, 2), 16), [0x16]);
        assert_eq!(put(prefix(PrefixCoding::Binary, 2), 258), [1, 2]);
        assert_eq!(put(prefix(PrefixCoding::Hex, 1), 0xAB), *b"AB");
        assert_eq!(put(prefix(PrefixCoding::Ber, 0), 0x7F), [0x7F]);
        assert_eq!(put(prefix(PrefixCoding::Ber, 0), 0xFF), [0x81, 0xFF]);
        assert_eq!(put(prefix(PrefixCoding::Ber, 0), 0x1_0000), [0x83, 1, 0, 0]);
        assert_eq!(put(prefix(PrefixCoding::Ber, 0), 0x100), [0x82, 1, 0]);
        assert_eq!(put(prefix(PrefixCoding::Ber, 0), 0x100_0000), [0x84, 1, 0, 0, 0]);
    }

    #[test]
    fn every_form_reads_what_it_writes() {
        let forms = [
            prefix(PrefixCoding::Ascii, 6),
            prefix(PrefixCoding::Ebcdic(CodePage::Cp1047), 5),
            prefix(PrefixCoding::Bcd, 5),
            prefix(PrefixCoding::Binary, 3),
            prefix(PrefixCoding::Hex, 4),
            prefix(PrefixCoding::Ber, 0),
        ];
        for form in forms {
            for number in [0, 1, 9, 10, 99, 127, 128, 255, 256, 9_999, 65_535, 99_999] {
                let wire = put(form, number);
                assert_eq!(form.get(&Octets::of(&wire), 0), Ok((number, wire.len())), "{form:?}");
                let cut = wire.split_last().map(|(_, head)| head).unwrap();
                assert_eq!(
                    form.get(&Octets::of(cut), 0).unwrap_err().kind(),
                    ErrorKind::Truncated,
                    "{form:?}"
                );
            }
        }
    }

    #[test]
    fn signs_blanks_and_letters_are_no_digits() {
        for (wire, seen) in [
            (*b"+5", CharKind::Sign),
            (*b"-1", CharKind::Sign),
            (*b" 4", CharKind::Blank),
            (*b"1a", CharKind::Letter),
        ] {
            let error = prefix(PrefixCoding::Ascii, 2).get(&Octets::of(&wire), 0).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::LengthDigit(seen));
        }
        let error = prefix(PrefixCoding::Bcd, 2).get(&Octets::of(&[0x1A]), 0).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Nibble);
    }

    #[test]
    fn ber_lengths_are_definite_and_at_most_four_octets() {
        let form = prefix(PrefixCoding::Ber, 0);
        for wire in [&[0x80][..], &[0x85, 0, 0, 0, 0, 1], &[0xFF]] {
            assert_eq!(form.get(&Octets::of(wire), 0).unwrap_err().kind(), ErrorKind::LengthForm);
        }
        assert_eq!(form.get(&Octets::of(&[0x84, 0xFF, 0xFF, 0xFF, 0xFF]), 0), Ok((0xFFFF_FFFF, 5)));
    }
}
