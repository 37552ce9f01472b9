//! The tests, run with one mutant after the other.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use crate::Mutant;
use crate::plan::Plan;

/// A program of tests, as `PACKAGE:NAME`, and the folder of its package.
pub(crate) struct Program {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    pub(crate) folder: PathBuf,
    /// Its tests write into one folder, so it runs once at a time.
    alone: Mutex<()>,
}

/// A test, how long it takes, and the mutants that it comes by.
struct Test<'p> {
    program: &'p Program,
    name: String,
    time: Duration,
    met: BTreeSet<usize>,
}

/// All tests, the quickest first.
pub(crate) struct Tests<'p> {
    tests: Vec<Test<'p>>,
    plan: &'p Plan,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Verdict {
    /// A test failed.
    Caught,
    /// A test took many times as long as it does.
    TooSlow,
    Survived,
    /// No test comes by it while it runs.
    NotReached,
    /// It can not stand beside the original.
    NotWritten,
    /// It does not compile.
    Unviable,
}

/// How a run of some tests ended.
enum Ended {
    Well,
    /// This test failed, or none was named before the program ended.
    Failed(Option<String>),
    TooSlow,
}

/// Memory of a program, in kilobytes, for mutants that take all there is.
const MEMORY: &str = "ulimit -v 8000000; exec \"$0\" \"$@\"";
/// Tests that take up to so many milliseconds are run in one program, before those that take longer.
const TOGETHER: [u128; 6] = [50, 150, 500, 1_500, 5_000, 15_000];

/// Runs each test without a mutant: how long it takes, and what it comes by.
pub(crate) fn baseline<'p>(programs: &'p [Program], folder: &Path, plan: &'p Plan, jobs: usize) -> Tests<'p> {
    let folder = fs::canonicalize(folder).expect("the folder is there").join("met");
    fs::create_dir_all(&folder).expect("a folder can be made");
    let names = |program: &'p Program| {
        let names = program.names().into_iter().filter(|name| plan.runs(&program.name, name));
        names.map(move |name| (program, name))
    };
    let wanted: Vec<(&Program, String)> = programs.iter().flat_map(names).collect();
    let (next, tests) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                while let Some((program, name)) = wanted.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let met = folder.join(format!("{}-{}", program.name, name.replace("::", "-")));
                    if let Some(test) = meet(program, name, &met) {
                        tests.lock().expect("no thread panics").push(test);
                    }
                }
            });
        }
    });
    let mut tests = tests.into_inner().expect("no thread panics");
    tests.sort_by_key(|test| test.time);
    let total: Duration = tests.iter().map(|test| test.time).sum();
    eprintln!("{} of {} tests pass without a mutant, in {total:?}", tests.len(), wanted.len());
    Tests { tests, plan }
}

/// Runs one test with no mutant; nothing, if it fails.
fn meet<'p>(program: &'p Program, name: &str, met: &Path) -> Option<Test<'p>> {
    let _alone = program.alone.lock().expect("no thread panics");
    let _ = fs::remove_file(met);
    let start = Instant::now();
    let mut command = program.command(&[name]);
    let status = command.env("CARDWIRE_MUTANTS_MET", met).stdout(Stdio::null()).status().expect("it runs");
    let time = start.elapsed();
    if !status.success() {
        eprintln!("left out: {} {name} fails without a mutant", program.name);
        return None;
    }
    let met = fs::read_to_string(met).unwrap_or_default();
    let met = met.lines().filter_map(|line| line.parse().ok()).collect();
    if time > Duration::from_secs(5) {
        eprintln!("{} {name}: {time:?}", program.name);
    }
    Some(Test { program, name: name.to_owned(), time, met })
}

impl Tests<'_> {
    /// What becomes of a mutant.
    pub(crate) fn verdict(&self, id: usize, mutant: &Mutant) -> Verdict {
        let judges = |test: &&Test<'_>| {
            test.met.contains(&id) && self.plan.judges(&mutant.file, &test.program.name, &test.name)
        };
        // by how long they take, and of those by program
        let mut runs: BTreeMap<(usize, &str), Vec<&Test<'_>>> = BTreeMap::new();
        for (index, test) in self.tests.iter().filter(judges).enumerate() {
            let class = TOGETHER.iter().position(|most| test.time.as_millis() <= *most);
            let class = class.unwrap_or(TOGETHER.len() + index);
            runs.entry((class, &test.program.name)).or_default().push(test);
        }
        let mut verdict = Verdict::NotReached;
        for tests in runs.values() {
            match run(tests, id) {
                Verdict::Survived => verdict = Verdict::Survived,
                other => return other,
            }
        }
        verdict
    }
}

/// Runs tests of one program with a mutant. What failed must fail twice: a busy machine is no test.
fn run(tests: &[&Test<'_>], id: usize) -> Verdict {
    let Some(first) = tests.first() else { return Verdict::Survived };
    let names: Vec<&str> = tests.iter().map(|test| test.name.as_str()).collect();
    let time = tests.iter().map(|test| test.time).sum();
    let _alone = first.program.alone.lock().expect("no thread panics");
    match first.program.run(&names, id, time) {
        Ended::Well => Verdict::Survived,
        Ended::TooSlow => Verdict::TooSlow,
        Ended::Failed(None) => Verdict::Caught,
        Ended::Failed(Some(name)) => match first.program.run(&[&name], id, time) {
            Ended::Well => match first.program.run(&names, id, time) {
                Ended::Well => Verdict::Survived,
                Ended::TooSlow => Verdict::TooSlow,
                Ended::Failed(_) => Verdict::Caught,
            },
            Ended::TooSlow => Verdict::TooSlow,
            Ended::Failed(_) => Verdict::Caught,
        },
    }
}

impl Program {
    pub(crate) fn new(name: String, path: PathBuf, folder: PathBuf) -> Self {
        Self { name, path, folder, alone: Mutex::new(()) }
    }

    /// The names of its tests.
    fn names(&self) -> Vec<String> {
        let mut list = Command::new(&self.path);
        list.args(["--list", "--format=terse"]).current_dir(&self.folder);
        let output = list.output().expect("it runs");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.lines().filter_map(|line| line.strip_suffix(": test").map(str::to_owned)).collect()
    }

    fn command(&self, tests: &[&str]) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", MEMORY]).arg(&self.path).arg("--exact").args(tests).current_dir(&self.folder);
        command.env("CARDWIRE_CASES", "0.1").env("RUST_BACKTRACE", "0").env_remove("CARDWIRE_MUTANT");
        command.stdin(Stdio::null()).stderr(Stdio::null()).process_group(0);
        command
    }

    fn run(&self, tests: &[&str], id: usize, time: Duration) -> Ended {
        let mut command = self.command(tests);
        let mut child =
            command.env("CARDWIRE_MUTANT", id.to_string()).stdout(Stdio::piped()).spawn().expect("it runs");
        let group = child.id();
        let (sender, lines) = channel();
        let output = child.stdout.take().expect("it is piped");
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let end = Instant::now() + time * 8 + Duration::from_secs(20);
        let ended = loop {
            match lines.recv_timeout(end.saturating_duration_since(Instant::now())) {
                // the others of its tests would say no more
                Ok(line) if line.ends_with("FAILED") && !line.starts_with("test result") => {
                    let name = line.strip_prefix("test ").and_then(|line| line.split(" ... ").next());
                    let known = name.filter(|name| tests.contains(name));
                    break Ended::Failed(known.map(str::to_owned));
                }
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => break Ended::TooSlow,
                Err(RecvTimeoutError::Disconnected) => match child.wait().expect("it ends").success() {
                    true => break Ended::Well,
                    false => break Ended::Failed(None),
                },
            }
        };
        // with what it started
        let _ =
            Command::new("kill").args(["-KILL", "--", &format!("-{group}")]).stderr(Stdio::null()).status();
        let _ = child.kill();
        let _ = child.wait();
        ended
    }
}
