//! The framing of a stream, found while the stream arrives.

use alloc::vec::Vec;

use super::cut::framings;
use super::reach::is_plausible;
use super::trial::MAX_HEADER;
use crate::frame::{Frame, Framing, Station};
use crate::model::error::widen;
use crate::read::message::Message;
use crate::spec::Spec;

/// Finds the framing of a stream by evidence, while the stream arrives.
///
/// All framings are followed at once, with and without headers. What counts is octets that are
/// explained: a frame with a whole message of the spec in it. A poll explains nothing. A framing is
/// found when there is no doubt about it; at the end of a stream, ask [`probe`](super::probe) for
/// the likeliest. The work grows with the bytes of the stream, not with the pieces it arrives in.
///
/// ```
/// use cardwire::{Framing, probe::Finder, spec::ISO87_ASCII};
/// let stream = b"\x00\x1a08000020000000000000000001\x00\x00\x00\x1a08000020000000000000000002";
/// let mut finder = Finder::new(&ISO87_ASCII);
/// assert_eq!(finder.look(&stream[..27]), None, "one byte is missing");
/// assert_eq!(finder.look(stream), Some(Framing::BINARY2));
/// ```
#[derive(Debug)]
pub struct Finder<'s> {
    spec: &'s Spec<'s>,
    candidates: Vec<Candidate>,
    /// Octets that were looked at, once for each time.
    work: u64,
}

/// One framing, followed from the start of the stream.
#[derive(Debug)]
struct Candidate {
    framing: Framing,
    /// Where its next frame starts.
    at: usize,
    /// How far the octet was looked for that ends the frame.
    searched: usize,
    /// Frames that are no polls.
    frames: usize,
    is_broken: bool,
    tallies: Vec<Tally>,
}

/// What a framing explains after headers of one size.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Tally {
    size: usize,
    station: Station,
    messages: usize,
    octets: usize,
}

/// In how many frames headers of every size are looked for.
const SWEPT: usize = 8;

/// How many messages leave no doubt, although another framing explains some of them too.
const ENOUGH: usize = 3;

impl<'s> Finder<'s> {
    /// A search for the framing of messages of that spec.
    #[must_use]
    pub fn new(spec: &'s Spec<'s>) -> Self {
        let candidates = framings().filter(Framing::is_delimited).map(Candidate::new).collect();
        Self { spec, candidates, work: 0 }
    }

    /// Looks at the stream, from its start to what has arrived: at least what the last look saw.
    /// The framing, with its header, when there is no doubt about it.
    pub fn look(&mut self, stream: &[u8]) -> Option<Framing> {
        for candidate in &mut self.candidates {
            candidate.follow(stream, self.spec, &mut self.work);
        }
        self.verdict(stream.len())
    }

    /// How many octets were looked at, counted each time.
    #[must_use]
    pub const fn work(&self) -> u64 {
        self.work
    }

    fn verdict(&self, size: usize) -> Option<Framing> {
        let best = |candidate: &'_ Candidate| candidate.best();
        let found = self.candidates.iter().filter_map(|candidate| Some((candidate, best(candidate)?)));
        // the first of equals: two framings may be the same for all that was sent
        let found: Vec<_> = found.collect();
        let &(leader, tally) = found.iter().rev().max_by_key(|(_, tally)| tally.octets)?;
        let is_plain = !matches!(tally.station, Station::Bytes(_));
        let rival = found.iter().filter(|(other, its)| {
            let is_same =
                (its.station, its.messages, its.octets) == (tally.station, tally.messages, tally.octets);
            // digits are soon a short message after a header that may hold anything
            let is_coincidence = is_plain && matches!(its.station, Station::Bytes(_));
            !(is_coincidence || is_same && other.at == leader.at)
        });
        let rival = rival.map(|(_, its)| its.messages).max().unwrap_or(0);
        let is_clear = match tally.messages {
            1 => is_plain && leader.at == size && rival == 0,
            2 => is_plain && leader.at == size && rival < 2,
            messages if is_plain => messages >= ENOUGH && rival <= messages,
            // what looks like a header may be the end of a frame whose check byte has yet to come
            messages => messages >= ENOUGH && rival + 1 < messages,
        };
        (is_clear && !leader.is_broken).then(|| leader.framing.with_header(tally.station))
    }
}

impl Candidate {
    const fn new(framing: Framing) -> Self {
        Self { framing, at: 0, searched: 0, frames: 0, is_broken: false, tallies: Vec::new() }
    }

    /// The header after which most is explained.
    fn best(&self) -> Option<Tally> {
        self.tallies.iter().copied().max_by_key(|tally| tally.octets)
    }

    /// Takes the frames that are there now.
    fn follow(&mut self, stream: &[u8], spec: &Spec<'_>, work: &mut u64) {
        while !self.is_broken {
            let rest = stream.get(self.at..).unwrap_or_default();
            if rest.is_empty() || !self.is_worth_a_look(rest, work) {
                return;
            }
            match self.framing.split(rest) {
                Ok(None) => return,
                Err(_) => self.is_broken = true,
                Ok(Some(frame)) => {
                    *work += spent(frame.consumed);
                    if !frame.is_poll() {
                        self.judge(&frame, spec, work);
                    }
                    self.at += frame.consumed.max(1);
                }
            }
        }
    }

    /// Whether a frame may be there: one that an octet ends only once that has come. Only what is
    /// new is searched, else a stream that arrives octet by octet would be searched over and over.
    fn is_worth_a_look(&mut self, rest: &[u8], work: &mut u64) -> bool {
        let Some(end) = self.framing.terminator() else {
            *work += 1;
            return true;
        };
        let from = self.searched.saturating_sub(self.at).min(rest.len());
        let fresh = rest.get(from..).unwrap_or_default();
        let found = fresh.iter().position(|octet| *octet == end);
        *work += spent(found.unwrap_or(fresh.len()));
        self.searched = self.at + found.map_or(rest.len(), |place| from + place);
        found.is_some() || rest.len() > widen(self.framing.limit())
    }

    /// Counts a frame for every header after which it holds a whole message.
    fn judge(&mut self, frame: &Frame<'_>, spec: &Spec<'_>, work: &mut u64) {
        let (body, around) = (frame.payload, frame.consumed - frame.payload.len());
        // a header that delimits the frame is no part of the body
        let most = if self.framing.header() == Station::None { MAX_HEADER } else { 0 };
        for size in 0..=most.min(body.len()) {
            let known = self.tallies.iter().position(|tally| tally.size == size);
            if known.is_none() && size > 0 && self.frames >= SWEPT {
                continue;
            }
            let message = body.get(size..).unwrap_or_default();
            *work += spent(message.len());
            if !is_whole(spec, message) {
                continue;
            }
            let Some(station) = Station::recognize(body, size) else { continue };
            let named = if matches!(station, Station::Bytes(_)) { 0 } else { size };
            let octets = message.len() + around + named;
            match known.and_then(|index| self.tallies.get_mut(index)) {
                Some(tally) => tally.add(station, octets),
                None => self.tallies.push(Tally { size, station, messages: 1, octets }),
            }
        }
        self.frames += 1;
    }
}

impl Tally {
    fn add(&mut self, station: Station, octets: usize) {
        if self.station != station {
            // not every message has the content of that header in front
            self.station = u8::try_from(self.size).map_or(Station::None, Station::Bytes);
        }
        self.messages += 1;
        self.octets += octets;
    }
}

/// Whether these are a message of the spec, and more than a bitmap.
fn is_whole(spec: &Spec<'_>, message: &[u8]) -> bool {
    Message::parse(spec, message)
        .is_ok_and(|message| is_plausible(message.mti()) && !message.bitmap().is_empty())
}

fn spent(octets: usize) -> u64 {
    u64::try_from(octets).unwrap_or(u64::MAX)
}
