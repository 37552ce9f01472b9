//! A chart is read back as people read it: by the marks of its axes every bar and every dot says the number that it
//! stands for.

use std::time::Duration;

use super::*;

/// A line of the drawing, by its attributes.
struct Shape<'d>(&'d str);

impl Shape<'_> {
    fn text(&self, name: &str) -> &str {
        let (_, rest) = self.0.split_once(&format!(" {name}=\"")).unwrap_or_default();
        rest.split('"').next().unwrap_or_default()
    }

    fn number(&self, name: &str) -> f64 {
        self.text(name).parse().unwrap_or(f64::NAN)
    }

    fn words(&self) -> &str {
        self.0.split(['>', '<']).nth(2).unwrap_or_default()
    }
}

fn shapes<'d>(drawn: &'d str, start: &'d str) -> impl Iterator<Item = Shape<'d>> {
    drawn.lines().filter(move |line| line.starts_with(start)).map(Shape)
}

/// What the words at an axis stand for.
fn value(words: &str) -> f64 {
    let (number, unit) = words.split_once(' ').unwrap_or((words, ""));
    let factor = if unit == "ms" {
        1e3
    } else if unit == "s" {
        1e6
    } else {
        1.0
    };
    number.parse::<f64>().unwrap_or(f64::NAN) * factor
}

/// The marks at the left of a panel: where each lies, and what it says. All of them lie on a line from the bottom to the top.
fn heights(drawn: &str, (top, bottom): (f64, f64), of: fn(f64) -> f64) -> impl Fn(f64) -> f64 {
    let marks: Vec<(f64, f64)> = shapes(drawn, "<text class=\"faint\"")
        .filter(|mark| mark.text("text-anchor") == "end" && (top..=bottom + 4.0).contains(&mark.number("y")))
        .map(|mark| (mark.number("y") - 4.0, of(value(mark.words()))))
        .collect();
    let (first, last) =
        (marks.first().copied().unwrap_or_default(), marks.last().copied().unwrap_or_default());
    assert!((first.0 - bottom).abs() < 0.11 && (last.0 - top).abs() < 0.11, "{marks:?}");
    assert!((2..=6).contains(&marks.len()) || of(10.0) < 2.0, "{marks:?}");
    let at = move |y: f64| first.1 + (y - first.0) / (last.0 - first.0) * (last.1 - first.1);
    for (y, said) in &marks {
        assert!((at(*y) - said).abs() <= 0.002 * (last.1 - first.1), "{marks:?}");
        let is_ruled = |rule: Shape<'_>| rule.text("d") == format!("M{LEFT:.1} {y:.1}L{RIGHT:.1} {y:.1}");
        assert!(shapes(drawn, "<path class=\"grid\"").any(is_ruled), "{y}");
    }
    at
}

/// The marks below a panel: where each lies, and what it says.
fn marks(drawn: &str, bottom: f64) -> Vec<(f64, f64)> {
    shapes(drawn, "<text class=\"faint\"")
        .filter(|mark| {
            mark.text("text-anchor") == "middle" && (mark.number("y") - bottom - 20.0).abs() < 0.01
        })
        .map(|mark| (mark.number("x"), value(mark.words())))
        .collect()
}

fn bars<'d>(drawn: &'d str, class: &'d str, (top, bottom): (f64, f64)) -> Vec<(f64, f64, f64, f64)> {
    shapes(drawn, "<rect")
        .filter(|bar| bar.text("class") == class && (top - 0.1..=bottom).contains(&bar.number("y")))
        .map(|bar| (bar.number("x"), bar.number("y"), bar.number("width"), bar.number("height")))
        .collect()
}

fn is_near(found: f64, wanted: f64, within: f64) -> bool {
    (found - wanted).abs() <= within
}

/// Runs of few and of many intervals, with losses, gaps, and times of every size.
fn runs() -> Vec<Timeline> {
    let run = |intervals: u64, each: u64, micros: fn(u64) -> u64| {
        let mut timeline = Timeline::new();
        for number in 0..intervals {
            // every fifth interval is silent, and every seventh loses
            for request in (0..each * (1 + number % 3)).filter(|_| number % 5 != 3) {
                let at = Duration::from_millis(100 * number + request % 100);
                timeline.record(at, Duration::from_micros(micros(number * 31 + request)));
            }
            for _ in (0..each * 2).filter(|_| number % 7 == 2) {
                timeline.lose(Duration::from_millis(100 * number));
            }
        }
        timeline
    };
    vec![
        run(1, 1, |_| 1),
        run(3, 2, |number| 5 + number),
        run(12, 7, |number| 900 + number * number),
        run(60, 3, |number| 10 + number * 37 % 5_000),
        run(61, 300, |number| 1_000_000 + number * 40_000),
        run(120, 1, |number| 1 << (number % 31)),
    ]
}

#[test]
fn rates_are_read_back() {
    for timeline in runs() {
        let drawn = Drawing::of(&timeline).draw("t", ["", ""]);
        let at = heights(&drawn, RATE, |value| value);
        let pixel = (at(RATE.0) - at(RATE.1)).abs() / (RATE.1 - RATE.0);
        let (good, lost) = (bars(&drawn, "bar", RATE), bars(&drawn, "lost", RATE));
        let points = timeline.points();
        let width = (RIGHT - LEFT) / count(points.len());
        let gap = if width > 6.0 { 1.0 } else { 0.0 };
        let (mut good, mut lost) = (good.into_iter(), lost.into_iter());
        for (index, point) in points.iter().enumerate() {
            let left = LEFT + width * count(index) + gap;
            let rate = whole(point.responses) / timeline.seconds();
            let mut top = RATE.1;
            if point.responses > 0 {
                let (x, y, wide, high) = good.next().expect("a bar");
                assert!(is_near(x, left, 0.06) && is_near(wide, width - 2.0 * gap, 0.06), "{x} {wide}");
                assert!(is_near(at(y), rate, pixel * 0.06) && is_near(y + high, RATE.1, 0.11), "{y} {rate}");
                top = y;
            }
            if point.lost > 0 {
                let (x, y, wide, high) = lost.next().expect("a bar");
                assert!(is_near(x, left, 0.06) && is_near(wide, width - 2.0 * gap, 0.06), "{x} {wide}");
                assert!(is_near(y + high, top, 0.16), "it stands on the other");
                // three at least, so that it is seen
                let lost = whole(point.lost) / timeline.seconds() / pixel;
                assert!(is_near(high, lost.max(3.0), 0.2), "{high} {lost}");
            }
        }
        assert!(good.next().is_none() && lost.next().is_none());
        let has_lost = points.iter().any(|point| point.lost > 0);
        assert_eq!(drawn.contains(">no response<"), has_lost);
        assert_eq!(
            shapes(&drawn, "<rect class=\"lost\" x=\"808\" y=\"409.0\"").count(),
            usize::from(has_lost)
        );
    }
}

#[test]
fn shares_are_read_back() {
    for timeline in runs() {
        let drawn = Drawing::of(&timeline).draw("t", ["", ""]);
        let at = heights(&drawn, SHARES, |value| value);
        let pixel = (at(SHARES.0) - at(SHARES.1)).abs() / (SHARES.1 - SHARES.0);
        let shares = timeline.shares();
        let width = (RIGHT - LEFT) / count(shares.len());
        let mut found = bars(&drawn, "bar", SHARES).into_iter();
        for (index, share) in shares.iter().enumerate() {
            // what is less than a line is not drawn
            if whole(share.responses) / pixel < 0.05 {
                continue;
            }
            let (x, y, wide, high) = found.next().expect("a bar");
            assert!(is_near(x, LEFT + width * count(index) + 1.0, 0.06), "{x}");
            assert!(is_near(wide, width - 2.0, 0.06) && is_near(y + high, SHARES.1, 0.11));
            assert!(is_near(at(y), whole(share.responses), pixel * 0.06), "{y} {}", share.responses);
        }
        assert!(found.next().is_none());
        let marks = marks(&drawn, SHARES.1);
        let ends: Vec<u64> =
            shares.iter().map(|share| share.from).chain(shares.last().map(|share| share.to)).collect();
        let every = ends.len().div_ceil(13);
        assert_eq!(marks.len(), ends.len().div_ceil(every));
        for (index, (x, said)) in marks.into_iter().enumerate() {
            assert!(is_near(x, LEFT + width * count(index * every), 0.06), "{x}");
            assert!(is_near(said, whole(ends.get(index * every).copied().unwrap_or(0)), 0.5), "{said}");
        }
    }
}

#[test]
fn times_are_read_back() {
    for timeline in runs() {
        let drawn = Drawing::of(&timeline).draw("t", ["", ""]);
        let at = heights(&drawn, TIMES, f64::log10);
        let points = timeline.points();
        let width = (RIGHT - LEFT) / count(points.len());
        for (class, of) in [
            ("p50", (|point: &Point| point.p50) as fn(&Point) -> u64),
            ("p99", |point: &Point| point.p99),
            ("max", |point: &Point| point.max),
        ] {
            let seen = points.iter().enumerate().filter(|(_, point)| point.responses > 0);
            let wanted: Vec<(f64, f64)> =
                seen.map(|(index, point)| (LEFT + width * (count(index) + 0.5), log(of(point)))).collect();
            let start = format!("<path class=\"line {class}\"");
            let mut paths = shapes(&drawn, &start);
            let path = paths.next().map(|path| path.text("d").to_owned()).unwrap_or_default();
            let numbers: Vec<f64> =
                path.split(['M', 'L', ' ']).filter_map(|number| number.parse().ok()).collect();
            let found: Vec<(f64, f64)> = numbers.chunks_exact(2).map(|pair| (pair[0], at(pair[1]))).collect();
            assert_eq!(found.len(), wanted.len(), "{class} {path}");
            for ((x, y), (wanted_x, wanted_y)) in found.iter().zip(&wanted) {
                assert!(
                    is_near(*x, *wanted_x, 0.06) && is_near(*y, *wanted_y, 0.01),
                    "{class} {x} {y} {wanted_y}"
                );
            }
            // a gap is no line
            let gaps =
                points.windows(2).filter(|pair| pair[0].responses == 0 && pair[1].responses > 0).count();
            assert_eq!(path.matches('M').count(), gaps + 1, "{path}");
            assert!(
                paths.next().is_some_and(|sample| sample.text("d").ends_with("h32")),
                "and one that explains it"
            );
            let start = format!("<circle class=\"line {class}\"");
            let dots: Vec<(f64, f64)> =
                shapes(&drawn, &start).map(|dot| (dot.number("cx"), at(dot.number("cy")))).collect();
            assert_eq!(dots, if points.len() <= 60 { found } else { Vec::new() });
        }
        let marks = [TIMES, RATE].map(|panel| marks(&drawn, panel.1));
        let end = count(points.len()) * timeline.seconds();
        for (x, said) in marks.iter().flatten() {
            let wanted = LEFT + said / 1e6 / end * (RIGHT - LEFT);
            assert!(is_near(*x, wanted, 0.5), "{x} {said}");
        }
        let [first, second] = &marks;
        assert!(first == second && (2..=11).contains(&first.len()), "{first:?}");
        assert_eq!(first.first().map(|(_, said)| *said), Some(0.0));
    }
}
