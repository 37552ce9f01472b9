//! Logical octets of a value, seen through the codings around it; never copied.
//!
//! A letter to the next editor. An element's value may be coded, and the parts inside it are laid
//! out over its *logical* octets, whatever the link does to them: the positions of DE 90 are the
//! same eleven characters in ASCII, in EBCDIC, and in BCD, where they start in the middle of a
//! byte. So a part cannot be a byte slice. It is a window on a stack of layers:
//!
//! ```text
//! part 9F02, digits            layer 2  Nibbles  start 2*3
//!   inside DE 55, octets       layer 1  Hex      start 41
//!     inside the message       wire     "...9F0206000000010000..."
//! ```
//! [`Octets::get`] walks the stack inward to outward for one octet; [`OctetsMut::set`] is its
//! mirror and stands beside it. Where no layer is needed (ASCII, raw) none is pushed, so the usual
//! value *is* a byte slice and [`Octets::plain`] says so.

use super::digit::{character, digit_of, nibble};
pub(crate) use super::digit::{hex_digit, hex_digits, hex_pair, hex_value};
use super::{CodePage, Coding, PadNibble, Side, Zone};
use crate::model::content::Content;
use crate::model::error::widen;
use crate::model::trust::Trust;

/// How many layers can lie over each other: one for each nested layout.
pub(crate) const MAX_LAYERS: usize = 4;

/// One coding between two spaces of octets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Layer {
    view: LayerCoding,
    /// Where it starts in the space outside: in octets, for `Nibbles` in half bytes.
    start: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum LayerCoding {
    Ebcdic(CodePage),
    Hex(Option<CodePage>),
    /// Digits in half bytes; `hex` says whether `A` to `F` are digits too.
    Nibbles {
        hex: bool,
    },
    /// One sign octet, then digits; `skip` half bytes between them.
    SignedNibbles {
        skip: u8,
    },
    /// The last of `digits` octets carries the sign.
    Zoned {
        zone: Zone,
        digits: u32,
    },
}

/// The stack of layers, outermost first.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Stack {
    layers: [Layer; MAX_LAYERS],
    depth: u8,
}

/// A read-only window on logical octets.
#[derive(Clone, Copy)]
pub(crate) struct Octets<'a> {
    wire: &'a [u8],
    stack: Stack,
    start: u32,
    len: u32,
    /// Whether what is read here stands where it should. Parts have it from what they are in.
    trust: Trust,
}

/// A window into which logical octets are written.
pub(crate) struct OctetsMut<'b> {
    wire: &'b mut [u8],
    stack: Stack,
    start: u32,
}

impl Stack {
    const EMPTY: Self =
        Self { layers: [Layer { view: LayerCoding::Hex(None), start: 0 }; MAX_LAYERS], depth: 0 };

    /// The stack with the coding of a value of `units` units on top; the value's wire form begins
    /// at `start` in the space below. Returns the new stack and where the value starts in it.
    #[inline]
    fn push(
        mut self,
        coding: Coding,
        content: Content,
        pad_nibble: PadNibble,
        start: u32,
        units: u32,
    ) -> (Self, u32) {
        let skip = u8::from(pad_nibble.side == Side::Left);
        let layer = match coding {
            Coding::Ascii | Coding::Raw => return (self, start),
            Coding::Ebcdic(page) => Layer { view: LayerCoding::Ebcdic(page), start },
            Coding::Hex => Layer { view: LayerCoding::Hex(None), start },
            Coding::EbcdicHex(page) => Layer { view: LayerCoding::Hex(Some(page)), start },
            Coding::Bcd if content.is_signed() => {
                let odd = u8::from(units.is_multiple_of(2));
                Layer { view: LayerCoding::SignedNibbles { skip: skip & odd }, start }
            }
            Coding::Bcd => {
                let odd = u32::from(!units.is_multiple_of(2));
                let hex = matches!(content, Content::H);
                Layer { view: LayerCoding::Nibbles { hex }, start: 2 * start + (u32::from(skip) & odd) }
            }
            Coding::Zoned(zone) => {
                Layer { view: LayerCoding::Zoned { zone, digits: units.saturating_sub(1) }, start }
            }
        };
        if let Some(slot) = self.layers.get_mut(usize::from(self.depth)) {
            *slot = layer;
            self.depth += 1;
        }
        (self, 0)
    }

    /// The octet at `index` of the space at `depth`.
    fn get(&self, wire: &[u8], depth: u8, index: u32) -> u8 {
        let Some((outer, layer)) = self.below(depth) else {
            return wire.get(widen(index)).copied().unwrap_or(0);
        };
        let outside = |index: u32| self.get(wire, outer, index);
        match layer.view {
            LayerCoding::Ebcdic(page) => page.get(outside(layer.start + index)),
            LayerCoding::Hex(page) => {
                let digit = |index| {
                    let octet = outside(layer.start + index);
                    hex_value(page.map_or(octet, |page| page.get(octet))).unwrap_or(0)
                };
                digit(2 * index) << 4 | digit(2 * index + 1)
            }
            LayerCoding::Nibbles { hex } => {
                let half = nibble(outside((layer.start + index) / 2), layer.start + index);
                if hex { hex_digit(half) } else { character(half) }
            }
            LayerCoding::SignedNibbles { .. } if index == 0 => outside(layer.start),
            LayerCoding::SignedNibbles { skip } => {
                let place = 2 * (layer.start + 1) + u32::from(skip) + index - 1;
                character(nibble(outside(place / 2), place))
            }
            LayerCoding::Zoned { digits, .. } if index == 0 => {
                match outside(layer.start + digits.saturating_sub(1)) >> 4 {
                    0xD => b'D',
                    _ => b'C',
                }
            }
            LayerCoding::Zoned { .. } => character(outside(layer.start + index - 1) & 0x0F),
        }
    }

    /// Writes the octet at `index` of the space at `depth`.
    fn set(&self, wire: &mut [u8], depth: u8, index: u32, octet: u8) {
        let Some((outer, layer)) = self.below(depth) else {
            if let Some(slot) = wire.get_mut(widen(index)) {
                *slot = octet;
            }
            return;
        };
        match layer.view {
            LayerCoding::Ebcdic(page) => self.set(wire, outer, layer.start + index, page.put(octet)),
            LayerCoding::Hex(page) => {
                for (place, value) in [(2 * index, octet >> 4), (2 * index + 1, octet & 0x0F)] {
                    let digit = hex_digit(value);
                    let digit = page.map_or(digit, |page| page.put(digit));
                    self.set(wire, outer, layer.start + place, digit);
                }
            }
            LayerCoding::Nibbles { hex } => {
                let half = if hex { hex_value(octet).unwrap_or(0) } else { digit_of(octet) };
                self.set_nibble(wire, outer, layer.start + index, half);
            }
            LayerCoding::SignedNibbles { .. } if index == 0 => self.set(wire, outer, layer.start, octet),
            LayerCoding::SignedNibbles { skip } => {
                let place = 2 * (layer.start + 1) + u32::from(skip) + index - 1;
                self.set_nibble(wire, outer, place, digit_of(octet));
            }
            LayerCoding::Zoned { zone, digits } => {
                self.set_zoned(wire, outer, layer.start, (zone, digits), (index, octet))
            }
        }
    }

    fn set_nibble(&self, wire: &mut [u8], outer: u8, place: u32, value: u8) {
        let old = self.get(wire, outer, place / 2);
        let new = if place.is_multiple_of(2) { old & 0x0F | value << 4 } else { old & 0xF0 | value };
        self.set(wire, outer, place / 2, new);
    }

    /// The sign arrives first and is kept as the zone of the last digit, which comes later.
    fn set_zoned(&self, wire: &mut [u8], outer: u8, start: u32, form: (Zone, u32), item: (u32, u8)) {
        let ((zone, digits), (index, octet)) = (form, item);
        let last = start + digits.saturating_sub(1);
        if index == 0 {
            let zone = match (octet, zone) {
                (b'D', _) => 0xD0,
                (_, Zone::C) => 0xC0,
                (_, Zone::F) => 0xF0,
            };
            self.set(wire, outer, last, zone);
        } else {
            let place = start + index - 1;
            let zone = if place == last { self.get(wire, outer, last) & 0xF0 } else { 0xF0 };
            self.set(wire, outer, place, zone | digit_of(octet));
        }
    }

    /// The wire offset of the octet at `index` of the space at `depth`.
    fn position(&self, depth: u8, index: u32) -> u32 {
        let Some((outer, layer)) = self.below(depth) else { return index };
        let place = match layer.view {
            LayerCoding::Ebcdic(_) => layer.start + index,
            LayerCoding::Hex(_) => layer.start + 2 * index,
            LayerCoding::Nibbles { .. } => (layer.start + index) / 2,
            LayerCoding::SignedNibbles { .. } if index == 0 => layer.start,
            LayerCoding::SignedNibbles { skip } => (2 * (layer.start + 1) + u32::from(skip) + index - 1) / 2,
            LayerCoding::Zoned { .. } => layer.start + index.saturating_sub(1),
        };
        self.position(outer, place)
    }

    fn below(&self, depth: u8) -> Option<(u8, Layer)> {
        let outer = depth.checked_sub(1)?;
        Some((outer, *self.layers.get(usize::from(outer))?))
    }
}

impl<'a> Octets<'a> {
    /// The octets themselves.
    #[inline]
    pub(crate) fn of(wire: &'a [u8]) -> Self {
        Self { wire, stack: Stack::EMPTY, start: 0, len: narrow(wire.len()), trust: Trust::Unknown }
    }

    /// Octets of `wire` that no coding lies over.
    #[inline]
    pub(crate) fn within(wire: &'a [u8], start: usize, len: usize, trust: Trust) -> Self {
        Self { wire, stack: Stack::EMPTY, start: narrow(start), len: narrow(len), trust }
    }

    /// The same octets, trusted so.
    #[inline]
    pub(crate) const fn trusted(self, trust: Trust) -> Self {
        Self { trust, ..self }
    }

    #[inline]
    pub(crate) const fn trust(&self) -> Trust {
        self.trust
    }

    /// The octets, decoded into the start of `room`; `None` where they do not fit.
    pub(crate) fn copied<'r>(&self, room: &'r mut [u8]) -> Option<&'r [u8]> {
        let out = room.get_mut(..self.len())?;
        out.iter_mut().enumerate().for_each(|(index, slot)| *slot = self.get(index));
        Some(out)
    }

    /// The octets on the wire, all of them.
    pub(crate) const fn wire(&self) -> &'a [u8] {
        self.wire
    }

    #[inline]
    pub(crate) const fn len(&self) -> usize {
        widen(self.len)
    }

    /// The octet at `index`; 0 beyond the end.
    #[inline]
    pub(crate) fn get(&self, index: usize) -> u8 {
        let index = self.start + narrow(index);
        match self.stack.depth {
            0 => self.wire.get(widen(index)).copied().unwrap_or(0),
            depth => self.stack.get(self.wire, depth, index),
        }
    }

    /// All octets, decoded into the start of `room`, where they are written in one common coding
    /// and fit.
    pub(crate) fn copy_to<'r>(&self, room: &'r mut [u8]) -> Option<&'r [u8]> {
        let [layer, ..] = self.stack.layers;
        let (start, len) = (widen(layer.start + self.start), self.len());
        let out = room.get_mut(..len).filter(|_| self.stack.depth == 1)?;
        match layer.view {
            LayerCoding::Ebcdic(page) => {
                let from = self.wire.get(start..start + len)?;
                out.iter_mut().zip(from).for_each(|(slot, octet)| *slot = page.get(*octet));
            }
            LayerCoding::Hex(None) => {
                let start = start + widen(self.start);
                let (pairs, _) = self.wire.get(start..start + 2 * len)?.as_chunks();
                out.iter_mut().zip(pairs).for_each(|(slot, pair)| *slot = hex_pair(*pair));
            }
            LayerCoding::Nibbles { hex } => {
                let from = self.wire.get(start / 2..(start + len).div_ceil(2))?;
                let halves = from.iter().flat_map(|octet| [octet >> 4, octet & 0x0F]).skip(start % 2);
                let digit = |half| if hex { hex_digit(half) } else { character(half) };
                out.iter_mut().zip(halves).for_each(|(slot, half)| *slot = digit(half));
            }
            _ => return None,
        }
        Some(out)
    }

    pub(crate) fn iter(self) -> impl DoubleEndedIterator<Item = u8> + Clone {
        (0..self.len()).map(move |index| self.get(index))
    }

    /// The part from `start` of `len` octets, cut at the end.
    #[inline]
    pub(crate) fn slice(&self, start: usize, len: usize) -> Self {
        let start = narrow(start).min(self.len);
        let len = narrow(len).min(self.len - start);
        Self { start: self.start + start, len, ..*self }
    }

    /// The logical value of `units` units whose wire form starts at `start` of these octets.
    #[inline]
    pub(crate) fn decode(
        &self,
        start: usize,
        units: usize,
        coding: Coding,
        content: Content,
        pad_nibble: PadNibble,
    ) -> Self {
        let (start, len) = (self.start + narrow(start), narrow(units));
        let (stack, start) = self.stack.push(coding, content, pad_nibble, start, len);
        Self { wire: self.wire, stack, start, len, trust: self.trust }
    }

    /// How many codings lie between the octets and the wire.
    pub(crate) fn layers(&self) -> usize {
        usize::from(self.stack.depth)
    }

    /// The octets as a slice, where no coding lies between.
    #[inline]
    pub(crate) fn plain(&self) -> Option<&'a [u8]> {
        match self.stack.depth {
            0 => self.wire.get(widen(self.start)..widen(self.start) + self.len()),
            _ => None,
        }
    }

    /// The offset in the message of the octet at `index`.
    #[inline]
    pub(crate) fn position(&self, index: usize) -> usize {
        widen(self.stack.position(self.stack.depth, self.start + narrow(index)))
    }
}

impl<'b> OctetsMut<'b> {
    /// The octets themselves.
    pub(crate) fn of(wire: &'b mut [u8]) -> Self {
        Self { wire, stack: Stack::EMPTY, start: 0 }
    }

    /// Writes the octet at `index`; ignored beyond the end of the buffer.
    pub(crate) fn set(&mut self, index: usize, octet: u8) {
        self.stack.set(self.wire, self.stack.depth, self.start + narrow(index), octet);
    }

    /// The window of a value of `units` units whose wire form starts at `start` of these octets.
    pub(crate) fn encode(
        &mut self,
        start: usize,
        units: usize,
        coding: Coding,
        content: Content,
        pad_nibble: PadNibble,
    ) -> OctetsMut<'_> {
        let start = self.start + narrow(start);
        let (stack, start) = self.stack.push(coding, content, pad_nibble, start, narrow(units));
        OctetsMut { wire: self.wire, stack, start }
    }

    /// The octets from `start` as a slice, where no coding lies between.
    pub(crate) fn plain(&mut self, start: usize, len: usize) -> Option<&mut [u8]> {
        let start = widen(self.start) + start;
        match self.stack.depth {
            0 => self.wire.get_mut(start..start + len),
            _ => None,
        }
    }

    /// Writes all octets of a value at once, if they are written as they are or as hexadecimal digits,
    /// and fit; the mirror of [`Octets::copy_to`].
    pub(crate) fn copy_from(&mut self, value: &[u8]) -> bool {
        let [layer, ..] = self.stack.layers;
        let room = match (self.stack.depth, layer.view) {
            (0, _) => return self.plain(0, value.len()).map(|room| room.copy_from_slice(value)).is_some(),
            (1, LayerCoding::Hex(None)) => self
                .wire
                .get_mut(widen(layer.start + 2 * self.start)..)
                .and_then(|room| room.get_mut(..2 * value.len())),
            _ => None,
        };
        let pairs = room.map(|room| room.as_chunks_mut().0.iter_mut().zip(value));
        pairs.map(|pairs| pairs.for_each(|(pair, octet)| *pair = hex_digits(*octet))).is_some()
    }

    /// The octet at `index`; 0 beyond the end of the buffer.
    pub(crate) fn get(&self, index: usize) -> u8 {
        self.stack.get(self.wire, self.stack.depth, self.start + narrow(index))
    }

    /// What was written so far, `len` octets.
    pub(crate) fn as_octets(&self, len: usize) -> Octets<'_> {
        let (start, len) = (self.start, narrow(len));
        Octets { wire: self.wire, stack: self.stack, start, len, trust: Trust::Unknown }
    }

    /// Whether the first `len` octets lie within the buffer.
    pub(crate) fn holds(&self, len: usize) -> bool {
        // the octet before `len` may take two of the wire: then the one after it begins after both
        len == 0 || (self.position(len - 1) < self.wire.len() && self.position(len) <= self.wire.len())
    }

    /// The offset in the output of the octet at `index`.
    pub(crate) fn position(&self, index: usize) -> usize {
        widen(self.stack.position(self.stack.depth, self.start + narrow(index)))
    }
}

/// Offsets fit `u32`: the walk refuses longer input before it makes a window.
#[allow(clippy::as_conversions, reason = "saturates first")]
#[inline]
fn narrow(value: usize) -> u32 {
    value.min(MAX_INDEX) as u32
}

/// The longest input, 256 MiB: room for counting half bytes of nested values within `u32`.
pub(crate) const MAX_INDEX: usize = 0x0FFF_FFFF;

#[cfg(test)]
mod tests;
