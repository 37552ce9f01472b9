//! From octets to a checked view.

pub(crate) mod amount;
pub(crate) mod fast;
pub(crate) mod field;
pub(crate) mod inspection;
mod listed;
pub(crate) mod message;
pub(crate) mod offsets;
#[cfg(feature = "alloc")]
pub(crate) mod owned;
pub(crate) mod parse;
pub(crate) mod parser;
pub(crate) mod reader;
pub(crate) mod scan;
mod shown;
mod trust;
mod vouch;

pub use amount::Amount;
pub use field::{Exposed, Field, Parts, Text};
pub use inspection::Inspection;
pub use message::Message;
#[cfg(feature = "alloc")]
pub use owned::OwnedMessage;
pub use parser::Parser;
pub use scan::Scan;
