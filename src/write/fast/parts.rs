//! Composites, encoded at once.
//!
//! Parts are laid out one after the other, as they are read, and then encoded like the octets of any other value.
//! What the ordinary writer would look at twice, or could not tell apart, is left to it.

use crate::codec::fast::element::FastElement;
use crate::codec::window::Octets;
use crate::layout::{Element, Form, Layout, Order};
use crate::model::content::Content;
use crate::read::fast::ber::are_valid;
use crate::read::reader::check_parts;
use crate::write::fast::target::{Room, Target, encode_element};
use crate::write::value::{PartList, Source, Value};

/// The longest composite that is laid out here.
const WIDE: usize = 256;

/// Encodes a composite from its parts, or from all its octets, if it is certainly valid.
#[inline(never)]
pub(super) fn encode_composite(
    target: &mut impl Target,
    element: &Element<'_>,
    source: &Source<'_>,
) -> Option<()> {
    let (layout, whole) = (element.layout?, whole(element)?);
    let mut room = [0; WIDE];
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
