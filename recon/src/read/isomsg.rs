//! Messages as jPOS logs them: `<isomsg>` with a `<field>` for each element.

use std::io;

use cardwire::input::{Scanner, Stream};
use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};

use super::column::Column;
use super::make::Maker;
use super::row::Row;
use super::tell::Teller;
use crate::record::Place;

/// The longest element.
const MOST: usize = 1 << 20;

/// Reads a log, or a file of messages.
pub(super) fn read(stream: Stream, maker: &Maker, teller: &mut Teller<'_>) -> io::Result<()> {
    let mut scanner = Scanner::new(stream, MOST);
    let mut row = Row::default();
    while let Some((line, element)) = scanner.next_element()? {
        let place = Place::Line(line);
        row.clear();
        if let Some(at) = scanner.logged_at() {
            row.put(Column::Time, at);
        }
        match element.map_err(|words| words.to_string()).and_then(|element| fill(&mut row, &element)) {
            Ok(()) => maker.take(&mut row, place, teller),
            Err(reason) => teller.refuse(place, reason),
        }
    }
    Ok(())
}

/// Fills a row with the fields of a message; messages within it are passed over.
fn fill(row: &mut Row, element: &[u8]) -> Result<(), String> {
    const WRONG: &str = "the XML of the <isomsg> is malformed";
    let text = String::from_utf8_lossy(element);
    let mut reader = Reader::from_str(&text);
    let (mut depth, mut open, mut value) = (0_usize, None, String::new());
    loop {
        // what quick-xml says may repeat some of the text
        let event = reader.read_event().map_err(|_| WRONG)?;
        let is_empty = matches!(event, Event::Empty(_));
        match event {
            Event::Start(tag) | Event::Empty(tag) => match tag.name().as_ref() {
                "isomsg" => {
                    let is_masked = attribute(&tag, "error")?.is_some();
                    if depth == 0 && is_masked {
                        return Err("this is what was read of a broken message".into());
                    }
                    depth += usize::from(!is_empty);
                }
                "field" if depth == 1 => {
                    let number = attribute(&tag, "id")?.and_then(|id| id.parse::<u8>().ok());
                    value = attribute(&tag, "value")?.unwrap_or_default();
                    open = number;
                    if is_empty {
                        put(row, open.take(), &value);
                    }
                }
                _ => (),
            },
            Event::Text(more) if open.is_some() => value.push_str(&unescape(&more).map_err(|_| WRONG)?),
            Event::CData(more) if open.is_some() => value.push_str(&more),
            Event::GeneralRef(name) if open.is_some() => {
                value.push_str(&unescape(&format!("&{};", &*name)).map_err(|_| WRONG)?);
            }
            Event::End(tag) => match tag.name().as_ref() {
                "isomsg" => depth = depth.saturating_sub(1),
                "field" => put(row, open.take(), value.trim()),
                _ => (),
            },
            Event::DocType(_) => return Err("a document type within an <isomsg> is not read".into()),
            Event::Eof => return Ok(()),
            _ => (),
        }
    }
}

fn put(row: &mut Row, number: Option<u8>, value: &str) {
    let column = match number {
        Some(0) => Some(Column::Mti),
        Some(number) => Column::of_element(number),
        None => None,
    };
    if let Some(column) = column {
        row.put(column, value);
    }
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Result<Option<String>, String> {
    let malformed = || "an attribute is malformed".to_owned();
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|_| malformed())?;
        if attribute.key.as_ref() == name {
            return Ok(Some(unescape(&attribute.value).map_err(|_| malformed())?.into_owned()));
        }
    }
    Ok(None)
}
