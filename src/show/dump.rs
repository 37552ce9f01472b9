//! The hexdump that shows which octets belong to what.

use core::fmt::{self, Write as _};
use core::ops::Range;

use crate::codec::window::Octets;
use crate::layout::MAX_DEPTH;
use crate::mask::{holds_card, write_character, write_hex};
use crate::model::content::Content;
use crate::read::field::{Field, Parts};
use crate::show::describe::Describe;

/// A hexdump; see [`Message::dump`](crate::Message::dump).
#[derive(Clone, Copy)]
pub struct Dump<'m, 'a>(pub(super) Describe<'m, 'a>);

impl fmt::Display for Dump<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = &self.0.message.settled();
        let (spec, wire, sound) = (message.spec(), message.wire(), !message.is_doubtful());
        let mut at = 0;
        let mut head = |f: &mut fmt::Formatter<'_>, len: usize, is_shown: bool, name| {
            let end = (at + len).min(wire.len());
            let start = core::mem::replace(&mut at, end);
            rows(f, wire, start..end, |_| is_shown, name)
        };
        if self.0.mti.is_some() {
            let is_plain = !holds_card(&Octets::of(message.header()), Content::B);
            head(f, spec.header(), sound && is_plain, format_args!("header"))?;
            head(f, spec.mti().len(), message.shows_mti(), format_args!("MTI"))?;
            match message.shows_bitmaps() {
                true => head(f, message.bitmap_len(), sound, format_args!("bitmap {:?}", message.bitmap()))?,
                false => head(f, message.bitmap_len(), false, format_args!("bitmap"))?,
            }
        }
        for field in message.fields() {
            // a third bitmap among the elements; usually there is nothing between two
            rows(f, wire, at..field.range().start, |_| sound, format_args!("bitmap"))?;
            at = field.range().end;
            let (mut within, open) = (Within::default(), !field.is_masked());
            let shown = |index| match sound {
                true => is_shown(&field, open, index, &mut within),
                false => open && index >= field.value_range().start,
            };
            rows(f, wire, field.range(), shown, format_args!("{} {}", field.key(), field.name()))?;
        }
        match self.0.error {
            Some(error) => rows(f, wire, at..wire.len(), |_| false, format_args!("!! {error}")),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Dump<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// How far a dump has come within the parts of an element, and within parts of parts.
type Within<'a> = [Option<Level<'a>>; MAX_DEPTH];

/// The part of an element that a dump has come to.
struct Level<'a> {
    of: Range<usize>,
    parts: Parts<'a>,
    part: Option<Field<'a>>,
    /// Whether nothing of the part is hidden.
    open: bool,
}

/// Whether the octet at `index` of the message may be shown: prefixes and tags may, and values
/// that are `open`, parts on their own. Asked in ascending order, so that parts are walked once.
fn is_shown<'a>(field: &Field<'a>, open: bool, index: usize, within: &mut [Option<Level<'a>>]) -> bool {
    if open || index < field.value_range().start {
        return true;
    }
    // parts of packed digits can share an octet, so only parts of whole octets are told apart
    if !field.content().is_binary() || !field.range().contains(&index) {
        return false;
    }
    let Some((level, deeper)) = within.split_first_mut() else { return false };
    let level = match level {
        Some(level) if level.of == field.range() => level,
        other => {
            let (of, mut parts) = (field.range(), field.parts());
            let part = parts.next();
            other.insert(Level { of, parts, part, open: is_open(part.as_ref()) })
        }
    };
    while level.part.is_some_and(|part| part.range().end <= index) {
        level.part = level.parts.next();
        level.open = is_open(level.part.as_ref());
    }
    match &level.part {
        Some(part) => index < part.range().start || is_shown(part, level.open, index, deeper),
        None => false,
    }
}

fn is_open(part: Option<&Field<'_>>) -> bool {
    part.is_some_and(|part| !part.is_masked())
}

const OCTETS_A_ROW: usize = 16;

/// Rows of offset, octets, characters; the name stands in the first.
fn rows(
    f: &mut fmt::Formatter<'_>,
    wire: &[u8],
    range: Range<usize>,
    mut shown: impl FnMut(usize) -> bool,
    name: fmt::Arguments<'_>,
) -> fmt::Result {
    for start in range.clone().step_by(OCTETS_A_ROW) {
        let end = (start + OCTETS_A_ROW).min(range.end);
        let octets = wire.get(start..end).unwrap_or_default();
        let mut open = [false; OCTETS_A_ROW];
        open.iter_mut().zip(start..end).for_each(|(open, index)| *open = shown(index));
        write!(f, "{start:04X} ")?;
        for (is_open, octet) in open.iter().zip(octets) {
            f.write_char(' ')?;
            if *is_open { write_hex(f, *octet)? } else { f.write_str("**")? }
        }
        write!(f, "{:pad$}  ", "", pad = 3 * (OCTETS_A_ROW - octets.len()))?;
        for (is_open, octet) in open.iter().zip(octets) {
            match octet {
                _ if !is_open => f.write_char('*')?,
                0x21..=0x7E => write_character(f, *octet)?,
                _ => f.write_char('.')?,
            }
        }
        if start == range.start {
            write!(f, "{:pad$}  {name}", "", pad = OCTETS_A_ROW - octets.len())?;
        }
        f.write_char('\n')?;
    }
    Ok(())
}
