//! Point of service entry: DE 22.
//!
//! The 1987 edition has three digits (n3): how the card number was entered (2) and the PIN entry
//! capability (1). The 1993 edition has twelve characters (an12), one statement each. Facts from
//! public code lists. The bit maps of the 2003 edition are not covered.

use super::table::{Meaning, find, iso, network, unionpay};

open_code! {
    /// A point of service entry mode, DE 22 of the 1987 edition (n3).
    ///
    /// ```
    /// use cardwire::codes::{EntryMode, PanEntry, PinCapability};
    ///
    /// let mode = EntryMode::new("051").unwrap();
    /// assert_eq!((mode.pan_entry(), mode.pin()), (PanEntry::CHIP, PinCapability::CAPABLE));
    /// assert_eq!(EntryMode::of(PanEntry::CHIP, PinCapability::CAPABLE), mode);
    /// ```
    EntryMode, 3, digits
}

open_code! {
    /// How the card number was entered, positions 1-2 of the 1987 DE 22.
    PanEntry, 2, digits
}

open_code! {
    /// PIN entry capability, position 3 of the 1987 DE 22.
    ///
    /// UnionPay terminals state instead whether the message holds a PIN: 1 with, 2 without.
    PinCapability, 1, digits
}

open_code! {
    /// A point of service data code, DE 22 of the 1993 edition (an12).
    ///
    /// ```
    /// use cardwire::codes::PosData;
    ///
    /// let data = PosData::new("510101511344").unwrap();
    /// assert_eq!(PosData::title(7), Some("card data input mode"));
    /// assert_eq!(data.get(7), Some('5'));
    /// assert_eq!(data.meaning(7).unwrap().text, "chip");
    /// ```
    PosData, 12, alphanumeric
}

impl EntryMode {
    /// Joins the two parts.
    #[must_use]
    pub const fn of(pan: PanEntry, pin: PinCapability) -> Self {
        let ([a, b], [c]) = (pan.0, pin.0);
        Self([a, b, c])
    }

    /// How the card number was entered.
    #[must_use]
    pub const fn pan_entry(self) -> PanEntry {
        let [first, second, _] = self.0;
        PanEntry([first, second])
    }

    /// The PIN entry capability.
    #[must_use]
    pub const fn pin(self) -> PinCapability {
        let [.., last] = self.0;
        PinCapability([last])
    }
}

impl PanEntry {
    /// Not known.
    pub const UNKNOWN: Self = Self(*b"00");
    /// Typed in.
    pub const MANUAL: Self = Self(*b"01");
    /// Magnetic stripe.
    pub const MAGNETIC_STRIPE: Self = Self(*b"02");
    /// Bar code or QR code.
    pub const BAR_CODE: Self = Self(*b"03");
    /// Contact chip.
    pub const CHIP: Self = Self(*b"05");
    /// Contactless chip.
    pub const CONTACTLESS_CHIP: Self = Self(*b"07");
    /// Electronic commerce with a cryptogram.
    pub const REMOTE_CRYPTOGRAM: Self = Self(*b"09");
    /// Card on file.
    pub const CREDENTIAL_ON_FILE: Self = Self(*b"10");
    /// The chip failed, magnetic stripe used.
    pub const FALLBACK: Self = Self(*b"80");
    /// Electronic commerce (Mastercard).
    pub const ELECTRONIC_COMMERCE: Self = Self(*b"81");
    /// Magnetic stripe, full track.
    pub const FULL_TRACK: Self = Self(*b"90");
    /// Contactless magnetic stripe.
    pub const CONTACTLESS_STRIPE: Self = Self(*b"91");
    /// Chip, data may be unreliable.
    pub const CHIP_UNRELIABLE: Self = Self(*b"95");

    /// What the code means, when it is known.
    #[must_use]
    pub fn meaning(self) -> Option<&'static Meaning> {
        find(PAN_ENTRY, self.as_str())
    }
}

impl PinCapability {
    /// Not known.
    pub const UNKNOWN: Self = Self(*b"0");
    /// The terminal can take a PIN.
    pub const CAPABLE: Self = Self(*b"1");
    /// The terminal cannot take a PIN.
    pub const NOT_CAPABLE: Self = Self(*b"2");

    /// What the code means, when it is known.
    #[must_use]
    pub fn meaning(self) -> Option<&'static Meaning> {
        find(PIN, self.as_str())
    }
}

impl PosData {
    /// The character at a position, counted from 1 to 12.
    #[must_use]
    pub fn get(self, position: usize) -> Option<char> {
        self.0.get(position.checked_sub(1)?).copied().map(char::from)
    }

    /// What the character at a position (1 to 12) means, when it is known.
    #[must_use]
    pub fn meaning(self, position: usize) -> Option<&'static Meaning> {
        let index = position.checked_sub(1)?;
        let (_, table) = POSITIONS.get(index)?;
        find(table, self.as_str().get(index..position)?)
    }

    /// What a position (1 to 12) is about.
    #[must_use]
    pub fn title(position: usize) -> Option<&'static str> {
        POSITIONS.get(position.checked_sub(1)?).map(|(title, _)| *title)
    }
}

static PAN_ENTRY: &[Meaning] = &[
    iso("00", "unknown"),
    iso("01", "manual key entry"),
    iso("02", "magnetic stripe"),
    iso("03", "bar code or QR code"),
    iso("04", "optical character reader"),
    iso("05", "contact chip, data reliable"),
    network("06", "key entry (Mastercard debit), track 1 (others)"),
    network("07", "contactless chip"),
    network("09", "electronic commerce with remote cryptogram"),
    network("10", "credential on file"),
    network("51", "chip fallback"),
    network("71", "chip fallback"),
    network("79", "chip and stripe failed, manual entry"),
    network("80", "chip failed, magnetic stripe used"),
    network("81", "electronic commerce, manual entry"),
    network("82", "server of issuer or acquirer"),
    network("90", "magnetic stripe, full track"),
    network("91", "contactless magnetic stripe"),
    unionpay("92", "mobile reservation payment").zh("预约消费"),
    unionpay("93", "merchant-presented QR code with chip data"),
    unionpay("94", "merchant-presented code without chip data"),
    iso("95", "chip, data may be unreliable"),
    unionpay("96", "mobile phone chip payment").zh("手机芯片"),
    unionpay("98", "contactless chip, standard application"),
];

static PIN: &[Meaning] = &[
    iso("0", "unknown"),
    iso("1", "can take a PIN (UnionPay: PIN in the message)"),
    iso("2", "cannot take a PIN (UnionPay: no PIN in the message)"),
    network("8", "PIN pad out of service"),
    network("9", "PIN verified by the terminal"),
];

static POSITIONS: [(&str, &[Meaning]); 12] = [
    ("card data input capability", INPUT_CAPABILITY),
    ("cardholder authentication capability", AUTHENTICATION_CAPABILITY),
    ("card capture capability", CAPTURE),
    ("operating environment", ENVIRONMENT),
    ("cardholder presence", CARDHOLDER),
    ("card presence", CARD),
    ("card data input mode", INPUT_MODE),
    ("cardholder authentication method", AUTHENTICATION_METHOD),
    ("cardholder authentication entity", AUTHENTICATION_ENTITY),
    ("card data output capability", CARD_OUTPUT),
    ("terminal output capability", TERMINAL_OUTPUT),
    ("PIN capture capability", PIN_CAPTURE),
];

static INPUT_CAPABILITY: &[Meaning] = &[
    iso("0", "unknown"),
    iso("1", "manual, no terminal"),
    iso("2", "magnetic stripe"),
    iso("3", "bar code"),
    iso("4", "optical characters"),
    iso("5", "chip"),
    iso("6", "key entry"),
    network("A", "contactless stripe, by network"),
    network("B", "stripe and key entry, by network"),
    network("M", "contactless chip, by network"),
    network("S", "special, by network"),
];

static AUTHENTICATION_CAPABILITY: &[Meaning] = &[
    iso("0", "none"),
    iso("1", "PIN"),
    iso("2", "electronic signature analysis"),
    iso("3", "biometrics"),
    iso("4", "biographic"),
    iso("5", "out of order"),
    iso("6", "other"),
];

static CAPTURE: &[Meaning] = &[iso("0", "none"), iso("1", "can keep the card")];

static ENVIRONMENT: &[Meaning] = &[
    iso("0", "no terminal"),
    iso("1", "at the acceptor, attended"),
    iso("2", "at the acceptor, unattended"),
    iso("3", "away from the acceptor, attended"),
    iso("4", "away from the acceptor, unattended"),
    iso("5", "at the cardholder, unattended"),
];

static CARDHOLDER: &[Meaning] = &[
    iso("0", "present"),
    iso("1", "not present"),
    iso("2", "not present, mail order"),
    iso("3", "not present, telephone"),
    iso("4", "not present, standing authorization"),
    iso("5", "not present, electronic commerce"),
];

static CARD: &[Meaning] = &[iso("0", "not present"), iso("1", "present")];

static INPUT_MODE: &[Meaning] = &[
    iso("0", "unspecified"),
    iso("1", "manual, no terminal"),
    iso("2", "magnetic stripe"),
    iso("3", "bar code"),
    iso("4", "optical characters"),
    iso("5", "chip"),
    iso("6", "key entered"),
    network("7", "contactless chip"),
    network("S", "electronic commerce"),
];

static AUTHENTICATION_METHOD: &[Meaning] = &[
    iso("0", "not authenticated"),
    iso("1", "PIN"),
    iso("2", "electronic signature analysis"),
    iso("3", "biometrics"),
    iso("4", "biographic"),
    iso("5", "signature compared by hand"),
    iso("6", "other manual check"),
];

static AUTHENTICATION_ENTITY: &[Meaning] = &[
    iso("0", "not authenticated"),
    iso("1", "chip"),
    iso("2", "acceptance device"),
    iso("3", "authorizing agent"),
    iso("4", "merchant"),
    iso("5", "other"),
];

static CARD_OUTPUT: &[Meaning] =
    &[iso("0", "unknown"), iso("1", "none"), iso("2", "magnetic stripe write"), iso("3", "chip")];

static TERMINAL_OUTPUT: &[Meaning] = &[
    iso("0", "unknown"),
    iso("1", "none"),
    iso("2", "printing"),
    iso("3", "display"),
    iso("4", "printing and display"),
];

static PIN_CAPTURE: &[Meaning] = &[
    iso("0", "no PIN capture"),
    iso("1", "unknown"),
    iso("4", "PIN of up to 4 digits"),
    iso("5", "PIN of up to 5 digits"),
    iso("6", "PIN of up to 6 digits"),
    iso("7", "PIN of up to 7 digits"),
    iso("8", "PIN of up to 8 digits"),
    iso("9", "PIN of up to 9 digits"),
    iso("A", "PIN of up to 10 digits"),
    iso("B", "PIN of up to 11 digits"),
    iso("C", "PIN of up to 12 digits"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::table::assert_sorted;

    #[test]
    fn tables_are_sorted() {
        assert_sorted(PAN_ENTRY, 2);
        assert_sorted(PIN, 1);
        for (_, table) in POSITIONS {
            assert_sorted(table, 1);
        }
    }

    #[test]
    fn positions_count_from_one() {
        let data = PosData::new("21000000000C").unwrap();
        assert_eq!(
            (data.get(0), data.get(1), data.get(12), data.get(13)),
            (None, Some('2'), Some('C'), None)
        );
        assert_eq!(data.meaning(12).map(|row| row.text), Some("PIN of up to 12 digits"));
        assert_eq!((data.meaning(0), data.meaning(13)), (None, None));
        assert_eq!((PosData::title(0), PosData::title(13)), (None, None));
    }
}
