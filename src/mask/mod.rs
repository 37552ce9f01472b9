//! Privacy of elements, and how private values are shown.

mod card;
mod issuer;
mod veil;
mod whole;
mod write;

#[cfg(feature = "alloc")]
use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

use crate::codec::window::Octets;
use crate::model::content::Content;

pub(crate) use card::{Alphabet, Inner, Text};
pub(crate) use veil::{Hidden, Veil, holds_card};
pub(crate) use whole::{is_card_across, is_inner_digit};
pub(crate) use write::{write_character, write_hex, write_hiding, write_kinds, write_plain};

/// What formatting may show of an element. A column of the spec, not a switch.
///
/// Nothing turns masking off: a value is either open, or shown masked and read with `expose`.
///
/// Exhaustive on purpose: whoever shows a value has to decide for each.
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

    /// Whether the mask hides enough: at most eight characters at the start and four at the end.
    pub(crate) const fn is_valid(self) -> bool {
        match self {
            Self::Pan { head, tail } => head <= 8 && tail <= 4,
            _ => true,
        }
    }

    /// Which characters of a value may be shown.
    pub(crate) fn ends(self, value: &Octets<'_>) -> ShownEnds {
        match self {
            Self::Open => ShownEnds { head: value.len(), tail: 0..0 },
            Self::Secret => ShownEnds::NONE,
            Self::Pan { head, tail } => ShownEnds::of_pan(value.len(), (head, tail)),
            Self::Track => {
                let separator = value.iter().position(|octet| matches!(octet, b'=' | b'D'));
                let is_pan = |end: &usize| {
                    *end <= 19 && value.slice(0, *end).iter().all(|octet| octet.is_ascii_digit())
                };
                separator.filter(is_pan).map_or(ShownEnds::NONE, |end| {
                    let ShownEnds { head, tail } = ShownEnds::of_pan(end, (6, 4));
                    ShownEnds { head, tail: tail.start..end + 1 }
                })
            }
        }
    }
}

/// The first and the last characters of a card number: those that are shown.
pub(crate) struct ShownEnds {
    head: usize,
    tail: Range<usize>,
}

impl ShownEnds {
    const NONE: Self = Self { head: 0, tail: 0..0 };

    /// A card number shorter than 12 digits, or one that the shown ends would leave fewer than three
    /// hidden characters of, is hidden whole.
    fn of_pan(len: usize, (head, tail): (u8, u8)) -> Self {
        let (head, tail) = (usize::from(head), usize::from(tail));
        let is_long = len >= 12 && len >= head + tail + 3;
        let (head, tail) = if is_long { (head, tail) } else { (0, 0) };
        Self { head, tail: len - tail..len }
    }

    /// Whether the character at `index` is shown.
    pub(crate) fn show(&self, index: usize) -> bool {
        index < self.head || self.tail.contains(&index)
    }
}

/// Octets as hexadecimal digits, the inner digits of card numbers and tracks hidden: for headers, and for what
/// has no spec.
///
/// ```
/// let header = [0x60, 0x41, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11];
/// assert_eq!(cardwire::mask::hex(&header).to_string(), "604111********1111");
/// ```
#[must_use]
pub fn hex(octets: &[u8]) -> impl fmt::Display + use<'_> {
    Hex(octets)
}

/// Which octets of a text in ASCII are inner digits of a card number, or belong to a track: those that nobody may
/// see. Other characters, in UTF-8 or any superset of ASCII, part digits from each other.
///
/// ```
/// let text = "PAID BY 4111111111111111 ON 17";
/// let hidden = cardwire::mask::hidden(text.as_bytes());
/// let shown: String = text.chars().zip(hidden).map(|(seen, hidden)| if hidden { '*' } else { seen }).collect();
/// assert_eq!(shown, "PAID BY 411111******1111 ON 17");
/// ```
#[cfg(feature = "alloc")]
#[must_use]
pub fn hidden(text: &[u8]) -> Vec<bool> {
    let value = Octets::of(text);
    let mut cards = card::Cards::new(Text::new(&value, Alphabet::Ascii));
    (0..text.len()).map(|index| cards.hides(index)).collect()
}

struct Hex<'a>(&'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = Octets::of(self.0);
        let mut veil = Veil::new(&value, Content::B);
        write_hiding(f, &value, Content::B, |index| veil.hides(index))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;

    fn masked(value: &[u8], content: Content, privacy: Privacy) -> String {
        let (mut text, value) = (String::new(), Octets::of(value));
        let ends = privacy.ends(&value);
        let hides = |index| if ends.show(index) { Hidden::None } else { Hidden::Both };
        write_hiding(&mut text, &value, content, hides).unwrap();
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
