//! Messages in dumps as xxd, hexdump -C, Wireshark and `cardwire decode` print them.
//!
//! A row is an offset, octets, and characters that are not read. A message ends where offsets start
//! again, or at an empty line.

use std::rc::Rc;

use cardwire::Framing;

use super::lines::Line;
use super::{Item, Lines, Origin, Refusal, Source, frames};
use crate::failure::{Failure, Outcome};

/// The dumps of a file.
pub(super) struct Dumps {
    name: Rc<str>,
    lines: Lines,
    framing: Option<Framing>,
    /// A row that was read and belongs to the next message.
    pending: Option<Row>,
    started: u64,
}

/// One row of a dump.
struct Row {
    line: u64,
    offset: usize,
    octets: Vec<u8>,
}

impl Dumps {
    pub(super) fn new(name: Rc<str>, lines: Lines, framing: Option<Framing>) -> Self {
        Self { name, lines, framing, pending: None, started: 0 }
    }

    /// The next row; `Ok(None)` at an empty line or the end, which `Err(true)` tells.
    fn row(&mut self) -> Outcome<Read> {
        let limit = self.lines.limit();
        let line = self.lines.next().map_err(|error| Failure::io(&self.name, error))?;
        Ok(match line {
            None => Read::End,
            Some(Line::Whole(b"")) => Read::Gap,
            Some(Line::TooLong) => Read::Bad(super::text::too_long(limit)),
            Some(Line::Whole(line)) => match parse(line) {
                Ok((offset, octets)) => Read::Row(Row { line: self.lines.number(), offset, octets }),
                Err(refusal) => Read::Bad(refusal),
            },
        })
    }

    fn bad(&self, refusal: Refusal) -> Item {
        Item { origin: Origin::Line(self.name.clone(), self.lines.number()), content: Err(refusal) }
    }
}

enum Read {
    Row(Row),
    Gap,
    Bad(Refusal),
    End,
}

impl Source for Dumps {
    fn next(&mut self) -> Outcome<Option<Item>> {
        let mut message = Vec::new();
        if let Some(row) = self.pending.take() {
            self.started = row.line;
            message = row.octets;
        }
        loop {
            match self.row()? {
                Read::Row(row) if message.is_empty() => {
                    self.started = row.line;
                    message = row.octets;
                }
                Read::Row(row) if row.offset == message.len() => message.extend_from_slice(&row.octets),
                // the offset alone closes a dump of hexdump -C
                Read::Row(row) if row.octets.is_empty() => (),
                Read::Row(row) if row.offset == 0 => {
                    self.pending = Some(row);
                    break;
                }
                Read::Row(row) => {
                    let text = format!("the offset is {}, after {} bytes", row.offset, message.len());
                    return Ok(Some(self.bad(Refusal::new(None, text))));
                }
                Read::Bad(refusal) => return Ok(Some(self.bad(refusal))),
                Read::Gap if message.is_empty() => (),
                Read::Gap => break,
                Read::End if message.is_empty() => return Ok(None),
                Read::End => break,
            }
            if message.len() > self.lines.limit() {
                return Ok(Some(self.bad(super::text::too_long(self.lines.limit()))));
            }
        }
        let origin = Origin::Line(self.name.clone(), self.started);
        Ok(Some(Item { origin, content: frames::whole(self.framing, message) }))
    }
}

/// Whether a line looks like a row.
pub(super) fn is_row(line: &[u8]) -> bool {
    let digits = line.iter().take_while(|octet| octet.is_ascii_hexdigit()).count();
    let offset = line.get(..digits).unwrap_or_default();
    let behind = line.get(digits..).unwrap_or_default();
    let gap = behind.starts_with(b": ") || behind.starts_with(b"  ") || behind.starts_with(b" ");
    (4..=8).contains(&digits)
        && offset.iter().all(|digit| *digit == b'0')
        && gap
        && parse(line).is_ok_and(|(_, octets)| !octets.is_empty())
        && behind.trim_ascii_start().len() > 2
}

/// Offset and octets of a row.
fn parse(line: &[u8]) -> Result<(usize, Vec<u8>), Refusal> {
    let digits = line.iter().take_while(|octet| octet.is_ascii_hexdigit()).count();
    let offset = std::str::from_utf8(line.get(..digits).unwrap_or_default()).unwrap_or_default();
    let offset = usize::from_str_radix(offset, 16)
        .map_err(|_| Refusal::new(0, "expected an offset and octets, as xxd prints them"))?;
    let mut rest = line.get(digits..).unwrap_or_default();
    rest = rest.strip_prefix(b":").unwrap_or(rest);
    let mut octets = Vec::new();
    while octets.len() < OCTETS_A_ROW {
        let gap = rest.iter().take_while(|octet| **octet == b' ').count();
        let token = rest.get(gap..).unwrap_or_default();
        let token = token.split(|octet| *octet == b' ').next().unwrap_or_default();
        // one blank between octets, two in the middle of hexdump -C; more, and the characters begin
        let characters = gap > 1 && !octets.is_empty() && !(gap == 2 && octets.len() == OCTETS_A_ROW / 2);
        if token.is_empty() || characters {
            break;
        }
        if token.starts_with(b"**") {
            return Err(Refusal::new(line.len() - rest.len(), "masked octets cannot be read"));
        }
        let pairs = token.len().is_multiple_of(2) && token.iter().all(u8::is_ascii_hexdigit);
        match crate::hex::octets(token) {
            Ok(more) if pairs => octets.extend(more),
            _ => return Err(Refusal::new(line.len() - rest.len() + gap, "expected two hexadecimal digits")),
        }
        rest = rest.get(gap + token.len()..).unwrap_or_default();
    }
    Ok((offset, octets))
}

const OCTETS_A_ROW: usize = 16;

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn rows_of_the_usual_programs() {
        let rows: [(&[u8], usize, usize); 7] = [
            (b"00000000: 3038 3030 2020 0000 0080 0000 3132 3334  0800  ......1234", 0, 16),
            (b"00000010: 3038 30                                  080", 16, 3),
            (b"00000000  30 38 30 30 20 20 00 00  00 80 00 00 31 32 33 34  |0800  ......1234|", 0, 16),
            (b"00000010  30 38 30 30 20                                    |0800 |", 16, 5),
            (b"0000   30 38 30 30 20 20 00 00 00 80 00 00 31 32 33 34   0800  ......1234", 0, 16),
            (b"0000  30 38 30 30                                       0800              MTI", 0, 4),
            (b"00000015", 0x15, 0),
        ];
        for (row, offset, octets) in rows {
            let parsed = parse(row).map_err(|refusal| refusal.text).unwrap();
            assert_eq!((parsed.0, parsed.1.len()), (offset, octets), "{}", String::from_utf8_lossy(row));
        }
        assert!(parse(b"0004  ** ** 30").is_err());
    }
}
