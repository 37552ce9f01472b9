//! The files between acquirer and hub: what is presented, what the settlement files say of it, and the credits that
//! take back what was counted.

use std::collections::{BTreeMap, BTreeSet};

use super::Acquirer;
use super::claims::{CLAIM, NOT_THERE};
use super::funding::work_item;
use super::item::{Sale, State};
use crate::clock::Date;
use crate::files::clearing::{ClearingFile, ItemKind, Presentment};
use crate::journal::{Party, Record, RecordKind};
use crate::ledger::{Purpose, Transfer};
use crate::money::Money;
use crate::ops::Operation;
use crate::party::Effects;
use crate::party::parcel::Parcel;

/// What is owed to the hub for sales that are taken back.
const ADJUSTMENTS: &str = "adjustments";

impl Acquirer {
    /// Presents what is captured and reconciled, one file for each date; what has no receipt goes out again.
    pub(super) fn present(&self, fx: &mut Effects) {
        for id in self.funding.files.iter().filter(|(_, known)| !**known).map(|(id, _)| id) {
            let claimed = |sale: &Sale| (sale.claim.as_ref() == Some(id)).then(|| sale.claimed_item());
            let own = self.sales.values().flat_map(|sale| sale.items()).filter(|(file, _)| *file == id);
            let items = own.map(|(_, item)| item).chain(self.sales.values().filter_map(claimed));
            self.send_file(id, items.collect(), fx);
        }
        let mut due: BTreeMap<Date, Vec<(&String, &Sale, ItemKind)>> = BTreeMap::new();
        for (key, sale) in self.sales.iter().filter(|(_, sale)| sale.state == State::Approved) {
            if sale.captured && sale.settled && sale.file.is_none() {
                due.entry(sale.date.unwrap_or_default()).or_default().push((key, sale, sale.item_kind()));
            }
            let over = sale.adjusting.filter(|date| self.dates.contains_key(date));
            if let Some(date) = over.filter(|_| sale.settled && sale.credit.is_none()) {
                due.entry(date).or_default().push((key, sale, sale.item_kind().reversal()));
            }
        }
        for (sequence, (date, items)) in (self.funding.files.len() + 1..).zip(due) {
            let id = ClearingFile::number("001", date, &self.config.institution, sequence);
            for (key, sale, kind) in &items {
                let kind =
                    if kind.is_reversal() { RecordKind::CreditPresented } else { RecordKind::SalePresented };
                let record = sale.record(key, kind, fx);
                fx.note(Record { note: id.clone(), date: Some(date), ..record });
            }
            let record = fx.record(RecordKind::FileSent);
            fx.note(Record { tx: id.clone(), date: Some(date), peer: Some(Party::Hub), ..record });
            let items = items.into_iter().map(|(_, sale, kind)| sale.item(kind, date));
            self.send_file(&id, items.collect(), fx);
        }
    }

    pub(super) fn send_file(&self, id: &str, items: Vec<Presentment>, fx: &mut Effects) {
        match (ClearingFile { id: id.to_owned(), items }).encode() {
            Ok(octets) => fx.parcel(Party::Hub, Parcel::File(octets)),
            Err(why) => work_item(format!("no clearing file {id}: {why}"), fx),
        }
    }

    /// Each item of the file against our own rows, and each row that was presented against the file.
    pub(super) fn match_items(&self, file: &ClearingFile, fx: &mut Effects) {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for item in &file.items {
            *counts.entry(item.name()).or_default() += 1;
        }
        let mut told = BTreeSet::new();
        for item in &file.items {
            let found = self.sales.iter().find(|(_, sale)| sale.rrn == item.rrn);
            let is_twice = counts.get(&item.name()).is_some_and(|count| *count > 1);
            match (found, problem_of(found.map(|(_, sale)| sale), item, is_twice)) {
                (Some((key, sale)), None) => {
                    cleared(key, sale, item, &file.id, fx);
                    self.compare_fee(key, sale, item, fx);
                }
                (_, Some(problem)) if told.insert(item.name()) => {
                    let record = fx.record(RecordKind::ClearingException);
                    let tx = found.map_or_else(String::new, |(key, _)| key.clone());
                    let (rrn, amount) = (item.rrn.clone(), Some(item.amount));
                    fx.note(Record { tx, rrn, amount, note: problem.to_owned(), ..record });
                }
                _ => {}
            }
        }
        let dates: BTreeSet<Date> = file.items.iter().map(|item| item.date).collect();
        for (key, sale) in &self.sales {
            for (_, item) in sale.items().into_iter().filter(|(_, item)| !sale.is_cleared(item.kind)) {
                if dates.contains(&item.date) && !counts.contains_key(&item.name()) {
                    let record = sale.record(key, RecordKind::ClearingException, fx);
                    fx.note(Record { note: NOT_THERE.to_owned(), ..record });
                }
            }
        }
    }

    /// A sale that is in closed totals is taken back: its cardholder gets a credit by the next clearing file, and its
    /// merchant pays it out of its next payout, without the fee. Of a refund all of it goes the other way.
    pub(super) fn adjust(&self, key: &str, sale: &Sale, fx: &mut Effects) {
        let record = sale.record(key, RecordKind::SaleAdjusting, fx);
        let note = self.fee_of(sale).units().to_string();
        fx.note(Record { date: self.open_date(sale), note, ..record });
        let (net, claim) = (self.net(sale), format!("owed_by_merchant:{}", sale.merchant));
        let fee = sale.amount.minus(net).unwrap_or(Money::ZERO);
        for (account, amount) in [(claim.as_str(), net), ("mdr_income", fee)] {
            let (from, to) = (account, ADJUSTMENTS);
            let (from, to) = if sale.operation == Operation::Refund { (to, from) } else { (from, to) };
            if amount > Money::ZERO {
                fx.transfer(Transfer::posted(Purpose::Adjustment, key, from, to, amount));
            }
        }
    }

    /// The settlement date that is open, as far as the acquirer knows: the one after the last that is over.
    pub(super) fn open_date(&self, sale: &Sale) -> Option<Date> {
        self.dates.keys().next_back().map_or(sale.date, |last| Some(last.next()))
    }
}

/// The item agrees: its money came, or went.
fn cleared(key: &str, sale: &Sale, item: &Presentment, file: &str, fx: &mut Effects) {
    let kind = match item.kind {
        ItemKind::Reversal | ItemKind::RefundReversal => RecordKind::CreditCleared,
        ItemKind::Sale | ItemKind::Refund => RecordKind::SaleCleared,
    };
    let record = sale.record(key, kind, fx);
    fx.note(Record { note: file.to_owned(), ..record });
    let (purpose, to, from) = match item.kind {
        ItemKind::Sale if sale.claim.is_some() => (Purpose::Settlement, "nostro", CLAIM),
        ItemKind::Sale => (Purpose::Settlement, "nostro", "hub_receivable"),
        ItemKind::Refund => (Purpose::Settlement, "hub_receivable", "nostro"),
        ItemKind::Reversal => (Purpose::Adjustment, ADJUSTMENTS, "nostro"),
        ItemKind::RefundReversal => (Purpose::Adjustment, "nostro", ADJUSTMENTS),
    };
    fx.transfer(Transfer::posted(purpose, &item.name(), to, from, sale.amount));
}

/// What is wrong with an item of a settlement file.
fn problem_of(sale: Option<&Sale>, item: &Presentment, is_twice: bool) -> Option<&'static str> {
    match sale {
        None => Some("in the settlement file, and not in our books"),
        Some(_) if is_twice => Some("twice in the settlement file"),
        Some(sale) if sale.is_cleared(item.kind) => Some("in an earlier settlement file, too"),
        Some(sale) if !sale.items().iter().any(|(_, known)| known.kind == item.kind) => {
            Some("in the settlement file, and not presented")
        }
        Some(sale) if sale.amount != item.amount => Some("with another amount in the settlement file"),
        Some(_) => None,
    }
}
