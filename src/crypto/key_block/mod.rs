//! Key blocks of TR-31 and ANSI X9.143, versions B (TDES) and D (AES): a key wrapped together with what it may be
//! used for. Versions A and C are deprecated and refused, E is another standard.
//!
//! ```
//! use cardwire::crypto::{Family, Key, key_block::{Header, KeyBlock, KeyBlockVersion}};
//!
//! let protection = Key::from_hex(Family::Aes, "00112233445566778899AABBCCDDEEFF")?;
//! let key = Key::from_hex(Family::Aes, "000102030405060708090A0B0C0D0E0F")?;
//! let mut buffer = [0; 256];
//! let header = Header::new(KeyBlockVersion::D, *b"P0", b'A', b'E', b'N');
//! // thirty-two random octets of a source fit for keys
//! let block = header.wrap(&protection, &key, &[7; 32], &mut buffer)?;
//! let opened = KeyBlock::parse(block)?;
//! assert_eq!(opened.header().usage_words(), Some("PIN encryption"));
//! assert_eq!(opened.unwrap(&protection)?, key);
//! # Ok::<(), cardwire::crypto::CryptoError>(())
//! ```

mod binding;
mod block;
mod header;
mod optional;

pub use binding::KeyBlockVersion;
pub use block::KeyBlock;
pub use header::Header;
