//! Card numbers and tracks of test cards.

use alloc::format;
use alloc::string::String;

use super::choices::Draw;

/// Numbers that the card organisations and their processors publish for tests; all pass the Luhn check.
const CARDS: [&str; 9] = [
    "4111111111111111",
    "5555444433331111",
    "2223003122003222",
    "4242424242424242",
    "6212345678901232",
    "378282246310005",
    "30569309025904",
    "4222222222222",
    "6212345678900000003",
];

/// A test card with as many digits as are admitted.
pub(super) fn number(draw: &mut Draw<'_>, min: usize, max: usize) -> String {
    let fits = |card: &&&str| (min..=max).contains(&card.len());
    let count = CARDS.iter().filter(fits).count();
    match CARDS.iter().filter(fits).nth(draw.below(count)) {
        Some(card) => String::from(*card),
        None => unassigned(draw.between(min, max.min(19).max(min))),
    }
}

/// A number of any length that begins as no issuer's does, and passes the Luhn check.
fn unassigned(len: usize) -> String {
    let mut digits = String::from("0").repeat(len.saturating_sub(1));
    let check = check_digit(&digits);
    digits.extend((len > 0).then_some(check));
    digits
}

/// Track 2: the number, the date it expires, the service code.
pub(super) fn track2(draw: &mut Draw<'_>, max: usize) -> String {
    let card = number(draw, 0, max.saturating_sub(8));
    format!("{card}=4912101")
}

/// Track 1.
pub(super) fn track1(draw: &mut Draw<'_>, max: usize) -> String {
    let card = number(draw, 0, max.saturating_sub(21));
    format!("B{card}^TEST/CARD^4912101")
}

/// The digits two to an octet, the last filled with F where they are odd in number, `=` as D.
pub(super) fn packed(digits: &str) -> impl Iterator<Item = u8> {
    let nibble = |digit: &u8| if *digit == b'=' { 0xD } else { digit & 0xF };
    digits.as_bytes().chunks(2).map(move |pair| match pair {
        [high, low] => nibble(high) << 4 | nibble(low),
        [high] => nibble(high) << 4 | 0xF,
        _ => 0xFF,
    })
}

/// The digit that makes a number pass the Luhn check.
fn check_digit(digits: &str) -> char {
    let sum: u32 = digits.bytes().rev().zip([true, false].iter().cycle()).fold(0, |sum, (digit, doubled)| {
        let value = u32::from(digit & 0xF);
        sum + if *doubled { value * 2 / 10 + value * 2 % 10 } else { value }
    });
    char::from_digit((10 - sum % 10) % 10, 10).unwrap_or('0')
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn every_card_passes_the_luhn_check() {
        for card in CARDS {
            let (digits, last) = card.split_at(card.len() - 1);
            assert_eq!(last, check_digit(digits).to_string(), "{card}");
        }
    }

    #[test]
    fn a_number_has_the_length_that_is_asked_for() {
        for len in 0..=25 {
            let card = number(&mut Draw::of(&[7]), len, len);
            assert_eq!(card.len(), len);
        }
        assert_eq!(packed("123=4").collect::<Vec<_>>(), [0x12, 0x3D, 0x4F]);
    }
}
