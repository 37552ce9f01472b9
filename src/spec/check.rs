//! The check of a spec: at compile time for constants, at run time for imported ones. One function.

#![allow(
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "const evaluation; every index is guarded"
)]

use crate::codec::window::{MAX_INDEX, MAX_LAYERS};
use crate::codec::{Coding, Prefix, PrefixCoding};
use crate::layout::{BitmapForm, Element, Form, Layout, MAX_DEPTH, NextBitmap, Order, Tag};
use crate::model::SpecFault;
use crate::model::content::Content;
use crate::model::error::{Error, ErrorKind, Key, Place, Result, widen};

/// The longest header: what a length of two octets can announce.
const MAX_HEADER: usize = 0xFFFF;

/// Checks the header, the layout of a message body and all layouts below it.
pub(super) const fn check(header: usize, body: &Layout<'_>) -> Result<()> {
    if header > MAX_HEADER {
        return Err(fault(SpecFault::TooLong));
    }
    match check_layout(body, None, (1, 0)) {
        Ok(()) => Ok(()),
        Err((error, number)) => Err(match number {
            1..=255 => error.at(Place::Element(number as u8)),
            _ => error,
        }),
    }
}

/// Checks a layout that a caller reads `parent` with, `layers` codings deep in a message.
pub(crate) const fn check_below(layout: &Layout<'_>, parent: &Element<'_>, layers: usize) -> Result<()> {
    match check_layout(layout, Some(parent), (2, layers)) {
        Ok(()) => Ok(()),
        Err((error, 0)) => Err(error),
        Err((error, inner)) => Err(error.within(layout.key(inner))),
    }
}

/// An error and the key of the outermost element it lies in, 0 for none.
type Checked = core::result::Result<(), (Error, u32)>;

/// How many layouts, and how many codings around them, something stands in.
type Depth = (usize, usize);

const fn check_layout(layout: &Layout<'_>, parent: Option<&Element<'_>>, depth: Depth) -> Checked {
    if depth.0 > MAX_DEPTH || depth.1 >= MAX_LAYERS {
        return Err((fault(SpecFault::TooDeep), 0));
    }
    if let Err(fault_found) = check_order(layout, parent) {
        return Err((fault(fault_found), 0));
    }
    let mut index = 0;
    while index < layout.elements.len() {
        match &layout.elements[index] {
            Some(element) => {
                if let Err((error, inner)) = check_slot(layout, index, element, parent, depth) {
                    let error = if inner == 0 { error } else { error.within(key_of(element, inner)) };
                    return Err((error, element.key));
                }
            }
            None if matches!(layout.order, Order::Bitmap(_)) => {}
            // positions are counted and tags are searched through: neither can have a gap
            None => return Err((fault(SpecFault::ReservedNumber), 0)),
        }
        index += 1;
    }
    if let Order::Tags { unknown: Some(element), .. } = layout.order {
        if matches!(element.size.form, Form::Rest | Form::IfLetter) && !is_last(layout, 0) {
            return Err((fault(SpecFault::OpenLength), 0));
        }
        if let Err((error, _)) = check_element(element, parent, depth) {
            return Err((error, 0));
        }
    }
    Ok(())
}

/// The key, in the style of the layout within `element`, of the part an error lies in.
const fn key_of(element: &Element<'_>, inner: u32) -> Key {
    match element.layout {
        Some(layout) => layout.key(inner),
        None => Key::number(inner),
    }
}

/// Whether the order itself is possible.
const fn check_order(
    layout: &Layout<'_>,
    parent: Option<&Element<'_>>,
) -> core::result::Result<(), SpecFault> {
    let in_text = in_text(parent);
    match layout.order {
        Order::Bitmap(form) => {
            let coding_fits = match form.coding {
                Coding::Raw => !in_text,
                Coding::Hex => fits(parent, Content::An),
                Coding::EbcdicHex(_) => !in_text,
                _ => false,
            };
            if coding_fits && is_possible(form) { Ok(()) } else { Err(SpecFault::BitmapForm) }
        }
        Order::Positions { required } => {
            if widen(required as u32) <= layout.elements.len() {
                Ok(())
            } else {
                Err(SpecFault::ReservedNumber)
            }
        }
        Order::Tags { length_first: Some(length_first), .. } if !length_first.prefix.is_supported() => {
            Err(SpecFault::PrefixWidth)
        }
        Order::Tags { tag, .. } => match tag {
            Tag::Ebcdic(_, 1..=4) if !in_text => Ok(()),
            Tag::Ber | Tag::Octets(1..=4) if !in_text => Ok(()),
            Tag::Digits(1..=6) if fits(parent, Content::N) => Ok(()),
            Tag::Text(1..=4) if fits(parent, Content::Ans) => Ok(()),
            _ => Err(SpecFault::LayoutMisplaced),
        },
    }
}

const fn is_possible(form: BitmapForm) -> bool {
    let further = !matches!((form.second, form.third), (NextBitmap::Never, NextBitmap::Never));
    match form.octets {
        8 => match form.second {
            NextBitmap::Never => !further,
            NextBitmap::Announced | NextBitmap::Always => true,
            NextBitmap::InElement => false,
        },
        1..=7 => !further,
        _ => false,
    }
}

/// An element at `index` of its layout: the key fits the slot, and the element is valid.
const fn check_slot(
    layout: &Layout<'_>,
    index: usize,
    element: &Element<'_>,
    parent: Option<&Element<'_>>,
    depth: Depth,
) -> Checked {
    let last = is_last(layout, index);
    let key = widen(element.key);
    let found = match layout.order {
        Order::Bitmap(form) => {
            if index == 0 || index > widen(form.max_number() as u32) || form.is_continuation(index as u8) {
                Some(SpecFault::ReservedNumber)
            } else if key != index {
                Some(SpecFault::DefinedTwice)
            } else {
                None
            }
        }
        Order::Positions { .. } if key == index + 1 => None,
        Order::Positions { .. } => Some(SpecFault::DefinedTwice),
        Order::Tags { tag, .. } if !tag.admits(element.key) => Some(SpecFault::ReservedNumber),
        Order::Tags { .. } => match index {
            0 => None,
            _ => match &layout.elements[index - 1] {
                Some(before) if before.key < element.key => None,
                _ => Some(SpecFault::DefinedTwice),
            },
        },
    };
    match found {
        Some(found) => Err((fault(found), 0)),
        None if matches!(element.size.form, Form::Rest) && !last => Err((fault(SpecFault::OpenLength), 0)),
        None if matches!(element.size.form, Form::IfLetter) && !last && !is_before_digits(layout, index) => {
            Err((fault(SpecFault::OpenLength), 0))
        }
        None => check_element(element, parent, depth),
    }
}

/// Whether no further element is defined after `index`; tags may come in any order, so none is,
/// unless a length before the tag says where the element ends.
const fn is_last(layout: &Layout<'_>, index: usize) -> bool {
    if let Order::Tags { length_first, .. } = layout.order {
        return length_first.is_some();
    }
    let mut next = index + 1;
    while next < layout.elements.len() {
        if layout.elements[next].is_some() {
            return false;
        }
        next += 1;
    }
    true
}

/// Whether what stands after a position begins with a digit, so that it is not taken for a letter.
const fn is_before_digits(layout: &Layout<'_>, index: usize) -> bool {
    let Order::Positions { .. } = layout.order else { return false };
    let Some(next) = &layout.elements[index + 1] else { return false };
    match (next.size.form, next.coding) {
        (Form::Prefixed(prefix) | Form::Padded(prefix), _) => is_of_digits(prefix),
        (Form::Fixed, Coding::Ascii | Coding::Ebcdic(_)) => matches!(next.content, Content::N),
        (Form::Rest, Coding::Ascii | Coding::Raw) => match next.layout {
            Some(layout) => has_tags_of_digits(layout),
            None => false,
        },
        _ => false,
    }
}

/// Whether the first octet of every part is a digit.
const fn has_tags_of_digits(layout: &Layout<'_>) -> bool {
    match layout.order {
        Order::Tags { length_first: Some(length_first), .. } => return is_of_digits(length_first.prefix),
        Order::Tags { tag: Tag::Digits(_), .. } => return true,
        Order::Tags { tag: Tag::Text(_) | Tag::Ebcdic(..), unknown: None, .. } => {}
        _ => return false,
    }
    let mut index = 0;
    while index < layout.elements.len() {
        if let Some(element) = &layout.elements[index] {
            let mut first = element.key;
            while first > 0xFF {
                first >>= 8;
            }
            if !(first as u8).is_ascii_digit() {
                return false;
            }
        }
        index += 1;
    }
    true
}

const fn is_of_digits(prefix: Prefix) -> bool {
    matches!(prefix.coding, PrefixCoding::Ascii | PrefixCoding::Ebcdic(_))
}

const fn check_element(element: &Element<'_>, parent: Option<&Element<'_>>, depth: Depth) -> Checked {
    if let Some(found) = fault_of(element, parent) {
        return Err((fault(found), 0));
    }
    match element.layout {
        None => Ok(()),
        Some(layout) => {
            let coded = !matches!(element.coding, Coding::Ascii | Coding::Raw);
            check_layout(layout, Some(element), (depth.0 + 1, depth.1 + coded as usize))
        }
    }
}

const fn fault_of(element: &Element<'_>, parent: Option<&Element<'_>>) -> Option<SpecFault> {
    let size = &element.size;
    let is_nothing = matches!(size.form, Form::Nothing);
    if (size.max == 0) != is_nothing {
        return Some(SpecFault::ZeroLength);
    }
    if widen(size.max) > MAX_INDEX / 8 {
        return Some(SpecFault::TooLong);
    }
    if size.min > size.max {
        return Some(SpecFault::MinimumAboveMaximum);
    }
    if matches!(size.form, Form::Fixed) && size.min != size.max {
        return Some(SpecFault::FixedMinimum);
    }
    if !element.coding.carries(element.content) {
        return Some(SpecFault::CodingCannotCarry);
    }
    if matches!(element.coding, Coding::Bcd) && element.pad_nibble.nibble > 0xF {
        return Some(SpecFault::CodingCannotCarry);
    }
    let carried = match element.coding {
        Coding::Hex => Content::An,
        _ => element.content,
    };
    if in_text(parent) && !(matches!(element.coding, Coding::Ascii | Coding::Hex) && fits(parent, carried)) {
        return Some(SpecFault::CodingCannotCarry);
    }
    // a packed sign has an octet of its own; one in the zone of a digit has no place without it
    let has_sign = element.content.is_signed();
    let least = match element.coding {
        Coding::Bcd => 1,
        Coding::Zoned(_) => 2,
        _ => 0,
    };
    if has_sign && size.min < least {
        return Some(SpecFault::CodingCannotCarry);
    }
    if let Some(found) = form_fault(element, parent) {
        return Some(found);
    }
    let shown = matches!(parent, Some(parent) if parent.privacy.is_open());
    if !element.privacy.is_valid() || (shown && !element.privacy.is_open()) {
        return Some(SpecFault::MaskTooOpen);
    }
    if element.layout.is_some()
        && matches!(element.content, Content::Xn | Content::Yn | Content::Z | Content::Ne | Content::H)
    {
        return Some(SpecFault::LayoutMisplaced);
    }
    None
}

/// What is wrong with how the length is known.
const fn form_fault(element: &Element<'_>, parent: Option<&Element<'_>>) -> Option<SpecFault> {
    let size = &element.size;
    let is_text = matches!(element.coding, Coding::Ascii | Coding::Ebcdic(_) | Coding::Raw);
    match size.form {
        Form::Fixed | Form::Rest => None,
        Form::Nothing if element.layout.is_some() => Some(SpecFault::LayoutMisplaced),
        // a sign is always there
        Form::Nothing if element.content.is_signed() => Some(SpecFault::CodingCannotCarry),
        Form::Nothing => None,
        Form::IfLetter => {
            let can_begin_so = is_text && element.content.admits(0, b'A');
            if can_begin_so && element.layout.is_none() && size.min == 0 {
                None
            } else {
                Some(SpecFault::CodingCannotCarry)
            }
        }
        Form::Until(terminator) => {
            let mut rest = terminator.octets();
            while let ([first, others @ ..], Some(parent)) = (rest, parent) {
                if !parent.content.admits(1, *first) {
                    return Some(SpecFault::LayoutMisplaced);
                }
                rest = others;
            }
            None
        }
        Form::Padded(_) if !is_text => Some(SpecFault::CodingCannotCarry),
        Form::Prefixed(prefix) | Form::Padded(prefix) => {
            if !prefix.is_supported() {
                return Some(SpecFault::PrefixWidth);
            }
            let written = match prefix.coding {
                PrefixCoding::Ascii => Content::N,
                PrefixCoding::Hex => Content::An,
                _ => Content::Any,
            };
            if in_text(parent) && !fits(parent, written) {
                return Some(SpecFault::CodingCannotCarry);
            }
            if prefix.announce(element.coding, element.content, widen(size.max)) > prefix.capacity() {
                return Some(SpecFault::PrefixTooNarrow);
            }
            None
        }
    }
}

/// Whether the parts of `parent` lie over characters: their coding must then be of characters.
const fn in_text(parent: Option<&Element<'_>>) -> bool {
    match parent {
        Some(parent) => !matches!(parent.content, Content::B | Content::Any),
        None => false,
    }
}

/// Whether what `parent` holds, if it is text, can be of `class` throughout: else parts would be
/// written that its own check refuses, or that packed digits cannot carry at all.
const fn fits(parent: Option<&Element<'_>>, class: Content) -> bool {
    match parent {
        Some(parent) => parent.content.includes(class),
        None => true,
    }
}

const fn fault(fault: SpecFault) -> Error {
    Error::new(ErrorKind::Spec(fault), 0, 0, 0)
}
