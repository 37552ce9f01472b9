//! The answer to "where is my money" for one line: text, JSON, and a page that needs nothing else.

use serde_json::Value;

use super::html::escape;
use super::text::{clean, place};
use super::{ndjson, words};
use crate::engine::class::{Class, Lang, State, pick};
use crate::engine::evidence::Event;
use crate::engine::line::{Line, Note};
use crate::engine::run::Run;

/// The code of the answer, as the settlement demonstration has it.
pub fn code(line: &Line) -> &'static str {
    let funded = line.states.map(|states| states.funded);
    match (line.class, funded) {
        (Class::Declined | Class::RefundFailed, _) => "W20",
        (Class::Reversed, _) => "W31",
        // taken back after it was counted: a credit on another date, and a deduction from a payout
        (Class::CutOver, _) if is_adjusted(line) => "W80",
        // reserved and not charged: nothing is due
        (Class::PreauthOpen, _) if !line.is_exception => "W10",
        (Class::PreauthOpen | Class::PreauthExpired, _) => "W51",
        (Class::Open | Class::PartlyCleared, _) => "W60",
        (Class::MissingInClearing, _) => "W50",
        (Class::Held, _) => "W55",
        (Class::FeeDiffers, _) => "W61",
        (Class::MissingInBank, _) => "W70",
        (Class::PayoutShort | Class::PayoutOver | Class::PayoutPartly, _) => "W71",
        (Class::Returned, _) => "W72",
        (Class::Ambiguous | Class::MissingInSwitch | Class::OneSided | Class::UnknownOutcome, _) => "W90",
        (class, _) if class.is_exception() => "W90",
        (_, Some(State::Returned)) => "W72",
        (_, Some(State::No)) => "W70",
        (_, Some(State::Pending | State::Unknown | State::Partly)) => "W65",
        _ => "W00",
    }
}

/// Is it taken back on another date than its own, or about to be?
fn is_adjusted(line: &Line) -> bool {
    line.notes.iter().any(|note| matches!(note, Note::AcrossCut | Note::Awaits(_)))
}

/// The whole answer, gathered once for all forms.
struct Answer<'r> {
    title: String,
    amount: String,
    states: Vec<(&'static str, State)>,
    keys: String,
    due: String,
    story: Vec<String>,
    notes: Vec<String>,
    action: &'static str,
    events: Vec<Event<'r>>,
}

impl<'r> Answer<'r> {
    fn of(run: &'r Run, line: &Line, lang: Lang) -> Self {
        let mut events = run.evidence(line, lang);
        events.extend(run.bank_evidence(line, lang));
        let currency = line.currency.map_or_else(String::new, |currency| currency.to_string());
        let amount = line.amount.map_or_else(String::new, |amount| words::money(amount, line.currency));
        let named = |name: &str| pick(lang, "", key_zh(name)).to_owned();
        let keys: Vec<String> = run
            .keys(line)
            .into_iter()
            .map(|(name, text)| {
                let zh = named(name);
                format!(
                    "{} {}",
                    if zh.is_empty() { name.to_uppercase().replace('_', " ") } else { zh },
                    clean(&text)
                )
            })
            .collect();
        let states = line.states.map_or_else(Vec::new, |states| {
            vec![
                (pick(lang, "authorized", "授权"), states.authorized),
                (pick(lang, "batched", "批结"), states.batched),
                (pick(lang, "cleared", "清算"), states.cleared),
                (pick(lang, "funded", "到账"), states.funded),
            ]
        });
        let due = match (line.due, run.age(line)) {
            (Some(day), Some((working, _))) if working > 0 => match lang {
                Lang::Zh => format!("{day} (已过 {working} 个工作日)"),
                _ => format!("{day} ({working} working days ago)"),
            },
            (Some(day), _) => day.to_string(),
            (None, _) => "-".to_owned(),
        };
        let has_action = line.is_exception || line.due.is_some();
        Self {
            title: words::title(line, lang),
            amount: format!("{currency} {amount}"),
            states,
            keys: keys.join(", "),
            due,
            story: run.story(line, lang).iter().map(|sentence| clean(sentence)).collect(),
            notes: line.notes.iter().map(|note| clean(&words::note(note, line, lang))).collect(),
            action: if has_action { line.class.action(lang) } else { "" },
            events,
        }
    }
}

fn key_zh(name: &str) -> &'static str {
    match name {
        "rrn" => "参考号",
        "stan" => "流水号",
        "terminal" => "终端",
        "merchant" => "商户",
        "approval" => "授权码",
        "card" => "卡号",
        "arn" => "ARN",
        "settlement_date" => "清算日",
        "date" => "交易日",
        "text" => "附言",
        "account" => "账户",
        _ => "",
    }
}

/// The answer for a terminal.
pub fn text(run: &Run, line: &Line, lang: Lang) -> String {
    let answer = Answer::of(run, line, lang);
    let mut out = format!("{} {}  {}\n", code(line), answer.title, answer.amount);
    let states: Vec<String> =
        answer.states.iter().map(|(name, state)| format!("{name}: {}", state.words(lang))).collect();
    out.push_str(&format!("  {}\n  {}  {}\n", states.join("  "), answer.keys, line.item));
    out.push_str(&format!("  {}: {}\n", pick(lang, "holder", "责任方"), line.holder.words(lang)));
    out.push_str(&format!("  {}: {}\n", pick(lang, "due", "期限"), answer.due));
    if !answer.action.is_empty() {
        out.push_str(&format!("  {}: {}\n", pick(lang, "next", "下一步"), answer.action));
    }
    for sentence in answer.story.iter().chain(&answer.notes) {
        out.push_str(&format!("  {sentence}\n"));
    }
    if let Some(decided) = &line.decided {
        out.push_str(&format!("  {}: {decided}\n", pick(lang, "decided", "已决定")));
    }
    out.push_str(&format!("  {}\n", pick(lang, "evidence:", "证据：")));
    for event in &answer.events {
        let words = clean(&event.words);
        out.push_str(&format!(
            "    {:<19}  {:<8} {words}  [{}]\n",
            event.when_text(),
            clean(&event.side),
            place(&event.place, lang)
        ));
    }
    out
}

/// The answer as one object: the line of the contract with code, story and evidence.
///
/// # Errors
/// None that a line can cause.
pub fn json(run: &Run, line: &Line) -> serde_json::Result<Value> {
    let mut object: Value = serde_json::from_str(&ndjson::line(run, line)?)?;
    let both =
        |get: &dyn Fn(Lang) -> Vec<String>| serde_json::json!({ "en": get(Lang::En), "zh": get(Lang::Zh) });
    let events = |lang: Lang| {
        let mut events = run.evidence(line, lang);
        events.extend(run.bank_evidence(line, lang));
        events
    };
    if let Some(object) = object.as_object_mut() {
        object.insert("code".to_owned(), Value::from(code(line)));
        object.insert("story".to_owned(), both(&|lang| run.story(line, lang)));
        let evidence = events(Lang::En).into_iter().zip(events(Lang::Zh)).map(|(en, zh)| {
            serde_json::json!({
                "time": en.when_text(), "side": en.side, "en": en.words, "zh": zh.words, "record": en.place,
            })
        });
        object.insert("evidence".to_owned(), evidence.collect());
    }
    Ok(object)
}

/// The answer as one page: no script, no other file, readable on a phone.
pub fn html(run: &Run, line: &Line, lang: Lang) -> String {
    let answer = Answer::of(run, line, lang);
    let mut body = format!(
        "<h1><span class=\"code\">{}</span> {}</h1>\n<p class=\"amount\">{}</p>\n<p class=\"keys\">{} · {}</p>\n",
        code(line),
        escape(&answer.title),
        escape(&answer.amount),
        escape(&answer.keys),
        escape(&line.item)
    );
    body.push_str("<ul class=\"states\">\n");
    for (name, state) in &answer.states {
        let class = state.id();
        body.push_str(&format!("<li class=\"{class}\"><b>{name}</b>{}</li>\n", state.words(lang)));
    }
    body.push_str("</ul>\n<dl>\n");
    let mut term = |name: &str, text: &str| {
        if !text.is_empty() {
            body.push_str(&format!("<dt>{name}</dt><dd>{}</dd>\n", escape(text)));
        }
    };
    term(pick(lang, "Holder", "责任方"), line.holder.words(lang));
    term(pick(lang, "Due", "期限"), &answer.due);
    term(pick(lang, "Next", "下一步"), answer.action);
    term(pick(lang, "Decided", "已决定"), line.decided.as_deref().unwrap_or_default());
    body.push_str("</dl>\n");
    for sentence in answer.story.iter().chain(&answer.notes) {
        body.push_str(&format!("<p>{}</p>\n", escape(sentence)));
    }
    body.push_str(&super::html::timeline(&answer.events, lang));
    body.push_str("<table>\n");
    for event in &answer.events {
        body.push_str(&format!(
            "<tr><td>{}</td><td>{}</td><td>{}</td><td class=\"place\">{}</td></tr>\n",
            escape(&event.when_text()),
            escape(&event.side),
            escape(&event.words),
            escape(&place(&event.place, lang))
        ));
    }
    body.push_str("</table>\n");
    let foot = format!("{} {}", pick(lang, "as of", "截至"), run.as_of_text());
    super::html::page(&answer.title, &body, &foot, lang)
}
