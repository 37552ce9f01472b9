//! Settlement codes: DE 66 of the 1987 edition (n1), the result of a reconciliation.
//!
//! UnionPay terminals find the same digits in field 48, position 31 for domestic and 62 for foreign
//! totals. The 1993 and 2003 editions respond with action codes 500-504 and 5000-5004. Facts from
//! public code lists and terminal programs.

use super::action::ActionCode93;
use super::scope::Network::MastercardDebit;
use super::table::{Meaning, find, iso, iso_use, network, unionpay};
use crate::model::lang::Lang;

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

    /// What the digit means in field 48 of a UnionPay response.
    #[must_use]
    pub fn unionpay(self) -> Option<&'static Meaning> {
        find(UNIONPAY, self.as_str())
    }

    /// What the side that asked does next.
    #[must_use]
    pub const fn next_step(self) -> Option<&'static str> {
        self.next_step_in(Lang::En)
    }

    /// The same in a language.
    #[must_use]
    pub const fn next_step_in(self, lang: Lang) -> Option<&'static str> {
        Some(match &self.0 {
            b"1" => lang.of("close the batch, start a new one", "结束批次，开始新批次"),
            b"2" => lang.of("upload the details and compare item by item", "上送明细，逐笔核对"),
            b"3" => lang.of("repeat the request", "重新发送请求"),
            b"9" => lang.of("reconcile from files", "用文件对账"),
            _ => return None,
        })
    }

    /// What a UnionPay terminal does next; the numbers are values of field 60.3.
    #[must_use]
    pub const fn unionpay_next_step(self) -> Option<&'static str> {
        self.unionpay_next_step_in(Lang::En)
    }

    /// The same in a language.
    #[must_use]
    pub const fn unionpay_next_step_in(self, lang: Lang) -> Option<&'static str> {
        Some(match &self.0 {
            b"1" => lang.of(
                "upload chip details (203, 204), end with 207, clear the batch",
                "上送IC卡明细（203、204），以207结束，清批次",
            ),
            b"2" => lang.of(
                "upload every record in 0320 (201), end with 202, clear the batch",
                "以0320逐笔上送（201），以202结束，清批次",
            ),
            b"3" => lang.of("settle again", "重新结算"),
            _ => return None,
        })
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

pub(super) static TABLE: &[Meaning] = &[
    iso_use("0", "0"),
    iso("1", "in balance", "对账平"),
    iso("2", "out of balance", "对账不平"),
    iso("3", "error", "对账出错"),
    iso("4", "reserved for ISO, national and private use", "保留给ISO、国内和私有使用").to("8"),
    network(MastercardDebit, "9", "received, no balancing performed", "已收到，未对账"),
];

pub(super) static UNIONPAY: &[Meaning] = &[
    unionpay("0", "reserved, sent by the terminal in its request", "保留，由终端在请求中填写"),
    unionpay("1", "balanced", "对账平"),
    unionpay("2", "unbalanced", "对账不平"),
    unionpay("3", "error", "对账出错").disputed(),
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
