//! Times and allocations of operations.

use std::fmt::Write as _;
use std::time::Instant;

#[derive(Default)]
pub struct Report {
    rows: Vec<Row>,
}

struct Row {
    case: String,
    op: &'static str,
    library: &'static str,
    checks_content: bool,
    ns_median: f64,
    ns_min: f64,
    allocs: u64,
}

/// Batches of an operation, and how long one should take.
const BATCHES: usize = 400;
const BATCH_SECONDS: f64 = 0.001;

impl Report {
    /// Measures an operation, which says whether it did what the row is about.
    pub fn row(
        &mut self,
        case: &str,
        op: &'static str,
        library: &'static str,
        checks_content: bool,
        mut operation: impl FnMut() -> bool,
    ) {
        if !operation() {
            eprintln!("{case} {op}: {library} does not do it");
            return;
        }
        let allocs = allocation_counter::measure(|| {
            operation();
        })
        .count_total;
        let mut time = |runs: u32| {
            let start = Instant::now();
            for _ in 0..runs {
                operation();
            }
            start.elapsed().as_secs_f64() / f64::from(runs)
        };
        let runs = (BATCH_SECONDS / time(2_000)).clamp(1.0, 100_000.0) as u32;
        let mut nanoseconds: Vec<f64> = (0..BATCHES).map(|_| time(runs) * 1e9).collect();
        nanoseconds.sort_by(f64::total_cmp);
        let (ns_min, ns_median) = (nanoseconds[0], nanoseconds[BATCHES / 2]);
        let case = case.to_owned();
        self.rows.push(Row { case, op, library, checks_content, ns_median, ns_min, allocs });
    }

    pub fn print(&self) {
        println!(
            "{:14} {:18} {:20} {:7} {:>10} {:>10} {:>7}",
            "case", "op", "library", "checks", "median ns", "min ns", "allocs"
        );
        for row in &self.rows {
            let Row { case, op, library, ns_median, ns_min, allocs, .. } = row;
            let checks = if row.checks_content { "yes" } else { "no" };
            println!("{case:14} {op:18} {library:20} {checks:7} {ns_median:10.1} {ns_min:10.1} {allocs:7}");
        }
    }

    pub fn write(&self, path: &str) -> std::io::Result<()> {
        let mut json = String::from("[");
        for (index, row) in self.rows.iter().enumerate() {
            let Row { case, op, library, checks_content, ns_median, ns_min, allocs } = row;
            let comma = if index == 0 { "" } else { "," };
            write!(
                json,
                "{comma}\n  {{\"case\":\"{case}\",\"op\":\"{op}\",\"library\":\"{library}\",\"checks_content\":{checks_content},\"ns_median\":{ns_median:.1},\"ns_min\":{ns_min:.1},\"allocs\":{allocs}}}"
            )
            .expect("a string takes all");
        }
        std::fs::create_dir_all("target")?;
        std::fs::write(path, json + "\n]\n")
    }
}
