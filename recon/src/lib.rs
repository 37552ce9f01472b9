//! Where is my money: ISO 8583 evidence matched with clearing files and bank statements.
//!
//! Readers turn files into [`record`]s; card numbers become tokens on the way. The engine joins switch messages
//! into transactions, matches them with clearing records and bank entries by named rules, and says of every record
//! in which line of the result it stands.
#![cfg_attr(
    not(test),
    warn(
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::print_stderr,
        clippy::print_stdout,
        clippy::unwrap_used
    )
)]

pub mod cmd;
pub mod engine;
pub mod gather;
pub mod output;
pub mod read;
pub mod record;
pub mod spill;
