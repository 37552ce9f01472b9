//! Messages in dumps as xxd, hexdump -C, od -t x1, Wireshark, tcpdump, jPOS, netty and `cardwire
//! decode` print them, alone or within a log.
//!
//! A row is an offset, octets, and characters that are not read. A message ends where offsets start
//! again, at an empty line, and in a log at any line that is no row.

use std::sync::Arc;

use crate::frame::Framing;

use super::frames;
use super::item::{Error, Item, Origin, Refusal, Source};
use super::lines::{Line, Lines};
use super::row::{Offset, Radices, Row, USUAL};

/// The dumps of a file.
pub(super) struct Dumps {
    name: Arc<str>,
    lines: Lines,
    framing: Option<Framing>,
    /// Whether other lines stand between the dumps, and are passed over.
    in_log: bool,
    /// Whether a dump may begin at an offset other than zero.
    anywhere: bool,
    /// A row that was read and belongs to the next message.
    pending: Option<Row>,
    /// The line of it.
    pending_line: u64,
    /// Whether a row was refused, and those of the same dump say nothing more.
    is_lost: bool,
}

/// A dump that is being read.
struct Dump {
    started: u64,
    /// The offset of its first row.
    start: Offset,
    octets: Vec<u8>,
    radices: Radices,
    /// Where its last row begins, and whether two blanks part its halves.
    last_row: usize,
    has_halves: bool,
    /// How long its rows are, once some had characters that were taken for octets.
    width: Option<usize>,
    /// A row was left out because it is the same as the one before it.
    repeats: bool,
}

enum Read {
    Row(Row),
    Gap,
    /// The rows that follow are left out, being the same.
    Repeated,
    Bad(Refusal),
    End,
}

impl Dumps {
    pub(super) fn new(name: Arc<str>, lines: Lines, framing: Option<Framing>, in_log: bool) -> Self {
        let (anywhere, pending_line, is_lost) = (false, 0, false);
        Self { name, lines, framing, in_log, anywhere, pending: None, pending_line, is_lost }
    }

    /// The same dumps, which may begin at other offsets than zero.
    pub(super) fn anywhere(self) -> Self {
        Self { anywhere: true, ..self }
    }

    /// The next row, what stands between rows, or the end.
    fn row(&mut self, dump: Option<&Dump>) -> Result<Read, Error> {
        let limit = self.lines.limit();
        let line = self.lines.next_line().map_err(|error| Error::io(&self.name, error))?;
        Ok(match line {
            None => Read::End,
            Some(Line::Whole(b"")) => Read::Gap,
            Some(Line::TooLong) if self.in_log => Read::Gap,
            Some(Line::TooLong) => Read::Bad(Refusal::too_long(limit)),
            Some(Line::Whole(b"*")) if dump.is_some() => Read::Repeated,
            Some(Line::Whole(line)) => {
                crate::input::work::count(line.len());
                let fits = |row: &Row| dump.map_or_else(|| row.begins(), |dump| dump.takes(row));
                match (Row::parse(line), self.in_log) {
                    (Ok(row), false) => Read::Row(row),
                    (Ok(row), true) if fits(&row) => Read::Row(row),
                    (_, true) => Row::find(line, fits).map_or(Read::Gap, Read::Row),
                    // the title of a dump, as `cardwire decode` prints it
                    (Err(_), false) if line.starts_with(b"#") || is_frame(line) => Read::Gap,
                    (Err(refusal), false) => Read::Bad(refusal),
                }
            }
        })
    }

    fn bad(&mut self, refusal: Refusal) -> Item {
        self.is_lost = true;
        Item { origin: Origin::Line(self.name.clone(), self.lines.number()), content: Err(refusal) }
    }

    /// The message of a dump that is complete.
    fn done(&self, dump: Dump) -> Item {
        let origin = Origin::Line(self.name.clone(), dump.started);
        Item { origin, content: frames::whole(self.framing, dump.octets) }
    }
}

impl Source for Dumps {
    fn next(&mut self) -> Result<Option<Item>, Error> {
        let pending = self.pending.take();
        let mut dump = pending.map(|row| Dump::new(self.pending_line, row));
        let limit = self.lines.limit();
        loop {
            let read = self.row(dump.as_ref())?;
            match &read {
                Read::Row(row) if row.is_first() && !row.octets.is_empty() => self.is_lost = false,
                Read::Row(_) | Read::Bad(_) | Read::Repeated if self.is_lost => continue,
                Read::Gap => self.is_lost = false,
                _ => (),
            }
            match (read, dump.take()) {
                (Read::Row(row), None) if row.octets.is_empty() => (),
                (Read::Row(row), None) if row.is_first() || self.anywhere => {
                    dump = Some(Dump::new(self.lines.number(), row));
                }
                (Read::Row(row), None) => {
                    let offset = row.offset(Radices::ANY).unwrap_or(usize::MAX);
                    return Ok(Some(self.bad(offset_after(offset, 0))));
                }
                (Read::Row(row), Some(known)) if known.is_again(&row) => {
                    self.pending_line = self.lines.number();
                    self.pending = Some(row);
                    return Ok(Some(self.done(known)));
                }
                (Read::Row(row), Some(mut known)) => match known.add(row, limit) {
                    Ok(()) => dump = Some(known),
                    Err(refusal) => return Ok(Some(self.bad(refusal))),
                },
                (Read::Repeated, Some(known)) => dump = Some(Dump { repeats: true, ..known }),
                (Read::Bad(refusal), _) => return Ok(Some(self.bad(refusal))),
                (Read::Gap | Read::Repeated, None) => (),
                (Read::End, None) => return Ok(None),
                (Read::Gap | Read::End, Some(known)) => return Ok(Some(self.done(known))),
            }
        }
    }
}

impl Dump {
    fn new(started: u64, row: Row) -> Self {
        let (start, radices, has_halves) = (row.place(), Radices::ANY, row.has_halves);
        let octets = row.octets;
        Self { started, start, octets, radices, last_row: 0, has_halves, width: None, repeats: false }
    }

    /// Whether a row begins the next dump.
    fn is_again(&self, row: &Row) -> bool {
        let is_start = row.is_first() || row.is_behind(&self.start, 0, Radices::ANY).is_some();
        is_start && !self.octets.is_empty()
    }

    /// Whether a row goes on where the dump ends, or begins another.
    fn takes(&self, row: &Row) -> bool {
        row.begins() || self.place(row).is_some()
    }

    /// How many of the octets read so far stand before a row: all of them, or those of a usual width
    /// of a row, when characters of the last one were taken for octets. `None` when the row belongs
    /// elsewhere.
    fn place(&self, row: &Row) -> Option<(usize, Radices)> {
        crate::input::work::count(1);
        let half = if self.has_halves { USUAL / 2 } else { USUAL };
        let ends = [self.octets.len(), self.last_row + USUAL, self.last_row + half];
        let ends = ends.into_iter().filter(|end| *end <= self.octets.len());
        let mut placed = ends
            .filter_map(|end| row.is_behind(&self.start, end, self.radices).map(|radices| (end, radices)));
        placed.next()
    }

    fn add(&mut self, row: Row, limit: usize) -> Result<(), Refusal> {
        if std::mem::take(&mut self.repeats) {
            self.repeat(&row, limit)?;
        }
        let Some((end, radices)) = self.place(&row) else {
            let offset = row.offset(self.radices).unwrap_or(usize::MAX);
            return Err(offset_after(offset, self.octets.len()));
        };
        self.radices = radices;
        if end < self.octets.len() {
            self.octets.truncate(end);
            self.width = Some(end - self.last_row);
        }
        // the offset alone closes a dump of hexdump -C
        if !row.octets.is_empty() {
            self.last_row = self.octets.len();
            self.has_halves = row.has_halves;
            self.octets.extend_from_slice(&row.octets);
            self.trim();
        }
        if self.octets.len() > limit { Err(Refusal::too_long(limit)) } else { Ok(()) }
    }

    /// Puts in the rows that were left out before this one.
    fn repeat(&mut self, row: &Row, limit: usize) -> Result<(), Refusal> {
        let last = self.octets.get(self.last_row..).unwrap_or_default().to_vec();
        if last.is_empty() {
            return Ok(());
        }
        let before = self.octets.len();
        self.radices = row.radices_after_a_gap(self.radices);
        while row.is_behind(&self.start, self.octets.len(), self.radices).is_none() {
            crate::input::work::count(1);
            if self.octets.len() > limit {
                self.octets.truncate(before);
                return Err(Refusal::told(
                    None,
                    (
                        "no number of the same rows leads to the offset that follows",
                        "重复多少行都得不到其后的偏移",
                    ),
                ));
            }
            self.last_row = self.octets.len();
            self.octets.extend_from_slice(&last);
        }
        Ok(())
    }

    /// Takes away the characters of the last row that were taken for octets.
    fn trim(&mut self) {
        if let Some(width) = self.width {
            self.octets.truncate(self.last_row.saturating_add(width));
        }
    }
}

/// The octets of the dump that lines begin with, at whatever offset.
pub(super) fn first(lines: &[&[u8]]) -> Option<Vec<u8>> {
    let mut rows = lines.iter().map_while(|line| Row::parse(line).ok());
    let mut dump = Dump::new(0, rows.next()?);
    for row in rows {
        if dump.is_again(&row) || dump.add(row, usize::MAX).is_err() {
            break;
        }
    }
    Some(dump.octets)
}

/// Whether a line is the frame of a table around a dump, or counts its columns.
pub(super) fn is_frame(line: &[u8]) -> bool {
    let text = String::from_utf8_lossy(line);
    let words = || text.split([' ', '|', '-']).filter(|word| !word.is_empty()).take(16);
    let is_count = |width: usize| {
        let numbers = words().map(|word| (word.len() == width).then(|| u8::from_str_radix(word, 16).ok()));
        words().count() == 16 && numbers.eq((0..16).map(|number| Some(Some(number))))
    };
    text.chars().all(|character| "+-=|─━┌┐└┘├┤┬┴┼│ ".contains(character)) || is_count(1) || is_count(2)
}

/// The refusal of a row whose offset is another one than its place.
fn offset_after(offset: usize, bytes: usize) -> Refusal {
    let en = format!("the offset is {offset}, after {bytes} bytes");
    Refusal::told(None, (en, format!("偏移为{offset}，但之前有{bytes}字节")))
}
