//! The command `cardwire-recon`.

use std::process::ExitCode;

fn main() -> ExitCode {
    cardwire_recon::cmd::run()
}
