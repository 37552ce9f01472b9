//! Where the elements of a message start, as far as a message remembers.

/// Where the first elements start, in ascending order of number: the index is the rank. An element
/// that starts further than `u16` counts, or comes behind more others than there is room for, is
/// found by walking to it.
#[derive(Clone, Copy)]
pub(crate) struct Starts([u16; NEAR]);

/// How many elements of a message are found at once; few messages have as many.
pub(crate) const NEAR: usize = 64;

/// How many can be noted by [`Starts::note_all`].
pub(crate) const NOTED: usize = NEAR - 8;

/// The start of an element that is found by walking to it.
const FAR: u16 = u16::MAX;

impl Starts {
    pub(crate) const NONE: Self = Self([FAR; NEAR]);

    /// Where the element of that rank starts, if it is near.
    #[inline]
    pub(crate) fn get(&self, rank: usize) -> Option<usize> {
        self.0.get(rank).filter(|start| **start != FAR).map(|start| usize::from(*start))
    }

    /// Whether all of `count` elements, in a message of `len` octets, are near.
    pub(crate) fn hold(count: usize, len: usize) -> bool {
        count <= NEAR && len < usize::from(FAR)
    }

    #[inline(always)]
    pub(crate) fn note(&mut self, rank: usize, start: usize) {
        if let Some(slot) = self.0.get_mut(rank) {
            *slot = near(start).unwrap_or(FAR);
        }
    }

    /// Notes where `count` elements from that rank on start, their offsets from `base` being those of
    /// their ranks. Eight at once: those behind the last are noted again when their turn comes.
    #[inline(always)]
    pub(crate) fn note_all(&mut self, rank: u8, count: u8, base: u16, offsets: &[u16; NEAR]) {
        let (mut from, end) = (usize::from(rank), usize::from(rank) + usize::from(count));
        loop {
            let slots = self.0.get_mut(from..).and_then(<[u16]>::first_chunk_mut::<8>);
            let offsets = offsets.get(from..).and_then(<[u16]>::first_chunk::<8>);
            if let (Some(slots), Some(offsets)) = (slots, offsets) {
                *slots = offsets.map(|offset| base.wrapping_add(offset));
            }
            from += 8;
            if from >= end {
                break;
            }
        }
    }
}

/// The start of an element as it is remembered, if it is near.
#[inline(always)]
pub(crate) fn near(start: usize) -> Option<u16> {
    u16::try_from(start).ok().filter(|start| *start != FAR)
}

/// A start that is known to be near.
#[inline(always)]
pub(crate) const fn wrap(start: usize) -> u16 {
    let [low, high, ..] = start.to_le_bytes();
    u16::from_le_bytes([low, high])
}
