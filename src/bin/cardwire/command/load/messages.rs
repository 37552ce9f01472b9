//! The messages of a load: read by all threads, in order, and kept in one piece.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use cardwire::{Message, Spec};

use crate::command::send;
use crate::failure::{Failure, Outcome};
use crate::input::{self, Line, Lines, files};
use crate::output::Output;
use crate::parallel::{Done, Feed, in_order};

/// The messages that are sent in turn.
pub(super) struct Messages {
    /// Each after its length, in four octets.
    octets: Vec<u8>,
    /// Where each begins.
    starts: Vec<usize>,
}

/// The longest line.
const LONGEST: usize = 1 << 20;

/// How many octets of lines are kept: some million messages.
const MOST: usize = 1 << 30;

impl Messages {
    /// Reads all lines by so many threads, and keeps the first `wanted` messages: no others will be sent.
    pub(super) fn read(
        named: &[PathBuf],
        spec: &'static Spec<'static>,
        threads: usize,
        wanted: u64,
    ) -> Outcome<Self> {
        let mut kept = Output::in_memory(false);
        let lines = Every { files: files(named).into_iter(), current: None, total: 0, kept: 0, wanted };
        let work = move |output: &mut Output, line: &Placed| line.write(spec, output).ok();
        let each = |output: &mut Output, line: Placed| line.write(spec, output);
        let count = in_order(threads, &mut kept, lines, work, each)?;
        if count.total == 0 {
            return Err(Failure::data("no message to send"));
        }
        Ok(Self::of(kept.take()))
    }

    fn of(octets: Vec<u8>) -> Self {
        let mut messages = Self { octets, starts: Vec::new() };
        let mut at = 0;
        while let Some(message) = messages.at(at) {
            let len = message.len();
            messages.starts.push(at);
            at += LENGTH + len;
        }
        messages
    }

    fn at(&self, start: usize) -> Option<&[u8]> {
        let (length, rest) = self.octets.get(start..)?.split_first_chunk::<LENGTH>()?;
        rest.get(..usize::try_from(u32::from_be_bytes(*length)).ok()?)
    }

    /// The message of a ticket: all in turn.
    pub(super) fn of_ticket(&self, ticket: u64) -> &[u8] {
        let count = u64::try_from(self.starts.len()).unwrap_or(1).max(1);
        let index = usize::try_from(ticket % count).unwrap_or(0);
        self.starts.get(index).and_then(|start| self.at(*start)).unwrap_or_default()
    }
}

/// Octets of a length.
const LENGTH: usize = size_of::<u32>();

/// A line, and where it stands.
struct Placed {
    name: Arc<str>,
    number: u64,
    line: Result<Vec<u8>, &'static str>,
    /// Whether its message will be sent.
    is_kept: bool,
}

impl Placed {
    /// Writes the message of the line, if it will be sent.
    fn write(&self, spec: &Spec<'_>, output: &mut Output) -> Outcome<Done> {
        let wire = self.message(spec).map_err(|text| {
            let Self { name, number, .. } = self;
            Failure::data(format_args!("{name}:{number}: {text}"))
        })?;
        if self.is_kept {
            let length = u32::try_from(wire.len()).unwrap_or(u32::MAX);
            output.bytes().write_all(&length.to_be_bytes())?;
            output.bytes().write_all(&wire)?;
        }
        Ok(Done::Fine)
    }

    fn message(&self, spec: &Spec<'_>) -> Result<Vec<u8>, String> {
        let wire = send::message((spec, None), self.line.as_deref().map_err(|text| (*text).to_owned())?)?;
        Message::parse(spec, &wire).map_err(|error| error.to_string())?;
        Ok(wire)
    }
}

/// Every line that is not empty.
struct Every {
    files: std::vec::IntoIter<PathBuf>,
    current: Option<(Arc<str>, Lines)>,
    /// How many lines there were, and how many octets of those that are kept.
    total: u64,
    kept: usize,
    wanted: u64,
}

impl Every {
    fn place(&mut self, name: Arc<str>, number: u64, line: Result<Vec<u8>, &'static str>) -> Outcome<Placed> {
        let is_kept = self.total < self.wanted;
        self.total += 1;
        self.kept += line.as_ref().map_or(0, Vec::len) * usize::from(is_kept);
        if self.kept > MOST {
            return Err(Failure::data(format_args!(
                "more than {} GiB of messages: send fewer, each in its turn",
                MOST >> 30
            )));
        }
        Ok(Placed { name, number, line, is_kept })
    }
}

impl Feed for Every {
    type Item = Placed;

    fn next(&mut self) -> Outcome<Option<Placed>> {
        loop {
            let Some((name, lines)) = &mut self.current else {
                let Some(file) = self.files.next() else { return Ok(None) };
                let (name, stream) = input::open(&file)?;
                self.current = Some((name, Lines::new(stream, LONGEST)));
                continue;
            };
            let line = match lines.next_line().map_err(|error| Failure::io(&name, error))? {
                None => {
                    self.current = None;
                    continue;
                }
                Some(Line::Whole(b"")) => continue,
                Some(Line::Whole(line)) => Ok(line.to_vec()),
                Some(Line::TooLong) => Err("longer than 1 MiB"),
            };
            let (name, number) = (Arc::clone(name), lines.number());
            return self.place(name, number, line).map(Some);
        }
    }

    fn waits(&self) -> bool {
        false
    }
}
