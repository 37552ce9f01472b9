//! Content checks in blocks of sixteen octets that end where the value ends.
//!
//! A letter to the next editor. Octets before a value nearly always exist: the head of a message is
//! at least ten octets. (Where they do not, the value is copied to a place that has some.) So a short value is
//! the end of the sixteen octets that end with it, and what belongs to its neighbour is masked off;
//! a longer one ends with whole blocks, which may overlap the ones before: no tail loop. A class is
//! a few ranges, each a difference that wraps and one that stops at zero; an octet [`beyond`] all of
//! them is wrong, and no branch asks which. What is wrong is gathered and looked at once, at the end.
//! It is plain code on octets, of which the compiler makes wide instructions on any target.
//!
//! A block says yes or nothing: without a `true`, [`check`](crate::codec::check) decides, which knows
//! every coding and which octet is the first invalid one.

use core::ops::RangeInclusive;

use crate::codec::{CodePage, Coding, PadNibble};
use crate::model::content::Content;
use crate::model::error::widen;

/// How a value is written: coding, class, pad nibble.
pub(super) type Coded = (Coding, Content, PadNibble);

/// How the wire octets of a value are tested.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Test {
    /// Every octet is admitted.
    Free,
    /// All of a class.
    Block(CharClass),
    /// Not here.
    Unknown,
}

/// The classes of wire octets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum CharClass {
    Digits,
    Letters,
    LettersDigits,
    Specials,
    DigitsSpecials,
    Printable,
    Track,
    Hex,
    Packed,
    EbcdicDigits,
    EbcdicLetters,
    EbcdicLettersDigits,
    EbcdicTrack,
    EbcdicHex,
    // of a code page on which the class has no order: octet by octet, in a table
    Cp037Specials,
    Cp037DigitsSpecials,
    Cp037Printable,
    Cp500Specials,
    Cp500DigitsSpecials,
    Cp500Printable,
    Cp1047Specials,
    Cp1047DigitsSpecials,
    Cp1047Printable,
}

impl Test {
    /// The test of whole octets that `coding` writes for values of `content`.
    pub(crate) const fn of(coding: Coding, content: Content) -> Self {
        Self::Block(match (coding, content) {
            (Coding::Raw, _) | (Coding::Bcd, Content::Z | Content::H) => return Self::Free,
            (Coding::Ascii | Coding::Ebcdic(_), Content::B | Content::Any) => return Self::Free,
            (_, Content::Xn | Content::Yn | Content::Ne) | (Coding::Zoned(_), _) => return Self::Unknown,
            (Coding::Bcd, _) => CharClass::Packed,
            (Coding::Hex, _) | (Coding::Ascii, Content::H) => CharClass::Hex,
            (Coding::EbcdicHex(_), _) | (Coding::Ebcdic(_), Content::H) => CharClass::EbcdicHex,
            (Coding::Ascii, Content::N) => CharClass::Digits,
            (Coding::Ascii, Content::A) => CharClass::Letters,
            (Coding::Ascii, Content::An | Content::Anp) => CharClass::LettersDigits,
            (Coding::Ascii, Content::S) => CharClass::Specials,
            (Coding::Ascii, Content::Ns) => CharClass::DigitsSpecials,
            (Coding::Ascii, Content::Ans) => CharClass::Printable,
            (Coding::Ascii, Content::Z) => CharClass::Track,
            (Coding::Ebcdic(_), Content::N) => CharClass::EbcdicDigits,
            (Coding::Ebcdic(_), Content::A) => CharClass::EbcdicLetters,
            (Coding::Ebcdic(_), Content::An | Content::Anp) => CharClass::EbcdicLettersDigits,
            (Coding::Ebcdic(_), Content::Z) => CharClass::EbcdicTrack,
            (Coding::Ebcdic(page), Content::S | Content::Ns | Content::Ans) => {
                CharClass::listed(page, content)
            }
        })
    }

    /// Whether all octets from `start` to `end` pass.
    #[inline]
    pub(crate) fn passes(self, wire: &[u8], start: usize, end: usize) -> bool {
        match self {
            Self::Free => true,
            Self::Block(class) => class.admits(wire, start, end),
            Self::Unknown => false,
        }
    }
}

/// Octets of a block.
pub(super) const BLOCK: usize = 16;

pub(super) type Block = [u8; BLOCK];

impl CharClass {
    /// Whether all octets from `start` to `end` belong to the class.
    #[inline(never)]
    pub(crate) fn admits(self, wire: &[u8], start: usize, end: usize) -> bool {
        let Some(before) = wire.get(..end) else { return false };
        let Some(last) = before.last_chunk() else { return self.admits_early(before, start) };
        let Some(value) = before.get(start..) else { return false };
        self.run(All { value, last })
    }

    /// The first octet of a value that does not belong to the class.
    #[cold]
    #[inline(never)]
    pub(crate) fn first_misfit(self, value: &[u8]) -> Option<usize> {
        self.run(First { value })
    }

    /// Has a test of the class done.
    #[inline(always)]
    fn run<C: Check>(self, check: C) -> C::Verdict {
        match self {
            Self::Digits => check.of(digit),
            Self::Letters => check.of(|octet| letter(octet).min(octet ^ b' ')),
            Self::LettersDigits => check.of(|octet| letter(octet).min(digit(octet)).min(octet ^ b' ')),
            Self::Specials => check
                .of(|octet| special(octet).min(beyond(octet, b' '..=b'/')).min(beyond(octet, b':'..=b'@'))),
            Self::DigitsSpecials => check.of(|octet| special(octet).min(beyond(octet, b' '..=b'@'))),
            Self::Printable => check.of(|octet| beyond(octet, b' '..=b'~')),
            Self::Track => check.of(|octet| beyond(octet, b'0'..=b'?').min(octet ^ b'D')),
            Self::Hex => check.of(|octet| digit(octet).min(beyond(octet | 0x20, b'a'..=b'f'))),
            Self::Packed => check.of(packed),
            Self::EbcdicDigits => check.of(ebcdic_digit),
            Self::EbcdicLetters => check.of(|octet| ebcdic_letter(octet).min(octet ^ 0x40)),
            Self::EbcdicLettersDigits => {
                check.of(|octet| ebcdic_letter(octet).min(ebcdic_digit(octet)).min(octet ^ 0x40))
            }
            Self::EbcdicTrack => check.of(|octet| ebcdic_digit(octet).min(ebcdic_track(octet))),
            Self::EbcdicHex => check.of(|octet| ebcdic_digit(octet).min(beyond(octet | 0x40, 0xC1..=0xC6))),
            Self::Cp037Specials => check.of_listed(&CP037, SPECIALS),
            Self::Cp037DigitsSpecials => check.of_listed(&CP037, DIGITS_SPECIALS),
            Self::Cp037Printable => check.of_listed(&CP037, PRINTABLE),
            Self::Cp500Specials => check.of_listed(&CP500, SPECIALS),
            Self::Cp500DigitsSpecials => check.of_listed(&CP500, DIGITS_SPECIALS),
            Self::Cp500Printable => check.of_listed(&CP500, PRINTABLE),
            Self::Cp1047Specials => check.of_listed(&CP1047, SPECIALS),
            Self::Cp1047DigitsSpecials => check.of_listed(&CP1047, DIGITS_SPECIALS),
            Self::Cp1047Printable => check.of_listed(&CP1047, PRINTABLE),
        }
    }

    /// The same where fewer octets than a block stand before the end.
    #[cold]
    #[inline(never)]
    fn admits_early(self, before: &[u8], start: usize) -> bool {
        let mut block = [0; 2 * BLOCK];
        let (from, value) = (BLOCK, before.get(start..).unwrap_or_default());
        block.iter_mut().skip(from).zip(value).for_each(|(slot, octet)| *slot = *octet);
        self.admits(&block, from, from + value.len())
    }
}

/// A check of octets by what makes one of them invalid: then it is not zero.
trait Check: Sized {
    type Verdict;
    fn of(self, wrong: impl Fn(u8) -> u8) -> Self::Verdict;

    /// The same, where a table knows which octets a class refuses.
    #[inline(never)]
    fn of_listed(self, refused: &Refused, class: u8) -> Self::Verdict {
        self.of(|octet| at(refused, octet) & class)
    }
}

/// Whether no octet of a value is wrong; the last of them, or what stands before it, are a block.
struct All<'a> {
    value: &'a [u8],
    last: &'a Block,
}

impl Check for All<'_> {
    type Verdict = bool;

    /// All are looked at before it is known: that is what makes the loops wide.
    #[inline(always)]
    fn of(self, wrong: impl Fn(u8) -> u8) -> bool {
        let Self { value, last } = self;
        if let Some(mask) = mask(value.len()) {
            let mut wrongs = *last;
            for (octet, mask) in wrongs.iter_mut().zip(mask) {
                *octet = wrong(*octet) & mask;
            }
            return is_zero(wrongs);
        }
        let (pairs, _) = value.as_chunks::<{ 2 * BLOCK }>();
        match (value.first_chunk::<BLOCK>(), value.last_chunk::<{ 2 * BLOCK }>()) {
            (_, Some(pair)) => any(pairs.as_flattened(), &wrong) == 0 && any(pair, &wrong) == 0,
            (Some(first), None) => any(first, &wrong) == 0 && any(last, &wrong) == 0,
            _ => false,
        }
    }

    #[inline(always)]
    fn of_listed(self, refused: &Refused, class: u8) -> bool {
        all_listed(refused, class, self.value, self.last)
    }
}

/// Zero, if no octet is wrong.
#[inline(always)]
fn any(octets: &[u8], wrong: impl Fn(u8) -> u8) -> u8 {
    let mut any = 0;
    for octet in octets {
        any |= wrong(*octet);
    }
    any
}

/// Whether the table refuses no octet of a value.
#[inline(never)]
fn all_listed(refused: &Refused, class: u8, value: &[u8], last: &Block) -> bool {
    // most text is of characters that every page has at one place
    (class == PRINTABLE && All { value, last }.of(ebcdic_text))
        || value.iter().fold(0, |any, octet| any | at(refused, *octet)) & class == 0
}

/// Which octet of a value is the first wrong one.
struct First<'a> {
    value: &'a [u8],
}

impl Check for First<'_> {
    type Verdict = Option<usize>;

    #[inline(always)]
    fn of(self, wrong: impl Fn(u8) -> u8) -> Option<usize> {
        let value = self.value;
        let Some(last) = value.last_chunk::<BLOCK>() else {
            return value.iter().position(|octet| wrong(*octet) != 0);
        };
        // the last block begins with octets that are known to be valid
        let mut blocks = value.as_chunks().0.iter().zip((0..).step_by(BLOCK));
        let (block, start) =
            blocks.find(|(block, _)| !is_zero(block.map(&wrong))).unwrap_or((last, value.len() - BLOCK));
        let wrongs = u128::from_le_bytes(block.map(&wrong));
        let place = wrongs.trailing_zeros() / u8::BITS;
        (wrongs != 0).then(|| start + widen(place))
    }
}

#[inline(always)]
pub(super) fn is_zero(block: Block) -> bool {
    block.iter().fold(0, |all, octet| all | octet) == 0
}

/// Zero for the octets of a range.
#[inline(always)]
fn beyond(octet: u8, range: RangeInclusive<u8>) -> u8 {
    octet.wrapping_sub(*range.start()).saturating_sub(range.end() - range.start())
}

#[inline(always)]
fn digit(octet: u8) -> u8 {
    beyond(octet, b'0'..=b'9')
}

#[inline(always)]
fn letter(octet: u8) -> u8 {
    beyond(octet | 0x20, b'a'..=b'z')
}

/// What is neither letter nor digit, and above the letters.
#[inline(always)]
fn special(octet: u8) -> u8 {
    beyond(octet, b'['..=b'`').min(beyond(octet, b'{'..=b'~'))
}

#[inline(always)]
fn packed(octet: u8) -> u8 {
    beyond(octet, 0..=0x9F) | beyond(octet & 0x0F, 0..=9)
}

#[inline(always)]
fn ebcdic_digit(octet: u8) -> u8 {
    beyond(octet, 0xF0..=0xF9)
}

/// `C1` to `C9`, `D1` to `D9`, `E2` to `E9`, and the same 40 lower.
#[inline(always)]
fn ebcdic_letter(octet: u8) -> u8 {
    beyond(octet | 0x50, 0xD1..=0xD9).min(beyond(octet | 0x40, 0xE2..=0xE9))
}

/// Letters, digits, `.<(+` and what stands below them on the page, blank and `&`, `-` and `/`:
/// printable on every page.
#[inline(always)]
fn ebcdic_text(octet: u8) -> u8 {
    let special = beyond(octet | 0x30, 0x7B..=0x7E).min((octet | 0x10) ^ 0x50).min((octet | 0x01) ^ 0x61);
    ebcdic_letter(octet).min(ebcdic_digit(octet)).min(special)
}

/// `:`, `;` and `=`, `>` and `?`, `<`, `D`.
#[inline(always)]
fn ebcdic_track(octet: u8) -> u8 {
    (octet ^ 0x7A).min((octet | 0x20) ^ 0x7E).min((octet | 0x01) ^ 0x6F).min(octet ^ 0x4C).min(octet ^ 0xC4)
}

/// A mask of the last `len` octets of a block, if it has as many.
#[inline(always)]
pub(super) fn mask(len: usize) -> Option<&'static Block> {
    MASKS.get(len..)?.first_chunk()
}

static MASKS: [u8; 2 * BLOCK] = {
    let mut masks = [0xFF; 2 * BLOCK];
    let (before, _) = masks.split_at_mut(BLOCK);
    before.copy_from_slice(&[0; BLOCK]);
    masks
};

impl CharClass {
    const fn listed(page: CodePage, content: Content) -> Self {
        match (page, content) {
            (CodePage::Cp037, Content::S) => Self::Cp037Specials,
            (CodePage::Cp037, Content::Ns) => Self::Cp037DigitsSpecials,
            (CodePage::Cp037, _) => Self::Cp037Printable,
            (CodePage::Cp500, Content::S) => Self::Cp500Specials,
            (CodePage::Cp500, Content::Ns) => Self::Cp500DigitsSpecials,
            (CodePage::Cp500, _) => Self::Cp500Printable,
            // both have the same printable characters
            (CodePage::Cp1047 | CodePage::Cp1047Lf, Content::S) => Self::Cp1047Specials,
            (CodePage::Cp1047 | CodePage::Cp1047Lf, Content::Ns) => Self::Cp1047DigitsSpecials,
            (CodePage::Cp1047 | CodePage::Cp1047Lf, _) => Self::Cp1047Printable,
        }
    }

    /// Whether digits of an EBCDIC prefix are of the class.
    pub(super) const fn has_ebcdic_digits(self) -> bool {
        matches!(
            self,
            Self::EbcdicDigits
                | Self::EbcdicLettersDigits
                | Self::EbcdicTrack
                | Self::EbcdicHex
                | Self::Cp037DigitsSpecials
                | Self::Cp037Printable
                | Self::Cp500DigitsSpecials
                | Self::Cp500Printable
                | Self::Cp1047DigitsSpecials
                | Self::Cp1047Printable
        )
    }
}

/// For each octet of a code page, the bits of the classes that refuse its character.
type Refused = [u8; 256];

static CP037: Refused = refused(CodePage::Cp037);
static CP500: Refused = refused(CodePage::Cp500);
static CP1047: Refused = refused(CodePage::Cp1047);

const SPECIALS: u8 = 1;
const DIGITS_SPECIALS: u8 = 2;
const PRINTABLE: u8 = 4;
const LISTED: [(u8, Content); 3] =
    [(SPECIALS, Content::S), (DIGITS_SPECIALS, Content::Ns), (PRINTABLE, Content::Ans)];

#[allow(clippy::indexing_slicing, clippy::as_conversions, reason = "const evaluation only")]
const fn refused(page: CodePage) -> Refused {
    let mut table = [0; 256];
    let mut octet = 0;
    while octet < 256 {
        let mut class = 0;
        while class < LISTED.len() {
            let (bit, content) = LISTED[class];
            if !content.admits(1, page.get(octet as u8)) {
                table[octet] |= bit;
            }
            class += 1;
        }
        octet += 1;
    }
    table
}

#[allow(clippy::indexing_slicing, clippy::as_conversions, reason = "a u8 indexes all of 256")]
#[inline]
const fn at(table: &Refused, octet: u8) -> u8 {
    table[octet as usize]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::window::hex_value;
    use std::vec::Vec;

    const CODINGS: [Coding; 8] = [
        Coding::Ascii,
        Coding::Ebcdic(CodePage::Cp037),
        Coding::Ebcdic(CodePage::Cp500),
        Coding::Ebcdic(CodePage::Cp1047),
        Coding::Ebcdic(CodePage::Cp1047Lf),
        Coding::Bcd,
        Coding::Hex,
        Coding::EbcdicHex(CodePage::Cp500),
    ];

    /// What the test of one octet has to say, from the class and the coding alone.
    fn is_admitted(coding: Coding, content: Content, octet: u8) -> bool {
        match coding {
            Coding::Ascii => content.admits(1, octet),
            Coding::Ebcdic(page) => content.admits(1, page.get(octet)),
            Coding::Hex => hex_value(octet).is_some(),
            Coding::EbcdicHex(page) => hex_value(page.get(octet)).is_some(),
            Coding::Bcd => [octet >> 4, octet & 15]
                .into_iter()
                .all(|half| content == Content::H || content.admits(1, b'0' + half)),
            Coding::Raw | Coding::Zoned(_) => true,
        }
    }

    #[test]
    fn every_octet_at_every_place_of_every_length() {
        let pairs = CODINGS.iter().flat_map(|coding| Content::ALL.map(|content| (*coding, content)));
        for (coding, content) in pairs.filter(|(coding, content)| coding.carries(*content)) {
            let test = Test::of(coding, content);
            if test == Test::Unknown {
                continue;
            }
            let good = (0..=255).find(|octet| is_admitted(coding, content, *octet)).unwrap();
            for (octet, len) in
                (0..=255).flat_map(|octet| [1, 2, 15, 16, 17, 31, 32, 50].map(|len| (octet, len)))
            {
                for place in [0, len / 2, len - 1] {
                    // neighbours that no class admits must not matter
                    let mut wire = Vec::from([7; 80]);
                    wire[20..20 + len].fill(good);
                    wire[20 + place] = octet;
                    let passes = test.passes(&wire, 20, 20 + len);
                    if let Test::Block(class) = test {
                        let misfit = (!passes).then_some(place);
                        assert_eq!(class.first_misfit(&wire[20..20 + len]), misfit, "{class:?} {octet:02X}");
                    }
                    assert_eq!(
                        passes,
                        is_admitted(coding, content, octet),
                        "{coding:?} {content:?} {octet:02X}"
                    );
                }
            }
        }
    }

    #[test]
    fn an_empty_value_passes_and_one_beyond_the_end_does_not() {
        let wire = [b'0'; 40];
        assert!(Test::Block(CharClass::Digits).passes(&wire, 30, 30));
        assert!(!Test::Block(CharClass::Digits).passes(&wire, 30, 41));
        assert!(Test::Block(CharClass::Digits).passes(&wire, 2, 15), "no block before the end");
        assert!(!Test::Block(CharClass::Letters).passes(&wire, 14, 15));
    }
}
