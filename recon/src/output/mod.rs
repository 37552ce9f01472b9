//! Results for people and machines. The same run gives the same octets.

pub mod ndjson;
mod words;

pub(crate) use self::ndjson::hex;
pub use self::words::money;
