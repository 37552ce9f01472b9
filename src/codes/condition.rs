//! Point of service condition codes: DE 25 of the 1987 edition (n2).
//!
//! Later editions carry the message reason there: see [`ReasonCode`](super::ReasonCode). Facts from
//! public code lists, which disagree on some codes from 14 on.

use super::table::{Meaning, find, iso, network, unionpay};

open_code! {
    /// A point of service condition code, DE 25 of the 1987 edition (n2).
    ///
    /// ```
    /// use cardwire::codes::ConditionCode;
    ///
    /// let code = ConditionCode::new("06").unwrap();
    /// assert_eq!(code, ConditionCode::PRE_AUTHORIZED);
    /// assert_eq!(code.meaning().unwrap().text, "pre-authorized request");
    /// ```
    ConditionCode, 2, digits
}

impl ConditionCode {
    /// Normal presentment.
    pub const NORMAL: Self = Self(*b"00");
    /// The cardholder is not present.
    pub const CARDHOLDER_NOT_PRESENT: Self = Self(*b"01");
    /// Unattended terminal that can keep cards.
    pub const UNATTENDED: Self = Self(*b"02");
    /// The cardholder is present, the card is not.
    pub const CARD_NOT_PRESENT: Self = Self(*b"05");
    /// Pre-authorized request.
    pub const PRE_AUTHORIZED: Self = Self(*b"06");
    /// Telephone request.
    pub const TELEPHONE: Self = Self(*b"07");
    /// Mail or telephone order.
    pub const MAIL_OR_TELEPHONE: Self = Self(*b"08");
    /// Electronic commerce.
    pub const ELECTRONIC_COMMERCE: Self = Self(*b"59");
    /// Instalments (UnionPay).
    pub const INSTALMENT: Self = Self(*b"64");

    /// What the code means, when it is known.
    #[must_use]
    pub fn meaning(self) -> Option<&'static Meaning> {
        find(TABLE, self.as_str())
    }
}

static TABLE: &[Meaning] = &[
    iso("00", "normal presentment"),
    iso("01", "cardholder not present"),
    iso("02", "unattended terminal, can keep the card"),
    iso("03", "merchant suspicious"),
    iso("04", "cash register interface"),
    iso("05", "cardholder present, card not present"),
    iso("06", "pre-authorized request"),
    iso("07", "telephone request"),
    iso("08", "mail or telephone order"),
    iso("09", "security alert"),
    iso("10", "customer identity verified"),
    iso("11", "suspected fraud"),
    iso("12", "security reason"),
    iso("13", "representment of item"),
    iso("14", "public utility or home terminal, by list"),
    iso("15", "customer's own terminal"),
    iso("16", "administration terminal"),
    iso("17", "chargeback"),
    iso("18", "no cheque in envelope (UnionPay: MOTO pre-authorization)"),
    iso("19", "deposit out of balance"),
    iso("20", "payment and deposit differences, reversals").to("26"),
    network("27", "recurring payment"),
    network("28", "recurring payment (UnionPay: recurring authorization)"),
    network("40", "recurring payment"),
    unionpay("41", "second chargeback"),
    unionpay("43", "electronic commerce pre-authorization"),
    network("51", "address or account verification only"),
    network("52", "electronic commerce, by kind of security").to("59"),
    unionpay("60", "additional pre-authorization").zh("追加预授权"),
    unionpay("61", "manual refund"),
    unionpay("62", "refund by the dispute system"),
    unionpay("64", "instalment payment").zh("分期"),
    unionpay("65", "loyalty points").zh("积分"),
    unionpay("66", "top-up of a magnetic card account"),
    unionpay("67", "mobile reservation").zh("预约消费"),
    unionpay("68", "primary credit confirmation"),
    network("71", "magnetic stripe not readable"),
    unionpay("82", "exception processing"),
    unionpay("83", "credit adjustment"),
    network("90", "recurring or private"),
    unionpay("91", "electronic cash load and unload"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::table::assert_sorted;

    #[test]
    fn table_is_sorted() {
        assert_sorted(TABLE, 2);
    }
}
