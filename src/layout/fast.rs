//! The fast forms of elements, worked out when a spec is made.

#![allow(clippy::indexing_slicing, reason = "const evaluation; every index is guarded")]

use crate::codec::Coding;
use crate::codec::fast::element::{FastElement, FastObject};
use crate::layout::{Element, Form, Layout, Order, Size};
use crate::model::bitmap::MAX_ELEMENTS;
use crate::model::content::Content;

/// The fast forms of elements, by bitmap and bit.
pub(crate) const fn fast_elements(elements: &[Option<Element<'_>>]) -> [[FastElement; 64]; 3] {
    let mut fast_elements = [[FastElement::UNKNOWN; 64]; 3];
    let mut number = 1;
    while number <= MAX_ELEMENTS && number < elements.len() {
        if let Some(element) = &elements[number] {
            fast_elements[(number - 1) / 64][(number - 1) % 64] = element.fast;
        }
        number += 1;
    }
    fast_elements
}

/// The elements with a single valid encoding, by bitmap and bit from the top.
pub(crate) const fn canonical(fast_elements: &[[FastElement; 64]; 3]) -> [u64; 3] {
    let mut words = [0; 3];
    let mut place = 0;
    while place < MAX_ELEMENTS {
        if fast_elements[place / 64][place % 64].is_canonical() {
            words[place / 64] |= 1 << (63 - place % 64);
        }
        place += 1;
    }
    words
}

impl Layout<'_> {
    /// Whether every value of that class and length splits into these parts without a further
    /// check: plain positions that fill it, each admitting all that the class does.
    const fn holds_every(&self, content: Content, units: u32) -> bool {
        if !matches!(self.order, Order::Positions { .. }) {
            return false;
        }
        let (mut index, mut filled) = (0, 0_u32);
        while index < self.elements.len() {
            filled = match &self.elements[index] {
                // before the check, so the lengths may be any
                Some(part) if part.is_plain() && part.content.includes(content) => {
                    filled.saturating_add(part.size.max)
                }
                _ => return false,
            };
            index += 1;
        }
        filled == units
    }
}

impl Element<'_> {
    /// The element with its fast form worked out from all the rest of it.
    #[must_use]
    pub(crate) const fn with_fast(mut self) -> Self {
        let (fast, Size { max, form, .. }) = (self.as_whole(), self.size);
        self.fast = match self.layout {
            Some(layout) if !(matches!(form, Form::Fixed) && layout.holds_every(self.content, max)) => {
                fast.composite()
            }
            _ => fast,
        };
        self.object = FastObject::of(&self.fast);
        self
    }

    /// The fast form of the element as if it had no parts.
    pub(crate) const fn as_whole(&self) -> FastElement {
        let coded = (self.coding, self.content, self.pad_nibble);
        let Size { min, max, form } = self.size;
        let fast = match form {
            Form::Fixed => FastElement::fixed(coded, max),
            Form::Prefixed(prefix) => FastElement::prefixed(coded, prefix, (min, max)),
            Form::Padded(_) | Form::Rest | Form::Until(_) | Form::IfLetter | Form::Nothing => {
                FastElement::UNKNOWN
            }
        };
        // what varies and is filled up is written by the ordinary writer
        if self.is_filled_up() { fast.not_encoded() } else { fast }
    }

    /// Characters of a fixed number, without parts.
    const fn is_plain(&self) -> bool {
        matches!((self.size.form, self.coding, self.layout), (Form::Fixed, Coding::Ascii, None))
    }
}
