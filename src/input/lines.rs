//! Lines with a limit: what exceeds it is read past, not kept.

use std::io::{self, BufReader, Read};

use super::item::Stream;

/// The lines of a stream.
pub struct Lines {
    stream: Stream,
    limit: usize,
    /// Room, of which a part is filled with what was read, and the start of that part used up.
    room: Vec<u8>,
    used: usize,
    filled: usize,
    number: u64,
    keeps_blanks: bool,
}

/// A line, without its end.
pub enum Line<'l> {
    /// All of it.
    Whole(&'l [u8]),
    /// It was longer than the limit.
    TooLong,
}

/// How much is read at once. A stream with a buffer of this size is not copied through it.
const PIECE: usize = 1 << 18;

/// How many lines a piece has at most: with short ones, much is to be said of little.
const MOST_LINES: usize = 1 << 10;

impl Lines {
    /// Those of a stream, each of that many bytes at most.
    #[must_use]
    pub fn new(stream: Stream, limit: usize) -> Self {
        Self { stream, limit, room: Vec::new(), used: 0, filled: 0, number: 0, keeps_blanks: false }
    }

    /// The same lines with the blanks at their ends, which a text may need.
    pub(super) fn with_blanks(self) -> Self {
        Self { keeps_blanks: true, ..self }
    }

    /// The number of the line read last, from 1.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The limit.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// Whether the next line has to be waited for.
    #[must_use]
    pub fn waits(&self) -> bool {
        let rest = self.room.get(self.used..self.filled).unwrap_or_default();
        [rest, self.stream.buffer()].iter().all(|octets| memchr::memchr(b'\n', octets).is_none())
    }

    /// The next line; `None` at the end.
    ///
    /// # Errors
    /// As the stream.
    pub fn next_line(&mut self) -> io::Result<Option<Line<'_>>> {
        let Some(len) = self.line()? else { return Ok(None) };
        let line = self.room.get(self.used..self.used + len).unwrap_or_default();
        self.used += len + 1;
        self.number += 1;
        if len > self.limit {
            return Ok(Some(Line::TooLong));
        }
        Ok(Some(Line::Whole(match self.keeps_blanks {
            false => line.trim_ascii_end(),
            true => line.strip_suffix(b"\r").unwrap_or(line),
        })))
    }

    /// Lines that one reading gives, to be read apart from the rest: by another thread, say. `None` at the end.
    ///
    /// # Errors
    /// As the stream.
    pub fn piece(&mut self) -> io::Result<Option<Self>> {
        self.piece_if(|_| true)
    }

    /// The same, if the lines may be parted from those that follow.
    pub(super) fn piece_if(&mut self, may_part: impl Fn(&[u8]) -> bool) -> io::Result<Option<Self>> {
        let Some(len) = self.line()? else { return Ok(None) };
        let rest = self.room.get(self.used..self.filled).unwrap_or_default();
        let after_first = rest.get(len + 1..).unwrap_or_default();
        let ends = memchr::memchr_iter(b'\n', after_first).take(MOST_LINES - 1);
        let (count, len) = ends.fold((1, len + 1), |(count, _), end| (count + 1, len + 1 + end + 1));
        let (lines, rest) = rest.split_at_checked(len).unwrap_or_default();
        if !may_part(lines) {
            return Ok(None);
        }
        // what is whole goes with its room, what follows comes into another
        let mut room = Vec::with_capacity(rest.len() + PIECE);
        room.extend_from_slice(rest);
        room.resize(rest.len() + PIECE, 0);
        let piece = Self {
            stream: BufReader::with_capacity(0, Box::new(io::empty())),
            room: std::mem::replace(&mut self.room, room),
            filled: self.used + len,
            ..*self
        };
        (self.used, self.filled, self.number) = (0, self.filled - piece.filled, self.number + count);
        Ok(Some(piece))
    }

    /// How long the next line is, which is made to stand in the room with a line feed behind it, the last one, too.
    /// What exceeds the limit by more than an octet is cut off it.
    fn line(&mut self) -> io::Result<Option<usize>> {
        let mut searched = 0;
        loop {
            let rest = self.room.get(self.used..self.filled).unwrap_or_default();
            let fresh = rest.get(searched..).unwrap_or_default();
            if let Some(end) = memchr::memchr(b'\n', fresh) {
                return Ok(Some(searched + end));
            }
            searched = rest.len().min(self.limit.saturating_add(1));
            self.filled = self.used + searched;
            match self.fill() {
                Ok(0) if searched == 0 => return Ok(None),
                Ok(0) => {
                    self.room.get_mut(self.filled).into_iter().for_each(|octet| *octet = b'\n');
                    self.filled += 1;
                }
                Ok(_) => (),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => (),
                Err(error) => return Err(error),
            }
        }
    }

    /// Reads on; says how much came.
    fn fill(&mut self) -> io::Result<usize> {
        if self.room.len() - self.filled < PIECE {
            self.room.copy_within(self.used..self.filled, 0);
            (self.used, self.filled) = (0, self.filled - self.used);
            self.room.resize(self.room.len().max(self.filled + PIECE), 0);
        }
        let room = self.room.get_mut(self.filled..).unwrap_or_default();
        let count = self.stream.read(room)?;
        self.filled += count;
        Ok(count)
    }
}
