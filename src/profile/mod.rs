//! Profiles: which elements a message type must, may and must not carry.
//!
//! A spec says how elements lie on the wire; a profile says which of them a network expects in
//! which message. Parsing does not look at profiles: ask [`Profile::check`], which reports every
//! violation at once.

mod builtin;
#[cfg(feature = "toml")]
mod doc;
mod rules;
#[cfg(feature = "toml")]
mod toml;

pub use builtin::{ISO87_PROFILE, UNIONPAY_PROFILE, builtin, by_name};
#[cfg(feature = "toml")]
pub use doc::ProfileDoc;
pub use rules::{Breach, ECHOED, Profile, Rule, Violation, When, echoed, rule};
