//! See `cardwire_fuzz::json`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cardwire_fuzz::json(data));
