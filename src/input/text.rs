//! Messages in lines: octets in digits, base64, or the characters themselves.

use std::collections::VecDeque;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::evidence::Known;
use super::frames;
use super::hex;
use super::item::{Error, Item, Origin, Payload, Refusal, Source};
use super::lines::{Line, Lines};
use super::notation::{self, Nesting, Reading};
use crate::codes::Lang;
use crate::model::CharKind;

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
    name: Arc<str>,
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
    pub(super) fn new(name: Arc<str>, lines: Lines, notation: Notation, wraps: bool, known: Known) -> Self {
        let lines = if notation == Notation::Text { lines.with_blanks() } else { lines };
        Self { name, lines, notation, wraps, known, rest: VecDeque::new(), started: 0 }
    }

    fn item(&self, content: Result<Payload, Refusal>) -> Item {
        Item { origin: Origin::Line(self.name.clone(), self.started), content }
    }

    /// The octets of the next message; `None` at the end.
    fn message(&mut self) -> Result<Option<Result<Vec<u8>, Refusal>>, Error> {
        let limit = self.lines.limit();
        let mut text = Vec::new();
        let mut nesting: Option<Nesting> = None;
        loop {
            let line = match self.lines.next_line().map_err(|error| Error::io(&self.name, error))? {
                None if text.is_empty() => return Ok(None),
                None => break,
                Some(Line::Whole(line)) => line,
                Some(Line::TooLong) => {
                    self.started = self.lines.number();
                    return Ok(Some(Err(Refusal::too_long(limit))));
                }
            };
            crate::input::work::count(line.len());
            match (line, &mut nesting) {
                _ if text.is_empty() && line.trim_ascii().is_empty() => continue,
                (b"", _) if self.wraps => break,
                _ if self.notation == Notation::Text && line.starts_with(b"# ") => continue,
                _ if self.notation == Notation::Hex && notation::is_comment(line) => continue,
                _ if self.wraps => join(self.notation, &mut text, line),
                (_, Some(nesting)) => {
                    nesting.add(line);
                    text.push(b'\n');
                    text.extend_from_slice(line);
                }
                (_, None) => {
                    nesting = Nesting::of(line).filter(|_| self.notation == Notation::Hex);
                    if nesting.is_none() {
                        let message = decode(self.notation, self.known, line);
                        self.started = self.lines.number();
                        return Ok(Some(message));
                    }
                    text.extend_from_slice(line);
                }
            }
            if self.started == 0 {
                self.started = self.lines.number();
            }
            if text.len() > limit {
                return Ok(Some(Err(Refusal::too_long(limit))));
            }
            if !self.wraps && !nesting.as_ref().is_some_and(Nesting::is_open) {
                break;
            }
        }
        Ok(Some(decode(self.notation, self.known, &text)))
    }
}

impl Source for Texts {
    fn next(&mut self) -> Result<Option<Item>, Error> {
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

    fn piece(&mut self) -> Result<Option<Box<dyn Source>>, Error> {
        if self.wraps || !self.rest.is_empty() {
            return Ok(None);
        }
        // where nothing nests, every line is read for itself
        let may_part = |lines: &[u8]| self.notation != Notation::Hex || !notation::may_nest(lines);
        let lines = self.lines.piece_if(may_part).map_err(|error| Error::io(&self.name, error))?;
        // a name of its own: threads that count the holders of one would wait for each other
        let name = Arc::from(&*self.name);
        let Self { notation, wraps, known, .. } = *self;
        let piece = |lines| -> Box<dyn Source> { Box::new(Self::new(name, lines, notation, wraps, known)) };
        Ok(lines.map(piece))
    }

    fn is_text(&self) -> bool {
        self.notation == Notation::Text
    }

    fn waits(&self) -> bool {
        self.rest.is_empty() && self.lines.waits()
    }
}

/// Adds the next line of a message that takes several. A line may end between two octets without the
/// mark that parts all others.
pub(super) fn join(notation: Notation, text: &mut Vec<u8>, line: &[u8]) {
    let is_marked = line.iter().any(|octet| !octet.is_ascii_alphanumeric());
    if notation == Notation::Hex && is_marked && !text.is_empty() {
        text.push(b' ');
    }
    text.extend_from_slice(line);
}

/// The octets that digits in a line stand for, in whichever notation.
///
/// # Errors
/// When the line is no digits, or octets are left out of it.
pub fn octets(line: &[u8]) -> Result<Vec<u8>, Refusal> {
    decode(Notation::Hex, Known { spec: None, framing: None }, line)
}

/// What was expected, and what kind of character stands there.
fn found(en: &str, zh: &str, octet: u8) -> (String, String) {
    let kind = CharKind::of(octet);
    (format!("{en}, found {kind}"), format!("{zh}，实际为{}", kind.in_lang(Lang::Zh)))
}

/// The octets that a line stands for.
pub(super) fn decode(notation: Notation, known: Known, line: &[u8]) -> Result<Vec<u8>, Refusal> {
    match notation {
        Notation::Text => Ok(line.to_vec()),
        Notation::Base64 => STANDARD.decode(line).map_err(|error| match error {
            base64::DecodeError::InvalidByte(at, octet) => {
                Refusal::told(at, found("expected base64", "应为base64字符", octet))
            }
            _ => Refusal::told(
                line.len(),
                ("the base64 text is cut short or padded wrongly", "base64文本被截断或填充有误"),
            ),
        }),
        Notation::Hex => {
            // nearly every line is plain digits
            let wrong = match hex::octets(line) {
                Ok(octets) => return Ok(octets),
                Err((at, _)) => match line.get(at) {
                    Some(octet) => {
                        Refusal::told(at, found("expected a hexadecimal digit", "应为十六进制数字", *octet))
                    }
                    None => {
                        Refusal::told(at, ("an odd number of hexadecimal digits", "十六进制数字的个数为奇数"))
                    }
                },
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
                Reading::Refused(text) => Err(Refusal::told(None, text)),
                Reading::None => Err(wrong),
            }
        }
    }
}
