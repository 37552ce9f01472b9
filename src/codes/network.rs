//! Network management codes: DE 70 of the 1987 edition (n3), and field 60.3 of UnionPay terminals (n3).
//!
//! The 1993 and 2003 editions say the same with function codes 801 and up: see
//! [`FunctionCode`]. Facts from public code lists and terminal programs.

use super::function::FunctionCode;
use super::scope::Network::{Base24, Mastercard, MastercardDebit, Several};
use super::table::{Meaning, find, iso, network, unionpay};

open_code! {
    /// A network management information code, DE 70 of the 1987 edition (n3).
    ///
    /// ```
    /// use cardwire::codes::{FunctionCode, NetworkCode};
    ///
    /// assert_eq!(NetworkCode::SIGN_ON.function(), Some(FunctionCode::SIGN_ON));
    /// assert_eq!(NetworkCode::new("270").unwrap().meaning().unwrap().text, "echo test");
    /// ```
    NetworkCode, 3, digits
}

open_code! {
    /// A UnionPay terminal management code, field 60.3 (n3).
    ManagementCode, 3, digits
}

impl NetworkCode {
    /// Sign on.
    pub const SIGN_ON: Self = Self(*b"001");
    /// Sign off.
    pub const SIGN_OFF: Self = Self(*b"002");
    /// Key change.
    pub const KEY_CHANGE: Self = Self(*b"101");
    /// Encryption key exchange (Mastercard).
    pub const KEY_EXCHANGE: Self = Self(*b"161");
    /// Cut-over.
    pub const CUTOVER: Self = Self(*b"201");
    /// Echo test (Mastercard).
    pub const ECHO_TEST_MASTERCARD: Self = Self(*b"270");
    /// Echo test.
    pub const ECHO_TEST: Self = Self(*b"301");

    /// What the code means, when it is known.
    #[must_use]
    pub fn meaning(self) -> Option<&'static Meaning> {
        find(TABLE, self.as_str())
    }

    /// The function code of the later editions that says the same.
    #[must_use]
    pub fn function(self) -> Option<FunctionCode> {
        FunctionCode::new(match &self.0 {
            b"001" => "801",
            b"002" => "802",
            b"003" => "803",
            b"004" => "804",
            b"101" | b"161" => "811",
            b"102" => "812",
            b"201" => "821",
            b"202" => "822",
            b"270" | b"301" => "831",
            _ => return None,
        })
    }
}

impl ManagementCode {
    /// Not a management message.
    pub const NONE: Self = Self(*b"000");
    /// Sign-on with single-length keys.
    pub const SIGN_ON: Self = Self(*b"001");
    /// Sign-off.
    pub const SIGN_OFF: Self = Self(*b"002");
    /// Sign-on with double-length keys.
    pub const SIGN_ON_DOUBLE: Self = Self(*b"003");
    /// Sign-on with double-length keys and a track key.
    pub const SIGN_ON_TRACK_KEY: Self = Self(*b"004");
    /// Settlement request, and upload of details.
    pub const SETTLEMENT: Self = Self(*b"201");
    /// End of the upload after totals differed.
    pub const UPLOAD_END_UNBALANCED: Self = Self(*b"202");
    /// End of the upload after totals agreed.
    pub const UPLOAD_END_BALANCED: Self = Self(*b"207");
    /// Echo test.
    pub const ECHO_TEST: Self = Self(*b"301");

    /// What the code means, when it is known.
    #[must_use]
    pub fn meaning(self) -> Option<&'static Meaning> {
        find(UNIONPAY, self.as_str())
    }
}

#[rustfmt::skip] // one code, one line
pub(super) static TABLE: &[Meaning] = &[
    iso("001", "sign on", "签到"),
    iso("002", "sign off", "签退"),
    iso("003", "target system unavailable", "目标系统不可用"),
    iso("004", "system in backup mode", "系统处于备份状态"),
    network(MastercardDebit, "060", "store-and-forward session request", "请求转发存储报文"),
    network(MastercardDebit, "061", "sign on by network id", "按网络标识签到"),
    network(MastercardDebit, "062", "sign off by network id", "按网络标识签退"),
    network(MastercardDebit, "065", "sign off, stand-in starts", "签退，开始代授权"),
    network(MastercardDebit, "066", "sign on, stand-in ends", "签到，结束代授权"),
    iso("101", "key change", "更换密钥").but(&[unionpay("101", "key reset", "重置密钥").once()]),
    iso("102", "security alert", "安全警报"),
    network(Several, "160", "key exchange, differs by network", "密钥交换，各卡组织不同").disputed(),
    network(Mastercard, "161", "key exchange request", "密钥交换请求").but(&[
        network(Base24, "161", "change key", "更换密钥").once(),
    ]),
    network(Mastercard, "162", "solicitation for key exchange", "要求密钥交换").once().but(&[
        network(Base24, "162", "new key", "新密钥").once(),
    ]),
    network(Several, "163", "key exchange, differs by network", "密钥交换，各卡组织不同").disputed().but(&[
        network(Base24, "163", "repeat key", "重发密钥").once(),
    ]),
    network(Several, "164", "key exchange, differs by network", "密钥交换，各卡组织不同").disputed().but(&[
        network(Base24, "164", "verify key", "校验密钥").once(),
    ]),
    network(Several, "165", "key exchange, differs by network", "密钥交换，各卡组织不同").to("167").disputed(),
    iso("201", "cut-over starts", "日期切换开始"),
    iso("202", "checkpoint, or cut-over ends", "检查点，或日期切换结束"),
    network(Mastercard, "270", "echo test", "回响测试"),
    iso("301", "echo test", "回响测试"),
    network(MastercardDebit, "363", "end of store-and-forward traffic", "存储转发报文结束"),
    unionpay("401", "stand-in authorization starts", "代授权开始").once(),
    unionpay("501", "stand-in or issuer state notices", "代授权或发卡方状态通知").to("502").once(),
    network(Several, "999", "differs by network", "各卡组织不同").disputed(),
];

#[rustfmt::skip] // one code, one line
pub(super) static UNIONPAY: &[Meaning] = &[
    unionpay("000", "ordinary transaction", "普通交易"),
    unionpay("001", "sign-on, single-length keys", "签到（单倍长密钥）"),
    unionpay("002", "sign-off", "签退"),
    unionpay("003", "sign-on, double-length keys", "签到（双倍长密钥）"),
    unionpay("004", "sign-on, double-length keys and track key", "签到（双倍长密钥含磁道密钥）"),
    unionpay("201", "settlement request, upload of details", "批结算、批上送"),
    unionpay("202", "upload end, totals differ", "批上送结束（对账不平）"),
    unionpay("203", "upload of online chip details, totals agree", "IC卡联机明细上送（对账平）"),
    unionpay("204", "upload of failed chip transactions, totals agree", "IC卡失败交易上送（对账平）"),
    unionpay("205", "upload of online chip details, totals differ", "IC卡联机明细上送（对账不平）"),
    unionpay("206", "upload of failed chip transactions, totals differ", "IC卡失败交易上送（对账不平）"),
    unionpay("207", "upload end, totals agree", "批上送结束（对账平）"),
    unionpay("301", "echo test", "回响测试"),
    unionpay("360", "parameter download", "参数下载"),
    unionpay("361", "parameter download end", "参数下载结束"),
    unionpay("362", "status upload", "状态上送"),
    unionpay("364", "other parameters", "其他参数"),
    unionpay("370", "public key download", "公钥下载"),
    unionpay("371", "public key download end", "公钥下载结束"),
    unionpay("372", "public key status", "公钥状态上送"),
    unionpay("373", "SM public keys", "国密公钥"),
    unionpay("380", "chip parameter download", "IC卡参数下载"),
    unionpay("381", "chip parameter download end", "IC卡参数下载结束"),
    unionpay("382", "chip parameter status", "IC卡参数状态上送"),
    unionpay("390", "black list download", "黑名单下载"),
    unionpay("391", "black list download end", "黑名单下载结束"),
    unionpay("394", "download of no-PIN limits and BIN lists", "免密限额与卡BIN下载").to("399").once(),
    unionpay("401", "master key download or cashier sign-on, by acquirer", "主密钥下载或操作员签到，视收单机构").disputed(),
    unionpay("951", "issuer script result", "发卡行脚本结果通知"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::table::assert_sorted;

    #[test]
    fn tables_are_sorted() {
        assert_sorted(TABLE, 3);
        assert_sorted(UNIONPAY, 3);
    }

    #[test]
    fn functions_exist() {
        for row in TABLE {
            let function = NetworkCode::new(row.first).and_then(NetworkCode::function);
            assert!(function.is_none_or(|function| function.meaning().is_some()), "{}", row.first);
        }
    }
}
