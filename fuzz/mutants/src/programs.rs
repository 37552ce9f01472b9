//! The programs of the tests, run with one mutant after the other.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// A program of tests.
pub(crate) struct Program {
    path: PathBuf,
    tree: PathBuf,
    arguments: Vec<String>,
    time: Duration,
    /// The mutants that it comes by.
    met: BTreeSet<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Verdict {
    /// A test failed.
    Caught,
    /// A program took many times as long as it does.
    TooSlow,
    Survived,
    /// No test comes by it while it runs.
    NotReached,
    /// It can not stand beside the original.
    NotWritten,
    /// It does not compile.
    Unviable,
}

/// Memory of a program, in kilobytes, for mutants that take all there is.
const MEMORY: &str = "ulimit -v 8000000; exec \"$0\" \"$@\"";

/// Runs each program without a mutant: how long it takes, and what it comes by.
pub(crate) fn baseline(
    programs: BTreeMap<String, PathBuf>,
    folder: &Path,
    arguments: &[String],
) -> Vec<Program> {
    let folder = fs::canonicalize(folder).expect("the folder is there");
    let mut all = Vec::new();
    for (name, path) in programs {
        let met = folder.join(format!("{name}.met"));
        let _ = fs::remove_file(&met);
        let tree = folder.join("tree");
        let (time, arguments) = (Duration::MAX, arguments.to_vec());
        let mut program = Program { path, tree, arguments, time, met: BTreeSet::new() };
        let status = program.command().env("CARDWIRE_MUTANTS_MET", &met).status().expect("it runs");
        assert!(status.success(), "{name} fails without a mutant");
        let start = Instant::now();
        assert!(program.command().status().expect("it runs").success());
        program.time = start.elapsed();
        let met = fs::read_to_string(&met).unwrap_or_default();
        program.met = met.lines().map(|line| line.parse().expect("a number")).collect();
        eprintln!("{name}: {:?}, comes by {} mutants", program.time, program.met.len());
        all.push(program);
    }
    all.sort_by_key(|program| program.time);
    all
}

/// What becomes of a mutant.
pub(crate) fn verdict(id: usize, programs: &[Program]) -> Verdict {
    let mut verdict = Verdict::NotReached;
    for program in programs.iter().filter(|program| program.met.contains(&id)) {
        match program.run(id) {
            Verdict::Survived => verdict = Verdict::Survived,
            other => return other,
        }
    }
    verdict
}

impl Program {
    fn command(&self) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", MEMORY]).arg(&self.path).args(&self.arguments).current_dir(&self.tree);
        command.env("CARDWIRE_CASES", "0.1").env("RUST_BACKTRACE", "0").env_remove("CARDWIRE_MUTANT");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    fn run(&self, id: usize) -> Verdict {
        let mut child = self
            .command()
            .env("CARDWIRE_MUTANT", id.to_string())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it runs");
        let (sender, lines) = channel();
        let output = child.stdout.take().expect("it is piped");
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let end = Instant::now() + self.time * 6 + Duration::from_secs(6);
        loop {
            match lines.recv_timeout(end.saturating_duration_since(Instant::now())) {
                // the others of its tests would say no more
                Ok(line) if line.ends_with("FAILED") => return stop(child, Verdict::Caught),
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => return stop(child, Verdict::TooSlow),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        match child.wait().expect("it ends").success() {
            true => Verdict::Survived,
            false => Verdict::Caught,
        }
    }
}

fn stop(mut child: Child, verdict: Verdict) -> Verdict {
    let _ = child.kill();
    let _ = child.wait();
    verdict
}
