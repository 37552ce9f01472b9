//! Messages in lines: octets in digits, base64, or the characters themselves.

use std::collections::VecDeque;
use std::rc::Rc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::evidence::Known;
use super::lines::Line;
use super::notation::{self, Nesting, Reading};
use super::{Item, Lines, Origin, Payload, Refusal, Source, frames};
use crate::failure::{Failure, Outcome};
use crate::hex;
use crate::lang::{pick, say};

/// How the octets of a message stand in a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Notation {
    /// Digits, in one of the usual notations.
    Hex,
    Base64,
    /// Characters that are the octets.
    Text,
}

/// The lines of a file, each one message or, with a framing, the frames of one.
pub(super) struct Texts {
    name: Rc<str>,
    lines: Lines,
    notation: Notation,
    /// Whether one message takes several lines, up to an empty one.
    wraps: bool,
    known: Known,
    /// Further frames of the line read last.
    rest: VecDeque<Result<Payload, Refusal>>,
    /// Where the message began that was read last.
    started: u64,
}

impl Texts {
    pub(super) fn new(name: Rc<str>, lines: Lines, notation: Notation, wraps: bool, known: Known) -> Self {
        let lines = if notation == Notation::Text { lines.with_blanks() } else { lines };
        Self { name, lines, notation, wraps, known, rest: VecDeque::new(), started: 0 }
    }

    fn item(&self, content: Result<Payload, Refusal>) -> Item {
        Item { origin: Origin::Line(self.name.clone(), self.started), content }
    }

    /// The octets of the next message; `None` at the end.
    fn message(&mut self) -> Outcome<Option<Result<Vec<u8>, Refusal>>> {
        let limit = self.lines.limit();
        let mut text = Vec::new();
        let mut nesting: Option<Nesting> = None;
        loop {
            let line = match self.lines.next().map_err(|error| Failure::io(&self.name, error))? {
                None if text.is_empty() => return Ok(None),
                None => break,
                Some(Line::Whole(line)) => line,
                Some(Line::TooLong) => {
                    self.started = self.lines.number();
                    return Ok(Some(Err(too_long(limit))));
                }
            };
            crate::work::count(line.len());
            match line {
                b"" if text.is_empty() => continue,
                b"" if self.wraps => break,
                line if self.notation == Notation::Text && line.starts_with(b"# ") => continue,
                line if self.notation == Notation::Hex && notation::is_comment(line) => continue,
                line if self.notation == Notation::Hex && !self.wraps => {
                    match &mut nesting {
                        None => nesting = Nesting::of(line),
                        Some(nesting) => {
                            nesting.add(line);
                            text.push(b'\n');
                        }
                    }
                    text.extend_from_slice(line);
                }
                line => text.extend_from_slice(line),
            }
            if self.started == 0 {
                self.started = self.lines.number();
            }
            if text.len() > limit {
                return Ok(Some(Err(too_long(limit))));
            }
            if !self.wraps && !nesting.as_ref().is_some_and(Nesting::is_open) {
                break;
            }
        }
        Ok(Some(decode(self.notation, self.known, &text)))
    }
}

impl Source for Texts {
    fn next(&mut self) -> Outcome<Option<Item>> {
        if let Some(content) = self.rest.pop_front() {
            return Ok(Some(self.item(content)));
        }
        loop {
            self.started = 0;
            let Some(decoded) = self.message()? else { return Ok(None) };
            let content = match (decoded, self.known.framing) {
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

    fn is_text(&self) -> bool {
        self.notation == Notation::Text
    }

    fn waits(&self) -> bool {
        self.rest.is_empty() && self.lines.waits()
    }
}

/// The refusal of what is longer than the limit.
pub(crate) fn too_long(limit: usize) -> Refusal {
    Refusal::new(
        None,
        say!("longer than {limit} bytes; --max-line allows more", "超过{limit}字节；可用--max-line放宽"),
    )
}

/// The octets that digits in a line stand for, in whichever notation.
pub(crate) fn octets(line: &[u8]) -> Result<Vec<u8>, Refusal> {
    decode(Notation::Hex, Known { spec: None, framing: None }, line)
}

/// The octets that a line stands for.
pub(super) fn decode(notation: Notation, known: Known, line: &[u8]) -> Result<Vec<u8>, Refusal> {
    match notation {
        Notation::Text => Ok(line.to_vec()),
        Notation::Base64 => STANDARD.decode(line).map_err(|error| match error {
            base64::DecodeError::InvalidByte(at, octet) => {
                let seen = hex::seen(octet);
                Refusal::new(at, say!("expected base64, found {seen}", "应为base64，实际为{seen}"))
            }
            _ => Refusal::new(
                line.len(),
                pick("the base64 text is cut short or padded wrongly", "base64文本不完整，或填充有误"),
            ),
        }),
        Notation::Hex => {
            // nearly every line is plain digits
            let wrong = match hex::octets(line) {
                Ok(octets) => return Ok(octets),
                Err((at, text)) => Refusal::new(at, text),
            };
            match notation::read(line) {
                Reading::Octets(mut readings) if readings.len() == 1 => {
                    Ok(readings.pop().unwrap_or_default())
                }
                Reading::Octets(readings) => {
                    let mut best: Option<(usize, Vec<u8>)> = None;
                    for reading in readings {
                        let fit = known.fit(&reading);
                        if best.as_ref().is_none_or(|(known, _)| fit > *known) {
                            best = Some((fit, reading));
                        }
                    }
                    Ok(best.map(|(_, reading)| reading).unwrap_or_default())
                }
                Reading::Refused(text) => Err(Refusal::new(None, text)),
                Reading::None => Err(wrong),
            }
        }
    }
}
