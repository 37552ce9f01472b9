//! Card numbers that stand alone: digits with none before and none after them.

use core::ops::Range;

use super::card::{Alphabet, Text};
use super::issuer::{LONGEST, SHORTEST};
use crate::codec::window::Octets;

/// Whether such a number lies across what `crosses` knows of; it is asked with the octets that hold the number.
/// One look at each octet, and at most two more at those that are digits.
pub(crate) fn is_card_across(wire: &[u8], crosses: impl Fn(Range<usize>) -> bool) -> bool {
    let octets = Octets::of(wire);
    let is_across = |alphabet, run: Range<usize>| {
        let an_octet = Alphabet::an_octet(alphabet);
        (SHORTEST..=LONGEST).contains(&run.len())
            && Text::new(&octets, alphabet).until(run.end).card(run.start) == Some(run.end)
            && crosses(run.start / an_octet..run.end.div_ceil(an_octet))
    };
    let is_packed = |octet: u8| octet < 0xA0 && octet & 0x0F < 0x0A;
    // half an octet more at either end
    let with_halves = |run: Range<usize>| {
        let before = run.start.checked_sub(1).and_then(|index| wire.get(index));
        let after = wire.get(run.end);
        2 * run.start - usize::from(before.is_some_and(|octet| octet & 0x0F < 0x0A))
            ..2 * run.end + usize::from(after.is_some_and(|octet| *octet < 0xA0))
    };
    runs(wire, SHORTEST, |octet| octet.is_ascii_digit()).any(|run| is_across(Alphabet::Ascii, run))
        || runs(wire, SHORTEST, |octet| matches!(octet, 0xF0..=0xF9))
            .any(|run| is_across(Alphabet::Ebcdic, run))
        || runs(wire, SHORTEST / 2 - 1, is_packed).any(|run| is_across(Alphabet::Packed, with_halves(run)))
}

/// The runs of octets of a kind that are long enough, each with another kind before and after it.
fn runs(
    wire: &[u8],
    shortest: usize,
    is_one: impl Fn(u8) -> bool + Copy,
) -> impl Iterator<Item = Range<usize>> {
    let mut from = 0;
    core::iter::from_fn(move || {
        loop {
            // whatever run is long enough covers one of these places
            let place = from + shortest - 1;
            if !is_one(*wire.get(place)?) {
                from = place + 1;
                continue;
            }
            let count =
                |octets: &mut dyn Iterator<Item = &u8>| octets.take_while(|octet| is_one(**octet)).count();
            let before = count(&mut wire.get(from..place)?.iter().rev());
            let end = place + count(&mut wire.get(place..)?.iter());
            from = end + 1;
            // the octet after the run is none of it
            return Some(place - before..end);
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn a_number_counts_where_no_digit_is_before_and_after_it() {
        let across = |wire: &[u8], border: usize| {
            is_card_across(wire, |card| card.start < border && border < card.end)
        };
        let ascii = b"TERM4111111111111111 X";
        assert!(across(ascii, 8) && across(ascii, 19) && !across(ascii, 4) && !across(ascii, 20));
        assert!(!across(b"TERM41111111111111110X", 8));
        let ebcdic: Vec<u8> = b"4111111111111111".iter().map(|digit| digit | 0xF0).chain([0x40]).collect();
        assert!(across(&ebcdic, 8));
        // from either half of an octet
        assert!(across(&[0xAA, 0x62, 0x12, 0x34, 0x56, 0x78, 0x90, 0x12, 0x32, 0xAA], 5));
        assert!(across(&[0xA6, 0x21, 0x23, 0x45, 0x67, 0x89, 0x01, 0x23, 0x2A], 5));
        assert!(!across(&[0xA6, 0x21, 0x23, 0x45, 0x67, 0x89, 0x01, 0x23, 0x20], 5));
        assert!(!across(b"", 0));
    }
}
