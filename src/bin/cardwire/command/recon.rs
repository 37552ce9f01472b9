//! `cardwire recon`: a command of its own, which is started here.

use std::env::consts::EXE_SUFFIX;
use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::Command;

use crate::failure::{Failure, Outcome};
use crate::lang::pick;
use crate::output::Output;

/// The command that is started.
const NAME: &str = "cardwire-recon";

/// Where the money is, on your own records: starts cardwire-recon with the arguments that follow.
#[derive(clap::Args)]
#[command(disable_help_flag = true)]
#[command(
    after_help = "Example:\n  cardwire recon match --switch day.pcap --clearing day.ipm --bank bank.xml"
)]
pub(crate) struct Recon {
    /// Arguments of cardwire-recon; --help shows them.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

impl Recon {
    /// Starts the command and ends as it ends.
    pub(super) fn run(&self, output: &mut Output) -> Outcome {
        output.flush()?;
        // what was installed together belongs together
        let beside = std::env::current_exe().ok().and_then(|own| Some(own.parent()?.join(beside_name())));
        let program = beside.filter(|path| path.is_file()).unwrap_or_else(|| PathBuf::from(NAME));
        match Command::new(program).args(&self.arguments).status() {
            Ok(status) => std::process::exit(status.code().unwrap_or(2)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Failure::usage(pick(
                "cardwire-recon is not on PATH nor beside this command: cargo install --path recon",
                "PATH及本命令所在目录中均没有cardwire-recon：请运行cargo install --path recon",
            ))),
            Err(error) => Err(Failure::io(NAME, error)),
        }
    }
}

fn beside_name() -> String {
    format!("{NAME}{EXE_SUFFIX}")
}
