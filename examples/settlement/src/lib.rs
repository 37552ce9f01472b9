//! A payment day: a terminal, an acquirer and an issuer talk ISO 8583 to each other, keep
//! double-entry books, and can answer "where is my money" for every sale with the message that
//! proves it.
//!
//! ```text
//!  terminal ──UnionPay POS, packed──▶ acquirer ──ISO 8583:1987, ASCII──▶ issuer   over TCP, 127.0.0.1
//!     │ journal                         │ journal, book                     │ journal, book
//!     └──────────────────────────── one SQLite file ──────────────────────────┘
//! ```
//!
//! | file | what it holds |
//! | --- | --- |
//! | [`money`], [`clock`], [`card`], [`telegram`], [`journal`] | the nouns |
//! | [`ops`] | what a terminal can ask for: its codes on either line, and what it does |
//! | [`fees`] | what merchants pay, by date, from a file |
//! | [`ledger`], [`store`] | double entry, and where it is kept |
//! | [`party`] | the parties as pure state machines: input in, effects out |
//! | [`files`] | clearing files (IPM) and bank statements (camt.053) |
//! | [`wire`] | one file per dialect: message to bytes and back; [`wire::secured`]: keys, MACs and PIN blocks of the terminal's line |
//! | [`net`] | the runtime: `cardwire::net` over TCP, timers, faults; durable first, then send |
//! | [`topology`], [`process`] | who is in a network, from a file; one party of it as a process |
//! | [`capture`] | what was sent, as a pcap file |
//! | [`evidence`] | what a party saw: messages and files, kept for those who judge it |
//! | [`day`], [`resume`] | the story of the day, and what is left of it after it broke off |
//! | [`fast`] | the purchase alone, for load: events in pages, one flush for many sales |
//! | [`scenario`] | each cause why money does not arrive, as a data file that is played and proved |
//! | [`chaos`] | the network as processes, killed, paused and cut off for real; then the ten checks of money |
//! | [`ask`] | where is my money, by cardwire-recon, from evidence alone |
//! | [`scale`] | what more acquirer processes on one database carry |
//! | [`server`] | a PostgreSQL server of one's own, for tests and for measuring |
//! | [`watch`] | counters, gauges and alerts, folded from a journal |
//! | [`audit`], [`wimm`], [`report`] | do the books balance, where is my money, and how it is printed |
#![cfg_attr(
    not(test),
    warn(
        clippy::as_conversions,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::print_stderr,
        clippy::print_stdout,
        clippy::unwrap_used
    )
)]

pub mod ask;
pub mod audit;
pub mod capture;
pub mod card;
pub mod chaos;
pub mod clock;
pub mod day;
pub mod evidence;
pub mod fast;
pub mod fees;
pub mod files;
pub mod journal;
pub mod ledger;
pub mod local;
pub mod money;
mod names;
pub mod net;
pub mod node;
pub mod ops;
pub mod party;
pub mod process;
pub mod report;
pub mod resume;
pub mod scale;
pub mod scenario;
pub mod server;
pub mod sim;
pub mod store;
pub mod telegram;
pub mod topology;
pub mod watch;
pub mod wimm;
pub mod wire;
pub mod world;
