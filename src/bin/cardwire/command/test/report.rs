//! Results for people and, as JUnit XML, for what builds and keeps count.

use std::fmt::Write;
use std::time::Duration;

use super::case::Case;
use super::verdict::Verdict;
use crate::failure::Outcome;
use crate::output::{Output, Role};
use crate::plain::{escaped, without_cards};

/// The results of a pack.
#[derive(Default)]
pub(super) struct Report {
    results: Vec<(String, Verdict)>,
    left_out: usize,
}

impl Report {
    /// Prints the result of a case.
    pub(super) fn tell(&self, output: &mut Output, case: &Case, verdict: &Verdict) -> Outcome {
        let (name, time) = (without_cards(&case.name), millis(verdict.time));
        if !verdict.has_failed() {
            let word = output.paint(Role::Good, "ok    ");
            return Ok(output.line(format_args!("{word} {name}, {time} ms"))?);
        }
        let word = output.paint(Role::Bad, "FAILED");
        output.line(format_args!("{word} {name}, {time} ms"))?;
        verdict.faults.iter().try_for_each(|fault| Ok(output.line(format_args!("       {fault}"))?))
    }

    pub(super) fn put(&mut self, case: &Case, verdict: Verdict) {
        self.results.push((without_cards(&case.name), verdict));
    }

    /// Notes how many of the cases were not played.
    pub(super) fn left_out(&mut self, cases: usize) {
        self.left_out = cases.saturating_sub(self.results.len());
    }

    pub(super) fn has_failed(&self) -> bool {
        self.failed() > 0
    }

    fn failed(&self) -> usize {
        self.results.iter().filter(|(_, verdict)| verdict.has_failed()).count()
    }

    pub(super) fn summary(&self) -> String {
        let (failed, skipped) = (self.failed(), self.left_out);
        let passed = self.results.len() - failed;
        format!("{passed} passed, {failed} failed, {skipped} skipped")
    }

    /// The results as JUnit XML.
    pub(super) fn junit(&self) -> String {
        let total = self.results.iter().map(|(_, verdict)| verdict.time).sum::<Duration>();
        let (count, failed) = (self.results.len(), self.failed());
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        // a text takes whatever is written to it
        let _ = writeln!(
            out,
            "<testsuite name=\"cardwire\" tests=\"{count}\" failures=\"{failed}\" errors=\"0\" time=\"{:.3}\">",
            total.as_secs_f64()
        );
        for (name, verdict) in &self.results {
            let seconds = verdict.time.as_secs_f64();
            let name = attribute(name);
            let _ = write!(out, "  <testcase classname=\"cardwire\" name=\"{name}\" time=\"{seconds:.3}\"");
            if !verdict.has_failed() {
                out.push_str("/>\n");
                continue;
            }
            out.push_str(">\n");
            for fault in &verdict.faults {
                let _ = writeln!(out, "    <failure message=\"{}\"/>", attribute(&escaped(fault)));
            }
            out.push_str("  </testcase>\n");
        }
        out.push_str("</testsuite>\n");
        out
    }
}

/// A text within the quotes of an attribute.
fn attribute(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
    out
}

fn millis(time: Duration) -> String {
    format!("{}.{:03}", time.as_millis(), time.subsec_micros() % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(micros: u64, faults: &[&str]) -> Verdict {
        let faults = faults.iter().map(|fault| (*fault).to_owned()).collect();
        Verdict { time: Duration::from_micros(micros), faults }
    }

    #[test]
    fn times_are_told_to_the_microsecond() {
        for (micros, wanted) in
            [(0, "0.000"), (7, "0.007"), (1_000, "1.000"), (61_002_034, "61002.034"), (999, "0.999")]
        {
            assert_eq!(millis(Duration::from_micros(micros)), wanted);
        }
    }

    #[test]
    fn a_report_counts_what_it_holds() {
        let results = vec![
            ("a <b> & \"c\"".to_owned(), verdict(1_500_000, &[])),
            ("d".to_owned(), verdict(250_000, &["field 39: \u{1B} < 51", "more"])),
            ("e".to_owned(), verdict(0, &["late"])),
        ];
        let mut report = Report { results, left_out: 0 };
        assert_eq!(report.summary(), "1 passed, 2 failed, 0 skipped");
        report.left_out(7);
        assert_eq!(report.summary(), "1 passed, 2 failed, 4 skipped");
        assert!(report.has_failed() && !Report::default().has_failed());
        let wanted = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
            <testsuite name=\"cardwire\" tests=\"3\" failures=\"2\" errors=\"0\" time=\"1.750\">\n  \
            <testcase classname=\"cardwire\" name=\"a &lt;b&gt; &amp; &quot;c&quot;\" time=\"1.500\"/>\n  \
            <testcase classname=\"cardwire\" name=\"d\" time=\"0.250\">\n    \
            <failure message=\"field 39: \\x1B &lt; 51\"/>\n    <failure message=\"more\"/>\n  </testcase>\n  \
            <testcase classname=\"cardwire\" name=\"e\" time=\"0.000\">\n    \
            <failure message=\"late\"/>\n  </testcase>\n</testsuite>\n";
        assert_eq!(report.junit(), wanted);
    }
}
