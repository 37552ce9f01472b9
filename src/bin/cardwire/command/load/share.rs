//! What one thread does of a load: its connections, and the requests on them.

use std::iter;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use cardwire::net::{Client, Received};
use cardwire::{Builder, Message, Spec, Template, de};
use tokio::sync::oneshot;

use super::messages::Messages;
use crate::chart::Timeline;
use crate::failure::{Failure, Outcome};
use crate::keys::{self, Keys, Turn};
use crate::latency::Latency;
use crate::link::LinkArgs;

/// What the threads share.
pub(super) struct Run {
    pub(super) spec: &'static Spec<'static>,
    pub(super) keys: Option<&'static Keys>,
    pub(super) messages: Messages,
    pub(super) start: Instant,
    pub(super) end: Instant,
    pub(super) count: u64,
    pub(super) rate: Option<u32>,
    pub(super) timeout: Duration,
    pub(super) taken: AtomicU64,
    pub(super) answered: AtomicU64,
    pub(super) lost: AtomicU64,
    /// Response times over time, where they are to be drawn.
    pub(super) timeline: Option<Mutex<Timeline>>,
    /// The first error, to be shown.
    pub(super) error: Mutex<Option<String>>,
}

/// The share of one thread: so many connections, and so many requests in flight on each.
pub(super) struct Share {
    pub(super) connections: usize,
    pub(super) window: u16,
}

impl Share {
    /// Connects, says so, and sends requests from when the run starts until it is over; gives the times of their
    /// responses, and when the last of them was there.
    pub(super) async fn drive(
        &self,
        (link, address): (&LinkArgs, &str),
        spec: &'static Spec<'static>,
        connected: Sender<()>,
        started: oneshot::Receiver<Arc<Run>>,
    ) -> Outcome<(Latency, Instant)> {
        let mut clients = Vec::new();
        for _ in 0..self.connections {
            clients.push(link.connect(address, spec).await?);
        }
        let _ = connected.send(());
        drop(connected);
        // it never starts when another thread has no connection
        let Ok(run) = started.await else { return Ok((Latency::new(), Instant::now())) };
        let times = Arc::new(Mutex::new(Latency::new()));
        let in_flight = clients.iter().flat_map(|client| iter::repeat_n(client, self.window.into()));
        let workers: Vec<_> = in_flight
            .map(|client| tokio::spawn(work(Arc::clone(&run), Arc::clone(&times), client.clone())))
            .collect();
        for worker in workers {
            worker.await.map_err(|_| Failure::data("a worker stopped"))?;
        }
        let end = Instant::now();
        for client in clients {
            client.shutdown(Duration::from_secs(1)).await;
        }
        let mut times = times.lock().unwrap_or_else(PoisonError::into_inner);
        Ok((std::mem::replace(&mut times, Latency::new()), end))
    }
}

/// Sends one request after the other until the run is over.
async fn work(run: Arc<Run>, times: Arc<Mutex<Latency>>, client: Client) {
    loop {
        let ticket = run.taken.fetch_add(1, Ordering::Relaxed);
        let due = match run.rate {
            Some(rate) => run.start + Duration::from_secs(ticket) / rate,
            None => Instant::now(),
        };
        if ticket >= run.count || due >= run.end || Instant::now() >= run.end {
            return;
        }
        // even a sleep of no time lasts until the next tick of the timer
        if due > Instant::now() {
            tokio::time::sleep_until(due.into()).await;
        }
        let result = match run.request(ticket) {
            Ok(wire) => {
                let response = client.request(&wire, run.timeout).await.map_err(|error| error.to_string());
                response.and_then(|response| run.verified(&wire, &response))
            }
            Err(error) => Err(error),
        };
        match result {
            Ok(()) => {
                run.answered.fetch_add(1, Ordering::Relaxed);
                let (at, time) = (run.start.elapsed(), due.elapsed());
                times.lock().unwrap_or_else(PoisonError::into_inner).record(time);
                run.over_time(|timeline| timeline.record(at, time));
            }
            Err(error) => {
                run.lost.fetch_add(1, Ordering::Relaxed);
                run.over_time(|timeline| timeline.lose(run.start.elapsed()));
                run.error.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
            }
        }
    }
}

impl Run {
    pub(super) fn over_time(&self, note: impl FnOnce(&mut Timeline)) {
        if let Some(timeline) = &self.timeline {
            note(&mut timeline.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }

    /// How far it is.
    pub(super) fn bar(&self) -> String {
        let lost = self.lost.load(Ordering::Relaxed);
        let done = self.answered.load(Ordering::Relaxed) + lost;
        let by_count = done * 100 / self.count.max(1);
        let time = self.start.elapsed().as_millis() * 100 / (self.end - self.start).as_millis().max(1);
        let percent =
            usize::try_from(by_count.max(u64::try_from(time).unwrap_or(100)).min(100)).unwrap_or(100);
        let bar = "#".repeat(percent / 2);
        format!("[{bar:<50}] {percent:>3}%  {done} done, {lost} lost ")
    }

    /// A response with a wrong MAC is none.
    fn verified(&self, request: &[u8], response: &Received) -> Result<(), String> {
        let Some(keys) = self.keys else { return Ok(()) };
        let request = Message::parse(self.spec, request).ok();
        let faults = keys.faults(&response.message(), request.as_ref());
        faults.into_iter().next().map_or(Ok(()), |(_, text)| Err(format!("the response: {text}")))
    }

    /// The message of a ticket, with a STAN of its own, and signed where there are keys.
    fn request(&self, ticket: u64) -> Result<Vec<u8>, String> {
        let message = self.messages.of_ticket(ticket);
        let said = |error: cardwire::Error| error.to_string();
        let (mut wire, stan) = (message.to_vec(), ticket % 999_999 + 1);
        let mut patched = Template::of(self.spec, &mut wire).map_err(said)?;
        if patched.patch(de::STAN, stan).is_err() {
            // it has none, or one of another length
            let message = Message::parse(self.spec, message).map_err(said)?;
            wire = Builder::copy_of(&message, self.spec).set(de::STAN, stan).to_vec().map_err(said)?;
        }
        keys::sign(Turn::Own, self.keys, self.spec, wire)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cardwire::spec::ISO87_ASCII;

    /// A run of so many requests that began some time ago.
    fn run(count: u64, answered: u64, lost: u64, past: Duration, whole: Duration) -> Run {
        let start = Instant::now().checked_sub(past).expect("a machine that runs for a while");
        Run {
            spec: &ISO87_ASCII,
            keys: None,
            messages: Messages::of(Vec::new()),
            start,
            end: start + whole,
            count,
            rate: None,
            timeout: Duration::from_secs(1),
            taken: AtomicU64::new(0),
            answered: AtomicU64::new(answered),
            lost: AtomicU64::new(lost),
            timeline: None,
            error: Mutex::new(None),
        }
    }

    /// By count or by time, whichever is further; an hour more or less does not depend on a busy machine.
    #[test]
    fn a_bar_says_how_far_it_is() {
        let hours = |hours: u64| Duration::from_secs(3600 * hours);
        for (count, answered, lost, past, whole, filled, end) in [
            (200, 0, 0, 0, 1000, 0, "  0%  0 done, 0 lost "),
            (200, 43, 7, 0, 1000, 12, " 25%  50 done, 7 lost "),
            (200, 150, 50, 0, 1000, 50, "100%  200 done, 50 lost "),
            (200, 300, 0, 0, 1000, 50, "100%  300 done, 0 lost "),
            (1_000_000, 1, 0, 1, 2, 25, " 50%  1 done, 0 lost "),
            (0, 0, 0, 0, 1000, 0, "  0%  0 done, 0 lost "),
        ] {
            let bar = run(count, answered, lost, hours(past), hours(whole)).bar();
            let wanted = format!("[{:<50}] {end}", "#".repeat(filled));
            assert_eq!(bar, wanted);
        }
    }
}
