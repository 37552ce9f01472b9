//! Rows of j8583's own tests: its types as a guide that is imported, its flags as options.

use cardwire::import::ElementDoc;
use cardwire::import::j8583::{Options, import};
use cardwire::layout::CodePage;
use serde_json::Value as Json;

use crate::replay::{Tree, Values, alone, announced, both_ways};
use crate::report::Outcome;
use crate::row::{Row, unhex};

/// How a message factory is set.
fn options(row: &Row, binary: &str) -> Options {
    let is = |key| row.param(key).as_bool().unwrap_or(false);
    let mut options = Options::new();
    match row.param("encoding").as_str().unwrap_or_default() {
        // 277 agrees with it in letters and digits
        "Cp1047" | "Cp277" => options = options.character_encoding(CodePage::Cp1047),
        "Cp037" => options = options.character_encoding(CodePage::Cp037),
        "Cp500" => options = options.character_encoding(CodePage::Cp500),
        _ => {}
    }
    let set = [
        (binary, Options::use_binary_fields as fn(Options) -> Options),
        ("binaryHeader", Options::use_binary_header),
        ("binaryBitmap", Options::use_binary_bitmap),
        ("forceStringEncoding", Options::force_string_encoding),
        ("varLenInHex", Options::variable_length_fields_in_hex),
    ];
    set.into_iter().filter(|(key, _)| is(key)).fold(options, |options, (_, set)| set(options))
}

/// A configuration with one guide.
fn guide(fields: &[(u8, &str, u64)]) -> String {
    let field = |(number, kind, length): &(u8, &str, u64)| {
        format!("<field num='{number}' type='{kind}' length='{length}'/>")
    };
    let fields: String = fields.iter().map(field).collect();
    format!("<j8583-config><parse type='0200'>{fields}</parse></j8583-config>")
}

pub(crate) fn replay(row: &Row) -> Outcome {
    match row.is_error() {
        true => row.refused_by_peer(|| exchanged(row)),
        false => exchanged(row),
    }
}

fn exchanged(row: &Row) -> Outcome {
    let Some(wire) = row.wire() else { return Outcome::Nothing };
    let outcome = if row.text("kind") == "message" { message(row, &wire) } else { field(row, &wire) };
    let is_utf8 = row.param("encoding") == "UTF-8" && !row.json["value"].to_string().is_ascii();
    match outcome {
        Outcome::Exact => Outcome::Exact,
        _ if is_utf8 => Outcome::Refused("characters of two octets".into()),
        other => other,
    }
}

fn field(row: &Row, wire: &[u8]) -> Outcome {
    let length = row.param("length").as_u64().unwrap_or(0);
    let doc = match import(&guide(&[(2, row.class(), length)]), &options(row, "binary")) {
        Ok(doc) => doc,
        Err(error) => return Outcome::Refused(format!("spec: {error}")),
    };
    let element = doc.element(2).unwrap();
    let value = tree(row.class(), &row.json["value"], element, None, length);
    both_ways(&alone(element.clone(), 2), &announced(2, wire), &vec![(2, value)])
}

fn message(row: &Row, wire: &[u8]) -> Outcome {
    let Some(fields) = row.json["value"]["fields"].as_object() else {
        return Outcome::Nothing;
    };
    let of = |(number, field): (&String, &Json)| {
        (
            number.parse().unwrap(),
            field["type"].as_str().unwrap().to_owned(),
            field["length"].as_u64().unwrap(),
        )
    };
    let mut types: Vec<(u8, String, u64)> = fields.iter().map(of).collect();
    types.sort();
    let rows: Vec<(u8, &str, u64)> =
        types.iter().map(|(number, kind, length)| (*number, kind.as_str(), *length)).collect();
    let text_header = row.param("isoHeader").as_str().map_or(0, str::len);
    let octet_header = row.param("binIsoHeader").as_str().map_or(0, |hex| hex.len() / 2);
    let parsed = usize::try_from(row.param("headerLength").as_u64().unwrap_or(0)).unwrap();
    let options = options(row, "binaryFields").header(text_header + octet_header + parsed);
    let doc = match import(&guide(&rows), &options) {
        Ok(doc) => doc,
        // a message of no field needs no guide
        Err(_) if rows.is_empty() => import(&guide(&[(2, "NUMERIC", 1)]), &options).unwrap(),
        Err(error) => return Outcome::Refused(format!("spec: {error}")),
    };
    let mut values = Values::new();
    for (number, class, length) in rows {
        // element 65 may be the third bitmap itself
        if let Some(element) = doc.element(number.into()) {
            let field = &fields[&number.to_string()];
            values.push((number, tree(class, &field["value"], element, field["text"].as_str(), length)));
        }
    }
    both_ways(&doc, wire, &values)
}

/// A value of j8583 as the element has it. Dates are moments in time: the text says their digits.
fn tree(class: &str, value: &Json, element: &ElementDoc, text: Option<&str>, length: u64) -> Tree {
    let octets = value["b"].as_str().map(unhex);
    let is_hex = matches!(element.content, cardwire::layout::Content::H | cardwire::layout::Content::N);
    match (octets, value.as_str().or(text)) {
        (Some(octets), _) if !is_hex => Tree::Octets(octets),
        (Some(octets), text) => {
            let hex: String = octets.iter().map(|octet| format!("{octet:02X}")).collect();
            let (digits, length) = (hex.len(), usize::try_from(length).unwrap());
            let is_odd = class.contains("BCDBIN") || class.contains("LENGTHNUM");
            match text {
                // octets read from an odd number of digits do not say so
                Some(_) if is_odd && hex.starts_with('0') && (digits == 2 * length || digits == length) => {
                    Tree::Opaque
                }
                // an odd number of digits is known by the length alone
                _ if is_odd && digits == length + 1 => Tree::Text(hex[1..].to_owned()),
                Some(text) if text.eq_ignore_ascii_case(&hex) => Tree::Text(text.to_owned()),
                _ => Tree::Text(hex),
            }
        }
        (None, Some(text)) if value.is_object() && text.bytes().any(|octet| !octet.is_ascii_digit()) => {
            Tree::Opaque
        }
        (None, Some(text)) => said(class, text, element),
        (None, None) => Tree::Opaque,
    }
}

fn said(class: &str, text: &str, element: &ElementDoc) -> Tree {
    match (class, element.content) {
        // units and cents
        ("AMOUNT", _) if text.len() < 12 => {
            let (units, cents) = text.split_once('.').unwrap_or((text, "00"));
            Tree::Text(format!("{units}{cents:0<2}"))
        }
        (_, cardwire::layout::Content::B) => {
            Tree::Octets(even(text).map_or_else(Vec::new, |text| unhex(&text)))
        }
        (_, cardwire::layout::Content::H) if !class.contains("BCDBIN") => {
            Tree::Text(even(text).unwrap_or_default())
        }
        _ => Tree::Text(text.into()),
    }
}

/// Hexadecimal digits with a zero in front of an odd number of them.
fn even(text: &str) -> Option<String> {
    let is_hex = text.bytes().all(|octet| octet.is_ascii_hexdigit());
    is_hex.then(|| if text.len() % 2 == 1 { format!("0{text}") } else { text.to_owned() })
}
