//! Buffers of messages: wiped before their memory is given back, and when they are emptied.

use std::vec::Vec;

use zeroize::{Zeroize, Zeroizing};

/// Octets of messages.
pub(crate) type Wiped = Zeroizing<Vec<u8>>;

/// Room for so many octets more. Where a vector would move, and leave what it holds behind, that is wiped.
pub(crate) fn reserve(octets: &mut Wiped, more: usize) {
    let needed = octets.len().saturating_add(more);
    if needed > octets.capacity() {
        let mut larger = Zeroizing::new(Vec::with_capacity(needed.max(octets.capacity().saturating_mul(2))));
        larger.extend_from_slice(octets);
        *octets = larger;
    }
}

/// As `Vec::resize` with zeros.
pub(crate) fn resize(octets: &mut Wiped, len: usize) {
    reserve(octets, len.saturating_sub(octets.len()));
    octets.resize(len, 0);
}

/// Empties a buffer, which keeps its room.
pub(crate) fn clear(octets: &mut Wiped) {
    octets.as_mut_slice().zeroize();
    octets.clear();
}
