//! Building: the common forms by the fast way, all others by the walk.
//!
//! A letter to the next editor. [`Builder::run`] is the way that decides: it walks the layout, and knows every
//! form and every error. [`Builder::encode`] stands in [`fast`](crate::write::fast) and may only say yes. Both
//! measure by writing: to a target that counts, or to no room. The test in `fast/encode.rs` holds them together.

#[cfg(feature = "alloc")]
use alloc::vec::Vec;

use crate::codec::bitmap::Announced;
use crate::codec::window::OctetsMut;
use crate::codec::{BitmapForm, Tag};
use crate::layout::walk::{Pass, walk};
use crate::layout::{Element, LengthFirst};
use crate::model::error::{Error, ErrorKind, Key, Place, Result};
use crate::write::builder::Builder;
use crate::write::fast::target::{Count, Room};
use crate::write::value::{Borrowed, Source};
use crate::write::writer::Writer;

impl Builder<'_> {
    /// Writes the message to the start of `out` and returns what was written.
    ///
    /// # Errors
    /// The first problem in wire order, by element and byte; [`ErrorKind::Room`] says how much is
    /// needed.
    pub fn write<'o>(&self, out: &'o mut [u8]) -> Result<&'o [u8]> {
        let room = out.len();
        let mut encoded = Room { out, at: 0 };
        let needed = match self.encode(&mut encoded) {
            Some(()) => encoded.at,
            None => self.run(encoded.out)?,
        };
        match encoded.out.get(..needed) {
            Some(written) => Ok(written),
            None => Err(Error::new(ErrorKind::Room, room, needed, room)),
        }
    }

    /// How many octets [`Builder::write`] needs: the same pass, counting.
    ///
    /// # Errors
    /// As [`Builder::write`], except that a composite given as octets is not looked into, and no value is
    /// searched for the octet that ends it.
    pub fn measure(&self) -> Result<usize> {
        let mut count = Count(0);
        match self.encode(&mut count) {
            Some(()) => Ok(count.0),
            None => self.run(&mut []),
        }
    }

    /// The message in a vector of its exact size.
    ///
    /// # Errors
    /// As [`Builder::write`].
    #[cfg(feature = "alloc")]
    pub fn to_vec(&self) -> Result<Vec<u8>> {
        let mut out = alloc::vec![0; self.measure()?];
        self.write(&mut out)?;
        Ok(out)
    }

    pub(crate) fn run(&self, out: &mut [u8]) -> Result<usize> {
        if let Some(problem) = self.problem {
            return Err(problem);
        }
        if self.header.len() != self.spec.header() {
            let kind = if self.header.is_empty() { ErrorKind::Missing } else { ErrorKind::LengthUnit };
            return Err(Error::new(kind, 0, self.spec.header(), self.header.len()).at(Place::Header));
        }
        let mut writer = Writer::new(OctetsMut::of(out));
        writer.put_all(self.header);
        writer.put_some(self.spec.mti().write(self.mti));
        let mut pass = Build { writer, builder: self };
        walk(self.spec.body(), &mut pass, Error::in_element)?;
        Ok(pass.writer.at())
    }
}

/// The write pass over a message body.
struct Build<'b, 'm, 'v> {
    writer: Writer<'b>,
    builder: &'m Builder<'v>,
}

impl<'s> Pass<'s> for Build<'_, '_, '_> {
    fn more(&self) -> bool {
        false
    }

    fn bitmap(&mut self, form: BitmapForm) -> Result<Announced> {
        let Builder { present, bitmaps, .. } = self.builder;
        self.writer.put_bitmaps(*present, form, *bitmaps).map_err(|error| error.at(Place::Bitmap))
    }

    fn third_bitmap(&mut self, form: BitmapForm) -> Result<u64> {
        Ok(self.writer.put_third_bitmap(self.builder.present, form))
    }

    fn tag(&mut self, _tag: Tag, _length_first: Option<LengthFirst>) -> Result<Option<u32>> {
        Ok(None)
    }

    fn element(&mut self, key: Key, element: &'s Element<'s>) -> Result<()> {
        let number = u8::try_from(key.value()).unwrap_or(0);
        match self.builder.source(number) {
            Source::Echo(message) => match message.get(number) {
                Some(field) => self.writer.put_element(element, &Source::Borrowed(Borrowed::Field(&field))),
                None => self.writer.put_element(element, &Source::None),
            },
            source => self.writer.put_element(element, &source),
        }
    }

    fn offset(&self) -> usize {
        self.writer.at()
    }
}
