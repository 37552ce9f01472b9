//! Encodes whole values at once, in the common codings: the mirror of what blocks check.
//!
//! A value is looked at before it is encoded, in the characters that it has here: where it is not
//! of its class, nothing is written. Values are short, so they are taken as two pieces that may
//! overlap, whose sizes the compiler knows: no loop, and no call to copy a few octets.

use super::class::{CharClass, Coded, Test};
use super::class_table::{Chars, Ends};
use crate::codec::digit::{four_digits, half, hex, hex_digits, hex_word};
use crate::codec::{CodePage, Coding, PadNibble, Side};
use crate::model::content::Content;

/// How the octets of a value become those of the wire.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum FastCoding {
    /// The ordinary writer has to do it.
    Unknown,
    /// As they are, whatever they are.
    Free,
    /// As they are, if all are of the class.
    Same(Chars),
    /// The same of an element that is always of so many octets, at most [`FEW`].
    Short(Chars, u8),
    /// The same after so many digits in ASCII, or none.
    Text(Chars, u8),
    /// The same of a class that takes longer to look at.
    Rare(CharClass),
    /// As that code page has them, if all are of the class.
    Page(Chars, CodePage),
    /// Two digits an octet, if all are of the class.
    Packed(Chars, PadNibble),
    /// Two hexadecimal digits each.
    Hex,
    /// The same where the digits are counted, not the octets: apart from all others.
    CountedHex,
}

impl FastCoding {
    /// How `coding` encodes values of `content`.
    pub(crate) const fn of((coding, content, pad_nibble): Coded) -> Self {
        let class = match Test::of(Coding::Ascii, content) {
            Test::Block(class) => class,
            Test::Free if matches!(coding, Coding::Hex) => return Self::Hex,
            Test::Free if matches!(coding, Coding::Ascii | Coding::Raw) => return Self::Free,
            Test::Free | Test::Unknown => return Self::Unknown,
        };
        match (coding, content, Chars::of(class)) {
            (Coding::Ascii, _, Some(chars)) => Self::Same(chars),
            (Coding::Ascii, _, None) => Self::Rare(class),
            (Coding::Ebcdic(page), _, Some(chars)) => Self::Page(chars, page),
            (Coding::Bcd, Content::N | Content::Z | Content::H, Some(chars)) => {
                Self::Packed(chars, pad_nibble)
            }
            _ => Self::Unknown,
        }
    }

    /// Whether a value can be encoded.
    #[inline(always)]
    pub(crate) fn admits(self, value: &[u8]) -> bool {
        match self {
            Self::Unknown => false,
            Self::Free | Self::Hex | Self::CountedHex => true,
            Self::Same(chars)
            | Self::Short(chars, _)
            | Self::Text(chars, _)
            | Self::Page(chars, _)
            | Self::Packed(chars, _) => chars.admits(value),
            Self::Rare(class) => class.admits(value, 0, value.len()),
        }
    }

    /// Encodes a value in room of just the octets that it takes, if it is of the class.
    #[inline(always)]
    pub(crate) fn put(self, value: &[u8], room: &mut [u8]) -> bool {
        match self {
            Self::Same(chars) | Self::Short(chars, _) | Self::Text(chars, _) => {
                put_flipped::<0>(chars, value, room)
            }
            Self::Packed(chars, pad_nibble) => put_packed(chars, pad_nibble, value, room),
            _ => self.put_changed(value, room),
        }
    }

    #[inline(never)]
    fn put_changed(self, value: &[u8], room: &mut [u8]) -> bool {
        match self {
            // digits are those of ASCII with two further bits, on every page
            Self::Page(Chars::Digits, _) => return put_flipped::<0xC0>(Chars::Digits, value, room),
            Self::Page(chars, page) if chars.admits(value) => {
                put_each(value, room, |octet| page.put(octet));
            }
            Self::Free => put_each(value, room, |octet| octet),
            Self::Rare(class) if class.admits(value, 0, value.len()) => put_each(value, room, |octet| octet),
            Self::Hex => return put_hex(value, room).is_some(),
            _ => return false,
        }
        true
    }
}

/// Writes two hexadecimal digits for each octet, eight octets at a time; some of the last eight may be written twice.
pub(super) fn put_hex(value: &[u8], place: &mut [u8]) -> Option<()> {
    let put = |slot: &mut [u8; 16], octets: [u8; 8]| {
        slot.copy_from_slice(hex_word(u64::from_be_bytes(octets)).as_flattened());
    };
    let Some(last) = value.last_chunk() else {
        let pairs = place.as_chunks_mut().0.iter_mut();
        pairs.zip(value).for_each(|(pair, octet)| *pair = hex_digits(*octet));
        return Some(());
    };
    let eights = value.as_chunks().0.iter();
    place.as_chunks_mut().0.iter_mut().zip(eights).for_each(|(slot, octets)| put(slot, *octets));
    put(place.last_chunk_mut()?, *last);
    Some(())
}

/// Encodes a value of at most [`FEW`] octets, if it is of the class; returns where it ends.
#[inline(always)]
pub(crate) fn put_short(chars: Chars, out: &mut [u8], at: usize, value: &[u8]) -> Option<usize> {
    let end = at + value.len();
    put_few::<0>(chars, value, out.get_mut(at..end)?).then_some(end)
}

/// The same of a value of any length after so many digits that announce it, if all are at least
/// four octets.
#[inline(always)]
pub(super) fn put_text(chars: Chars, width: u8, out: &mut [u8], at: usize, value: &[u8]) -> Option<usize> {
    let (start, end) = (at + usize::from(width), at + usize::from(width) + value.len());
    let room = out.get_mut(at..end)?;
    if width > 0 {
        let digits = four_digits(u16::try_from(value.len()).ok()?).map(|digit| digit | b'0');
        // all four at once: the value takes what is after the prefix
        let digits = u32::from_le_bytes(digits).wrapping_shr(8 * (4 - u32::from(width)));
        *room.first_chunk_mut()? = digits.to_le_bytes();
    }
    put_flipped::<0>(chars, value, out.get_mut(start..end)?).then_some(end)
}

/// Copies a value with some bits changed, if it is of the class.
#[inline(always)]
pub(super) fn put_flipped<const BITS: u8>(chars: Chars, value: &[u8], room: &mut [u8]) -> bool {
    match value.len() {
        0 => true,
        1..=FEW => put_few::<BITS>(chars, value, room),
        17..=32 => put_ends::<16, BITS>(chars, value, room),
        33..=64 => put_ends::<32, BITS>(chars, value, room),
        _ => put_many::<BITS>(chars, value, room),
    }
}

/// The same of a value of many octets.
#[inline(never)]
fn put_many<const BITS: u8>(chars: Chars, value: &[u8], room: &mut [u8]) -> bool {
    let is_valid = chars.admits(value);
    if is_valid {
        put_each(value, room, |octet| octet ^ BITS);
    }
    is_valid
}

/// The most octets that fill a block.
pub(super) const FEW: usize = 16;

/// The same for a value of some octets, but no more than that.
#[inline(always)]
pub(super) fn put_few<const BITS: u8>(chars: Chars, value: &[u8], room: &mut [u8]) -> bool {
    debug_assert!(value.len() <= FEW, "the middle would be left out");
    // a match would take three times as many instructions to find the length
    if value.len() >= 8 {
        put_ends::<8, BITS>(chars, value, room)
    } else if value.len() >= 4 {
        put_ends::<4, BITS>(chars, value, room)
    } else if value.len() >= 2 {
        put_ends::<2, BITS>(chars, value, room)
    } else {
        put_ends::<1, BITS>(chars, value, room)
    }
}

/// Copies the first and the last `N` octets, all of a value of up to twice as many.
#[inline(always)]
fn put_ends<const N: usize, const BITS: u8>(chars: Chars, value: &[u8], room: &mut [u8]) -> bool
where
    [[u8; N]; 2]: Ends,
{
    let (Some(first), Some(last)) = (value.first_chunk::<N>(), value.last_chunk::<N>()) else { return false };
    if ![*first, *last].are_of(chars) {
        return false;
    }
    let flipped = |octets: &[u8; N]| match BITS {
        0 => *octets,
        _ => octets.map(|octet| octet ^ BITS),
    };
    let Some(slot) = room.first_chunk_mut() else { return false };
    *slot = flipped(first);
    let Some(slot) = room.last_chunk_mut() else { return false };
    *slot = flipped(last);
    true
}

/// Puts each octet, changed, into room of as many.
#[inline(always)]
fn put_each(value: &[u8], room: &mut [u8], change: impl Fn(u8) -> u8) {
    room.iter_mut().zip(value).for_each(|(slot, octet)| *slot = change(*octet));
}

/// Packs digits, two an octet, if they are of the class. Of an odd number, the first or the last
/// shares its octet with the pad nibble.
#[inline(never)]
fn put_packed(chars: Chars, pad_nibble: PadNibble, value: &[u8], room: &mut [u8]) -> bool {
    if !chars.admits(value) {
        return false;
    }
    match (value.len().is_multiple_of(2), pad_nibble.side, value, room) {
        (true, _, value, room) => pack(value, room),
        (_, Side::Left, [first, value @ ..], [slot, room @ ..]) => {
            *slot = pad_nibble.nibble << 4 | half(*first);
            pack(value, room)
        }
        (_, Side::Right, [value @ .., last], [room @ .., slot]) => {
            *slot = half(*last) << 4 | pad_nibble.nibble;
            pack(value, room)
        }
        _ => false,
    }
}

/// Packs an even number of digits into room of half as many octets, eight at a time; some of the
/// last eight may be packed twice.
#[inline(always)]
fn pack(value: &[u8], room: &mut [u8]) -> bool {
    if let (Some(last), Some(slot)) = (value.last_chunk::<8>(), room.last_chunk_mut::<4>()) {
        *slot = packed(*last);
        let eights = value.as_chunks::<8>().0.iter();
        room.as_chunks_mut().0.iter_mut().zip(eights).for_each(|(slot, eight)| *slot = packed(*eight));
    } else if let (Some([a, b, c, d]), Some([y, z])) = (value.last_chunk(), room.last_chunk_mut()) {
        [.., *y, *z] = packed([0, 0, 0, 0, *a, *b, *c, *d]);
        if let ([a, b, ..], [slot, ..]) = (value, room) {
            *slot = half(*a) << 4 | half(*b);
        }
    } else if let ([a, b], [slot]) = (value, room) {
        *slot = half(*a) << 4 | half(*b);
    }
    true
}

/// The four octets that eight digits pack into.
#[inline(always)]
fn packed(digits: [u8; 8]) -> [u8; 4] {
    let [.., a, b, c, d] = hex(digits).to_be_bytes();
    [a, b, c, d]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn every_octet_at_every_place_of_every_length() {
        let classes = [
            (CharClass::Digits, b'4'),
            (CharClass::Letters, b'D'),
            (CharClass::LettersDigits, b'D'),
            (CharClass::Printable, b'D'),
            (CharClass::Track, b'D'),
            (CharClass::Hex, b'D'),
        ];
        for (class, good) in classes {
            let chars = Chars::of(class).unwrap();
            for (octet, len) in (0..=255).flat_map(|octet| (1..=65).map(move |len| (octet, len))) {
                for place in [0, len / 2, len - 1] {
                    let mut value = Vec::from([good; 65]);
                    value.truncate(len);
                    value[place] = octet;
                    let admitted = class.admits(&value, 0, len);
                    assert_eq!(chars.admits(&value), admitted, "{class:?} {octet:02X} at {place} of {len}");
                    let mut room = Vec::from([0; 65]);
                    let encoded = FastCoding::Same(chars).put(&value, &mut room[..len]);
                    assert_eq!(encoded, admitted, "{class:?} {octet:02X} at {place} of {len}");
                    assert!(!encoded || room.starts_with(&value));
                }
            }
        }
    }

    #[test]
    fn every_digit_at_every_place_is_packed_into_its_half_octet() {
        let spares = [PadNibble::LEFT_ZERO, PadNibble::RIGHT_F, PadNibble { side: Side::Left, nibble: 0xE }];
        let digits =
            [(Content::N, "0123456789"), (Content::H, "0123456789ABCDEF"), (Content::Z, "0123456789=D")];
        for ((content, digits), pad_nibble) in
            digits.into_iter().flat_map(|digits| spares.map(|pad_nibble| (digits, pad_nibble)))
        {
            let FastCoding::Packed(chars, _) = FastCoding::of((Coding::Bcd, content, pad_nibble)) else {
                panic!("it is packed")
            };
            for (len, digit) in (1..=33).flat_map(|len| digits.bytes().map(move |digit| (len, digit))) {
                for place in 0..len {
                    let mut value = std::vec![b'7'; len];
                    value[place] = digit;
                    let half = |digit| match digit {
                        b'A'..=b'F' => digit - b'A' + 10,
                        _ => digit & 0x0F,
                    };
                    let mut halves: Vec<u8> = value.iter().map(|digit| half(*digit)).collect();
                    match (len % 2, pad_nibble.side) {
                        (0, _) => {}
                        (_, Side::Left) => halves.insert(0, pad_nibble.nibble),
                        (_, Side::Right) => halves.push(pad_nibble.nibble),
                    }
                    let packed: Vec<u8> = halves.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect();
                    let mut room = std::vec![0xEE; packed.len()];
                    assert!(FastCoding::Packed(chars, pad_nibble).put(&value, &mut room));
                    assert_eq!(room, packed, "{value:02X?} {pad_nibble:?}");
                }
            }
        }
    }
}
