//! What formatting shows of an element: one decision, for the listing, the hexdump, `Display`, `Debug` and the
//! command alike.
//!
//! The row of the spec says what is private, and the octets say what is a card number wherever it stands. Of
//! octets that cannot be trusted to be what the spec takes them for, nothing is shown but codes that are in their
//! list, and the ends of what is a card number.

use core::fmt;
use core::ops::Range;

use super::listed::is_listed;
use super::vouch::vouches;
use crate::codec::window::Octets;
use crate::layout::{Element, Order};
use crate::mask::{
    self, Alphabet, Hidden, Inner, Privacy, Veil, holds_card, is_inner_digit, write_hiding, write_kinds,
    write_plain,
};
use crate::model::content::Content;
use crate::model::error::Key;
use crate::model::trust::Trust;
use crate::spec::Spec;

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
    /// As its privacy says, without the inner digits of card numbers, those included that stand alone across elements.
    Guarded(Privacy),
    /// By the kinds of its characters.
    Kinds,
}

impl View {
    /// Writes a value.
    pub(crate) fn write(
        self,
        f: &mut fmt::Formatter<'_>,
        value: &Octets<'_>,
        content: Content,
    ) -> fmt::Result {
        let unless = |is_shown| if is_shown { Hidden::None } else { Hidden::Both };
        match self {
            Self::Plain => write_plain(f, value, content),
            Self::Kinds => write_kinds(f, value, content),
            Self::Veiled => {
                let mut veil = Veil::new(value, content);
                write_hiding(f, value, content, |index| veil.hides(index))
            }
            Self::Private(privacy) => {
                let ends = privacy.ends(value);
                write_hiding(f, value, content, |index| unless(ends.show(index)))
            }
            Self::Ends(privacy) => {
                let (wire, ends) = (Octets::of(value.wire()), privacy.ends(value));
                let mut inner = inner_of(&wire, value);
                let mut shows = |index| ends.show(index) && !inner.hides(value.position(index));
                write_hiding(f, value, content, |index| unless(shows(index)))
            }
            Self::Guarded(privacy) => {
                let (mut veil, ends) = (Veil::new(value, content), privacy.ends(value));
                write_hiding(f, value, content, |index| match veil.hides(index) {
                    hidden if ends.show(index) && !is_inner(value, index) => hidden,
                    _ => Hidden::Both,
                })
            }
        }
    }

    /// The octets of a value that are shown.
    pub(crate) fn octets(self, value: &Octets<'_>, content: Content) -> impl Iterator<Item = Option<u8>> {
        let mut veil = Veil::new(value, content);
        let ends = match self {
            Self::Private(privacy) | Self::Ends(privacy) | Self::Guarded(privacy) => privacy.ends(value),
            Self::Plain | Self::Veiled => Privacy::Open.ends(value),
            Self::Kinds => Privacy::Secret.ends(value),
        };
        value.iter().enumerate().map(move |(index, octet)| {
            let is_shown = match self {
                Self::Plain => true,
                Self::Kinds => false,
                Self::Veiled => veil.hides(index) == Hidden::None,
                Self::Private(_) => ends.show(index),
                Self::Ends(_) => {
                    let (wire, at) = (Octets::of(value.wire()), value.position(index));
                    ends.show(index) && !Inner::of(&wire, at..at + 1).hides(at)
                }
                Self::Guarded(_) => {
                    veil.hides(index) == Hidden::None && ends.show(index) && !is_inner(value, index)
                }
            };
            is_shown.then_some(octet)
        })
    }
}

/// The inner digits of card numbers on the wire, around a value.
fn inner_of<'v, 'a>(wire: &'v Octets<'a>, value: &Octets<'_>) -> Inner<'v, 'a> {
    let last = value.position(value.len().saturating_sub(1));
    Inner::of(wire, value.position(0)..last + 1)
}

/// Whether an octet of a value is an inner digit of a card number that stands alone on the wire.
fn is_inner(value: &Octets<'_>, index: usize) -> bool {
    is_inner_digit(value.wire(), value.position(index))
}

/// An element, as it is looked at to decide.
pub(crate) struct Seen<'f, 'a> {
    pub(crate) key: Key,
    pub(crate) element: &'a Element<'a>,
    pub(crate) value: &'f Octets<'a>,
    /// Where the value lies in the message.
    pub(crate) range: Range<usize>,
    pub(crate) spec: Option<&'a Spec<'a>>,
}

impl Seen<'_, '_> {
    pub(crate) fn view(&self, trust: Trust) -> View {
        match (trust, self.element.privacy) {
            (Trust::Doubtful, Privacy::Open) if self.is_code() => View::Plain,
            (Trust::Doubtful, Privacy::Open) => View::Kinds,
            (Trust::Doubtful, privacy @ Privacy::Pan { .. }) if self.is_card() => View::Ends(privacy),
            (Trust::Doubtful, _) => View::Private(Privacy::Secret),
            (Trust::Crossed, privacy) if self.is_crossed() => View::Guarded(privacy),
            (_, Privacy::Open) if self.holds_card() => View::Veiled,
            (_, Privacy::Open) => View::Plain,
            (_, privacy) => View::Private(privacy),
        }
    }

    /// Whether the digits of parts, read as one, are a card number: then none of the parts is trusted.
    pub(crate) fn spoils_parts(&self) -> bool {
        let in_positions = |order: &Order<'_>| matches!(order, Order::Positions { .. });
        self.element.privacy.is_open()
            && self.element.layout.is_some_and(|layout| in_positions(layout.order()))
            && self.holds_card()
    }

    /// Whether this is an element of the message, and holds a code that is in its list.
    pub(crate) fn is_code(&self) -> bool {
        let Some(number) = u8::try_from(self.key.value()).ok() else { return false };
        let element = self.spec.and_then(|spec| spec.element(number));
        element.is_some_and(|element| core::ptr::eq(element, self.element))
            && is_listed(number, self.value, self.range.clone())
    }

    /// Whether the value of an open element holds a card number, and is not known to be something else.
    fn holds_card(&self) -> bool {
        holds_card(self.value, self.element.content) && !vouches(self.element, *self.value)
    }

    /// Whether the inner digits of a card number across elements lie in this one.
    fn is_crossed(&self) -> bool {
        self.range.clone().any(|index| is_inner_digit(self.value.wire(), index))
    }

    /// Whether a private value is a card number and nothing else, so that its ends may be shown.
    fn is_card(&self) -> bool {
        mask::Text::new(self.value, Alphabet::Ascii).card(0) == Some(self.value.len())
    }
}
