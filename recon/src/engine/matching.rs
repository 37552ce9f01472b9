//! Transactions and clearing records by the rules, in their order, over the whole input at once.

use std::hash::BuildHasher;

use hashbrown::DefaultHashBuilder;
use jiff::civil::Date;

use super::books::Books;
use super::bundle::{self, Bundle};
use super::intern::Sym;
use super::rules::{Key, Match, Rules};
use super::transact::{Kind, Transaction};

/// What the rules found.
#[derive(Debug, Default)]
pub(crate) struct Matches {
    /// For each transaction its bundle and the rule.
    pub(crate) of_transaction: Vec<Option<(u32, u16)>>,
    /// Whether each bundle is spoken for: matched, in a set, or ambiguous.
    pub(crate) bundle_taken: Vec<bool>,
    /// Whether each transaction is in a set or ambiguous.
    pub(crate) grouped: Vec<bool>,
    /// Equal items, as many on either side: their sums agree, no pair is named.
    pub(crate) sets: Vec<Group>,
    /// Items of which several could belong together.
    pub(crate) ambiguous: Vec<Group>,
    /// What a rule suggests and nothing proves.
    pub(crate) suggested: Vec<(u32, u32, u16)>,
}

/// Items that share the keys of a rule.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) rule: u16,
    pub(crate) transactions: Vec<u32>,
    pub(crate) bundles: Vec<u32>,
}

impl Matches {
    /// What is suggested for a transaction.
    pub(crate) fn suggested_for(&self, transaction: u32) -> &[(u32, u32, u16)] {
        let start = self.suggested.partition_point(|(of, ..)| *of < transaction);
        let end = self.suggested.partition_point(|(of, ..)| *of <= transaction);
        self.suggested.get(start..end).unwrap_or_default()
    }
}

const MAX_KEYS: usize = 8;
type Keys = [u64; MAX_KEYS];

/// One item under a rule: the hash of its keys, the side, its number, its day.
#[derive(Clone, Copy)]
struct Entry {
    hash: (u64, u64),
    is_bundle: bool,
    index: u32,
    day: Option<Date>,
}

/// What all rules look at.
struct Items<'b> {
    books: &'b Books,
    transactions: &'b [Transaction],
    bundles: &'b [Bundle],
    hashers: [DefaultHashBuilder; 2],
}

/// Matches by all rules.
pub(crate) fn matches(
    books: &Books,
    rules: &Rules,
    transactions: &[Transaction],
    bundles: &[Bundle],
) -> Matches {
    let items = Items { books, transactions, bundles, hashers: Default::default() };
    let mut found = Matches {
        of_transaction: vec![None; transactions.len()],
        bundle_taken: vec![false; bundles.len()],
        grouped: vec![false; transactions.len()],
        ..Matches::default()
    };
    for (number, rule) in (0u16..).zip(&rules.matches) {
        let mut entries = items.entries(rule, &found);
        entries.sort_unstable_by_key(|entry| (entry.hash, entry.day, entry.is_bundle, entry.index));
        for run in entries.chunk_by(|one, other| one.hash == other.hash) {
            if run.len() < 2 {
                continue;
            }
            for near in run.chunk_by(|one, other| are_within(one.day, other.day, rule.days)) {
                items.decide(near, number, rule, &mut found);
            }
        }
    }
    found.suggested.sort_unstable();
    found
}

fn are_within(one: Option<Date>, other: Option<Date>, days: i64) -> bool {
    one.zip(other).is_none_or(|(one, other)| i64::from(bundle::days(one, other)) <= days)
}

/// What a rule compares of one item, as a number that is the same in every part of a run.
pub(crate) struct Candidate {
    pub(crate) keys: u64,
    pub(crate) is_bundle: bool,
    pub(crate) index: u32,
    pub(crate) is_free: bool,
}

/// The candidates of rules that look further than the numbers of an item: transactions that are not matched, and
/// all clearing items.
pub(crate) fn candidates(
    run: &super::run::Run,
    rules: &[Match],
    hasher: &impl BuildHasher,
    each: &mut dyn FnMut(Candidate),
) {
    let books = &run.books;
    let items =
        Items { books, transactions: &run.transactions, bundles: &run.bundles, hashers: Default::default() };
    let text = |sym: Option<Sym>| match books.token(sym) {
        Some(token) => Some(hasher.hash_one(token)),
        None => Some(hasher.hash_one(books.names.text(sym?))),
    };
    let found = &run.matches;
    for (number, rule) in rules.iter().enumerate() {
        for (index, transaction) in (0u32..).zip(&run.transactions) {
            let place = index as usize;
            let is_free =
                found.of_transaction.get(place) == Some(&None) && found.grouped.get(place) == Some(&false);
            let keys = if is_free { items.of_transaction(rule, transaction, &text) } else { None };
            if let Some(keys) = keys {
                each(Candidate { keys: hasher.hash_one((number, keys)), is_bundle: false, index, is_free });
            }
        }
        for (index, bundle) in (0u32..).zip(&run.bundles) {
            let is_free = found.bundle_taken.get(index as usize) == Some(&false);
            if let Some((keys, _)) = items.of_bundle(rule, bundle, &text) {
                each(Candidate { keys: hasher.hash_one((number, keys)), is_bundle: true, index, is_free });
            }
        }
    }
}

impl Items<'_> {
    fn entries(&self, rule: &Match, found: &Matches) -> Vec<Entry> {
        let mut entries = Vec::new();
        let is_free = |place: usize| {
            found.of_transaction.get(place) == Some(&None) && found.grouped.get(place) == Some(&false)
        };
        for (index, transaction) in
            (0u32..).zip(self.transactions).filter(|(index, _)| is_free(*index as usize))
        {
            if let Some(keys) = self.of_transaction(rule, transaction, &number) {
                let day = transaction.settlement_date.or(transaction.local_date);
                entries.push(Entry { hash: self.hash(&keys), is_bundle: false, index, day });
            }
        }
        if entries.is_empty() {
            return entries;
        }
        for (index, bundle) in (0u32..).zip(self.bundles) {
            if found.bundle_taken.get(index as usize) == Some(&false)
                && let Some((keys, day)) = self.of_bundle(rule, bundle, &number)
            {
                entries.push(Entry { hash: self.hash(&keys), is_bundle: true, index, day });
            }
        }
        entries
    }

    fn hash(&self, keys: &Keys) -> (u64, u64) {
        (self.hashers[0].hash_one(keys), self.hashers[1].hash_one((keys, 1u8)))
    }

    fn of_transaction(
        &self,
        rule: &Match,
        of: &Transaction,
        text: &dyn Fn(Option<Sym>) -> Option<u64>,
    ) -> Option<Keys> {
        let amount = if of.approved != 0 {
            of.approved
        } else if of.authorized != 0 {
            of.authorized
        } else {
            of.requested
        };
        let mut keys = [0; MAX_KEYS];
        keys[0] = u64::from(of.kind == Kind::Refund);
        for (slot, key) in keys.iter_mut().skip(1).zip(&rule.keys) {
            *slot = match key {
                Key::LifeId => text(of.life_id)?,
                Key::Rrn | Key::OriginalRrn => text(of.rrn)?,
                Key::Stan => text(of.stan)?,
                Key::Terminal => text(of.terminal)?,
                Key::Merchant => text(of.merchant)?,
                Key::Acquirer => text(of.acquirer)?,
                Key::Batch => text(of.batch)?,
                Key::Approval => text(of.approval)?,
                Key::Card => text(of.token)?,
                Key::CardEnds => self.ends(of.token)?,
                Key::Amount => amount.cast_unsigned(),
                Key::Currency => self.currency(of.currency),
                Key::LocalDate => day(of.local_date?),
            };
        }
        Some(keys)
    }

    fn of_bundle(
        &self,
        rule: &Match,
        of: &Bundle,
        text: &dyn Fn(Option<Sym>) -> Option<u64>,
    ) -> Option<(Keys, Option<Date>)> {
        let (record, context) = bundle::record(self.books, of.main()?)?;
        let mut keys = [0; MAX_KEYS];
        keys[0] = u64::from(of.is_refund);
        for (slot, key) in keys.iter_mut().skip(1).zip(&rule.keys) {
            *slot = match key {
                Key::LifeId => text(record.life_id)?,
                Key::Rrn => text(record.rrn)?,
                Key::OriginalRrn => text(record.original_rrn)?,
                Key::Stan => text(record.stan)?,
                Key::Terminal => text(context.terminal)?,
                Key::Merchant => text(context.merchant)?,
                Key::Acquirer => text(context.acquirer)?,
                Key::Batch => text(context.batch)?,
                Key::Approval => text(record.approval)?,
                Key::Card => text(record.token)?,
                Key::CardEnds => self.ends(record.token)?,
                Key::Amount => record.gross.cast_unsigned(),
                Key::Currency => self.currency(context.currency),
                Key::LocalDate => day(record.local_date?),
            };
        }
        Some((keys, context.settlement_date.or(record.local_date)))
    }

    /// The ends of a card, which masked and whole numbers share.
    fn ends(&self, token: Option<Sym>) -> Option<u64> {
        let token = self.books.token(token)?;
        let digits = token.first.iter().chain(&token.last);
        Some(digits.fold(1, |sum, digit| sum * 10 + u64::from(digit - b'0')))
    }

    fn currency(&self, currency: crate::record::Currency) -> u64 {
        currency.as_str().bytes().fold(0, |sum, octet| sum << 8 | u64::from(octet))
    }

    /// One on each side is a match; equal ones, as many on either side, are a set; the rest is ambiguous.
    fn decide(&self, near: &[Entry], number: u16, rule: &Match, found: &mut Matches) {
        let of =
            |side: bool| near.iter().filter(move |entry| entry.is_bundle == side).map(|entry| entry.index);
        let (transactions, bundles): (Vec<u32>, Vec<u32>) = (of(false).collect(), of(true).collect());
        match (transactions.as_slice(), bundles.as_slice()) {
            ([], _) | (_, []) => {}
            ([one], [other]) if rule.suggest => found.suggested.push((*one, *other, number)),
            _ if rule.suggest => {}
            ([one], [other]) => {
                take(&mut found.bundle_taken, *other);
                if let Some(slot) = found.of_transaction.get_mut(*one as usize) {
                    *slot = Some((*other, number));
                }
            }
            _ => {
                bundles.iter().for_each(|bundle| take(&mut found.bundle_taken, *bundle));
                transactions.iter().for_each(|one| take(&mut found.grouped, *one));
                let is_set = self.are_equal(&transactions, &bundles);
                let group = Group { rule: number, transactions, bundles };
                if is_set { found.sets.push(group) } else { found.ambiguous.push(group) }
            }
        }
    }

    fn are_equal(&self, transactions: &[u32], bundles: &[u32]) -> bool {
        let amounts = transactions.iter().filter_map(|index| self.transactions.get(*index as usize));
        let mut amounts = amounts.map(|of| (of.approved, of.currency, of.terminal, of.merchant));
        let Some(first) = amounts.next() else { return false };
        let is_same = |bundle: &Bundle| match (bundle.living.as_slice(), bundle.undone.as_slice()) {
            ([index], []) => {
                let record = bundle::record(self.books, *index);
                record.is_some_and(|(record, context)| record.gross == first.0 && context.currency == first.1)
            }
            _ => false,
        };
        transactions.len() == bundles.len()
            && first.0 != 0
            && amounts.all(|other| other == first)
            && bundles.iter().all(|index| self.bundles.get(*index as usize).is_some_and(is_same))
    }
}

fn take(slots: &mut [bool], index: u32) {
    if let Some(slot) = slots.get_mut(index as usize) {
        *slot = true;
    }
}

fn number(sym: Option<Sym>) -> Option<u64> {
    Some(u64::from(sym?.number()))
}

fn day(date: Date) -> u64 {
    let (year, month, day) =
        (date.year().unsigned_abs(), date.month().unsigned_abs(), date.day().unsigned_abs());
    u64::from(year) << 16 | u64::from(month) << 8 | u64::from(day)
}
