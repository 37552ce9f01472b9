//! An input, read: its messages, and what they were read by.

use std::io::{BufReader, Cursor};

use cardwire::frame::Station;
use cardwire::input::{Item, Line, Lines, Opened, Options, Origin, Payload, Refusal, Scanner, Stream};
use cardwire::probe::{Envelope, Explanation, MAX_MESSAGES, probe};
use cardwire::{Framing, Spec, spec};

use crate::isomsg;
use crate::json::Record;
use crate::lang::{lang, pick};

/// The longest line or message, in bytes.
const MAX_LINE: usize = 1 << 20;

/// The most messages that are kept to be shown; what follows is counted.
pub(crate) const MAX_KEPT: usize = 1000;

/// What an input held.
pub(crate) struct Reading {
    pub(crate) spec: &'static Spec<'static>,
    pub(crate) framing: Option<Framing>,
    /// Whether the spec was found by the prober.
    pub(crate) is_found: bool,
    pub(crate) items: Vec<Item>,
    pub(crate) total: usize,
    /// What was not read, in words.
    pub(crate) skipped: Option<String>,
}

/// An input, and what was said of it.
#[derive(Clone, Copy)]
pub(crate) struct Input<'i> {
    pub(crate) name: &'i str,
    pub(crate) octets: &'i [u8],
    pub(crate) framing: Option<Framing>,
    pub(crate) spec: Option<&'static Spec<'static>>,
}

impl Input<'_> {
    /// Reads all of it; by the spec that explains it best, where none was said.
    pub(crate) fn read(self) -> Result<Reading, String> {
        let (input, is_found) = match self.spec {
            Some(_) => (self, false),
            None => (self.explained()?, true),
        };
        let spec = input.spec.ok_or_else(nothing)?;
        let mut reading =
            Reading { spec, framing: input.framing, is_found, items: Vec::new(), total: 0, skipped: None };
        reading.skipped = input.each(&mut |item| {
            reading.total += 1;
            if reading.items.len() < MAX_KEPT {
                reading.items.push(item);
            }
            true
        })?;
        if reading.total == 0 {
            return Err(nothing());
        }
        Ok(reading)
    }

    /// What explains its first messages, the best first.
    pub(crate) fn explanations(
        self,
        specs: impl IntoIterator<Item = &'static Spec<'static>>,
    ) -> Result<Vec<Explanation<'static>>, String> {
        let mut messages = Vec::new();
        self.each(&mut |item| {
            messages.extend(item.content.ok().map(|payload| payload.message));
            messages.len() < MAX_MESSAGES
        })?;
        let octets: Vec<&[u8]> = messages.iter().map(Vec::as_slice).collect();
        Ok(probe(&octets, specs))
    }

    /// The same input with the spec and the framing that explain it.
    fn explained(self) -> Result<Self, String> {
        if self.values()? {
            // values say nothing about the wire: the plainest spec has a place for most of them
            return Ok(Self { spec: spec::by_name("iso87-ascii"), ..self });
        }
        let explanations = self.explanations(spec::builtin())?;
        let best = explanations.first().filter(|best| best.score() > 0).ok_or_else(nothing)?;
        Ok(Self { spec: Some(best.spec()), framing: combined(self.framing, best.envelope()), ..self })
    }

    /// Whether it holds values of messages, and not their octets.
    fn values(self) -> Result<bool, String> {
        Ok(!matches!(self.opened()?, Opened::Octets(_)))
    }

    fn opened(self) -> Result<Opened, String> {
        let Self { name, octets, framing, spec } = self;
        let stream: Stream = BufReader::new(Box::new(Cursor::new(octets.to_vec())));
        let options = Options { framing, spec, max_line: MAX_LINE, ..Options::default() };
        options.open(name.into(), stream).map_err(|error| match error {
            cardwire::input::Error::Data(words) => words.in_lang(lang()).to_owned(),
            other => other.to_string(),
        })
    }

    /// Hands each message on, until `each` has enough; says what was skipped.
    fn each(self, each: &mut dyn FnMut(Item) -> bool) -> Result<Option<String>, String> {
        let place = |line| Origin::Line(self.name.into(), line);
        match self.opened()? {
            Opened::Octets(mut source) => {
                while let Some(item) = source.next().map_err(|error| error.to_string())? {
                    let is_poll = item.content.as_ref().is_ok_and(Payload::is_poll);
                    if !is_poll && !each(item) {
                        break;
                    }
                }
                Ok(source.skipped().filter(|skipped| !skipped.is_empty()).map(in_words))
            }
            Opened::Isomsg(stream) => {
                let mut scanner = Scanner::new(stream, MAX_LINE);
                while let Some((line, element)) = scanner.next_element().map_err(|error| error.to_string())? {
                    let record = element
                        .map_err(|words| words.in_lang(lang()).to_owned())
                        .and_then(|element| isomsg::record(&element));
                    if !each(Item { origin: place(line), content: made(record, self.spec) }) {
                        break;
                    }
                }
                Ok(None)
            }
            Opened::Json(stream) => {
                let mut lines = Lines::new(stream, MAX_LINE);
                loop {
                    let line = lines.number() + 1;
                    let record = match lines.next_line().map_err(|error| error.to_string())? {
                        None => return Ok(None),
                        Some(Line::Whole(b"")) => continue,
                        Some(Line::Whole(octets)) => Record::parse(octets),
                        Some(Line::TooLong) => Err(Refusal::too_long(MAX_LINE).words(lang()).to_owned()),
                    };
                    if !each(Item { origin: place(line), content: made(record, self.spec) }) {
                        return Ok(None);
                    }
                }
            }
        }
    }
}

/// A message of its values.
fn made(record: Result<Record, String>, spec: Option<&'static Spec<'static>>) -> Result<Payload, Refusal> {
    let refuse = |text: String| Refusal::new(None, text);
    let mut record = record.map_err(refuse)?;
    let spec = spec.ok_or_else(|| refuse(nothing()))?;
    record.settle_header(spec).map_err(refuse)?;
    let (message, left) = record.place(spec).map_err(refuse)?;
    match left.first() {
        Some(left) => Err(refuse(left.to_string())),
        None => Ok(Payload { station: record.station, ..Payload::bare(message) }),
    }
}

/// What stands around messages: what was said, with a header that was found.
fn combined(said: Option<Framing>, envelope: Envelope) -> Option<Framing> {
    let found = envelope.framing();
    match said {
        _ if envelope.is_bare() => said,
        Some(said) if !found.is_delimited() && said.header() == Station::None => {
            Some(said.with_header(found.header()))
        }
        _ => Some(found),
    }
}

fn in_words(skipped: &cardwire::input::Skipped) -> String {
    let count: u64 = skipped.reasons.values().sum();
    crate::lang::say!("{count} packets of the capture were not read", "抓包中有{count}个数据包未读")
}

fn nothing() -> String {
    pick("no message is found in this", "其中没有找到报文").to_owned()
}
