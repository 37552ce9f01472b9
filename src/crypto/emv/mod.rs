//! Application cryptograms: keys of cards and transactions, ARQC verified, ARPC made (EMV Book 2).
//!
//! ```
//! use cardwire::crypto::emv::{self, CardKeyOption, CryptogramData, IssuerDecision};
//! use cardwire::crypto::{Family, Key, Pan};
//! # fn octets(digits: &str) -> Vec<u8> {
//! #     (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
//! # }
//!
//! // of a message: CryptogramData::of(&message.require(55)?)?
//! let set = octets("000000012345000000000000015600000480000156260115001A2B3C4D390000B7");
//! let data = CryptogramData::new(&set, &octets("06010A03A0B800"))?;
//!
//! let issuer = Key::from_hex(Family::Des, "0123456789ABCDEFFEDCBA9876543210")?;
//! let card = emv::card_key(&issuer, &Pan::new("4000001234567899")?, 1, CardKeyOption::A)?;
//! let good = data.verify(&card, data.cvn()?, &octets("380BACD9A7EB456F"))?;
//! let tag_91 = good.respond(IssuerDecision::Code(*b"00"))?;
//! assert_eq!(tag_91.as_bytes(), octets("04001FD5B7FE493B3030"));
//! # Ok::<(), cardwire::crypto::CryptoError>(())
//! ```

mod cryptogram;
mod cvn;
mod keys;

pub use cryptogram::{CryptogramData, GoodCryptogram, IssuerAuthentication, IssuerDecision, arpc_1, arpc_2};
pub use cvn::{ArpcMethod, Cvn};
pub use keys::{
    CardKeyOption, SessionKeyMethod, card_key, messaging_key, session_key, tree_session_key,
    visa_messaging_key,
};
