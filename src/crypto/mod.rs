//! Keys, MACs, PIN blocks, DUKPT, EMV cryptograms and key blocks: what fills DE 52, 53, 55, 64 and 128.

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
pub use track::{ServiceCode, Track2, card_verification_value};
pub use working_keys::WorkingKeys;
