//! Whether a message that was read to its end makes sense.
//!
//! Octets that are read with another spec, or from another place, hardly ever give a whole message. Where they
//! do, the message type or a date shows it, and a card number lies across elements. Only both together are
//! taken for a sign: an odd date alone is no reason to hide anything.

use super::field::Field;
use super::message::Message;
use crate::codec::window::Octets;
use crate::mask::{Alphabet, Text};
use crate::model::content::Content;
use crate::model::trust::Trust;
use crate::spec::Spec;

/// Elements that hold a date or a time in every edition.
const DATED: [u8; 3] = [7, 12, 13];

impl Message<'_> {
    /// The same message; whether it makes sense is known of it.
    pub(crate) fn settled(&self) -> Self {
        let trust = match self.trust {
            Trust::Unknown if self.makes_sense() || !self.has_card_across_elements() => Trust::Sound,
            Trust::Unknown => Trust::Doubtful,
            known => known,
        };
        Self { trust, ..*self }
    }

    fn makes_sense(&self) -> bool {
        self.mti().is_known()
            && DATED.into_iter().filter_map(|number| self.get(number)).all(|field| is_dated(&field))
    }

    /// Whether a card number begins in one element and ends in another one, in any alphabet.
    #[cold]
    fn has_card_across_elements(&self) -> bool {
        let wire = Octets::of(self.wire());
        let borders = || self.fields().flat_map(|field| [field.range().start, field.value_range().start]);
        Alphabet::ALL.into_iter().any(|alphabet| {
            let text = Text::new(&wire, alphabet);
            borders().any(|border| {
                let border = alphabet.an_octet() * border;
                let mut starts = border.saturating_sub(18)..border;
                starts.any(|start| text.card(start).is_some_and(|end| end > border))
            })
        })
    }
}

/// Whether the message that lies in `wire` makes sense: for elements that left it.
#[cold]
#[inline(never)]
pub(crate) fn settle(spec: &Spec<'_>, wire: &[u8]) -> Trust {
    Message::parse(spec, wire).map_or(Trust::Doubtful, |message| message.settled().trust)
}

/// Whether digits are a date, a time or both, as far as their number tells which; zeros may stand for none.
fn is_dated(field: &Field<'_>) -> bool {
    let mut room = [0; 14];
    let digits = match field.expose().copy_to(&mut room) {
        Ok(digits) if field.content() == Content::N => digits,
        _ => return true,
    };
    digits.iter().all(|digit| *digit == b'0') || is_date(digits)
}

/// The same, of digits that are not all zero.
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
