//! What names transfers and chains histories.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

/// SHA-256. Nobody finds other words for a digest that is known, so a digest that is kept elsewhere
/// holds the history before it fast. It has no key: who may write the file can make a new one for
/// whatever is written there.
#[derive(Copy, Clone, PartialEq, Eq)]
pub struct Digest([u8; 32]);

impl Digest {
    /// What the first link of a chain follows.
    pub const START: Self = Self([0; 32]);

    /// The digest of these words.
    pub fn of<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        Self::START.then(words)
    }

    /// The SHA-256 of these octets, as `sha256sum` prints it.
    pub fn of_octets(octets: &[u8]) -> Self {
        Self(Sha256::digest(octets).into())
    }

    /// The next link of a chain: these words after this digest. The length of each word keeps `ab`, `c`
    /// apart from `a`, `bc`.
    #[must_use]
    pub fn then<'a>(self, words: impl IntoIterator<Item = &'a str>) -> Self {
        let mut hash = Sha256::new_with_prefix(self.0);
        for word in words {
            hash.update(word.len().to_string());
            hash.update(":");
            hash.update(word);
        }
        Self(hash.finalize().into())
    }

    /// The first half, for names.
    pub fn short(self) -> u128 {
        let mut half = [0; 16];
        half.copy_from_slice(self.0.first_chunk::<16>().unwrap_or(&[0; 16]));
        u128::from_be_bytes(half)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for Digest {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let digits = text.as_bytes();
        if digits.len() != 64 || !digits.iter().all(u8::is_ascii_hexdigit) {
            return Err(());
        }
        let mut octets = [0; 32];
        for (octet, pair) in octets.iter_mut().zip(digits.chunks(2)) {
            let pair = str::from_utf8(pair).map_err(|_| ())?;
            *octet = u8::from_str_radix(pair, 16).map_err(|_| ())?;
        }
        Ok(Self(octets))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_kept_apart_and_digests_are_read_back() {
        assert_ne!(Digest::of(["ab", "c"]), Digest::of(["a", "bc"]));
        assert_ne!(Digest::of(["a"]), Digest::of(["a", ""]));
        let digest = Digest::of(["a"]);
        assert_eq!(digest.to_string().parse(), Ok(digest));
        for wrong in ["", "0", &"g".repeat(64), &"+".repeat(64), &"0".repeat(65)] {
            assert!(wrong.parse::<Digest>().is_err(), "{wrong}");
        }
    }
}
