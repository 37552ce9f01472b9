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
    let mut python = Python::start();
    for subject in subject::subjects() {
        match subject.name {
            "stream_256" => subject::assert_mixed(&subject, 8),
            "hostile_256" => subject::assert_mixed(&subject, 256),
            _ => (),
        }
        let mut contenders = ours::contenders(&subject);
        contenders.extend(peer::contenders(&subject));
        report.case(subject.name, contenders);
        if let Some(python) = python.as_mut().filter(|_| subject.is_one()) {
            python.measure(&subject, &mut report);
        }
    }
    report.print();
    report.write("target/peers.json")?;
    report.assert_no_heap("cardwire");
    Ok(())
}
