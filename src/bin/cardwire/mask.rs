//! Values with what is private replaced by something that still parses.

use cardwire::layout::Content;
use cardwire::mask::Privacy;
use cardwire::{Field, Message, mask};

use crate::hex;
use crate::json::Prepared;

/// Whether anything of an element is hidden.
pub(crate) fn hides(field: &Field<'_>) -> bool {
    field.is_masked() || field.parts().any(|part| hides(&part))
}

/// The value without what its privacy hides; a composite part by part.
pub(crate) fn masked(field: &Field<'_>) -> Prepared {
    if !hides(field) {
        return Prepared::AsRead(field.expose().octets().collect());
    }
    if field.is_composite() {
        return Prepared::Parts(field.parts().map(|part| (part.key().value(), masked(&part))).collect());
    }
    let (content, octets) = (field.content(), field.expose().octets());
    if field.element().privacy().is_open() {
        // a card number is in it: all its digits go, lest the rest looks like another one
        return Prepared::AsRead(octets.map(|octet| without_digits(content, octet)).collect());
    }
    let pairs: Vec<(u8, Option<u8>)> = octets.zip(field.masked()).collect();
    let is_hidden = |index: usize| pairs.get(index).is_some_and(|(_, shown)| shown.is_none());
    let mut octets: Vec<u8> =
        pairs.iter().map(|(octet, shown)| shown.unwrap_or_else(|| neutral(content, *octet))).collect();
    // zeros in the middle may be what was there, or make another card of it: no check digit fits what is written,
    // so that a card number changes, and what is redacted already does not
    let digits = octets.iter().take_while(|octet| octet.is_ascii_digit()).count();
    let is_number = matches!(field.element().privacy(), Privacy::Pan { .. } | Privacy::Track);
    let last = (0..digits).rev().find(|index| is_number && is_hidden(*index));
    if let Some(last) = last.filter(|_| octets.get(..digits).is_some_and(is_luhn)) {
        octets.get_mut(last).into_iter().for_each(|octet| *octet = b'1');
    }
    Prepared::AsRead(octets)
}

/// Whether digits are sound by the check digit that card numbers end with.
fn is_luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit.saturating_sub(b'0'));
            let doubled = if place % 2 == 1 { 2 * digit } else { digit };
            doubled / 10 + doubled % 10
        })
        .sum();
    sum.is_multiple_of(10)
}

/// The card numbers of a message, whose check digit fits: those of its elements of that kind, and of its tracks.
pub(crate) fn cards(message: &Message<'_>) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    message.fields().for_each(|field| collect(&field, &mut found));
    found
}

fn collect(field: &Field<'_>, found: &mut Vec<Vec<u8>>) {
    field.parts().for_each(|part| collect(&part, found));
    if matches!(field.element().privacy(), Privacy::Pan { .. } | Privacy::Track) {
        let octets: Vec<u8> = field.expose().octets().collect();
        let digits = if field.content().is_binary() { hex::text(&octets).into_bytes() } else { octets };
        let card: Vec<u8> = digits.into_iter().take_while(u8::is_ascii_digit).collect();
        found.extend(Some(card).filter(|card| card.len() >= SHORTEST && is_luhn(card)));
    }
}

/// The fewest digits of a card number.
const SHORTEST: usize = 12;

/// Whether octets hold any of these cards, its digits in ASCII, in EBCDIC or packed.
pub(crate) fn holds_any(octets: &[u8], cards: &[Vec<u8>]) -> bool {
    let packed = if cards.is_empty() { String::new() } else { hex::text(octets) };
    let is_in = |octets: &[u8], digits: &[u8]| memchr::memmem::find(octets, digits).is_some();
    cards.iter().any(|digits| {
        let ebcdic: Vec<u8> = digits.iter().map(|digit| digit | 0xF0).collect();
        is_in(octets, digits) || is_in(octets, &ebcdic) || is_in(packed.as_bytes(), digits)
    })
}

/// What stands for a character of an open value that holds a card number somewhere.
fn without_digits(content: Content, octet: u8) -> u8 {
    match (content, octet) {
        (Content::B, _) => 0,
        (_, b'0'..=b'9') => b'0',
        (_, 0x20..=0x7E) => octet,
        _ => b'X',
    }
}

/// Octets that belong to no element, such as a header, with zeros where a card number is in them.
pub(crate) fn plain(octets: &[u8]) -> Vec<u8> {
    if octets.is_empty() {
        return Vec::new();
    }
    let digits = mask::hex(octets).to_string().replace('*', "0");
    hex::octets(digits.as_bytes()).unwrap_or_default()
}

/// What stands for a hidden character: one of its kind, so that the element still parses.
fn neutral(content: Content, octet: u8) -> u8 {
    match (content, octet) {
        (Content::Xn, b'C' | b'D') => octet,
        (Content::N | Content::Xn | Content::H, _) => b'0',
        (Content::Z, b'=' | b'D') | (Content::Ne, b'=') => octet,
        (Content::Z | Content::Ne, _) => b'0',
        (Content::A, _) => b'X',
        (Content::B, _) => 0,
        (Content::S, _) => b' ',
        (Content::Ns, _) => b'0',
        (_, b'0'..=b'9') => b'0',
        (_, _) => b'X',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_for_a_character_is_of_its_class() {
        for content in Content::ALL {
            for octet in (0..=255).filter(|octet| content.admits(1, *octet)) {
                assert!(content.admits(1, neutral(content, octet)), "{content} {octet}");
            }
            for octet in (0..=255).filter(|octet| content.admits(0, *octet)) {
                assert!(content.admits(0, neutral(content, octet)), "{content} {octet}");
            }
        }
    }

    /// ISO/IEC 7812-1: every second digit from the right is doubled, and the sum of all digits ends with 0.
    #[test]
    fn numbers_are_sound_by_their_check_digit() {
        for (digits, wanted) in [
            ("4111111111111111", true),
            ("4242424242424242", true),
            ("5555444433331111", true),
            ("4111111111111112", false),
            ("1411111111111111", false),
            ("79927398713", true),
            ("79927398710", false),
            ("59", true),
            ("91", true),
            ("0", true),
            ("5", false),
        ] {
            assert_eq!(is_luhn(digits.as_bytes()), wanted, "{digits}");
        }
    }

    /// What stays as it is says how a value is laid out: signs, separators.
    #[test]
    fn signs_and_separators_stay() {
        for (content, from, to) in [
            (Content::Xn, "C9D0", "C0D0"),
            (Content::N, "7190", "0000"),
            (Content::H, "9F", "00"),
            (Content::Z, "4=9D?", "0=0D0"),
            (Content::Ne, "4=9D", "0=00"),
            (Content::A, "Qz", "XX"),
            (Content::B, "Q7", "\0\0"),
            (Content::S, "*7", "  "),
            (Content::Ns, "7*", "00"),
            (Content::An, "B7", "X0"),
            (Content::Ans, "b7 /", "X0XX"),
        ] {
            let found: Vec<u8> = from.bytes().map(|octet| neutral(content, octet)).collect();
            assert_eq!(String::from_utf8_lossy(&found), to, "{content}");
        }
        for (content, from, to) in [
            (Content::Ans, &b"Az 09~\x1F\x7F\x80"[..], &b"Az 00~XXX"[..]),
            (Content::B, b"Az09", b"\0\0\0\0"),
        ] {
            let found: Vec<u8> = from.iter().map(|octet| without_digits(content, *octet)).collect();
            assert_eq!(found, to, "{content}");
        }
    }

    #[test]
    fn digits_are_found_in_each_code() {
        let digits = b"411111111116";
        let holds = |octets: &[u8]| holds_any(octets, &[b"5555444433331111".to_vec(), digits.to_vec()]);
        let ebcdic: Vec<u8> = digits.iter().map(|digit| digit + 0xC0).collect();
        let packed = [0x41, 0x11, 0x11, 0x11, 0x11, 0x16];
        let shifted = [0x04, 0x11, 0x11, 0x11, 0x11, 0x11, 0x60];
        for octets in [digits.as_slice(), &ebcdic, &packed, &shifted] {
            let inside = [b"AB", octets, b"CD"].concat();
            assert!(holds(octets) && holds(&inside), "{inside:02X?}");
            let short = octets.get(1..).unwrap_or_default();
            assert!(!holds(short.get(..short.len() - 1).unwrap_or_default()), "{short:02X?}");
        }
        assert!(!holds(b""));
        assert!(!holds_any(digits, &[]));
    }

    /// The shortest card number has 12 digits; one whose check digit is wrong is none.
    #[test]
    fn the_cards_of_a_message_are_its_sound_numbers() {
        use cardwire::{
            Builder, Mti,
            spec::{ISO87_ASCII, ISO87_BCD},
        };
        for (pan, is_card) in [
            ("411111111117", true),
            ("41111111112", false),
            ("4111111111111111", true),
            ("4111111111111112", false),
        ] {
            for spec in [&ISO87_ASCII, &ISO87_BCD] {
                let track = format!("{pan}=30121010000000000");
                let mut builder = Builder::new(spec, Mti::FINANCIAL_REQUEST);
                let wire = builder.set(2, pan).set(11, "4242").set(35, track.as_str()).to_vec();
                let wire = wire.expect("it can be written");
                let message = Message::parse(spec, &wire).expect("it was written");
                let wanted: &[&[u8]] = if is_card { &[pan.as_bytes(), pan.as_bytes()] } else { &[] };
                assert_eq!(cards(&message), wanted, "{pan}");
            }
        }
    }
}
