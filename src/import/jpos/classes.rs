//! The field packager classes of jPOS: value, length, counting and tag, read off their names.
//!
//! A letter to the next editor. The class names are a language of their own, and the classes a
//! product of its words, so they are not listed: a name is read as
//!
//! ```text
//! IFEPE_  [F] [TT] LL [H] [F] [E] CHAR
//! family  |   |    |   |   |   |  value
//!         |   |    |   |   |   the value in another coding: A ASCII, B packed, E EBCDIC
//!         |   |    |   |   the room of the maximum is always taken
//!         |   |    |   the length in binary
//!         |   |    digits of the length; none: a fixed value
//!         |   digits of a tag before the length
//!         the room of the maximum is always taken
//! ```
//!
//! and [`FAMILIES`] says what a family writes its length, its characters, digits and octets in.
//! What does not follow the language stands in [`SPECIAL`].

use crate::codec::{CodePage, Coding, PrefixCoding};

const PAGE: CodePage = CodePage::Cp1047Lf;
const EBCDIC: Coding = Coding::Ebcdic(PAGE);

/// What a class is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Class {
    pub(super) value: Value,
    pub(super) length: Length,
    pub(super) tag: TagForm,
}

/// The value axis.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Value {
    /// Any characters.
    Text(Coding),
    /// Digits.
    Digits(Coding),
    /// Digits and a sign in the zone of the last.
    Zoned,
    /// A sign character and digits.
    Amount(Coding),
    /// Hexadecimal digits, packed.
    Hex,
    /// Octets.
    Binary(Coding),
    /// A bitmap.
    Bitmap(Coding),
    /// Nothing on the wire.
    Nothing,
}

/// The length axis.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Length {
    Fixed,
    Prefix {
        coding: PrefixCoding,
        width: u8,
        /// Whether the room of the maximum is always taken.
        padded: bool,
        /// Whether it counts half bytes, a spare one included.
        half_bytes: bool,
    },
    /// Ended by the token.
    Until,
}

/// The tag axis.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum TagForm {
    None,
    /// That many characters before the length.
    Characters(u8),
    /// Two EBCDIC digits before the length.
    Ebcdic,
    /// Two EBCDIC digits behind the length, which counts them.
    EbcdicBehind,
    /// The token of the field.
    Token,
}

/// What a family writes in what.
struct Family {
    name: &'static str,
    length: PrefixCoding,
    text: Coding,
    digits: Coding,
    /// Octets of fixed number; variable ones are raw everywhere.
    fixed_binary: Coding,
    tag: TagForm,
}

const fn family(
    name: &'static str,
    length: PrefixCoding,
    text: Coding,
    digits: Coding,
    fixed_binary: Coding,
    tag: TagForm,
) -> Family {
    Family { name, length, text, digits, fixed_binary, tag }
}

const EBCDIC_PREFIX: PrefixCoding = PrefixCoding::Ebcdic(PAGE);
const EBCDIC_HEX: Coding = Coding::EbcdicHex(PAGE);

#[rustfmt::skip]
const FAMILIES: &[Family] = &[
    //      name      length               text           digits         fixed binary  tag
    family("IFA",    PrefixCoding::Ascii, Coding::Ascii, Coding::Ascii, Coding::Hex,  TagForm::None),
    family("IFAE",   PrefixCoding::Ascii, EBCDIC,        EBCDIC,        EBCDIC_HEX,   TagForm::None),
    family("IFAB",   PrefixCoding::Ascii, Coding::Ascii, Coding::Bcd,   Coding::Raw,  TagForm::None),
    family("IFB",    PrefixCoding::Bcd,   Coding::Ascii, Coding::Bcd,   Coding::Raw,  TagForm::None),
    family("IFBE",   PrefixCoding::Bcd,   EBCDIC,        EBCDIC,        EBCDIC_HEX,   TagForm::None),
    family("IFE",    EBCDIC_PREFIX,       EBCDIC,        EBCDIC,        EBCDIC_HEX,   TagForm::None),
    family("IFEA",   EBCDIC_PREFIX,       Coding::Ascii, Coding::Ascii, Coding::Hex,  TagForm::None),
    family("IFEB",   EBCDIC_PREFIX,       Coding::Ascii, Coding::Bcd,   Coding::Raw,  TagForm::None),
    family("IFEP",   EBCDIC_PREFIX,       Coding::Ascii, Coding::Ascii, Coding::Raw,  TagForm::Ebcdic),
    family("IFEPE",  EBCDIC_PREFIX,       EBCDIC,        EBCDIC,        Coding::Raw,  TagForm::Ebcdic),
    family("IFELP",  EBCDIC_PREFIX,       Coding::Ascii, Coding::Ascii, Coding::Raw,  TagForm::EbcdicBehind),
    family("IFELPE", EBCDIC_PREFIX,       EBCDIC,        EBCDIC,        Coding::Raw,  TagForm::EbcdicBehind),
    family("IFIPM",  PrefixCoding::Ascii, Coding::Ascii, Coding::Ascii, Coding::Raw,  TagForm::Characters(4)),
    family("IFTA",   PrefixCoding::Ascii, Coding::Ascii, Coding::Ascii, Coding::Hex,  TagForm::Token),
    family("IFTB",   PrefixCoding::Bcd,   Coding::Ascii, Coding::Bcd,   Coding::Raw,  TagForm::Token),
    family("IFTE",   EBCDIC_PREFIX,       EBCDIC,        EBCDIC,        EBCDIC_HEX,   TagForm::Token),
];

const fn plain(value: Value, length: Length) -> Class {
    Class { value, length, tag: TagForm::None }
}

const SPECIAL: &[(&str, Class)] = &[
    ("IF_CHAR", plain(Value::Text(Coding::Ascii), Length::Fixed)),
    ("IF_ECHAR", plain(Value::Text(EBCDIC), Length::Fixed)),
    ("IF_TCHAR", plain(Value::Text(Coding::Ascii), Length::Until)),
    ("IF_FSTBINARY", plain(Value::Binary(Coding::Raw), Length::Until)),
    ("IF_NOP", plain(Value::Nothing, Length::Fixed)),
    ("IF_NOP2", plain(Value::Nothing, Length::Fixed)),
    ("IF_NULL", plain(Value::Nothing, Length::Fixed)),
    ("IF_UNUSED", plain(Value::Nothing, Length::Fixed)),
    ("Base1_BITMAP126", plain(Value::Bitmap(Coding::Raw), Length::Fixed)),
    ("IFE_SIGNED_NUMERIC", plain(Value::Zoned, Length::Fixed)),
];

/// The name of a class without its package, and without the blanks that some files have.
pub(super) fn short(name: &str) -> &str {
    name.rsplit(['.', '$']).next().unwrap_or(name).trim()
}

/// What the class of that name is, if its name is one of the language.
pub(super) fn class(name: &str) -> Option<Class> {
    if let Some((_, class)) = SPECIAL.iter().find(|(known, _)| *known == name) {
        return Some(*class);
    }
    let (family, rest) = name.split_once('_')?;
    let family = FAMILIES.iter().find(|known| known.name == family)?;
    let (padded, rest) = strip(rest, "F");
    let (tag_width, rest) = count(rest, b'T');
    let (digits, rest) = count(rest, b'L');
    let (is_binary, rest) = if digits > 0 { strip_unless(rest, "H", "HEX") } else { (false, rest) };
    let (padded_too, rest) = strip(rest, "F");
    let (other, kind) = other_coding(rest);
    let text = other.unwrap_or(family.text);
    let number = other.unwrap_or(if tag_width > 0 { family.text } else { family.digits });
    let value = match kind {
        "CHAR" => Value::Text(text),
        "NUM" | "NUMERIC" | "AMOUNT2003" => Value::Digits(number),
        "AMOUNT" => Value::Amount(number),
        "HEX" if family.digits == Coding::Bcd => Value::Hex,
        "BINARY" => Value::Binary(binary(other, if digits > 0 { Coding::Raw } else { family.fixed_binary })?),
        "BITMAP" => Value::Bitmap(family.fixed_binary),
        _ => return None,
    };
    let length = match (digits, is_binary) {
        (0, _) => Length::Fixed,
        (width @ 1..=6, is_binary) => {
            let (coding, width) = match (is_binary, width) {
                (false, width) => (family.length, width),
                (true, 1 | 2) => (PrefixCoding::Binary, 1),
                (true, _) => (PrefixCoding::Binary, 2),
            };
            // Packed digits behind a length in characters count by the octet.
            let half_bytes = other == Some(Coding::Bcd);
            Length::Prefix { coding, width, padded: padded || padded_too, half_bytes }
        }
        _ => return None,
    };
    let tag = match (tag_width, family.tag) {
        (0, tag) => tag,
        (width @ 1..=4, TagForm::None) => TagForm::Characters(width),
        _ => return None,
    };
    let fits = !(padded && digits == 0);
    fits.then_some(Class { value, length, tag })
}

/// Octets in another coding: as hexadecimal digits.
fn binary(other: Option<Coding>, usual: Coding) -> Option<Coding> {
    match other {
        None => Some(usual),
        Some(Coding::Ascii) => Some(Coding::Hex),
        Some(Coding::Ebcdic(page)) => Some(Coding::EbcdicHex(page)),
        Some(_) => None,
    }
}

/// The letter before the kind of value that says another coding than the family's.
fn other_coding(rest: &str) -> (Option<Coding>, &str) {
    let letters = [
        ("A", Coding::Ascii, ["ABINARY", "ACHAR", "ANUM"]),
        ("B", Coding::Bcd, ["BNUM", "BNUMERIC", ""]),
        ("E", EBCDIC, ["ECHAR", "ENUM", "EBINARY"]),
    ];
    for (letter, coding, names) in letters {
        if names.contains(&rest) && !rest.is_empty() {
            return (Some(coding), rest.strip_prefix(letter).unwrap_or(rest));
        }
    }
    (None, rest)
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

    const fn prefix(coding: PrefixCoding, width: u8, padded: bool) -> Length {
        Length::Prefix { coding, width, padded, half_bytes: false }
    }

    fn of(name: &str) -> (Value, Length, TagForm) {
        let Class { value, length, tag } = class(name).unwrap_or_else(|| panic!("{name}"));
        (value, length, tag)
    }

    #[test]
    fn names_are_read_letter_by_letter() {
        let prefixed = |coding, width| prefix(coding, width, false);
        let (ascii, bcd, binary) = (PrefixCoding::Ascii, PrefixCoding::Bcd, PrefixCoding::Binary);
        let none = TagForm::None;
        assert_eq!(of("IFA_NUMERIC"), (Value::Digits(Coding::Ascii), Length::Fixed, none));
        assert_eq!(of("IFB_LLLLBINARY"), (Value::Binary(Coding::Raw), prefixed(bcd, 4), none));
        assert_eq!(of("IFB_LLHECHAR"), (Value::Text(EBCDIC), prefixed(binary, 1), none));
        assert_eq!(of("IFB_LLLHBINARY"), (Value::Binary(Coding::Raw), prefixed(binary, 2), none));
        assert_eq!(of("IFB_LLHFBINARY"), (Value::Binary(Coding::Raw), prefix(binary, 1, true), none));
        assert_eq!(of("IFB_LLHEX"), (Value::Hex, prefixed(bcd, 2), none));
        assert_eq!(of("IFB_LLHHEX"), (Value::Hex, prefixed(binary, 1), none));
        let half_bytes = Length::Prefix { coding: ascii, width: 2, padded: false, half_bytes: true };
        assert_eq!(of("IFA_LLBNUM"), (Value::Digits(Coding::Bcd), half_bytes, none));
        assert_eq!(of("IFB_HEX"), (Value::Hex, Length::Fixed, none));
        assert_eq!(of("IFA_FLLCHAR"), (Value::Text(Coding::Ascii), prefix(ascii, 2, true), none));
        assert_eq!(of("IFA_LLABINARY"), (Value::Binary(Coding::Hex), prefixed(ascii, 2), none));
        assert_eq!(of("IFE_BITMAP"), (Value::Bitmap(EBCDIC_HEX), Length::Fixed, none));
        assert_eq!(of("IFE_LLLEBINARY"), (Value::Binary(EBCDIC_HEX), prefixed(EBCDIC_PREFIX, 3), none));
        assert_eq!(
            of("IFA_TTLLLCHAR"),
            (Value::Text(Coding::Ascii), prefixed(ascii, 3), TagForm::Characters(2))
        );
        assert_eq!(
            of("IFELPE_LLLCHAR"),
            (Value::Text(EBCDIC), prefixed(EBCDIC_PREFIX, 3), TagForm::EbcdicBehind)
        );
        assert_eq!(of("IFTA_LLLNUM"), (Value::Digits(Coding::Ascii), prefixed(ascii, 3), TagForm::Token));
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
        ] {
            assert_eq!(class(name), None, "{name}");
        }
        assert_eq!(short(" org.jpos.iso.packager.PostPackager$PostPrivatePackager "), "PostPrivatePackager");
    }
}
