//! Writing: only what departs from the dialect is said.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Write;

use super::words;
use crate::codec::{LengthUnit, Prefix};
use crate::import::words::word;
use crate::import::{ElementDoc, LayoutDoc, OrderDoc, SpecDoc};
use crate::layout::{BitmapForm, Form, NextBitmap, Row, Shape};
use crate::mask::SECRET;
use crate::spec::Dialect;

/// The document over the dialect that makes it shortest.
pub(super) fn shortest(doc: &SpecDoc) -> String {
    let texts = words::DIALECTS.iter().map(|(name, dialect)| write(doc, name, dialect));
    texts.min_by_key(String::len).unwrap_or_default()
}

fn write(doc: &SpecDoc, dialect_name: &str, dialect: &Dialect) -> String {
    let mut out = String::new();
    line(&mut out, "name", &quoted(&doc.name));
    line(&mut out, "dialect", &quoted(dialect_name));
    if doc.header != dialect.header {
        line(&mut out, "header", &doc.header.to_string());
    }
    if doc.mti != dialect.mti {
        line(&mut out, "mti", &quoted(word(words::MTI, &doc.mti)));
    }
    if doc.codes != dialect.codes {
        line(&mut out, "codes", &quoted(word(words::CODES, &doc.codes)));
    }
    match &doc.body.order {
        OrderDoc::Bitmap(form) if *form == dialect.bitmap => {}
        order => order_pairs(order, dialect).iter().for_each(|(key, value)| line(&mut out, key, value)),
    }
    elements(&mut out, "elements", &doc.body, dialect);
    out
}

/// The table of a layout's elements: plain ones a line each, composites in tables of their own.
fn elements(out: &mut String, path: &str, layout: &LayoutDoc, dialect: &Dialect) {
    let _ = write!(out, "\n[{path}]\n");
    for element in layout.elements.iter().filter(|element| element.layout.is_none()) {
        line(out, &key_of(layout, element.key), &inline(element, dialect));
    }
    for element in &layout.elements {
        let Some(inner) = &element.layout else { continue };
        let path = format!("{path}.{}", key_of(layout, element.key));
        composite(out, &path, element, inner, dialect);
    }
}

fn composite(out: &mut String, path: &str, element: &ElementDoc, inner: &LayoutDoc, dialect: &Dialect) {
    let _ = write!(out, "\n[{path}]\n");
    let parts_dialect = super::parts_dialect(element.content);
    let pairs = pairs(element, dialect).into_iter().chain(order_pairs(&inner.order, parts_dialect));
    pairs.for_each(|(key, value)| line(out, key, &value));
    if let OrderDoc::Tags { unknown: Some(unknown), .. } = &inner.order {
        match &unknown.layout {
            None => line(out, "unknown", &inline(unknown, parts_dialect)),
            Some(below) => composite(out, &format!("{path}.unknown"), unknown, below, parts_dialect),
        }
    }
    if !inner.elements.is_empty() {
        elements(out, &format!("{path}.parts"), inner, parts_dialect);
    }
}

type Pairs = Vec<(&'static str, String)>;

/// What is said of an element, its parts apart.
fn pairs(element: &ElementDoc, dialect: &Dialect) -> Pairs {
    let fixed = matches!(element.form, Form::Fixed);
    let shape = if fixed { Shape::new(element.content, 1) } else { Shape::new(element.content, 1).rest() };
    let usual = Row { key: 0, shape, name: "", privacy: SECRET }.resolve(dialect);
    let mut pairs: Pairs = Vec::new();
    pairs.push(("is", quoted(&notation(element))));
    if let Some(length) = length(element, dialect) {
        pairs.push(("length", length));
    }
    if !element.name.is_empty() {
        pairs.push(("name", quoted(&element.name)));
    }
    if element.coding != usual.coding {
        pairs.push(("coding", quoted(word(words::CODINGS, &element.coding))));
    }
    if element.fill != usual.fill {
        pairs.push(("fill", quoted(&words::fill_word(element.fill))));
    }
    if element.full_size {
        pairs.push(("full-size", "true".into()));
    }
    if element.pad_nibble != usual.pad_nibble {
        pairs.push(("spare", quoted(&words::pad_nibble_word(element.pad_nibble))));
    }
    if element.privacy != SECRET {
        pairs.push(("privacy", quoted(&words::privacy_word(element.privacy))));
    }
    pairs
}

/// `n6`, `n..19`, `an2..5`; a signed amount is written with its digits.
fn notation(element: &ElementDoc) -> String {
    let ElementDoc { min, max, content, .. } = *element;
    let sign = u32::from(content.is_signed());
    match (min, max) {
        (min, max) if min == max => format!("{content}{}", max.saturating_sub(sign)),
        (0, max) => format!("{content}..{}", max.saturating_sub(sign)),
        (min, max) => format!("{content}{}..{}", min.saturating_sub(sign), max.saturating_sub(sign)),
    }
}

fn length(element: &ElementDoc, dialect: &Dialect) -> Option<String> {
    match element.form {
        Form::Fixed => None,
        Form::Rest => Some(quoted("rest")),
        Form::IfLetter => Some(quoted("if-letter")),
        Form::Nothing => Some(quoted("nothing")),
        Form::Until(terminator) => Some(format!("{{ until = \"{}\" }}", words::until_word(terminator))),
        Form::Padded(prefix) => Some(prefix_table(prefix, ", padded = true")),
        Form::Prefixed(Prefix::BER) => Some(quoted("ber")),
        Form::Prefixed(prefix) => {
            let standard = (1..=6u8).find(|digits| dialect.prefix(element.content, *digits) == prefix);
            Some(match standard {
                Some(digits) => quoted(&"L".repeat(digits.into())),
                None => prefix_table(prefix, ""),
            })
        }
    }
}

fn prefix_table(prefix: Prefix, more: &str) -> String {
    let Prefix { coding, width, counts, includes } = prefix;
    let mut table = format!("{{ prefix = \"{}\", width = {width}", word(words::PREFIXES, &coding));
    if counts != LengthUnit::Units {
        let _ = write!(table, ", counts = \"{}\"", word(words::COUNTS, &counts));
    }
    if includes != 0 {
        let _ = write!(table, ", includes = {includes}");
    }
    table + more + " }"
}

/// What is said of an order, the model of unlisted tags apart.
fn order_pairs(order: &OrderDoc, _: &Dialect) -> Pairs {
    let mut pairs: Pairs = Vec::new();
    match order {
        OrderDoc::Bitmap(form) => pairs.push(("bitmap", bitmap(*form))),
        OrderDoc::Positions { required } => pairs.push(("positions", required.to_string())),
        OrderDoc::Tags { tag, length_first, .. } => {
            pairs.push(("tags", quoted(&words::tag_word(*tag))));
            if let Some(length_first) = length_first {
                let more = if length_first.counts_tag { "" } else { ", counts-tag = false" };
                pairs.push(("lead", prefix_table(length_first.prefix, more)));
            }
        }
    }
    pairs
}

fn bitmap(form: BitmapForm) -> String {
    let usual = BitmapForm::new(form.coding);
    let coding = word(words::CODINGS, &form.coding);
    if form == usual {
        return quoted(coding);
    }
    let mut table = format!("{{ coding = \"{coding}\"");
    if form.octets != usual.octets {
        let _ = write!(table, ", octets = {}", form.octets);
    }
    let mut more = |key, more: NextBitmap, usual| {
        if more != usual {
            let _ = write!(table, ", {key} = \"{}\"", word(words::MORE, &more));
        }
    };
    more("second", form.second, usual.second);
    more("third", form.third, usual.third);
    table + " }"
}

fn inline(element: &ElementDoc, dialect: &Dialect) -> String {
    let pairs = pairs(element, dialect);
    let said: Vec<String> = pairs.iter().map(|(key, value)| format!("{key} = {value}")).collect();
    format!("{{ {} }}", said.join(", "))
}

/// The number, position or tag as a TOML key.
fn key_of(layout: &LayoutDoc, key: u32) -> String {
    let written = layout.order.name_of(key);
    let bare = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_');
    if !written.is_empty() && written.bytes().all(bare) { written } else { quoted(&written) }
}

fn line(out: &mut String, key: &str, value: &str) {
    let _ = writeln!(out, "{key} = {value}");
}

/// A basic string: quotes, backslashes and control characters escaped.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            control if control.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}
