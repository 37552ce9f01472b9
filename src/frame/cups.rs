//! The header of UnionPay's interchange (CUPS), 46 bytes.

use super::length::LengthField;
use super::parts::{cut, exact, join, refuse, swap};
use crate::model::error::{ErrorKind, Result};

/// The header between a member bank and UnionPay.
///
/// ```text
/// byte 0      1         2        6             17         28
///      +------+---------+--------+-------------+----------+
///      | size | version | total  | destination |  source  | ...
///      |  2E  |   02    | "0146" |  11 bytes   | 11 bytes |
///      +------+---------+--------+-------------+----------+
/// byte 28         31      32            40     41
///      +----------+-------+-------------+------+---------+
///  ... | reserved | batch | transaction | user | reject  |
///      | 3 bytes  |       |   8 bytes   |      | 5 bytes |
///      +----------+-------+-------------+------+---------+
/// ```
///
/// The total length of header and message is no field of this type:
/// [`Framing::wrap`](super::Framing::wrap) writes it, so it cannot be wrong.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct CupsHeader {
    /// Flag and version.
    pub version: u8,
    /// Destination institution.
    pub destination: [u8; 11],
    /// Source institution.
    pub source: [u8; 11],
    /// Reserved.
    pub reserved: [u8; 3],
    /// Batch number.
    pub batch: u8,
    /// Transaction information.
    pub transaction: [u8; 8],
    /// User information.
    pub user: u8,
    /// Reject code.
    pub reject: [u8; 5],
}

impl CupsHeader {
    /// The size in bytes.
    pub const SIZE: usize = 46;

    /// Reads the 46 bytes.
    ///
    /// # Errors
    /// `Truncated` or `Trailing` when there are fewer or more; `FrameShape` when the first is not `2E`.
    pub fn parse(header: &[u8]) -> Result<Self> {
        let rest = &mut exact::<{ Self::SIZE }>(header)?.as_slice();
        let [SIZE_OCTET, version] = cut(rest)? else { return Err(refuse(ErrorKind::FrameShape, 0, 0, 0)) };
        let [_, _, _, _] = cut(rest)?;
        let (destination, source, reserved) = (cut(rest)?, cut(rest)?, cut(rest)?);
        let ([batch], transaction, [user], reject) = (cut(rest)?, cut(rest)?, cut(rest)?, cut(rest)?);
        Ok(Self { version, destination, source, reserved, batch, transaction, user, reject })
    }

    /// The 46 bytes, with a total length of zero for [`Framing::wrap`](super::Framing::wrap) to fill in.
    #[must_use]
    pub fn to_bytes(self) -> [u8; Self::SIZE] {
        join(&[
            &[SIZE_OCTET, self.version],
            b"0000",
            &self.destination,
            &self.source,
            &self.reserved,
            &[self.batch],
            &self.transaction,
            &[self.user],
            &self.reject,
        ])
    }

    /// The header of the response: destination and source swapped.
    #[must_use]
    pub const fn reply(mut self) -> Self {
        (self.destination, self.source) = (self.source, self.destination);
        self
    }
}

/// Whether `body`, which starts at `offset`, starts as the header does.
pub(super) fn check(body: &[u8], offset: usize) -> Result<()> {
    if body.starts_with(&[SIZE_OCTET]) { Ok(()) } else { Err(refuse(ErrorKind::FrameShape, offset, 0, 0)) }
}

/// Whether the total length is that of `body`, which starts at `offset`.
pub(super) fn check_total(body: &[u8], offset: usize) -> Result<()> {
    let total = TOTAL.get(body.get(2..OPENING).unwrap_or_default(), offset + 2)?;
    if usize::try_from(total) == Ok(body.len()) {
        return Ok(());
    }
    Err(refuse(ErrorKind::FrameShape, offset + 2, 0, 0))
}

/// Writes the total length of `body`, which is at most 9999 bytes.
pub(super) fn seal(body: &mut [u8]) {
    let total = u32::try_from(body.len()).unwrap_or(u32::MAX);
    if let Some(field) = body.get_mut(2..OPENING) {
        TOTAL.put(total, field);
    }
}

/// Swaps destination and source.
pub(super) fn turn(header: &mut [u8]) {
    swap(header, OPENING, 11);
}

/// The bytes up to and including the total length.
const OPENING: usize = 6;
/// How the total length is written.
pub(super) const TOTAL: LengthField = LengthField::Ascii(4);
/// The first byte: the size of the header.
pub(super) const SIZE_OCTET: u8 = 0x2E;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_read_as_written() {
        let mut header: [u8; 46] = core::array::from_fn(|index| u8::try_from(index + 100).unwrap());
        header[0] = 0x2E;
        header[2..6].copy_from_slice(b"0000");
        let parsed = CupsHeader::parse(&header).unwrap();
        assert_eq!(parsed.to_bytes(), header);
        assert_eq!((parsed.destination[0], parsed.source[0], parsed.reserved[0]), (106, 117, 128));
        assert_eq!(
            (parsed.batch, parsed.transaction[0], parsed.user, parsed.reject[0]),
            (131, 132, 140, 141)
        );
        turn(&mut header);
        assert_eq!(parsed.reply().to_bytes(), header);
        header[0] = 0x2D;
        assert_eq!(CupsHeader::parse(&header).unwrap_err().kind(), ErrorKind::FrameShape);
    }
}
