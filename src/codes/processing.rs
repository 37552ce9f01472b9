//! Processing codes: DE 3, six characters (n6, an6 in 2003).
//!
//! Positions 1-2 are the transaction type, 3-4 the account the money comes from, 5-6 the account it
//! goes to. Facts from public code lists; private types mean different things in different networks.

use super::scope::Network::{Jpos, Mastercard, MastercardDebit, Postilion, Several, Visa};
use super::table::{Meaning, find, iso, network, private, private_use, unionpay};

open_code! {
    /// A processing code, DE 3.
    ///
    /// ```
    /// use cardwire::codes::{AccountType, ProcessingCode, TransactionType};
    ///
    /// let code = ProcessingCode::new("012000").unwrap();
    /// assert_eq!(code.transaction(), TransactionType::CASH);
    /// assert_eq!(code.from_account(), AccountType::CHEQUE);
    /// assert_eq!(code.to_account(), AccountType::DEFAULT);
    /// assert_eq!(code, ProcessingCode::of(TransactionType::CASH, AccountType::CHEQUE, AccountType::DEFAULT));
    /// ```
    ProcessingCode, 6, alphanumeric
}

open_code! {
    /// A transaction type, positions 1-2 of DE 3.
    TransactionType, 2, alphanumeric
}

open_code! {
    /// An account type, positions 3-4 or 5-6 of DE 3.
    AccountType, 2, alphanumeric
}

worded! {
    /// What a transaction does to the cardholder's account.
    #[non_exhaustive]
    Effect {
        /// Takes money.
        Debit => "debit" "借记",
        /// Gives money.
        Credit => "credit" "贷记",
        /// Moves money between accounts.
        Both => "both" "借记与贷记",
        /// Moves nothing.
        None => "none" "无",
        /// Depends on the network.
        Unknown => "unknown" "未知",
    }
}

impl ProcessingCode {
    /// Purchase, default accounts. UnionPay: sale, completion and offline sale.
    pub const PURCHASE: Self = Self(*b"000000");
    /// Cash, default accounts.
    pub const CASH: Self = Self(*b"010000");
    /// Purchase with cash back, default accounts.
    pub const PURCHASE_WITH_CASH_BACK: Self = Self(*b"090000");
    /// Refund, default accounts. UnionPay: also every void and cancellation.
    pub const REFUND: Self = Self(*b"200000");
    /// Deposit, default accounts.
    pub const DEPOSIT: Self = Self(*b"210000");
    /// Balance inquiry, default account.
    pub const BALANCE_INQUIRY: Self = Self(*b"310000");
    /// Transfer, default accounts.
    pub const TRANSFER: Self = Self(*b"400000");
    /// UnionPay pre-authorization.
    pub const UNIONPAY_PRE_AUTHORIZATION: Self = Self(*b"030000");

    /// Joins the three parts.
    #[must_use]
    pub const fn of(transaction: TransactionType, from: AccountType, to: AccountType) -> Self {
        let ([a, b], [c, d], [e, f]) = (transaction.0, from.0, to.0);
        Self([a, b, c, d, e, f])
    }

    /// What is done.
    #[must_use]
    pub const fn transaction(self) -> TransactionType {
        let [first, second, ..] = self.0;
        TransactionType([first, second])
    }

    /// The account the money comes from.
    #[must_use]
    pub const fn from_account(self) -> AccountType {
        let [_, _, first, second, ..] = self.0;
        AccountType([first, second])
    }

    /// The account the money goes to.
    #[must_use]
    pub const fn to_account(self) -> AccountType {
        let [.., first, second] = self.0;
        AccountType([first, second])
    }

    /// How UnionPay terminals use the code, when they do.
    #[must_use]
    pub fn unionpay(self) -> Option<&'static Meaning> {
        find(UNIONPAY, self.as_str())
    }
}

impl TransactionType {
    /// Goods and services.
    pub const PURCHASE: Self = Self(*b"00");
    /// Cash withdrawal or advance.
    pub const CASH: Self = Self(*b"01");
    /// Debit adjustment.
    pub const DEBIT_ADJUSTMENT: Self = Self(*b"02");
    /// Cheque guarantee; UnionPay terminals: pre-authorization.
    pub const CHEQUE_GUARANTEE: Self = Self(*b"03");
    /// Goods and services with cash back.
    pub const PURCHASE_WITH_CASH_BACK: Self = Self(*b"09");
    /// Quasi-cash.
    pub const QUASI_CASH: Self = Self(*b"11");
    /// Refund.
    pub const REFUND: Self = Self(*b"20");
    /// Deposit.
    pub const DEPOSIT: Self = Self(*b"21");
    /// Credit adjustment.
    pub const CREDIT_ADJUSTMENT: Self = Self(*b"22");
    /// Available funds inquiry.
    pub const FUNDS_INQUIRY: Self = Self(*b"30");
    /// Balance inquiry.
    pub const BALANCE_INQUIRY: Self = Self(*b"31");
    /// Account verification.
    pub const ACCOUNT_VERIFICATION: Self = Self(*b"33");
    /// Transfer between accounts of the cardholder.
    pub const TRANSFER: Self = Self(*b"40");
    /// Payment from an account.
    pub const PAYMENT: Self = Self(*b"50");
    /// PIN change.
    pub const PIN_CHANGE: Self = Self(*b"70");

    /// What the type means, when it is known.
    #[must_use]
    pub fn meaning(self) -> Option<&'static Meaning> {
        find(TYPES, self.as_str())
    }

    /// What it does to the cardholder's account; by the range of the code where the type is not known.
    #[must_use]
    pub const fn effect(self) -> Effect {
        match &self.0 {
            b"04" | b"89" => Effect::None,
            b"51" | b"58" => Effect::Credit,
            b"53" | b"54" | b"60" => Effect::Both,
            [b'0' | b'1', b'0'..=b'9'] | b"50" => Effect::Debit,
            [b'2', b'0'..=b'9'] => Effect::Credit,
            [b'3', b'0'..=b'9'] | b"70" | b"72" | b"73" | b"74" => Effect::None,
            [b'4', b'0'..=b'9'] => Effect::Both,
            _ => Effect::Unknown,
        }
    }
}

impl AccountType {
    /// Not specified.
    pub const DEFAULT: Self = Self(*b"00");
    /// Savings.
    pub const SAVINGS: Self = Self(*b"10");
    /// Cheque (current) account.
    pub const CHEQUE: Self = Self(*b"20");
    /// Credit facility.
    pub const CREDIT: Self = Self(*b"30");
    /// Universal account.
    pub const UNIVERSAL: Self = Self(*b"40");
    /// Investment account.
    pub const INVESTMENT: Self = Self(*b"50");
    /// Electronic purse.
    pub const PURSE: Self = Self(*b"60");

    /// What the type means, when it is known.
    #[must_use]
    pub fn meaning(self) -> Option<&'static Meaning> {
        find(ACCOUNTS, self.as_str())
    }
}

#[rustfmt::skip] // one code, one line
pub(super) static TYPES: &[Meaning] = &[
    iso("00", "purchase", "消费"),
    iso("01", "cash withdrawal or advance", "取现或预借现金"),
    iso("02", "debit adjustment", "借记调整").but(&[network(Several, "02", "void", "撤销").once()]),
    iso("03", "cheque guarantee", "支票担保").but(&[unionpay("03", "pre-authorization", "预授权")]),
    iso("04", "cheque verification", "支票验证"),
    iso("05", "eurocheque", "欧洲支票"),
    iso("06", "traveller's cheque", "旅行支票"),
    iso("07", "letter of credit", "信用证"),
    iso("08", "giro", "邮政转账"),
    iso("09", "purchase with cash back", "消费返现"),
    iso("10", "non-cash instrument, such as a wire transfer", "非现金金融工具，如电汇"),
    iso("11", "quasi-cash and scrip", "准现金"),
    network(Postilion, "12", "general debit", "一般借记").once(),
    network(Mastercard, "17", "cash disbursement", "柜台取现"),
    network(Visa, "19", "reversal of a load settlement", "充值清算冲正").once(),
    iso("20", "refund", "退货"),
    iso("21", "deposit", "存款"),
    iso("22", "credit adjustment", "贷记调整").but(&[network(Jpos, "22", "void of a refund", "退货撤销").once()]),
    iso("23", "cheque deposit guarantee", "支票存款担保").but(&[
        network(MastercardDebit, "23", "credit adjustment", "贷记调整"),
    ]),
    iso("24", "cheque deposit", "支票存款"),
    network(Postilion, "25", "general credit", "一般贷记").once(),
    network(Visa, "26", "original credit", "原始贷记").once(),
    private("28", "differs by network", "各卡组织不同").disputed().but(&[
        network(Mastercard, "28", "payment transaction", "付款交易").once(),
        network(Visa, "28", "prepaid load or activation", "预付卡充值或激活").once(),
        network(Postilion, "28", "merchandise request", "商品请求").once(),
    ]),
    network(Visa, "29", "cash load settlement", "现金充值清算").once(),
    iso("30", "available funds inquiry", "可用余额查询"),
    iso("31", "balance inquiry", "余额查询"),
    network(Postilion, "32", "general inquiry", "一般查询").once(),
    unionpay("33", "account verification", "账户验证").but(&[network(Jpos, "33", "account verification", "账户验证")]),
    network(Postilion, "35", "full statement inquiry", "完整账单查询").once(),
    network(Postilion, "36", "merchandise inquiry", "商品查询").once(),
    network(Postilion, "37", "card verification inquiry", "卡片验证查询").once(),
    network(Postilion, "38", "mini statement inquiry", "简要账单查询").once(),
    network(Postilion, "39", "linked account inquiry", "关联账户查询").once(),
    iso("40", "transfer between the cardholder's accounts", "持卡人账户间转账"),
    network(Postilion, "42", "general transfer", "一般转账").once(),
    private("46", "card-to-card transfers and adjustments, by network", "卡间转账与调整，各卡组织不同").to("49").disputed(),
    iso("50", "payment from account", "账户付款"),
    network(Postilion, "51", "payment by deposit", "存款付款").once(),
    network(Postilion, "52", "general payment", "一般付款").once(),
    network(Postilion, "53", "payment to account", "付款至账户").once(),
    network(Postilion, "54", "payment from account to account", "账户间付款").once(),
    private("58", "payment adjustment", "付款调整").once(),
    unionpay("60", "purse load", "电子现金圈存").once(),
    unionpay("70", "PIN change", "更改密码").but(&[network(Jpos, "70", "PIN change", "更改密码")]),
    network(Jpos, "72", "card activation", "卡激活").once(),
    network(Jpos, "73", "card block", "卡锁定").once(),
    network(Jpos, "74", "card unblock", "卡解锁").once(),
    unionpay("89", "establish a standing commission", "建立委托关系").once(),
    private_use("90", "90").but(&[network(Postilion, "90", "place hold on card", "冻结卡").once()]),
    private_use("91", "91").but(&[network(Postilion, "91", "general administration", "一般管理").once()]),
    private_use("92", "92").but(&[
        unionpay("92", "revoke a standing commission", "撤销委托关系").once(),
        network(Postilion, "92", "PIN change", "更改密码").once(),
    ]),
    private_use("93", "93").but(&[network(Postilion, "93", "general administration, not forwarded", "一般管理，不转发").once()]),
    private_use("94", "99"),
];

#[rustfmt::skip] // one code, one line
pub(super) static ACCOUNTS: &[Meaning] = &[
    iso("00", "default, not specified", "默认，未指定"),
    iso("10", "savings", "储蓄账户"),
    iso("20", "cheque (current)", "支票账户"),
    iso("30", "credit facility", "信用账户"),
    network(Jpos, "31", "stored value or refund", "储值或退款账户").once(),
    iso("40", "universal", "通用账户"),
    iso("50", "investment", "投资账户"),
    iso("60", "electronic purse", "电子钱包"),
    private("90", "private label", "自有品牌账户").once(),
    private("91", "stored value", "储值账户").disputed().but(&[network(Postilion, "91", "mortgage", "按揭账户").once()]),
    private("92", "gift", "礼品账户").disputed().but(&[
        network(Postilion, "92", "instalment loan", "分期贷款账户").once(),
    ]),
];

#[rustfmt::skip] // one code, one line
pub(super) static UNIONPAY: &[Meaning] = &[
    unionpay("000000", "sale, pre-authorization completion, offline sale, tip adjustment", "消费、预授权完成、离线结算、小费调整"),
    unionpay("030000", "pre-authorization", "预授权"),
    unionpay("200000", "void, refund, cancellation of a pre-authorization or completion", "撤销、退货、预授权撤销、预授权完成撤销"),
    unionpay("310000", "balance inquiry", "余额查询"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::table::assert_sorted;

    #[test]
    fn tables_are_sorted() {
        assert_sorted(TYPES, 2);
        assert_sorted(ACCOUNTS, 2);
        assert_sorted(UNIONPAY, 6);
    }

    #[test]
    fn splits_and_joins() {
        let code = ProcessingCode::new("401020").unwrap();
        let parts = (code.transaction(), code.from_account(), code.to_account());
        assert_eq!(parts, (TransactionType::TRANSFER, AccountType::SAVINGS, AccountType::CHEQUE));
        assert_eq!(ProcessingCode::of(parts.0, parts.1, parts.2), code);
        assert_eq!(ProcessingCode::new("40102"), None);
    }

    #[test]
    fn effects() {
        assert_eq!(TransactionType::new("18").map(TransactionType::effect), Some(Effect::Debit));
        assert_eq!(TransactionType::new("A0").map(TransactionType::effect), Some(Effect::Unknown));
        assert_eq!(TransactionType::BALANCE_INQUIRY.effect(), Effect::None);
    }
}
