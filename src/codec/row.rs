//! Classes as rows of constants, for values whose neighbours are not at hand.

use core::ops::RangeInclusive;

use super::block::{BLOCK, Block, Class, is_zero, mask};

/// A class as two ranges and one octet more, each sixteen times, so that sixteen octets are tested
/// at once and no branch asks which class it is. A class of one range has it twice.
// Aligned, so that a wide instruction may take its operand from here.
#[repr(align(16))]
pub(super) struct Row {
    low: Block,
    span: Block,
    /// The bits that octets are given before they are held against the other range.
    bits: Block,
    other_low: Block,
    other_span: Block,
    more: Block,
}

/// Octets that are many.
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
    pub(super) const fn of(class: Class) -> Option<Self> {
        Some(match class {
            Class::Digits => Self::Digits,
            Class::Letters => Self::Letters,
            Class::LettersDigits => Self::LettersDigits,
            Class::Printable => Self::Printable,
            Class::Track => Self::Track,
            Class::Hex => Self::Hex,
            _ => return None,
        })
    }

    /// Whether all octets of a value are of the class.
    #[inline(always)]
    pub(super) fn admits(self, value: &[u8]) -> bool {
        match value.len() {
            // for many octets, the loop of the class is the shorter one
            MANY.. => self.class().admits(value, 0, value.len()),
            _ => self.row().admits(value),
        }
    }

    const fn class(self) -> Class {
        match self {
            Self::Digits => Class::Digits,
            Self::Letters => Class::Letters,
            Self::LettersDigits => Class::LettersDigits,
            Self::Printable => Class::Printable,
            Self::Track => Class::Track,
            Self::Hex => Class::Hex,
        }
    }

    #[inline(always)]
    pub(super) const fn row(self) -> &'static Row {
        const DIGITS: Row = Row::new(b'0'..=b'9', 0, b'0'..=b'9', b'0');
        const LETTERS: Row = Row::new(b'A'..=b'Z', 0, b'a'..=b'z', b' ');
        const LETTERS_DIGITS: Row = Row::new(b'0'..=b'9', 0x20, b'a'..=b'z', b' ');
        const PRINTABLE: Row = Row::new(b' '..=b'~', 0, b' '..=b'~', b' ');
        const TRACK: Row = Row::new(b'0'..=b'?', 0, b'0'..=b'?', b'D');
        const HEX: Row = Row::new(b'0'..=b'9', 0x20, b'a'..=b'f', b'0');
        match self {
            Self::Digits => &DIGITS,
            Self::Letters => &LETTERS,
            Self::LettersDigits => &LETTERS_DIGITS,
            Self::Printable => &PRINTABLE,
            Self::Track => &TRACK,
            Self::Hex => &HEX,
        }
    }
}

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

    /// Whether all octets of a value are of the class.
    #[inline]
    pub(super) fn admits(&self, value: &[u8]) -> bool {
        match value.len() {
            0 => true,
            1 => ends::<1>(value).is_some_and(|ends| ends.are_of(self)),
            2..=3 => ends::<2>(value).is_some_and(|ends| ends.are_of(self)),
            4..=7 => ends::<4>(value).is_some_and(|ends| ends.are_of(self)),
            8..=16 => ends::<8>(value).is_some_and(|ends| ends.are_of(self)),
            _ => {
                let blocks = value.as_chunks().0.iter().chain(value.last_chunk());
                blocks.fold(true, |all, block| all & self.admit(*block))
            }
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
    pub(crate) fn of(class: Class, len: u16) -> Option<Self> {
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

/// What [`ends`] gives, to be looked at.
pub(super) trait Ends {
    fn are_of(&self, row: &Row) -> bool;
}

impl Ends for [[u8; 1]; 2] {
    #[inline(always)]
    fn are_of(&self, row: &Row) -> bool {
        let [[one], _] = *self;
        row.admit([one; BLOCK])
    }
}

impl Ends for [[u8; 2]; 2] {
    #[inline(always)]
    fn are_of(&self, row: &Row) -> bool {
        let [[a, b], [c, d]] = *self;
        [[a, b, c, d]; 2].are_of(row)
    }
}

impl Ends for [[u8; 4]; 2] {
    #[inline(always)]
    fn are_of(&self, row: &Row) -> bool {
        let [first, last] = self.map(|octets| u64::from(u32::from_le_bytes(octets)));
        [(first | last << 32).to_le_bytes(); 2].are_of(row)
    }
}

impl Ends for [[u8; 8]; 2] {
    #[inline(always)]
    fn are_of(&self, row: &Row) -> bool {
        let [first, last] = self.map(|octets| u128::from(u64::from_le_bytes(octets)));
        row.admit((first | last << 64).to_le_bytes())
    }
}

impl Ends for [[u8; 16]; 2] {
    #[inline(always)]
    fn are_of(&self, row: &Row) -> bool {
        let [first, last] = *self;
        row.admit(first) & row.admit(last)
    }
}

impl Ends for [[u8; 32]; 2] {
    #[inline(always)]
    fn are_of(&self, row: &Row) -> bool {
        match self.as_flattened().as_chunks().0 {
            [a, b, c, d] => row.admit(*a) & row.admit(*b) & row.admit(*c) & row.admit(*d),
            _ => false,
        }
    }
}
