//! How long responses took.

use std::time::Duration;

use hdrhistogram::Histogram;

use crate::lang::pick;

/// A distribution of times, in microseconds, with three digits.
pub(crate) struct Latency(Histogram<u64>);

impl Latency {
    pub(crate) fn new() -> Self {
        // one to sixty million microseconds is a range that the histogram takes
        Self(
            Histogram::new_with_bounds(1, 3_600_000_000, 3)
                .unwrap_or_else(|_| Histogram::new(1).unwrap_or_else(|_| unreachable!())),
        )
    }

    pub(crate) fn record(&mut self, time: Duration) {
        self.0.saturating_record(u64::try_from(time.as_micros()).unwrap_or(u64::MAX).max(1));
    }

    /// Adds the times that another one has.
    pub(crate) fn add(&mut self, other: &Self) {
        // the bounds are the same: no time is beyond them
        let _ = self.0.add(&other.0);
    }

    /// How many times were recorded.
    pub(crate) fn count(&self) -> u64 {
        self.0.len()
    }

    /// One line of percentiles.
    pub(crate) fn line(&self) -> String {
        if self.0.is_empty() {
            return pick("no response", "没有应答").into();
        }
        let at = |quantile| millis(self.0.value_at_quantile(quantile));
        format!(
            "{} p50 {}, p90 {}, p99 {}, p99.9 {}, max {}",
            pick("latency", "时延"),
            at(0.5),
            at(0.9),
            at(0.99),
            at(0.999),
            millis(self.0.max())
        )
    }

    /// A bar for each power of two of microseconds.
    pub(crate) fn bars(&self) -> Vec<String> {
        let mut counts = std::collections::BTreeMap::new();
        for value in self.0.iter_recorded() {
            let power = value.value_iterated_to().max(1).ilog2();
            *counts.entry(power).or_insert(0) += value.count_at_value();
        }
        let most = counts.values().copied().max().unwrap_or(1);
        let bar = |count: u64| "#".repeat(usize::try_from((count * 50).div_ceil(most)).unwrap_or(0));
        counts
            .into_iter()
            .map(|(power, count)| format!("{:>10} {count:>9} {}", millis(1 << power), bar(count)))
            .collect()
    }
}

fn millis(micros: u64) -> String {
    format!("{}.{:03} ms", micros / 1000, micros % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_and_bars_are_of_the_times_that_were_recorded() {
        let mut latency = Latency::new();
        assert_eq!((latency.count(), latency.line().as_str()), (0, "no response"));
        assert_eq!(latency.bars(), [""; 0]);
        for micros in [1_500, 1_500, 70_000, 1_500] {
            latency.record(Duration::from_micros(micros));
        }
        let line = latency.line();
        // three digits of a time are kept
        assert!(line.starts_with("latency p50 1.500 ms, p90 70.0"), "{line}");
        assert!(line.contains(" ms, p99.9 70.0") && line.contains(" ms, max 70.0"), "{line}");
        let bars = [
            format!("  1.024 ms         3 {}", "#".repeat(50)),
            format!(" 65.536 ms         1 {}", "#".repeat(17)),
        ];
        assert_eq!(latency.bars(), bars);
        assert_eq!(latency.count(), 4);
    }

    #[test]
    fn no_time_is_less_than_a_microsecond() {
        let mut latency = Latency::new();
        latency.record(Duration::ZERO);
        assert_eq!(latency.line().matches("0.001 ms").count(), 5);
        assert_eq!(latency.bars(), [format!("  0.001 ms         1 {}", "#".repeat(50))]);
    }
}
