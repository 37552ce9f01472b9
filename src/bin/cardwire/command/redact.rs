//! `cardwire redact`.

use std::io::Write;

use cardwire::{Builder, Framing, Inspection, Message, Spec};

use super::encode::{Trouble, build};
use super::suggest::Advisor;
use super::tally;
use crate::failure::{Outcome, complain};
use crate::input::{self, Entry, Found, InputArgs, Item, Objects, Payload, Placed, Raw};
use crate::isomsg;
use crate::json::{self, Left, Lists, Prepared, Shown};
use crate::lang::{pick, say};
use crate::mask;
use crate::output::Output;
use crate::parallel::{Done, ThreadArgs, in_order};
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
    #[command(flatten)]
    threads: ThreadArgs,
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
        let hiding = Hiding { spec, format: self.format, framing: self.input.framing };
        let each = |output: &mut Output, entry: Entry| {
            let found = match entry {
                Entry::Found(found) => found,
                Entry::Skipped(file) => {
                    input::tell(&file);
                    return Ok(Done::Uncounted);
                }
            };
            match hiding.entry(&found) {
                Ok((text, done)) => {
                    output.bytes().write_all(&text)?;
                    Ok(done)
                }
                // what does not parse is not passed on: nobody knows what it holds
                Err(text) => {
                    let text = advisor.look(&found.item).err().map_or(text, |misread| misread.to_string());
                    let origin = found.item.origin.told();
                    complain(say!("{origin}: left out: {text}", "{origin}：已略去：{text}"));
                    Ok(Done::Wrong)
                }
            }
        };
        let threads = if self.input.message.is_empty() { self.threads.count() } else { 1 };
        let messages = input.messages(Some(spec)).with_left();
        let work = move |output: &mut Output, entry: &Entry| hiding.quietly(output, entry);
        let count = in_order(threads, output, messages, work, each)?;
        output.flush()?;
        advisor.end().iter().for_each(complain);
        tally(count.wrong, count.total, ("messages are broken and left out", "报文有误，已略去"))
    }

    fn objects(&self, output: &mut Output, spec: &'static Spec<'static>) -> Outcome {
        let objects = Objects::of(&self.input.files, self.input.max_line, true);
        let work = move |output: &mut Output, placed: &Placed| {
            let text = object(spec, &placed.raw).ok()?;
            output.bytes().write_all(&text).ok().map(|()| Done::Fine)
        };
        let each = |output: &mut Output, Placed { name, line, raw }: Placed| match object(spec, &raw) {
            Ok(text) => {
                output.bytes().write_all(&text)?;
                Ok(Done::Fine)
            }
            Err(trouble) => {
                let text = trouble.text();
                complain(say!("{name}:{line}: left out: {text}", "{name}:{line}：已略去：{text}"));
                Ok(Done::Wrong)
            }
        };
        let count = in_order(self.threads.count(), output, objects, work, each)?;
        output.flush()?;
        tally(count.wrong, count.total, ("objects are broken and left out", "对象有误，已略去"))
    }
}

/// How messages are redacted.
#[derive(Clone, Copy)]
struct Hiding {
    spec: &'static Spec<'static>,
    format: Option<WireFormat>,
    framing: Option<Framing>,
}

impl Hiding {
    /// Writes a message of which there is nothing else to be said.
    fn quietly(self, output: &mut Output, entry: &Entry) -> Option<Done> {
        let Entry::Found(found) = entry else { return None };
        let (text, done) = self.entry(found).ok()?;
        output.bytes().write_all(&text).ok().map(|()| done)
    }

    /// What is printed of a message, or why it is left out.
    fn entry(self, found: &Found) -> Result<(Vec<u8>, Done), String> {
        let Found { item, left, .. } = found;
        let usual = match (found.is_isomsg, found.is_text) {
            (true, _) => WireFormat::Isomsg,
            (_, true) => WireFormat::Text,
            _ => WireFormat::Hex,
        };
        let text = match self.format.unwrap_or(usual) {
            WireFormat::Isomsg => self.xml(item, left)?.into_bytes(),
            format => {
                let mut text = Vec::new();
                format.push(&mut text, &self.message(item, left)?)?;
                text
            }
        };
        let is_poll = item.content.as_ref().is_ok_and(Payload::is_poll);
        Ok((text, if is_poll { Done::Uncounted } else { Done::Fine }))
    }

    /// The message as jPOS reads it; what the spec has no place for is hidden whole.
    fn xml(self, item: &Item, left: &[Left]) -> Result<String, String> {
        let payload = item.content.as_ref().map_err(ToString::to_string)?;
        if let Some(wrong) = left.iter().find(|left| !left.is_unknown) {
            return Err(wrong.to_string());
        }
        let message = Message::parse(self.spec, &payload.message).map_err(|error| error.to_string())?;
        let wire = redacted(&message).map_err(|error| error.to_string())?;
        let left: Vec<Left> = left.iter().map(Left::redacted).collect();
        let station = mask::plain(&payload.station);
        Ok(isomsg::message(&Inspection::of(self.spec, &wire), &station, &left, Shown::Exposed, ""))
    }

    fn message(self, item: &Item, left: &[Left]) -> Result<Vec<u8>, String> {
        let payload = item.content.as_ref().map_err(ToString::to_string)?;
        if let Some(left) = left.first() {
            return Err(left.to_string());
        }
        if payload.is_poll() {
            return Ok(payload.poll.clone());
        }
        frame(self.spec, payload.framing.or(self.framing), &payload.station, &payload.message)
    }
}

/// A message in its frame with everything hidden that its spec does not call open, or why it cannot be passed on.
pub(super) fn frame(
    spec: &Spec<'_>,
    framing: Option<Framing>,
    station: &[u8],
    octets: &[u8],
) -> Result<Vec<u8>, String> {
    let message = Message::parse(spec, octets).map_err(|error| error.to_string())?;
    let redacted = redacted(&message).map_err(|error| error.to_string())?;
    if redacted.len() != octets.len() {
        return Err(
            pick("its lengths are not written as this spec writes them", "其长度的写法与该规范不同").into()
        );
    }
    let wire = framed(framing, &mask::plain(station), redacted).map_err(|error| error.to_string())?;
    match mask::holds_any(&wire, &mask::cards(&message)) {
        true => Err(pick("a card number would be left in it", "其中仍会留有卡号").into()),
        false => Ok(wire),
    }
}

fn object(spec: &'static Spec<'static>, raw: &Raw) -> Result<Vec<u8>, Trouble> {
    let record = raw.record().map_err(|text| Trouble::Object(None, text))?;
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
