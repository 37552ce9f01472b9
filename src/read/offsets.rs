//! Where the elements of a message start, as far as a message remembers.

use core::ops::Range;

/// Where the first elements start, in ascending order of number: the index is the rank. An element
/// that starts further than `u16` counts, or comes after more others than there is room for, is
/// found by walking to it.
#[derive(Clone, Copy)]
pub(crate) struct Starts([u16; NEAR]);

/// How many elements of a message are found at once; few messages have as many.
pub(crate) const NEAR: usize = 64;

/// How many are noted at once.
const EIGHT: usize = 8;

/// The start of an element that is found by walking to it.
const FAR: u16 = u16::MAX;

impl Starts {
    pub(crate) const NONE: Self = Self([FAR; NEAR]);

    /// How many octets they take where they are kept.
    #[cfg(feature = "alloc")]
    pub(crate) const OCTETS: usize = 2 * NEAR;

    /// As octets.
    #[cfg(feature = "alloc")]
    pub(crate) fn octets(&self) -> [u8; Self::OCTETS] {
        let mut octets = [0; Self::OCTETS];
        octets.as_chunks_mut().0.iter_mut().zip(self.0).for_each(|(pair, start)| *pair = start.to_le_bytes());
        octets
    }

    /// Of these octets.
    #[cfg(feature = "alloc")]
    pub(crate) fn of(octets: &[u8; Self::OCTETS]) -> Self {
        let mut starts = Self::NONE;
        starts
            .0
            .iter_mut()
            .zip(octets.as_chunks().0)
            .for_each(|(start, pair)| *start = u16::from_le_bytes(*pair));
        starts
    }

    /// Where the element of that rank starts, if it is near.
    #[inline]
    pub(crate) fn get(&self, rank: usize) -> Option<usize> {
        self.0.get(rank).filter(|start| **start != FAR).map(|start| usize::from(*start))
    }

    #[inline(always)]
    pub(crate) fn note(&mut self, rank: usize, start: usize) {
        if let Some(slot) = self.0.get_mut(rank) {
            *slot = near(start).unwrap_or(FAR);
        }
    }
}

/// Starts that are noted eight at once.
pub(crate) struct Noted(Offsets);

/// By rank, and room for seven after the last.
pub(crate) type Offsets = [u16; NEAR + EIGHT];
pub(crate) const NO_OFFSETS: Offsets = [0; NEAR + EIGHT];

impl Noted {
    pub(crate) const NONE: Self = Self([FAR; NEAR + EIGHT]);

    /// Notes where the elements from one rank up to another start, their offsets from `base` being those
    /// of their ranks. Eight at once: those after the last are noted again when their turn comes.
    #[inline(always)]
    pub(crate) fn note(&mut self, ranks: Range<u8>, base: u32, offsets: &Offsets) {
        let (mut from, end) = (usize::from(ranks.start), usize::from(ranks.end));
        while from < end {
            self.note_eight(from, base, offsets);
            from += EIGHT;
        }
    }

    /// The same of the elements up to a rank.
    // The first eight at a place that is known when compiling: what was written to any other seems to
    // wait when it is copied at once, as it is where nothing else follows.
    #[inline(always)]
    pub(crate) fn note_first(&mut self, end: u8, base: u32, offsets: &Offsets) {
        self.note_eight(0, base, offsets);
        self.note(8..end, base, offsets);
    }

    #[inline(always)]
    fn note_eight(&mut self, from: usize, base: u32, offsets: &Offsets) {
        let slots = self.0.get_mut(from % NEAR..).and_then(<[u16]>::first_chunk_mut::<EIGHT>);
        let offsets = offsets.get(from % NEAR..).and_then(<[u16]>::first_chunk::<EIGHT>);
        if let (Some(slots), Some(offsets)) = (slots, offsets) {
            *slots = offsets.map(|offset| wrap(base).wrapping_add(offset));
        }
    }

    /// Where the element of that rank starts.
    pub(crate) fn get(&self, rank: u8) -> usize {
        self.0.get(usize::from(rank)).copied().map_or(0, usize::from)
    }

    #[inline(always)]
    pub(crate) fn starts(&self) -> Starts {
        Starts(*self.0.first_chunk().unwrap_or(&[FAR; NEAR]))
    }
}

/// The start of an element as it is remembered, if it is near.
#[inline(always)]
pub(crate) fn near(start: usize) -> Option<u16> {
    u16::try_from(start).ok().filter(|start| *start != FAR)
}

/// A start that is known to be near.
#[inline(always)]
const fn wrap(start: u32) -> u16 {
    let [low, high, ..] = start.to_le_bytes();
    u16::from_le_bytes([low, high])
}
