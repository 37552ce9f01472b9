//! Card data. It lives in memory for the one step that needs it: nothing here can be printed or
//! stored by accident, because `Debug` and `Display` show first six and last four only, and no
//! record has a field for more.

use std::fmt;

/// A primary account number (DE2).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pan(String);

impl Pan {
    /// A number of 12 to 19 digits. Whether the check digit is right is the issuer's question, see
    /// [`Pan::checks`].
    pub fn new(digits: &str) -> Option<Self> {
        let plausible = (12..=19).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        plausible.then(|| Self(digits.to_owned()))
    }

    /// The whole number, for the wire and for the issuer's card table. Never for a record, a log or
    /// a report.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Does the check digit agree (Luhn)?
    pub fn checks(&self) -> bool {
        let sum: u32 = self.0.bytes().rev().zip(0_u32..).map(|(digit, place)| weight(digit, place)).sum();
        sum.is_multiple_of(10)
    }

    /// First six and last four: all that a slip, a journal or a report may show.
    pub fn masked(&self) -> String {
        let hidden = self.0.len().saturating_sub(10);
        let head = self.0.get(..6).unwrap_or_default();
        let tail = self.0.get(self.0.len().saturating_sub(4)..).unwrap_or_default();
        format!("{head}{}{tail}", "*".repeat(hidden))
    }
}

impl fmt::Debug for Pan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

fn weight(digit: u8, place: u32) -> u32 {
    let value = u32::from(digit.saturating_sub(b'0')) * (1 + place % 2);
    value / 10 + value % 10
}

/// A PIN block (DE52) in ISO 9564 format 0 layout, **in the clear**: a stand-in for test cards. A
/// real terminal encrypts it under the PIN key of the sign-on; this demonstration holds no keys and
/// must never be given a real PIN.
#[derive(Clone, PartialEq, Eq)]
pub struct PinBlock([u8; 8]);

impl PinBlock {
    /// The test block of a PIN of 4 to 12 digits for this card.
    pub fn clear_test(pin: &str, pan: &Pan) -> Option<Self> {
        let valid = (4..=12).contains(&pin.len()) && pin.bytes().all(|b| b.is_ascii_digit());
        let padded = format!("0{:X}{pin:F<14}", pin.len());
        let digits = pan.expose();
        let account = digits.get(digits.len().checked_sub(13)?..digits.len() - 1)?;
        let (left, right) = (u64::from_str_radix(&padded, 16).ok()?, u64::from_str_radix(account, 16).ok()?);
        valid.then(|| Self((left ^ right).to_be_bytes()))
    }

    /// A block as it came from the wire.
    pub fn from_wire(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The bytes for the wire. Never for a record, a log or a report.
    pub const fn expose(&self) -> &[u8; 8] {
        &self.0
    }
}

impl fmt::Debug for PinBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PIN block")
    }
}

/// What the terminal reads from a card and its holder.
#[derive(Clone, Debug)]
pub struct Card {
    /// The number on the card.
    pub pan: Pan,
    /// The expiry date on the card, YYMM (DE14).
    pub expiry: String,
    /// What the holder typed.
    pub pin: PinBlock,
}

impl Card {
    /// A test card with the PIN its holder types. `None` when number or PIN are not even digits of
    /// the right count.
    pub fn test(digits: &str, expiry: &str, pin: &str) -> Option<Self> {
        let pan = Pan::new(digits)?;
        let pin = PinBlock::clear_test(pin, &pan)?;
        Some(Self { pan, expiry: expiry.to_owned(), pin })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn luhn_and_mask() {
        let pan = Pan::new("4111111111111111").unwrap();
        assert!(pan.checks());
        assert!(!Pan::new("4111111111111112").unwrap().checks());
        assert_eq!(format!("{pan:?}"), "411111******1111");
        assert!(Pan::new("4111").is_none());
    }

    #[test]
    fn pin_block_is_format_0_and_never_shown() {
        let pan = Pan::new("4111111111111111").unwrap();
        let block = PinBlock::clear_test("1234", &pan).unwrap();
        assert_eq!(block.expose(), &[0x04, 0x12, 0x25, 0xEE, 0xEE, 0xEE, 0xEE, 0xEE]);
        assert_eq!(format!("{block:?}"), "PIN block");
    }
}
