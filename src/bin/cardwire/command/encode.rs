//! `cardwire encode`.

use std::io::Write;
use std::path::PathBuf;

use cardwire::{Framing, Inspection, Spec};

use super::tally;
use crate::failure::{Failure, Outcome, complain};
use crate::input::{Objects, Placed, parse_framing};
use crate::isomsg;
use crate::json::{self, Lists, Record};
use crate::keys::{self, KeyArgs, Keys, Turn};
use crate::lang::{pick, say};
use crate::output::Output;
use crate::parallel::{Done, ThreadArgs, in_order};
use crate::specs::SpecArgs;
use crate::wire::{WireFormat, framed};

/// Encode JSON, one object a line, or jPOS XML to messages.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    echo '{\"mti\":\"0800\",\"fields\":{\"11\":\"000001\",\"70\":\"301\"}}' | cardwire encode -s iso87-ascii\n  \
    cardwire encode -s unionpay-pos -F unionpay --format raw messages.ndjson > frames.bin\n  \
    cardwire encode -s packager.xml q2.log")]
pub(crate) struct Encode {
    /// Files of JSON lines or jPOS XML; `-` or none is standard input.
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    spec: SpecArgs,
    #[command(flatten)]
    keys: KeyArgs,
    /// What to print.
    #[arg(short, long, value_name = "FORMAT", value_enum, default_value_t)]
    format: WireFormat,
    /// The framing to put around messages.
    #[arg(short = 'F', long, value_name = "FRAMING", value_parser = parse_framing)]
    framing: Option<Framing>,
    /// The longest line, in bytes.
    #[arg(long, value_name = "BYTES", default_value_t = 1 << 20)]
    max_line: usize,
    #[command(flatten)]
    threads: ThreadArgs,
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
        if self.format == WireFormat::Isomsg && self.framing.is_some() {
            return Err(Failure::usage(pick(
                "XML has no frame: --framing is for octets",
                "XML没有帧：--framing用于字节",
            )));
        }
        let keys = self.keys.chosen()?;
        let making = Making { spec, keys, format: self.format, framing: self.framing };
        let objects = Objects::of(&self.files, self.max_line, false);
        let work = move |output: &mut Output, placed: &Placed| {
            let text = making.object(placed).ok()?;
            output.bytes().write_all(&text).ok().map(|()| Done::Fine)
        };
        let each = |output: &mut Output, placed: Placed| making.object_or_words(output, &placed);
        // keys may count what they sign
        let threads = if keys.is_some() { 1 } else { self.threads.count() };
        let count = in_order(threads, output, objects, work, each)?;
        output.flush()?;
        tally(count.wrong, count.total, ("objects gave no message", "对象不能组成报文"))
    }
}

/// How messages are made.
#[derive(Clone, Copy)]
struct Making {
    spec: &'static Spec<'static>,
    keys: Option<&'static Keys>,
    format: WireFormat,
    framing: Option<Framing>,
}

impl Making {
    /// What is printed of an object.
    fn object(self, placed: &Placed) -> Result<Vec<u8>, Trouble> {
        let record = placed.raw.record().map_err(|text| Trouble::Object(None, text))?;
        let mut text = Vec::new();
        self.print(record, &mut text)?;
        Ok(text)
    }

    /// Prints the message of an object, or says why there is none.
    fn object_or_words(self, output: &mut Output, placed: &Placed) -> Outcome<Done> {
        let Placed { name, line, .. } = placed;
        match self.object(placed) {
            Ok(text) => {
                output.bytes().write_all(&text)?;
                return Ok(Done::Fine);
            }
            Err(trouble) if matches!(self.format, WireFormat::Raw | WireFormat::Isomsg) => {
                complain(format_args!("{name}:{line}: {}", trouble.text()));
            }
            Err(trouble) => {
                let mut text = Vec::new();
                trouble.object(&mut text);
                text.push(b'\n');
                output.bytes().write_all(&text)?;
            }
        }
        Ok(Done::Wrong)
    }

    fn print(self, record: Record, text: &mut Vec<u8>) -> Result<(), Trouble> {
        let Self { spec, keys, .. } = self;
        let mut record = record;
        record.settle_header(spec).map_err(|text| Trouble::Object(None, text))?;
        let message = build(spec, &record)?;
        let message =
            keys::sign(Turn::Own, keys, spec, message).map_err(|text| Trouble::Object(None, text))?;
        if self.format == WireFormat::Isomsg {
            let parsed = Inspection::of(spec, &message);
            let xml = isomsg::message(&parsed, &record.station, &[], json::Shown::Exposed, "");
            text.extend_from_slice(xml.as_bytes());
            return Ok(());
        }
        let wire = framed(self.framing, &record.station, message).map_err(Trouble::Build)?;
        self.format.push(text, &wire).map_err(|text| Trouble::Object(None, text))
    }
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
                json::words(out, &say!("field {number}: {text}", "域{number}：{text}"));
                out.extend(b"}}");
            }
        }
    }

    /// One sentence.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Build(error) => error.to_string(),
            Self::Object(None, text) => text.clone(),
            Self::Object(Some(number), text) => say!("field {number}: {text}", "域{number}：{text}"),
        }
    }
}
