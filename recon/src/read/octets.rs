//! The octets of a file: hashed and counted as they are read.

use std::io::{self, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};

/// A reader that hashes what it reads. Its clones are handles of the same one, so that what a reader of messages leaves
/// unread can still be hashed.
#[derive(Clone)]
pub(super) struct Hashing(Arc<Mutex<Inner>>);

struct Inner {
    read: Box<dyn Read + Send>,
    hash: Sha256,
    octets: u64,
}

impl Hashing {
    pub(super) fn new(read: impl Read + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(Inner { read: Box::new(read), hash: Sha256::new(), octets: 0 })))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many octets were read.
    pub(super) fn octets(&self) -> u64 {
        self.inner().octets
    }

    /// Reads what is left and gives the hash of everything.
    pub(super) fn finish(mut self) -> io::Result<[u8; 32]> {
        io::copy(&mut self, &mut io::sink())?;
        Ok(self.inner().hash.clone().finalize().into())
    }
}

impl Read for Hashing {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut inner = self.inner();
        let count = inner.read.read(out)?;
        inner.hash.update(out.get(..count).unwrap_or_default());
        inner.octets += u64::try_from(count).unwrap_or(u64::MAX);
        Ok(count)
    }
}
