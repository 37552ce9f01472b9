//! From values to octets.

pub(crate) mod build;
pub(crate) mod builder;
pub(crate) mod fast;
pub(crate) mod fill;
pub(crate) mod message_form;
pub(crate) mod message_writer;
pub(crate) mod response_forms;
pub(crate) mod template;
pub(crate) mod translation_forms;
pub(crate) mod value;
pub(crate) mod writer;

pub use builder::Builder;
pub use message_form::{FilledForm, MessageForm};
pub use message_writer::MessageWriter;
pub use response_forms::ResponseForms;
pub use template::Template;
pub use translation_forms::TranslationForms;
pub use value::{PartKey, PartList, PartValue, Value};
