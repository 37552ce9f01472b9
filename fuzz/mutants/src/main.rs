//! Mutation testing in minutes: every mutant that `cargo mutants` lists, in one program.
//!
//! `cargo mutants` builds the tests once for each mutant, which takes a day here. This builds them once: each
//! mutant is written beside the original, behind a question of its number, and the tests are run
//! with one number after the other, first those that are quick, and only those that come by it.
//!
//! What a constant is worth is settled by the compiler, so there the original always stands; those
//! mutants, and those that can not be written beside the original, are left to `cargo mutants`. They
//! are listed as survivors, in words that its `--re` takes.
//!
//! Started by `.ci/mutants`, in the root of the project, with the list as JSON on standard input. Arguments: the
//! plan (one of `plans/`), how many to try at once, how many of each module to draw, the seed, and
//! a file with those names that alone are tried, if there is one.

mod edit;
mod plan;
mod programs;
mod tree;

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, stdin};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Deserialize;

use plan::Plan;
use programs::{Tests, Verdict};

/// A mutant, as `cargo mutants --list --json` says it.
#[derive(Deserialize, Clone, Debug)]
pub(crate) struct Mutant {
    pub(crate) name: String,
    pub(crate) file: String,
    pub(crate) genre: String,
    pub(crate) replacement: String,
    pub(crate) span: Span,
}

#[derive(Deserialize, Clone, Debug)]
pub(crate) struct Span {
    pub(crate) start: Position,
}

/// Counted from 1.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Position {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

fn main() -> ExitCode {
    let mut list = String::new();
    stdin().read_to_string(&mut list).expect("a list of mutants");
    let all: Vec<Mutant> = serde_json::from_str(&list).expect("what `cargo mutants --list --json` prints");
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [plan, jobs, sample, seed, only @ ..] = arguments.as_slice() else {
        panic!("PLAN JOBS SAMPLE SEED [NAMES]");
    };
    let plan = fs::read_to_string(plan).expect("a plan");
    let plan: Plan = toml::from_str(&plan).expect("a plan");
    let number = |text: &String| text.parse::<usize>().expect("a number");
    let counts = count(&all, &plan);
    let mut mutants = plan.draw(all, number(sample), seed.parse().expect("a seed"));
    if let Some(names) = only.first() {
        let names = fs::read_to_string(names).expect("names of mutants");
        mutants.retain(|mutant| names.contains(&mutant.name));
    }

    let folder = Path::new(&std::env::var("CARGO_TARGET_DIR").unwrap_or("target".into())).join("mutants");
    let (programs, written) = tree::build(&folder, &mutants, &plan);
    let tests = programs::baseline(&programs, &folder, &plan, number(jobs));
    let verdicts = try_all(&mutants, &written, &tests, number(jobs));
    report(&plan, &counts, &mutants, &verdicts)
}

/// How many mutants each module has.
fn count(mutants: &[Mutant], plan: &Plan) -> Vec<(String, usize)> {
    let modules: BTreeSet<&str> = mutants.iter().filter_map(|mutant| plan.module_of(&mutant.file)).collect();
    let of =
        |module: &str| mutants.iter().filter(|mutant| plan.module_of(&mutant.file) == Some(module)).count();
    modules.into_iter().map(|module| (module.to_owned(), of(module))).collect()
}

/// Tries each mutant that was written.
fn try_all(
    mutants: &[Mutant],
    written: &BTreeSet<usize>,
    tests: &Tests<'_>,
    jobs: usize,
) -> Vec<(usize, Verdict)> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                loop {
                    let id = next.fetch_add(1, Ordering::Relaxed);
                    let Some(mutant) = mutants.get(id) else { break };
                    let verdict = match written.contains(&id) {
                        true => tests.verdict(id, mutant),
                        false => written_not(mutant),
                    };
                    if !matches!(verdict, Verdict::Unviable) {
                        eprintln!("{id} {verdict:?}: {}", mutant.name);
                    }
                    done.lock().expect("no thread panics").push((id, verdict));
                }
            });
        }
    });
    let mut done = done.into_inner().expect("no thread panics");
    done.sort_by_key(|(id, _)| *id);
    done
}

/// What does not compile is no mutant, unless it is that which keeps it from standing beside the
/// original: two values of an `impl Trait`, and chains with `let`.
fn written_not(mutant: &Mutant) -> Verdict {
    match mutant.genre == "FnValue" && !mutant.name.contains("-> impl") {
        true => Verdict::Unviable,
        false => Verdict::NotWritten,
    }
}

/// A row for each module and each file, and whether all are caught.
fn report(
    plan: &Plan,
    counts: &[(String, usize)],
    mutants: &[Mutant],
    verdicts: &[(usize, Verdict)],
) -> ExitCode {
    let head = "drawn | unviable | caught | too slow | survived | not reached | not written |";
    let row = |is_of: &dyn Fn(&Mutant) -> bool| {
        use Verdict::{Caught, NotReached, NotWritten, Survived, TooSlow, Unviable};
        let of = |wanted: Option<Verdict>| {
            let found = verdicts.iter().filter(|(id, verdict)| {
                is_of(&mutants[*id]) && wanted.is_none_or(|wanted| wanted == *verdict)
            });
            found.count()
        };
        let columns = [Unviable, Caught, TooSlow, Survived, NotReached, NotWritten];
        format!("{} | {} |", of(None), columns.map(|verdict| of(Some(verdict)).to_string()).join(" | "))
    };
    println!("| module | mutants | {head}\n| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for (module, all) in counts {
        println!("| {module} | {all} | {}", row(&|mutant| plan.module_of(&mutant.file) == Some(module)));
    }
    println!("\n| file | {head}\n| --- | --- | --- | --- | --- | --- | --- | --- |");
    let files: BTreeSet<&str> = mutants.iter().map(|mutant| mutant.file.as_str()).collect();
    for file in files {
        println!("| {file} | {}", row(&|mutant| mutant.file == file));
    }
    println!();
    let is_open =
        |verdict: &Verdict| !matches!(verdict, Verdict::Caught | Verdict::TooSlow | Verdict::Unviable);
    let mut all = true;
    for (id, verdict) in verdicts.iter().filter(|(_, verdict)| is_open(verdict)) {
        println!("{verdict:?}: {}", mutants[*id].name);
        all = false;
    }
    if all { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
