//! What must hold for every spec and every message of it, as plain functions: the property tests
//! call them with cases that proptest draws, the fuzz targets with cases that a fuzzer does.

use cardwire::{Builder, ErrorKind, Field, Inspection, Message, MessageWriter, Spec, Template, Value};

use super::Case;
use crate::common::{Node, Tree, hex, nodes, set_all};
use crate::reference::{self, is_signed};

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

/// The message of what is not refused, and its octets. An element is refused if, and only if, its
/// octets could not be read back as what was given.
pub(crate) fn told(case: &Case) -> (Case, Vec<u8>) {
    let mut case = case.clone();
    loop {
        let error = match builder(&case).to_vec() {
            Ok(wire) => {
                assert_eq!(by_hand(&case).map(|wire| hex(&wire)), Some(hex(&wire)), "it is not read back");
                return (case, wire);
            }
            Err(error) => error,
        };
        let number = u32::from(error.field().unwrap_or_else(|| panic!("{error}")));
        let (refused, left) = case.nodes.iter().partition(|node| node.key == number);
        let alone = Case { nodes: refused, ..case.clone() };
        assert!(alone.nodes.len() == 1 && by_hand(&alone).is_none(), "it would be read back: {error}");
        let measured = builder(&alone).measure();
        assert!(measured.is_err() || error.kind() == ErrorKind::Terminator, "measured, not written: {error}");
        case.nodes = left;
    }
}

/// The octets of the message, if they can be read back as what is given.
fn by_hand(case: &Case) -> Option<Vec<u8>> {
    reference::told(case.spec, &case.mti.to_string(), case.header, &case.nodes)
}

/// What is read is copied octet by octet, also what no builder would have written so. How many elements were compared.
pub(crate) fn read_then_copied(case: &Case) -> usize {
    let mut compared = 0;
    for node in &case.nodes {
        let wire = reference::write(case.spec, &case.mti.to_string(), case.header, &[*node]);
        let Some(wire) = wire else { continue };
        let Ok(message) = Message::parse(case.spec, &wire) else { continue };
        assert_eq!(hex(&Builder::copy_of(&message, case.spec).to_vec().unwrap()), hex(&wire));
        let values: Vec<_> = message.fields().collect();
        let mut builder = Builder::new(case.spec, case.mti);
        builder.header(case.header);
        for field in &values {
            builder.set(u8::try_from(field.key().value()).unwrap(), field);
        }
        assert_eq!(hex(&builder.to_vec().unwrap()), hex(&wire), "each value for itself");
        let octets: Vec<(u8, Vec<u8>)> = values
            .iter()
            .map(|field| (u8::try_from(field.key().value()).unwrap(), field.expose().octets().collect()))
            .collect();
        for (number, octets) in &octets {
            builder.set(*number, Value::as_read(octets));
        }
        assert_eq!(hex(&builder.to_vec().unwrap()), hex(&wire), "the octets of each value");
        compared += 1;
    }
    compared
}

/// An element alone, written in each way there is, is the same octets, or is refused for the same reason.
/// How many were written, and how many the writer that streams compared.
pub(crate) fn written_in_every_way(case: &Case) -> (usize, usize) {
    let (mut written, mut in_stream) = (0, 0);
    for node in &case.nodes {
        let alone = Case { nodes: vec![*node], ..case.clone() };
        let number = u8::try_from(node.key).unwrap();
        // written, not measured first: what ends a value too early is seen in a buffer alone
        let (mut room, mut out) = (vec![0xEE; 100_000], vec![0xEE; 100_000]);
        let built = builder(&alone).write(&mut room).map_err(|error| error.kind());
        let streamed = MessageWriter::with_header(case.spec, case.header, case.mti, &mut out);
        if let (Ok(mut streamed), ..=128) = (streamed, number) {
            let put = streamed.put(number, *node).map(|_| ()).map_err(|error| error.kind());
            let streamed = put.and_then(|()| streamed.finish().map_err(|error| error.kind()));
            assert_eq!(streamed.map(hex), built.map(hex));
            in_stream += 1;
        }
        let Ok(wire) = built else { continue };
        let mut patched = wire.to_vec();
        let mut template = Template::of(case.spec, &mut patched).unwrap();
        if wire.len() < 1024 {
            template.patch(number, *node).unwrap_or_else(|error| panic!("{error}"));
        }
        assert_eq!(hex(template.wire()), hex(wire));
        written += 1;
    }
    (written, in_stream)
}

/// A number is read as that number, or is refused; with its sign, where it has one.
pub(crate) fn a_number_comes_back(case: &Case, number: i64) {
    for element in case.spec.body().elements().filter(|element| element.layout().is_none()) {
        let key = u8::try_from(element.key()).unwrap();
        let mut builder = Builder::new(case.spec, case.mti);
        let Ok(wire) = builder.header(case.header).set(key, number).to_vec() else { continue };
        let value = Message::parse(case.spec, &wire).unwrap().expose(key).unwrap();
        let digits: String = value.chars().skip(usize::from(is_signed(element.content()))).collect();
        assert_eq!(digits.parse::<u64>(), Ok(number.unsigned_abs()), "{digits} {element:?}");
        if is_signed(element.content()) {
            assert_eq!(value.octets().next(), Some(if number < 0 { b'D' } else { b'C' }));
        }
    }
}

/// What was built is read, value by value, and its copy has the same octets.
pub(crate) fn built_then_parsed_then_built(case: &Case, wire: &[u8]) {
    let message = Message::parse(case.spec, wire).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(nodes(&message), reference::expected(case.spec.body(), &case.nodes));
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
///
/// Packed digits know capitals and the separator `=` alone, so those are given.
pub(crate) fn translated_and_back(case: &Case, other: &'static Spec<'static>) {
    let packed = |node: &Node| match node.value {
        Tree::Leaf(octets) => {
            let element = case.spec.body().elements().find(|element| element.key() == node.key).unwrap();
            Node::leaf(node.key, reference::in_half_octets(element, octets.to_vec()))
        }
        Tree::Parts(_) => *node,
    };
    let (case, wire) = told(&Case { nodes: case.nodes.iter().map(packed).collect(), ..case.clone() });
    let message = Message::parse(case.spec, &wire).unwrap();
    let translated = Builder::copy_of(&message, other).to_vec().unwrap();
    let there = Message::parse(other, &translated).unwrap();
    assert_eq!(nodes(&there), nodes(&message));
    assert_eq!(hex(&Builder::copy_of(&there, case.spec).to_vec().unwrap()), hex(&wire));
}

/// Whatever the octets: no panic, errors that lie in the input, and what is accepted can be written
/// again and is then the same by value.
pub(crate) fn any_octets_have_an_answer(spec: &Spec<'_>, wire: &[u8]) {
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

/// Every accessor gives a result, whatever the value.
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
