//! Messages of more elements, and of more octets, than a message remembers the places of: 64 elements,
//! 65,534 octets. What lies beyond is walked to, and nothing else is different.

mod common;

use cardwire::layout::{Shape, an, ans, ansb, n, row};
use cardwire::mask::OPEN;
use cardwire::{
    Builder, Dialect, ErrorKind, Field, Inspection, Message, MessageWriter, Mti, Parser, Spec, Template,
    Value,
    layout::{BitmapForm, NextBitmap, Row},
    model::Place,
};
use common::alike::reads_as_the_walk_does;
use common::spec_of;

/// Elements 2 to 192, or to 128, without those that announce bitmaps; each third one is variable.
fn full(dialect: Dialect, third: NextBitmap) -> &'static Spec<'static> {
    let shape = |number: u32| match number % 3 {
        0 => n(4),
        1 => an(3),
        _ => ans(999).lll(),
    };
    let rows: Vec<Row<'static>> =
        numbers(third).map(|number| row(number.into(), shape(number.into()), "", OPEN)).collect();
    let bitmap = BitmapForm { third, ..dialect.bitmap };
    spec_of(Dialect { bitmap, ..dialect }, &rows).unwrap()
}

fn numbers(third: NextBitmap) -> impl Iterator<Item = u8> {
    let most = if third == NextBitmap::Never { 128 } else { 192 };
    (2..=most).filter(move |number| third == NextBitmap::Never || *number != 65)
}

/// A value for that element, variable ones as long as said.
fn value(number: u8, len: usize) -> String {
    match number % 3 {
        0 => format!("{number:04}"),
        1 => format!("{number:03}"),
        _ => format!("{number:03}").chars().cycle().take(len.max(3)).collect(),
    }
}

/// A message of those elements, built, and its values.
fn made(spec: &'static Spec<'static>, chosen: &[u8], len: usize) -> (Vec<u8>, Vec<(u8, String)>) {
    let values: Vec<_> = chosen.iter().map(|number| (*number, value(*number, len))).collect();
    let mut builder = Builder::new(spec, Mti::FINANCIAL_REQUEST);
    for (number, value) in &values {
        builder.set(*number, value.as_str());
    }
    (builder.to_vec().unwrap(), values)
}

/// Every way to ask for elements gives those that are there, and no others.
fn holds(message: &Message<'_>, values: &[(u8, String)]) {
    let mut known = values.iter().peekable();
    for number in 0..=255 {
        let value = known.next_if(|(known, _)| *known == number).map(|(_, value)| value.as_str());
        assert_eq!(message.has(number), value.is_some(), "{number}");
        assert_eq!(message.get(number).is_some(), value.is_some(), "{number}");
        assert!(value.is_none_or(|value| message.text(number).unwrap() == value), "{number}");
    }
    let fields: Vec<u32> = message.fields().map(|field| field.key().value()).collect();
    assert!(fields.iter().eq(&values.iter().map(|(number, _)| u32::from(*number)).collect::<Vec<_>>()));
    let mut end = None;
    for field in message.fields() {
        assert!(end.is_none_or(|end| end == field.range().start), "one begins where the other ends");
        end = Some(field.range().end);
    }
    assert_eq!(end, (!values.is_empty()).then_some(message.wire().len()));
    let places = |field: Field<'_>| (field.key(), field.range(), field.value_range());
    let mut one_by_one = Vec::new();
    for field in message.fields() {
        one_by_one.push(places(field));
    }
    // in a fold from wherever, too
    for taken in [0, 1, 63, 64, 65, values.len()] {
        let mut fields = message.fields();
        let mut found: Vec<_> = (0..taken).map_while(|_| fields.next()).map(places).collect();
        fields.for_each(|field| found.push(places(field)));
        assert_eq!(found, one_by_one, "after {taken}");
    }
}

/// Copies, whole and in part, are what would be built of the same values.
fn copies(message: &Message<'_>, spec: &'static Spec<'static>, values: &[(u8, String)]) {
    let wire = message.wire();
    assert_eq!(Builder::copy_of(message, message.spec()).to_vec().unwrap(), wire);
    for without in values.iter().step_by(19).chain(values.last()).map(|(number, _)| *number) {
        let mut expected = Builder::new(spec, message.mti());
        for (number, value) in values.iter().filter(|(number, _)| *number != without) {
            expected.set(*number, value.as_str());
        }
        let expected = expected.min_bitmaps(message.bitmap_count()).to_vec().unwrap();
        assert_eq!(Builder::copy_of(message, spec).remove(without).to_vec().unwrap(), expected);
        let others: Vec<u8> = (0..=255).filter(|number| *number != without).collect();
        let mut echo = Builder::new(spec, message.mti());
        assert_eq!(
            echo.min_bitmaps(message.bitmap_count()).echo(message, &others).to_vec().unwrap(),
            expected
        );
        // and with a value of its own among what is carried over
        let (_, value) = values.iter().find(|(number, _)| *number == without).unwrap();
        assert_eq!(echo.set(without, value.as_str()).to_vec().unwrap(), wire);
        // or new among them
        let lesser = Message::parse(spec, &expected).unwrap();
        let greater = Builder::copy_of(&lesser, spec).set(without, value.as_str()).to_vec().unwrap();
        assert_eq!(greater, wire);
    }
}

#[test]
fn any_number_of_elements_near_and_far() {
    for (dialect, third) in [(Dialect::ASCII, NextBitmap::Announced), (Dialect::BCD, NextBitmap::Never)] {
        let spec = full(dialect, third);
        let all: Vec<u8> = numbers(third).collect();
        for many in [0, 5, 57, 64, 65, all.len()] {
            for chosen in [&all[..many], &all[all.len() - many..]] {
                let (wire, values) = made(spec, chosen, 5);
                let message = Message::parse(spec, &wire).unwrap();
                holds(&message, &values);
                copies(&message, spec, &values);
                let mut parser = Parser::new(spec);
                parser.learn(&wire).unwrap();
                reads_as_the_walk_does(&mut parser, &wire);
                holds(&parser.parse(&wire).unwrap(), &values);
            }
        }
    }
}

/// About as many elements as are remembered, one of them variable: few enough steps for a plan.
#[test]
fn a_plan_for_all_elements_that_are_remembered() {
    let numbers: Vec<u8> = (2..=64).chain(66..=69).collect();
    for (index, variable) in numbers.iter().enumerate().step_by(3).chain(numbers.iter().enumerate().skip(60))
    {
        let shape = |number| if number == *variable { n(9).ll() } else { n(2) };
        let rows: Vec<_> =
            numbers.iter().map(|number| row((*number).into(), shape(*number), "", OPEN)).collect();
        let spec = spec_of(Dialect::ASCII, &rows).unwrap();
        for many in index + 1..=numbers.len() {
            let mut builder = Builder::new(spec, Mti::FINANCIAL_REQUEST);
            numbers[..many].iter().for_each(|number| {
                builder.set(*number, "12");
            });
            let (wire, mut parser) = (builder.to_vec().unwrap(), Parser::new(spec));
            parser.learn(&wire).unwrap();
            reads_as_the_walk_does(&mut parser, &wire);
        }
    }
}

#[test]
fn more_octets_than_are_counted() {
    let spec = full(Dialect::ASCII, NextBitmap::Never);
    let all: Vec<u8> = numbers(NextBitmap::Never).collect();
    for chosen in [all.clone(), all.iter().copied().filter(|number| number % 3 == 2).collect()] {
        let (wire, values) = made(spec, &chosen, 999);
        let message = Message::parse(spec, &wire).unwrap();
        holds(&message, &values);
        copies(&message, spec, &values);
    }
    let (wire, values) = made(spec, &all[..100], 999);
    // what is broken far after is found there, and what is before can be read
    let broken = [&wire[..wire.len() - 1], b"\x07"].concat();
    let inspection = Inspection::of(spec, &broken);
    let error = inspection.error().unwrap();
    assert_eq!((error.place(), error.offset()), (Place::Element(values.last().unwrap().0), wire.len() - 1));
    let (last, before) = values.split_last().unwrap();
    assert!(inspection.get(last.0).is_none() && inspection.fields().count() == before.len());
    assert!(before.iter().all(|(number, value)| inspection.get(*number).unwrap() == value.as_str()));
}

#[test]
fn elements_at_the_last_places_that_are_counted() {
    let wide: Shape<'static> = ans(70_000).var(5);
    let rows = [(2, wide), (3, n(2)), (4, n(2)), (127, an(1)), (128, ansb(9).rest())];
    let spec = spec_of(Dialect::ASCII, &rows.map(|(number, shape)| row(number, shape, "", OPEN))).unwrap();
    let empty = Builder::new(spec, Mti::FINANCIAL_REQUEST).set(2, "").set(128, "").to_vec().unwrap().len();
    for start in 65_534..65_537 {
        let fill = "x".repeat(start - empty);
        let mut builder = Builder::new(spec, Mti::FINANCIAL_REQUEST);
        builder.set(2, fill.as_str()).set(3, 12).set(4, 34).set(127, "Z").set(128, "");
        let wire = builder.to_vec().unwrap();
        let message = Message::parse(spec, &wire).unwrap();
        assert_eq!(message.get(3).unwrap().range().start, start);
        let values = [(3, "12"), (4, "34"), (127, "Z"), (128, "")];
        assert!(values.iter().all(|(number, value)| message.get(*number).unwrap() == *value));
        assert_eq!(message.fields().count(), 5);
        assert_eq!(Builder::copy_of(&message, spec).to_vec().unwrap(), wire);
        // an empty element is the last thing there is
        let end = Builder::copy_of(&message, spec).remove(3).remove(4).remove(127).to_vec().unwrap();
        let message = Message::parse(spec, &end).unwrap();
        assert_eq!((message.fields().count(), message.get(128).unwrap().range()), (2, start..start));
        let mut parser = Parser::new(spec);
        parser.learn(&wire).unwrap();
        reads_as_the_walk_does(&mut parser, &wire);
        let mut stream_room = vec![0; wire.len()];
        let mut stream = MessageWriter::new(spec, Mti::FINANCIAL_REQUEST, &mut stream_room).unwrap();
        stream.put(2, fill.as_str()).unwrap().put(3, 12).unwrap().put(4, 34).unwrap();
        stream.put(127, "Z").unwrap().put(128, "").unwrap();
        assert_eq!(stream.finish().unwrap(), wire);
    }
}

#[test]
fn what_is_patched_far_behind_or_wide_is_patched_whole_or_not_at_all() {
    let spec = full(Dialect::ASCII, NextBitmap::Never);
    let all: Vec<u8> = numbers(NextBitmap::Never).collect();
    for (many, len) in [(60, 5), (100, 5), (100, 999)] {
        let (wire, values) = made(spec, &all[..many], len);
        for (number, value) in values.into_iter().step_by(7) {
            let other: String = value.chars().rev().collect();
            let mut patched = wire.clone();
            let result = Template::of(spec, &mut patched).unwrap().patch(number, other.as_str()).map(drop);
            let message = Message::parse(spec, &wire).unwrap();
            let expected = Builder::copy_of(&message, spec).set(number, other.as_str()).to_vec().unwrap();
            match result {
                Ok(()) => assert_eq!(patched, expected),
                Err(error) => {
                    assert!(error.kind() == ErrorKind::Form && patched == wire, "{error}");
                    assert!(len > 900 || message.bitmap().rank(number) > 63, "{number}");
                }
            }
        }
    }
}

#[test]
fn a_wide_element_is_patched_unless_it_is_of_another_coding() {
    let rows = [row(48, ans(3_000).llll(), "", OPEN), row(60, n(2), "", OPEN)];
    let [spec, other] = [Dialect::ASCII, Dialect::EBCDIC].map(|dialect| spec_of(dialect, &rows).unwrap());
    for len in [1_019, 1_020, 1_021, 1_024, 1_025, 2_000, 3_000] {
        let (old, new) = ("x".repeat(len), "y".repeat(len));
        let built = |spec, value: &str| {
            Builder::new(spec, Mti::FINANCIAL_REQUEST).set(48, value).set(60, 12).to_vec().unwrap()
        };
        let (wire, expected, translated) = (built(spec, &old), built(spec, &new), built(other, &new));
        let same = Message::parse(spec, &expected).unwrap();
        let foreign = Message::parse(other, &translated).unwrap();
        let patched = |value: Value<'_>| {
            let mut patched = wire.clone();
            let result = Template::of(spec, &mut patched).unwrap().patch(48, value).map(drop);
            (result.map_err(|error| error.kind()), patched)
        };
        let (field, foreign) = (same.get(48).unwrap(), foreign.get(48).unwrap());
        for value in [Value::from(new.as_str()), Value::from(&field)] {
            assert_eq!(patched(value), (Ok(()), expected.clone()), "{len}");
        }
        let written = match len + "0000".len() {
            ..=1_024 => (Ok(()), expected.clone()),
            _ => (Err(ErrorKind::Form), wire.clone()),
        };
        assert_eq!(patched(Value::from(&foreign)), written, "{len}");
        // one that is longer, shorter or wrong is refused, and for that
        let wrong = "\u{7}".repeat(len);
        let misfit = Builder::new(spec, Mti::FINANCIAL_REQUEST).set(48, wrong.as_str()).to_vec().unwrap_err();
        for (value, kind) in [
            (old + "x", ErrorKind::TooLong),
            (new[1..].to_owned(), ErrorKind::TooShort),
            (wrong, misfit.kind()),
        ] {
            assert_eq!(patched(Value::from(value.as_str())), (Err(kind), wire.clone()), "{len}");
        }
    }
}
