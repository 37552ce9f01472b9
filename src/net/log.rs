//! What is said where nobody observes, and events for `tracing`: numbers and kinds, never content.

use core::fmt::Display;
use core::sync::atomic::{AtomicU64, Ordering};
use std::format;
use std::io::Write;
use std::string::String;

use super::observe::{Event, ForwarderState, Observer};
use crate::read::inspection::Inspection;

/// The observer of whoever names none.
#[derive(Default)]
pub(crate) struct Warnings {
    unreadable: Rare,
    no_response: Rare,
    suspended: Rare,
    turned_away: Rare,
}

impl Observer for Warnings {
    fn unreadable(&self, inspection: &Inspection<'_>) {
        if let (Some(error), Some(times)) = (inspection.error(), self.unreadable.again()) {
            warn(times, "a message that came in cannot be read", &error);
        }
    }

    fn event(&self, event: Event) {
        match event {
            Event::NoResponse(error) => {
                let times = self.no_response.again();
                times.into_iter().for_each(|times| warn(times, "a response was not sent", &error));
            }
            Event::Forwarder(ForwarderState::Suspended(why)) => {
                let times = self.suspended.again();
                times.into_iter().for_each(|times| warn(times, "store and forward is suspended", &why));
            }
            Event::TurnedAway { why, .. } => {
                let times = self.turned_away.again();
                times.into_iter().for_each(|times| warn(times, "a connection was turned away", &why));
            }
            _ => (),
        }
    }
}

/// Says which times of something are worth a line: the first, the tenth, the hundredth ...
#[derive(Default)]
struct Rare(AtomicU64);

impl Rare {
    fn again(&self) -> Option<u64> {
        let times = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        let power = 10_u64.checked_pow(times.ilog10())?;
        (times == power).then_some(times)
    }
}

fn warn(times: u64, what: &str, why: &dyn Display) {
    #[cfg(feature = "tracing")]
    if tracing::dispatcher::has_been_set() {
        return tracing::warn!(target: "cardwire::net", times, %why, "{what}");
    }
    // Standard error may be closed: then there is nobody to tell.
    let _ = writeln!(std::io::stderr(), "{}", line(times, what, why));
}

fn line(times: u64, what: &str, why: &dyn Display) -> String {
    let times = if times > 1 { format!(" ({times} times)") } else { String::new() };
    format!("cardwire: {what}{times}: {why}")
}

/// Ordinary traffic goes to `trace`, so that it costs nothing unless somebody listens to that.
#[cfg(feature = "tracing")]
pub(crate) fn event(event: &Event) {
    match event {
        Event::Responded(waited) => {
            tracing::trace!(target: "cardwire::net", waited_us = u64::try_from(waited.as_micros()).unwrap_or(0), "responded");
        }
        Event::Taken | Event::Polled => tracing::trace!(target: "cardwire::net", ?event),
        Event::Forwarder(ForwarderState::Running) => {
            tracing::info!(target: "cardwire::net", "store and forward is running");
        }
        Event::Up => tracing::info!(target: "cardwire::net", "up"),
        Event::Down(why) if why.is_clean() => tracing::info!(target: "cardwire::net", %why, "down"),
        Event::Down(why) => tracing::warn!(target: "cardwire::net", %why, "down"),
        Event::ConnectFailed(why) => tracing::warn!(target: "cardwire::net", %why, "not connected"),
        other => tracing::warn!(target: "cardwire::net", event = ?other),
    }
}

#[cfg(not(feature = "tracing"))]
pub(crate) const fn event(_: &Event) {}

/// Runs a task of a connection within a span that names the peer.
#[cfg(feature = "tracing")]
pub(crate) fn within<F: Future>(peer: &str, task: F) -> impl Future<Output = F::Output> + use<F> {
    use tracing::Instrument;
    task.instrument(tracing::info_span!(target: "cardwire::net", "connection", peer))
}

#[cfg(not(feature = "tracing"))]
pub(crate) fn within<F: Future>(_: &str, task: F) -> impl Future<Output = F::Output> + use<F> {
    task
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn what_happens_often_is_said_rarely() {
        let rare = Rare::default();
        let said: Vec<_> = (0..12_345).filter_map(|_| rare.again()).collect();
        assert_eq!(said, [1, 10, 100, 1_000, 10_000]);
        assert_eq!(line(1, "it broke", &"why"), "cardwire: it broke: why");
        assert_eq!(line(2, "it broke", &"why"), "cardwire: it broke (2 times): why");
    }
}
