//! The keys of a key block, derived from its protection key, and its MAC.

use zeroize::Zeroizing;

use crate::crypto::cipher::{BLOCK, copy};
use crate::crypto::cmac::CmacOf;
use crate::crypto::error::CryptoError;
use crate::crypto::key::Key;
use crate::crypto::kind::{Family, KeyKind};

/// How a key block is bound.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum KeyBlockVersion {
    /// Keys derived by CMAC, protection key TDES.
    B,
    /// Keys derived by CMAC, protection key AES.
    D,
}

impl KeyBlockVersion {
    /// Octets of a cipher block, and characters the optional blocks are a multiple of.
    pub(super) const fn block(self) -> usize {
        match self {
            Self::B => 8,
            Self::D => 16,
        }
    }

    pub(super) const fn letter(self) -> u8 {
        match self {
            Self::B => b'B',
            Self::D => b'D',
        }
    }
}

/// The keys that a protection key is made into.
pub(super) struct BlockKeys {
    pub(super) encryption: Key,
    authentication: Key,
}

impl BlockKeys {
    pub(super) fn derive(protection: &Key, version: KeyBlockVersion) -> Result<Self, CryptoError> {
        let kind = protection.kind();
        let algorithm = match (version, kind) {
            (KeyBlockVersion::B, KeyKind::Tdes2) => 0,
            (KeyBlockVersion::B, KeyKind::Tdes3) => 1,
            (KeyBlockVersion::D, KeyKind::Aes128) => 2,
            (KeyBlockVersion::D, KeyKind::Aes192) => 3,
            (KeyBlockVersion::D, KeyKind::Aes256) => 4,
            (KeyBlockVersion::B, found) => {
                return Err(CryptoError::KeyKind { wanted: "a double- or triple-length TDES key", found });
            }
            (KeyBlockVersion::D, found) => {
                return Err(CryptoError::KeyKind { wanted: "an AES key", found });
            }
        };
        let bits = u8::try_from(kind.len() * 8 % 256).unwrap_or(0);
        let high = u8::from(kind.len() == 32);
        let key = |usage| {
            let mut octets = Zeroizing::new([0; 32]);
            for (chunk, counter) in octets.chunks_mut(version.block()).zip(1_u8..) {
                let mut cmac = CmacOf::of(kind, protection.expose());
                cmac.update(&[counter, 0, usage, 0, 0, algorithm, high, bits]);
                copy(chunk, Zeroizing::new(cmac.finish()).as_ref());
            }
            Key::derived(kind, octets.as_ref())
        };
        Ok(Self { encryption: key(0), authentication: key(1) })
    }

    /// The MAC over header, optional blocks and clear key data; eight octets of TDES, 16 of AES.
    pub(super) fn mac(&self, head: &[u8], data: &[u8]) -> [u8; BLOCK] {
        let mut cmac = CmacOf::of(self.authentication.kind(), self.authentication.expose());
        cmac.update(head);
        cmac.update(data);
        cmac.finish()
    }
}

/// The kind of key that an algorithm of the header has in so many octets.
pub(super) const fn kind_of(algorithm: u8, octets: usize) -> Option<KeyKind> {
    match (algorithm, octets) {
        (b'A', _) => KeyKind::of(Family::Aes, octets),
        (b'D', 8) | (b'T', 16 | 24) => KeyKind::of(Family::Des, octets),
        _ => None,
    }
}
