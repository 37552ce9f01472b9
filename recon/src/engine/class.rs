//! Classes of lines: their names for machines, their words, who moves next and what is to be done.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The language of a report.
pub use cardwire::codes::Lang;

macro_rules! classes {
    ($($(#[$doc:meta])* $name:ident $id:literal $en:literal $zh:literal $holder:ident $action:literal $action_zh:literal $exception:literal;)*) => {
        /// What a line of the result is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Class {
            $($(#[$doc])* #[serde(rename = $id)] $name,)*
        }

        impl Class {
            /// All classes.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The name for machines.
            pub fn id(self) -> &'static str {
                match self { $(Self::$name => $id,)* }
            }

            /// The class in words.
            pub fn words(self, lang: Lang) -> &'static str {
                match self { $(Self::$name => pick(lang, $en, $zh),)* }
            }

            /// Who moves next, or has the money, where the line says nothing else.
            pub fn holder(self) -> Holder {
                match self { $(Self::$name => Holder::$holder,)* }
            }

            /// The next action; empty where there is none.
            pub fn action(self, lang: Lang) -> &'static str {
                match self { $(Self::$name => pick(lang, $action, $action_zh),)* }
            }

            /// Whether somebody has to act.
            pub fn is_exception(self) -> bool {
                match self { $(Self::$name => $exception,)* }
            }
        }
    };
}

/// Of two wordings the one in a language.
pub(crate) fn pick<'t>(lang: Lang, en: &'t str, zh: &'t str) -> &'t str {
    match lang {
        Lang::Zh => zh,
        _ => en,
    }
}

#[rustfmt::skip] // one class, one paragraph
classes! {
    /// Approved, and cleared with the same amount.
    Matched "matched" "matched" "已匹配" Merchant "" "" false;
    /// A refund, approved and cleared.
    MatchedRefund "matched-refund" "refund matched" "退货已匹配" Cardholder "" "" false;
    /// Declined and not cleared.
    Declined "declined" "declined" "已拒绝" Nobody "" "" false;
    /// Reversed or voided, and nothing is left in clearing.
    Reversed "reversed" "reversed" "已冲正" Cardholder "" "" false;
    /// Approved, and clearing is not due yet.
    Open "open" "open, not due" "在途 (未到期)" Acquirer "wait for the next file" "等待下一清算文件" false;
    /// A pre-authorization that was not completed.
    PreauthOpen "preauth-open" "pre-authorization not completed" "预授权未完成" Merchant
        "complete or cancel it" "请完成或撤销预授权" false;
    /// A pre-authorization that was not completed while it was valid.
    PreauthExpired "preauth-expired" "pre-authorization expired" "预授权已过期" Cardholder
        "nothing is held any more: sell again" "预留已释放：请重新收款" false;
    /// The next expected presentment of a part is not due yet.
    PartlyCleared "partly-cleared" "cleared in part" "部分清算" Acquirer
        "wait for the rest" "等待其余部分清算" false;
    /// Amounts differ within a limit of the rules.
    AmountWithin "amount-within" "amount differs within the limit" "金额差异 (允许范围内)" Merchant "" "" false;
    /// Cleared on the other side of the day cut, or reversed there.
    CutOver "cut-over" "on the other side of the day cut" "日切差异 (跨日)" Nobody
        "wait for the next file" "等待次日清算文件" false;
    /// Cleared with another settlement date.
    DateDiffers "date-differs" "other settlement date" "日期不符" Merchant "" "" false;
    /// Totals of a batch that agree.
    BatchTotals "batch-totals" "batch totals" "批结合计" Nobody "" "" false;
    /// Messages that move no money.
    NoMoney "no-money" "no money moved" "非资金报文" Nobody "" "" false;
    /// Nothing to compare with was given.
    NotCompared "not-compared" "not compared: the other side was not given" "未比对 (缺少对方文件)" Nobody
        "give the other file" "请提供对方文件" false;
    /// A payout that one bank entry pays.
    Payout "payout" "paid out" "已到账" MerchantBank "" "" false;
    /// A payout in several entries.
    PayoutSplit "payout-split" "paid out in several parts" "拆分到账" MerchantBank "" "" false;
    /// Several payouts in one entry.
    PayoutMerged "payout-merged" "paid out together" "合并到账" MerchantBank "" "" false;
    /// A part of a payout, the rest is not due.
    PayoutPartly "payout-partly" "paid out in part" "部分到账" Acquirer "wait for the rest" "等待其余款项" false;
    /// Returned, and paid again.
    PaidAgain "returned-paid-again" "returned and paid again" "退汇后重新付款" MerchantBank "" "" false;
    /// Nothing to pay: below zero or nothing.
    Carried "carried" "carried to the next payout" "结转 (余额不足、未达起付额)" Nobody
        "wait for the next payout" "等待下次结算" false;
    /// Money that was held back before.
    Released "released" "released" "解冻" MerchantBank "" "" false;
    /// A fee of the period.
    FeeCollection "fee-collection" "fee collection" "手续费收付" Acquirer "" "" false;
    /// An adjustment.
    Adjustment "adjustment" "adjustment" "差错调账" Acquirer "" "" false;
    /// A second presentment.
    Representment "representment" "second presentment" "再请款" Issuer "wait for the issuer" "等待发卡机构答复" false;
    /// A file that was read twice.
    DuplicateFile "duplicate-file" "file read twice" "重复文件" Operator "drop it" "请删除重复文件" false;
    /// A bank entry that stands in two statements.
    DuplicateEntry "duplicate-entry" "bank entry in two statements" "银行流水重复" Operator "" "" false;
    /// A file that is damaged, or whose sums do not agree.
    File "file" "file damaged or totals wrong" "文件异常 (合计不符)" Sender
        "ask its sender for it again" "请发送方重新提供文件" true;
    /// A record that cannot be read.
    Refused "refused" "record refused" "记录无法读取" Sender
        "ask its sender for a correct one" "请发送方更正记录" true;
    /// Several candidates.
    Ambiguous "ambiguous" "several candidates" "多笔疑似 (无法唯一匹配)" Person
        "a person decides which belong together" "请人工确认对应关系" true;
    /// Reversed, and cleared all the same.
    ReversedButCleared "reversed-but-cleared" "reversed but cleared" "已冲正仍清算" Acquirer
        "credit adjustment to the issuer, deduct the net amount from the merchant" "向发卡机构做贷记调整，并向商户扣回净额" true;
    /// Declined, and cleared all the same.
    DeclinedButCleared "declined-but-cleared" "cleared without approval" "拒绝仍清算" Acquirer
        "look for a late response or stand-in, else adjust" "查找迟到应答或代授权，否则做差错调整" true;
    /// The second record of one item.
    DuplicateClearing "duplicate-clearing" "duplicate clearing record" "重复清算" Acquirer
        "withdraw it, or wait for the chargeback; take the net amount back from the merchant" "撤回重复清算或等待退单，并向商户扣回净额" true;
    /// Currencies differ.
    CurrencyDiffers "currency-differs" "currency differs" "币种不符" Acquirer
        "find out whether it was converted" "核实是否发生货币转换" true;
    /// Amounts differ by more than a limit allows.
    AmountDiffers "amount-differs" "amount differs" "金额不符" Acquirer
        "slip from the merchant; the issuer may charge back what exceeds the approval" "向商户调取签购单；超出部分发卡机构可能退单" true;
    /// Approved and due, and not in clearing.
    MissingInClearing "missing-in-clearing" "missing in clearing" "清算缺失 (本方有、清算无)" Acquirer
        "find the item in the outgoing file and its rejects; present it again or claim it" "核查清算文件及拒绝明细，补报或请款" true;
    /// Cleared, and not in the messages.
    MissingInSwitch "missing-in-switch" "missing in switch" "本方缺失 (清算有、本方无)" Acquirer
        "look for a force post, an offline sale or another host; then book it" "查找强制入账、脱机交易或其他主机，然后补账" true;
    /// The issuer approved, the terminal does not know; or the other way round.
    OneSided "one-sided" "one-sided: approved, unknown at the terminal" "单边账" MerchantAndAcquirer
        "find out whether the goods were handed over: if so keep it and complete the slip, else refund or adjust" "核实是否已交货：已交货则补签购单，未交货则退款或贷记调整" true;
    /// Nobody knows whether it was approved, or it was not cleared.
    UnknownOutcome "unknown-outcome" "outcome unknown" "结果未知 (状态不明)" MerchantAndAcquirer
        "ask the network for the outcome, then reverse or claim" "向网络查询结果，再冲正或请款" true;
    /// A refund that was declined.
    RefundFailed "refund-failed" "refund failed" "退货失败" Acquirer "try again, or transfer the money" "重新退货或转账退款" true;
    /// Totals of terminal and host differ.
    BatchOutOfBalance "batch-out-of-balance" "batch out of balance" "批结不平" Acquirer
        "batch upload, then compare item by item" "批上送后逐笔核对" true;
    /// A chargeback.
    Chargeback "chargeback" "chargeback" "退单 (拒付)" Merchant "send the documents in time" "请按时提交单据" true;
    /// A request for a slip.
    Retrieval "retrieval" "slip requested" "调单" Merchant "send the slip" "请提交签购单" true;
    /// Money held back.
    Held "held" "held" "风控冻结 (暂缓结算)" Acquirer "send slips to the acquirer's risk desk" "向收单机构风控提交签购单" true;
    /// Due, and not on the statement.
    MissingInBank "missing-in-bank" "not on the statement" "未到账" Acquirer
        "the payout desk traces the transfer" "请结算部门查询付款" true;
    /// A payout that came back.
    Returned "returned" "payout returned" "退汇" Merchant
        "the merchant gives a new account; the acquirer pays again under a new number after the return is booked" "请商户更正结算账户，收单机构在退汇入账后以新编号重新付款" true;
    /// A payout that was paid twice.
    PaidTwice "paid-twice" "paid twice" "重复付款" Acquirer "recall the second payment" "召回重复付款" true;
    /// Less than its items.
    PayoutShort "payout-short" "payout short" "到账短款" Acquirer "explain the difference or pay it" "说明差额原因或补付" true;
    /// More than its items.
    PayoutOver "payout-over" "payout over" "到账长款" Acquirer "explain the difference or take it back" "说明差额原因或扣回" true;
    /// A fee that is not that of the contract.
    FeeDiffers "fee-differs" "fee differs" "手续费不符" Acquirer "correct it in the next statement" "在下期账单中更正" true;
    /// A bank entry that pays no payout.
    UnexpectedInBank "unexpected-in-bank" "entry without payout" "不明入账" Merchant
        "find the payer, else park it" "查明付款方，否则挂账" true;
}

/// Who has the money or moves next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Holder {
    /// Nobody has to act.
    Nobody,
    /// The cardholder.
    Cardholder,
    /// The merchant.
    Merchant,
    /// The bank of the merchant.
    MerchantBank,
    /// The acquirer.
    Acquirer,
    /// Merchant and acquirer together.
    MerchantAndAcquirer,
    /// The issuer.
    Issuer,
    /// Whoever runs the comparison.
    Operator,
    /// Whoever sent the file.
    Sender,
    /// A person who decides.
    Person,
}

impl Holder {
    /// The name for machines.
    pub fn id(self) -> &'static str {
        self.words(Lang::En)
    }

    /// The holder in words.
    pub fn words(self, lang: Lang) -> &'static str {
        let (en, zh) = match self {
            Self::Nobody => ("nobody", "无"),
            Self::Cardholder => ("cardholder", "持卡人"),
            Self::Merchant => ("merchant", "商户"),
            Self::MerchantBank => ("merchant bank", "商户开户行"),
            Self::Acquirer => ("acquirer", "收单机构"),
            Self::MerchantAndAcquirer => ("merchant and acquirer", "商户与收单机构"),
            Self::Issuer => ("issuer", "发卡机构"),
            Self::Operator => ("operator", "对账操作员"),
            Self::Sender => ("sender of the file", "文件发送方"),
            Self::Person => ("person", "人工"),
        };
        pick(lang, en, zh)
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

/// One of the four states of money.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// It happened.
    Yes,
    /// It did not, or not any more.
    No,
    /// It is not due yet.
    Pending,
    /// Part of it happened.
    Partly,
    /// It happened and was undone.
    Returned,
    /// The evidence does not say.
    #[default]
    Unknown,
}

impl State {
    /// The name for machines.
    pub fn id(self) -> &'static str {
        self.words(Lang::En)
    }

    /// The state in words.
    pub fn words(self, lang: Lang) -> &'static str {
        let (en, zh) = match self {
            Self::Yes => ("yes", "是"),
            Self::No => ("no", "否"),
            Self::Pending => ("pending", "未到期"),
            Self::Partly => ("partly", "部分"),
            Self::Returned => ("returned", "已退回"),
            Self::Unknown => ("unknown", "不明"),
        };
        pick(lang, en, zh)
    }
}

/// The four states, each by its own evidence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct States {
    /// The issuer said yes.
    pub authorized: State,
    /// Terminal and acquirer agree.
    pub batched: State,
    /// In the network's file.
    pub cleared: State,
    /// On the bank statement.
    pub funded: State,
}
