//! See `cardwire_fuzz::masking`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cardwire_fuzz::masking(data));
