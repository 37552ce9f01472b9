//! A hash for keys that are numbers or names already. The table of a party is not open to strangers: a key holds
//! numbers that the party gave out, or those of peers that it has a contract with.

use std::hash::{BuildHasherDefault, Hasher};

/// The hash of the maps.
pub(super) type Quick = BuildHasherDefault<Mixer>;

/// Multiplies and rotates.
#[derive(Copy, Clone, Debug, Default)]
pub(super) struct Mixer(u64);

impl Mixer {
    const fn mix(&mut self, word: u64) {
        self.0 = (self.0 ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29);
    }
}

impl Hasher for Mixer {
    fn write(&mut self, octets: &[u8]) {
        let (words, rest) = octets.as_chunks::<8>();
        words.iter().for_each(|word| self.mix(u64::from_le_bytes(*word)));
        rest.iter().for_each(|octet| self.mix(u64::from(*octet)));
    }

    fn write_u32(&mut self, number: u32) {
        self.mix(u64::from(number));
    }

    fn write_u64(&mut self, number: u64) {
        self.mix(number);
    }

    fn write_usize(&mut self, number: usize) {
        self.mix(u64::try_from(number).unwrap_or_default());
    }

    /// The table looks at the highest bits and at the lowest ones.
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }
}
