//! The words of a message, before any octet is looked at: numbers and their sets, message types, classes of
//! characters, and the one error.

pub(crate) mod bitmap;
pub(crate) mod content;
pub(crate) mod error;
pub(crate) mod lang;
pub(crate) mod mti;
pub(crate) mod trust;

pub use bitmap::{Bitmap, MAX_NUMBER};
pub use content::CharKind;
pub use error::{Error, ErrorKind, Key, KeyStyle, Place, Result, SpecFault};
pub use mti::{Class, Function, Mti, Origin, Version};
