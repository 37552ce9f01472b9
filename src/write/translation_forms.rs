//! Translations of messages that are alike.

use core::fmt;

use crate::model::error::Result;
use crate::read::message::Message;
use crate::spec::Spec;
use crate::write::builder::Builder;
use crate::write::fast::learned::{Key, Learned};
use crate::write::fast::translation::Translation;

/// Translates the messages of a link into the dialect of another, and gets faster with those whose bitmap it
/// has met before.
///
/// What it writes is what [`Builder::copy_of`] writes, errors included. Like a [`Parser`](crate::Parser), it
/// holds up to `FORMS` forms, of about a kilobyte and a half each, in itself, uses no heap, and is owned by its
/// user. A form is made when the second message comes that has the same MTI and the same elements.
///
/// ```
/// use cardwire::{Message, TranslationForms, spec::{ISO87_ASCII, ISO87_BCD}};
///
/// let mut to_bcd = TranslationForms::new(&ISO87_ASCII, &ISO87_BCD);
/// let message = Message::parse(&ISO87_ASCII, b"0800822000000000000004000000000000001123061759123456301")?;
///
/// let mut buffer = [0; 128];
/// let wire = to_bcd.write(&message, &mut buffer)?;
/// assert_eq!(wire[..2], [0x08, 0x00]);
/// assert_eq!(wire[18..], [0x11, 0x23, 0x06, 0x17, 0x59, 0x12, 0x34, 0x56, 0x03, 0x01]);
/// # Ok::<(), cardwire::Error>(())
/// ```
#[derive(Clone)]
pub struct TranslationForms<'s, const FORMS: usize = 8> {
    from: &'s Spec<'s>,
    to: &'s Spec<'s>,
    forms: Learned<Translation, FORMS>,
}

impl<'s> TranslationForms<'s> {
    /// Room for eight forms.
    #[must_use]
    pub const fn new(from: &'s Spec<'s>, to: &'s Spec<'s>) -> Self {
        Self::sized(from, to)
    }
}

impl<'s, const FORMS: usize> TranslationForms<'s, FORMS> {
    /// The same with room for `FORMS` forms.
    #[must_use]
    pub const fn sized(from: &'s Spec<'s>, to: &'s Spec<'s>) -> Self {
        Self { from, to, forms: Learned::NOTHING }
    }

    /// Writes a message in the other dialect. A message of a third spec is translated too, the ordinary way.
    ///
    /// # Errors
    /// As [`Builder::write`].
    #[inline]
    pub fn write<'o>(&mut self, message: &Message<'_>, out: &'o mut [u8]) -> Result<&'o [u8]> {
        match self.encode(message, out) {
            Some(len) => Ok(out.get(..len).unwrap_or_default()),
            None => self.write_ordinary(message, out),
        }
    }

    #[inline(always)]
    fn encode(&mut self, message: &Message<'_>, out: &mut [u8]) -> Option<usize> {
        let key = Key::of(message, [].into_iter());
        let form = self.forms.find(&key).filter(|_| core::ptr::eq(message.spec(), self.from))?;
        // of the length that the other spec says, or left out
        let header = message.header().get(..self.to.header())?;
        form.encode(self.to, message, header, out)
    }

    #[inline(never)]
    fn write_ordinary<'o>(&mut self, message: &Message<'_>, out: &'o mut [u8]) -> Result<&'o [u8]> {
        let copy = Builder::copy_of(message, self.to);
        let bitmaps = copy.bitmaps;
        let written = copy.write(out)?;
        if core::ptr::eq(message.spec(), self.from) && message.bitmap() == message.announced {
            self.forms.meet(&Key::of(message, [].into_iter()), || Translation::of(message, self.to, bitmaps));
        }
        Ok(written)
    }
}

/// The elements of the messages that have a form, and nothing of any message.
impl<const FORMS: usize> fmt::Debug for TranslationForms<'_, FORMS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.forms.elements()).finish()
    }
}
