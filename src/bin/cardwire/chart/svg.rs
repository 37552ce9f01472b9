//! The drawing: three panels one below the other.

use std::fmt::Write;

use super::axis::{Scale, plain, short, step};
use super::timeline::{Point, Share, Timeline};

const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 810.0;
/// Where panels begin and end.
const LEFT: f64 = 76.0;
const RIGHT: f64 = 884.0;
/// Top and bottom of each panel.
const TIMES: (f64, f64) = (132.0, 372.0);
const RATE: (f64, f64) = (440.0, 560.0);
const SHARES: (f64, f64) = (628.0, 758.0);

/// What is drawn.
pub(super) struct Drawing {
    /// How many seconds a point stands for.
    seconds: f64,
    points: Vec<Point>,
    shares: Vec<Share>,
    out: String,
}

/// A line of the first panel.
struct Curve {
    class: &'static str,
    name: &'static str,
    /// Of its points.
    radius: f64,
    of: fn(&Point) -> u64,
}

/// The later ones are drawn over the earlier ones, whose points are larger: where few responses came, p99 is the maximum.
const CURVES: [Curve; 3] = [
    Curve { class: "p50", name: "p50", radius: 3.0, of: |point| point.p50 },
    Curve { class: "p99", name: "p99", radius: 4.5, of: |point| point.p99 },
    Curve { class: "max", name: "max", radius: 2.0, of: |point| point.max },
];

const STYLE: &str = r#"<style>
text { font: 13px system-ui, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1f2328; }
.paper { fill: #ffffff; }
.title { font-size: 18px; font-weight: 600; }
.head { font-size: 14px; font-weight: 600; }
.faint { fill: #57606a; }
.grid { stroke: #d0d7de; stroke-width: 1; fill: none; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; }
.p50 { stroke: #0969da; } .p99 { stroke: #9a6700; stroke-dasharray: 7 3; } .max { stroke: #cf222e; stroke-dasharray: 2 3; }
circle.p50, circle.p99, circle.max { stroke-dasharray: none; fill: #ffffff; }
.bar { fill: #0969da; } .lost { fill: #cf222e; }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3; } .paper { fill: #0d1117; } .faint { fill: #9198a1; } .grid { stroke: #3d444d; }
.p50 { stroke: #58a6ff; } .p99 { stroke: #e3b341; } .max { stroke: #ff7b72; }
circle.p50, circle.p99, circle.max { fill: #0d1117; }
.bar { fill: #58a6ff; } .lost { fill: #ff7b72; }
}
</style>
"#;

impl Drawing {
    pub(super) fn of(timeline: &Timeline) -> Self {
        Self {
            seconds: timeline.seconds(),
            points: timeline.points(),
            shares: timeline.shares(),
            out: String::new(),
        }
    }

    pub(super) fn draw(mut self, title: &str, summary: [&str; 2]) -> String {
        let (title, [all, times]) = (text(title), summary.map(text));
        self.add(format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" \
             height=\"{HEIGHT}\" role=\"img\" aria-labelledby=\"title desc\">\n\
             <title id=\"title\">{title}</title>\n<desc id=\"desc\">{all}; {times}</desc>"
        ));
        self.out.push_str(STYLE);
        self.add(format_args!("<rect class=\"paper\" width=\"{WIDTH}\" height=\"{HEIGHT}\"/>"));
        self.words("title", (24.0, 36.0), "start", &title);
        self.words("faint", (24.0, 60.0), "start", &all);
        self.words("faint", (24.0, 80.0), "start", &times);
        self.times();
        self.rate();
        self.shares();
        self.out.push_str("</svg>\n");
        self.out
    }

    /// Adds a line; a text takes whatever is written to it.
    fn add(&mut self, line: std::fmt::Arguments<'_>) {
        let _ = writeln!(self.out, "{line}");
    }

    fn words(&mut self, class: &str, (x, y): (f64, f64), anchor: &str, words: &str) {
        self.add(format_args!(
            "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{words}</text>"
        ));
    }

    fn rule(&mut self, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) {
        self.add(format_args!("<path class=\"grid\" d=\"M{x1:.1} {y1:.1}L{x2:.1} {y2:.1}\"/>"));
    }

    /// The time of a point, in the middle of its interval.
    fn x(&self) -> Scale {
        Scale::new((0.0, count(self.points.len()) * self.seconds), (LEFT, RIGHT))
    }

    /// Marks the seconds below a panel.
    fn seconds_below(&mut self, (top, bottom): (f64, f64)) {
        let (scale, end) = (self.x(), count(self.points.len()) * self.seconds);
        let step = step(end, 10.0);
        let mut mark = 0.0;
        while mark <= end + step / 1000.0 {
            let x = scale.at(mark);
            self.rule((x, top), (x, bottom + 4.0));
            self.words("faint", (x, bottom + 20.0), "middle", &format!("{} s", plain(mark)));
            mark += step;
        }
    }

    fn times(&mut self) {
        let (top, bottom) = TIMES;
        let each = plain(self.seconds);
        self.words("head", (24.0, top - 20.0), "start", &format!("Response time, every {each} s"));
        let seen = || self.points.iter().filter(|point| point.responses > 0);
        let least = seen().map(|point| point.p50).min().unwrap_or(1).max(1);
        let most = seen().map(|point| point.max).max().unwrap_or(1).max(1);
        // decades around all of them
        let decade = |value: u64| f64::from(value.ilog10());
        let (low, high) = (decade(least), decade(most) + 1.0);
        let scale = Scale::new((low, high), (bottom, top));
        let mut mark = low;
        while mark <= high {
            let y = scale.at(mark);
            self.rule((LEFT, y), (RIGHT, y));
            self.words("faint", (LEFT - 8.0, y + 4.0), "end", &short(10_f64.powf(mark)));
            mark += 1.0;
        }
        self.seconds_below(TIMES);
        for (index, curve) in CURVES.iter().enumerate() {
            self.curve(curve, &scale);
            let x = 640.0 + 84.0 * count(index);
            let Curve { class, name, .. } = curve;
            self.add(format_args!("<path class=\"line {class}\" d=\"M{x:.1} {:.1}h32\"/>", top - 24.0));
            self.words("", (x + 38.0, top - 20.0), "start", name);
        }
    }

    /// Draws a curve, with a gap where nothing came.
    fn curve(&mut self, curve: &Curve, scale: &Scale) {
        let x = self.x();
        let places: Vec<Option<(f64, f64)>> = (0..)
            .zip(&self.points)
            .map(|(index, point)| {
                let middle = (f64::from(index) + 0.5) * self.seconds;
                (point.responses > 0).then(|| (x.at(middle), scale.at(log((curve.of)(point)))))
            })
            .collect();
        let mut path = String::new();
        let mut is_drawing = false;
        for place in &places {
            if let Some((x, y)) = place {
                let _ = write!(path, "{}{x:.1} {y:.1}", if is_drawing { "L" } else { "M" });
            }
            is_drawing = place.is_some();
        }
        let Curve { class, radius, .. } = curve;
        if !path.is_empty() {
            self.add(format_args!("<path class=\"line {class}\" d=\"{path}\"/>"));
        }
        // few points, or one between gaps, are seen as points
        if places.len() <= DOTS {
            for (x, y) in places.into_iter().flatten() {
                self.add(format_args!(
                    "<circle class=\"line {class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius}\"/>"
                ));
            }
        }
    }

    fn rate(&mut self) {
        let (top, bottom) = RATE;
        self.words("head", (24.0, top - 20.0), "start", "Responses a second");
        let rates: Vec<(f64, f64)> = self
            .points
            .iter()
            .map(|point| (whole(point.responses) / self.seconds, whole(point.lost) / self.seconds))
            .collect();
        let most = rates.iter().map(|(responses, lost)| responses + lost).fold(0.0, f64::max);
        self.heights(RATE, most);
        self.seconds_below(RATE);
        let (x, y) = (self.x(), Scale::new((0.0, ceiling(most)), (bottom, top)));
        let mut start = 0.0;
        for (responses, lost) in rates {
            let (left, right) = (x.at(start), x.at(start + self.seconds));
            let (good, all) = (y.at(responses), y.at(responses + lost));
            // one of a thousand is seen, too
            let all = if lost > 0.0 { all.min(good - 3.0) } else { all };
            self.bar("bar", (left, good), (right, bottom));
            self.bar("lost", (left, all), (right, good));
            start += self.seconds;
        }
        if self.points.iter().any(|point| point.lost > 0) {
            self.add(format_args!(
                "<rect class=\"lost\" x=\"808\" y=\"{:.1}\" width=\"12\" height=\"12\"/>",
                top - 31.0
            ));
            self.words("", (826.0, top - 20.0), "start", "no response");
        }
    }

    fn shares(&mut self) {
        let (top, bottom) = SHARES;
        self.words("head", (24.0, top - 20.0), "start", "How many took how long");
        let most = whole(self.shares.iter().map(|share| share.responses).max().unwrap_or(0));
        self.heights(SHARES, most);
        let y = Scale::new((0.0, ceiling(most)), (bottom, top));
        let shares = std::mem::take(&mut self.shares);
        let x = Scale::new((0.0, count(shares.len()).max(1.0)), (LEFT, RIGHT));
        for (index, share) in shares.iter().enumerate() {
            let (left, right) = (x.at(count(index)), x.at(count(index + 1)));
            self.bar("bar", (left, y.at(whole(share.responses))), (right, bottom));
        }
        // as many labels as have room
        let every = (shares.len() + 1).div_ceil(13).max(1);
        let ends = shares.iter().map(|share| share.from).chain(shares.last().map(|share| share.to));
        for (index, end) in ends.enumerate().filter(|(index, _)| index.is_multiple_of(every)) {
            self.words("faint", (x.at(count(index)), bottom + 20.0), "middle", &short(whole(end)));
        }
    }

    /// Marks heights from zero on at the side of a panel.
    fn heights(&mut self, (top, bottom): (f64, f64), most: f64) {
        let end = ceiling(most);
        let scale = Scale::new((0.0, end), (bottom, top));
        let step = step(end, 4.0);
        let mut mark = 0.0;
        while mark <= end + step / 1000.0 {
            let y = scale.at(mark);
            self.rule((LEFT, y), (RIGHT, y));
            self.words("faint", (LEFT - 8.0, y + 4.0), "end", &plain(mark));
            mark += step;
        }
    }

    fn bar(&mut self, class: &str, (left, top): (f64, f64), (right, bottom): (f64, f64)) {
        // narrow bars touch, wide ones do not
        let gap = if right - left > 6.0 { 1.0 } else { 0.0 };
        if bottom - top > 0.05 {
            self.add(format_args!(
                "<rect class=\"{class}\" x=\"{:.1}\" y=\"{top:.1}\" width=\"{:.1}\" height=\"{:.1}\"/>",
                left + gap,
                right - left - 2.0 * gap,
                bottom - top
            ));
        }
    }
}

/// How many points are drawn as such.
const DOTS: usize = 60;

/// The end of an axis from zero on which so much has room.
fn ceiling(most: f64) -> f64 {
    let step = step(most.max(1.0), 4.0);
    (most.max(1.0) / step).ceil() * step
}

fn log(micros: u64) -> f64 {
    whole(micros.max(1)).log10()
}

#[allow(clippy::cast_precision_loss, reason = "to be drawn")]
const fn whole(number: u64) -> f64 {
    number as f64
}

#[allow(clippy::cast_precision_loss, reason = "to be drawn")]
const fn count(number: usize) -> f64 {
    number as f64
}

/// A text within a document: printable, and without marks of XML.
pub(super) fn text(words: &str) -> String {
    let words = crate::plain::without_cards(words);
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests;
