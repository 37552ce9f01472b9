//! What can be read of a broken message.

use core::fmt;

use crate::model::bitmap::Bitmap;
use crate::model::error::{Error, Place};
use crate::model::mti::Mti;
use crate::model::trust::Trust;
use crate::read::field::Field;
use crate::read::message::{DebugFields, Message};
use crate::spec::Spec;

/// What parsed of an input, and the error that stopped it.
///
/// A switch must be able to respond to a broken message: the elements before the failure are here, as
/// strict as in a [`Message`].
///
/// ```
/// use cardwire::{Inspection, spec::ISO87_ASCII};
/// let wire = b"0800202000000080000000000012345X00000001";
/// let inspection = Inspection::of(&ISO87_ASCII, wire);
/// assert_eq!((inspection.header(), inspection.bitmap_count()), (&b""[..], 1));
/// assert_eq!(inspection.mti().unwrap(), "0800");
/// assert_eq!(inspection.get(3).unwrap(), "000000");
/// assert_eq!(
///     inspection.error().unwrap().to_string(),
///     "field 11 at byte 31: expected class n, found a letter"
/// );
/// ```
#[derive(Clone, Copy)]
pub struct Inspection<'a> {
    partial: Message<'a>,
    error: Option<Error>,
}

impl<'a> Inspection<'a> {
    /// Parses as far as possible.
    #[must_use]
    pub fn of(spec: &'a Spec<'a>, wire: &'a [u8]) -> Self {
        let mut partial = Message::empty(spec, wire);
        let error = partial.read::<true>().err();
        if error.is_some() {
            partial.trust = Trust::Doubtful;
        }
        Self { partial, error }
    }

    /// What stopped the parse, if anything did.
    #[must_use]
    pub const fn error(&self) -> Option<Error> {
        self.error
    }

    /// The message, if nothing is wrong with it.
    #[must_use]
    pub const fn message(&self) -> Option<&Message<'a>> {
        match self.error {
            None => Some(&self.partial),
            Some(_) => None,
        }
    }

    /// The MTI, if it was read.
    #[must_use]
    pub fn mti(&self) -> Option<Mti> {
        match self.error.map(|error| error.place()) {
            Some(Place::Whole | Place::Header | Place::Mti) if self.partial.bitmaps == 0 => None,
            _ => Some(self.partial.mti),
        }
    }

    /// The octets before the MTI; empty if the input ends within them.
    #[must_use]
    pub fn header(&self) -> &'a [u8] {
        self.partial.header()
    }

    /// The MTI as formatting shows it, if it was read: `####` where the message broke, and what was read is no
    /// type that the standard knows.
    #[must_use]
    pub fn shown_mti(&self) -> Option<impl fmt::Display + use<>> {
        self.mti().map(|_| self.partial.settled().shown_mti())
    }

    /// Whether formatting may tell which elements the bitmaps announce: not where the message broke, and their
    /// octets could be part of a card number.
    #[must_use]
    pub fn shows_bitmaps(&self) -> bool {
        self.partial.settled().shows_bitmaps()
    }

    /// How many bitmaps were read.
    #[must_use]
    pub const fn bitmap_count(&self) -> u8 {
        self.partial.bitmap_count()
    }

    /// What the bitmap announces, read or not.
    #[must_use]
    pub const fn announced(&self) -> Bitmap {
        self.partial.announced
    }

    /// The elements that were read.
    #[must_use]
    pub fn bitmap(&self) -> Bitmap {
        self.partial.bitmap()
    }

    /// An element that was read.
    #[must_use]
    pub fn get(&self, number: u8) -> Option<Field<'a>> {
        self.partial.get(number)
    }

    /// The element or part at a path, if it was read.
    #[must_use]
    pub fn path(&self, path: &str) -> Option<Field<'a>> {
        self.partial.path(path)
    }

    /// The elements that were read, in ascending order.
    pub fn fields(&self) -> impl Iterator<Item = Field<'a>> + Clone + use<'a, '_> {
        let trust = self.partial.settled().trust;
        self.partial.fields().map(move |field| field.trusted(trust))
    }

    /// The spec.
    #[must_use]
    pub const fn spec(&self) -> &'a Spec<'a> {
        self.partial.spec
    }

    pub(crate) const fn partial(&self) -> &Message<'a> {
        &self.partial
    }

    /// The whole input.
    #[must_use]
    pub const fn wire(&self) -> &'a [u8] {
        self.partial.wire
    }
}

impl fmt::Debug for Inspection<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let partial = self.partial.settled();
        f.debug_struct("Inspection")
            .field("mti", &self.mti().map(|_| partial.shown_mti()))
            .field("fields", &DebugFields(&partial))
            .field("error", &self.error)
            .finish()
    }
}
