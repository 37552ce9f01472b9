//! Application cryptograms (ARQC, TC, AAC) and the issuer's response to them (ARPC).

use core::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::cvn::{ArpcMethod, Cvn};
use super::keys::session_key;
use crate::crypto::cipher::{copy, xor};
use crate::crypto::error::CryptoError;
use crate::crypto::key::Key;
use crate::crypto::mac::{MacAlgorithm, MacStream, Padding};
use crate::model::content::Content;
use crate::read::Field;

/// What a cryptogram covers, in the order of the minimum set of EMV Book 2 section 8.1.1, and 9F10.
///
/// A value that the terminal did not send is zeros, as the card saw it.
#[derive(Clone)]
pub struct CryptogramData {
    /// 9F02, 9F03, 9F1A, 95, 5F2A, 9A, 9C, 9F37, 82, 9F36, one after the other.
    fixed: [u8; FIXED],
    issuer: [u8; ISSUER],
    issuer_len: u8,
}

/// The tags, how many octets each has, and whether the card sends it, so that it has to be there.
const TAGS: [(u32, usize, bool); 10] = [
    (0x9F02, 6, false),
    (0x9F03, 6, false),
    (0x9F1A, 2, false),
    (0x95, 5, false),
    (0x5F2A, 2, false),
    (0x9A, 3, false),
    (0x9C, 1, false),
    (0x9F37, 4, false),
    (0x82, 2, true),
    (0x9F36, 2, true),
];

const FIXED: usize = 33;
const ISSUER: usize = 32;

impl CryptogramData {
    const EMPTY: Self = Self { fixed: [0; FIXED], issuer: [0; ISSUER], issuer_len: 0 };

    /// The data of a message: DE 55, in whatever dialect.
    ///
    /// # Errors
    /// [`CryptoError::Object`] names an object of the card that is missing (82, 9F36, 9F10), or one of another
    /// length.
    pub fn of(chip: &Field<'_>) -> Result<Self, CryptoError> {
        let mut data = Self::EMPTY;
        let mut slots = data.fixed.as_mut_slice();
        for (tag, len, is_of_card) in TAGS {
            let (slot, rest) = slots.split_at_mut_checked(len).ok_or(CryptoError::Object(tag))?;
            match chip.part(tag) {
                Some(part) => read_object(&part, slot).ok_or(CryptoError::Object(tag))?,
                None if is_of_card => return Err(CryptoError::Object(tag)),
                None => (),
            }
            slots = rest;
        }
        let issuer = chip.part(0x9F10).ok_or(CryptoError::Object(0x9F10))?;
        let octets = issuer.expose().octets();
        data.issuer_len =
            u8::try_from(issuer.len()).ok().filter(|len| *len <= 32).ok_or(CryptoError::Object(0x9F10))?;
        data.issuer.iter_mut().zip(octets).for_each(|(slot, octet)| *slot = octet);
        Ok(data)
    }

    /// The data as octets: 33 of the minimum set, and 9F10.
    ///
    /// # Errors
    /// [`CryptoError::DataLength`], [`CryptoError::IssuerData`] above 32 octets.
    pub fn new(minimum_set: &[u8], issuer_data: &[u8]) -> Result<Self, CryptoError> {
        let len = issuer_data.len();
        let mut data = Self::EMPTY;
        data.fixed = minimum_set.try_into().map_err(|_| CryptoError::DataLength(minimum_set.len()))?;
        data.issuer_len = u8::try_from(len).ok().filter(|_| len <= ISSUER).ok_or(CryptoError::IssuerData)?;
        copy(&mut data.issuer, issuer_data);
        Ok(data)
    }

    /// The issuer application data: 9F10.
    #[must_use]
    pub fn issuer_data(&self) -> &[u8] {
        self.issuer.get(..usize::from(self.issuer_len)).unwrap_or_default()
    }

    /// The cryptogram version, by 9F10.
    ///
    /// # Errors
    /// As [`Cvn::of_issuer_data`].
    pub fn cvn(&self) -> Result<Cvn, CryptoError> {
        Cvn::of_issuer_data(self.issuer_data())
    }

    /// The application transaction counter: 9F36.
    #[must_use]
    pub fn counter(&self) -> [u8; 2] {
        self.fixed.last_chunk().copied().unwrap_or_default()
    }

    /// The unpredictable number: 9F37.
    #[must_use]
    pub fn unpredictable(&self) -> [u8; 4] {
        let (before, _) = self.fixed.split_at(29);
        before.last_chunk().copied().unwrap_or_default()
    }

    /// The cryptogram of these data.
    ///
    /// # Errors
    /// [`CryptoError::KeyKind`], [`CryptoError::IssuerData`].
    pub fn cryptogram(&self, card: &Key, cvn: Cvn) -> Result<[u8; 8], CryptoError> {
        let key = session_key(card, cvn.session_key(), self.counter(), self.unpredictable())?;
        let mut stream = MacStream::new(MacAlgorithm::Retail(cvn.padding()), &key)?;
        stream.update(&self.fixed);
        for span in cvn.tail(self.issuer_data())? {
            stream.update(span);
        }
        let mac = stream.finish();
        Ok(mac.as_bytes().try_into().unwrap_or_default())
    }

    /// Compares a cryptogram that was received (9F26) in constant time. Only what this returns makes a response.
    ///
    /// # Errors
    /// [`CryptoError::Cryptogram`]; as [`CryptogramData::cryptogram`].
    pub fn verify(&self, card: &Key, cvn: Cvn, received: &[u8]) -> Result<GoodCryptogram, CryptoError> {
        let own = Zeroizing::new(self.cryptogram(card, cvn)?);
        if !bool::from(own.as_slice().ct_eq(received)) {
            return Err(CryptoError::Cryptogram);
        }
        let key = match cvn.responds_by_card_key() {
            true => card.clone(),
            false => session_key(card, cvn.session_key(), self.counter(), self.unpredictable())?,
        };
        Ok(GoodCryptogram { key, octets: *own, method: cvn.arpc() })
    }
}

/// The value of an object, right-aligned with zeros before it if it is a number, else of just that length.
fn read_object(part: &Field<'_>, slot: &mut [u8]) -> Option<()> {
    let value = part.expose();
    if part.content() == Content::N {
        let digits = value.octets();
        let count = digits.clone().count();
        let start = (2 * slot.len()).checked_sub(count)?;
        for (index, digit) in digits.enumerate().map(|(index, digit)| (start + index, digit & 0xF)) {
            let nibble = if index % 2 == 0 { digit << 4 } else { digit };
            *slot.get_mut(index / 2)? |= nibble;
        }
        return Some(());
    }
    if value.octets().count() != slot.len() {
        return None;
    }
    slot.iter_mut().zip(value.octets()).for_each(|(slot, octet)| *slot = octet);
    Some(())
}

/// Nothing of the transaction.
impl fmt::Debug for CryptogramData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CryptogramData({} bytes of issuer data)", self.issuer_len)
    }
}

/// A cryptogram that was verified. There is no other way to one: an ARPC is made for a good ARQC only.
pub struct GoodCryptogram {
    key: Key,
    octets: [u8; 8],
    method: ArpcMethod,
}

/// What an issuer decided, as its response says it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum IssuerDecision<'d> {
    /// Method 1: the authorization response code (8A), `3030` in ASCII or two octets of Mastercard.
    Code([u8; 2]),
    /// Method 2: the card status update, and up to eight octets of the issuer's own.
    Status([u8; 4], &'d [u8]),
}

impl GoodCryptogram {
    /// The method that the cryptogram version asks for.
    #[must_use]
    pub const fn method(&self) -> ArpcMethod {
        self.method
    }

    /// The issuer authentication data: what tag 91 holds.
    ///
    /// # Errors
    /// [`CryptoError::ArpcMethod`] for a decision of the other method, [`CryptoError::DataLength`] for more than
    /// eight octets of the issuer's own.
    pub fn respond(&self, decision: IssuerDecision<'_>) -> Result<IssuerAuthentication, CryptoError> {
        match (self.method, decision) {
            (ArpcMethod::One, IssuerDecision::Code(code)) => {
                let arpc = arpc_1(&self.key, self.octets, code)?;
                Ok(IssuerAuthentication::of([&arpc, &code, &[]]))
            }
            (ArpcMethod::Two, IssuerDecision::Status(status, own)) => {
                let arpc = arpc_2(&self.key, self.octets, status, own)?;
                Ok(IssuerAuthentication::of([&arpc, &status, own]))
            }
            _ => Err(CryptoError::ArpcMethod),
        }
    }
}

impl fmt::Debug for GoodCryptogram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GoodCryptogram(ARPC method {:?})", self.method)
    }
}

/// Issuer authentication data, tag 91: 8 to 16 octets.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct IssuerAuthentication {
    octets: [u8; 16],
    len: u8,
}

impl IssuerAuthentication {
    fn of(parts: [&[u8]; 3]) -> Self {
        let (mut octets, mut len) = ([0; 16], 0);
        for (slot, octet) in octets.iter_mut().zip(parts.into_iter().flatten()) {
            *slot = *octet;
            len += 1;
        }
        Self { octets, len }
    }

    /// The octets.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.octets.get(..usize::from(self.len)).unwrap_or_default()
    }
}

impl fmt::Debug for IssuerAuthentication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IssuerAuthentication({} bytes)", self.len)
    }
}

/// ARPC by method 1 (EMV Book 2 section 8.2.1): for a test, or a card simulator, which verifies it.
///
/// # Errors
/// [`CryptoError::KeyKind`].
pub fn arpc_1(key: &Key, cryptogram: [u8; 8], code: [u8; 2]) -> Result<[u8; 8], CryptoError> {
    let mut block = cryptogram;
    xor(&mut block, &code);
    key.require_tdes2()?.cipher().encrypt(&mut block);
    Ok(block)
}

/// ARPC by method 2 (EMV Book 2 section 8.2.2).
///
/// # Errors
/// [`CryptoError::KeyKind`], [`CryptoError::DataLength`] for more than eight octets of the issuer's own.
pub fn arpc_2(key: &Key, cryptogram: [u8; 8], status: [u8; 4], own: &[u8]) -> Result<[u8; 4], CryptoError> {
    if own.len() > 8 {
        return Err(CryptoError::DataLength(own.len()));
    }
    let mut stream = MacStream::new(MacAlgorithm::Retail(Padding::Bit), key)?;
    stream.update(&cryptogram).update(&status).update(own);
    Ok(stream.finish().as_bytes().first_chunk().copied().unwrap_or_default())
}
