//! What a card reports of itself in its issuer application data: card verification results (CVR).

use super::{Object, Row, bit, code, count};

/// Visa formats 0, 1 and 3, and UnionPay.
pub(super) static VISA: Object =
    Object { tag: 0x9F10, name: "CVR (Visa, UnionPay)", octets: 4, rows: VISA_ROWS };
/// M/Chip.
pub(super) static MCHIP: Object = Object { tag: 0x9F10, name: "CVR (M/Chip)", octets: 6, rows: MCHIP_ROWS };
/// Common core definitions.
pub(super) static COMMON_CORE: Object =
    Object { tag: 0x9F10, name: "CVR (common core)", octets: 5, rows: COMMON_CORE_ROWS };

#[rustfmt::skip] // one bit, one line
const VISA_ROWS: &[Row] = &[
    code(1, 0xFF, 0x03, "three octets follow", "后随三个字节"),
    code(2, 0xC0, 0x00, "second GENERATE AC: AAC", "第二次生成密文：AAC"),
    code(2, 0xC0, 0x40, "second GENERATE AC: TC", "第二次生成密文：TC"),
    code(2, 0xC0, 0x80, "second GENERATE AC: not requested", "第二次生成密文：未请求"),
    code(2, 0xC0, 0xC0, "second GENERATE AC: reserved", "第二次生成密文：保留"),
    code(2, 0x30, 0x00, "first GENERATE AC or GPO: AAC", "第一次生成密文：AAC"),
    code(2, 0x30, 0x10, "first GENERATE AC or GPO: TC", "第一次生成密文：TC"),
    code(2, 0x30, 0x20, "first GENERATE AC or GPO: ARQC", "第一次生成密文：ARQC"),
    code(2, 0x30, 0x30, "first GENERATE AC or GPO: reserved", "第一次生成密文：保留"),
    bit(2, 4, "issuer authentication done and failed", "发卡行认证已执行但失败"),
    bit(2, 3, "offline PIN verification done", "已执行脱机密码验证"),
    bit(2, 2, "offline PIN verification failed", "脱机密码验证失败"),
    bit(2, 1, "unable to go online", "无法联机"),
    bit(3, 8, "last online transaction not completed", "上次联机交易未完成"),
    bit(3, 7, "PIN try limit exceeded", "密码重试次数超限"),
    bit(3, 6, "velocity counters exceeded", "频度检查计数器超限"),
    bit(3, 5, "new card", "新卡"),
    bit(3, 4, "issuer authentication failed on the last online transaction", "上次联机交易发卡行认证失败"),
    bit(3, 3, "issuer authentication not done after online authorisation", "联机授权后未执行发卡行认证"),
    bit(3, 2, "application blocked because of the PIN try limit", "因密码重试超限应用被锁定"),
    bit(3, 1, "SDA failed on the last transaction and it was declined offline", "上次交易静态数据认证失败并脱机拒绝"),
    count(4, 0xF0, "number of issuer script commands processed on the last transaction", "上次交易处理的脚本命令数"),
    bit(4, 4, "issuer script failed on the last transaction", "上次交易脚本处理失败"),
    bit(4, 3, "DDA failed on the last transaction and it was declined offline", "上次交易动态数据认证失败并脱机拒绝"),
    bit(4, 2, "DDA done", "已执行动态数据认证"),
    bit(4, 1, "PIN verification command not received though expected", "应收到密码验证命令但未收到").once(),
];

#[rustfmt::skip]
const MCHIP_ROWS: &[Row] = &[
    code(1, 0xC0, 0x00, "second GENERATE AC: AAC", "第二次生成密文：AAC"),
    code(1, 0xC0, 0x40, "second GENERATE AC: TC", "第二次生成密文：TC"),
    code(1, 0xC0, 0x80, "second GENERATE AC: not requested", "第二次生成密文：未请求"),
    code(1, 0x30, 0x00, "first GENERATE AC: AAC", "第一次生成密文：AAC"),
    code(1, 0x30, 0x10, "first GENERATE AC: TC", "第一次生成密文：TC"),
    code(1, 0x30, 0x20, "first GENERATE AC: ARQC", "第一次生成密文：ARQC"),
    bit(1, 4, "date check failed", "日期检查失败"),
    bit(1, 3, "offline PIN verification done", "已执行脱机密码验证"),
    bit(1, 2, "enciphered offline PIN verification done", "已执行脱机加密密码验证"),
    bit(1, 1, "offline PIN verification successful", "脱机密码验证成功"),
    bit(2, 8, "DDA returned", "已返回动态数据认证"),
    bit(2, 7, "CDA returned in the first GENERATE AC", "第一次生成密文返回复合动态数据认证"),
    bit(2, 6, "CDA returned in the second GENERATE AC", "第二次生成密文返回复合动态数据认证"),
    bit(2, 5, "issuer authentication done", "已执行发卡行认证"),
    bit(2, 4, "default card issuer action code skipped on CAT level 3", "CAT3终端跳过缺省卡片发卡行行为代码"),
    bit(2, 3, "offline PIN change successful", "脱机密码修改成功"),
    count(3, 0xF0, "low nibble of the script counter", "脚本计数器低半字节"),
    count(3, 0x0F, "low nibble of the PIN try counter", "密码重试计数器低半字节"),
    bit(4, 8, "last online transaction not completed", "上次联机交易未完成"),
    bit(4, 7, "unable to go online", "无法联机"),
    bit(4, 6, "offline PIN verification not done", "未执行脱机密码验证"),
    bit(4, 5, "offline PIN verification failed", "脱机密码验证失败"),
    bit(4, 4, "PIN try limit exceeded", "密码重试次数超限"),
    bit(4, 3, "international transaction", "国际交易"),
    bit(4, 2, "domestic transaction", "国内交易"),
    bit(4, 1, "terminal wrongly takes the offline PIN for good", "终端误认为脱机密码正确"),
    bit(5, 8, "lower consecutive limit (counter 1) exceeded", "连续脱机下限（计数器1）超限"),
    bit(5, 7, "upper consecutive limit (counter 1) exceeded", "连续脱机上限（计数器1）超限"),
    bit(5, 6, "lower cumulative limit (accumulator 1) exceeded", "累计金额下限（累加器1）超限"),
    bit(5, 5, "upper cumulative limit (accumulator 1) exceeded", "累计金额上限（累加器1）超限"),
    bit(5, 4, "go online on the next transaction was set", "已设置下次交易联机"),
    bit(5, 3, "issuer authentication failed", "发卡行认证失败"),
    bit(5, 2, "script received", "已收到脚本"),
    bit(5, 1, "script failed", "脚本失败"),
    bit(6, 8, "lower consecutive counter 2 limit exceeded", "连续计数器2下限超限"),
    bit(6, 7, "upper consecutive counter 2 limit exceeded", "连续计数器2上限超限"),
    bit(6, 6, "lower accumulator 2 limit exceeded", "累加器2下限超限"),
    bit(6, 5, "upper accumulator 2 limit exceeded", "累加器2上限超限"),
    bit(6, 4, "maximum transaction amount exceeded", "超过最大交易金额"),
    bit(6, 3, "number of days offline exceeded", "脱机天数超限"),
    bit(6, 2, "match in the additional check table", "附加检查表匹配"),
    bit(6, 1, "no match in the additional check table", "附加检查表不匹配"),
];

#[rustfmt::skip]
const COMMON_CORE_ROWS: &[Row] = &[
    code(1, 0xC0, 0x00, "second GENERATE AC: AAC", "第二次生成密文：AAC").once(),
    code(1, 0xC0, 0x40, "second GENERATE AC: TC", "第二次生成密文：TC").once(),
    code(1, 0xC0, 0x80, "second GENERATE AC: not requested", "第二次生成密文：未请求").once(),
    code(1, 0x30, 0x00, "first GENERATE AC: AAC", "第一次生成密文：AAC").once(),
    code(1, 0x30, 0x10, "first GENERATE AC: TC", "第一次生成密文：TC").once(),
    code(1, 0x30, 0x20, "first GENERATE AC: ARQC", "第一次生成密文：ARQC").once(),
    bit(1, 4, "CDA done", "已执行复合动态数据认证"),
    bit(1, 3, "DDA done", "已执行动态数据认证"),
    bit(1, 2, "issuer authentication not done", "未执行发卡行认证"),
    bit(1, 1, "issuer authentication failed", "发卡行认证失败"),
    count(2, 0xF0, "low nibble of the PIN try counter", "密码重试计数器低半字节").once(),
    bit(2, 4, "offline PIN verification done", "已执行脱机密码验证"),
    bit(2, 3, "offline PIN verification done and not successful", "已执行脱机密码验证但未成功"),
    bit(2, 2, "PIN try limit exceeded", "密码重试次数超限"),
    bit(2, 1, "last online transaction not completed", "上次联机交易未完成"),
    bit(3, 8, "lower offline transaction count limit exceeded", "脱机交易次数下限超限"),
    bit(3, 7, "upper offline transaction count limit exceeded", "脱机交易次数上限超限"),
    bit(3, 6, "lower offline amount limit exceeded", "脱机金额下限超限"),
    bit(3, 5, "upper offline amount limit exceeded", "脱机金额上限超限"),
    count(3, 0x0F, "issuer discretionary", "发卡行自定义").once(),
    count(4, 0xF0, "number of script commands processed", "已处理脚本命令数").once(),
    bit(4, 4, "issuer script failed", "脚本处理失败"),
    bit(4, 3, "offline data authentication failed on the previous transaction", "上次交易脱机数据认证失败"),
    bit(4, 2, "go online on the next transaction was set", "已设置下次交易联机"),
    bit(4, 1, "unable to go online", "无法联机"),
];
