//! Statements in MT940, with or without the blocks of SWIFT around them.

mod information;
mod line;
mod statement;

use std::io::{self, BufRead};

use self::statement::Statements;
use super::make::Maker;
use super::table::next_line;
use super::tell::Teller;
use crate::record::Place;

/// The longest line: those of SWIFT have 65 characters, those of banks more.
const MOST: u64 = 1 << 16;

/// The most octets of lines that belong to one tag.
const MOST_TEXT: usize = 1 << 16;

/// The tags of MT940, and those of MT942 that may stand among them. A line that begins with another one goes on with
/// the text before it.
const TAGS: [&str; 21] = [
    "20", "21", "25", "25P", "28", "28C", "60F", "60M", "61", "86", "62F", "62M", "64", "65", "13", "13D",
    "34F", "90C", "90D", "NS", "13C",
];

/// A tag and its lines.
struct Field {
    /// The number of its first line.
    line: u64,
    tag: &'static str,
    /// Its lines without the tag.
    lines: Vec<String>,
    size: usize,
}

/// Reads a file.
pub(super) fn read(mut input: impl BufRead, maker: &Maker, teller: &mut Teller<'_>) -> io::Result<()> {
    let mut statements = Statements::new(maker);
    let (mut line, mut number) = (Vec::new(), 0);
    let mut field: Option<Field> = None;
    while let Some(is_whole) = next_line(&mut input, &mut line, MOST)? {
        number += 1;
        if !is_whole {
            teller.fault(Place::Line(number), "the line is longer than 64 KiB, and its end was not read");
        }
        let text = decoded(&line);
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        match Field::begin(number, text) {
            Some(next) => {
                if let Some(done) = field.replace(next) {
                    statements.take(&done, teller);
                }
            }
            None if is_end(text) => {
                if let Some(done) = field.take() {
                    statements.take(&done, teller);
                }
                statements.end(number, teller);
            }
            None => match &mut field {
                Some(field) => field.go_on(text, teller),
                None if text.trim().is_empty() || text.starts_with('{') || is_envelope(text) => (),
                None => teller.fault(
                    Place::Line(number),
                    "the line stands in no statement, and is no tag such as :20:",
                ),
            },
        }
    }
    if let Some(done) = field.take() {
        statements.take(&done, teller);
    }
    statements.finish(number, teller);
    Ok(())
}

impl Field {
    /// The field that a line begins, if it begins with a known tag.
    fn begin(line: u64, text: &str) -> Option<Self> {
        // the text block of SWIFT may begin in the same line
        let text = text.rsplit_once("{4:").map_or(text, |(_, rest)| rest);
        let (tag, value) = text.strip_prefix(':')?.split_once(':')?;
        let tag = TAGS.into_iter().find(|known| *known == tag)?;
        Some(Self { line, tag, lines: vec![value.to_owned()], size: value.len() })
    }

    fn go_on(&mut self, text: &str, teller: &mut Teller<'_>) {
        self.size += text.len();
        if self.size <= MOST_TEXT {
            self.lines.push(text.to_owned());
        } else if self.size - text.len() <= MOST_TEXT {
            teller.fault(
                Place::Line(self.line),
                "the lines of a tag hold more than 64 KiB, and were not all read",
            );
        }
    }

    fn value(&self) -> &str {
        self.lines.first().map_or("", |line| line.trim())
    }
}

/// Whether a line ends a message.
fn is_end(text: &str) -> bool {
    let text = text.trim_end();
    text == "-" || text.starts_with("-}")
}

/// Lines that some banks put around messages.
fn is_envelope(text: &str) -> bool {
    text.len() <= 40 && text.chars().all(|found| matches!(found, 'A'..='Z' | '0'..='9' | ' ' | '-' | '='))
}

/// A line in UTF-8 or, where it is none, in Latin-1.
fn decoded(line: &[u8]) -> String {
    match str::from_utf8(line) {
        Ok(text) => text.to_owned(),
        Err(_) => line.iter().map(|octet| char::from(*octet)).collect(),
    }
}
