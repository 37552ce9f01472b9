//! Lengths before values: read and written in the common forms, and read by a plan.

use super::class::CharClass;
use crate::codec::digit::four_digits;
use crate::codec::{LengthUnit, Prefix, PrefixCoding};
use crate::model::error::widen;

/// The fast form of a length prefix.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum FastPrefix {
    /// Ask the ordinary reader.
    Unknown,
    /// It is always the maximum.
    Fixed,
    /// That many digits, the octet standing for zero.
    Digits {
        /// The octet of digit zero.
        zero: u8,
        /// One to four.
        width: u8,
    },
    /// That many octets of packed digits.
    Packed(u8),
    /// That many octets.
    Binary(u8),
    /// One octet below `80`, which counts octets.
    Ber,
}

impl FastPrefix {
    /// How a prefix announces, if it is a common one.
    pub(super) const fn of(prefix: Prefix) -> Self {
        match (prefix.coding, prefix.width) {
            _ if prefix.includes != 0 => Self::Unknown,
            (PrefixCoding::Ascii, width @ 1..=4) => Self::Digits { zero: b'0', width },
            (PrefixCoding::Ebcdic(_), width @ 1..=4) => Self::Digits { zero: 0xF0, width },
            (PrefixCoding::Bcd, width @ 1..=4) => Self::Packed(width.div_ceil(2)),
            (PrefixCoding::Binary, width @ 1..=2) => Self::Binary(width),
            (PrefixCoding::Ber, _) if matches!(prefix.counts, LengthUnit::Bytes) => Self::Ber,
            _ => Self::Unknown,
        }
    }

    /// The octets of the prefix.
    pub(super) const fn octets(self) -> Option<u8> {
        match self {
            Self::Digits { width, .. } | Self::Packed(width) | Self::Binary(width) => Some(width),
            Self::Ber => Some(1),
            Self::Fixed | Self::Unknown => None,
        }
    }

    /// The announced number, and the octets of the prefix.
    #[inline(always)]
    pub(super) fn number(&self, rest: &[u8]) -> Option<(usize, usize)> {
        // most elements of most links: to compare is shorter than to choose among all forms
        if let Self::Digits { zero, width } = *self {
            return Some((digits(*rest.first_chunk()?, zero, width)?, usize::from(width)));
        }
        Some(match self {
            Self::Digits { .. } | Self::Fixed | Self::Unknown => return None,
            Self::Packed(1) => (packed(*rest.first()?)?, 1),
            Self::Packed(_) => {
                let [high, low] = *rest.first_chunk::<2>()?;
                (packed(high)? * 100 + packed(low)?, 2)
            }
            Self::Binary(1) => (usize::from(*rest.first()?), 1),
            Self::Binary(_) => (usize::from(u16::from_be_bytes(*rest.first_chunk()?)), 2),
            Self::Ber => match rest.first()? {
                short @ 0..=0x7F => (usize::from(*short), 1),
                _ => return None,
            },
        })
    }

    /// Writes the prefix to the start of `room`; returns how long it is. The octets of the value are
    /// yet to be written.
    #[inline(always)]
    pub(super) fn put(&self, room: &mut [u8], number: usize) -> Option<usize> {
        let Some(width) = self.octets() else { return (*self == Self::Fixed).then_some(0) };
        let (number, width) = (u16::try_from(number).ok()?, usize::from(width));
        // four octets, lowest first, that end with the prefix
        let octets = match *self {
            Self::Digits { zero, .. } => {
                u32::from_le_bytes(four_digits(number)) + u32::from_le_bytes([zero; 4])
            }
            Self::Packed(_) => {
                let [a, b, c, d] = four_digits(number);
                u32::from_le_bytes([0, 0, a << 4 | b, c << 4 | d])
            }
            Self::Binary(_) => u32::from(number).swap_bytes(),
            Self::Ber | Self::Fixed | Self::Unknown => return None,
        };
        if number > 5 {
            // all four at once: what is after the prefix is taken by the value, which is long enough
            *room.first_chunk_mut()? = (octets >> (8 * (4 - width))).to_le_bytes();
        } else {
            room.get_mut(..width)?.copy_from_slice(octets.to_le_bytes().get(4 - width..)?);
        }
        Some(width)
    }

    /// Whether the octets of the prefix are all of that class.
    pub(super) const fn fits(self, class: CharClass) -> bool {
        use CharClass::{Digits, DigitsSpecials, Hex, LettersDigits, Packed, Printable, Track};
        match self {
            Self::Fixed => true,
            Self::Digits { zero: b'0', .. } => {
                matches!(class, Digits | LettersDigits | DigitsSpecials | Printable | Track | Hex | Packed)
            }
            Self::Digits { .. } => class.has_ebcdic_digits(),
            Self::Packed(_) => matches!(class, Packed),
            Self::Unknown | Self::Binary(_) | Self::Ber => false,
        }
    }
}

/// A length announced by digits, ready to be read from the four octets that end with its prefix.
#[derive(Clone, Copy)]
pub(crate) struct LengthReader {
    form: Digits,
    /// Half octets a unit takes.
    halves: u8,
    min: u16,
    /// How much more than `min` it may be.
    span: u16,
    /// Digits of zero.
    zeros: u32,
    /// What of the four octets is the prefix.
    mask: u32,
}

/// How digits stand in octets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Digits {
    /// One in each.
    Single,
    /// Two in each.
    Packed,
    /// The length is announced otherwise.
    None,
}

impl LengthReader {
    /// Of an element whose length is announced otherwise.
    pub(crate) const UNKNOWN: Self =
        Self { form: Digits::None, halves: 0, min: 0, span: 0, zeros: 0, mask: 0 };

    /// That of a value between the limits, of so many half octets a unit.
    pub(super) fn of(announced: FastPrefix, halves: u8, min: u16, max: u16) -> Self {
        let (form, zero, octets) = match announced {
            FastPrefix::Digits { zero, width } => (Digits::Single, zero, width),
            FastPrefix::Packed(octets) => (Digits::Packed, 0, octets),
            _ => return Self::UNKNOWN,
        };
        let mask = u32::MAX << (32 - 8 * u32::from(octets));
        Self { form, halves, min, span: max - min, zeros: u32::from_le_bytes([zero; 4]), mask }
    }

    /// The length, and the octets that the value takes; `None` if it is not admitted, or not known.
    #[inline(always)]
    pub(crate) fn read(&self, octets: [u8; 4]) -> Option<(u32, u32)> {
        let digits = (u32::from_le_bytes(octets) ^ self.zeros) & self.mask;
        let number = match self.form {
            Digits::Single => single(digits)?,
            Digits::Packed => packed_pairs(digits)?,
            Digits::None => return None,
        };
        let above_min = number.wrapping_sub(u32::from(self.min));
        let octets = (number * u32::from(self.halves) + 1) >> 1;
        (above_min <= u32::from(self.span)).then_some((number, octets))
    }
}

/// The number that four octets of a digit each write, the first octet being the lowest.
#[inline(always)]
fn single(digits: u32) -> Option<u32> {
    // each digit to ten of its neighbour, each pair to a hundred of its own
    let pairs = (digits.wrapping_mul(10 << 8 | 1) >> 8) & 0x00FF_00FF;
    are_digits(digits).then_some(pairs.wrapping_mul(100 << 16 | 1) >> 16)
}

/// The number that the last two of four octets write, of two digits each.
#[inline(always)]
fn packed_pairs(digits: u32) -> Option<u32> {
    let (tens, ones) = (digits >> 4 & 0x0F0F_0F0F, digits & 0x0F0F_0F0F);
    let pairs = (10 * tens + ones) >> 16;
    (are_digits(tens) & are_digits(ones)).then_some((pairs & 0xFF) * 100 + (pairs >> 8))
}

/// Whether four octets are at most nine.
#[inline(always)]
const fn are_digits(digits: u32) -> bool {
    (digits | digits.wrapping_add(0x0606_0606)) & 0xF0F0_F0F0 == 0
}

/// The number that the first `width` of four octets write, if they are digits: all at once.
#[inline(always)]
fn digits(octets: [u8; 4], zero: u8, width: u8) -> Option<usize> {
    let digits = u32::from_le_bytes(octets) ^ u32::from_le_bytes([zero; 4]);
    single(digits.wrapping_shl(8 * (4 - u32::from(width)))).map(widen)
}

/// The number that two packed digits write, if they are digits.
#[inline(always)]
fn packed(octet: u8) -> Option<usize> {
    let (high, low) = (usize::from(octet >> 4), usize::from(octet & 0x0F));
    (high <= 9 && low <= 9).then_some(high * 10 + low)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::CodePage;
    use crate::codec::window::{Octets, OctetsMut};
    use std::vec::Vec;

    /// Those that are read at once, and those that are not.
    fn prefixes() -> Vec<(Prefix, FastPrefix)> {
        let codings = [
            PrefixCoding::Ascii,
            PrefixCoding::Ebcdic(CodePage::Cp500),
            PrefixCoding::Bcd,
            PrefixCoding::Binary,
            PrefixCoding::Hex,
            PrefixCoding::Ber,
        ];
        let forms = codings.into_iter().flat_map(|coding| (1..=4).map(move |width| (coding, width)));
        let prefix = |(coding, width)| Prefix { coding, width, counts: LengthUnit::Bytes, includes: 0 };
        forms.map(prefix).map(|prefix| (prefix, FastPrefix::of(prefix))).collect()
    }

    /// Prefixes of that width: of two octets all, of more those of octets on either side of the digits.
    fn wires(width: usize) -> Vec<Vec<u8>> {
        let some = [0x00, 0x09, 0x10, 0x2F, 0x30, 0x35, 0x39, 0x3A, 0xEF, 0xF0, 0xF7, 0xF9, 0xFA];
        let octets: Vec<u8> = if width < 3 { (0..=255).collect() } else { some.to_vec() };
        let longer = |wires: Vec<Vec<u8>>, _| -> Vec<Vec<u8>> {
            wires.iter().flat_map(|wire| octets.iter().map(|octet| [&wire[..], &[*octet]].concat())).collect()
        };
        (0..width).fold(std::vec![Vec::new()], longer)
    }

    #[test]
    fn what_is_announced_is_read_as_the_ordinary_reader_reads_it() {
        for (prefix, announced) in prefixes() {
            let Some(width) = announced.octets() else {
                assert!(announced == FastPrefix::Unknown && announced.number(b"0001").is_none());
                continue;
            };
            let any = LengthReader::of(announced, 1, 0, 0x3FFF);
            let some = [(0, 7), (5, 5), (3, 260)];
            let some = some.map(|(min, max)| (min, max, LengthReader::of(announced, 3, min, max)));
            for wire in wires(width.into()) {
                let expected = prefix.get(&Octets::of(&wire), 0).ok();
                let (followed, led) = ([&wire[..], b"0000"].concat(), [b"0000", &wire[..]].concat());
                let (read, alone) = (announced.number(&followed), announced.number(&wire));
                match announced {
                    FastPrefix::Ber if wire[0] > 0x7F => assert!(read.is_none() && alone.is_none()),
                    _ => assert!(read == expected && (alone.is_none() || alone == read), "{wire:02X?}"),
                }
                let last = *led.last_chunk().unwrap();
                let is_of_digits = matches!(announced, FastPrefix::Digits { .. } | FastPrefix::Packed(_));
                let expected = expected.filter(|_| is_of_digits).map(|(number, _)| number);
                let of = |halves: usize, min, max| {
                    let number = expected.filter(|number| (min..=max).contains(number))?;
                    Some((number, (number * halves).div_ceil(2)))
                };
                let read = |length: &LengthReader| {
                    length.read(last).map(|(number, octets)| (widen(number), widen(octets)))
                };
                assert_eq!(read(&any), of(1, 0, 0x3FFF), "{wire:02X?}");
                for (min, max, length) in &some {
                    assert_eq!(read(length), of(3, (*min).into(), (*max).into()), "{wire:02X?}");
                }
            }
        }
    }

    #[test]
    fn what_announces_is_written_as_the_ordinary_writer_writes_it() {
        let mut compared = 0;
        for (prefix, announced) in prefixes() {
            for number in 0..=prefix.capacity().min(0x3FFF) {
                let width = prefix.octets(number);
                let mut wire = Vec::from([0xEE; 12]);
                prefix.put(&mut OctetsMut::of(&mut wire), 0, number);
                for room in [0, width - 1, width, 12] {
                    let mut encoded = Vec::from([0xEE; 12]);
                    let Some(written) = announced.put(&mut encoded[..room], number) else {
                        let is_common = !matches!(announced, FastPrefix::Unknown | FastPrefix::Ber);
                        assert!(room < 12 || !is_common, "{number}");
                        continue;
                    };
                    // what the value is encoded over, of two units an octet, does not matter yet
                    let end = width + number.div_ceil(2);
                    encoded.iter_mut().take(end).skip(width).for_each(|octet| *octet = 0xEE);
                    assert_eq!((written, encoded), (width, wire.clone()), "{prefix:?} {number} {room}");
                    compared += 1;
                }
            }
        }
        assert_eq!(compared, 70_042, "lengths, each in rooms that suffice");
        assert_eq!(FastPrefix::Fixed.put(&mut [], 12), Some(0));
    }

    #[test]
    fn a_length_that_counts_itself_and_a_wide_one_are_left_to_the_ordinary_reader() {
        for coding in [PrefixCoding::Ascii, PrefixCoding::Bcd, PrefixCoding::Binary] {
            for (width, includes) in [(2, 2), (5, 0), (0, 0)] {
                let prefix = Prefix { coding, width, counts: LengthUnit::Bytes, includes };
                assert_eq!(FastPrefix::of(prefix), FastPrefix::Unknown);
            }
        }
        let units = Prefix { counts: LengthUnit::Units, ..Prefix::BER };
        assert_eq!(
            [FastPrefix::of(Prefix::BER), FastPrefix::of(units)],
            [FastPrefix::Ber, FastPrefix::Unknown]
        );
    }
}
