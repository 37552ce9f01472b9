//! A parser that has plans reads every input as one that has none: same message, same error, same
//! place. Held on sound messages of every link, and on what a few changed octets make of them.

mod common;

use cardwire::layout::{Shape, ans, b, h, n, row, z};
use cardwire::mask::OPEN;
use cardwire::spec::{ISO87_ASCII, builtin};
use cardwire::{
    Builder, Dialect, Message, Mti, Parser, Spec,
    layout::{Coding, Content, PadNibble, PrefixCoding, Side},
};
use common::alike::reads_as_the_walk_does;
use common::{golden, spec_of};
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
fn each_invalid_octet_is_named_alike() {
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

/// The bitmaps that a parser has plans for.
fn planned<const PLANS: usize>(parser: &Parser<'_, PLANS>) -> Vec<String> {
    let text = format!("{parser:?}");
    text.split('{').skip(1).map(|plan| plan[..plan.find('}').unwrap()].to_owned()).collect()
}

/// Messages of one element each, and its number.
fn kinds(spec: &Spec<'static>) -> Vec<(String, Vec<u8>)> {
    let is_plain = |number: &u8| spec.element(*number).is_some_and(|element| element.layout().is_none());
    let numbers = (2..=128).filter(is_plain);
    numbers.map(|number| (number.to_string(), message(spec, &[number], 5))).collect()
}

#[test]
fn a_parser_has_room_for_so_many_plans_and_no_more() {
    let spec = builtin().next().unwrap();
    let (names, wires): (Vec<String>, Vec<Vec<u8>>) = kinds(spec).into_iter().unzip();
    fn fed<const PLANS: usize>(spec: &'static Spec<'static>, wires: &[Vec<u8>]) -> Vec<String> {
        let mut parser = Parser::<PLANS>::sized(spec);
        for wire in wires.iter().flat_map(|wire| [wire; 3]) {
            assert_eq!(parser.parse(wire).unwrap().bitmap(), Message::parse(spec, wire).unwrap().bitmap());
            assert_eq!(parser.scan(wire).unwrap().wire(), wire);
        }
        planned(&parser)
    }
    assert_eq!((fed::<0>(spec, &wires), fed::<1>(spec, &wires).len()), (vec![], 1));
    assert_eq!((fed::<2>(spec, &wires).len(), fed::<16>(spec, &wires).len()), (2, 16));
    assert_eq!(fed::<2>(spec, &wires[..2]), names[..2]);
}

#[test]
fn a_plan_is_made_when_it_is_worth_it_and_stays_while_it_is_used() {
    let spec = builtin().next().unwrap();
    let kinds = kinds(spec);
    let wire = |index: usize| kinds[index].1.as_slice();
    let mut parser = Parser::<2>::sized(spec);
    parser.parse(wire(0)).unwrap();
    assert_eq!(planned(&parser), [""; 0], "one of a kind needs no plan");
    parser.parse(wire(0)).unwrap();
    parser.learn(wire(1)).unwrap();
    let first = [kinds[0].0.as_str(), kinds[1].0.as_str()];
    assert_eq!(planned(&parser), first);
    // strangers do not drive out what comes again and again
    for stranger in 4..50 {
        for index in [0, stranger, 1, stranger, 0, 1] {
            parser.parse(wire(index)).unwrap();
        }
    }
    assert_eq!(planned(&parser), first);
    // what comes no more gives way to what comes now
    for index in [2, 3].repeat(5) {
        parser.parse(wire(index)).unwrap();
    }
    let now = planned(&parser);
    assert!(now.contains(&kinds[2].0) && now.contains(&kinds[3].0), "{now:?}");
    // a message that is wrong makes none
    let mut parser = Parser::<2>::sized(spec);
    let broken = &wire(0)[..wire(0).len() - 1];
    assert!((0..3).all(|_| parser.parse(broken).is_err()) && planned(&parser).is_empty());
}

#[test]
fn bitmaps_that_begin_alike_have_plans_of_their_own() {
    for spec in builtin() {
        let chosen: [&[u8]; 6] = [&[], &[3], &[3, 11], &[3, 70], &[3, 100], &[70]];
        let wires = chosen.map(|numbers| message(spec, numbers, 5));
        let mut parser = Parser::new(spec);
        wires.iter().for_each(|wire| parser.learn(wire).unwrap());
        for wire in wires {
            // cut anywhere, the bitmaps included, and with more after
            (0..=wire.len()).for_each(|end| reads_as_the_walk_does(&mut parser, &wire[..end]));
            for more in [1, 7, 8, 9, 24, 31, 32] {
                reads_as_the_walk_does(&mut parser, &[&wire[..], &vec![b'0'; more]].concat());
            }
        }
    }
}

/// More variable elements, more changes of class, and more odd lengths than a plan holds.
#[test]
fn messages_too_rich_for_a_plan_are_read_alike() {
    let shapes: [fn(u32) -> Shape<'static>; 4] = [
        |_| n(7).ll(),
        |number| if number % 2 == 0 { n(3) } else { ans(3) },
        |number| if number % 2 == 0 { n(5).ll() } else { b(4) },
        |number| if number % 3 == 0 { z(5).ll() } else { n(3) },
    ];
    for (dialect, shape) in
        [Dialect::ASCII, Dialect::BCD].into_iter().flat_map(|dialect| shapes.map(|shape| (dialect, shape)))
    {
        for many in [11, 12, 13, 14, 15, 16, 24, 25, 26, 55, 56, 57] {
            let rows: Vec<_> = (2..many + 2).map(|number| row(number, shape(number), "", OPEN)).collect();
            let spec = spec_of(dialect, &rows).unwrap();
            let numbers: Vec<u8> = (2..many + 2).map(|number| u8::try_from(number).unwrap()).collect();
            for seed in 0..2 {
                let (sound, mut parser) = (message(spec, &numbers, seed), Parser::new(spec));
                parser.learn(&sound).unwrap();
                reads_as_the_walk_does(&mut parser, &sound);
                for place in (0..sound.len()).step_by(1 + sound.len() / 40) {
                    let mut wire = sound.clone();
                    wire[place] ^= 0x1F;
                    reads_as_the_walk_does(&mut parser, &wire);
                }
            }
        }
    }
}

/// Parts included, which the messages above do not have: each octet changed, and cut at each.
#[test]
fn messages_with_parts_are_read_alike() {
    let mut parts = 0;
    for (_, spec, sound) in golden::wires() {
        let mut parser = Parser::new(spec);
        parser.learn(&sound).unwrap();
        parts += Message::parse(spec, &sound).unwrap().fields().filter(|field| field.is_composite()).count();
        for place in 0..sound.len() {
            if place % 3 == 0 {
                reads_as_the_walk_does(&mut parser, &sound[..place]);
            }
            let mut wire = sound.clone();
            wire[place] ^= [0x01, 0x0F, 0x80][(place + spec.name().len()) % 3];
            reads_as_the_walk_does(&mut parser, &wire);
        }
    }
    assert!(parts > 20, "{parts}");
}

/// Odd numbers of packed digits and what fills them, before neighbours that look like a fill.
#[test]
fn each_half_octet_that_fills_is_looked_at() {
    let spares = [(Side::Left, 0), (Side::Left, 9), (Side::Right, 0), (Side::Right, 9), (Side::Right, 15)];
    for pad_nibble in spares.map(|(side, nibble)| PadNibble { side, nibble }) {
        for shape in [n(7), h(7), n(7).ll(), h(7).ll(), n(8).ll(), z(8).ll()] {
            let rows = [
                row(2, ans(2), "", OPEN),
                row(3, shape.coding(Coding::Bcd).pad_nibble(pad_nibble), "", OPEN),
                row(4, b(1), "", OPEN),
            ];
            let spec = spec_of(Dialect::BCD, &rows).unwrap();
            let whole = |next: u8| {
                let mut builder = Builder::new(spec, Mti::FINANCIAL_REQUEST);
                builder.set(2, "12").set(3, "1234567").set(4, &[next]).to_vec().unwrap()
            };
            let mut parser = Parser::new(spec);
            parser.learn(&whole(0)).unwrap();
            for mut wire in [0x00, 0x05, 0x09, 0x0F, 0x55, 0x90, 0xFF].map(whole) {
                let end = wire.len() - 1;
                for (place, octet) in [end - 4, end - 1]
                    .into_iter()
                    .flat_map(|place| (0..=255).step_by(5).map(move |octet| (place, octet)))
                {
                    let before = std::mem::replace(&mut wire[place], octet);
                    reads_as_the_walk_does(&mut parser, &wire);
                    wire[place] = before;
                }
            }
        }
    }
}

/// The octets of two bitmaps differ in two places, in the same bits.
#[test]
fn bitmaps_that_differ_alike_in_two_places_are_two_bitmaps() {
    let rows = [3, 48, 80, 112, 128].map(|number| row(number, n(2), "", OPEN));
    let spec = spec_of(Dialect::ASCII, &rows).unwrap();
    let wires = [[3, 48, 128], [3, 80, 128], [3, 112, 128]].map(|numbers| message(spec, &numbers, 0));
    for learnt in &wires {
        let mut parser = Parser::new(spec);
        parser.learn(learnt).unwrap();
        wires.iter().for_each(|wire| reads_as_the_walk_does(&mut parser, wire));
    }
}

#[test]
fn bitmaps_that_come_once_have_no_plans() {
    let mut parser = Parser::new(&ISO87_ASCII);
    for (_, wire) in kinds(&ISO87_ASCII) {
        parser.parse(&wire).unwrap();
        assert_eq!(planned(&parser), [""; 0]);
    }
}

/// A prefix that announces any length, in a message of any length: only where both fit is it sound.
#[test]
fn each_length_is_read_alike_in_messages_of_each_length() {
    let prefix: [fn(u8) -> Vec<u8>; 4] = [
        |length| format!("{length:02}").into_bytes(),
        |length| format!("{length:02}").into_bytes(),
        |length| vec![(length / 10) * 16 + length % 10],
        |length| vec![length],
    ];
    let binary = Dialect { prefix: PrefixCoding::Binary, ..Dialect::ASCII };
    let forms = [(Dialect::ASCII, n(99)), (Dialect::ASCII, b(49)), (Dialect::BCD, n(99)), (binary, b(49))];
    for ((dialect, shape), prefix) in forms.into_iter().zip(prefix) {
        let rows = [row(2, shape.ll(), "", OPEN), row(3, n(26), "", OPEN)];
        let spec = spec_of(dialect, &rows).unwrap();
        let sound = message(spec, &[2, 3], 0);
        let start = Message::parse(spec, &sound).unwrap().get(2).unwrap().range().start;
        let mut parser = Parser::new(spec);
        parser.learn(&sound).unwrap();
        for (length, fill) in (0..=99).flat_map(|length| [(length, b"12"), (length, b"33")]) {
            let wire = [&sound[..start], &prefix(length), &fill.repeat(65)].concat();
            (start..wire.len()).for_each(|end| reads_as_the_walk_does(&mut parser, &wire[..end]));
        }
    }
}
