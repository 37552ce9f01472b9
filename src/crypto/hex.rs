//! Hexadecimal digits, both directions.

use super::error::CryptoError;

/// The octets of hexadecimal digits, in a buffer.
pub(super) fn read<'o>(digits: &[u8], out: &'o mut [u8]) -> Result<&'o [u8], CryptoError> {
    let (needed, found) = (digits.len().div_ceil(2), out.len());
    let Some(octets) = out.get_mut(..needed) else {
        return Err(CryptoError::Room { needed, found });
    };
    for (index, (pair, octet)) in digits.chunks(2).zip(octets.iter_mut()).enumerate() {
        let mut nibbles = pair.iter().map(|digit| value(*digit));
        match (nibbles.next().flatten(), nibbles.next().flatten()) {
            (Some(high), Some(low)) => *octet = high << 4 | low,
            (None, _) => return Err(CryptoError::HexDigit(2 * index)),
            (Some(_), None) => return Err(CryptoError::HexDigit(2 * index + 1)),
        }
    }
    Ok(octets)
}

/// The capital digits of octets, in a buffer of twice their number; what has no room is left out.
pub(super) fn write(octets: &[u8], out: &mut [u8]) {
    let nibbles = octets.iter().flat_map(|octet| [octet >> 4, octet & 0xF]);
    out.iter_mut().zip(nibbles).for_each(|(digit, nibble)| *digit = self::digit(nibble));
}

/// A capital digit.
const fn digit(nibble: u8) -> u8 {
    if nibble < 10 { b'0' + nibble } else { b'A' - 10 + nibble }
}

const fn value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}
