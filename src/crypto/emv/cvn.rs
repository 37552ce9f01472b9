//! Cryptogram versions: what each covers, and with which key.

use super::keys::SessionKeyMethod;
use crate::crypto::error::CryptoError;
use crate::crypto::mac::Padding;

/// A cryptogram version number (CVN) of a network. Visa counts 10 and 18 in decimal and 22 in hexadecimal.
///
/// | version | octet in 9F10 | covers besides the 33 octets | padding | session key | ARPC |
/// | --- | --- | --- | --- | --- | --- |
/// | Visa 10 | `0A` | CVR | 1 | none | method 1 |
/// | Visa 18 | `12` | 9F10 | 2 | common | method 2 |
/// | Visa 22 | `22` | 9F10 | 2 | common | method 2 |
/// | M/Chip 16 | `10` | CVR | 2 | Mastercard | method 1, card key |
/// | M/Chip 17 | `11` | CVR and counters | 2 | Mastercard | method 1, card key |
/// | M/Chip 20 | `14` | CVR | 2 | common | method 1 |
/// | M/Chip 21 | `15` | CVR and counters | 2 | common | method 1 |
/// | Interac 133 | `85` | 9F10 | 2 | Mastercard | method 1 |
/// | UnionPay 01 | `01` | CVR | 2 | UnionPay | method 1 |
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the table above")]
pub enum Cvn {
    Visa10,
    Visa18,
    Visa22,
    MChip16,
    MChip17,
    MChip20,
    MChip21,
    Interac133,
    UnionPay01,
}

/// How an issuer authenticates its response.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ArpcMethod {
    /// The response code XOR the ARQC, enciphered: eight octets.
    One,
    /// A MAC over ARQC and card status update, four octets of it.
    Two,
}

impl Cvn {
    /// The version that issuer application data (9F10) are of, by their first octets.
    ///
    /// # Errors
    /// [`CryptoError::IssuerData`] when they are of none that is known, or too short for it.
    pub fn of_issuer_data(data: &[u8]) -> Result<Self, CryptoError> {
        let cvn = match data {
            [6, _, 0x0A, ..] => Self::Visa10,
            [6, _, 0x12, ..] => Self::Visa18,
            [0x1F, 0x22, ..] => Self::Visa22,
            [7, _, 1, ..] => Self::UnionPay01,
            [0x0F, _, 0x85, ..] => Self::Interac133,
            [_, 0x10, ..] => Self::MChip16,
            [_, 0x11, ..] => Self::MChip17,
            [_, 0x14, ..] => Self::MChip20,
            [_, 0x15, ..] => Self::MChip21,
            _ => return Err(CryptoError::IssuerData),
        };
        cvn.tail(data).map(|_| cvn)
    }

    /// What of the issuer application data the cryptogram covers: up to two spans.
    pub(super) fn tail(self, data: &[u8]) -> Result<[&[u8]; 2], CryptoError> {
        let of = |range: core::ops::Range<usize>| data.get(range);
        let tail = match self {
            // length, key index, version, and the card verification results with their length
            Self::Visa10 | Self::UnionPay01 => of(3..7).map(|results| [results, &[]]),
            Self::Visa18 => of(0..7).map(|_| [data, &[]]),
            Self::Visa22 => of(0..32).map(|_| [data, &[]]),
            Self::Interac133 => of(0..8).map(|_| [data, &[]]),
            Self::MChip16 | Self::MChip20 => of(2..8).map(|results| [results, &[]]),
            // after the results two octets of data authentication, then counters: 8, of long data 16
            Self::MChip17 | Self::MChip21 => {
                let counters = if data.len() >= 26 { of(10..26) } else { of(10..18) };
                of(2..8).zip(counters).map(|(results, counters)| [results, counters])
            }
        };
        tail.ok_or(CryptoError::IssuerData)
    }

    /// How the last block of the data is filled.
    #[must_use]
    pub const fn padding(self) -> Padding {
        if matches!(self, Self::Visa10) { Padding::Zeros } else { Padding::Bit }
    }

    /// The key that the cryptogram is made with.
    #[must_use]
    pub const fn session_key(self) -> SessionKeyMethod {
        match self {
            Self::Visa10 => SessionKeyMethod::CardKey,
            Self::Visa18 | Self::Visa22 | Self::MChip20 | Self::MChip21 => SessionKeyMethod::Common,
            Self::MChip16 | Self::MChip17 | Self::Interac133 => SessionKeyMethod::Mastercard,
            Self::UnionPay01 => SessionKeyMethod::UnionPay,
        }
    }

    /// How the issuer responds.
    #[must_use]
    pub const fn arpc(self) -> ArpcMethod {
        if matches!(self, Self::Visa18 | Self::Visa22) { ArpcMethod::Two } else { ArpcMethod::One }
    }

    /// Whether the response is made with the key of the card although the cryptogram is not.
    pub(super) const fn responds_by_card_key(self) -> bool {
        matches!(self, Self::MChip16 | Self::MChip17)
    }
}
