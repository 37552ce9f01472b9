//! `iso8583_rs`: bitmaps as they are. It reads its spec once a process, from the file that `SPEC_FILE`
//! names (`.cargo/config.toml` sets it), so it is measured on one link. Copies values, looks at none.

use std::hint::black_box;

use cardwire::spec::ISO87_ASCII_BINARY;
use iso8583_rs::iso8583::iso_spec::{IsoMsg, Spec, new_msg, spec};
use serde_json::{Value, json};

use super::{elements, prefix_width};
use crate::measure::Contender;
use crate::subject::Subject;

const LIBRARY: &str = "iso8583_rs";

pub fn contenders(subject: &Subject) -> Vec<Contender<'_>> {
    // it panics at what is no message to it
    if subject.message.link != "binary" {
        return Vec::new();
    }
    let Some(spec) = load() else {
        println!("{}: skipped {LIBRARY}, SPEC_FILE does not name a file that can be written", subject.name);
        return Vec::new();
    };
    let mut wire = subject.wires[0].clone();
    let Ok(message) = spec.parse(&mut wire) else { return Vec::new() };
    if !subject.is_read(|number| Some(message.bmp_child_value(number.into()).ok()?.into_bytes())) {
        return Vec::new();
    }
    let numbers = subject.five();
    let mut again = wire.clone();
    let mut contenders = vec![
        Contender::new("parse", LIBRARY, false, move || black_box(&spec.parse(black_box(&mut wire))).is_ok()),
        Contender::new("parse_read5", LIBRARY, false, move || {
            let Ok(message) = spec.parse(black_box(&mut again)) else { return false };
            numbers.iter().all(|number| black_box(message.bmp_child_value((*number).into())).is_ok())
        }),
    ];
    contenders.extend(writing(subject, message));
    contenders
}

fn writing(subject: &Subject, message: IsoMsg) -> Vec<Contender<'_>> {
    let mti = subject.message.mti.to_string();
    let values: Vec<(u8, String)> = subject
        .message
        .values
        .iter()
        .map(|(number, _)| (*number, message.bmp_child_value((*number).into()).expect("it has read it")))
        .collect();
    let (values, spec, segment) = (subject.shuffled(&values), message.spec, message.msg);
    vec![
        subject.writing("build", LIBRARY, false, move |out| {
            let mut message = new_msg(spec, segment);
            message.set("message_type", &mti).ok()?;
            for (number, value) in black_box(&values) {
                message.set_on((*number).into(), value).ok()?;
            }
            *out = message.assemble().ok()?;
            Some(out.len())
        }),
        subject.writing("build_from_parsed", LIBRARY, false, move |out| {
            *out = black_box(&message).assemble().ok()?;
            Some(out.len())
        }),
    ]
}

fn load() -> Option<&'static Spec> {
    let path = std::env::var_os("SPEC_FILE")?;
    std::fs::write(path, written().to_string()).ok()?;
    Some(spec(""))
}

/// The spec in its notation; JSON is YAML.
fn written() -> Value {
    let text = |name: &str, len: u8| json!({ "name": name, "id": 1, "type": "Fixed", "len": len, "data_encoding": "ASCII" });
    let children = elements(&ISO87_ASCII_BINARY).map(|(number, element)| {
        let width = prefix_width(element);
        let (form, len) = if width == 0 { ("Fixed", element.max()) } else { ("Variable", width.into()) };
        let encoding = if element.content().is_binary() { "BINARY" } else { "ASCII" };
        json!({
            "name": format!("de{number}"), "id": number, "type": form, "len": len, "len_encoding": "ASCII",
            "data_encoding": encoding, "position": number,
        })
    });
    let bitmap = json!({
        "name": "bitmap", "id": 2, "type": "Bitmapped", "len": 0, "data_encoding": "BINARY",
        "children": children.collect::<Vec<_>>(),
    });
    json!({
        "name": "peers", "id": 1, "header_fields": [text("header", 4)],
        "messages": [{
            "name": "any", "id": 1, "selector": ["0100", "0200", "0800"],
            "fields": [text("message_type", 4), bitmap],
        }],
    })
}
