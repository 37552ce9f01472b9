//! Messages as they are: one that is the whole file, or many in frames.

use std::io::{self, BufRead, Read};
use std::rc::Rc;

use cardwire::{Framing, Spec};

use super::detect::MOST_START;
use super::frames::Splitter;
use super::{Item, Origin, Payload, Refusal, Source, Stream, framing_of, text};
use crate::failure::{Failure, Outcome};

/// A stream of bytes.
pub(super) struct Raw {
    name: Rc<str>,
    stream: Stream,
    spec: Option<&'static Spec<'static>>,
    limit: usize,
    state: State,
}

enum State {
    /// Not yet read.
    Fresh(Option<Framing>),
    Framed(Splitter),
    Done,
}

impl Raw {
    pub(super) fn new(
        name: Rc<str>,
        stream: Stream,
        framing: Option<Framing>,
        spec: Option<&'static Spec<'static>>,
        limit: usize,
    ) -> Self {
        Self { name, stream, spec, limit, state: State::Fresh(framing) }
    }

    fn read_some(&mut self) -> Outcome<Vec<u8>> {
        loop {
            match self.stream.fill_buf() {
                Ok(buffer) => {
                    let bytes = buffer.to_vec();
                    self.stream.consume(bytes.len());
                    return Ok(bytes);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => (),
                Err(error) => return Err(Failure::io(&self.name, error)),
            }
        }
    }

    /// The start of the stream, as much of it as tells the framing; a pipe may give it in small pieces.
    fn start(&mut self) -> Outcome<(Vec<u8>, Option<Framing>)> {
        let mut start = Vec::new();
        while start.len() < MOST_START {
            let bytes = self.read_some()?;
            start.extend_from_slice(&bytes);
            let framing = framing_of(&start, self.spec);
            if framing.is_some() || bytes.is_empty() || self.spec.is_none() {
                return Ok((start, framing));
            }
        }
        Ok((start, None))
    }

    /// The whole stream as one message, `start` being read of it.
    fn whole(&mut self, mut start: Vec<u8>) -> Outcome<Option<Item>> {
        self.state = State::Done;
        let room = self.limit.saturating_sub(start.len()) + 1;
        let limited = (&mut self.stream).take(u64::try_from(room).unwrap_or(u64::MAX));
        let mut limited = limited;
        limited.read_to_end(&mut start).map_err(|error| Failure::io(&self.name, error))?;
        if start.is_empty() {
            return Ok(None);
        }
        let content = if start.len() > self.limit {
            Err(text::too_long(self.limit))
        } else {
            Ok(Payload { station: Vec::new(), message: start })
        };
        Ok(Some(self.item(0, content)))
    }

    fn item(&self, at: usize, content: Result<Payload, Refusal>) -> Item {
        Item { origin: Origin::Byte(self.name.clone(), u64::try_from(at).unwrap_or(u64::MAX)), content }
    }
}

impl Source for Raw {
    fn next(&mut self) -> Outcome<Option<Item>> {
        loop {
            match &mut self.state {
                State::Done => return Ok(None),
                State::Fresh(Some(framing)) => self.state = State::Framed(Splitter::new(*framing)),
                State::Fresh(None) => {
                    let (start, framing) = self.start()?;
                    let Some(framing) = framing else { return self.whole(start) };
                    let mut splitter = Splitter::new(framing);
                    splitter.push(&start);
                    self.state = State::Framed(splitter);
                }
                State::Framed(splitter) => {
                    if let Some((at, content)) = splitter.next() {
                        return Ok(Some(self.item(at, content)));
                    }
                    let end = splitter.end();
                    let bytes = if splitter.is_broken() { Vec::new() } else { self.read_some()? };
                    match &mut self.state {
                        State::Framed(splitter) if !bytes.is_empty() => splitter.push(&bytes),
                        _ => {
                            self.state = State::Done;
                            return Ok(end.map(|refusal| self.item(refusal.byte.unwrap_or(0), Err(refusal))));
                        }
                    }
                }
            }
        }
    }

    fn waits(&self) -> bool {
        self.stream.buffer().is_empty()
    }
}
