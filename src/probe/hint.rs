//! What a change to a spec would explain, in words.

use core::cmp::Reverse;
use core::fmt;

use crate::codec::{Coding, LengthUnit, PadNibble, PrefixCoding, Side};
use crate::layout::NextBitmap;
use crate::model::content::Content;
use crate::model::error::Place;
use crate::model::lang::{English, Lang, Tell, Told, Tongue, say};
use crate::spec::MtiCoding;

/// A change to the spec that carries the parse further.
///
/// `Display` is a sentence: `field 35: probably packed digits, its length counts digits or
/// characters (explains 3 of 3 messages)`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hint {
    pub(super) place: Place,
    pub(super) changes: Changes,
    pub(super) outcome: Outcome,
    /// How many other places could be changed to the same effect.
    pub(super) rivals: usize,
}

/// One way in which what is on the wire differs from what the spec says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Change {
    /// The MTI is written so.
    Mti(MtiCoding),
    /// The bitmaps are written so.
    Bitmap(Coding),
    /// All elements of digits are written so.
    Digits(Coding),
    /// All elements of text are written so.
    Text(Coding),
    /// All length prefixes are written so.
    Prefixes(PrefixCoding),
    /// All length prefixes are one binary octet that counts this.
    OctetPrefixes(LengthUnit),
    /// A third bitmap follows there, for the elements from 129 on.
    ThirdBitmap(NextBitmap),
    /// All binary elements are written so.
    Binary(Coding),
    /// The value is written so.
    Coding(Coding),
    /// The digits of the length are written so.
    Prefix(PrefixCoding),
    /// The length has so many digits, or octets if it is binary.
    Width(u8),
    /// The length counts that.
    LengthUnit(LengthUnit),
    /// The length counts itself, too, or does not.
    Includes(bool),
    /// The pad nibble of an odd number of digits lies there.
    PadNibble(PadNibble),
    /// The length is fixed, at so many units.
    Fixed(u32),
    /// Of a signed amount: there is no sign, but so many digits.
    Unsigned {
        /// The digits after the sign that the spec expects.
        expected: u32,
        /// The digits that are there.
        found: u32,
    },
    /// Of a signed amount: the sign is followed by so many digits.
    Signed {
        /// The digits after the sign that the spec expects.
        expected: u32,
        /// The digits that are there.
        found: u32,
    },
    /// A length stands before the value.
    Variable,
    /// The value may be so many units long.
    Longer(u32),
    /// The value may hold characters of that class.
    Content(Content),
    /// The parts are in another order or form.
    Parts,
    /// The spec does not define the element.
    Defined,
}

/// How many ways an element can differ at once.
const MAX_CHANGES: usize = 6;

/// The ways in which one element differs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Changes([Option<Change>; MAX_CHANGES]);

/// What a changed spec achieves, in the order of importance.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Outcome {
    pub(super) complete: usize,
    pub(super) score: u16,
    /// What the change costs: the cheaper of two equals is better.
    pub(super) cost: Reverse<u8>,
    pub(super) evidence: u64,
    pub(super) messages: usize,
}

impl Changes {
    pub(super) fn iter(&self) -> impl Iterator<Item = Change> {
        self.0.into_iter().flatten()
    }

    /// These and one more; `None` when there are too many.
    pub(super) fn and(mut self, change: Change) -> Option<Self> {
        *self.0.iter_mut().find(|slot| slot.is_none())? = Some(change);
        Some(self)
    }

    /// How much has to be wrong at once.
    pub(super) fn cost(&self) -> u8 {
        self.iter().map(|change| change.cost()).sum()
    }
}

impl Change {
    /// Unusual mistakes cost more than usual ones.
    const fn cost(self) -> u8 {
        match self {
            Self::Mti(_) | Self::Bitmap(_) | Self::Coding(_) | Self::Prefix(_) => 1,
            Self::Width(_) | Self::LengthUnit(_) | Self::PadNibble(_) => 1,
            Self::Longer(_) | Self::Content(_) | Self::Defined => 1,
            Self::Unsigned { .. } | Self::Signed { .. } | Self::ThirdBitmap(_) => 1,
            Self::Includes(_) | Self::Fixed(_) | Self::Variable | Self::Parts => 2,
            Self::Digits(_)
            | Self::Text(_)
            | Self::Prefixes(_)
            | Self::OctetPrefixes(_)
            | Self::Binary(_) => 3,
        }
    }
}

impl Hint {
    /// Where the spec is wrong: an element, the MTI, the bitmap, or all of it.
    #[must_use]
    pub const fn place(&self) -> Place {
        self.place
    }

    /// The number of the element that is wrong, if it is one.
    #[must_use]
    pub const fn field(&self) -> Option<u8> {
        match self.place {
            Place::Element(number) => Some(number),
            _ => None,
        }
    }

    /// How it differs from what the spec says.
    pub fn changes(&self) -> impl Iterator<Item = Change> {
        self.changes.iter()
    }

    /// Whether it names a third bitmap, which the bitmap before it announces.
    #[must_use]
    pub fn is_third_bitmap(&self) -> bool {
        self.changes().any(|change| matches!(change, Change::ThirdBitmap(_)))
    }

    /// How many messages parse to their end with the change, and of how many.
    #[must_use]
    pub const fn explains(&self) -> (usize, usize) {
        (self.outcome.complete, self.outcome.messages)
    }

    /// 0 to 100: more for each message that parses to its end, less for a change that leaves some
    /// unexplained, and for each other place that could be changed to the same effect.
    #[must_use]
    pub fn confidence(&self) -> u8 {
        let Outcome { complete, messages, score, .. } = self.outcome;
        let doubt = 50u32 >> complete.min(6);
        let confidence = match complete {
            0 => u32::from(score) / 40,
            _ => (100 - doubt) * count(complete) / count(messages).max(1),
        };
        u8::try_from(confidence / (1 + count(self.rivals))).unwrap_or(100)
    }
}

fn count(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

impl Hint {
    /// The hint in a language.
    #[must_use]
    pub fn in_lang(self, lang: Lang) -> impl fmt::Display {
        Told(self, lang)
    }
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tell::<English>(f)
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tell::<English>(f)
    }
}

impl Tell for Hint {
    fn tell<L: Tongue>(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.place.said::<L>();
        say!(L, f, "{place}: ", "{place}：")?;
        for (index, change) in self.changes().enumerate() {
            if index > 0 {
                say!(L, f, ", ", "，")?;
            }
            change.tell::<L>(f)?;
        }
        match self.explains() {
            (0, _) => say!(L, f, " (gets further, not to the end)", "（可多解析一段，但到不了报文末尾）"),
            (complete, messages) => say!(
                L,
                f,
                " (explains {complete} of {messages} messages)",
                "（可解析{messages}条报文中的{complete}条）"
            ),
        }
    }
}

impl Tell for Change {
    fn tell<L: Tongue>(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Mti(coding) => {
                let coding = mti_words(coding, L::LANG);
                say!(L, f, "probably {coding}", "可能是{coding}")
            }
            Self::Bitmap(coding) | Self::Coding(coding) => {
                let coding = coding_words(coding, L::LANG);
                say!(L, f, "probably {coding}", "可能是{coding}")
            }
            Self::Digits(coding) => {
                let coding = coding_words(coding, L::LANG);
                say!(L, f, "all digits are probably {coding}", "所有数字可能都是{coding}")
            }
            Self::Text(coding) => {
                let coding = coding_words(coding, L::LANG);
                say!(L, f, "all text is probably {coding}", "所有文本可能都是{coding}")
            }
            Self::Binary(coding) => {
                let coding = coding_words(coding, L::LANG);
                say!(L, f, "all binary values are probably {coding}", "所有二进制值可能都是{coding}")
            }
            Self::ThirdBitmap(NextBitmap::InElement) => say!(
                L,
                f,
                "a third bitmap stands in the place of field 65, whose bit is set",
                "域65的位置上是第三位图，其对应位已置1"
            ),
            Self::ThirdBitmap(_) => say!(
                L,
                f,
                "a third bitmap follows the second: bit 65 is set",
                "第二位图之后还有第三位图：第65位已置1"
            ),
            Self::Parts => say!(L, f, "its parts are in another order or form", "其子域的排列方式不同"),
            Self::Defined => say!(L, f, "the spec does not define it", "规范未定义"),
            Self::Content(content) => {
                say!(L, f, "holds characters of class {content}", "含有{content}类字符")
            }
            other => tell_length::<L>(other, f),
        }
    }
}

/// How the length of a value, or of all of them, differs.
fn tell_length<L: Tongue>(change: Change, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match change {
        Change::OctetPrefixes(unit) => {
            let counts = counts_words(unit, L::LANG);
            say!(
                L,
                f,
                "all lengths are probably one octet that counts {counts}",
                "所有长度可能都是一个字节，按{counts}计"
            )
        }
        Change::Prefixes(coding) => {
            let coding = prefix_words(coding, L::LANG);
            say!(L, f, "all lengths are probably {coding}", "所有长度可能都是{coding}")
        }
        Change::Prefix(coding) => {
            let coding = prefix_words(coding, L::LANG);
            say!(L, f, "its length is probably {coding}", "其长度可能是{coding}")
        }
        Change::Width(width) => {
            say!(L, f, "its length probably has {width} digits or octets", "其长度可能占{width}位数字或字节")
        }
        Change::LengthUnit(counts) => {
            let counts = counts_words(counts, L::LANG);
            say!(L, f, "its length counts {counts}", "其长度按{counts}计")
        }
        Change::Includes(true) => {
            say!(L, f, "its length probably counts itself, too", "其长度可能包含长度前缀自身")
        }
        Change::Includes(false) => {
            say!(L, f, "its length probably does not count itself", "其长度可能不包含长度前缀自身")
        }
        Change::PadNibble(pad_nibble) => {
            let pad = spare_words(pad_nibble, L::LANG);
            say!(L, f, "{pad} the digits fills an odd number up", "奇数位时{pad}补位")
        }
        Change::Fixed(units) => say!(L, f, "probably of fixed length {units}", "可能是定长{units}"),
        Change::Unsigned { expected, found } => say!(
            L,
            f,
            "expected a sign and {expected} digits, found probably {found} digits without a sign",
            "应为符号加{expected}位数字，实际可能是不带符号的{found}位数字"
        ),
        Change::Signed { expected, found } => say!(
            L,
            f,
            "expected a sign and {expected} digits, found probably a sign and {found} digits",
            "应为符号加{expected}位数字，实际可能是符号加{found}位数字"
        ),
        Change::Variable => say!(L, f, "probably of variable length", "可能是变长"),
        Change::Longer(units) => say!(L, f, "may be {units} long", "长度可达{units}"),
        _ => Ok(()),
    }
}

const fn mti_words(coding: MtiCoding, lang: Lang) -> &'static str {
    match coding {
        MtiCoding::Ascii => "ASCII",
        MtiCoding::Ebcdic => "EBCDIC",
        MtiCoding::Bcd => lang.of("packed digits", "压缩BCD"),
        MtiCoding::Binary => lang.of("a binary number", "二进制数"),
        MtiCoding::Hex => lang.of("characters in hexadecimal digits", "以十六进制数字表示的字符"),
    }
}

const fn coding_words(coding: Coding, lang: Lang) -> &'static str {
    match coding {
        Coding::Ascii => "ASCII",
        Coding::Ebcdic(_) => "EBCDIC",
        Coding::Bcd => lang.of("packed digits", "压缩BCD"),
        Coding::Raw => lang.of("raw octets", "原始字节"),
        Coding::Hex => lang.of("hexadecimal digits", "十六进制数字"),
        Coding::EbcdicHex(_) => lang.of("hexadecimal digits in EBCDIC", "EBCDIC十六进制数字"),
        Coding::Zoned(_) => lang.of("zoned decimal", "分区十进制"),
    }
}

const fn prefix_words(coding: PrefixCoding, lang: Lang) -> &'static str {
    match coding {
        PrefixCoding::Ascii => lang.of("ASCII digits", "ASCII数字"),
        PrefixCoding::Ebcdic(_) => lang.of("EBCDIC digits", "EBCDIC数字"),
        PrefixCoding::Bcd => lang.of("packed digits", "压缩BCD"),
        PrefixCoding::Binary => lang.of("binary", "二进制"),
        PrefixCoding::Hex => lang.of("hexadecimal digits", "十六进制数字"),
        PrefixCoding::Ber => lang.of("a BER length", "BER长度"),
    }
}

const fn counts_words(counts: LengthUnit, lang: Lang) -> &'static str {
    match counts {
        LengthUnit::Units => lang.of("digits or characters", "数字或字符个数"),
        LengthUnit::Bytes => lang.of("bytes", "字节"),
        LengthUnit::Nibbles => lang.of("half bytes", "半字节"),
    }
}

const fn spare_words(pad_nibble: PadNibble, lang: Lang) -> &'static str {
    match (pad_nibble.side, pad_nibble.nibble) {
        (Side::Left, _) => lang.of("a half byte before", "在数字之前用半字节"),
        (Side::Right, 0) => lang.of("a zero half byte after", "在数字之后用半字节0"),
        (Side::Right, _) => lang.of("a half byte F after", "在数字之后用半字节F"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::CodePage;
    use std::string::ToString;

    /// The change after this one; a new one does not compile until it has its place here.
    fn after(change: Change) -> Option<Change> {
        Some(match change {
            Change::Mti(_) => Change::Bitmap(Coding::Hex),
            Change::Bitmap(_) => Change::Digits(Coding::Bcd),
            Change::Digits(_) => Change::Text(Coding::Ebcdic(CodePage::Cp037)),
            Change::Text(_) => Change::Prefixes(PrefixCoding::Ber),
            Change::Prefixes(_) => Change::OctetPrefixes(LengthUnit::Nibbles),
            Change::OctetPrefixes(_) => Change::ThirdBitmap(NextBitmap::InElement),
            Change::ThirdBitmap(_) => Change::Binary(Coding::Raw),
            Change::Binary(_) => Change::Coding(Coding::Bcd),
            Change::Coding(_) => Change::Prefix(PrefixCoding::Bcd),
            Change::Prefix(_) => Change::Width(2),
            Change::Width(_) => Change::LengthUnit(LengthUnit::Bytes),
            Change::LengthUnit(_) => Change::Includes(true),
            Change::Includes(true) => Change::Includes(false),
            Change::Includes(false) => Change::PadNibble(PadNibble { side: Side::Left, nibble: 0 }),
            Change::PadNibble(_) => Change::Fixed(12),
            Change::Fixed(_) => Change::Unsigned { expected: 8, found: 9 },
            Change::Unsigned { .. } => Change::Signed { expected: 8, found: 9 },
            Change::Signed { .. } => Change::Variable,
            Change::Variable => Change::Longer(40),
            Change::Longer(_) => Change::Content(Content::Ans),
            Change::Content(_) => Change::Parts,
            Change::Parts => Change::Defined,
            Change::Defined => return None,
        })
    }

    #[test]
    fn every_change_has_chinese() {
        let outcome = Outcome { complete: 3, score: 900, cost: Reverse(1), evidence: 0, messages: 3 };
        for change in core::iter::successors(Some(Change::Mti(MtiCoding::Bcd)), |change| after(*change)) {
            let changes = Changes::default().and(change).unwrap();
            for outcome in [outcome, Outcome { complete: 0, ..outcome }] {
                let hint = Hint { place: Place::Element(35), changes, outcome, rivals: 0 };
                let (en, zh) = (hint.to_string(), hint.in_lang(Lang::Zh).to_string());
                assert_eq!(hint.in_lang(Lang::En).to_string(), en);
                assert!(zh.starts_with("域35：") && zh.ends_with('）'), "{zh}");
                let words = zh.split(|letter: char| !letter.is_ascii_lowercase());
                assert!(words.into_iter().all(|word| word.len() < 4), "{zh}");
            }
        }
    }
}
