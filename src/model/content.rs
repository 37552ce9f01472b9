//! Content classes: which characters an element may hold.
//!
//! The letters are the standard's own: `n` digits, `a` letters, `s` special characters, `b` binary,
//! `z` magnetic-stripe characters, `x+n` a signed amount. A blank is accepted wherever letters are,
//! because the standard pads fixed `a` and `an` elements with blanks.

use core::fmt;

/// The class of characters an element holds, named as the standard names it.
///
/// Exhaustive on purpose: what reads or writes octets by a spec, as an exporter does, has to know every one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Content {
    /// `n`: digits `0`-`9`.
    N,
    /// `a`: letters, and the blank that pads them.
    A,
    /// `an`: letters, digits, blank.
    An,
    /// `anp`: letters, digits, and blank as a pad character. Same characters as [`Content::An`].
    Anp,
    /// `ns`: digits and special characters, no letters.
    Ns,
    /// `s`: special characters and blank.
    S,
    /// `ans`: every printable ASCII character, `0x20`-`0x7E`.
    Ans,
    /// `z`: the characters of tracks 2 and 3, `0x30`-`0x3F`, and `D` where a host writes the
    /// separator `=` so.
    Z,
    /// `ne`: digits, and the separator `=` of a track: what a link calls numeric that may hold one.
    Ne,
    /// `x+n`: `C` (credit) or `D` (debit), then digits.
    Xn,
    /// `y+n`: one printable character, then digits: a signed amount on links that write other signs
    /// than `C` and `D`, or a digit where the sign belongs.
    Yn,
    /// `h`: hexadecimal digits, read and written as text.
    H,
    /// `b`: any octet; the value is bytes, not text.
    B,
    /// `ansb`: any octet, read as text: GBK or Latin-1 names, and elements of no declared class.
    Any,
}

impl Content {
    /// Every class, in the order of the enum.
    pub const ALL: [Self; 14] = [
        Self::N,
        Self::A,
        Self::An,
        Self::Anp,
        Self::Ns,
        Self::S,
        Self::Ans,
        Self::Z,
        Self::Ne,
        Self::Xn,
        Self::Yn,
        Self::H,
        Self::B,
        Self::Any,
    ];

    /// The standard's notation, such as `an`.
    #[must_use]
    pub const fn notation(self) -> &'static str {
        match self {
            Self::N => "n",
            Self::A => "a",
            Self::An => "an",
            Self::Anp => "anp",
            Self::Ns => "ns",
            Self::S => "s",
            Self::Ans => "ans",
            Self::Z => "z",
            Self::Ne => "ne",
            Self::Xn => "x+n",
            Self::Yn => "y+n",
            Self::H => "h",
            Self::B => "b",
            Self::Any => "ansb",
        }
    }

    /// Whether `octet` may stand at position `index` of a value of this class.
    ///
    /// The position matters for `x+n` and `y+n` alone: their first character is the sign.
    #[must_use]
    #[inline]
    pub const fn admits(self, index: usize, octet: u8) -> bool {
        match self {
            Self::N => octet.is_ascii_digit(),
            Self::A => octet.is_ascii_alphabetic() || octet == b' ',
            Self::An | Self::Anp => octet.is_ascii_alphanumeric() || octet == b' ',
            Self::Ns => matches!(octet, 0x20..=0x7E) && !octet.is_ascii_alphabetic(),
            Self::S => matches!(octet, 0x20..=0x7E) && !octet.is_ascii_alphanumeric(),
            Self::Ans => matches!(octet, 0x20..=0x7E),
            Self::Z => matches!(octet, 0x30..=0x3F | b'D'),
            Self::Ne => matches!(octet, b'0'..=b'9' | b'='),
            Self::Xn if index == 0 => matches!(octet, b'C' | b'D'),
            Self::Yn if index == 0 => matches!(octet, 0x20..=0x7E),
            Self::Xn | Self::Yn => octet.is_ascii_digit(),
            Self::H => octet.is_ascii_hexdigit(),
            Self::B | Self::Any => true,
        }
    }

    /// Whether every value of class `other` could stand within a value of this class.
    pub(crate) const fn includes(self, other: Self) -> bool {
        match self {
            Self::N => matches!(other, Self::N),
            Self::A => matches!(other, Self::A),
            Self::An | Self::Anp => {
                matches!(other, Self::N | Self::A | Self::An | Self::Anp | Self::Xn | Self::H)
            }
            Self::S => matches!(other, Self::S),
            Self::Ns => matches!(other, Self::N | Self::S | Self::Ns | Self::Ne),
            Self::Ans => !matches!(other, Self::B | Self::Any),
            Self::Z => matches!(other, Self::N | Self::Z | Self::Ne),
            Self::Ne => matches!(other, Self::N | Self::Ne),
            Self::Xn | Self::Yn => matches!(other, Self::N),
            Self::H => matches!(other, Self::N | Self::Xn | Self::H),
            Self::B | Self::Any => true,
        }
    }

    /// Whether the value is a sign followed by digits.
    #[must_use]
    pub(crate) const fn is_signed(self) -> bool {
        matches!(self, Self::Xn | Self::Yn)
    }

    /// Whether the value is bytes rather than text.
    #[must_use]
    pub const fn is_binary(self) -> bool {
        matches!(self, Self::B)
    }
}

impl fmt::Display for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.notation())
    }
}

/// What kind of character stood where another was expected.
///
/// Errors name the kind and never the character: it may belong to a card number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum CharKind {
    /// `0`-`9`.
    Digit,
    /// A letter.
    Letter,
    /// A blank.
    Blank,
    /// `+` or `-`.
    Sign,
    /// Another printable character.
    Special,
    /// A control character, `0x00`-`0x1F` or `0x7F`.
    Control,
    /// An octet above `0x7F`.
    High,
}

impl CharKind {
    /// The kind of `octet`.
    #[must_use]
    pub const fn of(octet: u8) -> Self {
        match octet {
            b'0'..=b'9' => Self::Digit,
            b'A'..=b'Z' | b'a'..=b'z' => Self::Letter,
            b' ' => Self::Blank,
            b'+' | b'-' => Self::Sign,
            0x21..=0x7E => Self::Special,
            0x00..=0x1F | 0x7F => Self::Control,
            0x80.. => Self::High,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_nest_as_the_standard_says() {
        for octet in 0..=255u8 {
            let admits = |class: Content| class.admits(1, octet);
            assert!(!admits(Content::N) || admits(Content::An));
            assert!(!admits(Content::A) || admits(Content::An));
            assert!(!admits(Content::An) || admits(Content::Ans));
            assert!(!admits(Content::S) || admits(Content::Ns));
            assert_eq!(admits(Content::Ans), (0x20..=0x7E).contains(&octet));
            assert!(admits(Content::B) && admits(Content::Any));
        }
    }

    #[test]
    fn a_class_includes_another_when_it_admits_all_of_it() {
        for class in Content::ALL {
            for other in Content::ALL {
                let mut octets = 0..=255u8;
                let admits = |octet: u8| class.admits(1, octet);
                let all =
                    octets.all(|octet| !(other.admits(0, octet) || other.admits(1, octet)) || admits(octet));
                assert_eq!(class.includes(other), all, "{class} {other}");
            }
        }
    }

    #[test]
    fn a_signed_amount_starts_with_its_sign() {
        assert!(Content::Xn.admits(0, b'C') && Content::Xn.admits(0, b'D') && !Content::Xn.admits(0, b'1'));
        assert!(Content::Xn.admits(1, b'1') && !Content::Xn.admits(1, b'C'));
    }
}
