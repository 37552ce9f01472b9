//! See `cardwire_fuzz::spec`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cardwire_fuzz::spec(data));
