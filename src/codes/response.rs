//! Response codes: DE 39 of the 1987 edition, two characters (an2).
//!
//! Digits are the standard's, letters belong to networks and EMV terminals. Facts from public code
//! lists. Networks read several codes in their own way: [`ResponseCode::at`] gives their reading.
//! UnionPay has a whole table of its own: see [`unionpay`](super::unionpay).

use core::fmt;

use super::advice::Actor::{self as By, Acquirer, Cardholder, Device, Issuer, Merchant, Nobody};
use super::advice::{Advice, Class, Outcome, Retry, Reversal};
use super::advice::{
    accepted, approved, declined, error, later, national, pick_up, private, referral, refused, reserved,
    undefined,
};
use super::readings::Described;
use super::scope::Network::{
    self, Emv, Gicc, Mastercard, MastercardDebit, Postilion, UnionPay, UnionPayOld, Visa,
};
use super::scope::Scope;
use super::table::find;
use super::unionpay_rows;
use crate::model::lang::Lang;

open_code! {
    /// A response code, DE 39 of the 1987 edition (an2). Every pair of letters and digits is a value.
    ///
    /// ```
    /// use cardwire::codes::{Outcome, ResponseCode, Retry};
    ///
    /// let code = ResponseCode::new("51").unwrap();
    /// assert_eq!(code, ResponseCode::INSUFFICIENT_FUNDS);
    /// let advice = code.advice().unwrap();
    /// assert_eq!((advice.outcome, advice.retry), (Outcome::Declined, Retry::Other));
    ///
    /// let private = ResponseCode::new("q7").unwrap(); // unknown here, carried all the same
    /// assert_eq!(private.advice(), None);
    /// assert_eq!(private.outcome(), Outcome::Unknown);
    /// ```
    ResponseCode, 2, alphanumeric
}

impl ResponseCode {
    /// Approved.
    pub const APPROVED: Self = Self(*b"00");
    /// Call the issuer.
    pub const REFER_TO_ISSUER: Self = Self(*b"01");
    /// The merchant is unknown or not allowed.
    pub const INVALID_MERCHANT: Self = Self(*b"03");
    /// Keep the card.
    pub const PICK_UP_CARD: Self = Self(*b"04");
    /// Refused without a stated reason.
    pub const DO_NOT_HONOUR: Self = Self(*b"05");
    /// General error.
    pub const ERROR: Self = Self(*b"06");
    /// Approved once the cardholder is identified.
    pub const HONOUR_WITH_IDENTIFICATION: Self = Self(*b"08");
    /// The first attempt is still being processed.
    pub const IN_PROGRESS: Self = Self(*b"09");
    /// Approved for less than asked.
    pub const PARTIAL_APPROVAL: Self = Self(*b"10");
    /// The transaction is not valid here.
    pub const INVALID_TRANSACTION: Self = Self(*b"12");
    /// The amount cannot be.
    pub const INVALID_AMOUNT: Self = Self(*b"13");
    /// No such card number.
    pub const INVALID_CARD_NUMBER: Self = Self(*b"14");
    /// No issuer for this card number.
    pub const NO_SUCH_ISSUER: Self = Self(*b"15");
    /// Enter the transaction again.
    pub const RE_ENTER: Self = Self(*b"19");
    /// The original transaction or record was not found.
    pub const RECORD_NOT_FOUND: Self = Self(*b"25");
    /// The message is malformed.
    pub const FORMAT_ERROR: Self = Self(*b"30");
    /// The receiver does not offer this function.
    pub const FUNCTION_NOT_SUPPORTED: Self = Self(*b"40");
    /// Lost card, keep it.
    pub const LOST_CARD: Self = Self(*b"41");
    /// Stolen card, keep it.
    pub const STOLEN_CARD: Self = Self(*b"43");
    /// Not enough money.
    pub const INSUFFICIENT_FUNDS: Self = Self(*b"51");
    /// The card has expired.
    pub const EXPIRED_CARD: Self = Self(*b"54");
    /// Wrong PIN.
    pub const INCORRECT_PIN: Self = Self(*b"55");
    /// This cardholder may not do this.
    pub const TRANSACTION_NOT_PERMITTED: Self = Self(*b"57");
    /// This terminal may not do this.
    pub const TERMINAL_NOT_PERMITTED: Self = Self(*b"58");
    /// Suspected fraud.
    pub const SUSPECTED_FRAUD: Self = Self(*b"59");
    /// Over the amount limit.
    pub const EXCEEDS_LIMIT: Self = Self(*b"61");
    /// Restricted card.
    pub const RESTRICTED_CARD: Self = Self(*b"62");
    /// Security violation.
    pub const SECURITY_VIOLATION: Self = Self(*b"63");
    /// The amount differs from the original.
    pub const ORIGINAL_AMOUNT_INCORRECT: Self = Self(*b"64");
    /// Over the count limit.
    pub const EXCEEDS_FREQUENCY: Self = Self(*b"65");
    /// The response came too late.
    pub const RESPONSE_TOO_LATE: Self = Self(*b"68");
    /// Too many wrong PINs.
    pub const PIN_TRIES_EXCEEDED: Self = Self(*b"75");
    /// The business date is being switched.
    pub const CUT_OFF_IN_PROCESS: Self = Self(*b"90");
    /// Issuer or switch does not work.
    pub const ISSUER_UNAVAILABLE: Self = Self(*b"91");
    /// No route to the issuer.
    pub const NO_ROUTE: Self = Self(*b"92");
    /// The law forbids it.
    pub const VIOLATION_OF_LAW: Self = Self(*b"93");
    /// The message was seen before.
    pub const DUPLICATE: Self = Self(*b"94");
    /// Totals do not agree.
    pub const RECONCILE_ERROR: Self = Self(*b"95");
    /// The system failed.
    pub const SYSTEM_MALFUNCTION: Self = Self(*b"96");
    /// The MAC is wrong (UnionPay).
    pub const MAC_ERROR: Self = Self(*b"A0");
    /// Approved offline, set by an EMV terminal.
    pub const OFFLINE_APPROVED: Self = Self(*b"Y1");
    /// Declined offline, set by an EMV terminal.
    pub const OFFLINE_DECLINED: Self = Self(*b"Z1");

    /// The meaning and customary handling, when the code is known.
    #[must_use]
    pub fn advice(self) -> Option<&'static Advice> {
        find(TABLE, self.as_str())
    }

    /// What the code means in this network: its own reading, or else the general one.
    ///
    /// ```
    /// use cardwire::codes::{Network, Outcome, ResponseCode};
    ///
    /// let code = ResponseCode::new("85").unwrap();
    /// assert_eq!(code.outcome(), Outcome::Unknown); // private use
    /// assert_eq!(code.at(Network::Visa).unwrap().outcome, Outcome::Approved);
    /// assert_eq!(ResponseCode::new("98").unwrap().at(Network::UnionPay).unwrap().meaning, "no response from issuer");
    /// ```
    #[must_use]
    pub fn at(self, network: Network) -> Option<&'static Advice> {
        let own = match network {
            UnionPay => find(unionpay_rows::TABLE, self.as_str()),
            UnionPayOld => {
                find(unionpay_rows::TABLE, self.as_str()).map(|row| row.at(network).unwrap_or(row))
            }
            _ => self.advice().and_then(|row| row.at(network)),
        };
        own.or_else(|| self.advice())
    }

    /// What networks mean by the code that have a reading of their own, UnionPay last.
    pub fn readings(self) -> impl Iterator<Item = &'static Advice> + Clone {
        self.advice()
            .map_or(&[][..], |row| row.readings)
            .iter()
            .chain(find(unionpay_rows::TABLE, self.as_str()))
    }

    /// The meaning, when the code is known; of a code that the standard leaves to others, what networks
    /// mean by it as well.
    ///
    /// ```
    /// use cardwire::codes::{Lang, ResponseCode};
    ///
    /// let code = ResponseCode::new("99").unwrap();
    /// let words = "reserved for national use (GICC (Germany): PIN error; UnionPay: PIN block format error)";
    /// assert_eq!(code.describe(Lang::En).unwrap().to_string(), words);
    /// ```
    #[must_use]
    pub fn describe(self, lang: Lang) -> Option<impl fmt::Display + use<>> {
        let advice = self.advice()?;
        let count = if advice.class == Class::Reserved { usize::MAX } else { 0 };
        let readings = self.readings().take(count).map(move |row| (row.scope, row.words(lang)));
        Some(Described { lang, words: advice.words(lang), readings })
    }

    /// For whom the standard sets the code aside, known or not.
    #[must_use]
    pub const fn scope(self) -> Scope {
        match self.0 {
            [b'7', b'6'..=b'9'] | [b'8', b'0'..=b'9'] => Scope::Private,
            [b'9', b'7'..=b'9'] => Scope::National,
            [b'0'..=b'9', _] => Scope::Iso,
            [b'A'..=b'M', _] => Scope::National,
            _ => Scope::Private,
        }
    }

    /// The class: `Reserved` when the code is not known.
    #[must_use]
    pub fn class(self) -> Class {
        self.advice().map_or(Class::Reserved, |advice| advice.class)
    }

    /// What the sender may conclude: `Unknown` when the code is not known.
    #[must_use]
    pub fn outcome(self) -> Outcome {
        self.advice().map_or(Outcome::Unknown, |advice| advice.outcome)
    }
}

#[rustfmt::skip] // one code, one line
pub(super) static TABLE: &[Advice] = &[
    approved("00", "approved", "批准或交易成功"),
    referral("01", "refer to issuer", "请联系发卡行"),
    referral("02", "refer to issuer, special conditions", "请联系发卡行，特殊条件"),
    error("03", "invalid merchant", "无效商户", Acquirer, Retry::No).act("check the merchant registration", "核对商户登记"),
    pick_up("04", "pick up card", "没收卡"),
    declined("05", "do not honour", "不予承兑", Cardholder, Retry::Other).act("cardholder calls the issuer", "请持卡人联系发卡行"),
    error("06", "error", "出错", Acquirer, Retry::Later),
    pick_up("07", "pick up card, special conditions", "特殊条件下没收卡"),
    approved("08", "honour with identification", "核对身份后承兑").by(Merchant).act("check the identity", "核对持卡人身份"),
    error("09", "request in progress", "请求正在处理中", By::Network, Retry::No).open(Reversal::IfApproved),
    approved("10", "approved for part of the amount", "部分金额批准").by(Merchant)
        .act("collect the rest, or cancel the sale", "收取余款，或取消交易"),
    approved("11", "approved (VIP)", "批准（VIP客户）"),
    declined("12", "invalid transaction", "无效交易", Acquirer, Retry::No).act("check DE 3, 22 and 25", "核对域3、22和25"),
    error("13", "invalid amount", "无效金额", Merchant, Retry::Fix).act("correct the amount", "更正金额"),
    declined("14", "invalid card number", "无效卡号", Merchant, Retry::Fix).act("enter the number again", "重新输入卡号"),
    error("15", "no such issuer", "无此发卡方", Acquirer, Retry::Other),
    approved("16", "approved, update track 3", "批准，更新第三磁道"),
    declined("17", "customer cancellation", "客户取消", Cardholder, Retry::Fix),
    declined("18", "customer dispute", "客户争议", Cardholder, Retry::No),
    error("19", "re-enter transaction", "重新输入交易", Merchant, Retry::Fix).act("start anew with a new trace number", "用新的流水号重新发起"),
    declined("1A", "additional cardholder authentication required", "需要附加持卡人认证", Merchant, Retry::Fix)
        .act("authenticate the cardholder (PIN or 3-D Secure), then send it again", "完成持卡人认证（密码或3DS）后重新发起").of(Visa),
    error("20", "invalid response", "无效应答", Acquirer, Retry::No).open(Reversal::IfApproved),
    error("21", "no action taken", "未作处理", Acquirer, Retry::No).but(&[
        error("21", "prior transaction cannot be undone", "无法撤销先前交易", Acquirer, Retry::No).of(Visa),
    ]),
    error("22", "suspected malfunction", "怀疑操作有误", Acquirer, Retry::No).open(Reversal::IfApproved),
    declined("23", "unacceptable fee", "不可接受的交易费", Acquirer, Retry::No),
    refused("24", "file update not supported", "接收方不支持文件更新", By::Network, Retry::No),
    refused("25", "record or original not found", "未找到记录或原始交易", Acquirer, Retry::No),
    accepted("26", "duplicate record, old one replaced", "重复记录，旧记录已替换"),
    refused("27", "file update field error", "文件更新域错误", By::Network, Retry::Fix),
    refused("28", "file locked", "文件锁定", By::Network, Retry::Later),
    refused("29", "file update failed", "文件更新不成功", Acquirer, Retry::Later),
    error("30", "format error", "格式错误", Acquirer, Retry::Fix)
        .act("correct the message, never send it again unchanged", "更正报文，不得原样再发"),
    error("31", "bank not supported by switch", "交换中心不支持的银行", Acquirer, Retry::Other),
    approved("32", "completed partially", "部分完成").by(Device)
        .act("what was not delivered is in the replacement amounts (DE 95)", "未交付部分见置换金额（域95）"),
    pick_up("33", "expired card, keep it", "过期卡，没收"),
    pick_up("34", "suspected fraud, keep the card", "有作弊嫌疑，没收卡"),
    pick_up("35", "contact acquirer, keep the card", "受卡方与受理方联系，没收卡").act("call the acquirer", "联系收单机构"),
    pick_up("36", "restricted card, keep it", "受限制的卡，没收"),
    pick_up("37", "call acquirer security, keep the card", "受卡方呼受理方安全部门，没收卡").act("call the acquirer", "联系收单机构"),
    pick_up("38", "PIN tries exceeded, keep the card", "密码错误次数超限，没收卡").by(Cardholder)
        .act("cardholder goes to the issuer", "持卡人到发卡行处理"),
    declined("39", "no credit account", "无此信用账户", Cardholder, Retry::Fix).act("choose another account type", "选择其他账户类型"),
    error("40", "function not supported", "请求的功能不支持", Acquirer, Retry::No),
    pick_up("41", "lost card", "挂失卡"),
    declined("42", "no universal account", "无此通用账户", Cardholder, Retry::Fix).act("choose another account type", "选择其他账户类型"),
    pick_up("43", "stolen card", "被窃卡"),
    declined("44", "no investment account", "无此投资账户", Cardholder, Retry::Fix).act("choose another account type", "选择其他账户类型"),
    reserved("45").outcome(Outcome::Declined).reverse(Reversal::No).but(&[
        declined("45", "closed account", "账户已销户", Cardholder, Retry::Other).of(Postilion).once(),
    ]),
    reserved("46").outcome(Outcome::Declined).reverse(Reversal::No).but(&[
        declined("46", "closed account", "账户已销户", Cardholder, Retry::Other).of(Visa).once(),
        declined("46", "identification required", "需要身份验证", Merchant, Retry::Fix).of(Postilion).once(),
    ]),
    reserved("47").but(&[
        declined("47", "identification cross-check required", "需要交叉核对身份", Merchant, Retry::Fix).of(Postilion).once(),
    ]),
    reserved("48").to("50"),
    declined("51", "insufficient funds", "余额不足", Cardholder, Retry::Other).act("smaller amount or another card", "减少金额或换卡"),
    declined("52", "no cheque account", "无此支票账户", Cardholder, Retry::Fix).act("choose another account type", "选择其他账户类型"),
    declined("53", "no savings account", "无此储蓄账户", Cardholder, Retry::Fix).act("choose another account type", "选择其他账户类型"),
    declined("54", "expired card", "过期卡", Cardholder, Retry::Fix).act("check the expiry date, else a new card", "核对有效期，否则换新卡"),
    declined("55", "incorrect PIN", "密码错", Cardholder, Retry::Fix).act("enter the PIN again", "重新输入密码"),
    declined("56", "no card record", "无此卡记录", Issuer, Retry::Other),
    declined("57", "not permitted to cardholder", "不允许持卡人进行此交易", Cardholder, Retry::Other)
        .act("cardholder calls the issuer", "请持卡人联系发卡行"),
    declined("58", "not permitted to terminal", "不允许终端进行此交易", Acquirer, Retry::No).act("check the terminal profile", "核对终端权限"),
    declined("59", "suspected fraud", "有作弊嫌疑", Issuer, Retry::No),
    declined("5C", "not supported or blocked by issuer", "发卡方不支持或已屏蔽", Issuer, Retry::Other).of(Visa).once(),
    referral("60", "contact acquirer", "受卡方与受理方联系").retry(Retry::No).act("call the acquirer", "联系收单机构"),
    declined("61", "exceeds amount limit", "超出金额限制", Cardholder, Retry::Other).act("smaller amount", "减少金额"),
    declined("62", "restricted card", "受限制的卡", Issuer, Retry::No),
    error("63", "security violation", "违反安全保密规定", Acquirer, Retry::No),
    error("64", "original amount incorrect", "原始金额不正确", Merchant, Retry::Fix).act("use the amount of the original", "使用原交易金额").but(&[
        declined("64", "money laundering checks not met", "不符合反洗钱要求", Issuer, Retry::No).of(Visa).once(),
    ]),
    declined("65", "exceeds frequency limit", "超出次数限制", Cardholder, Retry::Later).but(&[
        declined("65", "soft decline: cardholder authentication required", "软拒绝：需要持卡人强认证", Merchant, Retry::Fix)
            .act("authenticate the cardholder (PIN or 3-D Secure), then send it again", "完成持卡人认证（密码或3DS）后重新发起")
            .of(Mastercard),
    ]),
    referral("66", "call acquirer security", "受卡方呼受理方安全部门").retry(Retry::No).act("call the acquirer", "联系收单机构"),
    pick_up("67", "hard capture", "捕捉（没收卡）").by(Device).act("the device keeps the card", "由终端没收卡"),
    error("68", "response received too late", "收到的应答太迟", Acquirer, Retry::No).open(Reversal::Yes),
    reserved("69").but(&[
        error("69", "advice received too late", "收到的通知太迟", Acquirer, Retry::No).of(Postilion).once(),
    ]),
    declined("6P", "verification data failed", "验证数据不符", Merchant, Retry::Fix).of(Visa),
    reserved("70").but(&[
        declined("70", "PIN data required", "需要密码数据", Cardholder, Retry::Fix).act("enter the PIN", "输入密码后重新发起").of(Visa),
        declined("70", "contact issuer", "请联系发卡行", Cardholder, Retry::Other).act("cardholder calls the issuer", "请持卡人联系发卡行").of(Mastercard),
    ]),
    reserved("71").but(&[
        declined("71", "PIN not changed", "密码未更改", Cardholder, Retry::Fix).of(Mastercard),
        refused("71", "out of the exception cycle", "不符合差错处理顺序", Acquirer, Retry::No).of(MastercardDebit),
    ]),
    reserved("72").but(&[
        declined("72", "account not activated yet", "账户尚未激活", Cardholder, Retry::Later).of(Mastercard).once(),
        refused("72", "exception came too late", "差错处理超过期限", Acquirer, Retry::No).of(MastercardDebit),
    ]),
    reserved("73").to("74"),
    declined("75", "PIN tries exceeded", "密码错误次数超限", Cardholder, Retry::No).act("cardholder goes to the issuer", "持卡人到发卡行处理"),
    private("76").but(&[
        declined("76", "bad to-account", "转入账户无效", Cardholder, Retry::Fix).of(Mastercard),
        error("76", "previous message not found", "未找到先前的报文", Acquirer, Retry::No).of(Visa),
    ]),
    private("77").but(&[
        declined("77", "bad from-account", "转出账户无效", Cardholder, Retry::Fix).of(Mastercard),
        error("77", "reversal does not fit its original", "冲正数据与原交易不符", Acquirer, Retry::No).of(Visa),
        referral("77", "bank approval required", "需要银行批准").of(Postilion).once(),
    ]),
    private("78").but(&[
        declined("78", "bad account", "账户无效", Cardholder, Retry::Fix).of(Mastercard),
        declined("78", "blocked, first use", "首次使用，卡未解锁", Cardholder, Retry::Other)
            .act("cardholder has the card unblocked", "持卡人联系发卡行解锁").of(Visa),
        referral("78", "bank approval required for part of the amount", "部分金额需要银行批准").of(Postilion).once(),
    ]),
    private("79").but(&[
        declined("79", "card life cycle: replaced, expired or closed", "卡片生命周期：卡已更换、过期或销户", Merchant, Retry::Fix)
            .act("get the new card data", "取得新卡信息后重新发起").of(Mastercard),
        error("79", "already reversed", "已冲正", Acquirer, Retry::No).of(Visa),
    ]),
    private("80").but(&[
        later("80", "system not available", "系统不可用", By::Network).of(MastercardDebit),
        error("80", "invalid date, or issuer not available", "日期无效，或发卡方不可用", Acquirer, Retry::Later).of(Visa).disputed(),
    ]),
    private("81").but(&[
        error("81", "PIN cryptography error", "密码加密错误", Acquirer, Retry::Fix).act("check the PIN key", "核对密码密钥").of(Visa),
        declined("81", "domestic debit not allowed", "不允许境内借记交易", Acquirer, Retry::No).of(Mastercard).once(),
    ]),
    private("82").but(&[
        declined("82", "card verification failed", "卡片校验失败", Issuer, Retry::Other).of(Visa),
        declined("82", "issuer's policy", "发卡方政策", Issuer, Retry::Other).of(Mastercard),
    ]),
    private("83").but(&[
        declined("83", "fraud or security", "欺诈或安全原因", Issuer, Retry::No).of(Mastercard),
    ]),
    private("84").but(&[
        error("84", "bad authorization life cycle", "授权生命周期无效", Acquirer, Retry::No).of(Mastercard),
    ]),
    private("85").but(&[
        approved("85", "no reason to decline", "无拒绝理由").of(Visa),
        approved("85", "no reason to decline", "无拒绝理由").of(Mastercard),
    ]),
    private("86").but(&[
        declined("86", "PIN not verified", "密码无法校验", Issuer, Retry::Later).of(Visa),
        declined("86", "PIN not verified", "密码无法校验", Issuer, Retry::Later).of(Mastercard),
    ]),
    private("87").but(&[
        approved("87", "approved for the purchase, no cash back", "仅批准消费，不返现").by(Merchant)
            .act("give no cash back", "不支付返现").of(Mastercard),
    ]),
    private("88").but(&[
        error("88", "cryptography failure", "加密处理失败", Acquirer, Retry::No).of(Mastercard),
    ]),
    private("89").but(&[
        declined("89", "unacceptable PIN", "密码不可接受", Cardholder, Retry::Fix).act("choose another PIN", "重新选择密码").of(Mastercard),
    ]),
    later("90", "cut-off in process", "日期切换正在处理", By::Network),
    later("91", "issuer or switch inoperative", "发卡方或交换中心不能操作", Issuer),
    error("92", "no route to the destination", "找不到路由", By::Network, Retry::Later),
    declined("93", "violation of law", "交易违法，不能完成", Nobody, Retry::No),
    error("94", "duplicate transmission", "重复交易", Acquirer, Retry::No).open(Reversal::No)
        .act("look for the first one; a repeated advice is simply done", "查找首笔交易；重发的通知视为已完成"),
    refused("95", "reconcile error", "对账错误", Acquirer, Retry::NotApplicable).open(Reversal::No).act("upload the details", "上送明细"),
    error("96", "system malfunction", "系统异常、失效", By::Network, Retry::No).open(Reversal::IfApproved),
    national("97").but(&[error("97", "MAC error", "MAC错误", Acquirer, Retry::Fix).of(Gicc)]),
    national("98").but(&[
        error("98", "date or time not plausible", "日期或时间不合理", Acquirer, Retry::Fix).of(Gicc),
        declined("98", "exceeds cash limit", "超出取现限额", Cardholder, Retry::Other).of(Postilion).once(),
    ]),
    national("99").but(&[error("99", "PIN error", "密码错误", Acquirer, Retry::Fix).of(Gicc)]),
    declined("9G", "blocked by cardholder", "持卡人已屏蔽", Cardholder, Retry::Other).of(Visa).once(),
    error("A0", "MAC error", "MAC校验错", Merchant, Retry::No).open(Reversal::IfApproved)
        .act("sign on for new keys, look for the original", "签到更新密钥，查询原交易").of(UnionPay),
    letters("A1").but(&[declined("A1", "chip: transaction counter not incremented", "芯片：交易计数器未增加", Issuer, Retry::No).of(Postilion).once()]),
    letters("A2").but(&[declined("A2", "chip: transaction counter limit exceeded", "芯片：交易计数器超限", Issuer, Retry::No).of(Postilion).once()]),
    letters("A3").but(&[error("A3", "chip: transaction counter badly configured", "芯片：交易计数器配置错误", Issuer, Retry::No).of(Postilion).once()]),
    letters("A4").but(&[declined("A4", "chip: card verification results check failed", "芯片：卡片验证结果检查未通过", Issuer, Retry::No).of(Postilion).once()]),
    letters("A5").but(&[error("A5", "chip: card verification results badly configured", "芯片：卡片验证结果配置错误", Issuer, Retry::No).of(Postilion).once()]),
    letters("A6").but(&[declined("A6", "chip: terminal verification results check failed", "芯片：终端验证结果检查未通过", Issuer, Retry::No).of(Postilion).once()]),
    letters("A7").but(&[error("A7", "chip: terminal verification results badly configured", "芯片：终端验证结果配置错误", Issuer, Retry::No).of(Postilion).once()]),
    declined("B1", "surcharge not permitted", "不允许附加费", Acquirer, Retry::Fix).of(Visa),
    declined("C0", "unacceptable PIN", "密码不可接受", Cardholder, Retry::Fix).act("choose another PIN", "重新选择密码").of(Postilion).once(),
    error("C1", "illegal acquirer status", "受理方状态非法", Acquirer, Retry::No).of(UnionPay).but(&[
        declined("C1", "PIN change failed", "更改密码失败", Cardholder, Retry::Fix).of(Postilion).once(),
    ]),
    declined("C2", "PIN unblock failed", "密码解锁失败", Cardholder, Retry::No).of(Postilion).once(),
    refused("D1", "file transfer error", "文件传输错误", By::Network, Retry::Fix).of(UnionPay).but(&[
        error("D1", "MAC error", "MAC错误", Acquirer, Retry::No).open(Reversal::IfApproved).act("exchange keys", "更换密钥").of(Postilion).once(),
    ]),
    refused("D2", "file transfer error", "文件传输错误", By::Network, Retry::Fix).to("DC").of(UnionPay),
    declined("E1", "prepay error", "预付费错误", Acquirer, Retry::No).of(Postilion).once(),
    refused("F1", "file record error", "文件记录错误", By::Network, Retry::Fix).to("F4").of(UnionPay),
    error("N0", "force stand-in", "强制代授权", By::Network, Retry::Later).of(Visa),
    declined("N1", "bank book items beyond limit", "未登折账目已超限", Cardholder, Retry::No).of(UnionPay),
    declined("N3", "cash service not available", "取现服务不可用", Merchant, Retry::Other).of(Visa),
    declined("N4", "cash back above issuer limit", "返现超出发卡方限额", Merchant, Retry::Fix).act("correct the amount", "更正金额").of(Visa),
    declined("N5", "ineligible for resubmission", "不可再次提交", Acquirer, Retry::No).of(Visa).once(),
    declined("N7", "CVV2 failure", "CVV2校验失败", Cardholder, Retry::Fix).act("enter the CVV2 again", "重新输入CVV2").of(Visa),
    declined("N8", "above pre-authorized amount", "超出预授权金额", Merchant, Retry::Fix).act("correct the amount", "更正金额").of(Visa),
    declined("P2", "invalid biller data", "账单方信息无效", Merchant, Retry::Fix).of(Visa),
    declined("P5", "PIN change or unblock declined", "更改或解锁密码被拒绝", Cardholder, Retry::No).of(Visa),
    declined("P6", "unsafe PIN", "密码不安全", Cardholder, Retry::Fix).act("choose another PIN", "重新选择密码").of(Visa),
    declined("Q1", "card authentication failed", "卡片认证失败", Issuer, Retry::Other).of(Visa),
    declined("R0", "stop this payment", "停止该笔付款", Cardholder, Retry::No).of(Visa),
    declined("R1", "this authorization revoked", "撤销该授权", Cardholder, Retry::No).of(Visa),
    declined("R2", "does not qualify for the network's PIN service", "不符合卡组织密码服务条件", Acquirer, Retry::Other).of(Visa),
    declined("R3", "all authorizations revoked", "撤销全部授权", Cardholder, Retry::No).of(Visa),
    referral("XA", "forward to issuer", "转发至发卡方").by(By::Network).retry(Retry::No).act("the network forwards it", "由网络转发").of(Visa),
    referral("XD", "forward to issuer", "转发至发卡方").by(By::Network).retry(Retry::No).act("the network forwards it", "由网络转发").of(Visa),
    approved("Y1", "offline approved", "脱机批准").of(Emv),
    approved("Y2", "approved after card referral", "卡片参考后批准").of(Emv).once(),
    approved("Y3", "unable to go online, approved offline", "不能联机，脱机批准").of(Emv),
    declined("Z1", "offline declined", "脱机拒绝", Cardholder, Retry::Other).of(Emv),
    declined("Z2", "declined after card referral", "卡片参考后拒绝", Cardholder, Retry::Other).of(Emv).once(),
    declined("Z3", "unable to go online, declined offline", "不能联机，脱机拒绝", Merchant, Retry::Later).of(Emv),
    declined("Z5", "valid account, amount not supported", "账户有效，但不支持该金额", Merchant, Retry::Fix).act("correct the amount", "更正金额").of(Visa).once(),
];

/// A code of two characters that only networks define, each in its own way.
const fn letters(code: &'static str) -> Advice {
    undefined(code, "differs by network", "各卡组织含义不同").scope(Scope::National)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::table::assert_sorted;

    #[test]
    fn table_is_sorted() {
        assert_sorted(TABLE, 2);
    }

    #[test]
    fn shapes() {
        assert_eq!(ResponseCode::new("00"), Some(ResponseCode::APPROVED));
        assert_eq!(ResponseCode::from_bytes(b"A0").map(|code| code.outcome()), Some(Outcome::Unknown));
        for text in ["", "0", "000", "0 ", "é"] {
            assert_eq!(ResponseCode::new(text), None, "{text:?}");
        }
        assert_eq!(ResponseCode::FORMAT_ERROR.as_str(), "30");
    }

    #[test]
    fn spans_cover_letters() {
        let code = ResponseCode::new("DB").and_then(ResponseCode::advice).unwrap();
        assert_eq!((code.code, code.last, code.class), ("D2", "DC", Class::Admin));
        assert_eq!(ResponseCode::new("DD").and_then(ResponseCode::advice), None);
    }
}
