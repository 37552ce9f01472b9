//! Card numbers, as PIN blocks and cryptograms need them.

use core::fmt;

use zeroize::Zeroize;

use super::error::CryptoError;

/// A card number of 8 to 19 digits. Shows as its length; wiped when it is dropped.
#[derive(Clone)]
pub struct Pan {
    digits: [u8; MAX],
    len: u8,
}

const MAX: usize = 19;
const MIN: usize = 8;

impl Pan {
    /// A card number. The Luhn check is the caller's: [`luhn_check_digit`].
    ///
    /// # Errors
    /// [`CryptoError::PanLength`], [`CryptoError::Digit`].
    pub fn new(digits: &str) -> Result<Self, CryptoError> {
        Self::of_octets(digits.bytes())
    }

    /// A card number from the characters of its digits, as DE 2 has them.
    ///
    /// # Errors
    /// As [`Pan::new`].
    pub fn of_octets(digits: impl IntoIterator<Item = u8>) -> Result<Self, CryptoError> {
        let mut pan = Self { digits: [0; MAX], len: 0 };
        let mut found = 0;
        for (index, digit) in digits.into_iter().enumerate() {
            found = index + 1;
            if !digit.is_ascii_digit() {
                return Err(CryptoError::Digit(index));
            }
            if let Some(slot) = pan.digits.get_mut(index) {
                *slot = digit - b'0';
            }
        }
        let len = u8::try_from(found).ok().filter(|_| (MIN..=MAX).contains(&found));
        pan.len = len.ok_or(CryptoError::PanLength { min: MIN, found })?;
        Ok(pan)
    }

    /// How many digits.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "no card number is empty")]
    pub fn len(&self) -> usize {
        usize::from(self.len)
    }

    /// The digits, 0 to 9 each.
    pub(super) fn digits(&self) -> &[u8] {
        self.digits.get(..self.len()).unwrap_or_default()
    }
}

impl Drop for Pan {
    fn drop(&mut self) {
        self.digits.zeroize();
    }
}

impl PartialEq for Pan {
    fn eq(&self, other: &Self) -> bool {
        self.digits() == other.digits()
    }
}

impl Eq for Pan {}

impl fmt::Debug for Pan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pan({} digits)", self.len)
    }
}

/// The digit that makes a number pass the Luhn check (ISO/IEC 7812-1) when it is put after it; nothing when a
/// character is no digit.
///
/// ```
/// assert_eq!(cardwire::crypto::luhn_check_digit("411111111111111"), Some('1'));
/// ```
#[must_use]
pub fn luhn_check_digit(number: &str) -> Option<char> {
    let mut sum = 0;
    for (index, character) in number.chars().rev().enumerate() {
        let digit = character.to_digit(10)?;
        sum += if index % 2 == 0 { digit * 2 / 10 + digit * 2 % 10 } else { digit };
    }
    char::from_digit((10 - sum % 10) % 10, 10)
}

/// Whether a number passes the Luhn check (ISO/IEC 7812-1).
#[must_use]
pub fn is_luhn(number: &str) -> bool {
    let last = number.chars().next_back();
    let body = last.and_then(|last| number.strip_suffix(last));
    body.is_some_and(|body| !body.is_empty() && luhn_check_digit(body) == last)
}
