//! Messages for people: the listing and the hexdump, masked.

pub(crate) mod describe;
mod dump;

pub use describe::Describe;
pub use dump::{Dump, Row};
