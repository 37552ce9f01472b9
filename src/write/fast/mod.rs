//! The fast ways to the wire.

pub(crate) mod encode;
pub(crate) mod target;
