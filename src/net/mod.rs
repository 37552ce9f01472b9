//! Connections.
mod backoff;
mod correlation;
pub mod mux;
pub mod saf;

pub use backoff::Backoff;
pub use correlation::{Correlation, Trace};
