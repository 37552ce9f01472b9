//! Frames that wait for their turn to be written, all of which one write takes at once.
//!
//! Every frame has a number on its connection. When the connection is lost, the numbers tell which
//! frames certainly did not leave.

use core::mem::{swap, take};
use std::collections::VecDeque;
use std::vec::Vec;

use crate::error::{Result, widen};
use crate::frame::Framing;

/// The waiting frames of one connection.
#[derive(Default)]
pub(super) struct Outbox {
    octets: Vec<u8>,
    sizes: VecDeque<u32>,
    /// The number of the first waiting frame.
    first: u64,
    /// How many frames were begun to be written.
    begun: u64,
}

/// The frames taken to be written.
#[derive(Default)]
pub(super) struct Batch {
    octets: Vec<u8>,
    sizes: VecDeque<u32>,
    first: u64,
}

impl Outbox {
    /// The number the next frame will have.
    pub(super) fn next(&self) -> u64 {
        self.first + u64::try_from(self.sizes.len()).unwrap_or(u64::MAX)
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.octets.is_empty()
    }

    /// How many octets wait.
    pub(super) const fn len(&self) -> usize {
        self.octets.len()
    }

    /// Adds a frame; `answers` says that `header` is that of the request and has to be turned round.
    pub(super) fn push(
        &mut self,
        framing: &Framing,
        header: &[u8],
        payload: &[u8],
        answers: bool,
    ) -> Result<()> {
        let size = framing.measure(header, payload)?;
        let before = self.octets.len();
        self.octets.resize(before + size, 0);
        let room = self.octets.get_mut(before..).unwrap_or_default();
        let done = match answers {
            true => framing.reply(header, payload, room),
            false => framing.wrap(header, payload, room),
        };
        if let Err(error) = done {
            self.octets.truncate(before);
            return Err(error);
        }
        self.sizes.push_back(u32::try_from(size).unwrap_or(u32::MAX));
        Ok(())
    }

    /// Takes a frame back. `false` when it was taken to be written.
    pub(super) fn cut(&mut self, number: u64) -> bool {
        let Some(index) = number.checked_sub(self.first).and_then(|index| usize::try_from(index).ok()) else {
            return false;
        };
        let Some(size) = self.sizes.get(index).copied() else { return false };
        let start: usize = self.sizes.iter().take(index).map(|size| widen(*size)).sum();
        self.octets.drain(start..start + widen(size));
        if let Some(size) = self.sizes.get_mut(index) {
            *size = 0;
        }
        true
    }

    /// Whether some octet of a frame may have left.
    pub(super) const fn has_left(&self, number: u64) -> bool {
        number < self.begun
    }

    /// Moves everything that waits into `batch`, which is empty.
    pub(super) fn take(&mut self, batch: &mut Batch) {
        batch.octets.clear();
        batch.sizes.clear();
        batch.first = self.first;
        self.first = self.next();
        swap(&mut self.octets, &mut batch.octets);
        swap(&mut self.sizes, &mut batch.sizes);
    }

    /// Notes that so many octets of `batch` were handed over.
    pub(super) fn note(&mut self, batch: &Batch, octets: usize) {
        let mut left = octets;
        let mut begun = batch.first;
        for size in &batch.sizes {
            if left == 0 {
                break;
            }
            left = left.saturating_sub(widen(*size));
            begun += 1;
        }
        self.begun = self.begun.max(begun);
    }

    /// Begins a new connection: nothing waits; numbers go on.
    pub(super) fn reset(&mut self) {
        self.first = self.next();
        self.begun = self.first;
        take(&mut self.octets);
        self.sizes.clear();
    }
}

impl Batch {
    pub(super) fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// Gives room back that an unusually large batch took.
    pub(super) fn trim(&mut self) {
        if self.octets.capacity() > KEPT {
            self.octets = Vec::new();
        }
    }
}

/// How much room a batch keeps.
const KEPT: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn push(outbox: &mut Outbox, payload: &[u8]) -> u64 {
        let number = outbox.next();
        outbox.push(&Framing::BINARY2, b"", payload, false).unwrap();
        number
    }

    #[test]
    fn one_batch_takes_all_that_waits_and_says_what_left() {
        let (mut outbox, mut batch) = (Outbox::default(), Batch::default());
        let numbers = [b"one", b"two"].map(|text| push(&mut outbox, text));
        outbox.take(&mut batch);
        assert_eq!(batch.octets(), b"\0\x03one\0\x03two");
        let third = push(&mut outbox, b"three");
        for (written, left) in [(0, 0), (1, 1), (5, 1), (6, 2), (10, 2)] {
            outbox.note(&batch, written);
            let found = numbers.iter().filter(|number| outbox.has_left(**number)).count();
            assert_eq!(found, left, "{written} octets");
        }
        assert!(!outbox.has_left(third));
    }

    #[test]
    fn a_frame_that_waits_can_be_taken_back() {
        let (mut outbox, mut batch) = (Outbox::default(), Batch::default());
        let [one, two, three] = [b"111", b"222", b"333"].map(|text| push(&mut outbox, text));
        assert!(outbox.cut(two));
        outbox.take(&mut batch);
        assert_eq!(batch.octets(), b"\0\x03111\0\x03333");
        assert!(!outbox.cut(one) && !outbox.cut(three) && !outbox.cut(99));
        outbox.note(&batch, 6);
        assert!(outbox.has_left(one) && outbox.has_left(three), "an empty place counts as begun");
    }

    #[test]
    fn numbers_go_on_over_connections() {
        let mut outbox = Outbox::default();
        let one = push(&mut outbox, b"111");
        outbox.reset();
        let two = push(&mut outbox, b"222");
        assert!(two > one && outbox.has_left(one) && !outbox.has_left(two));
    }

    #[test]
    fn a_frame_that_cannot_be_is_not_there() {
        let mut outbox = Outbox::default();
        assert!(outbox.push(&Framing::BCD2, b"", &[0; 10_000], false).is_err());
        assert!(outbox.is_empty() && outbox.next() == 0);
    }
}
