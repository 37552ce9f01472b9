//! `iso8583-codec-rs`: ASCII or EBCDIC, to and from JSON. It packs no letters and no track 2 into half
//! bytes, so that it reads nothing of the BCD link. Checks no content unless told to afterwards.
//!
//! Its functions for octets are used; those for hexadecimal text, which it documents first, do more.

use std::hint::black_box;

use iso8583_codec_rs::iso8583::{parse_bytes, publish_bytes};
use iso8583_codec_rs::{LoadedSpec, load_spec};
use serde_json::{Map, Value, json};

use super::{elements, prefix_width};
use crate::measure::Contender;
use crate::subject::Subject;

const LIBRARY: &str = "iso8583-codec-rs";

pub fn contenders(subject: &Subject) -> Vec<Contender<'_>> {
    let Some(spec) = spec(subject) else { return Vec::new() };
    let spec: &'static LoadedSpec = Box::leak(Box::new(spec));
    let Ok(message) = parse_bytes(&subject.wires[0], spec) else { return Vec::new() };
    let get = |message: &Value, key: &str| {
        let value = &message["fields"][key];
        // it takes chip data apart
        value.as_str().map_or_else(|| value.as_object().map(Map::len), |text| Some(text.len()))
    };
    let is_read = subject.is_read(|number| match &message["fields"][key(number)] {
        Value::Object(tags) => subject.value(number).filter(|_| tags.len() > 1).map(<[u8]>::to_vec),
        value => value.as_str().map(|text| text.as_bytes().to_vec()),
    });
    if !is_read {
        return Vec::new();
    }
    let mut contenders =
        vec![subject.parsing("parse", LIBRARY, false, |wire| black_box(&parse_bytes(wire, spec)).is_ok())];
    if subject.is_one() {
        let keys = subject.five().map(key);
        contenders.push(subject.parsing("parse_read5", LIBRARY, false, move |wire| {
            let message = parse_bytes(wire, spec);
            let Ok(message) = &message else { return false };
            keys.iter().all(|key| black_box(get(message, key)).is_some())
        }));
        contenders.extend(writing(subject, message, spec));
    }
    contenders
}

fn writing<'c>(subject: &'c Subject, message: Value, spec: &'static LoadedSpec) -> Vec<Contender<'c>> {
    let mti = message["mti"].clone();
    let mut values: Vec<(String, Value)> = subject
        .message
        .values
        .iter()
        .map(|(number, _)| (key(*number), message["fields"][key(*number)].clone()))
        .collect();
    values.reverse();
    vec![
        subject.writing("build", LIBRARY, false, move |out| {
            let fields: Map<String, Value> = black_box(&values).iter().cloned().collect();
            *out = publish_bytes(&json!({ "mti": mti, "fields": fields }), spec).ok()?;
            Some(out.len())
        }),
        subject.writing("build_from_parsed", LIBRARY, false, move |out| {
            *out = publish_bytes(black_box(&message), spec).ok()?;
            Some(out.len())
        }),
    ]
}

/// What it calls an element.
fn key(number: u8) -> String {
    format!("de{number:03}_de{number}")
}

fn spec(subject: &Subject) -> Option<LoadedSpec> {
    let (encoding, bitmap) = match subject.message.link {
        "ascii" => ("ascii", "hex"),
        "binary" => ("ascii", "binary"),
        "ebcdic" => ("ebcdic", "binary"),
        _ => return None,
    };
    let fields = elements(subject.message.spec).map(|(number, element)| {
        let prefix = ["fixed", "LVAR", "LLVAR", "LLLVAR"][usize::from(prefix_width(element))];
        let mut field = json!({
            "de": number, "name": format!("de{number}"), "type": "string", "length": element.max(),
            "prefix": prefix, "padding": { "side": "none" },
        });
        if element.content().is_binary() && bitmap == "binary" {
            field["encoding"] = "binary".into();
            if number == 55 {
                field["type"] = "composite".into();
                field["composite_type"] = "tlv".into();
            }
        }
        field
    });
    let spec = json!({
        "version": "1987",
        "defaults": {
            "encoding": encoding, "prefix_encoding": encoding, "mti_encoding": encoding,
            "bitmap_encoding": bitmap,
        },
        "fields": fields.collect::<Vec<_>>(),
    });
    load_spec(&spec.to_string()).ok()
}
