//! Messages for people: the listing and the hexdump, masked.

pub(crate) mod describe;

pub use describe::{Describe, Dump};
