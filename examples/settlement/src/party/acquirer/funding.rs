//! From "reconciled" to "credited" at an acquirer that exchanges files with the hub and orders its payouts at the
//! merchants' bank: an item is paid when its batch agreed, its date agreed, *and* the settlement file has it with the
//! same amount. What is with the bank is in transit until the bank says what became of it.

use std::collections::{BTreeMap, BTreeSet};

use super::Acquirer;
use super::item::{Sale, State};
use crate::clock::Date;
use crate::files::clearing::{ClearingFile, Presentment};
use crate::journal::{Party, Record, RecordKind};
use crate::ledger::{Ledger, Purpose, Transfer, TransferId};
use crate::money::Money;
use crate::party::intake::Intake;
use crate::party::parcel::{End, Notice, Order, Parcel};
use crate::party::{Desk, Effects, Outcome};
use crate::telegram::Code;

/// Nothing is sold at a merchant that is frozen: not permitted to this terminal.
pub(super) const FROZEN: Code = Code::of(b"57");

/// Files, payouts and merchants, as the journal tells them. Empty and unused without a back office.
#[derive(Debug)]
pub(super) struct Funding {
    /// The account of each merchant; `None` while payouts are booked when they are ordered.
    pub(super) accounts: Option<BTreeMap<String, String>>,
    /// Our clearing files, and whether there is a receipt.
    files: BTreeMap<String, bool>,
    /// The hub's settlement files.
    settlement: Intake,
    payouts: BTreeMap<String, Payout>,
    /// Merchants that nothing is paid to, and whether they are frozen.
    held: BTreeMap<String, bool>,
    /// The most that a merchant is paid on one day.
    limits: BTreeMap<String, Money>,
    releases: usize,
}

#[derive(Debug)]
struct Payout {
    order: Order,
    ordered: Date,
    end: Option<End>,
}

impl Funding {
    pub(super) const fn new() -> Self {
        Self {
            accounts: None,
            files: BTreeMap::new(),
            settlement: Intake::from(Party::Hub, true),
            payouts: BTreeMap::new(),
            held: BTreeMap::new(),
            limits: BTreeMap::new(),
            releases: 0,
        }
    }

    pub(super) fn is_on(&self) -> bool {
        self.accounts.is_some()
    }

    pub(super) fn is_frozen(&self, merchant: &str) -> bool {
        self.held.get(merchant) == Some(&true)
    }

    pub(super) fn apply(&mut self, record: &Record) {
        match record.kind {
            RecordKind::FileSent => {
                self.files.insert(record.tx.clone(), false);
            }
            RecordKind::FileAcknowledged => {
                self.files.insert(record.tx.clone(), true);
            }
            RecordKind::FileTaken => self.settlement.apply(record),
            RecordKind::Payout => {
                let payout = Payout { order: Order::of(record), ordered: record.at.date(), end: None };
                self.payouts.insert(record.tx.clone(), payout);
            }
            RecordKind::PayoutCredited => self.end(record, End::Credited),
            RecordKind::PayoutReturned => self.end(record, End::Returned(record.note.clone())),
            RecordKind::MerchantHeld => {
                self.held.insert(record.tx.clone(), record.code == Some(FROZEN));
            }
            RecordKind::MerchantReleased => {
                self.held.remove(&record.tx);
                self.releases += 1;
            }
            RecordKind::LimitSet => {
                self.limits.insert(record.tx.clone(), record.amount.unwrap_or_default());
            }
            RecordKind::AccountSet => {
                let known = self.accounts.get_or_insert_default();
                known.insert(record.tx.clone(), record.note.clone());
            }
            _ => {}
        }
    }

    fn end(&mut self, record: &Record, end: End) {
        if let Some(payout) = self.payouts.get_mut(&record.tx) {
            payout.end = Some(end);
        }
    }
}

impl Acquirer {
    pub(super) fn desk(&self, desk: &Desk, fx: &mut Effects) {
        let about = |kind, merchant: &str, note: &str, fx: &Effects| {
            let record = fx.record(kind);
            Record { tx: merchant.to_owned(), note: note.to_owned(), ..record }
        };
        match desk {
            Desk::Present => self.present(fx),
            Desk::Freeze(merchant, why) => {
                let record = about(RecordKind::MerchantHeld, merchant, why, fx);
                fx.note(Record { code: Some(FROZEN), ..record });
            }
            Desk::Release(merchant) => {
                fx.note(about(RecordKind::MerchantReleased, merchant, "", fx));
                self.release_reserve(merchant, fx);
            }
            Desk::Limit(merchant, amount) => {
                let record = about(RecordKind::LimitSet, merchant, "", fx);
                fx.note(Record { amount: Some(*amount), ..record });
            }
            Desk::PayTo(merchant, account) => {
                fx.note(about(RecordKind::AccountSet, merchant, account, fx));
                if self.funding.held.get(merchant) == Some(&false) {
                    fx.note(about(RecordKind::MerchantReleased, merchant, "another account", fx));
                }
            }
            Desk::Run | Desk::Close(_) | Desk::Return(_) | Desk::Correct(_) => {
                return fx.done(Outcome::Refused("not a matter of the acquirer"));
            }
        }
        fx.done(Outcome::Noted);
    }

    /// Presents what is captured and reconciled, one file for each date; what has no receipt goes out again.
    fn present(&self, fx: &mut Effects) {
        for id in self.funding.files.iter().filter(|(_, known)| !**known).map(|(id, _)| id) {
            let items = self.sales.values().filter(|sale| sale.file.as_ref() == Some(id));
            self.send_file(id, items, fx);
        }
        let mut due: BTreeMap<Date, Vec<(&String, &Sale)>> = BTreeMap::new();
        let ready = |sale: &Sale| {
            sale.state == State::Approved && sale.captured && sale.settled && sale.file.is_none()
        };
        for (key, sale) in self.sales.iter().filter(|(_, sale)| ready(sale)) {
            due.entry(sale.date.unwrap_or_default()).or_default().push((key, sale));
        }
        for (sequence, (date, items)) in (self.funding.files.len() + 1..).zip(due) {
            let id = ClearingFile::number("001", date, &self.config.institution, sequence);
            for (key, sale) in &items {
                let record = sale.record(key, RecordKind::SalePresented, fx);
                fx.note(Record { note: id.clone(), ..record });
            }
            let record = fx.record(RecordKind::FileSent);
            fx.note(Record { tx: id.clone(), date: Some(date), peer: Some(Party::Hub), ..record });
            self.send_file(&id, items.into_iter().map(|(_, sale)| sale), fx);
        }
    }

    fn send_file<'a>(&self, id: &str, items: impl Iterator<Item = &'a Sale>, fx: &mut Effects) {
        let items = items.map(|sale| Presentment {
            rrn: sale.rrn.clone(),
            approval: sale.approval.clone(),
            terminal: sale.terminal.clone(),
            merchant: sale.merchant.clone(),
            amount: sale.amount,
            fee: None,
            at: sale.answered_at,
            date: sale.date.unwrap_or_default(),
        });
        match (ClearingFile { id: id.to_owned(), items: items.collect() }).encode() {
            Ok(octets) => fx.parcel(Party::Hub, Parcel::File(octets)),
            Err(why) => work_item(format!("no clearing file {id}: {why}"), fx),
        }
    }

    pub(super) fn parcel(&self, parcel: Parcel, books: &Ledger, fx: &mut Effects) {
        match parcel {
            Parcel::File(octets) => {
                if let Some(file) = self.funding.settlement.receive(&octets, fx) {
                    self.match_items(&file, fx);
                }
            }
            Parcel::Receipt(receipt) if self.funding.files.contains_key(&receipt.file) => {
                if receipt.taken {
                    let record = fx.record(RecordKind::FileAcknowledged);
                    fx.note(Record { tx: receipt.file, peer: Some(Party::Hub), ..record });
                } else {
                    work_item(format!("the hub did not take file {}", receipt.file), fx);
                }
            }
            Parcel::Notice(notice) => self.noticed(notice, books, fx),
            Parcel::Receipt(_) | Parcel::Order(_) => {}
        }
    }

    /// Each item of the file against our own rows, and each row that was presented against the file.
    fn match_items(&self, file: &ClearingFile, fx: &mut Effects) {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for item in &file.items {
            *counts.entry(&item.rrn).or_default() += 1;
        }
        let mut told = BTreeSet::new();
        for item in &file.items {
            let found = self.sales.iter().find(|(_, sale)| sale.rrn == item.rrn);
            let problem = match found {
                None => Some("in the settlement file, and not in our books"),
                Some(_) if counts.get(item.rrn.as_str()).is_some_and(|count| *count > 1) => {
                    Some("twice in the settlement file")
                }
                Some((_, sale)) if sale.cleared => Some("in an earlier settlement file, too"),
                Some((_, sale)) if sale.file.is_none() => Some("in the settlement file, and not presented"),
                Some((_, sale)) if sale.amount != item.amount => {
                    Some("with another amount in the settlement file")
                }
                Some(_) => None,
            };
            match (found, problem) {
                (Some((key, sale)), None) => {
                    let record = sale.record(key, RecordKind::SaleCleared, fx);
                    fx.note(Record { note: file.id.clone(), ..record });
                    let (to, from) = ("nostro", "hub_receivable");
                    fx.transfer(Transfer::posted(Purpose::Settlement, &sale.rrn, to, from, sale.amount));
                }
                (_, Some(problem)) if told.insert(&item.rrn) => {
                    let record = fx.record(RecordKind::ClearingException);
                    let tx = found.map_or_else(String::new, |(key, _)| key.clone());
                    let (rrn, amount) = (item.rrn.clone(), Some(item.amount));
                    fx.note(Record { tx, rrn, amount, note: problem.to_owned(), ..record });
                }
                _ => {}
            }
        }
        let dates: BTreeSet<Date> = file.items.iter().map(|item| item.date).collect();
        let missing = |sale: &Sale| {
            let due = sale.file.is_some() && !sale.cleared && sale.date.is_some_and(|d| dates.contains(&d));
            due && !counts.contains_key(sale.rrn.as_str())
        };
        for (key, sale) in self.sales.iter().filter(|(_, sale)| missing(sale)) {
            let record = sale.record(key, RecordKind::ClearingException, fx);
            fx.note(Record { note: "presented, and not in the settlement file".to_owned(), ..record });
        }
    }

    /// Orders what is due, one payout for each merchant and date. An order without a word from the bank goes out again
    /// under its own number; what was sent back gets another one.
    pub(super) fn order_payouts(&self, books: &Ledger, fx: &mut Effects) {
        for payout in self.funding.payouts.values().filter(|payout| payout.end.is_none()) {
            fx.parcel(Party::Bank, Parcel::Order(payout.order.clone()));
        }
        let mut due: BTreeMap<(&str, Date), Vec<(&String, &Sale)>> = BTreeMap::new();
        let ready = |sale: &Sale| sale.captured && sale.settled && sale.cleared && !sale.paid;
        for (key, sale) in self.sales.iter().filter(|(_, sale)| ready(sale) && !sale.reserved) {
            due.entry((&sale.merchant, sale.date.unwrap_or_default())).or_default().push((key, sale));
        }
        let mut ordered = Money::ZERO;
        let mut today = self.ordered_on(fx.now.date());
        for ((merchant, date), mut items) in due {
            let paid = today.entry(merchant).or_default();
            let due = items.len();
            items.retain(|(_, sale)| {
                let next = paid.plus(self.net(sale));
                let within = self.funding.limits.get(merchant).is_none_or(|limit| next <= *limit);
                *paid = if within { next } else { *paid };
                within
            });
            if items.is_empty() {
                continue;
            }
            let reference = self.reference(merchant, date, items.len() < due);
            match self.funding.held.get(merchant) {
                None => {
                    ordered = ordered.plus(self.order_payout((merchant, date, reference), &items, books, fx))
                }
                Some(true) => items.iter().for_each(|(key, sale)| self.reserve(key, sale, fx)),
                Some(false) => {}
            }
        }
        fx.done(Outcome::Paid(ordered));
    }

    /// What was ordered on a day for each merchant, and has not come back.
    fn ordered_on(&self, day: Date) -> BTreeMap<&str, Money> {
        let mut sums: BTreeMap<&str, Money> = BTreeMap::new();
        let standing = |payout: &&Payout| !matches!(payout.end, Some(End::Returned(_)));
        for payout in self.funding.payouts.values().filter(standing).filter(|payout| payout.ordered == day) {
            let sum = sums.entry(&payout.order.merchant).or_default();
            *sum = sum.plus(payout.order.amount);
        }
        sums
    }

    fn order_payout(
        &self,
        (merchant, date, reference): (&str, Date, String),
        items: &[(&String, &Sale)],
        books: &Ledger,
        fx: &mut Effects,
    ) -> Money {
        let amount: Money = items.iter().map(|(_, sale)| self.net(sale)).collect();
        let payable = format!("merchant_payable:{merchant}");
        let account = self.funding.accounts.as_ref().and_then(|accounts| accounts.get(merchant));
        let Some(account) = account.filter(|_| books.account(&payable).available() >= units(amount)) else {
            work_item(format!("no payout of {amount} for {date}: no account, or not covered"), fx);
            return Money::ZERO;
        };
        let run = self.funding.payouts.len().to_string();
        let day = date.to_string();
        let mut words = vec![merchant, day.as_str(), run.as_str()];
        words.extend(items.iter().map(|(key, _)| key.as_str()));
        let id = format!("P{}", TransferId::of(&words));
        for (key, sale) in items {
            let record = sale.record(key, RecordKind::SalePaid, fx);
            fx.note(Record { amount: Some(self.net(sale)), note: id.clone(), ..record });
        }
        let transit = format!("payout_in_transit:{merchant}");
        fx.transfer(Transfer::posted(Purpose::Payout, &id, &payable, &transit, amount));
        let (merchant, account) = (merchant.to_owned(), account.clone());
        let order = Order { id, merchant, account, date, amount, reference };
        let (tx, note, record) = (order.id.clone(), order.note(), fx.record(RecordKind::Payout));
        fx.note(Record { tx, amount: Some(amount), date: Some(date), note, ..record });
        fx.parcel(Party::Bank, Parcel::Order(order));
        amount
    }

    /// How the next payout of this merchant and date is called on the statement; `in_part` if more is due.
    fn reference(&self, merchant: &str, date: Date, in_part: bool) -> String {
        let same = |order: &Order| order.merchant == merchant && order.date == date;
        let earlier = self.funding.payouts.values().filter(|payout| same(&payout.order));
        let returned = |payout: &&Payout| matches!(payout.end, Some(End::Returned(_)));
        let (returned, standing): (Vec<_>, Vec<_>) = earlier.partition(returned);
        let again = if returned.is_empty() { String::new() } else { format!("R{}", returned.len()) };
        let is_part = in_part || !standing.is_empty();
        let part = if is_part { format!("/{}", standing.len() + 1) } else { String::new() };
        format!("{merchant}@{date}{again}{part}")
    }

    fn noticed(&self, notice: Notice, books: &Ledger, fx: &mut Effects) {
        let Some(payout) = self.funding.payouts.get(&notice.id) else { return };
        if notice.end == End::Accepted || payout.end.as_ref() == Some(&notice.end) {
            return;
        }
        let Order { id, merchant, amount, .. } = &payout.order;
        let transit = format!("payout_in_transit:{merchant}");
        let is_out = books.account(&transit).available() >= units(*amount);
        let (kind, note) = match (&payout.end, notice.end) {
            (None, End::Credited) if is_out => {
                let to = "nostro";
                fx.transfer(Transfer::posted(Purpose::Payout, id, &transit, to, *amount));
                (RecordKind::PayoutCredited, notice.trace)
            }
            (before @ (None | Some(End::Credited)), End::Returned(why)) => {
                let from = if before.is_none() { transit.as_str() } else { "nostro" };
                let payable = format!("merchant_payable:{merchant}");
                fx.transfer(Transfer::posted(Purpose::Return, id, from, &payable, *amount));
                (RecordKind::PayoutReturned, why)
            }
            _ => return work_item(format!("the bank says of payout {id} what cannot be"), fx),
        };
        let record = fx.record(kind);
        fx.note(Record {
            tx: id.clone(),
            amount: Some(*amount),
            peer: Some(Party::Bank),
            note: note.clone(),
            ..record
        });
        if kind == RecordKind::PayoutReturned && !self.funding.held.contains_key(merchant) {
            let record = fx.record(RecordKind::MerchantHeld);
            fx.note(Record { tx: merchant.clone(), note: format!("payout returned: {note}"), ..record });
        }
    }

    fn reserve(&self, key: &str, sale: &Sale, fx: &mut Effects) {
        let record = sale.record(key, RecordKind::SaleReserved, fx);
        fx.note(Record { amount: Some(self.net(sale)), ..record });
        let (from, to) = self.reserve_accounts(&sale.merchant);
        let reference = format!("{}/{key}", self.funding.releases);
        fx.transfer(Transfer::posted(Purpose::Reserve, &reference, &from, &to, self.net(sale)));
    }

    fn release_reserve(&self, merchant: &str, fx: &mut Effects) {
        let (to, from) = self.reserve_accounts(merchant);
        let mine = |sale: &Sale| sale.reserved && sale.merchant == merchant;
        for (key, sale) in self.sales.iter().filter(|(_, sale)| mine(sale)) {
            let record = sale.record(key, RecordKind::SaleReleased, fx);
            fx.note(Record { amount: Some(self.net(sale)), ..record });
            let reference = format!("{}/{key}", self.funding.releases);
            fx.transfer(Transfer::posted(Purpose::Reserve, &reference, &from, &to, self.net(sale)));
        }
    }

    fn reserve_accounts(&self, merchant: &str) -> (String, String) {
        (format!("merchant_payable:{merchant}"), format!("merchant_reserve:{merchant}"))
    }

    /// What the merchant gets for a sale.
    fn net(&self, sale: &Sale) -> Money {
        let fee = sale.amount.share(self.config.fee_basis_points);
        sale.amount.minus(fee).unwrap_or(Money::ZERO)
    }
}

fn units(amount: Money) -> i128 {
    i128::from(amount.units())
}

fn work_item(note: String, fx: &mut Effects) {
    let record = fx.record(RecordKind::WorkItem);
    fx.note(Record { note, ..record });
}
