//! Point of service condition codes: DE 25 of the 1987 edition (n2).
//!
//! Later editions carry the message reason there: see [`ReasonCode`](super::ReasonCode). Facts from
//! public code lists; where they disagree, the row says so.

use super::scope::Network::{Several, Visa};
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

#[rustfmt::skip] // one code, one line
pub(super) static TABLE: &[Meaning] = &[
    iso("00", "normal presentment", "正常提交"),
    iso("01", "cardholder not present", "持卡人不在场"),
    iso("02", "unattended terminal, can keep the card", "无人值守终端，可没收卡"),
    iso("03", "merchant suspicious", "商户可疑"),
    iso("04", "cash register interface", "电子收款机接口"),
    iso("05", "cardholder present, card not present", "持卡人在场，卡不在场"),
    iso("06", "pre-authorized request", "预授权请求"),
    iso("07", "telephone request", "电话请求"),
    iso("08", "mail or telephone order", "邮件或电话订购"),
    iso("09", "security alert", "安全警报"),
    iso("10", "customer identity verified", "已核对客户身份"),
    iso("11", "suspected fraud", "有作弊嫌疑"),
    iso("12", "security reason", "安全原因"),
    iso("13", "representment of item", "再次提交"),
    iso("14", "public utility terminal", "公用事业终端").disputed(),
    iso("15", "customer's own terminal", "客户自有终端"),
    iso("16", "administration terminal", "管理终端"),
    iso("17", "chargeback", "退单"),
    iso("18", "no cheque in envelope", "信封内无支票").but(&[
        unionpay("18", "mail or telephone order, pre-authorization", "邮件或电话订购预授权"),
    ]),
    iso("19", "deposit out of balance, returned", "存款不平，退回").once(),
    iso("20", "payment out of balance, returned", "付款不平，退回"),
    iso("21", "manual reversal", "手工冲正"),
    iso("22", "terminal error, counted", "终端差错，已计数"),
    iso("23", "terminal error, not counted", "终端差错，未计数"),
    iso("24", "deposit out of balance, contents applied", "存款不平，按实际内容入账"),
    iso("25", "payment out of balance, contents applied", "付款不平，按实际内容入账"),
    iso("26", "withdrawal error, reversed", "取款差错，已冲正"),
    iso("27", "unattended terminal, cannot keep the card", "无人值守终端，不能没收卡").but(&[
        network(Visa, "27", "recurring payment", "周期性付款").once(),
    ]),
    network(Several, "28", "recurring payment", "周期性付款").once().but(&[
        unionpay("28", "recurring authorization", "周期性授权").once(),
    ]),
    network(Several, "40", "recurring payment", "周期性付款").once(),
    unionpay("41", "second chargeback", "二次退单").disputed(),
    unionpay("43", "electronic commerce pre-authorization", "电子商务预授权").once(),
    network(Visa, "51", "address or account verification only", "仅验证地址或账户"),
    network(Several, "52", "electronic commerce, by kind of security", "电子商务，按安全类型").to("58").once(),
    network(Visa, "59", "electronic commerce", "电子商务"),
    unionpay("60", "additional pre-authorization", "追加预授权"),
    unionpay("61", "manual refund", "手工退货").once(),
    unionpay("62", "refund by the dispute system", "差错系统退货").once(),
    unionpay("64", "instalment payment", "分期付款"),
    unionpay("65", "loyalty points", "积分消费"),
    unionpay("66", "top-up of a magnetic card account", "磁条卡账户充值"),
    unionpay("67", "mobile reservation", "预约消费"),
    unionpay("68", "primary credit confirmation", "贷记确认").once(),
    network(Visa, "71", "magnetic stripe not readable", "磁条不可读"),
    unionpay("82", "exception processing", "差错处理").once(),
    unionpay("83", "credit adjustment", "贷记调整").once(),
    network(Several, "90", "recurring or private", "周期性或私有").disputed(),
    unionpay("91", "electronic cash load and unload", "电子现金圈存与圈提"),
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
