//! Elements written as they come: in ascending order, straight to the wire.

use core::fmt;

use crate::codec::fast::element::{FastElement, bit};
use crate::codec::fast::encode::put_short;
use crate::codec::window::OctetsMut;
use crate::layout::NextBitmap;
use crate::model::bitmap::{Bitmap, TOP_BIT};
use crate::model::error::{Error, ErrorKind, Place, Result};
use crate::model::mti::Mti;
use crate::spec::Spec;
use crate::write::fast::element::encode_element;
use crate::write::fast::target::{Room, Target};
use crate::write::value::{Source, Value};
use crate::write::writer::{Writer, wrong_header};

/// A message that is written element by element: the fastest way to build one.
///
/// Where a [`Builder`](crate::Builder) keeps values of any order until all are known, a stream
/// writes each at once, so elements have to come in ascending order. What it writes is what the
/// builder writes, octet for octet, and what it refuses is what the builder refuses.
///
/// ```
/// use cardwire::{MessageWriter, Mti, de, spec::ISO87_ASCII};
///
/// let mut buffer = [0; 128];
/// let mut stream = MessageWriter::new(&ISO87_ASCII, Mti::NETWORK_REQUEST, &mut buffer)?;
/// stream.put(de::TRANSMISSION_TIME, "1123061759")?.put(de::STAN, 123_456)?.put(de::NETWORK_CODE, "301")?;
/// assert_eq!(stream.finish()?, b"0800822000000000000004000000000000001123061759123456301");
/// # Ok::<(), cardwire::Error>(())
/// ```
///
/// An element that is refused leaves the stream as it was: another value may be tried, or the
/// element left out. The bitmaps are written last. The first element above 64 moves what is written
/// to make room for a second one: give [`MessageWriter::with_second`] where that is known.
pub struct MessageWriter<'s, 'o> {
    spec: &'s Spec<'s>,
    out: &'o mut [u8],
    /// Where the bitmaps stand, and how many there are.
    bitmaps_at: usize,
    bitmaps: u8,
    at: usize,
    /// The words of the bitmaps, without the bit that announces the second one.
    present: [u64; 2],
    last: u8,
}

impl<'s, 'o> MessageWriter<'s, 'o> {
    /// A message without elements.
    ///
    /// # Errors
    /// [`ErrorKind::Missing`] for a spec with octets before the MTI: see [`MessageWriter::with_header`];
    /// [`ErrorKind::Form`] for one whose messages always have a third bitmap; [`ErrorKind::Room`].
    #[inline]
    pub fn new(spec: &'s Spec<'s>, mti: Mti, out: &'o mut [u8]) -> Result<Self> {
        Self::with_header(spec, &[], mti, out)
    }

    /// The same after a header.
    ///
    /// # Errors
    /// [`ErrorKind::LengthUnit`] for a header that is not as long as the spec says; as [`MessageWriter::new`].
    #[inline]
    pub fn with_header(spec: &'s Spec<'s>, header: &[u8], mti: Mti, out: &'o mut [u8]) -> Result<Self> {
        if header.len() != spec.header() {
            return Err(wrong_header(spec.header(), header.len()));
        }
        if spec.bitmap().third == NextBitmap::Always {
            return Err(Error::new(ErrorKind::Form, 0, 0, 0).at(Place::Bitmap));
        }
        let at = header.len() + spec.mti().len();
        let mut stream = Self { spec, out, bitmaps_at: at, bitmaps: 0, at, present: [0; 2], last: 0 };
        stream.begin(header, mti)?;
        Ok(stream)
    }

    // Not inlined, and what calls it is: to hand a stream on would copy it, and wait for that.
    #[inline(never)]
    fn begin(&mut self, header: &[u8], mti: Mti) -> Result<()> {
        let mut head = Room { out: self.out, at: 0 };
        // where it does not fit, the bitmap after it does not
        let _ = head.head(header, mti, self.spec.mti());
        self.add_bitmap()?;
        match self.spec.bitmap().second {
            NextBitmap::Always => self.add_bitmap(),
            _ => Ok(()),
        }
    }

    /// Makes room for the second bitmap now.
    ///
    /// # Errors
    /// [`ErrorKind::Undefined`] where the spec has none; [`ErrorKind::Room`].
    #[inline]
    pub fn with_second(mut self) -> Result<Self> {
        if self.bitmaps < 2 {
            self.add_bitmap()?;
        }
        Ok(self)
    }

    /// Writes an element; takes the values that [`Builder::set`](crate::Builder::set) takes.
    ///
    /// # Errors
    /// [`ErrorKind::Order`] for a number that is not above the last one; [`ErrorKind::Undefined`] for one that
    /// the spec does not have, and above 128; [`ErrorKind::Room`] says how much is needed so far; as
    /// [`Builder::write`](crate::Builder::write) for the value. Offsets count the bitmaps that are
    /// there now.
    #[inline]
    pub fn put<'v>(&mut self, number: u8, value: impl Into<Value<'v>>) -> Result<&mut Self> {
        match value.into().0 {
            Source::Octets(value) if self.encode(number, value) => Ok(self),
            source => self.put_source(number, &source),
        }
    }

    /// Encodes a value, if that is certainly right.
    #[inline(never)]
    fn encode(&mut self, number: u8, value: &[u8]) -> bool {
        let Some(fast) = self.fast(number) else { return false };
        let Some(chars) = fast.short(value) else { return self.encode_longer(number, fast, value) };
        let Some(end) = put_short(chars, self.out, self.at, value) else { return false };
        self.advance(number, end);
        true
    }

    #[inline(never)]
    fn encode_longer(&mut self, number: u8, fast: &FastElement, value: &[u8]) -> bool {
        let Some(end) = fast.encode_longer(self.out, self.at, value) else { return false };
        self.advance(number, end);
        true
    }

    /// The fast form of an element that may come next, and whose bitmap is there.
    #[inline(always)]
    fn fast(&self, number: u8) -> Option<&'s FastElement> {
        let [first, second, _] = self.spec.fast_elements();
        let place = u32::from(number.wrapping_sub(1));
        match number > self.last {
            true if number <= 64 => Some(bit(first, place)),
            true if number <= 128 && self.bitmaps == 2 => Some(bit(second, place)),
            _ => None,
        }
    }

    #[inline(never)]
    fn put_source(&mut self, number: u8, source: &Source<'_>) -> Result<&mut Self> {
        let element = self.fast(number).and_then(|_| self.spec.element(number));
        let mut room = Room { out: self.out, at: self.at };
        match element.and_then(|element| encode_element(&mut room, element, number, source)) {
            Some(()) => {
                let end = room.at;
                Ok(self.advance(number, end))
            }
            None => self.put_ordinary(number, source),
        }
    }

    /// The message.
    ///
    /// # Errors
    /// [`ErrorKind::Room`]: the octets after the bitmaps have it, the bitmaps do not.
    #[inline]
    pub fn finish(mut self) -> Result<&'o [u8]> {
        let encoded = self.encode_bitmaps();
        let Self { out, at, .. } = self;
        let message: Option<&'o [u8]> = encoded.and_then(|()| out.get(..at));
        message.ok_or(Error::new(ErrorKind::Room, 0, at, 0))
    }

    #[inline(never)]
    fn encode_bitmaps(&mut self) -> Option<()> {
        let ([first, second], form) = (self.present, self.spec.bitmap());
        let mut head = Room { out: self.out, at: self.bitmaps_at };
        match self.bitmaps {
            2 => head.bitmap(first | TOP_BIT, form).and_then(|()| head.bitmap(second, form)),
            _ => head.bitmap(first, form),
        }
    }

    fn present(&self) -> Bitmap {
        let [first, second] = self.present;
        Bitmap::from_words([first, second, 0])
    }

    #[inline(always)]
    fn advance(&mut self, number: u8, end: usize) -> &mut Self {
        let [first, second] = &mut self.present;
        let word = if number <= 64 { first } else { second };
        *word |= TOP_BIT.wrapping_shr(u32::from(number.wrapping_sub(1)));
        (self.last, self.at) = (number, end);
        self
    }

    /// Writes an element of any form, or says what is wrong with it.
    #[inline(never)]
    fn put_ordinary(&mut self, number: u8, source: &Source<'_>) -> Result<&mut Self> {
        let fail = |kind, at, found| Error::new(kind, at, 0, usize::from(found)).at(Place::Element(number));
        if number <= self.last {
            return Err(fail(ErrorKind::Order, self.at, self.last));
        }
        let element = self.spec.element(number).filter(|_| number <= 128);
        let element = element.ok_or(fail(ErrorKind::Undefined, self.at, 0))?;
        // a second bitmap moves what is written, but not before the element is known to be valid
        let needs_second = number > 64 && self.bitmaps < 2;
        let start = self.at + if needs_second { self.bitmap_len() } else { 0 };
        let mut writer = Writer::new(OctetsMut::of(self.out));
        writer.skip_to(start);
        writer.put_element(element, source).map_err(|error| error.at(Place::Element(number)))?;
        let end = writer.at();
        self.require(end)?;
        if needs_second {
            self.add_bitmap()?;
        }
        Ok(self.advance(number, end))
    }

    /// Makes room for one more bitmap, before what is written after the others.
    #[inline(never)]
    fn add_bitmap(&mut self) -> Result<()> {
        if self.bitmaps > 0 && self.spec.bitmap().second == NextBitmap::Never {
            return Err(Error::new(ErrorKind::Undefined, self.bitmaps_at, 0, 0).at(Place::Bitmap));
        }
        let wide = self.bitmap_len();
        self.require(self.at + wide)?;
        let body = self.bitmaps_at + usize::from(self.bitmaps) * wide;
        if body < self.at
            && let Some(room) = self.out.get_mut(body..self.at + wide)
        {
            // said so that a compiler sees that it cannot stop the program
            let moved = room.len().saturating_sub(wide);
            room.copy_within(..moved, room.len() - moved);
        }
        (self.bitmaps, self.at) = (self.bitmaps + 1, self.at + wide);
        Ok(())
    }

    fn bitmap_len(&self) -> usize {
        self.spec.bitmap().len()
    }

    fn require(&self, needed: usize) -> Result<()> {
        match self.out.len() {
            room if room < needed => Err(Error::new(ErrorKind::Room, room, needed, room)),
            _ => Ok(()),
        }
    }
}

/// The numbers that are written; no values.
impl fmt::Debug for MessageWriter<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageWriter").field("written", &self.present()).finish()
    }
}
