//! Where a hardware security module plugs in, and the software beside it.

use core::fmt;

use super::emv::{CardKeyOption, CryptogramData, Cvn, IssuerAuthentication, IssuerDecision, card_key};
use super::error::CryptoError;
use super::key::{CheckValue, Key};
use super::mac::{MacAlgorithm, MacStream, MacValue};
use super::pan::Pan;
use super::pin::{self, Bound, Pin, PinBlock, PinFormat, PinSide, Random, Translated};

/// What keeps the keys and works with them: an HSM in production, [`Software`] in tests.
///
/// To be implemented by users. An HSM names its keys by handles, labels or key blocks: `Key` is whatever that is.
/// Its errors become `Error`; the library's own ones are made into it by `From`.
pub trait SecurityModule {
    /// How a key is named.
    type Key: ?Sized;
    /// Why an operation failed.
    type Error: From<CryptoError> + fmt::Debug;

    /// The MAC over spans, one after the other.
    ///
    /// # Errors
    /// As the module has it.
    fn mac(&self, key: &Self::Key, algorithm: MacAlgorithm, spans: &[&[u8]])
    -> Result<MacValue, Self::Error>;

    /// Whether a MAC of so many octets as `received` has is right. An HSM that verifies itself overrides this, so
    /// that the right MAC never leaves it.
    ///
    /// # Errors
    /// [`CryptoError::Mac`], made into `Error`; as [`SecurityModule::mac`].
    fn verify_mac(
        &self,
        key: &Self::Key,
        algorithm: MacAlgorithm,
        spans: &[&[u8]],
        received: &[u8],
    ) -> Result<(), Self::Error> {
        let own = self.mac(key, algorithm, spans)?.truncated(received.len())?;
        Ok(own.verify(received)?)
    }

    /// A PIN block under a key, of a PIN in the clear: a terminal's PIN pad does that.
    ///
    /// # Errors
    /// As the module has it.
    fn encrypt_pin(
        &self,
        key: &Self::Key,
        format: PinFormat,
        pin: &Pin,
        bound: Bound<'_>,
        random: &Random,
    ) -> Result<PinBlock, Self::Error>;

    /// A PIN block under another key: see [`pin::translate`] for what is permitted.
    ///
    /// # Errors
    /// As the module has it.
    fn translate_pin(
        &self,
        from: PinSide<'_, Self::Key>,
        to: PinSide<'_, Self::Key>,
        block: &[u8],
        random: &Random,
    ) -> Result<Translated, Self::Error>;

    /// Whether the PIN in a block is the one that is expected.
    ///
    /// # Errors
    /// As the module has it; `Ok(false)` is another PIN.
    fn is_pin(&self, side: PinSide<'_, Self::Key>, block: &[u8], expected: &Pin)
    -> Result<bool, Self::Error>;

    /// Verifies an application cryptogram and makes the issuer's response to it: one operation, since a response to
    /// a wrong one must not be had.
    ///
    /// # Errors
    /// [`CryptoError::Cryptogram`], made into `Error`; as the module has it.
    fn respond_to_cryptogram(
        &self,
        issuer: &Self::Key,
        request: &CryptogramRequest<'_>,
        decision: IssuerDecision<'_>,
    ) -> Result<IssuerAuthentication, Self::Error>;

    /// The check value of a key.
    ///
    /// # Errors
    /// As the module has it.
    fn check_value(&self, key: &Self::Key) -> Result<CheckValue, Self::Error>;
}

/// An application cryptogram, and what it takes to verify it.
#[derive(Clone, Copy)]
pub struct CryptogramRequest<'a> {
    /// The card number (5A, or DE 2).
    pub pan: &'a Pan,
    /// The PAN sequence number (5F34, or DE 23), 0 where there is none.
    pub sequence: u8,
    /// How the issuer derives card keys.
    pub option: CardKeyOption,
    /// What the cryptogram covers.
    pub data: &'a CryptogramData,
    /// Its version.
    pub cvn: Cvn,
    /// The cryptogram: 9F26.
    pub cryptogram: [u8; 8],
}

/// Everything but the cryptogram.
impl fmt::Debug for CryptogramRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pan, sequence, option, data, cvn, .. } = self;
        let mut shown = f.debug_struct("CryptogramRequest");
        shown.field("pan", pan).field("sequence", sequence).field("option", option);
        shown.field("data", data).field("cvn", cvn).finish_non_exhaustive()
    }
}

/// Keys in memory, for tests, terminals and simulators. **No place for production keys:** PCI PIN and PCI P2PE want
/// these in a hardware security module.
#[derive(Clone, Copy, Debug, Default)]
pub struct Software;

impl SecurityModule for Software {
    type Key = Key;
    type Error = CryptoError;

    fn mac(&self, key: &Key, algorithm: MacAlgorithm, spans: &[&[u8]]) -> Result<MacValue, CryptoError> {
        let mut stream = MacStream::new(algorithm, key)?;
        for span in spans {
            stream.update(span);
        }
        Ok(stream.finish())
    }

    fn encrypt_pin(
        &self,
        key: &Key,
        format: PinFormat,
        pin: &Pin,
        bound: Bound<'_>,
        random: &Random,
    ) -> Result<PinBlock, CryptoError> {
        pin::encrypt(key, format, pin, bound, random)
    }

    fn translate_pin(
        &self,
        from: PinSide<'_>,
        to: PinSide<'_>,
        block: &[u8],
        random: &Random,
    ) -> Result<Translated, CryptoError> {
        pin::translate(from, to, block, random)
    }

    fn is_pin(&self, side: PinSide<'_>, block: &[u8], expected: &Pin) -> Result<bool, CryptoError> {
        Ok(pin::decrypt(side.key, side.format, block, side.bound)? == *expected)
    }

    fn respond_to_cryptogram(
        &self,
        issuer: &Key,
        request: &CryptogramRequest<'_>,
        decision: IssuerDecision<'_>,
    ) -> Result<IssuerAuthentication, CryptoError> {
        let card = card_key(issuer, request.pan, request.sequence, request.option)?;
        request.data.verify(&card, request.cvn, &request.cryptogram)?.respond(decision)
    }

    fn check_value(&self, key: &Key) -> Result<CheckValue, CryptoError> {
        Ok(key.check_value())
    }
}
