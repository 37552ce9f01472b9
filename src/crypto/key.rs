//! Keys that wipe themselves, never print, and compare in constant time.

use core::fmt;

use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::cipher::{Cipher, copy, xor};
use super::cmac::CmacOf;
use super::error::CryptoError;
use super::hex;
use super::kind::{Family, KeyKind};

/// A clear key. Its octets are wiped when it is dropped, show in no `Debug`, and compare in constant time.
///
/// For tests, terminals and simulators: a production key belongs into a hardware security module, see
/// [`SecurityModule`](super::SecurityModule).
///
/// ```
/// use cardwire::crypto::Key;
///
/// let key = Key::des(&[0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF, 0xFE, 0xDC, 0xBA, 0x98, 0x76, 0x54, 0x32, 0x10])?;
/// assert_eq!(key.check_value().as_bytes(), [0x08, 0xD7, 0xB4]);
/// assert_eq!(format!("{key:?}"), "Key(double-length TDES)");
/// # Ok::<(), cardwire::crypto::CryptoError>(())
/// ```
#[derive(Clone)]
pub struct Key {
    octets: [u8; MAX],
    kind: KeyKind,
}

/// The longest key.
const MAX: usize = 32;

impl Key {
    /// A DES key of 8 octets, or a TDES key of 16 or 24. Parity is not looked at: see [`Key::has_odd_parity`].
    ///
    /// # Errors
    /// [`CryptoError::KeyLength`].
    pub fn des(octets: &[u8]) -> Result<Self, CryptoError> {
        Self::of(Family::Des, octets)
    }

    /// An AES key of 16, 24 or 32 octets.
    ///
    /// # Errors
    /// [`CryptoError::KeyLength`].
    pub fn aes(octets: &[u8]) -> Result<Self, CryptoError> {
        Self::of(Family::Aes, octets)
    }

    /// A key of a family.
    ///
    /// # Errors
    /// [`CryptoError::KeyLength`].
    pub fn of(family: Family, octets: &[u8]) -> Result<Self, CryptoError> {
        let found = octets.len();
        let kind = KeyKind::of(family, found).ok_or(CryptoError::KeyLength { family, found })?;
        let mut key = Self { octets: [0; MAX], kind };
        copy(&mut key.octets, octets);
        Ok(key)
    }

    /// A key from hexadecimal digits, capital or small.
    ///
    /// # Errors
    /// [`CryptoError::HexDigit`], [`CryptoError::KeyLength`].
    pub fn from_hex(family: Family, digits: &str) -> Result<Self, CryptoError> {
        let mut octets = [0; MAX];
        let read = hex::read(digits.as_bytes(), &mut octets);
        let key = match read {
            Ok(octets) => Self::of(family, octets),
            Err(CryptoError::Room { needed, .. }) => Err(CryptoError::KeyLength { family, found: needed }),
            Err(error) => Err(error),
        };
        octets.zeroize();
        key
    }

    /// The kind.
    #[must_use]
    pub const fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The octets: the one word that opens a key.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        self.octets.get(..self.kind.len()).unwrap_or_default()
    }

    /// Whether each octet has odd parity, as DES keys have by convention. It changes no result.
    #[must_use]
    pub fn has_odd_parity(&self) -> bool {
        self.expose().iter().all(|octet| octet.count_ones() % 2 == 1)
    }

    /// The same key with odd parity: the lowest bit of each octet is changed where it has to be.
    #[must_use]
    pub fn with_odd_parity(mut self) -> Self {
        let len = self.kind.len();
        for octet in self.octets.iter_mut().take(len) {
            *octet ^= u8::from(octet.count_ones() % 2 == 0);
        }
        self
    }

    /// Whether a TDES key is no better than single DES: its halves, or its first or last two thirds, are
    /// equal but for parity.
    #[must_use]
    pub fn is_degenerate(&self) -> bool {
        let mut parts = self.expose().chunks(8);
        let (Some(first), Some(second)) = (parts.next(), parts.next()) else { return false };
        let equal = |one: &[u8], other: &[u8]| one.iter().zip(other).all(|(one, other)| one | 1 == other | 1);
        self.kind.family() == Family::Des
            && (equal(first, second) || parts.next().is_some_and(|third| equal(second, third)))
    }

    /// Two components, or a key and a mask, joined by XOR.
    ///
    /// # Errors
    /// [`CryptoError::Components`] when they differ in kind.
    pub fn xor(&self, other: &Self) -> Result<Self, CryptoError> {
        if self.kind != other.kind {
            return Err(CryptoError::Components);
        }
        Ok(self.masked(other.expose()))
    }

    /// The check value as it is usual: three octets of the enciphered zero block for DES and TDES, five of the
    /// CMAC of a zero block for AES (X9.24-1, TR-31).
    #[must_use]
    pub fn check_value(&self) -> CheckValue {
        let (method, len) = match self.kind.family() {
            Family::Des => (CheckMethod::Zeros, 3),
            Family::Aes => (CheckMethod::Cmac, 5),
        };
        CheckValue { octets: self.checked_zeros(method), len }
    }

    /// A check value by another method, or of another length. The two methods never agree for AES.
    ///
    /// # Errors
    /// [`CryptoError::CheckValueLength`] when more would be given away than is safe: four octets of zeros, five
    /// of CMAC.
    pub fn check_value_by(&self, method: CheckMethod, octets: usize) -> Result<CheckValue, CryptoError> {
        let max = method.max();
        match u8::try_from(octets) {
            Ok(len) if (1..=max).contains(&octets) => {
                Ok(CheckValue { octets: self.checked_zeros(method), len })
            }
            _ => Err(CryptoError::CheckValueLength { max, found: octets }),
        }
    }

    /// Whether a check value that was received is the one of this key.
    ///
    /// # Errors
    /// [`CryptoError::CheckValue`], [`CryptoError::CheckValueLength`] also below three octets, which would say
    /// nothing.
    pub fn verify_check_value(&self, method: CheckMethod, received: &[u8]) -> Result<(), CryptoError> {
        if received.len() < 3 {
            return Err(CryptoError::CheckValueLength { max: method.max(), found: received.len() });
        }
        let own = self.check_value_by(method, received.len())?;
        match bool::from(own.as_bytes().ct_eq(received)) {
            true => Ok(()),
            false => Err(CryptoError::CheckValue),
        }
    }

    fn checked_zeros(&self, method: CheckMethod) -> [u8; CHECK] {
        let (mut zeros, mut octets) = ([0; 16], [0; CHECK]);
        match method {
            CheckMethod::Zeros => self.cipher().encrypt(&mut zeros),
            CheckMethod::Cmac => {
                let block = self.cipher().block_len();
                let mut cmac = CmacOf::of(self.kind, self.expose());
                cmac.update(zeros.get(..block).unwrap_or_default());
                zeros = cmac.finish();
            }
        }
        copy(&mut octets, &zeros);
        zeros.zeroize();
        octets
    }

    /// The cipher, its round keys made.
    pub(super) fn cipher(&self) -> Cipher {
        Cipher::of(self.kind, self.expose())
    }

    /// The key XOR a mask, which is as long.
    pub(super) fn masked(&self, mask: &[u8]) -> Self {
        let mut key = self.clone();
        xor(&mut key.octets, mask);
        key
    }

    /// A key of a kind from as many octets; those that are too few are zeros. For keys that were derived.
    pub(super) fn derived(kind: KeyKind, octets: &[u8]) -> Self {
        let mut key = Self { octets: [0; MAX], kind };
        let len = kind.len();
        key.octets.iter_mut().take(len).zip(octets).for_each(|(octet, derived)| *octet = *derived);
        key
    }

    /// The single DES key in the eight octets at `index`.
    pub(super) fn part(&self, index: usize) -> Self {
        Self::derived(KeyKind::Des, self.expose().chunks(8).nth(index).unwrap_or_default())
    }

    /// Errs unless the key is a double-length TDES key.
    pub(super) fn require_tdes2(&self) -> Result<&Self, CryptoError> {
        match self.kind {
            KeyKind::Tdes2 => Ok(self),
            found => Err(CryptoError::KeyKind { wanted: "a double-length TDES key", found }),
        }
    }

    /// Errs unless the key is of AES.
    pub(super) fn require_aes(&self) -> Result<&Self, CryptoError> {
        match self.kind.family() {
            Family::Aes => Ok(self),
            Family::Des => Err(CryptoError::KeyKind { wanted: "an AES key", found: self.kind }),
        }
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        self.octets.zeroize();
    }
}

impl ZeroizeOnDrop for Key {}

/// In constant time over the octets; kinds are no secret.
impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && bool::from(self.octets.ct_eq(&other.octets))
    }
}

impl Eq for Key {}

/// The kind, no octet.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.kind)
    }
}

/// How a check value is made.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CheckMethod {
    /// Zeros enciphered in ECB, the leftmost octets: DES and TDES, and AES by the old practice.
    Zeros,
    /// The CMAC of one block of zeros, the leftmost octets: AES.
    Cmac,
}

impl CheckMethod {
    /// As many octets as may be given away.
    const fn max(self) -> usize {
        match self {
            Self::Zeros => 4,
            Self::Cmac => CHECK,
        }
    }
}

/// Octets of the longest check value.
const CHECK: usize = 5;

/// A key check value (KCV): it says which key, and not what key. Shows as hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CheckValue {
    octets: [u8; CHECK],
    len: u8,
}

impl CheckValue {
    /// Its octets.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.octets.get(..usize::from(self.len)).unwrap_or_default()
    }
}

impl fmt::Display for CheckValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes().iter().try_for_each(|octet| write!(f, "{octet:02X}"))
    }
}

impl fmt::Debug for CheckValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CheckValue({self})")
    }
}
