//! Which octets belong to a class: one looked at, or eight at once.
//!
//! A class is a few ranges; an octet beyond all of them is wrong. No branch asks which, so loops over
//! such tests become wide instructions.

use core::ops::RangeInclusive;

/// One octet, or eight at once; and of each whether it is wrong: then it is not zero, or of eight the
/// top bit of each wrong one is set.
pub(super) trait Lane: Copy {
    /// Wrong, if it is not in the range.
    fn beyond(self, range: RangeInclusive<u8>) -> Self;
    /// The same where nothing else is right: of eight, a wrong one may make the next one wrong, too.
    fn outside(self, range: RangeInclusive<u8>) -> Self;
    /// Wrong, if it is another octet.
    fn other(self, than: u8) -> Self;
    /// With further bits.
    fn with(self, bits: u8) -> Self;
    /// Wrong, if both are.
    fn both(self, other: Self) -> Self;
}

impl Lane for u8 {
    #[inline(always)]
    fn beyond(self, range: RangeInclusive<u8>) -> Self {
        self.wrapping_sub(*range.start()).saturating_sub(range.end() - range.start())
    }

    #[inline(always)]
    fn outside(self, range: RangeInclusive<u8>) -> Self {
        self.beyond(range)
    }

    #[inline(always)]
    fn other(self, than: u8) -> Self {
        self ^ than
    }

    #[inline(always)]
    fn with(self, bits: u8) -> Self {
        self | bits
    }

    #[inline(always)]
    fn both(self, other: Self) -> Self {
        self.min(other)
    }
}

/// Of characters of ASCII: any octet above is wrong.
impl Lane for u64 {
    #[inline(always)]
    fn beyond(self, range: RangeInclusive<u8>) -> Self {
        let low = self & !TOPS;
        let (from_start, behind_end) = (low + eight(0x80 - range.start()), low + eight(0x7F - range.end()));
        self | !from_start | behind_end
    }

    #[inline(always)]
    fn outside(self, range: RangeInclusive<u8>) -> Self {
        self | self.wrapping_sub(eight(*range.start())) | self.wrapping_add(eight(0x7F - range.end()))
    }

    #[inline(always)]
    fn other(self, than: u8) -> Self {
        let differing = self ^ eight(than);
        differing | ((differing & !TOPS) + !TOPS)
    }

    #[inline(always)]
    fn with(self, bits: u8) -> Self {
        self | eight(bits)
    }

    #[inline(always)]
    fn both(self, other: Self) -> Self {
        self & other
    }
}

/// The top bits of eight octets.
pub(super) const TOPS: u64 = eight(0x80);

/// Eight times the octet.
#[allow(clippy::as_conversions, reason = "lossless; from is not const")]
pub(super) const fn eight(octet: u8) -> u64 {
    octet as u64 * 0x0101_0101_0101_0101
}

#[inline(always)]
pub(super) fn digit<L: Lane>(octet: L) -> L {
    octet.beyond(b'0'..=b'9')
}

#[inline(always)]
pub(super) fn all_digits<L: Lane>(octet: L) -> L {
    octet.outside(b'0'..=b'9')
}

#[inline(always)]
pub(super) fn letter<L: Lane>(octet: L) -> L {
    octet.with(0x20).beyond(b'a'..=b'z')
}

#[inline(always)]
pub(super) fn letter_or_blank<L: Lane>(octet: L) -> L {
    letter(octet).both(octet.other(b' '))
}

#[inline(always)]
pub(super) fn letter_digit_or_blank<L: Lane>(octet: L) -> L {
    letter_or_blank(octet).both(digit(octet))
}

/// What is neither letter nor digit, and above the letters.
#[inline(always)]
pub(super) fn high_special<L: Lane>(octet: L) -> L {
    octet.beyond(b'['..=b'`').both(octet.beyond(b'{'..=b'~'))
}

#[inline(always)]
pub(super) fn special<L: Lane>(octet: L) -> L {
    high_special(octet).both(octet.beyond(b' '..=b'/')).both(octet.beyond(b':'..=b'@'))
}

#[inline(always)]
pub(super) fn digit_or_special<L: Lane>(octet: L) -> L {
    high_special(octet).both(octet.beyond(b' '..=b'@'))
}

#[inline(always)]
pub(super) fn printable<L: Lane>(octet: L) -> L {
    octet.outside(b' '..=b'~')
}

#[inline(always)]
pub(super) fn track<L: Lane>(octet: L) -> L {
    octet.beyond(b'0'..=b'?').both(octet.other(b'D'))
}

#[inline(always)]
pub(super) fn hex<L: Lane>(octet: L) -> L {
    digit(octet).both(octet.with(0x20).beyond(b'a'..=b'f'))
}

#[inline(always)]
pub(super) fn beyond(octet: u8, range: RangeInclusive<u8>) -> u8 {
    octet.beyond(range)
}

#[inline(always)]
pub(super) fn ebcdic_digit(octet: u8) -> u8 {
    beyond(octet, 0xF0..=0xF9)
}

/// `C1` to `C9`, `D1` to `D9`, `E2` to `E9`, and the same 40 lower.
#[inline(always)]
pub(super) fn ebcdic_letter(octet: u8) -> u8 {
    beyond(octet | 0x50, 0xD1..=0xD9).min(beyond(octet | 0x40, 0xE2..=0xE9))
}

/// Letters, digits, `.<(+` and what stands below them on the page, blank and `&`, `-` and `/`:
/// printable on every page.
#[inline(always)]
pub(super) fn ebcdic_text(octet: u8) -> u8 {
    let special = beyond(octet | 0x30, 0x7B..=0x7E).min((octet | 0x10) ^ 0x50).min((octet | 0x01) ^ 0x61);
    ebcdic_letter(octet).min(ebcdic_digit(octet)).min(special)
}

/// `:`, `;` and `=`, `>` and `?`, `<`, `D`.
#[inline(always)]
pub(super) fn ebcdic_track(octet: u8) -> u8 {
    (octet ^ 0x7A).min((octet | 0x20) ^ 0x7E).min((octet | 0x01) ^ 0x6F).min(octet ^ 0x4C).min(octet ^ 0xC4)
}
