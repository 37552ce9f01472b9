//! An input of any form, opened.

use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;

use super::evidence::Known;
use super::form::{self, Form, Kind, Where};
use super::item::{Error, Refusal, Source, Stream};
use super::lines::Lines;
use super::{capture, frames, hexdump, look, raw, text};
use crate::frame::Framing;
use crate::spec::Spec;

/// How an input is read.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The form of the input.
    pub kind: Kind,
    /// The framing around messages; found where it is not said.
    pub framing: Option<Framing>,
    /// The longest line or message, in bytes.
    pub max_line: usize,
    /// The spec of the messages, which helps to find form and framing.
    pub spec: Option<&'static Spec<'static>>,
}

impl Default for Options {
    /// Any form and framing, lines of a mebibyte.
    fn default() -> Self {
        Self { kind: Kind::Auto, framing: None, max_line: 1 << 20, spec: None }
    }
}

/// An input whose form is known.
pub enum Opened {
    /// It holds the octets of messages.
    Octets(Box<dyn Source>),
    /// jPOS XML, which holds the values of messages.
    Isomsg(Stream),
    /// JSON, one object a line.
    Json(Stream),
}

impl Options {
    /// Opens a stream of that name.
    ///
    /// # Errors
    /// When reading fails, or nothing can be read from what the input looks like.
    pub fn open(&self, name: Arc<str>, stream: Stream) -> Result<Opened, Error> {
        let (start, mut stream) = peek(stream).map_err(|error| Error::io(&name, error))?;
        let Self { framing, max_line, spec, .. } = *self;
        let form =
            form::find(self.kind, &start, self.known()).map_err(|words| Error::data(words.of(&name)))?;
        if !matches!(form, Form::Raw | Form::Pcap) && start.starts_with(MARK) {
            let mut mark = [0; MARK.len()];
            stream.read_exact(&mut mark).map_err(|error| Error::io(&name, error))?;
        }
        Ok(Opened::Octets(match form {
            Form::Isomsg => return Ok(Opened::Isomsg(stream)),
            Form::Json => return Ok(Opened::Json(stream)),
            Form::Pcap => Box::new(capture::Capture::new(name, stream, framing, spec)?),
            Form::Raw => Box::new(raw::Raw::new(name, stream, framing, spec, max_line)),
            Form::Dumps(place) => {
                let lines = Lines::new(stream, max_line);
                let dumps = hexdump::Dumps::new(name, lines, framing, place == Where::InLog);
                Box::new(if place == Where::Anywhere { dumps.anywhere() } else { dumps })
            }
            Form::Lines(notation, wraps) => {
                let lines = Lines::new(stream, max_line);
                Box::new(text::Texts::new(name, lines, notation, wraps, self.known()))
            }
        }))
    }

    /// The message that a text stands for, in whichever notation fits.
    ///
    /// # Errors
    /// When it is none.
    pub fn message(&self, written: &[u8]) -> Result<super::item::Payload, Refusal> {
        let known = self.known();
        let whole = text::decode(form::of_argument(written, known), known, written);
        whole.and_then(|bytes| frames::whole(self.framing, bytes))
    }

    const fn known(&self) -> Known {
        Known { spec: self.spec, framing: self.framing }
    }
}

/// What some programs put before a text in UTF-8.
const MARK: &[u8] = b"\xEF\xBB\xBF";

/// The start of a stream, and the stream from its start on: what tells the form of an input. A pipe
/// may give it in small pieces, of which a line, or some octets that are no text, are enough.
///
/// # Errors
/// When reading fails.
pub fn peek(mut stream: Stream) -> io::Result<(Vec<u8>, Stream)> {
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
