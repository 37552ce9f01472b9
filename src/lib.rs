//! **cardwire** parses and builds ISO 8583 card payment messages: zero-copy, without heap, without
//! `unsafe`, and with card data masked wherever it could be printed.
//!
//! # The first twenty lines
//!
//! ```
//! use cardwire::{Builder, Message, Mti, de, spec::ISO87_ASCII};
//!
//! // Build: values in any order, written in the only order there is.
//! let mut buffer = [0; 256];
//! let wire = Builder::new(&ISO87_ASCII, Mti::FINANCIAL_REQUEST)
//!     .set(de::PAN, "4111111111111111")
//!     .set(de::PROCESSING_CODE, "000000")
//!     .set(de::AMOUNT, 12_300)
//!     .set(de::STAN, 123_456)
//!     .set(de::CURRENCY, "156")
//!     .write(&mut buffer)?;
//!
//! // Parse: every element is checked, none is copied.
//! let message = Message::parse(&ISO87_ASCII, wire)?;
//! assert_eq!(message.number(de::STAN)?, 123_456);
//! assert_eq!(message.amount(de::AMOUNT)?.to_string(), "123.00 CNY");
//!
//! // Formatting is always safe to log; `expose` is the one word that opens card data.
//! assert_eq!(message.require(de::PAN)?.to_string(), "411111******1111");
//! assert_eq!(message.expose(de::PAN)?, "4111111111111111");
//!
//! // Respond: the elements to echo are named, the rest is set.
//! let mut buffer = [0; 256];
//! let response = Builder::reply_to(&message)
//!     .echo(&message, &[de::PROCESSING_CODE, de::AMOUNT, de::STAN])
//!     .set(de::RESPONSE_CODE, "00")
//!     .write(&mut buffer)?;
//! assert!(response.starts_with(b"0210"));
//! # Ok::<(), cardwire::Error>(())
//! ```
//!
//! # Where things are
//!
//! | you want to | look at |
//! | --- | --- |
//! | read a message | [`Message`], [`Field`]; a broken one: [`Inspection`] |
//! | write or translate one | [`Builder`], [`Value`] |
//! | write as fast as can be | [`MessageForm`]: of known elements; [`MessageWriter`]: in ascending order; [`Template`]: what changes, in place |
//! | respond or translate on a busy link | [`ResponseForms`], [`TranslationForms`] |
//! | keep a message, or send it to another thread | `OwnedMessage` (feature `alloc`) |
//! | read the messages of a busy link | [`Parser`] |
//! | look at one | [`Message::describe`], [`Message::dump`]; in Chinese: their `in_lang` |
//! | choose a spec, or change a row of one | [`spec`], [`Table::with`] |
//! | describe your own link | [`layout`], [`Dialect`], [`Spec::new`] |
//! | cut messages out of a TCP stream | [`frame`] |
//! | know what a code means | [`codes`], element numbers: [`de`] |
//! | check which elements must be there | [`profile`] |
//! | read a spec from a file (features `toml`, `json`, `jpos`, `j8583`) | `import` |
//! | find out which spec explains some bytes, or what is wrong with yours | `probe` (feature `alloc`) |
//! | sign and verify messages, make PIN blocks, derive keys (feature `crypto`) | `crypto` |
//! | read and write clearing files | `ipm` (feature `std`) |
//! | fill your own structs from messages | `serde` (feature `serde`) |
//! | test a handler with any valid message | `generate` (feature `proptest` or `arbitrary`) |
//! | talk to a host, or be one | `net` (feature `net`; TLS: `tls`) |
//! | match responses to requests, or store and forward, over your own I/O | `net::mux`, `net::saf` (feature `alloc`) |
//!
//! # How a value is seen
//!
//! Every element has a *logical* value that does not depend on the link: characters for text and
//! digits, octets for binary. `"000000012300"` is DE 4 whether the link writes twelve ASCII
//! characters, twelve EBCDIC characters or six packed octets, so code written for one link reads
//! all of them, and [`Builder::copy_of`] translates. Values are never trimmed or unpadded when
//! read.
//!
//! # Features
//!
//! The core is `no_std` and needs no allocator: `default-features = false` gives all of the above
//! that names no feature. `alloc` adds [`Builder::to_vec`], `probe`, and specs as owned data in
//! `import`; `std` (default) adds `ipm`; `toml`, `json`, `jpos` and `j8583` read specs from files.
//! `crypto` adds MACs, PIN blocks, DUKPT, EMV cryptograms and key blocks, still without an allocator.
//! `proptest` and `arbitrary` draw valid messages for tests. `serde` adds typed messages, `tokio` a `tokio_util` codec for every framing. `net` adds
//! connections over tokio, `tls` their encryption, `tracing` their events. `input` reads messages from files of any form.
//! `cli` is the command.
#![cfg_attr(not(feature = "std"), no_std)]
// the pages of docs.rs say which feature an item needs
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]
// What could panic, truncate or print is not written here, outside of tests.
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

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(test)]
extern crate std;

mod codec;
pub mod codes;
#[cfg(feature = "crypto")]
pub mod crypto;
pub mod de;
pub mod frame;
#[cfg(any(feature = "proptest", feature = "arbitrary"))]
pub mod generate;
#[cfg(feature = "alloc")]
pub mod import;
#[cfg(feature = "input")]
pub mod input;
#[cfg(feature = "std")]
pub mod ipm;
pub mod layout;
pub mod mask;
pub mod model;
#[cfg(feature = "alloc")]
pub mod net;
#[cfg(feature = "alloc")]
pub mod probe;
pub mod profile;
pub mod read;
#[cfg(feature = "serde")]
pub mod serde;
pub mod show;
pub mod spec;
pub mod write;

pub use frame::Framing;
pub use model::{Bitmap, Error, ErrorKind, Mti, Result};
pub use profile::Profile;
#[cfg(feature = "alloc")]
pub use read::OwnedMessage;
pub use read::{Amount, Field, Inspection, Message, Parser, Scan};
pub use spec::{Dialect, Spec, Table};
pub use write::{
    Builder, FilledForm, MessageForm, MessageWriter, ResponseForms, Template, TranslationForms, Value,
};

/// The README, whose examples compile and run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// The same in Chinese.
#[cfg(doctest)]
#[doc = include_str!("../README.zh.md")]
struct ReadmeZh;
