//! The printed day. Every figure comes from the stored journals and books; nothing here knows what
//! should have happened.

mod table;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use cardwire::codes::{Class, Meaning, NetworkCode, ResponseCode, unionpay};

pub use self::table::{Column, Table, width};
use crate::audit::{Books, Check};
use crate::clock::Stamp;
use crate::journal::{ErrorKind, Party, Record};
use crate::money::{Money, signed};
use crate::store::Begun;
use crate::telegram::{Code, Mti};
use crate::wimm::{Answer, Lang, Verdict};

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
        (_, Some(reason)) => Some(reason),
        (Lang::Chinese, None) => chinese.or_else(english),
        (Lang::English, None) => english(),
    };
    text.unwrap_or("meaning not known").to_owned()
}

/// The traffic of the day, message by message, as it left and arrived.
pub fn traffic(books: &Books, captions: &[Begun], style: Style) -> String {
    let mut arrivals = Arrivals::of(books);
    let mut lines: Vec<(Stamp, String)> = captions
        .iter()
        .map(|caption| (caption.at, format!("\n  {}\n", style.heading(&caption.caption))))
        .collect();
    let sent =
        Party::ALL.into_iter().flat_map(|from| books.records(from).iter().map(move |record| (from, record)));
    let mut sent: Vec<_> = sent.filter(|(_, record)| record.kind == ErrorKind::MessageOut).collect();
    sent.sort_by_key(|(_, record)| record.at);
    for (from, record) in sent {
        let Some(to) = record.peer else { continue };
        let arrived = arrivals.take(from, to, record);
        lines.push((record.at, message_line(from, to, record, arrived, style)));
    }
    for party in Party::ALL {
        let events = books.records(party).iter().filter_map(|record| Some((record, event(record)?)));
        lines.extend(events.map(|(record, text)| (record.at, event_line(party, record, &text, style))));
    }
    lines.sort_by_key(|(at, _)| *at);
    let day = books.records(Party::Terminal).first().map(|record| record.at.date());
    let title = format!("  A payment day, {}\n", day.map_or_else(String::new, |day| day.to_string()));
    let legend =
        "  T terminal, A acquirer: UnionPay POS    A acquirer, I issuer: ISO 8583:1987    ✗ lost\n\n";
    let head = format!(
        "  {:<12}  {:<5}  {:<4}  {:<6}  {:<12}  {:>10}  {}\n",
        "time", "way", "MTI", "STAN", "RRN", "amount", "code, meaning"
    );
    style.heading(&title)
        + &style.paint(DIM, legend)
        + &style.paint(DIM, &head)
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
        None => said.push_str(&style.paint(RED, "   LOST ON THE WAY")),
        Some(at) if at.0.saturating_sub(record.at.0) > 250_000 => {
            let delay = at.0.saturating_sub(record.at.0) / 1_000;
            said.push_str(&style.paint(YELLOW, &format!("   {delay} ms under way")));
        }
        Some(_) => {}
    }
    let (mti, rrn) = (record.mti.unwrap_or_default(), &record.rrn);
    let time = style.paint(DIM, &record.at.to_string());
    format!("  {time}  {way}  {mti}  {:06}  {rrn:<12}  {amount:>10}  {said}\n", record.stan)
}

/// What happened without a message, if it belongs into the story.
fn event(record: &Record) -> Option<String> {
    match record.kind {
        ErrorKind::LinkDown => Some("the line to the issuer is dead".to_owned()),
        ErrorKind::Broken => Some(format!("{} fails", record.note)),
        ErrorKind::Repaired => Some(format!("{} works again", record.note)),
        ErrorKind::LateApproval => Some(format!("late approval {}", record.note)),
        ErrorKind::SaleExcluded => {
            let date = record.date.map_or_else(String::new, |date| date.to_string());
            Some(format!("left out of the totals of {date}: {}", record.note))
        }
        ErrorKind::Payout => Some(format!("payout {} to merchant {}", record.tx, record.note)),
        ErrorKind::WorkItem => Some(format!("WORK ITEM: {}", record.note)),
        ErrorKind::AdviceParked => Some(format!("WORK ITEM: the reversal of {} is not answered", record.tx)),
        _ => None,
    }
}

fn event_line(party: Party, record: &Record, text: &str, style: Style) -> String {
    let indent = match party {
        Party::Terminal => "T    ",
        Party::Acquirer => "  A  ",
        Party::Issuer => "    I",
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
        let words = if plain { "accepted".to_owned() } else { meaning(mti, code, style.lang) };
        let what = if mti.is_request() { "reversal: " } else { "" };
        return format!(
            "{} {what}{words}",
            style.paint(if mti.is_request() { YELLOW } else { colour }, code.as_str())
        );
    }
    let totals = record.totals.map(|totals| totals.sentence()).unwrap_or_default();
    match (mti.0, record.balance) {
        (_, Some(balance)) => {
            let colour = if balance.digit() == 1 { GREEN } else { RED };
            format!("{}: {totals}", style.paint(colour, balance.meaning()))
        }
        (200, _) => format!("sale {}", record.card),
        (500, _) => format!("batch {:06} totals: {totals}", record.batch),
        (520, _) => format!("totals: {totals}"),
        (800, _) => management(record),
        _ => String::new(),
    }
}

fn management(record: &Record) -> String {
    let digits = record.note.get(record.note.len().saturating_sub(3)..).unwrap_or_default();
    let meaning = NetworkCode::new(digits).and_then(NetworkCode::meaning);
    let words = if digits == "003" { Some("sign-on") } else { meaning.map(|Meaning { text, .. }| *text) };
    let date = record.date.map_or_else(String::new, |date| format!(", next date {date}"));
    format!("{} ({digits}){date}", words.unwrap_or("network management"))
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
            for record in books.records(to).iter().filter(|record| record.kind == ErrorKind::MessageIn).rev()
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
    let mut table = Table::new([
        Column::left("STAN"),
        Column::left("card"),
        Column::right("amount"),
        Column::left(""),
        Column::left("where is my money"),
        Column::left("because"),
        Column::left("proof"),
    ]);
    for answer in answers {
        let colour = colour_of(answer.verdict);
        table.row([
            format!("{:06}", answer.stan),
            answer.card.clone(),
            answer.amount.to_string(),
            answer.verdict.code().to_owned(),
            style.paint(colour, &answer.verdict.to_string()),
            answer.story.clone(),
            answer.proof.clone(),
        ]);
    }
    let mut text = table.to_string();
    text.push('\n');
    let asked: Money = answers.iter().map(|answer| answer.amount).collect();
    let _ = write!(text, "  asked for {asked} =");
    let mut first = true;
    for verdict in Verdict::ALL {
        let mine = || answers.iter().filter(|answer| answer.verdict == verdict);
        if mine().count() > 0 {
            let sum: Money = mine().map(|answer| answer.amount).collect();
            let plus = if first { "" } else { " +" };
            let _ = write!(text, "{plus} {sum} {verdict}");
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
    let mut table = Table::new([
        Column::left("totals"),
        Column::left("one side"),
        Column::left("the other side"),
        Column::left("they are"),
    ]);
    let heard = |party, mti| {
        let records = books.records(party).iter();
        records.filter(move |r: &&Record| {
            r.kind == ErrorKind::MessageIn && r.mti == Some(mti) && r.totals.is_some()
        })
    };
    let pairs = [
        (Party::Acquirer, Mti::SETTLEMENT, Party::Terminal, "terminal", "acquirer"),
        (Party::Issuer, Mti::RECONCILIATION, Party::Acquirer, "acquirer", "issuer"),
    ];
    for (asked, mti, asker, left, right) in pairs {
        for request in heard(asked, mti) {
            let answer = heard(asker, mti.answer()).find(|answer| answer.stan == request.stan);
            let what = match request.date {
                Some(date) => format!("settlement date {date}"),
                None => format!("batch {:06}", request.batch),
            };
            let sentence =
                |record: &Record| record.totals.map(|totals| totals.sentence()).unwrap_or_default();
            let balance = answer.and_then(|answer| answer.balance).map_or("not answered", |b| b.meaning());
            let same = answer.is_some_and(|answer| answer.totals == request.totals);
            table.row([
                what,
                format!("{left} {mti}: {}", sentence(request)),
                format!("{right} {}: {}", mti.answer(), answer.map(sentence).unwrap_or_default()),
                style.paint(if same { GREEN } else { RED }, balance),
            ]);
        }
    }
    table.to_string()
}

/// The payouts and the accounts of both books.
pub fn books(books: &Books, style: Style) -> String {
    let mut text = String::new();
    for payout in books.records(Party::Acquirer).iter().filter(|record| record.kind == ErrorKind::Payout) {
        let items = books.records(Party::Acquirer).iter();
        let count =
            items.filter(|record| record.kind == ErrorKind::SalePaid && record.note == payout.tx).count();
        let amount = payout.amount.unwrap_or_default();
        let _ = writeln!(
            text,
            "  payout {} to merchant {}: {amount} for {count} sales\n",
            payout.tx, payout.note
        );
    }
    let mut table = Table::new([
        Column::left("book"),
        Column::left("account"),
        Column::right("debits"),
        Column::right("credits"),
        Column::right("held"),
        Column::right("balance"),
    ]);
    for party in [Party::Issuer, Party::Acquirer] {
        let ledger = books.ledger(party);
        let (mut debits, mut credits, mut total) = (0, 0, 0);
        for (name, account) in ledger.accounts() {
            debits += account.debits_posted;
            credits += account.credits_posted;
            total += account.net();
            table.row([
                party.to_string(),
                name.to_owned(),
                signed(account.debits_posted),
                signed(account.credits_posted),
                signed(account.credits_pending - account.debits_pending),
                side(account.net()),
            ]);
        }
        let sum = [
            party.to_string(),
            "sum".to_owned(),
            signed(debits),
            signed(credits),
            String::new(),
            side(total),
        ];
        table.row(sum.map(|cell| style.heading(&cell)));
    }
    text + &table.to_string()
}

/// A balance with its side: credit is what the book owes, debit what it has.
fn side(balance: i128) -> String {
    match balance {
        0 => "0.00   ".to_owned(),
        credit if credit > 0 => format!("{} Cr", signed(credit)),
        debit => format!("{} Dr", signed(-debit)),
    }
}

/// The double-entry check, rule by rule.
pub fn checks(checks: &[Check], style: Style) -> String {
    let mut table =
        Table::new([Column::left(""), Column::left("double-entry check"), Column::left("figures")]);
    for check in checks {
        let mark = if check.holds { style.paint(GREEN, "ok") } else { style.paint(RED, "NO") };
        table.row([mark, check.rule.clone(), check.figures.clone()]);
    }
    let failed = checks.iter().filter(|check| !check.holds).count();
    let verdict = match failed {
        0 => style.paint(GREEN, "THE BOOKS BALANCE"),
        count => {
            style.paint(RED, &format!("THE BOOKS DO NOT BALANCE: {count} of {} checks failed", checks.len()))
        }
    };
    format!("{table}\n  {verdict}\n")
}
