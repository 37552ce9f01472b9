//! What must hold for every spec and every message of it, as plain functions: the property tests
//! call them with cases that proptest draws, the fuzz targets with cases that a fuzzer does.

use cardwire::{Builder, ErrorKind, Field, Inspection, Message, Spec};

use super::Case;
use crate::common::{Node, hex, nodes, set_all};

/// Octets changed at a place, which counts from the start again where it lies beyond the end; and
/// where the message is cut.
#[derive(Clone, Debug, Default)]
pub(crate) struct Damage {
    pub(crate) changes: Vec<(usize, u8)>,
    pub(crate) cut: Option<usize>,
}

impl Damage {
    pub(crate) fn of(&self, wire: &[u8]) -> Vec<u8> {
        let mut wire = wire.to_vec();
        let len = wire.len();
        for (place, octet) in &self.changes {
            wire[place % len] = *octet;
        }
        if let Some(cut) = self.cut {
            wire.truncate(cut % len);
        }
        wire
    }
}

pub(crate) fn builder(case: &Case) -> Builder<'static> {
    let mut builder = Builder::new(case.spec, case.mti);
    builder.header(case.header);
    set_all(&mut builder, &case.nodes);
    builder
}

pub(crate) fn wire(case: &Case) -> Vec<u8> {
    builder(case).to_vec().unwrap_or_else(|error| panic!("{error}"))
}

/// What was built is read, value by value, and its copy has the same octets.
pub(crate) fn built_then_parsed_then_built(case: &Case, wire: &[u8]) {
    let message = Message::parse(case.spec, wire).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(nodes(&message), case.nodes);
    assert_eq!(message.mti(), case.mti);
    assert_eq!(message.header(), case.header);
    assert_eq!(hex(&Builder::copy_of(&message, case.spec).to_vec().unwrap()), hex(wire));
}

/// What is measured is written, over whatever was in the buffer, and no octet more.
pub(crate) fn measured_is_written(case: &Case, dirt: u8) {
    let builder = builder(case);
    let needed = builder.measure().unwrap();
    let clean = builder.to_vec().unwrap();
    assert_eq!(clean.len(), needed);
    let mut dirty = vec![dirt; needed + 3];
    assert_eq!(builder.write(&mut dirty).unwrap(), &clean[..]);
    assert_eq!(&dirty[needed..], &[dirt; 3]);
    for room in [0, needed / 2, needed - 1] {
        let error = builder.write(&mut vec![dirt; room]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Room, "{error}");
        assert_eq!((error.expected(), error.found()), (needed, room));
    }
}

/// A message in another dialect of its table has the same values, and back again the same octets.
pub(crate) fn translated_and_back(case: &Case, other: &'static Spec<'static>) {
    let wire = wire(case);
    let message = Message::parse(case.spec, &wire).unwrap();
    let translated = Builder::copy_of(&message, other).to_vec().unwrap();
    let there = Message::parse(other, &translated).unwrap();
    assert_eq!(nodes(&there), case.nodes);
    assert_eq!(hex(&Builder::copy_of(&there, case.spec).to_vec().unwrap()), hex(&wire));
}

/// Whatever the octets: no panic, errors that lie in the input, and what is accepted can be written
/// again and is then the same by value.
pub(crate) fn any_octets_have_an_answer(spec: &'static Spec<'static>, wire: &[u8]) {
    let inspection = Inspection::of(spec, wire);
    match Message::parse(spec, wire) {
        Ok(message) => {
            assert!(inspection.error().is_none());
            let copy = Builder::copy_of(&message, spec).to_vec();
            let copy = copy.unwrap_or_else(|error| panic!("{error} {}", hex(wire)));
            let again = Message::parse(spec, &copy).unwrap();
            assert_eq!(nodes(&again), nodes(&message));
        }
        Err(error) => {
            assert_eq!(inspection.error(), Some(error));
            assert!(error.offset() <= wire.len(), "{error} of {}", wire.len());
        }
    }
    inspection.fields().for_each(|field| everything_answers(&field, wire.len()));
    assert_eq!(inspection.fields().count(), inspection.bitmap().len());
}

/// Every accessor has an answer, whatever the value.
fn everything_answers(field: &Field<'_>, len: usize) {
    let (range, value) = (field.range(), field.value_range());
    assert!(range.start <= value.start && value.end <= range.end && range.end <= len, "{field:?}");
    let clear = field.expose();
    assert_eq!(clear.octets().count(), field.len());
    assert_eq!(clear.chars().rev().count(), field.len());
    assert!(clear.digits().all(|digit| digit < 10));
    let _ = (clear.number(), clear.signed(), clear.as_str(), clear.as_bytes(), field.bytes(), field.number());
    if let Ok(text) = field.text() {
        assert!(text.trimmed().len() <= text.len());
        let _ = format!("{text} {text:?}");
    }
    assert!(clear.copy_to(&mut vec![0; field.len()]).is_ok());
    let _ = format!("{field} {field:?} {:?} {clear:?}", field.parts());
    for part in field.parts() {
        assert!(field.part(part.key().value()).is_some());
        if part.key().to_string().contains('.') {
            continue; // a text tag with the sign that separates a path has no path
        }
        let at = field.path(&part.key().to_string()).map(|found| found.key());
        assert_eq!(at, Some(part.key()), "the path {} of {field:?}", part.key());
        everything_answers(&part, len);
    }
    let _ = Node::of(field);
}
