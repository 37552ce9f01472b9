//! A settlement date whose totals are out of balance: its items go to the issuer one by one (0320). What both sides
//! have with the same amount is settled by a second 0520; what differs is named, and stays open until somebody
//! corrects it. So one wrong item holds nobody else's money back.

use std::time::Duration;

use super::Acquirer;
use super::advices::PARTIAL;
use super::item::{Sale, State};
use super::settle::{Closing, Phase};
use crate::clock::Date;
use crate::journal::{Record, RecordKind};
use crate::money::Money;
use crate::party::{Effects, Outcome, Timer};
use crate::telegram::{Mti, Telegram, Totals};

impl Acquirer {
    /// Sends the first item of the date that is not answered yet; after the last one, what all of them add up to.
    pub(super) fn upload(&mut self, date: Date, fx: &mut Effects) {
        let Some(closing) = self.dates.get(&date).filter(|closing| closing.phase == Phase::Items) else {
            return;
        };
        let Some(via) = self.routes.any() else { return };
        let settlement = Some(date.mmdd());
        let open = |(key, sale): &(&String, &Sale)| closing.counts(date, sale) && !closing.is_compared(key);
        let Some(sale) = self.sales.iter().find(open).map(|(_, sale)| sale.clone()) else {
            let totals = Some(self.agreed(closing));
            let message = self.host_message(Mti::ITEM, fx.now);
            return self.routes.send(via, Telegram { totals, settlement, ..message }, fx);
        };
        let item = Telegram {
            settlement,
            operation: sale.operation,
            amount: Some(sale.amount),
            original: Some(sale.original()),
            rrn: Some(sale.rrn),
            terminal: sale.terminal,
            merchant: sale.merchant,
            ..self.host_message(Mti::ITEM, fx.now)
        };
        self.routes.send(via, item, fx);
    }

    /// 0330: the issuer has compared an item, or heard of all.
    pub(super) fn item_compared(&mut self, response: &Telegram, fx: &mut Effects) {
        let Some(date) = response.date(fx.now) else { return };
        let Some(closing) = self.dates.get(&date).filter(|closing| closing.phase == Phase::Items) else {
            return;
        };
        let Some(original) = &response.original else {
            let totals = Some(self.agreed(closing));
            let record = fx.record(RecordKind::ItemsCompared);
            fx.note(Record { date: Some(date), totals, mti: Some(response.mti), ..record });
            return self.submit_again(date, totals, fx);
        };
        let named = |sale: &Sale| closing.counts(date, sale) && sale.original() == *original;
        let Some((key, sale)) = self.sales.iter().find(|(_, sale)| named(sale)) else { return };
        if closing.is_compared(key) {
            return;
        }
        let agreed = response.code.is_some_and(|code| code.as_str() == "00");
        let (kind, note) = match (agreed, response.code) {
            (true, _) => (RecordKind::ItemAgreed, String::new()),
            (false, code) => {
                let code = code.map_or_else(|| "??".to_owned(), |code| code.to_string());
                (RecordKind::ItemDisputed, format!("the issuer has it otherwise, says its {code}"))
            }
        };
        let record = sale.record(key, kind, fx);
        fx.note(Record { date: Some(date), mti: Some(response.mti), code: response.code, note, ..record });
        fx.after(Duration::ZERO, Timer::Upload(date));
    }

    /// The second 0520: what agrees, with the list of what is left out.
    pub(super) fn submit_again(&mut self, date: Date, totals: Option<Totals>, fx: &mut Effects) {
        let (Some(via), Some(closing)) = (self.routes.any(), self.dates.get(&date)) else { return };
        let excluded = closing.left_out().filter_map(|key| self.sales.get(key)).map(Sale::original).collect();
        let settlement = Some(date.mmdd());
        let message = self.host_message(Mti::RECONCILIATION, fx.now);
        self.routes.send(via, Telegram { totals, settlement, excluded, ..message }, fx);
    }

    fn agreed(&self, closing: &Closing) -> Totals {
        let mut totals = Totals::default();
        closing.agreed.iter().filter_map(|key| self.sales.get(key)).for_each(|sale| sale.count(&mut totals));
        totals
    }

    /// The desk corrects a disputed item: the issuer is to charge what the slip says and no more.
    pub(super) fn correct(&mut self, rrn: &str, fx: &mut Effects) {
        let disputed = |sale: &Sale| sale.rrn == rrn && sale.disputed && sale.reducing.is_none();
        let Some((key, sale)) = self.sales.iter().find(|(_, sale)| disputed(sale)) else {
            return fx.done(Outcome::Refused("there is no such item in dispute"));
        };
        let (key, left) = (key.clone(), sale.amount);
        if self.advices.knows(&reduction(&key, left)) {
            return fx.done(Outcome::Refused(
                "the issuer refused this correction: settle it with the issuer by hand",
            ));
        }
        self.begin_reduction(&key, left, "corrected to the amount of the slip", fx);
        fx.done(Outcome::Noted);
    }

    /// 0430 to an advice that takes a part back. 00 releases it; anything else that is final leaves the item as the
    /// issuer has it, in dispute.
    pub(super) fn reduction_answered(&self, key: &str, sale: &Sale, response: &Telegram, fx: &mut Effects) {
        let agreed = response.code.is_some_and(|code| code.as_str() == "00");
        let kind = if agreed { RecordKind::SaleReduced } else { RecordKind::ItemDisputed };
        let note = if agreed { String::new() } else { "the issuer refuses the partial reversal".to_owned() };
        let record = sale.record(key, kind, fx);
        let date = response.date(fx.now).or(sale.date);
        fx.note(Record { mti: Some(response.mti), code: response.code, date, note, ..record });
        fx.done(Outcome::Noted);
    }

    /// Less of the sale is charged from here on; that the issuer releases the rest is an advice like a reversal.
    pub(super) fn begin_reduction(&mut self, key: &str, left: Money, why: &str, fx: &mut Effects) {
        let Some(sale) = self.sales.get(key).cloned() else { return };
        let advice = self.host_message(Mti::REVERSAL_ADVICE, fx.now);
        let (host_stan, transmission) = (advice.stan, advice.transmission.unwrap_or_default());
        let record = sale.record(key, RecordKind::SaleReducing, fx);
        let amount = Some(left);
        let code = Some(PARTIAL);
        fx.note(Record { host_stan, transmission, amount, code, note: why.to_owned(), ..record });
        if left < sale.amount && sale.state == State::Approved {
            fx.transfer(sale.held(key).void());
            fx.transfer(Sale { amount: left, ..sale.clone() }.held(key));
        }
        self.queue(&reduction(key, left), &sale, fx);
    }
}

/// The name of an advice that leaves so much of a sale.
pub(super) fn reduction(key: &str, left: Money) -> String {
    format!("{key}={}", left.units())
}

impl Closing {
    fn is_compared(&self, key: &str) -> bool {
        self.agreed.contains(key) || self.disputed.contains(key)
    }

    /// Is this sale in the totals that were out of balance?
    fn counts(&self, date: Date, sale: &Sale) -> bool {
        sale.state == State::Approved
            && sale.date == Some(date)
            && sale.reducing.is_none()
            && sale.operation.clears()
    }

    pub(super) fn is_left_out(&self, key: &str) -> bool {
        self.excluded.contains(key) || self.disputed.contains(key)
    }

    /// The sales that the totals leave out.
    pub(super) fn left_out(&self) -> impl Iterator<Item = &String> {
        self.excluded.union(&self.disputed)
    }
}
