//! What formatting shows of an element: one decision, for the listing, the hexdump, `Display`, `Debug` and the
//! command alike.
//!
//! The row of the spec says what is private, and the octets say what is a card number wherever it stands. Of
//! octets that cannot be trusted to be what the spec takes them for, nothing is shown but codes that are in their
//! list, and the ends of what is a card number.

use core::fmt;
use core::ops::Range;

use super::field::{Field, Text};
use super::listed::is_listed;
use super::message::Message;
use super::vouch::vouches;
use crate::codec::window::Octets;
use crate::layout::Order;
use crate::mask::{
    self, Alphabet, Hidden, Inner, Privacy, Veil, holds_card, write_hiding, write_kinds, write_plain,
};
use crate::model::content::Content;
use crate::model::error::{Key, KeyStyle};
use crate::model::mti::Mti;
use crate::model::trust::Trust;

/// How a value is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum View {
    /// As it is.
    Plain,
    /// Without the inner digits of card numbers, and without tracks.
    Veiled,
    /// As its privacy says.
    Private(Privacy),
    /// The same, and nothing that could be the inner digits of another card number.
    Ends(Privacy),
    /// By the kinds of its characters.
    Kinds,
}

impl Field<'_> {
    /// Whether formatting hides anything of the value: because its row is private, because a card number is in
    /// it, or because the message cannot be trusted.
    #[must_use]
    pub fn is_masked(&self) -> bool {
        self.view() != View::Plain
    }

    /// The octets of the value, and `None` for each that formatting hides, wholly or in part.
    pub fn masked(&self) -> impl Iterator<Item = Option<u8>> + '_ {
        let view = self.view();
        let mut veil = Veil::new(&self.value, self.content());
        self.value.iter().enumerate().map(move |(index, octet)| {
            let is_shown = match view {
                View::Plain => true,
                View::Kinds => false,
                View::Veiled => veil.hides(index) == Hidden::None,
                View::Private(privacy) => privacy.shows(&self.value, index),
                View::Ends(privacy) => {
                    let (wire, at) = (self.wire(), self.value.position(index));
                    privacy.shows(&self.value, index) && !Inner::of(&wire, at..at + 1).hides(at)
                }
            };
            is_shown.then_some(octet)
        })
    }

    /// The key, as formatting shows it: a tag that no layout lists is hidden where the message cannot be
    /// trusted.
    #[must_use]
    pub fn shown_key(&self) -> impl fmt::Display + use<> {
        let is_listed =
            matches!(self.key.style(), KeyStyle::Number) || self.element.key() == self.key.value();
        ShownKey { key: self.key, is_hidden: !is_listed && self.value.trust() == Trust::Doubtful }
    }

    pub(crate) fn view(&self) -> View {
        match (self.trust(), self.element.privacy) {
            (Trust::Doubtful, Privacy::Open) if self.is_code() => View::Plain,
            (Trust::Doubtful, Privacy::Open) => View::Kinds,
            (Trust::Doubtful, privacy) if self.is_card(privacy) => View::Ends(privacy),
            (Trust::Doubtful, _) => View::Private(Privacy::Secret),
            (_, Privacy::Open) if self.holds_card() => View::Veiled,
            (_, Privacy::Open) => View::Plain,
            (_, privacy) => View::Private(privacy),
        }
    }

    /// Whether the value of an open element holds a card number, and is not known to be something else.
    pub(crate) fn holds_card(&self) -> bool {
        holds_card(&self.value, self.element.content) && !vouches(self)
    }

    /// Whether the digits of parts, read as one, are a card number: then none of the parts is trusted.
    pub(crate) fn spoils_parts(&self) -> bool {
        let in_positions = |order: &Order<'_>| matches!(order, Order::Positions { .. });
        self.privacy_is_open()
            && self.element.layout.is_some_and(|layout| in_positions(layout.order()))
            && self.holds_card()
    }

    /// Whether this is an element of the message, and holds a code that is in its list.
    pub(crate) fn is_code(&self) -> bool {
        let number = u8::try_from(self.key.value()).ok();
        let element = self.spec.zip(number).and_then(|(spec, number)| spec.element(number));
        element.is_some_and(|element| core::ptr::eq(element, self.element)) && is_listed(self)
    }

    /// Whether a private value is a card number, or a track with one, so that its ends may be shown.
    fn is_card(&self, privacy: Privacy) -> bool {
        let end = match privacy {
            Privacy::Pan { .. } => self.len(),
            Privacy::Track => {
                self.value.iter().position(|octet| matches!(octet, b'=' | b'D')).unwrap_or(usize::MAX)
            }
            Privacy::Open | Privacy::Secret => return false,
        };
        mask::Text::new(&self.value, Alphabet::Ascii).until(end).card(0) == Some(end)
    }
}

/// The head of a message that is settled.
impl Message<'_> {
    pub(crate) fn is_doubtful(&self) -> bool {
        self.trust == Trust::Doubtful
    }

    pub(crate) fn shown_mti(&self) -> ShownMti {
        ShownMti(self.shows_mti().then_some(self.mti))
    }

    pub(crate) fn shows_mti(&self) -> bool {
        let start = self.spec().header();
        !self.is_doubtful() || self.mti.is_known() && self.is_clear(start..start + self.spec().mti().len())
    }

    /// Whether it may be told which elements the bitmaps announce.
    pub(crate) fn shows_bitmaps(&self) -> bool {
        let start = self.spec().header() + self.spec().mti().len();
        !self.is_doubtful() || self.is_clear(start..start + self.bitmap_len())
    }

    /// How many octets the bitmaps at the start take.
    pub(crate) fn bitmap_len(&self) -> usize {
        let form = self.spec().bitmap();
        let apart = form.has_third_among_values() && self.bitmaps == 3;
        let count = usize::from(self.bitmaps) - usize::from(apart);
        count * form.coding.wire_len(Content::B, usize::from(form.octets))
    }

    /// Whether no octet of a range could be an inner digit of a card number.
    fn is_clear(&self, range: Range<usize>) -> bool {
        let wire = Octets::of(self.wire());
        let mut inner = Inner::of(&wire, range.clone());
        !range.into_iter().any(|index| inner.hides(index))
    }
}

/// A message type, if it may be shown.
pub(crate) struct ShownMti(Option<Mti>);

impl fmt::Display for ShownMti {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(mti) => fmt::Display::fmt(&mti, f),
            None => f.write_str("####"),
        }
    }
}

impl fmt::Debug for ShownMti {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Every element of a spec that is not open shows here as `*`, and so do the inner digits of a card number in an
/// open one. Of a message that cannot be trusted only kinds of characters are shown: `#` for a digit, `@` for a
/// letter.
impl fmt::Display for Field<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(f, &self.value, self.element.content, self.view())
    }
}

impl fmt::Debug for Field<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Field({} {self})", self.shown_key())
    }
}

/// Writes a value as its view says.
pub(crate) fn write(
    f: &mut fmt::Formatter<'_>,
    value: &Octets<'_>,
    content: Content,
    view: View,
) -> fmt::Result {
    let unless = |is_shown| if is_shown { Hidden::None } else { Hidden::Both };
    match view {
        View::Plain => write_plain(f, value, content),
        View::Kinds => write_kinds(f, value, content),
        View::Veiled => {
            let mut veil = Veil::new(value, content);
            write_hiding(f, value, content, |index| veil.hides(index))
        }
        View::Private(privacy) => {
            write_hiding(f, value, content, |index| unless(privacy.shows(value, index)))
        }
        View::Ends(privacy) => {
            let wire = Octets::of(value.wire());
            let last = value.position(value.len().saturating_sub(1));
            let mut inner = Inner::of(&wire, value.position(0)..last + 1);
            let mut shows = |index| privacy.shows(value, index) && !inner.hides(value.position(index));
            write_hiding(f, value, content, |index| unless(shows(index)))
        }
    }
}

/// Masked as [`Field`] is. To carry a value on, take its characters.
impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(f, &self.exposed.value, Content::Any, self.view)
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

/// See [`Field::shown_key`].
struct ShownKey {
    key: Key,
    is_hidden: bool,
}

impl fmt::Display for ShownKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_hidden { f.write_str("****") } else { fmt::Display::fmt(&self.key, f) }
    }
}
