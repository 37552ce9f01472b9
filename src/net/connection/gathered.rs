//! When the writer is let in: after half a window of requests, so that neither end waits for the other.

use core::future::poll_fn;
use core::sync::atomic::{AtomicUsize, Ordering};
use core::task::Poll;

use tokio::sync::Notify;
use tokio::sync::futures::Notified;

/// The requests that were put into the outbox since the writer took what waited, or was let in.
pub(crate) struct Gathered {
    count: AtomicUsize,
    /// So many are a batch: whoever waits for a response lets the writer in before that.
    pub(crate) full: usize,
    /// Asks the pacer for a turn.
    asked: Notify,
    /// Lets the writer in.
    turn: Notify,
}

/// Smaller batches cost more writes than they save time; larger ones gain nothing.
const SMALLEST_BATCH: usize = 16;
const LARGEST_BATCH: usize = 256;

impl Gathered {
    /// Of a connection with this window.
    pub(crate) fn of(window: usize) -> Self {
        let full = (window / 2).clamp(SMALLEST_BATCH, LARGEST_BATCH);
        Self { count: AtomicUsize::new(0), full, asked: Notify::new(), turn: Notify::new() }
    }

    /// Notes that one more request waits to be written; whether that makes a batch. To be called by who has the outbox
    /// alone. Who looks for a batch meanwhile may find one twice, which lets the writer in once more.
    pub(crate) fn add(&self) -> bool {
        let count = self.count.load(Ordering::Relaxed) + 1;
        self.count.store(count, Ordering::Relaxed);
        count == self.full
    }

    /// Notes that none waits any more. To be called likewise.
    pub(crate) fn clear(&self) {
        self.count.store(0, Ordering::Relaxed);
    }

    /// Whether a batch has gathered, so that the writer is to be let in; says so once. With half the window on
    /// its way while the other half is made, no end of the connection waits for the other.
    pub(crate) fn is_batch(&self) -> bool {
        self.count.load(Ordering::Relaxed) >= self.full && self.count.swap(0, Ordering::Relaxed) >= self.full
    }

    /// The next time that the writer is let in.
    pub(crate) fn next_turn(&self) -> Notified<'_> {
        self.turn.notified()
    }

    /// Asks that the writer be let in when the others that are ready have gone first.
    pub(crate) fn ask_for_turn(&self) {
        self.asked.notify_one();
    }

    /// Lets the writer in, next of all where the runtime has that who was woken last goes first.
    pub(crate) fn let_writer_in(&self) {
        self.turn.notify_waiters();
    }

    /// Lets the writer in after the others, as often as it asks. This steps back in its place, so that a batch can let it
    /// in before that.
    pub(crate) async fn keep_pace(&self) {
        loop {
            self.asked.notified().await;
            let_others_go_first().await;
            self.let_writer_in();
        }
    }
}

/// Lets the tasks that are ready now go first. `yield_now` of tokio also waits until the runtime has looked for
/// octets that came in, by when those who were let go first may have made a second batch.
async fn let_others_go_first() {
    let mut is_back = false;
    poll_fn(|context| {
        if !core::mem::replace(&mut is_back, true) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(())
    })
    .await;
}
