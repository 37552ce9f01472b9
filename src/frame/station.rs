//! The station header: the bytes between the length and the message that name the stations.

use super::parts::refuse;
use super::{Base1Header, Base24Header, CupsHeader, Tpdu, UnionPayHeader};
use super::{base1, base24, cups, tpdu, unionpay};
use crate::model::error::{ErrorKind, Result};

/// Which header stands between the length of a frame and the message.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Station {
    /// None: the message follows at once.
    None,
    /// So many bytes, whatever they are.
    Bytes(u8),
    /// A [`Tpdu`], 5 bytes.
    Tpdu,
    /// A [`UnionPayHeader`]: the TPDU and 6 bytes.
    UnionPay,
    /// A [`Base1Header`], 22 bytes; more when it rejects a message.
    Base1,
    /// A [`CupsHeader`], 46 bytes.
    Cups,
    /// A [`Base24Header`], 12 characters.
    Base24,
}

impl Station {
    /// The size of the header in bytes; of [`Station::Base1`], when it rejects nothing.
    #[must_use]
    #[allow(clippy::as_conversions, reason = "lossless; from is not const")]
    pub const fn size(self) -> usize {
        match self {
            Self::None => 0,
            Self::Bytes(size) => size as usize,
            Self::Tpdu => Tpdu::SIZE,
            Self::UnionPay => UnionPayHeader::SIZE,
            Self::Base1 => Base1Header::SIZE,
            Self::Cups => CupsHeader::SIZE,
            Self::Base24 => Base24Header::SIZE,
        }
    }

    /// Which header the first `size` bytes of `body`, header and message, are by their content, not
    /// by their size alone: [`Station::Bytes`] when they are none of those with a name, `None` when
    /// `body` is shorter or `size` exceeds 255.
    ///
    /// ```
    /// use cardwire::frame::Station;
    /// assert_eq!(Station::recognize(b"ISO0260000500800", 12), Some(Station::Base24));
    /// assert_eq!(Station::recognize(b"SWITCH0102030800", 12), Some(Station::Bytes(12)));
    /// assert_eq!(Station::recognize(b"0800", 0), Some(Station::None));
    /// ```
    #[must_use]
    pub fn recognize(body: &[u8], size: usize) -> Option<Self> {
        let header = body.get(..size)?;
        let is = |station: &Self| station.measure(body, 0) == Ok(size) && station.is_content(header, body);
        let named = [Self::Tpdu, Self::UnionPay, Self::Base1, Self::Cups, Self::Base24];
        match size {
            0 => Some(Self::None),
            _ => named.into_iter().find(is).or(u8::try_from(size).ok().map(Self::Bytes)),
        }
    }

    /// Whether a header of the right size, in front of `body`, holds what its layout says.
    fn is_content(self, header: &[u8], body: &[u8]) -> bool {
        match self {
            Self::None | Self::Bytes(_) => true,
            Self::Tpdu => tpdu::is_usual(header),
            Self::UnionPay => unionpay::is_usual(header),
            Self::Base1 => base1::is_usual(header) && base1::check_total(body, 0).is_ok(),
            Self::Cups => cups::check_total(body, 0).is_ok(),
            Self::Base24 => base24::is_usual(header),
        }
    }

    /// How many bytes of a body are this header by their content, if they are it: a rejected message
    /// has a longer one than others.
    #[cfg(feature = "alloc")]
    pub(crate) fn len_in(self, body: &[u8]) -> Option<usize> {
        let size = self.measure(body, 0).ok()?;
        let is_it = match self {
            Self::None | Self::Bytes(_) => true,
            named => Self::recognize(body, size) == Some(named),
        };
        is_it.then_some(size)
    }

    /// How many bytes of `body`, which starts at `offset`, are header.
    pub(super) fn measure(self, body: &[u8], offset: usize) -> Result<usize> {
        if body.len() < self.size() {
            return Err(refuse(ErrorKind::Truncated, offset, self.size(), body.len()));
        }
        match self {
            Self::Base1 => return base1::measure(body, offset),
            Self::Cups => cups::check(body, offset)?,
            Self::Base24 => base24::check(body, offset)?,
            Self::None | Self::Bytes(_) | Self::Tpdu | Self::UnionPay => (),
        }
        Ok(self.size())
    }

    /// Whether the total length in the header is that of `body`, header and message.
    pub(super) fn check_total(self, body: &[u8], offset: usize) -> Result<()> {
        match self {
            Self::Base1 => base1::check_total(body, offset),
            Self::Cups => cups::check_total(body, offset),
            Self::None | Self::Bytes(_) | Self::Tpdu | Self::UnionPay | Self::Base24 => Ok(()),
        }
    }

    /// The most bytes of header and message that the header can announce.
    pub(super) const fn max(self) -> u32 {
        match self {
            Self::Base1 => 0xFFFF,
            Self::Cups => cups::TOTAL.max(),
            Self::None | Self::Bytes(_) | Self::Tpdu | Self::UnionPay | Self::Base24 => u32::MAX,
        }
    }

    /// Writes into the header what it says about `body`.
    pub(super) fn seal(self, body: &mut [u8]) {
        match self {
            Self::Base1 => base1::seal(body),
            Self::Cups => cups::seal(body),
            Self::None | Self::Bytes(_) | Self::Tpdu | Self::UnionPay | Self::Base24 => (),
        }
    }

    /// Makes of the header of a request that of its response: destination and source swapped.
    pub(super) fn turn(self, header: &mut [u8]) {
        match self {
            Self::Tpdu | Self::UnionPay => tpdu::turn(header),
            Self::Base1 => base1::turn(header),
            Self::Cups => cups::turn(header),
            Self::None | Self::Bytes(_) | Self::Base24 => (),
        }
    }
}
