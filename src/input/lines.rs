//! Lines with a limit: what exceeds it is read past, not kept.

use std::io::{self, BufRead};

use super::item::Stream;

/// The lines of a stream.
pub struct Lines {
    stream: Stream,
    limit: usize,
    line: Vec<u8>,
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

impl Lines {
    /// Those of a stream, each of that many bytes at most.
    #[must_use]
    pub fn new(stream: Stream, limit: usize) -> Self {
        Self { stream, limit, line: Vec::new(), number: 0, keeps_blanks: false }
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
        self.stream.buffer().is_empty()
    }

    /// The next line; `None` at the end.
    ///
    /// # Errors
    /// As the stream.
    pub fn next_line(&mut self) -> io::Result<Option<Line<'_>>> {
        self.line.clear();
        let (mut too_long, mut some) = (false, false);
        loop {
            let buffer = match self.stream.fill_buf() {
                Ok(buffer) => buffer,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if buffer.is_empty() {
                break;
            }
            some = true;
            let end = memchr::memchr(b'\n', buffer);
            let part = buffer.get(..end.unwrap_or(buffer.len())).unwrap_or_default();
            if self.line.len() + part.len() > self.limit {
                too_long = true;
            } else {
                self.line.extend_from_slice(part);
            }
            let used = part.len() + usize::from(end.is_some());
            self.stream.consume(used);
            if end.is_some() {
                break;
            }
        }
        if !some {
            return Ok(None);
        }
        self.number += 1;
        let line = match self.keeps_blanks {
            false => self.line.trim_ascii_end(),
            true => self.line.strip_suffix(b"\r").unwrap_or(&self.line),
        };
        Ok(Some(if too_long { Line::TooLong } else { Line::Whole(line) }))
    }
}
