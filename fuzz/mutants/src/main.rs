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
//! Started by `.ci/mutants`, in the root of the project, with the list as JSON on standard input, how many
//! to try at once, the tests as cargo names them, and behind `--` what their programs are told.

mod edit;
mod programs;
mod tree;

use std::collections::BTreeSet;
use std::io::{Read, stdin};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Deserialize;

use programs::{Program, Verdict};

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
    let mutants: Vec<Mutant> =
        serde_json::from_str(&list).expect("what `cargo mutants --list --json` prints");
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (jobs, tests) =
        arguments.split_first().expect("how many at once, and the tests: --lib --test=golden ...");
    let jobs: usize = jobs.parse().expect("a number of jobs");
    let split = tests.iter().position(|argument| argument == "--").unwrap_or(tests.len());
    let (tests, arguments) = tests.split_at(split);

    let folder = Path::new(&std::env::var("CARGO_TARGET_DIR").unwrap_or("target".into())).join("mutants");
    let (programs, written) = tree::build(&folder, &mutants, tests);
    let programs = programs::baseline(programs, &folder, arguments.get(1..).unwrap_or_default());
    let verdicts = try_all(&mutants, &written, &programs, jobs);
    report(&mutants, &verdicts)
}

/// Tries each mutant that was written.
fn try_all(
    mutants: &[Mutant],
    written: &BTreeSet<usize>,
    programs: &[Program],
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
                        true => programs::verdict(id, programs),
                        false => written_not(mutant),
                    };
                    if !matches!(verdict, Verdict::Caught | Verdict::Unviable) {
                        eprintln!("{verdict:?}: {}", mutant.name);
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

/// A row for each file, and whether all are caught.
fn report(mutants: &[Mutant], verdicts: &[(usize, Verdict)]) -> ExitCode {
    let files: BTreeSet<&str> = mutants.iter().map(|mutant| mutant.file.as_str()).collect();
    println!("| file | mutants | unviable | caught | too slow | survived | not reached | not written |");
    println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
    for file in files {
        let of = |wanted: Option<Verdict>| {
            let found = verdicts.iter().filter(|(id, verdict)| {
                mutants[*id].file == file && wanted.is_none_or(|wanted| wanted == *verdict)
            });
            found.count()
        };
        use Verdict::{Caught, NotReached, NotWritten, Survived, TooSlow, Unviable};
        let columns = [Unviable, Caught, TooSlow, Survived, NotReached, NotWritten];
        let counts = columns.map(|verdict| of(Some(verdict)).to_string());
        println!("| {file} | {} | {} |", of(None), counts.join(" | "));
    }
    let is_open =
        |verdict: &Verdict| !matches!(verdict, Verdict::Caught | Verdict::TooSlow | Verdict::Unviable);
    let mut all = true;
    for (id, verdict) in verdicts.iter().filter(|(_, verdict)| is_open(verdict)) {
        println!("{verdict:?}: {}", mutants[*id].name);
        all = false;
    }
    if all { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
