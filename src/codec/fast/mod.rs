//! Elements of the usual forms, read and written at once.

pub(crate) mod class;
pub(crate) mod class_table;
pub(crate) mod element;
pub(crate) mod encode;
mod prefix;
