//! Action codes of four digits: DE 39 of the 2003 edition (n4).
//!
//! The first digit is the class as in the 1993 edition; 1993's 1xx became 10xx and 9xx became 91xx.
//! Facts from a single family of public sources: not a complete copy of that edition.

use super::action::{ActionCode93, class_of, outcome_of};
use super::advice::{Actor::*, Advice, Class, Outcome, Retry, Reversal};
use super::advice::{accepted, approved, declined, error, pick_up, referral, refused};
use super::reason::ReasonCode;
use super::response::ResponseCode;
use super::scope::Network::Jpos;
use super::scope::Scope;
use super::table::find;
use crate::model::lang::Lang;

open_code! {
    /// An action code, DE 39 of the 2003 edition (n4).
    ///
    /// ```
    /// use cardwire::codes::{ActionCode03, ActionCode93};
    ///
    /// assert_eq!(ActionCode03::new("1016").unwrap().action93(), Some(ActionCode93::INSUFFICIENT_FUNDS));
    /// // A reason code used as a result: the meaning comes from DE 25.
    /// assert_eq!(ActionCode03::new("4021").unwrap().meaning(), "timeout waiting for response");
    /// ```
    ActionCode03, 4, digits
}

impl ActionCode03 {
    /// Approved.
    pub const APPROVED: Self = Self(*b"0000");
    /// Approved once the cardholder is identified.
    pub const HONOUR_WITH_IDENTIFICATION: Self = Self(*b"0001");
    /// Approved for less than asked.
    pub const PARTIAL_APPROVAL: Self = Self(*b"0002");
    /// Refused without a stated reason.
    pub const DO_NOT_HONOUR: Self = Self(*b"1000");
    /// The card has expired.
    pub const EXPIRED_CARD: Self = Self(*b"1001");
    /// Suspected fraud.
    pub const SUSPECTED_FRAUD: Self = Self(*b"1002");
    /// Too many wrong PINs.
    pub const PIN_TRIES_EXCEEDED: Self = Self(*b"1006");
    /// Call the issuer.
    pub const REFER_TO_ISSUER: Self = Self(*b"1007");
    /// The merchant is unknown or not allowed.
    pub const INVALID_MERCHANT: Self = Self(*b"1009");
    /// The amount cannot be.
    pub const INVALID_AMOUNT: Self = Self(*b"1010");
    /// No such card number.
    pub const INVALID_CARD_NUMBER: Self = Self(*b"1011");
    /// A PIN is needed.
    pub const PIN_REQUIRED: Self = Self(*b"1012");
    /// Not enough money.
    pub const INSUFFICIENT_FUNDS: Self = Self(*b"1016");
    /// Wrong PIN.
    pub const INCORRECT_PIN: Self = Self(*b"1017");
    /// This cardholder may not do this.
    pub const TRANSACTION_NOT_PERMITTED: Self = Self(*b"1019");
    /// This terminal may not do this.
    pub const TERMINAL_NOT_PERMITTED: Self = Self(*b"1020");
    /// Over the amount limit.
    pub const EXCEEDS_LIMIT: Self = Self(*b"1021");
    /// Over the count limit.
    pub const EXCEEDS_FREQUENCY: Self = Self(*b"1023");
    /// Refused, keep the card.
    pub const PICK_UP_CARD: Self = Self(*b"2000");
    /// Lost card, keep it.
    pub const LOST_CARD: Self = Self(*b"2008");
    /// Stolen card, keep it.
    pub const STOLEN_CARD: Self = Self(*b"2009");
    /// The file was updated.
    pub const FILE_UPDATED: Self = Self(*b"3000");
    /// The reversal or chargeback is accepted.
    pub const REVERSAL_ACCEPTED: Self = Self(*b"4000");
    /// Reconciled, in balance.
    pub const IN_BALANCE: Self = Self(*b"5000");
    /// Reconciled, out of balance.
    pub const OUT_OF_BALANCE: Self = Self(*b"5001");
    /// The administrative message is accepted.
    pub const ADMIN_ACCEPTED: Self = Self(*b"6000");
    /// The fee collection is accepted.
    pub const FEE_ACCEPTED: Self = Self(*b"7000");
    /// The network message is accepted.
    pub const NETWORK_ACCEPTED: Self = Self(*b"8000");
    /// The advice is acknowledged, liability not accepted.
    pub const ADVICE_ACKNOWLEDGED: Self = Self(*b"9000");
    /// The advice is acknowledged, liability accepted.
    pub const ADVICE_ACCEPTED: Self = Self(*b"9001");
    /// The transaction is not valid here.
    pub const INVALID_TRANSACTION: Self = Self(*b"9102");
    /// The business date is being switched.
    pub const CUT_OFF_IN_PROCESS: Self = Self(*b"9106");
    /// Issuer or switch does not work.
    pub const ISSUER_UNAVAILABLE: Self = Self(*b"9107");
    /// No route to the issuer.
    pub const NO_ROUTE: Self = Self(*b"9108");
    /// The system failed.
    pub const SYSTEM_MALFUNCTION: Self = Self(*b"9109");
    /// The issuer did not respond in time.
    pub const ISSUER_TIMED_OUT: Self = Self(*b"9111");
    /// The message was seen before.
    pub const DUPLICATE: Self = Self(*b"9113");
    /// The MAC is wrong.
    pub const MAC_ERROR: Self = Self(*b"9116");

    /// The meaning and customary handling, when the code is known.
    #[must_use]
    pub fn advice(self) -> Option<&'static Advice> {
        find(TABLE, self.as_str())
    }

    /// The class; of a code not known, by its first digit.
    #[must_use]
    pub fn class(self) -> Class {
        self.advice().map_or(class_of(self.0[0]), |advice| advice.class)
    }

    /// What the sender may conclude; of a code not known, by its first digit.
    #[must_use]
    pub fn outcome(self) -> Outcome {
        self.advice().map_or(outcome_of(self.0[0]), |advice| advice.outcome)
    }

    /// The same result in the codes of the 1993 edition, where it exists there.
    #[must_use]
    pub fn action93(self) -> Option<ActionCode93> {
        let [class, _, tens, ones] = self.0;
        let code = match &self.0 {
            b"9350" => ActionCode93::from_bytes(b"950")?,
            b"9100" | b"9101" => return None,
            [b'6', ..] if &self.0 != b"6000" => return None,
            [b'9', b'0', b'0', b'0' | b'1'] | [b'9', b'1', ..] | [b'0'..=b'8', b'0', ..] => {
                ActionCode93::from_bytes(&[class, tens, ones])?
            }
            _ => return None,
        };
        code.advice().filter(|row| row.scope == Scope::Iso).map(|_| code)
    }

    /// The nearest response code of the 1987 edition.
    #[must_use]
    pub fn response_code(self) -> Option<ResponseCode> {
        self.action93().and_then(ActionCode93::response_code)
    }

    /// The meaning in English; see [`words`](Self::words).
    #[must_use]
    pub fn meaning(self) -> &'static str {
        self.words(Lang::En)
    }

    /// The meaning. Codes that repeat a message reason take its words; codes not known take those of
    /// their class.
    #[must_use]
    pub fn words(self, lang: Lang) -> &'static str {
        match self.advice() {
            Some(advice) if advice.code == advice.last => advice.words(lang),
            Some(advice) => ReasonCode::new(self.as_str())
                .and_then(ReasonCode::meaning)
                .map_or(advice.words(lang), |row| row.words(lang)),
            None => self.class().words(lang),
        }
    }
}

/// Message reason codes (DE 25) that some 2003 hosts also send as results.
const fn reused(first: &'static str, last: &'static str, class: Class) -> Advice {
    approved(first, "message reason sent as a result", "以报文原因代码作为结果")
        .to(last)
        .class(class)
        .open(Reversal::IfApproved)
        .of(Jpos)
        .once()
}

#[rustfmt::skip] // one code, one line
pub(super) static TABLE: &[Advice] = &[
    approved("0000", "approved", "批准"),
    approved("0001", "honour with identification", "核对身份后承兑").by(Merchant).act("check the identity", "核对持卡人身份"),
    approved("0002", "approved for part of the amount", "部分金额批准").by(Merchant).act("collect the rest", "收取余款"),
    approved("0003", "approved (VIP)", "批准（VIP客户）"),
    approved("0004", "approved, update track 3", "批准，更新第三磁道").but(&[
        approved("0004", "approved for the purchase, not for the cash back", "批准消费，不批准返现").by(Merchant).act("give no cash back", "不支付返现").of(Jpos).once(),
    ]),
    approved("0005", "approved, issuer chose the account type", "批准，账户类型由发卡方指定"),
    approved("0006", "approved in part, issuer chose the account type", "部分金额批准，账户类型由发卡方指定").by(Merchant).act("collect the rest", "收取余款"),
    approved("0007", "approved, update ICC", "批准，更新IC卡").by(Device).act("run the issuer scripts", "执行发卡行脚本"),
    approved("0008", "approved, fees disputed", "批准，手续费有争议").once(),
    approved("0009", "approved with overdraft", "透支批准").once(),
    approved("0010", "approved, customer reactivated", "批准，客户重新激活").once(),
    approved("0011", "approved offline, terminal could not go online", "终端不能联机，脱机批准").once(),
    approved("0012", "approved offline", "脱机批准").once(),
    approved("0013", "approved offline after referral", "参考后脱机批准").once(),
    approved("0085", "no reason to decline", "无拒绝理由").of(Jpos).once(),
    approved("0885", "no reason to decline", "无拒绝理由").of(Jpos).once(),
    declined("1000", "do not honour", "不予承兑", Cardholder, Retry::Other).act("cardholder calls the issuer", "请持卡人联系发卡行"),
    declined("1001", "expired card", "过期卡", Cardholder, Retry::Fix).act("check the expiry date", "核对有效期"),
    declined("1002", "suspected fraud", "有作弊嫌疑", Issuer, Retry::No),
    declined("1003", "contact acquirer", "受卡方与受理方联系", Merchant, Retry::No).act("call the acquirer", "联系收单机构"),
    declined("1004", "restricted card", "受限制的卡", Issuer, Retry::No),
    declined("1005", "call acquirer security", "受卡方呼受理方安全部门", Merchant, Retry::No).act("call the acquirer", "联系收单机构"),
    declined("1006", "PIN tries exceeded", "密码错误次数超限", Cardholder, Retry::No).act("cardholder goes to the issuer", "持卡人到发卡行处理"),
    referral("1007", "refer to issuer", "请联系发卡行").class(Class::Declined),
    referral("1008", "refer to issuer, special conditions", "请联系发卡行，特殊条件").class(Class::Declined),
    declined("1009", "invalid merchant", "无效商户", Acquirer, Retry::No),
    declined("1010", "invalid amount", "无效金额", Merchant, Retry::Fix).act("correct the amount", "更正金额"),
    declined("1011", "invalid card number", "无效卡号", Merchant, Retry::Fix).act("enter the number again", "重新输入卡号"),
    declined("1012", "PIN required", "需要密码数据", Cardholder, Retry::Fix).act("enter the PIN", "输入密码后重新发起"),
    declined("1013", "unacceptable fee", "不可接受的交易费", Acquirer, Retry::No),
    declined("1014", "no account of this type", "无此类型账户", Cardholder, Retry::Fix).act("choose another account type", "选择其他账户类型"),
    declined("1015", "function not supported", "请求的功能不支持", Acquirer, Retry::No),
    declined("1016", "insufficient funds", "余额不足", Cardholder, Retry::Other).act("smaller amount or another card", "减少金额或换卡"),
    declined("1017", "incorrect PIN", "密码错", Cardholder, Retry::Fix).act("enter the PIN again", "重新输入密码"),
    declined("1018", "no card record", "无此卡记录", Issuer, Retry::Other),
    declined("1019", "not permitted to cardholder", "不允许持卡人进行此交易", Cardholder, Retry::Other).act("cardholder calls the issuer", "请持卡人联系发卡行"),
    declined("1020", "not permitted to terminal", "不允许终端进行此交易", Acquirer, Retry::No),
    declined("1021", "exceeds amount limit", "超出金额限制", Cardholder, Retry::Other).act("smaller amount", "减少金额"),
    declined("1022", "security violation", "违反安全保密规定", Acquirer, Retry::No),
    declined("1023", "exceeds frequency limit", "超出次数限制", Cardholder, Retry::Later),
    declined("1024", "violation of law", "交易违法", Nobody, Retry::No),
    declined("1025", "card not effective yet", "卡尚未生效", Issuer, Retry::Later),
    declined("1026", "invalid PIN block", "密码块无效", Acquirer, Retry::Fix).act("check the PIN key", "核对密码密钥"),
    declined("1027", "PIN length error", "密码长度错误", Cardholder, Retry::Fix).act("enter the PIN again", "重新输入密码"),
    declined("1028", "PIN key out of step", "密码密钥不同步", Acquirer, Retry::Fix).act("exchange keys", "更换密钥"),
    declined("1029", "suspected counterfeit card", "怀疑伪卡", Issuer, Retry::No),
    declined("1030", "currency not accepted by issuer", "发卡方不接受该货币", Issuer, Retry::Other).once(),
    declined("1031", "declined, fees disputed", "拒绝，手续费有争议", Acquirer, Retry::No).once(),
    declined("1032", "lost or stolen card", "挂失或被窃卡", Issuer, Retry::No).once(),
    declined("1033", "authorization life cycle not acceptable", "授权生命周期不可接受", Acquirer, Retry::Fix).once(),
    declined("1034", "authorization life cycle expired", "授权生命周期已过期", Acquirer, Retry::No).once(),
    declined("1035", "closed account", "账户已销户", Cardholder, Retry::Other).once(),
    declined("1036", "savings account closed or restricted", "储蓄账户已关闭或受限", Cardholder, Retry::Other).once(),
    declined("1037", "credit account closed or restricted", "信用账户已关闭或受限", Cardholder, Retry::Other).once(),
    declined("1038", "credit facility or cheque account closed or closing", "信用额度或支票账户已关闭或即将关闭", Cardholder, Retry::Other).once(),
    declined("1039", "cheque account closed or restricted", "支票账户已关闭或受限", Cardholder, Retry::Other).once(),
    declined("1040", "bad debt", "坏账", Cardholder, Retry::Other).once(),
    declined("1041", "from account in bad status", "转出账户状态异常", Cardholder, Retry::Fix).once(),
    declined("1042", "to account in bad status", "转入账户状态异常", Cardholder, Retry::Fix).once(),
    declined("1043", "cheque already posted", "支票已入账", Merchant, Retry::No).once(),
    declined("1044", "information not on file", "信息未存档", Issuer, Retry::Other).once(),
    declined("1045", "card verification data failed", "卡片校验数据错误", Cardholder, Retry::Fix).once(),
    declined("1046", "amount not found", "未找到金额", Merchant, Retry::Fix).once(),
    declined("1047", "PIN change required", "需要更改密码", Cardholder, Retry::Fix).once(),
    declined("1048", "new PIN invalid", "新密码无效", Cardholder, Retry::Fix).once(),
    declined("1049", "bank not found", "未找到银行", Acquirer, Retry::Fix).once(),
    declined("1050", "bank not effective", "银行尚未生效", Acquirer, Retry::Other).once(),
    declined("1051", "customer of vendor not found", "未找到商家的客户", Merchant, Retry::Fix).once(),
    declined("1052", "customer of vendor not effective", "商家的客户尚未生效", Merchant, Retry::Fix).once(),
    declined("1053", "customer account with vendor invalid", "客户在商家的账户无效", Merchant, Retry::Fix).once(),
    declined("1054", "vendor not found", "未找到商家", Merchant, Retry::Fix).once(),
    declined("1055", "vendor not effective", "商家尚未生效", Merchant, Retry::Fix).once(),
    declined("1056", "vendor data invalid", "商家数据无效", Merchant, Retry::Fix).once(),
    declined("1057", "vendor date invalid", "商家日期无效", Merchant, Retry::Fix).once(),
    declined("1058", "personal ID not found", "未找到个人标识", Cardholder, Retry::Fix).once(),
    declined("1059", "scheduled transactions exist", "存在预约交易", Cardholder, Retry::No).once(),
    declined("1060", "aborted at terminal", "交易在终端中止", Merchant, Retry::Fix).once(),
    declined("1061", "not supported by issuer", "发卡方不支持", Issuer, Retry::Other).once(),
    declined("1062", "cash back not allowed", "不允许返现", Merchant, Retry::Fix).once(),
    declined("1063", "cash back amount exceeded", "超出返现金额", Merchant, Retry::Fix).once(),
    declined("1064", "declined offline by terminal", "终端脱机拒绝", Cardholder, Retry::Other).once(),
    declined("1065", "declined, terminal could not process offline", "拒绝，终端不能脱机处理", Merchant, Retry::Later).once(),
    declined("1066", "declined offline after referral", "参考后脱机拒绝", Cardholder, Retry::Other).once(),
    declined("1067", "reserved for ISO use", "保留给ISO使用", Nobody, Retry::No).once(),
    declined("1068", "ID number invalid", "证件号无效", Cardholder, Retry::Fix).once(),
    declined("1069", "driver ID invalid", "驾驶员标识无效", Cardholder, Retry::Fix).once(),
    declined("1070", "vehicle ID invalid", "车辆标识无效", Cardholder, Retry::Fix).once(),
    declined("1071", "digital certificate expired", "数字证书已过期", Cardholder, Retry::Fix).once(),
    declined("1072", "surcharge not permitted for card", "该卡不允许附加费", Merchant, Retry::Fix).once(),
    declined("1073", "surcharge not permitted by network", "网络不允许附加费", Merchant, Retry::Fix).once(),
    declined("1074", "above pre-authorized amount", "超出预授权金额", Merchant, Retry::Fix).once(),
    declined("1075", "stop this payment", "停止该笔付款", Cardholder, Retry::No).once(),
    declined("1076", "stop all payments to this merchant", "停止对该商户的全部付款", Cardholder, Retry::No).once(),
    declined("1077", "stop all payments from this account", "停止该账户的全部付款", Cardholder, Retry::No).once(),
    declined("1078", "money laundering checks not met", "不符合反洗钱要求", Issuer, Retry::No).once(),
    declined("1079", "exceeds withdrawal limit", "超出取款限额", Cardholder, Retry::Other).once(),
    declined("1080", "PIN not allowed", "不允许使用密码", Cardholder, Retry::Fix).once(),
    declined("1081", "message number out of sequence", "报文序号错乱", Acquirer, Retry::Fix).once(),
    declined("1082", "original was declined", "原始交易已被拒绝", Acquirer, Retry::No).once(),
    reused("1500", "1511", Class::Declined),
    declined("1802", "missing fields", "缺少域", Acquirer, Retry::Fix).of(Jpos).once(),
    declined("1803", "extra fields", "多余的域", Acquirer, Retry::Fix).of(Jpos).once(),
    declined("1804", "invalid card number", "无效卡号", Merchant, Retry::Fix).of(Jpos).once(),
    declined("1806", "card not active", "卡未激活", Issuer, Retry::Other).of(Jpos).once(),
    declined("1808", "card not configured", "卡未配置", Issuer, Retry::Other).of(Jpos).once(),
    declined("1810", "invalid amount", "无效金额", Merchant, Retry::Fix).of(Jpos).once(),
    declined("1811", "system error, database", "系统错误，数据库", Network, Retry::Later).of(Jpos).once(),
    declined("1812", "system error, transaction", "系统错误，交易处理", Network, Retry::Later).of(Jpos).once(),
    declined("1813", "cardholder not active", "持卡人未激活", Issuer, Retry::Other).of(Jpos).once(),
    declined("1814", "cardholder not configured", "持卡人未配置", Issuer, Retry::Other).of(Jpos).once(),
    declined("1815", "cardholder expired", "持卡人已过期", Issuer, Retry::Other).of(Jpos).once(),
    declined("1816", "original not found", "未找到原始交易", Acquirer, Retry::Fix).of(Jpos).once(),
    declined("1817", "usage limit reached", "达到使用限额", Cardholder, Retry::Later).of(Jpos).once(),
    declined("1818", "configuration error", "配置错误", Acquirer, Retry::No).of(Jpos).once(),
    declined("1819", "invalid terminal", "无效终端", Acquirer, Retry::No).of(Jpos).once(),
    declined("1820", "inactive terminal", "终端未激活", Acquirer, Retry::No).of(Jpos).once(),
    declined("1821", "invalid merchant", "无效商户", Acquirer, Retry::No).of(Jpos).once(),
    declined("1822", "duplicate entity", "重复的实体", Acquirer, Retry::No).of(Jpos).once(),
    declined("1823", "invalid acquirer", "无效收单方", Acquirer, Retry::No).of(Jpos).once(),
    declined("1824", "already reversed", "已冲正", Acquirer, Retry::No).of(Jpos).once(),
    declined("1825", "later activity prevents reversal", "后续交易使冲正不能进行", Acquirer, Retry::No).of(Jpos).once(),
    declined("1826", "later activity prevents void", "后续交易使撤销不能进行", Acquirer, Retry::No).of(Jpos).once(),
    declined("1827", "original already voided", "原始交易已撤销", Acquirer, Retry::No).of(Jpos).once(),
    declined("1828", "card tokenization not supported", "不支持卡片令牌化", Acquirer, Retry::Other).of(Jpos).once(),
    declined("1830", "invalid field", "域无效", Acquirer, Retry::Fix).of(Jpos).once(),
    declined("1831", "endpoint badly configured", "端点配置错误", Network, Retry::No).of(Jpos).once(),
    declined("1832", "invalid request", "请求无效", Acquirer, Retry::Fix).of(Jpos).once(),
    declined("1833", "host unreachable", "主机不可达", Network, Retry::Later).of(Jpos).once(),
    pick_up("2000", "do not honour, keep the card", "不予承兑，没收卡"),
    pick_up("2001", "expired card, keep it", "过期卡，没收"),
    pick_up("2002", "suspected fraud, keep the card", "有作弊嫌疑，没收卡"),
    pick_up("2003", "contact acquirer, keep the card", "受卡方与受理方联系，没收卡"),
    pick_up("2004", "restricted card, keep it", "受限制的卡，没收"),
    pick_up("2005", "call acquirer security, keep the card", "受卡方呼受理方安全部门，没收卡"),
    pick_up("2006", "PIN tries exceeded, keep the card", "密码错误次数超限，没收卡"),
    pick_up("2007", "special conditions, keep the card", "特殊条件下没收卡"),
    pick_up("2008", "lost card", "挂失卡"),
    pick_up("2009", "stolen card", "被窃卡"),
    pick_up("2010", "suspected counterfeit card, keep it", "怀疑伪卡，没收"),
    pick_up("2011", "daily withdrawal maximum", "达到单日取款上限").open(Reversal::IfApproved).once(),
    pick_up("2012", "daily amount maximum", "达到单日金额上限").open(Reversal::IfApproved).once(),
    reused("2013", "2023", Class::PickUp),
    accepted("3000", "file updated", "文件已更新").by(Network),
    refused("3001", "not supported by receiver", "接收方不支持", Network, Retry::No),
    refused("3002", "record not found", "未找到记录", Network, Retry::No),
    accepted("3003", "duplicate record, old one replaced", "重复记录，旧记录已替换").by(Network),
    refused("3004", "field edit error", "域编辑错误", Network, Retry::Fix),
    refused("3005", "file locked", "文件锁定", Network, Retry::Later),
    refused("3006", "not successful", "未成功", Network, Retry::Later),
    refused("3007", "format error", "格式错误", Network, Retry::Fix),
    refused("3008", "duplicate record, new one rejected", "重复记录，新记录被拒绝", Network, Retry::No),
    refused("3009", "unknown file", "未知文件", Network, Retry::No),
    refused("3010", "invalid card or cardholder number", "卡号或持卡人号无效", Network, Retry::Fix).once(),
    accepted("4000", "reversal or chargeback accepted", "冲正或退单已接受"),
    reused("4001", "4021", Class::Admin),
    reused("4501", "4596", Class::Admin),
    accepted("5000", "reconciled, in balance", "对账平").by(Acquirer).act("close the batch", "结束批次"),
    refused("5001", "reconciled, out of balance", "对账不平", Acquirer, Retry::Fix).act("upload the details", "上送明细"),
    refused("5002", "amount not reconciled, totals provided", "金额对账不符，提供总计", Acquirer, Retry::Fix).act("compare the totals", "核对总计"),
    refused("5003", "totals not available", "总计不可用", Acquirer, Retry::NotApplicable).open(Reversal::No).act("ask for the totals later", "稍后查询总计"),
    refused("5004", "not reconciled, totals provided", "未对账，提供总计", Acquirer, Retry::Fix).act("compare the totals", "核对总计"),
    accepted("6000", "administrative message accepted", "管理报文已接受"),
    reused("6005", "6049", Class::Admin),
    accepted("7000", "fee collection accepted", "收费已接受"),
    accepted("8000", "network message accepted", "网络管理报文已接受"),
    refused("8001", "network message: try again", "网络管理报文：请再试", Network, Retry::Later).once(),
    refused("8002", "key verification failed", "密钥校验失败", Acquirer, Retry::Fix).act("exchange keys", "更换密钥").once(),
    reused("8100", "8105", Class::Admin),
    accepted("9000", "advice acknowledged, no liability accepted", "通知已确认，不承担资金责任").by(Acquirer).class(Class::Error).act("dispute it", "提出争议"),
    accepted("9001", "advice acknowledged, liability accepted", "通知已确认，承担资金责任").class(Class::Error),
    error("9100", "message error", "报文错误", Acquirer, Retry::Fix).once(),
    error("9102", "invalid transaction", "无效交易", Acquirer, Retry::No),
    error("9103", "re-enter transaction", "重新输入交易", Merchant, Retry::Fix),
    error("9105", "acquirer not supported by switch", "交换中心不支持的收单方", Network, Retry::Other),
    error("9106", "cut-over in process", "日期切换正在处理", Network, Retry::Later),
    error("9107", "issuer or switch inoperative", "发卡方或交换中心不能操作", Network, Retry::Later),
    error("9108", "no route to the destination", "找不到路由", Network, Retry::Other),
    error("9109", "system malfunction", "系统异常、失效", Network, Retry::No).open(Reversal::IfApproved),
    error("9110", "issuer signed off", "发卡方已签退", Issuer, Retry::Later),
    error("9111", "issuer timed out", "发卡方超时", Network, Retry::No).open(Reversal::IfApproved),
    error("9112", "issuer unavailable", "发卡方不可用", Issuer, Retry::Later),
    error("9113", "duplicate transmission", "重复交易", Acquirer, Retry::No).open(Reversal::No).act("look for the first one", "查找首笔交易"),
    error("9114", "original not found", "未找到原始交易", Acquirer, Retry::Fix),
    error("9115", "reconciliation cut-over or checkpoint error", "对账切换或检查点错误", Acquirer, Retry::Fix),
    error("9116", "MAC incorrect", "MAC错误", Acquirer, Retry::No).open(Reversal::IfApproved).act("exchange keys, look for the original", "更换密钥，查询原交易"),
    error("9117", "MAC key out of step", "MAC密钥不同步", Acquirer, Retry::No).open(Reversal::IfApproved).act("exchange keys, look for the original", "更换密钥，查询原交易"),
    error("9118", "no communication key", "无可用的通信密钥", Acquirer, Retry::Fix).act("exchange keys", "更换密钥"),
    error("9119", "encryption key out of step", "加密密钥不同步", Acquirer, Retry::Fix).act("exchange keys", "更换密钥"),
    error("9120", "security module error, try again", "加密机错误，请再试", Network, Retry::Later),
    error("9121", "security module error", "加密机错误", Network, Retry::No),
    error("9122", "message number out of sequence", "报文序号错乱", Acquirer, Retry::Fix),
    error("9123", "request in progress", "请求正在处理中", Network, Retry::No).open(Reversal::IfApproved),
    error("9124", "invalid security code", "安全码无效", Cardholder, Retry::Fix).once(),
    error("9125", "database error", "数据库错误", Network, Retry::Later).once(),
    error("9126", "invalid issuer number", "发卡方标识无效", Acquirer, Retry::Fix).once(),
    error("9128", "customer or vendor data format error", "客户或商家数据格式错误", Merchant, Retry::Fix).once(),
    error("9132", "recurring data error", "周期性交易数据错误", Merchant, Retry::Fix).once(),
    error("9133", "update not allowed", "不允许更新", Acquirer, Retry::No).once(),
    error("9350", "business arrangement violated", "违反业务约定", Acquirer, Retry::No),
    error("9999", "general decline", "一般拒绝", Cardholder, Retry::Other).of(Jpos).once(),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::table::assert_sorted;

    #[test]
    fn table_is_sorted() {
        assert_sorted(TABLE, 4);
    }

    #[test]
    fn unknown_codes_go_by_their_first_digit() {
        let unknown = ActionCode03(*b"2999");
        assert_eq!((unknown.class(), unknown.outcome()), (Class::PickUp, Outcome::Declined));
        assert_eq!(unknown.meaning(), "pick-up");
    }

    #[test]
    fn editions_map_down() {
        let chain = |text| ActionCode03::new(text).and_then(ActionCode03::response_code);
        assert_eq!(chain("1017"), Some(ResponseCode::INCORRECT_PIN));
        assert_eq!(chain("9111"), Some(ResponseCode::RESPONSE_TOO_LATE));
        assert_eq!(chain("0007"), None);
        assert_eq!(chain("6005"), None);
    }
}
