//! Bytes cut into messages by a framing.

use crate::codes::Lang;
use crate::frame::Framing;

use super::item::{Payload, Refusal};
use super::packet;

/// The frames of a whole piece of bytes, polls among them; a cut one at the end is refused.
pub(super) fn all(framing: Framing, bytes: &[u8]) -> Vec<Result<Payload, Refusal>> {
    let mut splitter = Splitter::new(framing);
    match packet::payload(bytes) {
        Ok(bytes) => splitter.push(bytes),
        Err(refusal) => return vec![Err(refusal)],
    }
    let mut found: Vec<_> = std::iter::from_fn(|| splitter.next().map(|(_, content)| content)).collect();
    found.extend(splitter.end().map(|(_, content)| content));
    found
}

/// The one message of a whole piece of bytes.
pub(super) fn whole(framing: Option<Framing>, bytes: Vec<u8>) -> Result<Payload, Refusal> {
    let Some(framing) = framing else {
        let payload = packet::payload(&bytes)?;
        let within = (payload.len() < bytes.len()).then(|| payload.to_vec());
        return Ok(Payload::bare(within.unwrap_or(bytes)));
    };
    let found = all(framing, &bytes).into_iter();
    let mut found = found.filter(|content| !content.as_ref().is_ok_and(Payload::is_poll));
    match (found.next(), found.next()) {
        (Some(content), None) => content,
        (None, _) => Err(Refusal::told(None, ("no frame", "没有帧"))),
        _ => Err(Refusal::told(None, ("more than one frame", "不止一帧"))),
    }
}

/// A stream on its way to become messages.
pub(super) struct Splitter {
    framing: Framing,
    buffer: Vec<u8>,
    /// How far the buffer is used up.
    used: usize,
    /// Where in the stream the buffer starts.
    base: usize,
    /// How far the buffer was searched for the octet that ends a frame.
    searched: usize,
    broken: bool,
}

/// A message and where in the stream its frame starts, or what is wrong there.
type Found = (usize, Result<Payload, Refusal>);

impl Splitter {
    pub(super) fn new(framing: Framing) -> Self {
        Self { framing, buffer: Vec::new(), used: 0, base: 0, searched: 0, broken: false }
    }

    /// Adds bytes at the end.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        if self.broken {
            return;
        }
        self.base += self.used;
        self.buffer.drain(..self.used);
        self.searched = self.searched.saturating_sub(self.used);
        self.used = 0;
        self.buffer.extend_from_slice(bytes);
    }

    /// The next message, or a poll; `None` when more bytes are needed, or after an error, after
    /// which no frame can be found.
    pub(super) fn next(&mut self) -> Option<Found> {
        if self.broken || !self.is_worth_a_look() {
            return None;
        }
        self.take(false)
    }

    /// What the end of the stream is: a message that nothing else ends, or what is wrong with it.
    pub(super) fn end(&mut self) -> Option<Found> {
        if self.broken {
            return None;
        }
        self.take(true).or_else(|| {
            let left = self.buffer.len().saturating_sub(self.used);
            let at = self.base + self.used;
            let words = || {
                let en = format!("the stream ends within a frame, {left} bytes into it");
                (en, format!("数据流在帧内结束，该帧只有{left}字节"))
            };
            (left > 0).then(|| (at, Err(Refusal::told(at, words()))))
        })
    }

    fn take(&mut self, ended: bool) -> Option<Found> {
        let rest = self.buffer.get(self.used..).filter(|rest| !rest.is_empty())?;
        let at = self.base + self.used;
        let split = if ended { self.framing.split_last(rest) } else { self.framing.split(rest) };
        match split {
            Ok(frame) => {
                let frame = frame?;
                let (station, message) = (frame.header.to_vec(), frame.payload.to_vec());
                let whole = rest.get(..frame.consumed).unwrap_or_default();
                let poll = if frame.is_poll() { whole.to_vec() } else { Vec::new() };
                self.used += frame.consumed;
                Some((at, Ok(Payload { station, message, framing: Some(self.framing), poll })))
            }
            Err(error) => {
                self.broken = true;
                self.buffer = Vec::new();
                let words = (error.to_string(), error.in_lang(Lang::Zh).to_string());
                Some((at, Err(Refusal::told(at + error.offset(), words))))
            }
        }
    }

    /// Whether a frame may be there: one that an octet ends only once that has come. Only what is new
    /// is searched, else a stream that arrives octet by octet would be searched over and over.
    fn is_worth_a_look(&mut self) -> bool {
        let Some(end) = self.framing.terminator() else { return true };
        let from = self.searched.max(self.used);
        let found = memchr::memchr(end, self.buffer.get(from..).unwrap_or_default());
        self.searched = found.map_or(self.buffer.len(), |place| from + place);
        found.is_some()
            || self.buffer.len() - self.used > usize::try_from(self.framing.limit()).unwrap_or(usize::MAX)
    }

    pub(super) fn framing(&self) -> Framing {
        self.framing
    }

    /// Another one for the same framing, from that place of the stream on.
    pub(super) fn again(&self, base: usize) -> Self {
        Self { base, ..Self::new(self.framing) }
    }

    /// How far into the stream the messages so far reach.
    pub(super) fn position(&self) -> usize {
        self.base + self.used
    }

    /// How many bytes it holds.
    pub(super) fn held(&self) -> usize {
        self.buffer.len()
    }

    /// Whether no frame can be found any more.
    pub(super) fn is_broken(&self) -> bool {
        self.broken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_that_an_octet_ends_come_out_octet_by_octet() {
        for framing in [Framing::ETX, Framing::STX_ETX, Framing::BINARY2] {
            let mut frame = [0; 16];
            let frame = framing.wrap(b"", b"0800", &mut frame).unwrap();
            let mut splitter = Splitter::new(framing);
            let mut found = 0;
            for octet in frame.repeat(3) {
                splitter.push(&[octet]);
                while let Some((_, content)) = splitter.next() {
                    assert_eq!(content.ok().unwrap().message, b"0800");
                    found += 1;
                }
            }
            assert_eq!((found, splitter.end().is_none()), (3, true), "{framing:?}");
        }
        let mut splitter = Splitter::new(Framing::ETX.with_limit(3));
        splitter.push(b"0800");
        assert!(splitter.next().is_some_and(|(_, content)| content.is_err()), "the limit is heeded");
    }
}
