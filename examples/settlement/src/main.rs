//! `cargo run --release -p settlement`: a payment day, from sign-on to payout, over real TCP on
//! this machine.
#![cfg_attr(
    not(test),
    warn(
        clippy::as_conversions,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::print_stderr,
        clippy::print_stdout,
        clippy::unwrap_used
    )
)]

mod options;

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use settlement::audit::{Books, Check, audit};
use settlement::capture::Capture;
use settlement::clock::{Clock, SystemClock};
use settlement::day::{self, Caption};
use settlement::journal::Party;
use settlement::net::Network;
use settlement::node::Node;
use settlement::party::Timers;
use settlement::report::{self, Style};
use settlement::store::{SqliteStore, local_seconds_east, rows_in, seal};
use settlement::wimm;

use self::options::{HELP, Options, Task};

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    let done = Options::from_command_line().map_err(Failure::from).and_then(|options| run(&options));
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problem) if is_closed_pipe(&problem) => ExitCode::SUCCESS,
        Err(problem) => {
            let _ = writeln!(io::stderr(), "settlement: {problem}");
            ExitCode::from(2)
        }
    }
}

/// Does what is asked. `false`: the books do not balance.
fn run(options: &Options) -> Result<bool, Failure> {
    let style = Style { colour: options.colour, lang: options.lang };
    match &options.task {
        Task::Help => print(HELP).map(|()| true),
        Task::Day(file) => whole_day(file, options, style),
        Task::Check(file) => check(&Books::read(file)?, style),
        Task::Where(file) => {
            let books = Books::read(file)?;
            let answers = wimm::answers(&books, style.lang);
            print(&report::money(&answers, style))?;
            Ok(wimm::check(&answers).holds)
        }
    }
}

fn whole_day(file: &Path, options: &Options, style: Style) -> Result<bool, Failure> {
    let captions = live_through(file, options.timers, options.capture.as_deref())?;
    let books = Books::read(file)?;
    print(&report::traffic(&books, &captions, style))?;
    print("\n")?;
    print(&report::money(&wimm::answers(&books, style.lang), style))?;
    print("\n")?;
    print(&report::totals(&books, style))?;
    print("\n")?;
    print(&report::books(&books, style))?;
    print("\n")?;
    let balanced = check(&books, style)?;
    let (records, transfers) = rows_in(file)?;
    print(&format!("  ledger: {} ({records} journal records, {transfers} transfers)\n", file.display()))?;
    Ok(balanced)
}

/// Opens the parties on a fresh ledger, plays the day, and closes everything.
fn live_through(file: &Path, timers: Timers, capture: Option<&Path>) -> Result<Vec<Caption>, Failure> {
    let capture = match capture {
        Some(path) => Capture::create(path).map_err(|error| format!("{}: {error}", path.display()))?,
        None => Capture::default(),
    };
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new(local_seconds_east()));
    let parties =
        day::parties(clock.now().date(), timers).ok_or("a test card of the script is impossible")?;
    let mut nodes = Vec::new();
    for machine in parties {
        let store = SqliteStore::open(file, machine.party())?;
        nodes.push(Node::open(machine, Box::new(store))?);
    }
    let steps = day::script();
    let mut network = Network::open(nodes, clock, capture, timers)?;
    let played = day::play(&mut network, &steps, timers, &mut |number, caption| {
        progress(number, steps.len(), caption);
    });
    network.close();
    progress_ends();
    seal(file)?;
    Ok(played?)
}

fn check(books: &Books, style: Style) -> Result<bool, Failure> {
    let mut checks: Vec<Check> = audit(books);
    checks.push(wimm::check(&wimm::answers(books, style.lang)));
    let seen = Party::ALL.iter().all(|party| !books.records(*party).is_empty());
    checks.push(Check {
        rule: "all three parties left a journal".to_owned(),
        holds: seen,
        figures: Party::ALL.map(|party| books.records(party).len().to_string()).join(" + "),
    });
    print(&report::checks(&checks, style))?;
    Ok(checks.iter().all(|check| check.holds))
}

fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    Ok(out.write_all(text.as_bytes()).and_then(|()| out.flush())?)
}

/// On a terminal one line that changes, otherwise one line per step.
fn progress(number: usize, of: usize, caption: &str) {
    let mut out = io::stderr();
    let _ = if out.is_terminal() {
        write!(out, "\r\x1b[2K  {} {number}/{of}  {caption}", bar(number, of)).and_then(|()| out.flush())
    } else {
        writeln!(out, "[{number:>2}/{of}] {caption}")
    };
}

fn bar(number: usize, of: usize) -> String {
    let done = number * 20 / of.max(1);
    format!("{}{}", "━".repeat(done), "┄".repeat(20_usize.saturating_sub(done)))
}

fn progress_ends() {
    let mut out = io::stderr();
    if out.is_terminal() {
        let _ = write!(out, "\r\x1b[2K");
    }
}

/// `settlement | head` is no failure.
fn is_closed_pipe(problem: &Failure) -> bool {
    problem.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
