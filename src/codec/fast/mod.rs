//! Elements of the common forms, read and written at once.
//!
//! A letter to the next editor. A [`FastElement`](element::FastElement) is worked out from the rest of an
//! element when its spec is made. What stands here *may* say that a value is valid and where it ends, or write
//! one that certainly is. It *may not* decide that anything is wrong: where it says nothing, the ordinary reader
//! and writer look again. So it can be wrong in one way only, calling something valid that is not, or writing
//! what is not valid. `element/tests.rs` holds it against the ordinary ways on every coding, class, prefix and
//! pad nibble, and the reference parser in `tests/` holds both against the standard's words.

pub(crate) mod class;
pub(crate) mod class_table;
pub(crate) mod element;
pub(crate) mod encode;
mod prefix;
pub(crate) mod step;
