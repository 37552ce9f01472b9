//! The engine: records in, lines out.

pub(crate) mod books;
pub(crate) mod bundle;
mod calendar;
pub mod class;
pub(crate) mod classify;
pub mod decide;
pub mod evidence;
mod files;
pub mod identity;
mod intern;
pub mod line;
pub(crate) mod matching;
pub mod open;
pub(crate) mod payout;
mod present;
mod restore;
pub mod rules;
pub mod run;
pub(crate) mod transact;
