//! The head of a message, MTI and bitmaps: read at once in the usual forms, and made for writing.
//!
//! Of any other form, and of a head that is wrong, reading says nothing: the walk reads those.

use crate::codec::Coding;
use crate::codec::digit::hex;
use crate::codec::fast::class::{Class, Test};
use crate::codec::window::MAX_INDEX;
use crate::layout::{BitmapForm, NextBitmap};
use crate::model::bitmap::{Bitmap, TOP_BIT};
use crate::model::content::Content;
use crate::model::mti::Mti;
use crate::spec::{MtiCoding, Spec};

/// What stands before the elements.
#[derive(Clone, Copy)]
pub(crate) struct Head {
    pub(crate) mti: Mti,
    pub(crate) announced: Bitmap,
    /// How many bitmaps there are.
    pub(crate) bitmaps: u8,
    /// The first octet behind them.
    pub(crate) end: usize,
}

impl Head {
    /// Octets of the bitmaps on the wire.
    pub(crate) fn bitmaps_len(&self, spec: &Spec<'_>) -> usize {
        spec.bitmap().coding.wire_len(Content::B, 8) * usize::from(self.bitmaps)
    }
}

/// Reads the head, if its form is a usual one and it is sound.
#[inline]
pub(crate) fn head(spec: &Spec<'_>, wire: &[u8]) -> Option<Head> {
    if wire.len() > MAX_INDEX {
        return None;
    }
    let (mti, at) = mti(spec, wire)?;
    let form = spec.bitmap();
    let wide = match form.coding {
        Coding::Raw if form.octets == 8 => 8,
        Coding::Hex if form.octets == 8 => 16,
        _ => return None,
    };
    let mut words = [word(wire, at, wide)?, 0, 0];
    let mut bitmaps = 1;
    let announced = words[0] & TOP_BIT != 0;
    if form.second != NextBitmap::Never && announced {
        words = [words[0] & !TOP_BIT, word(wire, at + wide, wide)?, 0];
        bitmaps = 2;
    }
    // a second bitmap that must be there and is not, or a third one
    let is_unusual = (form.second == NextBitmap::Always && !announced)
        || (form.third != NextBitmap::Never && (form.third == NextBitmap::Always || words[1] & TOP_BIT != 0));
    let end = at + usize::from(bitmaps) * wide;
    (!is_unusual).then_some(Head { mti, announced: Bitmap::from_words(words), bitmaps, end })
}

/// The MTI, and the first octet behind it.
#[inline]
pub(crate) fn mti(spec: &Spec<'_>, wire: &[u8]) -> Option<(Mti, usize)> {
    let (at, behind) = (spec.header(), wire.get(spec.header()..)?);
    let (digits, end) = match spec.mti() {
        form @ (MtiCoding::Ascii | MtiCoding::Ebcdic) => {
            let other = if form == MtiCoding::Ascii { 0 } else { 0xC0C0_C0C0 };
            ((u32::from_ne_bytes(*behind.first_chunk()?) ^ other).to_ne_bytes(), at + 4)
        }
        MtiCoding::Bcd => {
            let [high, low] = *behind.first_chunk()?;
            ([high >> 4, high & 15, low >> 4, low & 15].map(|half| b'0' + half), at + 2)
        }
        MtiCoding::Binary => return None,
    };
    Mti::from_digits(digits).ok().map(|mti| (mti, end))
}

/// The 64 bits of the bitmap that takes `wide` octets.
#[inline]
fn word(wire: &[u8], at: usize, wide: usize) -> Option<u64> {
    let behind = wire.get(at..)?;
    if wide == 8 {
        return behind.first_chunk().copied().map(u64::from_be_bytes);
    }
    let [high, low] = [behind.first_chunk()?, behind.get(8..)?.first_chunk()?].map(|octets| hex(*octets));
    Test::Block(Class::Hex).passes(wire, at, at + wide).then_some(high << 32 | low)
}

/// The octets of an MTI, which may be fewer than four; the mirror of [`mti`].
#[inline]
pub(crate) fn mti_octets(mti: Mti, coding: MtiCoding) -> ([u8; 4], usize) {
    let digits = mti.digits();
    let [a, b, c, d] = digits.map(|digit| digit & 0x0F);
    match coding {
        MtiCoding::Ascii => (digits, 4),
        MtiCoding::Ebcdic => (digits.map(|digit| digit ^ 0xC0), 4),
        MtiCoding::Bcd => ([a << 4 | b, c << 4 | d, 0, 0], 2),
        MtiCoding::Binary => {
            let [high, low] = mti.number().to_be_bytes();
            ([high, low, 0, 0], 2)
        }
    }
}

/// The bitmaps of a message that is written.
pub(crate) struct Bitmaps {
    words: [u64; 3],
    /// How many stand at the start.
    pub(crate) count: usize,
    /// Whether a third one stands among the values.
    pub(crate) third_pending: bool,
}

impl Bitmaps {
    /// Those of `elements`, at least `least` of them, if there can be so many.
    #[inline]
    pub(crate) fn of(elements: Bitmap, form: BitmapForm, least: u8) -> Option<Self> {
        let [mut first, mut second, third] = elements.words();
        let needs_third = third != 0 || least > 2;
        let has_second = second != 0 || needs_third || least > 1 || form.second == NextBitmap::Always;
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
