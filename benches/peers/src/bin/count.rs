//! What iso_8583_rs spends, counted by callgrind as `benches/record/count.sh` counts cardwire:
//! `valgrind --tool=callgrind --callgrind-out-file=o target/release/count`, then
//! `callgrind_annotate --inclusive=yes o | grep count::case_`, over 64 runs.

#[path = "../../../common/mod.rs"]
mod common;
#[path = "../peer.rs"]
mod peer;

use std::hint::black_box;

use iso_8583_rs::{Builder, CompiledSpec, Message};

fn main() {
    let spec = peer::iso_8583_rs();
    let _ = peer::codec_rs;
    let _ = peer::parse_codec_rs;
    let [a, b] = [common::A.as_bytes(), common::B.as_bytes()];
    for _ in 0..64 {
        case_strict_a(&spec, a);
        case_strict_b(&spec, b);
        case_lazy_a(&spec, a);
        case_lazy_b(&spec, b);
        case_build_a(&spec);
    }
}

#[inline(never)]
fn case_strict_a(spec: &CompiledSpec, wire: &[u8]) {
    black_box("strict_a");
    let _ = black_box(&Message::parse(spec, black_box(wire)));
}

#[inline(never)]
fn case_strict_b(spec: &CompiledSpec, wire: &[u8]) {
    black_box("strict_b");
    let _ = black_box(&Message::parse(spec, black_box(wire)));
}

#[inline(never)]
fn case_lazy_a(spec: &CompiledSpec, wire: &[u8]) {
    black_box("lazy_a");
    let _ = black_box(&Message::parse_lazy(spec, black_box(wire)));
}

#[inline(never)]
fn case_lazy_b(spec: &CompiledSpec, wire: &[u8]) {
    black_box("lazy_b");
    let _ = black_box(&Message::parse_lazy(spec, black_box(wire)));
}

#[inline(never)]
fn case_build_a(spec: &CompiledSpec) {
    let mut out = [0; 512];
    let mut builder = Builder::new(spec, b"0100").expect("an MTI");
    for (number, value) in &common::VALUES {
        builder.set((*number).into(), black_box(*value).as_bytes()).expect("sound");
    }
    black_box(builder.pack_to_slice(&mut out).expect("sound"));
}
