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

/// The two upper-case hexadecimal digits of an octet: the mirror of [`hex_pair`].
pub(crate) const fn hex_digits(octet: u8) -> [u8; 2] {
    [hex_digit(octet >> 4), hex_digit(octet & 0x0F)]
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

/// The half byte of a digit, decimal, hexadecimal or of a track, whose separator may be a `D`.
pub(crate) const fn half(digit: u8) -> u8 {
    (digit & 0x0F) + (digit >> 6 & 1) * 9
}

/// The number that eight hexadecimal digits write. Letters have bit 6 set, and are 9 short.
#[inline]
pub(crate) const fn hex(digits: [u8; 8]) -> u64 {
    let digits = u64::from_be_bytes(digits);
    let letters = digits >> 6 & 0x0101_0101_0101_0101;
    let halves = (digits & 0x0F0F_0F0F_0F0F_0F0F) + letters * 9;
    let octets = (halves | halves >> 4) & 0x00FF_00FF_00FF_00FF;
    let pairs = (octets | octets >> 8) & 0x0000_FFFF_0000_FFFF;
    (pairs | pairs >> 16) & 0xFFFF_FFFF
}

/// The eight hexadecimal digits of four octets, lowest first: the mirror of [`hex`].
#[inline]
#[allow(clippy::as_conversions, reason = "lossless; from is not const")]
const fn unhex(octets: u32) -> [u8; 8] {
    let pairs = (octets as u64 | (octets as u64) << 16) & 0x0000_FFFF_0000_FFFF;
    let octets = (pairs | pairs << 8) & 0x00FF_00FF_00FF_00FF;
    let halves = (octets >> 4 | octets << 8) & 0x0F0F_0F0F_0F0F_0F0F;
    // ten and more have bit 4 set when six are added; the letters are seven further than the digits
    let letters = (halves + 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101;
    (halves + 0x3030_3030_3030_3030 + letters * 7).to_le_bytes()
}

/// The sixteen hexadecimal digits of a bitmap.
#[inline]
#[allow(clippy::as_conversions, reason = "each half is taken as it is")]
pub(crate) const fn hex_word(word: u64) -> [[u8; 8]; 2] {
    let octets = word.swap_bytes();
    [unhex(octets as u32), unhex((octets >> 32) as u32)]
}

/// The eight decimal digits of a number below a hundred million, as values.
#[inline]
#[allow(clippy::as_conversions, reason = "each half is below ten thousand")]
pub(crate) const fn eight_digits(number: u32) -> [u8; 8] {
    let [a, b, c, d] = four_digits((number / 10_000) as u16);
    let [e, f, g, h] = four_digits((number % 10_000) as u16);
    [a, b, c, d, e, f, g, h]
}

/// So many digits of a number at the end of `room`, zeros before it, if they are enough.
#[inline(always)]
pub(crate) fn number_in(number: u64, digits: usize, room: &mut [u8; 16]) -> Option<&[u8]> {
    let eight = |number: u64| {
        let digits = eight_digits(u32::try_from(number).ok()?);
        Some((u64::from_le_bytes(digits) | u64::from_le_bytes([b'0'; 8])).to_le_bytes())
    };
    // one of no digits is none
    if digits == 0 || number >= *POWERS.get(digits)? {
        return None;
    }
    let (zeros, low) = ([b'0'; 8], number % 100_000_000);
    *room.first_chunk_mut()? = if number == low { zeros } else { eight(number / 100_000_000)? };
    *room.last_chunk_mut()? = eight(low)?;
    room.get(room.len().checked_sub(digits)?..)
}

/// Numbers of so many digits are below.
#[allow(clippy::indexing_slicing, reason = "const evaluation only")]
static POWERS: [u64; 17] = {
    let mut powers = [1; 17];
    let mut digits = 1;
    while digits < powers.len() {
        powers[digits] = 10 * powers[digits - 1];
        digits += 1;
    }
    powers
};

/// The four decimal digits of a number below ten thousand, as values.
#[inline]
#[allow(clippy::as_conversions, reason = "lossless; from is not const")]
pub(crate) const fn four_digits(number: u16) -> [u8; 4] {
    let number = number as u32;
    if number < 100 {
        let tens = (number * 103) >> 10;
        return (tens << 16 | (number - tens * 10) << 24).to_le_bytes();
    }
    let pairs = (number / 100) | ((number % 100) << 16);
    // a tenth of each pair, and what that leaves of it
    let tens = ((pairs * 103) >> 10) & 0x000F_000F;
    (tens | ((pairs - tens * 10) << 8)).to_le_bytes()
}
