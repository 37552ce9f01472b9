//! Settlement codes: DE 66 of the 1987 edition (n1), the result of a reconciliation.
//!
//! UnionPay terminals find the same digits in field 48, position 31 for domestic and 62 for foreign
//! totals. The 1993 and 2003 editions answer with action codes 500-504 and 5000-5004. Facts from
//! public code lists and terminal programs.

use super::action::ActionCode93;
use super::table::{Meaning, find, iso, iso_use, network, unionpay};

open_code! {
    /// A settlement code, DE 66 of the 1987 edition (n1).
    ///
    /// ```
    /// use cardwire::codes::{ActionCode93, SettlementCode};
    ///
    /// let code = SettlementCode::from_action(ActionCode93::OUT_OF_BALANCE).unwrap();
    /// assert_eq!(code, SettlementCode::OUT_OF_BALANCE);
    /// assert_eq!(code.next_step(), Some("upload the details and compare item by item"));
    /// ```
    SettlementCode, 1, digits
}

impl SettlementCode {
    /// Totals agree.
    pub const IN_BALANCE: Self = Self(*b"1");
    /// Totals differ.
    pub const OUT_OF_BALANCE: Self = Self(*b"2");
    /// Totals could not be compared.
    pub const ERROR: Self = Self(*b"3");
    /// Received, no comparison made (Mastercard debit).
    pub const NOT_BALANCED: Self = Self(*b"9");

    /// What the code means.
    #[must_use]
    pub fn meaning(self) -> Option<&'static Meaning> {
        find(TABLE, self.as_str())
    }

    /// What the digit means in field 48 of a UnionPay answer.
    #[must_use]
    pub fn unionpay(self) -> Option<&'static Meaning> {
        find(UNIONPAY, self.as_str())
    }

    /// What the asking side does next.
    #[must_use]
    pub const fn next_step(self) -> Option<&'static str> {
        match &self.0 {
            b"1" => Some("close the batch, start a new one"),
            b"2" => Some("upload the details and compare item by item"),
            b"3" => Some("repeat the request"),
            b"9" => Some("reconcile from files"),
            _ => None,
        }
    }

    /// What a UnionPay terminal does next; the numbers are values of field 60.3.
    #[must_use]
    pub const fn unionpay_next_step(self) -> Option<&'static str> {
        match &self.0 {
            b"1" => Some("upload chip details (203, 204), end with 207, clear the batch"),
            b"2" => Some("upload every record in 0320 (201), end with 202, clear the batch"),
            b"3" => Some("settle again"),
            _ => None,
        }
    }

    /// The settlement code that says the same as a reconciliation action code (500-504).
    #[must_use]
    pub const fn from_action(code: ActionCode93) -> Option<Self> {
        match code.as_bytes() {
            b"500" => Some(Self::IN_BALANCE),
            b"501" | b"502" | b"504" => Some(Self::OUT_OF_BALANCE),
            b"503" => Some(Self::ERROR),
            _ => None,
        }
    }
}

static TABLE: &[Meaning] = &[
    iso_use("0", "0"),
    iso("1", "in balance"),
    iso("2", "out of balance"),
    iso("3", "error"),
    iso("4", "reserved for ISO, national and private use").to("8"),
    network("9", "received, no balancing performed"),
];

static UNIONPAY: &[Meaning] = &[
    unionpay("0", "reserved, sent by the terminal in its request"),
    unionpay("1", "balanced").zh("对账平"),
    unionpay("2", "unbalanced").zh("对账不平"),
    unionpay("3", "error").zh("对账出错"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::table::assert_sorted;

    #[test]
    fn tables_are_sorted() {
        assert_sorted(TABLE, 1);
        assert_sorted(UNIONPAY, 1);
    }

    #[test]
    fn every_digit_has_a_meaning() {
        for digit in b'0'..=b'9' {
            assert!(SettlementCode([digit]).meaning().is_some());
        }
    }
}
