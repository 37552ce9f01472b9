//! From values to octets.

pub(crate) mod build;
pub(crate) mod builder;
pub(crate) mod fast;
pub(crate) mod fill;
pub(crate) mod message_writer;
pub(crate) mod template;
pub(crate) mod value;
pub(crate) mod writer;

pub use builder::Builder;
pub use message_writer::MessageWriter;
pub use template::Template;
pub use value::{PartKey, PartList, PartValue, Value};
