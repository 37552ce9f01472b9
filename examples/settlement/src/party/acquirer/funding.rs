//! From "reconciled" to "credited" at an acquirer that exchanges files with the hub and orders its payouts at the
//! merchants' bank: an item is paid when its batch agreed, its date agreed, *and* the settlement file has it with the
//! same amount. What is with the bank is in transit until the bank says what became of it.

use std::collections::{BTreeMap, BTreeSet};

use super::Acquirer;
use super::accounts::{Accounts, TRIAL};
use super::item::Sale;
use crate::clock::Date;
use crate::journal::{Party, Record, RecordKind};
use crate::ledger::{Ledger, Purpose, Transfer, TransferId};
use crate::money::Money;
use crate::ops::Operation;
use crate::party::intake::Intake;
use crate::party::parcel::{End, Notice, Order, Parcel, Receipt};
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
    pub(super) files: BTreeMap<String, bool>,
    /// The hub's settlement files.
    settlement: Intake,
    pub(super) payouts: BTreeMap<String, Payout>,
    /// Merchants that nothing is paid to, and whether they are frozen.
    held: BTreeMap<String, bool>,
    /// The most that a merchant is paid on one day.
    limits: BTreeMap<String, Money>,
    /// The most that is sold at a merchant on one day.
    pub(super) sales_limits: BTreeMap<String, Money>,
    pub(super) changes: Accounts,
    releases: usize,
}

#[derive(Debug)]
pub(super) struct Payout {
    pub(super) order: Order,
    ordered: Date,
    pub(super) end: Option<End>,
}

impl Funding {
    pub(super) fn new() -> Self {
        Self {
            accounts: None,
            files: BTreeMap::new(),
            settlement: Intake::from(Party::Hub, true),
            payouts: BTreeMap::new(),
            held: BTreeMap::new(),
            limits: BTreeMap::new(),
            sales_limits: BTreeMap::new(),
            changes: Accounts::default(),
            releases: 0,
        }
    }

    pub(super) fn is_on(&self) -> bool {
        self.accounts.is_some()
    }

    pub(super) fn is_frozen(&self, merchant: &str) -> bool {
        self.held.get(merchant) == Some(&true)
    }

    /// Nothing is paid to it until it names another account.
    pub(super) fn is_held_back(&self, merchant: &str) -> bool {
        self.held.get(merchant) == Some(&false)
    }

    pub(super) fn apply(&mut self, record: &Record) {
        self.changes.apply(record, self.payouts.get(&record.tx));
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
            RecordKind::SalesLimitSet => {
                self.sales_limits.insert(record.tx.clone(), record.amount.unwrap_or_default());
            }
            RecordKind::AccountSet => {
                let known = self.accounts.get_or_insert_default();
                // behind it stand those who named it and agreed
                let account = record.note.split('|').next().unwrap_or_default();
                known.insert(record.tx.clone(), account.to_owned());
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
            Desk::Fees(text) => return self.take_fees(text, fx),
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
            Desk::SalesLimit(merchant, amount) => {
                let record = about(RecordKind::SalesLimitSet, merchant, "", fx);
                fx.note(Record { amount: Some(*amount), ..record });
            }
            Desk::PayTo(merchant, account, who) => return self.propose_account(merchant, account, who, fx),
            Desk::Agree(merchant, who) => return self.agree_to_account(merchant, who, fx),
            Desk::Claim => return self.claim(fx),
            Desk::Run | Desk::Close(_) | Desk::Return(_) | Desk::Correct(_) | Desk::SettlePositions => {
                return fx.done(Outcome::Refused("not a matter of the acquirer"));
            }
        }
        fx.done(Outcome::Noted);
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

    /// Orders what is due, one payout for each merchant and date. An order without a word from the bank goes out again
    /// under its own number; what was sent back gets another one.
    pub(super) fn order_payouts(&self, books: &Ledger, fx: &mut Effects) {
        for payout in self.funding.payouts.values().filter(|payout| payout.end.is_none()) {
            fx.parcel(Party::Bank, Parcel::Order(payout.order.clone()));
        }
        let mut ordered = Money::ZERO;
        // Several dates may be due at once: one trial is sent, and one payout is reduced by what was tried.
        let (mut trying, mut reduced) = (BTreeSet::new(), BTreeSet::new());
        let mut today = self.ordered_on(fx.now.date());
        let all = self.due();
        let dates: BTreeSet<(&str, Date)> = all.keys().copied().collect();
        // A date on which a merchant owes more than it sold waits as a whole for its next one.
        let mut owed: BTreeMap<&str, Vec<Due<'_>>> = BTreeMap::new();
        for ((merchant, date), mut items) in all {
            items.extend(owed.remove(merchant).unwrap_or_default());
            let limit = self.funding.limits.get(merchant);
            let paid = today.entry(merchant).or_default();
            let due = items.len();
            // What is owed comes first, so that it is never more than what is left.
            items.sort_by_key(|item| item.net > 0);
            let mut sum = 0;
            items.retain(|item| {
                let within =
                    item.net < 0 || limit.is_none_or(|limit| *paid + sum + item.net <= units(*limit));
                sum += if within { item.net } else { 0 };
                within
            });
            if sum <= 0 {
                owed.insert(merchant, items);
                continue;
            }
            let reference = self.reference(merchant, date, items.len() < due);
            match self.funding.held.get(merchant) {
                None if trying.contains(merchant) => {}
                None if self.tries_first((merchant, date), &self.reference(merchant, date, true), fx) => {
                    trying.insert(merchant);
                }
                None => {
                    *paid += sum;
                    let mut trials = self.open_trials(merchant, date, &dates);
                    trials.retain(|trial| !reduced.contains(trial));
                    let payout = self.order_payout((merchant, date, reference), &items, &trials, books, fx);
                    if payout > Money::ZERO {
                        reduced.extend(trials);
                    }
                    ordered = ordered.plus(payout);
                }
                Some(true) => items
                    .iter()
                    .filter(|item| item.is_payable())
                    .for_each(|item| self.reserve(item.key, item.sale, fx)),
                Some(false) => {}
            }
        }
        fx.done(Outcome::Paid(ordered));
    }

    /// What is due to each merchant by date, and what it owes.
    fn due(&self) -> BTreeMap<(&str, Date), Vec<Due<'_>>> {
        let mut due: BTreeMap<(&str, Date), Vec<Due<'_>>> = BTreeMap::new();
        for (key, sale) in &self.sales {
            let ready = sale.captured && sale.settled && sale.cleared && !sale.paid && !sale.reserved;
            let ready = ready && sale.fee_claimed.is_none();
            let mut put = |date: Date, net, is_credit| {
                due.entry((&sale.merchant, date)).or_default().push(Due { key, sale, net, is_credit });
            };
            if ready {
                put(sale.date.unwrap_or_default(), self.share(sale), false);
            }
            if let Some(credit) =
                sale.credit.as_ref().filter(|credit| credit.cleared && credit.payout.is_empty())
            {
                put(credit.date, -self.share(sale), true);
            }
        }
        due
    }

    /// What was ordered on a day for each merchant, and has not come back.
    fn ordered_on(&self, day: Date) -> BTreeMap<&str, i128> {
        let mut sums: BTreeMap<&str, i128> = BTreeMap::new();
        let standing = |payout: &&Payout| !matches!(payout.end, Some(End::Returned(_)));
        for payout in self.funding.payouts.values().filter(standing).filter(|payout| payout.ordered == day) {
            *sums.entry(&payout.order.merchant).or_default() += units(payout.order.amount);
        }
        sums
    }

    fn order_payout(
        &self,
        (merchant, date, reference): (&str, Date, String),
        items: &[Due<'_>],
        trials: &[&String],
        books: &Ledger,
        fx: &mut Effects,
    ) -> Money {
        let sum: i128 = items.iter().map(|item| item.net).sum();
        // A trial was a part of it. What is no more than that waits for more to be due.
        let tried: i128 = trials.iter().map(|_| units(TRIAL)).sum();
        // Less than zero, if more was owed before than is now: a refund was taken back.
        let owed = tried - items.iter().filter(|item| !item.is_payable()).map(|item| item.net).sum::<i128>();
        let sum = sum - tried;
        if sum <= 0 {
            return Money::ZERO;
        }
        let amount = Money::minor(u64::try_from(sum).unwrap_or_default());
        let deduction = Money::minor(u64::try_from(owed.unsigned_abs()).unwrap_or_default());
        let payable = format!("merchant_payable:{merchant}");
        let account = self.funding.accounts.as_ref().and_then(|accounts| accounts.get(merchant));
        let Some(account) = account.filter(|_| books.account(&payable).available() >= sum + owed) else {
            work_item(format!("no payout of {amount} for {date}: no account, or not covered"), fx);
            return Money::ZERO;
        };
        let run = self.funding.payouts.len().to_string();
        let day = date.to_string();
        let mut words = vec![merchant, day.as_str(), run.as_str()];
        words.extend(items.iter().map(|item| item.key.as_str()));
        let id = format!("P{}", TransferId::of(&words));
        for Due { key, sale, is_credit, .. } in items {
            let kind = if *is_credit { RecordKind::SaleAdjusted } else { RecordKind::SalePaid };
            let record = sale.record(key, kind, fx);
            fx.note(Record { amount: Some(self.net(sale)), note: id.clone(), ..record });
        }
        for trial in trials {
            let record = fx.record(RecordKind::TrialDeducted);
            fx.note(Record { tx: (*trial).clone(), amount: Some(TRIAL), note: id.clone(), ..record });
        }
        if deduction > Money::ZERO {
            let claim = format!("owed_by_merchant:{merchant}");
            let (from, to) = if owed > 0 { (&payable, &claim) } else { (&claim, &payable) };
            fx.transfer(Transfer::posted(Purpose::Deduction, &id, from, to, deduction));
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
        // The bank says again what it sent back, until it hears that this is known.
        if matches!(notice.end, End::Returned(_)) {
            fx.parcel(Party::Bank, Parcel::Receipt(Receipt { file: notice.id.clone(), taken: true }));
        }
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
                self.returns_to(&payout.order, before.as_ref(), &why, fx);
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

    /// What was taken out of a payout; less than zero where it gave more back, for refunds that were taken back.
    pub(super) fn deducted(&self, payout: &str) -> i128 {
        let own = |sale: &Sale| sale.operation == Operation::Refund && sale.paid && sale.payout == payout;
        let credit = |sale: &Sale| sale.credit.as_ref().is_some_and(|credit| credit.payout == payout);
        let taken = |sale: &Sale| {
            let share = self.share(sale);
            i128::from(credit(sale)) * share - i128::from(own(sale)) * share
        };
        self.sales.values().map(taken).sum()
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

    /// What the merchant gets for a sale, or owes for a refund, of which no fee is given back.
    pub(super) fn net(&self, sale: &Sale) -> Money {
        if sale.operation == Operation::Refund {
            return sale.amount;
        }
        sale.amount.minus(self.fee_of(sale)).unwrap_or(Money::ZERO)
    }

    /// The same in minor units, less than zero where the merchant owes it.
    fn share(&self, sale: &Sale) -> i128 {
        let sign = if sale.operation == Operation::Refund { -1 } else { 1 };
        sign * units(self.net(sale))
    }
}

/// Something that a payout is made of.
struct Due<'a> {
    key: &'a String,
    sale: &'a Sale,
    /// In minor units; less than zero is owed by the merchant.
    net: i128,
    /// The second leg of an adjustment, and not the sale.
    is_credit: bool,
}

impl Due<'_> {
    /// Is its money with what is payable, and not with what the merchant owes?
    fn is_payable(&self) -> bool {
        !self.is_credit && self.sale.operation != Operation::Refund
    }
}

fn units(amount: Money) -> i128 {
    i128::from(amount.units())
}

pub(super) fn work_item(note: String, fx: &mut Effects) {
    let record = fx.record(RecordKind::WorkItem);
    fx.note(Record { note, ..record });
}
