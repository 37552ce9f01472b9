//! Golden messages, both ways: what the file says is what parsing gives and what building writes.
//!
//! The octets were made by a script of their own from the collected facts, not by this library.

mod common;

use std::collections::BTreeSet;

use cardwire::{Builder, ErrorKind, Inspection, Message, Mti, model::Place, spec};
use common::golden::{self, octets};
use common::{nodes, set_all};

#[test]
fn every_builtin_spec_has_its_messages() {
    for spec in spec::builtin() {
        let of_spec = golden::all()
            .into_iter()
            .filter(|golden| golden.wires.iter().any(|(candidate, _)| candidate.name() == spec.name()));
        let classes: BTreeSet<char> = of_spec.map(|golden| golden.mti.chars().nth(1).unwrap()).collect();
        let expected = match spec.name() {
            "ipm-ebcdic" | "ipm-ascii" => "26",
            // differs from iso87-bcd in one element
            "iso87-bcd-n49" => "2",
            _ => "458",
        };
        assert!(expected.chars().all(|class| classes.contains(&class)), "{}: {classes:?}", spec.name());
    }
}

#[test]
fn parsing_gives_what_the_file_says() {
    for golden in golden::all() {
        for (spec, wire) in &golden.wires {
            let at = format!("{} in {}", golden.name, spec.name());
            let message = Message::parse(spec, wire).unwrap_or_else(|error| panic!("{at}: {error}"));
            assert_eq!(message.mti(), &golden.mti[..], "{at}");
            let said = golden.lines.iter().map(|(path, _)| path.split('.').next().unwrap().parse().unwrap());
            let said: BTreeSet<u8> = said.collect();
            assert_eq!(message.bitmap().iter().collect::<BTreeSet<u8>>(), said, "{at}");
            for (path, value) in &golden.lines {
                let same: Vec<&String> =
                    golden.lines.iter().filter(|(other, _)| other == path).map(|(_, value)| value).collect();
                let field = message.path(path).unwrap_or_else(|| panic!("{at}: no {path}"));
                let clear = field.expose();
                // of parts with one tag, a path names the first
                if same[0] == value {
                    assert!(clear == octets(field.element(), value)[..], "{at}: {path}");
                }
                if !path.contains('.') {
                    let number = path.parse().unwrap();
                    assert!(message.get(number).unwrap().expose() == clear, "{at}: {path}");
                    assert_eq!(
                        &message.wire()[field.range()][field.range().len() - field.value_range().len()..],
                        &message.wire()[field.value_range()],
                        "{at}: {path}"
                    );
                }
            }
        }
    }
}

#[test]
fn building_gives_the_octets_of_the_file() {
    for golden in golden::all() {
        let mti: Mti = golden.mti.parse().unwrap();
        for (spec, wire) in &golden.wires {
            let at = format!("{} in {}", golden.name, spec.name());
            let mut builder = Builder::new(spec, mti);
            let written = set_all(&mut builder, &golden.nodes(spec)).to_vec();
            assert_eq!(
                common::hex(&written.unwrap_or_else(|error| panic!("{at}: {error}"))),
                common::hex(wire),
                "{at}"
            );
            let backwards: Vec<_> = golden.nodes(spec).into_iter().rev().collect();
            let mut builder = Builder::new(spec, mti);
            assert_eq!(set_all(&mut builder, &backwards).to_vec().unwrap(), *wire, "{at}: in any order");
        }
    }
}

#[test]
fn a_copy_is_the_message_and_a_translation_is_the_message_of_the_other_dialect() {
    for golden in golden::all() {
        for (spec, wire) in &golden.wires {
            let message = Message::parse(spec, wire).unwrap();
            for (other, expected) in &golden.wires {
                let copy = Builder::copy_of(&message, other).to_vec().unwrap();
                assert_eq!(&copy, expected, "{} from {} to {}", golden.name, spec.name(), other.name());
                assert_eq!(nodes(&Message::parse(other, &copy).unwrap()), nodes(&message));
            }
        }
    }
}

#[test]
fn every_proper_prefix_is_an_error_in_its_place() {
    for (name, spec, wire) in golden::wires() {
        let whole = Message::parse(spec, &wire).unwrap();
        for end in 0..wire.len() {
            let at = format!("{name} in {}, {end} of {}", spec.name(), wire.len());
            let inspection = Inspection::of(spec, &wire[..end]);
            let error = inspection.error().unwrap_or_else(|| panic!("{at}: accepted"));
            assert_eq!(error.kind(), ErrorKind::Truncated, "{at}: {error}");
            assert!(error.offset() <= end && error.found() == end - error.offset(), "{at}: {error}");
            assert!(error.found() < error.expected() && error.parts().next().is_none(), "{at}: {error}");
            let complete: Vec<u8> = whole
                .fields()
                .filter(|field| field.range().end <= end)
                .map(|field| u8::try_from(field.key().value()).unwrap())
                .collect();
            assert_eq!(inspection.bitmap().iter().collect::<Vec<_>>(), complete, "{at}");
            assert!(inspection.fields().eq_by_value(&whole), "{at}");
            let next = whole.fields().find(|field| field.range().end > end).unwrap();
            let first = whole.fields().next().unwrap();
            let mti = if matches!(spec.mti(), spec::MtiCoding::Bcd) { 2 } else { 4 };
            let place = match end {
                _ if end < mti => Place::Mti,
                _ if end < first.range().start => Place::Bitmap,
                _ => Place::Element(u8::try_from(next.key().value()).unwrap()),
            };
            assert_eq!(error.place(), place, "{at}: {error}");
            assert_eq!(inspection.mti().is_some(), end >= mti, "{at}");
        }
    }
}

#[test]
fn an_octet_more_is_trailing() {
    for (name, spec, wire) in golden::wires() {
        for octet in [0, b'0', b' ', 0xFF] {
            let longer = [&wire[..], &[octet]].concat();
            let error = Message::parse(spec, &longer).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Trailing, "{name} in {}", spec.name());
            assert_eq!((error.place(), error.offset(), error.found()), (Place::Whole, wire.len(), 1));
        }
    }
}

/// Whether fields of a part are the same as those of the whole.
trait EqByValue {
    fn eq_by_value(self, whole: &Message<'_>) -> bool;
}

impl<'a, I: Iterator<Item = cardwire::Field<'a>>> EqByValue for I {
    fn eq_by_value(mut self, whole: &Message<'_>) -> bool {
        self.all(|field| {
            let number = u8::try_from(field.key().value()).unwrap();
            whole.get(number).is_some_and(|other| other.expose() == field.expose())
        })
    }
}
