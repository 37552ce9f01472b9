//! The engine: records in, lines out.

mod books;
mod bundle;
mod calendar;
mod intern;
mod matching;
pub mod rules;
mod transact;
