//! Command lines of `cardwire-recon`: each option of each command, with values that are right and wrong. Of each the exit
//! code, what was said, a digest of what was printed, and one of each file that was written.

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use common::whole;

/// `@` stands for the three files of day 4, `%` for the folder of the test.
const LINES: &str = "
--help
match --help
where --help
exceptions --help
payout --help
day --help
evidence --help
decide --help
nonsense
rules
match
match @
match @ --as-of 2026-03-18T10:00
match @ --as-of 2026-03-18
match @ --as-of 2026-03-17T17:59
match @ --as-of noon
match @ --as-of 2020-01-01T10:00
match @ --as-of 2026-03-18T10:00 --lang zh
match @ --as-of 2026-03-18T10:00 --lang xx
match @ --as-of 2026-03-18T10:00 --format ndjson
match @ --as-of 2026-03-18T10:00 --format nonsense
match @ --as-of 2026-03-18T10:00 --zone +09:00
match @ --as-of 2026-03-18T10:00 --zone Asia/Tokyo
match @ --zone Mars
match @ --as-of 2026-03-18T10:00 --currency JPY
match @ --currency yuan
match @ --as-of 2026-03-18T10:00 --memory 1
match @ --as-of 2026-03-18T10:00 --memory 512M
match @ --memory 0
match @ --memory 1T
match @ --memory 1MiB
match @ --memory 2gb
match @ --memory 99999999999G
match @ --memory 1 --out %/none
match @ --as-of 2026-03-18T10:00 --out %/out
match @ --as-of 2026-03-18T10:00 --out %/out --lang zh
match @ --as-of 2026-03-18T10:00 --save-open %/open.ndjson
match --open %/open.ndjson --as-of 2026-03-19T10:00
match --open %/nowhere
match --open %/short.key
match @ --as-of 2026-03-18T10:00 --token-key %/long.key --save-open %/keyed.ndjson
match @ --token-key %/short.key
match @ --token-key %/16.key --as-of 2026-03-18T10:00
match @ --token-key %/15.key
match @ --token-key %/nowhere
match @ --rules %/nowhere
match @ --rules %/short.key
match @ --rules %/days.toml --as-of 2026-03-18T10:00
match @ --spec iso87-ascii --as-of 2026-03-18T10:00
match @ --spec nonsense
match @ --framing binary2 --as-of 2026-03-18T10:00
match @ --framing nonsense
match @ --party 10.0.0.9=A --as-of 2026-03-18T10:00
match @ --party A
match @ --switch-map %/map.toml --as-of 2026-03-18T10:00
match @ --clearing-map %/map.toml --as-of 2026-03-18T10:00
match @ --bank-map %/map.toml --as-of 2026-03-18T10:00
match @ --bank-map %/short.key
match @ --decisions %/nowhere --as-of 2026-03-18T10:00
match @ --decisions %/short.key
match --switch day04/nowhere.csv
match --switch day04/switch.csv
match --clearing day04/clearing.csv day05/clearing.csv
match --clearing day04/clearing.csv --clearing day04/clearing.csv
match --bank day04/bank.csv
match --switch ../../examples/day.pcap --clearing ../../examples/day.ipm --bank ../../examples/bank.xml --as-of 2026-03-18T10:00
match --switch ../../examples/day.pcap --party 10.0.0.2:9000=A --as-of 2026-03-18T10:00 --format ndjson
where @
where @ --rrn 607512000403
where @ --rrn 607512000403 --lang zh
where @ --rrn 607512000403 --json
where @ --rrn 0607512000403 --json
where @ --rrn 607512000403 --html %/page.html
where @ --rrn 607512000403 --html %/page-zh.html --lang zh
where @ --rrn 999999999999
where @ --stan 403
where @ --stan 403 --terminal 10000001
where @ --stan 000403 --terminal 10000009
where @ --amount 100.00
where @ --amount 100.00 --date 2026-03-16
where @ --amount 10000 --date 2026-03-16
where @ --amount 100.0 --date 2026-03-16
where @ --amount 100.00 --date 2026-03-15
where @ --amount x --date 2026-03-16
where @ --date x --amount 1
where @ --item T-0000000000000000
where @ --terminal 10000001
where --rrn 1
exceptions @ --as-of 2026-03-18T10:00
exceptions @ --as-of 2026-03-18T10:00 --lang zh
exceptions @ --as-of 2026-03-18T10:00 --csv
exceptions @ --as-of 2026-03-18T10:00 --format csv
exceptions @ --as-of 2026-03-18T10:00 --format html
exceptions @ --as-of 2026-03-18T10:00 --format nonsense
exceptions --switch day01/switch.csv --clearing day01/clearing.csv --bank day01/bank.csv --as-of 2026-03-18T10:00
exceptions
payout @ --as-of 2026-03-18T10:00
payout @ --as-of 2026-03-18T10:00 --lang zh
payout @ --number PO-0316-04 --as-of 2026-03-18T10:00
payout @ --number PO-NONE --as-of 2026-03-18T10:00
payout
day @ --as-of 2026-03-18T10:00
day @ --as-of 2026-03-18T10:00 --lang zh
day
evidence
evidence @ --token-key %/long.key
evidence @ --token-key %/long.key --lang zh
evidence @ --parquet %/parquet
evidence @ --parquet %/parquet --merchants 0
match --evidence %/nowhere
match --evidence %/long.key
match --evidence %/long.key @
decide
decide T-1 @
decide T-1 @ --as matched --why x --by Li --second Wang --decisions %/new.ndjson
decide T-1 @ --as nonsense --why x --by Li --second Wang --decisions %/new.ndjson
decide T-1 @ --as matched --why x --by Li --second li --decisions %/new.ndjson
decide T-1 @ --as matched --why x --by Li --second Wang
decide T-1 @ --as matched --why x --by Li --second Wang --at noon --decisions %/new.ndjson
";

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let rules = cardwire_recon::engine::rules::DEFAULT.replace("clearing_days = 1", "clearing_days = 3");
    for (name, text) in [
        ("short.key", "x\n"),
        ("15.key", "0123456789abcde"),
        ("16.key", "0123456789abcdef"),
        ("long.key", "a key that is long enough for tokens\n"),
        ("days.toml", &rules),
        ("map.toml", "decimal = '.'\n"),
    ] {
        fs::write(folder.join(name), text).unwrap();
    }
    folder
}

/// The files below a folder, each with the digest of its text.
fn written(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(written(&path));
        } else {
            let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
            found.push((path, whole::digest(&text)));
        }
    }
    found.sort();
    found
}

fn result(folder: &Path, line: &str) -> String {
    let before = written(folder);
    let files = "--switch day04/switch.csv --clearing day04/clearing.csv --bank day04/bank.csv";
    let place = folder.to_str().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_cardwire-recon"))
        .args(line.replace('@', files).replace('%', place).split_whitespace())
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/days"))
        .env("COLUMNS", "100")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let [out, err] = [output.stdout, output.stderr].map(|octets| String::from_utf8(octets).unwrap());
    let err = err.replace(place, "%");
    // evidence of the three sides is read at the same time
    let mut rows: Vec<&str> = out.lines().collect();
    if line.starts_with("evidence") {
        rows.sort_unstable();
    }
    let new = written(folder).into_iter().filter(|file| !before.contains(file));
    let new = new.map(|(path, digest)| format!(" {}:{digest}", path.strip_prefix(folder).unwrap().display()));
    let (code, lines) = (output.status.code().unwrap(), rows.len());
    format!(
        "$ {line}\n{code} {lines}:{}{}{}\n",
        whole::digest(&rows.join("\n")),
        new.collect::<String>(),
        err.lines().map(|line| format!("\n! {line}")).collect::<String>()
    )
}

#[test]
fn say_what_they_said() {
    let folder = folder("lines");
    let lines = LINES.lines().filter(|line| !line.is_empty());
    let results: Vec<String> = lines.map(|line| result(&folder, line)).collect();
    whole::compare("lines", &results);
}

/// A disk that is full is an error, and a reader that went away is none.
#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_printed_is_told_unless_nobody_reads_it() {
    let files = "--switch switch.csv --clearing clearing.csv --bank bank.csv --as-of 2026-03-18T10:00";
    for line in [format!("match {files}"), "rules".to_owned()] {
        let command = || {
            let mut command = Command::new(env!("CARGO_BIN_EXE_cardwire-recon"));
            command.args(line.split(' ')).stderr(Stdio::piped());
            command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/days/day04"));
            command
        };
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = command().stdout(full).output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && err.contains("No space left"), "{line}: {err}");
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = command().stdout(writer).output().unwrap();
        assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0), "{line}");
    }
}

/// Each option of each command stands in a line.
#[test]
fn have_each_option_of_each_command() {
    let mut missing = Vec::new();
    for command in ["match", "where", "exceptions", "payout", "day", "evidence", "decide"] {
        let output = Command::new(env!("CARGO_BIN_EXE_cardwire-recon")).args([command, "--help"]).output();
        let help = String::from_utf8(output.unwrap().stdout).unwrap();
        let options = help.split_whitespace().filter(|word| word.starts_with("--"));
        for option in options {
            let option = option.trim_matches(|found: char| !found.is_ascii_alphanumeric() && found != '-');
            // files and their options are those of each command
            let lines = LINES.replace('@', "--switch --clearing --bank");
            let is_there = lines.split_whitespace().any(|word| word == option);
            if !is_there && !["--help", "--version"].contains(&option) {
                missing.push(format!("{command} {option}"));
            }
        }
    }
    assert_eq!(missing, [""; 0]);
}
