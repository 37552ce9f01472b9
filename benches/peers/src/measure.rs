//! Times and allocations of operations, which take turns: what else the machine does meets all alike.

use std::time::Instant;

use serde_json::{Value, json};

/// A library that does an operation.
pub struct Contender<'c> {
    op: &'static str,
    library: &'static str,
    checks_content: bool,
    /// Does it so many times; whether all went well.
    run: Box<dyn FnMut(u32) -> bool + 'c>,
}

impl<'c> Contender<'c> {
    /// `operation` says whether it went well.
    pub fn new(
        op: &'static str,
        library: &'static str,
        checks_content: bool,
        mut operation: impl FnMut() -> bool + 'c,
    ) -> Self {
        Self { op, library, checks_content, run: Box::new(move |runs| (0..runs).all(|_| operation())) }
    }
}

/// Times are of batches, short enough to fall between whatever else the machine does.
const BATCHES: usize = 500;
const BATCH_SECONDS: f64 = 0.0002;

/// The operations, in the order of the table.
const OPS: [&str; 6] = ["parse", "parse_spans", "parse_read5", "reject", "build", "build_from_parsed"];

#[derive(Default)]
pub struct Report {
    rows: Vec<Value>,
}

impl Report {
    /// Measures all, batch by batch in turn.
    pub fn measure(&mut self, contenders: Vec<(&str, Contender<'_>)>) {
        let mut able: Vec<_> = contenders.into_iter().filter_map(Timed::new).collect();
        for _ in 0..BATCHES {
            able.iter_mut().for_each(Timed::batch);
        }
        for timed in able {
            let (case, measured) = timed.result();
            self.row(case, measured);
        }
    }

    /// What was measured, or was measured elsewhere.
    pub fn row(&mut self, case: &str, measured: Value) {
        let mut row = json!({ "case": case });
        for name in ["op", "library", "checks_content", "ns_median", "ns_min", "allocs"] {
            row[name] = measured[name].clone();
        }
        self.rows.push(row);
    }

    /// Brings the rows of a case and an operation together.
    pub fn sort(&mut self) {
        let mut cases: Vec<Value> = self.rows.iter().map(|row| row["case"].clone()).collect();
        cases.dedup();
        let place = |names: &[Value], name: &Value| names.iter().position(|own| own == name);
        let ops = OPS.map(Value::from);
        self.rows.sort_by_key(|row| (place(&cases, &row["case"]), place(&ops, &row["op"])));
    }

    /// A library that says it uses no heap uses none.
    pub fn assert_no_heap(&self, library: &str) {
        let starts = |row: &&Value| row["library"].as_str().is_some_and(|name| name.starts_with(library));
        let ours: Vec<&Value> = self.rows.iter().filter(starts).collect();
        assert!(!ours.is_empty() && ours.iter().all(|row| row["allocs"] == 0), "{library} allocates");
    }

    pub fn print(&self) {
        println!(
            "{:14} {:18} {:26} {:7} {:>10} {:>10} {:>7}",
            "case", "op", "library", "checks", "median ns", "min ns", "allocs"
        );
        for row in &self.rows {
            let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
            let checks = if row["checks_content"] == true { "yes" } else { "no" };
            println!(
                "{:14} {:18} {:26} {checks:7} {:>10} {:>10} {:>7}",
                text("case"),
                text("op"),
                text("library"),
                row["ns_median"].to_string(),
                row["ns_min"].to_string(),
                row["allocs"].to_string()
            );
        }
    }

    pub fn write(&self, path: &str) -> std::io::Result<()> {
        let rows: Vec<String> = self.rows.iter().map(Value::to_string).collect();
        std::fs::write(path, format!("[\n  {}\n]\n", rows.join(",\n  ")))
    }
}

/// A contender and what its batches took.
struct Timed<'c> {
    case: &'c str,
    contender: Contender<'c>,
    runs: u32,
    nanoseconds: Vec<f64>,
}

impl<'c> Timed<'c> {
    /// None if it cannot do it, which is said.
    fn new((case, contender): (&'c str, Contender<'c>)) -> Option<Self> {
        let mut timed = Self { case, contender, runs: 256, nanoseconds: Vec::with_capacity(BATCHES) };
        // twice, so that parsers have met the streams
        if !(timed.contender.run)(512) {
            println!("{case} {}: {} does not do it", timed.contender.op, timed.contender.library);
            return None;
        }
        timed.batch();
        let nanoseconds = timed.nanoseconds.pop()?;
        timed.runs = (BATCH_SECONDS * 1e9 / nanoseconds).clamp(1.0, 100_000.0) as u32;
        Some(timed)
    }

    fn batch(&mut self) {
        let start = Instant::now();
        (self.contender.run)(self.runs);
        self.nanoseconds.push(start.elapsed().as_secs_f64() * 1e9 / f64::from(self.runs));
    }

    fn result(mut self) -> (&'c str, Value) {
        self.nanoseconds.sort_by(f64::total_cmp);
        let counted = allocation_counter::measure(|| {
            (self.contender.run)(256);
        });
        let measured = json!({
            "op": self.contender.op,
            "library": self.contender.library,
            "checks_content": self.contender.checks_content,
            "ns_median": rounded(self.nanoseconds[BATCHES / 2]),
            "ns_min": rounded(self.nanoseconds[0]),
            "allocs": counted.count_total.div_ceil(256),
        });
        (self.case, measured)
    }
}

fn rounded(nanoseconds: f64) -> f64 {
    (nanoseconds * 10.0).round() / 10.0
}
