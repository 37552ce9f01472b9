//! See `cardwire_fuzz::ipm`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cardwire_fuzz::ipm(data));
