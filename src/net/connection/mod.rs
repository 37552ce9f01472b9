//! One live connection.

pub(crate) mod duplicates;
pub(crate) mod handler;
pub(crate) mod outbox;
pub(crate) mod peer;
pub(crate) mod pending;
pub(crate) mod received;
pub(crate) mod run;
pub(crate) mod state;
