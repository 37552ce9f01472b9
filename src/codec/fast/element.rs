//! Elements in the common forms, packed into a few octets so that they can be read at once.
//!
//! A [`FastElement`] is worked out from the coding, the class and the length form of an element when its
//! spec is made. It knows the forms that nearly all elements of nearly all links have; of any other
//! it knows that it does not know. It never says what is wrong: where it finds no valid element, the
//! ordinary reader looks again and decides. So it can be wrong in no way but one, calling something
//! valid that is not, and tests hold it against the ordinary reader on every form.

use super::class::{CharClass, Coded, Test};
use super::class_table::Chars;
use super::encode::{FEW, FastCoding, put_hex, put_short, put_text};
use super::prefix::FastPrefix;
pub(crate) use super::prefix::LengthReader;
use crate::codec::{Coding, LengthUnit, PadNibble, Prefix, Side};

/// How to read an element of a common form.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct FastElement {
    pub(super) prefix: FastPrefix,
    /// Half octets a unit of length takes.
    halves: u8,
    /// What an odd length means.
    pub(super) odd: Odd,
    test: Test,
    /// The class that the whole element is made of, prefix included.
    pub(crate) run: Option<CharClass>,
    /// Whether the value holds parts whose check the value's own does not include.
    pub(crate) is_composite: bool,
    /// How a value is encoded.
    pub(super) encode: FastCoding,
    /// The octets of an element that is always as long and made of one class; otherwise 0.
    pub(crate) fixed: u16,
    pub(super) min: u16,
    pub(super) max: u16,
}

/// How to read what follows the tag of an object of BER without parts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct FastObject {
    pub(crate) value: ObjectValue,
    /// The least length, and how much more the greatest one is; no length has two octets.
    min: u8,
    span: u8,
}

/// How the value of an object is tested.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ObjectValue {
    /// Every octet is admitted.
    Free,
    /// All are packed digits.
    Packed,
    /// All are of the class of the element.
    Class,
    /// Ask the ordinary reader.
    Unknown,
}

/// What an odd length means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Odd {
    /// Nothing.
    Irrelevant,
    /// It cannot be.
    Wrong,
    /// There is a pad nibble.
    PadNibble(PadNibble),
}

/// Where a value lies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct ValueSpan {
    /// First octet of the value.
    pub(crate) start: usize,
    /// First octet after it.
    pub(crate) end: usize,
    /// Its length as it was announced.
    length: usize,
}

impl ValueSpan {
    #[inline(always)]
    pub(crate) fn is_odd(&self) -> bool {
        !self.length.is_multiple_of(2)
    }
}

impl FastElement {
    /// Knows nothing.
    pub(crate) const UNKNOWN: Self = Self {
        prefix: FastPrefix::Unknown,
        halves: 0,
        odd: Odd::Wrong,
        test: Test::Unknown,
        run: None,
        is_composite: false,
        encode: FastCoding::Unknown,
        fixed: 0,
        min: 0,
        max: 0,
    };

    /// An element that is always `units` long.
    pub(crate) const fn fixed(coded: Coded, units: u32) -> Self {
        Self::new(FastPrefix::Fixed, LengthUnit::Units, coded, (units, units))
    }

    /// An element whose length a prefix announces.
    pub(crate) const fn prefixed(coded: Coded, prefix: Prefix, limits: (u32, u32)) -> Self {
        Self::new(FastPrefix::of(prefix), prefix.counts, coded, limits)
    }

    /// The same, of a value that holds parts which are checked apart.
    pub(crate) const fn composite(mut self) -> Self {
        (self.is_composite, self.encode, self.run, self.fixed) = (true, FastCoding::Unknown, None, 0);
        self
    }

    /// The same, of values that the ordinary writer lays out.
    pub(crate) const fn not_encoded(mut self) -> Self {
        self.encode = FastCoding::Unknown;
        self
    }

    #[allow(clippy::as_conversions, reason = "guarded by the comparison; try_from is not const")]
    const fn new(
        prefix: FastPrefix,
        counts: LengthUnit,
        (coding, content, pad_nibble): Coded,
        (mut min, mut max): (u32, u32),
    ) -> Self {
        let test = Test::of(coding, content);
        let (halves, odd) = match (coding, counts) {
            (Coding::Ascii | Coding::Ebcdic(_) | Coding::Raw, LengthUnit::Units | LengthUnit::Bytes) => {
                (2, Odd::Irrelevant)
            }
            (Coding::Hex | Coding::EbcdicHex(_), LengthUnit::Units) => (4, Odd::Irrelevant),
            // of an object, nobody asks whether its length is odd
            (Coding::Hex | Coding::EbcdicHex(_), LengthUnit::Bytes) if !matches!(prefix, FastPrefix::Ber) => {
                (2, Odd::Wrong)
            }
            (Coding::Bcd, LengthUnit::Units) => (1, Odd::PadNibble(pad_nibble)),
            // octets are counted, and all are of two digits: no fill marks one, no limit is odd
            (Coding::Bcd, LengthUnit::Bytes) if pad_nibble.nibble <= 9 && max.is_multiple_of(2) => {
                (min, max) = (min.div_ceil(2), max / 2);
                (2, Odd::Irrelevant)
            }
            _ => return Self::UNKNOWN,
        };
        let factor = if matches!(odd, Odd::Wrong) { 2 } else { 1 };
        // before the check, so the numbers may be any
        let is_plain = min <= max && max <= 0x3FFF / factor;
        if !is_plain || matches!(test, Test::Unknown) || matches!(prefix, FastPrefix::Unknown) {
            return Self::UNKNOWN;
        }
        let (min, max) = ((min * factor) as u16, (max * factor) as u16);
        let run = match test {
            Test::Block(class) if prefix.fits(class) => Some(class),
            _ => None,
        };
        let is_whole = matches!(odd, Odd::Irrelevant) || max.is_multiple_of(2);
        let fixed = match (prefix, run) {
            (FastPrefix::Fixed, Some(_)) if is_whole => (max * halves as u16).div_ceil(2),
            _ => 0,
        };
        let encode = match (coding, counts, prefix) {
            (Coding::Bcd, LengthUnit::Bytes, _) | (.., FastPrefix::Ber) => FastCoding::Unknown,
            (Coding::Hex, ..) if matches!(odd, Odd::Wrong) => FastCoding::CountedHex,
            _ if matches!(odd, Odd::Wrong) => FastCoding::Unknown,
            _ => match (FastCoding::of((coding, content, pad_nibble)), prefix) {
                (FastCoding::Same(chars), FastPrefix::Fixed) if max as usize <= FEW => {
                    FastCoding::Short(chars, max as u8)
                }
                (FastCoding::Same(chars), FastPrefix::Fixed) => FastCoding::Text(chars, 0),
                (FastCoding::Same(chars), FastPrefix::Digits { zero: b'0', width }) => {
                    FastCoding::Text(chars, width)
                }
                (encode, _) => encode,
            },
        };
        Self { prefix, halves, odd, test, run, is_composite: false, encode, fixed, min, max }
    }

    /// Where the value of the element at `at` lies, if its length is admitted. Whether it ends
    /// within the wire, and its content, are not looked at.
    #[inline(always)]
    pub(crate) fn find(&self, wire: &[u8], at: usize) -> Option<ValueSpan> {
        let (length, start) = self.length(wire, at)?;
        Some(ValueSpan { start, end: start + self.octets(length), length })
    }

    /// The class of the run of octets that the element at `at`, prefix included, can be checked
    /// with, and the first octet after it.
    #[inline(always)]
    pub(crate) fn in_run(&self, wire: &[u8], at: usize) -> Option<(CharClass, usize)> {
        let class = self.run?;
        if self.fixed > 0 {
            return Some((class, at + usize::from(self.fixed)));
        }
        let lies = self.find(wire, at)?;
        self.is_whole(lies.length).then_some((class, lies.end))
    }

    /// Whether the content of the value is certainly valid.
    #[inline]
    pub(crate) fn is_valid(&self, wire: &[u8], lies: ValueSpan) -> bool {
        let ValueSpan { start, end, length } = lies;
        match self.odd {
            _ if end > wire.len() => false,
            Odd::Wrong if !length.is_multiple_of(2) => false,
            Odd::PadNibble(pad_nibble) if !length.is_multiple_of(2) => {
                self.is_valid_odd(wire, start, end, pad_nibble)
            }
            _ => self.test.passes(wire, start, end),
        }
    }

    /// Where the element at `at` ends, if it is certainly valid, apart from its parts.
    #[inline]
    pub(crate) fn valid_end(&self, wire: &[u8], at: usize) -> Option<usize> {
        self.find(wire, at).filter(|lies| self.is_valid(wire, *lies)).map(|lies| lies.end)
    }

    /// The same of an object without parts whose BER length stands at `at`.
    pub(crate) fn valid_ber_end(&self, wire: &[u8], at: usize) -> Option<usize> {
        let (length, object) = (*wire.get(at)?, FastObject::of(self));
        let (start, end) = (at + 1, at + 1 + usize::from(length));
        let is_common = object.value != ObjectValue::Unknown && object.admits(length);
        (is_common && end <= wire.len() && self.test.passes(wire, start, end)).then_some(end)
    }

    /// Whether a prefix may announce that length.
    #[inline(always)]
    pub(crate) fn admits(&self, length: usize) -> bool {
        (usize::from(self.min)..=usize::from(self.max)).contains(&length)
    }

    /// Whether the element has a single valid encoding.
    pub(crate) const fn is_canonical(&self) -> bool {
        !matches!(self.test, Test::Unknown | Test::Block(CharClass::Hex | CharClass::EbcdicHex))
            && !matches!(self.prefix, FastPrefix::Ber)
    }

    /// Whether there is but one, where letters among hexadecimal digits of ASCII are capitals.
    pub(crate) const fn is_canonical_in_capitals(&self) -> bool {
        matches!(self.test, Test::Block(CharClass::Hex))
    }

    /// Whether the coding can be encoded.
    pub(crate) fn is_encoded(&self) -> bool {
        self.encode != FastCoding::Unknown
    }

    /// Whether it is for [`FastElement::encode_counted`].
    pub(crate) fn is_counted_hex(&self) -> bool {
        self.encode == FastCoding::CountedHex
    }

    /// The octets of the element that [`FastElement::encode`] makes of a value, if it does.
    #[inline(always)]
    pub(crate) fn measure(&self, value: &[u8]) -> Option<usize> {
        if self.is_counted_hex() {
            let digits = Some(2 * value.len()).filter(|digits| self.admits(*digits));
            return digits.map(|digits| usize::from(self.prefix_octets().unwrap_or(0)) + digits);
        }
        let is_valid = self.admits(value.len()) && self.encode.admits(value);
        is_valid.then(|| usize::from(self.prefix_octets().unwrap_or(0)) + self.octets(value.len()))
    }

    /// Encodes the logical octets of a value at `at`, after their prefix, if they certainly make a
    /// valid element; returns where it ends.
    //
    // What most elements are stands in the caller; the rest is called.
    #[inline(always)]
    pub(crate) fn encode(&self, out: &mut [u8], at: usize, value: &[u8]) -> Option<usize> {
        match self.short(value) {
            Some(chars) => put_short(chars, out, at, value),
            None => self.encode_longer(out, at, value),
        }
    }

    /// The class of an element that is short and always as long as this value.
    #[inline(always)]
    pub(crate) fn short(&self, value: &[u8]) -> Option<Chars> {
        match self.encode {
            FastCoding::Short(chars, length) if value.len() == usize::from(length) => Some(chars),
            _ => None,
        }
    }

    /// Encodes a value of any other element.
    #[inline(always)]
    pub(crate) fn encode_longer(&self, out: &mut [u8], at: usize, value: &[u8]) -> Option<usize> {
        match self.encode {
            _ if !self.admits(value.len()) => None,
            FastCoding::Text(chars, width) if usize::from(width) + value.len() >= 4 => {
                put_text(chars, width, out, at, value)
            }
            _ => self.encode_other(out, at, value),
        }
    }

    /// Encodes a value whose hexadecimal digits are counted.
    #[inline(never)]
    pub(crate) fn encode_counted(&self, out: &mut [u8], at: usize, value: &[u8]) -> Option<usize> {
        let digits = 2 * value.len();
        if !self.is_counted_hex() || !self.admits(digits) {
            return None;
        }
        let start = at + self.prefix.put(out.get_mut(at..)?, digits)?;
        put_hex(value, out.get_mut(start..start + digits)?)?;
        Some(start + digits)
    }

    #[inline(never)]
    fn encode_other(&self, out: &mut [u8], at: usize, value: &[u8]) -> Option<usize> {
        let start = at + self.prefix.put(out.get_mut(at..)?, value.len())?;
        let room = out.get_mut(start..)?.get_mut(..self.octets(value.len()))?;
        self.encode.put(value, room).then_some(start + room.len())
    }

    /// Encodes a value over the one of the element at `at`, if it takes the same room.
    #[inline(always)]
    pub(crate) fn encode_over(&self, out: &mut [u8], at: usize, value: &[u8]) -> Option<()> {
        let lies = self.find(out, at).filter(|lies| lies.length == value.len())?;
        self.encode.put(value, out.get_mut(lies.start..lies.end)?).then_some(())
    }

    /// The octets of a value of that length.
    #[inline(always)]
    fn octets(&self, length: usize) -> usize {
        (length * usize::from(self.halves)).div_ceil(2)
    }

    /// The octets of an element that is always as long.
    pub(crate) fn always(&self) -> Option<u16> {
        let is_fixed = self.prefix == FastPrefix::Fixed;
        is_fixed.then(|| (self.max * u16::from(self.halves)).div_ceil(2))
    }

    /// The octets of the prefix that announces the length.
    pub(crate) fn prefix_octets(&self) -> Option<u8> {
        self.prefix.octets()
    }

    /// How the length is announced, if digits do, and no length of the value is impossible.
    pub(crate) fn announced_length(&self) -> LengthReader {
        match self.odd {
            Odd::Wrong => LengthReader::UNKNOWN,
            _ => LengthReader::of(self.prefix, self.halves, self.min, self.max),
        }
    }

    /// What it means that the value is of an odd length, if it ever is.
    pub(crate) fn how_odd(&self) -> Odd {
        match self.odd {
            Odd::PadNibble(_) if self.prefix == FastPrefix::Fixed && self.max.is_multiple_of(2) => {
                Odd::Irrelevant
            }
            odd => odd,
        }
    }

    /// How the octets of the value are tested.
    pub(crate) fn test(&self) -> Test {
        self.test
    }

    /// Whether a value can be as long as announced.
    pub(crate) fn is_possible(&self, lies: ValueSpan) -> bool {
        self.odd != Odd::Wrong || lies.length.is_multiple_of(2)
    }

    /// Whether the length is of whole octets.
    #[inline(always)]
    fn is_whole(&self, length: usize) -> bool {
        self.odd == Odd::Irrelevant || length.is_multiple_of(2)
    }

    /// An odd number of packed digits: the octet with the pad nibble is looked at apart.
    #[inline]
    fn is_valid_odd(&self, wire: &[u8], start: usize, end: usize, pad_nibble: PadNibble) -> bool {
        let (place, rest) = match pad_nibble.side {
            Side::Left => (start, (start + 1, end)),
            Side::Right => (end - 1, (start, end - 1)),
        };
        let Some(octet) = wire.get(place) else { return false };
        let (half, digit) = match pad_nibble.side {
            Side::Left => (octet >> 4, octet & 0x0F),
            Side::Right => (octet & 0x0F, octet >> 4),
        };
        half == pad_nibble.nibble
            && (digit <= 9 || self.test == Test::Free)
            && self.test.passes(wire, rest.0, rest.1)
    }

    /// The announced number, if it is admitted, and where the value starts.
    #[inline(always)]
    fn length(&self, wire: &[u8], at: usize) -> Option<(usize, usize)> {
        if self.prefix == FastPrefix::Fixed {
            return Some((usize::from(self.max), at));
        }
        let (number, width) = self.prefix.number(wire.get(at..)?)?;
        self.admits(number).then_some((number, at + width))
    }
}

impl FastObject {
    pub(crate) const UNKNOWN: Self = Self { value: ObjectValue::Unknown, min: 0, span: 0 };

    /// Of an element, if its length is of BER and it has no parts.
    #[allow(clippy::as_conversions, reason = "guarded by the comparison; try_from is not const")]
    pub(crate) const fn of(fast: &FastElement) -> Self {
        let max = if fast.max < MANY { fast.max } else { MANY - 1 };
        let value = match fast.test {
            _ if fast.min > max || fast.is_composite => return Self::UNKNOWN,
            _ if !matches!(fast.prefix, FastPrefix::Ber) => return Self::UNKNOWN,
            Test::Free => ObjectValue::Free,
            Test::Block(CharClass::Packed) => ObjectValue::Packed,
            Test::Block(_) => ObjectValue::Class,
            Test::Unknown => ObjectValue::Unknown,
        };
        Self { value, min: fast.min as u8, span: (max - fast.min) as u8 }
    }

    /// Whether the octet after the tag announces a length that is admitted.
    #[inline(always)]
    pub(crate) fn admits(self, length: u8) -> bool {
        length.wrapping_sub(self.min) <= self.span
    }
}

/// The first length that BER announces in several octets.
const MANY: u16 = 0x80;

/// The fast form at a bit of a word.
#[inline(always)]
pub(crate) const fn bit(fast_elements: &[FastElement; 64], bit: u32) -> &FastElement {
    #[allow(clippy::indexing_slicing, clippy::as_conversions, reason = "below 64 by the mask")]
    &fast_elements[(bit & 63) as usize]
}

#[cfg(test)]
mod tests;
