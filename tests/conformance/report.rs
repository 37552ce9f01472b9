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
}

#[derive(Default)]
struct Count {
    rows: usize,
    exact: usize,
    named: usize,
    wrong: usize,
}

/// A reviewed entry: source, class (`*` matches anything), what the outcome contains, why.
struct Deviation<'t> {
    source: &'t str,
    class: &'t str,
    outcome: &'t str,
    reason: &'t str,
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
                line.map(|said| &said[1..said.len() - 1]).unwrap_or_else(|| panic!("no {key}: {table}"))
            };
            let [source, class, outcome, reason] = ["source", "class", "outcome", "reason"].map(text);
            Deviation { source, class, outcome, reason, rows: 0 }
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
            Outcome::Refused(said) => format!("refused: {said}"),
            Outcome::Differs(said) => format!("differs: {said}"),
        };
        let one = |pattern: &str, text: &str| match pattern.split_once('*') {
            Some((start, end)) => text.starts_with(start) && text.ends_with(end),
            None => text == pattern,
        };
        let matches = |pattern: &str, text: &str| pattern.split('|').any(|pattern| one(pattern, text));
        let found = self.deviations.iter_mut().find(|deviation| {
            deviation.source == source && matches(deviation.class, class) && said.contains(deviation.outcome)
        });
        match found {
            Some(deviation) => {
                deviation.rows += 1;
                count.named += 1;
            }
            None => {
                count.wrong += 1;
                let test = row.text("source").split(':').nth(1).unwrap_or_default();
                self.wrong.push(format!("line {} {} {test}: {said}", row.line, class));
            }
        }
    }

    /// Writes the table; fails when anything is wrong.
    pub(crate) fn finish(self) {
        let mut table = String::from(
            "| source | class or spec | rows | byte-exact | refused for a named reason | wrong |\n",
        );
        table += "| --- | --- | ---: | ---: | ---: | ---: |\n";
        let mut sum = Count::default();
        for ((source, class), Count { rows, exact, named, wrong }) in &self.counts {
            let _ = writeln!(table, "| {source} | {class} | {rows} | {exact} | {named} | {wrong} |");
            sum.rows += rows;
            sum.exact += exact;
            sum.named += named;
            sum.wrong += wrong;
        }
        let Count { rows, exact, named, wrong } = sum;
        let _ = writeln!(table, "| all | | {rows} | {exact} | {named} | {wrong} |");
        table += "\n| source | class | outcome | rows | reason |\n| --- | --- | --- | ---: | --- |\n";
        for Deviation { source, class, outcome, reason, rows } in &self.deviations {
            let _ = writeln!(table, "| {source} | {class} | {outcome} | {rows} | {reason} |");
        }
        let target = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
        std::fs::write(target.join("conformance.md"), &table).unwrap();
        self.wrong.iter().for_each(|wrong| println!("{wrong}"));
        assert!(self.wrong.is_empty(), "{} rows are wrong", self.wrong.len());
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
