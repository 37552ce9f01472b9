//! `cardwire mac`.

use cardwire::crypto::{MacAlgorithm, MacValue};
use clap::builder::PossibleValuesParser;

use crate::failure::{Failure, Outcome};
use crate::keys::{ALGORITHMS, KeyArgs};
use crate::output::{Output, Role};
use crate::{argument, hex};

/// The MAC of some octets, made or verified. Messages are verified by `cardwire check --keys`.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    cardwire mac --keys test.toml --key mak -a x9.19 4E6F7720697320...\n  \
    cardwire mac --keys test.toml --key mak -a unionpay-ecb --verify 3546453035384442 0200...\n\n\
    Exit code 1 when a MAC is wrong.")]
pub(crate) struct MacCommand {
    /// The octets, in hexadecimal digits; without them standard input.
    #[arg(value_name = "HEX")]
    octets: Option<String>,
    #[command(flatten)]
    keys: KeyArgs,
    /// The key, by its name in the file.
    #[arg(long, value_name = "NAME")]
    key: String,
    /// How the MAC is made.
    #[arg(short, long, value_name = "ALGORITHM", default_value = "x9.19",
        value_parser = PossibleValuesParser::new(ALGORITHMS.map(|(name, _)| name)))]
    algorithm: String,
    /// The MAC that was received: whether it is right.
    #[arg(long, value_name = "HEX")]
    verify: Option<String>,
    /// Keep so many bytes of the MAC.
    #[arg(long, value_name = "COUNT")]
    bytes: Option<usize>,
}

impl MacCommand {
    pub(super) fn run(&self, output: &mut Output) -> Outcome {
        let keys = self.keys.required()?;
        let octets = argument::octets(self.octets.as_deref())?;
        let known = ALGORITHMS.iter().find(|(name, _)| *name == self.algorithm);
        let algorithm = known.map_or(MacAlgorithm::X9_19, |(_, algorithm)| *algorithm);
        let mac = algorithm.of(keys.named(&self.key)?, &octets).map_err(Failure::data)?;
        let truncated = |mac: MacValue, bytes| mac.truncated(bytes).map_err(Failure::data);
        let mac = match self.bytes {
            Some(bytes) => truncated(mac, bytes)?,
            None => mac,
        };
        match &self.verify {
            None => Ok(output.line(hex::text(mac.as_bytes()))?),
            Some(digits) => {
                let received = hex::octets(digits.as_bytes()).map_err(|(_, text)| Failure::usage(text))?;
                mac.verify(&received).map_err(Failure::data)?;
                let right = output.paint(Role::Good, "the MAC is right");
                Ok(output.line(right)?)
            }
        }
    }
}
