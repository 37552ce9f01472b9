//! UnionPay response codes: DE 39, two characters (an2), as terminals and acquirers see them.
//!
//! The codes are [`ResponseCode`]s; only their reading differs from the 1987 list. Rows carry the
//! network's Chinese wording, what the operator does in both languages, and the letter group of the
//! Chinese terminal tables. Facts from public lists and terminal programs. 00 is plain success; 10
//! is a partial approval; 11, 16, A2 and A4 to A6 are approvals with a remark. A terminal shows a code
//! it does not know as [`FAILED_ZH`].

use super::advice::{Actor::*, Advice, Class, Group, Retry, Reversal};
use super::advice::{approved, declined, error, later, pick_up, refused};
use super::response::ResponseCode;
use super::table::find;

/// What a terminal shows for a code it does not know: transaction failed.
pub const FAILED_ZH: &str = "交易失败";

/// UnionPay's reading of a response code, when it is known.
///
/// ```
/// use cardwire::codes::{Group, ResponseCode, unionpay};
///
/// let advice = unionpay::advice(ResponseCode::new("77").unwrap()).unwrap();
/// assert_eq!(advice.meaning, "sign on to the network");
/// assert_eq!(advice.action_zh, Some("重新签到再做交易"));
/// assert_eq!(advice.group, Some(Group::OperatorActs));
/// ```
#[must_use]
pub fn advice(code: ResponseCode) -> Option<&'static Advice> {
    find(TABLE, code.as_str())
}

/// The Chinese wording, with the letter of the Chinese terminal tables where one is listed.
impl Advice {
    const fn a(self, zh: &'static str) -> Self {
        Self { meaning_zh: Some(zh), group: Some(Group::Success), ..self }
    }

    const fn b(self, zh: &'static str) -> Self {
        Self { meaning_zh: Some(zh), group: Some(Group::MayRepeat), ..self }
    }

    const fn c(self, zh: &'static str) -> Self {
        Self { meaning_zh: Some(zh), group: Some(Group::DoNotRepeat), ..self }
    }

    const fn d(self, zh: &'static str) -> Self {
        Self { meaning_zh: Some(zh), group: Some(Group::OperatorActs), ..self }
    }

    const fn e(self, zh: &'static str) -> Self {
        Self { meaning_zh: Some(zh), group: Some(Group::SystemFault), ..self }
    }

    const fn zh(self, zh: &'static str) -> Self {
        Self { meaning_zh: Some(zh), ..self }
    }

    /// What the operator does, in English and Chinese.
    const fn operator(self, action: &'static str, action_zh: &'static str) -> Self {
        Self { action: Some(action), action_zh: Some(action_zh), ..self }
    }
}

static TABLE: &[Advice] = &[
    approved("00", "approved").a("承兑或交易成功").operator("print the slip", "打印签购单"),
    declined("01", "refer to issuer", Cardholder, Retry::Other)
        .class(Class::Referral)
        .c("请持卡人与发卡银行联系")
        .operator("cardholder calls issuer", "请持卡人联系发卡行"),
    declined("02", "refer to issuer, special conditions", Cardholder, Retry::Other)
        .class(Class::Referral)
        .c("查发卡行的特殊条件")
        .operator("cardholder calls issuer", "请持卡人联系发卡行"),
    error("03", "invalid merchant", Acquirer, Retry::No)
        .c("无效商户")
        .operator("acquirer checks merchant registration", "联系收单机构核对商户号"),
    pick_up("04", "capture card")
        .d("此卡被没收")
        .operator("keep card, register, call acquirer", "没收卡并登记，联系收单行"),
    declined("05", "cardholder authentication failed", Cardholder, Retry::Other)
        .c("持卡人认证失败")
        .operator("check identity data or call issuer", "核对身份信息或联系发卡行"),
    error("06", "error", Acquirer, Retry::No).e("出错").operator("call acquirer", "联系收单行"),
    pick_up("07", "capture card, special").d("特殊条件下没收卡").operator("keep card", "没收卡"),
    later("09", "request in progress", Network)
        .open(Reversal::IfApproved)
        .b("请求正在处理中")
        .operator("check first attempt, then retry", "查询原交易后再试"),
    approved("10", "partial approval")
        .by(Merchant)
        .a("部分承兑")
        .operator("collect rest otherwise", "余额用其他方式收取"),
    approved("11", "approved, VIP").a("成功，VIP客户"),
    declined("12", "invalid transaction or original", Merchant, Retry::Fix)
        .c("无效的关联交易")
        .operator("check original and transaction type", "检查原交易和交易类型"),
    error("13", "invalid amount", Merchant, Retry::Fix).b("无效金额").operator("check amount", "核对金额"),
    declined("14", "invalid card number", Cardholder, Retry::Fix)
        .c("无效卡号")
        .operator("check card number", "核对卡号，联系发卡行"),
    error("15", "no such issuer", Network, Retry::Other)
        .c("此卡无对应发卡方")
        .operator("use another card", "换卡"),
    approved("16", "approved, update track 3").a("批准更新第三磁道"),
    error("19", "re-enter transaction", Merchant, Retry::Fix)
        .c("刷卡读取数据有误，可重新刷卡")
        .operator("swipe again", "重新刷卡"),
    error("20", "invalid response", Acquirer, Retry::No)
        .open(Reversal::IfApproved)
        .c("无效应答")
        .operator("call acquirer", "联系收单行"),
    declined("21", "card not initialised or dormant", Issuer, Retry::Other)
        .c("卡未初始化或睡眠卡")
        .operator("cardholder activates at issuer", "持卡人到发卡行激活"),
    error("22", "original cannot be used, or too late", Merchant, Retry::Fix)
        .c("关联交易错误")
        .operator("check original, sign on again", "核对原交易，必要时重新签到"),
    declined("23", "unacceptable fee", Acquirer, Retry::No).c("不可接受的交易费"),
    refused("25", "original transaction not found", Acquirer, Retry::Fix)
        .c("没有原始交易，请联系发卡方")
        .operator("check trace, reference, date", "核对原流水号/参考号/日期"),
    error("30", "format error", Acquirer, Retry::No)
        .c("格式错误")
        .operator("software defect", "联系收单机构"),
    error("31", "bank not supported", Network, Retry::Other)
        .c("银联不支持的银行")
        .operator("other card", "换卡"),
    pick_up("33", "expired card, keep it")
        .retry(Retry::Other)
        .d("过期的卡")
        .operator("call issuer", "联系发卡行"),
    pick_up("34", "fraud card, keep it").d("作弊卡，吞卡").operator("keep card", "没收卡"),
    pick_up("35", "contact acquirer, keep the card")
        .d("受卡方与受理方联系")
        .operator("call acquirer", "联系收单行"),
    pick_up("36", "restricted card, keep it").d("受限制的卡").operator("call acquirer", "联系收单行"),
    pick_up("37", "call acquirer security, keep the card")
        .d("受卡方呼受理方安全保密部门")
        .operator("call acquirer", "联系收单行"),
    declined("38", "PIN tries exceeded", Cardholder, Retry::Other)
        .d("密码错误次数超限，请与发卡方联系")
        .operator("unlock at issuer", "持卡人到发卡行解锁"),
    declined("39", "no credit account", Cardholder, Retry::Other).c("无此信用卡账户"),
    error("40", "function not supported", Issuer, Retry::No)
        .c("发卡方不支持的交易类型")
        .operator("use another transaction", "改用其他交易"),
    pick_up("41", "lost card, keep it").d("挂失卡，请没收").operator("keep card", "没收卡，联系收单行"),
    declined("42", "no universal account", Cardholder, Retry::Other).b("无此账户"),
    pick_up("43", "stolen card, keep it").d("被窃卡，请没收").operator("keep card", "没收卡，报警"),
    declined("44", "no investment account", Cardholder, Retry::Other).c("无此投资账户"),
    declined("45", "fallback not allowed, use the chip", Merchant, Retry::Other)
        .zh("不允许降级交易，请使用芯片")
        .operator("insert the chip", "请插卡交易"),
    declined("51", "insufficient funds", Cardholder, Retry::Other)
        .c("可用余额不足")
        .operator("other card or smaller amount", "换卡或减少金额"),
    declined("52", "no cheque account", Cardholder, Retry::Other).c("无此支票账户"),
    declined("53", "no savings account", Cardholder, Retry::Other).c("无此储蓄卡账户"),
    declined("54", "expired card", Cardholder, Retry::Other)
        .c("该卡已过期")
        .operator("get new card", "联系发卡行换卡"),
    declined("55", "incorrect PIN", Cardholder, Retry::Fix)
        .c("密码错")
        .operator("enter PIN again", "重新输入密码"),
    declined("56", "no card record", Issuer, Retry::Other).c("无此卡记录"),
    declined("57", "not permitted to cardholder", Cardholder, Retry::Other)
        .c("不允许此卡交易")
        .operator("call issuer", "联系发卡行"),
    declined("58", "not permitted to terminal", Acquirer, Retry::No)
        .c("不允许该卡在本终端进行此交易")
        .operator("acquirer enables the transaction", "联系收单行或银联"),
    declined("59", "card verification error", Issuer, Retry::Other)
        .c("卡片校验错")
        .operator("call issuer", "联系发卡行"),
    declined("60", "contact acquirer", Merchant, Retry::No)
        .class(Class::Referral)
        .c("受卡方与安全保密部门联系")
        .operator("call acquirer", "联系收单行"),
    declined("61", "amount limit exceeded", Cardholder, Retry::Other)
        .c("交易金额超限")
        .operator("smaller amount", "减少金额"),
    declined("62", "restricted card", Issuer, Retry::Other)
        .c("受限制的卡")
        .operator("call issuer", "联系发卡行"),
    error("63", "security violation", Acquirer, Retry::No).c("违反安全保密规定"),
    error("64", "amount does not match the original", Merchant, Retry::Fix)
        .c("交易金额与原交易不匹配")
        .operator("check amount", "核对原金额"),
    declined("65", "frequency limit exceeded", Cardholder, Retry::Later)
        .c("超出消费次数限制")
        .operator("next day", "次日再试"),
    declined("66", "call acquirer security", Merchant, Retry::No)
        .class(Class::Referral)
        .c("受卡方呼受理方安全保密部门")
        .operator("call acquirer or UnionPay", "联系收单行或银联"),
    pick_up("67", "capture card").d("捕捉(没收卡)").operator("keep card", "没收卡"),
    error("68", "issuer timed out or answered too late", Network, Retry::Later)
        .open(Reversal::IfApproved)
        .c("发卡行响应超时")
        .operator("check whether debited before repeating", "查询是否扣款后再重做"),
    declined("75", "PIN tries exceeded", Cardholder, Retry::Other)
        .c("密码错误次数超限")
        .operator("next day / issuer", "次日或到发卡行"),
    refused("77", "sign on to the network", Merchant, Retry::Fix)
        .d("需要向网络中心签到")
        .operator("sign on again, then repeat", "重新签到再做交易"),
    refused("79", "offline totals not balanced", Merchant, Retry::Fix)
        .c("脱机交易对账不平")
        .operator("upload the offline data again", "重传脱机数据"),
    later("90", "date switch in progress", Network)
        .c("系统日切，请稍后重试")
        .operator("wait some minutes", "稍后重试"),
    later("91", "issuer or UnionPay inoperative", Issuer)
        .c("发卡方状态不正常，请稍后重试")
        .operator("wait, retry", "稍后重试"),
    error("92", "no route to issuer", Network, Retry::Later)
        .c("发卡方线路异常，请稍后重试")
        .operator("wait, retry", "稍后重试"),
    declined("93", "violation of law", Nobody, Retry::No).c("交易违法，不能完成"),
    error("94", "duplicate transaction", Acquirer, Retry::No)
        .open(Reversal::No)
        .c("拒绝，重复交易，请稍后重试")
        .operator("look for the first transaction, do not charge again", "查原交易，不要重复收款"),
    refused("95", "reconciliation control error", Acquirer, Retry::Fix)
        .open(Reversal::No)
        .c("调节控制错")
        .operator("settle again or upload", "重新结算或批上送"),
    error("96", "switching centre fault", Network, Retry::Later)
        .c("拒绝，交换中心异常，请稍后重试")
        .operator("wait, retry", "稍后重试"),
    error("97", "terminal number not found", Acquirer, Retry::No)
        .d("终端未登记")
        .operator("acquirer registers the terminal", "联系收单行核对终端号"),
    later("98", "no answer from issuer", Network)
        .e("发卡方超时")
        .operator("check whether debited, then repeat", "查询是否扣款后再重做"),
    error("99", "PIN block format error", Merchant, Retry::Fix)
        .b("PIN格式错，请重新签到")
        .operator("sign on again (new PIN key)", "重新签到"),
    error("A0", "MAC check failed", Merchant, Retry::Fix)
        .b("MAC校验错，请重新签到")
        .operator("sign on again (new MAC key)", "重新签到"),
    declined("A1", "transfer currencies differ", Merchant, Retry::No).zh("转账货币不一致"),
    approved("A2", "approved, credit to be confirmed")
        .by(Acquirer)
        .a("交易成功，请向资金到账行(发卡行)确认")
        .operator("confirm the credit with the receiving bank", "打印签购单，请持卡人/商户确认到账"),
    declined("A3", "account incorrect", Merchant, Retry::Fix)
        .zh("账户不正确")
        .operator("check account", "核对账号"),
    approved("A4", "approved, credit to be confirmed")
        .by(Acquirer)
        .a("交易成功，请向资金到账行确认")
        .operator("confirm credit", "确认到账"),
    approved("A5", "approved, credit to be confirmed")
        .by(Acquirer)
        .a("交易成功，请向资金到账行确认")
        .operator("confirm credit", "确认到账"),
    approved("A6", "approved, credit to be confirmed")
        .by(Acquirer)
        .a("交易成功，请向资金到账行确认")
        .operator("confirm credit", "确认到账"),
    error("A7", "security processing failure", Network, Retry::Later)
        .zh("安全处理失败")
        .operator("retry later", "稍后重试"),
    declined("B1", "no arrears", Nobody, Retry::No).zh("无欠费"),
    error("C1", "illegal acquirer status", Acquirer, Retry::No).zh("受理方状态非法"),
    refused("D1", "wrong institution number", Acquirer, Retry::No).zh("机构代码错误"),
    refused("D2", "date error", Acquirer, Retry::No).zh("日期错误"),
    refused("D3", "invalid file type", Acquirer, Retry::No).zh("无效的文件类型"),
    refused("D4", "file already processed", Acquirer, Retry::No).zh("已经处理过的文件"),
    refused("D5", "no such file", Acquirer, Retry::No).zh("无此文件"),
    refused("D6", "not supported by receiver", Acquirer, Retry::No).zh("接收者不支持"),
    refused("D7", "file locked", Acquirer, Retry::Later).zh("文件锁定"),
    refused("D8", "not successful", Acquirer, Retry::Later).zh("未成功"),
    refused("D9", "file length error", Acquirer, Retry::No).zh("文件长度不符"),
    refused("DA", "decompression error", Acquirer, Retry::No).zh("文件解压缩错"),
    refused("DB", "file name error", Acquirer, Retry::No).zh("文件名称错"),
    refused("DC", "file cannot be received", Acquirer, Retry::Later).zh("无法接收文件"),
    refused("F1", "file record format error", Acquirer, Retry::No).zh("文件记录格式错误"),
    refused("F2", "file record repeated", Acquirer, Retry::No).zh("文件记录重复"),
    refused("F3", "file record missing", Acquirer, Retry::No).zh("文件记录不存在"),
    refused("F4", "file record error", Acquirer, Retry::No).zh("文件记录错误"),
    declined("N1", "bank book items beyond limit", Cardholder, Retry::No)
        .zh("未登折账目已超限，交易失败")
        .operator("update the bank book", "到发卡行补登存折"),
    approved("Y1", "offline approved").a("脱机交易成功"),
    approved("Y3", "unable to go online, offline approved").a("不能联机，脱机交易成功"),
    declined("Z1", "offline declined", Cardholder, Retry::Other).zh("脱机交易失败"),
    declined("Z3", "unable to go online, offline declined", Merchant, Retry::Later)
        .zh("不能联机，脱机交易失败"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::Outcome;
    use crate::codes::table::assert_sorted;

    #[test]
    fn table_is_sorted_and_worded() {
        assert_sorted(TABLE, 2);
        assert!(TABLE.iter().all(|row| row.meaning_zh.is_some()));
    }

    #[test]
    fn reads_some_codes_its_own_way() {
        let code = ResponseCode::new("45").unwrap();
        assert_eq!(code.class(), Class::Reserved);
        assert_eq!(
            advice(code).map(|row| (row.class, row.outcome)),
            Some((Class::Declined, Outcome::Declined))
        );
    }
}
