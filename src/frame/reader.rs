//! The bytes received so far, read from the front: `nom` in its streaming form.
//!
//! Streaming is what framing is: a reader that runs out of input gives `Incomplete`, which is no
//! failure, and `?` carries it to [`Framing::split`](super::Framing::split), where it becomes
//! `Ok(None)`. No type of `nom` leaves this module's parent.

use nom::Err as Stop;
use nom::bytes::streaming::{tag, take};

use super::parts::refuse;
use crate::model::error::{Error, ErrorKind, Result};

/// A step of reading: done, refused, or more bytes are needed.
pub(super) type Step<T> = Result<T, Stop<Error>>;

/// The rest of the input and how far it has been read.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) rest: &'a [u8],
    pub(super) offset: usize,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(input: &'a [u8]) -> Self {
        Self { rest: input, offset: 0 }
    }

    /// Reads exactly `expected`; the first byte that differs is refused.
    pub(super) fn tag(&mut self, expected: &'static [u8]) -> Step<()> {
        let offset = self.offset;
        let (rest, _) = tag::<_, _, ()>(expected)(self.rest)
            .map_err(|stop| stop.map(|()| refuse(ErrorKind::FrameShape, offset, 0, 0)))?;
        self.advance(rest, expected.len());
        Ok(())
    }

    /// Reads `count` bytes.
    pub(super) fn take(&mut self, count: usize) -> Step<&'a [u8]> {
        let offset = self.offset;
        let (rest, taken) = take::<_, _, ()>(count)(self.rest)
            .map_err(|stop| stop.map(|()| refuse(ErrorKind::FrameShape, offset, 0, 0)))?;
        self.advance(rest, count);
        Ok(taken)
    }

    const fn advance(&mut self, rest: &'a [u8], count: usize) {
        self.rest = rest;
        self.offset += count;
    }
}

/// The step as the caller sees it: `None` asks for more bytes.
pub(super) fn settle<T>(step: Step<T>) -> Result<Option<T>> {
    match step {
        Ok(done) => Ok(Some(done)),
        Err(Stop::Incomplete(_)) => Ok(None),
        Err(Stop::Error(error) | Stop::Failure(error)) => Err(error),
    }
}

/// A refusal as a step.
pub(super) const fn refused(error: Error) -> Stop<Error> {
    Stop::Failure(error)
}

/// A step that needs more bytes.
pub(super) const MORE: Stop<Error> = Stop::Incomplete(nom::Needed::Unknown);
