//! Laying out whole values at once, in the usual codings: the mirror of what blocks check.
//!
//! A value is looked at before it is laid out, in the characters that it has here: where it is not
//! of its class, nothing is written. Values are short, so they are taken as two pieces that may
//! overlap, whose sizes the compiler knows: no loop, and no call to copy a few octets.

use super::block::{Class, Test};
use super::digit::{hex, hex_digit};
use super::quick::Coded;
use super::{CodePage, Coding, Side, Spare};
use crate::content::Content;

/// How the octets of a value become those of the wire.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Lay {
    /// The ordinary writer has to do it.
    Unknown,
    /// As they are, whatever they are.
    Free,
    /// As they are, if all are of the class.
    Same(Class),
    /// As that code page has them, if all are of the class.
    Page(Class, CodePage),
    /// Two digits an octet, if all are of the class.
    Packed(Class, Spare),
    /// Two hexadecimal digits each.
    Hex,
}

impl Lay {
    /// How `coding` lays out values of `content`.
    pub(crate) const fn of((coding, content, spare): Coded) -> Self {
        let class = match Test::of(Coding::Ascii, content) {
            Test::Block(class) => class,
            Test::Free if matches!(coding, Coding::Hex) => return Self::Hex,
            Test::Free if matches!(coding, Coding::Ascii | Coding::Raw) => return Self::Free,
            Test::Free | Test::Unknown => return Self::Unknown,
        };
        match (coding, content) {
            (Coding::Ascii, _) => Self::Same(class),
            (Coding::Ebcdic(page), _) => Self::Page(class, page),
            (Coding::Bcd, Content::N | Content::Z | Content::H) => Self::Packed(class, spare),
            _ => Self::Unknown,
        }
    }

    /// Lays out a value in room of just the octets that it takes, if it is of the class.
    #[inline(always)]
    pub(crate) fn put(self, value: &[u8], room: &mut [u8]) -> bool {
        match self {
            Self::Same(class) => put_flipped::<0>(class, value, room),
            _ => self.put_changed(value, room),
        }
    }

    #[inline(never)]
    fn put_changed(self, value: &[u8], room: &mut [u8]) -> bool {
        match self {
            Self::Free => put_each(value, room, |octet| octet),
            // digits are those of ASCII with two further bits, on every page
            Self::Page(Class::Digits, _) => return put_flipped::<0xC0>(Class::Digits, value, room),
            Self::Page(class, page) if class.holds(value) => put_each(value, room, |octet| page.put(octet)),
            Self::Packed(class, spare) if class.holds(value) => pack(value, room, spare),
            Self::Hex => {
                let pairs = room.as_chunks_mut().0.iter_mut();
                pairs.zip(value).for_each(|(pair, octet)| *pair = [octet >> 4, octet & 0x0F].map(hex_digit));
            }
            _ => return false,
        }
        true
    }
}

/// Copies a value with some bits changed, if it is of the class.
#[inline(always)]
fn put_flipped<const BITS: u8>(class: Class, value: &[u8], room: &mut [u8]) -> bool {
    match value.len() {
        0..=FEW => put_few::<BITS>(class, value, room),
        _ => put_many::<BITS>(class, value, room),
    }
}

/// The most octets that are looked at as two words.
pub(super) const FEW: usize = 16;

/// The same for a value of up to that many octets.
#[inline(always)]
pub(super) fn put_few<const BITS: u8>(class: Class, value: &[u8], room: &mut [u8]) -> bool {
    match value.len() {
        8.. => match ends(value) {
            Some(ends) if class.holds_words(ends.map(u64::from_le_bytes)) => put_ends::<BITS, _>(room, ends),
            _ => false,
        },
        4..=7 => match ends(value) {
            Some(ends) if class.holds_word(joined(ends.map(u32::from_le_bytes))) => {
                put_ends::<BITS, _>(room, ends)
            }
            _ => false,
        },
        2..=3 => match ends(value) {
            Some([[a, b], [c, d]]) if class.holds_word(joined([u32::from_le_bytes([a, b, c, d]); 2])) => {
                put_ends::<BITS, _>(room, [[a, b], [c, d]])
            }
            _ => false,
        },
        _ => match ends(value) {
            Some([[one], _]) if class.holds_word(u64::from_le_bytes([one; 8])) => {
                put_ends::<BITS, _>(room, [[one]; 2])
            }
            ends => ends.is_none(),
        },
    }
}

/// The same for a value of more.
#[inline(always)]
fn put_many<const BITS: u8>(class: Class, value: &[u8], room: &mut [u8]) -> bool {
    class.admits(value, 0, value.len())
        && match value.len() {
            0..=32 => ends::<16>(value).is_some_and(|ends| put_ends::<BITS, _>(room, ends)),
            33..=64 => ends::<32>(value).is_some_and(|ends| put_ends::<BITS, _>(room, ends)),
            _ => {
                put_each(value, room, |octet| octet ^ BITS);
                true
            }
        }
}

/// The first and the last `N` octets: all of a value of up to twice as many.
#[inline(always)]
fn ends<const N: usize>(value: &[u8]) -> Option<[[u8; N]; 2]> {
    Some([*value.first_chunk()?, *value.last_chunk()?])
}

#[inline(always)]
fn put_ends<const BITS: u8, const N: usize>(room: &mut [u8], [mut first, mut last]: [[u8; N]; 2]) -> bool {
    let flip_all = |octets: &mut [u8; N]| octets.iter_mut().for_each(|octet| *octet ^= BITS);
    flip_all(&mut first);
    flip_all(&mut last);
    let Some(slot) = room.first_chunk_mut() else { return false };
    *slot = first;
    let Some(slot) = room.last_chunk_mut() else { return false };
    *slot = last;
    true
}

#[inline(always)]
fn joined([first, last]: [u32; 2]) -> u64 {
    u64::from(first) | u64::from(last) << 32
}

/// Puts each octet, changed, into room of as many.
#[inline(always)]
fn put_each(value: &[u8], room: &mut [u8], change: impl Fn(u8) -> u8) {
    room.iter_mut().zip(value).for_each(|(slot, octet)| *slot = change(*octet));
}

/// Packs digits, eight at a time; those of the last eight may be packed twice.
fn pack(value: &[u8], room: &mut [u8], spare: Spare) {
    let (value, room) = match (value.len().is_multiple_of(2), spare.side, value, room) {
        (true, _, value, room) => (value, room),
        (_, Side::Left, [first, value @ ..], [slot, room @ ..]) => {
            *slot = spare.nibble << 4 | half(*first);
            (value, room)
        }
        (_, Side::Right, [value @ .., last], [room @ .., slot]) => {
            *slot = half(*last) << 4 | spare.nibble;
            (value, room)
        }
        _ => return,
    };
    let four = |eight: &[u8; 8]| {
        let [.., a, b, c, d] = hex(*eight).to_be_bytes();
        [a, b, c, d]
    };
    let (eights, _) = value.as_chunks::<8>();
    room.as_chunks_mut().0.iter_mut().zip(eights).for_each(|(slot, eight)| *slot = four(eight));
    match (value.last_chunk::<8>(), room.last_chunk_mut::<4>()) {
        (Some(eight), Some(slot)) => *slot = four(eight),
        _ => {
            let pairs = value.as_chunks::<2>().0.iter();
            room.iter_mut().zip(pairs).for_each(|(slot, [high, low])| *slot = half(*high) << 4 | half(*low));
        }
    }
}

/// The half byte of a digit, decimal, hexadecimal or of a track, whose separator may be a `D`.
const fn half(digit: u8) -> u8 {
    (digit & 0x0F) + (digit >> 6 & 1) * 9
}
