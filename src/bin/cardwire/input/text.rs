//! Messages in lines of hexadecimal digits or base64.

use std::collections::VecDeque;
use std::rc::Rc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cardwire::Framing;

use super::lines::Line;
use super::{Item, Kind, Lines, Origin, Payload, Refusal, Source, frames};
use crate::failure::{Failure, Outcome};
use crate::hex;

/// The lines of a file, each one message or, with a framing, the frames of one.
pub(super) struct Texts {
    name: Rc<str>,
    lines: Lines,
    kind: Kind,
    framing: Option<Framing>,
    /// Further frames of the line read last.
    rest: VecDeque<Result<Payload, Refusal>>,
}

impl Texts {
    pub(super) fn new(name: Rc<str>, lines: Lines, kind: Kind, framing: Option<Framing>) -> Self {
        Self { name, lines, kind, framing, rest: VecDeque::new() }
    }

    fn item(&self, content: Result<Payload, Refusal>) -> Item {
        Item { origin: Origin::Line(self.name.clone(), self.lines.number()), content }
    }
}

impl Source for Texts {
    fn next(&mut self) -> Outcome<Option<Item>> {
        if let Some(content) = self.rest.pop_front() {
            return Ok(Some(self.item(content)));
        }
        let limit = self.lines.limit();
        loop {
            let line = self.lines.next().map_err(|error| Failure::io(&self.name, error))?;
            let decoded = match line {
                None => return Ok(None),
                Some(Line::Whole(b"")) => continue,
                Some(Line::Whole(line)) => decode(self.kind, line),
                Some(Line::TooLong) => Err(too_long(limit)),
            };
            let content = match (decoded, self.framing) {
                (Ok(message), None) => frames::whole(None, message),
                (Ok(bytes), Some(framing)) => {
                    self.rest = frames::all(framing, &bytes).into();
                    match self.rest.pop_front() {
                        Some(content) => content,
                        None => continue,
                    }
                }
                (Err(refusal), _) => Err(refusal),
            };
            return Ok(Some(self.item(content)));
        }
    }

    fn waits(&self) -> bool {
        self.rest.is_empty() && self.lines.waits()
    }
}

/// The refusal of what is longer than the limit.
pub(crate) fn too_long(limit: usize) -> Refusal {
    Refusal::new(None, format_args!("longer than {limit} bytes; --max-line allows more"))
}

/// The bytes that a line stands for.
pub(super) fn decode(kind: Kind, line: &[u8]) -> Result<Vec<u8>, Refusal> {
    match kind {
        Kind::Base64 => STANDARD.decode(line).map_err(|error| match error {
            base64::DecodeError::InvalidByte(at, octet) => {
                Refusal::new(at, format_args!("expected base64, found {}", hex::seen(octet)))
            }
            _ => Refusal::new(line.len(), "the base64 text is cut short or padded wrongly"),
        }),
        _ => hex::octets(line).map_err(|(at, text)| Refusal::new(at, text)),
    }
}
