//! Steps: elements of a form, ready to be written.
//!
//! A [`Step`] is what a [`FastElement`] knows of writing, in a few octets and without a look-up. Digits are
//! tested as they are copied, and what is wrong with them is gathered: whoever takes the steps looks at it
//! once, at the end.

use super::class_table::Chars;
use super::element::FastElement;
use super::encode::{FEW, FastCoding, put_few, put_flipped, put_hex};
use super::prefix::FastPrefix;
use crate::codec::digit::{four_digits, half, number_in};
use crate::codec::{CodePage, PadNibble, Side};

/// An element whose value is written at once.
#[derive(Clone, Copy)]
pub(crate) struct Step {
    pub(crate) number: u8,
    /// Where its value is among those that are given.
    pub(crate) place: u8,
    how: How,
    /// Digit zero as it is written, where digits are not packed.
    zero: u8,
    min: u16,
    /// How much longer than `min` a value may be.
    span: u16,
    /// The octets of the prefix, the bits of four octets that it leaves, and digits of zero in it, if they are
    /// not packed.
    width: u8,
    spare: u8,
    zeros: u32,
    chars: Chars,
    pad_nibble: PadNibble,
    page: CodePage,
}

/// How a value is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    /// Always as many digits, eight to sixteen.
    EightDigits,
    /// Always as many digits, four to seven.
    FourDigits,
    /// Always as many digits, two or three.
    TwoDigits,
    /// Always as many characters, at most sixteen, as they are.
    Few,
    /// Digits.
    Digits,
    /// Characters as they are.
    Same,
    /// Always as many digits, eight to sixteen and an even number, two an octet.
    EightPacked,
    /// Always four or six.
    FourPacked,
    /// Digits, two an octet.
    Packed,
    /// Characters of a track, two an octet.
    PackedTrack,
    /// Characters as the code page has them.
    Page,
    /// Octets as they are, whatever they are.
    Free,
    /// Two hexadecimal digits each.
    Hex,
    /// The same, and the digits are counted.
    CountedHex,
    /// Not here.
    Other,
}

/// The digits of several values: how they are written, and what was found wrong with them.
pub(crate) struct Digits {
    /// Zero as it is written, eight times.
    zeros: u64,
    wrong: u64,
}

impl Step {
    /// Of an element that is written elsewhere: no value is so long.
    pub(crate) const OTHER: Self = Self {
        number: 0,
        place: 0,
        how: How::Other,
        zero: 0,
        min: u16::MAX,
        span: 0,
        width: 0,
        spare: 0,
        zeros: 0,
        chars: Chars::Digits,
        pad_nibble: PadNibble::LEFT_ZERO,
        page: CodePage::Cp037,
    };

    /// The element of that number.
    pub(crate) fn of(number: u8, fast: &FastElement, digit_zero: u8) -> Self {
        let (step, is_fixed) =
            (Self { number, zero: digit_zero, ..Self::OTHER }, fast.prefix == FastPrefix::Fixed);
        let (width, zero) = match fast.prefix {
            FastPrefix::Fixed => (0, 0),
            FastPrefix::Digits { zero, width } => (width, zero),
            FastPrefix::Packed(width) => (width, 0),
            _ => return step,
        };
        let spare = 32 - 8 * width;
        let step = Self {
            min: fast.min,
            span: fast.max - fast.min,
            width,
            spare,
            zeros: u32::from_le_bytes([zero; 4]),
            ..step
        };
        let digits = match fast.min {
            8..=16 if is_fixed => How::EightDigits,
            4..=7 if is_fixed => How::FourDigits,
            2..=3 if is_fixed => How::TwoDigits,
            _ => How::Digits,
        };
        let packed = match fast.min {
            8 | 10 | 12 | 14 | 16 if is_fixed => How::EightPacked,
            4 | 6 if is_fixed => How::FourPacked,
            _ => How::Packed,
        };
        match fast.encode {
            FastCoding::Same(Chars::Digits)
            | FastCoding::Short(Chars::Digits, _)
            | FastCoding::Text(Chars::Digits, _)
                if digit_zero == b'0' =>
            {
                Self { how: digits, ..step }
            }
            FastCoding::Page(Chars::Digits, _) if digit_zero == EBCDIC_ZERO => Self { how: digits, ..step },
            FastCoding::Packed(Chars::Digits, pad_nibble) => Self { how: packed, pad_nibble, ..step },
            FastCoding::Packed(chars, pad_nibble) => {
                Self { how: How::PackedTrack, chars, pad_nibble, ..step }
            }
            FastCoding::Short(chars, _) => Self { how: How::Few, chars, ..step },
            FastCoding::Same(chars) | FastCoding::Text(chars, _) => Self { how: How::Same, chars, ..step },
            FastCoding::Page(chars, page) => Self { how: How::Page, chars, page, ..step },
            FastCoding::Free => Self { how: How::Free, ..step },
            FastCoding::Hex => Self { how: How::Hex, ..step },
            FastCoding::CountedHex => {
                Self { how: How::CountedHex, min: step.min / 2, span: step.span / 2, ..step }
            }
            _ => Self { number, ..Self::OTHER },
        }
    }

    /// Whether a value of so many octets is written here.
    #[inline(always)]
    pub(crate) fn admits(&self, len: usize) -> bool {
        len.wrapping_sub(usize::from(self.min)) <= usize::from(self.span)
    }

    /// Writes a value of an admitted length to the start of `room`; returns the room after it.
    #[inline(always)]
    pub(crate) fn put<'o>(
        &self,
        value: &[u8],
        room: &'o mut [u8],
        digits: &mut Digits,
    ) -> Option<&'o mut [u8]> {
        match self.how {
            How::EightDigits => {
                let (place, rest) = room.split_at_mut_checked(value.len())?;
                digits.put_eight(value, place)?;
                Some(rest)
            }
            How::FourDigits => {
                let (place, rest) = room.split_at_mut_checked(value.len())?;
                digits.put_four(value, place)?;
                Some(rest)
            }
            How::TwoDigits => {
                let (place, rest) = room.split_at_mut_checked(value.len())?;
                digits.put_two(value, place)?;
                Some(rest)
            }
            How::Few => {
                let (place, rest) = room.split_at_mut_checked(value.len())?;
                put_few::<0>(self.chars, value, place).then_some(rest)
            }
            How::Digits => {
                let (place, rest) = self.put_length(value.len(), value.len(), room)?;
                digits.put_digits(value, place)?;
                Some(rest)
            }
            How::Same => {
                let (place, rest) = self.put_length(value.len(), value.len(), room)?;
                put_flipped::<0>(self.chars, value, place).then_some(rest)
            }
            How::Packed => {
                let (place, rest) = self.put_length(value.len(), value.len().div_ceil(2), room)?;
                digits.pack(self.pad_nibble, value, place)?;
                Some(rest)
            }
            How::EightPacked => {
                let (place, rest) = room.split_at_mut_checked(value.len() / 2)?;
                digits.pack_eight(value, place)?;
                Some(rest)
            }
            How::FourPacked => {
                let (place, rest) = room.split_at_mut_checked(value.len() / 2)?;
                digits.pack_four(value, place)?;
                Some(rest)
            }
            How::PackedTrack => {
                let (place, rest) = self.put_length(value.len(), value.len().div_ceil(2), room)?;
                self.put_changed(value, place)?;
                Some(rest)
            }
            How::Hex | How::CountedHex => {
                let counted = if self.how == How::Hex { value.len() } else { 2 * value.len() };
                let (place, rest) = self.put_length(counted, 2 * value.len(), room)?;
                self.put_changed(value, place)?;
                Some(rest)
            }
            How::Page | How::Free | How::Other => {
                let (place, rest) = self.put_length(value.len(), value.len(), room)?;
                self.put_changed(value, place)?;
                Some(rest)
            }
        }
    }

    /// Writes a number of no more digits than an element that is always as long; returns the room after it.
    #[inline(never)]
    pub(crate) fn put_number<'o>(&self, number: u64, room: &'o mut [u8]) -> Option<&'o mut [u8]> {
        let takes_digits = !matches!(self.how, How::Free | How::Hex | How::CountedHex | How::Other);
        let (units, mut digits) = (usize::from(self.min), [0; 16]);
        let value = number_in(number, units, &mut digits).filter(|_| takes_digits && self.span == 0)?;
        // they are digits: nobody has to look at that
        self.put(value, room, &mut Digits::of(self.zero))
    }

    /// Writes the prefix of a value that takes so many octets; returns the place of the value, and the room
    /// after it.
    #[inline(always)]
    fn put_length<'o>(
        &self,
        len: usize,
        octets: usize,
        room: &'o mut [u8],
    ) -> Option<(&'o mut [u8], &'o mut [u8])> {
        let width = usize::from(self.width);
        let (place, rest) = room.split_at_mut_checked(width + octets)?;
        if width > 0 {
            let digits = match LENGTHS.get(len) {
                Some(digits) => *digits,
                None => length(len),
            };
            let digits = match self.zeros {
                0 => packed(digits),
                zeros => digits | zeros,
            };
            let prefix = digits.wrapping_shr(self.spare.into()).to_le_bytes();
            match place.first_chunk_mut() {
                // all four at once: the value takes what is after the prefix
                Some(place) => *place = prefix,
                None => place.iter_mut().zip(prefix).for_each(|(slot, octet)| *slot = octet),
            }
        }
        Some((place.get_mut(width..)?, rest))
    }

    #[inline(never)]
    fn put_changed(&self, value: &[u8], place: &mut [u8]) -> Option<()> {
        match self.how {
            How::Page => FastCoding::Page(self.chars, self.page).put(value, place).then_some(()),
            How::PackedTrack => {
                FastCoding::Packed(self.chars, self.pad_nibble).put(value, place).then_some(())
            }
            How::Free => {
                place.copy_from_slice(value);
                Some(())
            }
            How::Hex | How::CountedHex => put_hex(value, place),
            _ => None,
        }
    }
}

/// Lengths below a hundred in four digits.
#[allow(clippy::indexing_slicing, reason = "const evaluation only")]
static LENGTHS: [u32; 100] = {
    let mut lengths = [0; 100];
    let mut len = 0;
    while len < lengths.len() {
        lengths[len] = length(len);
        len += 1;
    }
    lengths
};

const fn length(len: usize) -> u32 {
    let [low, high, ..] = len.to_le_bytes();
    u32::from_le_bytes(four_digits(u16::from_le_bytes([low, high])))
}

/// The four digits of a length as two octets, and none before them.
const fn packed(digits: u32) -> u32 {
    let [a, b, c, d] = digits.to_le_bytes();
    u32::from_le_bytes([0, 0, a << 4 | b, c << 4 | d])
}

/// Digit zero of every code page.
pub(crate) const EBCDIC_ZERO: u8 = 0xF0;

impl Digits {
    /// Of this zero: digits that are not packed are written with its upper half.
    pub(crate) const fn of(zero: u8) -> Self {
        Self { zeros: u64::from_le_bytes([zero; 8]), wrong: 0 }
    }

    /// Whether every octet was a digit.
    #[inline(always)]
    pub(crate) const fn are_valid(&self) -> bool {
        self.wrong & u64::from_le_bytes([0x80; 8]) == 0
    }

    /// The values of eight digits; notes those that are none.
    #[inline(always)]
    fn digits(&mut self, octets: u64) -> u64 {
        let digits = octets ^ u64::from_le_bytes([b'0'; 8]);
        // an octet that carries into the next one is wrong itself
        self.wrong |= digits | digits.wrapping_add(u64::from_le_bytes([0x80 - 10; 8]));
        digits
    }

    /// Copies digits.
    #[inline(always)]
    fn put_digits(&mut self, value: &[u8], place: &mut [u8]) -> Option<()> {
        // most are a card number or an institution's
        if (8..=FEW).contains(&value.len()) {
            self.put_eight(value, place)
        } else {
            self.put_rare(value, place)
        }
    }

    /// Copies less than eight, or more than sixteen.
    #[inline(never)]
    fn put_rare(&mut self, value: &[u8], place: &mut [u8]) -> Option<()> {
        match value.len() {
            0 => Some(()),
            1 => self.put_one(value, place),
            2..4 => self.put_two(value, place),
            4..8 => self.put_four(value, place),
            _ => self.put_many(value, place),
        }
    }

    /// Copies eight to sixteen.
    #[inline(always)]
    fn put_eight(&mut self, value: &[u8], place: &mut [u8]) -> Option<()> {
        let (first, last) = (value.first_chunk()?, value.last_chunk()?);
        *place.first_chunk_mut()? = (self.digits(u64::from_le_bytes(*first)) ^ self.zeros).to_le_bytes();
        *place.last_chunk_mut()? = (self.digits(u64::from_le_bytes(*last)) ^ self.zeros).to_le_bytes();
        Some(())
    }

    /// Copies four to seven.
    #[inline(always)]
    fn put_four(&mut self, value: &[u8], place: &mut [u8]) -> Option<()> {
        let (first, last) =
            (u32::from_le_bytes(*value.first_chunk()?), u32::from_le_bytes(*value.last_chunk()?));
        let digits = self.digits(u64::from(first) | u64::from(last) << 32) ^ self.zeros;
        let [a, b, c, d, e, f, g, h] = digits.to_le_bytes();
        *place.first_chunk_mut()? = [a, b, c, d];
        *place.last_chunk_mut()? = [e, f, g, h];
        Some(())
    }

    /// Copies two or three.
    #[inline(always)]
    fn put_two(&mut self, value: &[u8], place: &mut [u8]) -> Option<()> {
        let (first, last) =
            (u16::from_le_bytes(*value.first_chunk()?), u16::from_le_bytes(*value.last_chunk()?));
        let four = u64::from(first) | u64::from(last) << 16;
        let [a, b, c, d, ..] = (self.digits(four | four << 32) ^ self.zeros).to_le_bytes();
        *place.first_chunk_mut()? = [a, b];
        *place.last_chunk_mut()? = [c, d];
        Some(())
    }

    fn put_one(&mut self, value: &[u8], place: &mut [u8]) -> Option<()> {
        [*place.first_mut()?, ..] =
            (self.digits(u64::from_le_bytes([*value.first()?; 8])) ^ self.zeros).to_le_bytes();
        Some(())
    }

    fn put_many(&mut self, value: &[u8], place: &mut [u8]) -> Option<()> {
        *place.last_chunk_mut()? =
            (self.digits(u64::from_le_bytes(*value.last_chunk()?)) ^ self.zeros).to_le_bytes();
        for (slot, digits) in place.as_chunks_mut().0.iter_mut().zip(value.as_chunks().0) {
            *slot = (self.digits(u64::from_le_bytes(*digits)) ^ self.zeros).to_le_bytes();
        }
        Some(())
    }

    /// Packs digits, two an octet. Of an odd number, the first or the last shares its octet with the pad nibble.
    #[inline(always)]
    fn pack(&mut self, PadNibble { side, nibble }: PadNibble, value: &[u8], place: &mut [u8]) -> Option<()> {
        if value.len().is_multiple_of(2) {
            return self.pack_even(value, place);
        }
        let (digit, value, slot, place) = match side {
            Side::Left => {
                let ((digit, value), (slot, place)) = (value.split_first()?, place.split_first_mut()?);
                (digit, value, slot, place)
            }
            Side::Right => {
                let ((digit, value), (slot, place)) = (value.split_last()?, place.split_last_mut()?);
                (digit, value, slot, place)
            }
        };
        self.digits(u64::from_le_bytes([*digit; 8]));
        *slot = match side {
            Side::Left => nibble << 4 | half(*digit),
            Side::Right => half(*digit) << 4 | nibble,
        };
        self.pack_even(value, place)
    }

    #[inline(always)]
    fn pack_even(&mut self, value: &[u8], place: &mut [u8]) -> Option<()> {
        if value.len() > FEW {
            return self.pack_many(value, place);
        }
        match value.len() {
            0 => Some(()),
            1..4 => {
                let ([a, b], [slot]) = (value, place) else { return None };
                [*slot, ..] = self.packed(u64::from_le_bytes([*a, *b, *a, *b, *a, *b, *a, *b]));
                Some(())
            }
            4..8 => self.pack_four(value, place),
            _ => self.pack_eight(value, place),
        }
    }

    /// Packs eight to sixteen, an even number.
    #[inline(always)]
    fn pack_eight(&mut self, value: &[u8], place: &mut [u8]) -> Option<()> {
        let (first, last) = (value.first_chunk()?, value.last_chunk()?);
        *place.first_chunk_mut()? = self.packed(u64::from_le_bytes(*first));
        *place.last_chunk_mut()? = self.packed(u64::from_le_bytes(*last));
        Some(())
    }

    /// Packs four or six.
    #[inline(always)]
    fn pack_four(&mut self, value: &[u8], place: &mut [u8]) -> Option<()> {
        let (first, last) = (value.first_chunk()?, value.last_chunk()?);
        let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
        let [a, b, c, d] = self.packed(u64::from(first) | u64::from(last) << 32);
        *place.first_chunk_mut()? = [a, b];
        *place.last_chunk_mut()? = [c, d];
        Some(())
    }

    #[inline(never)]
    fn pack_many(&mut self, value: &[u8], place: &mut [u8]) -> Option<()> {
        *place.last_chunk_mut()? = self.packed(u64::from_le_bytes(*value.last_chunk()?));
        for (slot, digits) in place.as_chunks_mut().0.iter_mut().zip(value.as_chunks().0) {
            *slot = self.packed(u64::from_le_bytes(*digits));
        }
        Some(())
    }

    /// The four octets that eight digits pack into.
    #[inline(always)]
    fn packed(&mut self, octets: u64) -> [u8; 4] {
        let digits = self.digits(octets);
        // the lower of two neighbours is the higher half
        let octets = (digits << 4 | digits >> 8) & 0x00FF_00FF_00FF_00FF;
        let pairs = (octets | octets >> 8) & 0x0000_FFFF_0000_FFFF;
        let [a, b, c, d, ..] = (pairs | pairs >> 16).to_le_bytes();
        [a, b, c, d]
    }
}
