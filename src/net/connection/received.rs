//! A message that came in, with its station header.

use core::fmt;

use crate::model::error::{Error, Result};
use crate::read::inspection::Inspection;
use crate::read::message::Message;
use crate::read::owned::OwnedMessage;
use crate::spec::Spec;

/// A message that came in, with its station header: owned, so that it can be kept and sent around.
///
/// Its `Debug` shows sizes, never content.
#[derive(Clone)]
pub struct Received {
    /// The message as far as it parsed, after its station header.
    kept: OwnedMessage<'static>,
    /// What stopped the parse.
    error: Option<Error>,
}

impl Received {
    /// Keeps a message that was parsed by `spec`, so that nobody has to parse it again.
    pub(crate) fn new(
        spec: &'static Spec<'static>,
        header: &[u8],
        parsed: &Message<'_>,
        error: Option<Error>,
    ) -> Self {
        Self { kept: OwnedMessage::after(spec, header, parsed), error }
    }

    /// The message. It was checked when it came in, and is not parsed again.
    ///
    /// The response within [`SendError::Refused`](crate::net::SendError::Refused) may be broken: this
    /// is then the part before the failure, and [`Received::inspect`] tells the failure.
    #[must_use]
    pub fn message(&self) -> Message<'_> {
        self.kept.message()
    }

    /// The message, without its station header.
    ///
    /// # Errors
    /// What is wrong with it, when it is broken.
    pub fn into_message(self) -> Result<OwnedMessage<'static>> {
        self.error.map_or(Ok(self.kept), Err)
    }

    /// The message as far as it parses.
    #[must_use]
    pub fn inspect(&self) -> Inspection<'_> {
        Inspection::of(self.spec(), self.wire())
    }

    pub(crate) const fn error(&self) -> Option<Error> {
        self.error
    }

    /// The octets of the message.
    #[must_use]
    pub fn wire(&self) -> &[u8] {
        self.kept.wire()
    }

    /// The station header; empty if the framing has none.
    #[must_use]
    pub fn header(&self) -> &[u8] {
        self.kept.before()
    }

    /// The spec of the connection.
    #[must_use]
    pub const fn spec(&self) -> &'static Spec<'static> {
        self.kept.spec()
    }
}

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Received({} bytes of header, {} of message)", self.header().len(), self.wire().len())
    }
}
