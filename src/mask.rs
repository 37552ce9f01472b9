//! Privacy of elements, and how private values are shown.

use core::cmp::Ordering;
use core::fmt::{self, Write};

use crate::codec::window::{Octets, hex_digit};
use crate::model::content::Content;

/// What formatting may show of an element. A column of the spec, not a switch.
///
/// Nothing turns masking off: a value is either open, or shown masked and read with `expose`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Privacy {
    /// Shown in full, read with `text`, `number`, `bytes`.
    Open,
    /// A card number: the first `head` and the last `tail` characters are shown.
    Pan {
        /// Characters shown at the start: 6, or 8 for eight-digit issuer numbers.
        head: u8,
        /// Characters shown at the end.
        tail: u8,
    },
    /// Track data: its card number is shown as [`PAN`] is, the rest hidden. What does not look
    /// like a track is hidden whole.
    Track,
    /// Only the length is shown.
    Secret,
}

/// Shown in full.
pub const OPEN: Privacy = Privacy::Open;
/// Only the length is shown. What a row that does not say its privacy gets.
pub const SECRET: Privacy = Privacy::Secret;
/// First six and last four characters are shown.
pub const PAN: Privacy = Privacy::Pan { head: 6, tail: 4 };
/// Track data.
pub const TRACK: Privacy = Privacy::Track;

impl Privacy {
    /// Whether formatting shows the whole value.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Open)
    }

    /// Whether the mask hides enough: at most eight characters in front and four behind.
    pub(crate) const fn is_valid(self) -> bool {
        match self {
            Self::Pan { head, tail } => head <= 8 && tail <= 4,
            _ => true,
        }
    }

    /// Whether the character at `index` of `value` may be shown.
    fn shows(self, value: &Octets<'_>, index: usize) -> bool {
        match self {
            Self::Open => true,
            Self::Secret => false,
            Self::Pan { head, tail } => shows_pan(value.len(), index, (head, tail)),
            Self::Track => {
                let separator = value.iter().position(|octet| matches!(octet, b'=' | b'D'));
                separator.is_some_and(|end| {
                    let digits = value.slice(0, end);
                    let is_pan = end <= 19 && digits.iter().all(|octet| octet.is_ascii_digit());
                    is_pan
                        && match index.cmp(&end) {
                            Ordering::Less => shows_pan(end, index, (6, 4)),
                            Ordering::Equal => true,
                            Ordering::Greater => false,
                        }
                })
            }
        }
    }
}

/// A card number shorter than 12 digits, or one that the shown ends would leave fewer than three
/// hidden characters of, is hidden whole.
fn shows_pan(len: usize, index: usize, (head, tail): (u8, u8)) -> bool {
    let (head, tail) = (usize::from(head), usize::from(tail));
    len >= 12 && len >= head + tail + 3 && (index < head || index >= len - tail)
}

/// Writes `value` as text or as hexadecimal, hiding what its privacy hides behind `*`.
pub(crate) fn write_masked(
    f: &mut impl Write,
    value: &Octets<'_>,
    content: Content,
    privacy: Privacy,
) -> fmt::Result {
    for (index, octet) in value.iter().enumerate() {
        let shown = privacy.shows(value, index);
        match (shown, content.is_binary()) {
            (false, false) => f.write_char('*')?,
            (false, true) => f.write_str("**")?,
            (true, true) => write_hex(f, octet)?,
            (true, false) => write_character(f, octet)?,
        }
    }
    Ok(())
}

/// A printable ASCII character as itself, any other octet escaped, so that no value can forge a
/// line of a log.
pub(crate) fn write_character(f: &mut impl Write, octet: u8) -> fmt::Result {
    match octet {
        0x20..=0x7E => f.write_char(char::from(octet)),
        _ => {
            f.write_str("\\x")?;
            write_hex(f, octet)
        }
    }
}

pub(crate) fn write_hex(f: &mut impl Write, octet: u8) -> fmt::Result {
    f.write_char(char::from(hex_digit(octet >> 4)))?;
    f.write_char(char::from(hex_digit(octet & 0x0F)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;

    fn masked(value: &[u8], content: Content, privacy: Privacy) -> String {
        let mut text = String::new();
        write_masked(&mut text, &Octets::of(value), content, privacy).unwrap();
        text
    }

    #[test]
    fn a_card_number_keeps_its_length_and_its_ends() {
        assert_eq!(masked(b"4111111111111111", Content::N, PAN), "411111******1111");
        assert_eq!(masked(b"411111111111", Content::N, PAN), "************");
        assert_eq!(masked(b"4111111111111", Content::N, PAN), "411111***1111");
        assert_eq!(masked(b"41111111", Content::N, PAN), "********");
    }

    #[test]
    fn a_track_that_is_none_is_hidden_whole() {
        assert_eq!(
            masked(b"4111111111111111=29122011234", Content::Z, TRACK),
            "411111******1111=***********"
        );
        assert_eq!(masked(b"4111111111111111D2912", Content::Z, TRACK), "411111******1111D****");
        assert_eq!(masked(b"41111111111111112912", Content::Z, TRACK), "********************");
        assert_eq!(masked(b"411111111111111111111111=29", Content::Z, TRACK), "***************************");
    }

    #[test]
    fn binary_is_hexadecimal_and_control_characters_are_escaped() {
        assert_eq!(masked(&[0x9F, 0x26], Content::B, OPEN), "9F26");
        assert_eq!(masked(&[0x9F, 0x26], Content::B, SECRET), "****");
        assert_eq!(masked(b"a\nb", Content::Any, OPEN), "a\\x0Ab");
    }
}
