//! Parsing is total: any octets, any spec, any accessor; nothing lies outside of the input.

use std::fmt::Write;

use cardwire::spec::{EMV, EMV_SCRIPT, PDS};
use cardwire::{Field, Inspection, Message};

/// Parses the input, then asks everything that can be asked of what was found.
pub fn parse(data: &[u8]) {
    let Some((spec, wire)) = crate::named_spec(data) else { return };
    let inspection = Inspection::of(spec, wire);
    match Message::parse(spec, wire) {
        Ok(message) => {
            assert!(inspection.error().is_none() && inspection.message().is_some());
            assert_eq!(message.bitmap(), inspection.announced());
            tile(&message);
            formats(&message);
        }
        Err(error) => {
            assert_eq!(inspection.error(), Some(error), "the strict and the lax parse agree");
            assert!(error.offset() <= wire.len(), "{error}");
            formats(&error);
        }
    }
    for number in 0..=u8::MAX {
        assert_eq!(inspection.get(number).is_some(), inspection.bitmap().contains(number), "{number}");
    }
    inspection.fields().for_each(|field| ask(&field, wire, 0));
    formats(&inspection);
    formats(&format_args!("{} {}", inspection.describe(), inspection.dump()));
}

/// The elements of a message follow one another, and the last ends where the input does.
fn tile(message: &Message<'_>) {
    let mut end = 0;
    for field in message.fields() {
        let (range, value) = (field.range(), field.value_range());
        assert!(end == 0 || range.start == end || field.key().value() > 65, "a gap before {}", field.key());
        assert!(range.start >= end && range.start <= value.start && value.end == range.end);
        end = range.end;
    }
    assert!(end == 0 || end == message.wire().len());
}

/// Asks everything of an element and of its parts.
fn ask(field: &Field<'_>, wire: &[u8], depth: usize) {
    assert!(depth < cardwire::layout::MAX_DEPTH, "parts nest no deeper than a spec may");
    assert!(field.range().end <= wire.len() && field.value_range().start <= field.value_range().end);
    let (element, len) = (field.element(), field.len());
    assert!((element.min()..=element.max()).contains(&len), "{} has {len} units", field.key());
    let clear = field.expose();
    let octets: Vec<u8> = clear.octets().collect();
    assert!(octets.len() == len && clear == octets[..] && clear.chars().count() == len);
    let mut room = vec![0; len];
    assert_eq!(clear.copy_to(&mut room).unwrap(), octets);
    assert!(len == 0 || clear.copy_to(&mut room[1..]).is_err());
    for (index, octet) in octets.iter().enumerate() {
        assert!(element.content().admits(index, *octet), "{} holds what it may not", field.key());
    }
    let is_open = element.privacy().is_open();
    assert_eq!(field.bytes().is_ok(), is_open);
    assert_eq!(field.text().is_ok(), is_open && !element.content().is_binary());
    let _ = (field.number(), clear.number(), clear.signed(), clear.digits().count());
    if let Ok(text) = field.text() {
        assert!(text.trimmed().len() <= len);
        formats(&text);
    }
    formats(field);
    formats(&clear);
    for layout in [&EMV, &EMV_SCRIPT, &PDS] {
        if let Ok(parts) = field.parts_as(layout) {
            parts.for_each(|part| formats(&part));
        }
    }
    for part in field.parts() {
        assert!(field.part(part.key().value()).is_some());
        ask(&part, wire, depth + 1);
    }
}

/// Formatting is total, too, and writes no control character, which could forge a line or move a
/// cursor. (Names of currencies and Chinese wording are not ASCII, so that is not asked.)
fn formats(value: &impl std::fmt::Debug) {
    let mut text = String::new();
    write!(text, "{value:?}").unwrap();
    let is_plain = |character: char| character == '\n' || !character.is_control();
    assert!(text.chars().all(is_plain), "{text:?}");
}
