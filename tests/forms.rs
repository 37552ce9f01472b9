//! A form writes what a builder writes, octet for octet, and what one refuses the other refuses with the same error.

mod common;

use cardwire::layout::{LengthUnit, Prefix, PrefixCoding, ans, b, n, row, x_n, z};
use cardwire::mask::OPEN;
use cardwire::spec::{ISO87_ASCII, ISO87_BCD, ISO87_EBCDIC, Table, builtin, table};
use cardwire::{Builder, Dialect, ErrorKind, MessageForm, Mti, Spec, Value, model::Place};
use proptest::prelude::*;

/// A value, owned.
#[derive(Clone, Debug)]
enum Given {
    Octets(Vec<u8>),
    Number(i64),
}

impl Given {
    fn value(&self) -> Value<'_> {
        match self {
            Self::Octets(octets) => octets.into(),
            Self::Number(number) => (*number).into(),
        }
    }
}

/// Nearly always a value of some class.
fn given() -> impl Strategy<Value = Given> {
    let digits = proptest::collection::vec(b'0'..=b'9', 0..40).prop_map(Given::Octets);
    let text = proptest::collection::vec(b' '..=b'~', 0..70).prop_map(Given::Octets);
    let any = proptest::collection::vec(any::<u8>(), 0..12).prop_map(Given::Octets);
    let number = (-9i64..10_000_000).prop_map(Given::Number);
    prop_oneof![4 => digits, 2 => text, 1 => any, 2 => number]
}

/// Values that each are one of the element, as far as a builder takes them, by number; none twice.
fn sound(spec: &Spec<'_>, candidates: &[(u8, Given)]) -> Vec<(u8, Given)> {
    let mut sound: Vec<(u8, Given)> = Vec::new();
    for (number, given) in candidates {
        let element = spec.element(*number);
        let mut builder = Builder::new(spec, Mti::FINANCIAL_REQUEST);
        // digits and letters of just the length are what most elements take
        let fitted = match given {
            Given::Octets(octets) => element.map_or(Vec::new(), |element| {
                octets
                    .iter()
                    .copied()
                    .cycle()
                    .take(element.max().min(octets.len().max(element.min())))
                    .collect()
            }),
            Given::Number(_) => Vec::new(),
        };
        let fitted = if fitted.is_empty() { given.clone() } else { Given::Octets(fitted) };
        let takes = builder.set(*number, fitted.value()).measure().is_ok();
        if takes && sound.iter().all(|(other, _)| other != number) {
            sound.push((*number, fitted));
        }
    }
    sound
}

/// Writes by both ways and compares octets and errors.
fn agree(
    form: &MessageForm<'_>,
    spec: &Spec<'_>,
    values: &[(u8, Given)],
    room: usize,
) -> Result<(), TestCaseError> {
    let values: Vec<_> = values.iter().map(|(number, given)| (*number, given.value())).collect();
    let mut builder = Builder::new(spec, Mti::FINANCIAL_REQUEST);
    for (number, value) in &values {
        builder.set(*number, *value);
    }
    let (mut formed, mut built) = (vec![0xEE; room], vec![0xEE; room]);
    prop_assert_eq!(form.write(&values, &mut formed), builder.write(&mut built));
    Ok(())
}

/// Built-in specs, and one of the element forms that these do not have.
fn specs() -> Vec<&'static Spec<'static>> {
    builtin().filter(|spec| spec.header() == 0).chain([&RARE]).collect()
}

const fn prefix(coding: PrefixCoding, width: u8, counts: LengthUnit) -> Prefix {
    Prefix { coding, width, counts, includes: 0 }
}

const RARE_TABLE: Table = table([
    row(2, n(19).prefix(prefix(PrefixCoding::Binary, 1, LengthUnit::Units)), "binary length", OPEN),
    row(3, ans(30).prefix(prefix(PrefixCoding::Ascii, 4, LengthUnit::Bytes)), "four digits", OPEN),
    row(4, x_n(8), "signed", OPEN),
    row(5, b(12).lll(), "octets", OPEN),
    row(70, z(37).padded(prefix(PrefixCoding::Bcd, 3, LengthUnit::Units)), "padded", OPEN),
]);
static RARE: Spec = Spec::new("rare", &Dialect::ASCII, &const { RARE_TABLE.elements(&Dialect::ASCII) });

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_form_writes_what_a_builder_writes(
        link in 0..specs().len(),
        candidates in proptest::collection::vec((2u8..=128, given()), 0..40),
        odd in (2u8..=128, given()),
        place in 0usize..64,
        room in 0usize..60,
    ) {
        let spec = specs()[link];
        let values = sound(spec, &candidates);
        let numbers: Vec<u8> = values.iter().map(|(number, _)| *number).collect();
        let form = MessageForm::new(spec, Mti::FINANCIAL_REQUEST, &numbers).unwrap();
        agree(&form, spec, &values, 9000)?;
        agree(&form, spec, &values, room * 16)?;
        let mut other = values.clone();
        // another order, and one value that is shorter, longer, wrong, of another element, missing, or there twice
        other.reverse();
        agree(&form, spec, &other, 9000)?;
        other.sort_by_key(|(number, _)| *number);
        agree(&form, spec, &other, 9000)?;
        if let Some(slot) = other.get_mut(place) {
            slot.1 = odd.1.clone();
            agree(&form, spec, &other, 9000)?;
            other[place].0 = odd.0;
            agree(&form, spec, &other, 9000)?;
            other.remove(place);
            agree(&form, spec, &other, 9000)?;
        }
        other.push(odd);
        agree(&form, spec, &other, 9000)?;
        other.extend(values.first().cloned());
        agree(&form, spec, &other, 9000)?;
    }

    /// Every octet at every place of every element that has a form of its own.
    #[test]
    fn no_octet_slips_through(
        link in 0..specs().len(),
        candidates in proptest::collection::vec((2u8..=128, given()), 1..12),
        choice: prop::sample::Index,
        at: prop::sample::Index,
    ) {
        let spec = specs()[link];
        let values = sound(spec, &candidates);
        prop_assume!(!values.is_empty());
        let numbers: Vec<u8> = values.iter().map(|(number, _)| *number).collect();
        let form = MessageForm::new(spec, Mti::FINANCIAL_REQUEST, &numbers).unwrap();
        let mut other = values;
        let chosen = choice.index(other.len());
        let Given::Octets(octets) = other[chosen].1.clone() else { return Ok(()) };
        prop_assume!(!octets.is_empty());
        for octet in 0..=255 {
            let mut octets = octets.clone();
            let at = at.index(octets.len());
            octets[at] = octet;
            other[chosen].1 = Given::Octets(octets);
            agree(&form, spec, &other, 9000)?;
        }
    }
}

#[test]
fn an_element_that_the_spec_does_not_have_is_named() {
    let error = MessageForm::new(&ISO87_ASCII, Mti::FINANCIAL_REQUEST, &[2, 1, 3]).unwrap_err();
    assert_eq!((error.kind(), error.place()), (ErrorKind::Undefined, Place::Element(1)));
}

#[test]
fn a_form_shows_no_values() {
    let form = MessageForm::new(&ISO87_BCD, Mti::NETWORK_REQUEST, &[70, 11]).unwrap();
    assert_eq!(format!("{form:?}"), "MessageForm { mti: 0800, elements: {11, 70} }");
}

#[test]
fn more_elements_than_a_form_has_room_for_are_written_all_the_same() {
    for spec in [&ISO87_ASCII, &ISO87_BCD, &ISO87_EBCDIC] {
        let candidates: Vec<_> = (2..=128).map(|number| (number, Given::Octets(vec![b'1'; 40]))).collect();
        let values = sound(spec, &candidates);
        assert!(values.len() > 80);
        let numbers: Vec<u8> = values.iter().map(|(number, _)| *number).collect();
        for count in [63, 64, 65, values.len()] {
            let form = MessageForm::new(spec, Mti::FINANCIAL_REQUEST, &numbers[..count]).unwrap();
            agree(&form, spec, &values[..count], 9000).unwrap();
        }
    }
}
