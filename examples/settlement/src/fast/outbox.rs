//! Reversal advices of the fast path: the library's store and forward, of which the queue is the party's own journal,
//! as it is of the model (`party/acquirer/advices.rs`).

use std::time::Duration;

use cardwire::net::saf::{Forwarder, ParkReason, Policy, Queue, Record as Step};

use super::event::{Event, Kind};
use crate::clock::Stamp;
use crate::party::Timers;

/// Sent so often without a response, an advice is a work item until the issuer signs on again.
const ATTEMPTS: u32 = 8;
/// All advices go to the issuer, one after the other.
const ISSUER: u32 = 1;

/// The advices: as the history has them until the party starts, and from then on as they are sent.
pub(super) struct Outbox {
    forwarder: Option<Forwarder<Steps>>,
    history: Steps,
    /// The sale of each advice, by its number less one.
    sales: Vec<u32>,
    /// The advice that waits for its response, and since when.
    asked: Option<(u64, Stamp)>,
}

/// Steps that were taken.
#[derive(Debug, Default)]
struct Steps(Vec<(Kind, u64)>);

impl Outbox {
    pub(super) const fn new() -> Self {
        Self { forwarder: None, history: Steps(Vec::new()), sales: Vec::new(), asked: None }
    }

    /// Takes note of a step: of the history, or of one that was just taken.
    pub(super) fn apply(&mut self, event: &Event<'_>) {
        if event.kind == Kind::AdviceQueued {
            self.sales.push(u32::try_from(event.of).unwrap_or(u32::MAX));
        }
        if self.forwarder.is_none() {
            let id = u64::try_from(self.sales.len()).unwrap_or_default();
            self.history.0.push((event.kind, if event.kind == Kind::AdviceQueued { id } else { event.of }));
        }
    }

    pub(super) fn start(&mut self, timers: Timers, seed: u64) {
        let policy = Policy::default().capacity(usize::MAX).attempts(ATTEMPTS);
        let policy = policy.waits(timers.issuer, timers.acquirer);
        let mut forwarder = Forwarder::recover(std::mem::take(&mut self.history), policy, seed).ok();
        forwarder.iter_mut().for_each(|forwarder| forwarder.queue_mut().0.clear());
        self.forwarder = forwarder;
    }

    /// The steps since the last time, as events: what is queued is named by its sale.
    pub(super) fn taken(&mut self) -> Vec<(Kind, u64)> {
        self.forwarder.as_mut().map(|it| std::mem::take(&mut it.queue_mut().0)).unwrap_or_default()
    }

    pub(super) fn put(&mut self, sale: u32) {
        // A queue in memory takes everything.
        let _ = self.forwarder.as_mut().map(|it| it.put(ISSUER, &sale.to_be_bytes()));
    }

    /// The sale whose advice is due, its number, and whether the issuer may have it already.
    pub(super) fn due(&mut self, now: Stamp) -> Option<(u64, u32, bool)> {
        let due = self.forwarder.as_mut()?.due(since(now)).ok()??;
        let (id, repeat) = (due.id, due.repeat);
        let sale = *self.sales.get(usize::try_from(id.checked_sub(1)?).ok()?)?;
        self.asked = Some((id, now));
        Some((id, sale, repeat))
    }

    /// When an advice is due again. Stamps are whole microseconds, waits are not: rather late than early.
    pub(super) fn next(&self, now: Stamp) -> Option<Duration> {
        Some(self.forwarder.as_ref()?.next_due()?.saturating_sub(since(now)) + Duration::from_micros(1))
    }

    pub(super) fn acknowledged(&mut self, sale: u32) {
        let Some(place) = self.sales.iter().rposition(|of| *of == sale) else { return };
        let id = u64::try_from(place).unwrap_or_default() + 1;
        self.asked.take_if(|(asked, _)| *asked == id);
        // Refused only when it is done already.
        let _ = self.forwarder.as_mut().map(|it| it.acknowledged(id));
    }

    /// No response, if it still waits for the one that it was asked for then.
    pub(super) fn unanswered(&mut self, now: Stamp, about: Option<(u64, Stamp)>) {
        if let Some((id, _)) = self.asked.take_if(|asked| about.is_none_or(|about| about == *asked)) {
            let _ = self.forwarder.as_mut().map(|it| it.unanswered(since(now), id));
        }
    }

    /// Tries the work items once more.
    pub(super) fn retry(&mut self, now: Stamp) {
        let Some(forwarder) = &mut self.forwarder else { return };
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

impl Queue for Steps {
    type Error = &'static str;

    fn append(&mut self, step: Step<'_>) -> Result<(), Self::Error> {
        self.0.push(match step {
            Step::Queued { octets, .. } => {
                let sale = octets.try_into().map(u32::from_be_bytes).map_err(|_| "named by its sale")?;
                (Kind::AdviceQueued, u64::from(sale))
            }
            Step::Sent { id } => (Kind::AdviceSent, id),
            Step::Done { id } => (Kind::AdviceDone, id),
            Step::Parked { id, why: ParkReason::Unanswered } => (Kind::AdviceParked, id),
            Step::Retried { id } => (Kind::AdviceRetried, id),
            _ => return Err("the journal has no word for this step"),
        });
        Ok(())
    }

    /// The page is kept before anything leaves.
    fn commit(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }

    fn replay(&mut self, each: &mut dyn FnMut(Step<'_>)) -> Result<(), Self::Error> {
        for (kind, id) in &self.0 {
            let id = *id;
            each(match kind {
                Kind::AdviceQueued => Step::Queued { id, destination: ISSUER, octets: &[] },
                Kind::AdviceSent => Step::Sent { id },
                Kind::AdviceDone => Step::Done { id },
                Kind::AdviceParked => Step::Parked { id, why: ParkReason::Unanswered },
                Kind::AdviceRetried => Step::Retried { id },
                _ => continue,
            });
        }
        Ok(())
    }

    fn rewrite(&mut self, _: &mut dyn Iterator<Item = Step<'_>>) -> Result<(), Self::Error> {
        Err("a journal is never rewritten")
    }
}
