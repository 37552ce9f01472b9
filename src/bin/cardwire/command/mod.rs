//! The commands, one a file.

mod check;
mod code;
mod completions;
mod damage;
mod decode;
mod diff;
mod emv;
mod encode;
mod fresh;
mod ipm;
mod key;
mod load;
mod mac;
mod mcp;
mod pattern;
mod pin;
mod probe;
mod proxy;
mod recon;
mod redact;
mod send;
mod serve;
mod spec;
mod suggest;
mod test;

use crate::failure::Outcome;
use crate::lang::{pick, say};
use crate::output::{Color, Output};

/// What to do.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    Decode(decode::Decode),
    Encode(encode::Encode),
    Check(check::Check),
    Diff(diff::Diff),
    Probe(probe::Probe),
    Spec(spec::SpecCommand),
    Code(code::Code),
    Redact(redact::Redact),
    Send(send::Send),
    Serve(serve::Serve),
    Proxy(proxy::Proxy),
    Load(load::Load),
    Test(test::Test),
    Ipm(ipm::Ipm),
    Key(key::KeyCommand),
    Mac(mac::MacCommand),
    Pin(pin::PinCommand),
    Emv(emv::EmvCommand),
    Recon(recon::Recon),
    Mcp(mcp::Mcp),
    Completions(completions::Completions),
    Man(completions::Man),
}

impl Command {
    /// Does it.
    pub(crate) fn run(self, color: Color) -> Outcome {
        let mut output = Output::new(color);
        let done = match self {
            Self::Decode(command) => command.run(&mut output),
            Self::Encode(command) => command.run(&mut output),
            Self::Check(command) => command.run(&mut output),
            Self::Diff(command) => command.run(&mut output),
            Self::Ipm(command) => command.run(&mut output),
            Self::Key(command) => command.run(&mut output),
            Self::Mac(command) => command.run(&mut output),
            Self::Pin(command) => command.run(&mut output),
            Self::Emv(command) => command.run(&mut output),
            Self::Probe(command) => command.run(&mut output),
            Self::Spec(command) => command.run(&mut output),
            Self::Code(command) => command.run(&mut output),
            Self::Redact(command) => command.run(&mut output),
            Self::Send(command) => command.run(&mut output),
            Self::Serve(command) => command.run(&mut output),
            Self::Proxy(command) => command.run(&mut output),
            Self::Load(command) => command.run(&mut output),
            Self::Test(command) => command.run(&mut output),
            Self::Recon(command) => command.run(&mut output),
            Self::Mcp(command) => command.run(&mut output),
            Self::Completions(command) => command.run(&mut output),
            Self::Man(command) => command.run(&mut output),
        };
        let flushed = output.flush();
        match done {
            Ok(()) => Ok(flushed?),
            // what was found before the failure is out; the failure is what matters
            failed => failed,
        }
    }
}

/// What is to be said at the end of a run over many messages. None at all is no success: it is
/// mostly the wrong file, or a capture of something else. What is wrong with the others is said in English
/// and in Chinese.
pub(crate) fn tally(broken: u64, total: u64, (en, zh): (&str, &str)) -> Outcome {
    match (broken, total) {
        (_, 0) => Err(crate::failure::Failure::data(pick("no message was found", "没有找到报文"))),
        (0, _) => Ok(()),
        (1, 1) => Err(crate::failure::Failure::Told),
        _ => {
            Err(crate::failure::Failure::Data(say!("{broken} of {total} {en}", "{total}条中{broken}条{zh}")))
        }
    }
}
