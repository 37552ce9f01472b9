//! From octets to a checked view.

pub(crate) mod amount;
pub(crate) mod fast;
pub(crate) mod field;
pub(crate) mod message;
pub(crate) mod offsets;
pub(crate) mod parse;
pub(crate) mod parser;
pub(crate) mod reader;

pub use amount::Amount;
pub use field::{Exposed, Field, Parts, Text};
pub use message::{Inspection, Message};
pub use parser::{Parser, Scan};
