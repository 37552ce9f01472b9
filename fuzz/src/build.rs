//! What was set comes out again: a list of calls, a message, and the same values read from it; by a form as by a
//! builder.

use arbitrary::Arbitrary;
use cardwire::layout::Form;
use cardwire::spec::builtin;
use cardwire::{
    Builder, ErrorKind, Message, MessageForm, Mti, Spec, Value,
    layout::{Coding, Content, Element},
};

/// A message to build: calls of `set` in any order.
#[derive(Arbitrary, Debug)]
pub struct Plan<'a> {
    spec: u8,
    mti: u16,
    sets: Vec<(u8, Given<'a>)>,
}

#[derive(Arbitrary, Debug)]
enum Given<'a> {
    /// Whatever it is: it may be refused.
    Raw(&'a [u8]),
    /// Made to fit the element: it must be taken.
    Fit(&'a [u8]),
    /// It may not fit.
    Number(u64),
}

/// Builds, reads, and compares every value.
pub fn build(plan: &Plan<'_>) {
    let specs: Vec<_> = builtin().collect();
    let spec = specs[usize::from(plan.spec) % specs.len()];
    let elements: Vec<_> = spec.body().elements().collect();
    let mti: Mti = format!("{:04}", plan.mti % 10_000).parse().expect("four digits");
    let mut values: Vec<(u8, &Given<'_>, Vec<u8>)> = Vec::new();
    for (choice, given) in &plan.sets {
        let element = elements[usize::from(*choice) % elements.len()];
        let number = u8::try_from(element.key()).expect("a number of an element");
        values.retain(|(before, ..)| *before != number);
        values.push((number, given, value(element, given)));
    }
    let header = vec![0x60; spec.header()];
    let mut builder = Builder::new(spec, mti);
    builder.header(&header);
    for (number, given, octets) in &values {
        match given {
            Given::Number(value) => builder.set(*number, *value),
            _ => builder.set(*number, octets.as_slice()),
        };
    }
    by_form(&builder, spec, mti, &values);
    let Ok(size) = builder.measure() else { return refused(&builder, &values, &elements) };
    let mut room = vec![0xEE; size];
    let wire = match builder.write(&mut room) {
        Ok(wire) => wire.to_vec(),
        Err(_) => return refused(&builder, &values, &elements),
    };
    assert_eq!(wire.len(), size, "measured is written");
    let error = builder.write(&mut room[1..]).expect_err("one octet is missing");
    assert_eq!((error.kind(), error.expected()), (ErrorKind::Room, size));
    read_again(&Message::parse(spec, &wire).expect("what was written can be read"), mti, &values);
}

/// A form of these elements writes what the builder writes, and refuses what it refuses.
fn by_form(builder: &Builder<'_>, spec: &Spec<'_>, mti: Mti, values: &[(u8, &Given<'_>, Vec<u8>)]) {
    if spec.header() > 0 {
        return;
    }
    let values: Vec<(u8, Value<'_>)> = values
        .iter()
        .map(|(number, given, octets)| match given {
            Given::Number(value) => (*number, Value::from(*value)),
            _ => (*number, octets.as_slice().into()),
        })
        .collect();
    let numbers: Vec<u8> = values.iter().map(|(number, _)| *number).collect();
    let form = MessageForm::new(spec, mti, &numbers).expect("its own elements");
    for room in [0, 64, 1 << 16] {
        let (mut formed, mut built) = (vec![0xEE; room], vec![0xEE; room]);
        assert_eq!(form.write(&values, &mut formed), builder.write(&mut built));
    }
}

fn read_again(message: &Message<'_>, mti: Mti, values: &[(u8, &Given<'_>, Vec<u8>)]) {
    assert_eq!(message.mti(), mti);
    assert_eq!(message.bitmap(), values.iter().map(|(number, ..)| *number).collect());
    for (number, given, octets) in values {
        let field = message.get(*number).expect("what was set is there");
        let found: Vec<u8> = field.expose().octets().collect();
        match given {
            Given::Number(value) => assert!(found.ends_with(value.to_string().as_bytes()), "field {number}"),
            // filled to its length on one side, and otherwise as it was
            _ => {
                let octets = as_read(field.element(), octets);
                assert!(found.starts_with(&octets) || found.ends_with(&octets), "field {number}");
            }
        }
        assert!(
            found.len() == octets.len()
                || matches!(field.element().form(), Form::Fixed | Form::IfLetter)
                || is_number(given)
        );
    }
}

/// A refusal is right when one of the values need not be taken.
fn refused(builder: &Builder<'_>, values: &[(u8, &Given<'_>, Vec<u8>)], elements: &[&Element<'_>]) {
    let error = builder.to_vec().expect_err("refused once, refused again");
    // of packed digits whose octets are counted, the last one may look like the pad nibble
    let is_packed = |element: &Element<'_>| element.coding() == Coding::Bcd;
    let is_digit_count = error.kind() == ErrorKind::DigitCount;
    let may_be_refused = values.iter().any(|(number, given, _)| {
        let element = elements.iter().find(|element| element.key() == u32::from(*number));
        !matches!(given, Given::Fit(_))
            || element.is_none_or(|element| {
                element.layout().is_some()
                    || is_digit_count && error.field() == Some(*number) && is_packed(element)
            })
    });
    assert!(may_be_refused, "{error}");
    assert!(!matches!(error.kind(), ErrorKind::Room | ErrorKind::Spec(_)), "{error}");
}

fn is_number(given: &Given<'_>) -> bool {
    matches!(given, Given::Number(_))
}

/// The octets to set: those given, or those given made to fit class and length.
fn value(element: &Element<'_>, given: &Given<'_>) -> Vec<u8> {
    let (raw, fits) = match given {
        Given::Raw(raw) => (*raw, false),
        Given::Fit(raw) => (*raw, true),
        Given::Number(_) => return Vec::new(),
    };
    if !fits {
        return raw.to_vec();
    }
    let content = element.content();
    let least = if content == Content::Xn { element.max() } else { element.min() };
    let len = raw.len().clamp(least, element.max());
    let raw = raw.iter().copied().chain(std::iter::repeat(0));
    raw.take(len).enumerate().map(|(index, octet)| admitted(element, index, octet)).collect()
}

/// An octet the class admits, near the one given.
fn admitted(element: &Element<'_>, index: usize, octet: u8) -> u8 {
    let mut near = (0..=u8::MAX).map(|step| octet.wrapping_add(step));
    near.find(|octet| element.content().admits(index, *octet)).expect("every class admits something")
}

/// What is read where `octets` were written: packed, both separators of a track are one half byte.
fn as_read(element: &Element<'_>, octets: &[u8]) -> Vec<u8> {
    let is_packed_track = element.content() == Content::Z && element.coding() == Coding::Bcd;
    let read = |octet: &u8| if is_packed_track && *octet == b'D' { b'=' } else { *octet };
    octets.iter().map(read).collect()
}
