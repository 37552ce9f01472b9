//! What the codes of answers mean, and what to do next.

use std::collections::BTreeSet;

use crate::wimm::Lang;

/// A code: its meaning and what to do next, in English and Chinese.
struct Row(&'static str, [&'static str; 2], [&'static str; 2]);

/// All codes, in the order of a sale's life.
const ROWS: [Row; 15] = [
    Row(
        "W10",
        ["reserved, and not charged: nothing is due", "已预留，未扣款：尚无应付款项"],
        ["complete or cancel it before it expires", "在到期前完成或撤销"],
    ),
    Row(
        "W20",
        ["declined: the cardholder was not charged", "已拒绝：持卡人未被扣款"],
        ["ask for another card, or sell again", "换卡或重新交易"],
    ),
    Row(
        "W31",
        ["reversed: the cardholder has the money back", "已冲正：款项已退回持卡人"],
        ["if the goods were handed over, sell again", "若已交货，请重新收款"],
    ),
    Row(
        "W51",
        ["the reservation expired before it was charged", "预留在扣款前已到期"],
        ["if the goods were handed over, sell again", "若已交货，请重新收款"],
    ),
    Row(
        "W60",
        ["approved; clearing is not due yet", "已批准；尚未到清算期"],
        ["close the batch, then wait until the expected date", "结算批次，等待预计日期"],
    ),
    Row(
        "W50",
        ["approved and due, and not in the clearing file", "已批准且到期，但清算文件中没有"],
        ["the acquirer sends it again, or claims it", "由收单方重新提交或追索"],
    ),
    Row(
        "W55",
        ["cleared, and held back", "已清算，暂缓结算"],
        ["ask the acquirer's risk desk what it needs", "向收单方风控部门查询所需材料"],
    ),
    Row(
        "W61",
        ["cleared with another fee than the contract says", "清算手续费与合同不符"],
        [
            "the acquirer takes the table of fees of that date, or claims the difference",
            "由收单方导入该日费率表，或追索差额",
        ],
    ),
    Row(
        "W65",
        ["the payout is not due, or nothing shows it", "尚未到划款日，或无划款证据"],
        ["wait until the expected date", "等待预计日期"],
    ),
    Row(
        "W70",
        ["the payout is due, and not on the statement", "划款已到期，账单上没有"],
        ["ask the acquirer for the number of the payout", "向收单方索取划款编号"],
    ),
    Row(
        "W71",
        ["the payout is not the sum of its items", "划款金额与明细合计不符"],
        ["the acquirer explains the difference", "由收单方说明差额"],
    ),
    Row(
        "W72",
        ["the payout came back", "划款被退回"],
        ["give the acquirer the right account", "向收单方提供正确账户"],
    ),
    Row(
        "W80",
        [
            "taken back after it was counted: a credit to the cardholder, and a deduction from a payout; of a refund the other way",
            "计入后被撤回：向持卡人贷记，并从划款中扣除；退货则相反",
        ],
        ["nothing; both are done by the expected date", "无需处理；预计日期前两者完成"],
    ),
    Row(
        "W90",
        ["the evidence does not decide it", "证据不足或不一致"],
        ["both sides compare their records", "双方核对记录"],
    ),
    Row("W00", ["paid", "已到账"], ["nothing", "无需处理"]),
];

/// The meaning of a code.
pub fn meaning(code: &str, lang: Lang) -> Option<&'static str> {
    ROWS.iter().find(|row| row.0 == code).map(|Row(_, [en, zh], _)| lang.of(en, zh))
}

/// A line for each of these codes.
pub(super) fn of<'a>(codes: impl Iterator<Item = &'a str>, lang: Lang) -> String {
    let used: BTreeSet<&str> = codes.collect();
    let rows = ROWS.iter().filter(|row| used.contains(row.0));
    rows.map(|Row(code, [en, zh], [next_en, next_zh])| {
        let (meaning, next) = (lang.of(en, zh), lang.of(next_en, next_zh));
        format!("  {code}  {meaning}\n       {} {next}\n", lang.of("next:", "下一步："))
    })
    .collect()
}
