//! The words of the format, read in both directions.

use alloc::format;
use alloc::string::String;

use crate::codec::{CodePage, PrefixCoding, Side};
use crate::import::words::{Words, value, word};

/// What sort of value a field holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Text,
    Numeric,
    Binary,
    /// Octets whose value is said in hexadecimal digits.
    Hex,
    Track,
    Bitmap,
    Composite,
}

pub(super) const KINDS: &Words<Kind> = &[
    ("String", Kind::Text),
    ("Numeric", Kind::Numeric),
    ("Binary", Kind::Binary),
    ("Hex", Kind::Hex),
    ("Track2", Kind::Track),
    ("Track1", Kind::Text),
    ("Track3", Kind::Track),
    ("Bitmap", Kind::Bitmap),
    ("Composite", Kind::Composite),
];

/// How values and tags are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Encoding {
    Ascii,
    Ebcdic(CodePage),
    /// Packed, a pad nibble in front.
    Bcd,
    /// Packed, a pad nibble at the end.
    LeftBcd,
    Binary,
    /// Octets as hexadecimal digits.
    HexDigits,
    /// Hexadecimal digits as octets.
    Unhex,
    BerTag,
}

pub(super) const ENCODINGS: &Words<Encoding> = &[
    ("ASCII", Encoding::Ascii),
    ("EBCDIC", Encoding::Ebcdic(CodePage::Cp037)),
    ("EBCDIC1047", Encoding::Ebcdic(CodePage::Cp1047)),
    ("BCD", Encoding::Bcd),
    ("LBCD", Encoding::LeftBcd),
    ("Binary", Encoding::Binary),
    ("HexToASCII", Encoding::HexDigits),
    ("ASCIIToHex", Encoding::Unhex),
    ("BerTLVTag", Encoding::BerTag),
    // as they were once called
    ("asciiEncoder", Encoding::Ascii),
    ("bcdEncoder", Encoding::Bcd),
    ("binaryEncoder", Encoding::Binary),
    ("hexEncoder", Encoding::HexDigits),
];

/// How the length of a field is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Lengths {
    Fixed,
    /// All that is left.
    Rest,
    Ber,
    /// So many digits or octets.
    Prefix(PrefixCoding, u8),
}

const FAMILIES: &Words<PrefixCoding> = &[
    ("ASCII", PrefixCoding::Ascii),
    ("EBCDIC", PrefixCoding::Ebcdic(CodePage::Cp037)),
    ("EBCDIC1047", PrefixCoding::Ebcdic(CodePage::Cp1047)),
    ("BCD", PrefixCoding::Bcd),
    ("Binary", PrefixCoding::Binary),
    ("Hex", PrefixCoding::Hex),
];

/// `ASCII.LLL`, `BCD.Fixed`, `BerTLV`, `None.Fixed`.
pub(super) fn lengths(text: &str) -> Option<Lengths> {
    match text.split_once('.') {
        None if text == "BerTLV" => Some(Lengths::Ber),
        Some(("None", "Fixed")) => Some(Lengths::Rest),
        Some((family, "Fixed" | "fixed")) => value(FAMILIES, family).map(|_| Lengths::Fixed),
        Some((family, letters)) if (1..=6).contains(&letters.len()) => {
            let is_width = letters.bytes().all(|octet| octet == b'L');
            let width = u8::try_from(letters.len()).ok().filter(|_| is_width)?;
            value(FAMILIES, family).map(|coding| Lengths::Prefix(coding, width))
        }
        _ => None,
    }
}

/// The word of a length; of a fixed one the family of the encoding of the value.
pub(super) fn lengths_word(lengths: Lengths, encoding: Encoding) -> Option<String> {
    Some(match lengths {
        Lengths::Ber => "BerTLV".into(),
        Lengths::Rest => "None.Fixed".into(),
        Lengths::Prefix(
            PrefixCoding::Ebcdic(CodePage::Cp500 | CodePage::Cp1047Lf) | PrefixCoding::Ber,
            _,
        ) => return None,
        Lengths::Prefix(coding, width) => format!("{}.{}", word(FAMILIES, &coding), "L".repeat(width.into())),
        Lengths::Fixed => match encoding {
            Encoding::HexDigits => "Hex.Fixed".into(),
            Encoding::Bcd | Encoding::LeftBcd => "BCD.Fixed".into(),
            Encoding::Unhex | Encoding::Binary | Encoding::BerTag => "Binary.Fixed".into(),
            Encoding::Ascii | Encoding::Ebcdic(_) => format!("{}.Fixed", word(ENCODINGS, &encoding)),
        },
    })
}

/// In which order parts without tags follow each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Sort {
    Numbers,
    HexNumbers,
    Texts,
}

pub(super) const SORTS: &Words<Sort> =
    &[("StringsByInt", Sort::Numbers), ("StringsByHex", Sort::HexNumbers), ("Strings", Sort::Texts)];

/// The side that is padded; none where nothing is.
pub(super) const PADDINGS: &Words<Option<Side>> = &[
    ("Left", Some(Side::Left)),
    ("Right", Some(Side::Right)),
    ("None", None),
    ("leftPadder", Some(Side::Left)),
    ("rightPadder", Some(Side::Right)),
];
