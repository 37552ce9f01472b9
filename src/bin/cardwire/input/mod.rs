//! Where messages come from: files or standard input, in one of several forms.
//!
//! Everything streams. A line has a limit, a frame has a limit, a TCP stream has a limit, so no
//! input makes the command grow.

mod again;
mod kind;
#[cfg(test)]
mod linear;
mod records;

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::PathBuf;
use std::sync::Arc;

use cardwire::input::{Error, Opened, Options};
use cardwire::{Framing, Spec};

use crate::failure::{Failure, Outcome, complain};
use crate::isomsg::Scanner;
use crate::json::Left;
use crate::lang::{lang, say};
use crate::parallel::Feed;
use crate::told::Told;

pub(crate) use again::is_kept;
pub(crate) use cardwire::input::{
    Item, Line, Lines, Moment, Origin, Payload, Refusal, Skipped, Source, Stream, octets,
};
pub(crate) use kind::Kind;
pub(crate) use records::{Objects, Placed, Raw, Records};

/// What is read, and how.
#[derive(clap::Args, Clone)]
pub(crate) struct InputArgs {
    /// Files; `-` or none is standard input.
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// A message in hexadecimal digits, instead of files. Can be said again.
    #[arg(short, long, value_name = "HEX", conflicts_with = "files")]
    pub(crate) message: Vec<String>,
    /// The form of the input.
    #[arg(short, long, value_name = "FORM", value_enum, default_value_t)]
    pub(crate) input: Kind,
    /// The framing around messages, such as binary2, ascii4 or binary2+tpdu. Raw streams and
    /// captures are looked at when it is not said.
    #[arg(short = 'F', long, value_name = "FRAMING", value_parser = parse_framing)]
    pub(crate) framing: Option<Framing>,
    /// The longest line or message, in bytes.
    #[arg(long, value_name = "BYTES", default_value_t = 1 << 20)]
    pub(crate) max_line: usize,
    /// Whether polls, which are frames with nothing in them, are among the messages.
    #[arg(skip)]
    pub(crate) polls: bool,
    /// Whether nothing is said on standard error: the input is read again to try options.
    #[arg(skip)]
    pub(crate) is_quiet: bool,
}

/// The framing of a name, such as `binary2`, `ascii4+tpdu` or `binary2+4`.
pub(crate) fn parse_framing(text: &str) -> Result<Framing, String> {
    let name = text.split('+').next().unwrap_or_default();
    match (Framing::by_name(text), Framing::by_name(name)) {
        (Some(framing), _) => Ok(framing),
        (None, Some(_)) => Err(format!(
            "'{text}': the header is tpdu, unionpay, base1, cups, base24 or a number of bytes up to 255"
        )),
        (None, None) => Err(format!(
            "no framing is called '{name}'; there are {}, each with a header if it has one: binary2+tpdu, \
             binary2+12; none+12 is a header and no length",
            Framing::named().map(|named| named.name).collect::<Vec<_>>().join(", ")
        )),
    }
}

/// The same for a connection, which goes on after a message.
pub(crate) fn parse_delimited(text: &str) -> Result<Framing, String> {
    match parse_framing(text)? {
        framing if framing.is_delimited() => Ok(framing),
        _ => Err(format!("'{text}': a connection needs a length, or an octet that ends a message")),
    }
}

/// Opens a file, or standard input for `-`; gives it its name, too.
pub(crate) fn open(file: &PathBuf) -> Outcome<(Arc<str>, Stream)> {
    let stream = |read: Box<dyn Read + Send>| BufReader::with_capacity(1 << 16, read);
    if file.as_os_str() == "-" {
        return Ok(("stdin".into(), stream(Box::new(again::stdin()))));
    }
    let name: Arc<str> = file.display().to_string().into();
    match File::open(file) {
        Ok(opened) => Ok((name, stream(Box::new(opened)))),
        Err(error) => Err(Failure::io(name, error)),
    }
}

/// The files, or standard input when none is named.
pub(crate) fn files(named: &[PathBuf]) -> Vec<PathBuf> {
    if named.is_empty() { vec!["-".into()] } else { named.to_vec() }
}

/// Every message of the input.
pub(crate) struct Messages {
    args: Arc<InputArgs>,
    spec: Option<&'static Spec<'static>>,
    files: std::vec::IntoIter<PathBuf>,
    arguments: usize,
    /// One that was read before, and comes again.
    first: Option<Item>,
    current: Option<Current>,
    /// What was not read of the files that are done.
    skipped: Vec<Skipped>,
    /// Whether the caller looks at [`Messages::left`].
    takes_left: bool,
}

/// What an input gives, one after the other.
#[allow(clippy::large_enum_variant, reason = "nearly all are messages; room of its own for each costs more")]
pub(crate) enum Entry {
    Found(Found),
    /// What was not read of a file that is done.
    Skipped(Skipped),
}

/// A message, and what its input knows of it.
pub(crate) struct Found {
    pub(crate) item: Item,
    /// What the spec has no place for: see [`Messages::left`].
    pub(crate) left: Vec<Left>,
    pub(crate) is_isomsg: bool,
    pub(crate) is_text: bool,
}

/// The file that is being read.
enum Current {
    /// Octets of messages.
    Octets(Box<dyn Source>),
    /// Messages by their values.
    Made(Box<records::Made>),
}

impl InputArgs {
    /// Whether standard input is read.
    pub(crate) fn reads_stdin(&self) -> bool {
        self.message.is_empty() && files(&self.files).iter().any(|file| file.as_os_str() == "-")
    }

    /// The messages; a spec helps to find the framing of raw streams.
    pub(crate) fn messages(&self, spec: Option<&'static Spec<'static>>) -> Messages {
        let named = if self.message.is_empty() { files(&self.files) } else { Vec::new() };
        Messages {
            args: Arc::new(self.clone()),
            spec,
            files: named.into_iter(),
            arguments: 0,
            first: None,
            current: None,
            skipped: Vec::new(),
            takes_left: false,
        }
    }
}

/// Tells what was not read of a file.
pub(crate) fn tell(skipped: &Skipped) {
    if skipped.given_up > 0 {
        let Skipped { file, given_up, .. } = skipped;
        complain(say!(
            "{file}: too many connections at a time; {given_up} directions were given up while they were idle, \
             and taken for new ones if they went on",
            "{file}：同时存在的连接过多；{given_up}个方向在空闲时被放弃，若之后继续则视为新连接"
        ));
    }
    if !skipped.reasons.is_empty() {
        complain(skipped.told());
    }
}

impl Feed for Messages {
    type Item = Entry;

    fn next(&mut self) -> Outcome<Option<Entry>> {
        let step = self.step()?;
        Ok(step.map(|step| match step {
            Step::Skipped(skipped) => Entry::Skipped(skipped),
            Step::Item(item) => {
                let (left, is_isomsg, is_text) = (self.left().to_vec(), self.is_isomsg(), self.is_text());
                Entry::Found(Found { item, left, is_isomsg, is_text })
            }
        }))
    }

    fn waits(&self) -> bool {
        match &self.current {
            Some(Current::Octets(source)) => source.waits(),
            Some(Current::Made(made)) => made.waits(),
            None => true,
        }
    }

    fn piece(&mut self) -> Outcome<Option<Self>> {
        let current = match &mut self.current {
            Some(Current::Octets(source)) if self.first.is_none() => source.piece()?.map(Current::Octets),
            Some(Current::Made(made)) if self.first.is_none() => made.piece()?.map(Current::Made),
            _ => None,
        };
        Ok(current.map(|current| Self {
            args: Arc::clone(&self.args),
            // they were all given before
            arguments: usize::MAX,
            files: Vec::new().into_iter(),
            first: None,
            current: Some(current),
            skipped: Vec::new(),
            ..*self
        }))
    }
}

/// What is found next.
enum Step {
    Item(Item),
    Skipped(Skipped),
}

impl Messages {
    /// The next message.
    pub(crate) fn next(&mut self) -> Outcome<Option<Item>> {
        loop {
            let skipped = match self.step()? {
                None => return Ok(None),
                Some(Step::Item(item)) => return Ok(Some(item)),
                Some(Step::Skipped(skipped)) => skipped,
            };
            if !self.args.is_quiet {
                tell(&skipped);
            }
            if !skipped.reasons.is_empty() {
                self.skipped.push(skipped);
            }
        }
    }

    /// The next message, or at the end of a file what was not read of it.
    fn step(&mut self) -> Outcome<Option<Step>> {
        if let Some(item) = self.first.take().or_else(|| self.argument()) {
            return Ok(Some(Step::Item(item)));
        }
        loop {
            let next = match &mut self.current {
                Some(Current::Octets(source)) => source.next()?,
                Some(Current::Made(made)) => made.next()?,
                None => None,
            };
            match next {
                Some(Item { content: Ok(payload), .. }) if payload.is_poll() && !self.args.polls => continue,
                Some(item) => return Ok(Some(Step::Item(item))),
                None => (),
            }
            if let Some(Current::Octets(source)) = self.current.take()
                && let Some(skipped) = source.skipped()
            {
                return Ok(Some(Step::Skipped(skipped.clone())));
            }
            match self.files.next() {
                Some(file) => self.current = Some(self.source(&file)?),
                None => return Ok(None),
            }
        }
    }

    /// The same messages, after one that was read of them before.
    pub(crate) fn after(self, first: Option<Item>) -> Self {
        Self { first, ..self }
    }

    /// The same messages, of which values that the spec has no place for are in [`Messages::left`];
    /// without this, such a message is refused.
    pub(crate) fn with_left(self) -> Self {
        Self { takes_left: true, ..self }
    }

    /// What of the message read last the spec has no place for: XML and JSON may hold that.
    pub(crate) fn left(&self) -> &[Left] {
        match &self.current {
            Some(Current::Made(made)) => made.left(),
            _ => &[],
        }
    }

    /// Whether the message read last was jPOS XML.
    pub(crate) fn is_isomsg(&self) -> bool {
        matches!(&self.current, Some(Current::Made(made)) if made.is_isomsg())
    }

    /// Whether the message read last was characters of a line.
    pub(crate) fn is_text(&self) -> bool {
        matches!(&self.current, Some(Current::Octets(source)) if source.is_text())
    }

    /// What was not read of the files that are done.
    pub(crate) fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }

    fn argument(&mut self) -> Option<Item> {
        let text = self.args.message.get(self.arguments)?;
        self.arguments += 1;
        let content = self.options().message(text.as_bytes());
        Some(Item { origin: Origin::Argument(self.arguments), content })
    }

    fn options(&self) -> Options {
        let InputArgs { input, framing, max_line, .. } = *self.args;
        Options { kind: input.into(), framing, max_line, spec: self.spec }
    }

    fn source(&self, file: &PathBuf) -> Outcome<Current> {
        let (name, stream) = open(file)?;
        let made = |records, takes_left| {
            Current::Made(Box::new(records::Made::new(name.clone(), records, self.spec, takes_left)))
        };
        Ok(match self.options().open(name.clone(), stream)? {
            Opened::Isomsg(stream) => {
                made(Records::Isomsg(Scanner::new(stream, self.args.max_line)), self.takes_left)
            }
            // an object of ours holds what a spec has a place for
            Opened::Json(stream) => made(Records::Json(Lines::new(stream, self.args.max_line)), false),
            Opened::Octets(source) => Current::Octets(source),
        })
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Io(name, error) => Self::Io(name, error),
            Error::Data(words) => Self::data(words.in_lang(lang())),
            other => Self::data(other),
        }
    }
}
