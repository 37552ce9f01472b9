//! Messages for people: a listing and an annotated hexdump, coloured on a terminal.

mod dump;
mod listing;

pub(crate) use dump::dump;
pub(crate) use listing::{checks, left, listing, shown};
