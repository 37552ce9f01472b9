//! Store and forward.

#[cfg(feature = "std")]
mod file;
mod forwarder;
mod memory;
mod record;

#[cfg(feature = "std")]
pub use file::FileQueue;
pub use forwarder::{Forwarder, repeat_of};
pub use memory::MemoryQueue;
pub use record::{Due, Policy, Queue, Record, SafError, Why, WorkItem};
