//! Message reason codes: DE 25 of the 1993 and 2003 editions (n4).
//!
//! The 1987 edition has the point of service condition there: see
//! [`ConditionCode`](super::ConditionCode). Facts from public code lists, most of them of 2003.

use super::scope::Network::Mastercard;
use super::table::{Meaning, find, iso, iso_use, national_use, network, private, private_use, unionpay};

open_code! {
    /// A message reason code, DE 25 of the 1993 and 2003 editions (n4).
    ///
    /// ```
    /// use cardwire::codes::{ReasonClass, ReasonCode};
    ///
    /// let code = ReasonCode::new("4021").unwrap();
    /// assert_eq!(code, ReasonCode::TIMEOUT);
    /// assert_eq!(code.class(), ReasonClass::Reversal);
    /// assert_eq!(ReasonCode::new("2450").unwrap().meaning().unwrap().text, "reserved for national use");
    /// ```
    ReasonCode, 4, digits
}

worded! {
    /// What a reason code explains.
    #[non_exhaustive]
    ReasonClass {
        /// Why an advice or notification was sent instead of a request.
        Advice => "advice/notification instead of a request" "以通知代替请求的原因",
        /// Why a request went online.
        ForcedOnline => "request forced online: reason" "请求强制联机的原因",
        /// A representment.
        Representment => "representment" "再次提交",
        /// A file action.
        FileAction => "file action" "文件操作",
        /// A reversal.
        Reversal => "reversal" "冲正",
        /// A chargeback.
        Chargeback => "chargeback" "退单",
        /// A reconciliation.
        Reconciliation => "reconciliation" "对账",
        /// A retrieval request or its fulfilment.
        Retrieval => "retrieval" "调单",
        /// An administrative message.
        Administrative => "administrative" "管理",
        /// A fee collection.
        FeeCollection => "fee collection" "收费",
        /// A network management message.
        NetworkManagement => "network management" "网络管理",
        /// A key exchange.
        KeyExchange => "key exchange" "密钥交换",
        /// An exception item (UnionPay).
        ExceptionItem => "exception item" "差错项",
        /// Set aside.
        Reserved => "reserved" "保留",
    }
}

impl ReasonCode {
    /// The issuer timed out on the request.
    pub const ISSUER_TIMED_OUT: Self = Self(*b"1002");
    /// The issuer is unavailable.
    pub const ISSUER_UNAVAILABLE: Self = Self(*b"1003");
    /// The terminal decided.
    pub const TERMINAL_PROCESSED: Self = Self(*b"1004");
    /// The chip decided.
    pub const ICC_PROCESSED: Self = Self(*b"1005");
    /// The amount is under the floor limit.
    pub const UNDER_FLOOR_LIMIT: Self = Self(*b"1006");
    /// Reversal: the customer cancelled.
    pub const CUSTOMER_CANCELLATION: Self = Self(*b"4000");
    /// Reversal: suspected malfunction.
    pub const SUSPECTED_MALFUNCTION: Self = Self(*b"4002");
    /// Reversal: completed partially.
    pub const COMPLETED_PARTIALLY: Self = Self(*b"4004");
    /// Reversal: the response came too late.
    pub const RESPONSE_TOO_LATE: Self = Self(*b"4006");
    /// Reversal: the device could not complete.
    pub const UNABLE_TO_COMPLETE: Self = Self(*b"4007");
    /// Reversal: the message could not be delivered.
    pub const UNABLE_TO_DELIVER: Self = Self(*b"4013");
    /// Reversal: the response was invalid.
    pub const INVALID_RESPONSE: Self = Self(*b"4020");
    /// Reversal: no response in time.
    pub const TIMEOUT: Self = Self(*b"4021");

    /// What the code means, when it is known.
    #[must_use]
    pub fn meaning(self) -> Option<&'static Meaning> {
        find(TABLE, self.as_str())
    }

    /// The code as a number.
    fn number(self) -> u16 {
        self.0.iter().fold(0, |number, digit| number * 10 + u16::from(digit - b'0'))
    }

    /// What the code explains, by its range.
    #[must_use]
    pub fn class(self) -> ReasonClass {
        match self.number() {
            1000..=1499 => ReasonClass::Advice,
            1500..=1999 => ReasonClass::ForcedOnline,
            2000..=2999 => ReasonClass::Representment,
            3000..=3999 => ReasonClass::FileAction,
            4000..=4499 => ReasonClass::Reversal,
            4500..=4999 => ReasonClass::Chargeback,
            5000..=5999 => ReasonClass::Reconciliation,
            6000..=6499 => ReasonClass::Retrieval,
            6500..=6999 => ReasonClass::Administrative,
            7000..=7999 => ReasonClass::FeeCollection,
            8000..=8099 => ReasonClass::NetworkManagement,
            8100..=8199 => ReasonClass::KeyExchange,
            9600..=9725 => ReasonClass::ExceptionItem,
            _ => ReasonClass::Reserved,
        }
    }
}

#[rustfmt::skip] // one code, one line
pub(super) static TABLE: &[Meaning] = &[
    iso_use("0000", "0999").once(),
    iso("1000", "stand-in at the issuer's choice", "发卡方选择代授权"),
    iso("1001", "issuer signed off", "发卡方已签退"),
    iso("1002", "issuer timed out on the request", "发卡方对请求超时"),
    iso("1003", "issuer unavailable", "发卡方不可用"),
    iso("1004", "processed by the terminal", "由终端处理"),
    iso("1005", "processed by the chip", "由IC卡处理"),
    iso("1006", "under floor limit", "低于免授权限额"),
    iso("1007", "stand-in at the acquirer's choice", "收单方选择代授权"),
    iso("1008", "stand-in at the receiver's choice", "接收方选择代授权"),
    iso("1009", "receiver signed off", "接收方已签退"),
    iso("1010", "receiver timed out on the request", "接收方对请求超时"),
    iso("1011", "receiver unavailable", "接收方不可用"),
    iso_use("1012", "1150").once(),
    national_use("1151", "1375").once(),
    private_use("1376", "1499").once(),
    iso("1500", "chip application could not process the common data file", "IC卡应用无法处理公共数据文件"),
    iso("1501", "chip application could not process its data file", "IC卡应用无法处理应用数据文件"),
    iso("1502", "random selection by the chip", "IC卡随机选择"),
    iso("1503", "random selection by the terminal", "终端随机选择"),
    iso("1504", "terminal cannot process the chip", "终端不能处理IC卡"),
    iso("1505", "forced online by the chip", "IC卡强制联机"),
    iso("1506", "forced online by the card acceptor", "受卡方强制联机"),
    iso("1507", "forced online, acceptance device to be updated", "强制联机，受卡设备待更新"),
    iso("1508", "forced online by the terminal", "终端强制联机"),
    iso("1509", "forced online by the issuer", "发卡方强制联机"),
    iso("1510", "over floor limit", "超过免授权限额"),
    iso("1511", "merchant suspicious", "商户可疑"),
    iso_use("2000", "2000").once(),
    iso("2001", "wrong acquirer reference in chargeback, papers received or not needed", "退单中收单方参考号有误，凭证已收到或不需要").once(),
    iso("2002", "papers for the chargeback not received", "未收到支持退单的凭证").once(),
    iso("2003", "correct transaction date supplied", "已提供正确的交易日期").once(),
    iso("2004", "wrong acquirer reference in chargeback, papers received", "退单中收单方参考号有误，凭证已收到").once(),
    iso("2005", "correct merchant location or description supplied", "已提供正确的商户地点或名称").once(),
    iso_use("2006", "2006").once(),
    iso("2007", "amount within the floor limit", "金额在免授权限额以内").once(),
    iso("2008", "issuer had authorized", "发卡方已授权").once(),
    iso_use("2009", "2010").once(),
    iso("2011", "credit already issued", "已办理贷记").once(),
    iso_use("2012", "2012").once(),
    iso("2013", "chargeback already remedied, papers attached", "退单已处理，附凭证").once(),
    iso("2014", "duplicate chargeback", "重复退单").once(),
    iso("2015", "chargeback too late", "退单超过期限").once(),
    iso("2016", "requested papers supplied, hardship variance", "已提供所要凭证，特殊困难").once(),
    iso("2017", "invalid member message text", "成员报文文本无效").once(),
    iso("2018", "correct merchant category supplied", "已提供正确的商户类别").once(),
    iso("2019", "authorization said suspicious", "授权时已提示可疑").once(),
    iso("2020", "no authorization required or attempted", "无需授权或未请求授权").once(),
    iso("2021", "account not on the warning bulletin", "账户未列入止付名单").once(),
    iso("2022", "papers illegible", "凭证无法辨认").once(),
    iso("2023", "papers invalid or incomplete", "凭证无效或不完整").once(),
    iso_use("2024", "2399").once(),
    national_use("2400", "2699").once(),
    private_use("2700", "2999").once(),
    iso("3000", "lost card", "挂失卡").once(),
    iso("3001", "stolen card", "被窃卡").once(),
    iso("3002", "undelivered card", "未送达的卡").once(),
    iso("3003", "counterfeit card", "伪卡").once(),
    iso("3004", "other", "其他").once(),
    iso_use("3005", "3399").once(),
    national_use("3400", "3699").once(),
    private_use("3700", "3999").once(),
    iso("4000", "customer cancellation", "客户取消"),
    iso("4001", "unspecified, no action taken", "未说明，未作处理").once(),
    iso("4002", "suspected malfunction", "怀疑操作有误").once(),
    iso("4003", "format error, no action taken", "格式错误，未作处理").once(),
    iso("4004", "completed partially", "部分完成").once(),
    iso("4005", "original amount incorrect", "原始金额不正确").once(),
    iso("4006", "response received too late", "收到的应答太迟").once(),
    iso("4007", "device could not complete", "设备未能完成").once(),
    iso("4008", "deposit out of balance", "存款不平").once(),
    iso("4009", "no cheque in envelope", "信封内无支票").once(),
    iso("4010", "payment out of balance", "付款不平").once(),
    iso("4011", "deposit out of balance, contents applied", "存款不平，按实际内容入账").once(),
    iso("4012", "payment out of balance, contents applied", "付款不平，按实际内容入账").once(),
    iso("4013", "message not delivered to the point of service", "报文未送达销售点").once(),
    iso("4014", "suspected malfunction, card kept", "怀疑操作有误，卡已没收").once(),
    iso("4015", "suspected malfunction, card returned", "怀疑操作有误，卡已退还").once(),
    iso("4016", "suspected malfunction, track 3 not updated", "怀疑操作有误，第三磁道未更新").once(),
    iso("4017", "suspected malfunction, no cash given", "怀疑操作有误，未出钞").once(),
    iso("4018", "timeout taking the money, no cash given", "取钞超时，未出钞").once(),
    iso("4019", "timeout taking the card, card kept, no cash given", "取卡超时，卡已没收，未出钞").once(),
    iso("4020", "invalid response, no action taken", "应答无效，未作处理").once(),
    iso("4021", "timeout waiting for response", "等待应答超时"),
    iso_use("4022", "4199").once(),
    national_use("4200", "4350").once(),
    private("4351", "authorization expired", "授权已过期").once().but(&[unionpay("4351", "reversal by the terminal", "终端发起冲正").once()]),
    unionpay("4352", "reversal by the terminal", "终端发起冲正").once(),
    unionpay("4353", "late response", "应答迟到").once(),
    unionpay("4354", "timeout", "超时").once(),
    unionpay("4355", "MAC wrong", "MAC错误").once(),
    unionpay("4356", "other reversal reasons", "其他冲正原因").once(),
    private_use("4357", "4359").once(),
    unionpay("4360", "other reversal reasons", "其他冲正原因").to("4366").once(),
    private_use("4367", "4499").once(),
    iso_use("4500", "4500").once(),
    iso("4501", "requested information not received", "未收到所要信息").once(),
    iso("4502", "requested information illegible or incomplete", "所要信息无法辨认或不完整").once(),
    iso_use("4503", "4506").once(),
    iso("4507", "card on warning bulletin", "卡在止付名单上").once(),
    iso("4508", "required authorization not obtained", "未取得必需的授权").once(),
    iso_use("4509", "4511").once(),
    iso("4512", "account not on file", "账户未存档").once(),
    iso_use("4513", "4523").once(),
    iso("4524", "protected by an earlier warning bulletin", "先前止付名单的保护").once(),
    iso_use("4525", "4530").once(),
    iso("4531", "amount differs", "金额不符").once(),
    iso_use("4532", "4533").once(),
    iso("4534", "processed twice", "重复处理").once(),
    iso("4535", "card not valid or expired", "卡无效或过期").once(),
    iso_use("4536", "4536").once(),
    iso("4537", "no authorization by the cardholder", "持卡人未授权").once(),
    iso_use("4538", "4539").once(),
    iso("4540", "fraudulent processing", "欺诈性处理").once(),
    iso("4541", "recurring transaction was cancelled", "周期性交易已取消").once(),
    iso("4542", "late presentment", "逾期提交").once(),
    iso_use("4543", "4545").once(),
    iso("4546", "currency code wrong or missing", "货币代码错误或缺少").once(),
    iso("4547", "over floor limit without authorization, or fraud", "超过免授权限额且未授权，或欺诈").once(),
    iso_use("4548", "4548").once(),
    iso("4549", "questionable card acceptor", "受卡方可疑").once(),
    iso("4550", "credit posted as purchase", "贷记误作消费入账").once(),
    iso_use("4551", "4552").once(),
    iso("4553", "not as described", "与描述不符").once(),
    iso("4554", "cardholder dispute, other", "持卡人争议，其他").once(),
    iso("4555", "goods not received", "未收到商品").once(),
    iso("4556", "goods defective", "商品有缺陷").once(),
    iso("4557", "card-activated telephone", "刷卡电话").once(),
    iso_use("4558", "4558").once(),
    iso("4559", "services not rendered", "未提供服务").once(),
    iso("4560", "credit not processed", "贷记未处理").once(),
    iso_use("4561", "4561").once(),
    iso("4562", "counterfeit magnetic stripe", "伪造磁条").once(),
    iso("4563", "papers for the representment not received", "未收到支持再提交的凭证").once(),
    iso("4564", "papers illegible", "凭证无法辨认").once(),
    iso("4565", "papers invalid or incomplete", "凭证无效或不完整").once(),
    iso("4566", "acquirer reference was valid", "收单方参考号有效").once(),
    iso("4567", "wrong acquirer reference in representment, papers received or not needed", "再提交中收单方参考号有误，凭证已收到或不需要").once(),
    iso("4568", "wrong acquirer reference in representment, papers received", "再提交中收单方参考号有误，凭证已收到").once(),
    iso_use("4569", "4572").once(),
    iso("4573", "expired card", "过期卡").once(),
    iso_use("4574", "4577").once(),
    iso("4578", "ineligible transaction", "不合格的交易").once(),
    iso("4579", "requested receipt not received", "未收到所要签购单").once(),
    iso("4580", "processing error", "处理差错").once(),
    iso("4581", "missing imprint", "缺少压印").once(),
    iso_use("4582", "4582").once(),
    iso("4583", "cardholder did not have the card", "持卡人未持有该卡").once(),
    iso("4584", "missing signature", "缺少签名").once(),
    iso_use("4585", "4585").once(),
    iso("4586", "amount altered", "金额被篡改").once(),
    iso("4587", "domestic receipt rule broken", "违反国内签购单规则").once(),
    iso_use("4588", "4589").once(),
    iso("4590", "goods, cash or load value not received", "未收到商品、现金或充值").once(),
    iso_use("4591", "4593").once(),
    iso("4594", "guaranteed reservation was cancelled", "有保证的预订已取消").once(),
    iso("4595", "advance lodging deposit", "住宿预付定金").once(),
    iso("4596", "over the limited amount", "超过限定金额").once(),
    iso_use("4597", "4649").once(),
    national_use("4650", "4749").once(),
    private_use("4750", "4836").once(),
    network(Mastercard, "4837", "no authorization by the cardholder", "持卡人未授权"),
    private_use("4838", "4999").once(),
    iso_use("5000", "5299").once(),
    national_use("5300", "5599").once(),
    private_use("5600", "5999").once(),
    iso_use("6001", "6004").once(),
    iso("6005", "cardholder disputes the amount", "持卡人对金额有争议").once(),
    iso_use("6006", "6020").once(),
    iso("6021", "cardholder does not recognise the transaction", "持卡人不认可交易").once(),
    iso("6022", "chip certificate and data wanted", "要求IC卡证书和数据").once(),
    iso("6023", "cardholder wants a record", "持卡人要求记录").once(),
    iso_use("6024", "6027").once(),
    iso("6028", "copy with signature wanted", "要求有签名的复印件").once(),
    iso("6029", "travel and entertainment papers wanted", "要求差旅凭证").once(),
    iso_use("6030", "6031").once(),
    iso("6032", "copy wanted, original lost in transit", "要求复印件，原件在途中遗失").once(),
    iso_use("6033", "6034").once(),
    iso("6035", "cardholder wants the original, the copy is inadequate", "持卡人要求原件，复印件不足").once(),
    iso("6036", "original wanted for legal process", "法律程序需要原件").once(),
    iso("6037", "copy received is illegible", "收到的复印件无法辨认").once(),
    iso("6038", "paper or handwriting analysis", "纸张或笔迹鉴定").once(),
    iso_use("6039", "6040").once(),
    iso("6041", "fraud investigation", "欺诈调查").once(),
    iso("6042", "papers for arbitration, chargeback or compliance", "仲裁、退单或合规需要凭证").once(),
    iso("6043", "not fulfilled: original not traceable", "未答复：无法追溯原始交易").once(),
    iso("6044", "not fulfilled: reference number invalid", "未答复：参考号无效").once(),
    iso("6045", "not fulfilled: reference number does not fit the PAN", "未答复：参考号与主账号不符").once(),
    iso("6046", "papers supplied", "已提供凭证").once(),
    iso("6047", "not fulfilled: papers not available", "未答复：凭证不可用").once(),
    iso("6048", "refused: item need not be supplied", "拒绝：无须提供").once(),
    iso("6049", "not fulfilled: chip certificate and data not available", "未答复：IC卡证书和数据不可用").once(),
    iso_use("6050", "6199").once(),
    national_use("6200", "6299").once(),
    private_use("6300", "6499").once(),
    iso_use("6500", "6599").once(),
    national_use("6600", "6799").once(),
    private_use("6800", "6999").once(),
    iso_use("7000", "7299").once(),
    national_use("7300", "7599").once(),
    private_use("7600", "7999").once(),
    iso("8000", "batch or file transfer starts, no recovery", "批量或文件传输开始，无恢复").once(),
    iso("8001", "batch or file transfer starts, with recovery", "批量或文件传输开始，有恢复").once(),
    iso("8002", "batch or file ends", "批量或文件结束").once(),
    iso_use("8003", "8059").once(),
    national_use("8060", "8069").once(),
    private_use("8070", "8099").once(),
    iso("8100", "key activation, end of key life", "密钥启用，密钥到期").once(),
    iso("8101", "key activation, keys out of step", "密钥启用，密钥不同步").once(),
    iso("8102", "key activation, security", "密钥启用，安全原因").once(),
    iso("8103", "key deactivation", "密钥停用").once(),
    iso("8104", "key verification, end of key life", "密钥校验，密钥到期").once(),
    iso("8105", "key verification, keys out of step", "密钥校验，密钥不同步").once(),
    iso_use("8106", "8159").once(),
    national_use("8160", "8169").once(),
    private_use("8170", "8199").once(),
    iso_use("8200", "8399").once(),
    national_use("8400", "8699").once(),
    private_use("8700", "8999").once(),
    iso_use("9000", "9299").once(),
    national_use("9300", "9599").once(),
    unionpay("9600", "settlement adjustments and disputes", "清算调整与差错处理").to("9725").once(),
    private_use("9726", "9999").once(),
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
    fn inside_and_between_spans() {
        let text = |code| ReasonCode::new(code).and_then(ReasonCode::meaning).map(|row| row.text);
        assert_eq!(text("4355"), Some("MAC wrong"));
        assert_eq!(text("4400"), Some("reserved for private use"));
        assert_eq!(text("1512"), None);
    }
}
