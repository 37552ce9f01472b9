//! The rows of the UnionPay response codes; see [`unionpay`](super::unionpay).

use super::advice::{Actor::*, Advice, Class, Group, Retry, Reversal};
use super::advice::{approved, declined, error, later, pick_up, refused};
use super::scope;

/// The letter of the Chinese terminal tables, where one is listed.
impl Advice {
    const fn a(self) -> Self {
        Self { group: Some(Group::Success), ..self.ours() }
    }

    const fn b(self) -> Self {
        Self { group: Some(Group::MayRepeat), ..self.ours() }
    }

    const fn c(self) -> Self {
        Self { group: Some(Group::DoNotRepeat), ..self.ours() }
    }

    const fn d(self) -> Self {
        Self { group: Some(Group::OperatorActs), ..self.ours() }
    }

    const fn e(self) -> Self {
        Self { group: Some(Group::SystemFault), ..self.ours() }
    }

    /// A code of UnionPay.
    const fn ours(self) -> Self {
        self.of(scope::Network::UnionPay)
    }

    /// A code as older terminals read it.
    const fn old(self) -> Self {
        self.of(scope::Network::UnionPayOld)
    }
}

#[rustfmt::skip] // one code, one line
pub(super) static TABLE: &[Advice] = &[
    approved("00", "approved", "承兑或交易成功").a().act("print the slip", "打印签购单"),
    declined("01", "refer to issuer", "请持卡人与发卡银行联系", Cardholder, Retry::Other).class(Class::Referral).c().act("cardholder calls issuer", "请持卡人联系发卡行"),
    declined("02", "refer to issuer, special conditions", "查发卡行的特殊条件", Cardholder, Retry::Other).class(Class::Referral).c().act("cardholder calls issuer", "请持卡人联系发卡行").once(),
    error("03", "invalid merchant", "无效商户", Acquirer, Retry::No).c().act("acquirer checks merchant registration", "联系收单机构核对商户号"),
    pick_up("04", "capture card", "此卡被没收").d().act("keep card, register, call acquirer", "没收卡并登记，联系收单行"),
    declined("05", "cardholder authentication failed", "持卡人认证失败", Cardholder, Retry::Other).c().but(&[declined("05", "do not honour", "不予承兑", Cardholder, Retry::Other).old()]).act("check identity data or call issuer", "核对身份信息或联系发卡行"),
    error("06", "error", "出错", Acquirer, Retry::No).e().act("call acquirer", "联系收单行").once(),
    pick_up("07", "capture card, special", "特殊条件下没收卡").d().act("keep card", "没收卡").once(),
    error("09", "request in progress", "请求正在处理中", Network, Retry::No).open(Reversal::IfApproved).b().act("wait for the first attempt, or query it", "等待或查询原交易结果"),
    approved("10", "partial approval", "部分承兑").by(Merchant).a().act("collect rest otherwise", "余额用其他方式收取"),
    approved("11", "approved, VIP", "成功，VIP客户").a(),
    declined("12", "invalid transaction or original", "无效的关联交易", Merchant, Retry::Fix).c().act("check original and transaction type", "检查原交易和交易类型"),
    error("13", "invalid amount", "无效金额", Merchant, Retry::Fix).b().act("check amount", "核对金额"),
    declined("14", "invalid card number", "无效卡号", Cardholder, Retry::Fix).c().act("check card number", "核对卡号，联系发卡行"),
    error("15", "no such issuer", "此卡无对应发卡方", Network, Retry::Other).c().act("use another card", "换卡"),
    approved("16", "approved, update track 3", "批准更新第三磁道").a().once(),
    error("19", "re-enter transaction", "刷卡读取数据有误，可重新刷卡", Merchant, Retry::Fix).c().act("swipe again", "重新刷卡"),
    error("20", "invalid response", "无效应答", Acquirer, Retry::No).open(Reversal::IfApproved).c().act("call acquirer", "联系收单行"),
    declined("21", "card not initialised or dormant", "卡未初始化或睡眠卡", Issuer, Retry::Other).c().but(&[error("21", "no action taken", "不做任何处理", Acquirer, Retry::No).old()]).act("cardholder activates at issuer", "持卡人到发卡行激活"),
    error("22", "original cannot be used, or too late", "关联交易错误", Merchant, Retry::Fix).c().but(&[error("22", "terminal out of step with the centre", "POS状态与中心不符", Merchant, Retry::Fix).act("sign on again", "重新签到").old()]).act("check original, sign on again", "核对原交易，必要时重新签到"),
    declined("23", "unacceptable fee", "不可接受的交易费", Acquirer, Retry::No).c().once(),
    refused("25", "original transaction not found", "没有原始交易，请联系发卡方", Acquirer, Retry::Fix).c().act("check trace, reference, date", "核对原流水号/参考号/日期"),
    error("30", "format error", "格式错误", Acquirer, Retry::No).c().act("software defect", "联系收单机构"),
    error("31", "bank not supported", "银联不支持的银行", Network, Retry::Other).c().act("other card", "换卡"),
    pick_up("33", "expired card, keep it", "过期的卡").retry(Retry::Other).d().act("call issuer", "联系发卡行"),
    pick_up("34", "fraud card, keep it", "作弊卡，吞卡").d().act("keep card", "没收卡"),
    pick_up("35", "contact acquirer, keep the card", "受卡方与受理方联系").d().act("call acquirer", "联系收单行"),
    pick_up("36", "restricted card, keep it", "受限制的卡").d().act("call acquirer", "联系收单行"),
    pick_up("37", "call acquirer security, keep the card", "受卡方呼受理方安全保密部门").d().act("call acquirer", "联系收单行"),
    declined("38", "PIN tries exceeded", "密码错误次数超限，请与发卡方联系", Cardholder, Retry::Other).d().but(&[pick_up("38", "PIN tries exceeded, keep the card", "超过允许的PIN试输入，没收卡").old()]).act("unlock at issuer", "持卡人到发卡行解锁"),
    declined("39", "no credit account", "无此信用卡账户", Cardholder, Retry::Other).c(),
    error("40", "function not supported", "发卡方不支持的交易类型", Issuer, Retry::Other).c().act("use another transaction", "改用其他交易"),
    pick_up("41", "lost card, keep it", "挂失卡，请没收").d().act("keep card", "没收卡，联系收单行"),
    declined("42", "no universal account", "无此账户", Cardholder, Retry::Other).b(),
    pick_up("43", "stolen card, keep it", "被窃卡，请没收").d().act("keep card", "没收卡，报警"),
    declined("44", "no investment account", "无此投资账户", Cardholder, Retry::Other).c(),
    declined("45", "fallback not allowed, use the chip", "不允许降级交易，请使用芯片", Merchant, Retry::Other).ours().act("insert the chip", "请插卡交易").once(),
    declined("51", "insufficient funds", "可用余额不足", Cardholder, Retry::Other).c().act("other card or smaller amount", "换卡或减少金额"),
    declined("52", "no cheque account", "无此支票账户", Cardholder, Retry::Other).c(),
    declined("53", "no savings account", "无此储蓄卡账户", Cardholder, Retry::Other).c(),
    declined("54", "expired card", "该卡已过期", Cardholder, Retry::Other).c().act("get new card", "联系发卡行换卡"),
    declined("55", "incorrect PIN", "密码错", Cardholder, Retry::Fix).c().act("enter PIN again", "重新输入密码"),
    declined("56", "no card record", "无此卡记录", Issuer, Retry::Other).c(),
    declined("57", "not permitted to cardholder", "不允许此卡交易", Cardholder, Retry::Other).c().act("call issuer", "联系发卡行"),
    declined("58", "not permitted to terminal", "不允许该卡在本终端进行此交易", Acquirer, Retry::No).c().act("acquirer enables the transaction", "联系收单行或银联"),
    declined("59", "card verification error", "卡片校验错", Issuer, Retry::Other).c().but(&[declined("59", "suspected fraud", "有作弊嫌疑", Issuer, Retry::No).old()]).act("call issuer", "联系发卡行"),
    declined("60", "contact acquirer", "受卡方与安全保密部门联系", Merchant, Retry::No).class(Class::Referral).c().act("call acquirer", "联系收单行"),
    declined("61", "amount limit exceeded", "交易金额超限", Cardholder, Retry::Other).c().act("smaller amount", "减少金额"),
    declined("62", "restricted card", "受限制的卡", Issuer, Retry::Other).c().act("call issuer", "联系发卡行"),
    error("63", "security violation", "违反安全保密规定", Acquirer, Retry::No).c(),
    error("64", "amount does not match the original", "交易金额与原交易不匹配", Merchant, Retry::Fix).c().act("check amount", "核对原金额"),
    declined("65", "frequency limit exceeded", "超出消费次数限制", Cardholder, Retry::Later).c().act("next day", "次日再试"),
    declined("66", "call acquirer security", "受卡方呼受理方安全保密部门", Merchant, Retry::No).class(Class::Referral).c().act("call acquirer or UnionPay", "联系收单行或银联"),
    pick_up("67", "capture card", "捕捉（没收卡）").d().act("keep card", "没收卡"),
    error("68", "issuer timed out or response came too late", "发卡行响应超时", Network, Retry::No).open(Reversal::IfApproved).c().act("find out first whether money was debited", "先查询是否已扣款"),
    declined("75", "PIN tries exceeded", "密码错误次数超限", Cardholder, Retry::Later).c().act("next day / issuer", "次日或到发卡行"),
    refused("77", "sign on to the network", "需要向网络中心签到", Merchant, Retry::Fix).d().act("sign on again, then repeat", "重新签到再做交易"),
    refused("79", "offline totals not balanced", "脱机交易对账不平", Merchant, Retry::Fix).c().act("upload the offline data again", "重传脱机数据"),
    later("90", "date switch in progress", "系统日切，请稍后重试", Network).c().act("wait some minutes", "稍后重试"),
    later("91", "issuer or UnionPay inoperative", "发卡方状态不正常，请稍后重试", Issuer).c().act("wait, retry", "稍后重试"),
    error("92", "no route to issuer", "发卡方线路异常，请稍后重试", Network, Retry::Later).c().act("wait, retry", "稍后重试"),
    declined("93", "violation of law", "交易违法，不能完成", Nobody, Retry::No).c(),
    error("94", "duplicate transaction", "拒绝，重复交易", Acquirer, Retry::No).open(Reversal::No).c().act("look for the first transaction, do not charge again", "查原交易，不要重复收款"),
    refused("95", "reconciliation control error", "调节控制错", Acquirer, Retry::NotApplicable).open(Reversal::No).c().act("upload the details", "批上送"),
    error("96", "switching centre fault", "拒绝，交换中心异常，请稍后重试", Network, Retry::Later).c().act("wait, retry", "稍后重试"),
    error("97", "terminal number not found", "终端未登记", Acquirer, Retry::No).d().act("acquirer registers the terminal", "联系收单行核对终端号"),
    error("98", "no response from issuer", "发卡方超时", Network, Retry::No).open(Reversal::IfApproved).e().act("find out first whether money was debited", "先查询是否已扣款"),
    error("99", "PIN block format error", "PIN格式错，请重新签到", Merchant, Retry::Fix).b().act("sign on again (new PIN key)", "重新签到"),
    error("A0", "MAC check failed", "MAC校验错，请重新签到", Merchant, Retry::Fix).b().act("sign on again (new MAC key)", "重新签到"),
    declined("A1", "transfer currencies differ", "转账货币不一致", Merchant, Retry::No).ours(),
    approved("A2", "approved, credit to be confirmed", "交易成功，请向资金到账行（发卡行）确认").by(Acquirer).a().act("confirm the credit with the receiving bank", "打印签购单，请持卡人/商户确认到账"),
    declined("A3", "account incorrect", "账户不正确", Merchant, Retry::Fix).ours().act("check account", "核对账号"),
    approved("A4", "approved, credit to be confirmed", "交易成功，请向资金到账行确认").by(Acquirer).a().act("confirm credit", "确认到账"),
    approved("A5", "approved, credit to be confirmed", "交易成功，请向资金到账行确认").by(Acquirer).a().act("confirm credit", "确认到账"),
    approved("A6", "approved, credit to be confirmed", "交易成功，请向资金到账行确认").by(Acquirer).a().act("confirm credit", "确认到账"),
    error("A7", "security processing failure", "安全处理失败", Network, Retry::Later).ours().act("retry later", "稍后重试"),
    declined("B1", "no arrears", "无欠费", Nobody, Retry::No).ours().once(),
    error("C1", "illegal acquirer status", "受理方状态非法", Acquirer, Retry::No).ours().once(),
    refused("D1", "wrong institution number", "机构代码错误", Acquirer, Retry::No).ours().once(),
    refused("D2", "date error", "日期错误", Acquirer, Retry::No).ours().once(),
    refused("D3", "invalid file type", "无效的文件类型", Acquirer, Retry::No).ours().once(),
    refused("D4", "file already processed", "已经处理过的文件", Acquirer, Retry::No).ours().once(),
    refused("D5", "no such file", "无此文件", Acquirer, Retry::No).ours().once(),
    refused("D6", "not supported by receiver", "接收者不支持", Acquirer, Retry::No).ours().once(),
    refused("D7", "file locked", "文件锁定", Acquirer, Retry::Later).ours().once(),
    refused("D8", "not successful", "未成功", Acquirer, Retry::Later).ours().once(),
    refused("D9", "file length error", "文件长度不符", Acquirer, Retry::No).ours().once(),
    refused("DA", "decompression error", "文件解压缩错", Acquirer, Retry::No).ours().once(),
    refused("DB", "file name error", "文件名称错", Acquirer, Retry::No).ours().once(),
    refused("DC", "file cannot be received", "无法接收文件", Acquirer, Retry::Later).ours().once(),
    refused("F1", "file record format error", "文件记录格式错误", Acquirer, Retry::No).ours().once(),
    refused("F2", "file record repeated", "文件记录重复", Acquirer, Retry::No).ours().once(),
    refused("F3", "file record missing", "文件记录不存在", Acquirer, Retry::No).ours().once(),
    refused("F4", "file record error", "文件记录错误", Acquirer, Retry::No).ours().once(),
    declined("N1", "bank book items beyond limit", "未登折账目已超限，交易失败", Cardholder, Retry::No).ours().act("update the bank book", "到发卡行补登存折").once(),
    approved("Y1", "offline approved", "脱机交易成功").a(),
    approved("Y3", "unable to go online, offline approved", "不能联机，脱机交易成功").a(),
    declined("Z1", "offline declined", "脱机交易失败", Cardholder, Retry::Other).ours(),
    declined("Z3", "unable to go online, offline declined", "不能联机，脱机交易失败", Merchant, Retry::Later).ours(),
];
