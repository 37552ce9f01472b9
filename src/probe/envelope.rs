//! What stands around a message: a framing, a station header, or bytes nobody named.

use alloc::vec::Vec;
use core::fmt;

use super::Explanation;
use super::reach::{Reach, mean};
use crate::frame::{Base1Header, Base24Header, CupsHeader, Framing, Tpdu, UnionPayHeader};
use crate::spec::Spec;

/// A framing and how many bytes of header stand between it and the message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Envelope {
    /// The name of the constant of [`Framing`], and the framing.
    pub framing: Option<(&'static str, Framing)>,
    /// Bytes between the frame's length and the message, apart from a header that the spec itself
    /// has.
    pub header: usize,
}

macro_rules! framings {
    ($($name:ident)*) => { [$((stringify!($name), Framing::$name)),*] };
}

/// Those without a station header: headers are tried by their size.
const FRAMINGS: [(&str, Framing); 15] = framings! {
    BINARY2 BINARY2_INCLUSIVE BINARY2_ZEROS BINARY2_ETX LITTLE2 BINARY3 BINARY4 BINARY4_INCLUSIVE
    ASCII4 HEX4 BCD2 GICC RBP STX_ETX STX_BCD2_ETX
};

const HEADERS: [(&str, usize); 5] = [
    ("TPDU", Tpdu::SIZE),
    ("UnionPay", UnionPayHeader::SIZE),
    ("BASE24", Base24Header::SIZE),
    ("BASE I", Base1Header::SIZE),
    ("CUPS", CupsHeader::SIZE),
];

/// The longest header without a name that is looked for.
const MAX_HEADER: usize = 48;

/// What a score must reach: a lower one calls for a header without a name to be looked for, which
/// must then reach it. Among so many, a coincidence soon reads a few elements.
const GOOD: u16 = 700;

/// What could stand around all the messages: every framing that fits each exactly, or none, with
/// every header, or none.
pub(super) fn envelopes(messages: &[&[u8]]) -> Vec<Envelope> {
    let fits =
        |framing: &&(&str, Framing)| messages.iter().all(|message| open(&framing.1, message).is_some());
    let framings = FRAMINGS.iter().filter(fits).map(|framing| Some(*framing));
    let headers = core::iter::once(0).chain(HEADERS.iter().map(|(_, size)| *size));
    let pairs = core::iter::once(None).chain(framings);
    pairs.flat_map(|framing| headers.clone().map(move |header| Envelope { framing, header })).collect()
}

/// The first message of an input that is frames and nothing else.
fn open<'m>(framing: &Framing, input: &'m [u8]) -> Option<&'m [u8]> {
    let mut first = None;
    let mut rest = input;
    while !rest.is_empty() {
        let frame = framing.split(rest).ok()??;
        first = first.or(Some(frame.payload).filter(|payload| !payload.is_empty()));
        rest = rest.get(frame.consumed.max(1)..)?;
    }
    first
}

/// Reads all messages so.
pub(super) fn try_out<'s>(spec: &'s Spec<'s>, messages: &[&[u8]], envelope: Envelope) -> Explanation<'s> {
    let opened = envelope.open_all(messages);
    let reaches: Vec<Reach> = opened.iter().map(|message| Reach::of(spec, message).0).collect();
    let score = mean(&reaches);
    let score =
        if score < 1000 { score.saturating_sub(40 * u16::from(envelope.complexity())) } else { score };
    Explanation { spec, envelope, score, reaches, hints: Vec::new() }
}

/// The explanation, or a better one behind a header that nobody named.
pub(super) fn or_any_header<'s>(
    spec: &'s Spec<'s>,
    messages: &[&[u8]],
    named: Explanation<'s>,
) -> Explanation<'s> {
    if named.score >= GOOD {
        return named;
    }
    let mut best = named;
    let mut framings = envelopes(messages);
    framings.retain(|envelope| envelope.header == 0);
    // a framing that fits is better than a header that swallows it
    framings.reverse();
    for envelope in framings {
        for header in (1..=MAX_HEADER).filter(|size| HEADERS.iter().all(|(_, named)| named != size)) {
            let found = try_out(spec, messages, Envelope { header, ..envelope });
            if found.score >= GOOD && found.score > best.score {
                best = found;
            }
        }
    }
    best
}

impl Envelope {
    /// The message within an input.
    #[must_use]
    pub fn open<'m>(&self, input: &'m [u8]) -> Option<&'m [u8]> {
        let framed = match &self.framing {
            Some((_, framing)) => open(framing, input)?,
            None => input,
        };
        framed.get(self.header..)
    }

    /// The messages within; empty where there is none.
    pub(super) fn open_all<'m>(&self, messages: &[&'m [u8]]) -> Vec<&'m [u8]> {
        messages.iter().map(|message| self.open(message).unwrap_or_default()).collect()
    }

    /// The name of a header of that size, if one has it.
    #[must_use]
    pub fn header_name(&self) -> Option<&'static str> {
        HEADERS.iter().find(|(_, size)| *size == self.header).map(|(name, _)| *name)
    }

    /// How much is assumed.
    pub(super) fn complexity(&self) -> u8 {
        let header = match (self.header, self.header_name()) {
            (0, _) => 0,
            (_, Some(_)) => 2,
            (_, None) => 4,
        };
        header + u8::from(self.framing.is_some())
    }
}

impl fmt::Display for Envelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.framing {
            Some((name, _)) => write!(f, "framing {name}")?,
            None => f.write_str("no framing")?,
        }
        match (self.header, self.header_name()) {
            (0, _) => Ok(()),
            (size, Some(name)) => write!(f, ", {size} bytes of header ({name})"),
            (size, None) => write!(f, ", {size} bytes of header"),
        }
    }
}
