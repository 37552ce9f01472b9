//! From "approved" to "paid" at the acquirer: batch, settlement date, payout. Each gate opens on a
//! message, and the payout needs both the batch (the terminal confirms) and the date (the issuer
//! confirms).

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::item::{Sale, State};
use super::{APPROVED, Acquirer};
use crate::clock::{Date, Stamp};
use crate::journal::{Party, Record, RecordKind};
use crate::ledger::{Flag, Ledger, Purpose, Transfer, TransferId};
use crate::money::Money;
use crate::ops::Operation;
use crate::party::{Effects, Outcome, Timer};
use crate::telegram::{Balance, Mti, Telegram, Totals};
use crate::wire::host::MAX_EXCLUDED;

/// A settlement date that is over, and how far its reconciliation is.
#[derive(Debug)]
pub(super) struct Closing {
    closed: Stamp,
    /// So many sales had been sent on by then; a later one belongs to a later date.
    sales: u64,
    /// The totals of the 0520, once it is written. They stay what they are.
    submitted: Option<Totals>,
    /// The sales that these totals leave out.
    pub(super) excluded: BTreeSet<String>,
    /// How far the comparison is.
    pub(super) phase: Phase,
    /// The items that the issuer has as we do, where they are compared one by one.
    pub(super) agreed: BTreeSet<String>,
    /// Those that it has otherwise.
    pub(super) disputed: BTreeSet<String>,
}

/// How far the comparison of a date is.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum Phase {
    /// Its totals are compared.
    Totals,
    /// They are out of balance: its items are.
    Items,
    /// The totals of what agrees are.
    Rest,
    /// It is settled.
    Settled,
}

impl Closing {
    pub(super) fn new(closed: Stamp, sales: u64) -> Self {
        let (excluded, agreed, disputed) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        Self { closed, sales, submitted: None, excluded, phase: Phase::Totals, agreed, disputed }
    }

    pub(super) fn apply(&mut self, record: &Record) {
        match record.kind {
            RecordKind::SaleExcluded => {
                self.excluded.insert(record.tx.clone());
            }
            RecordKind::DateSubmitted => self.submitted = record.totals,
            RecordKind::DateOutOfBalance => self.phase = Phase::Items,
            RecordKind::ItemAgreed => {
                self.agreed.insert(record.tx.clone());
            }
            RecordKind::ItemDisputed => {
                self.disputed.insert(record.tx.clone());
            }
            RecordKind::ItemsCompared => {
                self.phase = Phase::Rest;
                self.submitted = record.totals;
            }
            _ => self.phase = Phase::Settled,
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.phase != Phase::Settled
    }

    /// Can this sale be of the date that is closed here, or of an earlier one whose rest is not known yet?
    fn may_hold(&self, date: Date, sale: &Sale) -> bool {
        let fits = |of| of == date || (sale.reducing.is_some() && of < date);
        sale.number <= self.sales && sale.date.is_none_or(fits)
    }
}

impl Acquirer {
    /// 0500: compare the terminal's totals with our own rows of that batch. There is no DE39 in a
    /// 0510; the digit answers.
    pub(super) fn batch(&self, message: &Telegram, books: &Ledger, fx: &mut Effects) {
        let batch = message.batch.unwrap_or_default();
        let key = format!("{}/{}/{batch:06}", message.merchant.trim(), message.terminal.trim());
        if let Some(closed) = self.closed.get(&key) {
            let (totals, balance) = (closed.totals, closed.balance);
            return fx
                .send(Party::Terminal, Telegram { code: None, totals, balance, ..message.answer(APPROVED) });
        }
        let items = || self.sales.iter().filter(|(_, sale)| sale.is_in(message) && sale.is_on_slip());
        let mut ours = Totals::default();
        items().for_each(|(_, sale)| sale.count_in_batch(&mut ours));
        let open = self.sales.values().any(|sale| sale.is_in(message) && sale.state == State::Sent);
        let balance = if !open && message.totals == Some(ours) { Balance::In } else { Balance::Out };
        let kind =
            if balance == Balance::In { RecordKind::BatchBalanced } else { RecordKind::BatchOutOfBalance };
        let record = fx.record(kind);
        let (mti, note) = (Some(message.mti.answer()), message.terminal.clone());
        fx.note(Record { tx: key, batch, totals: Some(ours), balance: Some(balance), mti, note, ..record });
        if balance == Balance::In {
            let standing = items().filter(|(_, sale)| sale.state == State::Approved);
            standing.for_each(|(key, sale)| self.capture(key, sale, books, fx));
        }
        let answer =
            Telegram { code: None, totals: Some(ours), balance: Some(balance), ..message.answer(APPROVED) };
        fx.send(Party::Terminal, answer);
    }

    /// The terminal confirmed the item: it is owed to the merchant, less the fee. Owed is not yet paid.
    pub(super) fn capture(&self, key: &str, sale: &Sale, books: &Ledger, fx: &mut Effects) {
        let record = sale.record(key, RecordKind::SaleCaptured, fx);
        let (fee, mti) = (self.fee_of(sale), Some(Mti::SETTLEMENT.answer()));
        fx.note(Record { mti, note: fee.units().to_string(), ..record });
        if !sale.operation.clears() {
            return;
        }
        post_once(key, sale, books, fx);
        if sale.operation == Operation::Refund {
            return;
        }
        let unsettled = format!("merchant_unsettled:{}", sale.merchant);
        let payable = format!("merchant_payable:{}", sale.merchant);
        fx.transfer(Transfer::posted(Purpose::Payable, key, &unsettled, &payable, sale.amount));
        if fee > Money::ZERO {
            fx.transfer(Transfer::posted(Purpose::Fee, key, &payable, "mdr_income", fee));
        }
    }

    /// The issuer says that a settlement date is over, and with it all dates before. An announcement that was lost may be
    /// overtaken by the next one: each date that holds sales, or credits that take sales back, is closed once.
    pub(super) fn cut_over(&mut self, message: &Telegram, fx: &mut Effects) {
        let Some(next) = message.date(fx.now) else {
            return fx.reply(message.answer(crate::telegram::Code::of(b"30")));
        };
        let last = Date(next.0.saturating_sub(1));
        let settlement = Some(next.mmdd());
        fx.reply(Telegram { settlement, ..message.answer(APPROVED) });
        let held = self.sales.values().flat_map(|sale| [sale.date, sale.adjusting]).flatten();
        let held = held.filter(|date| *date < last);
        let over: BTreeSet<Date> = held.chain([last]).filter(|date| !self.dates.contains_key(date)).collect();
        for date in over {
            let record = fx.record(RecordKind::DateClosed);
            fx.note(Record { date: Some(date), mti: Some(message.mti), ..record });
            fx.after(Duration::ZERO, Timer::Reconcile(date));
        }
    }

    /// 0520: our totals of the date. They wait for the sales of that date that are in flight or being
    /// reversed, for one timer and no longer. A reversal that is not answered by then, or that nobody
    /// answers at all, is listed and left out by both sides: it stops neither the date nor the money of
    /// the others.
    pub(super) fn reconcile(&mut self, date: Date, fx: &mut Effects) {
        let Some(closing) = self.dates.get(&date).filter(|closing| closing.is_open()) else { return };
        fx.after(self.config.timers.acquirer, Timer::Reconcile(date));
        let Some(via) = self.routes.any() else { return };
        if closing.phase == Phase::Items {
            return self.upload(date, fx);
        }
        let (excluded, totals) = match closing.submitted {
            Some(totals) => (closing.left_out().cloned().collect(), totals),
            None if self.must_wait(date, closing, fx.now) => return,
            None => {
                let unanswered =
                    |sale: &Sale| sale.is_undone_in_part_or_whole() && closing.may_hold(date, sale);
                let excluded: BTreeSet<_> =
                    self.sales.iter().filter(|(_, s)| unanswered(s)).map(|(key, _)| key.clone()).collect();
                if excluded.len() > MAX_EXCLUDED {
                    return self.too_many(date, excluded.len(), fx);
                }
                self.submit(date, &excluded, fx);
                (excluded, self.totals(date))
            }
        };
        let excluded = excluded.iter().filter_map(|key| self.sales.get(key)).map(Sale::original).collect();
        let (totals, settlement) = (Some(totals), Some(date.mmdd()));
        let message = self.host_message(Mti::RECONCILIATION, fx.now);
        self.routes.send(via, Telegram { totals, settlement, excluded, ..message }, fx);
    }

    /// May what is unknown of this date still become known? A sale in flight does within its timer.
    fn must_wait(&self, date: Date, closing: &Closing, now: Stamp) -> bool {
        let overdue = now >= closing.closed.after(self.config.timers.acquirer);
        let mut of_date = self.sales.iter().filter(|(_, sale)| closing.may_hold(date, sale));
        of_date.any(|(key, sale)| match sale.state {
            State::Sent => true,
            _ => sale.is_undone_in_part_or_whole() && !overdue && !self.advices.is_parked(key),
        })
    }

    fn submit(&self, date: Date, excluded: &BTreeSet<String>, fx: &mut Effects) {
        for (key, sale) in excluded.iter().filter_map(|key| Some((key, self.sales.get(key)?))) {
            let record = sale.record(key, RecordKind::SaleExcluded, fx);
            let note = "its reversal is not answered yet".to_owned();
            fx.note(Record { date: Some(date), note, ..record });
        }
        let record = fx.record(RecordKind::DateSubmitted);
        fx.note(Record { date: Some(date), totals: Some(self.totals(date)), ..record });
    }

    /// More reversals are open than one 0520 can list: the issuer answers none. Said once a timer.
    fn too_many(&self, date: Date, count: usize, fx: &mut Effects) {
        let record = fx.record(RecordKind::WorkItem);
        let note = format!("{count} reversals of {date} are not answered, an 0520 lists {MAX_EXCLUDED}");
        fx.note(Record { date: Some(date), note, ..record });
    }

    /// Is this sale counted in an 0520, whatever its response is?
    pub(super) fn is_submitted(&self, sale: &Sale) -> bool {
        let closing = sale.date.and_then(|date| self.dates.get(&date));
        let counted = closing.is_some_and(|closing| closing.is_open() && closing.submitted.is_some());
        counted && sale.state == State::Approved
    }

    /// A sale that is being reversed is in no totals; one that was reversed is in both columns.
    fn totals(&self, date: Date) -> Totals {
        let mut totals = Totals::default();
        let counted = |sale: &&Sale| {
            let unknown = sale.is_undone_in_part_or_whole() || sale.disputed;
            sale.approved && sale.date == Some(date) && !unknown && sale.operation.clears()
        };
        self.sales.values().filter(counted).for_each(|sale| sale.count(&mut totals));
        totals
    }

    /// 0530: the issuer's view of the date. Only "in balance" moves money: the net of the date goes
    /// to our account.
    pub(super) fn reconciled(&self, answer: &Telegram, books: &Ledger, fx: &mut Effects) {
        let Some(date) = answer.date(fx.now) else { return };
        let Some(closing) = self.dates.get(&date).filter(|closing| closing.is_open()) else { return };
        let Some(ours) = closing.submitted else { return };
        // A response to an 0520 before the items were compared, or no comparison at all: nothing new is known.
        let balance = answer.balance.unwrap_or(Balance::Error);
        if closing.phase == Phase::Items || balance == Balance::Error {
            return;
        }
        let agreed = balance == Balance::In && answer.totals.is_none_or(|theirs| theirs == ours);
        if !agreed && closing.phase == Phase::Rest {
            let record = fx.record(RecordKind::WorkItem);
            let note = "the items agree, and their totals do not".to_owned();
            return fx.note(Record { date: Some(date), note, ..record });
        }
        let (kind, balance) = if agreed {
            (RecordKind::DateReconciled, Balance::In)
        } else {
            (RecordKind::DateOutOfBalance, Balance::Out)
        };
        let record = fx.record(kind);
        let (mti, totals) = (Some(answer.mti), Some(ours));
        fx.note(Record {
            date: Some(date),
            totals,
            balance: Some(balance),
            mti,
            stan: answer.stan,
            ..record
        });
        if agreed {
            self.settle(date, ours, books, fx);
        } else {
            fx.after(Duration::ZERO, Timer::Reconcile(date));
        }
        fx.done(Outcome::Reconciled(date, balance));
    }

    fn settle(&self, date: Date, totals: Totals, books: &Ledger, fx: &mut Effects) {
        let Some(closing) = self.dates.get(&date) else { return };
        let due = |sale: &Sale| {
            let standing = sale.state == State::Approved && sale.date == Some(date) && !sale.settled;
            standing && sale.reducing.is_none() && !sale.disputed && sale.operation.clears()
        };
        for (key, sale) in self.sales.iter().filter(|(key, sale)| due(sale) && !closing.is_left_out(key)) {
            post_once(key, sale, books, fx);
            let record = sale.record(key, RecordKind::SaleSettled, fx);
            fx.note(Record { mti: Some(Mti::RECONCILIATION.answer()), ..record });
        }
        let net = Money::minor(u64::try_from(totals.net().unsigned_abs()).unwrap_or_default());
        // With a back office the money comes with the settlement file, item by item.
        if net > Money::ZERO && !self.funding.is_on() {
            let (to, from) = ("nostro", "hub_receivable");
            let (to, from) = if totals.net() > 0 { (to, from) } else { (from, to) };
            fx.transfer(Transfer::posted(Purpose::Settlement, &date.to_string(), to, from, net));
        }
    }

    /// Pays each merchant what is captured *and* settled. The payout's number follows from its
    /// content, so a repeated run names the same payout and the ledger answers `exists`.
    pub(super) fn pay(&self, books: &Ledger, fx: &mut Effects) {
        let mut due: BTreeMap<&str, Vec<(&String, &Sale)>> = BTreeMap::new();
        for (key, sale) in self.sales.iter().filter(|(_, s)| s.captured && s.settled && !s.paid) {
            due.entry(&sale.merchant).or_default().push((key, sale));
        }
        let mut paid = Money::ZERO;
        for (merchant, items) in due {
            paid = paid.plus(self.pay_merchant(merchant, &items, books, fx));
        }
        fx.done(Outcome::Paid(paid));
    }

    fn pay_merchant(
        &self,
        merchant: &str,
        items: &[(&String, &Sale)],
        books: &Ledger,
        fx: &mut Effects,
    ) -> Money {
        let amount: Money = items.iter().map(|(_, sale)| self.net(sale)).collect();
        let words: Vec<_> = items.iter().map(|(key, _)| key.as_str()).collect();
        let payout = format!("P{}", TransferId::of(&words).to_string().get(..10).unwrap_or_default());
        let payable = format!("merchant_payable:{merchant}");
        if amount == Money::ZERO || books.account(&payable).available() < i128::from(amount.units()) {
            let record = fx.record(RecordKind::WorkItem);
            let note = format!("payout {payout} of {amount}: the payable account does not cover it");
            fx.note(Record { note, ..record });
            return Money::ZERO;
        }
        for (key, sale) in items {
            let record = sale.record(key, RecordKind::SalePaid, fx);
            fx.note(Record { amount: Some(self.net(sale)), note: payout.clone(), ..record });
        }
        let record = fx.record(RecordKind::Payout);
        fx.note(Record { tx: payout.clone(), amount: Some(amount), note: merchant.to_owned(), ..record });
        let transit = format!("payout_in_transit:{merchant}");
        fx.transfer(Transfer::posted(Purpose::Payout, &payout, &payable, &transit, amount));
        fx.transfer(Transfer::posted(Purpose::Payout, &payout, &transit, "nostro", amount));
        amount
    }
}

impl Sale {
    /// What became of it, or of a part of it, is not known yet.
    fn is_undone_in_part_or_whole(&self) -> bool {
        self.state == State::Reversing || self.reducing.is_some()
    }

    /// Does its terminal count it? A sale that it took back stands against the void; one that it reversed has no slip,
    /// also when its date had counted it and a credit takes it back.
    pub(super) fn is_on_slip(&self) -> bool {
        (self.state == State::Approved && self.adjusting.is_none()) || self.voided
    }

    pub(super) fn is_in(&self, message: &Telegram) -> bool {
        self.terminal == message.terminal
            && self.merchant == message.merchant.trim()
            && Some(self.batch) == message.batch
    }
}

/// The hold becomes a posting when the first of batch and date confirms the item.
fn post_once(key: &str, sale: &Sale, books: &Ledger, fx: &mut Effects) {
    let held = sale.held(key);
    if books.transfer(held.id).is_some_and(|known| known.flag == Flag::Pending)
        && books.transfer(held.post().id).is_none()
    {
        fx.transfer(held.post());
    }
}
