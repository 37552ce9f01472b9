//! The VISA BASE I header, 22 bytes, and the reject header that may stand before it.

use super::parts::{cut, join, refuse, swap};
use crate::model::error::{ErrorKind, Result};

/// The header before a message on a Visa access point (VAP).
///
/// ```text
/// byte 0      1        2        3       5             8          11       12      14
///      +------+--------+--------+-------+-------------+----------+--------+-------+
///      | size | format | text   | total | destination |  source  | round  | flags | ...
///      |  16  |   01   |   02   | 00 7A |  01 23 45   | 65 43 21 |  trip  |       |
///      +------+--------+--------+-------+-------------+----------+--------+-------+
/// byte 14       17      18         21
///      +--------+-------+----------+------+
///  ... | status | batch | reserved | user |
///      +--------+-------+----------+------+
/// ```
///
/// The size and the total length of header and message are no fields of this type:
/// [`Framing::wrap`](super::Framing::wrap) writes them, so they cannot be wrong.
///
/// A *rejected* message comes back after a longer header, whose bytes 22 and 23 are a bitmap with
/// its first bit set and whose bytes 24 and 25 are the reject code; the header it was sent with
/// follows. [`Self::rejection`] finds the code, [`Self::original`] that header.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Base1Header {
    /// Header format, `01`.
    pub format: u8,
    /// Text format, `02`.
    pub text_format: u8,
    /// Destination station, six BCD digits.
    pub destination: [u8; 3],
    /// Source station, six BCD digits.
    pub source: [u8; 3],
    /// Round-trip control.
    pub round_trip: u8,
    /// Flags of BASE I.
    pub flags: [u8; 2],
    /// Message status flags.
    pub status: [u8; 3],
    /// Batch number.
    pub batch: u8,
    /// Reserved.
    pub reserved: [u8; 3],
    /// User information.
    pub user: u8,
}

impl Base1Header {
    /// The size of a header that rejects nothing, in bytes.
    pub const SIZE: usize = 22;

    /// A header between two stations, everything else zero.
    #[must_use]
    pub const fn new(destination: [u8; 3], source: [u8; 3]) -> Self {
        let (status, reserved) = ([0; 3], [0; 3]);
        Self {
            format: 1,
            text_format: 2,
            destination,
            source,
            round_trip: 0,
            flags: [0; 2],
            status,
            batch: 0,
            reserved,
            user: 0,
        }
    }

    /// Reads a header; of a rejected message, the header that rejects it.
    ///
    /// # Errors
    /// `Truncated` below 22 bytes; `FrameShape` when its first byte, the size, says that there are fewer.
    pub fn parse(header: &[u8]) -> Result<Self> {
        let rest = &mut &*header;
        let [size, format, text_format] = cut(rest)?;
        if usize::from(size) < Self::SIZE {
            return Err(refuse(ErrorKind::FrameShape, 0, 0, 0));
        }
        let [_, _] = cut(rest)?;
        let (destination, source) = (cut(rest)?, cut(rest)?);
        let ([round_trip], flags, status) = (cut(rest)?, cut(rest)?, cut(rest)?);
        let ([batch], reserved, [user]) = (cut(rest)?, cut(rest)?, cut(rest)?);
        let stations = Self::new(destination, source);
        Ok(Self { format, text_format, round_trip, flags, status, batch, reserved, user, ..stations })
    }

    /// The 22 bytes, with a total length of zero for [`Framing::wrap`](super::Framing::wrap) to fill in.
    #[must_use]
    pub fn to_bytes(self) -> [u8; Self::SIZE] {
        join(&[
            &[0x16, self.format, self.text_format, 0, 0],
            &self.destination,
            &self.source,
            &[self.round_trip],
            &self.flags,
            &self.status,
            &[self.batch],
            &self.reserved,
            &[self.user],
        ])
    }

    /// The header of the response: destination and source swapped.
    #[must_use]
    pub const fn reply(mut self) -> Self {
        (self.destination, self.source) = (self.source, self.destination);
        self
    }

    /// The reject code, when the header says that the message after it was rejected.
    #[must_use]
    pub fn rejection(header: &[u8]) -> Option<[u8; 2]> {
        let size = usize::from(*header.first()?);
        let [bitmap, _, code @ ..] = *header.get(Self::SIZE..)?.first_chunk::<4>()?;
        (size >= REJECT_SIZE && bitmap & 0x80 != 0).then_some(code)
    }

    /// The header that a rejected message was sent with.
    #[must_use]
    pub fn original(header: &[u8]) -> Option<Self> {
        Self::rejection(header)?;
        let size = usize::from(*header.first()?);
        Self::parse(header.get(size..)?).ok()
    }
}

/// How many bytes of `body`, which starts at `offset`, are header.
pub(super) fn measure(body: &[u8], offset: usize) -> Result<usize> {
    let first = size_at(body, 0, offset)?;
    if Base1Header::rejection(body).is_none() {
        return Ok(first);
    }
    Ok(first + size_at(body, first, offset)?)
}

/// Whether the header is of the format and for the text that this module describes.
pub(super) fn is_usual(header: &[u8]) -> bool {
    matches!(header, [_, 1, 2, ..])
}

/// Whether the total length is that of `body`. That of a reject is not specified to be.
pub(super) fn check_total(body: &[u8], offset: usize) -> Result<()> {
    let total = body.get(3..).and_then(|rest| rest.first_chunk().copied()).map(u16::from_be_bytes);
    if total.map(usize::from) == Some(body.len()) || Base1Header::rejection(body).is_some() {
        return Ok(());
    }
    Err(refuse(ErrorKind::FrameShape, offset + 3, 0, 0))
}

/// Writes the total length of `body`, which is at most 65535 bytes.
pub(super) fn seal(body: &mut [u8]) {
    let total = u16::try_from(body.len()).unwrap_or(u16::MAX);
    if let Some(field) = body.get_mut(3..5) {
        field.copy_from_slice(&total.to_be_bytes());
    }
}

/// Swaps destination and source.
pub(super) fn turn(header: &mut [u8]) {
    swap(header, 5, 3);
}

fn size_at(body: &[u8], at: usize, offset: usize) -> Result<usize> {
    let left = body.len().saturating_sub(at);
    let size = body.get(at).copied().map_or(Base1Header::SIZE, usize::from);
    if size < Base1Header::SIZE {
        return Err(refuse(ErrorKind::FrameShape, offset + at, 0, 0));
    }
    if left < size { Err(refuse(ErrorKind::Truncated, offset + at, size, left)) } else { Ok(size) }
}

const REJECT_SIZE: usize = 26;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_read_as_written() {
        let mut header: [u8; 22] = core::array::from_fn(|index| u8::try_from(index).unwrap());
        header[0] = 0x16;
        let mut written = Base1Header::parse(&header).unwrap().to_bytes();
        assert_eq!(written[3..5], [0, 0]);
        written[3..5].copy_from_slice(&header[3..5]);
        assert_eq!(written, header);
        let swapped = Base1Header::parse(&header).unwrap().reply();
        assert_eq!((swapped.destination, swapped.source), ([8, 9, 10], [5, 6, 7]));
    }

    #[test]
    fn a_rejection_is_told_from_a_longer_header() {
        let sent = Base1Header::new([1, 2, 3], [4, 5, 6]);
        let mut header = std::vec![0x1A, 1, 2];
        header.resize(22, 0);
        header.extend([0x80, 0x00, 0x01, 0x23]);
        header.extend(sent.to_bytes());
        assert_eq!(Base1Header::rejection(&header), Some([0x01, 0x23]));
        assert_eq!(Base1Header::original(&header), Some(sent));
        assert_eq!(measure(&header, 0), Ok(48));
        header[22] = 0;
        assert_eq!((Base1Header::rejection(&header), measure(&header, 0)), (None, Ok(26)));
        assert_eq!(Base1Header::rejection(&sent.to_bytes()), None);
    }
}
