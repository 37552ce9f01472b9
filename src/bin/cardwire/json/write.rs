//! Messages and errors as JSON, written straight from the wire.

use cardwire::{Error, Field, Inspection, Order, Place};

use crate::hex;
use crate::input::Payload;

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

/// `{"error":{...}}` for a message that did not parse, or could not be built.
pub(crate) fn error(out: &mut Vec<u8>, error: &Error, parsed: Option<(&Inspection<'_>, Shown)>) {
    out.extend(b"{\"error\":{");
    match error.place() {
        Place::Element(number) => out.extend(format!("\"field\":{number},").bytes()),
        place => {
            out.extend(b"\"place\":");
            string(out, place.to_string().bytes());
            out.push(b',');
        }
    }
    let parts: Vec<String> = error.parts().map(|key| key.to_string()).collect();
    if !parts.is_empty() {
        out.extend(b"\"part\":");
        string(out, parts.join(".").bytes());
        out.push(b',');
    }
    out.extend(format!("\"byte\":{},\"message\":", error.offset()).bytes());
    string(out, error.to_string().bytes());
    if let Some((parsed, shown)) = parsed {
        out.extend(b",\"parsed\":");
        message(out, parsed, &[], shown);
    }
    out.extend(b"}}");
}

/// `{"error":{...}}` for a line that holds no message.
pub(crate) fn refusal(out: &mut Vec<u8>, byte: Option<usize>, text: &str) {
    out.extend(b"{\"error\":{\"place\":\"input\",");
    if let Some(byte) = byte {
        out.extend(format!("\"byte\":{byte},").bytes());
    }
    out.extend(b"\"message\":");
    string(out, text.bytes());
    out.extend(b"}}");
}

/// A JSON string of octets, each one character: those above 7F as U+0080 to U+00FF.
pub(crate) fn string(out: &mut Vec<u8>, octets: impl IntoIterator<Item = u8>) {
    out.push(b'"');
    for octet in octets {
        match octet {
            b'"' | b'\\' => out.extend([b'\\', octet]),
            0x20..=0x7E => out.push(octet),
            _ => {
                out.extend(b"\\u00");
                hex::push(out, [octet]);
            }
        }
    }
    out.push(b'"');
}

impl Writer<'_> {
    fn record(&mut self, parsed: &Inspection<'_>, station: &[u8]) {
        self.out.push(b'{');
        let message = parsed.message();
        if !station.is_empty() {
            self.octets("station", station);
        }
        if let Some(header) = message.map(|message| message.header()).filter(|header| !header.is_empty()) {
            self.octets("header", header);
        }
        if let Some(mti) = parsed.mti() {
            self.out.extend(format!("\"mti\":\"{mti}\",").bytes());
        }
        if let Some(bitmaps) = message.and_then(|message| super::record::extra_bitmaps(message)) {
            self.out.extend(format!("\"bitmaps\":{bitmaps},").bytes());
        }
        self.out.extend(b"\"fields\":{");
        let mut first = true;
        for field in parsed.fields() {
            if !std::mem::take(&mut first) {
                self.out.push(b',');
            }
            self.out.extend(format!("\"{}\":", field.key()).bytes());
            self.value(&field);
        }
        self.out.push(b'}');
        if self.shown == Shown::Masked {
            self.out.extend(b",\"masked\":true");
        }
        self.out.push(b'}');
    }

    fn octets(&mut self, name: &str, octets: &[u8]) {
        self.out.extend(format!("\"{name}\":\"").bytes());
        hex::push(self.out, octets.iter().copied());
        self.out.extend(b"\",");
    }

    fn value(&mut self, field: &Field<'_>) {
        let layout = field.element().layout();
        let lists = layout.is_some_and(|layout| !matches!(layout.order(), Order::Positions { .. }));
        match (lists, self.shown) {
            (true, _) => self.parts(field),
            (false, Shown::Exposed) if field.content().is_binary() => {
                self.out.push(b'"');
                hex::push(self.out, field.expose().octets());
                self.out.push(b'"');
            }
            (false, Shown::Exposed) => string(self.out, field.expose().octets()),
            (false, Shown::Masked) => self.masked(field),
        }
    }

    fn parts(&mut self, field: &Field<'_>) {
        self.out.push(b'[');
        for (index, part) in field.parts().enumerate() {
            if index > 0 {
                self.out.push(b',');
            }
            self.out.push(b'[');
            string(self.out, part.key().to_string().bytes());
            self.out.push(b',');
            self.value(&part);
            self.out.push(b']');
        }
        self.out.push(b']');
    }

    /// A value as its privacy shows it; open text that is not printable keeps its escapes.
    fn masked(&mut self, field: &Field<'_>) {
        if field.element().privacy().is_open() && !field.content().is_binary() {
            string(self.out, field.expose().octets());
        } else {
            string(self.out, field.to_string().bytes());
        }
    }
}

impl Payload {
    /// The station header, to be shown.
    pub(crate) fn station(&self) -> &[u8] {
        &self.station
    }
}
