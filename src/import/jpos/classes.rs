//! The field packager classes of jPOS, read off their names axis by axis.
//!
//! A letter to the next editor. The names are a language of their own, and the classes a product of
//! its words, so they are not listed. A name is read as
//!
//! ```text
//! IFEPE_  [F] [TT] LL [H] [F] [E] CHAR
//! family  |   |    |   |   |   |  what the value is
//!         |   |    |   |   |   the value in another coding: A ASCII, B packed, E EBCDIC
//!         |   |    |   |   F, see below
//!         |   |    |   the length in binary
//!         |   |    digits of the length; none: a fixed value
//!         |   characters of a tag before the length
//!         F: of packed digits the pad nibble, of others the room that is always taken
//! ```
//!
//! and [`FAMILIES`] says what a family writes its length, its values and its tag in. What does not
//! follow the language stands in [`SPECIAL`].

use crate::codec::{CodePage, Coding, LengthUnit, PadNibble, PrefixCoding};

/// The code page of jPOS: Java's.
pub(super) const PAGE: CodePage = CodePage::Cp1047Lf;
const EBCDIC: Coding = Coding::Ebcdic(PAGE);
const EBCDIC_HEX: Coding = Coding::EbcdicHex(PAGE);
const EBCDIC_PREFIX: PrefixCoding = PrefixCoding::Ebcdic(PAGE);

/// What a class is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Class {
    pub(super) value: Value,
    pub(super) length: Length,
    pub(super) tag: Option<TagForm>,
    /// The pad nibble of packed digits: where a field says `pad="true"`, and where it does not.
    pub(super) spares: [PadNibble; 2],
    /// Whether it heeds `trim`.
    pub(super) trims: bool,
}

/// The value axis.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Value {
    /// Any characters.
    Text(Coding),
    /// Characters as the machine below Java writes them.
    PlatformText,
    /// Digits.
    Digits(Coding),
    /// Digits and a sign in the zone of the last.
    Zoned,
    /// A sign character and digits.
    Amount(Coding),
    /// Hexadecimal digits, packed.
    Hex,
    /// Octets.
    Octets(Coding),
    /// Octets that are translated one by one, as if they were characters.
    Translated,
    /// Characters that are there only if the first is a letter or a blank.
    Code(Coding),
    /// A bitmap of as many octets as the field says.
    Bitmap(Coding),
    /// A bitmap of 64 bits whatever the field says.
    Bitmap64(Coding),
    /// Nothing on the wire, though it is announced.
    Nothing,
    /// It cannot be there.
    Never,
}

/// The length axis.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Length {
    Fixed,
    Prefix {
        coding: PrefixCoding,
        width: u8,
        counts: LengthUnit,
        /// Whether the room of the maximum is always taken.
        padded: bool,
        /// No value is longer, in units, whatever the field says.
        most: u32,
    },
    /// Ended by the token: its characters.
    Until,
    /// Ended by the token: two hexadecimal digits.
    UntilOctet,
    /// The rest of what it stands in.
    Rest,
}

/// The tag axis.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct TagForm {
    pub(super) coding: TagCoding,
    /// Its characters.
    pub(super) width: u8,
    /// Whether the length stands before it, and counts it.
    pub(super) is_behind: bool,
}

/// What a tag is written in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum TagCoding {
    /// The number of the part, in ASCII digits.
    Digits,
    /// The number of the part, in EBCDIC digits.
    Ebcdic,
    /// The characters that a mapper in Java knows.
    Mapped,
    /// The token of the field.
    Token,
}

/// What a family writes in what.
struct Family {
    name: &'static str,
    length: PrefixCoding,
    text: Value,
    digits: Coding,
    /// What a length before packed digits counts.
    packed_counts: LengthUnit,
    /// Octets of fixed number; variable ones are raw everywhere.
    fixed_octets: Coding,
}

const fn family(
    name: &'static str,
    length: PrefixCoding,
    text: Value,
    digits: Coding,
    packed_counts: LengthUnit,
    fixed_octets: Coding,
) -> Family {
    Family { name, length, text, digits, packed_counts, fixed_octets }
}

const ASCII_TEXT: Value = Value::Text(Coding::Ascii);
const EBCDIC_TEXT: Value = Value::Text(EBCDIC);

#[rustfmt::skip]
const FAMILIES: &[Family] = &[
    //      name      length               text                 digits         packed           fixed octets
    family("IFA",    PrefixCoding::Ascii, ASCII_TEXT,          Coding::Ascii, LengthUnit::Nibbles, Coding::Hex),
    family("IFAE",   PrefixCoding::Ascii, EBCDIC_TEXT,         EBCDIC,        LengthUnit::Nibbles, EBCDIC_HEX),
    family("IFB",    PrefixCoding::Bcd,   ASCII_TEXT,          Coding::Bcd,   LengthUnit::Units,   Coding::Raw),
    family("IFE",    EBCDIC_PREFIX,       EBCDIC_TEXT,         EBCDIC,        LengthUnit::Bytes,   EBCDIC_HEX),
    family("IFEA",   EBCDIC_PREFIX,       ASCII_TEXT,          Coding::Ascii, LengthUnit::Bytes,   Coding::Hex),
    family("IFEB",   EBCDIC_PREFIX,       ASCII_TEXT,          Coding::Bcd,   LengthUnit::Bytes,   Coding::Raw),
    family("IFMC",   PrefixCoding::Ascii, ASCII_TEXT,          Coding::Ascii, LengthUnit::Units,   Coding::Raw),
    family("IFEMC",  EBCDIC_PREFIX,       EBCDIC_TEXT,         EBCDIC,        LengthUnit::Units,   Coding::Raw),
    family("IFEP",   EBCDIC_PREFIX,       Value::PlatformText, Coding::Ascii, LengthUnit::Units,   Coding::Raw),
    family("IFEPE",  EBCDIC_PREFIX,       EBCDIC_TEXT,         EBCDIC,        LengthUnit::Units,   Coding::Raw),
    family("IFELPE", EBCDIC_PREFIX,       EBCDIC_TEXT,         EBCDIC,        LengthUnit::Units,   Coding::Raw),
    family("IFIPM",  PrefixCoding::Ascii, Value::PlatformText, Coding::Ascii, LengthUnit::Units,   Coding::Raw),
    family("IFTA",   PrefixCoding::Ascii, ASCII_TEXT,          Coding::Ascii, LengthUnit::Units,   Coding::Raw),
    family("IFTB",   PrefixCoding::Bcd,   ASCII_TEXT,          Coding::Bcd,   LengthUnit::Units,   Coding::Raw),
];

/// The tag of a family that writes one, by the digits of its length.
fn tag_of(family: &str, digits: u8) -> Option<TagForm> {
    let (coding, width, is_behind) = match (family, digits) {
        ("IFMC", _) | ("IFEMC", 2) => (TagCoding::Digits, 2, false),
        ("IFEMC", 3) => (TagCoding::Ebcdic, 4, false),
        ("IFEPE", 3) => (TagCoding::Ebcdic, 3, false),
        ("IFEPE", _) => (TagCoding::Ebcdic, 2, false),
        ("IFEP", 2) => (TagCoding::Digits, 2, true),
        ("IFEP", 3) | ("IFELPE", _) => (TagCoding::Ebcdic, 2, true),
        ("IFIPM", _) => (TagCoding::Digits, 4, false),
        ("IFTA" | "IFTB", _) => (TagCoding::Token, 0, false),
        _ => return None,
    };
    Some(TagForm { coding, width, is_behind })
}

const fn plain(value: Value, length: Length) -> Class {
    Class { value, length, tag: None, spares: [PadNibble::LEFT_ZERO, PadNibble::RIGHT_ZERO], trims: false }
}

const fn trimming(value: Value) -> Class {
    Class { trims: true, ..plain(value, Length::Fixed) }
}

const SPECIAL: &[(&str, Class)] = &[
    ("IF_CHAR", trimming(ASCII_TEXT)),
    ("IF_ECHAR", plain(EBCDIC_TEXT, Length::Fixed)),
    ("IF_TCHAR", plain(ASCII_TEXT, Length::Until)),
    ("IF_FSTCHAR", plain(Value::PlatformText, Length::Until)),
    ("IF_FSTBINARY", plain(Value::Octets(Coding::Raw), Length::UntilOctet)),
    ("IF_FCHAR", plain(ASCII_TEXT, Length::Rest)),
    ("IF_FBINARY", plain(Value::Octets(Coding::Raw), Length::Rest)),
    ("IF_NOP", plain(Value::Nothing, Length::Fixed)),
    ("IF_UNUSED", plain(Value::Never, Length::Fixed)),
    ("IFMC_TCC", trimming(Value::Code(Coding::Ascii))),
    ("IFEMC_TCC", trimming(Value::Code(EBCDIC))),
    ("X92_BITMAP", plain(Value::Bitmap64(Coding::Hex), Length::Fixed)),
    ("Base1_BITMAP126", plain(Value::Bitmap64(Coding::Raw), Length::Fixed)),
    ("IFE_SIGNED_NUMERIC", trimming(Value::Zoned)),
];

/// The name of a class without its package, and without the blanks that some files have. An inner
/// class keeps the name of the one around it: it is not what its own name says.
pub(super) fn short(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name).trim()
}

/// What the class of that name is, if its name is one of the language.
pub(super) fn class(name: &str) -> Option<Class> {
    if let Some((_, class)) = SPECIAL.iter().find(|(known, _)| *known == name) {
        return Some(*class);
    }
    let (family, rest) = name.split_once('_')?;
    let family = FAMILIES.iter().find(|known| known.name == family)?;
    let (leading_f, rest) = strip(rest, "F");
    let (tag_width, rest) = count(rest, b'T');
    let (digits, rest) = count(rest, b'L');
    let (is_binary, rest) = if digits > 0 { strip_unless(rest, "H", "HEX") } else { (false, rest) };
    let (inner_f, rest) = strip(rest, "F");
    let (other, kind) = other_coding(rest);
    let (value, counts) = value(family, kind, other, digits > 0)?;
    let is_packed = matches!(value, Value::Digits(Coding::Bcd) | Value::Hex);
    let padded = match (leading_f, inner_f) {
        (true, true) => return None,
        (false, false) => false,
        _ if is_packed => false,
        // it has neither a pad nibble nor a room to fill
        _ if digits == 0 => return None,
        _ => true,
    };
    let tag = match (tag_width, tag_of(family.name, digits)) {
        (0, tag) => tag,
        (width @ 2..=4, None) => Some(TagForm { coding: TagCoding::Mapped, width, is_behind: false }),
        _ => return None,
    };
    let length = match digits {
        0 => Length::Fixed,
        1..=6 => {
            let (coding, width) = prefix(family, digits, is_binary)?;
            let most = if family.name == "IFEB" { 99 } else { u32::MAX };
            Length::Prefix { coding, width, counts, padded, most }
        }
        _ => return None,
    };
    let spares = match value {
        // only a half byte that is no digit shows an odd number where octets are counted
        Value::Digits(Coding::Bcd) if counts == LengthUnit::Bytes => [PadNibble::RIGHT_F; 2],
        Value::Hex => [PadNibble::LEFT_ZERO, PadNibble::RIGHT_F],
        _ if leading_f || inner_f => [PadNibble::LEFT_ZERO, PadNibble::RIGHT_F],
        _ => [PadNibble::LEFT_ZERO, PadNibble::RIGHT_ZERO],
    };
    let trims = length == Length::Fixed && matches!(value, Value::Text(_) | Value::Digits(_) | Value::Hex);
    Some(Class { value, length, tag, spares, trims })
}

/// What values are, and what a length before them counts.
fn value(
    family: &Family,
    kind: &str,
    other: Option<Coding>,
    is_variable: bool,
) -> Option<(Value, LengthUnit)> {
    let packs = family.digits == Coding::Bcd;
    let value = match kind {
        "CHAR" => other.map_or(family.text, Value::Text),
        "NUM" | "NUMERIC" | "AMOUNT2003" => Value::Digits(other.unwrap_or(family.digits)),
        "AMOUNT" if !is_variable => Value::Amount(family.digits),
        "HEX" if packs && is_variable => return Some((Value::Octets(Coding::Raw), LengthUnit::Nibbles)),
        "HEX" if packs => Value::Hex,
        "BINARY" => match other {
            None if is_variable => Value::Octets(Coding::Raw),
            None => Value::Octets(family.fixed_octets),
            Some(Coding::Ascii) => Value::Octets(Coding::Hex),
            Some(Coding::Ebcdic(_)) => Value::Translated,
            Some(_) => return None,
        },
        "BITMAP" if !is_variable => Value::Bitmap(family.fixed_octets),
        _ => return None,
    };
    let is_packed = value == Value::Digits(Coding::Bcd);
    Some((value, if is_packed { family.packed_counts } else { LengthUnit::Units }))
}

/// How a length is written, and in how many digits or octets.
fn prefix(family: &Family, digits: u8, is_binary: bool) -> Option<(PrefixCoding, u8)> {
    Some(match (is_binary, digits) {
        (false, 2) if family.name == "IFEP" => (PrefixCoding::Ascii, 2),
        (false, width) => (family.length, width),
        (true, 1 | 2) => (PrefixCoding::Binary, 1),
        (true, 3) => (PrefixCoding::Binary, 2),
        (true, _) => return None,
    })
}

/// The letter before the kind of value that says another coding than the family's.
fn other_coding(rest: &str) -> (Option<Coding>, &str) {
    match rest {
        "ABINARY" => (Some(Coding::Ascii), "BINARY"),
        "EBINARY" => (Some(EBCDIC), "BINARY"),
        "ECHAR" => (Some(EBCDIC), "CHAR"),
        "BNUM" => (Some(Coding::Bcd), "NUM"),
        _ => (None, rest),
    }
}

fn strip<'n>(rest: &'n str, letter: &str) -> (bool, &'n str) {
    match rest.strip_prefix(letter) {
        Some(rest) => (true, rest),
        None => (false, rest),
    }
}

/// The letter, unless it begins the word.
fn strip_unless<'n>(rest: &'n str, letter: &str, word: &str) -> (bool, &'n str) {
    if rest == word { (false, rest) } else { strip(rest, letter) }
}

/// How many of the letter there are at the start.
fn count(rest: &str, letter: u8) -> (u8, &str) {
    let count = rest.bytes().take_while(|octet| *octet == letter).count();
    (u8::try_from(count).unwrap_or(u8::MAX), rest.get(count..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn prefixed(coding: PrefixCoding, width: u8, counts: LengthUnit) -> Length {
        Length::Prefix { coding, width, counts, padded: false, most: u32::MAX }
    }

    fn of(name: &str) -> Class {
        class(name).unwrap_or_else(|| panic!("{name}"))
    }

    #[test]
    fn names_are_read_letter_by_letter() {
        let (ascii, bcd, binary) = (PrefixCoding::Ascii, PrefixCoding::Bcd, PrefixCoding::Binary);
        let (units, digits) = (LengthUnit::Units, Value::Digits);
        for (name, value, length) in [
            ("IFA_NUMERIC", digits(Coding::Ascii), Length::Fixed),
            ("IFB_LLLLBINARY", Value::Octets(Coding::Raw), prefixed(bcd, 4, units)),
            ("IFB_LLHECHAR", EBCDIC_TEXT, prefixed(binary, 1, units)),
            ("IFB_LLLHBINARY", Value::Octets(Coding::Raw), prefixed(binary, 2, units)),
            ("IFB_LLHEX", Value::Octets(Coding::Raw), prefixed(bcd, 2, LengthUnit::Nibbles)),
            ("IFA_LLBNUM", digits(Coding::Bcd), prefixed(ascii, 2, LengthUnit::Nibbles)),
            ("IFB_HEX", Value::Hex, Length::Fixed),
            ("IFA_LLABINARY", Value::Octets(Coding::Hex), prefixed(ascii, 2, units)),
            ("IFE_BITMAP", Value::Bitmap(EBCDIC_HEX), Length::Fixed),
            ("IFE_LLLEBINARY", Value::Translated, prefixed(EBCDIC_PREFIX, 3, units)),
            ("IFEP_LLCHAR", Value::PlatformText, prefixed(ascii, 2, units)),
            ("IFEP_LLLCHAR", Value::PlatformText, prefixed(EBCDIC_PREFIX, 3, units)),
        ] {
            assert_eq!((of(name).value, of(name).length), (value, length), "{name}");
        }
        let tag = |name: &str| of(name).tag.map(|tag| (tag.coding, tag.width, tag.is_behind));
        assert_eq!(tag("IFA_TTLLLCHAR"), Some((TagCoding::Mapped, 2, false)));
        assert_eq!(tag("IFEMC_LLLCHAR"), Some((TagCoding::Ebcdic, 4, false)));
        assert_eq!(tag("IFELPE_LLLCHAR"), Some((TagCoding::Ebcdic, 2, true)));
        assert_eq!(tag("IFTA_LLLNUM"), Some((TagCoding::Token, 0, false)));
    }

    #[test]
    fn an_f_is_the_spare_half_byte_of_packed_digits_and_the_room_of_others() {
        for name in ["IFB_FNUMERIC", "IFB_FLLNUM", "IFB_FLLLNUM"] {
            assert_eq!(of(name).spares, [PadNibble::LEFT_ZERO, PadNibble::RIGHT_F], "{name}");
            assert!(!matches!(of(name).length, Length::Prefix { padded: true, .. }), "{name}");
        }
        for name in ["IFA_FLLCHAR", "IFA_FLLNUM", "IFB_LLHFBINARY"] {
            assert!(matches!(of(name).length, Length::Prefix { padded: true, .. }), "{name}");
        }
        assert!(class("IFA_FNUMERIC").is_none() && class("IFA_FLLFCHAR").is_none());
    }

    #[test]
    fn what_is_no_name_is_no_class() {
        for name in [
            "",
            "IFA",
            "IFA_",
            "IFX_NUM",
            "IFA_LLLLLLLCHAR",
            "IFB_BLOB",
            "MyPackager",
            "IFA_TTTTTCHAR",
            "IFA_LLH",
            "IFB_LLLLHBINARY",
            "IFMC_TTLLCHAR",
            "Outer$IFA_LLNUM",
        ] {
            assert_eq!(class(name), None, "{name}");
        }
        assert_eq!(
            short(" org.jpos.iso.packager.PostPackager$PostPrivatePackager "),
            "PostPackager$PostPrivatePackager"
        );
    }
}
