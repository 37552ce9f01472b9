//! Reports: exceptions by holder and age, payouts, days.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::html::{escape, page};
use super::text::clean;
use super::words::{self, money};
use crate::engine::class::{Class, Lang, pick};
use crate::engine::line::{Line, LineKind};
use crate::engine::run::Run;
use crate::record::Currency;

/// One exception as a row.
struct Row {
    holder: &'static str,
    working: i64,
    cells: Vec<String>,
}

/// Working days since something was due, in ranges that do not overlap and leave nothing out.
pub fn age_range(working: i64) -> &'static str {
    match working {
        ..=0 => "not due",
        1 => "1",
        2..=3 => "2-3",
        4..=7 => "4-7",
        8..=30 => "8-30",
        31..=90 => "31-90",
        _ => "over 90",
    }
}

const COLUMNS: [&str; 14] = [
    "holder",
    "age",
    "working_days",
    "calendar_days",
    "due",
    "since",
    "class",
    "item",
    "currency",
    "amount",
    "rrn",
    "payout",
    "words",
    "action",
];

fn rows(run: &Run, lang: Lang) -> Vec<Row> {
    let mut found = Vec::new();
    run.lines(&mut |line| {
        if line.is_exception {
            found.push(row(run, &line, lang));
        }
    });
    found.sort_by(|one, other| {
        (one.holder, -one.working, &one.cells).cmp(&(other.holder, -other.working, &other.cells))
    });
    found
}

fn row(run: &Run, line: &Line, lang: Lang) -> Row {
    let (working, calendar) = run.age(line).unwrap_or((0, 0));
    let keys = run.keys(line);
    let key = |name: &str| {
        keys.iter().find(|(key, _)| *key == name).map_or("", |(_, text)| text.as_str()).to_owned()
    };
    let holder = line.holder.words(lang);
    let day = |day: Option<Date>| day.map_or_else(String::new, |day| day.to_string());
    let mut story: Vec<String> = vec![words::title(line, lang)];
    story.extend(line.notes.iter().map(|note| words::note(note, line, lang)));
    let cells = vec![
        holder.to_owned(),
        age_range(working).to_owned(),
        working.to_string(),
        calendar.to_string(),
        day(line.due),
        day(line.since),
        line.class.id().to_owned(),
        line.item.clone(),
        line.currency.map_or_else(String::new, |currency| currency.to_string()),
        line.amount.map_or_else(String::new, |amount| money(amount, line.currency)),
        key("rrn"),
        line.payouts.join(" "),
        story.join("; "),
        line.class.action(lang).to_owned(),
    ];
    Row { holder, working, cells: cells.iter().map(|cell| clean(cell)).collect() }
}

/// Exceptions as CSV; a cell that a spreadsheet would take for a formula begins with an apostrophe.
///
/// # Errors
/// None that rows can cause.
pub fn exceptions_csv(run: &Run, lang: Lang) -> Result<String, String> {
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(COLUMNS).map_err(|error| error.to_string())?;
    for row in rows(run, lang) {
        let cells = row.cells.iter().map(|cell| {
            let is_number = cell.parse::<f64>().is_ok();
            let is_formula = cell.starts_with(['=', '+', '-', '@']) && !is_number;
            if is_formula { format!("'{cell}") } else { cell.clone() }
        });
        out.write_record(cells).map_err(|error| error.to_string())?;
    }
    let octets = out.into_inner().map_err(|error| error.to_string())?;
    String::from_utf8(octets).map_err(|error| error.to_string())
}

/// Exceptions for a terminal, by holder and age.
pub fn exceptions_text(run: &Run, lang: Lang) -> String {
    let mut out = format!("{} {}\n", pick(lang, "exceptions as of", "差错清单，截至"), run.as_of_text());
    let mut last = ("", "");
    for row in rows(run, lang) {
        let [_, age, working, _, due, _, _, item, currency, amount, rrn, payout, story, action] =
            row.cells.as_slice()
        else {
            continue;
        };
        if last != (row.holder, age_range(row.working)) {
            last = (row.holder, age_range(row.working));
            out.push_str(&format!("\n{} · {age}\n", row.holder));
        }
        out.push_str(&format!("  {item}  {currency} {amount}  {rrn}{payout}  {story}\n"));
        let when = if due.is_empty() { String::new() } else { format!("{due} (+{working})  ") };
        out.push_str(&format!("      {when}{action}\n"));
    }
    out
}

/// Exceptions as a page.
pub fn exceptions_html(run: &Run, lang: Lang) -> String {
    let title = pick(lang, "Exceptions", "差错清单");
    let head: String = COLUMNS.iter().map(|name| format!("<th>{name}</th>")).collect();
    let mut body = format!("<h1>{title}</h1>\n<table>\n<tr>{head}</tr>\n");
    for row in rows(run, lang) {
        // on a phone the names of columns stand in the cells
        let cells = COLUMNS.iter().zip(&row.cells);
        let cells: String =
            cells.map(|(name, cell)| format!("<td data-name=\"{name}\">{}</td>", escape(cell))).collect();
        body.push_str(&format!("<tr>{cells}</tr>\n"));
    }
    body.push_str("</table>\n");
    let foot = format!("{} {}", pick(lang, "as of", "截至"), run.as_of_text());
    page(title, &body, &foot, lang)
}

/// The payouts of a run, or the one of a name: its items, its fees and its bank entries, which add up to it.
pub fn payouts(run: &Run, name: Option<&str>, lang: Lang) -> Option<String> {
    let mut out = String::new();
    run.lines(&mut |line| {
        let is_named = name.is_none_or(|name| line.payouts.iter().any(|payout| payout == name));
        if line.kind == LineKind::Payout && is_named {
            out.push_str(&payout(run, &line, lang));
        }
    });
    (!out.is_empty()).then_some(out)
}

fn payout(run: &Run, line: &Line, lang: Lang) -> String {
    let amount = |amount: i128| money(amount, line.currency);
    let currency = line.currency.map_or_else(String::new, |currency| currency.to_string());
    let mut out = format!("{}  {}  {currency}\n", clean(&line.payouts.join(" ")), words::title(line, lang));
    for item in run.payout_items(line) {
        let [rrn, kind, date] = [&item.rrn, item.kind.words(lang), &item.date].map(clean);
        out.push_str(&format!(
            "  {date:<10} {kind:<12} {rrn:<14} {:>14} {:>12} {:>14}\n",
            amount(item.gross),
            amount(-item.fee),
            amount(item.net)
        ));
    }
    for (name, value) in &line.amounts {
        out.push_str(&format!("  {name:<38} {:>28}\n", words::amount(name, *value, line.currency)));
    }
    for event in run.evidence(line, lang) {
        out.push_str(&format!("  {:<10} {}\n", event.when_text(), clean(&event.words)));
    }
    for note in &line.notes {
        out.push_str(&format!("  {}\n", clean(&words::note(note, line, lang))));
    }
    out.push('\n');
    out
}

/// Sums of one settlement date and class.
type DaySums = BTreeMap<(String, Class, Option<Currency>), (u64, i128)>;

/// Transactions and other items by the day that they are about; the lines of a day add up to it.
pub fn days(run: &Run, lang: Lang) -> String {
    let mut sums: DaySums = BTreeMap::new();
    run.lines(&mut |line| {
        let is_item = matches!(line.kind, LineKind::Transaction | LineKind::Other);
        if let (true, Some(amount)) = (is_item, line.amount) {
            let day = line.day.map_or_else(|| "-".to_owned(), |day| day.to_string());
            let sum = sums.entry((day, line.class, line.currency)).or_default();
            sum.0 += 1;
            sum.1 += amount;
        }
    });
    let mut out = String::new();
    let mut totals: BTreeMap<(&str, Option<Currency>), (u64, i128)> = BTreeMap::new();
    let mut last = "";
    for ((day, class, currency), (count, amount)) in &sums {
        if last != day {
            last = day;
            out.push_str(&format!("{day}\n"));
        }
        let total = totals.entry((day, *currency)).or_default();
        total.0 += count;
        total.1 += amount;
        let code = currency.map_or_else(String::new, |currency| currency.to_string());
        let text = money(*amount, *currency);
        out.push_str(&format!("  {:<22} {count:>8}  {code} {text:>18}  {}\n", class.id(), class.words(lang)));
    }
    out.push_str(&format!("{}\n", pick(lang, "total", "合计")));
    for ((day, currency), (count, amount)) in &totals {
        let code = currency.map_or_else(String::new, |currency| currency.to_string());
        out.push_str(&format!("  {day:<22} {count:>8}  {code} {:>18}\n", money(*amount, *currency)));
    }
    out
}
