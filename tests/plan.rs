//! A parser that has plans reads every input as one that has none: same message, same error, same
//! place. Held on sound messages of every link, and on what a few changed octets make of them.

mod common;

use cardwire::spec::builtin;
use cardwire::{Builder, Content, Mti, Parser, Spec};
use common::alike::reads_as_the_walk_does;
use proptest::prelude::*;

/// A value that an element takes, of a length made from `seed`.
fn value(content: Content, min: usize, max: usize, seed: usize) -> Vec<u8> {
    let len = min + seed % (max.min(40).max(min) - min + 1);
    match content {
        Content::Xn if len > 0 => [b"C", "7".repeat(len - 1).as_bytes()].concat(),
        Content::A => vec![b'Q'; len],
        Content::S => vec![b'-'; len],
        Content::B => vec![0xA5; len],
        _ => vec![b'5'; len],
    }
}

/// A message of these elements, those that a spec does not have or that hold parts left out.
fn message(spec: &Spec<'static>, numbers: &[u8], seed: usize) -> Vec<u8> {
    let header = vec![0x11; spec.header()];
    let rows = numbers.iter().filter_map(|number| Some((*number, spec.element(*number)?)));
    let plain = rows.filter(|(_, element)| element.layout().is_none());
    let values: Vec<(u8, Vec<u8>)> = plain
        .map(|(number, element)| {
            (number, value(element.content(), element.min(), element.max(), seed + usize::from(number)))
        })
        .collect();
    let mut builder = Builder::new(spec, Mti::FINANCIAL_REQUEST);
    builder.header(&header);
    for (number, value) in &values {
        builder.set(*number, value.as_slice());
    }
    builder.to_vec().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn plan_and_walk_agree(
        link in 0..builtin().count(),
        numbers in proptest::collection::vec(2u8..=128, 0..30),
        seed in 0usize..1000,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
        cut in proptest::option::of(any::<prop::sample::Index>()),
        tail in proptest::option::of(any::<u8>()),
    ) {
        let spec = builtin().nth(link).unwrap();
        let sound = message(spec, &numbers, seed);
        let mut parser = Parser::new(spec);
        for _ in 0..3 {
            reads_as_the_walk_does(&mut parser, &sound);
        }
        let mut wire = sound;
        for (index, octet) in changes {
            let place = index.index(wire.len());
            wire[place] = octet;
        }
        if let Some(index) = cut {
            wire.truncate(index.index(wire.len()));
        }
        wire.extend(tail);
        reads_as_the_walk_does(&mut parser, &wire);
    }

    #[test]
    fn noise_is_read_alike(
        link in 0..builtin().count(),
        wire in proptest::collection::vec(any::<u8>(), 0..80),
    ) {
        let mut parser = Parser::new(builtin().nth(link).unwrap());
        reads_as_the_walk_does(&mut parser, &wire);
    }
}

#[test]
fn each_wrong_octet_is_blamed_alike() {
    let numbers: Vec<u8> = (2..=30).chain(32..=49).chain([100, 128]).collect();
    for spec in builtin() {
        let (sound, mut parser) = (message(spec, &numbers, 7), Parser::new(spec));
        parser.learn(&sound).unwrap();
        for place in 0..sound.len() {
            for wrong in [0x07, b'x', 0xFF] {
                let mut wire = sound.clone();
                wire[place] = wrong;
                reads_as_the_walk_does(&mut parser, &wire);
            }
        }
    }
}

#[test]
fn a_parser_has_room_for_so_many_plans_and_no_more() {
    let spec = builtin().next().unwrap();
    let mut parser = Parser::<2>::sized(spec);
    for number in 2..60 {
        let wire = message(spec, &[number], 5);
        for _ in 0..3 {
            assert!(parser.parse(&wire).is_ok());
        }
    }
    assert!(format!("{parser:?}").matches('{').count() <= 2);
}
