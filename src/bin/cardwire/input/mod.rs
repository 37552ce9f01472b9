//! Where messages come from: files or standard input, in one of several forms.
//!
//! Everything streams. A line has a limit, a frame has a limit, a TCP stream has a limit, so no
//! input makes the command grow.

mod again;
mod capture;
mod detect;
mod evidence;
mod flow;
mod flows;
mod form;
mod frames;
mod hexdump;
#[cfg(test)]
mod linear;
mod lines;
mod look;
mod notation;
mod packet;
mod raw;
mod records;
mod row;
mod text;

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::rc::Rc;

use cardwire::{Framing, Spec};

use self::evidence::Known;
use self::form::Form;
use crate::failure::{Failure, Outcome};
use crate::isomsg::Scanner;
use crate::json::Left;
use crate::lang::say;

pub(crate) use again::is_kept;
pub(crate) use capture::{Moment, Skipped};
pub(crate) use form::Kind;
pub(crate) use lines::{Line, Lines};
pub(crate) use records::Records;
pub(crate) use text::{octets, too_long};

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

/// Where a message was found.
#[derive(Clone, Debug)]
pub(crate) enum Origin {
    /// In a line of a text.
    Line(Rc<str>, u64),
    /// At a byte of a stream.
    Byte(Rc<str>, u64),
    /// In a packet of a capture, on a connection, and when.
    Packet { file: Rc<str>, number: u64, from: SocketAddr, to: SocketAddr, moment: Option<Moment> },
    /// Among the arguments.
    Argument(usize),
}

impl Origin {
    /// When the message was captured.
    pub(crate) fn moment(&self) -> Option<Moment> {
        match self {
            Self::Packet { moment, .. } => *moment,
            _ => None,
        }
    }
}

impl Origin {
    /// The same in the language of the screens; `Display` is for programs, and the same in each.
    pub(crate) fn told(&self) -> String {
        match self {
            Self::Byte(file, at) => say!("{file}, byte {at}", "{file}，字节偏移{at}"),
            Self::Packet { file, number, from, to, moment } => {
                let moment = moment.map_or_else(String::new, |moment| format!(", {moment}"));
                say!(
                    "{file}, packet {number}, {from} > {to}{moment}",
                    "{file}，第{number}个数据包，{from} > {to}{moment}"
                )
            }
            Self::Argument(index) => say!("message {index}", "第{index}条报文"),
            other => other.to_string(),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(file, line) => write!(f, "{file}:{line}"),
            Self::Byte(file, at) => write!(f, "{file}, byte {at}"),
            Self::Packet { file, number, from, to, moment } => {
                write!(f, "{file}, packet {number}, {from} > {to}")?;
                moment.map_or(Ok(()), |moment| write!(f, ", {moment}"))
            }
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
    /// A frame with nothing in it, as it stood there.
    pub(crate) poll: Vec<u8>,
}

impl Payload {
    /// A message that stands alone.
    pub(crate) fn bare(message: Vec<u8>) -> Self {
        Self { message, ..Self::default() }
    }

    /// Whether it is a frame with nothing in it.
    pub(crate) fn is_poll(&self) -> bool {
        !self.poll.is_empty()
    }

    /// The station header, to be shown.
    pub(crate) fn station(&self) -> &[u8] {
        &self.station
    }
}

/// What is wrong with the input around a message.
#[derive(Clone)]
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
        let text = &self.text;
        match self.byte {
            Some(byte) => write!(f, "{}", say!("byte {byte}: {text}", "字节偏移{byte}：{text}")),
            None => f.write_str(text),
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

    /// What was not read so far, when anything was not.
    fn skipped(&self) -> Option<&Skipped> {
        None
    }

    /// What of the message read last the spec has no place for.
    fn left(&self) -> &[Left] {
        &[]
    }

    /// Whether it is jPOS XML.
    fn is_isomsg(&self) -> bool {
        false
    }

    /// Whether it is characters, one message a line.
    fn is_text(&self) -> bool {
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
    /// What was not read of the files that are done.
    skipped: Vec<Skipped>,
    /// Whether the caller looks at [`Messages::left`].
    takes_left: bool,
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
            args: self.clone(),
            spec,
            files: named.into_iter(),
            arguments: 0,
            current: None,
            skipped: Vec::new(),
            takes_left: false,
        }
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
                    None => {
                        self.skipped.extend(source.skipped().cloned());
                        self.current = None;
                    }
                }
            }
            match self.files.next() {
                Some(file) => self.current = Some(self.source(&file)?),
                None => return Ok(None),
            }
        }
    }

    /// The same messages, of which values that the spec has no place for are in [`Messages::left`];
    /// without this, such a message is refused.
    pub(crate) fn with_left(self) -> Self {
        Self { takes_left: true, ..self }
    }

    /// What of the message read last the spec has no place for: XML and JSON may hold that.
    pub(crate) fn left(&self) -> &[Left] {
        self.current.as_ref().map(|source| source.left()).unwrap_or_default()
    }

    /// Whether the message read last was jPOS XML.
    pub(crate) fn is_isomsg(&self) -> bool {
        self.current.as_ref().is_some_and(|source| source.is_isomsg())
    }

    /// Whether the message read last was characters of a line.
    pub(crate) fn is_text(&self) -> bool {
        self.current.as_ref().is_some_and(|source| source.is_text())
    }

    /// What was not read of the files that are done.
    pub(crate) fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }

    fn argument(&mut self) -> Option<Item> {
        let text = self.args.message.get(self.arguments)?;
        self.arguments += 1;
        let known = self.known();
        let whole = text::decode(form::of_argument(text.as_bytes(), known), known, text.as_bytes());
        let content = whole.and_then(|bytes| frames::whole(self.args.framing, bytes));
        Some(Item { origin: Origin::Argument(self.arguments), content })
    }

    fn known(&self) -> Known {
        Known { spec: self.spec, framing: self.args.framing }
    }

    fn source(&self, file: &PathBuf) -> Outcome<Box<dyn Source>> {
        let (name, stream) = open(file)?;
        let (start, mut stream) = peek(stream).map_err(|error| Failure::io(&name, error))?;
        let InputArgs { framing, max_line, .. } = self.args;
        let form = form::find(self.args.input, &start, self.known())
            .map_err(|words| Failure::data(format_args!("{name}: {words}")))?;
        if !matches!(form, Form::Raw | Form::Pcap) && start.starts_with(MARK) {
            let mut mark = [0; MARK.len()];
            stream.read_exact(&mut mark).map_err(|error| Failure::io(&name, error))?;
        }
        Ok(match form {
            Form::Pcap => {
                Box::new(capture::Capture::new(name, stream, framing, self.spec, self.args.is_quiet)?)
            }
            Form::Raw => Box::new(raw::Raw::new(name, stream, framing, self.spec, max_line)),
            Form::Dumps { in_log } => {
                Box::new(hexdump::Dumps::new(name, Lines::new(stream, max_line), framing, in_log))
            }
            Form::Lines(notation, wraps) => {
                let lines = Lines::new(stream, max_line);
                Box::new(text::Texts::new(name, lines, notation, wraps, self.known()))
            }
            Form::Isomsg => {
                let records = Records::Isomsg(Scanner::new(stream, max_line));
                Box::new(records::Made::new(name, records, self.spec, self.takes_left))
            }
            Form::Json => {
                // an object of ours holds what a spec has a place for
                let records = Records::Json(Lines::new(stream, max_line));
                Box::new(records::Made::new(name, records, self.spec, false))
            }
        })
    }
}

/// What some programs put before a text in UTF-8.
const MARK: &[u8] = b"\xEF\xBB\xBF";

/// The start of a stream, and the stream from its start on: what tells the form of an input. A pipe
/// may give it in small pieces, of which a line, or some octets that are no text, are enough.
fn peek(mut stream: Stream) -> io::Result<(Vec<u8>, Stream)> {
    const ENOUGH: usize = 64;
    let mut start = Vec::new();
    loop {
        let piece = match stream.fill_buf() {
            Ok(piece) => piece,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let (used, is_end) = (piece.len(), piece.is_empty());
        start.extend_from_slice(piece);
        let is_line = memchr::memchr(b'\n', &start).is_some();
        if is_end || is_line || start.len() >= ENOUGH || !look::is_text(&start) {
            // what is in the buffer stays there, what was in it before goes in front again
            let before = start.len() - used;
            if before == 0 {
                return Ok((start, stream));
            }
            let chained = io::Cursor::new(start.get(..before).unwrap_or_default().to_vec()).chain(stream);
            let stream: Box<dyn Read + Send> = Box::new(chained);
            return Ok((start, BufReader::with_capacity(1 << 16, stream)));
        }
        stream.consume(used);
    }
}
