//! Totals of batches: what the terminal says, what the host responds, and what the messages add up to.

use hashbrown::HashMap;

use super::{OtherKind, Others, Role, Seen, Transaction};
use crate::engine::books::Books;
use crate::engine::intern::Sym;
use crate::engine::rules::Rules;
use crate::record;

/// How a comparison of totals ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TotalsResult {
    Balanced,
    OutOfBalance,
    /// No response that says so.
    Unknown,
}

/// How many totals after a transaction are looked at for its batch.
const LATER: usize = 64;

/// One comparison of totals with its uploads.
#[derive(Clone, Debug)]
pub(crate) struct Totals {
    pub(crate) messages: Vec<u32>,
    pub(crate) terminal: Option<Sym>,
    pub(crate) batch: Option<Sym>,
    pub(crate) time: Option<i64>,
    pub(crate) result: TotalsResult,
    /// What the sender said.
    pub(crate) said: Option<record::Totals>,
    /// What the transactions since the totals before add up to.
    pub(crate) own: record::Totals,
}

/// Takes the totals out of the other messages, and adds up the transactions that each is about.
pub(crate) fn totals(
    books: &Books,
    rules: &Rules,
    others: &mut Vec<Others>,
    known: &[Transaction],
) -> Vec<Totals> {
    let (batches, rest) = others.drain(..).partition(|group: &Others| group.kind == OtherKind::Totals);
    *others = rest;
    let mut found: Vec<Totals> = Vec::new();
    let mut uploads = Vec::new();
    for group in batches {
        let seen: Vec<Seen<'_>> =
            group.messages.iter().filter_map(|index| Seen::new(books, rules, *index)).collect();
        let Some(first) = seen.first() else { continue };
        let totals = Totals {
            terminal: first.context.terminal,
            batch: first.context.batch,
            time: seen.iter().filter_map(|seen| seen.message.time).min(),
            result: result(books, &seen),
            said: seen.iter().find_map(|seen| seen.message.extra.as_ref()?.totals),
            own: record::Totals::default(),
            messages: group.messages,
        };
        if seen.iter().any(|seen| seen.role == Role::Totals) {
            found.push(totals)
        } else {
            uploads.push(totals)
        }
    }
    found.sort_by_key(|totals| totals.time);
    let places = places(&found);
    for upload in uploads {
        let home = places.get(&upload.terminal).and_then(|places| {
            let before = |place: &&usize| found.get(**place).is_some_and(|totals| totals.time <= upload.time);
            places.iter().rev().find(before).or(places.first())
        });
        match home.copied().and_then(|place| found.get_mut(place)) {
            Some(totals) => totals.messages.extend(upload.messages),
            None => others.push(Others { messages: upload.messages, kind: OtherKind::Management }),
        }
    }
    count(&places, &mut found, known);
    found
}

/// Adds transactions to the totals that they count in.
pub(crate) fn count(
    places: &HashMap<Option<Sym>, Vec<usize>>,
    totals: &mut [Totals],
    transactions: &[Transaction],
) {
    for transaction in transactions {
        if let Some(totals) = batch_of(places, totals, transaction).and_then(|place| totals.get_mut(place)) {
            add(&mut totals.own, transaction);
        }
    }
}

/// The totals that a transaction counts in: the first ones of its terminal after it.
pub(crate) fn batch_of(
    places: &HashMap<Option<Sym>, Vec<usize>>,
    totals: &[Totals],
    transaction: &Transaction,
) -> Option<usize> {
    transaction.terminal?;
    let places = places.get(&transaction.terminal)?;
    let same_batch = |place: &&usize| {
        let batch = totals.get(**place).and_then(|totals| totals.batch);
        batch.zip(transaction.batch).is_none_or(|(one, other)| one == other)
    };
    // totals stand in the order of time
    let before = |place: &usize| totals.get(*place).is_some_and(|totals| totals.time < transaction.time);
    let after = places.get(places.partition_point(before)..)?;
    after.iter().take(LATER).find(same_batch).copied()
}

/// Where the totals of each terminal stand, in the order of time.
pub(crate) fn places(totals: &[Totals]) -> HashMap<Option<Sym>, Vec<usize>> {
    let mut places: HashMap<Option<Sym>, Vec<usize>> = HashMap::new();
    for (place, totals) in totals.iter().enumerate() {
        places.entry(totals.terminal).or_default().push(place);
    }
    places
}

fn add(own: &mut record::Totals, transaction: &Transaction) {
    let amount = transaction.approved;
    if amount > 0 && transaction.kind != super::Kind::Preauth {
        own.debit = own.debit.saturating_add(amount);
        own.debits = own.debits.saturating_add(1);
    } else if amount < 0 {
        own.credit = own.credit.saturating_sub(amount);
        own.credits = own.credits.saturating_add(1);
    }
}

fn result(books: &Books, seen: &[Seen<'_>]) -> TotalsResult {
    let responses = seen.iter().filter(|seen| seen.context.mti.is_response());
    let mut found = TotalsResult::Unknown;
    for response in responses {
        let told = response.message.extra.as_ref().and_then(|extra| extra.totals_result);
        let both = response.message.extra.as_ref().and_then(|extra| extra.totals).zip(
            seen.iter()
                .filter(|seen| !seen.context.mti.is_response())
                .find_map(|seen| seen.message.extra.as_ref()?.totals),
        );
        let result = match (told, both, books.text(response.context.response)) {
            (Some(1), _, _) => TotalsResult::Balanced,
            (Some(2..), _, _) => TotalsResult::OutOfBalance,
            (_, Some((one, other)), _) if one == other => TotalsResult::Balanced,
            (_, Some(_), _) => TotalsResult::OutOfBalance,
            (_, _, "00" | "000" | "500") => TotalsResult::Balanced,
            (_, _, "95" | "501" | "502") => TotalsResult::OutOfBalance,
            _ => TotalsResult::Unknown,
        };
        if result != TotalsResult::Unknown {
            found = result;
        }
    }
    found
}
