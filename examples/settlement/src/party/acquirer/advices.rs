//! The acquirer's reversal advices: the library's store and forward, with the acquirer's own journal
//! as its queue. That an advice is queued, sent, answered or given up is a record of the step in
//! which it happened, durable together with the sale and the transfers of that step.

use std::time::Duration;

use cardwire::net::saf::{Forwarder, ParkReason, Policy, Queue, Record as Step, SafError};

use super::Acquirer;
use super::item::{Sale, State};
use crate::clock::Stamp;
use crate::journal::{Party, Record, RecordKind};
use crate::money::Money;
use crate::party::{Effects, Outcome, Timer, Timers};
use crate::telegram::{Code, Mti, Telegram};

/// Reversal reason: the answer came too late, or never.
pub(super) const TOO_LATE: Code = Code::of(b"68");
/// Reversal reason: the merchant took it back for its customer.
pub(super) const CUSTOMER: Code = Code::of(b"17");
/// Reversal reason: a part of it is taken back.
pub(super) const PARTIAL: Code = Code::of(b"32");
/// Codes after which nothing is left to do: done, not found, nothing to undo, another amount than what is held.
const FINAL: [&str; 4] = ["00", "25", "21", "64"];
/// Sent so often without an answer, an advice is a work item until the issuer signs on again.
const ATTEMPTS: u32 = 8;
/// All advices go to the issuer, one after the other.
const ISSUER: u32 = 1;

/// What the journal says of the advices, and the forwarder that goes on from there.
#[derive(Debug)]
pub(super) enum Advices {
    /// The history is being read.
    Stored(Journal),
    /// The party has started.
    Running {
        forwarder: Forwarder<Journal>,
        /// The advice that waits for its answer, and since when.
        asked: Option<(u64, Stamp)>,
    },
}

impl Advices {
    pub(super) const fn new() -> Self {
        Self::Stored(Journal { keys: Vec::new(), steps: Vec::new() })
    }

    /// Takes note of a step of the history. What happens from the start on, the forwarder knows.
    pub(super) fn apply(&mut self, record: &Record) {
        if let Self::Stored(journal) = self {
            journal.note(record.kind, record.tx.clone());
        }
    }

    /// Takes up what the history holds: what was in flight will be repeated.
    pub(super) fn start(&mut self, timers: Timers, seed: u64) -> Result<(), &'static str> {
        let Self::Stored(journal) = std::mem::replace(self, Self::new()) else { return Err("started twice") };
        let policy = Policy::default().capacity(usize::MAX).attempts(ATTEMPTS);
        let policy = policy.waits(timers.issuer, timers.acquirer);
        let mut forwarder = Forwarder::recover(journal, policy, seed)?;
        forwarder.queue_mut().steps.clear();
        *self = Self::Running { forwarder, asked: None };
        Ok(())
    }

    /// The steps since the last time, for the journal.
    pub(super) fn taken(&mut self) -> Vec<(RecordKind, String)> {
        match self {
            Self::Running { forwarder, .. } => std::mem::take(&mut forwarder.queue_mut().steps),
            Self::Stored(_) => Vec::new(),
        }
    }

    fn put(&mut self, key: &str) -> Result<(), SafError<&'static str>> {
        let Self::Running { forwarder, .. } = self else { return Err(SafError::Closed) };
        forwarder.put(ISSUER, key.as_bytes()).map(|_| ())
    }

    /// The sale whose advice is due, and whether the issuer may have it already.
    fn due(&mut self, now: Stamp) -> Option<(u64, String, bool)> {
        let Self::Running { forwarder, asked } = self else { return None };
        let due = forwarder.due(since(now)).ok()??;
        let (id, repeat) = (due.id, due.repeat);
        *asked = Some((id, now));
        Some((id, forwarder.queue().key(id)?.to_owned(), repeat))
    }

    /// When an advice is due again. Stamps are whole microseconds, waits are not: rather late than early.
    fn next(&self, now: Stamp) -> Option<Duration> {
        let Self::Running { forwarder, .. } = self else { return None };
        Some(forwarder.next_due()?.saturating_sub(since(now)) + Duration::from_micros(1))
    }

    fn acknowledged(&mut self, key: &str) {
        let Self::Running { forwarder, asked } = self else { return };
        let Some(id) = forwarder.queue().id(key) else { return };
        asked.take_if(|(asked, _)| *asked == id);
        // Refused only when it is done already.
        let _ = forwarder.acknowledged(id);
    }

    /// No answer, if it still waits for the one it was asked for then.
    fn unanswered(&mut self, now: Stamp, about: Option<(u64, Stamp)>) {
        let Self::Running { forwarder, asked } = self else { return };
        if let Some((id, _)) = asked.take_if(|asked| about.is_none_or(|about| about == *asked)) {
            let _ = forwarder.unanswered(since(now), id);
        }
    }

    fn not_sent(&mut self, now: Stamp) {
        let Self::Running { forwarder, asked } = self else { return };
        if let Some((id, _)) = asked.take() {
            let _ = forwarder.not_sent(since(now), id);
        }
    }

    /// Is the advice about this sale a work item by now?
    pub(super) fn is_parked(&self, key: &str) -> bool {
        let Self::Running { forwarder, .. } = self else { return false };
        let about = |name: &str| name.split('=').next() == Some(key);
        forwarder.work_items().any(|item| forwarder.queue().key(item.id).is_some_and(about))
    }

    /// Tries the work items once more.
    fn retry(&mut self, now: Stamp) {
        let Self::Running { forwarder, .. } = self else { return };
        let items: Vec<_> = forwarder.work_items().map(|item| item.id).collect();
        for id in items {
            let _ = forwarder.retry(since(now), id);
        }
    }
}

/// The forwarder's clock.
const fn since(now: Stamp) -> Duration {
    Duration::from_micros(now.0)
}

/// The advices as the journal knows them, by name. Each name is queued once.
#[derive(Debug, Default)]
pub(super) struct Journal {
    /// The keys; the number of an advice is its place, from 1.
    keys: Vec<String>,
    steps: Vec<(RecordKind, String)>,
}

impl Journal {
    fn note(&mut self, kind: RecordKind, key: String) {
        if kind == RecordKind::AdviceQueued {
            self.keys.push(key.clone());
        }
        self.steps.push((kind, key));
    }

    fn id(&self, key: &str) -> Option<u64> {
        (1..).zip(&self.keys).find(|(_, known)| *known == key).map(|(id, _)| id)
    }

    fn key(&self, id: u64) -> Option<&str> {
        self.keys.get(usize::try_from(id.checked_sub(1)?).ok()?).map(String::as_str)
    }
}

impl Queue for Journal {
    type Error = &'static str;

    fn append(&mut self, step: Step<'_>) -> Result<(), Self::Error> {
        let (kind, id) = match step {
            Step::Queued { octets, .. } => {
                let key = str::from_utf8(octets).map_err(|_| "an advice is named by the key of its sale")?;
                self.note(RecordKind::AdviceQueued, key.to_owned());
                return Ok(());
            }
            Step::Sent { id } => (RecordKind::AdviceSent, id),
            Step::Done { id } => (RecordKind::AdviceDone, id),
            Step::Parked { id, why: ParkReason::Unanswered } => (RecordKind::AdviceParked, id),
            Step::Retried { id } => (RecordKind::AdviceRetried, id),
            _ => return Err("the journal has no word for this step"),
        };
        let key = self.key(id).ok_or("no such advice")?.to_owned();
        self.note(kind, key);
        Ok(())
    }

    /// [`Node::handle`](crate::node::Node::handle) keeps the records of a step before anything leaves.
    fn commit(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }

    fn replay(&mut self, each: &mut dyn FnMut(Step<'_>)) -> Result<(), Self::Error> {
        for (kind, key) in &self.steps {
            let id = self.id(key).ok_or("a step of an advice that was not queued")?;
            each(match kind {
                RecordKind::AdviceQueued => Step::Queued { id, destination: ISSUER, octets: key.as_bytes() },
                RecordKind::AdviceSent => Step::Sent { id },
                RecordKind::AdviceDone => Step::Done { id },
                RecordKind::AdviceParked => Step::Parked { id, why: ParkReason::Unanswered },
                RecordKind::AdviceRetried => Step::Retried { id },
                _ => continue,
            });
        }
        Ok(())
    }

    fn rewrite(&mut self, _: &mut dyn Iterator<Item = Step<'_>>) -> Result<(), Self::Error> {
        Err("a journal is never rewritten")
    }
}

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

    /// Sends the advice that is due.
    pub(super) fn forward(&mut self, fx: &mut Effects) {
        if !self.host_in_service {
            return;
        }
        let Some((id, name, repeat)) = self.advices.due(fx.now) else { return self.look_again(fx) };
        let (key, left) = name.split_once('=').map_or((name.as_str(), None), |(key, left)| (key, Some(left)));
        let left = left.and_then(|units| units.parse().ok()).map(Money::minor);
        let Some(advice) = self.sales.get(key).and_then(|sale| self.advice(sale, left, repeat)) else {
            return;
        };
        fx.send(Party::Issuer, advice);
        fx.after(self.config.timers.acquirer, Timer::Advice(id, fx.now));
    }

    /// DE90 says which sale is meant. The card number is not repeated: the acquirer does not keep it.
    /// A repeat differs in its MTI and in nothing else.
    fn advice(&self, sale: &Sale, left: Option<Money>, repeat: bool) -> Option<Telegram> {
        let names = if left.is_some() { &sale.reducing } else { &sale.reversal };
        let (stan, transmission) = names.clone()?;
        let mti = if repeat { Mti::REVERSAL_REPEAT } else { Mti::REVERSAL_ADVICE };
        Some(Telegram {
            local: Some(transmission.clone()),
            transmission: Some(transmission),
            acquirer: self.config.institution.clone(),
            amount: Some(sale.amount),
            rrn: Some(sale.rrn.clone()),
            code: Some(if left.is_some() { PARTIAL } else { sale.reason }),
            replacement: left,
            operation: sale.operation,
            terminal: sale.terminal.clone(),
            merchant: sale.merchant.clone(),
            original: Some(sale.original()),
            ..Telegram::new(mti, stan)
        })
    }

    /// To either of the two advices that a sale can have under way. 00: the issuer undid it. 25 and 21: there was nothing to undo. Anything else is no final answer.
    pub(super) fn reversal_answered(&mut self, answer: &Telegram, fx: &mut Effects) {
        let is = |names: &Option<(u64, String)>| names.as_ref().is_some_and(|(stan, _)| *stan == answer.stan);
        let Some(code) = answer.code.filter(|code| FINAL.contains(&code.as_str())) else { return };
        let reduced = self.sales.iter().find(|(_, sale)| is(&sale.reducing));
        if let Some((key, sale)) = reduced {
            self.reduction_answered(key, sale, answer, fx);
            self.advices.acknowledged(&format!("{key}={}", sale.amount.units()));
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

    /// No answer: to the advice that was sent then, or to whichever waits, since the line is dead.
    pub(super) fn advice_unanswered(&mut self, about: Option<(u64, Stamp)>, fx: &mut Effects) {
        self.advices.unanswered(fx.now, about);
        self.look_again(fx);
    }

    pub(super) fn advice_not_sent(&mut self, fx: &mut Effects) {
        self.advices.not_sent(fx.now);
        self.look_again(fx);
    }

    /// The issuer can be reached again.
    pub(super) fn resume(&mut self, fx: &mut Effects) {
        self.advices.retry(fx.now);
        self.forward(fx);
    }

    fn look_again(&self, fx: &mut Effects) {
        if let Some(wait) = self.advices.next(fx.now) {
            fx.after(wait, Timer::Forward);
        }
    }
}
