//! What a result code tells its receiver to do, in English and Chinese.

use cardwire::Mti;
use cardwire::codes::{Actor, Advice, Class, Group, Outcome, ResponseCode, Retry, Reversal, unionpay};

use super::code::Entry;

/// The advice for a code.
pub(super) fn entry(title: &'static str, advice: &'static Advice, code: &str) -> Option<Entry> {
    let mut lines = vec![("meaning", advice.meaning.to_owned())];
    lines.extend(meaning_zh(advice, code).map(|words| ("中文", words.to_owned())));
    lines.push(("class", format!("{} {}", advice.class, class_zh(advice.class))));
    lines.push(("outcome", format!("{} {}", advice.outcome, outcome_zh(advice.outcome))));
    lines.push(("who acts", format!("{} {}", advice.actor, actor_zh(advice.actor))));
    lines.push(("retry", format!("{} {}", advice.retry, retry_zh(advice.retry))));
    lines.push(("reverse", format!("{} {}", advice.reversal, reversal_zh(advice.reversal))));
    lines.extend(advice.action.map(|words| ("do", words.to_owned())));
    lines.extend(advice.action_zh.map(|words| ("操作", words.to_owned())));
    lines.extend(advice.group.map(|group| ("group", format!("{group} {}", group_zh(group)))));
    Some(Entry { title, lines })
}

/// The Chinese words of the row, or those that UnionPay has for the same code.
fn meaning_zh(advice: &Advice, code: &str) -> Option<&'static str> {
    let same = || ResponseCode::new(code).and_then(unionpay::advice)?.meaning_zh;
    advice.meaning_zh.or_else(same)
}

fn class_zh(class: Class) -> &'static str {
    match class {
        Class::Approved => "批准",
        Class::Declined => "拒绝",
        Class::Referral => "请联系发卡行",
        Class::PickUp => "没收卡",
        Class::Error => "差错",
        Class::RetryLater => "稍后重试",
        Class::Admin => "管理",
        Class::Reserved => "保留",
    }
}

fn outcome_zh(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Approved => "成功",
        Outcome::Declined => "失败",
        Outcome::Unknown => "未知，先查询或冲正",
    }
}

fn actor_zh(actor: Actor) -> &'static str {
    match actor {
        Actor::Nobody => "无",
        Actor::Cardholder => "持卡人",
        Actor::Merchant => "商户",
        Actor::Device => "终端",
        Actor::Acquirer => "收单机构",
        Actor::Issuer => "发卡机构",
        Actor::Network => "转接网络",
        _ => "",
    }
}

fn retry_zh(retry: Retry) -> &'static str {
    match retry {
        Retry::No => "不可重试",
        Retry::Fix => "更正后可重试",
        Retry::Later => "稍后可重试",
        Retry::Other => "换卡或换方式",
        Retry::NotApplicable => "不适用",
    }
}

fn reversal_zh(reversal: Reversal) -> &'static str {
    match reversal {
        Reversal::No => "无需冲正",
        Reversal::Yes => "冲正",
        Reversal::IfApproved => "若已批准则冲正",
        Reversal::Partial => "部分冲正",
        _ => "",
    }
}

fn group_zh(group: Group) -> &'static str {
    match group {
        Group::Success => "交易成功",
        Group::MayRepeat => "交易失败，可重试",
        Group::DoNotRepeat => "交易失败，不需要重试",
        Group::OperatorActs => "交易失败，终端操作员处理",
        Group::SystemFault => "交易失败，系统故障，不需要重试",
    }
}

/// The class and the function of a message type.
pub(super) fn mti_zh(mti: Mti) -> String {
    let [_, class, function, origin] = mti.digits();
    let class = match class {
        b'1' => "授权",
        b'2' => "金融",
        b'3' => "文件操作",
        b'4' => "冲正",
        b'5' => "对账",
        b'6' => "管理",
        b'7' => "收费",
        b'8' => "网络管理",
        _ => "保留类",
    };
    let function = match function {
        b'0' => "请求",
        b'1' => "请求应答",
        b'2' => "通知",
        b'3' => "通知应答",
        b'4' => "告知",
        b'5' => "告知确认",
        b'6' => "指令",
        b'7' => "指令确认",
        _ => "（保留）",
    };
    let repeat = if matches!(origin, b'1' | b'3' | b'5') { "（重发）" } else { "" };
    format!("{class}{function}{repeat}")
}
