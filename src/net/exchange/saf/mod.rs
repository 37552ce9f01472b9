//! Store and forward: messages that must arrive, such as reversals and advices.
//!
//! Sans-IO: [`Forwarder`] says what to send and is told how it went; a [`Queue`] makes every step
//! durable before it takes effect. A message that was taken is never dropped. It ends acknowledged,
//! or as a work item that somebody has to look at.
//!
//! ```text
//!  put              due                      acknowledged
//!  ---> queued ------------> in flight -----------------------> gone
//!         ^                  |   |   |
//!         |    not_sent      |   |   | refused, or unanswered for the last time
//!         +------------------+   |   +----------------> work item --+
//!         |    unanswered        |                         |  |     | settled by hand
//!         +--- wait, repeat -----+                         |  +---> gone
//!         +------------------------------------------------+
//!                          retry, by hand
//! ```
//!
//! Each destination gets its messages in the order they came, one at a time: the next one leaves
//! when the one before it is acknowledged or has become a work item.
//!
//! A message that was sent before is due as a *repeat*: [`repeat_of`] gives it the MTI that says
//! so (`0420` becomes `0421`) and changes nothing else, so that the receiver recognises it. After a
//! restart everything that was in flight is due as a repeat.

#[cfg(feature = "file-queue")]
mod before;
#[cfg(feature = "file-queue")]
mod disk;
mod entry;
#[cfg(feature = "file-queue")]
mod file;
#[cfg(feature = "file-queue")]
mod format;
mod forwarder;
#[cfg(feature = "file-queue")]
mod journal;
mod memory;
mod record;
mod repeat;

#[cfg(feature = "file-queue")]
pub use file::FileQueue;
pub use forwarder::Forwarder;
#[cfg(feature = "file-queue")]
pub use journal::Cut;
pub use memory::MemoryQueue;
pub use record::{Due, ParkReason, Policy, Queue, Record, SafError, WorkItem};
pub use repeat::repeat_of;

#[cfg(all(test, feature = "file-queue"))]
mod tests;
