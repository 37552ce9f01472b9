//! See `cardwire_fuzz::tlv`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cardwire_fuzz::tlv(data));
