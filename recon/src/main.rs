//! The command `cardwire-recon`.

fn main() {}
