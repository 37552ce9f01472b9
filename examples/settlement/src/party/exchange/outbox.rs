//! Advices that must be taken: the library's store and forward, with the party's own journal as its queue. That an
//! advice is queued, sent, answered or given up is a record of the step in which it happened, durable together with the
//! transactions and the transfers of that step.

use std::time::Duration;

use cardwire::net::saf::{Forwarder, ParkReason, Policy, Queue, Record as Step, SafError};

use crate::clock::Stamp;
use crate::journal::{Party, Record, RecordKind};
use crate::party::{Effects, Timer, Timers};
use crate::telegram::Telegram;

use super::route::Routes;

/// Sent so often without an answer, an advice is a work item until the issuer signs on again.
const ATTEMPTS: u32 = 8;
/// All advices go to the issuer, one after the other.
const ISSUER: u32 = 1;

/// What the journal says of the advices, and the forwarder that goes on from there.
#[derive(Debug)]
pub(in crate::party) enum Outbox {
    /// The history is being read.
    Stored(Journal),
    /// The party has started.
    Running {
        forwarder: Forwarder<Journal>,
        /// The advice that waits for its answer.
        asked: Option<Asked>,
    },
}

/// An advice that went out.
#[derive(Debug)]
pub(in crate::party) struct Asked {
    id: u64,
    at: Stamp,
    via: Party,
}

impl Outbox {
    pub(in crate::party) const fn new() -> Self {
        Self::Stored(Journal { keys: Vec::new(), steps: Vec::new() })
    }

    /// Takes note of a step of the history. What happens from the start on, the forwarder knows.
    pub(in crate::party) fn apply(&mut self, record: &Record) {
        use RecordKind::{AdviceDone, AdviceParked, AdviceQueued, AdviceRetried, AdviceSent};
        let is_step =
            matches!(record.kind, AdviceQueued | AdviceSent | AdviceDone | AdviceParked | AdviceRetried);
        if let Self::Stored(journal) = self
            && is_step
        {
            journal.note(record.kind, record.tx.clone());
        }
    }

    /// Takes up what the history holds: what was in flight will be repeated.
    pub(in crate::party) fn start(&mut self, timers: Timers, seed: u64) -> Result<(), &'static str> {
        let Self::Stored(journal) = std::mem::replace(self, Self::new()) else { return Err("started twice") };
        let policy = Policy::default().capacity(usize::MAX).attempts(ATTEMPTS);
        let policy = policy.waits(timers.issuer, timers.acquirer);
        let mut forwarder = Forwarder::recover(journal, policy, seed)?;
        forwarder.queue_mut().steps.clear();
        *self = Self::Running { forwarder, asked: None };
        Ok(())
    }

    /// The steps since the last time, for the journal.
    pub(in crate::party) fn taken(&mut self) -> Vec<(RecordKind, String)> {
        match self {
            Self::Running { forwarder, .. } => std::mem::take(&mut forwarder.queue_mut().steps),
            Self::Stored(_) => Vec::new(),
        }
    }

    pub(in crate::party) fn put(&mut self, key: &str) -> Result<(), SafError<&'static str>> {
        let Self::Running { forwarder, .. } = self else { return Err(SafError::Closed) };
        forwarder.put(ISSUER, key.as_bytes()).map(|_| ())
    }

    /// Was an advice of this name ever put here?
    pub(in crate::party) fn knows(&self, key: &str) -> bool {
        match self {
            Self::Running { forwarder, .. } => forwarder.queue().id(key).is_some(),
            Self::Stored(journal) => journal.id(key).is_some(),
        }
    }

    /// Sends the advice that is due, as its party writes it, by whichever way is healthy.
    pub(in crate::party) fn forward(
        &mut self,
        routes: &Routes,
        write: impl Fn(&str, bool) -> Option<Telegram>,
        fx: &mut Effects,
    ) {
        let Some(via) = routes.any() else { return };
        let Some((id, name, repeat)) = self.due(via, fx.now) else { return self.look_again(fx) };
        let Some(advice) = write(&name, repeat) else { return };
        routes.send(via, advice, fx);
        fx.after(routes.patience(), Timer::Advice(id, fx.now));
    }

    /// The advice that is due, and whether the other side may have it already.
    fn due(&mut self, via: Party, now: Stamp) -> Option<(u64, String, bool)> {
        let Self::Running { forwarder, asked } = self else { return None };
        let due = forwarder.due(since(now)).ok()??;
        let (id, repeat) = (due.id, due.repeat);
        *asked = Some(Asked { id, at: now, via });
        Some((id, forwarder.queue().key(id)?.to_owned(), repeat))
    }

    /// When an advice is due again. Stamps are whole microseconds, waits are not: rather late than early.
    fn look_again(&self, fx: &mut Effects) {
        let Self::Running { forwarder, .. } = self else { return };
        if let Some(due) = forwarder.next_due() {
            fx.after(due.saturating_sub(since(fx.now)) + Duration::from_micros(1), Timer::Forward);
        }
    }

    /// The other side has it.
    pub(in crate::party) fn acknowledged(&mut self, key: &str) {
        let Self::Running { forwarder, asked } = self else { return };
        let Some(id) = forwarder.queue().id(key) else { return };
        asked.take_if(|asked| asked.id == id);
        // Refused only when it is done already.
        let _ = forwarder.acknowledged(id);
    }

    /// No answer to the advice that was sent then, if it still waits for one.
    pub(in crate::party) fn unanswered(&mut self, id: u64, at: Stamp, fx: &mut Effects) {
        self.give_up(|asked| asked.id == id && asked.at == at, fx);
    }

    /// No answer to whichever waits, if it went by the line that is dead.
    pub(in crate::party) fn line_down(&mut self, via: Party, fx: &mut Effects) {
        self.give_up(|asked| asked.via == via, fx);
    }

    fn give_up(&mut self, is_meant: impl Fn(&Asked) -> bool, fx: &mut Effects) {
        if let Self::Running { forwarder, asked } = self
            && let Some(Asked { id, .. }) = asked.take_if(|asked| is_meant(asked))
        {
            let _ = forwarder.unanswered(since(fx.now), id);
        }
        self.look_again(fx);
    }

    /// The last one did not leave.
    pub(in crate::party) fn not_sent(&mut self, fx: &mut Effects) {
        if let Self::Running { forwarder, asked } = self
            && let Some(Asked { id, .. }) = asked.take()
        {
            let _ = forwarder.not_sent(since(fx.now), id);
        }
        self.look_again(fx);
    }

    /// Is the advice about this sale a work item by now?
    pub(in crate::party) fn is_parked(&self, key: &str) -> bool {
        let Self::Running { forwarder, .. } = self else { return false };
        let about = |name: &str| name.split('=').next() == Some(key);
        forwarder.work_items().any(|item| forwarder.queue().key(item.id).is_some_and(about))
    }

    /// Tries the work items once more.
    pub(in crate::party) fn retry(&mut self, now: Stamp) {
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
pub(in crate::party) struct Journal {
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

#[cfg(test)]
mod tests {
    use super::*;
    use RecordKind::{AdviceDone, AdviceParked, AdviceQueued, AdviceRetried, AdviceSent, SaleSent};

    /// What a history leaves to be sent at once, and whether the issuer may have it already.
    #[test]
    fn a_start_goes_on_where_the_history_ends() {
        let histories: [(&[RecordKind], Option<bool>); 7] = [
            (&[SaleSent], None),
            (&[AdviceQueued], Some(false)),
            (&[AdviceQueued, AdviceSent], Some(true)),
            (&[AdviceQueued, AdviceSent, AdviceSent], Some(true)),
            (&[AdviceQueued, AdviceSent, AdviceDone], None),
            (&[AdviceQueued, AdviceSent, AdviceParked], None),
            (&[AdviceQueued, AdviceSent, AdviceParked, AdviceRetried], Some(true)),
        ];
        for (kinds, repeat) in histories {
            let mut outbox = Outbox::new();
            for kind in kinds {
                outbox.apply(&Record { tx: "a".to_owned(), ..Record::new(Stamp(0), *kind) });
            }
            assert_eq!(outbox.knows("a"), kinds[0] == AdviceQueued, "{kinds:?}");
            outbox.start(Timers::from_base(Duration::from_secs(1)), 1).unwrap();
            assert!(outbox.taken().is_empty(), "{kinds:?}: the history has its steps");
            let due = outbox.due(Party::Issuer, Stamp(3_600_000_000)).map(|(_, name, repeat)| (name, repeat));
            assert_eq!(due, repeat.map(|repeat| ("a".to_owned(), repeat)), "{kinds:?}");
        }
    }
}
