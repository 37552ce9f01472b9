//! Track 2, as characters (DE 35) or packed (tag 57), and the check digits of test cards.

use core::fmt;

use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

use super::cipher::xor;
use super::error::{CryptoError, TrackFault};
use super::key::Key;
use super::pan::Pan;

/// Track 2 taken apart (ISO/IEC 7813): card number, expiry date, service code, discretionary data. Shows none of
/// them; wiped when it is dropped.
///
/// ```
/// use cardwire::crypto::Track2;
///
/// let track = Track2::of_text("4111111111111111=29122011234500000000")?;
/// assert_eq!(track.expiry(), *b"2912");
/// assert_eq!(track.service_code().expose().collect::<String>(), "201");
/// assert_eq!(track, Track2::of_packed(&[0x41, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11,
///     0xD2, 0x91, 0x22, 0x01, 0x12, 0x34, 0x50, 0x00, 0x00, 0x00, 0x0F])?);
/// # Ok::<(), cardwire::crypto::CryptoError>(())
/// ```
#[derive(Clone)]
pub struct Track2 {
    pan: Pan,
    expiry: [u8; 4],
    service: ServiceCode,
    discretionary: [u8; MAX],
    discretionary_len: u8,
}

/// As many characters as track 2 has, without sentinels and check character.
const MAX: usize = 37;
/// The half octet between the card number and the rest.
const SEPARATOR: u8 = 0xD;
/// The half octet that fills the last octet.
const FILL: u8 = 0xF;

impl Track2 {
    /// Track 2 in characters, with `=` or `D` between card number and expiry date.
    ///
    /// # Errors
    /// [`CryptoError::Track`].
    pub fn of_text(text: &str) -> Result<Self, CryptoError> {
        let mut nibbles = Zeroizing::new([0; MAX]);
        let len = text.len();
        let slots = nibbles.get_mut(..len).ok_or(CryptoError::Track(TrackFault::TooLong))?;
        for (slot, octet) in slots.iter_mut().zip(text.bytes()) {
            *slot = match octet {
                b'0'..=b'9' => octet - b'0',
                b'=' | b'D' | b'd' => SEPARATOR,
                _ => return Err(CryptoError::Track(TrackFault::Digits)),
            };
        }
        Self::of_nibbles(slots)
    }

    /// Track 2 equivalent data: two half octets an octet, `D` as separator, `F` after.
    ///
    /// # Errors
    /// [`CryptoError::Track`].
    pub fn of_packed(octets: &[u8]) -> Result<Self, CryptoError> {
        let mut nibbles = Zeroizing::new([0; MAX + 1]);
        let len = 2 * octets.len();
        let slots = nibbles.get_mut(..len).ok_or(CryptoError::Track(TrackFault::TooLong))?;
        let values = octets.iter().flat_map(|octet| [octet >> 4, octet & 0xF]);
        slots.iter_mut().zip(values).for_each(|(slot, nibble)| *slot = nibble);
        // cards fill with one F or with more
        let end = slots.iter().rposition(|nibble| *nibble != FILL).map_or(0, |last| last + 1);
        let used = slots.get(..end).unwrap_or_default();
        match used {
            _ if used.contains(&FILL) => Err(CryptoError::Track(TrackFault::Fill)),
            _ if end > MAX => Err(CryptoError::Track(TrackFault::TooLong)),
            _ => Self::of_nibbles(used),
        }
    }

    fn of_nibbles(nibbles: &[u8]) -> Result<Self, CryptoError> {
        let fail = CryptoError::Track;
        let mut sides = nibbles.splitn(2, |nibble| *nibble == SEPARATOR);
        let number = sides.next().unwrap_or_default();
        let rest = sides.next().ok_or(fail(TrackFault::Separator))?;
        let pan =
            Pan::of_octets(number.iter().map(|digit| b'0' + digit)).map_err(|_| fail(TrackFault::Pan))?;
        let is_digits = rest.iter().all(|nibble| *nibble < 10);
        match rest {
            [y1, y2, m1, m2, s1, s2, s3, discretionary @ ..] if is_digits => {
                let mut track = Self {
                    pan,
                    expiry: [*y1, *y2, *m1, *m2].map(|digit| b'0' + digit),
                    service: ServiceCode([*s1, *s2, *s3]),
                    discretionary: [0; MAX],
                    discretionary_len: u8::try_from(discretionary.len()).unwrap_or(0),
                };
                let slots = track.discretionary.iter_mut();
                slots.zip(discretionary).for_each(|(slot, digit)| *slot = b'0' + digit);
                Ok(track)
            }
            _ => Err(fail(TrackFault::Digits)),
        }
    }

    /// The card number.
    #[must_use]
    pub const fn pan(&self) -> &Pan {
        &self.pan
    }

    /// The expiry date: the characters YYMM.
    #[must_use]
    pub const fn expiry(&self) -> [u8; 4] {
        self.expiry
    }

    /// The service code.
    #[must_use]
    pub const fn service_code(&self) -> ServiceCode {
        self.service
    }

    /// The characters of the discretionary data: PVV, CVV and what the issuer has besides.
    #[must_use]
    pub fn expose_discretionary(&self) -> &[u8] {
        self.discretionary.get(..usize::from(self.discretionary_len)).unwrap_or_default()
    }
}

impl Drop for Track2 {
    fn drop(&mut self) {
        self.discretionary.zeroize();
        self.expiry.zeroize();
    }
}

impl PartialEq for Track2 {
    fn eq(&self, other: &Self) -> bool {
        self.pan == other.pan
            && self.expiry == other.expiry
            && self.service == other.service
            && self.expose_discretionary() == other.expose_discretionary()
    }
}

impl Eq for Track2 {}

impl fmt::Debug for Track2 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pan, discretionary_len, .. } = self;
        write!(f, "Track2({pan:?}, {discretionary_len} digits of discretionary data)")
    }
}

/// A service code (ISO/IEC 7813): where a card is good, who authorizes, and what for.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ServiceCode([u8; 3]);

impl ServiceCode {
    /// A service code from its three digits.
    ///
    /// # Errors
    /// [`CryptoError::CardData`].
    pub fn new(digits: &str) -> Result<Self, CryptoError> {
        let digits: [u8; 3] = digits.as_bytes().try_into().map_err(|_| CryptoError::CardData)?;
        match digits.iter().all(u8::is_ascii_digit) {
            true => Ok(Self(digits.map(|digit| digit - b'0'))),
            false => Err(CryptoError::CardData),
        }
    }

    /// The characters of the digits: they are shown nowhere else.
    pub fn expose(self) -> impl Iterator<Item = char> + Clone {
        self.0.into_iter().map(|digit| char::from(b'0' + digit))
    }

    /// What the first digit says: where the card is good, and whether it has a chip that is to be used.
    #[must_use]
    pub const fn interchange(self) -> &'static str {
        match self.0 {
            [1, ..] => "international",
            [2, ..] => "international, with a chip to be used",
            [5, ..] => "national",
            [6, ..] => "national, with a chip to be used",
            [7, ..] => "private, by agreement only",
            [9, ..] => "test",
            _ => "reserved",
        }
    }

    /// What the second digit says: who authorizes.
    #[must_use]
    pub const fn authorization(self) -> &'static str {
        match self.0 {
            [_, 0, _] => "normal",
            [_, 2, _] => "by the issuer, online",
            [_, 4, _] => "by the issuer, online, unless agreed otherwise",
            _ => "reserved",
        }
    }

    /// What the third digit says: services, and whether a PIN is asked for.
    #[must_use]
    pub const fn services(self) -> &'static str {
        match self.0 {
            [.., 0] => "no restriction, PIN required",
            [.., 1] => "no restriction",
            [.., 2] => "goods and services, no cash",
            [.., 3] => "cash dispensers only, PIN required",
            [.., 4] => "cash only",
            [.., 5] => "goods and services, no cash, PIN required",
            [.., 6] => "no restriction, PIN where there is a PIN pad",
            [.., 7] => "goods and services, no cash, PIN where there is a PIN pad",
            _ => "reserved",
        }
    }
}

impl fmt::Debug for ServiceCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServiceCode(***)")
    }
}

/// Whether a card verification value that was received is the right one, in constant time.
///
/// # Errors
/// [`CryptoError::CardVerification`] when it is wrong; as [`card_verification_value`].
pub fn verify_card_verification_value(
    key: &Key,
    pan: &Pan,
    expiry: &str,
    service: ServiceCode,
    received: &str,
) -> Result<(), CryptoError> {
    let own = Zeroizing::new(card_verification_value(key, pan, expiry, service)?);
    match bool::from(own.as_slice().ct_eq(received.as_bytes())) {
        true => Ok(()),
        false => Err(CryptoError::CardVerification),
    }
}

/// A card verification value (CVV, CVC; with service code 000 CVV2, with 999 iCVV) for test data: three digits.
/// `expiry` is YYMM, or as the issuer orders it.
///
/// # Errors
/// [`CryptoError::KeyKind`] for a key that is no double-length TDES key, [`CryptoError::CardData`].
///
/// ```
/// use cardwire::crypto::{Family, Key, Pan, ServiceCode, card_verification_value};
///
/// let key = Key::from_hex(Family::Des, "0123456789ABCDEFFEDCBA9876543210")?;
/// let value = card_verification_value(&key, &Pan::new("4123456789012345")?, "8701", ServiceCode::new("101")?)?;
/// assert_eq!(&value, b"561");
/// # Ok::<(), cardwire::crypto::CryptoError>(())
/// ```
pub fn card_verification_value(
    key: &Key,
    pan: &Pan,
    expiry: &str,
    service: ServiceCode,
) -> Result<[u8; 3], CryptoError> {
    let [left, right] = [0, 1].map(|index| key.part(index).cipher());
    key.require_tdes2()?;
    if expiry.len() != 4 || !expiry.bytes().all(|octet| octet.is_ascii_digit()) {
        return Err(CryptoError::CardData);
    }
    let mut blocks = Zeroizing::new([0; 16]);
    let digits = pan.digits().iter().copied().chain(expiry.bytes().map(|digit| digit & 0xF)).chain(service.0);
    for (index, digit) in digits.enumerate() {
        let nibble = if index % 2 == 0 { digit << 4 } else { digit };
        blocks.iter_mut().skip(index / 2).take(1).for_each(|octet| *octet |= nibble);
    }
    let (block, second) = blocks.split_at_mut(8);
    left.encrypt(block);
    xor(block, second);
    left.encrypt(block);
    right.decrypt(block);
    left.encrypt(block);
    // decimal digits first, then the letters as 0 to 5
    let nibbles = || block.iter().flat_map(|octet| [octet >> 4, octet & 0xF]);
    let decimal = nibbles().filter(|nibble| *nibble < 10);
    let letters = nibbles().filter(|nibble| *nibble >= 10).map(|nibble| nibble - 10);
    let mut value = [b'0'; 3];
    value.iter_mut().zip(decimal.chain(letters)).for_each(|(slot, digit)| *slot += digit);
    Ok(value)
}
