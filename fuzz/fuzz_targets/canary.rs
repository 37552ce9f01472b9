//! See `cardwire_fuzz::canary`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cardwire_fuzz::canary(data));
