//! Whether a message that was read to its end makes sense.
//!
//! Octets that are read with another spec, or from another place, hardly ever give a whole message. Where they
//! do, the message type or a date shows it, and a card number lies across elements. Only both together are
//! taken for a sign: an odd date alone is no reason to hide anything.

use super::reader::Reader;
use crate::codec::window::Octets;
use crate::layout::Element;
use crate::layout::walk::Steps;
use crate::mask::{Alphabet, Text};
use crate::model::content::Content;
use crate::model::error::Key;
use crate::model::mti::Mti;
use crate::model::trust::Trust;
use crate::spec::Spec;

/// Elements that hold a date or a time in every edition.
pub(crate) const DATED: [u8; 3] = [7, 12, 13];

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

/// Whether a message that was read to its end makes sense: for an element that left its message.
#[cold]
#[inline(never)]
pub(crate) fn settle(spec: &Spec<'_>, wire: &[u8]) -> Trust {
    let head = Octets::of(wire).slice(spec.header(), spec.mti().len());
    let is_known = spec.mti().read(&head).is_ok_and(Mti::is_known);
    let is_dated = |(key, element, value, _): (Key, &Element<'_>, Octets<'_>, _)| {
        !DATED.map(u32::from).contains(&key.value()) || is_dated(element.content, value)
    };
    let borders = || walked(spec, wire).flat_map(|(.., borders)| borders);
    match is_known && walked(spec, wire).all(is_dated) || !has_card_across(wire, borders) {
        true => Trust::Sound,
        false => Trust::Doubtful,
    }
}

/// The elements of a message: key, row, value, and where element and value start.
fn walked<'a>(
    spec: &'a Spec<'a>,
    wire: &'a [u8],
) -> impl Iterator<Item = (Key, &'a Element<'a>, Octets<'a>, [usize; 2])> {
    let mut steps = Steps::new(spec.body());
    let mut reader = Reader::new(Octets::of(wire), spec.header() + spec.mti().len());
    core::iter::from_fn(move || {
        // the message was checked: no error comes, and one would end the elements
        let (key, element) = steps.next(&mut reader, |error, _| error).ok()??;
        let span = reader.measure(element).ok()?;
        let (value, start) = (reader.value(element, span), reader.at());
        reader.skip_to(span.next);
        Some((key, element, value, [start, span.start]))
    })
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
