//! `cardwire pin`.

use std::io::Read;

use cardwire::crypto::{Bound, Pan, Pin, PinFormat, PinSide, pin};
use clap::builder::RangedU64ValueParser;

use crate::failure::{Failure, Outcome, complain};
use crate::hex;
use crate::keys::{self, KeyArgs};
use crate::output::Output;

/// PIN blocks of ISO 9564: made from a PIN on standard input, opened, translated.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    echo 1234 | cardwire pin --keys test.toml --key pik --pan 4111111111111111\n  \
    cardwire pin --keys test.toml --key pik --pan 4111111111111111 --open 9A1B...\n  \
    cardwire pin --keys test.toml --key pik --pan 4111111111111111 --open 9A1B... --to zpk --to-format 4\n\n\
    Only test cards: arguments are seen by others. The PIN of a block is shown with --expose only.")]
pub(crate) struct PinCommand {
    #[command(flatten)]
    keys: KeyArgs,
    /// The key, by its name in the file; without it that of its section [pin].
    #[arg(long, value_name = "NAME")]
    key: Option<String>,
    /// The format, 0 to 4; without it that of the file, or 0.
    #[arg(short, long, value_name = "FORMAT", value_parser = RangedU64ValueParser::<u8>::new().range(0..=4))]
    format: Option<u8>,
    /// The card number that the block is bound to. Without it format 1, or format 0 bound to nothing.
    #[arg(long, value_name = "PAN")]
    pan: Option<String>,
    /// A block to open, in hexadecimal digits.
    #[arg(long, value_name = "HEX")]
    open: Option<String>,
    /// Translate the block to this key.
    #[arg(long, value_name = "NAME", requires = "open")]
    to: Option<String>,
    /// The format to translate to; without it the same.
    #[arg(long, value_name = "FORMAT", requires = "to",
        value_parser = RangedU64ValueParser::<u8>::new().range(0..=4))]
    to_format: Option<u8>,
    /// Show the PIN.
    #[arg(long)]
    expose: bool,
}

impl PinCommand {
    pub(super) fn run(&self, output: &mut Output) -> Outcome {
        let keys = self.keys.required()?;
        let used = keys.pin.as_ref();
        let name = self.key.as_deref().or(used.map(|used| used.key.as_str()));
        let key = keys.named(name.ok_or_else(|| Failure::usage("say which key: --key NAME"))?)?;
        let format = self.format.and_then(PinFormat::of).or(used.map(|used| used.format));
        let format = format.unwrap_or(PinFormat::Iso0);
        let pan = self.pan.as_deref().map(Pan::new).transpose().map_err(Failure::data)?;
        let bound = pan.as_ref().map_or(Bound::ToNothing, Bound::To);
        let random = keys::random()?;
        let Some(digits) = &self.open else {
            let secret = read_pin()?;
            let block = pin::encrypt(key, format, &secret, bound, &random).map_err(Failure::data)?;
            return Ok(output.line(hex::text(block.as_bytes()))?);
        };
        let block = hex::octets(digits.as_bytes()).map_err(|(_, text)| Failure::usage(text))?;
        if let Some(to) = &self.to {
            let other = self.to_format.and_then(PinFormat::of).unwrap_or(format);
            let (from, to) =
                (PinSide { key, format, bound }, PinSide { key: keys.named(to)?, format: other, bound });
            let done = pin::translate(from, to, &block, &random).map_err(Failure::data)?;
            if done.is_weaker {
                complain("the new key is weaker than the old one");
            }
            return Ok(output.line(hex::text(done.block.as_bytes()))?);
        }
        let secret = pin::decrypt(key, format, &block, bound).map_err(Failure::data)?;
        if self.expose {
            return Ok(output.line(secret.expose().collect::<String>())?);
        }
        Ok(output.line(format_args!("a PIN of {} digits (--expose shows it)", secret.len()))?)
    }
}

/// The PIN on standard input.
fn read_pin() -> Outcome<Pin> {
    let mut text = String::new();
    let read = std::io::stdin().take(64).read_to_string(&mut text);
    read.map_err(|error| Failure::io("standard input", error))?;
    Pin::new(text.trim_end_matches(['\r', '\n'])).map_err(Failure::data)
}
