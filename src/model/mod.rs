//! The words of a message, before any octet is looked at: numbers and their sets, message types, classes of
//! characters, and the one error.

pub(crate) mod bitmap;
pub(crate) mod content;
pub(crate) mod error;
mod fault;
mod key;
pub(crate) mod lang;
pub(crate) mod mti;
#[cfg(feature = "serde")]
pub(crate) mod names;
mod sentence;
pub(crate) mod trust;
mod unit;

pub use bitmap::{Bitmap, MAX_NUMBER};
pub use content::CharKind;
pub use error::{Error, ErrorKind, Place, Result};
pub use fault::SpecFault;
pub use key::{Key, KeyStyle};
pub use mti::{Class, Function, Mti, Origin, Version};
pub use unit::Unit;
