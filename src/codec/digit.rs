//! Digits: hexadecimal ones, half bytes, and the characters that stand for them.

/// The value of a hexadecimal digit of either case.
pub(crate) const fn hex_value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

/// The octet that two hexadecimal digits write; any octet, if they are none. Letters have bit 6
/// set, and are 9 short.
pub(crate) const fn hex_pair(pair: [u8; 2]) -> u8 {
    let pair = u16::from_le_bytes(pair);
    let digits = (pair & 0x0F0F) + (pair >> 6 & 0x0101) * 9;
    let [octet, _] = (digits << 4 | digits >> 8).to_le_bytes();
    octet
}

/// The upper-case hexadecimal digit of a half byte.
pub(crate) const fn hex_digit(value: u8) -> u8 {
    match value {
        0..=9 => b'0' + value,
        _ => b'A' + value - 10,
    }
}

/// The half byte at half-byte `place` of `octet`: even places are the high half.
pub(super) const fn nibble(octet: u8, place: u32) -> u8 {
    if place.is_multiple_of(2) { octet >> 4 } else { octet & 0x0F }
}

/// A half byte as a character of the track code, `0`-`9` and `:;<=>?`: `D` reads as `=`.
pub(super) const fn character(nibble: u8) -> u8 {
    b'0' + nibble
}

/// The half byte of a character; a track separator may be written `=` or `D`.
pub(super) const fn digit_of(character: u8) -> u8 {
    match character {
        b'D' => 0xD,
        other => other & 0x0F,
    }
}
