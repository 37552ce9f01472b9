//! Messages as they are: one that is the whole file, or many in frames.

use std::io::{self, BufRead, Read};
use std::sync::Arc;

use crate::frame::Framing;
use crate::probe::Finder;
use crate::spec::Spec;

use super::detect::{MOST_START, framing_of};
use super::frames::{Splitter, whole};
use super::item::{Error, Item, Origin, Payload, Refusal, Source, Stream};

/// A stream of bytes.
pub(super) struct Raw {
    name: Arc<str>,
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
        name: Arc<str>,
        stream: Stream,
        framing: Option<Framing>,
        spec: Option<&'static Spec<'static>>,
        limit: usize,
    ) -> Self {
        Self { name, stream, spec, limit, state: State::Fresh(framing) }
    }

    fn read_some(&mut self) -> Result<Vec<u8>, Error> {
        loop {
            match self.stream.fill_buf() {
                Ok(buffer) => {
                    let bytes = buffer.to_vec();
                    self.stream.consume(bytes.len());
                    return Ok(bytes);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => (),
                Err(error) => return Err(Error::io(&self.name, error)),
            }
        }
    }

    /// The start of the stream, as much of it as tells the framing; a pipe may give it in small
    /// pieces, and waits for the messages of the first ones.
    fn start(&mut self) -> Result<(Vec<u8>, Option<Framing>), Error> {
        let mut start = Vec::new();
        let mut finder = self.spec.map(Finder::new);
        while start.len() < MOST_START {
            let bytes = self.read_some()?;
            if bytes.is_empty() {
                break;
            }
            start.extend_from_slice(&bytes);
            let found = finder.as_mut().and_then(|finder| finder.look(&start));
            if found.is_some() {
                return Ok((start, found));
            }
        }
        let framing = self.spec.and_then(|spec| framing_of(&[&start], spec));
        Ok((start, framing))
    }

    /// The whole stream as one message, `start` being read of it.
    fn whole(&mut self, mut start: Vec<u8>) -> Result<Option<Item>, Error> {
        self.state = State::Done;
        // nobody asked for messages yet: the start of the stream tells what it is
        let is_enough = self.spec.is_none() && start.len() >= MOST_START;
        if !is_enough {
            let room = self.limit.saturating_sub(start.len()) + 1;
            let mut limited = (&mut self.stream).take(u64::try_from(room).unwrap_or(u64::MAX));
            limited.read_to_end(&mut start).map_err(|error| Error::io(&self.name, error))?;
        }
        if start.is_empty() {
            return Ok(None);
        }
        let is_too_long = start.len() > self.limit;
        let content = if is_too_long { Err(Refusal::too_long(self.limit)) } else { whole(None, start) };
        Ok(Some(self.item(0, content)))
    }

    fn item(&self, at: usize, content: Result<Payload, Refusal>) -> Item {
        Item { origin: Origin::Byte(self.name.clone(), u64::try_from(at).unwrap_or(u64::MAX)), content }
    }
}

impl Source for Raw {
    fn next(&mut self) -> Result<Option<Item>, Error> {
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
                    let is_broken = splitter.is_broken();
                    let bytes = if is_broken { Vec::new() } else { self.read_some()? };
                    let State::Framed(splitter) = &mut self.state else { return Ok(None) };
                    if !bytes.is_empty() {
                        splitter.push(&bytes);
                        continue;
                    }
                    let end = splitter.end();
                    self.state = State::Done;
                    return Ok(end.map(|(at, content)| self.item(at, content)));
                }
            }
        }
    }

    fn waits(&self) -> bool {
        self.stream.buffer().is_empty()
    }
}
