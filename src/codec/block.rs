//! Content checks in blocks of sixteen octets that end where the value ends.
//!
//! A letter to the next editor. Octets before a value nearly always exist: the head of a message is
//! at least ten octets. (Where they do not, the value is copied behind some.) So the last block of a value, or the only one, is the sixteen octets that
//! end with it, and what belongs to its neighbour is masked off: no tail loop, no test for short
//! values. One formula serves every class, so there is no branch per class either: two ranges and
//! one further octet, and a limit on the low half of packed digits. Differences that wrap and
//! differences that stop at zero turn "outside the range" into "not zero", octet by octet, which
//! the compiler makes wide instructions of on any target; what is not zero is looked at once.
//!
//! A block says yes or nothing: without a `true`, [`check`](super::check) decides, which knows
//! every coding and whom to blame.

use super::{CodePage, Coding};
use crate::content::Content;

/// How the wire octets of a value are tested; `Unknown` where neither blocks nor a table can tell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Test {
    /// Every octet is admitted.
    Free,
    /// In blocks.
    Block(Class),
    /// Octet by octet: in the table of a code page, the bit of a content class must not be set.
    Lookup(Page, u8),
    /// Not here.
    Unknown,
}

/// The classes that blocks can tell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Class {
    Digits,
    Letters,
    LettersDigits,
    Printable,
    Track,
    Hex,
    Packed,
    EbcdicDigits,
    EbcdicHex,
}

/// The tables of octets a class refuses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Page {
    Ascii,
    Cp037,
    Cp500,
    Cp1047,
}

impl Test {
    /// The test of whole octets that `coding` writes for values of `content`.
    pub(crate) const fn of(coding: Coding, content: Content) -> Self {
        match (coding, content) {
            (Coding::Raw, _) | (Coding::Bcd, Content::Z | Content::H) => Self::Free,
            (Coding::Ascii | Coding::Ebcdic(_), Content::B | Content::Any) => Self::Free,
            (_, Content::Xn | Content::Yn) => Self::Unknown,
            (Coding::Bcd, _) => Self::Block(Class::Packed),
            (Coding::Hex, _) | (Coding::Ascii, Content::H) => Self::Block(Class::Hex),
            (Coding::EbcdicHex(_), _) | (Coding::Ebcdic(_), Content::H) => Self::Block(Class::EbcdicHex),
            (Coding::Ascii, Content::N) => Self::Block(Class::Digits),
            (Coding::Ascii, Content::A) => Self::Block(Class::Letters),
            (Coding::Ascii, Content::An | Content::Anp) => Self::Block(Class::LettersDigits),
            (Coding::Ascii, Content::Ans) => Self::Block(Class::Printable),
            (Coding::Ascii, Content::Z) => Self::Block(Class::Track),
            (Coding::Ascii, _) => Self::Lookup(Page::Ascii, bit(content)),
            (Coding::Ebcdic(_), Content::N) => Self::Block(Class::EbcdicDigits),
            (Coding::Ebcdic(page), _) => Self::Lookup(Page::of(page), bit(content)),
            (Coding::Zoned(_), _) => Self::Unknown,
        }
    }

    /// Whether all octets from `start` to `end` pass.
    #[inline]
    pub(crate) fn passes(self, wire: &[u8], start: usize, end: usize) -> bool {
        match self {
            Self::Free => true,
            Self::Block(class) => class.admits(wire, start, end),
            Self::Lookup(page, bit) => page.admits(bit, wire.get(start..end)),
            Self::Unknown => false,
        }
    }
}

/// Octets of a block.
const BLOCK: usize = 16;

type Block = [u8; BLOCK];

/// What a class admits, so that one formula serves all: octets from `first[0]` on, at most
/// `first[1]` further; octets that, with `fold` set, are from `second[0]` on, at most `second[1]`
/// further; and `extra`. The bits under `low` must make at most 9.
#[repr(align(16))]
struct Admits {
    first: [Block; 2],
    fold: Block,
    second: [Block; 2],
    extra: Block,
    low: Block,
    /// Whether the first range says it all.
    is_range: bool,
}

impl Admits {
    const fn range(first: [u8; 2]) -> Self {
        Self { is_range: true, ..Self::new(first, 0, first, first[0]) }
    }

    const fn new(first: [u8; 2], fold: u8, second: [u8; 2], extra: u8) -> Self {
        let ([first, first_end], [second, second_end]) = (first, second);
        Self {
            first: [[first; BLOCK], [first_end - first; BLOCK]],
            fold: [fold; BLOCK],
            second: [[second; BLOCK], [second_end - second; BLOCK]],
            extra: [extra; BLOCK],
            low: [0; BLOCK],
            is_range: false,
        }
    }
}

static DIGITS: Admits = Admits::range([b'0', b'9']);
static LETTERS: Admits = Admits::new([b'A', b'Z'], 0x20, [b'a', b'z'], b' ');
static LETTERS_DIGITS: Admits = Admits::new([b'0', b'9'], 0x20, [b'a', b'z'], b' ');
static PRINTABLE: Admits = Admits::range([0x20, 0x7E]);
static TRACK: Admits = Admits::new([0x30, 0x3F], 0, [0x30, 0x3F], b'D');
static HEX: Admits = Admits::new([b'0', b'9'], 0x20, [b'a', b'f'], b'0');
static PACKED: Admits = Admits { low: [0x0F; BLOCK], ..Admits::new([0x00, 0x9F], 0, [0x00, 0x9F], 0) };
static EBCDIC_DIGITS: Admits = Admits::range([0xF0, 0xF9]);
static EBCDIC_HEX: Admits = Admits::new([0xF0, 0xF9], 0x40, [0xC1, 0xC6], 0xF0);

impl Class {
    #[inline]
    const fn row(self) -> &'static Admits {
        match self {
            Self::Digits => &DIGITS,
            Self::Letters => &LETTERS,
            Self::LettersDigits => &LETTERS_DIGITS,
            Self::Printable => &PRINTABLE,
            Self::Track => &TRACK,
            Self::Hex => &HEX,
            Self::Packed => &PACKED,
            Self::EbcdicDigits => &EBCDIC_DIGITS,
            Self::EbcdicHex => &EBCDIC_HEX,
        }
    }

    /// Whether all octets from `start` to `end` belong to the class.
    //
    // Not inlined: alone, the compiler turns it into two dozen wide instructions; among other code
    // it may not.
    #[inline(never)]
    pub(crate) fn admits(self, wire: &[u8], start: usize, end: usize) -> bool {
        let row = self.row();
        if row.is_range { row.admit::<true>(wire, start, end) } else { row.admit::<false>(wire, start, end) }
    }
}

impl Admits {
    /// Whether all octets from `start` to `end` are admitted; the shorter formula for a `RANGE`.
    #[inline(always)]
    fn admit<const RANGE: bool>(&self, wire: &[u8], start: usize, end: usize) -> bool {
        let Some(before) = wire.get(..end) else { return false };
        let Some(last) = before.last_chunk() else { return self.admit_early::<RANGE>(before, start) };
        if let Some(mask) = MASKS.get(end.wrapping_sub(start)..).and_then(<[u8]>::first_chunk) {
            return is_zero(each(self.refused::<RANGE>(last), mask, |bad, mask| bad & mask));
        }
        let (blocks, _) = wire.get(start..end).unwrap_or_default().as_chunks();
        blocks.iter().all(|block| is_zero(self.refused::<RANGE>(block)))
            && is_zero(self.refused::<RANGE>(last))
    }

    /// The same where fewer octets than a block stand before the end.
    #[inline(never)]
    fn admit_early<const RANGE: bool>(&self, before: &[u8], start: usize) -> bool {
        let mut block = [0; 2 * BLOCK];
        let (from, value) = (BLOCK, before.get(start..).unwrap_or_default());
        block.iter_mut().skip(from).zip(value).for_each(|(slot, octet)| *slot = *octet);
        self.admit::<RANGE>(&block, from, from + value.len())
    }

    /// An octet that is not zero for each octet of the block that the class refuses.
    #[inline(always)]
    fn refused<const RANGE: bool>(&self, block: &Block) -> Block {
        let [first, span] = &self.first;
        let beyond_first = each(each(*block, first, u8::wrapping_sub), span, u8::saturating_sub);
        if RANGE {
            return beyond_first;
        }
        let [second, span] = &self.second;
        let folded = each(*block, &self.fold, |octet, fold| octet | fold);
        let beyond_second = each(each(folded, second, u8::wrapping_sub), span, u8::saturating_sub);
        let other = each(*block, &self.extra, |octet, extra| octet ^ extra);
        let low = each(*block, &self.low, |octet, low| octet & low);
        let above_nine = each(low, &[9; BLOCK], u8::saturating_sub);
        let in_none = each(each(beyond_first, &beyond_second, u8::min), &other, u8::min);
        each(in_none, &above_nine, |outside, above| outside | above)
    }
}

/// `act` on each pair of octets: one wide instruction.
#[inline(always)]
fn each(mut block: Block, other: &Block, act: impl Fn(u8, u8) -> u8) -> Block {
    block.iter_mut().zip(other).for_each(|(octet, other)| *octet = act(*octet, *other));
    block
}

#[inline(always)]
fn is_zero(block: Block) -> bool {
    block.iter().fold(0, |all, octet| all | octet) == 0
}

/// From index `len` on: a mask of the last `len` octets of a block.
static MASKS: [u8; 2 * BLOCK] = {
    let mut masks = [0xFF; 2 * BLOCK];
    let (before, _) = masks.split_at_mut(BLOCK);
    before.copy_from_slice(&[0; BLOCK]);
    masks
};

impl Page {
    const fn of(page: CodePage) -> Self {
        match page {
            CodePage::Cp037 => Self::Cp037,
            CodePage::Cp500 => Self::Cp500,
            CodePage::Cp1047 => Self::Cp1047,
        }
    }

    /// Whether none of the octets is refused by the class of that bit.
    #[inline]
    fn admits(self, bit: u8, octets: Option<&[u8]>) -> bool {
        let refused: &Refused = match self {
            Self::Ascii => &ASCII,
            Self::Cp037 => &CP037,
            Self::Cp500 => &CP500,
            Self::Cp1047 => &CP1047,
        };
        let all = |octets: &[u8]| octets.iter().fold(0, |all, octet| all | at(refused, *octet));
        octets.is_some_and(|octets| all(octets) & bit == 0)
    }
}

/// For each octet of a code page, the bits of the classes that refuse its character.
type Refused = [u8; 256];

static ASCII: Refused = refused(None);
static CP037: Refused = refused(Some(CodePage::Cp037));
static CP500: Refused = refused(Some(CodePage::Cp500));
static CP1047: Refused = refused(Some(CodePage::Cp1047));

/// The classes that the tables tell, each with a bit of its own.
const LOOKED_UP: [Content; 6] = [Content::A, Content::An, Content::Ns, Content::S, Content::Ans, Content::Z];

const fn bit(content: Content) -> u8 {
    match content {
        Content::A => 1,
        Content::An | Content::Anp => 2,
        Content::Ns => 4,
        Content::S => 8,
        Content::Ans => 16,
        Content::Z => 32,
        _ => 0xFF,
    }
}

#[allow(clippy::indexing_slicing, clippy::as_conversions, reason = "const evaluation only")]
const fn refused(page: Option<CodePage>) -> Refused {
    let mut table = [0; 256];
    let mut octet = 0;
    while octet < 256 {
        let latin = match page {
            Some(page) => page.get(octet as u8),
            None => octet as u8,
        };
        let mut class = 0;
        while class < LOOKED_UP.len() {
            if !LOOKED_UP[class].admits(1, latin) {
                table[octet] |= bit(LOOKED_UP[class]);
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
    use crate::codec::octets::hex_value;
    use std::vec::Vec;

    const CODINGS: [Coding; 7] = [
        Coding::Ascii,
        Coding::Ebcdic(CodePage::Cp037),
        Coding::Ebcdic(CodePage::Cp500),
        Coding::Ebcdic(CodePage::Cp1047),
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
        assert!(Test::Block(Class::Digits).passes(&wire, 30, 30));
        assert!(!Test::Block(Class::Digits).passes(&wire, 30, 41));
        assert!(Test::Block(Class::Digits).passes(&wire, 2, 15), "no block before the end");
        assert!(!Test::Block(Class::Letters).passes(&wire, 14, 15));
    }
}
