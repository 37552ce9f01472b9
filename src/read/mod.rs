//! From octets to a checked view.

pub(crate) mod amount;
pub(crate) mod exposed;
pub(crate) mod fast;
pub(crate) mod field;
mod fields;
pub(crate) mod inspection;
mod listed;
mod mac_span;
pub(crate) mod message;
pub(crate) mod offsets;
#[cfg(feature = "alloc")]
pub(crate) mod owned;
pub(crate) mod parse;
pub(crate) mod parser;
pub(crate) mod reader;
pub(crate) mod scan;
mod trust;
pub(crate) mod view;
mod vouch;

pub use amount::Amount;
pub use exposed::Exposed;
pub use field::{Field, Parts, Text};
pub use inspection::Inspection;
pub use mac_span::MacSpan;
pub use message::Message;
#[cfg(feature = "alloc")]
pub use owned::OwnedMessage;
pub use parser::Parser;
pub use scan::Scan;
