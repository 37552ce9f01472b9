//! Card numbers that stand alone: digits with none before and none after them.

use core::ops::Range;

use super::card::{Alphabet, HEAD, TAIL, Text};
use super::issuer::{LONGEST, SHORTEST};
use crate::codec::window::Octets;

/// Whether such a number lies across what `crosses` knows of; it is asked with the octets that hold the number,
/// and with those that hold its inner digits.
/// One look at each octet: neighbours that are digits in the same alphabets are passed over.
pub(crate) fn is_card_across(wire: &[u8], crosses: impl Fn(Range<usize>, Range<usize>) -> bool) -> bool {
    let is_across =
        |alphabet, run| is_card(wire, alphabet, run).is_some_and(|(card, inner)| crosses(card, inner));
    let (mut before, mut starts) = (0, [0; Alphabet::ALL.len()]);
    let classes = wire.iter().map(|octet| CLASSES.get(usize::from(*octet)).copied().unwrap_or(0));
    for (at, class) in classes.chain([0]).enumerate() {
        if class == before {
            continue;
        }
        for ((index, start), alphabet) in starts.iter_mut().enumerate().zip(Alphabet::ALL) {
            match (before >> index & 1, class >> index & 1) {
                (0, 1) => *start = at,
                (1, 0) if is_across(alphabet, *start..at) => return true,
                _ => {}
            }
        }
        before = class;
    }
    false
}

/// Whether an octet holds an inner digit of a card number that stands alone.
pub(crate) fn is_inner_digit(wire: &[u8], at: usize) -> bool {
    // one digit more than a card number has
    let from = at.saturating_sub(LONGEST + 1);
    let near = wire.get(from..wire.len().min(at + LONGEST + 2)).unwrap_or_default();
    is_card_across(near, |_, inner| inner.contains(&(at - from)))
}

/// The alphabets in which an octet is digits, a bit each, in their order.
const CLASSES: [u8; 256] = {
    let (mut classes, mut octet) = ([0; 256], 0);
    let mut rest: &mut [u8] = &mut classes;
    while let [class, more @ ..] = rest {
        let is_ascii = matches!(octet, 0x30..=0x39);
        let is_ebcdic = matches!(octet, 0xF0..=0xF9);
        let is_packed = octet < 0xA0 && octet & 0x0F < 0x0A;
        *class = if is_ascii { 1 } else { 0 } | if is_ebcdic { 2 } else { 0 } | if is_packed { 4 } else { 0 };
        octet += 1;
        rest = more;
    }
    classes
};

/// The octets of a run of digits, if it is a card number from its first digit to its last.
fn is_card(wire: &[u8], alphabet: Alphabet, run: Range<usize>) -> Option<(Range<usize>, Range<usize>)> {
    let an_octet = alphabet.an_octet();
    if run.len() > LONGEST || an_octet * run.len() + 2 * (an_octet - 1) < SHORTEST {
        return None;
    }
    let run = match alphabet {
        Alphabet::Ascii | Alphabet::Ebcdic => run,
        Alphabet::Packed => {
            // half an octet more at either end
            let before = run.start.checked_sub(1).and_then(|index| wire.get(index));
            let after = wire.get(run.end).is_some_and(|octet| *octet < 0xA0);
            let before = before.is_some_and(|octet| octet & 0x0F < 0x0A);
            2 * run.start - usize::from(before)..2 * run.end + usize::from(after)
        }
    };
    let octets = Octets::of(wire);
    let is_card =
        run.len() <= LONGEST && Text::new(&octets, alphabet).until(run.end).card(run.start) == Some(run.end);
    let octets_of = |digits: Range<usize>| digits.start / an_octet..digits.end.div_ceil(an_octet);
    // a number of twelve digits is hidden whole: its ends would leave but two of them
    let inner = if run.len() == SHORTEST { run.clone() } else { run.start + HEAD..run.end - TAIL };
    is_card.then(|| (octets_of(run), octets_of(inner)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn a_number_counts_where_no_digit_is_before_and_after_it() {
        let across = |wire: &[u8], border: usize| {
            is_card_across(wire, |card, _| card.start < border && border < card.end)
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
