//! Events for `tracing`: numbers and kinds, never content. Without the feature, nothing.

use crate::net::observe::Event;

/// What is ordinary traffic goes to `trace`, so that it costs nothing unless it is asked for.
#[cfg(feature = "tracing")]
pub(crate) fn event(event: Event) {
    match event {
        Event::Answered(waited) => {
            tracing::trace!(target: "cardwire::net", waited_us = u64::try_from(waited.as_micros()).unwrap_or(0), "answered");
        }
        Event::Taken | Event::Polled => tracing::trace!(target: "cardwire::net", ?event),
        Event::Up => tracing::info!(target: "cardwire::net", "up"),
        Event::Down(why) if why.is_clean() => tracing::info!(target: "cardwire::net", %why, "down"),
        Event::Down(why) => tracing::warn!(target: "cardwire::net", %why, "down"),
        other => tracing::warn!(target: "cardwire::net", event = ?other),
    }
}

#[cfg(not(feature = "tracing"))]
pub(crate) const fn event(_: Event) {}

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
