//! `exceptions`, `payout`, `day`.

use clap::{Args, ValueEnum};

use super::input::{Inputs, Language};
use crate::output::reports;

/// Arguments of `exceptions`.
#[derive(Debug, Args)]
pub(super) struct Exceptions {
    #[command(flatten)]
    inputs: Inputs,
    #[command(flatten)]
    language: Language,
    /// How they are printed
    #[arg(long, value_enum, default_value_t = Form::Text)]
    format: Form,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Form {
    /// For people
    Text,
    /// A table
    Csv,
    /// A page
    Html,
}

/// Arguments of `payout`.
#[derive(Debug, Args)]
pub(super) struct Payout {
    /// Number of the payout; all of them without it
    #[arg(long, value_name = "NUMBER")]
    number: Option<String>,
    #[command(flatten)]
    inputs: Inputs,
    #[command(flatten)]
    language: Language,
}

/// Arguments of `day`.
#[derive(Debug, Args)]
pub(super) struct Day {
    #[command(flatten)]
    inputs: Inputs,
    #[command(flatten)]
    language: Language,
}

/// Runs `exceptions`.
pub(super) fn exceptions(arguments: &Exceptions) -> Result<u8, String> {
    let run = arguments.inputs.run()?;
    let lang = arguments.language.lang;
    let text = match arguments.format {
        Form::Text => reports::exceptions_text(&run, lang),
        Form::Csv => reports::exceptions_csv(&run, lang)?,
        Form::Html => reports::exceptions_html(&run, lang),
    };
    let mut any = false;
    run.lines(&mut |line| any |= line.is_exception);
    super::print(&text).map(|()| u8::from(any))
}

/// Runs `payout`.
pub(super) fn payout(arguments: &Payout) -> Result<u8, String> {
    let run = arguments.inputs.run()?;
    let name = arguments.number.as_deref();
    let text = reports::payouts(&run, name, arguments.language.lang);
    super::print(&text.ok_or("there is no such payout")?).map(|()| 0)
}

/// Runs `day`.
pub(super) fn day(arguments: &Day) -> Result<u8, String> {
    let run = arguments.inputs.run()?;
    super::print(&reports::days(&run, arguments.language.lang)).map(|()| 0)
}
