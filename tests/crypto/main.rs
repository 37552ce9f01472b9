//! MACs, PIN blocks, DUKPT, EMV and key blocks against published vectors; each test names its standard.

#[path = "../common/mod.rs"]
mod common;

mod dukpt;
mod emv;
mod key_blocks;
mod keys;
mod macs;
mod pins;
mod seals;
mod secrets;
mod short;
mod working_keys;
