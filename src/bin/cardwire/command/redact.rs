//! `cardwire redact`.

use std::io::Write;

use cardwire::{Builder, Inspection, Message, Spec};

use super::encode::{Trouble, build};
use super::suggest::Advisor;
use super::tally;
use crate::failure::{Failure, Outcome, complain};
use crate::input::{self, InputArgs, Item, Line, Lines, Payload, Refusal, files};
use crate::isomsg;
use crate::json::{self, Left, Lists, Prepared, Record, Shown};
use crate::lang::{lang, pick, say};
use crate::mask;
use crate::output::Output;
use crate::remark;
use crate::specs::SpecArgs;
use crate::told::Told;
use crate::wire::{WireFormat, framed};

/// Mask card data, and print messages that still parse.
#[derive(clap::Args)]
#[command(
    after_help = "Hidden digits become 0, hidden letters X, hidden octets 00; lengths stay. What the spec\n\
    does not call open is hidden. Frames stay what they are, polls among them; of a capture, the\n\
    frames are printed. What does not parse is left out, and the exit code is 1.\n\nExamples:\n  \
    cardwire redact -s iso87-ascii messages.hex > safe.hex\n  \
    cardwire redact -s iso87-ascii --json messages.ndjson > safe.ndjson\n  \
    cardwire redact -s unionpay-pos -F unionpay -i raw --format raw frames.bin > safe.bin"
)]
pub(crate) struct Redact {
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    spec: SpecArgs,
    /// Read and print JSON lines.
    #[arg(long, conflicts_with_all = ["message", "framing", "format"])]
    json: bool,
    /// What to print: when it is not said, XML for XML, text for text, and else hex.
    #[arg(short, long, value_name = "FORMAT", value_enum)]
    format: Option<WireFormat>,
}

impl Redact {
    pub(super) fn run(&self, output: &mut Output) -> Outcome {
        let spec = self.spec.required()?;
        if self.json {
            return self.objects(output, spec);
        }
        let name = self.spec.spec.as_deref().unwrap_or(spec.name());
        let mut advisor = Advisor::new(&self.input, name, spec);
        let input = InputArgs { polls: true, ..self.input.clone() };
        let mut messages = input.messages(Some(spec)).with_left();
        let (mut total, mut broken, mut text) = (0, 0, Vec::new());
        while let Some(item) = messages.next()? {
            text.clear();
            let usual = match (messages.is_isomsg(), messages.is_text()) {
                (true, _) => WireFormat::Isomsg,
                (_, true) => WireFormat::Text,
                _ => WireFormat::Hex,
            };
            total += u64::from(!item.content.as_ref().is_ok_and(Payload::is_poll));
            let done = match self.format.unwrap_or(usual) {
                WireFormat::Isomsg => {
                    self.xml(spec, &item, messages.left()).map(|xml| text.extend(xml.bytes()))
                }
                format => {
                    self.message(spec, &item, messages.left()).and_then(|wire| format.push(&mut text, &wire))
                }
            };
            match done {
                Ok(()) => output.bytes().write_all(&text)?,
                // what does not parse is not passed on: nobody knows what it holds
                Err(text) => {
                    broken += 1;
                    let text = advisor.look(&item).err().map_or(text, |misread| misread.to_string());
                    let origin = item.origin.told();
                    complain(say!("{origin}: left out: {text}", "{origin}：已略去：{text}"));
                }
            }
            if messages.waits() {
                output.flush()?;
            }
        }
        output.flush()?;
        advisor.end().iter().for_each(complain);
        tally(broken, total, ("messages are broken and left out", "报文有误，已略去"))
    }

    /// The message as jPOS reads it; what the spec has no place for is hidden whole.
    fn xml(&self, spec: &Spec<'_>, item: &Item, left: &[Left]) -> Result<String, String> {
        let payload = item.content.as_ref().map_err(ToString::to_string)?;
        if let Some(wrong) = left.iter().find(|left| !left.is_unknown) {
            return Err(wrong.to_string());
        }
        let message = Message::parse(spec, &payload.message).map_err(|error| error.to_string())?;
        let wire = redacted(&message).map_err(|error| error.to_string())?;
        let left: Vec<Left> = left.iter().map(Left::redacted).collect();
        let station = mask::plain(&payload.station);
        Ok(isomsg::message(&Inspection::of(spec, &wire), &station, &left, Shown::Exposed, ""))
    }

    fn message(&self, spec: &Spec<'_>, item: &Item, left: &[Left]) -> Result<Vec<u8>, String> {
        let payload = item.content.as_ref().map_err(ToString::to_string)?;
        if let Some(left) = left.first() {
            return Err(left.to_string());
        }
        if payload.is_poll() {
            return Ok(payload.poll.clone());
        }
        let message = Message::parse(spec, &payload.message).map_err(|error| error.to_string())?;
        let redacted = redacted(&message).map_err(|error| error.to_string())?;
        if redacted.len() != payload.message.len() {
            return Err(pick(
                "its lengths are not written as this spec writes them",
                "其长度的写法与该规范不同",
            )
            .into());
        }
        let framing = payload.framing.or(self.input.framing);
        let wire =
            framed(framing, &mask::plain(&payload.station), redacted).map_err(|error| error.to_string())?;
        match mask::cards(&message).iter().any(|card| mask::holds(&wire, card)) {
            true => Err(pick("a card number would be left in it", "其中仍会留有卡号").into()),
            false => Ok(wire),
        }
    }

    fn objects(&self, output: &mut Output, spec: &'static Spec<'static>) -> Outcome {
        let (mut total, mut broken) = (0, 0);
        for file in files(&self.input.files) {
            let (name, stream) = input::open(&file)?;
            let mut lines = Lines::new(stream, self.input.max_line);
            loop {
                let number = lines.number() + 1;
                let done = match lines.next_line().map_err(|error| Failure::io(&name, error))? {
                    None => break,
                    Some(Line::Whole(b"")) => continue,
                    Some(Line::Whole(line)) if remark::is_remark(line) => continue,
                    Some(Line::Whole(line)) => object(spec, line),
                    Some(Line::TooLong) => Err(Trouble::Object(
                        None,
                        Refusal::too_long(self.input.max_line).words(lang()).to_owned(),
                    )),
                };
                total += 1;
                match done {
                    Ok(text) => output.bytes().write_all(&text)?,
                    Err(trouble) => {
                        broken += 1;
                        let text = trouble.text();
                        complain(say!(
                            "{name}:{number}: left out: {text}",
                            "{name}:{number}：已略去：{text}"
                        ));
                    }
                }
                if lines.waits() {
                    output.flush()?;
                }
            }
        }
        output.flush()?;
        tally(broken, total, ("objects are broken and left out", "对象有误，已略去"))
    }
}

fn object(spec: &'static Spec<'static>, line: &[u8]) -> Result<Vec<u8>, Trouble> {
    let record = Record::parse(line).map_err(|text| Trouble::Object(None, text))?;
    let wire = build(spec, &record)?;
    let message = Message::parse(spec, &wire).map_err(Trouble::Build)?;
    let redacted = redacted(&message).map_err(Trouble::Build)?;
    let mut text = Vec::new();
    let station = mask::plain(&record.station);
    json::message(&mut text, &Inspection::of(spec, &redacted), &station, Shown::Exposed);
    text.push(b'\n');
    Ok(text)
}

/// The message with everything hidden that its spec does not call open.
pub(crate) fn redacted(message: &Message<'_>) -> cardwire::Result<Vec<u8>> {
    // an inspection knows of all its elements at once whether they can be trusted
    let parsed = Inspection::of(message.spec(), message.wire());
    let hidden: Vec<(u8, Prepared)> = parsed
        .fields()
        .filter(|field| mask::hides(field))
        .map(|field| (u8::try_from(field.key().value()).unwrap_or(0), mask::masked(&field)))
        .collect();
    let lists = Lists::new(hidden.iter().map(|(_, value)| value));
    let mut builder = Builder::copy_of(message, message.spec());
    let header = mask::plain(message.header());
    builder.header(&header);
    for (number, value) in &hidden {
        builder.set(*number, lists.value(value));
    }
    builder.to_vec()
}
