//! Opened values: what a caller gets who asked for the content of an element.

use core::fmt;

use crate::codec::window::Octets;
use crate::model::error::{Error, ErrorKind, Result};

/// The opened value of an element: what [`Field::expose`](crate::Field::expose) returns.
///
/// It has no `Display`, and its `Debug` shows the length only, so it cannot reach a log unless its
/// content is taken out first.
#[derive(Clone, Copy)]
pub struct Exposed<'a> {
    pub(crate) value: Octets<'a>,
    pub(crate) binary: bool,
}

/// So many digits are never more than a `u64` holds.
const SURE: usize = 19;

/// The number that text is, if that is certainly one.
fn small_number(text: &[u8]) -> Option<u64> {
    let (mut number, mut is_number) = (0, text.len() <= SURE);
    for octet in text.iter().take(SURE) {
        let digit = octet.wrapping_sub(b'0');
        is_number &= digit < 10;
        number = number * 10 + u64::from(digit % 16);
    }
    is_number.then_some(number)
}

impl<'a> Exposed<'a> {
    /// Length in units.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.value.len()
    }

    /// Whether there is no unit.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value as a slice of the input, where the link writes it as it is (ASCII, raw octets).
    #[must_use]
    #[inline]
    pub fn as_bytes(&self) -> Option<&'a [u8]> {
        self.value.plain()
    }

    /// The value as text borrowed from the input, where the link writes ASCII.
    #[must_use]
    #[inline]
    pub fn as_str(&self) -> Option<&'a str> {
        core::str::from_utf8(self.value.plain()?).ok()
    }

    /// The octets of the value, decoded: ASCII or Latin-1 characters, or binary octets.
    pub fn octets(&self) -> impl DoubleEndedIterator<Item = u8> + Clone + use<'a> {
        self.value.iter()
    }

    /// The characters of the value; octets above `7F` as Latin-1.
    pub fn chars(&self) -> impl DoubleEndedIterator<Item = char> + Clone + use<'a> {
        self.value.iter().map(char::from)
    }

    /// The digits of the value as numbers 0 to 9; other characters are left out.
    pub fn digits(&self) -> impl DoubleEndedIterator<Item = u8> + Clone + use<'a> {
        self.value.iter().filter(u8::is_ascii_digit).map(|octet| octet - b'0')
    }

    /// The decoded value, copied into `out`.
    ///
    /// # Errors
    /// [`ErrorKind::Room`] when `out` is shorter than the value.
    pub fn copy_to<'o>(&self, out: &'o mut [u8]) -> Result<&'o [u8]> {
        let room = out.len();
        let Some(target) = out.get_mut(..self.len()) else {
            return Err(Error::new(ErrorKind::Room, 0, self.len(), room));
        };
        target.iter_mut().zip(self.octets()).for_each(|(slot, octet)| *slot = octet);
        Ok(target)
    }

    /// The number, for a value of digits only.
    ///
    /// # Errors
    /// [`ErrorKind::Form`] when it is empty or not all digits; [`ErrorKind::Number`] when it exceeds `u64`.
    #[inline]
    pub fn number(&self) -> Result<u64> {
        let fail = |kind, index| Error::new(kind, self.value.position(index), 0, 0);
        if self.binary || self.is_empty() {
            return Err(fail(ErrorKind::Form, 0));
        }
        let mut room = [0; SURE];
        let text = self.value.plain().or_else(|| self.value.copy_to(&mut room));
        if let Some(number) = text.and_then(small_number) {
            return Ok(number);
        }
        let mut number = 0u64;
        for (index, octet) in self.octets().enumerate() {
            if !octet.is_ascii_digit() {
                return Err(fail(ErrorKind::Form, index));
            }
            let next = number.checked_mul(10).and_then(|tens| tens.checked_add(u64::from(octet - b'0')));
            number = next.ok_or_else(|| fail(ErrorKind::Number, index))?;
        }
        Ok(number)
    }

    /// The signed amount of class `x+n`: `C` is positive, `D` negative.
    ///
    /// # Errors
    /// [`ErrorKind::Form`] when it is none; [`ErrorKind::Number`] when it exceeds `i64`.
    pub fn signed(&self) -> Result<i64> {
        let digits = Exposed { value: self.value.slice(1, self.len()), binary: self.binary };
        let fail = |kind| Error::new(kind, self.value.position(0), 0, 0);
        let magnitude = i64::try_from(digits.number()?).map_err(|_| fail(ErrorKind::Number))?;
        match self.value.get(0) {
            b'C' => Ok(magnitude),
            b'D' => Ok(-magnitude),
            _ => Err(fail(ErrorKind::Form)),
        }
    }
}

impl PartialEq<[u8]> for Exposed<'_> {
    fn eq(&self, other: &[u8]) -> bool {
        self.len() == other.len() && self.octets().eq(other.iter().copied())
    }
}

impl<const N: usize> PartialEq<[u8; N]> for Exposed<'_> {
    fn eq(&self, other: &[u8; N]) -> bool {
        *self == *other.as_slice()
    }
}

impl PartialEq<str> for Exposed<'_> {
    fn eq(&self, other: &str) -> bool {
        *self == *other.as_bytes()
    }
}

impl PartialEq<&str> for Exposed<'_> {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

impl PartialEq for Exposed<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.octets().eq(other.octets())
    }
}

impl Eq for Exposed<'_> {}

impl fmt::Debug for Exposed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clear({} units)", self.len())
    }
}
