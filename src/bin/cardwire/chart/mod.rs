//! Charts of a load: how long responses took over time, how many there were, and how they are distributed. SVG, by hand:
//! without a script, readable on light and on dark paper.

mod axis;
mod svg;
mod timeline;

pub(crate) use timeline::Timeline;

use std::path::Path;

use svg::{Drawing, text};

/// What a chart is drawn in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Svg,
    /// A page with the drawing and its numbers.
    Html,
}

impl Form {
    /// The form that the name of a file asks for.
    pub(crate) fn of(path: &Path) -> Result<Self, String> {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("svg") => Ok(Self::Svg),
            Some("html" | "htm") => Ok(Self::Html),
            _ => Err("a chart is a file that ends in .svg or .html".into()),
        }
    }
}

/// The chart of a run, under a title and two lines about all of it.
pub(crate) fn chart(form: Form, timeline: &Timeline, title: &str, summary: [&str; 2]) -> String {
    let drawing = Drawing::of(timeline).draw(title, summary);
    match form {
        Form::Svg => drawing,
        Form::Html => page(&drawing, timeline, title),
    }
}

fn page(drawing: &str, timeline: &Timeline, title: &str) -> String {
    let mut out = String::from(HEAD);
    out.push_str(&format!("<title>{}</title>\n{STYLE}</head>\n<body>\n{drawing}", text(title)));
    out.push_str("<table>\n<thead><tr><th>from, s</th><th>responses</th><th>lost</th><th>p50, ms</th><th>p99, ms</th><th>max, ms</th></tr></thead>\n<tbody>\n");
    let width = timeline.seconds();
    let mut start = 0.0;
    for point in timeline.points() {
        let (p50, p99, max) = (millis(point.p50), millis(point.p99), millis(point.max));
        let (responses, lost) = (point.responses, point.lost);
        out.push_str(&format!(
            "<tr><td>{start:.1}</td><td>{responses}</td><td>{lost}</td><td>{p50}</td><td>{p99}</td><td>{max}</td></tr>\n"
        ));
        start += width;
    }
    out.push_str("</tbody>\n</table>\n</body>\n</html>\n");
    out
}

fn millis(micros: u64) -> String {
    match micros {
        0 => String::new(),
        _ => format!("{}.{:03}", micros / 1000, micros % 1000),
    }
}

const HEAD: &str = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
    <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n\
    <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
    <meta name=\"color-scheme\" content=\"light dark\"/>\n";

const STYLE: &str = "<style>\nbody { font: 14px system-ui, sans-serif; margin: 1.5em; }\n\
    svg { max-width: 100%; height: auto; }\n\
    table { border-collapse: collapse; margin-top: 1.5em; font-variant-numeric: tabular-nums; }\n\
    th, td { padding: 0.15em 0.8em; text-align: right; border-bottom: 1px solid #8888; }\n</style>\n";

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    /// A run of twelve seconds: steady, a stall of two seconds, losses, and steady again.
    fn run() -> Timeline {
        let mut timeline = Timeline::new();
        for request in 0_u64..12_000 {
            let at = Duration::from_millis(request);
            let noise = 900 + 11 * (request * 7_919 % 97);
            let outlier = if request % 211 == 0 { 9_000 + 17 * request % 30_000 } else { 0 };
            let stall = if (4_000..6_000).contains(&request) { (6_000 - request) * 80 } else { 0 };
            match request {
                4_500..4_800 => timeline.lose(at),
                _ => timeline.record(at, Duration::from_micros(noise + outlier + stall)),
            }
        }
        timeline
    }

    fn is_well_formed(text: &str) -> bool {
        let mut reader = quick_xml::Reader::from_str(text);
        loop {
            match reader.read_event() {
                Ok(quick_xml::events::Event::Eof) => return true,
                Ok(_) => {}
                Err(_) => return false,
            }
        }
    }

    #[test]
    fn the_chart_of_a_run_is_the_one_that_was_looked_at() {
        let summary =
            ["11700 answered, 300 not, in 12.00 s: 975 a second", "latency p50 1.439 ms, max 173.123 ms"];
        let drawn = chart(Form::Svg, &run(), "Load on 127.0.0.1:5000", summary);
        let known = include_str!("known.svg");
        if std::env::var_os("CARDWIRE_DRAW").is_some() {
            std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/src/bin/cardwire/chart/known.svg"), &drawn)
                .expect("the folder can be written");
            return;
        }
        assert!(drawn == known, "looked at again? CARDWIRE_DRAW=1 writes it");
    }

    #[test]
    fn charts_of_little_and_of_odd_runs_are_well_formed() {
        let mut one = Timeline::new();
        one.record(Duration::ZERO, Duration::ZERO);
        let mut lost = Timeline::new();
        lost.lose(Duration::from_secs(3));
        let mut far = Timeline::new();
        far.record(Duration::from_secs(40_000), Duration::from_secs(7_200));
        for timeline in [Timeline::new(), one, lost, far, run()] {
            for form in [Form::Svg, Form::Html] {
                let drawn = chart(form, &timeline, "<&\"]]>\u{1B}\u{202E}", ["a & b", ""]);
                assert!(is_well_formed(&drawn), "{drawn}");
                assert!(
                    !drawn.contains("NaN") && !drawn.contains("inf") && !drawn.contains('\u{1B}'),
                    "{drawn}"
                );
            }
        }
    }

    #[test]
    fn the_name_of_a_file_says_its_form() {
        for (name, form) in [("a.svg", Form::Svg), ("b/a.html", Form::Html), ("a.htm", Form::Html)] {
            assert!(Form::of(Path::new(name)) == Ok(form), "{name}");
        }
        for name in ["a", "a.png", "svg", "a.SVG", ".svg"] {
            let words = "a chart is a file that ends in .svg or .html".to_owned();
            assert!(Form::of(Path::new(name)) == Err(words), "{name}");
        }
    }

    /// The numbers beside the drawing: one row for each interval, nothing where nothing came.
    #[test]
    fn a_page_has_the_numbers() {
        let mut timeline = Timeline::new();
        for (millis, micros) in [(0, 1_005), (50, 1_005), (250, 7)] {
            timeline.record(Duration::from_millis(millis), Duration::from_micros(micros));
        }
        timeline.lose(Duration::from_millis(120));
        let page = chart(Form::Html, &timeline, "a < b", ["", ""]);
        let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("<tr><td>")).collect();
        // two digits are kept of a time
        let [first, rest @ ..] = rows.as_slice() else { unreachable!("{page}") };
        assert!(first.starts_with("<tr><td>0.0</td><td>2</td><td>0</td><td>1.00"), "{first}");
        assert_eq!(
            rest,
            [
                "<tr><td>0.1</td><td>0</td><td>1</td><td></td><td></td><td></td></tr>",
                "<tr><td>0.2</td><td>1</td><td>0</td><td>0.007</td><td>0.007</td><td>0.007</td></tr>",
            ]
        );
        assert!(page.contains("<title>a &lt; b</title>") && page.contains("<svg"), "{page}");
        assert_eq!([0, 1, 1_000, 12_034].map(millis), ["", "0.001", "1.000", "12.034"]);
    }
}
