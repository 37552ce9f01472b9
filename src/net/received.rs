//! Messages that own their octets.

use core::fmt;
use std::boxed::Box;
use std::vec::Vec;

use crate::model::error::{Error, Result};
use crate::read::inspection::Inspection;
use crate::read::message::Message;
use crate::spec::Spec;
use crate::write::builder::Builder;

/// A message that came in, with its station header: owned, so that it can be kept and sent around.
///
/// Its `Debug` shows sizes, never content.
#[derive(Clone)]
pub struct Received {
    /// What the parse found, without the octets.
    parsed: Message<'static>,
    /// What stopped it.
    error: Option<Error>,
    /// Station header and message.
    octets: Box<[u8]>,
    header: usize,
}

impl Received {
    /// Keeps a message that was parsed by `spec`, so that nobody has to parse it again.
    pub(super) fn new(
        spec: &'static Spec<'static>,
        header: &[u8],
        parsed: &Message<'_>,
        error: Option<Error>,
    ) -> Self {
        let mut octets = Vec::with_capacity(header.len() + parsed.wire.len());
        octets.extend_from_slice(header);
        octets.extend_from_slice(parsed.wire);
        let Message { mti, bitmaps, count, announced, starts, .. } = *parsed;
        let parsed = Message { spec, wire: &[], mti, bitmaps, count, announced, starts };
        Self { parsed, error, octets: octets.into_boxed_slice(), header: header.len() }
    }

    /// The message. It was checked when it came in, and is not parsed again.
    ///
    /// The answer within [`SendError::Refused`](super::SendError::Refused) may be broken: this is
    /// then the part before the failure, and [`Received::inspect`] tells the failure.
    #[must_use]
    pub fn message(&self) -> Message<'_> {
        Message { wire: self.wire(), ..self.parsed }
    }

    /// The message as far as it parses.
    #[must_use]
    pub fn inspect(&self) -> Inspection<'_> {
        Inspection::of(self.parsed.spec, self.wire())
    }

    pub(super) const fn error(&self) -> Option<Error> {
        self.error
    }

    /// The octets of the message.
    #[must_use]
    pub fn wire(&self) -> &[u8] {
        self.octets.get(self.header..).unwrap_or_default()
    }

    /// The station header; empty if the framing has none.
    #[must_use]
    pub fn header(&self) -> &[u8] {
        self.octets.get(..self.header).unwrap_or_default()
    }

    /// The spec of the connection.
    #[must_use]
    pub const fn spec(&self) -> &'static Spec<'static> {
        self.parsed.spec
    }
}

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Received({} bytes of header, {} of message)", self.header, self.wire().len())
    }
}

/// What can be sent: a [`Builder`], or the octets of a message.
pub trait Outgoing {
    /// Writes the message at the front of `room`, which is made larger if need be, and says how
    /// many octets it has.
    ///
    /// # Errors
    /// As [`Builder::write`].
    fn write_into(&self, room: &mut Vec<u8>) -> Result<usize>;

    /// The spec by which the octets are checked as they are written; none if they are not.
    fn checked_by(&self) -> Option<&Spec<'_>> {
        None
    }
}

impl Outgoing for Builder<'_> {
    fn checked_by(&self) -> Option<&Spec<'_>> {
        Some(self.spec)
    }

    fn write_into(&self, room: &mut Vec<u8>) -> Result<usize> {
        if room.is_empty() {
            room.resize(1024, 0);
        }
        match self.write(room) {
            Err(error) if error.kind() == crate::model::error::ErrorKind::Room => {
                room.resize(self.measure()?, 0);
                self.write(room).map(<[u8]>::len)
            }
            written => written.map(<[u8]>::len),
        }
    }
}

impl Outgoing for [u8] {
    fn write_into(&self, room: &mut Vec<u8>) -> Result<usize> {
        if room.len() < self.len() {
            room.resize(self.len(), 0);
        }
        if let Some(room) = room.get_mut(..self.len()) {
            room.copy_from_slice(self);
        }
        Ok(self.len())
    }
}

impl Outgoing for Vec<u8> {
    fn write_into(&self, room: &mut Vec<u8>) -> Result<usize> {
        self.as_slice().write_into(room)
    }
}

impl<const N: usize> Outgoing for [u8; N] {
    fn write_into(&self, room: &mut Vec<u8>) -> Result<usize> {
        self.as_slice().write_into(room)
    }
}

impl<T: Outgoing + ?Sized> Outgoing for &T {
    fn write_into(&self, room: &mut Vec<u8>) -> Result<usize> {
        (**self).write_into(room)
    }

    fn checked_by(&self) -> Option<&Spec<'_>> {
        (**self).checked_by()
    }
}

impl<T: Outgoing + ?Sized> Outgoing for &mut T {
    fn write_into(&self, room: &mut Vec<u8>) -> Result<usize> {
        (**self).write_into(room)
    }

    fn checked_by(&self) -> Option<&Spec<'_>> {
        (**self).checked_by()
    }
}

/// Calls `use_it` with the octets of a message, written into room that the thread keeps.
pub(super) fn written<T>(message: &(impl Outgoing + ?Sized), use_it: impl FnOnce(&[u8]) -> T) -> Result<T> {
    std::thread_local! {
        static ROOM: core::cell::Cell<Vec<u8>> = const { core::cell::Cell::new(Vec::new()) };
    }
    ROOM.with(|room| {
        let mut octets = room.take();
        let size = message.write_into(&mut octets);
        let done = size.map(|size| use_it(octets.get(..size).unwrap_or_default()));
        if octets.len() <= 65_536 {
            room.set(octets);
        }
        done
    })
}
