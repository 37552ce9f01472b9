//! `match`: everything.

use std::io::{self, BufWriter, Write};

use clap::{Args, ValueEnum};

use super::input::Inputs;
use crate::output::ndjson;

/// Arguments of `match`.
#[derive(Debug, Args)]
pub(super) struct Match {
    #[command(flatten)]
    inputs: Inputs,
    /// What is printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// How results are printed.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One object a line: the contract of the README
    Ndjson,
}

/// Runs `match`.
pub(super) fn run(arguments: &Match) -> Result<u8, String> {
    let done = arguments.inputs.run()?;
    for note in &done.notes {
        super::anstream_line(note);
    }
    let mut out = BufWriter::new(io::stdout().lock());
    let totals = match arguments.format {
        Format::Ndjson => ndjson::write(&done.run, &mut out),
        Format::Text => ndjson::write(&done.run, &mut out),
    };
    let totals = totals.and_then(|totals| out.flush().map(|()| totals)).map_err(|error| error.to_string())?;
    Ok(totals.exit_code())
}
