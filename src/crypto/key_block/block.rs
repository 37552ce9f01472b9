//! A key block taken apart, and unwrapping.

use core::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::binding::{BlockKeys, KeyBlockVersion, kind_of};
use super::header::{DATA, HEADER, Header, check_fields};
use super::optional::split_optional;
use crate::crypto::cipher::BLOCK;
use crate::crypto::error::{BlockFault, CryptoError};
use crate::crypto::hex;
use crate::crypto::key::Key;

/// A key block that was taken apart; its key is still wrapped, and nothing of its header is authenticated before
/// [`KeyBlock::unwrap`] succeeds.
#[derive(Clone, Copy)]
pub struct KeyBlock<'b> {
    header: Header<'b>,
    /// Header and optional blocks as they stand.
    head: &'b str,
    data: &'b str,
    mac: &'b str,
}

impl<'b> KeyBlock<'b> {
    /// Takes a key block apart. Every character is looked at.
    ///
    /// # Errors
    /// [`CryptoError::KeyBlock`] says what is wrong.
    pub fn parse(text: &'b str) -> Result<Self, CryptoError> {
        let fail = |fault| Err(CryptoError::KeyBlock(fault));
        let len = text.len();
        if len < HEADER {
            return fail(BlockFault::TooShort);
        }
        if !text.bytes().all(|octet| matches!(octet, 0x20..=0x7E)) {
            return fail(BlockFault::Character);
        }
        let fixed: [u8; HEADER] = text.as_bytes().first_chunk().copied().unwrap_or_default();
        let [
            version,
            l1,
            l2,
            l3,
            l4,
            u1,
            u2,
            algorithm,
            mode,
            k1,
            k2,
            exportability,
            c1,
            c2,
            context,
            reserved,
        ] = fixed;
        let version = match version {
            b'B' => KeyBlockVersion::B,
            b'D' => KeyBlockVersion::D,
            _ => return fail(BlockFault::Version),
        };
        let block = version.block();
        if decimal(&[l1, l2, l3, l4]) != Some(len) || !len.is_multiple_of(block) {
            return fail(BlockFault::Length);
        }
        check_fields(&fixed)?;
        let Some(count) = decimal(&[c1, c2]) else { return fail(BlockFault::BlockCount) };
        let rest = text.get(HEADER..).unwrap_or_default();
        let (optional, rest) = split_optional(rest, count, block)?;
        let data_len = rest.len().checked_sub(2 * block).filter(|len| *len > 0);
        let Some((data, mac)) = data_len.and_then(|len| rest.split_at_checked(len)) else {
            return fail(BlockFault::TooShort);
        };
        let is_hex = |octet| matches!(octet, b'0'..=b'9' | b'A'..=b'F');
        if data.len() % (2 * block) != 0 || !rest.bytes().all(is_hex) {
            return fail(BlockFault::KeyData);
        }
        let header = Header {
            version,
            usage: [u1, u2],
            algorithm,
            mode,
            key_version: [k1, k2],
            exportability,
            context,
            reserved,
            optional,
            optional_count: u8::try_from(count).unwrap_or(u8::MAX),
        };
        let head = text.get(..HEADER + optional.len()).unwrap_or_default();
        Ok(Self { header, head, data, mac })
    }

    /// What it says of its key. Authenticated only when [`KeyBlock::unwrap`] succeeds.
    #[must_use]
    pub const fn header(&self) -> &Header<'b> {
        &self.header
    }

    /// The key. The MAC is compared in constant time, and before anything of the key is looked at.
    ///
    /// # Errors
    /// [`CryptoError::KeyKind`] for a protection key that is not of the version; [`CryptoError::KeyBlock`] with
    /// [`BlockFault::Mac`], and with [`BlockFault::KeyLength`] or [`BlockFault::Algorithm`] after a good MAC;
    /// [`CryptoError::Room`] for key data beyond 256 octets.
    pub fn unwrap(&self, protection: &Key) -> Result<Key, CryptoError> {
        let keys = BlockKeys::derive(protection, self.header.version)?;
        let (mut data, mut mac) = (Zeroizing::new([0; DATA]), [0; BLOCK]);
        let mac = hex::read(self.mac.as_bytes(), &mut mac)?;
        let len = hex::read(self.data.as_bytes(), data.as_mut())?.len();
        let data = data.get_mut(..len).unwrap_or_default();
        keys.encryption.cipher().decrypt_cbc(mac, data);
        let own = keys.mac(self.head.as_bytes(), data);
        let fail = |fault| Err(CryptoError::KeyBlock(fault));
        if !bool::from(own.get(..mac.len()).unwrap_or_default().ct_eq(mac)) {
            return fail(BlockFault::Mac);
        }
        let Some((bits, rest)) = data.split_first_chunk() else { return fail(BlockFault::KeyLength) };
        let bits = usize::from(u16::from_be_bytes(*bits));
        let octets = rest.get(..bits / 8).filter(|_| bits % 8 == 0);
        match (octets, self.header.algorithm) {
            (None, _) => fail(BlockFault::KeyLength),
            (Some(octets), algorithm @ (b'A' | b'D' | b'T')) => match kind_of(algorithm, octets.len()) {
                Some(kind) => Ok(Key::derived(kind, octets)),
                None => fail(BlockFault::KeyLength),
            },
            _ => fail(BlockFault::Algorithm),
        }
    }
}

/// The header; nothing of the wrapped key.
impl fmt::Debug for KeyBlock<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyBlock").field("header", &self.header).finish_non_exhaustive()
    }
}

fn decimal(digits: &[u8]) -> Option<usize> {
    digits
        .iter()
        .try_fold(0, |value, digit| digit.is_ascii_digit().then(|| 10 * value + usize::from(digit - b'0')))
}
