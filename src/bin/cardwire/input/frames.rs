//! Bytes cut into messages by a framing.

use cardwire::Framing;

use super::{Payload, Refusal};

/// The frames of a whole piece of bytes; polls are left out, a cut one at the end is refused.
pub(super) fn all(framing: Framing, bytes: &[u8]) -> Vec<Result<Payload, Refusal>> {
    let mut splitter = Splitter::new(framing);
    splitter.push(bytes);
    let mut found = Vec::new();
    while let Some((_, content)) = splitter.next() {
        found.push(content);
    }
    found.extend(splitter.end().map(Err));
    found
}

/// The one message of a whole piece of bytes.
pub(super) fn whole(framing: Option<Framing>, bytes: Vec<u8>) -> Result<Payload, Refusal> {
    let Some(framing) = framing else { return Ok(Payload { station: Vec::new(), message: bytes }) };
    let mut found = all(framing, &bytes).into_iter();
    match (found.next(), found.next()) {
        (Some(content), None) => content,
        (None, _) => Err(Refusal::new(None, "no frame")),
        _ => Err(Refusal::new(None, "more than one frame")),
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
    broken: bool,
}

impl Splitter {
    pub(super) fn new(framing: Framing) -> Self {
        Self { framing, buffer: Vec::new(), used: 0, base: 0, broken: false }
    }

    /// Adds bytes at the end.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        if self.broken {
            return;
        }
        self.base += self.used;
        self.buffer.drain(..self.used);
        self.used = 0;
        self.buffer.extend_from_slice(bytes);
    }

    /// The next message and where in the stream its frame starts; `None` when more bytes are
    /// needed, or after an error, behind which no frame can be found.
    pub(super) fn next(&mut self) -> Option<(usize, Result<Payload, Refusal>)> {
        loop {
            let rest = self.buffer.get(self.used..).unwrap_or_default();
            if self.broken || rest.is_empty() {
                return None;
            }
            let at = self.base + self.used;
            match self.framing.split(rest) {
                Ok(None) => return None,
                Ok(Some(frame)) => {
                    let payload = Payload { station: frame.header.to_vec(), message: frame.payload.to_vec() };
                    let is_poll = frame.is_poll();
                    self.used += frame.consumed;
                    if !is_poll {
                        return Some((at, Ok(payload)));
                    }
                }
                Err(error) => {
                    self.broken = true;
                    self.buffer = Vec::new();
                    return Some((at, Err(Refusal::new(at + error.offset(), error))));
                }
            }
        }
    }

    /// Another one for the same framing, from that place of the stream on.
    pub(super) fn again(&self, base: usize) -> Self {
        Self { base, ..Self::new(self.framing) }
    }

    /// How many bytes it holds.
    pub(super) fn held(&self) -> usize {
        self.buffer.len()
    }

    /// Whether no frame can be found any more.
    pub(super) fn is_broken(&self) -> bool {
        self.broken
    }

    /// What is wrong with the end of the stream.
    pub(super) fn end(&self) -> Option<Refusal> {
        let left = self.buffer.len().saturating_sub(self.used);
        let at = self.base + self.used;
        (left > 0 && !self.broken)
            .then(|| Refusal::new(at, format_args!("the stream ends within a frame, {left} bytes into it")))
    }
}
