//! The octets of a file: hashed and counted as they are read.

use std::io::{self, Read};

use sha2::{Digest, Sha256};

/// A reader that hashes what it reads.
pub(super) struct Hashing<R> {
    inner: R,
    hash: Sha256,
    octets: u64,
}

impl<R: Read> Hashing<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { inner, hash: Sha256::new(), octets: 0 }
    }

    /// How many octets were read.
    pub(super) fn octets(&self) -> u64 {
        self.octets
    }

    /// Reads what is left and gives the hash of everything.
    pub(super) fn finish(mut self) -> io::Result<[u8; 32]> {
        io::copy(&mut self, &mut io::sink())?;
        Ok(self.hash.finalize().into())
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(out)?;
        self.hash.update(out.get(..count).unwrap_or_default());
        self.octets += u64::try_from(count).unwrap_or(u64::MAX);
        Ok(count)
    }
}
