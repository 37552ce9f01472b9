//! The TPDU: five bytes that route a frame through a network access controller.

use super::parts::{exact, join, swap};
use crate::model::error::Result;

/// The transport protocol data unit before a message: an identifier and two addresses.
///
/// ```text
/// +----+-------------+-----------+
/// | id | destination |  source   |
/// | 60 |   00   03   |  00   00  |
/// +----+-------------+-----------+
/// ```
///
/// The addresses are four BCD digits each; the destination of a request is the network
/// international identifier (NII) of the host. They are kept as they stand on the wire, because
/// some controllers put other things there.
///
/// ```
/// use cardwire::frame::Tpdu;
/// let request = Tpdu::parse(&[0x60, 0x00, 0x03, 0x00, 0x00])?;
/// assert_eq!(request.reply().to_bytes(), [0x60, 0x00, 0x00, 0x00, 0x03]);
/// # Ok::<_, cardwire::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Tpdu {
    /// The identifier, `60` for transactions.
    pub id: u8,
    /// Where the frame goes.
    pub destination: [u8; 2],
    /// Where the frame comes from.
    pub source: [u8; 2],
}

impl Tpdu {
    /// The size in bytes.
    pub const SIZE: usize = 5;

    /// A TPDU of a transaction.
    #[must_use]
    pub const fn new(destination: [u8; 2], source: [u8; 2]) -> Self {
        Self { id: 0x60, destination, source }
    }

    /// Reads the five bytes.
    ///
    /// # Errors
    /// `Truncated` or `Trailing` when there are fewer or more than five.
    pub fn parse(header: &[u8]) -> Result<Self> {
        Ok(Self::from_bytes(*exact(header)?))
    }

    /// The five bytes.
    #[must_use]
    pub fn to_bytes(self) -> [u8; Self::SIZE] {
        join(&[&[self.id], &self.destination, &self.source])
    }

    /// The TPDU of the response: destination and source swapped.
    #[must_use]
    pub const fn reply(self) -> Self {
        Self { id: self.id, destination: self.source, source: self.destination }
    }

    pub(super) const fn from_bytes([id, d0, d1, s0, s1]: [u8; Self::SIZE]) -> Self {
        Self { id, destination: [d0, d1], source: [s0, s1] }
    }
}

/// Whether these are the identifier of transactions and two addresses of decimal digits.
pub(super) fn is_usual(header: &[u8]) -> bool {
    matches!(header, [0x60, addresses @ ..] if addresses.iter().all(|octet| is_decimal(*octet)))
}

/// Whether both half bytes are decimal digits.
pub(super) const fn is_decimal(octet: u8) -> bool {
    octet >> 4 <= 9 && octet & 0x0F <= 9
}

/// Swaps destination and source.
pub(super) fn turn(header: &mut [u8]) {
    swap(header, 1, 2);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turning_the_bytes_is_replying() {
        let mut header = [0x60, 0x12, 0x34, 0x56, 0x78];
        let reply = Tpdu::parse(&header).unwrap().reply();
        turn(&mut header);
        assert_eq!(reply.to_bytes(), header);
        assert_eq!(reply, Tpdu::new([0x56, 0x78], [0x12, 0x34]));
    }
}
