//! See `cardwire_fuzz::plan`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cardwire_fuzz::plan(data));
