//! Private data subelements: read from five elements in turn, and dealt out to them.

use crate::model::error::{Error, ErrorKind, Key, KeyStyle, Place, Result};
use crate::read::field::Field;
use crate::read::message::Message;
use crate::write::builder::Builder;

/// The elements that hold private data subelements, in the order they are filled.
pub const ELEMENTS: [u8; 5] = [48, 62, 123, 124, 125];

/// The most characters of one of them.
const ROOM: usize = 999;

/// Characters of tag and length.
const HEAD: usize = 7;

/// The private data subelements of a message, in order: those of DE 48, then 62, 123, 124, 125.
///
/// ```
/// # use cardwire::{Message, spec::IPM_ASCII};
/// # let record = b"1644\x80\0\0\0\0\x01\0\x04\0\0\0\0\0\0\0\x000080122001T0080123001U";
/// let message = Message::parse(&IPM_ASCII, record)?;
/// let tags: Vec<u32> = cardwire::ipm::pds(&message).map(|subelement| subelement.key().value()).collect();
/// assert_eq!(tags, [122, 123]);
/// # Ok::<(), cardwire::Error>(())
/// ```
pub fn pds<'a>(message: &Message<'a>) -> impl Iterator<Item = Field<'a>> + use<'a> {
    let elements = ELEMENTS.map(|number| message.get(number));
    elements.into_iter().flatten().flat_map(|element| element.parts())
}

/// Private data subelements for a message to build, dealt out to the elements that hold them.
///
/// An element is filled as far as whole subelements fit into its 999 characters, then the next; a
/// subelement is never split. `Debug` shows how many characters there are, not which.
#[derive(Clone, Default)]
pub struct PdsList {
    elements: [Vec<u8>; ELEMENTS.len()],
    /// The element that is being filled.
    current: usize,
}

impl PdsList {
    /// A list without subelements.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a subelement of up to 992 characters after the others. What class its characters must
    /// have is checked when the message is written.
    ///
    /// # Errors
    /// [`ErrorKind::Tag`] for a tag above 9999, [`ErrorKind::TooLong`] for the value, and [`ErrorKind::Room`] when
    /// all five elements are full.
    pub fn push(&mut self, tag: u16, value: impl AsRef<[u8]>) -> Result<&mut Self> {
        let value = value.as_ref();
        let key = Key::tag(u32::from(tag), KeyStyle::Digits(4));
        if tag > 9999 {
            return Err(Error::new(ErrorKind::Tag, 0, 0, 0));
        }
        if value.len() > ROOM - HEAD {
            return Err(Error::new(ErrorKind::TooLong, 0, ROOM - HEAD, value.len()).within(key));
        }
        let size = HEAD + value.len();
        let has_room = |element: &Vec<u8>| element.len() + size <= ROOM;
        let free = self.elements.iter().skip(self.current).position(has_room);
        let chosen = free.map(|skipped| self.current + skipped);
        let Some(element) = chosen.and_then(|index| self.elements.get_mut(index)) else {
            let left = ROOM - self.elements.last().map_or(0, Vec::len);
            let number = ELEMENTS.last().copied().unwrap_or_default();
            return Err(Error::new(ErrorKind::Room, 0, size, left).within(key).at(Place::Element(number)));
        };
        element.extend_from_slice(format!("{tag:04}{:03}", value.len()).as_bytes());
        element.extend_from_slice(value);
        self.current = chosen.unwrap_or(self.current);
        Ok(self)
    }

    /// What each element holds, in the order of [`ELEMENTS`]; those without subelements are left
    /// out.
    pub fn elements(&self) -> impl Iterator<Item = (u8, &[u8])> {
        let pairs = ELEMENTS.into_iter().zip(self.elements.iter().map(Vec::as_slice));
        pairs.filter(|(_, octets)| !octets.is_empty())
    }

    /// Sets the elements of a message to build. Those that are not needed are left as they are.
    pub fn set<'v>(&'v self, builder: &mut Builder<'v>) {
        for (number, octets) in self.elements() {
            builder.set(number, octets);
        }
    }
}

impl core::fmt::Debug for PdsList {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let sizes = self.elements().map(|(number, octets)| (number, octets.len()));
        f.debug_map().entries(sizes).finish()
    }
}
