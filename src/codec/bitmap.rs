//! Bitmaps on the wire: how each is written, and how one announces the next.
//!
//! ```text
//! Raw          C0 00 00 00 00 00 00 00
//! Hex          43 30 30 30 30 30 30 30 30 30 30 30 30 30 30 30     "C000000000000000"
//! EbcdicHex    C3 F0 F0 F0 F0 F0 F0 F0 F0 F0 F0 F0 F0 F0 F0 F0
//!
//! bit 1 set: a second bitmap follows at once          primary | secondary | elements ...
//! bit 65 set: a third one follows at once, or
//!             stands among the values as DE 65        primary | secondary | ... 64 | tertiary | 66 ...
//! ```

use super::Coding;
use super::digit::{hex, hex_value, hex_word};
use super::fast::class::{CharClass, Test};
use super::window::Octets;
use crate::model::bitmap::{Bitmap, TOP_BIT};
use crate::model::content::{CharKind, Content};
use crate::model::error::{Error, ErrorKind, Note, Result};

/// How a bitmap is written and how many there can be.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct BitmapForm {
    /// `Raw`, `Hex` or `EbcdicHex`.
    pub coding: Coding,
    /// Octets of one bitmap before coding: 8, or 1 to 8 inside a composite.
    pub octets: u8,
    /// Whether there is a second bitmap, for 65 to 128.
    pub second: NextBitmap,
    /// Whether there is a third bitmap, for 129 to 192.
    pub third: NextBitmap,
}

/// Whether a further bitmap exists.
///
/// Exhaustive on purpose: what reads or writes octets by a spec, as an exporter does, has to know every one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum NextBitmap {
    /// Never; the bit that would announce it is an ordinary element.
    Never,
    /// When the first bit of the bitmap before it is set; it follows at once.
    Announced,
    /// Always; the bit that announces it is always set.
    Always,
    /// When the first bit of the bitmap before it is set, as the value of the element of that
    /// number (DE 65) at its place among the values.
    InElement,
}

/// What the bitmaps at the start announce: elements, and whether a third bitmap stands among them.
#[derive(Clone, Copy, Default)]
pub(crate) struct Announced {
    pub(crate) elements: Bitmap,
    pub(crate) third_pending: bool,
}

impl BitmapForm {
    /// Eight octets, a second bitmap when bit 1 is set, no third.
    #[must_use]
    pub const fn new(coding: Coding) -> Self {
        Self { coding, octets: 8, second: NextBitmap::Announced, third: NextBitmap::Never }
    }

    /// One bitmap of `octets` octets inside a composite; every bit is an element.
    #[must_use]
    pub const fn single(coding: Coding, octets: u8) -> Self {
        Self { coding, octets, second: NextBitmap::Never, third: NextBitmap::Never }
    }

    /// The same with a second bitmap as said.
    #[must_use]
    pub const fn second(mut self, next: NextBitmap) -> Self {
        self.second = next;
        self
    }

    /// The same with a third bitmap as said.
    #[must_use]
    pub const fn third(mut self, next: NextBitmap) -> Self {
        self.third = next;
        self
    }

    /// The highest number an element can have.
    #[must_use]
    pub(crate) const fn max_number(&self) -> u8 {
        match (self.second, self.third) {
            (NextBitmap::Never, _) => self.octets.saturating_mul(8),
            (_, NextBitmap::Never) => 128,
            _ => 192,
        }
    }

    /// Whether the number is taken by a bit that announces a further bitmap.
    #[must_use]
    pub(crate) const fn is_continuation(&self, number: u8) -> bool {
        match number {
            1 => !matches!(self.second, NextBitmap::Never),
            65 => !matches!(self.third, NextBitmap::Never) && !matches!(self.second, NextBitmap::Never),
            _ => false,
        }
    }

    /// Whether the third bitmap stands among the values.
    pub(crate) const fn has_third_among_values(&self) -> bool {
        matches!(self.third, NextBitmap::InElement)
    }

    /// Octets of one bitmap on the wire.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.coding.wire_len(Content::B, usize::from(self.octets))
    }

    /// Reads the bitmaps at the start; `take` gives the next octets, as many as it is asked for.
    #[inline]
    pub(crate) fn read<'a>(self, mut take: impl FnMut(usize) -> Result<Octets<'a>>) -> Result<Announced> {
        let mut next = || take(self.len()).and_then(|octets| Ok((self.word(&octets)?, end(&octets))));
        let (first, after) = next()?;
        let (mut words, mut third_pending) = ([first, 0, 0], false);
        if self.second.follows(first, after)? {
            let (second, after) = next()?;
            words[1] = second;
            third_pending = self.has_third_among_values() && second & TOP_BIT != 0;
            if !third_pending && self.third.follows(second, after)? {
                words[2] = next()?.0;
            }
        }
        if self.second != NextBitmap::Never {
            words[0] &= !TOP_BIT;
        }
        if self.third != NextBitmap::Never {
            words[1] &= !TOP_BIT;
        }
        Ok(Announced { elements: Bitmap::from_words(words), third_pending })
    }

    /// One bitmap of up to 64 bits, its first bit being the top bit of the word.
    pub(crate) fn word(self, octets: &Octets<'_>) -> Result<u64> {
        let latin = |index| match self.coding {
            Coding::EbcdicHex(page) => page.get(octets.get(index)),
            _ => octets.get(index),
        };
        let mut word = 0;
        for index in 0..octets.len() {
            word = match self.coding {
                Coding::Raw => word << 8 | u64::from(octets.get(index)),
                _ => match hex_value(latin(index)) {
                    Some(value) => word << 4 | u64::from(value),
                    None => {
                        let found = CharKind::of(latin(index));
                        return Err(Error::new(ErrorKind::HexDigit(found), octets.position(index), 0, 0));
                    }
                },
            };
        }
        Ok(word << (64 - 8 * u32::from(self.octets)))
    }

    /// The fast form of [`BitmapForm::read`]: the bitmaps that stand at `at` if their form is a common one
    /// and they are valid, and how many there are.
    #[inline]
    pub(crate) fn read_fast(self, wire: &[u8], at: usize) -> Option<(Bitmap, u8)> {
        let len = match self.coding {
            Coding::Raw if self.octets == 8 => 8,
            Coding::Hex if self.octets == 8 => 16,
            _ => return None,
        };
        let mut words = [word_fast(wire, at, len)?, 0, 0];
        let mut count = 1;
        let announced = words[0] & TOP_BIT != 0;
        if self.second != NextBitmap::Never && announced {
            words = [words[0] & !TOP_BIT, word_fast(wire, at + len, len)?, 0];
            count = 2;
        }
        // a second bitmap that must be there and is not, or a third one
        let is_uncommon = (self.second == NextBitmap::Always && !announced)
            || (self.third != NextBitmap::Never
                && (self.third == NextBitmap::Always || words[1] & TOP_BIT != 0));
        (!is_uncommon).then(|| (Bitmap::from_words(words), count))
    }

    /// The octets of one bitmap, and how many of the sixteen there are.
    pub(crate) fn write(self, word: u64) -> ([u8; 16], usize) {
        let mut octets = [0; 16];
        match self.coding {
            Coding::Raw => octets.iter_mut().zip(word.to_be_bytes()).for_each(|(slot, octet)| *slot = octet),
            Coding::EbcdicHex(page) => {
                octets.copy_from_slice(hex_word(word).as_flattened());
                octets = octets.map(|digit| page.put(digit));
            }
            _ => octets.copy_from_slice(hex_word(word).as_flattened()),
        }
        (octets, self.len())
    }
}

impl NextBitmap {
    /// Whether the bitmap follows at once the one before it, `word`, which ends at `after`.
    fn follows(self, word: u64, after: usize) -> Result<bool> {
        let announced = word & TOP_BIT != 0;
        match self {
            Self::Never | Self::InElement => Ok(false),
            Self::Announced => Ok(announced),
            Self::Always if announced => Ok(true),
            Self::Always => Err(Error::new(ErrorKind::Missing, after, 0, 0).noted(Note::Required)),
        }
    }
}

/// The offset of what follows.
fn end(octets: &Octets<'_>) -> usize {
    octets.position(octets.len())
}

/// The 64 bits of the bitmap that takes `len` octets.
#[inline]
fn word_fast(wire: &[u8], at: usize, len: usize) -> Option<u64> {
    let rest = wire.get(at..)?;
    if len == 8 {
        return rest.first_chunk().copied().map(u64::from_be_bytes);
    }
    let (high, low) = (hex(*rest.first_chunk()?), hex(*rest.get(8..)?.first_chunk()?));
    Test::Block(CharClass::Hex).passes(wire, at, at + len).then_some(high << 32 | low)
}

/// The bitmaps of a message that is written: the mirror of [`BitmapForm::read`].
pub(crate) struct Bitmaps {
    words: [u64; 3],
    /// How many stand at the start.
    pub(crate) count: usize,
    /// Whether a third one stands among the values.
    pub(crate) third_pending: bool,
}

impl Bitmaps {
    /// Those of `elements`, at least `min` of them, if there can be so many.
    #[inline]
    pub(crate) fn of(elements: Bitmap, form: BitmapForm, min: u8) -> Option<Self> {
        let [mut first, mut second, third] = elements.words();
        let needs_third = third != 0 || min > 2;
        let has_second = second != 0 || needs_third || min > 1 || form.second == NextBitmap::Always;
        // a third bitmap that is always there follows a second one: without it there is none
        let has_third = needs_third || (has_second && form.third == NextBitmap::Always);
        let third_pending = has_third && form.has_third_among_values();
        if (has_second && form.second == NextBitmap::Never) || (has_third && form.third == NextBitmap::Never)
        {
            return None;
        }
        if has_third {
            second |= TOP_BIT;
        }
        if has_second {
            first |= TOP_BIT;
        }
        let count = 1 + usize::from(has_second) + usize::from(has_third && !third_pending);
        Some(Self { words: [first, second, third], count, third_pending })
    }

    /// The words that stand at the start.
    #[inline]
    pub(crate) fn words(&self) -> impl Iterator<Item = u64> {
        self.words.into_iter().take(self.count)
    }
}
