//! One message, both ways: read, compared by value, written again.

use cardwire::import::{ElementDoc, LayoutDoc, OrderDoc, SpecDoc};
use cardwire::layout::{Form, Layout};
use cardwire::spec::{Codes, MtiCoding};
use cardwire::{
    Builder, Field, Message, Mti, Spec, Value,
    layout::{BitmapForm, Coding, Content, LengthUnit, Side},
    write::PartList,
};

use crate::report::Outcome;

/// A value as a peer has it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Tree {
    Text(String),
    Octets(Vec<u8>),
    /// The parts of a composite in wire order.
    Parts(Vec<Tree>),
    /// The parts of a composite by number, position or tag; unlisted ones may have been dropped.
    Keyed(Vec<(u32, Tree)>),
    /// A number, which has no leading zeros.
    Number(String),
    /// One that says nothing about the octets: a moment in time, an object.
    Opaque,
}

/// Elements of a message by number, as a peer has them.
pub(crate) type Values = Vec<(u8, Tree)>;

/// A spec of one element, with a binary MTI and bitmap in front.
pub(crate) fn alone(mut element: ElementDoc, number: u8) -> SpecDoc {
    element.key = number.into();
    let order = OrderDoc::Bitmap(BitmapForm::new(Coding::Raw));
    let body = LayoutDoc { order, elements: vec![element] };
    SpecDoc { name: "alone".into(), header: 0, mti: MtiCoding::Bcd, codes: Codes::Iso, body }
}

/// The octets of one element behind the MTI and the bitmap that announce it.
pub(crate) fn announced(number: u8, octets: &[u8]) -> Vec<u8> {
    let mut bits = 1u128 << (128 - u32::from(number));
    let long = number > 64;
    if long {
        bits |= 1 << 127;
    }
    let bitmap = &bits.to_be_bytes()[..if long { 16 } else { 8 }];
    [&[0x08, 0x00], bitmap, octets].concat()
}

/// Reads the octets; they must hold the values, and be written again from a copy and from the
/// values.
pub(crate) fn both_ways(doc: &SpecDoc, wire: &[u8], values: &Values) -> Outcome {
    let replayed = doc.with(|spec| {
        let message = match Message::parse(spec, wire) {
            Ok(message) => message,
            Err(error) => return Outcome::Refused(format!("{:?}, {error}", error.kind())),
        };
        match Builder::copy_of(&message, spec).to_vec() {
            Ok(copy) if copy == wire => {}
            Ok(copy) if copy.eq_ignore_ascii_case(wire) => {
                return Outcome::Differs("the copy is in another case".into());
            }
            Ok(_) => return Outcome::Differs("the copy is not the input".into()),
            Err(error) => return Outcome::Differs(format!("the copy: {error}")),
        }
        let numbers: Vec<u8> = message.bitmap().iter().collect();
        if numbers != values.iter().map(|(number, _)| *number).collect::<Vec<_>>() {
            return Outcome::Differs(format!("the message has elements {numbers:?}"));
        }
        for (number, value) in values {
            let field = message.get(*number).unwrap();
            if let Err(said) = compare(&field, value) {
                return Outcome::Differs(format!("element {number}: {said}"));
            }
        }
        rebuild(&message, values, wire)
    });
    replayed.unwrap_or_else(|error| Outcome::Refused(format!("spec: {error}")))
}

/// Builds the message from the peer's values alone.
fn rebuild(message: &Message<'_>, values: &Values, wire: &[u8]) -> Outcome {
    let mut builder = Builder::copy_of(message, message.spec());
    for (number, tree) in values {
        builder.set(*number, value_of(tree, message.get(*number).unwrap()));
    }
    match builder.to_vec() {
        Ok(built) if built == wire => Outcome::Exact,
        Ok(built) if built.eq_ignore_ascii_case(wire) => {
            Outcome::Differs("it is built in another case".into())
        }
        Ok(_) => Outcome::Differs("built from the values it is not the input".into()),
        Err(error) => Outcome::Refused(format!("building: {:?}, {error}", error.kind())),
    }
}

/// A peer's value in the form the element takes; leaked, as a test may.
fn value_of<'a>(tree: &Tree, field: Field<'a>) -> Value<'a> {
    match tree {
        Tree::Opaque | Tree::Number(_) => Value::from(&*Box::leak(Box::new(field))),
        Tree::Octets(octets) => Value::from(&*octets.clone().leak()),
        Tree::Text(text) => Value::from(&*logical(&field, text).leak()),
        Tree::Parts(parts) => {
            let keyed = field.parts().zip(parts);
            list(keyed.map(|(part, tree)| (part.key().value(), value_of(tree, part))).collect())
        }
        Tree::Keyed(parts) => {
            let keyed = matched(&field, parts).into_iter();
            list(
                keyed
                    .map(|(part, tree)| (part.key().value(), value_of(tree.unwrap_or(&Tree::Opaque), part)))
                    .collect(),
            )
        }
    }
}

/// A peer's value as it is; leaked, as a test may.
fn plain<'a>(tree: &Tree) -> Value<'a> {
    match tree {
        Tree::Opaque => Value::from(""),
        Tree::Octets(octets) => Value::from(&*octets.clone().leak()),
        Tree::Text(text) | Tree::Number(text) => Value::from(&*text.clone().leak()),
        Tree::Parts(parts) => list((1..).zip(parts).map(|(key, tree)| (key, plain(tree))).collect()),
        Tree::Keyed(parts) => list(parts.iter().map(|(key, tree)| (*key, plain(tree))).collect()),
    }
}

/// Builds a message of values alone; what stands in the way is said.
pub(crate) fn built(doc: &SpecDoc, mti: Mti, values: &Values) -> Result<Vec<u8>, String> {
    let build = |spec: &Spec<'_>| {
        let mut builder = Builder::new(spec, mti);
        for (number, tree) in values {
            builder.set(*number, plain(tree));
        }
        builder.to_vec().map_err(|error| error.to_string())
    };
    doc.with(build).unwrap()
}

fn list<'a>(parts: Vec<(u32, Value<'a>)>) -> Value<'a> {
    Value::from(&*Box::leak(Box::new(List(parts))) as &dyn PartList<'a>)
}

/// Each part with what the peer has for it: the first of its key that is not yet taken.
fn matched<'a, 't>(field: &Field<'a>, parts: &'t [(u32, Tree)]) -> Vec<(Field<'a>, Option<&'t Tree>)> {
    let mut left: Vec<Option<&(u32, Tree)>> = parts.iter().map(Some).collect();
    let mut pairs = Vec::new();
    for part in field.parts() {
        let key = part.key().value();
        let found = left.iter_mut().find(|slot| slot.is_some_and(|(known, _)| *known == key));
        pairs.push((part, found.and_then(Option::take).map(|(_, tree)| tree)));
    }
    pairs
}

struct List<'a>(Vec<(u32, Value<'a>)>);

impl<'a> PartList<'a> for List<'a> {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn key(&self, index: usize, _: &Layout<'_>) -> Option<u32> {
        self.0.get(index).map(|(key, _)| *key)
    }

    fn value(&self, index: usize) -> Option<Value<'a>> {
        self.0.get(index).map(|(_, value)| *value)
    }
}

/// The characters of a peer's text as the element holds them.
fn logical(field: &Field<'_>, text: &str) -> Vec<u8> {
    let latin: Vec<u8> =
        text.chars().map(|character| u8::try_from(u32::from(character)).unwrap_or(b'?')).collect();
    match (field.content(), latin.first()) {
        // jPOS writes a sign of its own in front of zoned digits
        (Content::Xn, Some(b'-')) => [b"D", &latin[1..]].concat(),
        (Content::Xn, Some(b'0'..=b'9')) => [b"C", &latin[..]].concat(),
        // jPOS reads the separator of packed tracks as either
        (Content::Z, _) => latin.iter().map(|octet| if *octet == b'D' { b'=' } else { *octet }).collect(),
        _ => latin,
    }
}

fn compare(field: &Field<'_>, tree: &Tree) -> Result<(), String> {
    let octets: Vec<u8> = field.expose().octets().collect();
    let element = field.element();
    let same = match tree {
        Tree::Opaque => true,
        Tree::Number(text) => {
            let zeros = octets.iter().take_while(|octet| **octet == b'0').count();
            octets[zeros..] == *text.trim_start_matches('0').as_bytes()
        }
        Tree::Octets(expected) => {
            let mut expected = expected.clone();
            if element.form() == Form::Fixed {
                pad(&mut expected, element);
            }
            octets == expected
        }
        Tree::Parts(parts) => {
            let ours: Vec<Field<'_>> = field.parts().collect();
            if ours.len() != parts.len() {
                return Err(format!("it has {} parts, the peer's {}", ours.len(), parts.len()));
            }
            return ours.iter().zip(parts).try_for_each(|(part, tree)| compare_part(part, tree));
        }
        Tree::Keyed(parts) => return compare_keyed(field, parts),
        Tree::Text(text) => same_text(field, &octets, text)?,
    };
    if same { Ok(()) } else { Err("another value".into()) }
}

fn compare_part(part: &Field<'_>, tree: &Tree) -> Result<(), String> {
    compare(part, tree).map_err(|said| format!("part {}: {said}", part.key()))
}

fn compare_keyed(field: &Field<'_>, parts: &[(u32, Tree)]) -> Result<(), String> {
    let pairs = matched(field, parts);
    if pairs.iter().filter(|(_, tree)| tree.is_some()).count() != parts.len() {
        return Err("a part of the peer is not there".into());
    }
    let layout = field.element().layout().unwrap();
    let is_listed = |part: &Field<'_>| layout.elements().any(|known| known.key() == part.key().value());
    pairs.iter().try_for_each(|(part, tree)| match tree {
        Some(tree) => compare_part(part, tree),
        // a peer may drop what its spec does not list
        None if !is_listed(part) => Ok(()),
        None => Err(format!("part {}: the peer has none", part.key())),
    })
}

/// Whether an element holds a peer's text, which may want its fill.
fn same_text(field: &Field<'_>, octets: &[u8], text: &str) -> Result<bool, String> {
    let element = field.element();
    if field.content() == Content::N && text.bytes().any(|octet| !octet.is_ascii_digit()) {
        return Err("a letter in digits".into());
    }
    let mut expected = logical(field, text);
    if element.form() == Form::Fixed && expected.len() > element.max() {
        return Err("a value longer than the field".into());
    }
    if element.form() == Form::Fixed {
        pad(&mut expected, element);
    }
    let half_bytes = matches!(element.form(), Form::Prefixed(prefix) if prefix.counts == LengthUnit::Nibbles);
    if half_bytes && expected.len() % 2 == 1 {
        // behind such a length a pad nibble cannot be told from a digit
        match element.pad_nibble().side {
            Side::Left => expected.insert(0, b'0'),
            Side::Right => expected.push(b'0'),
        }
    }
    Ok(match field.content() {
        Content::H => octets.eq_ignore_ascii_case(&expected),
        _ => octets == expected,
    })
}

/// jPOS fills what is fixed: digits in front, behind a sign, text behind.
fn pad(value: &mut Vec<u8>, element: &cardwire::layout::Element<'_>) {
    let missing = element.max().saturating_sub(value.len());
    let Some(fill) = element.fill() else { return };
    let signed = matches!(element.content(), Content::Xn | Content::Yn) && !value.is_empty();
    let at = match fill.side {
        Side::Left => usize::from(signed),
        Side::Right => value.len(),
    };
    value.splice(at..at, std::iter::repeat_n(fill.with, missing));
}
