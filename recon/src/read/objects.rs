//! NDJSON: one object a line, with the names of columns as keys, or as the command `cardwire decode` prints it.

use std::io::{self, BufRead};

use serde_json::{Map as Object, Value};

use super::column::Column;
use super::make::Maker;
use super::map::Map;
use super::row::Row;
use super::table::next_line;
use super::tell::Teller;
use crate::record::Place;

/// The longest line.
const MOST: u64 = 1 << 20;

/// Reads a file of objects.
pub(super) fn read(
    mut input: impl BufRead,
    map: &Map,
    maker: &Maker,
    teller: &mut Teller<'_>,
) -> io::Result<()> {
    let (mut line, mut number, mut row) = (Vec::new(), 0, Row::default());
    while let Some(is_whole) = next_line(&mut input, &mut line, MOST)? {
        number += 1;
        let place = Place::Line(number);
        if !is_whole {
            teller.refuse(place, "the line is longer than 1 MiB");
            continue;
        }
        let text = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&line).trim_ascii();
        if text.is_empty() {
            continue;
        }
        match serde_json::from_slice(text) {
            Ok(Value::Object(object)) => {
                if object.contains_key("skipped") {
                    teller
                        .note(place, "packets of the capture that were not read, by the command `cardwire`");
                    continue;
                }
                row.clear();
                match fill(&mut row, &object, map) {
                    Ok(()) => maker.take(&mut row, place, teller),
                    Err(reason) => teller.refuse(place, reason),
                }
            }
            Ok(_) => teller.refuse(place, "the line is JSON, but no object"),
            // its words name a place and never a value
            Err(error) => {
                teller.refuse(place, format_args!("the line is no JSON (column {})", error.column()))
            }
        }
    }
    Ok(())
}

fn fill(row: &mut Row, object: &Object<String, Value>, map: &Map) -> Result<(), String> {
    if object.contains_key("error") {
        return Err("the object tells an error of the command `cardwire`, and is no message".into());
    }
    for (name, value) in object {
        match (name.as_str(), value) {
            ("fields", Value::Object(fields)) => {
                for (number, value) in fields {
                    let column = number.parse().ok().and_then(Column::of_element);
                    if let Some(column) = column {
                        put(row, column, value, map)?;
                    }
                }
            }
            ("origin", Value::Object(origin)) => {
                for (member, column) in [("time", Column::Time), ("from", Column::From), ("to", Column::To)] {
                    if let Some(value) = origin.get(member) {
                        put(row, column, value, map)?;
                    }
                }
            }
            _ => {
                if let Some(column) = map.column(name) {
                    put(row, column, value, map)?;
                }
            }
        }
    }
    Ok(())
}

fn put(row: &mut Row, column: Column, value: &Value, map: &Map) -> Result<(), String> {
    match value {
        Value::Null | Value::Object(_) => (),
        Value::Bool(is_true) => row.put(column, if *is_true { "true" } else { "false" }),
        Value::String(text) => row.put(column, map.value(column, text)),
        Value::Number(number) => {
            let text = number.to_string();
            // a number with decimals was read as one of floating point: fifteen digits are exact
            if number.is_f64() && (text.len() > 16 || text.contains('e')) {
                return Err(format!(
                    "`{}` has more digits than a number in JSON keeps: write it as a text",
                    column.name()
                ));
            }
            row.put(column, map.value(column, &text));
        }
        Value::Array(items) => {
            let texts: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            // parts of a composite element are no text
            if texts.len() == items.len() {
                row.put(column, &texts.join(" "));
            }
        }
    }
    Ok(())
}
