//! See `cardwire_fuzz::privacy`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cardwire_fuzz::privacy(data));
