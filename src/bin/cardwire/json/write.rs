//! Messages and errors as JSON, written straight from the wire.

use std::io::Write;

use cardwire::{
    Error, Field, Inspection,
    layout::Order,
    mask,
    model::{KeyStyle, Place},
    read::Exposed,
};

use super::read::{Json, Left, part_name};
use crate::hex;
use crate::lang::lang;
use crate::plain::in_json;

/// Whether values are shown as they are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    /// Card data is masked, and `"masked":true` says so.
    Masked,
    /// As they are.
    Exposed,
}

/// A writer of one object.
struct Writer<'o> {
    out: &'o mut Vec<u8>,
    shown: Shown,
}

/// A whole message, or what parsed of it.
pub(crate) fn message(out: &mut Vec<u8>, parsed: &Inspection<'_>, station: &[u8], shown: Shown) {
    let mut writer = Writer { out, shown };
    writer.record(parsed, station);
}

/// The same with what the spec has no place for among the fields, and what is wrong with the rest of
/// that as errors.
pub(crate) fn with_left(
    out: &mut Vec<u8>,
    parsed: &Inspection<'_>,
    station: &[u8],
    shown: Shown,
    left: &[Left],
) {
    match left.iter().find(|left| !left.is_unknown) {
        None => Writer { out, shown }.record_with(parsed, station, left),
        Some(wrong) => {
            let _ = write!(out, "{{\"error\":{{\"field\":{},\"message\":", wrong.number);
            string(out, wrong.to_string().bytes());
            out.extend_from_slice(b",\"parsed\":");
            Writer { out, shown }.record_with(parsed, station, left);
            out.extend_from_slice(b"}}");
        }
    }
}

/// `{"error":{...}}` for a message that did not parse, or could not be built.
pub(crate) fn error(out: &mut Vec<u8>, error: &Error, parsed: Option<(&Inspection<'_>, Shown)>) {
    out.extend_from_slice(b"{\"error\":{");
    match error.place() {
        Place::Element(number) => out.extend(format!("\"field\":{number},").bytes()),
        place => {
            out.extend_from_slice(b"\"place\":");
            string(out, place.to_string().bytes());
            out.push(b',');
        }
    }
    let parts: Vec<String> = error.parts().map(|key| key.to_string()).collect();
    if !parts.is_empty() {
        out.extend_from_slice(b"\"part\":");
        string(out, parts.join(".").bytes());
        out.push(b',');
    }
    let _ = write!(out, "\"byte\":{},\"message\":", error.offset());
    words(out, &error.in_lang(lang()).to_string());
    if let Some((parsed, shown)) = parsed {
        out.extend_from_slice(b",\"parsed\":");
        message(out, parsed, &[], shown);
    }
    out.extend_from_slice(b"}}");
}

/// `{"error":{...}}` for a line that holds no message.
pub(crate) fn refusal(out: &mut Vec<u8>, byte: Option<usize>, text: &str) {
    out.extend_from_slice(b"{\"error\":{\"place\":\"input\",");
    if let Some(byte) = byte {
        let _ = write!(out, "\"byte\":{byte},");
    }
    out.extend_from_slice(b"\"message\":");
    words(out, text);
    out.extend_from_slice(b"}}");
}

/// A JSON string of octets, each one character: those above 7F as U+0080 to U+00FF.
pub(crate) fn string(out: &mut Vec<u8>, octets: impl IntoIterator<Item = u8>) {
    out.push(b'"');
    for octet in octets {
        match octet {
            b'"' | b'\\' => out.extend([b'\\', octet]),
            0x20..=0x7E => out.push(octet),
            _ => {
                out.extend_from_slice(b"\\u00");
                hex::push(out, [octet]);
            }
        }
    }
    out.push(b'"');
}

/// A JSON string of words for people: characters as they are, those that are not printable escaped.
pub(crate) fn words(out: &mut Vec<u8>, text: &str) {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\n' => quoted.push_str("\\n"),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    out.extend_from_slice(in_json(&quoted).as_bytes());
}

/// The number of an element as a name, without the machinery of formatting.
fn key(out: &mut Vec<u8>, number: u32) {
    let digit = |unit: u32| b'0' + u8::try_from(number / unit % 10).unwrap_or_default();
    out.push(b'"');
    out.extend([100, 10].into_iter().filter(|unit| number >= *unit).map(digit));
    out.extend([digit(1), b'"', b':']);
}

/// The string of a value, at once where the link writes it as JSON does.
fn clear(out: &mut Vec<u8>, value: &Exposed<'_>) {
    let simple = |octet: &u8| matches!(octet, 0x20..=0x7E) && !matches!(octet, b'"' | b'\\');
    match value.as_bytes() {
        Some(octets) if octets.iter().all(simple) => {
            out.push(b'"');
            out.extend_from_slice(octets);
            out.push(b'"');
        }
        _ => string(out, value.octets()),
    }
}

impl Writer<'_> {
    fn record(&mut self, parsed: &Inspection<'_>, station: &[u8]) {
        self.record_with(parsed, station, &[]);
    }

    fn record_with(&mut self, parsed: &Inspection<'_>, station: &[u8], left: &[Left]) {
        self.out.push(b'{');
        let message = parsed.message();
        if !station.is_empty() {
            self.octets("station", station);
        }
        if let Some(header) = message.map(|message| message.header()).filter(|header| !header.is_empty()) {
            self.octets("header", header);
        }
        match self.shown {
            Shown::Exposed => parsed.mti().map(|mti| write!(self.out, "\"mti\":\"{mti}\",")),
            Shown::Masked => parsed.shown_mti().map(|mti| write!(self.out, "\"mti\":\"{mti}\",")),
        };
        if let Some(bitmaps) = message.and_then(|message| super::record::extra_bitmaps(message)) {
            let _ = write!(self.out, "\"bitmaps\":{bitmaps},");
        }
        self.out.extend_from_slice(b"\"fields\":{");
        let mut first = true;
        let mut left = left.iter().peekable();
        for field in parsed.fields() {
            while let Some(left) = left.next_if(|left| u32::from(left.number) < field.key().value()) {
                self.left(left, &mut first);
            }
            if !std::mem::take(&mut first) {
                self.out.push(b',');
            }
            key(self.out, field.key().value());
            self.value(&field);
        }
        left.for_each(|left| self.left(left, &mut first));
        self.out.push(b'}');
        if self.shown == Shown::Masked {
            self.out.extend_from_slice(b",\"masked\":true");
        }
        self.out.push(b'}');
    }

    fn left(&mut self, left: &Left, first: &mut bool) {
        if !std::mem::take(first) {
            self.out.push(b',');
        }
        let _ = write!(self.out, "\"{}\":", left.number);
        self.json(&left.json);
    }

    /// A value that has no row.
    fn json(&mut self, json: &Json) {
        let Json::Pairs(pairs) = json else {
            let value = json.shown(self.shown);
            // a character beyond Latin-1 is no octet of a message
            return string(self.out, value.chars().map(|character| u8::try_from(character).unwrap_or(b'?')));
        };
        self.out.push(b'[');
        for (index, (key, json)) in pairs.iter().enumerate() {
            self.out.extend_from_slice(if index > 0 { b",[" } else { b"[" });
            string(self.out, part_name(key).bytes());
            self.out.push(b',');
            self.json(json);
            self.out.push(b']');
        }
        self.out.push(b']');
    }

    fn octets(&mut self, name: &str, octets: &[u8]) {
        let _ = write!(self.out, "\"{name}\":\"");
        match self.shown {
            Shown::Exposed => hex::push(self.out, octets.iter().copied()),
            Shown::Masked => drop(write!(self.out, "{}", mask::hex(octets))),
        }
        self.out.extend_from_slice(b"\",");
    }

    fn value(&mut self, field: &Field<'_>) {
        let layout = field.element().layout();
        let lists = layout.is_some_and(|layout| !matches!(layout.order(), Order::Positions { .. }));
        if lists {
            self.parts(field);
        } else if self.shown == Shown::Masked && field.is_masked() {
            // what is left open of it keeps its escapes
            string(self.out, field.to_string().bytes());
        } else if field.content().is_binary() {
            self.out.push(b'"');
            hex::push(self.out, field.expose().octets());
            self.out.push(b'"');
        } else {
            clear(self.out, &field.expose());
        }
    }

    fn parts(&mut self, field: &Field<'_>) {
        self.out.push(b'[');
        for (index, part) in field.parts().enumerate() {
            if index > 0 {
                self.out.push(b',');
            }
            self.out.push(b'[');
            match (part.key().style(), self.shown) {
                // its characters may need escapes
                (KeyStyle::Text, Shown::Exposed) => string(self.out, part.key().to_string().bytes()),
                (KeyStyle::Text, Shown::Masked) => string(self.out, part.shown_key().to_string().bytes()),
                (_, Shown::Exposed) => drop(write!(self.out, "\"{}\"", part.key())),
                (_, Shown::Masked) => drop(write!(self.out, "\"{}\"", part.shown_key())),
            }
            self.out.push(b',');
            self.value(&part);
            self.out.push(b']');
        }
        self.out.push(b']');
    }
}
