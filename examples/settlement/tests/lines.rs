//! Command lines of `settlement` that need no network: each with its exit code, what it printed and what it said.

mod common;

use std::path::Path;
use std::process::{Command, Stdio};

use common::whole;

/// In the folder of a scenario that was kept, `S28`.
const WHERE: &str = "
where --from day.pcap,settlement-1.ipm,bank.xml
where --from day.pcap,settlement-1.ipm,bank.xml --lang zh
where --from day.pcap
where --from settlement-1.ipm,bank.xml
where --from day.pcap,settlement-1.ipm,bank.xml --json --stan 1 --batch 1
where --from day.pcap,settlement-1.ipm,bank.xml --stan 1 --batch 1
where --from day.pcap,settlement-1.ipm,bank.xml --stan 1 --batch 1 --lang zh
where --from day.pcap,settlement-1.ipm,bank.xml --stan 1 --batch 1 --terminal 10000001
where --from day.pcap,settlement-1.ipm,bank.xml --stan 1 --batch 1 --terminal 10000009
where --from day.pcap,settlement-1.ipm,bank.xml --stan 9 --batch 9
where --from day.pcap,settlement-1.ipm,bank.xml --stan 9 --batch 9 --lang zh
where --from day.pcap,settlement-1.ipm,bank.xml --rrn 632714100001
where --from day.pcap,settlement-1.ipm,bank.xml --terminal 10000001 --date 2026-11-23 --amount 500.00
where --from day.pcap,settlement-1.ipm,bank.xml --as-of 2026-11-23T18:00
where --from day.pcap,settlement-1.ipm,bank.xml --as-of 2026-12-24T18:00
where --from day.pcap,settlement-1.ipm,bank.xml --zone +00:00
where --from day.pcap,settlement-1.ipm,bank.xml --zone Mars
where --ledger ledger.sqlite
where --ledger ledger.sqlite --lang zh
where --ledger ledger.sqlite --zone 8
where --ledger ledger.sqlite --zone +07:30
where --ledger ledger.sqlite --stan 1 --batch 1 --json
--where ledger.sqlite
--where ledger.sqlite --lang zh
--check ledger.sqlite
--check ledger.sqlite --lang zh
--check ledger.sqlite --head 0000000000000000000000000000000000000000000000000000000000000000
";
/// Those that are understood, or not, without a file.
const OTHERS: &str = "
--help
node --help
--nonsense
nonsense
--lang xx
--ledger
--head 00
--head x --check none.sqlite
--head 0000000000000000000000000000000000000000000000000000000000000000
--timeout-ms 0
--timeout-ms 60001
--timeout-ms x
--check none.sqlite
--where none.sqlite
where
where --from day.pcap --ledger ledger.sqlite
where --from none.pcap
where --ledger none.sqlite
where --nonsense
where nonsense
where --from none.pcap --rrn
where --from none.pcap --stan 1
where --from none.pcap --terminal 1 --date x --amount y
where --from none.pcap --fees none.toml
where --from none.pcap --lang xx
scenarios --only S99
scenarios --nonsense
scenarios --lang xx
scenarios --only
scenarios --table
node
node nobody
node issuer
node issuer --topology none.toml
probe
probe --topology none.toml
operators issuer
sim --seeds x
sim --nonsense
chaos --kills x
load --sales x
scale --processes x
fast nobody
";

fn result(folder: &Path, line: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_settlement"))
        .args(line.split_whitespace())
        .current_dir(folder)
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let [out, err] = [output.stdout, output.stderr].map(|octets| String::from_utf8(octets).unwrap());
    let first = err.lines().next().unwrap_or_default();
    format!("{:?} {} {} {first}", output.status.code(), whole::counted(&[out]), whole::counted(&[&err]))
}

fn check(name: &str, folder: &Path, lines: &str) {
    let lines = lines.lines().filter(|line| !line.is_empty());
    let told = lines.map(|line| format!("{}: {}", line.replace(' ', "_"), result(folder, line)));
    whole::compare(name, &told.collect::<Vec<_>>());
}

#[test]
fn about_the_files_of_a_scenario() {
    let folder = std::env::temp_dir().join(format!("settlement-lines-{}", std::process::id()));
    let kept = Command::new(env!("CARGO_BIN_EXE_settlement"))
        .args(["scenarios", "--only", "S28", "--out"])
        .arg(&folder)
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(kept.success());
    check("files", &folder.join("S28"), WHERE);
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn without_files() {
    check("none", &std::env::temp_dir(), OTHERS);
}
