//! A bound on what is read for one record, whatever a file holds.

use std::cell::Cell;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

/// A reader that fails when too much is read between two calls of [`Mark::set`].
pub(super) struct Limited<R> {
    inner: R,
    mark: Mark,
    most: u64,
}

/// How much was read since it was set.
#[derive(Clone, Default)]
pub(super) struct Mark(Rc<Cell<u64>>);

impl Mark {
    /// Begins anew.
    pub(super) fn set(&self) {
        self.0.set(0);
    }
}

impl<R> Limited<R> {
    /// A reader of so many octets for each record, and its mark.
    pub(super) fn new(inner: R, most: u64) -> (Self, Mark) {
        let mark = Mark::default();
        (Self { inner, mark: mark.clone(), most }, mark)
    }

    fn count(&self, octets: usize) -> io::Result<()> {
        let read = self.mark.0.get().saturating_add(u64::try_from(octets).unwrap_or(u64::MAX));
        self.mark.0.set(read);
        match read > self.most {
            true => Err(io::Error::new(io::ErrorKind::FileTooLarge, "a record is longer than any may be")),
            false => Ok(()),
        }
    }
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(out)?;
        self.count(count)?;
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Limited<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.count(0)?;
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.inner.consume(count);
        // told when more is asked for
        let _ = self.count(count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bound is of a record, not of a file.
    #[test]
    fn each_record_may_be_as_long() {
        let octets = [7; 40];
        let (mut reader, mark) = Limited::new(&octets[..], 10);
        let mut record = [0; 10];
        for _ in 0..4 {
            mark.set();
            assert!(reader.read_exact(&mut record).is_ok());
        }
        let (mut reader, mark) = Limited::new(&octets[..], 10);
        mark.set();
        assert!(reader.read_exact(&mut record).is_ok() && reader.read_exact(&mut record).is_err());
    }
}
