//! The parser and the reference parser, side by side: verdict, values, and place, offset and kind
//! of every error.
//!
//! No difference is tolerated. What the reference takes from the library is listed at its head.

mod common;
mod generated;
mod reference;

use cardwire::spec;
use common::golden;
use generated::{config, laws};
use proptest::prelude::*;
use reference::compare::compare;

#[test]
fn golden_messages_and_their_prefixes() {
    for (_, spec, wire) in golden::wires() {
        (0..=wire.len()).for_each(|end| compare(spec, &wire[..end]));
    }
}

#[test]
fn golden_messages_with_one_octet_changed_added_or_left_out() {
    for (_, spec, wire) in golden::wires() {
        for index in 0..wire.len() {
            let octet = wire[index];
            let mut changed = wire.clone();
            let others = [octet ^ 1, octet ^ 0x80, octet.wrapping_add(0x0A), b' ', 0xFF];
            // a message is in several dialects and fields repeat: every third change of each is enough
            changed[index] = others[index % others.len()];
            compare(spec, &changed);
            match index % 3 {
                0 => drop(changed.remove(index)),
                1 => changed[index] = others[index / 3 % others.len()],
                _ => changed.insert(index, b'1'),
            }
            compare(spec, &changed);
        }
    }
}

proptest! {
    #![proptest_config(config(1024))]

    #[test]
    fn generated_messages_and_their_mutations(
        case in generated::cases(),
        damage in generated::damage(),
    ) {
        compare(case.spec, &damage.of(&laws::told(&case).1));
    }

    #[test]
    fn random_octets_behind_a_plausible_start(
        index in any::<prop::sample::Index>(),
        mti in prop::sample::select(vec![&b"0200"[..], b"\x02\x00", b"\xF0\xF2\xF0\xF0", b""]),
        octets in proptest::collection::vec(any::<u8>(), 0..80),
    ) {
        let specs: Vec<_> = spec::builtin().collect();
        let spec = specs[index.index(specs.len())];
        compare(spec, &[mti, &octets[..]].concat());
    }

    #[test]
    fn random_octets_for_generated_specs(
        case in generated::cases(),
        octets in proptest::collection::vec(any::<u8>(), 0..80),
    ) {
        compare(case.spec, &octets);
    }
}
