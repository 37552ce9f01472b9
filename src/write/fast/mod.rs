//! Messages of the common forms, encoded at once.
//!
//! A letter to the next editor. What stands here *may* write, or count, a message that is certainly right. It
//! *may not* say what is wrong with one: it gives up, and the walk in [`build`](crate::write::build) writes the
//! message anew from its start. The test in `encode.rs` holds every octet that is written here, and every count,
//! to the walk.
//!
//! A [`Form`](form::Form) is the same for elements that are known beforehand, and gives up to the builder;
//! `tests/forms.rs` holds it, and what is made with it, to that.

pub(crate) mod element;
pub(crate) mod encode;
pub(crate) mod form;
pub(crate) mod learned;
pub(crate) mod response;
pub(crate) mod target;
pub(crate) mod translation;
