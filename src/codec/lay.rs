//! Laying out whole values at once, in the usual codings: the mirror of what blocks check.

use super::block::Class;
use super::digit::{digit_of, hex_digit, hex_value};
use super::{Coding, Side, Spare};
use crate::content::Content;

/// Fill that brings a value to its length: how many octets, on which side, of what.
#[derive(Clone, Copy)]
pub(crate) struct Missing {
    pub(crate) octets: usize,
    pub(crate) side: Side,
    pub(crate) with: u8,
}

impl Coding {
    /// Lays the logical `value` and its fill out at `start`; returns where they end. `None` where
    /// they do not fit, for a coding that is not usual, and for packed values that need fill or hold
    /// what a half byte does not.
    ///
    /// The content of values in other codings is not looked at: on the wire it can still be seen.
    #[inline(always)]
    pub(crate) fn lay(
        self,
        out: &mut [u8],
        start: usize,
        content: Content,
        (value, missing): (&[u8], Missing),
        spare: Spare,
    ) -> Option<usize> {
        let units = value.len() + missing.octets;
        let end = start + self.wire_len(content, units);
        let room = out.get_mut(start..end)?;
        match self {
            Self::Ascii | Self::Raw => {
                let (fill, place) = split(room, missing, 1);
                fill.fill(missing.with);
                place.copy_from_slice(value);
            }
            Self::Ebcdic(page) => {
                let (fill, place) = split(room, missing, 1);
                fill.fill(page.put(missing.with));
                place.iter_mut().zip(value).for_each(|(slot, octet)| *slot = page.put(*octet));
            }
            Self::Hex => {
                let (fill, place) = split(room, missing, 2);
                fill.as_chunks_mut().0.fill(hex(missing.with));
                place.as_chunks_mut().0.iter_mut().zip(value).for_each(|(slot, octet)| *slot = hex(*octet));
            }
            Self::Bcd if missing.octets == 0 => pack(room, content, value, spare)?,
            _ => return None,
        }
        Some(end)
    }
}

/// The room for the fill and the room for the value, of so many octets a unit.
#[inline(always)]
fn split(room: &mut [u8], missing: Missing, wide: usize) -> (&mut [u8], &mut [u8]) {
    let fill = missing.octets * wide;
    match missing.side {
        Side::Left => room.split_at_mut(fill),
        Side::Right => {
            let (place, fill) = room.split_at_mut(room.len() - fill);
            (fill, place)
        }
    }
}

#[inline]
const fn hex(octet: u8) -> [u8; 2] {
    [hex_digit(octet >> 4), hex_digit(octet & 0x0F)]
}

/// Packs digits, which the half bytes can no longer be asked about.
fn pack(room: &mut [u8], content: Content, value: &[u8], spare: Spare) -> Option<()> {
    let (class, digit): (_, fn(u8) -> u8) = match content {
        Content::N => (Class::Digits, |octet| octet & 0x0F),
        Content::Z => (Class::Track, digit_of),
        Content::H => (Class::Hex, |octet| hex_value(octet).unwrap_or(0)),
        _ => return None,
    };
    if !class.admits(value, 0, value.len()) {
        return None;
    }
    let (room, value) = match (value.len().is_multiple_of(2), spare.side) {
        (true, _) => (room, value),
        (false, Side::Left) => {
            let ((slot, room), (first, value)) = (room.split_first_mut()?, value.split_first()?);
            *slot = spare.nibble << 4 | digit(*first);
            (room, value)
        }
        (false, Side::Right) => {
            let ((slot, room), (last, value)) = (room.split_last_mut()?, value.split_last()?);
            *slot = digit(*last) << 4 | spare.nibble;
            (room, value)
        }
    };
    let pairs = value.as_chunks::<2>().0.iter();
    room.iter_mut().zip(pairs).for_each(|(slot, [high, low])| *slot = digit(*high) << 4 | digit(*low));
    Some(())
}
