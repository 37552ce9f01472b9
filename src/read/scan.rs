//! Where elements lie, without their content.

use core::fmt;

use crate::model::bitmap::Bitmap;
use crate::model::error::Result;
use crate::model::mti::Mti;
use crate::read::message::{FromParsed, Message};
use crate::spec::Spec;

/// Where the elements of a message lie, and nothing about what they hold: *not checked*.
///
/// Made by [`Parser::scan`](crate::Parser::scan) for those who route messages and hand them on. The structure is
/// sound: MTI, bitmaps, the length of every element, and nothing left over. What an element holds
/// is not known to be of its class, so a scan gives octets, not [`Field`](crate::Field)s.
#[derive(Clone, Copy)]
pub struct Scan<'a> {
    message: Message<'a>,
}

impl<'a> FromParsed<'a> for Scan<'a> {
    #[inline(always)]
    fn of(message: Message<'a>) -> Self {
        Self { message }
    }

    #[inline(always)]
    fn message(&mut self) -> &mut Message<'a> {
        &mut self.message
    }
}

impl<'a> Scan<'a> {
    /// Finds the elements of a message and looks at none.
    ///
    /// # Errors
    /// As [`Message::parse`], apart from what lies in the content of elements.
    pub fn of(spec: &'a Spec<'a>, wire: &'a [u8]) -> Result<Self> {
        Message::made(spec, wire, Message::read::<false>)
    }

    /// The message type identifier.
    #[must_use]
    pub const fn mti(&self) -> Mti {
        self.message.mti
    }

    /// The elements that are there.
    #[must_use]
    pub const fn bitmap(&self) -> Bitmap {
        self.message.announced
    }

    /// The input.
    #[must_use]
    pub const fn wire(&self) -> &'a [u8] {
        self.message.wire
    }

    /// Opens an element, private or not: the octets of its value as they lie on the wire, unchecked,
    /// without its prefix.
    #[must_use]
    pub fn expose(&self, number: u8) -> Option<&'a [u8]> {
        self.message.wire.get(self.message.get(number)?.value_range())
    }

    /// The message, now checked to its last octet.
    ///
    /// # Errors
    /// As [`Message::parse`].
    pub fn check(&self) -> Result<Message<'a>> {
        Message::parse(self.message.spec, self.message.wire)
    }
}

/// MTI and numbers; no content.
impl fmt::Debug for Scan<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scan").field("mti", &self.mti()).field("elements", &self.bitmap()).finish()
    }
}
