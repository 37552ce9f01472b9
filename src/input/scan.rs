//! The `<isomsg>` elements of a stream, whatever stands around them.
//!
//! A log is no document: it has roots without number, lines of other writers, and an end in the
//! middle. So tags are only told apart here, octet by octet, until an element is whole.

use std::io::{self, BufRead};

use super::item::{Stream, Words};
use super::work;

/// A stream that is being searched.
pub struct Scanner {
    stream: Stream,
    /// What was read of it, and how far that is used up.
    buffer: Vec<u8>,
    used: usize,
    limit: usize,
    line: u64,
    state: State,
    /// The element so far, and the line that it begins in.
    element: Vec<u8>,
    started: u64,
    depth: usize,
    /// The tag so far.
    tag: Vec<u8>,
    /// The last `<log ...>` before it.
    log: Vec<u8>,
}

/// What the next octet belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Text,
    Tag,
    /// A value within a tag, up to this quote.
    Value(u8),
    Comment,
    /// Text in which `<` begins no tag.
    Verbatim,
}

/// The line of an element, and the element, or why there is none.
pub(super) type Found = (u64, Result<Vec<u8>, Words>);

/// The longest name of a tag that is looked at, and of its attributes outside an element.
const MOST_TAG: usize = 1 << 16;

impl Scanner {
    /// The elements of a stream, each of that many bytes at most.
    #[must_use]
    pub fn new(stream: Stream, limit: usize) -> Self {
        let (element, tag) = (Vec::new(), Vec::new());
        let buffer = Vec::new();
        Self {
            stream,
            buffer,
            used: 0,
            limit,
            line: 1,
            state: State::Text,
            element,
            started: 0,
            depth: 0,
            tag,
            log: Vec::new(),
        }
    }

    /// Whether the next element has to be waited for.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.used == self.buffer.len() && self.stream.buffer().is_empty()
    }

    /// The next element and the line in which it begins, or why there is none; `None` at the end.
    ///
    /// # Errors
    /// As the stream.
    pub fn next_element(&mut self) -> io::Result<Option<Found>> {
        loop {
            while let Some(octet) = self.buffer.get(self.used).copied() {
                self.used += 1;
                if let Some(found) = self.take(octet) {
                    return Ok(Some(found));
                }
            }
            self.buffer.clear();
            self.used = 0;
            match self.stream.fill_buf() {
                Ok(piece) => self.buffer.extend_from_slice(piece),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            }
            self.stream.consume(self.buffer.len());
            if self.buffer.is_empty() {
                let is_open = std::mem::take(&mut self.depth) > 0;
                self.element.clear();
                return Ok(is_open.then_some((
                    self.started,
                    Err(("the file ends within an <isomsg>", "文件在<isomsg>内结束").into()),
                )));
            }
        }
    }

    /// When jPOS logged the element read last: the attribute `at` of the `<log>` that it stands in, as it is written.
    #[must_use]
    pub fn logged_at(&self) -> Option<&str> {
        let tag = std::str::from_utf8(&self.log).ok()?;
        tag.split_once(" at=\"")?.1.split('"').next()
    }

    fn take(&mut self, octet: u8) -> Option<Found> {
        work::count(1);
        self.line += u64::from(octet == b'\n');
        if self.depth > 0 {
            self.element.push(octet);
            if self.element.len() > self.limit {
                self.give_up();
                return Some((
                    self.started,
                    Err(("an <isomsg> is longer than --max-line allows", "某个<isomsg>超过--max-line的限制")
                        .into()),
                ));
            }
        }
        match (self.state, octet) {
            (State::Text, b'<') => {
                self.state = State::Tag;
                self.tag.clear();
            }
            (State::Text, _) => (),
            (State::Tag, b'>') => {
                self.state = State::Text;
                return self.end_of_tag();
            }
            // outside an element, a sign of its own
            (State::Tag, b'<') => self.tag.clear(),
            (State::Tag, _) => {
                if matches!(octet, b'"' | b'\'') && self.is_ours() {
                    self.state = State::Value(octet);
                }
                self.push(octet);
                if self.tag.starts_with(b"!--") && self.depth > 0 {
                    self.state = State::Comment;
                } else if self.tag.starts_with(b"![CDATA[") && self.depth > 0 {
                    self.state = State::Verbatim;
                }
            }
            (State::Value(quote), _) => {
                if octet == quote {
                    self.state = State::Tag;
                }
                self.push(octet);
            }
            (State::Comment, _) => self.end_of(b"-->"),
            (State::Verbatim, _) => self.end_of(b"]]>"),
        }
        None
    }

    /// Whether quotes in the tag part values: in a log, text in angle brackets may hold an apostrophe.
    fn is_ours(&self) -> bool {
        self.depth > 0 || self.tag.starts_with(b"isomsg")
    }

    fn push(&mut self, octet: u8) {
        if self.tag.len() < MOST_TAG {
            self.tag.push(octet);
        }
    }

    fn end_of(&mut self, mark: &[u8]) {
        if self.element.ends_with(mark) {
            self.state = State::Text;
        }
    }

    fn end_of_tag(&mut self) -> Option<Found> {
        let name =
            self.tag.split(|octet| octet.is_ascii_whitespace() || *octet == b'/').next().unwrap_or_default();
        let is_empty = self.tag.ends_with(b"/");
        match (name, self.tag.starts_with(b"/isomsg"), self.depth) {
            (b"isomsg", _, 0) => {
                self.started = self.line;
                self.element = [b"<", self.tag.as_slice(), b">"].concat();
                self.depth = 1;
            }
            (b"isomsg", _, _) => self.depth += 1,
            (_, true, 1..) => self.depth -= 1,
            (b"log", _, 0) => {
                self.log.clone_from(&self.tag);
                return None;
            }
            _ => return None,
        }
        self.depth -= usize::from(name == b"isomsg" && is_empty);
        (self.depth == 0).then(|| (self.started, Ok(std::mem::take(&mut self.element))))
    }

    fn give_up(&mut self) {
        self.element.clear();
        self.depth = 0;
        self.state = State::Text;
    }
}
