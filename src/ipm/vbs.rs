//! VBS: records after a length of four octets, and a length of zero after the last.

use std::io::{self, Read, Write};

use super::block::{Blocker, FILL, Unblocker, in_file};
use super::error::Error;
use crate::model::error::{ErrorKind, Place, widen};

/// The most octets of a record unless another limit is set: more than any IPM message has, and a
/// check against reading a file of another kind.
pub const DEFAULT_LIMIT: u32 = 6_000;

/// Octets of the length before a record.
pub(super) const LENGTH: usize = 4;

/// Reads the records of a VBS file, one at a time.
///
/// ```
/// use cardwire::ipm::VbsReader;
/// let mut reader = VbsReader::new(&b"\0\0\0\x04abcd\0\0\0\x02ef\0\0\0\0"[..]);
/// assert_eq!(reader.next_record()?, Some(&b"abcd"[..]));
/// assert_eq!(reader.next_record()?, Some(&b"ef"[..]));
/// assert_eq!(reader.next_record()?, None);
/// assert!(reader.ended_cleanly());
/// # Ok::<(), cardwire::ipm::Error>(())
/// ```
#[derive(Debug)]
pub struct VbsReader<R> {
    inner: R,
    is_blocked: bool,
    words: Words,
    limit: u32,
    record: Record,
    end: End,
}

/// The record read last. It may be of a card holder, so its `Debug` shows sizes only.
#[derive(Default)]
struct Record {
    octets: Vec<u8>,
    number: u64,
    /// Where the first octet of the record stands in the data.
    start: u64,
    /// Octets of data read so far.
    position: u64,
    /// What of them stood before the first block.
    base: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
    NotYet,
    /// A length of zero.
    Terminator,
    /// The end of the data, or fill, where a length was expected.
    Missing,
    /// An error: what follows cannot be found.
    Failed,
}

impl<R: Read> VbsReader<R> {
    /// A reader of a file that is not blocked.
    #[must_use]
    pub fn new(inner: R) -> Self {
        let (limit, record, end) = (DEFAULT_LIMIT, Record::default(), End::NotYet);
        Self { inner, is_blocked: false, words: Words::Length, limit, record, end }
    }

    /// The same reader with another limit for a record.
    #[must_use]
    pub fn with_limit(mut self, octets: u32) -> Self {
        self.limit = octets;
        self
    }

    /// The next record, or `None` after the last.
    ///
    /// # Errors
    /// [`ErrorKind::FrameLimit`] for a length above the limit, [`ErrorKind::Truncated`] for a file that ends
    /// in a record or in its length. After an error the next record cannot be found: there is none.
    pub fn next_record(&mut self) -> Result<Option<&[u8]>, Error> {
        if self.end != End::NotYet {
            return Ok(None);
        }
        match self.advance() {
            Ok(true) => Ok(Some(&self.record.octets)),
            Ok(false) => Ok(None),
            Err(error) => {
                self.end = End::Failed;
                Err(error)
            }
        }
    }

    /// How many records were read.
    #[must_use]
    pub const fn records(&self) -> u64 {
        self.record.number
    }

    /// The byte of the file where the record read last begins, after its length; block trailers counted.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.file_offset(self.record.start)
    }

    /// Whether the file ended as it should: with a length of zero. `false` before the end, and when
    /// the file just stopped between two records; it may then be a part of a longer one.
    #[must_use]
    pub fn ended_cleanly(&self) -> bool {
        self.end == End::Terminator
    }

    /// The reader within.
    #[must_use]
    pub fn into_inner(self) -> R {
        self.inner
    }

    pub(super) const fn inner(&self) -> &R {
        &self.inner
    }

    /// How many octets follow the last record that are no filler.
    pub(super) fn rest(&mut self) -> Result<u64, Error> {
        const FILLERS: [u8; 6] = [0, 0x40, b' ', b'\r', b'\n', 0x1A];
        let (mut count, mut piece) = (0, [0; 4096]);
        loop {
            let octets = match self.inner.read(&mut piece) {
                Ok(0) => return Ok(count),
                Ok(read) => piece.get(..read).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    return Err(Error::new(
                        self.record.number,
                        self.file_offset(self.record.position),
                        error,
                    ));
                }
            };
            count += octets.iter().filter(|octet| !FILLERS.contains(octet)).map(|_| 1).sum::<u64>();
        }
    }

    /// The record read last.
    pub(super) fn current(&self) -> &[u8] {
        &self.record.octets
    }

    /// An error about the record read last, `at` so many octets from its start.
    pub(super) fn error_within(&self, at: usize, error: crate::Error) -> Error {
        let at = u64::try_from(at).unwrap_or(u64::MAX);
        Error::new(self.record.number, self.file_offset(self.record.start.saturating_add(at)), error)
    }

    fn advance(&mut self) -> Result<bool, Error> {
        match self.words {
            Words::Length => self.next_of_length(),
            Words::Descriptor { .. } | Words::Blocks { .. } => self.next_described(),
        }
    }

    fn next_of_length(&mut self) -> Result<bool, Error> {
        let start = self.record.position;
        let got = self.take(LENGTH)?;
        let Ok(length) = <[u8; LENGTH]>::try_from(self.record.octets.as_slice()) else {
            let stray = self.record.octets.iter().any(|octet| *octet != FILL && *octet != 0);
            if stray {
                return Err(self.refuse(ErrorKind::Truncated, start, LENGTH, got));
            }
            self.end = End::Missing;
            return Ok(false);
        };
        if length == [0; LENGTH] || (self.is_blocked && length == [FILL; LENGTH]) {
            self.end = if length == [0; LENGTH] { End::Terminator } else { End::Missing };
            return Ok(false);
        }
        let length = u32::from_be_bytes(length);
        if length > self.limit {
            return Err(self.refuse(ErrorKind::FrameLimit, start, widen(self.limit), widen(length)));
        }
        self.record.start = self.record.position;
        let got = self.take(widen(length))?;
        if got < widen(length) {
            return Err(self.refuse(ErrorKind::Truncated, self.record.start, widen(length), got));
        }
        self.record.number += 1;
        Ok(true)
    }

    /// Reads up to `count` octets into the buffer, which grows with what comes, not with what was
    /// announced.
    pub(super) fn take(&mut self, count: usize) -> Result<usize, Error> {
        self.record.octets.clear();
        self.append(count)
    }

    /// The same after what is there.
    fn append(&mut self, count: usize) -> Result<usize, Error> {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        let got = self.inner.by_ref().take(count).read_to_end(&mut self.record.octets);
        let got = got.map_err(|error| {
            Error::new(self.record.number + 1, self.file_offset(self.record.position), error)
        })?;
        self.record.position += u64::try_from(got).unwrap_or(u64::MAX);
        Ok(got)
    }

    fn refuse(&self, kind: ErrorKind, position: u64, expected: usize, found: usize) -> Error {
        let error = crate::Error::new(kind, 0, expected, found).at(Place::Frame);
        Error::new(self.record.number + 1, self.file_offset(position), error)
    }

    fn file_offset(&self, position: u64) -> u64 {
        let base = self.record.base;
        if self.is_blocked { base.saturating_add(in_file(position.saturating_sub(base))) } else { position }
    }
}

impl<R: Read> VbsReader<Unblocker<R>> {
    /// A reader of a file in blocks of 1014.
    #[must_use]
    pub fn blocked(inner: R) -> Self {
        Self { is_blocked: true, ..Self::new(Unblocker::new(inner)) }
    }
}

impl<R: Read> VbsReader<R> {
    /// A reader of a file of another kind, which stands at that octet.
    pub(super) fn of_kind(inner: R, is_blocked: bool, words: Words, position: u64) -> Self {
        let record = Record { position, base: position, ..Record::default() };
        Self { is_blocked, words, record, ..Self::new(inner) }
    }
}

/// What stands before a record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Words {
    /// A length of four octets.
    Length,
    /// A record descriptor word, which counts its own four octets or does not.
    Descriptor { counts_itself: bool },
    /// The same after block descriptor words, and how many octets the current block has left.
    Blocks { left: usize },
}

/// Octets of a descriptor word.
pub(super) const WORD: usize = 4;

/// What a descriptor word says.
pub(super) struct Descriptor {
    /// Octets that follow.
    pub(super) octets: usize,
    /// Whether a segment of a record follows, and which one.
    pub(super) segment: Segment,
}

/// A record may lie in several blocks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Segment {
    Whole,
    First,
    Last,
    Middle,
}

impl Descriptor {
    /// Reads a word; `None` when it is none.
    pub(super) const fn of(word: [u8; WORD], counts_itself: bool) -> Option<Self> {
        let [high, low, segment, zero] = word;
        let octets = widen(u32::from_be_bytes([0, 0, high, low]));
        let octets = match octets.checked_sub(if counts_itself { WORD } else { 0 }) {
            Some(octets) if octets > 0 && zero == 0 => octets,
            _ => return None,
        };
        let segment = match segment {
            0 => Segment::Whole,
            1 => Segment::First,
            2 => Segment::Last,
            3 => Segment::Middle,
            _ => return None,
        };
        Some(Self { octets, segment })
    }
}

/// The octets of a block after its word: two octets of length and two of zero, or four with the
/// highest bit set; the length counts the word.
pub(super) const fn in_block(word: [u8; WORD]) -> Option<usize> {
    let length = match word {
        [0x80..=0xFF, ..] => u32::from_be_bytes(word) & 0x7FFF_FFFF,
        [high, low, 0, 0] => u32::from_be_bytes([0, 0, high, low]),
        _ => return None,
    };
    match widen(length).checked_sub(WORD) {
        Some(octets) if octets > WORD => Some(octets),
        _ => None,
    }
}

impl<R: Read> VbsReader<R> {
    fn next_described(&mut self) -> Result<bool, Error> {
        self.record.octets.clear();
        let mut open = false;
        loop {
            let Some(word) = self.word(open)? else { return Ok(false) };
            // the word of a block may have stood before it
            let start = self.record.position.saturating_sub(4);
            let counts_itself = self.words != Words::Descriptor { counts_itself: false };
            let shape = |kind| self.refuse(kind, start, 0, 0);
            let found = Descriptor::of(word, counts_itself).ok_or_else(|| shape(ErrorKind::FrameShape))?;
            let is_next = match found.segment {
                Segment::Whole | Segment::First => !open,
                Segment::Middle | Segment::Last => open,
            };
            let fits = match self.words {
                Words::Blocks { left } => found.octets <= left,
                _ => true,
            };
            if !is_next || !fits {
                return Err(shape(ErrorKind::FrameShape));
            }
            let total = self.record.octets.len().saturating_add(found.octets);
            if total > widen(self.limit) {
                return Err(self.refuse(ErrorKind::FrameLimit, start, widen(self.limit), total));
            }
            if !open {
                self.record.start = self.record.position;
            }
            let at = self.record.position;
            let got = self.append(found.octets)?;
            if got < found.octets {
                return Err(self.refuse(ErrorKind::Truncated, at, found.octets, got));
            }
            if let Words::Blocks { left } = &mut self.words {
                *left = left.saturating_sub(found.octets);
            }
            open = matches!(found.segment, Segment::First | Segment::Middle);
            if !open {
                self.record.number += 1;
                return Ok(true);
            }
        }
    }

    /// The next record descriptor word, after that of its block where a block begins; `None` at the
    /// end, which may only come between two records.
    fn word(&mut self, open: bool) -> Result<Option<[u8; WORD]>, Error> {
        if self.words == (Words::Blocks { left: 0 }) {
            let start = self.record.position;
            let Some(word) = self.four(open)? else { return Ok(None) };
            let left = in_block(word).ok_or_else(|| self.refuse(ErrorKind::FrameShape, start, 0, 0))?;
            self.words = Words::Blocks { left };
        }
        let in_block = matches!(self.words, Words::Blocks { .. });
        let word = self.four(open || in_block)?;
        if let Words::Blocks { left } = &mut self.words {
            *left = left.saturating_sub(WORD);
        }
        Ok(word)
    }

    /// Four octets, or `None` at the end of the file, where it may be. Zeros end it, too.
    fn four(&mut self, needed: bool) -> Result<Option<[u8; WORD]>, Error> {
        let start = self.record.position;
        let mut octets = Vec::with_capacity(WORD);
        let got = self.inner.by_ref().take(4).read_to_end(&mut octets);
        let got = got.map_err(|error| Error::new(self.record.number + 1, self.file_offset(start), error))?;
        self.record.position += u64::try_from(got).unwrap_or(u64::MAX);
        match <[u8; WORD]>::try_from(octets.as_slice()) {
            Ok([0, 0, 0, 0]) | Err(_) if !needed && octets.iter().all(|octet| *octet == 0) => {
                self.end = End::Terminator;
                Ok(None)
            }
            Ok(word) => Ok(Some(word)),
            Err(_) => Err(self.refuse(ErrorKind::Truncated, start, WORD, got)),
        }
    }
}

/// Each record in a vector of its own; [`VbsReader::next_record`] lends them instead.
impl<R: Read> Iterator for VbsReader<R> {
    type Item = Result<Vec<u8>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_record().map(|record| record.map(<[u8]>::to_vec)).transpose()
    }
}

impl core::fmt::Debug for Record {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Record({}, {} octets)", self.number, self.octets.len())
    }
}

/// Writes records to a VBS file. [`VbsWriter::finish`] ends it; without it the file has no end.
#[derive(Debug)]
pub struct VbsWriter<W> {
    inner: W,
    is_blocked: bool,
    limit: u32,
    records: u64,
    position: u64,
}

impl<W: Write> VbsWriter<W> {
    /// A writer of a file that is not blocked.
    #[must_use]
    pub const fn new(inner: W) -> Self {
        Self { inner, is_blocked: false, limit: DEFAULT_LIMIT, records: 0, position: 0 }
    }

    /// The same writer with another limit for a record.
    #[must_use]
    pub fn with_limit(mut self, octets: u32) -> Self {
        self.limit = octets;
        self
    }

    /// Writes a record.
    ///
    /// # Errors
    /// [`ErrorKind::FrameLimit`] for a record above the limit, [`ErrorKind::TooShort`] for an empty one, which
    /// would end the file; nothing is then written. Otherwise as the writer within.
    pub fn write_record(&mut self, record: &[u8]) -> Result<(), Error> {
        let limit = widen(self.limit);
        let refusal = match record.len() {
            0 => Some(crate::Error::new(ErrorKind::TooShort, 0, 1, 0)),
            len if len > limit => Some(crate::Error::new(ErrorKind::FrameLimit, 0, limit, len)),
            _ => None,
        };
        if let Some(error) = refusal {
            return Err(self.error(error.at(Place::Frame)));
        }
        let length = u32::try_from(record.len()).unwrap_or(u32::MAX);
        self.put(&length.to_be_bytes())?;
        self.put(record)?;
        self.records += 1;
        Ok(())
    }

    /// How many records were written.
    #[must_use]
    pub const fn records(&self) -> u64 {
        self.records
    }

    /// Ends the file with a length of zero, flushes, and returns the writer within. A [`Blocker`]
    /// has to be finished, too.
    ///
    /// # Errors
    /// As the writer within.
    pub fn finish(mut self) -> Result<W, Error> {
        self.put(&[0; LENGTH])?;
        self.inner.flush().map_err(|error| self.error(error))?;
        Ok(self.inner)
    }

    /// An error about the record that would be the next.
    pub(super) fn error(&self, cause: impl Into<super::Cause>) -> Error {
        let offset = if self.is_blocked { in_file(self.position) } else { self.position };
        Error::new(self.records + 1, offset, cause)
    }

    fn put(&mut self, octets: &[u8]) -> Result<(), Error> {
        self.inner.write_all(octets).map_err(|error: io::Error| self.error(error))?;
        self.position += u64::try_from(octets.len()).unwrap_or(u64::MAX);
        Ok(())
    }
}

impl<W: Write> VbsWriter<Blocker<W>> {
    /// A writer of a file in blocks of 1014. `finish` returns the [`Blocker`], to be finished, too.
    #[must_use]
    pub const fn blocked(inner: W) -> Self {
        let inner = Blocker::new(inner);
        Self { inner, is_blocked: true, limit: DEFAULT_LIMIT, records: 0, position: 0 }
    }
}

impl<W: Write> VbsWriter<W> {
    pub(super) const fn of_kind(inner: W, is_blocked: bool) -> Self {
        Self { inner, is_blocked, limit: DEFAULT_LIMIT, records: 0, position: 0 }
    }
}
