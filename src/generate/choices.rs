//! Lists of numbers that settle what is drawn.

use alloc::vec::Vec;

/// What a message is drawn from: numbers, each of which settles one choice.
///
/// Any numbers will do, so a fuzzer may change them as it likes. Fewer elements, shorter lists and
/// smaller numbers give a simpler message; no numbers at all give the simplest.
#[derive(Clone, PartialEq, Eq, Hash, Default, Debug)]
pub struct Choices {
    /// What concerns the whole message: its type, its header.
    pub message: Vec<u16>,
    /// The number of an element, and what it is drawn from. A number that the spec does not have, or that is
    /// not wanted, is taken as a place among those it has, counted from the start again where they end.
    /// Of two for one element the last counts.
    pub elements: Vec<(u8, Vec<u16>)>,
}

/// The numbers of one element, one after the other; zeros after the last.
pub(super) struct Draw<'d> {
    numbers: core::slice::Iter<'d, u16>,
}

impl<'d> Draw<'d> {
    pub(super) fn of(numbers: &'d [u16]) -> Self {
        Self { numbers: numbers.iter() }
    }

    /// A number below `sides`, which is at least 1.
    pub(super) fn below(&mut self, sides: usize) -> usize {
        usize::from(self.numbers.next().copied().unwrap_or(0)) % sides.max(1)
    }

    pub(super) fn between(&mut self, min: usize, max: usize) -> usize {
        min + self.below(max.saturating_sub(min) + 1)
    }

    /// Any octet.
    pub(super) fn octet(&mut self) -> u8 {
        let [_, low] = self.numbers.next().copied().unwrap_or(0).to_be_bytes();
        low
    }

    /// One of several, the first where nothing was drawn.
    pub(super) fn one_of<'t, T>(&mut self, all: &'t [T]) -> Option<&'t T> {
        all.get(self.below(all.len()))
    }
}
