//! The engine: records in, lines out.

mod books;
mod bundle;
mod calendar;
pub mod class;
mod classify;
pub mod decide;
pub mod identity;
mod intern;
pub mod line;
mod matching;
mod payout;
mod present;
pub mod rules;
pub mod run;
mod transact;
