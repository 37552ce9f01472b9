//! Lines of records that belong to no transaction or payout, of messages that move no money, and of files.

use super::cleared::Cleared;
use super::id;
use crate::engine::books::RecordId;
use crate::engine::bundle;
use crate::engine::class::{Class, Holder, State, States};
use crate::engine::line::{Effect, Line, LineKind, Note};
use crate::engine::matching::Group;
use crate::engine::payout;
use crate::engine::run::Run;
use crate::engine::transact::{Kind, OtherKind, Totals, TotalsResult};
use crate::record::ClearingKind;

/// Clearing records and bank entries without a counterpart, in an order that does not depend on that of the files.
pub(super) fn lines(run: &Run, each: &mut dyn FnMut(Line)) {
    let mut found: Vec<Line> = Vec::new();
    for place in 0..run.order.len() {
        repeats_of_transaction(run, place, &mut found);
    }
    for (number, of) in run.bundles.iter().enumerate() {
        if run.matches.bundle_taken.get(number) == Some(&false) {
            unmatched(run, of, &mut found);
        }
    }
    found.extend(run.matches.ambiguous.iter().map(|group| ambiguous(run, group)));
    found.extend(run.rest.iter().filter_map(|index| alone(run, *index)));
    found.extend(run.payments.unexpected.iter().map(|index| bank(run, *index, Class::UnexpectedInBank)));
    found.extend(run.payments.repeated.iter().map(|index| bank(run, *index, Class::DuplicateEntry)));
    number(found, each);
}

/// Sorts lines by what they say, and gives equal ids a number each.
fn number(mut found: Vec<Line>, each: &mut dyn FnMut(Line)) {
    found.sort_by(|one, other| {
        (one.class, &one.item, &one.records).cmp(&(other.class, &other.item, &other.records))
    });
    let mut last: Option<(String, usize)> = None;
    for mut line in found {
        let count = match &last {
            Some((item, count)) if *item == line.item => count + 1,
            _ => 1,
        };
        last = Some((line.item.clone(), count));
        if count > 1 {
            line.item = format!("{}-{count}", line.item);
        }
        each(line);
    }
}

fn clearing_line(run: &Run, class: Class, records: &[u32]) -> Line {
    let mut line = Line::new(LineKind::Other, class);
    line.records = records.iter().map(|index| RecordId::Clearing(*index)).collect();
    line.item = id::records('X', &run.books, &line.records);
    let sum = bundle::gross(&run.books, records.iter().copied());
    let net: i128 =
        records.iter().map(|index| payout::parts(&run.books, &run.frame.rules, *index).due()).sum();
    line.currency = records.first().map(|index| bundle::currency(&run.books, *index));
    let first = records.first().and_then(|index| bundle::record(&run.books, *index));
    line.day = first.and_then(|(record, context)| record.local_date.or(context.settlement_date));
    line.amount = Some(sum);
    line.amounts = vec![("cleared", sum), ("net", net)];
    line.payouts = records.iter().filter_map(|index| run.payout_of(*index)).collect();
    line.payouts.dedup();
    line.states = Some(States {
        authorized: State::No,
        batched: State::Unknown,
        cleared: State::Yes,
        funded: super::funded(run, records),
    });
    line
}

fn unapproved(line: &mut Line) {
    if let (Some(currency), Some(sum)) = (line.currency, line.amount) {
        line.effects.push((currency, Effect { cleared: sum, unapproved: sum, ..Effect::default() }));
    }
}

/// The records that repeat the presentment of a transaction: one line each.
fn repeats_of_transaction(run: &Run, place: usize, found: &mut Vec<Line>) {
    let Some((index, of)) = run.transaction_at(place) else { return };
    let matched = run.matches.of_transaction.get(index as usize).copied().flatten();
    let Some(bundle) = matched.and_then(|(bundle, _)| run.bundles.get(bundle as usize)) else { return };
    if bundle.living.len() < 2 {
        return;
    }
    let approved = if of.kind == Kind::Preauth { of.authorized } else { of.approved };
    let cleared = Cleared::of(run, bundle, (approved != 0).then_some(approved));
    for repeat in &cleared.repeats {
        let mut line = clearing_line(run, Class::DuplicateClearing, &[*repeat]);
        line.rule = matched
            .and_then(|(_, rule)| run.frame.rules.matches.get(usize::from(rule)))
            .map(|rule| rule.name.clone());
        line.notes.push(Note::Repeats(run.transaction_item(place)));
        unapproved(&mut line);
        found.push(line);
    }
}

/// A clearing item without messages, and what repeats it.
fn unmatched(run: &Run, of: &bundle::Bundle, found: &mut Vec<Line>) {
    let cleared = Cleared::of(run, of, None);
    let records: Vec<u32> = cleared.records().collect();
    let class = match (cleared.counted.is_empty(), run.frame.has_switch) {
        (_, false) => Class::NotCompared,
        (true, _) if records.len() > 1 && cleared.sum(run) == 0 => Class::Reversed,
        (true, _) if is_adjustment(run, &records) => Class::Adjustment,
        _ => Class::MissingInSwitch,
    };
    let mut line = clearing_line(run, class, &records);
    let item = line.item.clone();
    if class == Class::NotCompared {
        line.states = line.states.map(|states| States { authorized: State::Unknown, ..states });
    }
    unapproved(&mut line);
    found.push(line);
    for repeat in &cleared.repeats {
        let mut line = clearing_line(run, Class::DuplicateClearing, &[*repeat]);
        line.notes.push(Note::Repeats(item.clone()));
        unapproved(&mut line);
        found.push(line);
    }
}

fn is_adjustment(run: &Run, records: &[u32]) -> bool {
    let kind = |index: &u32| bundle::record(&run.books, *index).map(|(_, context)| context.kind);
    records.iter().all(|index| kind(index) == Some(ClearingKind::Adjustment))
}

/// Items of which several could belong together, in one line.
fn ambiguous(run: &Run, group: &Group) -> Line {
    let of = group.transactions.iter().filter_map(|index| run.transactions.get(*index as usize));
    let records: Vec<u32> = group
        .bundles
        .iter()
        .filter_map(|index| run.bundles.get(*index as usize))
        .flat_map(bundle::Bundle::records)
        .collect();
    let mut line = clearing_line(run, Class::Ambiguous, &records);
    line.rule = run.frame.rules.matches.get(usize::from(group.rule)).map(|rule| rule.name.clone());
    unapproved(&mut line);
    let (mut messages, mut sum) = (Vec::new(), 0);
    for of in of {
        messages.extend(of.messages.iter().map(|index| RecordId::Message(*index)));
        let approved = i128::from(of.owed());
        sum += approved;
        let day = of.settlement_date.or(of.local_date);
        let is_due = run.frame.has_clearing && run.is_clearing_due(day);
        let (open, missing) = if is_due { (0, approved) } else { (approved, 0) };
        line.effects.push((of.currency, Effect { approved, open, missing, ..Effect::default() }));
        line.due = line.due.max(run.clearing_due(day));
    }
    line.amounts.insert(0, ("approved", sum));
    line.amount = Some(sum);
    line.records.splice(0..0, messages);
    line.states = Some(States { authorized: State::Yes, cleared: State::Unknown, ..States::default() });
    line
}

/// A record of a kind that is no presentment.
fn alone(run: &Run, index: u32) -> Option<Line> {
    let (_, context) = bundle::record(&run.books, index)?;
    let class = match context.kind {
        ClearingKind::Chargeback => Class::Chargeback,
        ClearingKind::Representment => Class::Representment,
        ClearingKind::Retrieval => Class::Retrieval,
        ClearingKind::Fee => Class::FeeCollection,
        ClearingKind::Hold => Class::Held,
        ClearingKind::Release => Class::Released,
        ClearingKind::Carried => Class::Carried,
        _ => Class::Adjustment,
    };
    let mut line = clearing_line(run, class, &[index]);
    if payout::is_cleared(context.kind) {
        unapproved(&mut line);
    }
    line.states = line.states.map(|states| States { authorized: State::Unknown, ..states });
    Some(line)
}

fn bank(run: &Run, index: u32, class: Class) -> Line {
    let mut line = Line::new(LineKind::Other, class);
    line.records = vec![RecordId::Bank(index)];
    line.item = id::records('X', &run.books, &line.records);
    let bank = run.books.bank.get(index as usize);
    line.currency = bank.map(|bank| bank.currency);
    line.day = bank.and_then(|bank| bank.entry.booked.or(bank.entry.value_date));
    line.amount = bank.map(|bank| i128::from(bank.entry.amount));
    line
}

/// Messages that are no transaction.
pub(super) fn messages(run: &Run, each: &mut dyn FnMut(Line)) {
    let totals = run.totals.iter().filter(|_| !run.frame.is_part);
    let mut found: Vec<Line> = totals.map(|totals| batch(run, totals)).collect();
    for group in &run.others {
        let class = if group.kind == OtherKind::Chargeback { Class::Chargeback } else { Class::NoMoney };
        let mut line = Line::new(LineKind::Messages, class);
        line.records = group.messages.iter().map(|index| RecordId::Message(*index)).collect();
        line.item = id::records('N', &run.books, &line.records);
        found.push(line);
    }
    number(found, each);
}

fn batch(run: &Run, of: &Totals) -> Line {
    let class = match of.result {
        TotalsResult::OutOfBalance => Class::BatchOutOfBalance,
        _ => Class::BatchTotals,
    };
    let mut line = Line::new(LineKind::Messages, class);
    line.records = of.messages.iter().map(|index| RecordId::Message(*index)).collect();
    line.item = id::records('N', &run.books, &line.records);
    if of.result == TotalsResult::Unknown {
        line.notes.push(Note::NoResponse);
        line.holder = Holder::Acquirer;
    }
    let first = of.messages.first().and_then(|index| run.books.messages.get(*index as usize));
    line.currency = first.map(|message| run.books.context(message).currency);
    if let Some(said) = of.said {
        line.amounts.extend([
            ("debit", i128::from(said.debit)),
            ("debits", i128::from(said.debits)),
            ("credit", i128::from(said.credit)),
            ("credits", i128::from(said.credits)),
        ]);
    }
    line.amounts.extend([
        ("host-debit", i128::from(of.own.debit)),
        ("host-debits", i128::from(of.own.debits)),
        ("host-credit", i128::from(of.own.credit)),
        ("host-credits", i128::from(of.own.credits)),
    ]);
    line
}

/// Files that were read twice, and files that are not what they say.
pub(super) fn files(run: &Run, each: &mut dyn FnMut(Line)) {
    for (name, count, is_same) in &run.frame.duplicates {
        let mut line = Line::new(LineKind::File, Class::DuplicateFile);
        line.item = id::named('F', &["duplicate", name]);
        line.unnamed = Some((name.clone(), *count));
        if !is_same {
            line.notes.push(Note::Words("it has the number of another file, and other content".to_owned()));
        }
        each(line);
    }
    for fault in &run.frame.faults {
        let mut line = Line::new(LineKind::File, Class::File);
        line.item = id::named('F', &[&fault.source.file, &fault.reason]);
        line.unnamed = Some((fault.source.file.to_string(), 0));
        line.notes.push(Note::Words(format!("{}: {}", fault.source.place, fault.reason)));
        each(line);
    }
}
