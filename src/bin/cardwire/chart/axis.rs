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

    /// The smallest of 1, 2 and 5 by a power of ten that is enough, found by trying all.
    #[test]
    fn a_step_is_the_smallest_that_is_enough() {
        let steps: Vec<f64> = (-3..12)
            .flat_map(|power| {
                [1.0, 2.0, 5.0].map(|digit: f64| format!("{digit}e{power}").parse().unwrap_or(0.0))
            })
            .collect();
        for most in [1.0, 4.0, 8.0, 10.0] {
            for range in
                (0..2_000).map(f64::from).flat_map(|number| [number * 0.0037, number * 1.3, number * 977.0])
            {
                let wanted = steps.iter().copied().find(|step| step * most >= range).unwrap_or(f64::NAN);
                let found = step(range, most);
                assert!((found / wanted - 1.0).abs() < 1e-9, "{range} {most}: {found} {wanted}");
            }
        }
    }

    #[test]
    fn a_scale_ends_at_its_ends() {
        let scale = Scale::new((10.0, 20.0), (100.0, 300.0));
        for (value, wanted) in
            [(10.0, 100.0), (20.0, 300.0), (15.0, 200.0), (12.5, 150.0), (0.0, 100.0), (99.0, 300.0)]
        {
            assert!((scale.at(value) - wanted).abs() < 1e-9, "{value}: {}", scale.at(value));
        }
        // downwards, as a drawing has it, and without any length
        assert!((Scale::new((0.0, 4.0), (300.0, 100.0)).at(1.0) - 250.0).abs() < 1e-9);
        assert!((Scale::new((5.0, 5.0), (0.0, 8.0)).at(5.5) - 4.0).abs() < 1e-9);
        assert!((Scale::new((5.0, 2.0), (0.0, 8.0)).at(6.0) - 8.0).abs() < 1e-9);
    }

    #[test]
    fn numbers_have_no_more_digits_than_they_need() {
        for (number, wanted) in [
            (0.0, "0"),
            (10.0, "10"),
            (1.5, "1.5"),
            (0.125, "0.125"),
            (0.0004, "0"),
            (2.0006, "2.001"),
            (100.25, "100.25"),
        ] {
            assert_eq!(plain(number), wanted);
        }
        for (micros, wanted) in [(999.0, "999 µs"), (999_999.0, "999.999 ms"), (1_000_000.0, "1 s")] {
            assert_eq!(short(micros), wanted);
        }
    }
}
