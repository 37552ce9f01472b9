//! What the journals and the books say in English, in Chinese: captions, reasons, rules.
//!
//! Journals keep their English words whatever the screen speaks; they are told in Chinese when they are shown.

use crate::wimm::Lang;

/// The text in a language; what has no Chinese here stays as it is.
pub fn told(text: &str, lang: Lang) -> String {
    if lang == Lang::English {
        return text.to_owned();
    }
    let whole = |text: &str| WORDS.iter().find(|(en, _)| *en == text).map(|(_, zh)| (*zh).to_owned());
    if let Some(words) = whole(text) {
        return words;
    }
    // `alert acquirer route-open`: names are names
    if let Some(alert) = text.strip_prefix("alert ") {
        return format!("告警 {alert}");
    }
    // a rule of one party: `issuer: debits = credits, posted and pending`
    match text.split_once(": ") {
        Some((party, rule)) => match (whole(party), whole(rule)) {
            (Some(party), Some(rule)) => format!("{party}：{rule}"),
            _ => text.to_owned(),
        },
        None => text.to_owned(),
    }
}

/// Figures in a language: `68 records, 0 transfers`.
pub fn figures(text: &str, lang: Lang) -> String {
    if lang == Lang::English {
        return text.to_owned();
    }
    let one = |figure: &str| match figure.split_once(' ') {
        Some((count, noun)) if count.bytes().all(|digit| digit.is_ascii_digit()) => {
            let known = NOUNS.iter().find(|(en, _)| *en == noun);
            known.map_or_else(|| figure.to_owned(), |(_, zh)| format!("{count}{zh}"))
        }
        _ => told(figure, lang),
    };
    text.split(", ").map(one).collect::<Vec<_>>().join("，")
}

const NOUNS: &[(&str, &str)] = &[
    ("records", "条流水"),
    ("transfers", "笔转账"),
    ("accounts", "个账户"),
    ("sales", "笔消费"),
    ("in conflict", "笔不一致"),
    ("unknown", "笔结果未知"),
    ("being reversed", "笔正在冲正"),
    ("work items", "项待办"),
    ("out of balance", "笔不平"),
    ("seal", "个封签"),
    ("seals", "个封签"),
    ("messages", "条报文"),
    ("verdicts", "个结论"),
    ("identities", "个恒等式"),
];

const WORDS: &[(&str, &str)] = &[
    // steps of the day
    ("the lines are up, the acquirer signs on with the issuer", "线路接通，收单方向发卡行签到"),
    ("the terminal signs on and is told its batch", "终端签到，得到批次号"),
    ("a coffee machine", "一台咖啡机"),
    ("a bicycle", "一辆自行车"),
    ("more than there is on the account", "超过账户余额"),
    ("a card that expired", "过期的卡"),
    ("a wrong PIN", "密码错误"),
    ("more than the card's limit for one sale", "超过该卡单笔限额"),
    ("a mistyped card number", "卡号输错一位"),
    ("the line to the issuer is cut", "到发卡行的线路中断"),
    ("a sale while the issuer cannot be reached", "发卡行不可达时的消费"),
    ("the line is mended", "线路恢复"),
    ("the issuer's account system fails", "发卡行账务系统故障"),
    ("a sale while it does", "故障期间的消费"),
    ("it works again", "系统恢复"),
    ("an answer will be lost on the way to the terminal", "一条应答将在返回终端的途中丢失"),
    ("approved, but the terminal hears nothing", "已批准，但终端没有收到应答"),
    ("the next sale: first the reversal, then the sale", "下一笔消费：先冲正，再消费"),
    ("an answer of the issuer will be late", "发卡行的一条应答将会迟到"),
    ("approved too late", "批准得太迟"),
    ("the late approval arrives", "迟到的批准到达"),
    ("the batch is closed", "批次结算"),
    ("the settlement date ends: reconciliation", "清算日结束：对账"),
    ("the merchant is paid", "向商户划款"),
    ("the evening: next settlement date, next batch", "晚间：下一清算日，下一批次"),
    ("this batch is closed, too", "该批次也结算"),
    ("one more sale, and the shop closes", "再一笔消费，商店打烊"),
    // reasons
    ("no answer received", "未收到应答"),
    ("answer too late or not heard", "应答太迟或未收到"),
    ("the amount in the answer differs", "应答中的金额不符"),
    ("issuer silent", "发卡行无应答"),
    ("terminal heard nothing", "终端未收到应答"),
    ("no answer in time", "未及时收到应答"),
    ("platform restarted before the answer was in the books", "应答入账之前平台重启"),
    ("ignored, the reversal stands", "已忽略，以冲正为准"),
    ("account system", "账务系统"),
    ("reversal after settlement; owner: issuer's adjustment desk", "清算之后的冲正；由发卡行差错处理岗负责"),
    (
        "reversal after the batch was closed; owner: acquirer's adjustment desk",
        "批次结算之后的冲正；由收单方差错处理岗负责",
    ),
    // totals
    ("in balance", "对账平"),
    ("out of balance", "对账不平"),
    ("could not be compared", "无法对账"),
    ("not answered", "未应答"),
    ("each accepted", "均被接受"),
    ("none", "无"),
    // parties and rules
    ("terminal", "终端"),
    ("acquirer", "收单方"),
    ("issuer", "发卡行"),
    ("history is the one that was written", "流水未被改动"),
    ("history folds into a ledger", "流水可汇成账簿"),
    ("stored balances = history", "所存余额等于流水"),
    ("debits = credits, posted and pending", "已记和未决均借贷相等"),
    ("no account overdrawn", "没有账户透支"),
    ("acquirer's receivable = issuer's debt", "收单方应收等于发卡行应付"),
    ("settled at the acquirer = settled at the issuer", "收单方已清算等于发卡行已清算"),
    ("settled = net of the reconciled 0520", "已清算额等于已对账0520的净额"),
    ("merchant_unsettled = sales in open batches", "merchant_unsettled等于未结算批次的消费"),
    ("merchant_payable = confirmed, not yet paid, less fees", "merchant_payable等于已确认未划款减手续费"),
    ("hub_receivable = sales waiting for settlement", "hub_receivable等于等待清算的消费"),
    ("payout_in_transit is empty", "payout_in_transit为空"),
    ("each sale: journal = acquirer's book = issuer's book", "每笔消费：流水、收单方账簿、发卡行账簿一致"),
    ("charged to cardholders = paid out + fees + open items", "向持卡人扣款等于已划款加手续费加未结项"),
    ("no unknown outcome, no work item, no total out of balance", "没有未知结果、待办事项或不平的总额"),
    ("every sale has one answer that all parties support", "每笔消费都有一个各方一致的答案"),
    ("all three parties left a journal", "三方都留有流水"),
    ("each history ends where it ended when the day was closed", "各流水止于日终封存之处"),
    ("every message that arrived is in the journal of its sender", "每条到达的报文都在发送方流水中"),
    ("the head that was kept is in this ledger", "所留存的封签头在本账簿中"),
    // rules of scenarios
    ("hub", "清算机构"),
    ("bank", "银行"),
    ("verdicts from capture, files and statement", "由抓包、文件和账单得出的结论"),
    ("traffic at the acquirer", "收单方的报文往来"),
    ("what is wrong is named, and nothing else is", "有问题的都列出，且只列出这些"),
    (
        "charged to cardholders or borne by the issuer = with merchants, in transit, owed, a fee, in dispute, or a credit on its way",
        "向持卡人扣款或由发卡行承担的等于商户所得加在途加应付加手续费加争议加在途贷记",
    ),
    ("paid out by the acquirer = credited by the bank", "收单方划出等于银行入账"),
    ("paid out = taken from the acquirer's account", "划出等于收单方账户支出"),
    ("settled to the acquirer = items that agree", "清算给收单方的等于相符的明细"),
    ("given back by the acquirer = credits that agree", "收单方退回的等于相符的贷记"),
    ("hub_receivable = sales that are not settled", "hub_receivable等于未清算的消费"),
    ("the positions of the hub sum to zero", "清算机构各头寸合计为零"),
    ("what members paid at the hub is what others got", "成员向清算机构支付的等于其他成员所得"),
    ("the acquirer never settled more than the hub took", "收单方清算额不超过清算机构所收"),
    ("each slip says what the cardholder was charged", "每张凭条都与向持卡人的扣款一致"),
    ("the sums of capture, files and statement add up", "抓包、文件和账单的合计相符"),
    ("entries of the statement = the bank's book", "账单分录等于银行账簿"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_of_the_day_has_chinese() {
        for (caption, _) in crate::day::script() {
            assert_ne!(told(caption, Lang::Chinese), caption);
            assert_eq!(told(caption, Lang::English), caption);
        }
    }

    #[test]
    fn a_rule_of_a_party_is_told_with_the_party() {
        assert_eq!(told("issuer: no account overdrawn", Lang::Chinese), "发卡行：没有账户透支");
        assert_eq!(told("nobody: knows this", Lang::Chinese), "nobody: knows this");
        assert_eq!(figures("68 records, 0 transfers", Lang::Chinese), "68条流水，0笔转账");
        assert_eq!(figures("2,194.10 against 2,194.00", Lang::Chinese), "2,194.10 against 2,194.00");
    }
}
