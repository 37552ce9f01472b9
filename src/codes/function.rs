//! Function codes: DE 24 of the 1993 and 2003 editions (n3).
//!
//! The 1987 edition carries the network international identifier there instead. Facts from public
//! code lists.

use super::scope::Network::{Jpos, Mastercard, Several};
use super::scope::Scope;
use super::table::{Meaning, find, iso, iso_use, national_use, network, private, private_use};

open_code! {
    /// A function code, DE 24 of the 1993 and 2003 editions (n3).
    ///
    /// ```
    /// use cardwire::codes::{FunctionCode, Scope};
    ///
    /// assert_eq!(FunctionCode::FULL_REVERSAL.as_str(), "400");
    /// let private = FunctionCode::new("285").unwrap();
    /// assert_eq!(private.scope(), Scope::Private);
    /// ```
    FunctionCode, 3, digits
}

impl FunctionCode {
    /// Original authorization, amount accurate.
    pub const ORIGINAL_AUTHORIZATION: Self = Self(*b"100");
    /// Original authorization, amount estimated.
    pub const ESTIMATED_AUTHORIZATION: Self = Self(*b"101");
    /// Inquiry.
    pub const INQUIRY: Self = Self(*b"108");
    /// Original financial request or advice.
    pub const ORIGINAL_FINANCIAL: Self = Self(*b"200");
    /// Financial message for an approved authorization, same amount.
    pub const APPROVED_SAME_AMOUNT: Self = Self(*b"201");
    /// Financial message for an approved authorization, other amount.
    pub const APPROVED_OTHER_AMOUNT: Self = Self(*b"202");
    /// Full reversal.
    pub const FULL_REVERSAL: Self = Self(*b"400");
    /// Partial reversal.
    pub const PARTIAL_REVERSAL: Self = Self(*b"401");
    /// First chargeback, full.
    pub const FIRST_CHARGEBACK: Self = Self(*b"450");
    /// Final reconciliation.
    pub const FINAL_RECONCILIATION: Self = Self(*b"500");
    /// Checkpoint reconciliation.
    pub const CHECKPOINT_RECONCILIATION: Self = Self(*b"501");
    /// A message could not be parsed.
    pub const UNABLE_TO_PARSE: Self = Self(*b"650");
    /// Fee collection.
    pub const FEE_COLLECTION: Self = Self(*b"700");
    /// Sign on.
    pub const SIGN_ON: Self = Self(*b"801");
    /// Sign off.
    pub const SIGN_OFF: Self = Self(*b"802");
    /// Key change.
    pub const KEY_CHANGE: Self = Self(*b"811");
    /// Cut-over.
    pub const CUTOVER: Self = Self(*b"821");
    /// Echo test.
    pub const ECHO_TEST: Self = Self(*b"831");

    /// What the code means, when it is known.
    #[must_use]
    pub fn meaning(self) -> Option<&'static Meaning> {
        find(TABLE, self.as_str())
    }

    /// For whom the standard sets the code aside, known or not: within each hundred 00 to 59 belong to
    /// ISO, 60 to 79 to national use and 80 to 99 to private use. The first hundred is all of ISO.
    /// Reversals (400 to 449) are split at 420 and 440 by the one list that splits them.
    #[must_use]
    pub const fn scope(self) -> Scope {
        match self.0 {
            [b'0', ..] | [b'4', b'0' | b'1', _] => Scope::Iso,
            [b'4', b'2' | b'3', _] => Scope::National,
            [b'4', b'4', _] => Scope::Private,
            [_, b'0'..=b'5', _] => Scope::Iso,
            [_, b'6' | b'7', _] => Scope::National,
            _ => Scope::Private,
        }
    }
}

#[rustfmt::skip] // one code, one line
pub(super) static TABLE: &[Meaning] = &[
    iso_use("000", "099"),
    iso("100", "original authorization, amount accurate", "原始授权，金额准确"),
    iso("101", "original authorization, amount estimated", "原始授权，金额估计"),
    iso("102", "replacement authorization, amount accurate", "替换授权，金额准确"),
    iso("103", "replacement authorization, amount estimated", "替换授权，金额估计"),
    iso("104", "resubmission, amount accurate", "重新提交，金额准确").once(),
    iso("105", "resubmission, amount estimated", "重新提交，金额估计").once(),
    iso("106", "supplementary authorization, amount accurate", "追加授权，金额准确").once(),
    iso("107", "supplementary authorization, amount estimated", "追加授权，金额估计").once(),
    iso("108", "inquiry", "查询"),
    iso("113", "account verification (2003)", "账户验证（2003版）").once(),
    network(Jpos, "181", "partial authorization supported", "支持部分授权").once(),
    network(Jpos, "187", "incremental authorization", "增量授权").once(),
    iso("200", "original financial request or advice", "原始金融请求或通知").but(&[
        network(Mastercard, "200", "first presentment", "首次提交"),
    ]),
    iso("201", "authorized before, same amount", "已授权，金额相同"),
    iso("202", "authorized before, other amount", "已授权，金额不同"),
    iso("203", "resubmission of a denied request", "被拒请求的重新提交").once(),
    iso("204", "resubmission of a reversed transaction", "已冲正交易的重新提交").once(),
    iso("205", "first representment", "首次再提交").once().but(&[
        network(Mastercard, "205", "second presentment, full", "二次提交，全额"),
    ]),
    iso("206", "second representment", "第二次再提交").once(),
    iso("207", "third or later representment", "第三次及以后的再提交").once(),
    network(Several, "211", "presentment variants of networks", "卡组织的提交变体").to("213").once(),
    private("280", "presentment variants of networks", "卡组织的提交变体").to("281").once(),
    network(Mastercard, "282", "second presentment, partial", "二次提交，部分金额"),
    private("283", "presentment variants of networks", "卡组织的提交变体").to("285").once(),
    iso("300", "unassigned", "未分配"),
    iso("301", "add record", "增加记录"),
    iso("302", "change record", "修改记录"),
    iso("303", "delete record", "删除记录"),
    iso("304", "replace record", "替换记录"),
    iso("305", "file inquiry", "文件查询"),
    iso("306", "replace file", "替换文件"),
    iso("307", "add file", "增加文件").once(),
    iso("308", "delete file", "删除文件").once(),
    iso("309", "card administration", "卡片管理"),
    iso("310", "other file action (2003)", "其他文件操作（2003版）").once(),
    iso("400", "full reversal, not completed as approved", "全额冲正，未按批准完成"),
    iso("401", "partial reversal, not completed for the full amount", "部分冲正，未按全额完成"),
    iso_use("402", "419").once(),
    national_use("420", "439").once(),
    private_use("440", "449").once(),
    iso("450", "first chargeback, full", "首次退单，全额"),
    iso("451", "second chargeback, full", "二次退单，全额").once().but(&[
        network(Mastercard, "451", "arbitration chargeback, full", "仲裁退单，全额"),
    ]),
    iso("452", "third or later chargeback, full", "第三次及以后的退单，全额").once(),
    iso("453", "first chargeback, partial", "首次退单，部分金额"),
    iso("454", "second chargeback, partial", "二次退单，部分金额").once().but(&[
        network(Mastercard, "454", "arbitration chargeback, partial", "仲裁退单，部分金额"),
    ]),
    iso("455", "third or later chargeback, partial", "第三次及以后的退单，部分金额").once(),
    network(Several, "456", "chargeback variants of networks", "卡组织的退单变体").to("460").disputed(),
    private("490", "chargeback variants of networks", "卡组织的退单变体").to("495").once(),
    iso("500", "final reconciliation", "最终对账").once(),
    iso("501", "checkpoint reconciliation", "检查点对账").once(),
    iso("502", "final reconciliation in a stated currency", "指定货币的最终对账").once(),
    iso("503", "checkpoint reconciliation in a stated currency", "指定货币的检查点对账").once(),
    iso("504", "request for totals", "请求总计").once(),
    network(Several, "570", "request to settle", "请求结算").once(),
    iso("600", "original receipt, retrieval request", "原始签购单，调单请求").once(),
    iso("601", "original receipt, repeated request", "原始签购单，再次请求").once(),
    iso("602", "original receipt, fulfilment", "原始签购单，调单答复").once(),
    iso("603", "copy, retrieval request", "复印件，调单请求").once().but(&[
        network(Mastercard, "603", "retrieval request", "调单请求"),
    ]),
    iso("604", "copy, repeated request", "复印件，再次请求").once(),
    iso("605", "copy, fulfilment", "复印件，调单答复").once(),
    iso("606", "vehicle rental agreement", "租车合同").once(),
    iso("607", "hotel charge detail", "酒店费用明细").once(),
    iso("608", "POS photograph", "销售点照片").once(),
    iso("609", "proof of delivery", "交付凭证").once(),
    iso("610", "imprint", "压印单").once(),
    network(Mastercard, "640", "currency update", "货币汇率更新"),
    iso("650", "unable to parse message", "报文无法解析").once(),
    network(Mastercard, "680", "file currency summary", "文件货币汇总"),
    network(Mastercard, "685", "financial position detail", "资金头寸明细"),
    network(Mastercard, "688", "settlement position detail", "清算头寸明细"),
    network(Mastercard, "691", "message exception", "报文异常"),
    network(Mastercard, "693", "text message", "文本报文"),
    network(Mastercard, "695", "file trailer", "文件尾"),
    network(Mastercard, "696", "financial detail addendum", "金融明细附加"),
    network(Mastercard, "697", "file header", "文件头"),
    network(Mastercard, "699", "file reject", "文件拒绝"),
    iso("700", "fee collection", "收费"),
    iso("701", "fee collection cancelled, fully or in part", "收费取消，全部或部分"),
    network(Mastercard, "780", "fee collection return", "收费退回").once(),
    network(Mastercard, "781", "fee collection resubmission", "收费重新提交").once(),
    network(Mastercard, "782", "fee collection arbitration return", "收费仲裁退回").once(),
    network(Mastercard, "783", "fee collection by the clearing system", "清算系统收费").once(),
    private("790", "fee collection variants of networks", "卡组织的收费变体").to("791").once(),
    iso("801", "sign on", "签到"),
    iso("802", "sign off", "签退"),
    iso("803", "target system unavailable", "目标系统不可用"),
    iso("804", "originator in backup mode", "发起方处于备份状态"),
    iso("805", "special instruction", "特殊指令"),
    iso("806", "start alternate routing", "启用备用路由"),
    iso("811", "key change", "更换密钥").once(),
    iso("812", "security alert", "安全警报").once(),
    iso("813", "password change", "更改口令").once(),
    iso("814", "device authentication", "设备认证").once(),
    iso("821", "cut-over", "日期切换"),
    iso("822", "checkpoint", "检查点").once(),
    iso("831", "echo test", "回响测试"),
    iso("832", "response received (2003)", "已收到应答（2003版）").once(),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::table::assert_sorted;

    #[test]
    fn table_is_sorted() {
        assert_sorted(TABLE, 3);
    }

    #[test]
    fn spans_gaps_and_ranges() {
        assert!(FunctionCode::new("042").and_then(FunctionCode::meaning).is_some());
        assert_eq!(FunctionCode::new("999").and_then(FunctionCode::meaning), None);
        assert_eq!(FunctionCode::ECHO_TEST.scope(), Scope::Iso);
        assert_eq!(FunctionCode::new("570").map(FunctionCode::scope), Some(Scope::National));
    }
}
