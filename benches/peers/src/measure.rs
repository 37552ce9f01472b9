//! Times and allocations of operations: those that answer one question take turns.

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

/// Times are of batches, of about half a millisecond each.
const BATCHES: usize = 300;
const BATCH_SECONDS: f64 = 0.0005;

#[derive(Default)]
pub struct Report {
    rows: Vec<Value>,
}

impl Report {
    /// Measures those that do the same operation batch by batch in turn, so that whatever else the
    /// machine does meets all of them.
    pub fn case(&mut self, case: &str, mut contenders: Vec<Contender<'_>>) {
        contenders.retain_mut(|contender| {
            let does = (contender.run)(512);
            if !does {
                println!("{case} {}: {} does not do it", contender.op, contender.library);
            }
            does
        });
        while let Some(first) = contenders.first() {
            let op = first.op;
            let mut group: Vec<_> = contenders.extract_if(.., |contender| contender.op == op).collect();
            self.group(case, &mut group);
        }
    }

    fn group(&mut self, case: &str, group: &mut [Contender<'_>]) {
        let time = |contender: &mut Contender<'_>, runs: u32| {
            let start = Instant::now();
            (contender.run)(runs);
            start.elapsed().as_secs_f64() / f64::from(runs)
        };
        let runs: Vec<u32> = group
            .iter_mut()
            .map(|contender| (BATCH_SECONDS / time(contender, 256)).clamp(1.0, 100_000.0) as u32)
            .collect();
        let mut nanoseconds = vec![Vec::with_capacity(BATCHES); group.len()];
        for _ in 0..BATCHES {
            for ((contender, runs), times) in group.iter_mut().zip(&runs).zip(&mut nanoseconds) {
                times.push(time(contender, *runs) * 1e9);
            }
        }
        for (contender, mut times) in group.iter_mut().zip(nanoseconds) {
            times.sort_by(f64::total_cmp);
            let counted = allocation_counter::measure(|| {
                (contender.run)(256);
            });
            let (op, library, checks_content) = (contender.op, contender.library, contender.checks_content);
            self.row(
                case,
                json!({
                    "op": op,
                    "library": library,
                    "checks_content": checks_content,
                    "ns_median": rounded(times[BATCHES / 2]),
                    "ns_min": rounded(times[0]),
                    "allocs": counted.count_total.div_ceil(256),
                }),
            );
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

fn rounded(nanoseconds: f64) -> f64 {
    (nanoseconds * 10.0).round() / 10.0
}
