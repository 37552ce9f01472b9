//! Where messages come from: files or standard input, in one of several forms.
//!
//! Everything streams. A line has a limit, a frame has a limit, a TCP stream has a limit, so no
//! input makes the command grow.

mod again;
mod detect;
mod flow;
mod flows;
mod frames;
mod hexdump;
mod lines;
mod packet;
mod pcap;
mod raw;
mod text;

use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::rc::Rc;

use cardwire::{Framing, Spec};

use crate::failure::{Failure, Outcome};

pub(crate) use again::is_kept;
pub(crate) use detect::Kind;
pub(crate) use lines::{Line, Lines};
pub(crate) use text::too_long;

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

/// The same for a connection, which goes on behind a message.
pub(crate) fn parse_delimited(text: &str) -> Result<Framing, String> {
    match parse_framing(text)? {
        framing if framing.is_delimited() => Ok(framing),
        _ => Err(format!("'{text}': a connection needs a length, or an octet that ends a message")),
    }
}

/// Where a message was found.
#[derive(Clone, Debug)]
pub(crate) enum Origin {
    /// In a line of a text.
    Line(Rc<str>, u64),
    /// At a byte of a stream.
    Byte(Rc<str>, u64),
    /// In a packet of a capture, and on which connection.
    Packet(Rc<str>, u64, Rc<str>),
    /// Among the arguments.
    Argument(usize),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(file, line) => write!(f, "{file}:{line}"),
            Self::Byte(file, at) => write!(f, "{file}, byte {at}"),
            Self::Packet(file, packet, flow) => write!(f, "{file}, packet {packet}, {flow}"),
            Self::Argument(index) => write!(f, "message {index}"),
        }
    }
}

/// A message, or why there is none.
pub(crate) struct Item {
    pub(crate) origin: Origin,
    pub(crate) content: Result<Payload, Refusal>,
}

/// A message, the station header before it, and the framing that it was cut by.
#[derive(Default)]
pub(crate) struct Payload {
    pub(crate) station: Vec<u8>,
    pub(crate) message: Vec<u8>,
    pub(crate) framing: Option<Framing>,
}

impl Payload {
    /// A message that stands alone.
    pub(crate) fn bare(message: Vec<u8>) -> Self {
        Self { message, ..Self::default() }
    }

    /// Whether it is a frame with nothing in it.
    pub(crate) fn is_poll(&self) -> bool {
        self.framing.is_some() && self.station.is_empty() && self.message.is_empty()
    }

    /// The station header, to be shown.
    pub(crate) fn station(&self) -> &[u8] {
        &self.station
    }
}

/// What is wrong with the input around a message.
pub(crate) struct Refusal {
    /// Where in the line or stream.
    pub(crate) byte: Option<usize>,
    pub(crate) text: String,
}

impl Refusal {
    pub(crate) fn new(byte: impl Into<Option<usize>>, text: impl fmt::Display) -> Self {
        Self { byte: byte.into(), text: text.to_string() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.byte {
            Some(byte) => write!(f, "byte {byte}: {}", self.text),
            None => f.write_str(&self.text),
        }
    }
}

/// One file, cut into messages.
trait Source {
    /// The next message; `None` at the end.
    fn next(&mut self) -> Outcome<Option<Item>>;

    /// Whether the next message may take a while to arrive.
    fn waits(&self) -> bool {
        false
    }
}

/// Anything to read from.
pub(crate) type Stream = BufReader<Box<dyn Read + Send>>;

/// Opens a file, or standard input for `-`; gives it its name, too.
pub(crate) fn open(file: &PathBuf) -> Outcome<(Rc<str>, Stream)> {
    let stream = |read: Box<dyn Read + Send>| BufReader::with_capacity(1 << 16, read);
    if file.as_os_str() == "-" {
        return Ok(("stdin".into(), stream(Box::new(again::stdin()))));
    }
    let name: Rc<str> = file.display().to_string().into();
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
    args: InputArgs,
    spec: Option<&'static Spec<'static>>,
    files: std::vec::IntoIter<PathBuf>,
    arguments: usize,
    current: Option<Box<dyn Source>>,
}

impl InputArgs {
    /// Whether standard input is read.
    pub(crate) fn reads_stdin(&self) -> bool {
        self.message.is_empty() && files(&self.files).iter().any(|file| file.as_os_str() == "-")
    }

    /// The messages; a spec helps to find the framing of raw streams.
    pub(crate) fn messages(&self, spec: Option<&'static Spec<'static>>) -> Messages {
        let named = if self.message.is_empty() { files(&self.files) } else { Vec::new() };
        Messages { args: self.clone(), spec, files: named.into_iter(), arguments: 0, current: None }
    }
}

impl Messages {
    /// Whether the next message may take a while to arrive, so that output should not wait for it.
    pub(crate) fn waits(&self) -> bool {
        self.current.as_ref().is_none_or(|source| source.waits())
    }

    /// The next message.
    pub(crate) fn next(&mut self) -> Outcome<Option<Item>> {
        if let Some(item) = self.argument() {
            return Ok(Some(item));
        }
        loop {
            if let Some(source) = &mut self.current {
                match source.next()? {
                    Some(Item { content: Ok(payload), .. }) if payload.is_poll() && !self.args.polls => {
                        continue;
                    }
                    Some(item) => return Ok(Some(item)),
                    None => self.current = None,
                }
            }
            match self.files.next() {
                Some(file) => self.current = Some(self.source(&file)?),
                None => return Ok(None),
            }
        }
    }

    fn argument(&mut self) -> Option<Item> {
        let text = self.args.message.get(self.arguments)?;
        self.arguments += 1;
        let whole = text::decode(Kind::Hex, text.as_bytes());
        let content = whole.and_then(|bytes| frames::whole(self.args.framing, bytes));
        Some(Item { origin: Origin::Argument(self.arguments), content })
    }

    fn source(&self, file: &PathBuf) -> Outcome<Box<dyn Source>> {
        let (name, mut stream) = open(file)?;
        let InputArgs { framing, max_line, .. } = self.args;
        let kind = match self.args.input {
            Kind::Auto => detect::kind(stream.fill_buf().map_err(|error| Failure::io(&name, error))?),
            said => said,
        };
        Ok(match kind {
            Kind::Pcap => Box::new(pcap::Capture::new(name, stream, framing, self.spec)?),
            Kind::Hexdump => Box::new(hexdump::Dumps::new(name, Lines::new(stream, max_line), framing)),
            Kind::Raw => Box::new(raw::Raw::new(name, stream, framing, self.spec, max_line)),
            kind => Box::new(text::Texts::new(name, Lines::new(stream, max_line), kind, framing)),
        })
    }
}
