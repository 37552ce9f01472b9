//! The settlement date at the issuer: announced as over, compared, booked.

use std::collections::BTreeSet;

use super::{APPROVED, CUT_OVER, Issuer, Item, State, hold, network_key};
use crate::clock::Date;
use crate::journal::{Party, Record, RecordKind};
use crate::ledger::{Purpose, Transfer};
use crate::money::Money;
use crate::party::{Effects, Outcome, Timer};
use crate::telegram::{Balance, Mti, Original, Telegram, Totals};

impl Issuer {
    pub(super) fn reconcile(&self, message: &Telegram, fx: &mut Effects) {
        let date = message.settlement.as_deref().and_then(|mmdd| Date::resolve(mmdd, fx.now.date()));
        let Some(date) = date.filter(|date| *date < self.date) else {
            let answer = Telegram { code: None, balance: Some(Balance::Error), ..message.answer(APPROVED) };
            return fx.send(Party::Acquirer, Telegram { settlement: message.settlement.clone(), ..answer });
        };
        let (ours, balance) = match self.reconciled.get(&date) {
            Some(stored) => (stored.totals.unwrap_or_default(), stored.balance.unwrap_or(Balance::Error)),
            None => self.compare(date, message, fx),
        };
        let answer = Telegram {
            code: None,
            totals: Some(ours),
            balance: Some(balance),
            settlement: Some(date.mmdd()),
            ..message.answer(APPROVED)
        };
        fx.send(Party::Acquirer, answer);
    }

    pub(super) fn compare(&self, date: Date, message: &Telegram, fx: &mut Effects) -> (Totals, Balance) {
        let excluded = self.excluded(message);
        let ours = self.totals(date, &excluded);
        let balance = if message.totals == Some(ours) { Balance::In } else { Balance::Out };
        let kind =
            if balance == Balance::In { RecordKind::DateReconciled } else { RecordKind::DateOutOfBalance };
        let record = fx.record(kind);
        let mti = Some(message.mti.answer());
        fx.note(Record { date: Some(date), totals: Some(ours), balance: Some(balance), mti, ..record });
        for key in &excluded {
            let (record, tx) = (fx.record(RecordKind::SaleExcluded), (*key).clone());
            fx.note(Record { tx, date: Some(date), note: "says the acquirer".to_owned(), ..record });
        }
        if balance == Balance::In {
            let due = |key: &String, item: &Item| {
                item.state == State::Held && item.date == date && !excluded.contains(key)
            };
            for (key, item) in self.items.iter().filter(|(key, item)| due(key, item)) {
                fx.transfer(hold(key, &item.account, item.amount).post());
                let record = fx.record(RecordKind::SaleSettled);
                fx.note(Record {
                    tx: key.clone(),
                    rrn: item.rrn.clone(),
                    amount: Some(item.amount),
                    mti,
                    ..record
                });
            }
            let net = Money::minor(u64::try_from(ours.net()).unwrap_or_default());
            if net > Money::ZERO {
                let reference = date.to_string();
                fx.transfer(Transfer::posted(
                    Purpose::Settlement,
                    &reference,
                    "hub_settlement",
                    "nostro",
                    net,
                ));
            }
        }
        (ours, balance)
    }

    /// What the acquirer leaves out, as far as we ever saw it: held until its reversal comes, and in no
    /// totals.
    fn excluded(&self, message: &Telegram) -> BTreeSet<&String> {
        let key = |sale: &Original| network_key(&sale.transmission, sale.stan, &message.acquirer);
        let known = message.excluded.iter().filter_map(|sale| self.items.get_key_value(&key(sale)));
        known.map(|(key, _)| key).collect()
    }

    fn totals(&self, date: Date, excluded: &BTreeSet<&String>) -> Totals {
        let mut totals = Totals::default();
        let counted = self.items.iter().filter(|(key, item)| item.date == date && !excluded.contains(key));
        for (_, item) in counted {
            if matches!(item.state, State::Held | State::Posted | State::Released) {
                totals.sales.add(item.amount);
            }
            if item.state == State::Released {
                totals.sales_reversed.add(item.amount);
            }
        }
        totals
    }

    /// Repeated until it is answered.
    pub(super) fn announcement(&mut self, next: Date, fx: &mut Effects) -> Telegram {
        let (management, settlement) = (Some(CUT_OVER), Some(next.mmdd()));
        let transmission = Some(fx.now.transmission());
        let empty = Telegram::new(Mti::NETWORK, self.stan + 1);
        let message = Telegram { management, settlement, transmission, ..empty };
        self.announced = Some(message.clone());
        fx.after(self.config.timers.issuer, Timer::CutOver(next));
        message
    }

    pub(super) fn cut_over_answered(&mut self, message: &Telegram, fx: &mut Effects) {
        if self.announced.take_if(|announced| announced.stan == message.stan).is_some() {
            fx.done(Outcome::Noted);
        }
    }
}
