//! Fill: what brings a value that was given too short to its length, and what of packed digits the pad nibble
//! would not tell. What stands after a padded value is checked in
//! [`Reader`](crate::read::reader::Reader) by the same [`Element::wire_fill`].

use crate::codec::digit::half;
use crate::codec::window::Octets;
use crate::codec::{PadNibble, Side, check};
use crate::layout::{Element, Fill, Form};
use crate::model::content::Content;

/// A value with the fill that brings it to its length: before it, after it, or after its sign.
pub(crate) struct Filled<'v> {
    value: Octets<'v>,
    /// How many octets of the value stand before the fill.
    gap: usize,
    pub(crate) missing: usize,
    with: u8,
}

impl<'v> Filled<'v> {
    /// Text and octets are filled as the element says: to its length where it is fixed, to its maximum
    /// where it varies. What another message has shorter stays so, if the wire can tell.
    ///
    /// Where there is nothing to fill, zeros would be a value that nobody gave; blanks are none.
    pub(crate) fn text(element: &Element<'_>, value: Octets<'v>, is_given: bool) -> Self {
        let (len, sign) = (value.len(), usize::from(element.content.is_signed()));
        let is_filled = |fill: &Fill| match element.size.form {
            Form::Fixed => len > sign || fill.with == b' ',
            Form::IfLetter => len > 0,
            _ => element.is_filled_up() && len > sign && (is_given || !element.is_told(len)),
        };
        match element.fill.filter(is_filled) {
            None => Self { value, gap: 0, missing: 0, with: 0 },
            Some(Fill { side, with }) => {
                let gap = if side == Side::Left { sign.min(len) } else { len };
                Self { value, gap, missing: element.max().saturating_sub(len), with }
            }
        }
    }

    /// Numbers are filled with zeros, to the minimum, and to the maximum where the element says that
    /// it is filled.
    pub(crate) fn number(element: &Element<'_>, value: Octets<'v>) -> Self {
        let gap = usize::from(element.content.is_signed());
        let len = if element.is_filled_up() { element.max() } else { element.min() };
        Self { value, gap, missing: len.saturating_sub(value.len()), with: b'0' }
    }

    pub(crate) fn len(&self) -> usize {
        self.value.len() + self.missing
    }

    pub(crate) fn is_fill(&self, index: usize) -> bool {
        (self.gap..self.gap + self.missing).contains(&index)
    }

    pub(crate) fn get(&self, index: usize) -> u8 {
        match index {
            _ if index < self.gap => self.value.get(index),
            _ if self.is_fill(index) => self.with,
            _ => self.value.get(index - self.missing),
        }
    }

    /// The value as a slice, where it needs no fill and comes from no coding.
    pub(crate) fn plain(&self) -> Option<&'v [u8]> {
        if self.missing == 0 { self.value.plain() } else { None }
    }

    /// The first octet, of value or fill, that the class does not admit.
    pub(crate) fn first_misfit(&self, content: Content) -> Option<(usize, u8)> {
        if self.missing == 0 {
            return check::first_misfit(&self.value, content);
        }
        (0..self.len())
            .map(|index| (index, self.get(index)))
            .find(|(index, octet)| !content.admits(*index, *octet))
    }

    /// Whether an even number of digits has, where an odd one has its pad nibble, a digit that looks
    /// like one: all classes but decimal ones have such digits. Of those it would be read as one less.
    pub(crate) fn ends_as_if_padded(&self, element: &Element<'_>) -> bool {
        let (units, PadNibble { side, nibble }) = (self.len(), element.pad_nibble);
        let is_decimal = matches!(element.content, Content::N | Content::Xn | Content::Yn);
        if is_decimal || nibble <= 9 || !element.counts_octets() || units == 0 || !units.is_multiple_of(2) {
            return false;
        }
        let index = if side == Side::Left { 0 } else { units - 1 };
        half(self.get(index)) == nibble
    }
}

/// The fast form of [`Filled::text`], for values that are a slice: with the fill that brings them to a fixed
/// length, made in `room`. What else may be filled is left to the ordinary writer.
pub(crate) fn fill<'v>(element: &Element<'_>, value: &'v [u8], room: &'v mut [u8]) -> Option<&'v [u8]> {
    if element.size.form != Form::Fixed || value.len() >= element.max() {
        return Some(value);
    }
    let Fill { side, with } = element.fill.filter(|_| !value.is_empty())?;
    let room = room.get_mut(..element.max())?;
    let missing = room.len() - value.len();
    room.fill(with);
    let place = match side {
        Side::Left => room.get_mut(missing..)?,
        Side::Right => room.get_mut(..value.len())?,
    };
    place.copy_from_slice(value);
    Some(room)
}
