//! See `cardwire_fuzz::recon`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cardwire_fuzz::recon(data));
