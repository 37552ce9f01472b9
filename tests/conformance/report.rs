//! The table of a replay, the reviewed deviations it is held against, and the document it stands in.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::row::Row;

/// What a replay came to.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The same octets both ways, and the same values.
    Exact,
    /// Something stood in the way; the deviations must name it.
    Refused(String),
    /// Other octets, or other values.
    Differs(String),
    /// The peer raised an error before there were octets, or the row has no values.
    Nothing,
}

#[derive(Default)]
struct Count {
    rows: usize,
    exact: usize,
    named: usize,
    wrong: usize,
    nothing: usize,
}

/// A reviewed entry: source, class, test, what the outcome begins with, how many rows there are, why.
struct Deviation<'t> {
    source: &'t str,
    class: &'t str,
    test: &'t str,
    outcome: &'t str,
    reason: &'t str,
    expected: usize,
    rows: usize,
}

pub(crate) struct Report<'t> {
    counts: BTreeMap<(String, String), Count>,
    deviations: Vec<Deviation<'t>>,
    wrong: Vec<String>,
}

impl<'t> Report<'t> {
    pub(crate) fn new(deviations: &'t str) -> Self {
        let deviations = deviations.split("[[deviation]]").skip(1).map(|table| {
            let text = |key: &str| {
                let line = table.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = "));
                line.map(|said| said.trim_matches('\'')).unwrap_or_else(|| panic!("no {key}: {table}"))
            };
            let [source, class, test, outcome, reason] =
                ["source", "class", "test", "outcome", "reason"].map(text);
            let expected = text("rows").parse().unwrap();
            Deviation { source, class, test, outcome, reason, expected, rows: 0 }
        });
        Self { counts: BTreeMap::new(), deviations: deviations.collect(), wrong: Vec::new() }
    }

    pub(crate) fn add(&mut self, source: &str, class: &str, row: &Row, outcome: Outcome) {
        let count = self.counts.entry((source.to_owned(), class.to_owned())).or_default();
        count.rows += 1;
        let said = match outcome {
            Outcome::Exact => {
                count.exact += 1;
                return;
            }
            Outcome::Nothing => {
                count.nothing += 1;
                return;
            }
            Outcome::Refused(said) => format!("refused: {said}"),
            Outcome::Differs(said) => format!("differs: {said}"),
        };
        let matches = |pattern: &str, text: &str| pattern.split('|').any(|pattern| pattern == text);
        let found = self.deviations.iter_mut().find(|deviation| {
            deviation.source == source
                && matches(deviation.class, class)
                && matches(deviation.test, row.test_name())
                && said.starts_with(deviation.outcome)
        });
        match found {
            Some(deviation) => {
                deviation.rows += 1;
                count.named += 1;
            }
            None => {
                count.wrong += 1;
                let test = row.test_name();
                self.wrong.push(format!("line {} {class} {test}: {said}", row.line));
            }
        }
    }

    /// Writes the table; fails when anything is wrong.
    pub(crate) fn finish(self) {
        let mut table = String::from(
            "| source | class or spec | rows | byte-exact | nothing to compare | other for a named reason | wrong |\n",
        );
        table += "| --- | --- | ---: | ---: | ---: | ---: | ---: |\n";
        let mut sum = Count::default();
        for ((source, class), Count { rows, exact, named, wrong, nothing }) in &self.counts {
            let _ =
                writeln!(table, "| {source} | {class} | {rows} | {exact} | {nothing} | {named} | {wrong} |");
            sum.nothing += nothing;
            sum.rows += rows;
            sum.exact += exact;
            sum.named += named;
            sum.wrong += wrong;
        }
        let Count { rows, exact, named, wrong, nothing } = sum;
        let _ = writeln!(table, "| all | | {rows} | {exact} | {nothing} | {named} | {wrong} |");
        table +=
            "\n| source | class | test | outcome | rows | reason |\n| --- | --- | --- | --- | ---: | --- |\n";
        for Deviation { source, class, test, outcome, reason, rows, .. } in &self.deviations {
            let (class, test) = (class.replace('|', ", "), test.replace('|', ", "));
            let _ = writeln!(table, "| {source} | {class} | {test} | {outcome} | {rows} | {reason} |");
        }
        let target = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
        std::fs::write(target.join("conformance.md"), &table).unwrap();
        self.wrong.iter().for_each(|wrong| println!("{wrong}"));
        assert!(self.wrong.is_empty(), "{} rows are wrong", self.wrong.len());
        let is_other = |deviation: &&Deviation<'_>| deviation.rows != deviation.expected;
        let others: Vec<String> = self
            .deviations
            .iter()
            .filter(is_other)
            .map(|Deviation { class, test, outcome, rows, expected, .. }| {
                format!("{class}, {test}, {outcome}: {rows} rows, not {expected}")
            })
            .collect();
        assert!(others.is_empty(), "deviations that are not as they are written: {others:#?}");
        documented(&table, rows);
    }
}

/// The documents hold the table of the corpus that they were written with.
fn documented(table: &str, rows: usize) {
    let text = include_str!("../../docs/conformance.md");
    match text.contains(&format!("\n| all | | {rows} |")) {
        true => assert!(text.contains(table), "docs/conformance.md is not target/conformance.md any more"),
        false => println!("{rows} rows: another corpus than that of docs/conformance.md"),
    }
}
