//! Both parsers on one input.

use cardwire::{Error, Inspection, Message, Spec, model::Place};

use super::{Failure, Region};
use crate::common::{Node, hex};

/// An error names an element and the outermost three of the parts within.
const KEYS: usize = 4;

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

/// Verdict, values, and kind, place and offset of the error must be those of the reference.
pub(crate) fn compare(spec: &Spec<'static>, wire: &[u8]) {
    let mut expected = super::parse(spec, wire);
    if let Some(failure) = &mut expected.failure {
        failure.keys.truncate(KEYS);
    }
    let found = Inspection::of(spec, wire);
    let input = || format!("{} {}", spec.name(), hex(wire));
    assert_eq!(found.error().map(in_its_words), expected.failure, "{}", input());
    assert_eq!(found.mti().map(|mti| mti.to_string()), expected.mti, "{}", input());
    let fields: Vec<Node> = found.fields().map(|field| Node::of(&field)).collect();
    assert_eq!(fields, expected.fields, "{}", input());
    assert_eq!(Message::parse(spec, wire).err(), found.error(), "{}", input());
}
