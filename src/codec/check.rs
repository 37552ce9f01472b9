//! Content checks: does every octet of a value belong to its class?
//!
//! The plain cases, nearly all of traffic, are loops without an early exit over a byte slice,
//! which the compiler turns into wide instructions. Only a value that failed is searched for the
//! invalid octet.

use super::window::{Octets, hex_value};
use super::{Coding, PadNibble, Side};
use crate::model::content::{CharKind, Content};
use crate::model::error::{Error, ErrorKind, Note, Result};

/// Checks the wire form of a value: `wire` holds its octets and nothing else, `value` is the
/// logical view of the same octets.
#[inline]
pub(crate) fn check(
    wire: &Octets<'_>,
    value: &Octets<'_>,
    coding: Coding,
    content: Content,
    pad_nibble: PadNibble,
) -> Result<()> {
    let is_even = matches!(content, Content::N) && value.len().is_multiple_of(2);
    match (coding, wire.plain()) {
        (Coding::Bcd, Some(octets)) if is_even && each(octets, is_packed) => Ok(()),
        _ => {
            check_wire(wire, value, coding, content, pad_nibble)?;
            check_logical(value, coding, content)
        }
    }
}

/// The first octet of a logical value that its class does not admit.
#[inline(always)]
pub(crate) fn first_misfit(value: &Octets<'_>, content: Content) -> Option<(usize, u8)> {
    match value.plain() {
        Some(octets) => {
            // the sign of a class that has one stands in the first chunk
            let mut chunks = octets.chunks(CHUNK).enumerate();
            let (chunk, octets) = loop {
                let (chunk, octets) = chunks.next()?;
                if !all_in(content, chunk, octets) {
                    break (chunk, octets);
                }
            };
            let mut octets = (chunk * CHUNK..).zip(octets.iter().copied());
            octets.find(|(index, octet)| !content.admits(*index, *octet))
        }
        None => value.iter().enumerate().find(|(index, octet)| !content.admits(*index, *octet)),
    }
}

/// Octets that are looked at together before any is looked at alone.
const CHUNK: usize = 16;

/// Whether the chunk of that index of a value belongs to the class.
#[inline]
fn all_in(content: Content, chunk: usize, octets: &[u8]) -> bool {
    all(if content.is_signed() && chunk > 0 { Content::N } else { content }, octets)
}

#[inline]
fn check_logical(value: &Octets<'_>, coding: Coding, content: Content) -> Result<()> {
    match first_misfit(value, content) {
        None => Ok(()),
        Some((index, octet)) => {
            let is_packed = matches!(coding, Coding::Bcd | Coding::Zoned(_));
            let kind = match content {
                Content::N if is_packed => ErrorKind::Nibble,
                Content::Xn | Content::Yn if is_packed && index > 0 => ErrorKind::Nibble,
                _ => ErrorKind::Character(content, CharKind::of(octet)),
            };
            Err(Error::new(kind, value.position(index), 0, 0))
        }
    }
}

/// What is wrong with an octet of a wire form in which each is looked at by itself, if it is wrong.
#[inline]
pub(crate) fn misfit(coding: Coding, content: Content, octet: u8) -> ErrorKind {
    match coding {
        Coding::Ascii | Coding::Raw => ErrorKind::Character(content, CharKind::of(octet)),
        Coding::Ebcdic(page) => ErrorKind::Character(content, CharKind::of(page.get(octet))),
        Coding::Hex => ErrorKind::HexDigit(CharKind::of(octet)),
        Coding::EbcdicHex(page) => ErrorKind::HexDigit(CharKind::of(page.get(octet))),
        Coding::Bcd | Coding::Zoned(_) => ErrorKind::Nibble,
    }
}

/// What the logical view cannot show: fill half bytes, zones, characters that are no hex digits.
#[inline]
fn check_wire(
    wire: &Octets<'_>,
    value: &Octets<'_>,
    coding: Coding,
    content: Content,
    pad_nibble: PadNibble,
) -> Result<()> {
    match coding {
        Coding::Ascii | Coding::Ebcdic(_) | Coding::Raw => Ok(()),
        Coding::Hex => check_hex(wire, |octet| octet),
        Coding::EbcdicHex(page) => check_hex(wire, |octet| page.get(octet)),
        Coding::Bcd => {
            let sign = usize::from(content.is_signed());
            let digits = value.len().saturating_sub(sign);
            if digits.is_multiple_of(2) {
                return Ok(());
            }
            let (index, found) = match pad_nibble.side {
                Side::Left => (sign, wire.get(sign) >> 4),
                Side::Right => (wire.len().saturating_sub(1), wire.get(wire.len().saturating_sub(1)) & 0x0F),
            };
            if found == pad_nibble.nibble {
                Ok(())
            } else {
                Err(Error::new(ErrorKind::Fill, wire.position(index), usize::from(pad_nibble.nibble), 0))
            }
        }
        Coding::Zoned(zone) => {
            let last = wire.len().saturating_sub(1);
            let positive = match zone {
                super::Zone::C => 0xC,
                super::Zone::F => 0xF,
            };
            let bad = wire.iter().enumerate().find(|(index, octet)| {
                let zone = octet >> 4;
                zone != if *index == last && zone != 0xD {
                    positive
                } else if *index == last {
                    0xD
                } else {
                    0xF
                }
            });
            match bad {
                Some((index, _)) => {
                    Err(Error::new(ErrorKind::Nibble, wire.position(index), 0, 0).noted(Note::Zone))
                }
                None => Ok(()),
            }
        }
    }
}

fn check_hex(wire: &Octets<'_>, latin: impl Fn(u8) -> u8) -> Result<()> {
    let bad = wire.iter().map(latin).enumerate().find(|(_, octet)| hex_value(*octet).is_none());
    match bad {
        Some((index, octet)) => {
            Err(Error::new(ErrorKind::HexDigit(CharKind::of(octet)), wire.position(index), 0, 0))
        }
        None => Ok(()),
    }
}

/// Whether every octet belongs to the class; one loop a class, so that each is branch-free.
#[inline]
fn all(content: Content, octets: &[u8]) -> bool {
    match content {
        Content::N => each(octets, |octet| Content::N.admits(1, octet)),
        Content::A => each(octets, |octet| Content::A.admits(1, octet)),
        Content::An | Content::Anp => each(octets, |octet| Content::An.admits(1, octet)),
        Content::Ns => each(octets, |octet| Content::Ns.admits(1, octet)),
        Content::S => each(octets, |octet| Content::S.admits(1, octet)),
        Content::Ans => each(octets, |octet| Content::Ans.admits(1, octet)),
        Content::Z => each(octets, |octet| Content::Z.admits(1, octet)),
        Content::Ne => each(octets, |octet| Content::Ne.admits(1, octet)),
        Content::H => each(octets, |octet| Content::H.admits(1, octet)),
        Content::Xn | Content::Yn => match octets.split_first() {
            Some((sign, digits)) => content.admits(0, *sign) && all(Content::N, digits),
            None => true,
        },
        Content::B | Content::Any => true,
    }
}

#[inline]
fn each(octets: &[u8], admits: impl Fn(u8) -> bool) -> bool {
    octets.iter().fold(true, |good, octet| good & admits(*octet))
}

#[inline]
const fn is_packed(octet: u8) -> bool {
    (octet >> 4 <= 9) & (octet & 0x0F <= 9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wide_loops_agree_with_the_class() {
        for content in Content::ALL {
            for octet in 0..=255 {
                let mut value = *b"C0000000000000000000000000000000";
                if content.admits(1, b'0') && content.admits(0, b'C') {
                    value[17] = octet;
                    assert_eq!(all(content, &value), content.admits(17, octet), "{content:?} {octet:02X}");
                }
                assert_eq!(all(content, &[octet]), content.admits(0, octet), "{content:?} {octet:02X}");
            }
        }
    }
}
