//! Amounts: digits to minor units, without floating point.

use std::fmt;
use std::sync::LazyLock;

use cardwire::codes::currency;
use cardwire::mask;
use hashbrown::HashMap;

use crate::record::Currency;

/// How a source writes amounts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Notation {
    /// Integers in minor units: `12300` is 123.00.
    Minor,
    /// Units of the currency with decimals behind a point: `123.00`.
    Point,
    /// The same behind a comma: `123,00`.
    Comma,
}

/// Why a text is no amount. It repeats nothing of the text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Wrong {
    NoNumber,
    /// Minor units have no decimals.
    Decimals,
    /// More decimals than the currency has.
    TooFine(u8),
    TooLarge,
    /// Digits that are a card number.
    Card,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoNumber => f.write_str("is not an amount"),
            Self::Decimals => f.write_str(
                "has decimals, but holds minor units (12300 for 123.00): call the column `amount_decimal`, or say \
                 `decimal = \".\"` in the column map",
            ),
            Self::TooFine(0) => f.write_str("has decimals, and its currency has none"),
            Self::TooFine(exponent) => write!(f, "has more decimals than the {exponent} of its currency"),
            Self::Card => f.write_str("looks like a card number"),
            Self::TooLarge => f.write_str("has more than 18 digits"),
        }
    }
}

impl Notation {
    /// An amount in minor units of a currency with so many decimals. Blanks and marks between thousands are passed
    /// over; a minus may stand on either side, and brackets are one.
    pub(super) fn minor(self, text: &str, exponent: u8) -> Result<i64, Wrong> {
        let text: String = text.chars().map(narrow).filter(|found| !found.is_whitespace()).collect();
        let (text, is_bracketed) = match text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
            Some(inner) => (inner, true),
            None => (text.as_str(), false),
        };
        let (text, is_minus) = match text.strip_prefix('-').or_else(|| text.strip_suffix('-')) {
            Some(rest) => (rest, true),
            None => (text.strip_prefix('+').unwrap_or(text), false),
        };
        let (whole, decimals) = self.parted(text)?;
        let exponent = usize::from(exponent);
        let (kept, beyond) = decimals.split_at_checked(exponent).unwrap_or((decimals, ""));
        if beyond.bytes().any(|digit| digit != b'0') {
            return Err(Wrong::TooFine(u8::try_from(exponent).unwrap_or(u8::MAX)));
        }
        let digits = format!("{whole}{kept:0<exponent$}");
        let digits = if self == Self::Minor { whole.as_str() } else { &digits };
        let significant = digits.trim_start_matches('0');
        if whole.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(Wrong::NoNumber);
        }
        if significant.len() > 18 {
            return Err(Wrong::TooLarge);
        }
        if significant.len() > 12 && mask::hidden(significant.as_bytes()).contains(&true) {
            return Err(Wrong::Card);
        }
        let value: i64 =
            if significant.is_empty() { 0 } else { significant.parse().map_err(|_| Wrong::TooLarge)? };
        Ok(if is_bracketed || is_minus { -value } else { value })
    }

    /// The digits before the decimal mark, and those behind it.
    fn parted(self, text: &str) -> Result<(String, &str), Wrong> {
        let (mark, thousands): (_, &[char]) = match self {
            Self::Minor if text.contains(['.', ',']) => return Err(Wrong::Decimals),
            Self::Minor | Self::Point => ('.', &[',', '\'', '’']),
            Self::Comma => (',', &['.', '\'', '’']),
        };
        let (whole, decimals) = text.split_once(mark).unwrap_or((text, ""));
        if !decimals.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(Wrong::NoNumber);
        }
        let mut groups = whole.split(thousands);
        let first = groups.next().unwrap_or_default();
        let mut digits = first.to_owned();
        for group in groups {
            // a mark that parts no thousands is the decimal mark of another notation
            if group.len() != 3 || first.is_empty() || first.len() > 3 {
                return Err(Wrong::NoNumber);
            }
            digits.push_str(group);
        }
        if digits.is_empty() && !decimals.is_empty() {
            digits.push('0');
        }
        Ok((digits, decimals))
    }
}

/// A full-width digit or mark as the narrow one.
fn narrow(found: char) -> char {
    match found {
        '\u{FF01}'..='\u{FF5E}' => {
            u32::from(found).checked_sub(0xFEE0).and_then(char::from_u32).unwrap_or(found)
        }
        '−' => '-',
        other => other,
    }
}

/// Each current currency by letters and by digits, and how many decimals it has: looked up for every amount.
static KNOWN: LazyLock<HashMap<Currency, (Currency, u8)>> = LazyLock::new(|| {
    let rows = currency::all().iter().filter_map(|row| {
        let (letters, digits) = (Currency::new(row.alpha)?, Currency::new(&format!("{:03}", row.numeric))?);
        let known = (letters, row.exponent.unwrap_or(DECIMALS));
        Some([(letters, known), (digits, known)])
    });
    rows.flatten().collect()
});

/// The decimals of a currency that nobody knows.
const DECIMALS: u8 = 2;

/// The currency of a text, three letters or three digits, as letters where they are known.
pub(super) fn currency(text: &str) -> Option<Currency> {
    let text = text.trim();
    let found = match text.len() {
        // spreadsheets take the zeros away: 36 is 036
        1 | 2 if text.bytes().all(|digit| digit.is_ascii_digit()) => Currency::new(&format!("{text:0>3}")),
        _ => Currency::new(text).or_else(|| Currency::new(&text.to_ascii_uppercase())),
    }?;
    if found.as_str() == "RMB" {
        return Currency::new("CNY");
    }
    Some(KNOWN.get(&found).map_or(found, |(letters, _)| *letters))
}

/// How many decimals a currency has; two where nobody knows it.
pub(super) fn exponent(currency: Option<Currency>) -> u8 {
    let Some(currency) = currency else { return DECIMALS };
    let current = KNOWN.get(&currency).map(|(_, exponent)| *exponent);
    let withdrawn = || currency::ever(currency.as_str()).next()?.exponent;
    current.or_else(withdrawn).unwrap_or(DECIMALS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact() {
        use Notation::{Comma, Minor, Point};
        for (notation, text, exponent, minor) in [
            (Minor, "000000012300", 2, Ok(12300)),
            (Minor, "-2000", 2, Ok(-2000)),
            (Minor, "123.00", 2, Err(Wrong::Decimals)),
            (Point, "1.15", 2, Ok(115)),
            (Point, "1", 2, Ok(100)),
            (Point, "1,234.5", 2, Ok(123_450)),
            (Point, "1,234", 0, Ok(1234)),
            (Point, "1.234", 3, Ok(1234)),
            (Point, "1.2300", 2, Ok(123)),
            (Point, "1.234", 2, Err(Wrong::TooFine(2))),
            (Point, "(12.00)", 2, Ok(-1200)),
            (Point, "12.00-", 2, Ok(-1200)),
            (Point, "１２．３４", 2, Ok(1234)),
            (Point, "1,23", 2, Err(Wrong::NoNumber)),
            (Point, ".5", 2, Ok(50)),
            (Comma, "298,", 2, Ok(29800)),
            (Comma, "1.234,56", 2, Ok(123_456)),
            (Comma, "15,0", 2, Ok(1500)),
            (Comma, "", 2, Err(Wrong::NoNumber)),
            (Point, "12e5", 2, Err(Wrong::NoNumber)),
            (Point, "1.5.0", 2, Err(Wrong::NoNumber)),
            (Point, "10000000000000000", 2, Err(Wrong::TooLarge)),
        ] {
            assert_eq!(notation.minor(text, exponent), minor, "{text}");
        }
    }

    #[test]
    fn currencies_are_letters() {
        let written = |text| currency(text).map(|currency| currency.to_string());
        assert_eq!(written("156").as_deref(), Some("CNY"));
        assert_eq!(written("cny").as_deref(), Some("CNY"));
        assert_eq!(written("36").as_deref(), Some("AUD"));
        assert_eq!(written("yuan"), None);
        assert_eq!([exponent(currency("392")), exponent(currency("KWD")), exponent(None)], [0, 3, 2]);
    }
}
