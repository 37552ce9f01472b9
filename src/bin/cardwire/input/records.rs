//! Messages by their values: JSON lines and jPOS XML.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use cardwire::Spec;
use cardwire::input::Words;

use super::{Item, Line, Lines, Origin, Payload, Refusal, Stream};
use crate::failure::{Failure, Outcome};
use crate::isomsg::{self, Scanner};
use crate::json::{Left, Record};
use crate::lang::{lang, pick};
use crate::parallel::Feed;
use crate::remark;

/// The records of a stream.
pub(crate) enum Records {
    Json(Lines),
    Isomsg(Scanner),
}

/// A record that is not looked at yet, or why there is none.
pub(crate) enum Raw {
    Json(Vec<u8>),
    Isomsg(Vec<u8>),
    Refused(String),
}

impl Raw {
    /// The record.
    pub(crate) fn record(&self) -> Result<Record, String> {
        match self {
            Self::Json(line) => Record::parse(line),
            Self::Isomsg(element) => isomsg::record(element),
            Self::Refused(words) => Err(words.clone()),
        }
    }
}

/// A record of a file, and where it begins there.
pub(crate) struct Placed {
    pub(crate) name: Arc<str>,
    pub(crate) line: u64,
    pub(crate) raw: Raw,
}

/// The records of files, one after the other.
pub(crate) struct Objects {
    files: std::vec::IntoIter<PathBuf>,
    limit: usize,
    is_json: bool,
    current: Option<(Arc<str>, Records)>,
}

impl Objects {
    /// Those of files, or of standard input when none is named; each of so many bytes at most.
    pub(crate) fn of(named: &[PathBuf], limit: usize, is_json: bool) -> Self {
        Self { files: super::files(named).into_iter(), limit, is_json, current: None }
    }

    fn open(&self, file: &PathBuf) -> Outcome<(Arc<str>, Records)> {
        let (name, stream) = super::open(file)?;
        let records = match self.is_json {
            true => Records::Json(Lines::new(stream, self.limit)),
            false => Records::open(stream, self.limit).map_err(|error| Failure::io(&name, error))?,
        };
        Ok((name, records))
    }
}

impl Feed for Objects {
    type Item = Placed;

    fn next(&mut self) -> Outcome<Option<Placed>> {
        loop {
            if let Some((name, records)) = &mut self.current
                && let Some((line, raw)) = records.next().map_err(|error| Failure::io(&name, error))?
            {
                return Ok(Some(Placed { name: Arc::clone(name), line, raw }));
            }
            match self.files.next() {
                Some(file) => self.current = Some(self.open(&file)?),
                None => return Ok(None),
            }
        }
    }

    fn waits(&self) -> bool {
        self.current.as_ref().is_none_or(|(_, records)| records.waits())
    }

    fn piece(&mut self) -> Outcome<Option<Self>> {
        let Some((name, records)) = &mut self.current else { return Ok(None) };
        let records = records.piece().map_err(|error| Failure::io(&name, error))?;
        // a name of its own: threads that count the holders of one would wait for each other
        let current = records.map(|records| (Arc::from(&**name), records));
        Ok(current.map(|current| Self { files: Vec::new().into_iter(), current: Some(current), ..*self }))
    }
}

impl Records {
    /// Those of a stream that is found to be one or the other.
    pub(crate) fn open(stream: Stream, limit: usize) -> io::Result<Self> {
        let (start, stream) = cardwire::input::peek(stream)?;
        Ok(
            if memchr::memmem::find(&start, b"<isomsg").is_some()
                || start.trim_ascii_start().starts_with(b"<")
            {
                Self::Isomsg(Scanner::new(stream, limit))
            } else {
                Self::Json(Lines::new(stream, limit))
            },
        )
    }

    /// The next record; `None` at the end.
    pub(crate) fn next(&mut self) -> io::Result<Option<(u64, Raw)>> {
        match self {
            Self::Isomsg(scanner) => Ok(scanner.next_element()?.map(|(line, element)| {
                let refused = |words: Words| Raw::Refused(words.in_lang(lang()).to_owned());
                (line, element.map_or_else(refused, Raw::Isomsg))
            })),
            Self::Json(lines) => loop {
                let limit = lines.limit();
                let number = lines.number() + 1;
                return Ok(match lines.next_line()? {
                    None => None,
                    Some(Line::Whole(b"")) => continue,
                    Some(Line::Whole(line)) if remark::is_remark(line) => continue,
                    Some(Line::Whole(line)) => {
                        crate::work::count(line.len());
                        Some((number, Raw::Json(line.to_vec())))
                    }
                    Some(Line::TooLong) => {
                        Some((number, Raw::Refused(Refusal::too_long(limit).words(lang()).to_owned())))
                    }
                });
            },
        }
    }

    /// Records that are at hand, to be read apart from the rest; `None` at the end, and of XML.
    fn piece(&mut self) -> io::Result<Option<Self>> {
        match self {
            Self::Json(lines) => Ok(lines.piece()?.map(Self::Json)),
            Self::Isomsg(_) => Ok(None),
        }
    }

    /// Whether the next record has to be waited for.
    pub(crate) fn waits(&self) -> bool {
        match self {
            Self::Json(lines) => lines.waits(),
            Self::Isomsg(scanner) => scanner.waits(),
        }
    }

    pub(crate) fn is_isomsg(&self) -> bool {
        matches!(self, Self::Isomsg(_))
    }
}

/// Messages that are made of records.
pub(super) struct Made {
    name: Arc<str>,
    records: Records,
    spec: Option<&'static Spec<'static>>,
    /// What of the message made last has no place in it, and whether the caller looks.
    left: Vec<Left>,
    is_asked: bool,
}

impl Made {
    pub(super) fn new(
        name: Arc<str>,
        records: Records,
        spec: Option<&'static Spec<'static>>,
        is_asked: bool,
    ) -> Self {
        Self { name, records, spec, left: Vec::new(), is_asked }
    }

    fn make(&mut self, record: Result<Record, String>) -> Result<Payload, Refusal> {
        self.left.clear();
        let refuse = |text: String| Refusal::new(None, text);
        let mut record = record.map_err(refuse)?;
        let Some(spec) = self.spec else {
            return Err(refuse(
                pick(
                    "values are made a message by a spec: say --spec",
                    "要有规范才能把各值组成报文：请用--spec指定",
                )
                .into(),
            ));
        };
        record.settle_header(spec).map_err(refuse)?;
        let (message, left) = record.place(spec).map_err(refuse)?;
        if let (Some(first), false) = (left.first(), self.is_asked) {
            return Err(refuse(first.to_string()));
        }
        self.left = left;
        Ok(Payload { station: record.station, ..Payload::bare(message) })
    }
}

impl Made {
    /// The next message; `None` at the end.
    pub(super) fn next(&mut self) -> Outcome<Option<Item>> {
        let found = self.records.next().map_err(|error| Failure::io(&self.name, error))?;
        Ok(found.map(|(line, raw)| {
            let content = self.make(raw.record());
            Item { origin: Origin::Line(self.name.clone(), line), content }
        }))
    }

    /// Messages that are at hand, to be made apart from the rest.
    pub(super) fn piece(&mut self) -> Outcome<Option<Box<Self>>> {
        let records = self.records.piece().map_err(|error| Failure::io(&self.name, error))?;
        let name = Arc::from(&*self.name);
        Ok(records.map(|records| Box::new(Self::new(name, records, self.spec, self.is_asked))))
    }

    /// Whether the next message may take a while to arrive.
    pub(super) fn waits(&self) -> bool {
        self.records.waits()
    }

    /// What of the message made last the spec has no place for.
    pub(super) fn left(&self) -> &[Left] {
        &self.left
    }

    /// Whether it is jPOS XML.
    pub(super) fn is_isomsg(&self) -> bool {
        self.records.is_isomsg()
    }
}
