//! What a value of a row is: the names of columns.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Declares the columns: the name of each, and other names that are read as it.
macro_rules! columns {
    ($($column:ident $name:literal $(= $other:literal)*;)*) => {
        /// What a value is. Names are compared without regard to case, blanks and marks.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Column { $(#[doc = concat!("`", $name, "`")] $column,)* }

        impl Column {
            /// Every column.
            pub const ALL: &[Self] = &[$(Self::$column),*];

            /// The name that the documentation uses.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$column => $name,)* }
            }

            /// Other names that are read as this column.
            #[must_use]
            pub const fn others(self) -> &'static [&'static str] {
                match self { $(Self::$column => &[$($other),*],)* }
            }
        }
    };
}

columns! {
    // of messages
    Time "time" = "timestamp" = "datetime" = "交易时间" = "交易完成时间";
    From "from" = "sender" = "source";
    To "to" = "receiver" = "destination";
    Link "link" = "direction" = "hop";
    Mti "mti" = "message_type" = "de0" = "0" = "f0";
    Card "card" = "pan" = "card_number" = "卡号" = "de2" = "2" = "f2";
    ProcessingCode "processing_code" = "de3" = "3" = "f3";
    Transmission "transmission" = "de7" = "7" = "f7";
    Stan "stan" = "trace" = "凭证号" = "系统跟踪号" = "终端流水号" = "de11" = "11" = "f11";
    LocalTime "local_time" = "de12" = "12" = "f12";
    LocalDate "local_date" = "交易日期" = "transaction_date" = "de13" = "13" = "f13";
    SettlementDate "settlement_date" = "settl_date" = "清算日期" = "de15" = "15" = "f15";
    Mcc "mcc" = "de18" = "18" = "f18";
    EntryMode "entry_mode" = "de22" = "22" = "f22";
    Function "function" = "function_code" = "de24" = "24" = "f24";
    Condition "condition" = "de25" = "25" = "f25";
    Mcc93 "mcc93" = "de26" = "26" = "f26";
    Original93 "amounts_original" = "de30" = "30" = "f30";
    Arn "arn" = "acquirer_reference" = "de31" = "31" = "f31";
    Acquirer "acquirer" = "de32" = "32" = "f32";
    Forwarder "forwarder" = "de33" = "33" = "f33";
    Track2 "track2" = "de35" = "35" = "f35";
    Rrn "rrn" = "retrieval_reference" = "参考号" = "检索参考号" = "de37" = "37" = "f37";
    Approval "approval" = "approval_code" = "auth_code" = "授权码" = "de38" = "38" = "f38";
    Response "response" = "response_code" = "de39" = "39" = "f39";
    Terminal "terminal" = "tid" = "terminal_id" = "终端号" = "de41" = "41" = "f41";
    Merchant "merchant" = "mid" = "merchant_id" = "商户号" = "de42" = "42" = "f42";
    Additional "additional" = "de48" = "48" = "f48";
    Currency "currency" = "ccy" = "币种" = "de49" = "49" = "f49";
    Original56 "original_data_93" = "de56" = "56" = "f56";
    LifeCycle "life_cycle" = "de57" = "57" = "f57";
    Reserved60 "reserved60" = "de60" = "60" = "f60";
    Reserved61 "reserved61" = "de61" = "61" = "f61";
    LifeId "life_id" = "transaction_id" = "de63" = "63" = "f63";
    Batch68 "batch68" = "de68" = "68" = "f68";
    NetworkCode "network_code" = "de70" = "70" = "f70";
    Credits "credits" = "de74" = "74" = "f74";
    Debits "debits" = "de76" = "76" = "f76";
    TotalsResult "totals_result" = "de66" = "66" = "f66";
    OriginalData "original_data" = "de90" = "90" = "f90";
    Replacement95 "replacement_amounts" = "de95" = "95" = "f95";
    Replacement "replacement";
    TypeCode "type_code";
    Batch "batch" = "批次号" = "交易批次号";
    OriginalMti "original_mti";
    OriginalStan "original_stan";
    OriginalTime "original_time";
    OriginalDate "original_date";
    OriginalBatch "original_batch";
    OriginalRrn "original_rrn" = "原交易单";
    OriginalAcquirer "original_acquirer";
    // amounts
    Amount "amount" = "gross" = "de4" = "4" = "f4";
    AmountDecimal "amount_decimal" = "gross_decimal" = "交易金额";
    Sign "sign" = "credit_debit" = "dc" = "借贷标志";
    Fee "fee";
    FeeDecimal "fee_decimal" = "手续费";
    Net "net";
    NetDecimal "net_decimal" = "净额" = "结算金额" = "清算净额";
    // in a statement amounts of one side, in messages totals
    Credit "credit" = "de86" = "86" = "f86";
    CreditDecimal "credit_decimal" = "收入" = "贷方金额" = "贷方发生额";
    Debit "debit" = "de88" = "88" = "f88";
    DebitDecimal "debit_decimal" = "支出" = "借方金额" = "借方发生额";
    // of clearing files
    Kind "kind" = "type" = "record_type" = "交易类型";
    Number "number" = "message_number" = "de71" = "71" = "f71";
    Payout "payout" = "payout_id" = "settlement_batch";
    Reason "reason" = "reason_code";
    FileId "file_id";
    Records "records";
    // of statements
    Booked "booked" = "booking_date" = "date" = "记账日期";
    ValueDate "value" = "value_date" = "起息日";
    Account "account" = "iban" = "账号" = "本方账号";
    Description "text" = "reference_text" = "description" = "remittance" = "摘要" = "附言" = "用途";
    EndToEnd "end_to_end" = "end_to_end_id" = "e2e";
    Reference "reference" = "bank_reference" = "交易流水号" = "acct_svcr_ref";
    Code "code" = "transaction_code" = "bank_code";
    ReturnReason "return_reason";
    Party "party" = "counterparty" = "payer" = "对方户名";
    PartyAccount "party_account" = "counterparty_account" = "对方账号";
    Reversal "reversal" = "reversal_indicator";
    Status "status";
}

/// How many columns there are.
pub(super) const COUNT: usize = Column::ALL.len();

impl Column {
    /// The column of that name.
    pub(super) fn named(name: &str) -> Option<Self> {
        static NAMES: LazyLock<HashMap<String, Column>> = LazyLock::new(|| {
            let names =
                |column: &Column| std::iter::once(column.name()).chain(column.others().iter().copied());
            Column::ALL.iter().flat_map(|column| names(column).map(|name| (plain(name), *column))).collect()
        });
        NAMES.get(&plain(name)).copied()
    }

    /// The column of a data element of the switch.
    pub(super) fn of_element(number: u8) -> Option<Self> {
        static ELEMENTS: LazyLock<Vec<Option<Column>>> =
            LazyLock::new(|| (0..=192).map(|number| Column::named(&format!("de{number}"))).collect());
        ELEMENTS.get(usize::from(number)).copied().flatten()
    }

    /// Its place among all.
    pub(super) const fn index(self) -> usize {
        self as usize
    }
}

/// A name without case, blanks and marks.
fn plain(name: &str) -> String {
    name.chars().filter(|found| found.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_means_two_columns() {
        let mut known: HashMap<String, Column> = HashMap::new();
        for column in Column::ALL {
            for name in std::iter::once(column.name()).chain(column.others().iter().copied()) {
                assert_eq!(known.insert(plain(name), *column), None, "{name}");
            }
        }
        assert_eq!(Column::named("DE 37"), Some(Column::Rrn));
        assert_eq!(Column::named("settl. date"), Some(Column::SettlementDate));
        assert_eq!(Column::named(""), None);
    }
}
