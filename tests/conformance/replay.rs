//! One message, both ways: read, compared by value, written again.

use cardwire::import::{ElementDoc, LayoutDoc, OrderDoc, SpecDoc};
use cardwire::layout::Form;
use cardwire::spec::{Codes, MtiCoding};
use cardwire::{
    Builder, Field, Message, Mti, Spec, Value,
    layout::{BitmapForm, Coding, Content, Side},
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
    /// Text in the form of its class: numbers have no leading zeros.
    OfClass(String),
    /// BER objects within a value that has no parts here, by tag.
    Objects(Vec<(u32, Tree)>),
    /// Values announced by a bitmap of two octets, within one that has no parts here, by number.
    Numbered(Vec<(u32, Tree)>),
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

/// The octets of one element after the MTI and the bitmap that announce it.
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
        Tree::Opaque | Tree::Number(_) | Tree::Objects(_) | Tree::Numbered(_) => {
            Value::from(&*Box::leak(Box::new(field)))
        }
        Tree::OfClass(_) if field.content() == Content::B => Value::from(&*Box::leak(Box::new(field))),
        Tree::OfClass(text) if field.content() == Content::N => number(text, &field),
        Tree::OfClass(text) => Value::from(&*logical(&field, text).leak()),
        Tree::Octets(octets) if field.element().coding() == Coding::Bcd => {
            Value::from(&*digits(&field, octets).leak())
        }
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
        Tree::Opaque | Tree::Objects(_) | Tree::Numbered(_) => Value::from(""),
        Tree::Octets(octets) => Value::from(&*octets.clone().leak()),
        Tree::Text(text) | Tree::Number(text) | Tree::OfClass(text) => Value::from(&*text.clone().leak()),
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
    Value::from(&*parts.leak())
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
        Tree::Number(text) => same_number(&octets, text),
        Tree::OfClass(text) if field.content() == Content::N => same_number(&octets, text),
        Tree::OfClass(text) if field.content() == Content::B => same_octets(&octets, text),
        Tree::OfClass(text) => same_text(field, &octets, text)?,
        Tree::Objects(objects) => return same_objects(&octets, objects),
        Tree::Numbered(values) => return same_numbered(&octets, values),
        Tree::Octets(expected) if element.coding() == Coding::Bcd => octets == digits(field, expected),
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

/// Whether digits are those of a number, which has no leading zeros.
fn same_number(digits: &[u8], number: &str) -> bool {
    let zeros = digits.iter().take_while(|octet| **octet == b'0').count();
    digits[zeros..] == *number.trim_start_matches('0').as_bytes()
}

/// A number as a value, with the zeros of the field.
fn number<'a>(text: &str, field: &Field<'a>) -> Value<'a> {
    let units = field.expose().octets().count();
    Value::from(&*format!("{text:0>units$}").into_bytes().leak())
}

/// The digits that octets pack, without the half byte that none of them is.
fn digits(field: &Field<'_>, octets: &[u8]) -> Vec<u8> {
    let mut digits: Vec<u8> = octets.iter().flat_map(|octet| format!("{octet:02X}").into_bytes()).collect();
    if field.expose().octets().count() % 2 == 1 {
        match field.element().pad_nibble().side {
            Side::Left => digits.remove(0),
            Side::Right => digits.pop().unwrap(),
        };
    }
    digits
}

/// Whether octets are these BER objects and nothing else, each with a tag of up to three octets and a
/// length of one.
fn same_objects(mut octets: &[u8], objects: &[(u32, Tree)]) -> Result<(), String> {
    for (tag, value) in objects {
        let Tree::Octets(value) = value else { return Err("an object that is not of octets".into()) };
        let tag: Vec<u8> = tag.to_be_bytes().into_iter().skip_while(|octet| *octet == 0).collect();
        let object = [&tag[..], &[u8::try_from(value.len()).unwrap()], value].concat();
        octets = octets.strip_prefix(&object[..]).ok_or_else(|| format!("object {tag:02X?} is another"))?;
    }
    if octets.is_empty() { Ok(()) } else { Err("there are more objects".into()) }
}

/// Whether octets announce these numbers, and hold their values one after the other, whatever stands
/// before each; what is no number is the tag of an object after them.
///
/// The bitmap has two octets, and one more for each first bit of an octet that is set; the last bit says
/// that objects follow.
fn same_numbered(octets: &[u8], values: &[(u32, Tree)]) -> Result<(), String> {
    let further = octets[2..].iter().zip(octets[..1].iter().chain(&octets[2..]));
    let len = 2 + further.take_while(|(_, before)| **before & 0x80 != 0).count();
    let (bitmap, mut rest) = octets.split_at(len);
    let bits = |octet: &u8| (0..8).map(|bit| octet & (0x80 >> bit) != 0).collect::<Vec<_>>();
    let mut flags: Vec<bool> = bitmap[..2].iter().flat_map(bits).skip(1).collect();
    flags.extend(bitmap[2..].iter().flat_map(|octet| bits(octet).split_off(1)));
    let has_objects = flags.pop().unwrap();
    let announced: Vec<u32> =
        (1..).zip(flags).filter(|(_, is_set)| *is_set).map(|(number, _)| number).collect();
    let (numbered, objects) = values.split_at(announced.len().min(values.len()));
    if announced != numbered.iter().map(|(number, _)| *number).collect::<Vec<_>>() {
        return Err(format!("it announces {announced:?}"));
    }
    for (number, value) in numbered {
        let forms: Vec<Vec<u8>> = match value {
            Tree::Octets(octets) => vec![octets.clone()],
            Tree::Text(text) => {
                let digits = |text: &str| text.as_bytes().chunks(2).map(packed).collect();
                vec![text.clone().into_bytes(), digits(&format!("{text}0")), digits(text)]
            }
            _ => return Err(format!("value {number} is of parts")),
        };
        let found = |at: usize| forms.iter().find_map(|form| rest[at..].strip_prefix(&form[..]));
        rest = (0..rest.len()).find_map(found).ok_or_else(|| format!("value {number} is not there"))?;
    }
    match has_objects {
        true => same_objects(rest, objects),
        false if rest.is_empty() && objects.is_empty() => Ok(()),
        false => Err("there is more than the values".into()),
    }
}

/// Two digits in an octet, whatever characters they are.
fn packed(pair: &[u8]) -> u8 {
    pair.iter().fold(0, |octet, digit| octet << 4 | digit & 0x0F)
}

/// Whether octets are a text: its characters, or its digits packed with `F` after them.
fn same_octets(octets: &[u8], text: &str) -> bool {
    let digits: String = octets.iter().map(|octet| format!("{octet:02X}")).collect();
    octets == text.as_bytes() || digits.trim_end_matches('F') == text
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
    Ok(match field.content() {
        Content::H => octets.eq_ignore_ascii_case(&expected),
        _ => octets == expected,
    })
}

/// jPOS fills what is fixed: digits in front, after a sign, text after.
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
