//! `iso8583-core`: ASCII with bitmaps as they are, its own table. Text is checked to be UTF-8. It reads
//! nothing that a second bitmap announces, and takes element 62 for three characters; that is let pass,
//! so that it is measured at all, but it writes no message with that element.

use std::hint::black_box;

use iso8583_core::{Field, ISO8583Message};

use crate::measure::Contender;
use crate::subject::Subject;

const LIBRARY: &str = "iso8583-core";

pub fn contenders(subject: &Subject) -> Vec<Contender<'_>> {
    let Ok(message) = ISO8583Message::from_bytes(&subject.wires[0]) else { return Vec::new() };
    let get = |number: u8| message.get_field(Field::from_number(number).ok()?);
    let is_read = subject.is_read(|number| match number {
        62 => subject.value(62).map(<[u8]>::to_vec),
        _ => Some(get(number)?.to_string_lossy().into_bytes()),
    });
    if !is_read {
        return Vec::new();
    }
    let numbers = subject.five().map(|number| Field::from_number(number).expect("it has read it"));
    let values: Vec<(u8, String)> = subject
        .message
        .values
        .iter()
        .map(|(number, _)| (*number, get(*number).expect("it has read it").to_string_lossy()))
        .collect();
    let values = subject.shuffled(&values);
    let fields: Vec<(Field, String)> = values
        .into_iter()
        .map(|(number, value)| (Field::from_number(number).expect("it has read it"), value))
        .collect();
    let mti = message.mti;
    vec![
        subject.parsing("parse", LIBRARY, false, |wire| black_box(&ISO8583Message::from_bytes(wire)).is_ok()),
        subject.parsing("parse_read5", LIBRARY, false, move |wire| {
            let message = ISO8583Message::from_bytes(wire);
            let Ok(message) = &message else { return false };
            numbers.iter().all(|field| black_box(message.get_field(*field)).is_some())
        }),
        subject.writing("build", LIBRARY, false, move |out| {
            let fields = black_box(&fields).iter();
            let builder = fields.fold(ISO8583Message::builder().mti(mti), |builder, (field, value)| {
                builder.field(*field, value.as_str())
            });
            *out = builder.build().ok()?.to_bytes();
            Some(out.len())
        }),
        subject.writing("build_from_parsed", LIBRARY, false, move |out| {
            *out = black_box(&message).to_bytes();
            Some(out.len())
        }),
    ]
}
