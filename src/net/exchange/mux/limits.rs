//! How much a table of requests holds.

use core::time::Duration;

/// How much a [`Mux`](super::Mux) holds.
///
/// ```
/// use cardwire::net::mux::Limits;
/// let limits = Limits::default().window(64).reuse_completed(true);
/// assert_eq!((limits.window, limits.memory), (64, 4096));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// How many requests may be in flight.
    pub window: usize,
    /// How many keys of completed and expired requests are remembered.
    pub memory: usize,
    /// How long they are remembered.
    pub remember: Duration,
    /// Whether a key may be used again as soon as its response came. A second response to the first
    /// request would then be taken for the response to the second one.
    pub reuse_completed: bool,
}

/// 256 in flight; 4096 keys remembered for two minutes.
impl Default for Limits {
    fn default() -> Self {
        Self { window: 256, memory: 4096, remember: Duration::from_secs(120), reuse_completed: false }
    }
}

impl Limits {
    /// With so many requests in flight.
    #[must_use]
    pub const fn window(mut self, requests: usize) -> Self {
        self.window = requests;
        self
    }

    /// With so many keys remembered.
    #[must_use]
    pub const fn memory(mut self, keys: usize) -> Self {
        self.memory = keys;
        self
    }

    /// With keys remembered for so long.
    #[must_use]
    pub const fn remember(mut self, time: Duration) -> Self {
        self.remember = time;
        self
    }

    /// With keys that may, or may not, be used again as soon as their response came.
    #[must_use]
    pub const fn reuse_completed(mut self, reuse: bool) -> Self {
        self.reuse_completed = reuse;
        self
    }
}
