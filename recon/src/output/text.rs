//! Reports for a terminal.

use std::io::{self, Write};

use super::words;
use crate::engine::class::{Lang, pick};
use crate::engine::identity::Totals;
use crate::engine::line::Line;
use crate::engine::run::{RecordRef, Run};

/// A text without control characters and marks of direction, whoever wrote it.
pub fn clean(text: &str) -> String {
    let is_hidden = |found: char| {
        found.is_control()
            || matches!(found, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|found| if is_hidden(found) { '\u{fffd}' } else { found }).collect()
}

/// A place in words.
pub(super) fn place(record: &RecordRef<'_>, lang: Lang) -> String {
    let file = clean(record.file);
    match (record.line, record.offset, lang) {
        (Some(line), _, Lang::Zh) => format!("{file} 第 {line} 行"),
        (Some(line), ..) => format!("{file} line {line}"),
        (_, Some(offset), Lang::Zh) => format!("{file} 偏移 {offset}"),
        (_, Some(offset), _) => format!("{file} offset {offset}"),
        _ => file,
    }
}

/// One line of a list of exceptions.
pub(crate) fn exception(run: &Run, line: &Line, lang: Lang) -> String {
    let amount = line.amount.map_or_else(String::new, |amount| words::money(amount, line.currency));
    let currency = line.currency.map_or_else(String::new, |currency| currency.to_string());
    let due = line.due.map_or_else(String::new, |day| format!("{} {day}", pick(lang, "due", "应于")));
    let names: Vec<String> = run
        .keys(line)
        .into_iter()
        .filter(|(name, _)| matches!(*name, "rrn" | "stan" | "terminal"))
        .map(|(name, text)| format!("{name} {}", clean(&text)))
        .collect();
    let payouts = line.payouts.iter().map(|payout| clean(payout));
    let names: Vec<String> = names.into_iter().chain(payouts).collect();
    let mut text = format!(
        "{}  {}  {currency} {amount}\n    {}\n    {}: {}  {due}\n",
        line.item,
        words::title(line, lang),
        names.join(", "),
        pick(lang, "holder", "责任方"),
        line.holder.words(lang),
    );
    for note in &line.notes {
        text.push_str(&format!("    {}\n", clean(&words::note(note, line, lang))));
    }
    let action = line.class.action(lang);
    if !action.is_empty() {
        text.push_str(&format!("    {}: {action}\n", pick(lang, "next", "下一步")));
    }
    let mut places: Vec<String> = run.records(line).iter().map(|record| place(record, lang)).collect();
    places.extend(line.unnamed.as_ref().map(|(file, count)| format!("{} ({count})", clean(file))));
    text.push_str(&format!("    {}\n", places.join(", ")));
    text
}

/// Writes a whole run: files, sums, identities, exceptions.
///
/// # Errors
/// Those of the stream.
pub fn write(run: &Run, lang: Lang, out: &mut dyn Write) -> io::Result<Totals> {
    let mut totals = Totals::default();
    let mut exceptions = Vec::new();
    run.lines(&mut |line| {
        totals.add(&line);
        if line.is_exception {
            exceptions.push(exception(run, &line, lang));
        }
    });
    totals.finish(run);
    write_all(run, &totals, &exceptions, lang, out)?;
    Ok(totals)
}

/// Writes a run whose exceptions are in words already.
pub(crate) fn write_all(
    run: &Run,
    totals: &Totals,
    exceptions: &[String],
    lang: Lang,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "{} {}", pick(lang, "as of", "截至"), run.as_of_text())?;
    for file in run.files() {
        let note = if file.complete { "" } else { pick(lang, ", not complete", "，不完整") };
        writeln!(out, "{:<9} {:>9}  {}{note}", file.side.id(), file.records, clean(&file.name))?;
    }
    for warning in run.warnings() {
        writeln!(out, "{warning}")?;
    }
    writeln!(out)?;
    for ((class, currency), sum) in &totals.sums {
        let code = currency.map_or_else(|| "   ".to_owned(), |currency| currency.to_string());
        let mark = if sum.exceptions > 0 { '!' } else { ' ' };
        let amount = words::money(sum.amount, *currency);
        writeln!(
            out,
            "{mark} {:<22} {:>8}  {code} {amount:>18}  {}",
            class.id(),
            sum.lines,
            class.words(lang)
        )?;
    }
    writeln!(out)?;
    for identity in &totals.identities {
        let code = identity.currency.map_or_else(|| "   ".to_owned(), |currency| currency.to_string());
        let holds = if identity.holds {
            pick(lang, "holds", "成立")
        } else {
            pick(lang, "DOES NOT HOLD", "不成立")
        };
        let terms: Vec<String> = identity.terms.iter().map(|(name, _)| (*name).to_owned()).collect();
        writeln!(out, "{} {code} {holds}: {}  ({})", identity.number, identity.text, terms.join(", "))?;
    }
    for exception in exceptions {
        write!(out, "\n{exception}")?;
    }
    for refused in run.refused() {
        let place = place(&RecordRef::of(&refused.source), lang);
        writeln!(out, "\n{}: {place}: {}", pick(lang, "refused", "无法读取"), clean(&refused.reason))?;
    }
    writeln!(out, "\n{} {}", totals.exceptions, pick(lang, "exceptions", "项差错"))
}
