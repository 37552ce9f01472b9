//! One direction of a TCP connection, put together in order and cut into messages.

use std::collections::BTreeMap;

use cardwire::{Framing, Spec};

use super::detect::MOST_START;
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
    /// The sequence number that comes next, and how far into the stream that is.
    expected: Option<u32>,
    position: u64,
    /// What came too early, by where in the stream it belongs.
    early: BTreeMap<u64, Vec<u8>>,
    waiting: usize,
    splitter: Option<Splitter>,
    /// What arrived before the framing was known.
    start: Vec<u8>,
    /// How much of it was looked at.
    looked_at: usize,
    closed: bool,
}

/// The most memory that segments take which wait for a missing one.
const MOST_WAITING: usize = 1 << 20;

/// What a segment that waits takes besides its bytes.
const OVERHEAD: usize = 64;

type Found = Vec<Result<Payload, Refusal>>;

impl Flow {
    pub(super) fn new(framing: Option<Framing>, spec: Option<&'static Spec<'static>>) -> Self {
        Self {
            framing,
            spec,
            expected: None,
            position: 0,
            early: BTreeMap::new(),
            waiting: 0,
            splitter: framing.map(Splitter::new),
            start: Vec::new(),
            looked_at: 0,
            closed: false,
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    /// The memory that it takes for bytes which are no message yet.
    pub(super) fn held(&self) -> usize {
        self.waiting + self.start.len() + self.splitter.as_ref().map_or(0, Splitter::held)
    }

    /// Adds a segment and returns the messages that it completes.
    pub(super) fn take(&mut self, segment: &Segment<'_>) -> Found {
        let mut found = Vec::new();
        if segment.starts {
            found = self.end();
            *self = Self::new(self.framing, self.spec);
        }
        self.closed |= segment.closes;
        let first = segment.sequence.wrapping_add(u32::from(segment.starts));
        let expected = *self.expected.get_or_insert(first);
        if segment.bytes.is_empty() {
            return found;
        }
        let ahead = first.wrapping_sub(expected);
        if ahead == 0 {
            self.append(segment.bytes);
        } else if ahead < 1 << 31 {
            self.keep(self.position + u64::from(ahead), segment.bytes);
        } else {
            // sent again, perhaps with more behind it
            let known = usize::try_from(expected.wrapping_sub(first)).unwrap_or(usize::MAX);
            self.append(segment.bytes.get(known..).unwrap_or_default());
        }
        self.catch_up();
        found.extend(self.messages());
        while self.waiting > MOST_WAITING {
            found.extend(self.skip_gap());
        }
        found
    }

    /// The messages behind what was not captured, and what is wrong with the end of the stream.
    pub(super) fn end(&mut self) -> Found {
        let mut found = Vec::new();
        while !self.early.is_empty() {
            found.extend(self.skip_gap());
        }
        found.extend(self.left().map(Err));
        found
    }

    /// What is wrong with bytes that are no message although no more come.
    fn left(&self) -> Option<Refusal> {
        match &self.splitter {
            Some(splitter) => splitter.end(),
            None if self.start.is_empty() => None,
            None => Some(Refusal::new(0, "no framing gives messages of the spec; say --framing")),
        }
    }

    fn append(&mut self, bytes: &[u8]) {
        let length = u32::try_from(bytes.len()).unwrap_or(0);
        self.expected = self.expected.map(|expected| expected.wrapping_add(length));
        self.position += u64::from(length);
        match &mut self.splitter {
            Some(splitter) => splitter.push(bytes),
            None if self.start.len() < MOST_START => self.start.extend_from_slice(bytes),
            None => (),
        }
    }

    fn keep(&mut self, at: u64, bytes: &[u8]) {
        let known = self.early.get(&at).map_or(0, Vec::len);
        if bytes.len() > known {
            self.waiting += bytes.len() - known + if known == 0 { OVERHEAD } else { 0 };
            self.early.insert(at, bytes.to_vec());
        }
    }

    /// Appends what waited for the bytes that have come.
    fn catch_up(&mut self) {
        while let Some(first) = self.early.first_entry().filter(|first| *first.key() <= self.position) {
            let (at, bytes) = first.remove_entry();
            self.waiting -= bytes.len() + OVERHEAD;
            let known = usize::try_from(self.position - at).unwrap_or(usize::MAX);
            self.append(bytes.get(known..).unwrap_or_default());
        }
    }

    /// Gives up waiting for the next segment: what follows it may well begin with a frame.
    fn skip_gap(&mut self) -> Found {
        let Some((at, _)) = self.early.first_key_value() else { return Vec::new() };
        let missing = at - self.position;
        self.position = *at;
        self.expected =
            self.expected.map(|expected| expected.wrapping_add(u32::try_from(missing).unwrap_or(0)));
        let mut found: Found = self.left().map(Err).into_iter().collect();
        found.push(Err(Refusal::new(None, format_args!("{missing} bytes were not captured"))));
        let at = usize::try_from(self.position).unwrap_or(usize::MAX);
        self.splitter = self.splitter.as_ref().map(|splitter| splitter.again(at));
        self.start.clear();
        self.looked_at = 0;
        self.catch_up();
        found.extend(self.messages());
        found
    }

    fn messages(&mut self) -> Found {
        if self.splitter.is_none() {
            if self.start.len() == self.looked_at {
                return Vec::new();
            }
            self.looked_at = self.start.len();
            let Some(framing) = framing_of(&self.start, self.spec) else { return Vec::new() };
            let mut splitter = Splitter::new(framing);
            splitter.push(&std::mem::take(&mut self.start));
            self.splitter = Some(splitter);
        }
        let Some(splitter) = &mut self.splitter else { return Vec::new() };
        std::iter::from_fn(|| splitter.next().map(|(_, content)| content)).collect()
    }
}
