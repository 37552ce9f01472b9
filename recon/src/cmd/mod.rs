//! The command: arguments, files, and what each subcommand prints.

mod decide;
mod evidence;
mod input;
mod matching;
mod place;
mod progress;
mod reports;

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Where is my money: ISO 8583 evidence matched with clearing files and bank statements.
#[derive(Debug, Parser)]
#[command(name = "cardwire-recon", version, max_term_width = 110)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Match all records: sums by class, identities, exceptions
    Match(matching::Match),
    /// Where the money of one transaction is
    Where(place::Where),
    /// What somebody has to act on, by holder and age
    Exceptions(reports::Exceptions),
    /// Payouts with their items, fees and bank entries
    Payout(reports::Payout),
    /// Sums by day and class
    Day(reports::Day),
    /// What was read, without card numbers, as lines of JSON or as Parquet
    Evidence(evidence::Evidence),
    /// Decide about an item, with a second person
    Decide(decide::Decide),
    /// The rules that come with the command
    Rules,
}

/// Runs the command of this process: 0 if nothing is to be done, 1 if somebody has to act, 2 if it could not run.
pub fn run() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Match(arguments) => matching::run(&arguments),
        Command::Where(arguments) => place::run(&arguments),
        Command::Exceptions(arguments) => reports::exceptions(&arguments),
        Command::Payout(arguments) => reports::payout(&arguments),
        Command::Day(arguments) => reports::day(&arguments),
        Command::Evidence(arguments) => evidence::run(&arguments),
        Command::Decide(arguments) => decide::run(&arguments),
        Command::Rules => print(crate::engine::rules::DEFAULT).map(|()| 0),
    };
    match done {
        Ok(code) => ExitCode::from(code),
        Err(message) => {
            say(&message);
            ExitCode::from(2)
        }
    }
}

/// A line on the error stream, without control characters.
fn say(message: &str) {
    let lines = message.lines().map(crate::output::text::clean).collect::<Vec<_>>().join("\n");
    // nobody is left to be told that this failed
    let _ = writeln!(io::stderr(), "cardwire-recon: {lines}");
}

/// Prints a whole text; a reader that closed its end is no error.
fn print(text: &str) -> Result<(), String> {
    finish(io::stdout().lock().write_all(text.as_bytes()))
}

fn finish(done: io::Result<()>) -> Result<(), String> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(|error| error.to_string()),
    }
}

fn write(path: &Path, octets: &[u8]) -> Result<(), String> {
    fs::write(path, octets).map_err(|error| format!("{}: {error}", path.display()))
}
