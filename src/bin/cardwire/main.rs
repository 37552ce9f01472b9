//! The command `cardwire`: what an ISO 8583 engineer keeps open.
//!
//! Every command reads files or standard input, one message after another, and writes to standard
//! output; errors go to standard error. Exit codes: 0 done, 1 bad data, 2 bad usage. `docs/cli.md`
//! shows every command, `docs/json.md` the JSON contract.
#![forbid(unsafe_code)]
// What could panic is not written here, outside of tests.
#![cfg_attr(not(test), warn(clippy::indexing_slicing, clippy::unwrap_used, clippy::panic))]

mod argument;
mod chart;
mod command;
mod failure;
mod help;
mod input;
mod isomsg;
mod json;
mod keys;
mod lang;
mod latency;
mod link;
mod log;
mod mask;
mod output;
mod parallel;
mod plain;
mod profiles;
mod progress;
mod remark;
mod show;
mod spec_text;
mod specs;
mod told;
mod toml_file;
mod wire;
mod wireshark;
#[path = "../../input/work.rs"]
mod work;

use std::process::ExitCode;

use cardwire::codes::Lang;
use cardwire::input::hex;
use clap::{CommandFactory, FromArgMatches, Parser};

use command::Command;

/// ISO 8583 on the command line: decode, encode, check, compare and mask card payment messages.
#[derive(Parser)]
#[command(name = "cardwire", version, propagate_version = true, max_term_width = 100)]
#[command(after_help = "Card data is masked unless --expose is said.\n\
    Exit codes: 0 done, 1 bad data, 2 bad usage.")]
pub(crate) struct Cli {
    /// Colours.
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t)]
    color: output::Color,
    /// The language of words for people; else that of the locale (LC_ALL, LC_MESSAGES, LANG). 界面语言。
    #[arg(long, global = true, value_name = "LANG", value_enum)]
    lang: Option<Language>,
    #[command(subcommand)]
    command: Command,
}

/// A language that can be asked for.
#[derive(Clone, Copy, clap::ValueEnum)]
enum Language {
    /// English.
    En,
    /// 中文 (Chinese).
    Zh,
}

impl From<Language> for Lang {
    fn from(said: Language) -> Self {
        match said {
            Language::En => Self::En,
            Language::Zh => Self::Zh,
        }
    }
}

/// What was typed. The pages of help are part of that, so their language is looked for before.
fn typed() -> Result<Cli, clap::Error> {
    let command =
        match lang::of_arguments(std::env::args_os().map(|argument| argument.to_string_lossy().into_owned()))
        {
            Lang::Zh => help::in_chinese(Cli::command()),
            _ => Cli::command(),
        };
    Cli::from_arg_matches(&command.try_get_matches()?)
}

fn main() -> ExitCode {
    match typed() {
        Ok(cli) => {
            lang::choose(cli.lang.map(Lang::from));
            failure::report(cli.command.run(cli.color))
        }
        Err(said) => failure::refuse_arguments(&said),
    }
}
