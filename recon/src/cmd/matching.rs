//! `match`: everything.

mod bounded;

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::input::{Inputs, Language};
use crate::engine::identity::Totals;
use crate::engine::open;
use crate::engine::run::Run;
use crate::output::{ndjson, reports, text};

/// Arguments of `match`.
#[derive(Debug, Args)]
pub(super) struct Match {
    #[command(flatten)]
    inputs: Inputs,
    #[command(flatten)]
    language: Language,
    /// What is printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Write what stays open, for the next day
    #[arg(long, value_name = "FILE")]
    save_open: Option<PathBuf>,
    /// Write all reports into this folder
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Hold records in temporary files rather than take more memory than about this: 512M, 2G
    #[arg(long, value_name = "SIZE", value_parser = size, conflicts_with = "out")]
    memory: Option<u64>,
}

/// A number of octets, with K, M or G for the powers of 1024.
fn size(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let digits = text.trim_end_matches(|found: char| !found.is_ascii_digit());
    let unit = text.get(digits.len()..).unwrap_or_default().trim().to_ascii_uppercase();
    let factor = match unit.trim_end_matches('B').trim_end_matches('I') {
        "" => Some(1),
        "K" => Some(1 << 10),
        "M" => Some(1 << 20),
        "G" => Some(1 << 30),
        _ => None,
    };
    let octets = factor.zip(digits.parse::<u64>().ok()).and_then(|(factor, count)| count.checked_mul(factor));
    octets.filter(|octets| *octets > 0).ok_or_else(|| format!("`{text}` is no size such as 512M or 2G"))
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
    if let Some(limit) = arguments.memory {
        return bounded::run(arguments, limit);
    }
    let run = arguments.inputs.run()?;
    let mut out = BufWriter::new(io::stdout().lock());
    let totals = match arguments.format {
        Format::Ndjson => ndjson::write(&run, &mut out),
        Format::Text => text::write(&run, arguments.language.lang, &mut out),
    };
    let totals = match totals.and_then(|totals| out.flush().map(|()| totals)) {
        Ok(totals) => totals,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(0),
        Err(error) => return Err(error.to_string()),
    };
    if let Some(path) = &arguments.save_open {
        save_open(&run, arguments.inputs.keeps_tokens(), path)?;
    }
    if let Some(folder) = &arguments.out {
        all(&run, arguments, &totals, folder)?;
    }
    Ok(totals.exit_code())
}

fn save_open(run: &Run, keeps_hashes: bool, path: &Path) -> Result<(), String> {
    let mut octets = Vec::new();
    open::write(run, keeps_hashes, &mut octets).map_err(|error| error.to_string())?;
    super::write(path, &octets)
}

/// All reports in one folder.
fn all(run: &Run, arguments: &Match, totals: &Totals, folder: &Path) -> Result<(), String> {
    let lang = arguments.language.lang;
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let path = folder.join("lines.ndjson");
    let file = fs::File::create(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut out = BufWriter::new(file);
    let written = ndjson::write(run, &mut out).and_then(|again| out.flush().map(|()| again));
    let again = written.map_err(|error| format!("{}: {error}", path.display()))?;
    debug_assert_eq!(again.exceptions, totals.exceptions, "a run gives the same lines again");
    save_open(run, arguments.inputs.keeps_tokens(), &folder.join("open.ndjson"))?;
    for (name, text) in [
        ("exceptions.csv", reports::exceptions_csv(run, lang)?),
        ("exceptions.txt", reports::exceptions_text(run, lang)),
        ("exceptions.html", reports::exceptions_html(run, lang)),
        ("payouts.txt", reports::payouts(run, None, lang).unwrap_or_default()),
        ("days.txt", reports::days(run, lang)),
    ] {
        super::write(&folder.join(name), text.as_bytes())?;
    }
    Ok(())
}
