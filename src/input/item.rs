//! What an input gives: messages, each with where it was found, or why there is none.

use std::fmt;
use std::io::{self, BufReader, Read};
use std::net::SocketAddr;
use std::sync::Arc;

use super::skipped::Skipped;
use super::time::Moment;
use crate::codes::Lang;
use crate::frame::Framing;

/// Where a message was found.
#[derive(Clone, Debug)]
pub enum Origin {
    /// In a line of a text, the first being 1.
    Line(Arc<str>, u64),
    /// At a byte of a stream.
    Byte(Arc<str>, u64),
    /// In a packet of a capture, on a connection, and when.
    Packet {
        /// The name of the capture.
        file: Arc<str>,
        /// The packet that completed the message, the first being 1.
        number: u64,
        /// The byte of the capture where that packet's block begins.
        offset: u64,
        /// Who sent it.
        from: SocketAddr,
        /// Who got it.
        to: SocketAddr,
        /// When it was captured, where the capture says it.
        moment: Option<Moment>,
    },
    /// Among the arguments of a command.
    Argument(usize),
}

impl Origin {
    /// When the message was captured.
    #[must_use]
    pub fn moment(&self) -> Option<Moment> {
        match self {
            Self::Packet { moment, .. } => *moment,
            _ => None,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(file, line) => write!(f, "{file}:{line}"),
            Self::Byte(file, at) => write!(f, "{file}, byte {at}"),
            Self::Packet { file, number, from, to, moment, .. } => {
                write!(f, "{file}, packet {number}, {from} > {to}")?;
                moment.map_or(Ok(()), |moment| write!(f, ", {moment}"))
            }
            Self::Argument(index) => write!(f, "message {index}"),
        }
    }
}

/// A message, or why there is none.
#[derive(Debug)]
pub struct Item {
    /// Where it was found.
    pub origin: Origin,
    /// The message.
    pub content: Result<Payload, Refusal>,
}

/// A message, the station header before it, and the framing that it was cut by.
#[derive(Default)]
pub struct Payload {
    /// The header that names the stations; empty where there is none.
    pub station: Vec<u8>,
    /// The message.
    pub message: Vec<u8>,
    /// The framing, where there was one.
    pub framing: Option<Framing>,
    /// A frame with nothing in it, as it stood there.
    pub poll: Vec<u8>,
}

/// How much there is, not what: it may be card data.
impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Payload");
        shown
            .field("station", &self.station.len())
            .field("message", &self.message.len())
            .finish_non_exhaustive()
    }
}

impl Payload {
    /// A message that stands alone.
    #[must_use]
    pub fn bare(message: Vec<u8>) -> Self {
        Self { message, ..Self::default() }
    }

    /// Whether it is a frame with nothing in it.
    #[must_use]
    pub fn is_poll(&self) -> bool {
        !self.poll.is_empty()
    }
}

/// What is wrong with the input around a message.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// Where in the line or stream.
    pub byte: Option<usize>,
    /// What, in words that hold nothing of it.
    pub text: String,
    zh: String,
}

/// What is wrong, in each language.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Words {
    en: String,
    zh: String,
}

impl Words {
    /// The words of a language.
    #[must_use]
    pub fn in_lang(&self, lang: Lang) -> &str {
        match lang {
            Lang::En => &self.en,
            Lang::Zh => &self.zh,
        }
    }
}

impl Words {
    /// The same, of a thing of that name.
    pub(super) fn of(self, name: &str) -> Self {
        Self { en: format!("{name}: {}", self.en), zh: format!("{name}：{}", self.zh) }
    }
}

impl From<(&str, &str)> for Words {
    fn from((en, zh): (&str, &str)) -> Self {
        (en.to_owned(), zh.to_owned()).into()
    }
}

impl From<(String, String)> for Words {
    fn from((en, zh): (String, String)) -> Self {
        Self { en, zh }
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.en)
    }
}

impl Refusal {
    /// A refusal, at a byte or of the whole.
    pub fn new(byte: impl Into<Option<usize>>, text: impl fmt::Display) -> Self {
        let text = text.to_string();
        Self { byte: byte.into(), zh: text.clone(), text }
    }

    /// The same in each language.
    pub(super) fn told(byte: impl Into<Option<usize>>, words: impl Into<Words>) -> Self {
        let Words { en, zh } = words.into();
        Self { byte: byte.into(), text: en, zh }
    }

    /// What is wrong, in a language; where nobody translated it, as it is.
    #[must_use]
    pub fn words(&self, lang: Lang) -> &str {
        match lang {
            Lang::En => &self.text,
            Lang::Zh => &self.zh,
        }
    }

    /// The refusal of what is longer than the limit.
    #[must_use]
    pub fn too_long(limit: usize) -> Self {
        let words = (
            format!("longer than {limit} bytes; --max-line allows more"),
            format!("超过{limit}字节；可用--max-line放宽"),
        );
        Self::told(None, words)
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

/// Why an input cannot be read on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Reading the thing of that name failed.
    #[error("{0}: {1}")]
    Io(String, #[source] io::Error),
    /// It is not what it was said to be, or nothing that is known: in words.
    #[error("{0}")]
    Data(Words),
}

impl Error {
    pub(super) fn data(words: impl Into<Words>) -> Self {
        Self::Data(words.into())
    }

    pub(super) fn io(name: impl fmt::Display, error: io::Error) -> Self {
        Self::Io(name.to_string(), error)
    }
}

/// One file, cut into messages. Threads may take turns with it.
pub trait Source: Send {
    /// The next message; `None` at the end.
    ///
    /// # Errors
    /// When the input cannot be read on.
    fn next(&mut self) -> Result<Option<Item>, Error>;

    /// Messages that are at hand, to be read apart from the rest: by another thread, say. `None` at the end, and
    /// where messages cannot be told apart without being read; there, [`Self::next`] goes on.
    ///
    /// # Errors
    /// When the input cannot be read on.
    fn piece(&mut self) -> Result<Option<Box<dyn Source>>, Error> {
        Ok(None)
    }

    /// Whether the next message may take a while to arrive.
    fn waits(&self) -> bool {
        false
    }

    /// What was not read so far, when anything was not.
    fn skipped(&self) -> Option<&Skipped> {
        None
    }

    /// Whether it is characters, one message a line.
    fn is_text(&self) -> bool {
        false
    }
}

/// Anything to read from.
pub type Stream = BufReader<Box<dyn Read + Send>>;
