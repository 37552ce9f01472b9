//! DUKPT: a key for each transaction, derived from what the device was given once. TDES (X9.24-1) and AES
//! (X9.24-3).
//!
//! A host derives from the base derivation key (BDK) and the key serial number (KSN) that came with the message; a
//! device from its initial key. Who receives has to look at the counter by [`Ksn::follows`] or
//! [`AesKsn::follows`]: a key can be derived for any, also for one that no device ever uses.

use core::fmt;

use zeroize::Zeroizing;

use super::cipher::{copy, xor};
use super::error::CryptoError;
use super::hex;
use super::key::Key;
use super::kind::{Family, KeyKind};

/// A key serial number of TDES DUKPT: ten octets, the lowest 21 bits of which count transactions.
///
/// ```
/// use cardwire::crypto::{Key, KsnUse, Ksn};
///
/// let bdk = Key::from_hex(cardwire::crypto::Family::Des, "0123456789ABCDEFFEDCBA9876543210")?;
/// let ksn = Ksn::from_hex("FFFF9876543210E00001")?;
/// let key = ksn.working_key(&ksn.initial_key(&bdk)?, KsnUse::Pin)?;
/// assert_eq!(key.check_value(), Key::from_hex(cardwire::crypto::Family::Des, "042666B49184CF5C68DE9628D0397B36")?.check_value());
/// assert_eq!(ksn.next()?.to_string(), "FFFF9876543210E00002");
/// # Ok::<(), cardwire::crypto::CryptoError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ksn([u8; 10]);

/// What a working key of TDES DUKPT is for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum KsnUse {
    /// PIN blocks.
    Pin,
    /// The MAC of a request.
    MacRequest,
    /// The MAC of a response.
    MacResponse,
    /// Data of a request.
    DataRequest,
    /// Data of a response.
    DataResponse,
}

impl KsnUse {
    /// The variant of X9.24-1 table A-2: the octet of each half that is XORed with FF.
    const fn variant(self) -> u64 {
        match self {
            Self::Pin => 0xFF,
            Self::MacRequest => 0xFF00,
            Self::MacResponse => 0xFF00_0000,
            Self::DataRequest => 0x00FF_0000,
            Self::DataResponse => 0xFF_0000_0000,
        }
    }
}

/// The bits of the transaction counter.
const COUNTER: u32 = 0x1F_FFFF;
/// As many ones as a device uses in a counter.
const ONES: u32 = 10;

impl Ksn {
    /// A key serial number of ten octets, or of eight, which leave the leading `FFFF` out.
    ///
    /// # Errors
    /// [`CryptoError::KsnLength`].
    pub fn new(octets: &[u8]) -> Result<Self, CryptoError> {
        let mut ksn = [0xFF; 10];
        match octets.len() {
            8 | 10 => {
                let start = 10 - octets.len();
                ksn.iter_mut().skip(start).zip(octets).for_each(|(slot, octet)| *slot = *octet);
                Ok(Self(ksn))
            }
            found => Err(CryptoError::KsnLength { expected: 10, found }),
        }
    }

    /// The same from hexadecimal digits.
    ///
    /// # Errors
    /// [`CryptoError::HexDigit`], [`CryptoError::KsnLength`].
    pub fn from_hex(digits: &str) -> Result<Self, CryptoError> {
        Self::new(serial(digits, &mut [0; 12], 10)?)
    }

    /// The octets, as they are sent.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 10] {
        &self.0
    }

    /// The transaction counter: 21 bits.
    #[must_use]
    pub fn counter(&self) -> u32 {
        self.low() & COUNTER
    }

    fn low(&self) -> u32 {
        self.0.last_chunk().map_or(0, |octets| u32::from_be_bytes(*octets))
    }

    fn with_counter(mut self, counter: u32) -> Self {
        let low = self.low() & !COUNTER | counter & COUNTER;
        if let Some(octets) = self.0.last_chunk_mut() {
            *octets = low.to_be_bytes();
        }
        self
    }

    /// The key serial number of the next transaction: the next counter with at most ten ones.
    ///
    /// # Errors
    /// [`CryptoError::Exhausted`] after `1FF800`: the device has used its 1,048,575 keys.
    pub fn next(self) -> Result<Self, CryptoError> {
        let next = next_counter(self.counter(), ONES).filter(|counter| *counter <= COUNTER);
        Ok(self.with_counter(next.ok_or(CryptoError::Exhausted)?))
    }

    /// Whether a device uses this counter.
    ///
    /// # Errors
    /// [`CryptoError::CounterZero`], [`CryptoError::CounterOnes`].
    pub fn check(self) -> Result<(), CryptoError> {
        check_counter(self.counter(), ONES)
    }

    /// Whether a message with this number may come after one with `last`: the same device, a counter that it
    /// uses, and above the last one. Gaps are no error, for transactions get lost.
    ///
    /// # Errors
    /// As [`Ksn::check`]; [`CryptoError::AnotherDevice`], [`CryptoError::CounterReplayed`].
    pub fn follows(self, last: Self) -> Result<(), CryptoError> {
        self.check()?;
        check_order(self.with_counter(0) == last.with_counter(0), self.counter(), last.counter())
    }

    /// The initial key of the device: what is loaded into it.
    ///
    /// # Errors
    /// [`CryptoError::KeyKind`] for a BDK that is no double-length TDES key.
    pub fn initial_key(self, bdk: &Key) -> Result<Key, CryptoError> {
        bdk.require_tdes2()?;
        let initial = self.with_counter(0);
        let mut halves = Zeroizing::new([0; 16]);
        let (left, right) = halves.split_at_mut(8);
        for (half, key) in [(left, bdk.clone()), (right, bdk.masked(&VARIANT))] {
            copy(half, &initial.0);
            key.cipher().encrypt(half);
        }
        Ok(Key::derived(KeyKind::Tdes2, halves.as_ref()))
    }

    /// The key of this transaction before any variant: what the standard's tables list. Use
    /// [`Ksn::working_key`].
    ///
    /// # Errors
    /// [`CryptoError::KeyKind`]; as [`Ksn::check`].
    pub fn transaction_key(self, initial_key: &Key) -> Result<Key, CryptoError> {
        let mut key = initial_key.require_tdes2()?.clone();
        self.check()?;
        let mut counter = 0;
        for bit in (0..21).rev().map(|bit| 1 << bit).filter(|bit| self.counter() & bit != 0) {
            counter |= bit;
            let serial = self.with_counter(counter);
            let register = serial.0.last_chunk::<8>().copied().unwrap_or_default();
            key = one_way(&key, register);
        }
        Ok(key)
    }

    /// The key of this transaction for one use.
    ///
    /// # Errors
    /// As [`Ksn::transaction_key`].
    pub fn working_key(self, initial_key: &Key, purpose: KsnUse) -> Result<Key, CryptoError> {
        let half = purpose.variant().to_be_bytes();
        let mut variant = [0; 16];
        variant.as_chunks_mut::<8>().0.iter_mut().for_each(|slot| *slot = half);
        let key = self.transaction_key(initial_key)?.masked(&variant);
        if !matches!(purpose, KsnUse::DataRequest | KsnUse::DataResponse) {
            return Ok(key);
        }
        // data keys are enciphered under themselves besides, half by half
        let mut halves = Zeroizing::new([0; 16]);
        copy(halves.as_mut(), key.expose());
        key.cipher().encrypt(halves.as_mut());
        Ok(Key::derived(KeyKind::Tdes2, halves.as_ref()))
    }
}

/// What makes the right half of each derivation.
const VARIANT: [u8; 16] = [0xC0, 0xC0, 0xC0, 0xC0, 0, 0, 0, 0, 0xC0, 0xC0, 0xC0, 0xC0, 0, 0, 0, 0];

/// The non-reversible key generation process of X9.24-1 annex A.
fn one_way(key: &Key, register: [u8; 8]) -> Key {
    let mut halves = Zeroizing::new([0; 16]);
    let (left, right) = halves.split_at_mut(8);
    for (half, key) in [(right, key.clone()), (left, key.masked(&VARIANT))] {
        let (single, mask) = (key.part(0), key.part(1));
        copy(half, &register);
        xor(half, mask.expose());
        single.cipher().encrypt(half);
        xor(half, mask.expose());
    }
    Key::derived(KeyKind::Tdes2, halves.as_ref())
}

/// A key serial number of AES DUKPT: twelve octets, eight that name the initial key and four that count.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct AesKsn([u8; 12]);

/// What a working key of AES DUKPT is for (X9.24-3 table 4).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum AesKsnUse {
    /// Enciphering keys.
    KeyEncryption,
    /// PIN blocks.
    Pin,
    /// Making MACs.
    MacGeneration,
    /// Verifying MACs.
    MacVerification,
    /// Both.
    MacBoth,
    /// Enciphering data.
    DataEncryption,
    /// Deciphering data.
    DataDecryption,
    /// Both.
    DataBoth,
}

impl AesKsnUse {
    const fn code(self) -> u16 {
        match self {
            Self::KeyEncryption => 0x0002,
            Self::Pin => 0x1000,
            Self::MacGeneration => 0x2000,
            Self::MacVerification => 0x2001,
            Self::MacBoth => 0x2002,
            Self::DataEncryption => 0x3000,
            Self::DataDecryption => 0x3001,
            Self::DataBoth => 0x3002,
        }
    }
}

/// Key derivation, and derivation of the initial key.
const DERIVATION: u16 = 0x8000;
const INITIAL: u16 = 0x8001;
/// As many ones as a device uses in a counter.
const AES_ONES: u32 = 16;
/// The last counter: sixteen ones at the top.
const AES_LAST: u32 = 0xFFFF_0000;

impl AesKsn {
    /// A key serial number.
    ///
    /// # Errors
    /// [`CryptoError::KsnLength`].
    pub fn new(octets: &[u8]) -> Result<Self, CryptoError> {
        let ksn = octets.try_into();
        ksn.map(Self).map_err(|_| CryptoError::KsnLength { expected: 12, found: octets.len() })
    }

    /// The same from hexadecimal digits.
    ///
    /// # Errors
    /// [`CryptoError::HexDigit`], [`CryptoError::KsnLength`].
    pub fn from_hex(digits: &str) -> Result<Self, CryptoError> {
        Self::new(serial(digits, &mut [0; 12], 12)?)
    }

    /// The octets, as they are sent.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 12] {
        &self.0
    }

    /// The transaction counter: 32 bits.
    #[must_use]
    pub fn counter(&self) -> u32 {
        self.0.last_chunk().map_or(0, |octets| u32::from_be_bytes(*octets))
    }

    fn with_counter(mut self, counter: u32) -> Self {
        if let Some(octets) = self.0.last_chunk_mut() {
            *octets = counter.to_be_bytes();
        }
        self
    }

    /// The key serial number of the next transaction: the next counter with at most sixteen ones.
    ///
    /// # Errors
    /// [`CryptoError::Exhausted`] after `FFFF0000`.
    pub fn next(self) -> Result<Self, CryptoError> {
        let next = next_counter(self.counter(), AES_ONES).filter(|counter| *counter <= AES_LAST);
        Ok(self.with_counter(next.ok_or(CryptoError::Exhausted)?))
    }

    /// Whether a device uses this counter.
    ///
    /// # Errors
    /// [`CryptoError::CounterZero`], [`CryptoError::CounterOnes`].
    pub fn check(self) -> Result<(), CryptoError> {
        check_counter(self.counter(), AES_ONES)
    }

    /// As [`Ksn::follows`].
    ///
    /// # Errors
    /// As [`Ksn::follows`].
    pub fn follows(self, last: Self) -> Result<(), CryptoError> {
        self.check()?;
        check_order(self.with_counter(0) == last.with_counter(0), self.counter(), last.counter())
    }

    /// The initial key of the device.
    ///
    /// # Errors
    /// [`CryptoError::KeyKind`] for a BDK that is no AES key.
    pub fn initial_key(self, bdk: &Key) -> Result<Key, CryptoError> {
        let id = self.0.first_chunk().copied().unwrap_or_default();
        derive(bdk, bdk.require_aes()?.kind(), INITIAL, id)
    }

    /// The key that the working keys of this transaction are derived from.
    ///
    /// # Errors
    /// [`CryptoError::KeyKind`]; as [`AesKsn::check`].
    pub fn derivation_key(self, initial_key: &Key) -> Result<Key, CryptoError> {
        self.check()?;
        let mut key = initial_key.require_aes()?.clone();
        let mut counter = 0;
        for bit in (0..32).rev().map(|bit| 1 << bit).filter(|bit| self.counter() & bit != 0) {
            counter |= bit;
            key = derive(&key, key.kind(), DERIVATION, self.tail(counter))?;
        }
        Ok(key)
    }

    /// The key of this transaction for one use, of the kind that is asked for.
    ///
    /// # Errors
    /// As [`AesKsn::derivation_key`]; [`CryptoError::Stronger`]; [`CryptoError::KeyKind`] for single DES.
    pub fn working_key(
        self,
        initial_key: &Key,
        purpose: AesKsnUse,
        kind: KeyKind,
    ) -> Result<Key, CryptoError> {
        derive(&self.derivation_key(initial_key)?, kind, purpose.code(), self.tail(self.counter()))
    }

    /// The key under which the next initial key of this device is sent.
    ///
    /// # Errors
    /// [`CryptoError::KeyKind`].
    pub fn update_key(self, initial_key: &Key) -> Result<Key, CryptoError> {
        let mut key = initial_key.require_aes()?.clone();
        let mut counter = 0;
        for bit in (0..32).rev().map(|bit| 1 << bit) {
            counter |= bit;
            key = derive(&key, key.kind(), DERIVATION, self.tail(counter))?;
        }
        derive(&key, key.kind(), AesKsnUse::KeyEncryption.code(), self.tail(counter))
    }

    /// The last half of the initial key's identifier, and a counter.
    fn tail(self, counter: u32) -> [u8; 8] {
        self.with_counter(counter).0.last_chunk().copied().unwrap_or_default()
    }
}

/// A key of a kind, by X9.24-3 section 6.3.3: derivation data enciphered under the derivation key.
fn derive(from: &Key, kind: KeyKind, usage: u16, tail: [u8; 8]) -> Result<Key, CryptoError> {
    let cipher = from.require_aes()?.cipher();
    let algorithm: u16 = match kind {
        KeyKind::Des => {
            return Err(CryptoError::KeyKind { wanted: "a TDES or AES working key", found: kind });
        }
        KeyKind::Tdes2 => 0,
        KeyKind::Tdes3 => 1,
        KeyKind::Aes128 => 2,
        KeyKind::Aes192 => 3,
        KeyKind::Aes256 => 4,
    };
    if kind.family() == Family::Aes && kind.strength_bits() > from.kind().strength_bits() {
        return Err(CryptoError::Stronger { wanted: kind, from: from.kind() });
    }
    let bits = u16::try_from(8 * kind.len()).unwrap_or(0);
    let mut octets = Zeroizing::new([0; 32]);
    for (block, counter) in octets.as_chunks_mut::<16>().0.iter_mut().zip(1_u8..) {
        let words = [usage, algorithm, bits].into_iter().flat_map(u16::to_be_bytes);
        let data = [1, counter].into_iter().chain(words).chain(tail);
        block.iter_mut().zip(data).for_each(|(slot, octet)| *slot = octet);
    }
    cipher.encrypt(octets.as_mut());
    Ok(Key::derived(kind, octets.as_ref()))
}

/// The smallest larger counter with so many ones at most.
fn next_counter(counter: u32, ones: u32) -> Option<u32> {
    let mut next = counter.checked_add(1)?;
    while next.count_ones() > ones {
        next = next.checked_add(next & next.wrapping_neg())?;
    }
    Some(next)
}

fn check_counter(counter: u32, max: u32) -> Result<(), CryptoError> {
    match counter {
        0 => Err(CryptoError::CounterZero),
        _ if counter.count_ones() > max => Err(CryptoError::CounterOnes { counter, max }),
        _ => Ok(()),
    }
}

fn check_order(is_same_device: bool, counter: u32, last: u32) -> Result<(), CryptoError> {
    match counter > last {
        _ if !is_same_device => Err(CryptoError::AnotherDevice),
        true => Ok(()),
        false => Err(CryptoError::CounterReplayed { counter, last }),
    }
}

/// The octets of a serial number in hexadecimal digits.
fn serial<'o>(digits: &str, out: &'o mut [u8; 12], expected: usize) -> Result<&'o [u8], CryptoError> {
    match hex::read(digits.as_bytes(), out) {
        Err(CryptoError::Room { needed, .. }) => Err(CryptoError::KsnLength { expected, found: needed }),
        octets => octets,
    }
}

/// The digits: a key serial number is no secret.
impl fmt::Display for Ksn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02X}"))
    }
}

impl fmt::Debug for Ksn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ksn({self})")
    }
}

/// The digits: a key serial number is no secret.
impl fmt::Display for AesKsn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02X}"))
    }
}

impl fmt::Debug for AesKsn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AesKsn({self})")
    }
}
