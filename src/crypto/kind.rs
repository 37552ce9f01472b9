//! Which ciphers there are, and how long their keys are.

use core::fmt;

/// Which cipher a key is for, and how long it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum KeyKind {
    /// 8 octets.
    Des,
    /// 16 octets.
    Tdes2,
    /// 24 octets.
    Tdes3,
    /// 16 octets.
    Aes128,
    /// 24 octets.
    Aes192,
    /// 32 octets.
    Aes256,
}

impl KeyKind {
    /// The kind in a family that has so many octets, if there is one.
    #[must_use]
    pub const fn of(family: Family, octets: usize) -> Option<Self> {
        match (family, octets) {
            (Family::Des, 8) => Some(Self::Des),
            (Family::Des, 16) => Some(Self::Tdes2),
            (Family::Des, 24) => Some(Self::Tdes3),
            (Family::Aes, 16) => Some(Self::Aes128),
            (Family::Aes, 24) => Some(Self::Aes192),
            (Family::Aes, 32) => Some(Self::Aes256),
            _ => None,
        }
    }

    /// Octets of the key.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "no key is empty")]
    pub const fn len(self) -> usize {
        match self {
            Self::Des => 8,
            Self::Tdes2 | Self::Aes128 => 16,
            Self::Tdes3 | Self::Aes192 => 24,
            Self::Aes256 => 32,
        }
    }

    /// DES or AES.
    #[must_use]
    pub const fn family(self) -> Family {
        match self {
            Self::Des | Self::Tdes2 | Self::Tdes3 => Family::Des,
            Self::Aes128 | Self::Aes192 | Self::Aes256 => Family::Aes,
        }
    }

    /// Bits of security against the best known attack (SP 800-57), for what may protect what.
    #[must_use]
    pub const fn strength_bits(self) -> u16 {
        match self {
            Self::Des => 56,
            Self::Tdes2 => 80,
            Self::Tdes3 => 112,
            Self::Aes128 => 128,
            Self::Aes192 => 192,
            Self::Aes256 => 256,
        }
    }
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Des => "DES",
            Self::Tdes2 => "double-length TDES",
            Self::Tdes3 => "triple-length TDES",
            Self::Aes128 => "AES-128",
            Self::Aes192 => "AES-192",
            Self::Aes256 => "AES-256",
        })
    }
}

/// A family of block ciphers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Family {
    /// DES and TDES: 8, 16 or 24 octets.
    Des,
    /// AES: 16, 24 or 32 octets.
    Aes,
}

impl Family {
    pub(super) const fn lengths(self) -> &'static str {
        match self {
            Self::Des => "8, 16 or 24",
            Self::Aes => "16, 24 or 32",
        }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Des => "DES",
            Self::Aes => "AES",
        })
    }
}
