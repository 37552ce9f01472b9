//! Messages of the common forms, found and checked at once.
//!
//! A letter to the next editor. What stands here *may* fill in a message that is certainly valid. It *may not*
//! decide which octet is invalid, with one exception: [`locate`] names the first invalid octet of a run, because
//! in a run there is only one way to be wrong. Everything else is handed to the walk in
//! [`parse`](crate::read::parse). Order stands here again, in [`runs`], [`plan`] and [`ber`]; the tests in
//! `parse.rs` and `ber.rs`, and `tests/plan.rs`, hold each to the walk, verdict, error and offsets.

pub(crate) mod ber;
pub(crate) mod head;
pub(crate) mod locate;
pub(crate) mod plan;
pub(crate) mod runs;
