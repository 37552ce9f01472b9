//! See `cardwire_fuzz::translate`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cardwire_fuzz::translate(data));
