//! Optional blocks of a key block, both directions.

use crate::crypto::cipher::copy;
use crate::crypto::error::{BlockFault, CryptoError};
use crate::crypto::hex;

/// Identifier and length of an optional block with so many characters of data.
pub(super) fn optional_head<'h>(
    id: &str,
    data: usize,
    head: &'h mut [u8; 10],
) -> Result<&'h [u8], CryptoError> {
    let malformed = CryptoError::KeyBlock(BlockFault::OptionalBlock);
    let id: &[u8; 2] = id.as_bytes().try_into().map_err(|_| malformed)?;
    copy(head, id);
    let (short, long) = (u8::try_from(data + 4), u16::try_from(data + 10).map_err(|_| malformed)?);
    let slots = head.get_mut(2..).unwrap_or_default();
    let len = match short {
        Ok(len) => {
            hex::write(&[len], slots);
            4
        }
        // 00, how many octets of length follow, and these
        Err(_) => {
            let [high, low] = long.to_be_bytes();
            hex::write(&[0, 2, high, low], slots);
            10
        }
    };
    Ok(head.get(..len).unwrap_or_default())
}

/// The first optional block of a text: identifier, data, and what is after it.
pub(super) fn next_optional(text: &str) -> Option<(&str, &str, &str)> {
    let (id, rest) = text.split_at_checked(2)?;
    let number = |digits: &str| {
        let is_hex = digits.bytes().all(|octet| octet.is_ascii_hexdigit());
        usize::from_str_radix(digits, 16).ok().filter(|_| is_hex)
    };
    let (len, head) = match number(rest.get(..2)?)? {
        0 => {
            let digits = 2 * number(rest.get(2..4)?)?;
            (number(rest.get(4..4 + digits).filter(|_| (2..=8).contains(&digits))?)?, 6 + digits)
        }
        len => (len, 4),
    };
    let is_id = id.bytes().all(|octet| octet.is_ascii_alphanumeric());
    let data = text.get(head..len).filter(|_| is_id)?;
    Some((id, data, text.get(len..)?))
}

/// So many optional blocks, and what is after them.
pub(super) fn split_optional(text: &str, count: usize, block: usize) -> Result<(&str, &str), CryptoError> {
    let malformed = CryptoError::KeyBlock(BlockFault::OptionalBlock);
    let mut rest = text;
    for _ in 0..count {
        (_, _, rest) = next_optional(rest).ok_or(malformed)?;
    }
    let len = text.len() - rest.len();
    text.split_at_checked(len).filter(|_| len.is_multiple_of(block)).ok_or(malformed)
}

/// Errs unless a text is just so many optional blocks.
pub(super) fn check_optional(text: &str, count: u8, block: usize) -> Result<(), CryptoError> {
    let is_printable = text.bytes().all(|octet| matches!(octet, 0x20..=0x7E));
    if !is_printable {
        return Err(CryptoError::KeyBlock(BlockFault::Character));
    }
    match split_optional(text, usize::from(count), block)? {
        (_, "") => Ok(()),
        _ => Err(CryptoError::KeyBlock(BlockFault::OptionalBlock)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Just so many blocks, of printable characters, that fill whole blocks of the cipher.
    #[test]
    fn optional_blocks_are_just_those_that_are_counted() {
        let [malformed, character] =
            [BlockFault::OptionalBlock, BlockFault::Character].map(|fault| Err(CryptoError::KeyBlock(fault)));
        for (text, count, block, checked) in [
            ("", 0, 8, Ok(())),
            ("KS08ABCD", 1, 8, Ok(())),
            ("KS08ABCDPB08 ~ ~", 2, 8, Ok(())),
            ("KS08ABCDPB08ABCD", 2, 16, Ok(())),
            ("KS08ABCD", 1, 16, malformed),
            ("KS08ABCD", 0, 8, malformed),
            ("KS08ABCD", 2, 8, malformed),
            ("KS08ABCDPB08ABCD", 1, 8, malformed),
            ("KS09ABCD", 1, 8, malformed),
            ("KS03ABCD", 1, 8, malformed),
            ("K-08ABCD", 1, 8, malformed),
            ("KS0002000C01", 1, 4, Ok(())),
            ("KS00020010ABCDEF", 1, 16, Ok(())),
            ("KS08AB\u{7F}D", 1, 8, character),
            ("KS08AB\u{1F}D", 1, 8, character),
            ("KS08AB\u{E9}", 1, 8, character),
        ] {
            assert_eq!(check_optional(text, count, block), checked, "{text} {count} {block}");
        }
    }
}
