//! Zero-copy ISO 8583 messages.
#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(test)]
extern crate std;

mod bitmap;
mod codec;
mod content;
mod error;
pub mod layout;
pub mod mask;
mod mti;
pub mod spec;

pub use bitmap::{Bitmap, MAX_NUMBER};
pub use codec::{CodePage, Coding, Counts, Prefix, PrefixCoding, Side, Spare, Zone};
pub use content::{Content, Seen};
pub use error::{Error, Fault, Key, Kind, Place, Result, Style};
pub use layout::{BitmapForm, Element, Layout, More, Order, Row, Shape, Tag};
pub use mask::Privacy;
pub use mti::Mti;
pub use spec::{Dialect, MtiCoding, Spec, Table};
