//! A form writes what a builder writes, octet for octet, and what one refuses the other refuses with the same error.

mod common;

use cardwire::layout::{LengthUnit, Prefix, PrefixCoding, ans, b, n, row, x_n, z};
use cardwire::mask::OPEN;
use cardwire::spec::{ISO87_ASCII, ISO87_BCD, ISO87_EBCDIC, Table, builtin, table};
use cardwire::{
    Builder, Dialect, ErrorKind, Message, MessageForm, Mti, ResponseForms, Spec, TranslationForms, Value,
    model::Place,
};
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
        let takes = builder.set(*number, fitted.value()).to_vec().is_ok();
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

fn wire(spec: &Spec<'_>, values: &[(u8, Given)]) -> Vec<u8> {
    let mut builder = Builder::new(spec, Mti::FINANCIAL_REQUEST);
    for (number, given) in values {
        builder.set(*number, given.value());
    }
    builder.to_vec().expect("each is sound")
}

fn respond<const FORMS: usize>(
    forms: &mut ResponseForms<'_, FORMS>,
    request: &Message<'_>,
    echoed: &[u8],
    values: &[(u8, Value<'_>)],
    room: usize,
) -> Result<(), TestCaseError> {
    let mut builder = Builder::reply_to(request);
    builder.echo(request, echoed);
    for (number, value) in values {
        builder.set(*number, *value);
    }
    let (mut formed, mut built) = (vec![0xEE; room], vec![0xEE; room]);
    prop_assert_eq!(forms.write(request, values, &mut formed), builder.write(&mut built));
    Ok(())
}

fn translate<const FORMS: usize>(
    forms: &mut TranslationForms<'_, FORMS>,
    message: &Message<'_>,
    to: &Spec<'_>,
    room: usize,
) -> Result<(), TestCaseError> {
    let (mut formed, mut built) = (vec![0xEE; room], vec![0xEE; room]);
    let copied = Builder::copy_of(message, to).write(&mut built);
    prop_assert_eq!(forms.write(message, &mut formed), copied);
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

    #[test]
    fn responses_are_those_of_a_builder(
        link in 0..specs().len(),
        candidates in proptest::collection::vec((2u8..=128, given()), 0..30),
        changed in proptest::collection::vec((2u8..=128, given()), 0..30),
        values in proptest::collection::vec((2u8..=128, given()), 0..4),
        echoed in proptest::collection::vec(1u8..=192, 0..40),
        room in 0usize..600,
    ) {
        let spec = specs()[link];
        let first = wire(spec, &sound(spec, &candidates));
        // the same elements with other values
        let mut others = sound(spec, &candidates);
        for (number, given) in sound(spec, &changed) {
            if let Some(slot) = others.iter_mut().find(|(other, _)| *other == number) { slot.1 = given; }
        }
        let other = wire(spec, &others);
        let echoed: Vec<u8> = echoed.into_iter().chain(candidates.iter().map(|(number, _)| *number).step_by(2)).collect();
        let mut forms = ResponseForms::<4>::sized(spec, &echoed);
        let sound = sound(spec, &values);
        for values in [&sound, &sound, &sound, &values, &values, &sound] {
            let values: Vec<_> = values.iter().map(|(number, given)| (*number, given.value())).collect();
            for octets in [&first, &other, &first] {
                let message = Message::parse(spec, octets).unwrap();
                respond(&mut forms, &message, &echoed, &values, 9000)?;
                respond(&mut forms, &message, &echoed, &values, room)?;
            }
        }
    }

    #[test]
    fn translations_are_those_of_a_builder(
        (from, to) in (0..specs().len(), 0..specs().len()),
        candidates in proptest::collection::vec((2u8..=128, given()), 0..40),
        changed in proptest::collection::vec((2u8..=128, given()), 0..40),
        (room, is_for_both) in (0usize..600, any::<bool>()),
    ) {
        let (from, to) = (specs()[from], specs()[to]);
        // what both can carry, so that most translations succeed
        let values: Vec<_> = sound(from, &candidates);
        let values = if is_for_both { sound(from, &sound(to, &values)) } else { values };
        let mut others = values.clone();
        for (number, given) in sound(from, &changed) {
            if let Some(slot) = others.iter_mut().find(|(other, _)| *other == number) { slot.1 = given; }
        }
        let wires = [&values, &others, &values].map(|values| wire(from, values));
        let mut forms = TranslationForms::<4>::sized(from, to);
        for octets in wires.iter().chain(&wires) {
            let message = Message::parse(from, octets).unwrap();
            translate(&mut forms, &message, to, 9000)?;
            translate(&mut forms, &message, to, room)?;
        }
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

/// Whether a message with a header keeps it, as [`Builder`] does, and one without gets none.
#[test]
fn headers_are_carried_over_where_both_have_one() {
    static WITH: Spec = Spec::new(
        "with",
        &Dialect { header: 3, ..Dialect::ASCII },
        &const { RARE_TABLE.elements(&Dialect::ASCII) },
    );
    let mut builder = Builder::new(&WITH, Mti::FINANCIAL_REQUEST);
    let wire = builder.header(b"HDR").set(3, "ABC").to_vec().unwrap();
    let message = Message::parse(&WITH, &wire).unwrap();
    for to in [&WITH, &RARE] {
        let mut forms = TranslationForms::new(&WITH, to);
        let mut responses = ResponseForms::new(&WITH, &[3]);
        for _ in 0..3 {
            translate(&mut forms, &message, to, 100).unwrap();
            respond(&mut responses, &message, &[3], &[(2, "42".into())], 100).unwrap();
        }
    }
    let form = MessageForm::new(&WITH, Mti::FINANCIAL_REQUEST, &[3]).unwrap();
    agree(&form, &WITH, &[(3, Given::Octets(b"ABC".to_vec()))], 100).unwrap();
}
