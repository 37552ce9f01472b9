//! One live connection: what is shared, what is read and written, and what comes of each message.

pub(crate) mod duplicates;
pub(crate) mod gathered;
pub(crate) mod handler;
pub(crate) mod handover;
pub(crate) mod outbox;
pub(crate) mod outgoing;
pub(crate) mod peer;
pub(crate) mod pending;
pub(crate) mod received;
pub(crate) mod responses;
pub(crate) mod run;
pub(crate) mod state;
pub(crate) mod usage;
pub(crate) mod wiped;
