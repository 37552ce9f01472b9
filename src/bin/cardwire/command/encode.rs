//! `cardwire encode`.

use std::io::Write;
use std::path::PathBuf;

use cardwire::{Framing, Spec};

use super::tally;
use crate::failure::{Failure, Outcome, complain};
use crate::input::{self, Lines, Refusal, files, parse_framing};
use crate::json::{self, Lists, Record};
use crate::output::Output;
use crate::specs::SpecArgs;
use crate::wire::{WireFormat, framed};

/// Encode JSON, one object a line, to messages.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    echo '{\"mti\":\"0800\",\"fields\":{\"11\":\"000001\",\"70\":\"301\"}}' | cardwire encode -s iso87-ascii\n  \
    cardwire encode -s unionpay-pos -F unionpay --format raw messages.ndjson > frames.bin")]
pub(crate) struct Encode {
    /// Files of JSON lines; `-` or none is standard input.
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    spec: SpecArgs,
    /// What to print.
    #[arg(short, long, value_name = "FORMAT", value_enum, default_value_t)]
    format: WireFormat,
    /// The framing to put around messages.
    #[arg(short = 'F', long, value_name = "FRAMING", value_parser = parse_framing)]
    framing: Option<Framing>,
    /// The longest line, in bytes.
    #[arg(long, value_name = "BYTES", default_value_t = 1 << 20)]
    max_line: usize,
}

/// Why a line gives no message.
pub(crate) enum Trouble {
    /// The builder refuses it.
    Build(cardwire::Error),
    /// The object does, at that field if any.
    Object(Option<u8>, String),
}

impl Encode {
    pub(super) fn run(&self, output: &mut Output) -> Outcome {
        let spec = self.spec.required()?;
        let (mut total, mut broken) = (0, 0);
        let mut text = Vec::new();
        for file in files(&self.files) {
            let (name, stream) = input::open(&file)?;
            let mut lines = Lines::new(stream, self.max_line);
            loop {
                let number = lines.number() + 1;
                let encoded = match lines.next().map_err(|error| Failure::io(&name, error))? {
                    None => break,
                    Some(input::Line::Whole(b"")) => continue,
                    Some(input::Line::Whole(line)) if json::is_remark(line) => continue,
                    Some(input::Line::Whole(line)) => encode(spec, self.framing, line),
                    Some(input::Line::TooLong) => {
                        let refusal: Refusal = input::too_long(self.max_line);
                        Err(Trouble::Object(None, refusal.text))
                    }
                };
                total += 1;
                text.clear();
                match encoded {
                    Ok(wire) => self.format.push(&mut text, &wire),
                    Err(trouble) => {
                        broken += 1;
                        if self.format == WireFormat::Raw {
                            complain(format_args!("{name}:{number}: {}", trouble.text()));
                        } else {
                            trouble.object(&mut text);
                            text.push(b'\n');
                        }
                    }
                }
                output.bytes().write_all(&text)?;
                if lines.waits() {
                    output.flush()?;
                }
            }
        }
        output.flush()?;
        tally(broken, total, "objects gave no message")
    }
}

/// The message of an object, in its frame.
pub(crate) fn encode(spec: &Spec<'_>, framing: Option<Framing>, line: &[u8]) -> Result<Vec<u8>, Trouble> {
    let record = Record::parse(line).map_err(|text| Trouble::Object(None, text))?;
    let message = build(spec, &record)?;
    framed(framing, &record.station, message).map_err(Trouble::Build)
}

/// The message of an object.
pub(crate) fn build(spec: &Spec<'_>, record: &Record) -> Result<Vec<u8>, Trouble> {
    let mti = record.mti().map_err(|text| Trouble::Object(None, text))?;
    let values = record.prepare(spec).map_err(|(number, text)| Trouble::Object(Some(number), text))?;
    let lists = Lists::new(values.iter().map(|(_, value)| value));
    record.builder(spec, mti, &values, &lists).to_vec().map_err(Trouble::Build)
}

impl Trouble {
    fn object(&self, out: &mut Vec<u8>) {
        match self {
            Self::Build(error) => json::error(out, error, None),
            Self::Object(None, text) => json::refusal(out, None, text),
            Self::Object(Some(number), text) => {
                out.extend(format!("{{\"error\":{{\"field\":{number},\"message\":").bytes());
                json::string(out, format!("field {number}: {text}").bytes());
                out.extend(b"}}");
            }
        }
    }

    /// One sentence.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Build(error) => error.to_string(),
            Self::Object(None, text) => text.clone(),
            Self::Object(Some(number), text) => format!("field {number}: {text}"),
        }
    }
}
