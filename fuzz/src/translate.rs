//! ASCII to BCD to EBCDIC and back to ASCII is the identity on values, and forms translate and respond as a builder does.

use arbitrary::{Arbitrary, Unstructured};
use cardwire::generate::{Choices, Messages};
use cardwire::layout::{Content, Order};
use cardwire::spec::by_name;
use cardwire::{Builder, Field, Message, ResponseForms, Spec, TranslationForms, Value};

/// The dialects of each table; a message is translated around its circle.
const CIRCLES: [&[&str]; 4] = [
    &["iso87-ascii", "iso87-bcd", "iso87-ebcdic", "iso87-ascii-binary"],
    &["iso93-ascii", "iso93-bcd", "iso93-ebcdic", "iso93-ascii-binary"],
    &["iso03-ascii", "iso03-bcd", "iso03-ebcdic", "iso03-ascii-binary"],
    &["ipm-ascii", "ipm-ebcdic"],
];

/// Translates a message from dialect to dialect until it is back: the one that the input is, and the one that
/// is drawn from it.
pub fn translate(data: &[u8]) {
    let Some((spec, wire)) = crate::named_spec(data) else { return };
    let Some(circle) = CIRCLES.iter().find(|circle| circle.contains(&spec.name())) else { return };
    if let Ok(message) = Message::parse(spec, wire) {
        around(circle, &message);
    }
    let choices = Choices::arbitrary(&mut Unstructured::new(wire));
    if let Some(message) = choices.ok().and_then(|choices| Messages::of(spec).draw(&choices)) {
        around(circle, &message.message());
    }
}

fn around(circle: &[&str], message: &Message<'_>) {
    let values = values(message);
    by_parts(message);
    let mut at = message.spec();
    let start = circle.iter().position(|name| *name == at.name()).expect("it is in its circle");
    let mut wire = message.wire().to_vec();
    for step in 1..=circle.len() {
        let next = by_name(circle[(start + step) % circle.len()]).expect("a built-in spec");
        let message = Message::parse(at, &wire).expect("what was written can be read");
        let written = Builder::copy_of(&message, next).to_vec();
        by_forms(&message, next, written.as_deref().ok());
        wire = written.unwrap_or_else(|error| panic!("{} to {}: {error}", at.name(), next.name()));
        at = next;
        let translated = Message::parse(at, &wire).expect("what was written can be read");
        assert_eq!(self::values(&translated), values, "{}", at.name());
    }
}

/// A composite is written from its parts as it is written whole.
fn by_parts(message: &Message<'_>) {
    let is_positions = |field: &Field<'_>| {
        field.element().layout().is_some_and(|layout| matches!(layout.order(), Order::Positions { .. }))
    };
    for field in message.fields().filter(is_positions) {
        let number = u8::try_from(field.key().value()).expect("the number of an element");
        let whole: Vec<u8> = field.expose().octets().collect();
        let octets: Vec<(u32, Vec<u8>)> =
            field.parts().map(|part| (part.key().value(), part.expose().octets().collect())).collect();
        let parts: Vec<(u32, Value<'_>)> =
            octets.iter().map(|(key, octets)| (*key, Value::as_read(octets))).collect();
        let write = |value: Value<'_>| {
            Builder::new(message.spec(), message.mti()).header(message.header()).set(number, value).to_vec()
        };
        if let (Ok(whole), Ok(parts)) = (write(Value::as_read(&whole)), write(Value::from(&parts))) {
            assert_eq!(parts, whole, "field {number} of {}", message.spec().name());
        }
    }
}

/// What is learned on the second sight is used on the third.
fn by_forms(message: &Message<'_>, to: &Spec<'_>, written: Option<&[u8]>) {
    let echoed = [2, 3, 4, 7, 11, 12, 13, 32, 37, 41, 42, 43, 48, 49, 52, 55, 60, 90, 128];
    let mut response = Builder::reply_to(message);
    let response = response.echo(message, &echoed).set(39, "00").to_vec();
    let mut responses = ResponseForms::<1>::sized(message.spec(), &echoed);
    let mut translations = TranslationForms::<1>::sized(message.spec(), to);
    let mut room = vec![0; 1 << 16];
    for _ in 0..3 {
        assert_eq!(translations.write(message, &mut room).ok(), written);
        assert_eq!(
            responses.write(message, &[(39, "00")], &mut room).map_err(|error| error.kind()),
            response.as_deref().map_err(|error| error.kind())
        );
    }
}

/// Every value by path. Packed, both separators of a track are one half byte, and hexadecimal
/// digits have no case.
fn values(message: &Message<'_>) -> Vec<(String, Vec<u8>)> {
    let mut values = vec![(message.mti().to_string(), Vec::new())];
    message.fields().for_each(|field| value(&field, String::new(), &mut values));
    values
}

fn value(field: &Field<'_>, above: String, values: &mut Vec<(String, Vec<u8>)>) {
    let path = format!("{above}.{}", field.key());
    if field.is_composite() {
        field.parts().for_each(|part| value(&part, path.clone(), values));
    }
    let of = |octet: u8| match field.content() {
        Content::Z if octet == b'D' => b'=',
        Content::H => octet.to_ascii_uppercase(),
        _ => octet,
    };
    values.push((
        path,
        if field.is_composite() { Vec::new() } else { field.expose().octets().map(of).collect() },
    ));
}
