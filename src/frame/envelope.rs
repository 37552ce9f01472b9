//! One frame: taken off the input, or put around a message.
//!
//! Every framing is the same row of things, each of which may be absent:
//!
//! ```text
//! lead | length | gap | station header | message | ETX | LRC
//!                      \______ body _____________/
//! ```
//!
//! `open` reads that row and `write` writes it. A body is admitted or refused on its announced size,
//! before it has arrived; only where an ETX ends it must it be looked through.

use core::fmt;
use core::mem::take;

use super::cups::{self, CupsHeader};
use super::framing::{Delimiter, ETX, Framing, Trailer};
use super::length::LengthField;
use super::parts::refuse;
use super::reader::{MORE, Reader, Step, refused, settle};
use super::station::Station;
use crate::model::content::{CharKind, Content};
use crate::model::error::{ErrorKind, Result, widen};

/// A frame at the start of the input.
///
/// Its `Debug` shows sizes, never content.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Frame<'a> {
    /// The station header; empty if the framing has none, or in a poll.
    pub header: &'a [u8],
    /// The message.
    pub payload: &'a [u8],
    /// How many bytes of the input the frame took, with everything around header and message.
    pub consumed: usize,
    /// Where in the input the header starts; the payload follows it.
    pub(super) start: usize,
}

impl Frame<'_> {
    /// Whether the frame is a keep-alive poll: neither a header nor a message in it.
    #[must_use]
    pub const fn is_poll(&self) -> bool {
        self.header.is_empty() && self.payload.is_empty()
    }
}

impl fmt::Debug for Frame<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (header, payload) = (self.header.len(), self.payload.len());
        write!(f, "Frame({header} bytes of header, {payload} of payload, {} in all)", self.consumed)
    }
}

impl Framing {
    /// Finds the frame at the start of `input`; `None` when more bytes are needed to tell.
    ///
    /// # Errors
    /// When `input` can never become a frame: `FrameLimit`, `TooShort` or a kind of bad digit for a
    /// length, `FrameShape` for bytes that the framing prescribes otherwise, `FrameCheck` for the
    /// check byte, and `Truncated` when the station header does not fit into the frame.
    pub fn split<'a>(&self, input: &'a [u8]) -> Result<Option<Frame<'a>>> {
        match self.split_plain(input) {
            None => settle(self.open(Reader::new(input), false)),
            frame => Ok(frame),
        }
    }

    /// The same of a whole frame of two bytes of length and nothing else; `None` for anything else.
    #[inline]
    fn split_plain<'a>(&self, input: &'a [u8]) -> Option<Frame<'a>> {
        let (length, rest) = input.split_first_chunk()?;
        let size = usize::from(u16::from_be_bytes(*length));
        let is_frame = self.is_plain() && size <= widen(self.limit);
        let payload = rest.get(..size).filter(|_| is_frame)?;
        Some(Frame { header: &[], payload, consumed: length.len() + size, start: length.len() })
    }

    /// What stands before a message, where that is two bytes of length and a frame has nothing else.
    #[cfg(feature = "net")]
    pub(crate) fn plain_length(&self, header: &[u8], payload: &[u8]) -> Option<[u8; 2]> {
        let size = u16::try_from(payload.len()).ok()?;
        let is_frame = self.is_plain() && header.is_empty() && u32::from(size) <= self.limit;
        is_frame.then_some(size.to_be_bytes())
    }

    /// Finds the frame at the start of the last bytes of an input, after which no more come: as
    /// [`split`](Self::split), but with [`NONE`](Self::NONE) all of them are the frame. `None` when
    /// they end within a frame, or when there are none.
    ///
    /// ```
    /// use cardwire::{Framing, frame::Station};
    /// const FILE: Framing = Framing::NONE.with_header(Station::Bytes(3));
    /// assert!(FILE.split(b"ABC0800")?.is_none(), "more may come");
    /// assert_eq!(FILE.split_last(b"ABC0800")?.unwrap().payload, b"0800");
    /// # Ok::<_, cardwire::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`split`](Self::split).
    pub fn split_last<'a>(&self, input: &'a [u8]) -> Result<Option<Frame<'a>>> {
        settle(self.open(Reader::new(input), true))
    }

    /// Writes a frame around `payload` into `out` and returns it.
    ///
    /// `header` is the station header, empty if the framing has none; a total length within it is
    /// filled in. With both empty the frame is a poll.
    ///
    /// # Errors
    /// As [`measure`](Self::measure), and `Room` when `out` is too small; `out` is then unchanged.
    pub fn wrap<'o>(&self, header: &[u8], payload: &[u8], out: &'o mut [u8]) -> Result<&'o [u8]> {
        self.write(header, payload, out, false)
    }

    /// Writes the response to the request that came with the station header `request`: as
    /// [`wrap`](Self::wrap), with destination and source swapped.
    ///
    /// ```
    /// use cardwire::{Framing, frame::Station};
    /// const LINK: Framing = Framing::BINARY2.with_header(Station::Tpdu);
    /// let request = LINK.split(b"\x00\x09\x60\x00\x03\x00\x000800")?.unwrap();
    /// let mut out = [0; 32];
    /// let response = LINK.reply(request.header, b"0810", &mut out)?;
    /// assert_eq!(response, b"\x00\x09\x60\x00\x00\x00\x030810");
    /// # Ok::<_, cardwire::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`wrap`](Self::wrap).
    pub fn reply<'o>(&self, request: &[u8], payload: &[u8], out: &'o mut [u8]) -> Result<&'o [u8]> {
        self.write(request, payload, out, true)
    }

    /// The size of the frame that [`wrap`](Self::wrap) would write, or why it would not.
    ///
    /// # Errors
    /// `TooLong` when no length can express that many bytes, `FrameLimit` when they exceed the
    /// limit, `Truncated`, `Trailing` or `FrameShape` for a station header of another framing,
    /// `TooShort` for nothing where nothing cannot be told from the end of the input, `Character` for an ETX where the first ETX ends the frame, and `Form` for a binary total
    /// length there, which may be one.
    pub fn measure(&self, header: &[u8], payload: &[u8]) -> Result<usize> {
        let body = header.len().saturating_add(payload.len());
        if body == 0 && !self.is_delimited() {
            return Err(refuse(ErrorKind::TooShort, 0, 1, 0));
        }
        if body > 0 || matches!(self.delimiter, Delimiter::Cups) {
            let size = self.station.measure(header, 0)?;
            if size < header.len() {
                return Err(refuse(ErrorKind::Trailing, size, 0, header.len() - size));
            }
        }
        if body > self.max() {
            return Err(refuse(ErrorKind::TooLong, 0, self.max(), body));
        }
        if body > widen(self.limit) {
            return Err(refuse(ErrorKind::FrameLimit, 0, widen(self.limit), body));
        }
        if let Delimiter::Etx = self.delimiter {
            if let Station::Base1 = self.station {
                // Its binary total length, filled in later, may be an ETX.
                return Err(refuse(ErrorKind::Form, 0, 0, 0));
            }
            let mut octets = header.iter().chain(payload);
            if let Some(place) = octets.position(|octet| *octet == ETX) {
                return Err(refuse(ErrorKind::Character(Content::Ans, CharKind::Control), place, 0, 0));
            }
        }
        let poll = body == 0 && self.counted() > 0;
        let around = self.overhead() - self.station.size() - if poll { self.trailer.size() } else { 0 };
        Ok(body.saturating_add(around))
    }

    /// Reads a frame; `ended` says that no more bytes come.
    fn open<'a>(&self, mut reader: Reader<'a>, ended: bool) -> Step<Frame<'a>> {
        let start = reader;
        reader.tag(self.length_first)?;
        let announced = match self.delimiter {
            Delimiter::Length { field, .. } => self.length(&mut reader, field)?,
            Delimiter::Etx => Some(self.scan(reader)?),
            Delimiter::Cups => Some(self.total(reader)?),
            Delimiter::Input => Some(self.remainder(reader, ended)?),
        };
        let place = reader.offset;
        let Some(size) = announced else {
            return Ok(Frame { header: &[], payload: &[], consumed: place, start: place });
        };
        let body = reader.take(size)?;
        self.close(start, &mut reader)?;
        let (header, payload) = self.part(body, place).map_err(refused)?;
        Ok(Frame { header, payload, consumed: reader.offset, start: place })
    }

    /// Reads the length and the gap: the size of the body, or `None` for a poll that ends here.
    fn length(&self, reader: &mut Reader<'_>, field: LengthField) -> Step<Option<usize>> {
        let offset = reader.offset;
        let octets = reader.take(usize::from(field.width()))?;
        let value = widen(field.get(octets, offset).map_err(refused)?);
        let counted = self.counted();
        if counted > 0 && value == 0 {
            reader.tag(self.gap)?;
            return Ok(None);
        }
        let size = value.checked_sub(counted).ok_or(refuse(ErrorKind::TooShort, offset, counted, value));
        let size = size.map_err(refused)?;
        self.admit(size, offset)?;
        reader.tag(self.gap)?;
        Ok(Some(size))
    }

    /// Looks for the ETX, no further than the limit: the size of the body.
    fn scan(&self, reader: Reader<'_>) -> Step<usize> {
        let limit = widen(self.limit);
        let within = reader.rest.get(..=limit);
        match within.unwrap_or(reader.rest).iter().position(|octet| *octet == ETX) {
            Some(size) => self.admit(size, reader.offset).map(|()| size),
            None if within.is_none() => Err(MORE),
            None => {
                Err(refused(refuse(ErrorKind::FrameLimit, reader.offset, limit, limit.saturating_add(1))))
            }
        }
    }

    /// Looks at the total length in the CUPS header that follows: the size of the body.
    fn total(&self, mut reader: Reader<'_>) -> Step<usize> {
        reader.tag(&[cups::SIZE_OCTET])?;
        reader.take(1)?;
        let offset = reader.offset;
        let digits = reader.take(usize::from(cups::TOTAL.width()))?;
        let total = widen(cups::TOTAL.get(digits, offset).map_err(refused)?);
        if total < CupsHeader::SIZE {
            return Err(refused(refuse(ErrorKind::TooShort, offset, CupsHeader::SIZE, total)));
        }
        self.admit(total, offset).map(|()| total)
    }

    /// All that is there, if it is all that comes: the size of the body.
    fn remainder(&self, reader: Reader<'_>, ended: bool) -> Step<usize> {
        let (size, limit) = (reader.rest.len(), widen(self.limit));
        if size > limit {
            return Err(refused(refuse(ErrorKind::FrameLimit, reader.offset, limit, size)));
        }
        if !ended || size == 0 {
            return Err(MORE);
        }
        self.admit(size, reader.offset).map(|()| size)
    }

    /// Whether a body may be of that size, which was learnt at `offset`.
    fn admit(&self, size: usize, offset: usize) -> Step<()> {
        let (limit, least) = (widen(self.limit), self.station.size());
        if size > limit {
            return Err(refused(refuse(ErrorKind::FrameLimit, offset, limit, size)));
        }
        if size > 0 && size < least {
            return Err(refused(refuse(ErrorKind::Truncated, offset, least, size)));
        }
        Ok(())
    }

    /// Reads what follows the body of the frame that begins at `start`.
    fn close(&self, start: Reader<'_>, reader: &mut Reader<'_>) -> Step<()> {
        if let Trailer::None = self.trailer {
            return Ok(());
        }
        reader.tag(&[ETX])?;
        if let Trailer::EtxLrc = self.trailer {
            let place = reader.offset;
            let covered = start.rest.get(self.length_first.len()..place).unwrap_or_default();
            if reader.take(1)? != [lrc(covered)] {
                return Err(refused(refuse(ErrorKind::FrameCheck, place, 0, 0)));
            }
        }
        Ok(())
    }

    /// The station header and the message of a body that starts at `offset`.
    fn part<'a>(&self, body: &'a [u8], offset: usize) -> Result<(&'a [u8], &'a [u8])> {
        if body.is_empty() {
            return Ok((body, body));
        }
        let size = self.station.measure(body, offset)?;
        self.station.check_total(body, offset)?;
        body.split_at_checked(size).ok_or(refuse(ErrorKind::Truncated, offset, size, body.len()))
    }

    fn write<'o>(&self, header: &[u8], payload: &[u8], out: &'o mut [u8], turn: bool) -> Result<&'o [u8]> {
        let size = self.measure(header, payload)?;
        let room = out.len();
        let frame = out.get_mut(..size).ok_or(refuse(ErrorKind::Room, 0, size, room))?;
        let mut rest = &mut *frame;
        put(&mut rest, self.length_first);
        let body = header.len() + payload.len();
        if let Delimiter::Length { field, .. } = self.delimiter {
            let value = if body > 0 { body + self.counted() } else { 0 };
            let octets = slot(&mut rest, usize::from(field.width()));
            field.put(u32::try_from(value).unwrap_or(u32::MAX), octets);
        }
        put(&mut rest, self.gap);
        self.fill(header, payload, slot(&mut rest, body), turn);
        if let Some(etx) = rest.first_mut() {
            *etx = ETX;
        }
        if let (Trailer::EtxLrc, [covered @ .., check]) = (self.trailer, &mut *frame) {
            *check = lrc(covered.get(self.length_first.len()..).unwrap_or_default());
        }
        Ok(frame)
    }

    /// Writes header and message into `body`, and into the header what it says about them.
    fn fill(&self, header: &[u8], payload: &[u8], body: &mut [u8], turn: bool) {
        let mut rest = &mut *body;
        let to = slot(&mut rest, header.len());
        to.copy_from_slice(header);
        if turn {
            self.station.turn(to);
        }
        put(&mut rest, payload);
        self.station.seal(body);
    }

    /// How many bytes the length counts besides the body.
    fn counted(&self) -> usize {
        let Delimiter::Length { field, counts_itself, counts_trailer } = self.delimiter else { return 0 };
        let itself = if counts_itself { usize::from(field.width()) } else { 0 };
        itself + if counts_trailer { self.trailer.size() } else { 0 }
    }

    /// The most bytes of body that the length, and a total in the station header, can express.
    fn max(&self) -> usize {
        let station = widen(self.station.max());
        match self.delimiter {
            Delimiter::Length { field, .. } => station.min(widen(field.max()) - self.counted()),
            Delimiter::Etx | Delimiter::Cups | Delimiter::Input => station,
        }
    }
}

/// The longitudinal redundancy check: the exclusive or.
fn lrc(covered: &[u8]) -> u8 {
    covered.iter().fold(0, |check, octet| check ^ octet)
}

/// Writes `bytes` at the front of `rest`; [`Framing::measure`] has made the room.
fn put(rest: &mut &mut [u8], bytes: &[u8]) {
    slot(rest, bytes.len()).copy_from_slice(bytes);
}

/// Cuts the first `size` bytes off `rest`.
fn slot<'o>(rest: &mut &'o mut [u8], size: usize) -> &'o mut [u8] {
    let (slot, after) = take(rest).split_at_mut_checked(size).unwrap_or_default();
    *rest = after;
    slot
}
