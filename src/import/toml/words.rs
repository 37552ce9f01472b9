//! The words of the format: one table for each kind of thing, read in both directions.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::codec::{CodePage, Coding, LengthUnit, PadNibble, PrefixCoding, Side, Zone};
use crate::import::words::{Words, value, word};
use crate::layout::{Fill, NextBitmap, Tag, Terminator};
use crate::mask::{PAN, Privacy};
use crate::spec::{Codes, Dialect, MtiCoding};

/// The word of a coding: `bcd`, `ebcdic-037`.
#[must_use]
pub fn coding(coding: Coding) -> &'static str {
    word(CODINGS, &coding)
}

/// The word of how an MTI is written: `ascii`, `bcd`.
#[must_use]
pub fn mti(coding: MtiCoding) -> &'static str {
    word(MTI, &coding)
}

/// The word of how a length is written: `bcd`, `ber`.
#[must_use]
pub fn prefix(coding: PrefixCoding) -> &'static str {
    word(PREFIXES, &coding)
}

/// The word of what a length counts: `units`, `bytes`, `nibbles`.
#[must_use]
pub fn counts(counts: LengthUnit) -> &'static str {
    word(COUNTS, &counts)
}

/// The word of whether a further bitmap is there: `never`, `announced`.
#[must_use]
pub fn more(more: NextBitmap) -> &'static str {
    word(MORE, &more)
}

pub(super) const DIALECTS: &Words<Dialect> = &[
    ("ascii", Dialect::ASCII),
    ("ascii-binary", Dialect::ASCII_BINARY),
    ("bcd", Dialect::BCD),
    ("bcd-ebcdic", Dialect::BCD_EBCDIC),
    ("ebcdic", Dialect::EBCDIC),
    ("ebcdic-037", Dialect::ebcdic(CodePage::Cp037)),
    ("ebcdic-500", Dialect::ebcdic(CodePage::Cp500)),
    ("ebcdic-1047-lf", Dialect::ebcdic(CodePage::Cp1047Lf)),
];

pub(super) const MTI: &Words<MtiCoding> = &[
    ("ascii", MtiCoding::Ascii),
    ("ebcdic", MtiCoding::Ebcdic),
    ("bcd", MtiCoding::Bcd),
    ("binary", MtiCoding::Binary),
    ("hex", MtiCoding::Hex),
];

pub(super) const CODES: &Words<Codes> = &[("iso", Codes::Iso), ("unionpay", Codes::UnionPay)];

pub(super) const CODINGS: &Words<Coding> = &[
    ("ascii", Coding::Ascii),
    ("ebcdic", Coding::Ebcdic(CodePage::Cp1047)),
    ("ebcdic-037", Coding::Ebcdic(CodePage::Cp037)),
    ("ebcdic-500", Coding::Ebcdic(CodePage::Cp500)),
    ("ebcdic-1047-lf", Coding::Ebcdic(CodePage::Cp1047Lf)),
    ("bcd", Coding::Bcd),
    ("raw", Coding::Raw),
    ("hex", Coding::Hex),
    ("ebcdic-hex", Coding::EbcdicHex(CodePage::Cp1047)),
    ("ebcdic-hex-037", Coding::EbcdicHex(CodePage::Cp037)),
    ("ebcdic-hex-500", Coding::EbcdicHex(CodePage::Cp500)),
    ("ebcdic-hex-1047-lf", Coding::EbcdicHex(CodePage::Cp1047Lf)),
    ("zoned-c", Coding::Zoned(Zone::C)),
    ("zoned-f", Coding::Zoned(Zone::F)),
];

pub(super) const PREFIXES: &Words<PrefixCoding> = &[
    ("ascii", PrefixCoding::Ascii),
    ("ebcdic", PrefixCoding::Ebcdic(CodePage::Cp1047)),
    ("ebcdic-037", PrefixCoding::Ebcdic(CodePage::Cp037)),
    ("ebcdic-500", PrefixCoding::Ebcdic(CodePage::Cp500)),
    ("ebcdic-1047-lf", PrefixCoding::Ebcdic(CodePage::Cp1047Lf)),
    ("bcd", PrefixCoding::Bcd),
    ("binary", PrefixCoding::Binary),
    ("hex", PrefixCoding::Hex),
    ("ber", PrefixCoding::Ber),
];

pub(super) const COUNTS: &Words<LengthUnit> =
    &[("units", LengthUnit::Units), ("bytes", LengthUnit::Bytes), ("nibbles", LengthUnit::Nibbles)];

pub(super) const MORE: &Words<NextBitmap> = &[
    ("never", NextBitmap::Never),
    ("announced", NextBitmap::Announced),
    ("always", NextBitmap::Always),
    ("in-element", NextBitmap::InElement),
];

const SIDES: &Words<Side> = &[("left", Side::Left), ("right", Side::Right)];

/// `left 0`, `right F`.
pub(super) fn pad_nibble_word(pad_nibble: PadNibble) -> String {
    format!("{} {:X}", word(SIDES, &pad_nibble.side), pad_nibble.nibble)
}

pub(super) fn pad_nibble(text: &str) -> Option<PadNibble> {
    let (side, nibble) = text.split_once(' ')?;
    let nibble = u8::from_str_radix(nibble, 16).ok().filter(|nibble| *nibble <= 0xF)?;
    Some(PadNibble { side: value(SIDES, side)?, nibble })
}

/// `left 0`, `right blank`, or the octet: `right 0x00`; `none`.
pub(super) fn fill_word(fill: Option<Fill>) -> String {
    let Some(Fill { side, with }) = fill else { return "none".into() };
    let side = word(SIDES, &side);
    match with {
        b' ' => format!("{side} blank"),
        with @ 0x21..=0x7E => format!("{side} {}", char::from(with)),
        with => format!("{side} 0x{with:02X}"),
    }
}

/// A fill, or that nothing is filled.
pub(super) fn fill(text: &str) -> Option<Option<Fill>> {
    if text == "none" {
        return Some(None);
    }
    let (side, with) = text.split_once(' ')?;
    let with = match (with, with.as_bytes(), with.strip_prefix("0x")) {
        ("blank", ..) => b' ',
        (_, [one @ 0x21..=0x7E], _) => *one,
        (_, _, Some(octet)) => u8::from_str_radix(octet, 16).ok()?,
        _ => return None,
    };
    Some(Some(Fill { side: value(SIDES, side)?, with }))
}

/// `1C`, `0D0A`.
pub(super) fn until_word(terminator: Terminator) -> String {
    terminator.octets().iter().map(|octet| format!("{octet:02X}")).collect()
}

pub(super) fn until(text: &str) -> Option<Terminator> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let digit = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let octets: Option<Vec<u8>> =
        pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect();
    Terminator::of(&octets?).filter(|_| rest.is_empty())
}

/// `open`, `secret`, `track`, `pan`, `pan 8 4`.
pub(super) fn privacy_word(privacy: Privacy) -> String {
    match privacy {
        Privacy::Open => "open".into(),
        Privacy::Secret => "secret".into(),
        Privacy::Track => "track".into(),
        PAN => "pan".into(),
        Privacy::Pan { head, tail } => format!("pan {head} {tail}"),
    }
}

pub(super) fn privacy(text: &str) -> Option<Privacy> {
    match text {
        "open" => Some(Privacy::Open),
        "secret" => Some(Privacy::Secret),
        "track" => Some(Privacy::Track),
        "pan" => Some(PAN),
        _ => {
            let (head, tail) = text.strip_prefix("pan ")?.split_once(' ')?;
            Some(Privacy::Pan { head: head.parse().ok()?, tail: tail.parse().ok()? })
        }
    }
}

/// `ber`, `digits 4`, `text 2`, `octets 1`, `ebcdic 2`.
pub(super) fn tag_word(tag: Tag) -> String {
    match tag {
        Tag::Ber => "ber".into(),
        Tag::Digits(width) => format!("digits {width}"),
        Tag::Text(width) => format!("text {width}"),
        Tag::Octets(width) => format!("octets {width}"),
        Tag::Ebcdic(page, width) => format!("{} {width}", word(PREFIXES, &PrefixCoding::Ebcdic(page))),
    }
}

pub(super) fn tag(text: &str) -> Option<Tag> {
    if text == "ber" {
        return Some(Tag::Ber);
    }
    let (kind, width) = text.split_once(' ')?;
    let width = width.parse().ok()?;
    match (kind, value(PREFIXES, kind)) {
        ("digits", _) => Some(Tag::Digits(width)),
        ("text", _) => Some(Tag::Text(width)),
        ("octets", _) => Some(Tag::Octets(width)),
        (_, Some(PrefixCoding::Ebcdic(page))) => Some(Tag::Ebcdic(page, width)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::{OPEN, SECRET, TRACK};
    use crate::model::content::Content;

    #[test]
    fn every_word_means_one_thing() {
        for (name, dialect) in DIALECTS {
            assert_eq!((word(DIALECTS, dialect), value(DIALECTS, name)), (*name, Some(*dialect)));
        }
        for (name, coding) in CODINGS {
            assert_eq!((word(CODINGS, coding), value(CODINGS, name)), (*name, Some(*coding)));
        }
        assert_eq!(fill(&fill_word(None)), Some(None));
        for side in [Side::Left, Side::Right] {
            for octet in 0..=255 {
                let one = Some(Fill { side, with: octet });
                assert_eq!(fill(&fill_word(one)), Some(one));
            }
            for nibble in 0..16 {
                let one = PadNibble { side, nibble };
                assert_eq!(pad_nibble(&pad_nibble_word(one)), Some(one));
            }
        }
        for one in [OPEN, SECRET, TRACK, PAN, Privacy::Pan { head: 8, tail: 0 }] {
            assert_eq!(privacy(&privacy_word(one)), Some(one));
        }
        for one in [Tag::Ber, Tag::Digits(6), Tag::Text(1), Tag::Octets(2), Tag::Ebcdic(CodePage::Cp500, 2)] {
            assert_eq!(tag(&tag_word(one)), Some(one));
        }
    }

    /// The page is run by `tests/import_toml_page.rs`, which does not see these tables.
    #[test]
    fn every_word_is_on_the_page() {
        let page = include_str!("../../../docs/spec-toml.md");
        let tables = [
            DIALECTS.iter().map(|(word, _)| *word).collect::<Vec<_>>(),
            MTI.iter().map(|(word, _)| *word).collect(),
            CODES.iter().map(|(word, _)| *word).collect(),
            CODINGS.iter().map(|(word, _)| *word).collect(),
            PREFIXES.iter().map(|(word, _)| *word).collect(),
            COUNTS.iter().map(|(word, _)| *word).collect(),
            MORE.iter().map(|(word, _)| *word).collect(),
            SIDES.iter().map(|(word, _)| *word).collect(),
            Content::ALL.iter().map(|content| content.notation()).collect(),
            ["open", "secret", "track", "pan", "pan 8 4", "blank", "none"].to_vec(),
        ];
        for word in tables.concat() {
            assert!(page.contains(&format!("`{word}`")), "{word} is not on the page");
        }
    }
}
