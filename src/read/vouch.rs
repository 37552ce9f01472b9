//! Honest digits that look like a card number: what else they are.
//!
//! One run of digits in ten has a check digit that fits, so an amount, an acquirer's reference or the original
//! data of a reversal looks like a card number now and then. Where an element is called after what it holds and
//! holds that, it vouches for its digits.

use super::field::Field;
use super::trust::is_date;
use crate::codes::currency;
use crate::layout::Order;
use crate::model::mti::Mti;

/// The longest value that is looked at.
const ROOM: usize = 32;

/// Whether an element that seems to hold a card number holds what its name says.
pub(crate) fn vouches(field: &Field<'_>) -> bool {
    match field.element().layout().map(|layout| *layout.order()) {
        _ if is_what_it_is_called(field) => true,
        Some(Order::Positions { .. }) => {
            let mut parts = field.own_parts();
            let first = parts.next();
            first.is_some_and(|first| match first.name() {
                "Message type" => is_type(&first),
                "Currency code" => is_currency(&first),
                // nothing follows the three digits of UnionPay's F53
                "PIN block format" => field.expose().octets().skip(3).all(|digit| digit == b'0'),
                _ => all_long_parts_vouch(field),
            })
        }
        _ => false,
    }
}

/// Amounts and counts, one after the other. Short parts say too little.
fn all_long_parts_vouch(field: &Field<'_>) -> bool {
    let long_parts = || field.own_parts().filter(|part| part.len() > 7);
    long_parts().next().is_some() && long_parts().all(|part| vouches(&part))
}

fn is_what_it_is_called(field: &Field<'_>) -> bool {
    let mut room = [0; ROOM];
    let Ok(value) = field.expose().copy_to(&mut room) else { return false };
    let name = field.name();
    match value {
        // amounts and counts are filled with zeros, as no card number is
        [b'0', ..] | [b'C' | b'D', b'0', ..] if name.contains("mount") || name.ends_with("number") => true,
        _ if name.contains("Date") => is_date(value),
        _ if name.starts_with("Acquirer reference") => is_acquirer_reference(value),
        // a type of three digits, then the day
        [_, _, _, date @ ..] if name == "File id" => date.get(..6).is_some_and(is_date),
        _ => false,
    }
}

/// 23 digits: how to read them, the acquirer, the day of the year, a number, and a check digit.
fn is_acquirer_reference(value: &[u8]) -> bool {
    let [b'0' | b'1' | b'2' | b'7' | b'8', _, _, _, _, _, _, _, hundreds, tens, units, .., _] = value else {
        return false;
    };
    let day = [*hundreds, *tens, *units];
    value.len() == 23 && value.iter().all(u8::is_ascii_digit) && (*b"001"..=*b"366").contains(&day)
}

fn is_type(part: &Field<'_>) -> bool {
    let mut room = [0; 4];
    let digits = part.expose().copy_to(&mut room).ok().and_then(|digits| digits.first_chunk().copied());
    digits.and_then(|digits| Mti::from_digits(digits).ok()).is_some_and(Mti::is_known)
}

fn is_currency(part: &Field<'_>) -> bool {
    let mut room = [0; 3];
    let text = part.expose().copy_to(&mut room).ok().and_then(|text| core::str::from_utf8(text).ok());
    text.is_some_and(|text| currency::by_text(text).is_some())
}
