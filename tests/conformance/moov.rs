//! Rows of moov-io/iso8583's own tests: its specs imported, its values laid over our elements.

use std::path::Path;

use cardwire::import::{ElementDoc, LayoutDoc, OrderDoc, SpecDoc, moov};
use cardwire::layout::{Form, NextBitmap, b, row as table_row};
use cardwire::mask::SECRET;
use cardwire::spec::{Dialect, ISO87_BCD_N49};
use cardwire::{
    Builder, Message, Mti,
    layout::{BitmapForm, Coding, Content, LengthUnit, Prefix, PrefixCoding},
};
use serde_json::{Value as Json, json};

use crate::replay::{Tree, Values, alone, announced, both_ways, built};
use crate::report::Outcome;
use crate::row::{Row, unhex};

/// The specs that its tests use, by their ids.
pub(crate) struct Specs(Json);

impl Specs {
    pub(crate) fn read(shared: &Path) -> Self {
        let text = std::fs::read_to_string(shared.join("corpora/moov/specs/_from_tests.json")).unwrap();
        Self(serde_json::from_str(&text).unwrap())
    }

    fn of(&self, row: &Row) -> &Json {
        &self.0[row.text("spec_id")]
    }
}

/// What a row is about, for the table: the level, and the coding, prefix or type.
pub(crate) fn class(specs: &Specs, row: &Row) -> String {
    let detail = match row.text("level") {
        "encoding" => row.text("enc"),
        "prefix" => row.text("prefix").split('.').next().unwrap_or_default(),
        "field" => specs.of(row)["type"].as_str().unwrap_or_default(),
        "message" => row.text("op"),
        "probe" => row.text("case"),
        _ => "",
    };
    format!("{} {detail}", row.text("level")).trim_end().to_owned()
}

pub(crate) fn replay(shared: &Path, specs: &Specs, row: &Row) -> Outcome {
    match row.text("level") {
        "message" => message(specs.of(row), row),
        "field" => field(specs.of(row), row),
        "bench_message" => benchmark(shared, row),
        _ => crate::moov_parts::replay(shared, row),
    }
}

pub(crate) fn wire(row: &Row) -> Vec<u8> {
    let mut wire = unhex(row.text("raw"));
    if let Some(read) = row.json["read"].as_u64() {
        wire.truncate(usize::try_from(read).unwrap());
    }
    wire
}

fn message(spec: &Json, row: &Row) -> Outcome {
    let doc = match moov::parse(&spec.to_string()) {
        Ok(doc) => doc,
        Err(error) => return Outcome::Refused(format!("spec: {error}")),
    };
    let wire = wire(row);
    let outcome = match (row.is_error(), row.is_pack()) {
        (true, true) => must_refuse(row, building(&doc, spec, &row.json["partial_values"])),
        (true, false) => must_refuse(row, reading(&doc, &wire)),
        (false, _) => exchanged(&doc, spec, row, &wire),
    };
    match outcome {
        Outcome::Exact => Outcome::Exact,
        _ if is_wide(spec, row, &wire) => {
            Outcome::Differs("a first bitmap of 16 octets without its first bit".into())
        }
        other => other,
    }
}

/// Whether the peer has a first bitmap of 16 octets, whatever its first bit says, where another
/// library would find one of 8.
fn is_wide(spec: &Json, row: &Row, wire: &[u8]) -> bool {
    let first = wire.get(4).map(|digit| char::from(*digit).to_digit(16).unwrap_or(0));
    let is_short = first.is_none_or(|digit| digit < 8);
    // in front of an error all that can be said is that 32 more octets were read
    spec["fields"]["1"]["length"] == 16 && (is_short || row.is_error())
}

fn exchanged(doc: &SpecDoc, spec: &Json, row: &Row, wire: &[u8]) -> Outcome {
    let parsed: Json = serde_json::from_str(row.text("json")).unwrap_or(Json::Null);
    let given = if row.text("op") == "json" { &parsed } else { &row.json["values"] };
    both_ways(doc, wire, &values(doc, spec, given))
}

/// What stands in the way of a peer's values.
fn building(doc: &SpecDoc, spec: &Json, given: &Json) -> Result<(), String> {
    let mti = given["0"]["v"].as_str().unwrap_or("0200");
    let mti: Mti = mti.parse().map_err(|error| format!("{error}"))?;
    built(doc, mti, &values(doc, spec, given)).map(|_| ())
}

pub(crate) fn reading(doc: &SpecDoc, wire: &[u8]) -> Result<(), String> {
    let read = |spec: &cardwire::Spec<'_>| Message::parse(spec, wire).map(|_| ()).map_err(told);
    doc.with(read).unwrap_or_else(|error| Err(error.to_string()))
}

fn told(error: cardwire::Error) -> String {
    format!("{:?}, {error}", error.kind())
}

/// The peer refused it, so it must be refused here.
pub(crate) fn must_refuse(row: &Row, done: Result<(), String>) -> Outcome {
    let error = row.text("error");
    let fixed =
        error.split_once("field length: ").and_then(|(_, said)| said.split_once(" should be fixed: "));
    let is_short = fixed.is_some_and(|(found, wanted)| {
        let [found, wanted] = [found, wanted].map(|said| said.parse().unwrap_or(0u32));
        found < wanted
    });
    match done {
        Err(_) => Outcome::Exact,
        Ok(()) if is_short => Outcome::Differs("a value too short for a fixed field is filled".into()),
        Ok(()) => Outcome::Differs(format!("accepted, the peer says: {error}")),
    }
}

/// A field of a type as an element.
pub(crate) fn element(field: &Json) -> Result<ElementDoc, String> {
    let spec = json!({ "fields": {
        "0": { "type": "String", "length": 4, "enc": "BCD", "prefix": "BCD.Fixed" },
        "1": { "type": "Bitmap", "enc": "Binary", "prefix": "Binary.Fixed" },
        "2": field,
    } });
    let doc = moov::parse(&spec.to_string()).map_err(|error| format!("spec: {error}"))?;
    Ok(doc.element(2).unwrap().clone())
}

fn field(spec: &Json, row: &Row) -> Outcome {
    let octets = wire(row);
    let given = &row.json["value"];
    if spec["type"] == "Bitmap" && spec["disableAutoExpand"].is_null() {
        return bitmap(spec, row, &octets);
    }
    let element = match element(spec) {
        Ok(element) => element,
        Err(error) => return Outcome::Refused(error),
    };
    let value = match spec["type"].as_str() {
        Some("Track1")
            if squeezed(&octets) == squeezed(given["v"].as_str().unwrap_or_default().as_bytes()) =>
        {
            Tree::Opaque
        }
        _ => tree(spec, &element, given),
    };
    let doc = alone(element, 2);
    match (row.is_error(), row.is_pack()) {
        (false, _) => both_ways(&doc, &announced(2, &octets), &vec![(2, value)]),
        (true, false) => must_refuse(row, reading(&doc, &announced(2, &octets))),
        (true, true) => must_refuse(row, built(&doc, Mti::FINANCIAL_REQUEST, &vec![(2, value)]).map(|_| ())),
    }
}

/// A track 1 without its length and the blanks after the name, which the peer drops.
fn squeezed(track: &[u8]) -> String {
    let text = String::from_utf8_lossy(track);
    let parts = text.trim_start_matches(|digit: char| digit.is_ascii_digit()).split('^');
    parts.map(str::trim_end).collect::<Vec<_>>().join("^")
}

/// A bitmap alone: a message of empty elements, one for each of its bits.
fn bitmap(spec: &Json, row: &Row, octets: &[u8]) -> Outcome {
    let coding = if spec["enc"] == "Binary" { Coding::Raw } else { Coding::Hex };
    let bits = if coding == Coding::Raw { octets.to_vec() } else { unhex(&String::from_utf8_lossy(octets)) };
    let is_set = |number: usize| bits[(number - 1) / 8] & (0x80 >> ((number - 1) % 8)) != 0;
    let numbers: Vec<u8> = (1..=bits.len() * 8)
        .filter(|number| !matches!(number, 1 | 65) && is_set(*number))
        .map(|number| u8::try_from(number).unwrap())
        .collect();
    let length = Prefix { coding: PrefixCoding::Binary, width: 1, counts: LengthUnit::Units, includes: 0 };
    let rows = numbers.iter().map(|number| table_row((*number).into(), b(9).prefix(length), "", SECRET));
    let elements = rows.map(|row| ElementDoc::new(&row, &Dialect::BCD)).collect();
    let mut doc = alone(ElementDoc::new(&table_row(2, b(1), "", SECRET), &Dialect::BCD), 2);
    let order = OrderDoc::Bitmap(BitmapForm::new(coding).third(NextBitmap::Announced));
    doc.body = LayoutDoc { order, elements };
    let wire = [&[0x08, 0x00], octets, &vec![0; numbers.len()]].concat();
    match row.is_error() {
        true => must_refuse(row, reading(&doc, &wire)),
        false => {
            let values = numbers.iter().map(|number| (*number, Tree::Octets(Vec::new())));
            both_ways(&doc, &wire, &values.collect())
        }
    }
}

/// The values of a message; MTI and bitmaps apart.
fn values(doc: &SpecDoc, spec: &Json, given: &Json) -> Values {
    let mut values = Values::new();
    for (key, value) in given.as_object().into_iter().flatten() {
        let number: u8 = key.parse().unwrap();
        if let Some(element) = doc.element(number.into()) {
            values.push((number, tree(&spec["fields"][key], element, value)));
        }
    }
    values.sort_by_key(|(number, _)| *number);
    values
}

/// A value as the element has it: `{"v": text}`, `{"x": octets}`, `{"sub": parts}`, or as JSON.
fn tree(spec: &Json, element: &ElementDoc, value: &Json) -> Tree {
    let parts = value["sub"].as_object().or_else(|| element.layout.as_ref().and(value.as_object()));
    match (parts, &element.layout) {
        (Some(parts), Some(layout)) => {
            let of = |(key, value): (&String, &Json)| {
                let key_here = key_of(spec, layout, key);
                let below = &spec["subfields"][key];
                match layout.element(key_here) {
                    Some(part) => (key_here, tree(below, part, value)),
                    None => (key_here, Tree::Octets(unhex(value["x"].as_str().unwrap_or_default()))),
                }
            };
            let mut keyed: Vec<(u32, Tree)> = parts.iter().map(of).collect();
            keyed.sort_by_key(|(key, _)| *key);
            return Tree::Keyed(keyed);
        }
        (Some(_), None) => return Tree::Opaque,
        _ => {}
    }
    if let Some(octets) = value["x"].as_str().and_then(octets) {
        return Tree::Octets(octets);
    }
    let number = value.as_u64().map(|number| number.to_string());
    match value["v"].as_str().or(value.as_str()).or(number.as_deref()) {
        Some(text) if element.content == Content::B => match octets(text) {
            Some(octets) if value.is_string() => Tree::Octets(octets),
            _ => Tree::Octets(text.as_bytes().to_vec()),
        },
        Some(text) if element.form == Form::Fixed && text.is_empty() && element.content == Content::N => {
            Tree::Text("0".into())
        }
        Some(text) if spec["type"] == "Numeric" && element.form != Form::Fixed => {
            Tree::Number(text.to_owned())
        }
        Some(text) => Tree::Text(text.to_owned()),
        None => Tree::Opaque,
    }
}

/// Octets of hexadecimal digits; what is none stands for itself and fits nowhere.
fn octets(text: &str) -> Option<Vec<u8>> {
    let is_hex = text.len().is_multiple_of(2) && text.bytes().all(|octet| octet.is_ascii_hexdigit());
    if is_hex { Some(unhex(text)) } else { Some(text.as_bytes().to_vec()) }
}

/// The position, number or tag of a part, by the key that the peer has for it.
fn key_of(spec: &Json, layout: &LayoutDoc, key: &str) -> u32 {
    let digits = |key: &str| key.parse::<u32>().unwrap_or(u32::MAX);
    match &layout.order {
        OrderDoc::Positions { .. } => {
            let mut keys: Vec<&String> = spec["subfields"].as_object().unwrap().keys().collect();
            keys.sort_by_key(|key| digits(key));
            // one that the spec does not have is nowhere
            let index = keys.iter().position(|known| digits(known) == digits(key)).unwrap_or(usize::MAX - 1);
            u32::try_from(index + 1).unwrap_or(u32::MAX)
        }
        order => {
            let width = usize::try_from(spec["tag"]["length"].as_u64().unwrap_or(0)).unwrap();
            order.key_named(&format!("{key:0>width$}")).unwrap_or(u32::MAX)
        }
    }
}

/// Messages of a benchmark: no values, so they are read and copied.
fn benchmark(shared: &Path, row: &Row) -> Outcome {
    let wire = wire(row);
    let read = |file: &str| {
        let text = std::fs::read_to_string(shared.join("corpora/moov/specs").join(file)).unwrap();
        serde_json::from_str::<Json>(&text).unwrap()
    };
    let doc = match row.text("spec") {
        "ISO 8583 v1987 ASCII" => moov::parse(&read("go_specs.Spec87ASCII.json").to_string()),
        name if name.starts_with("iso8583.Spec87 ") => {
            let mut spec = read("go_iso8583.Spec87.json");
            spec["fields"]["3"]["type"] = "String".into();
            moov::parse(&spec.to_string())
        }
        _ => Ok(SpecDoc::from_spec(&ISO87_BCD_N49)),
    };
    let copied = doc.unwrap().with(|spec| {
        let message = Message::parse(spec, &wire).map_err(told)?;
        Ok(Builder::copy_of(&message, spec).to_vec().unwrap() == wire)
    });
    match copied.unwrap() {
        Ok(true) => Outcome::Exact,
        Ok(false) => Outcome::Differs("the copy is not the input".into()),
        Err(_) if row.text("spec") == "ISO 8583 v1987 ASCII" && wire[4] < b'8' => {
            Outcome::Differs("a first bitmap of 16 octets without its first bit".into())
        }
        Err(said) => Outcome::Refused(said),
    }
}
