//! What a file is, by its start.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use super::column::Column;
use super::make::Maker;
use super::map::Map;
use super::messages::{self, Said};
use super::octets::Hashing;
use super::tell::Teller;
use super::{Options, camt, ipm, mt940, objects, table};
use crate::record::{Place, Side};

/// What a file is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// A table with a line of names.
    Csv,
    /// One object of JSON a line.
    Ndjson,
    /// A statement in camt.053.
    Camt053,
    /// A statement in MT940.
    Mt940,
    /// A clearing file of IPM.
    Ipm,
    /// Messages in any form that the command `cardwire` reads: digits, dumps, frames, captures, `<isomsg>`.
    Messages,
}

/// Reads a file as what it is said or found to be.
pub(super) fn dispatch(
    mut input: BufReader<Hashing>,
    path: Option<&Path>,
    options: &Options,
    teller: &mut Teller<'_>,
) -> io::Result<()> {
    let maker = options.maker();
    let form = match options.form {
        Some(form) => Ok(form),
        None => find(options, input.fill_buf()?),
    };
    match form {
        Err(words) => {
            teller.stop(Place::Offset(0), words);
            Ok(())
        }
        Ok(Form::Csv) => table::read(input, &options.map, &maker, teller),
        Ok(Form::Ndjson) => objects::read(input, &options.map, &maker, teller),
        Ok(Form::Camt053) => camt::read(input, &maker, teller),
        Ok(Form::Mt940) => mt940::read(input, &maker, teller),
        Ok(Form::Ipm) => ipm::read(input, &maker, teller),
        Ok(Form::Messages) => octets(input, path, options, &maker, teller),
    }
}

/// Reads messages: a file can be opened again, a stream is kept for that.
fn octets(
    mut input: BufReader<Hashing>,
    path: Option<&Path>,
    options: &Options,
    maker: &Maker,
    teller: &mut Teller<'_>,
) -> io::Result<()> {
    let said = Said { spec: options.spec, framing: options.framing };
    match path {
        Some(path) => {
            let again = || Ok(Box::new(File::open(path)?) as Box<dyn Read + Send>);
            messages::read(input, &again, said, maker, teller)
        }
        None => {
            let mut whole = Vec::new();
            input.read_to_end(&mut whole)?;
            let whole = whole.into();
            messages::read(messages::kept(&whole), &|| Ok(messages::kept(&whole)), said, maker, teller)
        }
    }
}

/// Octets that files of other kinds begin with.
const OTHERS: [(&[u8], &str); 8] = [
    (b"\x1F\x8B", "compressed (gzip): unpack it first"),
    (b"PK\x03\x04", "an archive or a spreadsheet (zip): unpack it, or save it as CSV"),
    (b"BZh", "compressed (bzip2): unpack it first"),
    (b"\xFD7zXZ", "compressed (xz): unpack it first"),
    (b"\x28\xB5\x2F\xFD", "compressed (zstd): unpack it first"),
    (b"\xD0\xCF\x11\xE0", "a spreadsheet: save it as CSV"),
    (b"%PDF", "a PDF"),
    (b"SQLite format 3\0", "a database"),
];

fn find(options: &Options, start: &[u8]) -> Result<Form, String> {
    if let Some((_, words)) = OTHERS.iter().find(|(magic, _)| start.starts_with(magic)) {
        return Err(format!("the file is {words}"));
    }
    let text = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start).trim_ascii_start();
    let is_wide = start.starts_with(&[0xFF, 0xFE]) || start.starts_with(&[0xFE, 0xFF]);
    match options.side {
        Side::Switch if text.starts_with(b"{") => Ok(Form::Ndjson),
        Side::Switch if is_table(text, &options.map) => Ok(Form::Csv),
        Side::Switch => Ok(Form::Messages),
        Side::Bank if text.starts_with(b"<") || is_wide => Ok(Form::Camt053),
        Side::Bank if is_mt940(text) => Ok(Form::Mt940),
        Side::Clearing if !is_text(start) => Ok(Form::Ipm),
        _ if is_wide => Err("the file is text in UTF-16: save it as UTF-8".into()),
        _ if text.starts_with(b"{") => Ok(Form::Ndjson),
        _ => Ok(Form::Csv),
    }
}

/// Whether a text begins with a tag or a block of SWIFT, perhaps behind lines that a bank puts before it.
fn is_mt940(text: &[u8]) -> bool {
    let mut lines = text.split(|octet| *octet == b'\n').take(4);
    text.starts_with(b"{1:") || lines.any(|line| line.starts_with(b":20:") || line.starts_with(b":25:"))
}

/// Whether there are no control characters but those of lines and tabs.
fn is_text(start: &[u8]) -> bool {
    let is_control = |octet: &u8| matches!(octet, 0..=8 | 14..=31);
    !start.get(..512).unwrap_or(start).iter().any(is_control)
}

/// Whether the first line holds the name of a column.
fn is_table(text: &[u8], map: &Map) -> bool {
    let mut lines =
        text.split(|octet| *octet == b'\n').filter(|line| !line.starts_with(b"#") && !line.is_empty());
    let first = lines.next().unwrap_or_default();
    let has_mark = first.iter().any(|octet| matches!(octet, b',' | b';' | b'|' | b'\t'));
    let mut names = first.split(|octet| matches!(octet, b',' | b';' | b'|' | b'\t' | b'"'));
    // a map is said for tables alone
    !map.columns.is_empty()
        || map.skip > 0
        || has_mark && names.any(|name| str::from_utf8(name).is_ok_and(|name| Column::named(name).is_some()))
}
