//! How long responses took, interval by interval.

use std::time::Duration;

use hdrhistogram::Histogram;

/// Distributions of times over a run of any length, in bounded memory: there are no more than [`MOST`] intervals, which
/// get wider.
pub(crate) struct Timeline {
    /// An index into [`WIDTHS`].
    width: usize,
    slots: Vec<Slot>,
}

/// One interval.
#[derive(Clone, Default)]
struct Slot {
    /// In microseconds, to two digits; nothing where nothing came.
    times: Option<Histogram<u32>>,
    lost: u64,
}

/// One interval in numbers; times are microseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Point {
    pub(super) responses: u64,
    pub(super) lost: u64,
    pub(super) p50: u64,
    pub(super) p99: u64,
    pub(super) max: u64,
}

/// How wide an interval can be, in milliseconds: runs of less than 12 seconds, 2 minutes, 20 minutes, and so on.
const WIDTHS: [u64; 6] = [100, 1_000, 10_000, 60_000, 600_000, 3_600_000];

/// How many intervals there are at most; what comes after the last of the widest counts as in it.
const MOST: usize = 120;

/// The longest time that is told apart: an hour.
const LONGEST: u64 = 3_600_000_000;

impl Timeline {
    pub(crate) const fn new() -> Self {
        Self { width: 0, slots: Vec::new() }
    }

    /// Notes a response, so long after the start, that took so long.
    pub(crate) fn record(&mut self, at: Duration, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(LONGEST).clamp(1, LONGEST);
        if let Some(slot) = self.slot(at) {
            if slot.times.is_none() {
                slot.times = Histogram::new_with_bounds(1, LONGEST, 2).ok();
            }
            if let Some(times) = &mut slot.times {
                times.saturating_record(micros);
            }
        }
    }

    /// Notes a request without a response.
    pub(crate) fn lose(&mut self, at: Duration) {
        if let Some(slot) = self.slot(at) {
            slot.lost += 1;
        }
    }

    fn millis(&self) -> u64 {
        WIDTHS.get(self.width).copied().unwrap_or(LONGEST / 1000)
    }

    fn slot(&mut self, at: Duration) -> Option<&mut Slot> {
        let index = |millis: u64| usize::try_from(at.as_millis() / u128::from(millis)).unwrap_or(usize::MAX);
        while index(self.millis()) >= MOST && self.width + 1 < WIDTHS.len() {
            self.widen();
        }
        let index = index(self.millis()).min(MOST - 1);
        if self.slots.len() <= index {
            self.slots.resize_with(index + 1, Slot::default);
        }
        self.slots.get_mut(index)
    }

    fn widen(&mut self) {
        let before = self.millis();
        self.width += 1;
        let factor = usize::try_from(self.millis() / before).unwrap_or(1).max(1);
        let merged = self
            .slots
            .chunks(factor)
            .map(|slots| slots.iter().cloned().reduce(Slot::and).unwrap_or_default());
        self.slots = merged.collect();
    }

    /// How many seconds an interval lasts.
    #[allow(clippy::cast_precision_loss, reason = "a few thousand seconds")]
    pub(super) fn seconds(&self) -> f64 {
        self.millis() as f64 / 1000.0
    }

    pub(super) fn points(&self) -> Vec<Point> {
        self.slots.iter().map(Slot::point).collect()
    }

    /// How many responses took how long: from the first step that some are in to the last.
    pub(super) fn shares(&self) -> Vec<Share> {
        let mut shares = steps();
        for times in self.slots.iter().filter_map(|slot| slot.times.as_ref()) {
            for value in times.iter_recorded() {
                let time = value.value_iterated_to();
                let step = shares.iter_mut().rev().find(|share| share.from <= time);
                step.into_iter().for_each(|share| share.responses += value.count_since_last_iteration());
            }
        }
        let first = shares.iter().position(|share| share.responses > 0).unwrap_or(shares.len());
        let last = shares.iter().rposition(|share| share.responses > 0).map_or(0, |last| last + 1);
        shares.get(first..last).unwrap_or_default().to_vec()
    }
}

/// The responses whose times lie between two steps of 1, 2 or 5 by a power of ten.
#[derive(Clone, Copy)]
pub(super) struct Share {
    /// In microseconds.
    pub(super) from: u64,
    /// Where the next one begins.
    pub(super) to: u64,
    pub(super) responses: u64,
}

fn steps() -> Vec<Share> {
    let ends = (0..10).flat_map(|power| [1, 2, 5].map(|digit| digit * 10_u64.pow(power)));
    let ends: Vec<u64> = ends.collect();
    let pairs = ends.iter().zip(ends.iter().skip(1));
    pairs.map(|(from, to)| Share { from: *from, to: *to, responses: 0 }).collect()
}

impl Slot {
    fn and(mut self, other: Self) -> Self {
        self.lost += other.lost;
        self.times = match (self.times, other.times) {
            (Some(mut one), Some(other)) => {
                // both have the same bounds
                let _ = one.add(other);
                Some(one)
            }
            (one, other) => one.or(other),
        };
        self
    }

    fn point(&self) -> Point {
        let Some(times) = &self.times else { return Point { lost: self.lost, ..Point::default() } };
        Point {
            responses: times.len(),
            lost: self.lost,
            p50: times.value_at_quantile(0.5),
            p99: times.value_at_quantile(0.99),
            max: times.max(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_lost_when_intervals_get_wider() {
        let mut timeline = Timeline::new();
        for second in 0..7_000 {
            let at = Duration::from_secs(second);
            timeline.record(at, Duration::from_micros(100 + second));
            if second % 10 == 0 {
                timeline.lose(at);
            }
            assert!(timeline.slots.len() <= MOST);
        }
        let points = timeline.points();
        assert!((timeline.seconds() - 60.0).abs() < f64::EPSILON && points.len() == 117);
        assert_eq!(points.iter().map(|point| point.responses).sum::<u64>(), 7_000);
        assert_eq!(points.iter().map(|point| point.lost).sum::<u64>(), 700);
        assert_eq!(timeline.shares().iter().map(|share| share.responses).sum::<u64>(), 7_000);
        assert_eq!(
            points.first().copied().unwrap_or_default(),
            Point { responses: 60, lost: 6, p50: 129, p99: 159, max: 159 }
        );
    }

    #[test]
    fn times_of_any_length_are_noted() {
        let mut timeline = Timeline::new();
        timeline.record(Duration::MAX, Duration::MAX);
        timeline.record(Duration::ZERO, Duration::ZERO);
        timeline.lose(Duration::MAX);
        let points = timeline.points();
        let ends = points.first().zip(points.last()).map(|(first, last)| (first.responses, last.lost));
        assert_eq!((points.len(), ends), (MOST, Some((1, 1))));
        assert!(Timeline::new().points().is_empty() && Timeline::new().shares().is_empty());
    }

    /// A run of each length: the width of its intervals, and that each counts what lies in it.
    #[test]
    fn intervals_are_as_wide_as_the_run_needs() {
        for (last_millis, width_millis, count) in [
            (0, 100, 1),
            (11_999, 100, 120),
            (12_000, 1_000, 13),
            (119_999, 1_000, 120),
            (120_000, 10_000, 13),
            (1_199_999, 10_000, 120),
            (1_200_000, 60_000, 21),
            (7_199_999, 60_000, 120),
            (7_200_000, 600_000, 13),
            (71_999_999, 600_000, 120),
            (72_000_000, 3_600_000, 21),
            (432_000_000, 3_600_000, 120),
            (999_000_000, 3_600_000, 120),
        ] {
            let mut timeline = Timeline::new();
            for tenth in 0..=10_u64 {
                let at = Duration::from_millis(last_millis * tenth / 10);
                timeline.record(at, Duration::from_micros(100));
                timeline.lose(at);
                timeline.lose(at);
            }
            let width = Duration::from_millis(width_millis).as_secs_f64();
            assert!((timeline.seconds() - width).abs() < 1e-9, "{last_millis}");
            let points = timeline.points();
            assert_eq!(points.len(), count, "{last_millis}");
            for (index, point) in points.iter().enumerate() {
                let lies_in = |tenth: &u64| {
                    let interval =
                        usize::try_from(last_millis * tenth / 10 / width_millis).unwrap_or(usize::MAX);
                    interval.min(MOST - 1) == index
                };
                let here = (0..=10_u64).filter(lies_in).count();
                let here = u64::try_from(here).unwrap_or(0);
                assert_eq!((point.responses, point.lost), (here, 2 * here), "{last_millis} {index}");
            }
        }
    }

    /// Steps of 1, 2 and 5: each time is counted between the last step that it reaches and the next.
    #[test]
    fn times_are_shared_out_by_their_steps() {
        let mut timeline = Timeline::new();
        for (at, micros) in [(0, 1), (0, 2), (1, 4), (20, 5), (20, 9), (20, 10), (20, 120), (20, 120)] {
            timeline.record(Duration::from_secs(at), Duration::from_micros(micros));
        }
        let shares: Vec<(u64, u64, u64)> =
            timeline.shares().iter().map(|share| (share.from, share.to, share.responses)).collect();
        assert_eq!(
            shares,
            [(1, 2, 1), (2, 5, 2), (5, 10, 2), (10, 20, 1), (20, 50, 0), (50, 100, 0), (100, 200, 2)]
        );
    }

    /// The longest time that is told apart is an hour, the shortest a microsecond.
    #[test]
    fn points_say_the_middle_and_the_ends() {
        let mut timeline = Timeline::new();
        for micros in (1..=100).chain([0]) {
            timeline.record(Duration::from_millis(5), Duration::from_micros(micros));
        }
        let point = timeline.points().first().copied().unwrap_or_default();
        assert_eq!((point.responses, point.p50, point.p99, point.max), (101, 50, 99, 100));
        timeline.record(Duration::from_millis(5), Duration::from_secs(7_200));
        let max = timeline.points().first().map_or(0, |point| point.max);
        // two digits are kept
        assert!((LONGEST..LONGEST + LONGEST / 100).contains(&max), "{max}");
    }
}
