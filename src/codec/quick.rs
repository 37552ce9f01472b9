//! Elements in the usual forms, packed into a few octets so that they can be read at once.
//!
//! A [`Quick`] is worked out from the coding, the class and the length form of an element when its
//! spec is made. It knows the forms that nearly all elements of nearly all links have; of any other
//! it knows that it does not know. It never says what is wrong: where it finds no sound element, the
//! ordinary reader looks again and decides. So it can be wrong in no way but one, calling something
//! sound that is not, and tests hold it against the ordinary reader on every form.

use super::block::{Class, Test};
use super::{Coding, Counts, Prefix, PrefixCoding, Side, Spare};
use crate::content::Content;
use crate::error::widen;

/// How to read an element of a usual form.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Quick {
    announced: Announced,
    /// Half octets a unit of length takes.
    halves: u8,
    /// What an odd length means.
    odd: Odd,
    test: Test,
    /// The class that the whole element is made of, prefix included.
    pub(crate) run: Option<Class>,
    /// Whether the value holds parts whose check the value's own does not include.
    pub(crate) is_composite: bool,
    /// Whether the wire octets are the characters of the value, and of the run.
    pub(crate) is_plain: bool,
    /// The octets of an element that is always as long and made of one class; otherwise 0.
    pub(crate) fixed: u16,
    min: u16,
    max: u16,
}

/// Where the length of the value comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Announced {
    /// Ask the ordinary reader.
    Unknown,
    /// It is always the maximum.
    Fixed,
    /// That many digits, the octet standing for zero.
    Digits {
        /// The octet of digit zero.
        zero: u8,
        /// One to four.
        width: u8,
    },
    /// That many octets of packed digits.
    Packed(u8),
    /// That many octets.
    Binary(u8),
    /// One octet below `80`, which counts octets.
    Ber,
}

/// What an odd length means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Odd {
    /// Nothing.
    Whatever,
    /// It cannot be.
    Wrong,
    /// There is a spare half byte.
    Spare(Spare),
}

/// Where a value lies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Lies {
    /// First octet of the value.
    pub(crate) start: usize,
    /// First octet behind it.
    pub(crate) end: usize,
    /// Its length as it was announced.
    length: usize,
}

impl Lies {
    #[inline(always)]
    pub(crate) fn is_odd(&self) -> bool {
        !self.length.is_multiple_of(2)
    }
}

/// How a value is written: coding, class, spare half byte.
pub(crate) type Coded = (Coding, Content, Spare);

impl Quick {
    /// Knows nothing.
    pub(crate) const UNKNOWN: Self = Self {
        announced: Announced::Unknown,
        halves: 0,
        odd: Odd::Wrong,
        test: Test::Unknown,
        run: None,
        is_composite: false,
        is_plain: false,
        fixed: 0,
        min: 0,
        max: 0,
    };

    /// An element that is always `units` long.
    pub(crate) const fn fixed(coded: Coded, units: u32) -> Self {
        Self::new(Announced::Fixed, Counts::Units, coded, (units, units))
    }

    /// An element whose length a prefix announces.
    pub(crate) const fn prefixed(coded: Coded, prefix: Prefix, limits: (u32, u32)) -> Self {
        let announced = match (prefix.coding, prefix.width) {
            _ if prefix.includes != 0 => Announced::Unknown,
            (PrefixCoding::Ascii, width @ 1..=4) => Announced::Digits { zero: b'0', width },
            (PrefixCoding::Ebcdic(_), width @ 1..=4) => Announced::Digits { zero: 0xF0, width },
            (PrefixCoding::Bcd, width @ 1..=4) => Announced::Packed(width.div_ceil(2)),
            (PrefixCoding::Binary, width @ 1..=2) => Announced::Binary(width),
            (PrefixCoding::Ber, _) if matches!(prefix.counts, Counts::Bytes) => Announced::Ber,
            _ => Announced::Unknown,
        };
        Self::new(announced, prefix.counts, coded, limits)
    }

    /// The same, of a value that holds parts which are checked apart.
    pub(crate) const fn composite(mut self) -> Self {
        (self.is_composite, self.is_plain, self.run, self.fixed) = (true, false, None, 0);
        self
    }

    #[allow(clippy::as_conversions, reason = "guarded by the comparison; try_from is not const")]
    const fn new(
        announced: Announced,
        counts: Counts,
        (coding, content, spare): Coded,
        (mut min, mut max): (u32, u32),
    ) -> Self {
        let test = Test::of(coding, content);
        let (halves, odd) = match (coding, counts) {
            (Coding::Ascii | Coding::Ebcdic(_) | Coding::Raw, Counts::Units | Counts::Bytes) => {
                (2, Odd::Whatever)
            }
            (Coding::Hex | Coding::EbcdicHex(_), Counts::Units) => (4, Odd::Whatever),
            (Coding::Hex | Coding::EbcdicHex(_), Counts::Bytes) => (2, Odd::Wrong),
            (Coding::Bcd, Counts::Units) => (1, Odd::Spare(spare)),
            // octets are counted, and all are of two digits: no fill marks one, no limit is odd
            (Coding::Bcd, Counts::Bytes) if spare.nibble <= 9 && max.is_multiple_of(2) => {
                (min, max) = (min.div_ceil(2), max / 2);
                (2, Odd::Whatever)
            }
            _ => return Self::UNKNOWN,
        };
        let factor = if matches!(odd, Odd::Wrong) { 2 } else { 1 };
        if max > 0x3FFF / factor || matches!(test, Test::Unknown) || matches!(announced, Announced::Unknown) {
            return Self::UNKNOWN;
        }
        let (min, max) = ((min * factor) as u16, (max * factor) as u16);
        let run = match test {
            Test::Block(class) if announced.fits(class) => Some(class),
            _ => None,
        };
        let is_whole = matches!(odd, Odd::Whatever) || max.is_multiple_of(2);
        let fixed = match (announced, run) {
            (Announced::Fixed, Some(_)) if is_whole => (max * halves as u16).div_ceil(2),
            _ => 0,
        };
        let is_plain = matches!(coding, Coding::Ascii) && run.is_some();
        Self { announced, halves, odd, test, run, is_composite: false, is_plain, fixed, min, max }
    }

    /// Where the value of the element at `at` lies, if its length is admitted. Whether it ends
    /// within the wire, and its content, are not looked at.
    #[inline(always)]
    pub(crate) fn find(&self, wire: &[u8], at: usize) -> Option<Lies> {
        let (length, start) = self.length(wire, at)?;
        let end = start + (length * usize::from(self.halves)).div_ceil(2);
        Some(Lies { start, end, length })
    }

    /// The class of the run of octets that the element at `at`, prefix included, can be checked
    /// with, and the first octet behind it.
    #[inline(always)]
    pub(crate) fn in_run(&self, wire: &[u8], at: usize) -> Option<(Class, usize)> {
        let class = self.run?;
        if self.fixed > 0 {
            return Some((class, at + usize::from(self.fixed)));
        }
        let lies = self.find(wire, at)?;
        self.is_whole(lies.length).then_some((class, lies.end))
    }

    /// Whether the content of the value is certainly sound.
    #[inline]
    pub(crate) fn is_sound(&self, wire: &[u8], lies: Lies) -> bool {
        let Lies { start, end, length } = lies;
        match self.odd {
            _ if end > wire.len() => false,
            Odd::Wrong if !length.is_multiple_of(2) => false,
            Odd::Spare(spare) if !length.is_multiple_of(2) => self.is_sound_odd(wire, start, end, spare),
            _ => self.test.passes(wire, start, end),
        }
    }

    /// Where the element at `at` ends, if it is certainly sound, apart from its parts.
    #[inline]
    pub(crate) fn sound_end(&self, wire: &[u8], at: usize) -> Option<usize> {
        self.find(wire, at).filter(|lies| self.is_sound(wire, *lies)).map(|lies| lies.end)
    }

    /// The same of an object without parts whose BER length stands at `at`.
    #[inline(always)]
    pub(crate) fn sound_ber_end(&self, wire: &[u8], at: usize) -> Option<usize> {
        let length @ 0..=0x7F = *wire.get(at)? else { return None };
        let (start, end) = (at + 1, at + 1 + usize::from(length));
        let is_usual = self.announced == Announced::Ber && !self.is_composite;
        if !is_usual || !self.admits(usize::from(length)) || end > wire.len() {
            return None;
        }
        let is_sound = match self.test {
            Test::Free => true,
            Test::Block(Class::Packed) => Class::is_packed(wire, start, end),
            test => test.passes(wire, start, end),
        };
        is_sound.then_some(end)
    }

    /// Whether a prefix may announce that length.
    #[inline(always)]
    pub(crate) fn admits(&self, length: usize) -> bool {
        (usize::from(self.min)..=usize::from(self.max)).contains(&length)
    }

    /// Whether there is but one way to write the element's value.
    pub(crate) fn is_canonical(&self) -> bool {
        !matches!(self.test, Test::Unknown | Test::Block(Class::Hex | Class::EbcdicHex))
    }

    /// Writes the prefix of a value of so many units; returns where the value starts. `None` where
    /// the ordinary writer has to.
    #[inline(always)]
    pub(crate) fn put_length(&self, out: &mut [u8], at: usize, units: usize) -> Option<usize> {
        let number = match self.odd {
            Odd::Wrong => 2 * units,
            _ => units,
        };
        match self.announced {
            Announced::Fixed => Some(at),
            Announced::Digits { zero, width } => {
                let (end, mut rest) = (at + usize::from(width), u32::from(u16::try_from(number).ok()?));
                for slot in out.get_mut(at..end)?.iter_mut().rev() {
                    let [.., digit] = (rest % 10).to_be_bytes();
                    *slot = zero + digit;
                    rest /= 10;
                }
                Some(end)
            }
            Announced::Binary(1) => {
                *out.get_mut(at)? = u8::try_from(number).ok()?;
                Some(at + 1)
            }
            Announced::Binary(_) => {
                *out.get_mut(at..)?.first_chunk_mut()? = u16::try_from(number).ok()?.to_be_bytes();
                Some(at + 2)
            }
            Announced::Packed(_) | Announced::Ber | Announced::Unknown => self.put_packed(out, at, number),
        }
    }

    fn put_packed(&self, out: &mut [u8], at: usize, number: usize) -> Option<usize> {
        let Announced::Packed(width) = self.announced else { return None };
        let (end, mut number) = (at + usize::from(width), number);
        for slot in out.get_mut(at..end)?.iter_mut().rev() {
            *slot = u8::try_from(number / 10 % 10 * 16 + number % 10).ok()?;
            number /= 100;
        }
        Some(end)
    }

    /// The octets of an element that is always as long.
    pub(crate) fn always(&self) -> Option<u16> {
        let is_fixed = self.announced == Announced::Fixed;
        is_fixed.then(|| (self.max * u16::from(self.halves)).div_ceil(2))
    }

    /// The octets of the prefix that announces the length.
    pub(crate) fn prefix_octets(&self) -> Option<u8> {
        match self.announced {
            Announced::Digits { width, .. } | Announced::Packed(width) | Announced::Binary(width) => {
                Some(width)
            }
            Announced::Ber => Some(1),
            Announced::Fixed | Announced::Unknown => None,
        }
    }

    /// How the length is announced, if digits do, and no length of the value is impossible.
    pub(crate) fn announced_length(&self) -> Length {
        let (form, zero, octets) = match self.announced {
            _ if self.odd == Odd::Wrong => return Length::UNKNOWN,
            Announced::Digits { zero, width } => (Digits::Single, zero, width),
            Announced::Packed(octets) => (Digits::Packed, 0, octets),
            _ => return Length::UNKNOWN,
        };
        let mask = u32::MAX >> (32 - 8 * u32::from(octets));
        let (min, span) = (self.min, self.max - self.min);
        Length { form, halves: self.halves, min, span, zeros: u32::from_be_bytes([zero; 4]), mask }
    }

    /// What it means that the value is of an odd length, if it ever is.
    pub(crate) fn how_odd(&self) -> Odd {
        match self.odd {
            Odd::Spare(_) if self.announced == Announced::Fixed && self.max.is_multiple_of(2) => {
                Odd::Whatever
            }
            odd => odd,
        }
    }

    /// How the octets of the value are tested.
    pub(crate) fn test(&self) -> Test {
        self.test
    }

    /// Whether a value can be as long as announced.
    pub(crate) fn is_possible(&self, lies: Lies) -> bool {
        self.odd != Odd::Wrong || lies.length.is_multiple_of(2)
    }

    /// Whether the length is of whole octets.
    #[inline(always)]
    fn is_whole(&self, length: usize) -> bool {
        self.odd == Odd::Whatever || length.is_multiple_of(2)
    }

    /// An odd number of packed digits: the octet with the spare half byte is looked at apart.
    #[inline]
    fn is_sound_odd(&self, wire: &[u8], start: usize, end: usize, spare: Spare) -> bool {
        let (place, rest) = match spare.side {
            Side::Left => (start, (start + 1, end)),
            Side::Right => (end - 1, (start, end - 1)),
        };
        let Some(octet) = wire.get(place) else { return false };
        let (half, digit) = match spare.side {
            Side::Left => (octet >> 4, octet & 0x0F),
            Side::Right => (octet & 0x0F, octet >> 4),
        };
        half == spare.nibble
            && (digit <= 9 || self.test == Test::Free)
            && self.test.passes(wire, rest.0, rest.1)
    }

    /// The announced number, if it is admitted, and where the value starts.
    #[inline(always)]
    fn length(&self, wire: &[u8], at: usize) -> Option<(usize, usize)> {
        let behind = wire.get(at..)?;
        let (number, width) = match self.announced {
            Announced::Fixed => return Some((usize::from(self.max), at)),
            // most elements of most links
            Announced::Digits { zero, width } => {
                (digits(*behind.first_chunk()?, zero, width)?, usize::from(width))
            }
            other => other.number(behind)?,
        };
        self.admits(number).then_some((number, at + width))
    }
}

/// A length announced by digits, ready to be read from the four octets that end with its prefix.
#[derive(Clone, Copy)]
pub(crate) struct Length {
    form: Digits,
    /// Half octets a unit takes.
    halves: u8,
    min: u16,
    /// How much more than `min` it may be.
    span: u16,
    /// Digits of zero.
    zeros: u32,
    /// What of the four octets is the prefix.
    mask: u32,
}

/// How digits stand in octets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Digits {
    /// One in each.
    Single,
    /// Two in each.
    Packed,
    /// The length is announced otherwise.
    None,
}

impl Length {
    /// Of an element whose length is announced otherwise.
    pub(crate) const UNKNOWN: Self =
        Self { form: Digits::None, halves: 0, min: 0, span: 0, zeros: 0, mask: 0 };

    /// The length, and the octets that the value takes; `None` if it is not admitted, or not known.
    #[inline(always)]
    pub(crate) fn read(&self, octets: [u8; 4]) -> Option<(u32, usize)> {
        let digits = (u32::from_be_bytes(octets) ^ self.zeros) & self.mask;
        let number = match self.form {
            Digits::Single => single(digits)?,
            Digits::Packed => packed_pairs(digits)?,
            Digits::None => return None,
        };
        let above_min = number.wrapping_sub(u32::from(self.min));
        let octets = (number * u32::from(self.halves) + 1) >> 1;
        (above_min <= u32::from(self.span)).then_some((number, widen(octets)))
    }
}

/// The number that four octets of a digit each write.
#[inline(always)]
fn single(digits: u32) -> Option<u32> {
    // each digit to ten of its neighbour, each pair to a hundred of its own
    let pairs = (digits.wrapping_mul(1 << 8 | 10) >> 8) & 0x00FF_00FF;
    are_digits(digits).then_some(pairs.wrapping_mul(1 << 16 | 100) >> 16)
}

/// The number that two octets of two digits each write.
#[inline(always)]
fn packed_pairs(digits: u32) -> Option<u32> {
    let (tens, ones) = (digits >> 4 & 0x0F0F_0F0F, digits & 0x0F0F_0F0F);
    let pairs = 10 * tens + ones;
    (are_digits(tens) & are_digits(ones)).then_some((pairs >> 8) * 100 + (pairs & 0xFF))
}

/// Whether four octets are at most nine.
#[inline(always)]
const fn are_digits(digits: u32) -> bool {
    (digits | digits.wrapping_add(0x0606_0606)) & 0xF0F0_F0F0 == 0
}

impl Announced {
    /// The announced number, and the octets of the prefix.
    #[inline(always)]
    fn number(self, behind: &[u8]) -> Option<(usize, usize)> {
        Some(match self {
            Self::Fixed | Self::Digits { .. } | Self::Unknown => return None,
            Self::Packed(1) => (packed(*behind.first()?)?, 1),
            Self::Packed(_) => {
                let [high, low] = *behind.first_chunk::<2>()?;
                (packed(high)? * 100 + packed(low)?, 2)
            }
            Self::Binary(1) => (usize::from(*behind.first()?), 1),
            Self::Binary(_) => (usize::from(u16::from_be_bytes(*behind.first_chunk()?)), 2),
            Self::Ber => match behind.first()? {
                short @ 0..=0x7F => (usize::from(*short), 1),
                _ => return None,
            },
        })
    }

    /// Whether the octets of the prefix are all of that class.
    const fn fits(self, class: Class) -> bool {
        use Class::{Digits, DigitsSpecials, Hex, LettersDigits, Packed, Printable, Track};
        match self {
            Self::Fixed => true,
            Self::Digits { zero: b'0', .. } => {
                matches!(class, Digits | LettersDigits | DigitsSpecials | Printable | Track | Hex | Packed)
            }
            Self::Digits { .. } => class.has_ebcdic_digits(),
            Self::Packed(_) => matches!(class, Packed),
            Self::Unknown | Self::Binary(_) | Self::Ber => false,
        }
    }
}

/// The short form at a bit of a word.
#[inline(always)]
pub(crate) const fn bit(quicks: &[Quick; 64], bit: u32) -> &Quick {
    #[allow(clippy::indexing_slicing, clippy::as_conversions, reason = "below 64 by the mask")]
    &quicks[(bit & 63) as usize]
}

/// The number that the first `width` of four octets write, if they are digits: all at once.
#[inline(always)]
fn digits(octets: [u8; 4], zero: u8, width: u8) -> Option<usize> {
    let digits = u32::from_be_bytes(octets) ^ u32::from_be_bytes([zero; 4]);
    single(digits.wrapping_shr(8 * (4 - u32::from(width)))).map(widen)
}

/// The number that two packed digits write, if they are digits.
#[inline(always)]
fn packed(octet: u8) -> Option<usize> {
    let (high, low) = (usize::from(octet >> 4), usize::from(octet & 0x0F));
    (high <= 9 && low <= 9).then_some(high * 10 + low)
}
