//! PINs and PIN blocks of ISO 9564-1, formats 0 to 4: encoded, decoded, translated.

use core::fmt;

use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

use super::cipher::{copy, xor};
use super::error::{CryptoError, PinFault};
use super::key::Key;
use super::kind::Family;
use super::pan::Pan;

/// A PIN of four to twelve digits. Wiped when it is dropped, shows in no `Debug`, compares in constant time.
#[derive(Clone)]
pub struct Pin {
    digits: [u8; MAX],
    len: u8,
}

const MIN: usize = 4;
const MAX: usize = 12;

impl Pin {
    /// A PIN from its digits.
    ///
    /// # Errors
    /// [`CryptoError::PinLength`], [`CryptoError::Digit`].
    pub fn new(digits: &str) -> Result<Self, CryptoError> {
        let found = digits.len();
        let len = u8::try_from(found).ok().filter(|_| (MIN..=MAX).contains(&found));
        let mut pin = Self { digits: [0; MAX], len: len.ok_or(CryptoError::PinLength(found))? };
        for (index, (slot, digit)) in pin.digits.iter_mut().zip(digits.bytes()).enumerate() {
            *slot = digit.wrapping_sub(b'0');
            if *slot > 9 {
                return Err(CryptoError::Digit(index));
            }
        }
        Ok(pin)
    }

    /// How many digits.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "no PIN is empty")]
    pub fn len(&self) -> usize {
        usize::from(self.len)
    }

    /// The characters of the digits: the one word that opens a PIN.
    pub fn expose(&self) -> impl Iterator<Item = char> + Clone + use<'_> {
        self.digits().iter().map(|digit| char::from(b'0' + digit))
    }

    fn digits(&self) -> &[u8] {
        self.digits.get(..self.len()).unwrap_or_default()
    }
}

impl Drop for Pin {
    fn drop(&mut self) {
        self.digits.zeroize();
    }
}

/// In constant time, the length included.
impl PartialEq for Pin {
    fn eq(&self, other: &Self) -> bool {
        bool::from(self.digits.ct_eq(&other.digits) & self.len.ct_eq(&other.len))
    }
}

impl Eq for Pin {}

/// Not even its length.
impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(****)")
    }
}

/// A format of PIN blocks.
///
/// | format | cipher | bound to the card number | fill | used |
/// | --- | --- | --- | --- | --- |
/// | 0 | TDES | yes | `F` | online |
/// | 1 | TDES | no | random | where the card number is not at hand; a key for each transaction |
/// | 2 | none | no | `F` | to the chip, never online |
/// | 3 | TDES | yes | random | online |
/// | 4 | AES | yes | random | online |
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "the table above")]
pub enum PinFormat {
    Iso0,
    Iso1,
    Iso2,
    Iso3,
    Iso4,
}

impl PinFormat {
    /// The format with a number, 0 to 4.
    #[must_use]
    pub const fn of(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::Iso0),
            1 => Some(Self::Iso1),
            2 => Some(Self::Iso2),
            3 => Some(Self::Iso3),
            4 => Some(Self::Iso4),
            _ => None,
        }
    }

    /// Its number, which is the first half octet of the block.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Iso0 => 0,
            Self::Iso1 => 1,
            Self::Iso2 => 2,
            Self::Iso3 => 3,
            Self::Iso4 => 4,
        }
    }

    /// Octets of a block.
    #[must_use]
    pub const fn block_len(self) -> usize {
        if matches!(self, Self::Iso4) { 16 } else { 8 }
    }

    const fn is_bound(self) -> bool {
        matches!(self, Self::Iso0 | Self::Iso3 | Self::Iso4)
    }
}

/// What a PIN block is bound to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bound<'p> {
    /// The card number: formats 0, 3 and 4. Formats 1 and 2 do not look at it.
    To(&'p Pan),
    /// Nothing: formats 1 and 2, and format 0 of UnionPay where DE 53 begins with 1, whose second field is zero.
    ToNothing,
}

/// A PIN block: eight octets, 16 of format 4. What is in it, clear or enciphered, shows in no `Debug`.
#[derive(Clone)]
pub struct PinBlock {
    octets: [u8; 16],
    len: u8,
}

impl PinBlock {
    /// A block that was made elsewhere: by an HSM.
    ///
    /// # Errors
    /// [`CryptoError::PinBlock`] unless it has eight or sixteen octets.
    pub fn new(octets: &[u8]) -> Result<Self, CryptoError> {
        let format = match octets.len() {
            8 => PinFormat::Iso0,
            16 => PinFormat::Iso4,
            found => return Err(CryptoError::PinBlock(PinFault::Size(found))),
        };
        let mut block = [0; 16];
        copy(&mut block, octets);
        Ok(Self::of(&block, format))
    }

    /// Its octets, for DE 52.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.octets.get(..usize::from(self.len)).unwrap_or_default()
    }

    fn of(octets: &[u8; 16], format: PinFormat) -> Self {
        Self { octets: *octets, len: u8::try_from(format.block_len()).unwrap_or(0) }
    }
}

impl Drop for PinBlock {
    fn drop(&mut self) {
        self.octets.zeroize();
    }
}

impl fmt::Debug for PinBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PinBlock({} bytes)", self.len)
    }
}

/// Random octets for the fill of formats 1, 3 and 4: new ones for each block, from a source fit for keys. They
/// come from the caller, since a `no_std` library has none. Formats 0 and 2 do not look at them.
pub type Random = [u8; 10];

/// The clear block of formats 0 to 3. Format 4 has none: use [`encrypt`].
///
/// # Errors
/// [`CryptoError::PanLength`] for fewer than 13 digits, [`CryptoError::NoPan`], [`CryptoError::PinForm`] for
/// format 4.
///
/// ```
/// use cardwire::crypto::{Bound, Pan, Pin, PinFormat, pin};
///
/// let (pin, pan) = (Pin::new("1234")?, Pan::new("4111111111111111")?);
/// let block = pin::clear_block(PinFormat::Iso0, &pin, Bound::To(&pan), &[0; 10])?;
/// assert_eq!(block.as_bytes(), [0x04, 0x12, 0x25, 0xEE, 0xEE, 0xEE, 0xEE, 0xEE]);
/// assert_eq!(pin::decode_clear(PinFormat::Iso0, block.as_bytes(), Bound::To(&pan))?, pin);
/// # Ok::<(), cardwire::crypto::CryptoError>(())
/// ```
pub fn clear_block(
    format: PinFormat,
    pin: &Pin,
    bound: Bound<'_>,
    random: &Random,
) -> Result<PinBlock, CryptoError> {
    if format == PinFormat::Iso4 {
        return Err(CryptoError::PinForm(4));
    }
    let mut field = pin_field(format, pin, random);
    xor(field.as_mut(), account_field(format, bound)?.as_ref());
    Ok(PinBlock::of(&field, format))
}

/// The PIN in a clear block of formats 0 to 3.
///
/// # Errors
/// [`CryptoError::PinBlock`] says what is wrong; whoever sent the block must not hear it. As [`clear_block`].
pub fn decode_clear(format: PinFormat, block: &[u8], bound: Bound<'_>) -> Result<Pin, CryptoError> {
    if format == PinFormat::Iso4 {
        return Err(CryptoError::PinForm(4));
    }
    if block.len() != format.block_len() {
        return Err(CryptoError::PinBlock(PinFault::Size(block.len())));
    }
    let mut field = account_field(format, bound)?;
    xor(field.as_mut(), block);
    decode_field(format, &field)
}

/// A PIN block enciphered: TDES for formats 0, 1 and 3, AES for format 4.
///
/// # Errors
/// As [`clear_block`]; [`CryptoError::KeyKind`] for a key of the other family;
/// [`CryptoError::PinForm`] for format 2, which is never enciphered for a network.
pub fn encrypt(
    key: &Key,
    format: PinFormat,
    pin: &Pin,
    bound: Bound<'_>,
    random: &Random,
) -> Result<PinBlock, CryptoError> {
    let cipher = require_key(key, format)?.cipher();
    let account = account_field(format, bound)?;
    let mut field = pin_field(format, pin, random);
    if format == PinFormat::Iso4 {
        cipher.encrypt(field.as_mut());
        xor(field.as_mut(), account.as_ref());
        cipher.encrypt(field.as_mut());
    } else {
        xor(field.as_mut(), account.as_ref());
        cipher.encrypt(field.get_mut(..8).unwrap_or_default());
    }
    Ok(PinBlock::of(&field, format))
}

/// The PIN of an enciphered block.
///
/// A wrong key or card number mostly shows as [`CryptoError::PinBlock`]; not always, since nothing
/// authenticates the block.
///
/// # Errors
/// As [`decode_clear`] and [`encrypt`].
pub fn decrypt(key: &Key, format: PinFormat, block: &[u8], bound: Bound<'_>) -> Result<Pin, CryptoError> {
    let cipher = require_key(key, format)?.cipher();
    let account = account_field(format, bound)?;
    if block.len() != format.block_len() {
        return Err(CryptoError::PinBlock(PinFault::Size(block.len())));
    }
    let mut field = Zeroizing::new([0; 16]);
    copy(field.as_mut(), block);
    if format == PinFormat::Iso4 {
        cipher.decrypt(field.as_mut());
        xor(field.as_mut(), account.as_ref());
        cipher.decrypt(field.as_mut());
    } else {
        cipher.decrypt(field.get_mut(..8).unwrap_or_default());
        xor(field.as_mut(), account.as_ref());
    }
    decode_field(format, &field)
}

/// One side of a translation: a key, a format, and what the block is bound to.
///
/// `K` is [`Key`], or how an HSM names its keys.
#[derive(Debug)]
pub struct PinSide<'a, K: ?Sized = Key> {
    /// The key of this side.
    pub key: &'a K,
    /// The format of this side.
    pub format: PinFormat,
    /// The card number of this side.
    pub bound: Bound<'a>,
}

impl<K: ?Sized> Clone for PinSide<'_, K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K: ?Sized> Copy for PinSide<'_, K> {}

/// A block that was translated, and whether its new key is weaker than the old one, which ISO 9564-1 does not
/// want: such as from AES to TDES.
#[derive(Clone, Debug)]
pub struct Translated {
    /// The block under the new key.
    pub block: PinBlock,
    /// The protection became weaker.
    pub is_weaker: bool,
}

/// A block under another key, and in another format where that is permitted (PCI PIN requirement 3-3):
///
/// | from \ to | 0, 3, 4 | 1 | 2 |
/// | --- | --- | --- | --- |
/// | 0, 3, 4 | the same card number only | no | no |
/// | 1 | yes | yes | no |
/// | 2 | no | no | no |
///
/// What an HSM may do besides in a sensitive state (another card number, to a chip) it does not do.
///
/// # Errors
/// [`CryptoError::Translation`], [`CryptoError::AnotherPan`]; as [`decrypt`] and [`encrypt`].
pub fn translate(
    from: PinSide<'_>,
    to: PinSide<'_>,
    block: &[u8],
    random: &Random,
) -> Result<Translated, CryptoError> {
    let is_permitted = match (from.format, to.format) {
        (PinFormat::Iso2, _) | (_, PinFormat::Iso2) => false,
        (PinFormat::Iso1, _) => true,
        (_, other) => other.is_bound(),
    };
    if !is_permitted {
        return Err(CryptoError::Translation { from: from.format.number(), to: to.format.number() });
    }
    if from.format.is_bound() && from.bound != to.bound {
        return Err(CryptoError::AnotherPan);
    }
    let pin = decrypt(from.key, from.format, block, from.bound)?;
    let block = encrypt(to.key, to.format, &pin, to.bound, random)?;
    let is_weaker = to.key.kind().strength_bits() < from.key.kind().strength_bits();
    Ok(Translated { block, is_weaker })
}

/// The key, if its cipher is that of the format.
fn require_key(key: &Key, format: PinFormat) -> Result<&Key, CryptoError> {
    match (format, key.kind().family()) {
        (PinFormat::Iso2, _) => Err(CryptoError::PinForm(2)),
        (PinFormat::Iso4, Family::Aes) => Ok(key),
        (PinFormat::Iso4, Family::Des) => key.require_aes(),
        (_, Family::Des) => Ok(key),
        (_, Family::Aes) => Err(CryptoError::KeyKind { wanted: "a DES or TDES key", found: key.kind() }),
    }
}

/// Half octets, two an octet, the first one high.
fn packed(nibbles: &[u8; 32]) -> Zeroizing<[u8; 16]> {
    let mut octets = Zeroizing::new([0; 16]);
    for (octet, pair) in octets.iter_mut().zip(nibbles.as_chunks::<2>().0) {
        let [high, low] = pair;
        *octet = high << 4 | low;
    }
    octets
}

/// The inverse of [`packed`].
fn unpacked(octets: &[u8; 16]) -> Zeroizing<[u8; 32]> {
    let mut nibbles = Zeroizing::new([0; 32]);
    for (pair, octet) in nibbles.as_chunks_mut::<2>().0.iter_mut().zip(octets) {
        *pair = [octet >> 4, octet & 0xF];
    }
    nibbles
}

/// Format, length, PIN and fill; of format 4 eight random octets after.
fn pin_field(format: PinFormat, pin: &Pin, random: &Random) -> Zeroizing<[u8; 16]> {
    let mut nibbles = Zeroizing::new([0; 32]);
    let fill = |index: usize| {
        let random = random.get(index).copied().unwrap_or(0);
        match format {
            PinFormat::Iso0 | PinFormat::Iso2 => 0xF,
            PinFormat::Iso1 => random & 0xF,
            // the six letters, of 256 values of an octet
            PinFormat::Iso3 => 0xA + random % 6,
            PinFormat::Iso4 => 0xA,
        }
    };
    let head = [format.number(), pin.len].into_iter().chain(pin.digits().iter().copied());
    let after = 14 - pin.len();
    let field = head.chain((0..after).map(fill));
    let tail = random.iter().take(8).flat_map(|octet| [octet >> 4, octet & 0xF]);
    let tail = tail.filter(|_| format == PinFormat::Iso4);
    nibbles.iter_mut().zip(field.chain(tail)).for_each(|(nibble, value)| *nibble = value);
    packed(&nibbles)
}

/// What is XORed with the PIN field: zeros where a format has none.
fn account_field(format: PinFormat, bound: Bound<'_>) -> Result<Zeroizing<[u8; 16]>, CryptoError> {
    let mut nibbles = Zeroizing::new([0; 32]);
    let pan = match (format, bound) {
        (PinFormat::Iso1 | PinFormat::Iso2, _) | (PinFormat::Iso0, Bound::ToNothing) => {
            return Ok(packed(&nibbles));
        }
        (_, Bound::ToNothing) => return Err(CryptoError::NoPan(format.number())),
        (_, Bound::To(pan)) => pan,
    };
    let (digits, len) = (pan.digits(), pan.len());
    let start = if format == PinFormat::Iso4 {
        if let (Some(first), Ok(beyond)) = (nibbles.first_mut(), u8::try_from(len.saturating_sub(12))) {
            *first = beyond;
        }
        // fewer than twelve digits are right-aligned in twelve
        1 + 12_usize.saturating_sub(len)
    } else if len < 13 {
        return Err(CryptoError::PanLength { min: 13, found: len });
    } else {
        4
    };
    let digits = match format {
        PinFormat::Iso4 => digits,
        // twelve, without the check digit
        _ => digits.get(len - 13..len - 1).unwrap_or_default(),
    };
    nibbles.iter_mut().skip(start).zip(digits).for_each(|(nibble, digit)| *nibble = *digit);
    Ok(packed(&nibbles))
}

/// The PIN of a PIN field, every half octet of which is checked.
fn decode_field(format: PinFormat, field: &[u8; 16]) -> Result<Pin, CryptoError> {
    let nibbles = unpacked(field);
    let fail = |fault| Err(CryptoError::PinBlock(fault));
    let (Some([number, len]), Some(rest)) = (nibbles.first_chunk(), nibbles.get(2..16)) else {
        return fail(PinFault::Format);
    };
    if *number != format.number() {
        return fail(PinFault::Format);
    }
    let count = usize::from(*len);
    let Some((digits, fill)) = rest.split_at_checked(count).filter(|_| (MIN..=MAX).contains(&count)) else {
        return fail(PinFault::Length);
    };
    if digits.iter().any(|digit| *digit > 9) {
        return fail(PinFault::Digit);
    }
    let is_fill = |nibble: &u8| match format {
        PinFormat::Iso0 | PinFormat::Iso2 => *nibble == 0xF,
        PinFormat::Iso1 => true,
        PinFormat::Iso3 => *nibble >= 0xA,
        PinFormat::Iso4 => *nibble == 0xA,
    };
    if !fill.iter().all(is_fill) {
        return fail(PinFault::Fill);
    }
    let mut pin = Pin { digits: [0; MAX], len: *len };
    copy(&mut pin.digits, digits);
    Ok(pin)
}
