//! What can be wrong with a file: the medium, or what stands on it.

use std::io;

/// Why a file could not be read or written: the record, the byte of the file, and the cause.
///
/// Like the [`Error`](crate::Error) of the crate it holds no content, so it is safe to log.
#[derive(Debug, thiserror::Error)]
#[error("record {record}, byte {offset} of the file: {cause}")]
pub struct Error {
    record: u64,
    offset: u64,
    #[source]
    cause: Cause,
}

/// What went wrong with a file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Cause {
    /// Reading or writing failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A length, a record or a value is not what it must be. The offset in this error counts from
    /// the start of the record.
    #[error(transparent)]
    Content(#[from] crate::Error),
}

impl Error {
    #[cold]
    pub(super) fn new(record: u64, offset: u64, cause: impl Into<Cause>) -> Self {
        Self { record, offset, cause: cause.into() }
    }

    /// The number of the record, the first being 1.
    #[must_use]
    pub const fn record(&self) -> u64 {
        self.record
    }

    /// The byte of the file where it is wrong, block trailers counted.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.offset
    }

    /// What went wrong.
    #[must_use]
    pub const fn cause(&self) -> &Cause {
        &self.cause
    }
}
