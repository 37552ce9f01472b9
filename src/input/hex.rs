//! Hexadecimal digits.

use crate::model::CharKind;

/// Octets as upper-case digits, appended.
pub fn push(out: &mut Vec<u8>, octets: impl IntoIterator<Item = u8>) {
    let digit = |half: u8| if half < 10 { b'0' + half } else { b'A' - 10 + half };
    out.extend(octets.into_iter().flat_map(|octet| [digit(octet >> 4), digit(octet & 15)]));
}

/// Octets as upper-case digits.
#[must_use]
pub fn text(octets: &[u8]) -> String {
    let mut digits = Vec::new();
    push(&mut digits, octets.iter().copied());
    String::from_utf8(digits).unwrap_or_default()
}

/// The octets of digits in either case, blanks between them allowed.
///
/// # Errors
/// Where a digit was expected, and what stands there.
pub fn octets(digits: &[u8]) -> Result<Vec<u8>, (usize, String)> {
    let mut octets = Vec::with_capacity(digits.len() / 2);
    // nearly all digits stand in pairs without blanks: they are read at once, and looked at together
    let (pairs, rest) = digits.as_chunks::<2>();
    if rest.is_empty() && digits.iter().fold(true, |all, digit| all & digit.is_ascii_hexdigit()) {
        // of a digit, the low half is its value, of a letter less by nine
        let value = |digit: u8| (digit & 15) + 9 * (digit >> 6);
        octets.extend(pairs.iter().map(|[high, low]| value(*high) << 4 | value(*low)));
        return Ok(octets);
    }
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
                return Err((digits.len(), "an odd number of hexadecimal digits".into()));
            }
            (Some(one), Some(other)) if value(*one).is_some() => return Err(misfit(at + 1, *other)),
            (Some(one), _) => return Err(misfit(at, *one)),
        }
    }
    Ok(octets)
}

fn misfit(at: usize, octet: u8) -> (usize, String) {
    (at, format!("expected a hexadecimal digit, found {}", CharKind::of(octet)))
}

/// What a digit stands for.
fn value(digit: u8) -> Option<u8> {
    VALUES.get(usize::from(digit)).copied().filter(|value| *value < 16)
}

#[allow(clippy::as_conversions, clippy::indexing_slicing, reason = "const evaluation over fixed arrays")]
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
