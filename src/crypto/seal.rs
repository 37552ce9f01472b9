//! Messages with a MAC: signed when they are built, verified when they were parsed.

use core::fmt;
use core::ops::Deref;

use super::error::CryptoError;
use super::mac::{MacAlgorithm, MacValue};
use super::security_module::SecurityModule;
use crate::model::error::Error;
use crate::read::{MacSpan, Message};
use crate::write::{Builder, Template};

/// How the messages of a link are authenticated: the algorithm, how many octets of the MAC are kept, and what it
/// covers.
///
/// A MAC that is shorter than its element is followed by zeros.
///
/// ```
/// use cardwire::crypto::{Family, Key, MacAlgorithm, MacRule, Software};
/// use cardwire::{Builder, Message, Mti, de, spec::UNIONPAY_POS};
///
/// let key = Key::from_hex(Family::Des, "55036372B17543ECB173730768B8D6C4")?;
/// let rule = MacRule::new(MacAlgorithm::UnionPayEcb);
/// let mut builder = Builder::new(&UNIONPAY_POS, Mti::FINANCIAL_REQUEST);
/// builder.set(de::STAN, 123_456).set(de::TERMINAL, "TERM0001");
/// # builder.header(&[0; 11][..UNIONPAY_POS.header()]);
///
/// let mut buffer = [0; 256];
/// let wire = rule.sign(&Software, &key, &builder, &mut buffer).unwrap();
/// let verified = rule.verify(&Software, &key, Message::parse(&UNIONPAY_POS, wire).unwrap()).unwrap();
/// assert_eq!(verified.number(de::STAN).unwrap(), 123_456);
/// # Ok::<(), cardwire::crypto::CryptoError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MacRule {
    algorithm: MacAlgorithm,
    kept: Option<usize>,
    start: Option<usize>,
}

impl MacRule {
    /// The whole MAC, over all from the MTI to the element that holds it.
    #[must_use]
    pub const fn new(algorithm: MacAlgorithm) -> Self {
        Self { algorithm, kept: None, start: None }
    }

    /// The first octets of the MAC only: 4 at least.
    #[must_use]
    pub const fn truncated(self, octets: usize) -> Self {
        Self { kept: Some(octets), ..self }
    }

    /// Covered from this octet of [`Message::wire`] on: 0 to cover a header before the MTI.
    #[must_use]
    pub const fn covering_from(self, start: usize) -> Self {
        Self { start: Some(start), ..self }
    }

    /// The algorithm.
    #[must_use]
    pub const fn algorithm(&self) -> MacAlgorithm {
        self.algorithm
    }

    /// Writes a message with its MAC: in element 64, or in 128 or 192 where an element lies beyond.
    ///
    /// The builder is not changed; what it has in that element is replaced.
    ///
    /// # Errors
    /// [`SealError::Message`] as [`Builder::write`], also when the spec has no such element;
    /// [`SealError::Module`] for a key that is none of the algorithm, or a MAC too long for its element.
    pub fn sign<'o, M: SecurityModule>(
        &self,
        module: &M,
        key: &M::Key,
        builder: &Builder<'_>,
        out: &'o mut [u8],
    ) -> Result<&'o [u8], SealError<M::Error>> {
        let mut builder = builder.clone();
        let spec = builder.spec;
        let last = builder.present.iter().last().unwrap_or(0);
        let number = [64, 128, 192].into_iter().find(|number| last <= *number).unwrap_or(192);
        let room = spec.element(number).map_or(0, crate::layout::Element::max);
        builder.set(number, ZEROS.get(..room).unwrap_or(&ZEROS));
        let len = builder.write(out).map_err(SealError::Message)?.len();
        let wire = out.get_mut(..len).unwrap_or_default();
        let mac = {
            let message = Message::parse(spec, wire).map_err(SealError::Message)?;
            let span = self.span(&message).ok_or(SealError::NoMac)?;
            self.mac(module, key, span.covered()).map_err(SealError::Module)?
        };
        let mut value = ZEROS;
        let kept = mac.as_bytes();
        let slot = value.get_mut(..kept.len()).filter(|_| kept.len() <= room);
        let too_long = CryptoError::MacLength { max: room, found: kept.len() };
        super::cipher::copy(slot.ok_or_else(|| SealError::Module(too_long.into()))?, kept);
        let mut template = Template::of(spec, wire).map_err(SealError::Message)?;
        template.patch(number, value.get(..room).unwrap_or_default()).map_err(SealError::Message)?;
        Ok(wire)
    }

    /// A message whose MAC is right, as a type of its own. Compares in constant time.
    ///
    /// # Errors
    /// [`SealError::NoMac`] when no element holds a MAC over the whole message; [`SealError::Module`] with
    /// [`CryptoError::Mac`] when it is wrong, or [`CryptoError::MacLength`] when its element is too short.
    pub fn verify<'m, M: SecurityModule>(
        &self,
        module: &M,
        key: &M::Key,
        message: Message<'m>,
    ) -> Result<Verified<'m>, SealError<M::Error>> {
        let span = self.span(&message).ok_or(SealError::NoMac)?;
        let mut received = ZEROS;
        let found = span.element().len();
        let fail = |error: CryptoError| SealError::Module(error.into());
        let too_long = |_| fail(CryptoError::MacLength { max: ZEROS.len(), found });
        let received = span.element().expose().copy_to(&mut received).map_err(too_long)?;
        // a whole MAC fills its element; one that came shorter was cut by somebody
        let kept = self.kept.unwrap_or(span.element().element().max());
        let Some((mac, rest)) = received.split_at_checked(kept) else {
            return Err(fail(CryptoError::MacLength { max: found, found: kept }));
        };
        module.verify_mac(key, self.algorithm, &[span.covered()], mac).map_err(SealError::Module)?;
        // octets after the MAC are not covered: anything but zeros would be somebody's message
        match rest.iter().all(|octet| *octet == 0) {
            true => Ok(Verified(message)),
            false => Err(fail(CryptoError::Mac)),
        }
    }

    fn span<'m>(&self, message: &Message<'m>) -> Option<MacSpan<'m>> {
        match self.start {
            Some(start) => message.mac_span_from(start),
            None => message.mac_span(),
        }
    }

    fn mac<M: SecurityModule>(&self, module: &M, key: &M::Key, covered: &[u8]) -> Result<MacValue, M::Error> {
        let mac = module.mac(key, self.algorithm, &[covered])?;
        Ok(match self.kept {
            Some(octets) => mac.truncated(octets)?,
            None => mac,
        })
    }
}

/// The longest MAC, of AES.
const ZEROS: [u8; 16] = [0; 16];

/// A message whose MAC was verified: nothing else makes one, so a function that takes a `Verified` cannot be given
/// a message that nobody checked. It is read as the [`Message`] that it is.
#[derive(Clone, Copy)]
pub struct Verified<'m>(Message<'m>);

impl<'m> Verified<'m> {
    /// The message, with nothing said of its MAC any more.
    #[must_use]
    pub const fn into_message(self) -> Message<'m> {
        self.0
    }
}

impl<'m> Deref for Verified<'m> {
    type Target = Message<'m>;

    fn deref(&self) -> &Message<'m> {
        &self.0
    }
}

/// Masked, as the message.
impl fmt::Debug for Verified<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Verified").field(&self.0).finish()
    }
}

/// Why a message could not be signed or was not verified. `E` is the error of the security module.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum SealError<E = CryptoError> {
    /// The message could not be written or read.
    Message(Error),
    /// The last element is not 64, 128 or 192, so no MAC covers the whole message.
    NoMac,
    /// The security module said no: [`CryptoError::Mac`] for a wrong MAC.
    Module(E),
}

impl<E: fmt::Display> fmt::Display for SealError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Message(error) => error.fmt(f),
            Self::NoMac => f.write_str("no element holds a MAC over the whole message"),
            Self::Module(error) => error.fmt(f),
        }
    }
}

impl<E: fmt::Display + fmt::Debug> core::error::Error for SealError<E> {}
