//! `decide`: a line of the decisions file.

use std::fs::OpenOptions;
use std::io::Write;

use clap::Args;

use super::input::{Inputs, text};
use crate::engine::decide::{Decision, Decisions, Verdict};

/// Arguments of `decide`.
#[derive(Debug, Args)]
pub(super) struct Decide {
    /// The item of the line
    item: String,
    /// matched, written-off, claimed, or withdrawn for an earlier decision
    #[arg(long = "as", value_parser = verdict)]
    verdict: Verdict,
    /// Why
    #[arg(long)]
    why: String,
    /// Who proposes it
    #[arg(long)]
    by: String,
    /// Who confirms it; another person
    #[arg(long)]
    second: String,
    /// When; by default now
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    #[command(flatten)]
    inputs: Inputs,
}

fn verdict(text: &str) -> Result<Verdict, String> {
    Verdict::parse(text).ok_or_else(|| "matched, written-off, claimed or withdrawn".to_owned())
}

/// Runs `decide`.
pub(super) fn run(arguments: &Decide) -> Result<u8, String> {
    let path = arguments
        .inputs
        .decisions
        .as_ref()
        .ok_or("--decisions says which file the decision is written to")?;
    let run = arguments.inputs.run()?;
    let mut records = None;
    run.lines(&mut |line| {
        if line.item == arguments.item {
            records = Some(run.record_digest(&line));
        }
    });
    let records = records.ok_or_else(|| format!("no line has the item `{}`", arguments.item))?;
    let known = if path.exists() { Decisions::parse(&text(path)?) } else { Ok(Decisions::default()) };
    let known = known.map_err(|error| format!("{}: {error}", path.display()))?;
    let line = known.next(Decision {
        item: arguments.item.clone(),
        verdict: arguments.verdict,
        why: arguments.why.clone(),
        by: arguments.by.clone(),
        second: arguments.second.clone(),
        at: arguments.at.clone().unwrap_or_else(|| jiff::Timestamp::now().to_string()),
        records,
        previous: String::new(),
        hash: String::new(),
    })?;
    let file = OpenOptions::new().create(true).append(true).open(path);
    let mut file = file.map_err(|error| format!("{}: {error}", path.display()))?;
    writeln!(file, "{line}")
        .and_then(|()| file.sync_all())
        .map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(0)
}
