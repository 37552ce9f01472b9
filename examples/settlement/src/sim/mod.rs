//! The network under everything that can happen: all parties in one thread and in virtual time, and everything that goes
//! wrong drawn from one seed. After every step the invariants of the design are checked, at the end that all money is where
//! it belongs; `settlement sim` prints what was found. See SIMULATION.md.

pub mod chance;
pub mod command;
mod desk;
pub mod disk;
pub mod lax;
mod life;
mod oracle;
pub mod parties;
pub(crate) mod quiet;
pub mod run;
mod shrink;
pub mod sky;
mod truth;
pub mod watch;
mod wire;
pub mod work;
