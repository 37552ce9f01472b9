//! How parts of an element are called.

use core::fmt;

/// The name of a part within a composite element: a position, a sub-element number or a tag.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    value: u32,
    style: KeyStyle,
}

/// How a [`Key`] is written.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
#[non_exhaustive]
pub enum KeyStyle {
    /// A position or bit number: `3`.
    Number,
    /// A decimal tag of that many digits: `0105`.
    Digits(u8),
    /// A binary or BER tag in hexadecimal: `9F26`.
    Hex,
    /// A tag of one to four characters: `ABC`.
    Text,
}

impl Key {
    /// A position or bit number within a composite.
    #[must_use]
    pub const fn number(value: u32) -> Self {
        Self { value, style: KeyStyle::Number }
    }

    /// A tag, written in `style`.
    #[must_use]
    pub const fn tag(value: u32, style: KeyStyle) -> Self {
        Self { value, style }
    }

    /// The number, or the tag's octets read as a big-endian number.
    #[must_use]
    pub const fn value(self) -> u32 {
        self.value
    }

    /// How the key is written.
    #[must_use]
    pub const fn style(self) -> KeyStyle {
        self.style
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.style {
            KeyStyle::Number => write!(f, "{}", self.value),
            KeyStyle::Digits(width) => write!(f, "{:0width$}", self.value, width = usize::from(width)),
            KeyStyle::Hex => {
                let digits = match self.value {
                    0..=0xFF => 2,
                    0x100..=0xFFFF => 4,
                    0x1_0000..=0xFF_FFFF => 6,
                    _ => 8,
                };
                write!(f, "{:0digits$X}", self.value)
            }
            KeyStyle::Text => {
                let octets = self.value.to_be_bytes();
                octets.iter().skip_while(|octet| **octet == 0).try_for_each(|octet| match octet {
                    0x21..=0x7E => write!(f, "{}", char::from(*octet)),
                    other => write!(f, "\\x{other:02X}"),
                })
            }
        }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_written_as_their_field_writes_them() {
        assert_eq!(std::format!("{}", Key::tag(105, KeyStyle::Digits(4))), "0105");
        assert_eq!(std::format!("{}", Key::tag(0x41_42_43, KeyStyle::Text)), "ABC");
        assert_eq!(std::format!("{}", Key::tag(0x9F26, KeyStyle::Hex)), "9F26");
        assert_eq!(std::format!("{}", Key::tag(0x0103, KeyStyle::Hex)), "0103");
    }
}
