//! See `cardwire_fuzz::import`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cardwire_fuzz::import(data));
