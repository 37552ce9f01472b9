//! What lengths count.

use core::fmt;

use crate::model::content::Content;
use crate::model::lang::{Tell, Tongue, say};

/// What the lengths of an [`Error`](crate::Error) count.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Unit {
    /// Bytes of the message, of a frame or of a buffer.
    Bytes,
    /// Octets of a binary value, before coding: in hexadecimal digits they take twice the bytes.
    Octets,
    /// Decimal digits.
    Digits,
    /// Hexadecimal digits.
    HexDigits,
    /// Characters of text; of a signed amount, its sign included.
    Characters,
    /// Parts of a composite.
    Parts,
    /// Items of a sequence or a tuple in the caller's own type.
    Items,
}

impl Unit {
    /// What the length of a value of this class counts.
    #[must_use]
    pub const fn of(content: Content) -> Self {
        match content {
            Content::N => Self::Digits,
            Content::H => Self::HexDigits,
            Content::B => Self::Octets,
            _ => Self::Characters,
        }
    }

    /// The word for that many of them.
    pub(crate) const fn word(self, number: usize) -> &'static str {
        match (self, number) {
            (Self::Bytes, 1) => "byte",
            (Self::Bytes, _) => "bytes",
            (Self::Octets, 1) => "octet",
            (Self::Octets, _) => "octets",
            (Self::Digits, 1) => "digit",
            (Self::Digits, _) => "digits",
            (Self::HexDigits, 1) => "hexadecimal digit",
            (Self::HexDigits, _) => "hexadecimal digits",
            (Self::Characters, 1) => "character",
            (Self::Characters, _) => "characters",
            (Self::Parts, 1) => "part",
            (Self::Parts, _) => "parts",
            (Self::Items, 1) => "item",
            (Self::Items, _) => "items",
        }
    }

    /// A number with its unit: `1 digit`, `19 digits`.
    pub(crate) const fn count(self, number: usize) -> Count {
        Count { number, unit: self }
    }
}

/// A number of units, in words.
pub(crate) struct Count {
    number: usize,
    unit: Unit,
}

/// `19 digits`, `19位数字`.
impl Tell for Count {
    fn tell<L: Tongue>(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { number, unit } = *self;
        let word = unit.word(number);
        match unit {
            Unit::Bytes => say!(L, f, "{number} {word}", "{number}字节"),
            Unit::Octets => say!(L, f, "{number} {word}", "{number}个八位字节"),
            Unit::Digits => say!(L, f, "{number} {word}", "{number}位数字"),
            Unit::HexDigits => say!(L, f, "{number} {word}", "{number}位十六进制数字"),
            Unit::Characters => say!(L, f, "{number} {word}", "{number}个字符"),
            Unit::Parts => say!(L, f, "{number} {word}", "{number}个子域"),
            Unit::Items => say!(L, f, "{number} {word}", "{number}项"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::lang::English;

    #[test]
    fn one_is_not_many() {
        let words = |unit: Unit, number| std::format!("{}", unit.count(number).said::<English>());
        assert_eq!(words(Unit::Digits, 1), "1 digit");
        assert_eq!(words(Unit::of(Content::B), 0), "0 octets");
        assert_eq!(words(Unit::of(Content::Xn), 9), "9 characters");
        assert_eq!(words(Unit::of(Content::H), 2), "2 hexadecimal digits");
    }
}
