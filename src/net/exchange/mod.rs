//! What belongs to what: no socket, no clock.

pub(crate) mod backoff;
pub(crate) mod correlation;
pub mod mux;
pub mod saf;
