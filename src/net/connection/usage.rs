//! How a connection is used by its peer: what has come in, when, and what of it has been looked at.

use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use core::time::Duration;

use tokio::time::Instant;

/// What is known of the peer of one connection.
pub(crate) struct Usage {
    start: Instant,
    /// When octets last came in, in milliseconds since `start`.
    heard: AtomicU64,
    /// When octets last came in or went out, likewise.
    used: AtomicU64,
    /// Whether the reader may hold octets that it has not dealt with.
    in_hand: AtomicBool,
    /// Whether a message has come in.
    spoken: AtomicBool,
    /// Whether a frame has come in that holds no message.
    spoilt: AtomicBool,
}

impl Usage {
    pub(crate) fn new() -> Self {
        Self {
            start: Instant::now(),
            heard: AtomicU64::new(0),
            used: AtomicU64::new(0),
            in_hand: AtomicBool::new(false),
            spoken: AtomicBool::new(false),
            spoilt: AtomicBool::new(false),
        }
    }

    /// Begins with another connection.
    pub(crate) fn begin(&self) {
        for said in [&self.in_hand, &self.spoken, &self.spoilt] {
            said.store(false, Ordering::SeqCst);
        }
        self.hear();
    }

    /// Notes that octets came in.
    pub(crate) fn hear(&self) {
        self.heard.store(self.millis(), Ordering::Relaxed);
        self.write();
    }

    /// Notes that octets went out.
    pub(crate) fn write(&self) {
        self.used.store(self.millis(), Ordering::Relaxed);
    }

    /// How long nothing has come in.
    pub(crate) fn silence(&self) -> Duration {
        self.since(&self.heard)
    }

    /// How long nothing has come in or gone out.
    pub(crate) fn disuse(&self) -> Duration {
        self.since(&self.used)
    }

    /// Notes that the reader is about to take octets, or that there were none.
    pub(crate) fn set_in_hand(&self, in_hand: bool) {
        self.in_hand.store(in_hand, Ordering::SeqCst);
    }

    pub(crate) fn is_in_hand(&self) -> bool {
        self.in_hand.load(Ordering::SeqCst)
    }

    /// Notes that a message came in.
    pub(crate) fn has_message(&self) {
        self.spoken.store(true, Ordering::Relaxed);
    }

    pub(crate) fn has_spoken(&self) -> bool {
        self.spoken.load(Ordering::Relaxed)
    }

    /// Notes that a frame came in that holds no message.
    pub(crate) fn has_noise(&self) {
        self.spoilt.store(true, Ordering::Relaxed);
    }

    /// Whether frames have come in, and no message.
    pub(crate) fn is_noise(&self) -> bool {
        self.spoilt.load(Ordering::Relaxed) && !self.has_spoken()
    }

    fn millis(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn since(&self, moment: &AtomicU64) -> Duration {
        self.start.elapsed().saturating_sub(Duration::from_millis(moment.load(Ordering::Relaxed)))
    }
}
