//! Key serial numbers of DUKPT with either cipher, and the keys of a transaction.

use std::fmt;

use cardwire::crypto::{AesKsn, AesKsnUse, CryptoError, Family, Key, KeyKind, Ksn, KsnUse};

/// A key serial number.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Serial {
    Tdes(Ksn),
    Aes(AesKsn),
}

/// What a key of a transaction is for.
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    Pin,
    MacOfRequest,
    MacOfResponse,
}

impl Serial {
    /// The number in some octets, of the scheme of a family.
    pub(super) fn new(family: Family, octets: &[u8]) -> Result<Self, CryptoError> {
        match family {
            Family::Des => Ksn::new(octets).map(Self::Tdes),
            Family::Aes => AesKsn::new(octets).map(Self::Aes),
        }
    }

    /// The same in hexadecimal digits.
    pub(super) fn from_hex(family: Family, digits: &str) -> Result<Self, CryptoError> {
        match family {
            Family::Des => Ksn::from_hex(digits).map(Self::Tdes),
            Family::Aes => AesKsn::from_hex(digits).map(Self::Aes),
        }
    }

    /// The octets, as they are sent.
    pub(super) const fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Tdes(ksn) => ksn.as_bytes(),
            Self::Aes(ksn) => ksn.as_bytes(),
        }
    }

    /// The number of the next transaction.
    pub(super) fn next(self) -> Result<Self, CryptoError> {
        match self {
            Self::Tdes(ksn) => ksn.next().map(Self::Tdes),
            Self::Aes(ksn) => ksn.next().map(Self::Aes),
        }
    }

    /// Whether it may come after `last`.
    pub(super) fn follows(self, last: Self) -> Result<(), CryptoError> {
        match (self, last) {
            (Self::Tdes(ksn), Self::Tdes(last)) => ksn.follows(last),
            (Self::Aes(ksn), Self::Aes(last)) => ksn.follows(last),
            _ => Err(CryptoError::AnotherDevice),
        }
    }

    /// The transaction counter.
    pub(super) fn counter(self) -> u32 {
        match self {
            Self::Tdes(ksn) => ksn.counter(),
            Self::Aes(ksn) => ksn.counter(),
        }
    }

    /// What is the same in all numbers of a device: the octets without the counter.
    pub(super) fn device(self) -> Vec<u8> {
        let mut octets = self.as_bytes().to_vec();
        // the counter of TDES has 21 bits, that of AES 32
        let mask: u32 = if matches!(self, Self::Tdes(_)) { !0x1F_FFFF } else { 0 };
        if let Some(low) = octets.last_chunk_mut::<4>() {
            *low = (u32::from_be_bytes(*low) & mask).to_be_bytes();
        }
        octets
    }

    /// The initial key of the device.
    pub(super) fn initial_key(self, base: &Key) -> Result<Key, CryptoError> {
        match self {
            Self::Tdes(ksn) => ksn.initial_key(base),
            Self::Aes(ksn) => ksn.initial_key(base),
        }
    }

    /// The key of this transaction for a purpose. AES makes one of the kind that is wanted, TDES double-length keys.
    pub(super) fn working_key(
        self,
        initial: &Key,
        purpose: Purpose,
        wanted: Family,
    ) -> Result<Key, CryptoError> {
        match self {
            Self::Tdes(ksn) => ksn.working_key(
                initial,
                match purpose {
                    Purpose::Pin => KsnUse::Pin,
                    Purpose::MacOfRequest => KsnUse::MacRequest,
                    Purpose::MacOfResponse => KsnUse::MacResponse,
                },
            ),
            Self::Aes(ksn) => {
                // as the device sees it: it makes the MACs of requests and verifies those of responses
                let purpose = match purpose {
                    Purpose::Pin => AesKsnUse::Pin,
                    Purpose::MacOfRequest => AesKsnUse::MacGeneration,
                    Purpose::MacOfResponse => AesKsnUse::MacVerification,
                };
                let kind = match wanted {
                    Family::Des => KeyKind::Tdes2,
                    Family::Aes => initial.kind(),
                };
                ksn.working_key(initial, purpose, kind)
            }
        }
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tdes(ksn) => ksn.fmt(f),
            Self::Aes(ksn) => ksn.fmt(f),
        }
    }
}
