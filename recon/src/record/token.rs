//! Cards without their numbers.

use std::fmt;

use hmac::{Hmac, Mac};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::Sha256;

use super::hex;

/// A card without its number: the ends that may be shown, and a keyed hash that joins records.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Token {
    /// First six digits.
    pub first: [u8; 6],
    /// Last four digits.
    pub last: [u8; 4],
    /// The first eight octets of HMAC-SHA-256 over the digits; `None` when the record held the ends alone.
    pub hash: Option<[u8; 8]>,
}

impl Token {
    /// A token of the ends that a masked number shows, for instance `411111******1111`.
    pub fn masked(first: [u8; 6], last: [u8; 4]) -> Self {
        Self { first, last, hash: None }
    }
}

/// The ends alone: a hash and its key together would lead back to the number.
impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ends = |octets: &[u8]| octets.iter().map(|&octet| char::from(octet)).collect::<String>();
        write!(f, "{}******{}", ends(&self.first), ends(&self.last))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token({self})")
    }
}

/// `411111******1111`, and `#` with the hash in hexadecimal digits, if there is one.
impl Serialize for Token {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let hash = self.hash.map(|hash| hex(&hash));
        match hash {
            Some(hash) => to.collect_str(&format_args!("{self}#{hash}")),
            None => to.collect_str(self),
        }
    }
}

impl<'de> Deserialize<'de> for Token {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let read = || {
            let (ends, hash) =
                text.split_once('#').map_or((text.as_str(), None), |(ends, hash)| (ends, Some(hash)));
            let (first, last) = ends.split_once("******")?;
            let hash = match hash {
                Some(hex) if hex.len() == 16 => Some(u64::from_str_radix(hex, 16).ok()?.to_be_bytes()),
                Some(_) => return None,
                None => None,
            };
            let token = Self {
                first: first.as_bytes().try_into().ok()?,
                last: last.as_bytes().try_into().ok()?,
                hash,
            };
            token.first.iter().chain(&token.last).all(u8::is_ascii_digit).then_some(token)
        };
        read().ok_or_else(|| de::Error::custom("this is no card token"))
    }
}

/// Makes tokens of card numbers with one secret key.
#[derive(Clone)]
pub struct Tokenizer {
    mac: Hmac<Sha256>,
}

impl Tokenizer {
    /// A tokenizer with a key of any length.
    pub fn new(key: &[u8]) -> Self {
        let mac = Hmac::new_from_slice(key).unwrap_or_else(|_| Hmac::new(&Default::default()));
        Self { mac }
    }

    /// The token of a card number in ASCII digits, or `None` if these are no 12 to 19 digits.
    pub fn token(&self, pan: &[u8]) -> Option<Token> {
        if !(12..=19).contains(&pan.len()) || !pan.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let mut mac = self.mac.clone();
        mac.update(pan);
        let hash = mac.finalize().into_bytes().first_chunk().copied();
        Some(Token { first: *pan.first_chunk()?, last: *pan.last_chunk()?, hash })
    }
}

impl fmt::Debug for Tokenizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokenizer")
    }
}
