//! Zero-copy ISO 8583 messages.
#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(test)]
extern crate std;

mod content;
mod error;
pub mod frame;

pub use content::{Content, Seen};
pub use error::{Error, Fault, Key, Kind, Place, Result, Style};
pub use frame::Framing;
