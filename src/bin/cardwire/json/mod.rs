//! The JSON contract: `docs/json.md`.

mod names;
mod parse;
mod pretty;
mod read;
mod record;
mod write;

pub(crate) use pretty::pretty;
pub(crate) use read::{Json, Left, Lists, Prepared, Record, part_name};
pub(crate) use write::{Shown, error, message, refusal, string, with_left, words};
