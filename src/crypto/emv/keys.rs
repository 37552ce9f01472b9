//! From an issuer's master key to the key of a card, and of a transaction.

use sha1::{Digest, Sha1};
use zeroize::Zeroizing;

use crate::crypto::cipher::copy;
use crate::crypto::error::CryptoError;
use crate::crypto::key::Key;
use crate::crypto::kind::KeyKind;
use crate::crypto::pan::Pan;

/// How the master key of a card comes from that of its issuer (EMV Book 2 annex A1.4).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CardKeyOption {
    /// The last 16 digits of card number and sequence number.
    A,
    /// As A up to 16 digits of card number; of longer ones 16 digits of the SHA-1 of all.
    B,
}

/// The master key of a card, with odd parity. `sequence` is the PAN sequence number (5F34), 0 where there is none.
///
/// # Errors
/// [`CryptoError::KeyKind`] for an issuer key that is no double-length TDES key; [`CryptoError::CardData`] for a
/// sequence number above 99.
pub fn card_key(issuer: &Key, pan: &Pan, sequence: u8, option: CardKeyOption) -> Result<Key, CryptoError> {
    let cipher = issuer.require_tdes2()?.cipher();
    if sequence > 99 {
        return Err(CryptoError::CardData);
    }
    let digits = pan.digits().iter().copied().chain([sequence / 10, sequence % 10]);
    let digits = match option {
        CardKeyOption::B if pan.len() > 16 => hashed(digits, pan.len() + 2),
        _ => {
            let mut last = Zeroizing::new([0; 16]);
            let beyond = (pan.len() + 2).saturating_sub(16);
            let start = 14_usize.saturating_sub(pan.len());
            let slots = last.iter_mut().skip(start);
            slots.zip(digits.skip(beyond)).for_each(|(slot, digit)| *slot = digit);
            last
        }
    };
    let mut halves = Zeroizing::new([0; 16]);
    for (octet, [high, low]) in halves.iter_mut().zip(digits.as_chunks::<2>().0) {
        *octet = high << 4 | low;
    }
    let (left, right) = halves.split_at_mut(8);
    right.iter_mut().zip(left.iter()).for_each(|(octet, left)| *octet = !left);
    cipher.encrypt(halves.as_mut());
    Ok(Key::derived(KeyKind::Tdes2, halves.as_ref()).with_odd_parity())
}

/// How the key of a transaction comes from that of the card.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SessionKeyMethod {
    /// It is the key of the card.
    CardKey,
    /// The common session key of EMV (Book 2 annex A1.3), from the transaction counter.
    Common,
    /// Mastercard's, from the transaction counter and the unpredictable number.
    Mastercard,
    /// UnionPay's (PBOC), from the transaction counter.
    UnionPay,
}

/// The session key of a transaction, with odd parity. `counter` is 9F36, `unpredictable` 9F37.
///
/// # Errors
/// [`CryptoError::KeyKind`] for a card key that is no double-length TDES key.
pub fn session_key(
    card: &Key,
    method: SessionKeyMethod,
    counter: [u8; 2],
    unpredictable: [u8; 4],
) -> Result<Key, CryptoError> {
    let [high, low] = counter;
    let [one, two, three, four] = unpredictable;
    match method {
        SessionKeyMethod::CardKey => Ok(card.require_tdes2()?.clone()),
        SessionKeyMethod::Common => diversified(card, [high, low, 0, 0, 0, 0, 0, 0]),
        SessionKeyMethod::Mastercard => diversified(card, [high, low, 0, 0, one, two, three, four]),
        SessionKeyMethod::UnionPay => {
            let cipher = card.require_tdes2()?.cipher();
            let mut halves = [0, 0, 0, 0, 0, 0, high, low, 0, 0, 0, 0, 0, 0, !high, !low];
            cipher.encrypt(&mut halves);
            Ok(Key::derived(KeyKind::Tdes2, &halves).with_odd_parity())
        }
    }
}

/// The key of secure messaging in the way of EMV: the common method over the application cryptogram.
///
/// # Errors
/// As [`session_key`].
pub fn messaging_key(card: &Key, cryptogram: [u8; 8]) -> Result<Key, CryptoError> {
    diversified(card, cryptogram)
}

/// The key of secure messaging in the way of Visa (cryptogram versions 10 and 18): the card's key for it XOR the
/// transaction counter, with odd parity.
///
/// # Errors
/// As [`session_key`].
pub fn visa_messaging_key(card: &Key, counter: [u8; 2]) -> Result<Key, CryptoError> {
    let [high, low] = counter;
    let mask = [0, 0, 0, 0, 0, 0, high, low, 0, 0, 0, 0, 0, 0, !high, !low];
    Ok(card.require_tdes2()?.masked(&mask).with_odd_parity())
}

/// The session key of EMV2000, by a tree of intermediate keys (withdrawn in 2005; cards in the field have it).
/// Height 8 with branches of 4, or height 16 with branches of 2.
///
/// # Errors
/// As [`session_key`]; [`CryptoError::DataLength`] for another shape of the tree.
pub fn tree_session_key(card: &Key, counter: [u8; 2], height: u8, branches: u16) -> Result<Key, CryptoError> {
    let card = card.require_tdes2()?;
    if !matches!((height, branches), (8, 4) | (16, 2)) {
        return Err(CryptoError::DataLength(usize::from(height)));
    }
    let counter = u16::from_be_bytes(counter);
    // two branches make a bit of the counter, four make two
    let bits = u32::from(branches).ilog2();
    let zeros = Key::derived(KeyKind::Tdes2, &[0; 16]);
    let (mut parent, mut grandparent) = (card.clone(), zeros);
    for level in (1..u32::from(height)).rev() {
        let child = branch(&parent, &grandparent, counter >> (bits * level) & (branches - 1));
        (grandparent, parent) = (parent, child);
    }
    let leaf = branch(&parent, &grandparent, counter & (branches - 1));
    Ok(leaf.masked(grandparent.expose()).with_odd_parity())
}

/// A key of the tree from the two above it.
fn branch(parent: &Key, grandparent: &Key, index: u16) -> Key {
    let index = u8::try_from(index).unwrap_or(0);
    let mut halves = Zeroizing::new([0; 16]);
    copy(halves.as_mut(), grandparent.expose());
    for (half, mask) in halves.as_chunks_mut::<8>().0.iter_mut().zip([index, index ^ 0xF0]) {
        half.iter_mut().skip(7).for_each(|octet| *octet ^= mask);
    }
    parent.cipher().encrypt(halves.as_mut());
    Key::derived(KeyKind::Tdes2, halves.as_ref())
}

/// The common way: a diversification value whose third octet is F0 for the left half and 0F for the right.
fn diversified(card: &Key, value: [u8; 8]) -> Result<Key, CryptoError> {
    let cipher = card.require_tdes2()?.cipher();
    let mut halves = Zeroizing::new([0; 16]);
    for (half, third) in halves.as_chunks_mut::<8>().0.iter_mut().zip([0xF0, 0x0F]) {
        *half = value;
        half.iter_mut().skip(2).take(1).for_each(|octet| *octet = third);
    }
    cipher.encrypt(halves.as_mut());
    Ok(Key::derived(KeyKind::Tdes2, halves.as_ref()).with_odd_parity())
}

/// Option B: the decimal digits of a hash first, then its letters read as 0 to 5, sixteen of them.
fn hashed(digits: impl Iterator<Item = u8>, count: usize) -> Zeroizing<[u8; 16]> {
    let mut packed = Zeroizing::new([0_u8; 11]);
    // an odd number of digits has a zero before it
    let shift = count % 2;
    for (index, digit) in digits.enumerate().map(|(index, digit)| (index + shift, digit)) {
        let nibble = if index % 2 == 0 { digit << 4 } else { digit };
        packed.iter_mut().skip(index / 2).take(1).for_each(|octet| *octet |= nibble);
    }
    let hash = Sha1::digest(packed.get(..count.div_ceil(2)).unwrap_or_default());
    let nibbles = || hash.iter().flat_map(|octet| [octet >> 4, octet & 0xF]);
    let decimal = nibbles().filter(|nibble| *nibble < 10);
    let letters = nibbles().filter(|nibble| *nibble >= 10).map(|nibble| nibble - 10);
    let mut first = Zeroizing::new([0; 16]);
    first.iter_mut().zip(decimal.chain(letters)).for_each(|(slot, digit)| *slot = digit);
    first
}
