//! Where the elements of a message start, as far as a message remembers.

/// Where the first elements start, in ascending order of number: the index is the rank. An element
/// that starts further than `u16` counts, or comes behind more others than there is room for, is
/// found by walking to it.
#[derive(Clone, Copy)]
pub(crate) struct Starts([u16; NEAR]);

/// How many elements of a message are found at once; few messages have as many.
pub(crate) const NEAR: usize = 64;

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
            *slot = near(start);
        }
    }

    /// Notes where `count` elements start, their offsets from `base` being those of their ranks.
    /// Eight at once: those behind the last are noted again when their turn comes.
    #[inline(always)]
    pub(crate) fn note_all(&mut self, rank: usize, count: usize, base: usize, offsets: &[u16; NEAR]) {
        if count == 1 {
            return self.note(rank, base);
        }
        let base = near(base);
        for from in (rank..rank + count).step_by(8) {
            let slots = self.0.get_mut(from..).unwrap_or_default();
            let offsets = offsets.get(from..).unwrap_or_default();
            // what is far stays far: the sum stops there
            match (slots.first_chunk_mut::<8>(), offsets.first_chunk::<8>()) {
                (Some(slots), Some(offsets)) => *slots = offsets.map(|offset| base.saturating_add(offset)),
                _ => slots
                    .iter_mut()
                    .zip(offsets)
                    .for_each(|(slot, offset)| *slot = base.saturating_add(*offset)),
            }
        }
    }
}

#[inline(always)]
const fn near(start: usize) -> u16 {
    #[allow(clippy::as_conversions, reason = "guarded by the comparison; try_from is not const")]
    if start < FAR as usize { start as u16 } else { FAR }
}
