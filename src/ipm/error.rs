//! What can be wrong with a file: the medium, or what stands on it.

use std::{fmt, io};

use super::not_ipm::NotIpm;
use crate::model::lang::{Lang, Tell, Told, Tongue, say};

/// Why a file could not be read or written: the record, the byte of the file, and the cause.
///
/// Like the [`Error`](crate::Error) of the crate it holds no content, so it is safe to log.
#[derive(Debug)]
pub struct Error {
    record: u64,
    offset: u64,
    cause: Cause,
}

impl Error {
    /// The same in a language. What the system says of a file stays as it is.
    #[must_use]
    pub fn in_lang(&self, lang: Lang) -> impl fmt::Display + use<'_> {
        Told(self, lang)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.in_lang(Lang::En), f)
    }
}

impl Tell for Error {
    fn tell<L: Tongue>(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { record, offset, cause } = self;
        // no one record is wrong
        if let Cause::NotIpm(found) = cause {
            return found.tell::<L>(f);
        }
        say!(
            L,
            f,
            "record {record}, byte {offset} of the file: ",
            "第{record}条记录，文件字节偏移{offset}："
        )?;
        match cause {
            Cause::Content(error) => write!(f, "{}", error.in_lang(L::LANG)),
            other => write!(f, "{other}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.cause)
    }
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
    /// It is no IPM file.
    #[error("{0}")]
    NotIpm(NotIpm),
}

impl From<NotIpm> for Cause {
    fn from(found: NotIpm) -> Self {
        Self::NotIpm(found)
    }
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
