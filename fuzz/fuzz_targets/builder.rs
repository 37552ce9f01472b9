//! See `cardwire_fuzz::build`.
#![no_main]

libfuzzer_sys::fuzz_target!(|plan: cardwire_fuzz::Plan<'_>| cardwire_fuzz::build(&plan));
