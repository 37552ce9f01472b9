//! Cutting a station header into its parts and joining them again.

use crate::model::error::{Error, ErrorKind, Place, Result};

/// An error about the frame around the message.
#[cold]
pub(super) const fn refuse(kind: ErrorKind, offset: usize, expected: usize, found: usize) -> Error {
    Error::new(kind, offset, expected, found).at(Place::Frame)
}

/// The header as an array, if it has exactly that many bytes.
pub(super) fn exact<const N: usize>(header: &[u8]) -> Result<&[u8; N]> {
    let (array, rest) = header.split_first_chunk().ok_or(refuse(ErrorKind::Truncated, 0, N, header.len()))?;
    if rest.is_empty() { Ok(array) } else { Err(refuse(ErrorKind::Trailing, N, 0, rest.len())) }
}

/// Cuts the next `N` bytes off `rest`.
pub(super) fn cut<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N]> {
    let (part, after) = rest.split_first_chunk().ok_or(refuse(ErrorKind::Truncated, 0, N, rest.len()))?;
    *rest = after;
    Ok(*part)
}

/// The parts one after the other.
pub(super) fn join<const N: usize>(parts: &[&[u8]]) -> [u8; N] {
    let mut whole = [0; N];
    let octets = parts.iter().copied().flatten();
    whole.iter_mut().zip(octets).for_each(|(to, from)| *to = *from);
    whole
}

/// Swaps two neighbouring parts of `size` bytes, the first of which starts at `at`.
pub(super) fn swap(header: &mut [u8], at: usize, size: usize) {
    if let Some(pair) = header.get_mut(at..at + 2 * size) {
        pair.rotate_left(size);
    }
}
