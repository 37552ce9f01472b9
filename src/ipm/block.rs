//! 1014 blocking: 1012 octets of data and two of fill, and a last block filled up.

use std::io::{self, Read, Write};

/// Octets of data in a block.
pub(super) const DATA: usize = 1012;

/// Octets of a block on the medium.
pub(super) const BLOCK: usize = 1014;

/// What fills a block, in ASCII files, too.
pub(super) const FILL: u8 = 0x40;

/// Reads the data out of a blocked file: the two octets after each 1012 are left out.
///
/// Any two octets are accepted there, because some systems write `00 00`; how often it was not
/// `40 40` is counted. A last block that is cut short gives the data it has.
#[derive(Debug)]
pub struct Unblocker<R> {
    inner: R,
    /// How far the current block has been read.
    at: usize,
    odd_trailers: u64,
}

impl<R: Read> Unblocker<R> {
    /// A reader of what is in the blocks of `inner`, which stands at the start of a block.
    #[must_use]
    pub const fn new(inner: R) -> Self {
        Self { inner, at: 0, odd_trailers: 0 }
    }

    /// How many of the blocks read so far did not end in `40 40`.
    #[must_use]
    pub const fn odd_trailers(&self) -> u64 {
        self.odd_trailers
    }

    /// The reader within.
    #[must_use]
    pub fn into_inner(self) -> R {
        self.inner
    }

    /// Takes the two octets after the data of a block; `false` at the end of the file.
    fn skip_trailer(&mut self) -> io::Result<bool> {
        let mut trailer = Vec::with_capacity(BLOCK - DATA);
        // no more than two octets are asked for, so nothing is lost when fewer come
        self.inner.by_ref().take(2).read_to_end(&mut trailer)?;
        self.at = 0;
        self.odd_trailers += u64::from(trailer != [FILL; BLOCK - DATA]);
        Ok(trailer.len() == BLOCK - DATA)
    }
}

impl<R: Read> Read for Unblocker<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() || (self.at == DATA && !self.skip_trailer()?) {
            return Ok(0);
        }
        let room = out.len().min(DATA - self.at);
        let got = self.inner.read(out.get_mut(..room).unwrap_or_default())?;
        self.at += got;
        Ok(got)
    }
}

/// Writes data in blocks. [`Blocker::finish`] fills the last one; without it the file is cut short.
///
/// Data of exactly 1012 octets, or a multiple, gives no further block of mere fill.
#[derive(Debug)]
pub struct Blocker<W> {
    inner: W,
    /// How far the current block has been written.
    at: usize,
}

impl<W: Write> Blocker<W> {
    /// A writer of blocks to `inner`.
    #[must_use]
    pub const fn new(inner: W) -> Self {
        Self { inner, at: 0 }
    }

    /// Fills the last block, flushes, and returns the writer within.
    ///
    /// # Errors
    /// As the writer within.
    pub fn finish(mut self) -> io::Result<W> {
        if self.at > 0 {
            let fill = [FILL; BLOCK];
            self.inner.write_all(fill.get(self.at..).unwrap_or_default())?;
        }
        self.inner.flush()?;
        Ok(self.inner)
    }
}

impl<W: Write> Write for Blocker<W> {
    /// Takes at most what completes the current block.
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        let piece = data.get(..DATA - self.at).unwrap_or(data);
        self.inner.write_all(piece)?;
        self.at += piece.len();
        if self.at == DATA {
            self.inner.write_all(&[FILL; BLOCK - DATA])?;
            self.at = 0;
        }
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// The byte of a blocked file where the data octet `position` stands.
pub(super) const fn in_file(position: u64) -> u64 {
    let (data, trailer) = (1012, 2);
    position + trailer * (position / data)
}
