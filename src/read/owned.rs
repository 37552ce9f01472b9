//! Messages that own their octets: to be kept, queued and sent to other threads.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::model::bitmap::Bitmap;
use crate::model::error::Result;
use crate::model::mti::Mti;
use crate::model::trust::Trust;
use crate::read::message::Message;
use crate::read::offsets::Starts;
use crate::spec::Spec;

/// A checked message with its own octets. [`Message`] borrows them; this is for what outlives the
/// buffer it was read from.
///
/// The octets are checked once, when it is made. [`OwnedMessage::message`] costs no parse.
///
/// ```
/// use cardwire::{Message, OwnedMessage, de, spec::ISO87_ASCII};
///
/// let kept = {
///     let buffer = b"0800202000000080000000000012345600000001".to_vec();
///     let message = Message::parse(&ISO87_ASCII, &buffer)?;
///     OwnedMessage::keep(&ISO87_ASCII, &message)?
/// };
/// assert_eq!(kept.message().number(de::STAN)?, 123_456);
/// std::thread::spawn(move || assert_eq!(kept.message().mti(), "0800")).join().unwrap();
/// # Ok::<(), cardwire::Error>(())
/// ```
///
/// Its `Debug` is that of a message: masked. Its octets are wiped when it is dropped.
// Small, because it is handed on often: to move what was only now written makes the processor wait.
#[derive(Clone)]
pub struct OwnedMessage<'s> {
    spec: &'s Spec<'s>,
    /// Where its elements start, what the owner keeps before the message, such as a station header, and the message.
    octets: Box<[u8]>,
    start: usize,
    announced: Bitmap,
    mti: Mti,
    bitmaps: u8,
    count: u8,
    trust: Trust,
}

impl<'s> OwnedMessage<'s> {
    /// Parses and checks octets, and keeps them.
    ///
    /// # Errors
    /// As [`Message::parse`].
    pub fn parse(spec: &'s Spec<'s>, octets: impl Into<Vec<u8>>) -> Result<Self> {
        let octets = Zeroizing::new(octets.into());
        Ok(Self::after(spec, &[], &Message::parse(spec, &octets)?))
    }

    /// A copy of a message, which is parsed again only if it was parsed by another spec.
    ///
    /// # Errors
    /// As [`Message::parse`], when it was parsed by another spec.
    pub fn keep(spec: &'s Spec<'s>, message: &Message<'_>) -> Result<Self> {
        match core::ptr::addr_eq(spec, message.spec) {
            true => Ok(Self::after(spec, &[], message)),
            false => Self::parse(spec, message.wire),
        }
    }

    /// A copy of what was parsed by `spec`, with other octets before it.
    pub(crate) fn after(spec: &'s Spec<'s>, before: &[u8], parsed: &Message<'_>) -> Self {
        let Message { wire, mti, bitmaps, count, announced, ref starts, trust, .. } = *parsed;
        let start = Starts::OCTETS + before.len();
        // of just the size: a vector that gives some room back can leave octets behind
        let mut octets = Vec::with_capacity(start + wire.len());
        octets.extend_from_slice(&starts.octets());
        octets.extend_from_slice(before);
        octets.extend_from_slice(wire);
        Self { spec, octets: octets.into_boxed_slice(), start, announced, mti, bitmaps, count, trust }
    }

    /// The message.
    #[must_use]
    pub fn message(&self) -> Message<'_> {
        let Self { spec, mti, bitmaps, count, announced, trust, .. } = *self;
        let starts = self.octets.first_chunk().map_or(Starts::NONE, Starts::of);
        Message { spec, wire: self.wire(), mti, bitmaps, count, announced, starts, trust }
    }

    /// The octets of the message.
    #[must_use]
    pub fn wire(&self) -> &[u8] {
        self.octets.get(self.start..).unwrap_or_default()
    }

    /// The spec it was parsed by.
    #[must_use]
    pub const fn spec(&self) -> &'s Spec<'s> {
        self.spec
    }

    /// What the owner keeps before the message.
    #[cfg(feature = "net")]
    pub(crate) fn before(&self) -> &[u8] {
        self.octets.get(Starts::OCTETS..self.start).unwrap_or_default()
    }
}

impl Drop for OwnedMessage<'_> {
    fn drop(&mut self) {
        // as a slice: octet by octet would take ten times as long
        self.octets.as_mut().zeroize();
    }
}

impl ZeroizeOnDrop for OwnedMessage<'_> {}

/// Equal when the octets are, and the spec is the same one.
impl PartialEq for OwnedMessage<'_> {
    fn eq(&self, other: &Self) -> bool {
        core::ptr::addr_eq(self.spec(), other.spec()) && self.wire() == other.wire()
    }
}

impl Eq for OwnedMessage<'_> {}

impl fmt::Debug for OwnedMessage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{ISO87_ASCII, ISO87_BCD};
    use crate::write::builder::Builder;
    use crate::{Mti, de};
    use std::format;

    fn wire() -> Vec<u8> {
        let mut builder = Builder::new(&ISO87_ASCII, Mti::FINANCIAL_REQUEST);
        builder.set(de::PAN, "4111111111111111").set(de::STAN, 7).set(de::TERMINAL, "TERM0001");
        builder.to_vec().unwrap()
    }

    #[test]
    fn it_is_the_message_it_was_made_of() {
        let wire = wire();
        let message = Message::parse(&ISO87_ASCII, &wire).unwrap();
        let owned =
            [OwnedMessage::keep(&ISO87_ASCII, &message), OwnedMessage::parse(&ISO87_ASCII, wire.clone())];
        for owned in owned {
            let owned = owned.unwrap();
            assert_eq!(owned.wire(), wire);
            assert!(owned.message().fields().map(|field| field.key()).eq(message.fields().map(|f| f.key())));
            for number in [de::PAN, de::STAN, de::TERMINAL] {
                assert_eq!(owned.message().expose(number), message.expose(number));
            }
        }
    }

    #[test]
    fn what_is_no_message_of_the_spec_is_refused() {
        let wire = wire();
        let message = Message::parse(&ISO87_ASCII, &wire).unwrap();
        assert!(OwnedMessage::parse(&ISO87_ASCII, &wire[..20]).is_err());
        assert!(OwnedMessage::keep(&ISO87_BCD, &message).is_err(), "parsed by the other spec");
    }

    #[test]
    fn no_card_data_in_debug() {
        let owned = OwnedMessage::parse(&ISO87_ASCII, wire()).unwrap();
        let shown = format!("{owned:?} {:?}", owned.clone());
        assert!(shown.contains("0200") && !shown.contains("41111111"), "{shown}");
    }
}
