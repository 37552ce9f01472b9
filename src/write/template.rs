//! Messages of which only a few elements change from one to the next.

use core::fmt;

use crate::codec::window::{Octets, OctetsMut};
use crate::layout::Element;
use crate::model::bitmap::Bitmap;
use crate::model::error::{Error, ErrorKind, Note, Place, Result};
use crate::model::mti::Mti;
use crate::read::message::Message;
use crate::read::offsets::Starts;
use crate::read::reader::Reader;
use crate::spec::Spec;
use crate::write::fast::element::Scratch;
use crate::write::value::{Source, Value};
use crate::write::writer::Writer;

/// A valid message whose elements can be given other values of the same length, in place.
///
/// A terminal sends the same message all day with another time, another trace number and another
/// amount. Patching these costs what they cost, whatever else the message holds. The message stays
/// sound: a value that its element does not take, or that is shorter or longer than the one it
/// replaces, is refused and changes nothing.
///
/// ```
/// use cardwire::{Builder, Mti, Template, de, spec::ISO87_ASCII};
///
/// let mut buffer = [0; 128];
/// let mut builder = Builder::new(&ISO87_ASCII, Mti::NETWORK_REQUEST);
/// builder.set(de::STAN, 1).set(de::NETWORK_CODE, "301");
/// let len = builder.write(&mut buffer)?.len();
///
/// let mut template = Template::of(&ISO87_ASCII, &mut buffer[..len])?;
/// for stan in 1..=3 {
///     template.patch(de::STAN, stan)?;
///     // send template.wire()
/// }
/// assert!(template.wire().ends_with(b"000003301"));
/// # Ok::<(), cardwire::Error>(())
/// ```
pub struct Template<'s, 'o> {
    spec: &'s Spec<'s>,
    wire: &'o mut [u8],
    announced: Bitmap,
    starts: Starts,
}

/// Room for an element that is encoded before it replaces another.
const SCRATCH: usize = 1024;

impl<'s, 'o> Template<'s, 'o> {
    /// A template of this message.
    ///
    /// # Errors
    /// As [`Message::parse`].
    pub fn of(spec: &'s Spec<'s>, wire: &'o mut [u8]) -> Result<Self> {
        let Message { announced, starts, .. } = Message::parse(spec, wire)?;
        Ok(Self { spec, wire, announced, starts })
    }

    /// The message.
    #[must_use]
    pub const fn wire(&self) -> &[u8] {
        self.wire
    }

    /// Changes the MTI.
    pub fn set_mti(&mut self, mti: Mti) -> &mut Self {
        let mut writer = Writer::new(OctetsMut::of(self.wire));
        writer.skip_to(self.spec.header());
        writer.put_some(self.spec.mti().write(mti));
        self
    }

    /// Gives an element another value of the same length; takes the values that
    /// [`Builder::set`](crate::Builder::set) takes.
    ///
    /// # Errors
    /// [`ErrorKind::Missing`] for an element that the message does not have; [`ErrorKind::TooShort`] and
    /// [`ErrorKind::TooLong`] for one that would become shorter or longer, in octets with its prefix;
    /// [`ErrorKind::Form`] for one of more than 1,024 octets that holds parts, is of an uncommon form, or
    /// takes its value from a message in another coding, and for one that starts beyond 65,534 octets
    /// or 64 other elements; as [`Builder::write`](crate::Builder::write) for the value.
    pub fn patch<'v>(&mut self, number: u8, value: impl Into<Value<'v>>) -> Result<&mut Self> {
        let Value(source) = value.into();
        let fail = |kind| Error::new(kind, 0, 0, 0).at(Place::Element(number));
        let element = self.spec.element(number).filter(|_| self.announced.contains(number));
        let element = element.ok_or(fail(ErrorKind::Missing))?;
        let start = self
            .starts
            .get(self.announced.rank(number))
            .ok_or(fail(ErrorKind::Form).noted(Note::NotInPlace))?;
        match source {
            Source::Octets(value) if element.fast.encode_over(self.wire, start, value).is_some() => Ok(()),
            _ => self.patch_slowly(element, start, &source),
        }
        .map_err(|error| error.at(Place::Element(number)))?;
        Ok(self)
    }

    #[inline(never)]
    fn patch_slowly(&mut self, element: &Element<'_>, start: usize, source: &Source<'_>) -> Result<()> {
        let mut scratch = Scratch::NEW;
        let value = scratch.value(element, source);
        match value.and_then(|value| element.fast.encode_over(self.wire, start, value)) {
            Some(()) => Ok(()),
            None => self.patch_ordinary(element, start, source),
        }
    }

    fn patch_ordinary(&mut self, element: &Element<'_>, start: usize, source: &Source<'_>) -> Result<()> {
        let fail = |kind, expected, found| Error::new(kind, start, expected, found);
        let len = self.len(element, start)?;
        let mut scratch = [0; SCRATCH];
        let mut writer = Writer::new(OctetsMut::of(&mut scratch));
        writer.put_element(element, source).map_err(|error| error.moved(start))?;
        let found = writer.at();
        if found != len {
            return Err(fail(if found < len { ErrorKind::TooShort } else { ErrorKind::TooLong }, len, found));
        }
        match (self.wire.get_mut(start..start + len), scratch.get(..len)) {
            (Some(place), Some(octets)) => place.copy_from_slice(octets),
            _ => return Err(fail(ErrorKind::Form, SCRATCH, len).noted(Note::NotInPlace)),
        }
        Ok(())
    }

    /// The octets of an element with its prefix.
    fn len(&self, element: &Element<'_>, start: usize) -> Result<usize> {
        Ok(Reader::new(Octets::of(self.wire), start).measure(element)?.next - start)
    }
}

/// The numbers of its elements; no values.
impl fmt::Debug for Template<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Template").field("elements", &self.announced).finish()
    }
}
