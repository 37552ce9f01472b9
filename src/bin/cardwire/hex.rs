//! Hexadecimal digits.

use std::fmt::Write;

use crate::lang::{lang, pick, say};

/// Octets as upper-case digits, appended.
pub(crate) fn push(out: &mut Vec<u8>, octets: impl IntoIterator<Item = u8>) {
    let digit = |half: u8| if half < 10 { b'0' + half } else { b'A' - 10 + half };
    octets.into_iter().for_each(|octet| out.extend_from_slice(&[digit(octet >> 4), digit(octet & 15)]));
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
    let mut at = 0;
    while let Some(rest) = digits.get(at..).filter(|rest| !rest.is_empty()) {
        // pairs as far as there are only pairs, then one blank
        let before = octets.len();
        octets.extend(rest.chunks_exact(2).map_while(|pair| match pair {
            [high, low] => Some(value(*high)? << 4 | value(*low)?),
            _ => None,
        }));
        at += 2 * (octets.len() - before);
        match (digits.get(at), digits.get(at + 1)) {
            (None, _) => break,
            (Some(b' ' | b'\t'), _) => at += 1,
            (Some(one), None) if value(*one).is_some() => {
                return Err((
                    digits.len(),
                    pick("an odd number of hexadecimal digits", "十六进制数字的个数为奇数").into(),
                ));
            }
            (Some(one), Some(other)) if value(*one).is_some() => return Err(misfit(at + 1, *other)),
            (Some(one), _) => return Err(misfit(at, *one)),
        }
    }
    Ok(octets)
}

fn misfit(at: usize, octet: u8) -> (usize, String) {
    let seen = seen(octet);
    (at, say!("expected a hexadecimal digit, found {seen}", "应为十六进制数字，实际为{seen}"))
}

/// What a digit stands for.
fn value(digit: u8) -> Option<u8> {
    VALUES.get(usize::from(digit)).copied().filter(|value| *value < 16)
}

#[allow(clippy::indexing_slicing, reason = "const evaluation over fixed arrays")]
const VALUES: [u8; 256] = {
    let mut values = [0xFF; 256];
    let mut digit = 0;
    while digit < 16 {
        let upper = b"0123456789ABCDEF"[digit as usize];
        values[upper as usize] = digit;
        values[upper.to_ascii_lowercase() as usize] = digit;
        digit += 1;
    }
    values
};

/// The kind of a character, never the character: it may belong to a card number.
pub(crate) fn seen(octet: u8) -> String {
    cardwire::model::CharKind::of(octet).in_lang(lang()).to_string()
}
