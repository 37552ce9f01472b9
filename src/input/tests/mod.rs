//! Streams, frames and words of the inputs beside what they are made of.

mod captures;
mod framed;
mod looks;
mod notations;
mod pieces;
mod rows;
mod streams;

/// A generator of numbers, the same in every run.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}
