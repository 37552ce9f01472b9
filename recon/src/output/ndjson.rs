//! The contract for machines: one object a line, described in the README of the crate.

use std::io::{self, Write};
use std::sync::mpsc::sync_channel;
use std::thread;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::words;
use crate::engine::class::{Lang, State};
use crate::engine::identity::Totals;
use crate::engine::line::{Amount, Effect, Line};
use crate::engine::run::{RecordRef, Run};
use crate::record::{Currency, hex};
use crate::spill::Spilled;

/// The version of the contract: fields may be added to it, none changes its meaning.
pub const VERSION: u32 = 1;

#[derive(Serialize)]
struct Both<'t> {
    en: &'t str,
    zh: &'t str,
}

#[derive(Serialize)]
struct NoteOut {
    id: &'static str,
    en: String,
    zh: String,
}

#[derive(Serialize)]
struct StatesOut {
    authorized: &'static str,
    batched: &'static str,
    cleared: &'static str,
    funded: &'static str,
}

#[derive(Serialize)]
struct Age {
    working: i64,
    calendar: i64,
}

/// A line as an object.
#[derive(Serialize)]
struct LineOut<'l> {
    #[serde(rename = "type")]
    kind_of: &'static str,
    item: &'l str,
    kind: &'static str,
    class: &'static str,
    also: Vec<&'static str>,
    exception: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    decided: Option<&'l str>,
    states: Option<StatesOut>,
    holder: &'static str,
    due: Option<String>,
    since: Option<String>,
    age: Option<Age>,
    rule: Option<&'l str>,
    currency: Option<&'l str>,
    amount: Option<Integer>,
    amounts: Amounts<'l>,
    effects: Vec<EffectOut<'l>>,
    keys: Keys,
    payouts: &'l [String],
    words: Both<'l>,
    action: Both<'l>,
    notes: Vec<NoteOut>,
    records: Vec<RecordRef<'l>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unnamed: Option<Value>,
}

/// An integer of any size; JSON of this crate has integers of 64 bits, and sums that need more are texts.
fn integer(amount: i128) -> Value {
    i64::try_from(amount).map_or_else(|_| Value::from(amount.to_string()), Value::from)
}

fn object<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Object(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

/// An integer as JSON of this crate has it: a text beyond 64 bits.
struct Integer(i128);

impl Serialize for Integer {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match i64::try_from(self.0) {
            Ok(small) => to.serialize_i64(small),
            Err(_) => to.collect_str(&self.0),
        }
    }
}

/// Amounts by name, in the order of the line.
struct Amounts<'l>(&'l [Amount]);

impl Serialize for Amounts<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.0.iter().map(|(name, amount)| (name, Integer(*amount))))
    }
}

/// Keys by name, in the order in which the records tell them.
struct Keys(Vec<(&'static str, String)>);

impl Serialize for Keys {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(self.0.len()))?;
        for (name, text) in &self.0 {
            map.serialize_entry(name, text)?;
        }
        map.end()
    }
}

#[derive(Serialize)]
struct EffectOut<'l> {
    currency: &'l str,
    approved: Integer,
    cleared: Integer,
    differences: Integer,
    unapproved: Integer,
    open: Integer,
    missing: Integer,
}

fn effect<'l>(currency: &'l Currency, effect: &Effect) -> EffectOut<'l> {
    EffectOut {
        currency: currency.as_str(),
        approved: Integer(effect.approved),
        cleared: Integer(effect.cleared),
        differences: Integer(effect.differences),
        unapproved: Integer(effect.unapproved),
        open: Integer(effect.open),
        missing: Integer(effect.missing),
    }
}

/// A line as one object of JSON.
///
/// # Errors
/// None that a line can cause.
pub fn line(run: &Run, line: &Line) -> serde_json::Result<String> {
    let action = |lang| if line.is_exception || line.due.is_some() { line.class.action(lang) } else { "" };
    let (en, zh) = (words::title(line, Lang::En), words::title(line, Lang::Zh));
    let out = LineOut {
        kind_of: "line",
        item: &line.item,
        kind: line.kind.id(),
        class: line.class.id(),
        also: line.also.iter().map(|class| class.id()).collect(),
        exception: line.is_exception,
        decided: line.decided.as_deref(),
        states: line.states.map(|states| StatesOut {
            authorized: State::id(states.authorized),
            batched: State::id(states.batched),
            cleared: State::id(states.cleared),
            funded: State::id(states.funded),
        }),
        holder: line.holder.id(),
        due: line.due.map(|day| day.to_string()),
        since: line.since.map(|day| day.to_string()),
        age: run.age(line).map(|(working, calendar)| Age { working, calendar }),
        rule: line.rule.as_deref(),
        currency: line.currency.as_ref().map(Currency::as_str),
        amount: line.amount.map(Integer),
        amounts: Amounts(&line.amounts),
        effects: line.effects.iter().map(|(currency, of)| effect(currency, of)).collect(),
        keys: Keys(run.keys(line)),
        payouts: &line.payouts,
        words: Both { en: &en, zh: &zh },
        action: Both { en: action(Lang::En), zh: action(Lang::Zh) },
        notes: line
            .notes
            .iter()
            .map(|note| NoteOut {
                id: words::note_id(note),
                en: words::note(note, line, Lang::En),
                zh: words::note(note, line, Lang::Zh),
            })
            .collect(),
        records: run.records(line),
        unnamed: line.unnamed.as_ref().map(|(file, count)| {
            object([("file", Value::from(file.as_str())), ("records", Value::from(*count))])
        }),
    };
    serde_json::to_string(&out)
}

/// Writes a whole run.
///
/// # Errors
/// Those of the stream.
pub fn write(run: &Run, out: &mut dyn Write) -> io::Result<Totals> {
    write_head(run, out)?;
    let mut totals = Totals::default();
    ahead(run, &mut |found| {
        totals.add(&found);
        writeln!(out, "{}", line(run, &found)?)
    })?;
    totals.finish(run);
    write_tail(run, &totals, out)?;
    Ok(totals)
}

/// Hands all lines over while a second thread makes the next ones.
fn ahead(run: &Run, each: &mut dyn FnMut(Line) -> io::Result<()>) -> io::Result<()> {
    const LOT: usize = 256;
    let (sender, receiver) = sync_channel(4);
    thread::scope(|scope| {
        scope.spawn(move || {
            let mut lot = Vec::with_capacity(LOT);
            run.lines(&mut |line| {
                lot.push(line);
                if lot.len() == LOT {
                    // nobody receives any more when writing failed
                    let _ = sender.send(std::mem::replace(&mut lot, Vec::with_capacity(LOT)));
                }
            });
            let _ = sender.send(lot);
        });
        receiver.into_iter().flatten().try_for_each(each)
    })
}

/// Writes a run in parts: the same octets.
///
/// # Errors
/// Those of the stream and of temporary files.
pub fn write_spilled(spilled: Spilled, out: &mut dyn Write) -> io::Result<Totals> {
    write_head(spilled.frame(), out)?;
    let mut render =
        |run: &Run, found: &Line, octets: &mut Vec<u8>| writeln!(octets, "{}", line(run, found)?);
    let (frame, totals) = spilled.lines(&mut render, &mut |octets| out.write_all(octets))?;
    write_tail(&frame, &totals, out)?;
    Ok(totals)
}

/// Writes the object before the lines.
pub(crate) fn write_head(run: &Run, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", head(run))
}

/// Writes the objects after the lines.
pub(crate) fn write_tail(run: &Run, totals: &Totals, out: &mut dyn Write) -> io::Result<()> {
    for refused in run.refused() {
        let record = object([
            ("type", Value::from("refused")),
            ("class", Value::from("refused")),
            ("record", serde_json::to_value(RecordRef::of(&refused.source))?),
            ("reason", Value::from(refused.reason.as_str())),
        ]);
        writeln!(out, "{record}")?;
    }
    tail(totals, out)
}

/// The first object: what the run was told and what it read.
fn head(run: &Run) -> Value {
    let files = run.files().into_iter().map(|file| {
        object([
            ("file", Value::from(&*file.name)),
            ("side", Value::from(file.side.id())),
            ("records", Value::from(file.records)),
            ("complete", Value::from(file.complete)),
            ("sha256", Value::from(hex(&file.digest))),
        ])
    });
    object([
        ("type", Value::from("run")),
        ("version", Value::from(VERSION)),
        ("as_of", Value::from(run.as_of_text())),
        ("files", files.collect()),
        ("warnings", run.warnings().into_iter().map(Value::from).collect()),
    ])
}

fn tail(totals: &Totals, out: &mut dyn Write) -> io::Result<()> {
    for ((class, currency), sum) in &totals.sums {
        let record = object([
            ("type", Value::from("sum")),
            ("class", Value::from(class.id())),
            ("currency", currency.map_or(Value::Null, |currency| Value::from(currency.as_str()))),
            ("lines", Value::from(sum.lines)),
            ("exceptions", Value::from(sum.exceptions)),
            ("amount", integer(sum.amount)),
        ]);
        writeln!(out, "{record}")?;
    }
    for identity in &totals.identities {
        let terms = identity.terms.iter().map(|(name, amount)| ((*name).to_owned(), integer(*amount)));
        let record = object([
            ("type", Value::from("identity")),
            ("number", Value::from(identity.number)),
            ("currency", identity.currency.map_or(Value::Null, |currency| Value::from(currency.as_str()))),
            ("holds", Value::from(identity.holds)),
            ("terms", Value::Object(terms.collect())),
            ("text", Value::from(identity.text.as_str())),
        ]);
        writeln!(out, "{record}")?;
    }
    let record = object([
        ("type", Value::from("result")),
        ("exceptions", Value::from(totals.exceptions)),
        ("exit", Value::from(totals.exit_code())),
    ]);
    writeln!(out, "{record}")
}
