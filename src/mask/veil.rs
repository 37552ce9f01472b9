//! What of a value may be shown that its spec calls open.

use super::card::{Alphabet, Cards, Text};
use super::issuer::SHORTEST;
use crate::codec::window::Octets;
use crate::model::content::Content;

/// What of an octet is hidden. Only where octets are shown as hexadecimal digits is a half octet shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Hidden {
    None,
    High,
    Low,
    Both,
}

/// Hides the inner digits of card numbers, and tracks, in a value.
pub(crate) struct Veil<'v, 'a> {
    written: [Option<Cards<'v, 'a>>; 2],
    packed: Option<Cards<'v, 'a>>,
}

impl<'v, 'a> Veil<'v, 'a> {
    pub(crate) fn new(value: &'v Octets<'a>, content: Content) -> Self {
        let cards = |alphabet| text(value, content, alphabet).map(Cards::new);
        Self { written: [cards(Alphabet::Ascii), cards(Alphabet::Ebcdic)], packed: cards(Alphabet::Packed) }
    }

    /// What of the octet at `index` is hidden. Asked in ascending order.
    pub(crate) fn hides(&mut self, index: usize) -> Hidden {
        let mut written = false;
        // every one of them is asked, because each goes on with the octets
        for cards in self.written.iter_mut().flatten() {
            written |= cards.hides(index);
        }
        let mut half = |index| self.packed.as_mut().is_some_and(|cards| cards.hides(index));
        match (half(2 * index), half(2 * index + 1)) {
            _ if written => Hidden::Both,
            (true, true) => Hidden::Both,
            (true, false) => Hidden::High,
            (false, true) => Hidden::Low,
            (false, false) => Hidden::None,
        }
    }
}

/// Whether a card number or a track is in a value.
#[inline]
pub(crate) fn holds_card(value: &Octets<'_>, content: Content) -> bool {
    let shortest = if matches!(content, Content::B | Content::Any) { SHORTEST / 2 } else { SHORTEST };
    value.len() >= shortest && finds_card(value, content)
}

fn finds_card(value: &Octets<'_>, content: Content) -> bool {
    Alphabet::ALL
        .into_iter()
        .filter_map(|alphabet| text(value, content, alphabet))
        .any(|text| text.holds_card())
}

/// The value as characters of an alphabet, if it can be written in it: text is ASCII once it is decoded, unless
/// it is of any octets.
fn text<'v, 'a>(value: &'v Octets<'a>, content: Content, alphabet: Alphabet) -> Option<Text<'v, 'a>> {
    let text = Text::new(value, alphabet);
    match (content, alphabet) {
        (Content::B, _) => Some(text),
        (Content::Any, _) => Some(text.written()),
        (_, Alphabet::Ascii) => Some(text),
        _ => None,
    }
}
