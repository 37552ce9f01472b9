//! The header of ACI BASE24 host interfaces, 12 characters.

use super::parts::{cut, exact, join, refuse};
use crate::model::error::{ErrorKind, Result};

/// The header before a BASE24 message; it holds no length, whatever it looks like.
///
/// ```text
/// +-------+---------+---------+--------+------------+-----------+
/// | "ISO" | product | release | status | originator | responder |
/// | "ISO" |   "02"  |   "60"  |  "000" |     "5"    |    "0"    |
/// +-------+---------+---------+--------+------------+-----------+
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Base24Header {
    /// Product: `00` base, `01` ATM, `02` POS, `08` from host maintenance.
    pub product: [u8; 2],
    /// Release, such as `60`.
    pub release: [u8; 2],
    /// Status.
    pub status: [u8; 3],
    /// Who started the exchange.
    pub originator: u8,
    /// Who responds.
    pub responder: u8,
}

impl Base24Header {
    /// The size in bytes.
    pub const SIZE: usize = 12;

    /// Reads the twelve characters.
    ///
    /// # Errors
    /// `Truncated` or `Trailing` when there are fewer or more; `FrameShape` when they do not start with `ISO`.
    pub fn parse(header: &[u8]) -> Result<Self> {
        check(exact::<{ Self::SIZE }>(header)?, 0)?;
        let rest = &mut header.get(START.len()..).unwrap_or_default();
        let (product, release, status) = (cut(rest)?, cut(rest)?, cut(rest)?);
        let [originator, responder] = cut(rest)?;
        Ok(Self { product, release, status, originator, responder })
    }

    /// The twelve characters.
    #[must_use]
    pub fn to_bytes(self) -> [u8; Self::SIZE] {
        join(&[START, &self.product, &self.release, &self.status, &[self.originator, self.responder]])
    }
}

/// Whether `body`, which is at `offset`, starts as the header does.
pub(super) fn check(body: &[u8], offset: usize) -> Result<()> {
    if body.starts_with(START) { Ok(()) } else { Err(refuse(ErrorKind::FrameShape, offset, 0, 0)) }
}

/// Whether these are the start and nine digits.
pub(super) fn is_usual(header: &[u8]) -> bool {
    header.strip_prefix(START).is_some_and(|rest| rest.iter().all(u8::is_ascii_digit))
}

const START: &[u8] = b"ISO";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_read_as_written() {
        let header = Base24Header::parse(b"ISO026000050").unwrap();
        assert_eq!((&header.product, &header.release, header.originator), (b"02", b"60", b'5'));
        assert_eq!(&header.to_bytes(), b"ISO026000050");
        assert_eq!(Base24Header::parse(b"ISA026000050").unwrap_err().kind(), ErrorKind::FrameShape);
        assert_eq!(Base24Header::parse(b"ISO02600005").unwrap_err().kind(), ErrorKind::Truncated);
    }
}
