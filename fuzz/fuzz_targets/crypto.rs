//! See `cardwire_fuzz::crypto`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cardwire_fuzz::crypto(data));
