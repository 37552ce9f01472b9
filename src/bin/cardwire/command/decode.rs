//! `cardwire decode`.

use std::io::Write;

use cardwire::{Inspection, Spec};

use super::tally;
use crate::failure::Outcome;
use crate::input::{InputArgs, Item};
use crate::json::{self, Shown};
use crate::output::{Output, Role};
use crate::show;
use crate::specs::SpecArgs;

/// Decode messages: a listing, JSON, or an annotated hexdump.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    cardwire decode -s iso87-ascii messages.hex\n  \
    cardwire decode -s unionpay-pos -F unionpay capture.pcapng --format hexdump\n  \
    cardwire decode -s iso87-bcd --format ndjson --expose < hex-lines > messages.ndjson\n  \
    cardwire decode -s iso87-ascii -m 0800822000000000000004000000000000001123061759123456301")]
pub(crate) struct Decode {
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    spec: SpecArgs,
    /// What to print.
    #[arg(short, long, value_name = "FORMAT", value_enum, default_value_t)]
    format: Format,
    /// Show card data as it is.
    #[arg(long)]
    expose: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// A listing.
    #[default]
    Text,
    /// JSON, indented.
    Json,
    /// JSON, one object a line.
    Ndjson,
    /// A hexdump that names elements.
    Hexdump,
}

impl Decode {
    pub(super) fn run(&self, output: &mut Output) -> Outcome {
        let spec = self.spec.required()?;
        let mut messages = self.input.messages(Some(spec));
        let (mut total, mut broken) = (0, 0);
        let mut text = Vec::new();
        while let Some(item) = messages.next()? {
            total += 1;
            text.clear();
            let fine = match self.format {
                Format::Text | Format::Hexdump => self.show(output, spec, &item)?,
                Format::Json | Format::Ndjson => self.object(output, spec, &item, &mut text)?,
            };
            broken += u64::from(!fine);
            if messages.waits() {
                output.flush()?;
            }
        }
        output.flush()?;
        tally(broken, total, "messages are broken")
    }

    fn shown(&self) -> Shown {
        if self.expose { Shown::Exposed } else { Shown::Masked }
    }

    fn show(&self, output: &mut Output, spec: &'static Spec<'static>, item: &Item) -> Outcome<bool> {
        let title = item.origin.to_string();
        let payload = match &item.content {
            Ok(payload) => payload,
            Err(refusal) => {
                let painted = output.paint(Role::Bad, &format!("!! {title}: {refusal}"));
                output.line(painted)?;
                return Ok(false);
            }
        };
        let parsed = Inspection::of(spec, &payload.message);
        match self.format {
            Format::Hexdump => show::dump(output, &parsed, &title, self.shown())?,
            _ => {
                show::listing(output, &parsed, &title, self.shown())?;
                output.line("")?;
            }
        }
        Ok(parsed.error().is_none())
    }

    fn object(
        &self,
        output: &mut Output,
        spec: &'static Spec<'static>,
        item: &Item,
        text: &mut Vec<u8>,
    ) -> Outcome<bool> {
        let fine = match &item.content {
            Err(refusal) => {
                json::refusal(text, refusal.byte, &refusal.text);
                false
            }
            Ok(payload) => {
                let parsed = Inspection::of(spec, &payload.message);
                match parsed.error() {
                    None => json::message(text, &parsed, payload.station(), self.shown()),
                    Some(error) => json::error(text, &error, Some((&parsed, self.shown()))),
                }
                parsed.error().is_none()
            }
        };
        if self.format == Format::Json {
            *text = json::pretty(text);
        }
        text.push(b'\n');
        output.bytes().write_all(text)?;
        Ok(fine)
    }
}
