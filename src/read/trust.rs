//! Whether a message that was read to its end makes sense.
//!
//! Octets that are read with another spec, or from another place, hardly ever give a whole message. Where they
//! do, the message type, its edition or a date shows it, and a card number lies across elements. The latter alone
//! is no sign: it is so by chance in nearly every message, for STAN, dates and amounts are digits beside each
//! other. Only where such digits stand alone, with none before and after them, are they hidden in any message.

use core::ops::Range;

use super::reader::Reader;
use crate::codec::window::Octets;
use crate::layout::Element;
use crate::layout::walk::Steps;
use crate::mask::{Alphabet, Text, is_card_across};
use crate::model::content::Content;
use crate::model::mti::{Mti, Version};
use crate::model::trust::Trust;
use crate::spec::Spec;

/// Elements that hold a date or a time in every edition.
pub(crate) const DATED: [u8; 3] = [7, 12, LAST_DATED];
const LAST_DATED: u8 = 13;

/// Whether digits are a date, a time or both, as far as their number tells which; zeros may stand for none.
pub(crate) fn is_dated(content: Content, value: Octets<'_>) -> bool {
    let mut room = [0; 14];
    let digits = match value.copied(&mut room) {
        Some(digits) if content == Content::N => digits,
        _ => return true,
    };
    digits.iter().all(|digit| *digit == b'0') || is_date(digits)
}

/// Whether a card number lies across any of the borders, in any alphabet.
#[cold]
pub(crate) fn has_card_across<I: Iterator<Item = usize>>(wire: &[u8], borders: impl Fn() -> I) -> bool {
    let wire = Octets::of(wire);
    Alphabet::ALL.into_iter().any(|alphabet| {
        let text = Text::new(&wire, alphabet);
        borders().any(|border| {
            let border = alphabet.an_octet() * border;
            let mut starts = border.saturating_sub(18)..border;
            starts.any(|start| text.card(start).is_some_and(|end| end > border))
        })
    })
}

/// Whether an element that left its message can be trusted: the message makes sense, or no card number lies across
/// the borders of the element.
#[cold]
#[inline(never)]
pub(crate) fn settle(spec: &Spec<'_>, wire: &[u8], borders: [usize; 3]) -> Trust {
    if !makes_sense(spec, wire) && has_card_across(wire, || borders.into_iter()) {
        return Trust::Doubtful;
    }
    // a card number that begins or ends farther away does not reach the element
    let [start, .., end] = borders;
    let from = start.saturating_sub(NEAR);
    let near = wire.get(from..wire.len().min(end + NEAR)).unwrap_or_default();
    let crosses =
        |card: Range<usize>| borders.iter().any(|border| card.contains(border) && card.start < *border);
    match is_card_across(near, |card, _| crosses(card.start + from..card.end + from)) {
        true => Trust::Crossed,
        false => Trust::Sound,
    }
}

/// A digit more than a card number has.
const NEAR: usize = 20;

/// Whether a message type is of the edition that a spec describes, as far as that is known: DE 12 and DE 39 have
/// other sizes in each.
pub(crate) fn is_of_edition(spec: &Spec<'_>, mti: Mti) -> bool {
    let size = |number| spec.element(number).map(Element::max);
    let edition = match (size(12), size(39)) {
        (Some(6), Some(2)) => Version::V1987,
        (Some(12), Some(3)) => Version::V1993,
        (Some(14), Some(4)) => Version::V2003,
        _ => return true,
    };
    match mti.version() {
        version @ (Version::V1987 | Version::V1993 | Version::V2003) => version == edition,
        _ => true,
    }
}

fn makes_sense(spec: &Spec<'_>, wire: &[u8]) -> bool {
    let head = Octets::of(wire).slice(spec.header(), spec.mti().len());
    let (mut steps, mut reader) = (Steps::new(spec.body()), Reader::new(Octets::of(wire), 0));
    reader.skip_to(spec.header() + spec.mti().len());
    let mut next = || {
        // the message was checked: no error comes, and one would end the elements
        let (key, element) = steps.next(&mut reader, |error, _| error).ok()??;
        let span = reader.measure(element).ok()?;
        let value = reader.value(element, span);
        reader.skip_to(span.next);
        Some((u8::try_from(key.value()).ok()?, element.content, value))
    };
    // no further than the last of them: the others stand in ascending order, and may be many
    let mut dated = core::iter::from_fn(&mut next).take_while(|(number, ..)| *number <= LAST_DATED);
    spec.mti().read(&head).is_ok_and(|mti| mti.is_known() && is_of_edition(spec, mti))
        && dated.all(|(number, content, value)| !DATED.contains(&number) || is_dated(content, value))
}

/// Whether digits are a date, a time or both.
pub(crate) fn is_date(digits: &[u8]) -> bool {
    let (pairs, _) = digits.as_chunks::<2>();
    let mut numbers = [0; 7];
    let read = |[tens, units]: [u8; 2]| 10 * (tens & 0x0F) + (units & 0x0F);
    numbers.iter_mut().zip(pairs).for_each(|(number, pair)| *number = read(*pair));
    let is_day = |month: u8, day: u8| (1..=12).contains(&month) && (1..=31).contains(&day);
    let is_time = |hour: u8, minute: u8, second: u8| hour < 25 && minute < 60 && second < 61;
    match (digits.len(), numbers) {
        (4, [first, second, ..]) => is_day(first, second) || is_day(second, 1),
        (6, [first, second, third, ..]) => is_time(first, second, third) || is_day(second, third),
        (8, [_, _, month, day, ..]) => is_day(month, day),
        (10, [month, day, hour, minute, second, ..]) => is_day(month, day) && is_time(hour, minute, second),
        (12, [_, month, day, hour, minute, second, _]) => is_day(month, day) && is_time(hour, minute, second),
        (14, [_, _, month, day, hour, minute, second]) => is_day(month, day) && is_time(hour, minute, second),
        _ => true,
    }
}
