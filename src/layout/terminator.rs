//! What ends a value of no announced length.

use crate::model::error::widen;

/// The octets that follow a value and end it: one, or up to [`Terminator::MAX`].
///
/// ```
/// use cardwire::layout::Terminator;
/// assert_eq!(Terminator::of(b"\r\n").unwrap().octets(), b"\r\n");
/// assert_eq!(Terminator::from(0x1C).octets(), [0x1C]);
/// assert!(Terminator::of(b"").is_none() && Terminator::of(&[b'-'; 8]).is_none());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Terminator {
    octets: [u8; Self::MAX],
    len: u32,
}

impl Terminator {
    /// The most octets that a terminator has.
    pub const MAX: usize = 7;

    /// One octet.
    #[must_use]
    pub const fn octet(octet: u8) -> Self {
        Self { octets: [octet, 0, 0, 0, 0, 0, 0], len: 1 }
    }

    /// These octets; `None` if they are none, or too many.
    #[must_use]
    pub fn of(octets: &[u8]) -> Option<Self> {
        let mut found = [0; Self::MAX];
        found.get_mut(..octets.len())?.copy_from_slice(octets);
        let len = u32::try_from(octets.len()).ok().filter(|len| *len > 0)?;
        Some(Self { octets: found, len })
    }

    /// The octets.
    #[must_use]
    pub const fn octets(&self) -> &[u8] {
        match self.octets.split_at_checked(widen(self.len)) {
            Some((octets, _)) => octets,
            None => &self.octets,
        }
    }
}

impl From<u8> for Terminator {
    fn from(octet: u8) -> Self {
        Self::octet(octet)
    }
}
