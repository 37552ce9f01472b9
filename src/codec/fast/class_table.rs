//! Lookup tables for tests of sixteen octets, for a value that is on its own.

use core::ops::RangeInclusive;

use super::class::{BLOCK, Block, CharClass, is_zero, mask};

/// A class as two ranges and one octet more, each sixteen times, so that sixteen octets are tested
/// at once and no branch asks which class it is. A class of one range has it twice.
// Aligned, so that a wide instruction may take its operand from here.
#[repr(align(16))]
struct Row {
    low: Block,
    span: Block,
    /// The bits that octets are given before they are held against the other range.
    bits: Block,
    other_low: Block,
    other_span: Block,
    more: Block,
}

/// The length from which the loop of the class is faster.
const MANY: usize = 65;

/// The classes of ASCII that are a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Chars {
    Digits,
    Letters,
    LettersDigits,
    Printable,
    Track,
    Hex,
}

impl Chars {
    pub(super) const fn of(class: CharClass) -> Option<Self> {
        Some(match class {
            CharClass::Digits => Self::Digits,
            CharClass::Letters => Self::Letters,
            CharClass::LettersDigits => Self::LettersDigits,
            CharClass::Printable => Self::Printable,
            CharClass::Track => Self::Track,
            CharClass::Hex => Self::Hex,
            _ => return None,
        })
    }

    /// Whether all octets of a value are of the class.
    #[inline(always)]
    pub(super) fn admits(self, value: &[u8]) -> bool {
        match value.len() {
            // for many octets, the loop of the class is the shorter one
            MANY.. => self.class().admits(value, 0, value.len()),
            _ => self.admits_few(value),
        }
    }

    /// The same of fewer than that.
    #[inline]
    fn admits_few(self, value: &[u8]) -> bool {
        match value.len() {
            0 => true,
            1 => ends::<1>(value).is_some_and(|ends| ends.are_of(self)),
            2..=3 => ends::<2>(value).is_some_and(|ends| ends.are_of(self)),
            4..=7 => ends::<4>(value).is_some_and(|ends| ends.are_of(self)),
            8..=16 => ends::<8>(value).is_some_and(|ends| ends.are_of(self)),
            17..=32 => ends::<16>(value).is_some_and(|ends| ends.are_of(self)),
            _ => ends::<32>(value).is_some_and(|ends| ends.are_of(self)),
        }
    }

    const fn class(self) -> CharClass {
        match self {
            Self::Digits => CharClass::Digits,
            Self::Letters => CharClass::Letters,
            Self::LettersDigits => CharClass::LettersDigits,
            Self::Printable => CharClass::Printable,
            Self::Track => CharClass::Track,
            Self::Hex => CharClass::Hex,
        }
    }

    /// From a table, not by a choice: only digits are told apart.
    #[inline(always)]
    #[allow(clippy::indexing_slicing, clippy::as_conversions, reason = "as many as there are classes")]
    const fn row(self) -> &'static Row {
        &ROWS[self as usize]
    }
}

/// By [`Chars`].
static ROWS: [Row; 6] = [
    Row::new(b'0'..=b'9', 0, b'0'..=b'9', b'0'),
    Row::new(b'A'..=b'Z', 0, b'a'..=b'z', b' '),
    Row::new(b'0'..=b'9', 0x20, b'a'..=b'z', b' '),
    Row::new(b' '..=b'~', 0, b' '..=b'~', b' '),
    Row::new(b'0'..=b'?', 0, b'0'..=b'?', b'D'),
    Row::new(b'0'..=b'9', 0x20, b'a'..=b'f', b'0'),
];

impl Row {
    const fn new(range: RangeInclusive<u8>, bits: u8, other: RangeInclusive<u8>, more: u8) -> Self {
        let (low, other_low) = (*range.start(), *other.start());
        Self {
            low: [low; BLOCK],
            span: [*range.end() - low; BLOCK],
            bits: [bits; BLOCK],
            other_low: [other_low; BLOCK],
            other_span: [*other.end() - other_low; BLOCK],
            more: [more; BLOCK],
        }
    }

    #[inline(always)]
    fn admit(&self, block: Block) -> bool {
        u128::from_le_bytes(self.wrong(block)) == 0
    }

    /// Of each octet, zero if it is of the class.
    #[inline(always)]
    fn wrong(&self, mut octets: Block) -> Block {
        let ranges = self.low.iter().zip(&self.span).zip(self.other_low.iter().zip(&self.other_span));
        let rows = ranges.zip(self.bits.iter().zip(&self.more));
        for (octet, (((low, span), (other_low, other_span)), (bits, more))) in octets.iter_mut().zip(rows) {
            let beyond = octet.wrapping_sub(*low).saturating_sub(*span);
            let beyond_other = (*octet | bits).wrapping_sub(*other_low).saturating_sub(*other_span);
            *octet = beyond.min(beyond_other).min(*octet ^ more);
        }
        octets
    }
}

/// The class of octets that are always as many, and at most two blocks.
#[derive(Clone, Copy)]
pub(crate) struct Few {
    chars: Chars,
    len: u8,
}

impl Few {
    pub(crate) fn of(class: CharClass, len: u16) -> Option<Self> {
        let len = u8::try_from(len).ok().filter(|len| usize::from(*len) <= 2 * BLOCK)?;
        Some(Self { chars: Chars::of(class)?, len })
    }

    /// Whether such octets certainly end these: not if they are less than a block.
    #[inline(always)]
    pub(crate) fn end(self, octets: &[u8]) -> bool {
        let (row, len) = (self.chars.row(), usize::from(self.len));
        let Some(last) = octets.last_chunk() else { return false };
        let mut wrongs = row.wrong(*last);
        if let Some(mask) = mask(len) {
            wrongs.iter_mut().zip(mask).for_each(|(octet, mask)| *octet &= mask);
            return is_zero(wrongs);
        }
        let start = octets.len().checked_sub(len);
        let Some(first) = start.and_then(|start| octets.get(start..)?.first_chunk()) else { return false };
        wrongs.iter_mut().zip(row.wrong(*first)).for_each(|(octet, wrong)| *octet |= wrong);
        is_zero(wrongs)
    }
}

/// The first and the last octets of a value, all of one of up to twice as many.
#[inline(always)]
pub(super) fn ends<const N: usize>(value: &[u8]) -> Option<[[u8; N]; 2]> {
    Some([*value.first_chunk()?, *value.last_chunk()?])
}

/// What [`ends`] gives, to be looked at. Most are digits, or long and printable: those have a shorter
/// test than a row is.
pub(super) trait Ends {
    fn are_of(&self, chars: Chars) -> bool;
}

impl Ends for [[u8; 1]; 2] {
    #[inline(always)]
    fn are_of(&self, chars: Chars) -> bool {
        let [[one], _] = *self;
        [[one; 8]; 2].are_of(chars)
    }
}

impl Ends for [[u8; 2]; 2] {
    #[inline(always)]
    fn are_of(&self, chars: Chars) -> bool {
        let [first, last] = self.map(|octets| u32::from(u16::from_le_bytes(octets)));
        [(first | last << 16).to_le_bytes(); 2].are_of(chars)
    }
}

impl Ends for [[u8; 4]; 2] {
    #[inline(always)]
    fn are_of(&self, chars: Chars) -> bool {
        let [first, last] = self.map(|octets| u64::from(u32::from_le_bytes(octets)));
        [(first | last << 32).to_le_bytes(); 2].are_of(chars)
    }
}

impl Ends for [[u8; 8]; 2] {
    #[inline(always)]
    fn are_of(&self, chars: Chars) -> bool {
        let [first, last] = self.map(u64::from_le_bytes);
        match chars {
            Chars::Digits => {
                (beyond_digits(first) | beyond_digits(last)) & u64::from_le_bytes([0x80; 8]) == 0
            }
            _ => chars.row().admit((u128::from(first) | u128::from(last) << 64).to_le_bytes()),
        }
    }
}

impl Ends for [[u8; 16]; 2] {
    #[inline(always)]
    fn are_of(&self, chars: Chars) -> bool {
        let ([first, last], row) = (*self, chars.row());
        row.admit(first) & row.admit(last)
    }
}

impl Ends for [[u8; 32]; 2] {
    #[inline(always)]
    fn are_of(&self, chars: Chars) -> bool {
        let row = chars.row();
        match self.as_flattened().as_chunks().0 {
            octets if chars == Chars::Printable => {
                let octets = octets.as_flattened().iter();
                octets.fold(0, |any, octet| any | octet.wrapping_sub(b' ').saturating_sub(b'~' - b' ')) == 0
            }
            [a, b, c, d] => row.admit(*a) & row.admit(*b) & row.admit(*c) & row.admit(*d),
            _ => false,
        }
    }
}

/// Of eight octets, the highest bits of those that are no digits.
#[inline(always)]
const fn beyond_digits(octets: u64) -> u64 {
    let digits = octets ^ u64::from_le_bytes([b'0'; 8]);
    // an octet that carries into the next one is wrong itself
    digits | digits.wrapping_add(u64::from_le_bytes([0x80 - 10; 8]))
}
