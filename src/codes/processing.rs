//! Processing codes: DE 3, six characters (n6, an6 in 2003).
//!
//! Positions 1-2 are the transaction type, 3-4 the account the money comes from, 5-6 the account it
//! goes to. Facts from public code lists; private types mean different things in different networks.

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
        Debit => "debit",
        /// Gives money.
        Credit => "credit",
        /// Moves money between accounts.
        Both => "both",
        /// Moves nothing.
        None => "none",
        /// Depends on the network.
        Unknown => "unknown",
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

static TYPES: &[Meaning] = &[
    iso("00", "purchase"),
    iso("01", "cash withdrawal or advance"),
    iso("02", "debit adjustment (some hosts: void)"),
    iso("03", "cheque guarantee (UnionPay: pre-authorization)"),
    iso("04", "cheque verification"),
    iso("05", "eurocheque"),
    iso("06", "traveller's cheque"),
    iso("07", "letter of credit"),
    iso("08", "giro"),
    iso("09", "purchase with cash back"),
    iso("10", "non-cash instrument, such as a wire transfer"),
    iso("11", "quasi-cash and scrip"),
    private("12", "general debit"),
    network("17", "cash disbursement"),
    network("19", "reversal of a load settlement"),
    iso("20", "refund"),
    iso("21", "deposit"),
    iso("22", "credit adjustment"),
    iso("23", "cheque deposit guarantee (Mastercard debit: credit adjustment)"),
    iso("24", "cheque deposit"),
    private("25", "general credit"),
    private("28", "merchandise request or cash adjustment"),
    network("29", "cash load settlement"),
    iso("30", "available funds inquiry"),
    iso("31", "balance inquiry"),
    unionpay("33", "account verification"),
    private("35", "full statement inquiry"),
    private("37", "card verification inquiry"),
    private("38", "mini statement inquiry"),
    private("39", "linked account inquiry"),
    iso("40", "transfer between the cardholder's accounts"),
    private("42", "general transfer"),
    private("46", "card-to-card transfers and adjustments, by network").to("49"),
    iso("50", "payment from account"),
    private("51", "payment by deposit"),
    private("53", "payment to account or between accounts").to("54"),
    private("58", "payment adjustment"),
    unionpay("60", "purse load"),
    unionpay("70", "PIN change"),
    private("72", "card activation"),
    private("73", "card block"),
    private("74", "card unblock"),
    unionpay("89", "establish a standing commission"),
    private_use("90", "91"),
    private("92", "revoke a standing commission (UnionPay), PIN change (Postilion)"),
    private_use("93", "99"),
];

static ACCOUNTS: &[Meaning] = &[
    iso("00", "default, not specified"),
    iso("10", "savings"),
    iso("20", "cheque (current)"),
    iso("30", "credit facility"),
    private("31", "stored value or refund"),
    iso("40", "universal"),
    iso("50", "investment"),
    iso("60", "electronic purse"),
    private("90", "private label"),
    private("91", "stored value (others: mortgage)"),
    private("92", "gift (others: instalment loan)"),
];

static UNIONPAY: &[Meaning] = &[
    unionpay("000000", "sale, pre-authorization completion, offline sale, tip adjustment")
        .zh("消费、预授权完成"),
    unionpay("030000", "pre-authorization").zh("预授权"),
    unionpay("200000", "void, refund, cancellation of a pre-authorization or completion").zh("撤销、退货"),
    unionpay("310000", "balance inquiry").zh("余额查询"),
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
