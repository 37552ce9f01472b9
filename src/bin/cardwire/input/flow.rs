//! One direction of a TCP connection, put together in order and cut into messages.

use std::collections::BTreeMap;

use cardwire::{Framing, Spec};

use super::frames::Splitter;
use super::{Payload, Refusal, framing_of};

/// What a packet adds to a direction.
pub(super) struct Segment<'p> {
    pub(super) sequence: u32,
    pub(super) starts: bool,
    pub(super) closes: bool,
    pub(super) bytes: &'p [u8],
}

/// One direction.
pub(super) struct Flow {
    framing: Option<Framing>,
    spec: Option<&'static Spec<'static>>,
    /// The sequence number that comes next.
    expected: Option<u32>,
    /// What came too early, by distance from where the stream began.
    early: BTreeMap<u32, Vec<u8>>,
    waiting: usize,
    splitter: Option<Splitter>,
    /// What arrived before the framing was known.
    start: Vec<u8>,
    closed: bool,
}

/// The most bytes that wait for a missing segment.
const MOST_WAITING: usize = 1 << 20;

/// The most bytes that are looked at for a framing.
const MOST_START: usize = 1 << 16;

type Found = Vec<Result<Payload, Refusal>>;

impl Flow {
    pub(super) fn new(framing: Option<Framing>, spec: Option<&'static Spec<'static>>) -> Self {
        Self {
            framing,
            spec,
            expected: None,
            early: BTreeMap::new(),
            waiting: 0,
            splitter: framing.map(Splitter::new),
            start: Vec::new(),
            closed: false,
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    /// Adds a segment and returns the messages that it completes.
    pub(super) fn take(&mut self, segment: &Segment<'_>) -> Found {
        if segment.starts {
            *self = Self::new(self.framing, self.spec);
        }
        self.closed |= segment.closes;
        let first = segment.sequence.wrapping_add(u32::from(segment.starts));
        let expected = *self.expected.get_or_insert(first);
        if segment.bytes.is_empty() {
            return Vec::new();
        }
        let ahead = first.wrapping_sub(expected);
        if ahead == 0 {
            self.append(segment.bytes);
        } else if ahead < 1 << 31 {
            self.keep(first, segment.bytes);
        } else {
            // sent again, perhaps with more behind it
            let known = usize::try_from(expected.wrapping_sub(first)).unwrap_or(usize::MAX);
            self.append(segment.bytes.get(known..).unwrap_or_default());
        }
        self.catch_up();
        self.messages()
    }

    /// What is wrong with the end of the stream.
    pub(super) fn end(&mut self) -> Found {
        let mut found = Vec::new();
        if self.splitter.is_none() && !self.start.is_empty() {
            found.push(Err(Refusal::new(0, "no framing gives messages of the spec; say --framing")));
        }
        if !self.early.is_empty() {
            let text = format!("{} bytes wait for a segment that was not captured", self.waiting);
            found.push(Err(Refusal::new(None, text)));
        }
        found.extend(self.splitter.as_ref().and_then(Splitter::end).map(Err));
        found
    }

    fn append(&mut self, bytes: &[u8]) {
        let length = u32::try_from(bytes.len()).unwrap_or(0);
        self.expected = self.expected.map(|expected| expected.wrapping_add(length));
        match &mut self.splitter {
            Some(splitter) => splitter.push(bytes),
            None if self.start.len() < MOST_START => self.start.extend_from_slice(bytes),
            None => (),
        }
    }

    fn keep(&mut self, sequence: u32, bytes: &[u8]) {
        if self.waiting + bytes.len() <= MOST_WAITING && !self.early.contains_key(&sequence) {
            self.waiting += bytes.len();
            self.early.insert(sequence, bytes.to_vec());
        }
    }

    /// Appends what waited for the bytes that have come.
    fn catch_up(&mut self) {
        while let Some(expected) = self.expected {
            let due = self.early.keys().copied().find(|first| expected.wrapping_sub(*first) < 1 << 31);
            let Some(first) = due else { return };
            let bytes = self.early.remove(&first).unwrap_or_default();
            self.waiting -= bytes.len();
            let known = usize::try_from(expected.wrapping_sub(first)).unwrap_or(usize::MAX);
            self.append(bytes.get(known..).unwrap_or_default());
        }
    }

    fn messages(&mut self) -> Found {
        if self.splitter.is_none() {
            let Some(framing) = framing_of(&self.start, self.spec) else { return Vec::new() };
            let mut splitter = Splitter::new(framing);
            splitter.push(&std::mem::take(&mut self.start));
            self.splitter = Some(splitter);
        }
        let Some(splitter) = &mut self.splitter else { return Vec::new() };
        std::iter::from_fn(|| splitter.next().map(|(_, content)| content)).collect()
    }
}
