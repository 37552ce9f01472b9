//! The station header of UnionPay POS messages: a TPDU and six bytes.

use super::parts::{exact, join};
use super::tpdu::{self, Tpdu};
use crate::model::error::Result;

/// The header before a UnionPay POS message.
///
/// ```text
/// +----------------+-------------+---------+---------------+-------------+
/// |      TPDU      | application | version | state request | sub version |
/// | 60 00 03 00 00 |     60      |   31    |       0 0     |  31 12 03   |
/// +----------------+-------------+---------+---------------+-------------+
/// ```
///
/// The host echoes it with the TPDU swapped, and may ask the terminal for something:
///
/// ```
/// use cardwire::frame::{Request, UnionPayHeader};
/// let header = [0x60, 0x00, 0x03, 0x00, 0x00, 0x60, 0x31, 0x00, 0x31, 0x12, 0x03];
/// let response = UnionPayHeader::parse(&header)?.reply().asking(Request::SignOn);
/// assert_eq!(response.to_bytes(), [0x60, 0, 0, 0, 0x03, 0x60, 0x31, 0x03, 0x31, 0x12, 0x03]);
/// assert_eq!(response.request(), Some(Request::SignOn));
/// # Ok::<_, cardwire::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct UnionPayHeader {
    /// The TPDU before it.
    pub tpdu: Tpdu,
    /// Application type, `60` for financial.
    pub application: u8,
    /// Main version of the terminal software, such as `31`.
    pub version: u8,
    /// Terminal state (high half) and request of the host (low half).
    pub status: u8,
    /// Sub version of the terminal software, BCD.
    pub sub_version: [u8; 3],
}

/// What the host asks the terminal to do after this message.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Request {
    /// Nothing.
    Nothing,
    /// Download parameters.
    Parameters,
    /// Upload the terminal's status.
    Status,
    /// Sign on again.
    SignOn,
    /// Download public keys (CAPK).
    PublicKeys,
    /// Download chip parameters (AID).
    ChipParameters,
    /// Download the application.
    Application,
    /// Download the black list.
    BlackList,
}

impl UnionPayHeader {
    /// The size in bytes, with the TPDU.
    pub const SIZE: usize = 11;

    /// Reads the eleven bytes.
    ///
    /// # Errors
    /// `Truncated` or `Trailing` when there are fewer or more than eleven.
    pub fn parse(header: &[u8]) -> Result<Self> {
        let [id, d0, d1, s0, s1, application, version, status, v0, v1, v2] = *exact(header)?;
        let tpdu = Tpdu::from_bytes([id, d0, d1, s0, s1]);
        Ok(Self { tpdu, application, version, status, sub_version: [v0, v1, v2] })
    }

    /// The eleven bytes.
    #[must_use]
    pub fn to_bytes(self) -> [u8; Self::SIZE] {
        let software = [self.application, self.version, self.status];
        join(&[&self.tpdu.to_bytes(), &software, &self.sub_version])
    }

    /// The header of the response: the TPDU swapped, the rest echoed.
    #[must_use]
    pub const fn reply(mut self) -> Self {
        self.tpdu = self.tpdu.reply();
        self
    }

    /// The terminal's state: 0 normal.
    #[must_use]
    pub const fn state(self) -> u8 {
        self.status >> 4
    }

    /// What the host asks for; `None` for a value without a known meaning.
    #[must_use]
    pub fn request(self) -> Option<Request> {
        Request::ALL.get(usize::from(self.status & 0x0F)).copied()
    }

    /// The same header, asking the terminal for `request`.
    #[must_use]
    pub const fn asking(mut self, request: Request) -> Self {
        self.status = self.status & 0xF0 | request.code();
        self
    }
}

impl Request {
    /// Every request, in the order of its code.
    pub const ALL: [Self; 8] = [
        Self::Nothing,
        Self::Parameters,
        Self::Status,
        Self::SignOn,
        Self::PublicKeys,
        Self::ChipParameters,
        Self::Application,
        Self::BlackList,
    ];

    /// The code on the wire, 0 to 7.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Nothing => 0,
            Self::Parameters => 1,
            Self::Status => 2,
            Self::SignOn => 3,
            Self::PublicKeys => 4,
            Self::ChipParameters => 5,
            Self::Application => 6,
            Self::BlackList => 7,
        }
    }
}

/// Whether these are a TPDU, an application of `60` to `69`, and versions of decimal digits.
pub(super) fn is_usual(header: &[u8]) -> bool {
    let Ok(UnionPayHeader { application, version, sub_version: [v0, v1, v2], .. }) =
        UnionPayHeader::parse(header)
    else {
        return false;
    };
    let is_tpdu = header.get(..Tpdu::SIZE).is_some_and(tpdu::is_usual);
    is_tpdu && application >> 4 == 6 && [application, version, v0, v1, v2].into_iter().all(tpdu::is_decimal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_halves_of_the_status_do_not_disturb_each_other() {
        let header = UnionPayHeader::parse(&[0x60, 0, 3, 0, 0, 0x60, 0x31, 0x1F, 1, 2, 3]).unwrap();
        assert_eq!((header.state(), header.request()), (1, None));
        for (code, request) in (0..).zip(Request::ALL) {
            let asking = header.asking(request);
            assert_eq!((asking.state(), asking.request(), asking.status & 0x0F), (1, Some(request), code));
        }
    }
}
