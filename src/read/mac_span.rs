//! Which octets of a message its MAC covers.

use core::fmt;

use crate::read::field::Field;
use crate::read::message::Message;

/// The octets that a MAC covers, as they lie on the wire, and the element that holds the MAC.
#[derive(Clone, Copy)]
pub struct MacSpan<'a> {
    covered: &'a [u8],
    element: Field<'a>,
}

/// The last element of each bitmap, the last one first.
const ELEMENTS: [u8; 3] = [192, 128, 64];

impl<'a> Message<'a> {
    /// What the MAC of this message covers: all from the MTI to the octet before the element that holds it, which
    /// is 64, or 128 where there is a second bitmap, or 192. Bitmaps are covered, with the bit of the MAC set;
    /// octets before the MTI (a TPDU, a station header) and length prefixes are not.
    ///
    /// Nothing when the last element is none of them: then no MAC covers the whole message.
    ///
    /// ```
    /// use cardwire::{Message, spec::ISO87_ASCII};
    ///
    /// let wire = b"080000200000000000011234566AF2B6E8C1D0F4A5";
    /// let message = Message::parse(&ISO87_ASCII, wire)?;
    /// let span = message.mac_span().unwrap();
    /// assert_eq!(span.covered(), b"08000020000000000001123456");
    /// assert_eq!(span.element().key().value(), 64);
    /// # Ok::<(), cardwire::Error>(())
    /// ```
    #[must_use]
    pub fn mac_span(&self) -> Option<MacSpan<'a>> {
        self.mac_span_from(self.spec.header())
    }

    /// The same from another octet of [`Message::wire`] on: 0 for a link whose MAC covers the header, too.
    #[must_use]
    pub fn mac_span_from(&self, start: usize) -> Option<MacSpan<'a>> {
        let last = self.bitmap().iter().last()?;
        let number = ELEMENTS.into_iter().find(|number| *number == last)?;
        let element = self.get(number)?;
        let covered = self.wire.get(start..element.range().start)?;
        Some(MacSpan { covered, element })
    }
}

impl<'a> MacSpan<'a> {
    /// The octets that are covered.
    #[must_use]
    pub const fn covered(&self) -> &'a [u8] {
        self.covered
    }

    /// The element that holds the MAC.
    #[must_use]
    pub const fn element(&self) -> Field<'a> {
        self.element
    }
}

/// Lengths only.
impl fmt::Debug for MacSpan<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MacSpan({} bytes before element {})", self.covered.len(), self.element.key())
    }
}
