//! The parser and the reference parser, side by side: verdict, values, and place, offset and kind
//! of every error.
//!
//! No difference is tolerated. What the reference takes from the library is listed at its head.

mod common;
mod generated;
mod reference;

use cardwire::{Builder, Error, Inspection, Message, Place, Spec, spec};
use common::{Node, golden, hex, set_all};
use generated::config;
use proptest::prelude::*;
use reference::{Failure, Region};

/// The error in the words of the reference.
fn in_its_words(error: Error) -> Failure {
    let number = match error.place() {
        Place::Element(number) => Some(u32::from(number)),
        _ => None,
    };
    let region = match error.place() {
        Place::Header => Region::Header,
        Place::Mti => Region::Mti,
        Place::Bitmap => Region::Bitmap,
        _ => Region::Body,
    };
    let keys = number.into_iter().chain(error.parts().map(|part| part.value())).collect();
    Failure { kind: error.kind(), region, keys, offset: error.offset() }
}

/// Both parsers on one input.
fn compare(spec: &Spec<'static>, wire: &[u8]) {
    let expected = reference::parse(spec, wire);
    let found = Inspection::of(spec, wire);
    let input = || format!("{} {}", spec.name(), hex(wire));
    assert_eq!(found.error().map(in_its_words), expected.failure, "{}", input());
    assert_eq!(found.mti().map(|mti| mti.to_string()), expected.mti, "{}", input());
    let fields: Vec<Node> = found.fields().map(|field| Node::of(&field)).collect();
    assert_eq!(fields, expected.fields, "{}", input());
    assert_eq!(Message::parse(spec, wire).err(), found.error(), "{}", input());
}

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

/// Where a message is changed, and what stands there then.
fn changes() -> impl Strategy<Value = Vec<(prop::sample::Index, u8)>> {
    let octet = prop_oneof![any::<u8>(), Just(0), Just(b'0'), Just(b'9'), Just(0xFF), Just(b'+')];
    proptest::collection::vec((any::<prop::sample::Index>(), octet), 0..4)
}

proptest! {
    #![proptest_config(config(1024))]

    #[test]
    fn generated_messages_and_their_mutations(
        case in generated::cases(),
        changes in changes(),
        cut in proptest::option::of(any::<prop::sample::Index>()),
    ) {
        let mut builder = Builder::new(case.spec, case.mti);
        builder.header(case.header);
        let mut wire = set_all(&mut builder, &case.nodes).to_vec().unwrap();
        for (index, octet) in changes {
            let index = index.index(wire.len());
            wire[index] = octet;
        }
        if let Some(cut) = cut {
            wire.truncate(cut.index(wire.len()));
        }
        compare(case.spec, &wire);
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
