//! How long to wait before the next attempt.

use core::time::Duration;

/// Waits that double from attempt to attempt, up to a limit, each shortened at random so that
/// peers which failed together do not come back together.
///
/// ```
/// use cardwire::net::Backoff;
/// use core::time::Duration;
/// let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(30), 7);
/// let first = backoff.wait();
/// assert!(first >= Duration::from_millis(50) && first <= Duration::from_millis(100));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Backoff {
    first: Duration,
    limit: Duration,
    attempt: u32,
    random: u64,
}

impl Backoff {
    /// Waits from `first` to `limit`; `seed` should differ between processes.
    #[must_use]
    pub const fn new(first: Duration, limit: Duration, seed: u64) -> Self {
        Self { first, limit, attempt: 0, random: seed }
    }

    /// The wait before the next attempt: from one half of the full wait to all of it.
    pub fn wait(&mut self) -> Duration {
        let full = self.full(self.attempt);
        self.attempt = self.attempt.saturating_add(1);
        let part = u32::try_from(self.next() >> 48).unwrap_or(0);
        full / 2 + (full / 2 / 65_536).saturating_mul(part)
    }

    /// How many waits there were since the last success.
    #[must_use]
    pub const fn attempts(&self) -> u32 {
        self.attempt
    }

    /// Starts over: an attempt succeeded.
    pub const fn reset(&mut self) {
        self.attempt = 0;
    }

    /// The wait before attempt number `attempt` at its longest.
    fn full(&self, attempt: u32) -> Duration {
        let factor = 1_u32.checked_shl(attempt.min(31)).unwrap_or(u32::MAX);
        self.first.saturating_mul(factor).min(self.limit)
    }

    /// SplitMix64: even enough to spread attempts, and nothing else depends on it.
    fn next(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.random ^ (self.random >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_to_the_limit_within_half_of_them() {
        for seed in 0..100 {
            let (first, limit) = (Duration::from_millis(100), Duration::from_secs(5));
            let mut backoff = Backoff::new(first, limit, seed);
            for attempt in 0..40_u32 {
                let full = limit.min(first * 2_u32.pow(attempt.min(10)));
                let wait = backoff.wait();
                assert!(wait >= full / 2 && wait <= full, "{attempt}: {wait:?} of {full:?}");
                assert_eq!(backoff.attempts(), attempt + 1);
            }
            backoff.reset();
            assert_eq!(backoff.attempts(), 0);
            assert!(backoff.wait() <= first);
        }
    }

    #[test]
    fn two_that_failed_together_do_not_return_together() {
        let wait = |seed| Backoff::new(Duration::from_secs(1), Duration::from_secs(1), seed).wait();
        assert_ne!(wait(1), wait(2));
    }

    /// The first numbers of SplitMix64 from 0 and from 1234567, as they are published.
    #[test]
    fn the_numbers_are_those_of_splitmix() {
        let numbers = |seed| {
            let mut backoff = Backoff::new(Duration::ZERO, Duration::ZERO, seed);
            [backoff.next(), backoff.next()]
        };
        assert_eq!(numbers(0), [0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4]);
        assert_eq!(numbers(1_234_567), [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    }

    /// Of many that failed together about as many return in each eighth of the time.
    #[test]
    fn waits_are_spread_evenly() {
        let wait = |seed| Backoff::new(Duration::from_secs(1), Duration::from_secs(1), seed).wait();
        let mut eighths = [0; 8];
        for seed in 0..1_600 {
            let share = (wait(seed).as_micros() - 500_000) * 8 / 500_000;
            eighths[usize::try_from(share.min(7)).unwrap()] += 1;
        }
        assert!(eighths.iter().all(|count| (100..300).contains(count)), "{eighths:?}");
    }
}
