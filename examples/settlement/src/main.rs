//! A payment day, end to end.
fn main() {}
