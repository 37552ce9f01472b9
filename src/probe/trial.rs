//! One spec tried on inputs, after every framing and header: the one that explains most is kept.

use alloc::vec::Vec;

use super::cut::{Cut, MAX_MESSAGES, Piece};
use super::envelope::Envelope;
use super::explanation::Explanation;
use super::reach::{Reach, mean};
use crate::frame::{Base1Header, Base24Header, CupsHeader, Framing, Station, Tpdu, UnionPayHeader};
use crate::spec::Spec;

/// The sizes of headers with a name; a header has its name by its content alone.
const SIZES: [usize; 5] =
    [Tpdu::SIZE, UnionPayHeader::SIZE, Base24Header::SIZE, Base1Header::SIZE, CupsHeader::SIZE];

/// The longest header without a name that is looked for.
pub(super) const MAX_HEADER: usize = 48;

/// What a score must reach: a lower one calls for a header without a name to be looked for, which
/// must then reach it. Among so many, a coincidence soon reads a few elements.
const GOOD: u16 = 700;

/// The best that one spec makes of the inputs, which have that many octets.
pub(super) fn best<'s>(spec: &'s Spec<'s>, cuts: &[Cut<'_>], octets: usize) -> Option<Explanation<'s>> {
    let named = cuts.iter().flat_map(|cut| {
        let sizes = core::iter::once(0).chain(SIZES);
        let stations = sizes.filter_map(|size| station(cut, size).filter(|it| size == 0 || is_named(*it)));
        stations.map(move |station| try_out(cut, spec, station, octets))
    });
    let named = named.reduce(better)?;
    if named.score() >= GOOD {
        return Some(named);
    }
    let unnamed = cuts.iter().filter(|cut| !reads_in_front(cut, spec)).flat_map(|cut| {
        let stations = (1..=MAX_HEADER).filter_map(|size| station(cut, size)).filter(|it| !is_named(*it));
        stations.map(move |station| try_out(cut, spec, station, octets))
    });
    Some(unnamed.filter(|found| found.score() >= GOOD).fold(named, better))
}

/// The messages that the cut with that framing gives, its header taken off.
pub(super) fn messages<'m>(cuts: &[Cut<'m>], framing: Framing) -> Vec<&'m [u8]> {
    let is_it =
        |cut: &&Cut<'_>| cut.framing == framing || cut.framing.with_header(framing.header()) == framing;
    let Some(cut) = cuts.iter().find(is_it) else { return Vec::new() };
    let station = if cut.framing.header() == Station::None { framing.header() } else { Station::None };
    cut.bodies().map(|body| message(station, body).0).take(MAX_MESSAGES).collect()
}

/// The message of a body, and how many bytes of header stand before it.
fn message(station: Station, body: &[u8]) -> (&[u8], usize) {
    let size = station.len_in(body).unwrap_or(station.size());
    (body.get(size..).unwrap_or_default(), size)
}

/// The first unless the second explains more.
fn better<'s>(one: Explanation<'s>, other: Explanation<'s>) -> Explanation<'s> {
    if other.weight() > one.weight() { other } else { one }
}

const fn is_named(station: Station) -> bool {
    !matches!(station, Station::None | Station::Bytes(_))
}

/// The header of that size: that with a name if every message has its content in front.
fn station(cut: &Cut<'_>, size: usize) -> Option<Station> {
    if cut.framing.header() != Station::None {
        // the header is what delimits the frame, and is no part of the body any more
        return (size == 0).then_some(Station::None);
    }
    let mut sizes = cut.bodies().map(|body| Station::Base1.len_in(body));
    if size == Base1Header::SIZE && sizes.all(|size| size.is_some()) {
        // a rejected message has a longer header than the others
        return Some(Station::Base1);
    }
    let mut stations = cut.bodies().filter_map(|body| Station::recognize(body, size));
    let first = stations.next()?;
    match stations.all(|station| station == first) {
        true => Some(first),
        false => u8::try_from(size).ok().map(Station::Bytes),
    }
}

/// Reads the messages after that header.
fn try_out<'s>(cut: &Cut<'_>, spec: &'s Spec<'s>, station: Station, octets: usize) -> Explanation<'s> {
    let mut merit = 0;
    let mut reaches = Vec::with_capacity(cut.pieces.len());
    for piece in &cut.pieces {
        reaches.push(match *piece {
            Piece::Refused { error, size } => Reach::refused(error, size),
            Piece::Body { octets, around } => {
                let (message, size) = message(station, octets);
                let reach = Reach::of(spec, message).0;
                let header = if is_named(station) { size } else { 0 };
                merit += reach.merit(message.len() + around + header);
                reach
            }
        });
    }
    let framing = match cut.framing.header() {
        Station::None => cut.framing.with_header(station),
        _ => cut.framing,
    };
    let envelope = Envelope::new(framing);
    let score = usize::from(mean(&reaches));
    // what no frame takes is not explained, and polls need no explanation
    let told = octets.saturating_sub(cut.polls).max(1);
    let score = score * told.saturating_sub(cut.left) / told;
    let assumed = if score < 1000 { 40 * usize::from(envelope.complexity()) } else { 0 };
    let score = u16::try_from(score.saturating_sub(assumed)).unwrap_or(1000);
    Explanation::new(spec, envelope, (score, merit), reaches, cut.left)
}

/// Whether a message stands right at the start of every body, as far as the spec can read it: a header
/// there would swallow its MTI and its bitmap.
fn reads_in_front(cut: &Cut<'_>, spec: &Spec<'_>) -> bool {
    cut.bodies().all(|body| Reach::of(spec, body).0.is_message_like())
}
