//! `where`: one transaction.

use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;

use super::input::{Inputs, Language};
use crate::engine::line::Line;
use crate::engine::run::Run;
use crate::output::answer;

/// Arguments of `where`.
#[derive(Debug, Args)]
pub(super) struct Where {
    #[command(flatten)]
    inputs: Inputs,
    #[command(flatten)]
    language: Language,
    /// Retrieval reference number
    #[arg(long)]
    rrn: Option<String>,
    /// STAN, with --terminal
    #[arg(long, requires = "terminal")]
    stan: Option<String>,
    /// Terminal
    #[arg(long)]
    terminal: Option<String>,
    /// Amount with --date: 75.50, or 7550 in minor units
    #[arg(long, requires = "date")]
    amount: Option<String>,
    /// Day of the transaction
    #[arg(long)]
    date: Option<Date>,
    /// The item of a line
    #[arg(long)]
    item: Option<String>,
    /// One object of JSON for each answer
    #[arg(long)]
    json: bool,
    /// Write the first answer as a page
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

impl Where {
    fn is_it(&self, run: &Run, line: &Line) -> bool {
        let keys = run.keys(line);
        let key = |name: &str| keys.iter().find(|(key, _)| *key == name).map(|(_, text)| text.as_str());
        let has = |wanted: &Option<String>, found: Option<&str>| {
            wanted.as_ref().is_none_or(|wanted| found.is_some_and(|found| same(wanted, found)))
        };
        let amounts = || line.amount.into_iter().chain(line.amounts.iter().map(|(_, amount)| *amount));
        let wanted = self.amount.as_ref().map(|text| minor(text, line));
        has(&self.rrn, key("rrn"))
            && has(&self.stan, key("stan"))
            && has(&self.terminal, key("terminal"))
            && has(&self.item, Some(&line.item))
            && wanted.is_none_or(|wanted| {
                wanted.is_some_and(|wanted| amounts().any(|amount| amount.abs() == wanted))
            })
            && self.date.is_none_or(|date| line.day == Some(date))
    }
}

/// Numbers are compared without the zeros that spreadsheets take away.
fn same(wanted: &str, found: &str) -> bool {
    wanted.trim().trim_start_matches('0') == found.trim_start_matches('0')
}

/// An amount in minor units of the currency of a line.
fn minor(text: &str, line: &Line) -> Option<i128> {
    let exponent = crate::output::exponent(line.currency);
    match text.split_once('.') {
        None => text.parse().ok(),
        Some((whole, part)) if part.len() == exponent => format!("{whole}{part}").parse().ok(),
        Some(_) => None,
    }
}

/// Runs `where`.
pub(super) fn run(arguments: &Where) -> Result<u8, String> {
    let is_asked =
        [&arguments.rrn, &arguments.stan, &arguments.amount, &arguments.item].iter().any(|key| key.is_some());
    if !is_asked {
        return Err("say which: --rrn, --stan with --terminal, --amount with --date, or --item".to_owned());
    }
    let run = arguments.inputs.run()?;
    let lang = arguments.language.lang;
    let mut found = Vec::new();
    run.lines(&mut |line| {
        if arguments.is_it(&run, &line) {
            found.push(line);
        }
    });
    let Some(first) = found.first() else {
        return Err("no line has these keys; the files may not cover it".to_owned());
    };
    if let Some(path) = &arguments.html {
        super::write(path, answer::html(&run, first, lang).as_bytes())?;
    }
    for line in &found {
        let text = if arguments.json {
            let object = answer::json(&run, line).map_err(|error| error.to_string())?;
            format!("{object}\n")
        } else {
            answer::text(&run, line, lang)
        };
        super::print(&text)?;
    }
    Ok(u8::from(found.iter().any(|line| line.is_exception)))
}
