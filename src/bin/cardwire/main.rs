//! The command `cardwire`: what an ISO 8583 engineer keeps open.
//!
//! Every command reads files or standard input, one message after another, and writes to standard
//! output; errors go to standard error. Exit codes: 0 done, 1 bad data, 2 bad usage. `docs/cli.md`
//! shows every command, `docs/json.md` the JSON contract.
#![forbid(unsafe_code)]
#![warn(clippy::indexing_slicing, clippy::unwrap_used, clippy::panic)]

mod argument;
mod command;
mod failure;
mod input;
mod isomsg;
mod json;
mod keys;
mod latency;
mod link;
mod mask;
mod output;
mod plain;
mod profiles;
mod remark;
mod show;
mod specs;
mod toml_file;
mod wire;
#[path = "../../input/work.rs"]
mod work;

use std::process::ExitCode;

use cardwire::input::hex;

use clap::Parser;

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
    #[command(subcommand)]
    command: Command,
}

fn main() -> ExitCode {
    match Cli::try_parse() {
        Ok(cli) => failure::report(cli.command.run(cli.color)),
        Err(said) => failure::refuse_arguments(&said),
    }
}
