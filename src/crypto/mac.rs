//! Message authentication codes over any number of byte spans, made and verified.

use core::fmt;

use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

use super::cipher::{BLOCK, Cipher, copy, xor};
use super::cmac::CmacOf;
use super::error::CryptoError;
use super::hex;
use super::key::Key;
use super::kind::KeyKind;

/// How a MAC is made.
///
/// | algorithm | known as | keys |
/// | --- | --- | --- |
/// | [`MacAlgorithm::X9_9`] | ISO 9797-1 algorithm 1, padding 1 | DES; also TDES (ISO 16609) and AES |
/// | [`MacAlgorithm::X9_19`] | algorithm 3, retail MAC, padding 1 | double-length TDES |
/// | [`MacAlgorithm::Cmac`] | algorithm 5, SP 800-38B, RFC 4493 | AES, TDES |
/// | [`MacAlgorithm::UnionPayEcb`] | the "ECB" MAC of UnionPay terminals | DES, double-length TDES |
/// | [`MacAlgorithm::UNIONPAY_CBC`] | the CBC MAC of UnionPay terminals | DES, double-length TDES |
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum MacAlgorithm {
    /// ISO 9797-1 algorithm 1: CBC, the last block. Eight octets, 16 of AES.
    Cbc(Padding),
    /// ISO 9797-1 algorithm 3: CBC under the left half, the last block deciphered under the right half and
    /// enciphered under the left. Eight octets.
    Retail(Padding),
    /// CMAC. 16 octets of AES, eight of TDES.
    Cmac,
    /// UnionPay: all blocks XORed, the result written as 16 hexadecimal digits, the first eight enciphered,
    /// XORed with the last eight and enciphered again, and of that in hexadecimal digits the first eight, as
    /// characters.
    UnionPayEcb,
}

/// How the last block is filled (ISO 9797-1).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Padding {
    /// Method 1: with zeros, none after a whole block. Nothing at all becomes a block of zeros.
    Zeros,
    /// Method 2: with one bit and zeros, always.
    Bit,
}

impl MacAlgorithm {
    /// X9.9: algorithm 1 with zeros.
    pub const X9_9: Self = Self::Cbc(Padding::Zeros);
    /// X9.19: algorithm 3 with zeros.
    pub const X9_19: Self = Self::Retail(Padding::Zeros);
    /// UnionPay's CBC: each block enciphered under the whole MAK, zeros at the end.
    pub const UNIONPAY_CBC: Self = Self::Cbc(Padding::Zeros);

    /// The MAC of some octets.
    ///
    /// # Errors
    /// As [`MacStream::new`].
    pub fn of(self, key: &Key, octets: &[u8]) -> Result<MacValue, CryptoError> {
        let mut stream = MacStream::new(self, key)?;
        stream.update(octets);
        Ok(stream.finish())
    }
}

/// A MAC in the making: the spans of a message are given one after the other, cut anywhere.
///
/// ```
/// use cardwire::crypto::{CryptoError, Key, MacAlgorithm, MacStream};
///
/// let key = Key::des(&[0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF, 0xFE, 0xDC, 0xBA, 0x98, 0x76, 0x54, 0x32, 0x10])?;
/// let mut stream = MacStream::new(MacAlgorithm::X9_19, &key)?;
/// stream.update(b"Now is the time").update(b" for it");
/// let mac = stream.finish();
/// assert_eq!(mac.as_bytes(), [0x2E, 0x2B, 0x14, 0x28, 0xCC, 0x78, 0x25, 0x4F]);
/// assert_eq!(mac.verify(&[0x2E, 0x2B, 0x14, 0x28, 0, 0, 0, 0]), Err(CryptoError::Mac));
/// mac.truncated(4)?.verify(&[0x2E, 0x2B, 0x14, 0x28])?;
/// # Ok::<(), CryptoError>(())
/// ```
pub struct MacStream(Engine);

/// What the algorithms keep between two spans.
#[expect(clippy::large_enum_variant, reason = "without an allocator there is no box")]
enum Engine {
    Chain(Chain),
    Cmac {
        cmac: CmacOf,
        len: usize,
    },
    /// All blocks XORed, and how many octets of the present one.
    Fold {
        cipher: Cipher,
        folded: Zeroizing<[u8; 8]>,
        filled: usize,
    },
}

/// CBC, and how its last block is treated.
struct Chain {
    cipher: Cipher,
    /// Algorithm 3: the cipher of the right half.
    right: Option<Cipher>,
    padding: Padding,
    /// The chain, with the octets of a block that is not yet enciphered XORed into it.
    chain: Zeroizing<[u8; BLOCK]>,
    filled: usize,
    is_empty: bool,
}

impl MacStream {
    /// A MAC over nothing yet.
    ///
    /// # Errors
    /// [`CryptoError::KeyKind`] for a key that the algorithm does not take.
    pub fn new(algorithm: MacAlgorithm, key: &Key) -> Result<Self, CryptoError> {
        let found = key.kind();
        Ok(Self(match algorithm {
            MacAlgorithm::Cbc(padding) => Engine::Chain(Chain::new(key.cipher(), None, padding)),
            MacAlgorithm::Retail(padding) => {
                let key = key.require_tdes2()?;
                let [left, right] = [0, 1].map(|index| key.part(index).cipher());
                Engine::Chain(Chain::new(left, Some(right), padding))
            }
            MacAlgorithm::Cmac => match found {
                KeyKind::Des => return Err(CryptoError::KeyKind { wanted: "an AES or TDES key", found }),
                _ => Engine::Cmac { cmac: CmacOf::of(found, key.expose()), len: key.cipher().block_len() },
            },
            MacAlgorithm::UnionPayEcb if matches!(found, KeyKind::Des | KeyKind::Tdes2) => {
                Engine::Fold { cipher: key.cipher(), folded: Zeroizing::new([0; 8]), filled: 0 }
            }
            MacAlgorithm::UnionPayEcb => {
                return Err(CryptoError::KeyKind { wanted: "a DES or double-length TDES key", found });
            }
        }))
    }

    /// The next octets.
    pub fn update(&mut self, octets: &[u8]) -> &mut Self {
        match &mut self.0 {
            Engine::Chain(chain) => chain.update(octets),
            Engine::Cmac { cmac, .. } => cmac.update(octets),
            Engine::Fold { folded, filled, .. } => {
                for octet in octets {
                    folded.iter_mut().skip(*filled).take(1).for_each(|slot| *slot ^= octet);
                    *filled = (*filled + 1) % 8;
                }
            }
        }
        self
    }

    /// The MAC of all that was given.
    #[must_use]
    pub fn finish(self) -> MacValue {
        match self.0 {
            Engine::Chain(chain) => chain.finish(),
            Engine::Cmac { cmac, len } => MacValue::of(cmac.finish().get(..len).unwrap_or_default()),
            Engine::Fold { cipher, folded, .. } => unionpay(&cipher, &folded),
        }
    }
}

impl Chain {
    fn new(cipher: Cipher, right: Option<Cipher>, padding: Padding) -> Self {
        Self { cipher, right, padding, chain: Zeroizing::new([0; BLOCK]), filled: 0, is_empty: true }
    }

    fn update(&mut self, octets: &[u8]) {
        let block = self.cipher.block_len();
        for octet in octets {
            // a full block waits for what comes next, because zeros after it would be none
            if self.filled == block {
                self.encipher();
            }
            self.chain.iter_mut().skip(self.filled).take(1).for_each(|slot| *slot ^= octet);
            self.filled += 1;
            self.is_empty = false;
        }
    }

    fn encipher(&mut self) {
        let block = self.cipher.block_len();
        if let Some(chain) = self.chain.get_mut(..block) {
            self.cipher.encrypt(chain);
        }
        self.filled = 0;
    }

    fn finish(mut self) -> MacValue {
        if self.padding == Padding::Bit {
            self.update(&[0x80]);
        }
        self.encipher();
        let block = self.cipher.block_len();
        let chain = self.chain.get_mut(..block).unwrap_or_default();
        if let Some(right) = &self.right {
            right.decrypt(chain);
            self.cipher.encrypt(chain);
        }
        MacValue::of(chain)
    }
}

/// The MAC of UnionPay's "ECB", of all blocks XORed.
fn unionpay(cipher: &Cipher, folded: &[u8; 8]) -> MacValue {
    let mut digits = Zeroizing::new([0; 16]);
    hex::write(folded, digits.as_mut());
    let (first, last) = digits.split_at_mut(8);
    cipher.encrypt(first);
    xor(first, last);
    cipher.encrypt(first);
    let mut characters = [0; 8];
    hex::write(first, &mut characters);
    MacValue::of(&characters)
}

/// A MAC: four to sixteen octets. Compares in constant time; shows as its length.
#[derive(Clone)]
pub struct MacValue {
    octets: [u8; BLOCK],
    len: u8,
}

impl MacValue {
    /// A MAC that was made elsewhere: by an HSM.
    ///
    /// # Errors
    /// [`CryptoError::MacLength`] for fewer than four octets, or more than sixteen.
    pub fn new(octets: &[u8]) -> Result<Self, CryptoError> {
        match (MIN..=BLOCK).contains(&octets.len()) {
            true => Ok(Self::of(octets)),
            false => Err(CryptoError::MacLength { max: BLOCK, found: octets.len() }),
        }
    }

    fn of(octets: &[u8]) -> Self {
        let mut value = Self { octets: [0; BLOCK], len: u8::try_from(octets.len().min(BLOCK)).unwrap_or(0) };
        copy(&mut value.octets, octets);
        value
    }

    /// The octets, to be sent.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.octets.get(..usize::from(self.len)).unwrap_or_default()
    }

    /// The leftmost octets: four at least, as ISO 9797-1 and X9.19 have it.
    ///
    /// # Errors
    /// [`CryptoError::MacLength`].
    pub fn truncated(mut self, octets: usize) -> Result<Self, CryptoError> {
        let max = usize::from(self.len);
        match u8::try_from(octets) {
            Ok(len) if (MIN..=max).contains(&octets) => {
                self.len = len;
                self.octets.iter_mut().skip(octets).for_each(Zeroize::zeroize);
                Ok(self)
            }
            _ => Err(CryptoError::MacLength { max, found: octets }),
        }
    }

    /// Whether a MAC that was received is this one, octet by octet and as long, in constant time. A shorter one
    /// is never taken: say by [`MacValue::truncated`] what is agreed.
    ///
    /// # Errors
    /// [`CryptoError::MacLength`] for another length, [`CryptoError::Mac`].
    pub fn verify(&self, received: &[u8]) -> Result<(), CryptoError> {
        let own = self.as_bytes();
        if own.len() != received.len() {
            return Err(CryptoError::MacLength { max: own.len(), found: received.len() });
        }
        match bool::from(own.ct_eq(received)) {
            true => Ok(()),
            false => Err(CryptoError::Mac),
        }
    }
}

/// As few octets as a MAC keeps.
const MIN: usize = 4;

impl Drop for MacValue {
    fn drop(&mut self) {
        self.octets.zeroize();
    }
}

/// In constant time.
impl PartialEq for MacValue {
    fn eq(&self, other: &Self) -> bool {
        self.verify(other.as_bytes()).is_ok()
    }
}

impl Eq for MacValue {}

/// Its length: that of a message whose MAC was wrong would be the right one.
impl fmt::Debug for MacValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MacValue({} bytes)", self.len)
    }
}

/// Nothing of what was given.
impl fmt::Debug for MacStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MacStream")
    }
}
