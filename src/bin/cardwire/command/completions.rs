//! `cardwire completions` and `cardwire man`.

use std::io::Write;

use clap::CommandFactory;

use crate::Cli;
use crate::failure::{Failure, Outcome};
use crate::output::Output;

/// Print completions for a shell.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  cardwire completions bash > ~/.local/share/bash-completion/completions/cardwire"
)]
pub(crate) struct Completions {
    /// The shell.
    #[arg(value_enum)]
    shell: clap_complete::Shell,
}

impl Completions {
    pub(super) fn run(&self, output: &mut Output) -> Outcome {
        // generated first: clap_complete panics when it cannot write
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "cardwire", &mut script);
        Ok(output.bytes().write_all(&script)?)
    }
}

/// Print the manual page, of the whole or of one command.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  cardwire man decode | man -l -")]
pub(crate) struct Man {
    /// The command.
    command: Option<String>,
}

impl Man {
    pub(super) fn run(&self, output: &mut Output) -> Outcome {
        let mut whole = Cli::command();
        whole.build();
        let page = match &self.command {
            None => whole,
            Some(name) => {
                let found = whole.get_subcommands().find(|known| known.get_name() == name).cloned();
                let known =
                    found.ok_or_else(|| Failure::usage(format_args!("no command is called '{name}'")))?;
                known.name(format!("cardwire-{name}"))
            }
        };
        Ok(clap_mangen::Man::new(page).render(output.bytes())?)
    }
}
