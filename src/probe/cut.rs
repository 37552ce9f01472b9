//! Inputs as one framing cuts them: what it takes for messages, and what it leaves.

use alloc::vec::Vec;

use crate::frame::{Framing, Station};
use crate::model::error::{Error, ErrorKind, Place};

/// How many messages are read; of those after them, only the frames are looked at.
pub const MAX_MESSAGES: usize = 16;

/// An input as long as this may be the start of a longer one.
const STREAM: usize = 1 << 16;

/// All inputs, cut by one framing.
pub(super) struct Cut<'m> {
    /// The framing, without a header unless that is what delimits its frames.
    pub(super) framing: Framing,
    /// The first pieces, in order.
    pub(super) pieces: Vec<Piece<'m>>,
    /// Octets that are neither in a frame nor a poll.
    pub(super) left: usize,
    /// Octets of polls, which say nothing for or against a framing.
    pub(super) polls: usize,
}

/// What the framing takes for a message, or what it cannot cut.
#[derive(Clone, Copy)]
pub(super) enum Piece<'m> {
    /// Header and message, and how many octets the framing puts around them.
    Body { octets: &'m [u8], around: usize },
    /// The end of an input, which is no frame: why, and its size.
    Refused { error: Error, size: usize },
}

/// The framings that are tried, the commonest first; headers are tried with each.
pub(super) fn framings() -> impl Iterator<Item = Framing> {
    let framings = Framing::named().map(|named| named.framing);
    framings.filter(|framing| framing.header() == Station::None || *framing == Framing::CUPS)
}

impl<'m> Cut<'m> {
    pub(super) fn of(framing: Framing, inputs: &[&'m [u8]]) -> Self {
        let mut cut = Self { framing, pieces: Vec::new(), left: 0, polls: 0 };
        for input in inputs {
            cut.take(input);
        }
        cut.pieces.truncate(MAX_MESSAGES);
        cut
    }

    /// Cuts one input. An end that could become a frame is left over, unless the input is so long that
    /// it is taken for the start of a stream; it is refused only when the input holds no frame at all.
    fn take(&mut self, input: &'m [u8]) {
        let (mut rest, mut frames) = (input, 0);
        while !rest.is_empty() {
            let refused = match self.framing.split_last(rest) {
                Ok(Some(frame)) => {
                    match frame.is_poll() {
                        true => self.polls += frame.consumed,
                        false => {
                            frames += 1;
                            self.add(frame.payload, frame.consumed);
                        }
                    }
                    rest = rest.get(frame.consumed.max(1)..).unwrap_or_default();
                    continue;
                }
                Ok(None) if frames > 0 => None,
                Ok(None) => {
                    Some(Error::new(ErrorKind::Truncated, 0, rest.len() + 1, rest.len()).at(Place::Frame))
                }
                Err(error) => Some(error.moved(input.len() - rest.len())),
            };
            let is_start = refused.is_none() && input.len() >= STREAM;
            self.left += if is_start { 0 } else { rest.len() };
            self.pieces.extend(refused.map(|error| Piece::Refused { error, size: rest.len() }));
            return;
        }
    }

    fn add(&mut self, payload: &'m [u8], consumed: usize) {
        if self.pieces.len() < MAX_MESSAGES {
            self.pieces.push(Piece::Body { octets: payload, around: consumed - payload.len() });
        }
    }

    /// What the framing takes for messages, with their headers.
    pub(super) fn bodies(&self) -> impl Iterator<Item = &'m [u8]> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Body { octets, .. } => Some(*octets),
            Piece::Refused { .. } => None,
        })
    }

    /// Whether the framing is worth a closer look: it must cut something off the inputs.
    pub(super) fn is_possible(&self) -> bool {
        self.bodies().next().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The octet of the input where a framing gives up, and how many more it wants.
    #[test]
    fn what_is_refused_is_told_where_it_stands() {
        let refused = |framing, input: &[u8]| match Cut::of(framing, &[input]).pieces.last().copied().unwrap()
        {
            Piece::Refused { error, size } => (error.offset(), error.expected(), error.found(), size),
            Piece::Body { .. } => unreachable!("it is no frame"),
        };
        let short = [0, 9, b'a', b'b', b'c'];
        assert_eq!(refused(Framing::BINARY2, &short), (0, 6, 5, 5));
        // where a second frame has a length that is none
        let (offset, .., size) = refused(Framing::ASCII4, b"0003abc00?3abc");
        assert_eq!((offset, size), (9, 7));
    }
}
