//! The files of the network, as cardwire-recon, `cardwire ipm` and banks read them.

pub mod clearing;
pub mod statement;
