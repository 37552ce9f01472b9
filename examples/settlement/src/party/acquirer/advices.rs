//! The acquirer's reversal advices: what they say, and what becomes of them.

use std::time::Duration;

use super::Acquirer;
use super::item::{Sale, State};
use super::itemize::reduction;
use crate::journal::{Record, RecordKind};
use crate::money::Money;
use crate::party::{Effects, Outcome, Timer};
use crate::telegram::{Code, Mti, Telegram};

/// Reversal reason: the answer came too late, or never.
pub(super) const TOO_LATE: Code = Code::of(b"68");
/// Reversal reason: the merchant took it back for its customer.
pub(super) const CUSTOMER: Code = Code::of(b"17");
/// Reversal reason: a part of it is taken back.
pub(super) const PARTIAL: Code = Code::of(b"32");
/// Codes after which nothing is left to do: done, not found, nothing to undo, another amount than what is held.
const FINAL: [&str; 4] = ["00", "25", "21", "64"];

impl Acquirer {
    /// The sale is to be undone: from here on the advice is ours, until the issuer has answered it.
    pub(super) fn begin_reversal(&mut self, key: &str, reason: Code, why: &str, fx: &mut Effects) {
        let Some(sale) = self.sales.get(key).cloned() else { return };
        let advice = self.host_message(Mti::REVERSAL_ADVICE, fx.now);
        let (host_stan, transmission) = (advice.stan, advice.transmission.unwrap_or_default());
        let record = sale.record(key, RecordKind::SaleReversing, fx);
        fx.note(Record { host_stan, transmission, code: Some(reason), note: why.to_owned(), ..record });
        self.queue(key, &sale, fx);
    }

    /// An advice is named by the key of its sale; one that takes back a part, also by what is left: `key=20000`.
    pub(super) fn queue(&mut self, name: &str, sale: &Sale, fx: &mut Effects) {
        if let Err(error) = self.advices.put(name) {
            let record = sale.record(name, RecordKind::WorkItem, fx);
            fx.note(Record { note: format!("the advice was not queued: {error}"), ..record });
        }
        fx.after(Duration::ZERO, Timer::Forward);
    }

    /// Sends the advice that is due. DE90 names its sale, which has the same key by every way.
    pub(super) fn forward(&mut self, fx: &mut Effects) {
        let (sales, institution) = (&self.sales, &self.config.institution);
        let write = |name: &str, repeat: bool| {
            let (key, left) = name.split_once('=').map_or((name, None), |(key, left)| (key, Some(left)));
            let left = left.and_then(|units| units.parse().ok()).map(Money::minor);
            sales.get(key)?.advice(institution, left, repeat)
        };
        self.advices.forward(&self.routes, write, fx);
    }

    /// To either of the two advices that a sale can have under way. 00: the issuer undid it. 25 and 21: there was nothing to undo. Anything else is no final answer.
    pub(super) fn reversal_answered(&mut self, answer: &Telegram, fx: &mut Effects) {
        let is = |names: &Option<(u64, String)>| names.as_ref().is_some_and(|(stan, _)| *stan == answer.stan);
        let Some(code) = answer.code.filter(|code| FINAL.contains(&code.as_str())) else { return };
        let reduced = self.sales.iter().find(|(_, sale)| is(&sale.reducing));
        if let Some((key, sale)) = reduced {
            self.reduction_answered(key, sale, answer, fx);
            self.advices.acknowledged(&reduction(key, sale.amount));
            return fx.after(Duration::ZERO, Timer::Forward);
        }
        let found = self.sales.iter().find(|(_, sale)| sale.state == State::Reversing && is(&sale.reversal));
        let Some((key, sale)) = found.filter(|_| code.as_str() != "64") else { return };
        let record = sale.record(key, RecordKind::SaleReversed, fx);
        fx.note(Record {
            mti: Some(answer.mti),
            code: Some(code),
            date: answer.date(fx.now).or(sale.date),
            ..record
        });
        self.advices.acknowledged(key);
        fx.after(Duration::ZERO, Timer::Forward);
        fx.done(Outcome::Reversed);
    }

    /// The issuer can be reached again.
    pub(super) fn resume(&mut self, fx: &mut Effects) {
        self.advices.retry(fx.now);
        self.forward(fx);
    }
}

impl Sale {
    /// DE90 says which sale is meant. The card number is not repeated: the acquirer does not keep it.
    /// A repeat differs in its MTI and in nothing else.
    fn advice(&self, institution: &str, left: Option<Money>, repeat: bool) -> Option<Telegram> {
        let names = if left.is_some() { &self.reducing } else { &self.reversal };
        let (stan, transmission) = names.clone()?;
        let mti = if repeat { Mti::REVERSAL_REPEAT } else { Mti::REVERSAL_ADVICE };
        Some(Telegram {
            local: Some(transmission.clone()),
            transmission: Some(transmission),
            acquirer: institution.to_owned(),
            amount: Some(self.amount),
            rrn: Some(self.rrn.clone()),
            code: Some(if left.is_some() { PARTIAL } else { self.reason }),
            replacement: left,
            operation: self.operation,
            terminal: self.terminal.clone(),
            merchant: self.merchant.clone(),
            original: Some(self.original()),
            ..Telegram::new(mti, stan)
        })
    }
}
