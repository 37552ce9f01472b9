//! The command: arguments, files, and what each subcommand prints.

mod input;
mod matching;

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
    /// Match all records: sums by class, identities, exceptions.
    Match(matching::Match),
}

/// Runs the command of this process: 0 if nothing is to be done, 1 if somebody has to act, 2 if it could not run.
pub fn run() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Match(arguments) => matching::run(&arguments),
    };
    match done {
        Ok(code) => ExitCode::from(code),
        Err(message) => {
            anstream_line(&message);
            ExitCode::from(2)
        }
    }
}

/// A line on the error stream, without control characters.
fn anstream_line(message: &str) {
    use std::io::Write;

    let clean: String =
        message.chars().map(|found| if found.is_control() && found != '\n' { ' ' } else { found }).collect();
    // nobody is left to be told that this failed
    let _ = writeln!(std::io::stderr(), "cardwire-recon: {clean}");
}
