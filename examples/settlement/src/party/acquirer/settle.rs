//! From "approved" to "paid" at the acquirer: batch, settlement date, payout. Each gate opens on a
//! message, and the payout needs both the batch (the terminal confirms) and the date (the issuer
//! confirms).

use std::collections::BTreeMap;
use std::time::Duration;

use super::item::{Sale, State};
use super::sale::hold;
use super::{APPROVED, Acquirer};
use crate::clock::Date;
use crate::journal::{ErrorKind, Party, Record};
use crate::ledger::{Flag, Ledger, Purpose, Transfer, TransferId};
use crate::money::Money;
use crate::party::{Effects, Outcome, Timer};
use crate::telegram::{Balance, Mti, Telegram, Totals};

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
        let items =
            || self.sales.iter().filter(|(_, sale)| sale.is_in(message) && sale.state == State::Approved);
        let mut ours = Totals::default();
        items().for_each(|(_, sale)| ours.sales.add(sale.amount));
        let open = self.sales.values().any(|sale| sale.is_in(message) && sale.state == State::Sent);
        let balance = if !open && message.totals == Some(ours) { Balance::In } else { Balance::Out };
        let kind =
            if balance == Balance::In { ErrorKind::BatchBalanced } else { ErrorKind::BatchOutOfBalance };
        let record = fx.record(kind);
        let (mti, note) = (Some(message.mti.answer()), message.terminal.clone());
        fx.note(Record { tx: key, batch, totals: Some(ours), balance: Some(balance), mti, note, ..record });
        if balance == Balance::In {
            items().for_each(|(key, sale)| self.capture(key, sale, books, fx));
        }
        let answer =
            Telegram { code: None, totals: Some(ours), balance: Some(balance), ..message.answer(APPROVED) };
        fx.send(Party::Terminal, answer);
    }

    /// The terminal confirmed the item: it is owed to the merchant, less the fee. Owed is not yet paid.
    fn capture(&self, key: &str, sale: &Sale, books: &Ledger, fx: &mut Effects) {
        let record = sale.record(key, ErrorKind::SaleCaptured, fx);
        fx.note(Record { mti: Some(Mti::SETTLEMENT.answer()), ..record });
        post_once(key, sale, books, fx);
        let unsettled = format!("merchant_unsettled:{}", sale.merchant);
        let payable = format!("merchant_payable:{}", sale.merchant);
        let fee = sale.amount.share(self.config.fee_basis_points);
        fx.transfer(Transfer::posted(Purpose::Payable, key, &unsettled, &payable, sale.amount));
        if fee > Money::ZERO {
            fx.transfer(Transfer::posted(Purpose::Fee, key, &payable, "mdr_income", fee));
        }
    }

    /// The issuer says that a settlement date is over.
    pub(super) fn cut_over(&mut self, message: &Telegram, fx: &mut Effects) {
        let Some(next) = message.date(fx.now) else {
            return fx.send(Party::Issuer, message.answer(crate::telegram::Code::of(b"30")));
        };
        let date = Date(next.0.saturating_sub(1));
        let settlement = Some(next.mmdd());
        fx.send(Party::Issuer, Telegram { settlement, ..message.answer(APPROVED) });
        if !self.dates.contains_key(&date) {
            let record = fx.record(ErrorKind::DateClosed);
            fx.note(Record { date: Some(date), mti: Some(message.mti), ..record });
            fx.after(Duration::ZERO, Timer::Reconcile(date));
        }
    }

    /// 0520: our totals of the date. Not while an outcome is unknown: a sale in flight or in
    /// reversal would be counted wrongly.
    pub(super) fn reconcile(&mut self, date: Date, fx: &mut Effects) {
        if self.dates.get(&date) != Some(&Balance::Error) {
            return;
        }
        let unknown = self.sales.values().any(|sale| matches!(sale.state, State::Sent | State::Reversing));
        if !unknown && self.host_in_service {
            let totals = Some(self.totals(date));
            let message = self.host_message(Mti::RECONCILIATION, fx.now);
            fx.send(Party::Issuer, Telegram { totals, settlement: Some(date.mmdd()), ..message });
        }
        fx.after(self.config.timers.acquirer, Timer::Reconcile(date));
    }

    fn totals(&self, date: Date) -> Totals {
        let mut totals = Totals::default();
        for sale in self.sales.values().filter(|sale| sale.approved && sale.date == Some(date)) {
            totals.sales.add(sale.amount);
            if sale.state == State::Reversed {
                totals.sales_reversed.add(sale.amount);
            }
        }
        totals
    }

    /// 0530: the issuer's view of the date. Only "in balance" moves money: the net of the date goes
    /// to our account.
    pub(super) fn reconciled(&self, answer: &Telegram, books: &Ledger, fx: &mut Effects) {
        let Some(date) = answer.date(fx.now) else { return };
        if self.dates.get(&date) != Some(&Balance::Error) {
            return;
        }
        let (ours, balance) = (self.totals(date), answer.balance.unwrap_or(Balance::Error));
        let agreed = balance == Balance::In && answer.totals.is_none_or(|theirs| theirs == ours);
        let (kind, balance) = if agreed {
            (ErrorKind::DateReconciled, Balance::In)
        } else {
            (ErrorKind::DateOutOfBalance, Balance::Out)
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
        }
        fx.done(Outcome::Reconciled(date, balance));
    }

    fn settle(&self, date: Date, totals: Totals, books: &Ledger, fx: &mut Effects) {
        let due = |sale: &Sale| sale.state == State::Approved && sale.date == Some(date);
        for (key, sale) in self.sales.iter().filter(|(_, sale)| due(sale)) {
            post_once(key, sale, books, fx);
            let record = sale.record(key, ErrorKind::SaleSettled, fx);
            fx.note(Record { mti: Some(Mti::RECONCILIATION.answer()), ..record });
        }
        let net = Money::minor(u64::try_from(totals.net()).unwrap_or_default());
        if net > Money::ZERO {
            let reference = date.to_string();
            fx.transfer(Transfer::posted(Purpose::Settlement, &reference, "nostro", "hub_receivable", net));
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
        let fee = |sale: &Sale| sale.amount.share(self.config.fee_basis_points);
        let amount: Money = items.iter().filter_map(|(_, sale)| sale.amount.minus(fee(sale))).collect();
        let words: Vec<_> = items.iter().map(|(key, _)| key.as_str()).collect();
        let payout = format!("P{}", TransferId::of(&words).to_string().get(..10).unwrap_or_default());
        let payable = format!("merchant_payable:{merchant}");
        if amount == Money::ZERO || books.account(&payable).available() < i128::from(amount.units()) {
            let record = fx.record(ErrorKind::WorkItem);
            let note = format!("payout {payout} of {amount}: the payable account does not cover it");
            fx.note(Record { note, ..record });
            return Money::ZERO;
        }
        for (key, sale) in items {
            let record = sale.record(key, ErrorKind::SalePaid, fx);
            let net = sale.amount.minus(fee(sale));
            fx.note(Record { amount: net, note: payout.clone(), ..record });
        }
        let record = fx.record(ErrorKind::Payout);
        fx.note(Record { tx: payout.clone(), amount: Some(amount), note: merchant.to_owned(), ..record });
        let transit = format!("payout_in_transit:{merchant}");
        fx.transfer(Transfer::posted(Purpose::Payout, &payout, &payable, &transit, amount));
        fx.transfer(Transfer::posted(Purpose::Payout, &payout, &transit, "nostro", amount));
        amount
    }
}

impl Sale {
    fn is_in(&self, message: &Telegram) -> bool {
        self.terminal == message.terminal
            && self.merchant == message.merchant.trim()
            && Some(self.batch) == message.batch
    }
}

/// The hold becomes a posting when the first of batch and date confirms the item.
fn post_once(key: &str, sale: &Sale, books: &Ledger, fx: &mut Effects) {
    let held = hold(key, sale.amount, &sale.merchant);
    if books.transfer(held.id).is_some_and(|known| known.flag == Flag::Pending)
        && books.transfer(held.post().id).is_none()
    {
        fx.transfer(held.post());
    }
}
