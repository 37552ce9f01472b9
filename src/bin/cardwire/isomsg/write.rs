//! An `<isomsg>` written: as jPOS reads it, or masked.

use std::fmt::Write;

use cardwire::{Error, Field, Inspection, layout::Order, mask, model::KeyStyle};

use super::escape;
use crate::hex;
use crate::json::{Json, Left, Shown, part_name};

/// A message and what the spec has no place for, with a remark where it comes from.
pub(crate) fn message(
    parsed: &Inspection<'_>,
    station: &[u8],
    left: &[Left],
    shown: Shown,
    origin: &str,
) -> String {
    Writer { out: remark(origin), shown }.whole(parsed, station, left, "")
}

/// What was read of a broken message, and why not all of it; it is no message, and says so.
pub(crate) fn broken(parsed: &Inspection<'_>, error: &Error, shown: Shown, origin: &str) -> String {
    Writer { out: remark(origin), shown }.whole(parsed, &[], &[], &error.to_string())
}

/// `<!-- file:1 -->`; two hyphens would end it early.
fn remark(origin: &str) -> String {
    let origin = crate::plain::escaped(origin).replace('-', "‐");
    if origin.is_empty() { String::new() } else { format!("<!-- {origin} -->\n") }
}

struct Writer {
    out: String,
    shown: Shown,
}

impl Writer {
    fn whole(mut self, parsed: &Inspection<'_>, station: &[u8], left: &[Left], error: &str) -> String {
        self.out.push_str("<isomsg");
        if self.shown == Shown::Masked {
            self.out.push_str(" masked=\"true\"");
        }
        if !error.is_empty() {
            self.attribute("error", error.bytes());
        }
        self.out.push_str(">\n");
        let header = if parsed.header().is_empty() { station } else { parsed.header() };
        if !header.is_empty() {
            let digits = match self.shown {
                Shown::Exposed => hex::text(header),
                Shown::Masked => mask::hex(header).to_string(),
            };
            let _ = writeln!(self.out, "  <header>{digits}</header>");
        }
        let mti = match self.shown {
            Shown::Exposed => parsed.mti().map(|mti| mti.to_string()),
            Shown::Masked => parsed.shown_mti().map(|mti| mti.to_string()),
        };
        if let Some(mti) = mti {
            let _ = writeln!(self.out, "  <field id=\"0\" value=\"{mti}\"/>");
        }
        let mut left = left.iter().peekable();
        for field in parsed.fields() {
            while let Some(left) = left.next_if(|left| u32::from(left.number) < field.key().value()) {
                self.left(&left.number.to_string(), &left.json, 1);
            }
            self.field(&field, Name::Number(field.key().value()), 1);
        }
        left.for_each(|left| self.left(&left.number.to_string(), &left.json, 1));
        self.out.push_str("</isomsg>\n");
        self.out
    }

    fn field(&mut self, field: &Field<'_>, name: Name<'_>, depth: usize) {
        let layout = field.element().layout();
        let nested = layout.is_some_and(|layout| match layout.order() {
            // what has no numbers is written as it is, unless some of it is hidden
            Order::Tags { .. } => {
                self.shown == Shown::Masked || matches!(layout.key(0).style(), KeyStyle::Digits(_))
            }
            Order::Bitmap(_) => true,
            Order::Positions { .. } => false,
        });
        if nested {
            self.open("<isomsg", name, depth);
            self.out.push_str(">\n");
            for (index, part) in field.parts().enumerate() {
                let (key, shown) = (part.key().to_string(), part.shown_key().to_string());
                let written = if self.shown == Shown::Exposed { key.clone() } else { shown };
                let name = match part.key().style() {
                    KeyStyle::Number | KeyStyle::Digits(_) if written == key => {
                        Name::Number(part.key().value())
                    }
                    KeyStyle::Number | KeyStyle::Digits(_) => Name::Text(&written),
                    _ => Name::Tag(index + 1, &written),
                };
                self.field(&part, name, depth + 1);
            }
            let _ = writeln!(self.out, "{:1$}</isomsg>", "", 2 * depth);
            return;
        }
        self.open("<field", name, depth);
        match (self.shown, field.content().is_binary()) {
            (Shown::Exposed, true) => self.attribute("value", digits(field.expose().octets())),
            (Shown::Exposed, false) => self.attribute("value", field.expose().octets()),
            // what is shown whole keeps characters that `Display` writes in another way
            (Shown::Masked, false) if !field.is_masked() => {
                self.attribute("value", field.expose().octets());
            }
            (Shown::Masked, _) => self.attribute("value", field.to_string().bytes()),
        }
        self.out.push_str(if field.content().is_binary() { " type=\"binary\"/>\n" } else { "/>\n" });
    }

    /// A value that has no row: nobody knows how private it is.
    fn left(&mut self, key: &str, json: &Json, depth: usize) {
        if let Json::Pairs(pairs) = json {
            self.open("<isomsg", Name::Text(key), depth);
            self.out.push_str(">\n");
            pairs.iter().for_each(|(key, json)| self.left(part_name(key), json, depth + 1));
            let _ = writeln!(self.out, "{:1$}</isomsg>", "", 2 * depth);
            return;
        }
        self.open("<field", Name::Text(key), depth);
        let value = json.shown(self.shown);
        // a character beyond Latin-1 is no octet of a message
        self.attribute("value", value.chars().map(|character| u8::try_from(character).unwrap_or(b'?')));
        self.out.push_str(if matches!(json, Json::Octets(_)) { " type=\"binary\"/>\n" } else { "/>\n" });
    }

    fn open(&mut self, tag: &str, name: Name<'_>, depth: usize) {
        let _ = write!(self.out, "{:1$}{tag}", "", 2 * depth);
        match name {
            Name::Number(number) => drop(write!(self.out, " id=\"{number}\"")),
            Name::Text(key) => self.attribute("id", key.bytes()),
            Name::Tag(index, tag) => {
                let _ = write!(self.out, " id=\"{index}\"");
                self.attribute("tag", tag.bytes());
            }
        }
    }

    fn attribute(&mut self, name: &str, value: impl IntoIterator<Item = u8>) {
        let _ = write!(self.out, " {name}=\"");
        escape::push(&mut self.out, value);
        self.out.push('"');
    }
}

/// How an element is called.
#[derive(Clone, Copy)]
enum Name<'n> {
    Number(u32),
    Text(&'n str),
    /// The number in order, and the tag.
    Tag(usize, &'n str),
}

fn digits(octets: impl IntoIterator<Item = u8>) -> Vec<u8> {
    let mut digits = Vec::new();
    hex::push(&mut digits, octets);
    digits
}
