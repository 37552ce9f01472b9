//! An `<isomsg>` read.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::escape::unescape;
use crate::hex;
use crate::json::{Json, Record};

/// How deep messages may lie within messages.
const MOST_NESTING: usize = 8;

/// What is wrong, in words that hold nothing of the message.
type Trouble = String;

/// The message of one element.
pub(crate) fn record(element: &[u8]) -> Result<Record, Trouble> {
    // logs of older systems are in Latin-1
    let text: Cow<'_, str> = match std::str::from_utf8(element) {
        Ok(text) => text.into(),
        Err(_) => element.iter().map(|octet| char::from(*octet)).collect::<String>().into(),
    };
    let mut reader = Reader::from_str(&text);
    let mut open: Vec<Open> = Vec::new();
    let mut field: Option<Field> = None;
    let mut header: Option<(String, bool)> = None;
    let mut headers = Vec::new();
    loop {
        // what quick-xml says of a text may repeat some of it
        let event = reader.read_event().map_err(|_| "the XML of an <isomsg> is malformed".to_owned())?;
        let is_empty = matches!(event, Event::Empty(_));
        match event {
            Event::Start(tag) | Event::Empty(tag) => match tag.name().as_ref() {
                "isomsg" => {
                    if open.len() == MOST_NESTING {
                        return Err(format!("messages lie within each other deeper than {MOST_NESTING}"));
                    }
                    open.push(Open::of(&tag, open.is_empty(), &mut headers)?);
                    if is_empty {
                        close(&mut open)?;
                    }
                }
                "field" => {
                    let found = Field::of(&tag)?;
                    match is_empty {
                        true => put(&mut open, found)?,
                        false => field = Some(found),
                    }
                }
                "header" => {
                    let attribute = get(&tag, "value")?;
                    let is_text = matches!(get(&tag, "encoding")?.as_deref(), Some("ascii" | "ASCII"));
                    match is_empty {
                        true => headers.extend(attribute.map(|text| (text, is_text))),
                        false => header = Some((attribute.unwrap_or_default(), is_text)),
                    }
                }
                _ => (),
            },
            Event::End(tag) => match tag.name().as_ref() {
                "isomsg" if open.len() > 1 => close(&mut open)?,
                "field" => field.take().map_or(Ok(()), |field| put(&mut open, field))?,
                "header" => headers.extend(header.take()),
                _ => (),
            },
            Event::Text(text) => add(&mut field, &mut header, &unescape(&text)?),
            Event::CData(text) => add(&mut field, &mut header, &text),
            Event::GeneralRef(name) => add(&mut field, &mut header, &unescape(&format!("&{};", &*name))?),
            Event::DocType(_) => return Err("a document type within an <isomsg> is not read".into()),
            Event::Eof => break,
            _ => (),
        }
    }
    let root = open.pop().filter(|_| open.is_empty()).ok_or("the XML of an <isomsg> is malformed")?;
    finish(root, headers)
}

/// A message, or one within another.
struct Open {
    /// The key that it has in the message around it.
    key: String,
    fields: Vec<(String, Json)>,
}

/// A `<field>`.
struct Field {
    key: String,
    value: Option<String>,
    kind: Option<String>,
    currency: Option<String>,
}

impl Open {
    fn of(tag: &BytesStart<'_>, is_root: bool, headers: &mut Vec<(String, bool)>) -> Result<Self, Trouble> {
        if is_root {
            if get(tag, "masked")?.is_some() {
                return Err("the message is masked: decode it with --expose".into());
            }
            if get(tag, "error")?.is_some() {
                return Err("this is what was read of a broken message".into());
            }
            headers.extend(get(tag, "header")?.map(|text| (text, false)));
        }
        let key = if is_root { String::new() } else { key(tag)? };
        Ok(Self { key, fields: Vec::new() })
    }
}

impl Field {
    fn of(tag: &BytesStart<'_>) -> Result<Self, Trouble> {
        let (value, kind, currency) = (get(tag, "value")?, get(tag, "type")?, get(tag, "currency")?);
        Ok(Self { key: key(tag)?, value, kind, currency })
    }

    fn json(self) -> Result<Option<Json>, &'static str> {
        let value = self.value.unwrap_or_default();
        match self.kind.as_deref() {
            None | Some("" | "string") => Ok(Some(Json::Text(value))),
            Some("binary") => match hex::octets(value.trim().as_bytes()) {
                Ok(octets) => Ok(Some(Json::Octets(octets))),
                Err(_) if value.contains(['*', '_', '[']) => Err("its octets are masked in the log"),
                Err(_) => Err("a binary value is not hexadecimal digits"),
            },
            // a bitmap follows from the elements
            Some("bitmap") => Ok(None),
            Some("amount") => {
                amount(&value, &self.currency.unwrap_or_default()).map(|text| Some(Json::Text(text)))
            }
            Some(_) => Err("its type is none of binary, bitmap and amount"),
        }
    }
}

/// The key of a field or a message: the number, or the tag where it is said.
fn key(tag: &BytesStart<'_>) -> Result<String, Trouble> {
    let key = match (get(tag, "tag")?, get(tag, "token")?) {
        (Some(tag), _) | (None, Some(tag)) => Some(tag),
        (None, None) => get(tag, "id")?,
    };
    match key {
        None => Err("a <field>, or an <isomsg> within another, has no id".into()),
        // it is shown, and a value may stand in its place
        Some(key) if key.len() > 8 => Err("an id is longer than 8 characters".into()),
        Some(key) => Ok(key),
    }
}

/// An attribute, unescaped.
fn get(tag: &BytesStart<'_>, name: &str) -> Result<Option<String>, Trouble> {
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|_| "an attribute is malformed, or there twice")?;
        if attribute.key.as_ref() == name {
            return Ok(Some(unescape(&attribute.value)?));
        }
    }
    Ok(None)
}

/// Text within an element: a value that is too odd for an attribute, or a header.
fn add(field: &mut Option<Field>, header: &mut Option<(String, bool)>, text: &str) {
    if let Some(field) = field {
        // the value stands in the attribute, or here
        let blank = field.value.is_none() && text.trim().is_empty();
        if !blank {
            field.value.get_or_insert_default().push_str(text);
        }
    } else if let Some((header, _)) = header {
        header.push_str(text);
    }
}

fn put(open: &mut [Open], field: Field) -> Result<(), Trouble> {
    let key = field.key.clone();
    let named = |why: &str| match key.parse::<u8>() {
        Ok(number) => format!("field {number}: {why}"),
        Err(_) => why.to_owned(),
    };
    let json = field.json().map_err(named)?;
    if let (Some(message), Some(json)) = (open.last_mut(), json) {
        message.fields.push((key, json));
    }
    Ok(())
}

fn close(open: &mut Vec<Open>) -> Result<(), Trouble> {
    if open.len() < 2 {
        return Ok(());
    }
    let inner = open.pop().ok_or("the XML of an <isomsg> is malformed")?;
    if let Some(outer) = open.last_mut() {
        outer.fields.push((inner.key, Json::Pairs(inner.fields)));
    }
    Ok(())
}

/// The currency, the decimals and the digits, as jPOS packs an amount.
fn amount(value: &str, currency: &str) -> Result<String, &'static str> {
    let wrong = "an amount is a number, with a currency of three digits";
    let (whole, decimals) = value.split_once('.').unwrap_or((value, ""));
    let digits = format!("{whole}{decimals}");
    let is_number =
        !digits.is_empty() && digits.len() <= 12 && digits.bytes().all(|digit| digit.is_ascii_digit());
    let is_currency = currency.len() == 3 && currency.bytes().all(|digit| digit.is_ascii_digit());
    if !is_number || !is_currency || decimals.len() > 9 {
        return Err(wrong);
    }
    Ok(format!("{currency}{}{digits:0>12}", decimals.len()))
}

fn finish(root: Open, headers: Vec<(String, bool)>) -> Result<Record, Trouble> {
    let mut record = Record::default();
    record.is_jpos = true;
    for (key, json) in root.fields {
        let number: i16 = key.parse().map_err(|_| "the id of a field is no number")?;
        match (number, json) {
            (0, Json::Text(text)) if record.mti.is_none() => {
                record.mti = Some(text.trim().parse().map_err(|_| "field 0 is no MTI")?);
            }
            (0, _) => return Err("field 0 is no MTI, or there twice".into()),
            // bitmaps, and in some versions the header again
            (-1 | 1, _) => (),
            (2..=192, json) => {
                let number = u8::try_from(number).unwrap_or_default();
                crate::work::count(record.fields.len());
                if record.fields.iter().any(|(known, _)| *known == number) {
                    return Err(format!("field {number} is there twice"));
                }
                record.fields.push((number, json));
            }
            _ => return Err("the id of a field is not a number up to 192".into()),
        }
    }
    if record.mti.is_none() {
        return Err("an <isomsg> without field 0, the MTI".into());
    }
    if let Some((text, is_text)) = headers.into_iter().find(|(text, _)| !text.trim().is_empty()) {
        let octets = hex::octets(text.trim().as_bytes()).ok().filter(|_| !is_text);
        record.station = match octets {
            Some(octets) => octets,
            None => text
                .trim()
                .chars()
                .map(u8::try_from)
                .collect::<Result<_, _>>()
                .map_err(|_| "a header is no octets")?,
        };
    }
    record.fields.sort_by_key(|(number, _)| *number);
    Ok(record)
}

#[cfg(test)]
mod tests;
