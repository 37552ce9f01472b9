//! The engine: records in, lines out.

mod books;
mod bundle;
mod calendar;
pub mod class;
mod classify;
pub mod decide;
pub mod evidence;
mod files;
pub mod identity;
mod intern;
pub mod line;
mod matching;
pub mod open;
mod payout;
mod present;
mod restore;
pub mod rules;
pub mod run;
mod transact;
