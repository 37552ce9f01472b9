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

mod asking;
mod chaotic;
mod loading;
mod nodes;
mod options;
mod scaling;
mod simulating;

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use settlement::audit::{Books, Check, audit, closed};
use settlement::capture::Capture;
use settlement::clock::{Clock, SystemClock};
use settlement::day;
use settlement::journal::Party;
use settlement::ledger::Digest;
use settlement::net::Network;
use settlement::node::Node;
use settlement::party::Timers;
use settlement::report::{self, Style};
use settlement::resume::Rest;
use settlement::scenario;
use settlement::store::{LedgerFile, SqliteStore, local_seconds_east, write_copy};
use settlement::topology::Topology;
use settlement::wimm::{self, Lang};
use settlement::world::WorldError;

use self::options::{HELP, Options, Task, Wanted};

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
        Task::Scenarios(wanted) => scenarios(wanted),
        Task::Day(file) => whole_day(LedgerFile::create(file)?, options, style),
        Task::Resume(file) => whole_day(LedgerFile::resume(file)?, options, style),
        Task::Check(file, head) => check(&Books::read(file)?, *head, style),
        Task::Probe(file) => nodes::probe_all(&Topology::read(file)?, &mut print),
        Task::Operators(of) => nodes::operators(&of.topology()?, of.name()?, &mut print),
        Task::Node(node) => Ok(node.run().map(|()| true)?),
        Task::Scale(scaling) => scaling.run(&mut print),
        Task::Load(loading) => loading.run(&mut print),
        Task::Fast(fast) => fast.run(&mut print).map(|()| true),
        Task::Where(asking) => asking.run(&mut print),
        Task::Sim(simulating) => simulating.run(&mut print),
        Task::Chaos(chaotic) => chaotic.run(&mut print),
    }
}

/// Plays scenarios. `false`: a proof fails.
fn scenarios(wanted: &Wanted) -> Result<bool, Failure> {
    let all = scenario::all()?;
    if wanted.table {
        return print(&scenario::causes::table(&all)).map(|()| true);
    }
    let chosen: Vec<_> = all
        .iter()
        .filter(|one| wanted.only.as_ref().is_none_or(|only| one.id.eq_ignore_ascii_case(only)))
        .collect();
    if chosen.is_empty() {
        let known: Vec<&str> = all.iter().map(|one| one.id.as_str()).collect();
        return Err(format!("there is no such scenario; there are {}", known.join(", ")).into());
    }
    let (mut proved, mut partly) = (0, 0);
    for one in &chosen {
        let played = one.play_in(wanted.lang)?;
        print(&match (wanted.json, &wanted.only) {
            (true, _) => format!("{}\n", scenario::json(&played)),
            (false, Some(_)) => scenario::story(&played, wanted.lang),
            (false, None) => scenario::line(&played, wanted.lang),
        })?;
        proved += usize::from(played.holds());
        partly += usize::from(played.holds() && one.lacks.is_some());
        if let Some(folder) = &wanted.out {
            keep(&played, &folder.join(&one.id))?;
        }
    }
    if !wanted.json {
        let (of, design) = (chosen.len(), scenario::DESIGNED);
        let whole = proved - partly;
        print(&match wanted.lang {
            Lang::English => {
                format!("{proved} of {of} proved: {whole} whole, {partly} in part; the design has {design}\n")
            }
            Lang::Chinese => {
                format!("{of}个场景中{proved}个得到证明：{whole}个完整，{partly}个部分；设计共{design}个\n")
            }
        })?;
    }
    Ok(proved == chosen.len())
}

/// The files that the verdicts come from, for `cardwire-recon`, `cardwire ipm` and Wireshark.
fn keep(played: &scenario::Played, folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for (name, octets) in &played.files {
        let path = folder.join(name);
        std::fs::write(&path, octets).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    let ledger = folder.join("ledger.sqlite");
    if ledger.exists() {
        std::fs::remove_file(&ledger).map_err(|error| format!("{}: {error}", ledger.display()))?;
    }
    Ok(write_copy(&ledger, played.books.histories())?)
}

fn whole_day(file: LedgerFile, options: &Options, style: Style) -> Result<bool, Failure> {
    let path = file.path().to_owned();
    let head = live_through(file, options.timers, options.capture.as_deref())?;
    let books = Books::read(&path)?;
    print(&report::traffic(&books, books.begun(), style))?;
    print("\n")?;
    print(&report::money(&wimm::answers(&books, style.lang), style))?;
    print("\n")?;
    print(&report::totals(&books, style))?;
    print("\n")?;
    print(&report::books(&books, style))?;
    print("\n")?;
    let balanced = check(&books, Some(head), style)?;
    let count =
        |rows: fn(&Books, Party) -> usize| Party::ALL.map(|party| rows(&books, party)).iter().sum::<usize>();
    let records = count(|books, party| books.records(party).len());
    let transfers = count(|books, party| books.transfers(party).len());
    print(&format!("  head: {head}, to be kept elsewhere: `--check FILE --head HEAD`\n"))?;
    print(&format!("  ledger: {} ({records} journal records, {transfers} transfers)\n", path.display()))?;
    Ok(balanced)
}

/// Opens the parties on the ledger, plays what is left of the day, and closes everything.
fn live_through(file: LedgerFile, timers: Timers, capture: Option<&Path>) -> Result<Digest, Failure> {
    let capture = match capture {
        Some(path) => Capture::create(path).map_err(|error| format!("{}: {error}", path.display()))?,
        None => Capture::default(),
    };
    let (steps, books) = (day::script(), Books::read(file.path())?);
    let rest = Rest::of(&books, &steps);
    let last = books.last_stamp().unwrap_or_default();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new(local_seconds_east()).later_than(last));
    let first_date = books.first_date().unwrap_or_else(|| clock.now().date());
    let parties = day::parties(first_date, timers).ok_or("a test card of the script is impossible")?;
    let mut nodes = Vec::new();
    for machine in parties {
        let store = SqliteStore::open(file.path(), machine.party())?;
        nodes.push(Node::open(machine, Box::new(store))?);
    }
    let mut network = Network::open(nodes, Arc::clone(&clock), capture, timers)?;
    let played = day::play_from(&mut network, &rest, &steps, timers, &mut |begun| {
        progress(begun.step, steps.len(), &begun.caption);
        file.begin(begun).map_err(|error| WorldError::Stopped(error.to_string()))
    });
    network.close();
    progress_ends();
    // A day that stopped before its end stays open, to be resumed.
    played?;
    Ok(file.close(clock.now())?)
}

fn check(books: &Books, head: Option<Digest>, style: Style) -> Result<bool, Failure> {
    let mut checks: Vec<Check> = audit(books);
    checks.extend(closed(books, head));
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
