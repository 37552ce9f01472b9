//! The fast ways through a message.

pub(crate) mod ber;
pub(crate) mod head;
pub(crate) mod locate;
pub(crate) mod plan;
pub(crate) mod runs;
