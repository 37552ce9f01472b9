//! Amounts and notes in words.

use cardwire::codes::currency;

use crate::engine::class::{Class, Lang};
use crate::engine::line::{Line, Note};
use crate::record::Currency;

/// How many decimals amounts of a currency have; two where that is not known.
pub fn exponent(of: Option<Currency>) -> usize {
    let row = of.and_then(|of| currency::by_text(of.as_str()));
    usize::from(row.and_then(|row| row.exponent).unwrap_or(2))
}

/// An amount with its decimal point: `123.00`, `-0.05`, `500` for currencies without decimals.
pub fn money(amount: i128, of: Option<Currency>) -> String {
    let exponent = exponent(of);
    let digits = format!("{:0>width$}", amount.unsigned_abs(), width = exponent + 1);
    let (whole, part) = digits.split_at(digits.len() - exponent);
    let sign = if amount < 0 { "-" } else { "" };
    if exponent == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
}

/// A count or an amount, whichever the name of an amount says.
pub(super) fn amount(name: &str, amount: i128, of: Option<Currency>) -> String {
    let is_count = matches!(name, "items" | "debits" | "credits" | "host-debits" | "host-credits");
    if is_count { amount.to_string() } else { money(amount, of) }
}

/// The name of a note for machines.
pub(super) fn note_id(note: &Note) -> &'static str {
    match note {
        Note::Tolerance(_) => "tolerance",
        Note::Above(..) => "above-limit",
        Note::OtherDate(_) => "other-date",
        Note::Awaits(_) => "awaits-counter-record",
        Note::AcrossCut => "reversed-across-cut-over",
        Note::Set(_) => "set",
        Note::PartlyReversed => "partly-reversed",
        Note::PartlyApproved => "partly-approved",
        Note::Voided => "voided",
        Note::Completed => "completed",
        Note::Adjusted => "adjusted",
        Note::Parts(_) => "parts",
        Note::Withdrawn => "withdrawn-in-clearing",
        Note::LateResponse => "late-response",
        Note::Unconfirmed(_) => "unconfirmed-reversals",
        Note::NoResponse => "no-response",
        Note::ReversalRefused => "reversal-refused",
        Note::Expired(_) => "expired",
        Note::Conflict => "conflict",
        Note::NoNetworkReversal => "no-network-reversal",
        Note::NetworkNotSeen => "network-not-seen",
        Note::Response(..) => "response",
        Note::Decimals(_) => "decimals",
        Note::OtherMerchant(_) => "other-merchant",
        Note::Twin(_) => "twin",
        Note::Carries => "carries",
        Note::ContractFee(..) => "contract-fee",
        Note::FeeInText(_) => "fee-in-text",
        Note::BasisPoints(_) => "basis-points",
        Note::Rounding(_) => "rounding",
        Note::Reason(_) => "return-reason",
        Note::Contains(..) => "contains",
        Note::MissingItem(..) => "missing-item",
        Note::Suggested(..) => "suggested",
        Note::Repeats(_) => "repeats",
        Note::Incomplete => "incomplete-file",
        Note::Words(_) => "words",
    }
}

/// A note in words.
pub(super) fn note(note: &Note, line: &Line, lang: Lang) -> String {
    match lang {
        Lang::Zh => zh(note, line),
        _ => en(note, line),
    }
}

fn en(note: &Note, line: &Line) -> String {
    let money = |amount: i128| money(amount, line.currency);
    match note {
        Note::Tolerance(rule) => format!("allowed by the rule {rule}"),
        Note::Above(rule, limit) => format!("above the limit of {} of the rule {rule}", money(*limit)),
        Note::OtherDate(days) => format!("settlement date {days:+} days"),
        Note::Awaits(date) => format!("counter record awaited in the file of {date}"),
        Note::AcrossCut => "reversed across the cut-over".to_owned(),
        Note::Set(count) => format!("{count} equal items on either side, no pair is named"),
        Note::PartlyReversed => "a part was reversed".to_owned(),
        Note::PartlyApproved => "a part was approved".to_owned(),
        Note::Voided => "voided".to_owned(),
        Note::Completed => "completes a pre-authorization".to_owned(),
        Note::Adjusted => "the amount was changed afterwards".to_owned(),
        Note::Parts(count) => format!("presented in {count} parts"),
        Note::Withdrawn => "presented and taken back".to_owned(),
        Note::LateResponse => "the response came after the reversal".to_owned(),
        Note::Unconfirmed(count) => format!("{count} reversals without a response"),
        Note::NoResponse => "no response was seen".to_owned(),
        Note::ReversalRefused => "the reversal was refused (12), and the approval stands".to_owned(),
        Note::Expired(until) => format!("valid until {until}; nothing is held since then"),
        Note::Conflict => "the terminal was told that it is approved, the issuer declined".to_owned(),
        Note::NoNetworkReversal => "no reversal towards the network was seen".to_owned(),
        Note::NetworkNotSeen => {
            "whether the network got the reversal is not visible in this evidence".to_owned()
        }
        Note::Response(code, meaning, _) => format!("response code {code} {meaning}"),
        Note::Decimals(power) => {
            format!("the amounts differ by a factor of 10^{power}: decimals of the currency?")
        }
        Note::OtherMerchant(merchant) => format!("cleared for the merchant {merchant}"),
        Note::Twin(item) => format!("the same card paid the same amount within minutes: {item}; paid twice?"),
        Note::Carries => "includes what earlier payouts carried".to_owned(),
        Note::Incomplete => {
            "a file of the other side is not complete: it may be in the part that is missing".to_owned()
        }
        Note::ContractFee(contract, fee) => format!("fee {}, by contract {}", money(*fee), money(*contract)),
        Note::FeeInText(fee) => format!("the bank's text names a fee of {}", money(*fee)),
        Note::BasisPoints(points) => format!("{points} basis points of the items"),
        Note::Rounding(amount) => format!("{} from rounding the fee over the sum", money(*amount)),
        Note::Reason(reason) => format!("reason {reason}"),
        Note::Contains(item, class, amount) => {
            format!("contains {item} ({}) with {}", class.words(Lang::En), money(*amount))
        }
        Note::MissingItem(rrn, amount) => {
            format!("the difference is the net amount {} of the item {rrn}", money(*amount))
        }
        Note::Suggested(rule, item) => format!("may belong to {item} (rule {rule}); nothing proves it"),
        Note::Repeats(item) => format!("repeats the record of {item}"),
        Note::Words(words) => words.clone(),
    }
}

fn zh(note: &Note, line: &Line) -> String {
    let money = |amount: i128| money(amount, line.currency);
    match note {
        Note::Tolerance(rule) => format!("规则 {rule} 允许的差异"),
        Note::Above(rule, limit) => format!("超出规则 {rule} 的限额 {}", money(*limit)),
        Note::OtherDate(days) => format!("清算日相差 {days:+} 天"),
        Note::Awaits(date) => format!("等待 {date} 清算文件中的冲正记录"),
        Note::AcrossCut => "跨日切冲正".to_owned(),
        Note::Set(count) => format!("双方各有 {count} 笔相同交易，总额一致，不逐笔配对"),
        Note::PartlyReversed => "部分冲正".to_owned(),
        Note::PartlyApproved => "部分批准".to_owned(),
        Note::Voided => "已撤销".to_owned(),
        Note::Completed => "预授权完成".to_owned(),
        Note::Adjusted => "金额事后调整".to_owned(),
        Note::Parts(count) => format!("分 {count} 次清算"),
        Note::Withdrawn => "清算后又撤回".to_owned(),
        Note::LateResponse => "应答晚于冲正".to_owned(),
        Note::Unconfirmed(count) => format!("{count} 次冲正无应答"),
        Note::NoResponse => "未见应答".to_owned(),
        Note::ReversalRefused => "冲正被拒绝（12），原批准仍然有效".to_owned(),
        Note::Expired(until) => format!("有效期至 {until}，此后不再预留"),
        Note::Conflict => "终端收到批准，发卡机构已拒绝".to_owned(),
        Note::NoNetworkReversal => "未见发往网络的冲正".to_owned(),
        Note::NetworkNotSeen => "现有证据中看不到冲正是否到达网络".to_owned(),
        Note::Response(code, _, meaning) => format!("应答码 {code} {meaning}"),
        Note::Decimals(power) => format!("金额相差 10^{power} 倍，币种小数位可能有误"),
        Note::OtherMerchant(merchant) => format!("清算至商户 {merchant}"),
        Note::Twin(item) => format!("同卡同额数分钟内另有一笔：{item}，是否重复支付"),
        Note::Carries => "包含此前结转款项".to_owned(),
        Note::Incomplete => "对方文件不完整，可能在缺失部分".to_owned(),
        Note::ContractFee(contract, fee) => format!("手续费 {}，合同 {}", money(*fee), money(*contract)),
        Note::FeeInText(fee) => format!("银行附言中的手续费为 {}", money(*fee)),
        Note::BasisPoints(points) => format!("相当于交易额的万分之 {points}"),
        Note::Rounding(amount) => format!("手续费按总额取整的差额 {}", money(*amount)),
        Note::Reason(reason) => format!("原因 {reason}"),
        Note::Contains(item, class, amount) => {
            format!("其中 {item} ({}) {}", class.words(Lang::Zh), money(*amount))
        }
        Note::MissingItem(rrn, amount) => format!("差额等于交易 {rrn} 的净额 {}", money(*amount)),
        Note::Suggested(rule, item) => format!("可能对应 {item} (规则 {rule})，尚无证据"),
        Note::Repeats(item) => format!("与 {item} 的记录重复"),
        Note::Words(words) => words.clone(),
    }
}

/// Class and notes of a line in one sentence.
pub(super) fn title(line: &Line, lang: Lang) -> String {
    let also = line.also.iter().map(|class: &Class| class.words(lang));
    let classes: Vec<&str> = std::iter::once(line.class.words(lang)).chain(also).collect();
    classes.join(match lang {
        Lang::Zh => "，",
        _ => ", ",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_the_decimals_of_their_currency() {
        for (amount, code, text) in [
            (12300, "CNY", "123.00"),
            (-5, "CNY", "-0.05"),
            (0, "EUR", "0.00"),
            (500, "JPY", "500"),
            (1, "KWD", "0.001"),
            (i128::MIN, "CNY", "-1701411834604692317316873037158841057.28"),
        ] {
            assert_eq!(money(amount, Currency::new(code)), text);
        }
    }
}
