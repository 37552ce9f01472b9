//! Results for people and machines. The same run gives the same octets.

pub mod answer;
mod html;
pub mod ndjson;
pub mod reports;
pub mod text;
mod words;

pub use self::words::{exponent, money};
