//! Which bank entries pay which payouts.

use std::collections::BTreeMap;

use hashbrown::{HashMap, HashSet};
use jiff::civil::Date;

use super::reference::{Named, References};
use super::{Entry, Payment, Payments};
use crate::engine::books::{Bank, Books};
use crate::engine::bundle::days;
use crate::engine::rules::Rules;
use crate::record::Currency;

/// How far the value date may lie from the day on which a payout without a number is due.
const NEAR: i32 = 4;

/// An entry that names no payout, and what it says instead.
struct Nameless {
    index: u32,
    amount: i128,
    date: Option<Date>,
}

/// Finds entries by the number of the payout, then by merchant and day.
pub(super) fn attach(books: &Books, rules: &Rules, groups: Vec<Payment>) -> Payments {
    let mut found = Payments { repeated: repeated(books), ..Payments::default() };
    // one number may stand for payouts in several currencies
    let mut by_name: BTreeMap<String, Vec<(Currency, usize)>> = BTreeMap::new();
    for (place, group) in groups.iter().enumerate() {
        for name in &group.names {
            by_name.entry(name.to_uppercase()).or_default().push((group.currency, place));
        }
    }
    let (names, choices): (Vec<String>, Vec<Vec<(Currency, usize)>>) = by_name.into_iter().unzip();
    let names = names.into_iter().zip(0..);
    let references = References::new(names, &rules.payout);
    let mut slots: Vec<Option<Payment>> = groups.into_iter().map(Some).collect();
    let mut homes: Vec<usize> = (0..slots.len()).collect();
    let is_repeated: HashSet<u32> = found.repeated.iter().copied().collect();
    let mut rest = Vec::new();
    for (index, bank) in (0u32..).zip(&books.bank).filter(|(index, _)| !is_repeated.contains(index)) {
        let named = named(&references, &choices, bank);
        match named.as_slice() {
            [] => rest.push(index),
            [one] => {
                let rule = if one.is_part {
                    "payout-ref-split"
                } else if one.is_again {
                    "payout-ref-again"
                } else {
                    "payout-ref"
                };
                give(&mut slots, home(&homes, one.payout), entry(bank, index, *one), rule);
            }
            [first, others @ ..] => {
                let home = home(&homes, first.payout);
                for other in others {
                    merge(&mut slots, &mut homes, home, other.payout);
                }
                give(&mut slots, home, entry(bank, index, *first), "payout-ref-merged");
            }
        }
    }
    found.payments = slots.into_iter().flatten().collect();
    found.payer = payers(books, &found.payments);
    by_merchant(books, &mut found, rest);
    carry(books, &mut found);
    found
}

fn home(homes: &[usize], place: usize) -> usize {
    let mut found = place;
    while let Some(next) = homes.get(found).copied().filter(|next| *next != found) {
        found = next;
    }
    found
}

fn give(slots: &mut [Option<Payment>], place: usize, entry: Entry, rule: &'static str) {
    if let Some(payment) = slots.get_mut(place).and_then(Option::as_mut) {
        payment.entries.push(entry);
        let is_more = payment.rule.is_none_or(|known| known == "payout-ref");
        payment.rule = if is_more { Some(rule) } else { payment.rule };
    }
}

fn merge(slots: &mut [Option<Payment>], homes: &mut [usize], into: usize, other: usize) {
    let other = home(homes, other);
    let into = home(homes, into);
    if other == into {
        return;
    }
    if let Some(absorbed) = slots.get_mut(other).and_then(Option::take)
        && let Some(payment) = slots.get_mut(into).and_then(Option::as_mut)
    {
        payment.absorb(absorbed);
    }
    if let Some(slot) = homes.get_mut(other) {
        *slot = into;
    }
}

/// The payouts that an entry names: those in its currency, if there are any.
fn named(references: &References<'_>, choices: &[Vec<(Currency, usize)>], bank: &Bank) -> Vec<Named> {
    let entry = &bank.entry;
    let mut found = references.find(entry.end_to_end.as_deref().unwrap_or_default());
    let in_text = references.find(&entry.text);
    if found.is_empty() {
        found = in_text;
    } else {
        // the text may say more about the same payout
        for named in &mut found {
            let more = in_text.iter().find(|other| other.payout == named.payout);
            named.is_part |= more.is_some_and(|more| more.is_part);
            named.is_again |= more.is_some_and(|more| more.is_again);
        }
    }
    for named in &mut found {
        let Some(choices) = choices.get(named.payout) else { continue };
        let own = choices.iter().find(|(currency, _)| *currency == bank.currency).or(choices.first());
        named.payout = own.map_or(usize::MAX, |(_, place)| *place);
    }
    found
}

fn entry(bank: &Bank, index: u32, named: Named) -> Entry {
    Entry { index, is_return: is_return(bank), is_part: named.is_part, is_again: named.is_again }
}

/// Whether an entry says that it is a return, by reason, bank code or mark.
fn is_return(bank: &Bank) -> bool {
    let entry = &bank.entry;
    let code = entry.code.as_deref().unwrap_or_default();
    let text = entry.text.to_uppercase();
    let says_so = ["RETURN ", "RETURNED", "退汇", "退票"].iter().any(|word| text.contains(word));
    entry.return_reason.is_some() || entry.reversal || code.ends_with("RRTN") || says_so
}

/// Entries that stand in two files: one bank reference, one account, one amount and day.
fn repeated(books: &Books) -> Vec<u32> {
    let mut order: Vec<u32> = (0u32..).zip(&books.bank).map(|(index, _)| index).collect();
    order.sort_by_key(|index| {
        books.bank.get(*index as usize).map(|bank| (books.file(bank.at), bank.at.place()))
    });
    let mut seen = HashMap::new();
    let mut found = Vec::new();
    for index in order {
        let Some(bank) = books.bank.get(index as usize) else { continue };
        let Some(reference) = &bank.entry.reference else { continue };
        let key = (reference.clone(), bank.entry.account.clone(), bank.entry.amount, bank.entry.booked);
        let file = bank.at.file;
        if *seen.entry(key).or_insert(file) != file {
            found.push(index);
        }
    }
    found
}

/// On the statement of the payer a payout is a debit: most entries say whose statement it is.
fn payers(books: &Books, payments: &[Payment]) -> HashMap<Option<String>, bool> {
    let mut votes: HashMap<Option<String>, i64> = HashMap::new();
    for payment in payments {
        for entry in payment.entries.iter().filter(|entry| !entry.is_return) {
            let Some(bank) = books.bank.get(entry.index as usize) else { continue };
            let account = bank.entry.account.as_ref().map(ToString::to_string);
            let vote = i128::from(bank.entry.amount).signum() * payment.sums.due().signum();
            *votes.entry(account).or_default() += i64::try_from(vote).unwrap_or(0);
        }
    }
    votes.into_iter().map(|(account, votes)| (account, votes < 0)).collect()
}

/// Entries that name the merchant: the one payout of that amount, or all payouts that are due on the day together.
fn by_merchant(books: &Books, found: &mut Payments, rest: Vec<u32>) {
    let mut of_merchant: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut of_amount: HashMap<i128, Vec<usize>> = HashMap::new();
    for (place, payment) in
        found.payments.iter().enumerate().filter(|(_, payment)| payment.entries.is_empty())
    {
        if let Some(merchant) = payment.merchant {
            of_merchant.entry(books.names.text(merchant)).or_default().push(place);
        }
        of_amount.entry(payment.sums.due()).or_default().push(place);
    }
    let mut claims: HashMap<Vec<usize>, Vec<u32>> = HashMap::new();
    let mut left = Vec::new();
    for index in rest {
        let Some(bank) = books.bank.get(index as usize) else { continue };
        let date = bank.entry.value_date.or(bank.entry.booked);
        let nameless = Nameless { index, amount: found.amount(books, index), date };
        let text = bank.entry.text.as_str();
        let words = text.split(|found: char| !found.is_ascii_alphanumeric());
        let places = words.filter_map(|word| of_merchant.get(word)).next();
        match places.and_then(|places| paid_by(&found.payments, places, &nameless)) {
            Some(places) => claims.entry(places).or_default().push(index),
            None => left.push(nameless),
        }
    }
    let mut claimed: HashMap<usize, usize> = HashMap::new();
    claims.iter().flat_map(|(places, _)| places).for_each(|place| *claimed.entry(*place).or_default() += 1);
    let mut gone = HashSet::new();
    let mut claims: Vec<(Vec<usize>, Vec<u32>)> = claims.into_iter().collect();
    claims.sort();
    for (places, entries) in claims {
        let is_clear = places.iter().all(|place| claimed.get(place) == Some(&1)) && entries.len() == 1;
        match (is_clear, places.as_slice()) {
            (true, [first, others @ ..]) => pay(found, *first, others, &entries, &mut gone),
            _ => left.extend(entries.into_iter().map(|index| Nameless { index, amount: 0, date: None })),
        }
    }
    for nameless in left {
        let places = of_amount.get(&nameless.amount).map_or(&[][..], Vec::as_slice);
        if let [place] = places
            && let Some(payment) = found.payments.get_mut(*place).filter(|payment| payment.entries.is_empty())
        {
            payment.suggested.push(nameless.index);
        }
        found.unexpected.push(nameless.index);
    }
    remove(&mut found.payments, &gone);
    found.unexpected.sort_by_key(|index| {
        books.bank.get(*index as usize).map(|bank| (books.file(bank.at), bank.at.place()))
    });
}

/// The payouts that an entry pays, if only one choice of them does.
fn paid_by(payments: &[Payment], places: &[usize], entry: &Nameless) -> Option<Vec<usize>> {
    let due = |place: &usize| payments.get(*place).map_or(0, |payment| payment.sums.due());
    let near = |place: &&usize| {
        let day = payments.get(**place).and_then(|payment| payment.due);
        day.zip(entry.date).is_none_or(|(one, other)| days(one, other) <= NEAR)
    };
    let mut exact = places.iter().filter(near).filter(|place| due(place) == entry.amount);
    match (exact.next(), exact.next()) {
        (Some(one), None) => return Some(vec![*one]),
        (Some(_), Some(_)) => return None,
        _ => {}
    }
    let day = |place: &&usize| payments.get(**place).and_then(|payment| payment.due);
    let together: Vec<usize> = places
        .iter()
        .filter(near)
        .filter(|place| day(place).is_some() && day(place) == entry.date)
        .copied()
        .collect();
    let sum: i128 = together.iter().map(due).sum();
    (together.len() > 1 && sum == entry.amount).then_some(together)
}

fn pay(found: &mut Payments, first: usize, others: &[usize], entries: &[u32], gone: &mut HashSet<usize>) {
    for other in others {
        let Some(absorbed) = found.payments.get(*other).cloned() else { continue };
        if let Some(payment) = found.payments.get_mut(first) {
            payment.absorb(absorbed);
            gone.insert(*other);
        }
    }
    if let Some(payment) = found.payments.get_mut(first) {
        payment.rule = Some(if others.is_empty() { "group-merchant-date" } else { "group-merchant-due" });
        let of = |index: &u32| Entry { index: *index, is_return: false, is_part: false, is_again: false };
        payment.entries.extend(entries.iter().map(of));
    }
}

/// Payouts that were not paid because they were below zero or too small are part of a later one of the merchant, if
/// all of them together, or all that are below zero, explain what it brought.
fn carry(books: &Books, found: &mut Payments) {
    let unpaid = |payment: &Payment| {
        payment.entries.is_empty() && payment.merchant.is_some() && payment.date.is_some()
    };
    let key = |payment: &Payment| (payment.merchant, payment.currency);
    let mut waiting: HashMap<_, Vec<usize>> = HashMap::new();
    for (place, payment) in found.payments.iter().enumerate().filter(|(_, payment)| unpaid(payment)) {
        waiting.entry(key(payment)).or_default().push(place);
    }
    let mut gone = HashSet::new();
    for place in 0..found.payments.len() {
        let Some(payment) = found.payments.get(place).filter(|payment| !payment.entries.is_empty()) else {
            continue;
        };
        let paid: i128 = payment.entries.iter().map(|entry| found.amount(books, entry.index)).sum();
        let extra = paid - payment.sums.due();
        let Some(places) = waiting.get(&key(payment)).filter(|_| extra != 0) else { continue };
        let of = |place: &usize| found.payments.get(*place);
        let is_before =
            |place: &&usize| !gone.contains(*place) && of(place).is_some_and(|of| of.date < payment.date);
        let all: Vec<usize> = places.iter().filter(is_before).copied().collect();
        let due = |place: &usize| of(place).map_or(0, |of| of.sums.due());
        let below: Vec<usize> = all.iter().filter(|place| due(place) < 0).copied().collect();
        let explains =
            |places: &Vec<usize>| !places.is_empty() && places.iter().map(due).sum::<i128>() == extra;
        let Some(carried) = [all, below].into_iter().find(explains) else { continue };
        for other in carried {
            let Some(absorbed) = found.payments.get(other).cloned() else { continue };
            if let Some(payment) = found.payments.get_mut(place) {
                let (date, due) = (payment.date, payment.due);
                payment.absorb(absorbed);
                (payment.date, payment.due, payment.rule) = (date, due, Some("payout-carried"));
                gone.insert(other);
            }
        }
    }
    remove(&mut found.payments, &gone);
}

fn remove(payments: &mut Vec<Payment>, gone: &HashSet<usize>) {
    let mut place = 0;
    payments.retain(|_| {
        place += 1;
        !gone.contains(&(place - 1))
    });
}
