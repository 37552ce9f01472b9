//! Names of items and digests of records: what they say, not where they stand.

use sha2::{Digest, Sha256};

use crate::engine::books::{Books, RecordId};
use crate::engine::bundle;
use crate::engine::intern::Sym;
use crate::engine::transact::Transaction;
use crate::record::hex;

/// The id of an item: a letter and the first octets of a hash over its keys.
fn item(letter: char, parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    format!("{letter}-{:.16}", hex(&hash.finalize()))
}

/// The RRN, where nothing else is sure to tell a transaction: the response brings it, perhaps on another day.
fn rrn(of: &Transaction) -> Option<Sym> {
    if of.time.is_some() && of.stan.is_some() { None } else { of.rrn }
}

/// Whether two transactions have the same id.
pub(crate) fn are_same(one: &Transaction, other: &Transaction) -> bool {
    let keys = |of: &Transaction| (of.terminal, of.stan, rrn(of), of.time, of.requested);
    keys(one) == keys(other)
}

/// The id of a transaction: of what does not change from day to day.
pub(super) fn transaction(books: &Books, of: &Transaction) -> String {
    let time = of.time.map_or_else(String::new, |time| time.to_string());
    let [terminal, stan, rrn] = [of.terminal, of.stan, rrn(of)].map(|sym| books.text(sym));
    item('T', &[terminal, stan, rrn, &time, &of.requested.to_string()])
}

/// The id of a line of other records: of what its first record says.
pub(super) fn records(letter: char, books: &Books, records: &[RecordId]) -> String {
    let said = records.first().map_or_else(String::new, |id| said(books, *id));
    item(letter, &[&said])
}

/// The id of a payout.
pub(super) fn named(letter: char, names: &[&str]) -> String {
    item(letter, names)
}

/// What a record says, without its place.
pub(super) fn said(books: &Books, id: RecordId) -> String {
    let join = |parts: &[&str]| parts.join("\u{1f}");
    match id {
        RecordId::Message(index) => {
            let Some(message) = books.messages.get(index as usize) else { return String::new() };
            let context = books.context(message);
            let syms = [
                context.from,
                context.to,
                context.code,
                context.terminal,
                context.merchant,
                context.response,
                message.stan,
                message.rrn,
                message.approval,
            ];
            let texts = syms.map(|sym| books.text(sym));
            let amount = message.amount.map_or_else(String::new, |amount| amount.to_string());
            let time = message.time.map_or_else(String::new, |time| time.to_string());
            join(&["m", context.mti.as_str(), &time, &amount, &join(&texts)])
        }
        RecordId::Clearing(index) => {
            let Some((record, context)) = bundle::record(books, index) else { return String::new() };
            let syms = [
                context.terminal,
                context.merchant,
                context.payout,
                record.rrn,
                record.stan,
                record.arn,
                record.approval,
            ];
            let texts = syms.map(|sym| books.text(sym));
            let date = context.settlement_date.map_or_else(String::new, |date| date.to_string());
            let sums = format!(
                "{} {:?} {:?} {} {:?}",
                record.gross, record.fee, record.net, record.number, context.kind
            );
            join(&["c", &date, &sums, &join(&texts)])
        }
        RecordId::Bank(index) => {
            let Some(bank) = books.bank.get(index as usize) else { return String::new() };
            let entry = &bank.entry;
            let texts = [&entry.account, &entry.reference, &entry.end_to_end, &entry.code]
                .map(|text| text.as_deref().unwrap_or_default());
            let date = entry.booked.or(entry.value_date).map_or_else(String::new, |date| date.to_string());
            join(&["b", &date, &entry.amount.to_string(), &entry.text, &join(&texts)])
        }
    }
}

/// A digest over what the records of a line say, in any order.
pub(crate) fn record_digest(books: &Books, records: &[RecordId]) -> String {
    let mut digests: Vec<[u8; 32]> =
        records.iter().map(|id| Sha256::digest(said(books, *id).as_bytes()).into()).collect();
    digests.sort_unstable();
    let mut hash = Sha256::new();
    digests.iter().for_each(|digest| hash.update(digest));
    hex(&hash.finalize())
}
