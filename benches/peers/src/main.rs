//! cardwire and its peers on the same message bytes, in one run.
//!
//! Prints a table and writes `target/peers.json`. Times are of batches, shortest and median of many;
//! on a machine that others use as well, trust the shortest. `peers count` is for callgrind.

mod count;
mod measure;
mod ours;
mod peer;
mod subject;

#[path = "../../common/mod.rs"]
mod common;
#[path = "../../../tests/common/venv.rs"]
mod venv;

use measure::Report;
use peer::pyiso8583::Python;

fn main() -> std::io::Result<()> {
    if std::env::args().nth(1).as_deref() == Some("count") {
        count::run();
        return Ok(());
    }
    std::fs::create_dir_all("target")?;
    let mut report = Report::default();
    let subjects = subject::subjects();
    let all = subjects.iter().flat_map(|subject| {
        let contenders = ours::contenders(subject).into_iter().chain(peer::contenders(subject));
        contenders.map(|contender| (subject.name, contender))
    });
    report.measure(all.collect());
    if let Some(mut python) = Python::start() {
        let single = subjects.iter().filter(|subject| subject.is_one());
        single.for_each(|subject| python.measure(subject, &mut report));
    }
    report.sort();
    report.print();
    report.write("target/peers.json")?;
    report.assert_no_heap("cardwire");
    Ok(())
}
