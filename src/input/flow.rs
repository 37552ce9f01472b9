//! One direction of a TCP connection, put together in order and cut into messages.

use std::collections::BTreeMap;

use crate::frame::Framing;
use crate::probe::Finder;
use crate::spec::Spec;

use super::detect::{MOST_START, framing_of};
use super::frames::Splitter;
use super::item::{Payload, Refusal};
use super::time::Moment;

/// A packet of a capture: the how manieth, and when it was captured.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) packet: u64,
    /// The byte of the capture where its block begins.
    pub(super) offset: u64,
    pub(super) moment: Option<Moment>,
}

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
    pending: Pending,
    /// The packet that was added last.
    packet: Stamp,
    closed: bool,
}

/// What arrived before the framing was known.
struct Pending {
    start: Vec<u8>,
    /// How far into the start each packet brought it.
    marks: Vec<(usize, Stamp)>,
    finder: Option<Finder<'static>>,
}

/// The most memory that segments take which wait for a missing one.
const MOST_WAITING: usize = 1 << 20;

/// What a segment that waits takes besides its bytes.
const OVERHEAD: usize = 64;

/// What the search for a framing takes, about.
const FINDER: usize = 1 << 12;

/// Messages, and what is wrong, with the packet that completed each.
pub(super) type Found = Vec<(Stamp, Result<Payload, Refusal>)>;

impl Pending {
    fn new(spec: Option<&'static Spec<'static>>) -> Self {
        Self { start: Vec::new(), marks: Vec::new(), finder: spec.map(Finder::new) }
    }

    fn held(&self) -> usize {
        let finder = if self.finder.is_some() { FINDER } else { 0 };
        self.start.len() + self.marks.len() * size_of::<(usize, Stamp)>() + finder
    }

    /// The packet that brought the octet before `end`.
    fn packet_of(&self, end: usize) -> Option<Stamp> {
        let index = self.marks.partition_point(|(reached, _)| *reached < end);
        self.marks.get(index).map(|(_, packet)| *packet)
    }
}

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
            pending: Pending::new(spec),
            packet: Stamp::default(),
            closed: false,
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    /// The memory that it takes for bytes which are no message yet.
    pub(super) fn held(&self) -> usize {
        self.waiting + self.pending.held() + self.splitter.as_ref().map_or(0, Splitter::held)
    }

    /// The bytes whose framing is not known yet; `None` when it is, or when there are none.
    pub(super) fn undecided(&self) -> Option<&[u8]> {
        let start = Some(self.pending.start.as_slice()).filter(|start| !start.is_empty());
        start.filter(|_| self.splitter.is_none() && self.spec.is_some())
    }

    /// The framing, if it is known.
    pub(super) fn decided(&self) -> Option<Framing> {
        self.splitter.as_ref().filter(|splitter| !splitter.is_broken()).map(Splitter::framing)
    }

    /// Takes the framing of the other direction, or of other connections, unless the bytes speak
    /// against it; returns the messages that it gives.
    pub(super) fn adopt(&mut self, framing: Framing) -> Found {
        match self.undecided().map(|start| framing.split(start)) {
            Some(Ok(_)) => self.decide(framing),
            _ => Vec::new(),
        }
    }

    /// Adds the segment of a packet and returns the messages that it completes.
    pub(super) fn take(&mut self, packet: Stamp, segment: &Segment<'_>) -> Found {
        let mut found = Vec::new();
        if segment.starts {
            found = self.end();
            *self = Self::new(self.framing, self.spec);
        }
        self.packet = packet;
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
            // sent again, perhaps with more after it
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

    /// The messages after what was not captured, and what is wrong with the end of the stream.
    pub(super) fn end(&mut self) -> Found {
        let mut found = Vec::new();
        while !self.early.is_empty() {
            found.extend(self.skip_gap());
        }
        found.extend(self.rest());
        found
    }

    /// What the bytes are that are no message yet, although no more come.
    fn rest(&mut self) -> Found {
        let mut found = Vec::new();
        if let (Some(start), Some(spec)) = (self.undecided(), self.spec)
            && let Some(framing) = framing_of(&[start], spec)
        {
            found = self.decide(framing);
        }
        let left = match &mut self.splitter {
            Some(splitter) => splitter.end().map(|(_, content)| content),
            None if self.pending.start.is_empty() => None,
            // nobody asked for messages yet: the stream tells what it is
            None if self.spec.is_none() => Some(Ok(Payload::bare(std::mem::take(&mut self.pending.start)))),
            None => Some(Err(Refusal::told(
                0,
                (
                    "no framing gives messages of the spec; say --framing",
                    "没有哪种成帧方式能得到该规范的报文；请用--framing指定",
                ),
            ))),
        };
        found.extend(left.map(|content| (self.packet, content)));
        found
    }

    fn append(&mut self, bytes: &[u8]) {
        let length = u32::try_from(bytes.len()).unwrap_or(0);
        self.expected = self.expected.map(|expected| expected.wrapping_add(length));
        self.position += u64::from(length);
        match &mut self.splitter {
            Some(splitter) => splitter.push(bytes),
            None if self.pending.start.len() < MOST_START => {
                self.pending.start.extend_from_slice(bytes);
                let reached = self.pending.start.len();
                match self.pending.marks.last_mut() {
                    Some((last, packet)) if *packet == self.packet => *last = reached,
                    _ => self.pending.marks.push((reached, self.packet)),
                }
            }
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
        let (at, missing) = (*at, *at - self.position);
        self.position = at;
        self.expected =
            self.expected.map(|expected| expected.wrapping_add(u32::try_from(missing).unwrap_or(0)));
        let mut found = self.rest();
        found.push((
            self.packet,
            Err(Refusal::told(
                None,
                (format!("{missing} bytes were not captured"), format!("有{missing}字节未抓到")),
            )),
        ));
        let at = usize::try_from(self.position).unwrap_or(usize::MAX);
        self.splitter = self.splitter.as_ref().map(|splitter| splitter.again(at));
        if self.splitter.is_none() {
            self.pending = Pending::new(self.spec);
        }
        self.catch_up();
        found.extend(self.messages());
        found
    }

    fn messages(&mut self) -> Found {
        if self.splitter.is_none() {
            let Pending { start, finder, .. } = &mut self.pending;
            let mut framing = finder.as_mut().and_then(|finder| finder.look(start));
            let is_last = framing.is_none() && start.len() >= MOST_START && finder.take().is_some();
            if let (true, Some(spec)) = (is_last, self.spec) {
                framing = framing_of(&[start], spec);
            }
            return framing.map_or_else(Vec::new, |framing| self.decide(framing));
        }
        let packet = self.packet;
        let Some(splitter) = &mut self.splitter else { return Vec::new() };
        std::iter::from_fn(|| splitter.next().map(|(_, content)| (packet, content))).collect()
    }

    /// Cuts what has arrived by a framing, and what comes; each message belongs to the packet that
    /// completed it.
    fn decide(&mut self, framing: Framing) -> Found {
        let pending = std::mem::replace(&mut self.pending, Pending::new(None));
        let mut splitter = Splitter::new(framing);
        splitter.push(&pending.start);
        let mut found = Vec::new();
        while let Some((_, content)) = splitter.next() {
            found.push((pending.packet_of(splitter.position()).unwrap_or(self.packet), content));
        }
        self.splitter = Some(splitter);
        found
    }
}
