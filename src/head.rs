//! The head of a message in the usual forms, read at once: MTI and bitmaps.
//!
//! Of any other form, and of a head that is wrong, it says nothing: the walk reads those.

use crate::bitmap::Bitmap;
use crate::codec::Coding;
use crate::codec::block::{Class, Test};
use crate::codec::octets::MAX_INDEX;
use crate::content::Content;
use crate::layout::More;
use crate::mti::Mti;
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
    if form.second != More::Never && announced {
        words = [words[0] & !TOP_BIT, word(wire, at + wide, wide)?, 0];
        bitmaps = 2;
    }
    // a second bitmap that must be there and is not, or a third one
    let is_unusual = (form.second == More::Always && !announced)
        || (form.third != More::Never && (form.third == More::Always || words[1] & TOP_BIT != 0));
    let end = at + usize::from(bitmaps) * wide;
    (!is_unusual).then_some(Head { mti, announced: Bitmap::from_words(words), bitmaps, end })
}

/// The MTI, and the first octet behind it.
#[inline]
pub(crate) fn mti(spec: &Spec<'_>, wire: &[u8]) -> Option<(Mti, usize)> {
    let (at, behind) = (spec.header(), wire.get(spec.header()..)?);
    let (digits, end) = match spec.mti() {
        MtiCoding::Ascii => (*behind.first_chunk()?, at + 4),
        MtiCoding::Ebcdic => (behind.first_chunk::<4>()?.map(|octet| octet ^ 0xC0), at + 4),
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

/// The number that eight hexadecimal digits write. Letters have bit 6 set, and are 9 short.
#[inline]
const fn hex(digits: [u8; 8]) -> u64 {
    let digits = u64::from_be_bytes(digits);
    let letters = digits >> 6 & 0x0101_0101_0101_0101;
    let halves = (digits & 0x0F0F_0F0F_0F0F_0F0F) + letters * 9;
    let octets = (halves | halves >> 4) & 0x00FF_00FF_00FF_00FF;
    let pairs = (octets | octets >> 8) & 0x0000_FFFF_0000_FFFF;
    (pairs | pairs >> 16) & 0xFFFF_FFFF
}

/// The eight hexadecimal digits of a number: the mirror of [`hex`].
#[inline]
#[allow(clippy::as_conversions, reason = "each half is taken as it is")]
const fn unhex(number: u32) -> [u8; 8] {
    let pairs = (number as u64 | (number as u64) << 16) & 0x0000_FFFF_0000_FFFF;
    let octets = (pairs | pairs << 8) & 0x00FF_00FF_00FF_00FF;
    let halves = (octets | octets << 4) & 0x0F0F_0F0F_0F0F_0F0F;
    // ten and more have bit 4 set when six are added; the letters are seven further than the digits
    let letters = (halves + 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101;
    (halves + 0x3030_3030_3030_3030 + letters * 7).to_be_bytes()
}

/// The sixteen hexadecimal digits of a bitmap.
#[inline]
#[allow(clippy::as_conversions, reason = "each half is taken as it is")]
pub(crate) const fn hex_word(word: u64) -> [[u8; 8]; 2] {
    [unhex((word >> 32) as u32), unhex(word as u32)]
}

const TOP_BIT: u64 = 1 << 63;
