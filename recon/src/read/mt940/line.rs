//! `:61:`, a line of a statement, and balances.

use jiff::civil::Date;

use super::super::dates::{nearest, yymmdd};
use super::super::money::{self, Notation};
use crate::record::Currency;

/// What `:61:` says.
///
/// ```text
///  260317 0317 C R 298,20 N MSC PO20260316000777 // 2026031700000041
///  value  entry |  amount  type  of the owner       of the bank
///   date  date mark, third letter of the currency
/// ```
#[derive(Debug, PartialEq)]
pub(super) struct Line<'l> {
    pub(super) value: Date,
    pub(super) booked: Date,
    /// Positive is a credit.
    pub(super) amount: i64,
    pub(super) reversal: bool,
    pub(super) kind: &'l str,
    /// The reference of the owner of the account; empty for `NONREF`.
    pub(super) reference: &'l str,
    pub(super) bank_reference: &'l str,
}

impl<'l> Line<'l> {
    /// Reads a line of a statement in that currency.
    pub(super) fn read(text: &'l str, currency: Option<Currency>) -> Result<Self, String> {
        const DATE: &str = "`:61:` does not begin with a value date YYMMDD";
        let (digits, rest) = text.split_at_checked(6).ok_or(DATE)?;
        let value = yymmdd(digits).ok_or(DATE)?;
        let (booked, rest) = match rest.split_at_checked(4) {
            Some((day, rest)) if day.bytes().all(|digit| digit.is_ascii_digit()) => {
                (entry_date(day, value).ok_or("the entry date of `:61:` is not a month and a day")?, rest)
            }
            _ => (value, rest),
        };
        let marks = [
            ("RC", -1, true),
            ("RD", 1, true),
            ("EC", 1, false),
            ("ED", -1, false),
            ("C", 1, false),
            ("D", -1, false),
        ];
        let mark = marks.into_iter().find_map(|(mark, factor, reversal)| {
            let rest = rest.strip_prefix(mark)?;
            Some((factor, reversal, rest))
        });
        let (factor, reversal, rest) = mark.ok_or("`:61:` has none of C, D, RC and RD behind its dates")?;
        // the third letter of the currency
        let rest = rest.strip_prefix(|letter: char| letter.is_ascii_uppercase()).unwrap_or(rest);
        let end = rest.find(|found: char| !found.is_ascii_digit() && found != ',').unwrap_or(rest.len());
        let (amount, rest) = rest.split_at_checked(end).unwrap_or((rest, ""));
        let amount = read_amount(amount, currency).map_err(|words| format!("`:61:` {words}"))?;
        let (kind, references) =
            rest.split_at_checked(4).ok_or("`:61:` has no type, such as NTRF, behind its amount")?;
        if !kind.starts_with(['N', 'F', 'S']) {
            return Err("the type in `:61:` begins with none of N, F and S".into());
        }
        let (reference, bank_reference) = references.split_once("//").unwrap_or((references, ""));
        let reference = Some(reference.trim()).filter(|found| *found != "NONREF").unwrap_or("");
        let bank_reference = bank_reference.trim();
        Ok(Self { value, booked, amount: factor * amount, reversal, kind, reference, bank_reference })
    }
}

/// The entry date, which has no year: the one nearest to the value date.
fn entry_date(day: &str, value: Date) -> Option<Date> {
    nearest(day.get(..2)?.parse().ok()?, day.get(2..)?.parse().ok()?, value).ok()
}

fn read_amount(text: &str, currency: Option<Currency>) -> Result<i64, String> {
    if !text.contains(',') {
        return Err("has an amount without a comma".into());
    }
    Notation::Comma
        .minor(text, money::exponent(currency))
        .map_err(|error| format!("has an amount that {error}"))
}

/// A balance: `C260316EUR1000,00`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Balance {
    pub(super) day: Date,
    pub(super) currency: Currency,
    pub(super) amount: i64,
}

impl Balance {
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let wrong = "a balance is C or D, a date YYMMDD, a currency and an amount with a comma";
        let (factor, rest) = match text.split_at_checked(1) {
            Some(("C", rest)) => (1, rest),
            Some(("D", rest)) => (-1, rest),
            _ => return Err(wrong.into()),
        };
        let (day, rest) = rest.split_at_checked(6).ok_or(wrong)?;
        let (code, amount) = rest.split_at_checked(3).ok_or(wrong)?;
        let (day, currency) = (yymmdd(day).ok_or(wrong)?, money::currency(code).ok_or(wrong)?);
        let amount =
            read_amount(amount.trim(), Some(currency)).map_err(|words| format!("the balance {words}"))?;
        Ok(Self { day, currency, amount: factor * amount })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(i64, String, bool, String), String> {
        let line = Line::read(text, Currency::new("EUR"))?;
        Ok((
            line.amount,
            line.booked.to_string(),
            line.reversal,
            format!("{}|{}|{}", line.kind, line.reference, line.bank_reference),
        ))
    }

    #[test]
    fn marks_funds_codes_and_dates() {
        for (text, expected) in [
            ("2603170317CR298,20NMSCPO-1//B-1", (29820, "2026-03-17", false, "NMSC|PO-1|B-1")),
            ("260317D54,35NTRFNONREF", (-5435, "2026-03-17", false, "NTRF||")),
            ("260317RC1,NTRFA//", (-100, "2026-03-17", true, "NTRF|A|")),
            ("260317RDR1,5S103X", (150, "2026-03-17", true, "S103|X|")),
            ("2512310102C0,FMSCNONREF//9", (0, "2026-01-02", false, "FMSC||9")),
            ("2601021231C1,00NTRF", (100, "2025-12-31", false, "NTRF||")),
        ] {
            let (amount, booked, reversal, rest) = read(text).unwrap();
            assert_eq!((amount, booked.as_str(), reversal, rest.as_str()), expected, "{text}");
        }
        for (text, words) in [
            ("", "does not begin with a value date"),
            ("261317C1,NTRF", "does not begin with a value date"),
            ("2603171399C1,NTRF", "entry date"),
            ("260317X1,NTRF", "none of C, D, RC and RD"),
            ("260317C100NTRF", "without a comma"),
            ("260317C1,001NTRF", "more decimals"),
            ("260317C1,00", "has no type"),
            ("260317C1,00XTRF", "begins with none of N, F and S"),
        ] {
            assert!(read(text).unwrap_err().contains(words), "{text}: {:?}", read(text));
        }
    }

    #[test]
    fn balances_have_a_sign() {
        assert_eq!(Balance::read("D260316JPY1000,").unwrap().amount, -1000);
        assert!(Balance::read("C260316EUR1000").is_err());
        assert!(Balance::read("C260316EURé").is_err());
    }
}
