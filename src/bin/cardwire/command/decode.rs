//! `cardwire decode`.

use std::io::Write;

use super::suggest::{Advisor, Seen, guessed};
use super::tally;
use crate::failure::{Outcome, complain};
use crate::input::{InputArgs, Origin};
use crate::isomsg;
use crate::json::{self, Left, Shown};
use crate::keys::{Checked, KeyArgs};
use crate::lang::lang;
use crate::output::{Output, Role};
use crate::specs::SpecArgs;
use crate::told::Told;
use crate::{remark, show};

/// Decode messages: a listing, JSON, or an annotated hexdump.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    cardwire decode -s iso87-ascii messages.hex\n  \
    cardwire decode -s unionpay-pos -F unionpay capture.pcapng --format hexdump\n  \
    cardwire decode -s iso87-bcd --format ndjson --expose < hex-lines > messages.ndjson\n  \
    cardwire decode -s packager.xml q2.log\n  \
    cardwire decode -s unionpay-pos --keys test.toml messages.hex   # MACs, PIN blocks, cryptograms\n  \
    cardwire decode -s iso87-ascii -m 0800822000000000000004000000000000001123061759123456301")]
pub(crate) struct Decode {
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    spec: SpecArgs,
    #[command(flatten)]
    keys: KeyArgs,
    /// What to print.
    #[arg(short, long, value_name = "FORMAT", value_enum, default_value_t)]
    format: Format,
    /// Show card data as it is.
    #[arg(long)]
    expose: bool,
    /// Say in JSON where each message was found: the file and the line or byte. Of captures, packet,
    /// time and both ends are always said.
    #[arg(long)]
    origin: bool,
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
    /// XML as jPOS logs it.
    Isomsg,
}

/// What there is to say of a message beside its elements.
#[derive(Clone, Copy)]
struct More<'m> {
    left: &'m [Left],
    /// What the keys have to say.
    checked: &'m [Checked],
}

impl More<'_> {
    /// What is unknown is lacking in the spec; the message is as it should be.
    fn is_wrong(self) -> bool {
        self.left.iter().any(|left| !left.is_unknown) || self.checked.iter().any(|one| one.fault.is_some())
    }
}

impl Decode {
    pub(super) fn run(&self, output: &mut Output) -> Outcome {
        let chosen = self.spec.chosen()?;
        let keys = self.keys.chosen()?;
        let mut messages = self.input.messages(chosen).with_left();
        let (mut total, mut broken) = (0, 0);
        let mut text = Vec::new();
        let mut first = None;
        let spec = match chosen {
            Some(spec) => spec,
            None => {
                first = messages.next()?;
                guessed(first.as_ref(), &self.input)?
            }
        };
        let name = self.spec.spec.as_deref().unwrap_or(spec.name());
        let mut advisor = Advisor::new(&self.input, name, spec);
        while let Some(item) = first.take().map_or_else(|| messages.next(), |item| Ok(Some(item)))? {
            let seen = advisor.look(&item);
            total += 1;
            text.clear();
            let left = messages.left();
            let whole = seen.as_ref().ok().and_then(|(_, parsed)| parsed.message());
            let checked =
                whole.zip(keys).map(|(message, keys)| keys.checked(message, None)).unwrap_or_default();
            let more = More { left, checked: &checked };
            let fine = match self.format {
                Format::Isomsg => self.xml(output, &item.origin, &seen, more)?,
                Format::Json | Format::Ndjson => self.object(output, &item.origin, &seen, more, &mut text)?,
                Format::Text | Format::Hexdump => {
                    self.show(output, &item.origin, &seen, more, &mut advisor)?
                }
            };
            broken += u64::from(!fine || more.is_wrong());
            if messages.waits() {
                output.flush()?;
            }
        }
        if matches!(self.format, Format::Json | Format::Ndjson) {
            text.clear();
            messages.skipped().iter().for_each(|skipped| remark::skipped(&mut text, skipped));
            output.bytes().write_all(&text)?;
        }
        for advice in advisor.end() {
            self.advise(output, &advice)?;
        }
        output.flush()?;
        tally(broken, total, ("messages are broken", "报文有误"))
    }

    /// Options that work are part of a listing; elsewhere they are not in the way of what is read on.
    fn advise(&self, output: &mut Output, advice: &str) -> Outcome {
        match self.format {
            Format::Text => {
                let text = output.paint(Role::Meaning, &format!("-> {advice}"));
                output.line(text)?;
            }
            _ => complain(advice),
        }
        Ok(())
    }

    fn shown(&self) -> Shown {
        if self.expose { Shown::Exposed } else { Shown::Masked }
    }

    fn show(
        &self,
        output: &mut Output,
        origin: &Origin,
        seen: &Seen<'_>,
        More { left, checked }: More<'_>,
        advisor: &mut Advisor,
    ) -> Outcome<bool> {
        let title = origin.told();
        let (payload, parsed) = match seen {
            Ok(seen) => seen,
            Err(refusal) => {
                let painted = output.paint(Role::Bad, &format!("!! {title}: {}", refusal.told()));
                output.line(painted)?;
                return Ok(false);
            }
        };
        match self.format {
            Format::Hexdump => {
                show::dump(output, parsed, &title, self.shown())?;
                show::left(output, left, self.shown())?;
                show::checks(output, checked)?;
            }
            _ => {
                show::listing(output, parsed, &title, self.shown())?;
                show::left(output, left, self.shown())?;
                show::checks(output, checked)?;
                let is_broken = parsed.error().is_some();
                if let Some(text) = is_broken.then(|| advisor.hint(&payload.message)).flatten() {
                    let text = output.paint(Role::Meaning, &format!("-> {text}"));
                    output.line(format_args!("  {text}"))?;
                }
                output.line("")?;
            }
        }
        Ok(parsed.error().is_none())
    }

    fn object(
        &self,
        output: &mut Output,
        origin: &Origin,
        seen: &Seen<'_>,
        More { left, checked }: More<'_>,
        text: &mut Vec<u8>,
    ) -> Outcome<bool> {
        let fine = match seen {
            Err(refusal) => {
                json::refusal(text, refusal.byte, refusal.words(lang()));
                false
            }
            Ok((payload, parsed)) => {
                match parsed.error() {
                    None if !left.is_empty() => {
                        json::with_left(text, parsed, &payload.station, self.shown(), left);
                    }
                    None => json::message(text, parsed, &payload.station, self.shown()),
                    Some(error) => json::error(text, &error, Some((parsed, self.shown()))),
                }
                parsed.error().is_none()
            }
        };
        remark::checks(text, checked);
        if self.origin || matches!(origin, Origin::Packet { .. }) {
            remark::origin(text, origin);
        }
        if self.format == Format::Json {
            *text = json::pretty(text);
        }
        text.push(b'\n');
        output.bytes().write_all(text)?;
        Ok(fine)
    }

    fn xml(
        &self,
        output: &mut Output,
        origin: &Origin,
        seen: &Seen<'_>,
        More { left, checked }: More<'_>,
    ) -> Outcome<bool> {
        let (place, origin) = (origin, origin.to_string());
        let (payload, parsed) = match seen {
            Ok(seen) => seen,
            Err(refusal) => {
                complain(format_args!("{}: {}", place.told(), refusal.told()));
                return Ok(false);
            }
        };
        let text = match parsed.error() {
            None => isomsg::message(parsed, &payload.station, left, self.shown(), &origin),
            Some(error) => isomsg::broken(parsed, &error, self.shown(), &origin),
        };
        output.bytes().write_all(text.as_bytes())?;
        left.iter()
            .filter(|left| !left.is_unknown)
            .for_each(|left| complain(format_args!("{}: {left}", place.told())));
        // the XML has no place for it
        for text in checked.iter().filter_map(|one| one.fault.as_ref()) {
            complain(format_args!("{}: {text}", place.told()));
        }
        Ok(parsed.error().is_none())
    }
}
