//! Messages to bytes and back, one file per dialect. This is where the `cardwire` library is used;
//! no other file knows a field number.

pub mod host;
pub mod pos;
pub mod secured;

use std::fmt;

use cardwire::crypto::{CryptoError, SealError};
use cardwire::spec::{ISO87_ASCII, UNIONPAY_POS};
use cardwire::{Framing, Message, Spec};

use crate::telegram::{Code, Mti, Telegram};

/// CNY.
pub(crate) const CURRENCY: &str = "156";

/// Why bytes are no message we handle. Never holds content of the message.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum WireError {
    /// The library's verdict: what, which field, which byte.
    Iso(cardwire::Error),
    /// A valid message, but this field holds something this network does not do.
    Unsupported(u8),
    /// Keys, a PIN block or a MAC could not be made.
    Crypto(CryptoError),
    /// The message could not be signed.
    Seal(SealError),
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Iso(error) => write!(f, "{error}"),
            Self::Unsupported(number) => write!(f, "field {number} asks for what this network does not do"),
            Self::Crypto(error) => write!(f, "{error}"),
            Self::Seal(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for WireError {}

impl From<cardwire::Error> for WireError {
    fn from(error: cardwire::Error) -> Self {
        Self::Iso(error)
    }
}

impl From<CryptoError> for WireError {
    fn from(error: CryptoError) -> Self {
        Self::Crypto(error)
    }
}

/// How two parties talk on a link.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Dialect {
    /// UnionPay POS behind length, TPDU and header.
    Pos,
    /// ISO 8583:1987 in ASCII behind a length.
    Host,
}

impl Dialect {
    /// How messages are cut out of the byte stream.
    pub const fn framing(self) -> Framing {
        match self {
            Self::Pos => Framing::UNIONPAY,
            Self::Host => Framing::BINARY2,
        }
    }

    /// The spec of its messages.
    pub const fn spec(self) -> &'static Spec<'static> {
        match self {
            Self::Pos => &UNIONPAY_POS,
            Self::Host => &ISO87_ASCII,
        }
    }

    /// The station header of a request we start.
    pub const fn header(self) -> &'static [u8] {
        match self {
            Self::Pos => &pos::HEADER,
            Self::Host => &[],
        }
    }

    /// A message in bytes, without frame.
    pub fn encode(self, message: &Telegram) -> Result<Vec<u8>, WireError> {
        match self {
            Self::Pos => pos::encode(message),
            Self::Host => host::encode(message),
        }
    }

    /// Bytes without frame as a message.
    pub fn decode(self, payload: &[u8]) -> Result<Telegram, WireError> {
        match self {
            Self::Pos => pos::decode(payload),
            Self::Host => host::decode(payload),
        }
    }
}

/// The library's MTI.
fn mti_of(mti: Mti) -> Result<cardwire::Mti, WireError> {
    Ok(cardwire::Mti::from_number(mti.0)?)
}

/// An open field as text, if it is there. As it is printed: a card number that somebody put there comes masked,
/// and no record, journal or screen holds it.
fn text(message: &Message<'_>, number: u8) -> Result<Option<String>, WireError> {
    let Some(field) = message.get(number) else { return Ok(None) };
    Ok(Some(field.text()?.trimmed().to_string()))
}

/// An open field as a number, if it is there.
fn number(message: &Message<'_>, number: u8) -> Result<Option<u64>, WireError> {
    Ok(message.get(number).map(|field| field.number()).transpose()?)
}

/// The fields that both dialects hold at the same place in the same way.
fn common(message: &Message<'_>) -> Result<Telegram, WireError> {
    if message.get(49).is_some_and(|field| field != CURRENCY) {
        return Err(WireError::Unsupported(49));
    }
    let time = text(message, 12)?.zip(text(message, 13)?).map(|(time, date)| date + &time);
    let code = text(message, 39)?.map(|code| code.parse::<Code>().map_err(|()| WireError::Unsupported(39)));
    let private = |number| message.get(number).map(|field| field.expose());
    let pan = private(2).map(|pan| pan.chars().collect::<String>());
    let pin = private(52).map(|pin| pin.octets().collect::<Vec<_>>());
    Ok(Telegram {
        mti: Mti(message.mti().number()),
        pan: pan.as_deref().and_then(crate::card::Pan::new),
        amount: number(message, 4)?.map(crate::money::Money::minor),
        stan: number(message, 11)?.unwrap_or_default(),
        local: time,
        expiry: private(14).map(|expiry| expiry.chars().collect()),
        settlement: text(message, 15)?,
        rrn: text(message, 37)?,
        approval: text(message, 38)?,
        code: code.transpose()?,
        terminal: text(message, 41)?.unwrap_or_default(),
        // As it is: digits of it may look like a card number, which text would mask, and then it is no merchant.
        merchant: private(42)
            .map(|merchant| merchant.chars().collect::<String>().trim().to_owned())
            .unwrap_or_default(),
        pin: pin.as_deref().and_then(crate::card::PinBlock::from_wire),
        ..Telegram::default()
    })
}

/// DE12 and DE13 out of `MMDDhhmmss`.
fn time_and_date(local: &str) -> Option<(&str, &str)> {
    Some((local.get(4..)?, local.get(..4)?))
}
