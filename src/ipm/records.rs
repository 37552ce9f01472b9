//! Files as they come: blocked or not, in whichever characters.

use std::io::{self, Cursor, Read, Write};

use super::block::{Blocker, Unblocker};
use super::detect::{ENOUGH, Format, Found, Medium, find};
use super::error::Error;
use super::not_ipm::NotIpm;
use super::vbs::{VbsReader, VbsWriter};
use crate::read::message::Message;
use crate::write::builder::Builder;

/// Reads an IPM file of any kind, record by record.
///
/// The reader is asked for small pieces: give it a `BufReader` around a file.
#[derive(Debug)]
pub struct Records<R> {
    reader: VbsReader<Source<R>>,
    found: Found,
}

/// The octets that detection took, and the rest of the file.
type Whole<R> = io::Chain<Cursor<Vec<u8>>, R>;

enum Source<R> {
    Plain(Whole<R>),
    Blocked(Unblocker<Whole<R>>),
}

impl<R: Read> Records<R> {
    /// Opens a file of which nothing is known.
    ///
    /// # Errors
    /// [`Cause::NotIpm`](super::Cause::NotIpm) when it is no IPM file; otherwise as the reader.
    pub fn open(mut inner: R) -> Result<Self, Error> {
        let mut head = Vec::new();
        let enough = u64::try_from(ENOUGH).unwrap_or(u64::MAX);
        inner.by_ref().take(enough).read_to_end(&mut head).map_err(|error| Error::new(1, 0, error))?;
        let found = find(&head).ok_or_else(|| Error::new(1, 0, NotIpm::of(&head)))?;
        head.drain(..found.preamble);
        Ok(Self::after(head, inner, found))
    }

    /// Reads a file whose format is known.
    #[must_use]
    pub fn new(inner: R, format: Format) -> Self {
        Self::after(Vec::new(), inner, Found::of(format))
    }

    /// The same reader with another limit for a record than
    /// [`DEFAULT_LIMIT`](super::DEFAULT_LIMIT).
    #[must_use]
    pub fn with_limit(self, octets: u32) -> Self {
        Self { reader: self.reader.with_limit(octets), ..self }
    }

    /// What the file was found or said to be: the format in which its records can be written again.
    /// That of a file with descriptor words has no blocks.
    #[must_use]
    pub const fn format(&self) -> Format {
        self.found.format()
    }

    /// What stands around the records.
    #[must_use]
    pub const fn medium(&self) -> Medium {
        self.found.medium
    }

    /// How many octets of text before the first record were passed over.
    #[must_use]
    pub const fn preamble(&self) -> usize {
        self.found.preamble
    }

    /// The next record, whatever it holds; `None` after the last.
    ///
    /// # Errors
    /// As [`VbsReader::next_record`].
    pub fn next_record(&mut self) -> Result<Option<&[u8]>, Error> {
        self.reader.next_record()
    }

    /// The next record as a message; `None` after the last. After a record that is no message the
    /// one after it can be read.
    ///
    /// # Errors
    /// As [`VbsReader::next_record`], and as [`Message::parse`].
    pub fn next_message(&mut self) -> Result<Option<Message<'_>>, Error> {
        if self.reader.next_record()?.is_none() {
            return Ok(None);
        }
        let record = self.reader.current();
        match Message::parse(self.found.encoding.spec(), record) {
            Ok(message) => Ok(Some(message)),
            Err(error) => Err(self.reader.error_within(error.offset(), error)),
        }
    }

    /// How many records were read.
    #[must_use]
    pub const fn records(&self) -> u64 {
        self.reader.records()
    }

    /// Where the record read last begins; see [`VbsReader::offset`].
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.reader.offset()
    }

    /// Whether the file ended as it should; see [`VbsReader::ended_cleanly`].
    #[must_use]
    pub fn ended_cleanly(&self) -> bool {
        self.reader.ended_cleanly()
    }

    /// Reads what follows the last record, and counts the octets that are no filler (zeros, blanks of either
    /// character set, line ends, `1A`): of another file, perhaps. Nothing before the end.
    ///
    /// # Errors
    /// As the reader.
    pub fn rest(&mut self) -> Result<u64, Error> {
        if self.ended_cleanly() { self.reader.rest() } else { Ok(0) }
    }

    /// How many blocks did not end in `40 40`; see [`Unblocker::odd_trailers`].
    #[must_use]
    pub fn odd_trailers(&self) -> u64 {
        match self.reader.inner() {
            Source::Plain(_) => 0,
            Source::Blocked(unblocker) => unblocker.odd_trailers(),
        }
    }

    fn after(head: Vec<u8>, inner: R, found: Found) -> Self {
        let whole = Cursor::new(head).chain(inner);
        let is_blocked = found.format().blocked;
        let source = match is_blocked {
            false => Source::Plain(whole),
            true => Source::Blocked(Unblocker::new(whole)),
        };
        let start = u64::try_from(found.preamble).unwrap_or(u64::MAX);
        Self { reader: VbsReader::of_kind(source, is_blocked, found.words(), start), found }
    }
}

impl<R: Read> Read for Source<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(plain) => plain.read(out),
            Self::Blocked(blocked) => blocked.read(out),
        }
    }
}

/// What detection took may be card data: only the kind shows.
impl<R> core::fmt::Debug for Source<R> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Plain(_) => "Plain",
            Self::Blocked(_) => "Blocked",
        })
    }
}

/// Writes an IPM file of any kind. [`RecordWriter::finish`] ends it.
#[derive(Debug)]
pub struct RecordWriter<W: Write> {
    writer: VbsWriter<Target<W>>,
    buffer: Buffer,
}

#[derive(Debug)]
enum Target<W> {
    Plain(W),
    Blocked(Blocker<W>),
}

/// Room for one message; its `Debug` shows none of it.
#[derive(Default)]
struct Buffer(Vec<u8>);

impl<W: Write> RecordWriter<W> {
    /// A writer of a file of this format. It writes small pieces: give it a `BufWriter` around a
    /// file.
    #[must_use]
    pub fn new(inner: W, format: Format) -> Self {
        let target = match format.blocked {
            false => Target::Plain(inner),
            true => Target::Blocked(Blocker::new(inner)),
        };
        Self { writer: VbsWriter::of_kind(target, format.blocked), buffer: Buffer::default() }
    }

    /// The same writer with another limit for a record.
    #[must_use]
    pub fn with_limit(self, octets: u32) -> Self {
        Self { writer: self.writer.with_limit(octets), ..self }
    }

    /// Writes a message, built with the [spec](super::Encoding::spec) of the file's characters.
    ///
    /// # Errors
    /// As [`Builder::write`] and [`VbsWriter::write_record`].
    pub fn write(&mut self, message: &Builder<'_>) -> Result<(), Error> {
        let size = message.measure().map_err(|error| self.writer.error(error))?;
        self.buffer.0.resize(size, 0);
        match message.write(&mut self.buffer.0) {
            Ok(record) => self.writer.write_record(record),
            Err(error) => Err(self.writer.error(error)),
        }
    }

    /// Writes a record as it is.
    ///
    /// # Errors
    /// As [`VbsWriter::write_record`].
    pub fn write_record(&mut self, record: &[u8]) -> Result<(), Error> {
        self.writer.write_record(record)
    }

    /// How many records were written.
    #[must_use]
    pub const fn records(&self) -> u64 {
        self.writer.records()
    }

    /// Ends the file, fills the last block if there are blocks, flushes, and returns the writer
    /// within.
    ///
    /// # Errors
    /// As the writer within.
    pub fn finish(self) -> Result<W, Error> {
        let records = self.writer.records();
        match self.writer.finish()? {
            Target::Plain(inner) => Ok(inner),
            Target::Blocked(blocker) => blocker.finish().map_err(|error| Error::new(records, 0, error)),
        }
    }
}

impl<W: Write> Write for Target<W> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(inner) => inner.write(data),
            Self::Blocked(blocker) => blocker.write(data),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(inner) => inner.flush(),
            Self::Blocked(blocker) => blocker.flush(),
        }
    }
}

impl core::fmt::Debug for Buffer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Buffer({} octets)", self.0.len())
    }
}
