//! Scales and their marks.

/// A scale from one number to another over a stretch of the drawing.
#[derive(Clone, Copy)]
pub(super) struct Scale {
    from: f64,
    to: f64,
    /// Where both lie.
    stretch: (f64, f64),
}

impl Scale {
    pub(super) fn new((from, to): (f64, f64), stretch: (f64, f64)) -> Self {
        Self { from, to: if to > from { to } else { from + 1.0 }, stretch }
    }

    pub(super) fn at(&self, value: f64) -> f64 {
        let part = ((value - self.from) / (self.to - self.from)).clamp(0.0, 1.0);
        self.stretch.0 + part * (self.stretch.1 - self.stretch.0)
    }
}

/// The step of 1, 2 or 5 by a power of ten that divides a range into `most` parts at most.
pub(super) fn step(range: f64, most: f64) -> f64 {
    let mut power = 0.001;
    while power * 5.0 * most < range {
        power *= 10.0;
    }
    [1.0, 2.0, 5.0]
        .into_iter()
        .map(|digit| digit * power)
        .find(|step| step * most >= range)
        .unwrap_or(power * 10.0)
}

/// A time of so many microseconds in a short form.
pub(super) fn short(micros: f64) -> String {
    let (number, unit) = match micros {
        _ if micros < 1_000.0 => (micros, "µs"),
        _ if micros < 1_000_000.0 => (micros / 1_000.0, "ms"),
        _ => (micros / 1_000_000.0, "s"),
    };
    format!("{} {unit}", plain(number))
}

/// A number with no more digits than it needs, three at most behind the point.
pub(super) fn plain(number: f64) -> String {
    let digits = format!("{number:.3}");
    digits.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_and_names() {
        for (range, wanted) in [(12.0, 2.0), (0.3, 0.05), (300.0, 50.0), (7_000.0, 1_000.0), (0.0, 0.001)] {
            assert!((step(range, 8.0) - wanted).abs() < 1e-9, "{range}: {}", step(range, 8.0));
        }
        let names = [1.0, 250.0, 1_000.0, 1_048.576, 20_000.0, 3_600_000_000.0].map(short);
        assert_eq!(names, ["1 µs", "250 µs", "1 ms", "1.049 ms", "20 ms", "3600 s"]);
    }
}
