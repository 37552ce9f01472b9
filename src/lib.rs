//! Zero-copy ISO 8583 messages.
#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(test)]
extern crate std;

mod amount;
mod bitmap;
mod builder;
mod codec;
pub mod codes;
mod content;
pub mod de;
mod describe;
mod error;
mod field;
pub mod frame;
#[cfg(feature = "std")]
pub mod ipm;
pub mod layout;
pub mod mask;
mod message;
mod mti;
mod path;
pub mod profile;
mod read;
pub mod spec;
mod value;
mod walk;
mod write;

pub use amount::Amount;
pub use bitmap::{Bitmap, MAX_NUMBER};
pub use builder::Builder;
pub use codec::{CodePage, Coding, Counts, Prefix, PrefixCoding, Side, Spare, Zone};
pub use content::{Content, Seen};
pub use describe::{Describe, Dump};
pub use error::{Error, Fault, Key, Kind, Place, Result, Style};
pub use field::{Clear, Field, Parts, Text};
pub use frame::Framing;
pub use layout::{BitmapForm, Element, Layout, More, Order, Row, Shape, Tag};
pub use mask::Privacy;
pub use message::{Inspection, Message};
pub use mti::Mti;
pub use profile::Profile;
pub use spec::{Dialect, MtiCoding, Spec, Table};
pub use value::{PartList, Value};
