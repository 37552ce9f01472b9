//! Hexadecimal digits.

use std::fmt::Write;

/// Octets as upper-case digits, appended.
pub(crate) fn push(out: &mut Vec<u8>, octets: impl IntoIterator<Item = u8>) {
    const DIGITS: [u8; 16] = *b"0123456789ABCDEF";
    for octet in octets {
        let digit = |half: u8| DIGITS.get(usize::from(half)).copied().unwrap_or(b'?');
        out.extend([digit(octet >> 4), digit(octet & 15)]);
    }
}

/// Octets as upper-case digits.
pub(crate) fn text(octets: &[u8]) -> String {
    octets.iter().fold(String::with_capacity(2 * octets.len()), |mut text, octet| {
        let _ = write!(text, "{octet:02X}");
        text
    })
}

/// The octets of digits in either case, blanks between them allowed; an error says where and what.
pub(crate) fn octets(digits: &[u8]) -> Result<Vec<u8>, (usize, String)> {
    let mut octets = Vec::with_capacity(digits.len() / 2);
    let mut pending = None;
    for (at, character) in digits.iter().enumerate() {
        let digit = match character {
            b'0'..=b'9' => character - b'0',
            b'a'..=b'f' => character - b'a' + 10,
            b'A'..=b'F' => character - b'A' + 10,
            b' ' | b'\t' if pending.is_none() => continue,
            other => return Err((at, format!("expected a hexadecimal digit, found {}", seen(*other)))),
        };
        pending = match pending {
            Some(high) => {
                octets.push(high << 4 | digit);
                None
            }
            None => Some(digit),
        };
    }
    match pending {
        None => Ok(octets),
        Some(_) => Err((digits.len(), "an odd number of hexadecimal digits".into())),
    }
}

/// The kind of a character, never the character: it may belong to a card number.
pub(crate) fn seen(octet: u8) -> cardwire::Seen {
    cardwire::Seen::of(octet)
}
