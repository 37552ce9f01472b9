//! Frames that wait for their turn to be written, all of which one write takes at once.
//!
//! Every frame has a number on its connection. When the connection is lost, the numbers tell which
//! frames certainly did not leave.

use core::mem::swap;
use std::collections::VecDeque;

use zeroize::Zeroize;

use super::wiped::{self, Wiped};
use crate::frame::Framing;
use crate::model::error::{Result, widen};

/// Frames, one after the other.
#[derive(Default)]
pub(crate) struct Frames {
    octets: Wiped,
    sizes: VecDeque<u32>,
}

/// The waiting frames of one connection.
#[derive(Default)]
pub(crate) struct Outbox {
    frames: Frames,
    /// The number of the first waiting frame.
    first: u64,
    /// How many frames were begun to be written.
    begun: u64,
}

/// The frames taken to be written.
#[derive(Default)]
pub(crate) struct Batch {
    frames: Frames,
    first: u64,
}

impl Frames {
    /// Adds a frame; `responds` says that `header` is that of the request and has to be turned round.
    pub(crate) fn push(
        &mut self,
        framing: &Framing,
        header: &[u8],
        payload: &[u8],
        responds: bool,
    ) -> Result<()> {
        if let Some(length) = framing.plain_length(header, payload) {
            wiped::reserve(&mut self.octets, length.len() + payload.len());
            self.octets.extend_from_slice(&length);
            self.octets.extend_from_slice(payload);
            self.sizes.push_back(u32::try_from(length.len() + payload.len()).unwrap_or(u32::MAX));
            return Ok(());
        }
        let before = self.octets.len();
        wiped::resize(&mut self.octets, before + framing.overhead() + header.len() + payload.len());
        let room = self.octets.get_mut(before..).unwrap_or_default();
        let done = match responds {
            true => framing.reply(header, payload, room),
            false => framing.wrap(header, payload, room),
        };
        let size = done.as_ref().map_or(0, |frame| frame.len());
        let outcome = done.map(|_| ());
        self.octets.truncate(before + size);
        if outcome.is_ok() {
            self.sizes.push_back(u32::try_from(size).unwrap_or(u32::MAX));
        }
        outcome
    }

    /// Adds octets that are a frame of their own, or none.
    fn push_raw(&mut self, octets: &[u8]) {
        wiped::reserve(&mut self.octets, octets.len());
        self.octets.extend_from_slice(octets);
        self.sizes.push_back(u32::try_from(octets.len()).unwrap_or(u32::MAX));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.octets.is_empty()
    }

    /// How many octets they have.
    pub(crate) fn len(&self) -> usize {
        self.octets.len()
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.sizes.len()
    }

    pub(crate) fn clear(&mut self) {
        wiped::clear(&mut self.octets);
        self.sizes.clear();
    }
}

impl Outbox {
    /// The number the next frame will have.
    pub(crate) fn next(&self) -> u64 {
        self.first + u64::try_from(self.frames.count()).unwrap_or(u64::MAX)
    }

    /// What waits.
    pub(crate) const fn frames(&self) -> &Frames {
        &self.frames
    }

    /// Adds a frame.
    pub(crate) fn push(
        &mut self,
        framing: &Framing,
        header: &[u8],
        payload: &[u8],
        responds: bool,
    ) -> Result<()> {
        self.frames.push(framing, header, payload, responds)
    }

    /// Adds octets as they are.
    pub(crate) fn push_raw(&mut self, octets: &[u8]) {
        self.frames.push_raw(octets);
    }

    /// Moves frames here.
    pub(crate) fn add(&mut self, frames: &mut Frames) {
        if self.frames.sizes.is_empty() {
            self.frames.clear();
            swap(&mut self.frames, frames);
        } else {
            wiped::reserve(&mut self.frames.octets, frames.octets.len());
            self.frames.octets.extend_from_slice(&frames.octets);
            self.frames.sizes.extend(&frames.sizes);
            frames.clear();
        }
    }

    /// Takes a frame back. `false` when it was taken to be written.
    pub(crate) fn cut(&mut self, number: u64) -> bool {
        let Some(index) = number.checked_sub(self.first).and_then(|index| usize::try_from(index).ok()) else {
            return false;
        };
        let Some(size) = self.frames.sizes.get(index).copied() else { return false };
        let start: usize = self.frames.sizes.iter().take(index).map(|size| widen(*size)).sum();
        let (size, left) = (widen(size), self.frames.octets.len().saturating_sub(widen(size)));
        self.frames.octets.copy_within(start + size.., start);
        self.frames.octets.get_mut(left..).unwrap_or_default().zeroize();
        self.frames.octets.truncate(left);
        if let Some(size) = self.frames.sizes.get_mut(index) {
            *size = 0;
        }
        true
    }

    /// Whether some octet of a frame may have left.
    pub(crate) const fn has_left(&self, number: u64) -> bool {
        number < self.begun
    }

    /// Moves everything that waits into `batch`, which is empty.
    pub(crate) fn take(&mut self, batch: &mut Batch) {
        batch.frames.clear();
        batch.first = self.first;
        self.first = self.next();
        swap(&mut self.frames, &mut batch.frames);
    }

    /// Notes that so many octets of `batch` were handed over.
    pub(crate) fn note(&mut self, batch: &Batch, octets: usize) {
        let mut left = octets;
        let mut begun = batch.first;
        for size in &batch.frames.sizes {
            if left == 0 {
                break;
            }
            left = left.saturating_sub(widen(*size));
            begun += 1;
        }
        self.begun = self.begun.max(begun);
    }

    /// Begins a new connection: nothing waits; numbers go on.
    pub(crate) fn reset(&mut self) {
        self.first = self.next();
        self.begun = self.first;
        self.frames = Frames::default();
    }
}

impl Batch {
    pub(crate) fn octets(&self) -> &[u8] {
        &self.frames.octets
    }

    /// Wipes what was written, and gives room back that an unusually large batch took.
    pub(crate) fn trim(&mut self) {
        self.frames.clear();
        if self.frames.octets.capacity() > KEPT {
            self.frames.octets = Wiped::default();
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
    fn frames_made_elsewhere_go_after_those_that_wait() {
        let (mut outbox, mut batch, mut made) = (Outbox::default(), Batch::default(), Frames::default());
        for (text, is_left) in [(b"one", 0), (b"two", 0)] {
            made.push(&Framing::BINARY2, b"", text, false).unwrap();
            outbox.add(&mut made);
            assert_eq!(made.count(), is_left);
        }
        assert_eq!((outbox.frames().count(), outbox.next()), (2, 2));
        outbox.take(&mut batch);
        assert_eq!(batch.octets(), b"\0\x03one\0\x03two");
    }

    #[test]
    fn numbers_go_on_over_connections() {
        let mut outbox = Outbox::default();
        let one = push(&mut outbox, b"111");
        outbox.reset();
        let two = push(&mut outbox, b"222");
        assert!(two > one && outbox.has_left(one) && !outbox.has_left(two));
    }

    /// In every framing a frame is that of the framing, with its header or turned round.
    #[test]
    fn frames_are_those_of_their_framing() {
        const TPDU: [u8; 5] = [0x60, 0, 3, 0, 0];
        for (framing, header) in [
            (Framing::BINARY2, &b""[..]),
            (Framing::BINARY4, b""),
            (Framing::LITTLE2, b""),
            (Framing::ASCII4, b""),
            (Framing::BCD2, b""),
            (Framing::ETX, b""),
            (Framing::STX_ETX, b""),
            (Framing::BINARY2.with_header(crate::frame::Station::Tpdu), &TPDU),
        ] {
            let (mut room, mut turned) = ([0; 64], [0; 64]);
            let frame = framing.wrap(header, b"0800", &mut room).unwrap();
            let reply = framing.reply(header, b"0810", &mut turned).unwrap();
            let mut frames = Frames::default();
            frames.push(&framing, header, b"0800", false).unwrap();
            frames.push(&framing, header, b"0810", true).unwrap();
            assert_eq!(frames.octets.as_slice(), [frame, reply].concat(), "{framing:?}");
            assert_eq!((frames.count(), frames.len()), (2, frame.len() + reply.len()));
        }
    }

    #[test]
    fn a_frame_that_cannot_be_is_not_there() {
        let mut outbox = Outbox::default();
        assert!(outbox.push(&Framing::BCD2, b"", &[0; 10_000], false).is_err());
        assert!(outbox.frames().is_empty() && outbox.next() == 0);
    }
}
