//! The printed day. Every figure comes from the stored journals and books; nothing here knows what
//! should have happened.

mod chinese;
mod table;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use cardwire::codes::{Class, Meaning, NetworkCode, ResponseCode, unionpay};

pub use self::chinese::{figures, told};
pub use self::table::{Column, Table, width};
use crate::audit::{Books, Check};
use crate::clock::Stamp;
use crate::journal::{Party, Record, RecordKind};
use crate::money::{Money, signed};
use crate::store::Begun;
use crate::telegram::{Code, Mti, Totals};
use crate::wimm::{Answer, Lang, Verdict, say};

/// How it is printed.
#[derive(Copy, Clone, Debug, Default)]
pub struct Style {
    /// With colours.
    pub colour: bool,
    /// Meanings of codes.
    pub lang: Lang,
}

impl Style {
    fn paint(self, colour: u8, text: &str) -> String {
        if self.colour { format!("\x1b[{colour}m{text}\x1b[0m") } else { text.to_owned() }
    }

    fn heading(self, text: &str) -> String {
        self.paint(1, text)
    }
}

const GREEN: u8 = 32;
const RED: u8 = 31;
const YELLOW: u8 = 33;
const DIM: u8 = 2;

/// What a DE39 says. In an answer it is a result, in a reversal request it is the reason.
pub fn meaning(mti: Mti, code: Code, lang: Lang) -> String {
    let reason = match (mti.is_request(), code.as_str()) {
        (true, "98") => Some("no answer received"),
        (true, "68") => Some("answer too late or not heard"),
        _ => None,
    };
    let Some(code) = ResponseCode::new(code.as_str()) else { return String::new() };
    let chinese = unionpay::advice(code).map(|advice| advice.meaning_zh);
    // what the standard leaves to the network has the network's meaning
    let standard = code.advice().filter(|advice| advice.class != Class::Reserved);
    let english = || standard.or_else(|| unionpay::advice(code)).map(|advice| advice.meaning);
    let text = match (lang, reason) {
        (lang, Some(reason)) => return told(reason, lang),
        (Lang::Chinese, None) => chinese.or_else(english),
        (Lang::English, None) => english(),
    };
    text.unwrap_or(lang.of("meaning not known", "含义未知")).to_owned()
}

/// The traffic of the day, message by message, as it left and arrived.
pub fn traffic(books: &Books, captions: &[Begun], style: Style) -> String {
    let mut arrivals = Arrivals::of(books);
    let mut lines: Vec<(Stamp, String)> = captions
        .iter()
        .map(|caption| (caption.at, format!("\n  {}\n", style.heading(&told(&caption.caption, style.lang)))))
        .collect();
    let sent =
        Party::ALL.into_iter().flat_map(|from| books.records(from).iter().map(move |record| (from, record)));
    let mut sent: Vec<_> = sent.filter(|(_, record)| record.kind == RecordKind::MessageOut).collect();
    sent.sort_by_key(|(_, record)| record.at);
    for (from, record) in sent {
        let Some(to) = record.peer else { continue };
        let arrived = arrivals.take(from, to, record);
        lines.push((record.at, message_line(from, to, record, arrived, style)));
    }
    for party in Party::ALL {
        let events =
            books.records(party).iter().filter_map(|record| Some((record, event(record, style.lang)?)));
        lines.extend(events.map(|(record, text)| (record.at, event_line(party, record, &text, style))));
    }
    lines.sort_by_key(|(at, _)| *at);
    let day = books.records(Party::Terminal).first().map(|record| record.at.date());
    let day = day.map_or_else(String::new, |day| day.to_string());
    let title = say!(style.lang, "  A payment day, {day}\n", "  一个支付日，{day}\n");
    let legend = style.lang.of(
        "  T terminal, A acquirer: UnionPay POS    A acquirer, I issuer: ISO 8583:1987    ✗ lost\n\n",
        "  T 终端，A 收单方：银联POS    A 收单方，I 发卡行：ISO 8583:1987    ✗ 丢失\n\n",
    );
    let head = match style.lang {
        Lang::English => "  time          way    MTI   STAN    RRN               amount  code, meaning\n",
        Lang::Chinese => "  时间          方向   MTI   流水号  检索参考号          金额  应答码，含义\n",
    };
    style.heading(&title)
        + &style.paint(DIM, legend)
        + &style.paint(DIM, head)
        + &lines.into_iter().map(|(_, line)| line).collect::<String>()
}

fn message_line(from: Party, to: Party, record: &Record, arrived: Option<Stamp>, style: Style) -> String {
    let terminal_link = from == Party::Terminal || to == Party::Terminal;
    let outward = from < to;
    let arrow = match (arrived, outward) {
        (Some(_), true) => "─▶",
        (Some(_), false) => "◀─",
        (None, true) => "─✗",
        (None, false) => "✗─",
    };
    let way = if terminal_link { format!("T{arrow}A  ") } else { format!("  A{arrow}I") };
    let amount = record.amount.map_or_else(String::new, |amount| amount.to_string());
    let mut said = said(record, style);
    match arrived {
        None => said.push_str(&style.paint(RED, style.lang.of("   LOST ON THE WAY", "   途中丢失"))),
        Some(at) if at.0.saturating_sub(record.at.0) > 250_000 => {
            let delay = at.0.saturating_sub(record.at.0) / 1_000;
            said.push_str(
                &style.paint(YELLOW, &say!(style.lang, "   {delay} ms under way", "   途中{delay} ms")),
            );
        }
        Some(_) => {}
    }
    let (mti, rrn) = (record.mti.unwrap_or_default(), &record.rrn);
    let time = style.paint(DIM, &record.at.to_string());
    format!("  {time}  {way}  {mti}  {:06}  {rrn:<12}  {amount:>10}  {said}\n", record.stan)
}

/// What happened without a message, if it belongs into the story.
fn event(record: &Record, lang: Lang) -> Option<String> {
    let (note, tx) = (told(&record.note, lang), &record.tx);
    match record.kind {
        RecordKind::LinkDown => {
            Some(lang.of("the line to the issuer is dead", "到发卡行的线路已断").to_owned())
        }
        RecordKind::Broken => Some(say!(lang, "{note} fails", "{note}故障")),
        RecordKind::Repaired => Some(say!(lang, "{note} works again", "{note}恢复")),
        RecordKind::LateApproval => Some(say!(lang, "late approval {note}", "迟到的批准{note}")),
        RecordKind::SaleExcluded => {
            let date = record.date.map_or_else(String::new, |date| date.to_string());
            Some(say!(lang, "left out of the totals of {date}: {note}", "未计入{date}的合计：{note}"))
        }
        RecordKind::Payout => Some(say!(lang, "payout {tx} to merchant {note}", "向商户{note}划款{tx}")),
        RecordKind::WorkItem => Some(say!(lang, "WORK ITEM: {note}", "待办事项：{note}")),
        RecordKind::AdviceParked => Some(say!(
            lang,
            "WORK ITEM: the reversal of {tx} is not answered",
            "待办事项：{tx}的冲正没有应答"
        )),
        _ => None,
    }
}

fn event_line(party: Party, record: &Record, text: &str, style: Style) -> String {
    let indent = match party {
        Party::Terminal => "T    ",
        Party::Acquirer => "  A  ",
        Party::Issuer => "    I",
        Party::Hub | Party::Bank => "     ",
    };
    let stan = if record.stan == 0 { String::new() } else { format!("{:06}", record.stan) };
    let amount = record.amount.map_or_else(String::new, |amount| amount.to_string());
    let (time, rrn) = (style.paint(DIM, &record.at.to_string()), &record.rrn);
    format!("  {time}  {indent}        {stan:<6}  {rrn:<12}  {amount:>10}  {}\n", style.paint(YELLOW, text))
}

/// What the message says, in words.
fn said(record: &Record, style: Style) -> String {
    let mti = record.mti.unwrap_or_default();
    if let Some(code) = record.code {
        let colour = if code.approved() { GREEN } else { RED };
        let plain = code.approved() && mti != Mti::SALE.answer();
        let words = if plain {
            style.lang.of("accepted", "已受理").to_owned()
        } else {
            meaning(mti, code, style.lang)
        };
        let what = if mti.is_request() { style.lang.of("reversal: ", "冲正：") } else { "" };
        return format!(
            "{} {what}{words}",
            style.paint(if mti.is_request() { YELLOW } else { colour }, code.as_str())
        );
    }
    let totals = record.totals.map(|totals| sentence(&totals, style.lang)).unwrap_or_default();
    let (lang, card, batch) = (style.lang, &record.card, record.batch);
    match (mti.0, record.balance) {
        (_, Some(balance)) => {
            let colour = if balance.digit() == 1 { GREEN } else { RED };
            format!("{}: {totals}", style.paint(colour, &told(balance.meaning(), lang)))
        }
        (200, _) => say!(lang, "sale {card}", "消费{card}"),
        (500, _) => say!(lang, "batch {batch:06} totals: {totals}", "批次{batch:06}总额：{totals}"),
        (520, _) => say!(lang, "totals: {totals}", "总额：{totals}"),
        (800, _) => management(record, lang),
        _ => String::new(),
    }
}

/// Totals in words.
fn sentence(totals: &Totals, lang: Lang) -> String {
    if lang == Lang::English {
        return totals.sentence();
    }
    let (sales, reversed) = (totals.sales, totals.sales_reversed);
    let first = format!("消费{}笔{}", sales.count, sales.amount);
    match reversed.count {
        0 => first,
        count => format!("{first}，冲正{count}笔{}，净额{}", reversed.amount, signed(totals.net())),
    }
}

fn management(record: &Record, lang: Lang) -> String {
    let digits = record.note.get(record.note.len().saturating_sub(3)..).unwrap_or_default();
    let meaning = NetworkCode::new(digits).and_then(NetworkCode::meaning);
    let of_row = |row: &Meaning| lang.of(row.text, row.text_zh);
    let words = if digits == "003" { Some(lang.of("sign-on", "签到")) } else { meaning.map(of_row) };
    let date =
        record.date.map_or_else(String::new, |date| say!(lang, ", next date {date}", "，下一清算日{date}"));
    format!("{} ({digits}){date}", words.unwrap_or(lang.of("network management", "网络管理")))
}

/// When each message arrived: the n-th of its kind that left is the n-th that arrived, unless it
/// was lost.
struct Arrivals {
    heard: BTreeMap<(Party, Party, Mti, u64), Vec<Stamp>>,
}

impl Arrivals {
    fn of(books: &Books) -> Self {
        let mut heard: BTreeMap<_, Vec<Stamp>> = BTreeMap::new();
        for to in Party::ALL {
            for record in books.records(to).iter().filter(|record| record.kind == RecordKind::MessageIn).rev()
            {
                if let (Some(from), Some(mti)) = (record.peer, record.mti) {
                    heard.entry((from, to, mti, record.stan)).or_default().push(record.at);
                }
            }
        }
        Self { heard }
    }

    fn take(&mut self, from: Party, to: Party, record: &Record) -> Option<Stamp> {
        self.heard.get_mut(&(from, to, record.mti.unwrap_or_default(), record.stan))?.pop()
    }
}

/// One line per sale: where is my money?
pub fn money(answers: &[Answer], style: Style) -> String {
    let lang = style.lang;
    let mut table = Table::new([
        Column::left(lang.of("STAN", "流水号")),
        Column::left(lang.of("card", "卡号")),
        Column::right(lang.of("amount", "金额")),
        Column::left(""),
        Column::left(lang.of("where is my money", "我的钱在哪里")),
        Column::left(lang.of("because", "原因")),
        Column::left(lang.of("proof", "凭据")),
    ]);
    for answer in answers {
        let colour = colour_of(answer.verdict);
        table.row([
            format!("{:06}", answer.stan),
            answer.card.clone(),
            answer.amount.to_string(),
            answer.verdict.code().to_owned(),
            style.paint(colour, answer.verdict.words(lang)),
            answer.story.clone(),
            answer.proof.clone(),
        ]);
    }
    let mut text = table.to_string();
    text.push('\n');
    let asked: Money = answers.iter().map(|answer| answer.amount).collect();
    text.push_str(&say!(lang, "  asked for {asked} =", "  共消费{asked} ="));
    let mut first = true;
    for verdict in Verdict::ALL {
        let mine = || answers.iter().filter(|answer| answer.verdict == verdict);
        if mine().count() > 0 {
            let sum: Money = mine().map(|answer| answer.amount).collect();
            let plus = if first { "" } else { " +" };
            let _ = write!(text, "{plus} {sum} {}", verdict.words(lang));
            first = false;
        }
    }
    text.push('\n');
    text
}

const fn colour_of(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Paid => GREEN,
        Verdict::Conflict => RED,
        Verdict::NeverCharged | Verdict::Reversed => DIM,
        _ => YELLOW,
    }
}

/// The totals of both sides, as each side put them on the wire.
pub fn totals(books: &Books, style: Style) -> String {
    let lang = style.lang;
    let mut table = Table::new([
        Column::left(lang.of("totals", "总额")),
        Column::left(lang.of("one side", "一方")),
        Column::left(lang.of("the other side", "另一方")),
        Column::left(lang.of("they are", "结果")),
    ]);
    let heard = |party, mti| {
        let records = books.records(party).iter();
        records.filter(move |r: &&Record| {
            r.kind == RecordKind::MessageIn && r.mti == Some(mti) && r.totals.is_some()
        })
    };
    let pairs = [
        (Party::Acquirer, Mti::SETTLEMENT, Party::Terminal, "terminal", "acquirer"),
        (Party::Issuer, Mti::RECONCILIATION, Party::Acquirer, "acquirer", "issuer"),
    ];
    for (asked, mti, asker, left, right) in pairs {
        let (left, right) = (told(left, lang), told(right, lang));
        for request in heard(asked, mti) {
            let answer = heard(asker, mti.answer()).find(|answer| answer.stan == request.stan);
            let what = match request.date {
                Some(date) => say!(lang, "settlement date {date}", "清算日期{date}"),
                None => {
                    let batch = request.batch;
                    say!(lang, "batch {batch:06}", "批次{batch:06}")
                }
            };
            let in_words =
                |record: &Record| record.totals.map(|totals| sentence(&totals, lang)).unwrap_or_default();
            let balance = answer.and_then(|answer| answer.balance).map_or("not answered", |b| b.meaning());
            let same = answer.is_some_and(|answer| answer.totals == request.totals);
            table.row([
                what,
                format!("{left} {mti}: {}", in_words(request)),
                format!("{right} {}: {}", mti.answer(), answer.map(in_words).unwrap_or_default()),
                style.paint(if same { GREEN } else { RED }, &told(balance, lang)),
            ]);
        }
    }
    table.to_string()
}

/// The payouts and the accounts of both books.
pub fn books(books: &Books, style: Style) -> String {
    let lang = style.lang;
    let mut text = String::new();
    for payout in books.records(Party::Acquirer).iter().filter(|record| record.kind == RecordKind::Payout) {
        let items = books.records(Party::Acquirer).iter();
        let count =
            items.filter(|record| record.kind == RecordKind::SalePaid && record.note == payout.tx).count();
        let amount = payout.amount.unwrap_or_default();
        let (tx, note) = (&payout.tx, &payout.note);
        text.push_str(&say!(
            lang,
            "  payout {tx} to merchant {note}: {amount} for {count} sales\n\n",
            "  向商户{note}划款{tx}：{amount}，共{count}笔消费\n\n"
        ));
    }
    let mut table = Table::new([
        Column::left(lang.of("book", "账簿")),
        Column::left(lang.of("account", "账户")),
        Column::right(lang.of("debits", "借方")),
        Column::right(lang.of("credits", "贷方")),
        Column::right(lang.of("held", "冻结")),
        Column::right(lang.of("balance", "余额")),
    ]);
    for party in [Party::Issuer, Party::Acquirer] {
        let ledger = books.ledger(party);
        let (mut debits, mut credits, mut total) = (0, 0, 0);
        for (name, account) in ledger.accounts() {
            debits += account.debits_posted;
            credits += account.credits_posted;
            total += account.net();
            table.row([
                told(&party.to_string(), lang),
                name.to_owned(),
                signed(account.debits_posted),
                signed(account.credits_posted),
                signed(account.credits_pending - account.debits_pending),
                side(account.net(), lang),
            ]);
        }
        let sum = [
            told(&party.to_string(), lang),
            lang.of("sum", "合计").to_owned(),
            signed(debits),
            signed(credits),
            String::new(),
            side(total, lang),
        ];
        table.row(sum.map(|cell| style.heading(&cell)));
    }
    text + &table.to_string()
}

/// A balance with its side: credit is what the book owes, debit what it has.
fn side(balance: i128, lang: Lang) -> String {
    let (cr, dr) = (lang.of("Cr", "贷"), lang.of("Dr", "借"));
    match balance {
        0 => "0.00   ".to_owned(),
        credit if credit > 0 => format!("{} {cr}", signed(credit)),
        debit => format!("{} {dr}", signed(-debit)),
    }
}

/// The double-entry check, rule by rule.
pub fn checks(checks: &[Check], style: Style) -> String {
    let lang = style.lang;
    let mut table = Table::new([
        Column::left(""),
        Column::left(lang.of("double-entry check", "复式记账检查")),
        Column::left(lang.of("figures", "数字")),
    ]);
    for check in checks {
        let mark = if check.holds {
            style.paint(GREEN, lang.of("ok", "正常"))
        } else {
            style.paint(RED, lang.of("NO", "不符"))
        };
        table.row([mark, told(&check.rule, lang), figures(&check.figures, lang)]);
    }
    let failed = checks.iter().filter(|check| !check.holds).count();
    let verdict = match failed {
        0 => style.paint(GREEN, lang.of("THE BOOKS BALANCE", "账目平衡")),
        count => {
            let total = checks.len();
            let words = say!(
                lang,
                "THE BOOKS DO NOT BALANCE: {count} of {total} checks failed",
                "账目不平：{total}项检查中{count}项不符"
            );
            style.paint(RED, &words)
        }
    };
    format!("{table}\n  {verdict}\n")
}
