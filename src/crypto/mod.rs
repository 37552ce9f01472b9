//! Keys, MACs, PIN blocks, DUKPT, EMV cryptograms and key blocks: what fills DE 52, 53, 55, 64 and 128.
//!
//! **Software cryptography for tests, terminals and simulators.** Production keys belong into a hardware security
//! module, which is put behind [`SecurityModule`]; `docs/pci.md` says what this module does and does not do. It needs
//! no allocator, and no source of random numbers: where a format wants some, the caller gives them.
//!
//! | you want to | look at |
//! | --- | --- |
//! | sign a message, verify one | [`MacRule`], [`Verified`]; which octets are covered: [`Message::mac_span`](crate::Message::mac_span) |
//! | the MAC of other octets | [`MacAlgorithm::of`], [`MacStream`] |
//! | PIN blocks (DE 52) | [`pin`] |
//! | a key for each transaction (DE 53) | [`Ksn`], [`AesKsn`] |
//! | application cryptograms (DE 55) | [`emv`] |
//! | track 2, service code, CVV, Luhn | [`Track2`], [`ServiceCode`], [`card_verification_value`], [`verify_card_verification_value`], [`is_luhn`] |
//! | keys wrapped with what they are for | [`key_block`] |
//! | the sign-on of a UnionPay terminal (DE 62) | [`WorkingKeys`] |

mod cipher;
mod cmac;
mod dukpt;
pub mod emv;
mod error;
mod hex;
mod key;
pub mod key_block;
mod kind;
mod mac;
mod pan;
pub mod pin;
mod seal;
mod security_module;
mod track;
mod working_keys;

pub use dukpt::{AesKsn, AesKsnUse, Ksn, KsnUse};
pub use error::{BlockFault, CryptoError, PinFault, TrackFault};
pub use key::{CheckMethod, CheckValue, Key};
pub use kind::{Family, KeyKind};
pub use mac::{MacAlgorithm, MacStream, MacValue, Padding};
pub use pan::{Pan, is_luhn, luhn_check_digit};
pub use pin::{Bound, Pin, PinBlock, PinFormat, PinSide, Random, Translated};
pub use seal::{MacRule, SealError, Verified};
pub use security_module::{CryptogramRequest, SecurityModule, Software};
pub use track::{ServiceCode, Track2, card_verification_value, verify_card_verification_value};
pub use working_keys::WorkingKeys;
