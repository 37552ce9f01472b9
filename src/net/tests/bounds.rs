//! Bounds that no other test reaches.

use core::convert::Infallible;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::SeqCst;

use super::*;
use crate::net::saf::{Forwarder, MemoryQueue, Policy, Queue, Record, SafError};
use crate::net::{ForwarderState, NotSent};
use tokio::time::sleep;

/// As many octets wait as are allowed, and callers wait for room until their time is over.
#[tokio::test(start_paused = true)]
async fn callers_wait_while_the_outbox_is_full() {
    let mut bench = Bench::with(64, Hooks::NONE, |settings| {
        settings.outbox_bytes = 300;
        settings.write_timeout = SECOND * 600;
    });
    sleep(SECOND).await;
    let first: Vec<_> = (0..40).map(|stan| bench.request(request(stan), 60 * SECOND)).collect();
    sleep(SECOND).await;
    let waiting = bench.peer.state.lock().outbox.frames().len();
    assert!((300..300 + 100).contains(&waiting), "{waiting} octets: one frame may go beyond the bound");
    assert!(bench.peer.in_flight() < 12);
    let error = bench.peer.request(request(99), SECOND).await.unwrap_err();
    assert!(matches!(error, SendError::NotSent(NotSent::NoRoom)), "{error}");
    assert_eq!(bench.peer.notify(request(98)), Err(NotSent::NoRoom), "who does not wait is told at once");
    // and whoever waited has its turn
    // responses are read meanwhile: the far end does not have to take all requests before it responds
    for _ in 0..40 {
        let seen = bench.host.next().await;
        bench.host.send(&response_to(&seen)).await;
    }
    for sent in first {
        sent.await.unwrap().unwrap();
    }
}

/// A queue that counts what one commit keeps.
#[derive(Default)]
struct Measured {
    inner: MemoryQueue,
    now: usize,
    most: Arc<AtomicUsize>,
}

impl Queue for Measured {
    type Error = Infallible;

    fn append(&mut self, record: Record<'_>) -> Result<(), Infallible> {
        self.now += usize::from(matches!(record, Record::Queued { .. }));
        self.inner.append(record)
    }

    fn commit(&mut self) -> Result<(), Infallible> {
        self.most.fetch_max(core::mem::take(&mut self.now), SeqCst);
        std::thread::sleep(Duration::from_millis(20));
        Ok(())
    }

    fn replay(&mut self, each: &mut dyn FnMut(Record<'_>)) -> Result<(), Infallible> {
        self.inner.replay(each)
    }

    fn rewrite(&mut self, records: &mut dyn Iterator<Item = Record<'_>>) -> Result<(), Infallible> {
        self.inner.rewrite(records)
    }
}

#[tokio::test]
async fn no_commit_is_larger_than_allowed_and_no_queue_holds_more() {
    let queue = Measured::default();
    let most = Arc::clone(&queue.most);
    let state = State::new(Settings { observer: Arc::new(()), ..Settings::default() }, Arc::default());
    let policy = Policy::default().capacity(4_000);
    let handle = Forwarder::recover(queue, policy, 1).unwrap().run(&Peer { state });
    let puts: Vec<_> = (0..5_000)
        .map(|_| {
            let handle = handle.clone();
            tokio::spawn(async move { handle.put(1, b"0420").await })
        })
        .collect();
    let mut full = 0;
    for put in puts {
        match put.await.unwrap() {
            Ok(_) => (),
            Err(SafError::Full) => full += 1,
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!((most.load(SeqCst), full), (1_024, 1_000));
    assert_eq!((handle.held().await, handle.state()), (Ok(4_000), ForwarderState::Running));
}
