//! Pairs of a hash and a number, more than memory holds, grouped by hash.

use std::io::{self, Read, Seek, Write};

use super::store::{Octets, octets};

/// How many files pairs are spread over: one of them at a time is in memory.
const FILES: usize = 128;
const OCTETS: usize = 13;

/// A number under a hash, and a mark that tells what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pair {
    pub(super) hash: u64,
    pub(super) number: u32,
    pub(super) mark: u8,
}

impl Pair {
    fn write(self, out: &mut impl Write) -> io::Result<()> {
        let mut octets = [0; OCTETS];
        octets[..8].copy_from_slice(&self.hash.to_le_bytes());
        octets[8..12].copy_from_slice(&self.number.to_le_bytes());
        octets[12] = self.mark;
        out.write_all(&octets)
    }

    fn read(octets: &[u8; OCTETS]) -> Self {
        let [a, b, c, d, e, f, g, h, i, j, k, l, mark] = *octets;
        Self {
            hash: u64::from_le_bytes([a, b, c, d, e, f, g, h]),
            number: u32::from_le_bytes([i, j, k, l]),
            mark,
        }
    }
}

/// Pairs in files without a name, which are gone with the process.
pub(super) struct Buckets {
    files: Vec<Octets>,
}

impl Buckets {
    pub(super) fn new() -> Self {
        Self { files: (0..FILES).map(|_| octets()).collect() }
    }

    pub(super) fn put(&mut self, pair: Pair) -> io::Result<()> {
        let place = usize::try_from(pair.hash >> 32).unwrap_or(0) % FILES;
        match self.files.get_mut(place) {
            Some(file) => pair.write(file),
            None => Ok(()),
        }
    }

    /// Hands over the pairs of each hash that several have.
    pub(super) fn groups(&mut self, each: &mut dyn FnMut(&[Pair])) -> io::Result<()> {
        for file in &mut self.files {
            file.flush()?;
            let file = file.get_mut();
            file.rewind()?;
            let mut octets = Vec::new();
            file.read_to_end(&mut octets)?;
            let mut pairs: Vec<Pair> = octets.as_chunks::<OCTETS>().0.iter().map(Pair::read).collect();
            drop(octets);
            pairs.sort_unstable();
            pairs.dedup();
            pairs
                .chunk_by(|one, other| one.hash == other.hash)
                .filter(|group| group.len() > 1)
                .for_each(&mut *each);
        }
        Ok(())
    }
}
