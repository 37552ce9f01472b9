//! What the page shows of a message: listing, hexdump, what is wrong.

use cardwire::input::{Origin, Payload, Refusal};
use cardwire::mask;
use cardwire::probe::explain;
use cardwire::show::Describe;
use cardwire::{Field, Inspection, Spec};
use serde_json::{Value, json};

use crate::hex;
use crate::lang::{lang, say};

/// Whether card data is shown as it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    Masked,
    Clear,
}

/// A line of the list of messages.
pub(crate) fn summary(spec: &Spec<'_>, origin: &Origin, content: &Result<Payload, Refusal>) -> (Value, bool) {
    let at = place(origin);
    match content {
        Err(refusal) => (json!({ "at": at, "title": words(refusal), "wrong": true }), true),
        Ok(payload) => {
            let parsed = Inspection::of(spec, &payload.message);
            let title = parsed.describe().in_lang(lang()).title().to_string();
            let wrong = parsed.error().is_some();
            (json!({ "at": at, "title": title, "wrong": wrong }), wrong)
        }
    }
}

/// All of a message.
pub(crate) fn message(
    spec: &'static Spec<'static>,
    origin: &Origin,
    content: &Result<Payload, Refusal>,
    shown: Shown,
) -> Value {
    let payload = match content {
        Ok(payload) => payload,
        Err(refusal) => return json!({ "at": place(origin), "wrong": words(refusal) }),
    };
    let parsed = Inspection::of(spec, &payload.message);
    let describe = parsed.describe().in_lang(lang());
    let mut rows = Vec::new();
    parsed.fields().for_each(|field| row(&mut rows, &describe, &field, 0, shown));
    let mut value = json!({
        "at": place(origin),
        "title": title(&parsed, &describe, shown),
        "rows": rows,
        "dump": dump(&parsed, shown),
    });
    if !payload.station.is_empty() {
        value["station"] = match shown {
            Shown::Masked => mask::hex(&payload.station).to_string(),
            Shown::Clear => hex::text(&payload.station),
        }
        .into();
    }
    if let Some(error) = parsed.error() {
        value["wrong"] = error.in_lang(lang()).to_string().into();
        let explanation = explain(&[&payload.message], [spec]);
        let hints = explanation.iter().flat_map(|explanation| explanation.hints()).take(3);
        value["hints"] = hints.map(|hint| hint.in_lang(lang()).to_string()).collect();
    }
    value
}

fn title(parsed: &Inspection<'_>, describe: &Describe<'_, '_>, shown: Shown) -> String {
    let title = describe.title().to_string();
    match (shown, parsed.mti()) {
        (Shown::Clear, Some(mti)) => title.replacen("####", &mti.to_string(), 1),
        _ => title,
    }
}

/// An element, and its parts after it.
fn row(rows: &mut Vec<Value>, describe: &Describe<'_, '_>, field: &Field<'_>, depth: usize, shown: Shown) {
    let key = match shown {
        Shown::Masked => field.shown_key().to_string(),
        Shown::Clear => field.key().to_string(),
    };
    let range = field.range();
    let is_hidden = shown == Shown::Masked && field.is_masked();
    rows.push(json!({
        "key": key,
        "name": field.element().name_in(lang()),
        "notation": field.element().notation().to_string(),
        "value": value(field, shown),
        "meaning": describe.meaning(field, depth).to_string().trim_start(),
        "depth": depth,
        "from": range.start,
        "to": range.end,
        "hidden": is_hidden,
    }));
    field.parts().for_each(|part| row(rows, describe, &part, depth + 1, shown));
}

fn value(field: &Field<'_>, shown: Shown) -> String {
    // the parts of a private composite are told apart below it
    if field.is_composite() && !field.element().privacy().is_open() {
        let len = field.len();
        return match field.content().is_binary() {
            true => say!("({len} bytes)", "({len}字节)"),
            false => say!("({len} characters)", "({len}个字符)"),
        };
    }
    match shown {
        Shown::Masked => field.to_string(),
        Shown::Clear => {
            let octets: Vec<u8> = field.expose().octets().collect();
            match field.content().is_binary() {
                true => hex::text(&octets),
                false => octets.iter().copied().map(char::from).collect(),
            }
        }
    }
}

/// The hexdump, a thing at a time: an element, a bitmap, what follows an error.
fn dump(parsed: &Inspection<'_>, shown: Shown) -> Value {
    let dump = match shown {
        Shown::Masked => parsed.dump().in_lang(lang()),
        Shown::Clear => parsed.dump().in_lang(lang()).expose(),
    };
    let mut rows = Vec::new();
    // nothing stops it
    let _ = dump.try_for_each(|row| {
        let octets: Vec<Value> = row
            .octets()
            .map(|octet| octet.map_or(Value::Null, |octet| format!("{octet:02X}").into()))
            .collect();
        rows.push(json!({
            "from": row.range().start,
            "octets": octets,
            "characters": row.characters().to_string(),
            "name": row.name().map(|name| name.to_string()),
        }));
        Ok::<(), ()>(())
    });
    rows.into()
}

/// Where a message was found, without the name of the file.
fn place(origin: &Origin) -> String {
    match origin {
        Origin::Line(_, line) => say!("line {line}", "第{line}行"),
        Origin::Byte(_, at) => say!("byte {at}", "第{at}字节"),
        Origin::Packet { number, from, to, moment, .. } => {
            let time = moment.map(|moment| format!(", {moment}")).unwrap_or_default();
            say!("packet {number}, {from} > {to}{time}", "数据包{number}，{from} > {to}{time}")
        }
        Origin::Argument(index) => index.to_string(),
    }
}

fn words(refusal: &Refusal) -> String {
    let text = refusal.words(lang());
    match refusal.byte {
        Some(byte) => say!("byte {byte}: {text}", "第{byte}字节：{text}"),
        None => text.to_owned(),
    }
}
