//! `cardwire decode`.

use std::io::Write;

use cardwire::{Inspection, Spec};

use super::suggest::{Advisor, Seen, guessed};
use super::tally;
use crate::failure::{Outcome, complain};
use crate::input::{self, Entry, Found, InputArgs, Origin};
use crate::isomsg;
use crate::json::{self, Left, Shown};
use crate::keys::{Checked, KeyArgs, Keys};
use crate::lang::lang;
use crate::output::{Output, Role};
use crate::parallel::{Done, ThreadArgs, in_order};
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
    #[command(flatten)]
    view: View,
    #[command(flatten)]
    threads: ThreadArgs,
}

/// How messages are shown.
#[derive(clap::Args, Clone, Copy)]
struct View {
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

/// Room for an object of the usual size.
const ROOM: usize = 1 << 11;

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
        let (spec, first) = match chosen {
            Some(spec) => (spec, None),
            None => {
                let first = messages.next()?;
                (guessed(first.as_ref(), &self.input)?, first)
            }
        };
        let name = self.spec.spec.as_deref().unwrap_or(spec.name());
        let mut advisor = Advisor::new(&self.input, name, spec);
        let mut skipped = messages.skipped().to_vec();
        let each = |output: &mut Output, entry: Entry| match entry {
            Entry::Found(found) => {
                let seen = advisor.look(&found.item);
                let done = self.view.message(output, &found, &seen, keys, |message| advisor.hint(message))?;
                Ok(done)
            }
            Entry::Skipped(file) => {
                input::tell(&file);
                skipped.extend(Some(file).filter(|file| !file.reasons.is_empty()));
                Ok(Done::Uncounted)
            }
        };
        // a message that was read to find the spec goes first, and keys may count what they sign
        let in_turn = chosen.is_none() || keys.is_some() || !self.input.message.is_empty();
        let threads = if in_turn { 1 } else { self.threads.count() };
        let view = self.view;
        let work = move |output: &mut Output, entry: &Entry| view.sound(output, spec, entry);
        let count = in_order(threads, output, messages.after(first), work, each)?;
        if matches!(self.view.format, Format::Json | Format::Ndjson) {
            let mut text = Vec::new();
            skipped.iter().for_each(|skipped| remark::skipped(&mut text, skipped));
            output.bytes().write_all(&text)?;
        }
        for advice in advisor.end() {
            self.advise(output, &advice)?;
        }
        output.flush()?;
        tally(count.wrong, count.total, ("messages are broken", "报文有误"))
    }

    /// Options that work are part of a listing; elsewhere they are not in the way of what is read on.
    fn advise(&self, output: &mut Output, advice: &str) -> Outcome {
        match self.view.format {
            Format::Text => {
                let text = output.paint(Role::Meaning, &format!("-> {advice}"));
                output.line(text)?;
            }
            _ => complain(advice),
        }
        Ok(())
    }
}

impl View {
    /// Shows a message of which there is nothing to be said but what it holds; anything else is left for its turn.
    fn sound(self, output: &mut Output, spec: &'static Spec<'static>, entry: &Entry) -> Option<Done> {
        let Entry::Found(found) = entry else { return None };
        let payload = found.item.content.as_ref().ok().filter(|_| found.left.is_empty())?;
        let parsed = Inspection::of(spec, &payload.message);
        if parsed.error().is_some() {
            return None;
        }
        self.message(output, found, &Ok((payload, parsed)), None, |_| None).ok()
    }

    /// Shows a message, or why there is none; `hint` says what may be wrong with the spec where one is broken.
    fn message(
        self,
        output: &mut Output,
        Found { item, left, .. }: &Found,
        seen: &Seen<'_>,
        keys: Option<&Keys>,
        hint: impl FnOnce(&[u8]) -> Option<String>,
    ) -> Outcome<Done> {
        let whole = seen.as_ref().ok().and_then(|(_, parsed)| parsed.message());
        let checked = whole.zip(keys).map(|(message, keys)| keys.checked(message, None)).unwrap_or_default();
        let more = More { left, checked: &checked };
        let is_fine = match self.format {
            Format::Isomsg => self.xml(output, &item.origin, seen, more)?,
            Format::Json | Format::Ndjson => self.object(output, &item.origin, seen, more)?,
            Format::Text | Format::Hexdump => self.show(output, &item.origin, seen, more, hint)?,
        };
        Ok(if is_fine && !more.is_wrong() { Done::Fine } else { Done::Wrong })
    }

    fn shown(self) -> Shown {
        if self.expose { Shown::Exposed } else { Shown::Masked }
    }

    fn show(
        self,
        output: &mut Output,
        origin: &Origin,
        seen: &Seen<'_>,
        More { left, checked }: More<'_>,
        hint: impl FnOnce(&[u8]) -> Option<String>,
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
                if let Some(text) = is_broken.then(|| hint(&payload.message)).flatten() {
                    let text = output.paint(Role::Meaning, &format!("-> {text}"));
                    output.line(format_args!("  {text}"))?;
                }
                output.line("")?;
            }
        }
        Ok(parsed.error().is_none())
    }

    fn object(
        self,
        output: &mut Output,
        origin: &Origin,
        seen: &Seen<'_>,
        More { left, checked }: More<'_>,
    ) -> Outcome<bool> {
        let text = &mut Vec::with_capacity(ROOM);
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
        self,
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
