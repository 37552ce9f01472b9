//! Elements whose values need more than to be encoded: numbers, fill, values of other messages, composites.
//!
//! The parts of a composite are laid out one after the other, as they are read, and then encoded like the octets of any
//! other value. What the ordinary writer would look at twice, or could not tell apart, is left to it.

use crate::codec::fast::element::FastElement;
use crate::codec::window::Octets;
use crate::layout::{Element, Form, Layout, Order};
use crate::model::content::Content;
use crate::read::fast::ber::are_valid;
use crate::read::message::Message;
use crate::read::reader::check_parts;
use crate::write::fast::target::{Room, Target};
use crate::write::fill::fill;
use crate::write::value::{Borrowed, PartList, Source, Value};
use crate::write::writer::{DIGITS, decimal};

/// Encodes an element whose value needs more than to be encoded: numbers, fill, values of other
/// messages.
#[inline(never)]
pub(crate) fn encode_element(
    target: &mut impl Target,
    element: &Element<'_>,
    number: u8,
    source: &Source<'_>,
) -> Option<()> {
    if let Source::Echo(message) = *source {
        if element.fast.is_canonical_in_capitals()
            && let Some(octets) = in_capitals(message, element, number)
        {
            return target.copy(octets);
        }
        if let Some(value) = message.plain(number)
            && target.value(&element.fast, value).is_some()
        {
            return Some(());
        }
        let field = message.get(number)?;
        return encode_element(target, element, number, &Source::Borrowed(Borrowed::Field(&field)));
    }
    let mut scratch = Scratch::NEW;
    let value = scratch.value(element, source);
    let encoded = value.and_then(|value| target.value(&element.fast, value));
    encoded.or_else(|| encode_rare(target, element, source))
}

/// The same of composites, and of octets whose hexadecimal digits are counted.
#[inline(never)]
fn encode_rare(target: &mut impl Target, element: &Element<'_>, source: &Source<'_>) -> Option<()> {
    let encoded = match *source {
        Source::Octets(value) if element.fast.is_counted_hex() => target.counted(&element.fast, value),
        _ if element.layout.is_some() => encode_composite(target, element, source),
        _ => None,
    };
    encoded.or_else(|| target.ordinary(element, source))
}

/// The octets of an element that lies in a message of the same spec as it would be written, but for
/// letters among its hexadecimal digits that may be small: there are none.
fn in_capitals<'m>(message: &'m Message<'_>, element: &Element<'_>, number: u8) -> Option<&'m [u8]> {
    let own = message.spec().element(number)?;
    let rank = message.announced.rank_of(number).filter(|_| core::ptr::eq(own, element))?;
    // all are looked at: that is what makes the loop wide
    message
        .between(rank, rank + 1)
        .filter(|octets| octets.iter().fold(0, |most, octet| most.max(*octet)) < b'a')
}

/// The longest value that is decoded, or filled, here.
const WIDE: usize = 128;

/// Where a value is made that is not simply there.
pub(crate) struct Scratch {
    decoded: [u8; WIDE],
    filled: [u8; WIDE],
}

impl Scratch {
    pub(crate) const NEW: Self = Self { decoded: [0; WIDE], filled: [0; WIDE] };

    /// The logical octets of a value with the fill that brings it to a fixed length, if that is a
    /// common matter.
    pub(crate) fn value<'v>(&'v mut self, element: &Element<'_>, source: &'v Source<'_>) -> Option<&'v [u8]> {
        let value = match *source {
            Source::Octets(value) => value,
            Source::Number(number) if !element.content.is_binary() => {
                let digits = self.decoded.first_chunk_mut()?;
                digits.fill(b'0');
                let units = decimal(number, digits).max(element.min());
                return digits.get((DIGITS + 1).checked_sub(units)?..);
            }
            Source::Borrowed(view) => {
                let value = view.octets();
                match value.plain() {
                    Some(value) => value,
                    None => value.copy_to(&mut self.decoded)?,
                }
            }
            _ => return None,
        };
        fill(element, value, &mut self.filled)
    }
}

/// The longest composite that is laid out here.
const COMPOSITE: usize = 256;

/// Encodes a composite from its parts, or from all its octets, if it is certainly valid.
#[inline(never)]
pub(super) fn encode_composite(
    target: &mut impl Target,
    element: &Element<'_>,
    source: &Source<'_>,
) -> Option<()> {
    let (layout, whole) = (element.layout?, whole(element)?);
    let mut room = [0; COMPOSITE];
    let value = match *source {
        Source::Octets(octets) | Source::AsRead(octets) => {
            check_parts(Octets::of(octets), layout).ok()?;
            octets
        }
        Source::Borrowed(view) => {
            let octets = view.octets();
            let octets = octets.plain().or_else(|| octets.copy_to(&mut room))?;
            check_parts(Octets::of(octets), layout).ok()?;
            octets
        }
        Source::Parts(parts) => lay_out(layout, parts, &mut room)?,
        Source::Slice(slice) => lay_out(layout, slice.list(), &mut room)?,
        _ => return None,
    };
    match whole.is_counted_hex() {
        true => target.counted(&whole, value),
        false => target.value(&whole, value),
    }
}

/// The form of a composite as if it had no parts, where its octets are read back as they are written.
fn whole(element: &Element<'_>) -> Option<FastElement> {
    let is_changed = matches!(element.content, Content::Z | Content::Ne | Content::H);
    Some(element.as_whole()).filter(|whole| !is_changed && whole.is_encoded())
}

/// Writes parts one after the other; returns their octets.
fn lay_out<'o>(layout: &Layout<'_>, parts: &dyn PartList, out: &'o mut [u8]) -> Option<&'o [u8]> {
    let mut room = Room { out, at: 0 };
    match layout.order() {
        Order::Positions { required } if parts.len() >= usize::from(*required) => {
            for (index, position) in (0..parts.len()).zip(1..) {
                let part = layout.element(position).filter(|_| parts.key(index, layout) == Some(position))?;
                let is_last = index + 1 == parts.len();
                put_part(&mut room, part, is_last, parts.value(index)?)?;
            }
        }
        Order::Tags { tag, length_first: None, .. } => {
            for index in 0..parts.len() {
                let key = parts.key(index, layout).filter(|key| tag.admits(*key))?;
                let (octets, len) = tag.write(key);
                room.copy(octets.as_ref().get(..len)?)?;
                put_part(&mut room, layout.element(key)?, true, parts.value(index)?)?;
            }
            are_valid(room.out.get(..room.at)?, 0, layout).then_some(())?;
        }
        _ => return None,
    }
    let Room { out, at } = room;
    out.get(..at)
}

/// Writes a part whose end is known when it is read, or the last one. One of no octets could not be told from none.
fn put_part(room: &mut Room<'_>, part: &Element<'_>, is_last: bool, Value(source): Value<'_>) -> Option<()> {
    let before = room.at;
    match (part.size.form, &source) {
        (_, Source::Echo(_) | Source::None) => return None,
        (Form::Fixed | Form::Prefixed(_), Source::Octets(value))
            if part.layout.is_none() && room.value(&part.fast, value).is_some() => {}
        (Form::Fixed | Form::Prefixed(_), _) => encode_element(room, part, 0, &source)?,
        (Form::Rest, _) if is_last => encode_element(room, part, 0, &source)?,
        _ => return None,
    }
    (room.at > before).then_some(())
}
