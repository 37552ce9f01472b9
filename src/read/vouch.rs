//! Honest digits that look like a card number: what else they are.
//!
//! One run of digits in ten has a check digit that fits, so an amount, an acquirer's reference or the original
//! data of a reversal looks like a card number now and then. Where an element is called after what it holds and
//! holds that, it vouches for its digits.

use super::reader::Reader;
use super::trust::is_date;
use crate::codec::window::Octets;
use crate::codes::currency;
use crate::layout::walk::Steps;
use crate::layout::{Element, Order};
use crate::model::mti::Mti;

/// The longest value that is looked at.
const ROOM: usize = 32;

/// Whether an element that seems to hold a card number holds what its name says.
pub(crate) fn vouches(element: &Element<'_>, whole: Octets<'_>) -> bool {
    match element.layout().map(|layout| *layout.order()) {
        _ if is_what_it_is_called(element, whole) => true,
        Some(Order::Positions { .. }) => match parts(element, whole).next() {
            Some((first, value)) => match first.name() {
                "Message type" => is_type(value),
                "Currency code" => is_currency(value),
                // nothing follows the three digits of UnionPay's F53
                "PIN block format" => whole.iter().skip(3).all(|digit| digit == b'0'),
                _ => all_long_parts_vouch(element, whole),
            },
            None => false,
        },
        _ => false,
    }
}

/// The parts of an element.
fn parts<'a>(
    element: &Element<'a>,
    value: Octets<'a>,
) -> impl Iterator<Item = (&'a Element<'a>, Octets<'a>)> {
    let (mut steps, mut reader) = (element.layout().map(Steps::new), Reader::new(value, 0));
    core::iter::from_fn(move || {
        // the value was checked: no error comes, and one would end the parts
        let (_, part) = steps.as_mut()?.next(&mut reader, |error, _| error).ok()??;
        let span = reader.measure(part).ok()?;
        let value = reader.value(part, span);
        reader.skip_to(span.next);
        Some((part, value))
    })
}

/// Amounts and counts, one after the other. Short parts say too little.
fn all_long_parts_vouch(element: &Element<'_>, value: Octets<'_>) -> bool {
    let long_parts = || parts(element, value).filter(|(_, value)| value.len() > 7);
    long_parts().next().is_some() && long_parts().all(|(part, value)| vouches(part, value))
}

fn is_what_it_is_called(element: &Element<'_>, value: Octets<'_>) -> bool {
    let mut room = [0; ROOM];
    let Some(value) = value.copied(&mut room) else { return false };
    let name = element.name();
    match value {
        // amounts and counts are filled with zeros, as no card number is
        [b'0', ..] | [b'C' | b'D', b'0', ..] if has(name, b"mount") || name.ends_with("number") => true,
        _ if has(name, b"Date") => is_date(value),
        _ if name.starts_with("Acquirer reference") => is_acquirer_reference(value),
        // a type of three digits, then the day
        [_, _, _, date @ ..] if name == "File id" => date.get(..6).is_some_and(is_date),
        _ => false,
    }
}

/// `str::contains`, which brings a search that may stop the program, as far as a compiler can see.
fn has<const N: usize>(name: &str, word: &[u8; N]) -> bool {
    name.as_bytes().windows(N).any(|place| place == word)
}

/// 23 digits: how to read them, the acquirer, the day of the year, a number, and a check digit.
fn is_acquirer_reference(value: &[u8]) -> bool {
    let [b'0' | b'1' | b'2' | b'7' | b'8', _, _, _, _, _, _, _, hundreds, tens, units, .., _] = value else {
        return false;
    };
    let day = [*hundreds, *tens, *units];
    value.len() == 23 && value.iter().all(u8::is_ascii_digit) && (*b"001"..=*b"366").contains(&day)
}

fn is_type(part: Octets<'_>) -> bool {
    let mut room = [0; 4];
    let digits = part.copied(&mut room).and_then(|digits| digits.first_chunk().copied());
    digits.and_then(|digits| Mti::from_digits(digits).ok()).is_some_and(Mti::is_known)
}

fn is_currency(part: Octets<'_>) -> bool {
    let mut room = [0; 3];
    let text = part.copied(&mut room).and_then(|text| core::str::from_utf8(text).ok());
    text.is_some_and(|text| currency::by_text(text).is_some())
}
