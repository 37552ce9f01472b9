//! The JSON contract: `docs/json.md`.

mod pretty;
mod read;
mod record;
mod write;

pub(crate) use pretty::pretty;
pub(crate) use read::{Lists, Prepared, Record};
pub(crate) use write::{Shown, error, message, refusal, string};
