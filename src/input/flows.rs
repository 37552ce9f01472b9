//! Every direction of every connection of a capture, in bounded memory.

use std::collections::{BTreeMap, HashMap};

use crate::frame::Framing;
use crate::spec::Spec;

use super::detect::framing_of;
use super::flow::{Flow, Segment, Stamp};
use super::item::{Payload, Refusal};

/// The two ends of one direction of a connection.
pub(super) type Ends = (std::net::SocketAddr, std::net::SocketAddr);

/// Messages, and what is wrong: on which connection, and the packet that completed each.
pub(super) type Found = Vec<(Ends, Stamp, Result<Payload, Refusal>)>;

/// The directions that are followed.
pub(super) struct Flows {
    framing: Option<Framing>,
    spec: Option<&'static Spec<'static>>,
    most: Most,
    flows: HashMap<Ends, (u64, Flow)>,
    /// By when they were last heard of: those that are closed, and those that are open.
    closed: BTreeMap<u64, Ends>,
    open: BTreeMap<u64, Ends>,
    held: usize,
    given_up: u64,
}

/// What is kept at a time.
struct Most {
    flows: usize,
    /// The memory for bytes that are no message yet, of all of them.
    held: usize,
}

const MOST: Most = Most { flows: 4096, held: 1 << 26 };

impl Flows {
    pub(super) fn new(framing: Option<Framing>, spec: Option<&'static Spec<'static>>) -> Self {
        let (closed, open) = (BTreeMap::new(), BTreeMap::new());
        Self { framing, spec, most: MOST, flows: HashMap::new(), closed, open, held: 0, given_up: 0 }
    }

    /// How many open directions were given up, because there were too many.
    pub(super) fn given_up(&self) -> u64 {
        self.given_up
    }

    /// Adds the segment of a packet and returns the messages that it completes, those of earlier
    /// packets first.
    pub(super) fn take(&mut self, stamp: Stamp, ends: Ends, segment: &Segment<'_>) -> Found {
        let mut flow = match self.flows.remove(&ends) {
            Some((last, flow)) => {
                self.closed.remove(&last);
                self.open.remove(&last);
                self.held -= flow.held();
                flow
            }
            None => Flow::new(self.framing, self.spec),
        };
        let mut found = labelled(ends, flow.take(stamp, segment));
        found.extend(self.share(ends, &mut flow));
        self.held += flow.held();
        let order = if flow.is_closed() { &mut self.closed } else { &mut self.open };
        order.insert(stamp.packet, ends);
        self.flows.insert(ends, (stamp.packet, flow));
        while self.flows.len() > self.most.flows || self.held > self.most.held {
            found.extend(self.give_up());
        }
        found.sort_by_key(|(_, stamp, _)| stamp.packet);
        found
    }

    /// Both directions of a connection have one framing: what is known of one goes for the other.
    fn share(&mut self, (from, to): Ends, flow: &mut Flow) -> Found {
        let Some((_, other)) = self.flows.get_mut(&(to, from)) else { return Vec::new() };
        match (flow.decided(), other.decided()) {
            (Some(framing), None) => {
                self.held -= other.held();
                let found = other.adopt(framing);
                self.held += other.held();
                labelled((to, from), found)
            }
            (None, Some(framing)) => labelled((from, to), flow.adopt(framing)),
            _ => Vec::new(),
        }
    }

    /// Ends the direction that was not heard of for longest, a closed one if there is any.
    fn give_up(&mut self) -> Found {
        let closed = self.closed.pop_first();
        self.given_up += u64::from(closed.is_none());
        let Some((_, ends)) = closed.or_else(|| self.open.pop_first()) else { return Vec::new() };
        let Some((_, mut flow)) = self.flows.remove(&ends) else { return Vec::new() };
        self.held -= flow.held();
        labelled(ends, flow.end())
    }

    /// The end of the capture: what the directions still hold, and what is wrong with their ends.
    pub(super) fn end(&mut self) -> Found {
        let mut flows: Vec<_> = self.flows.drain().map(|(ends, (_, flow))| (ends, flow)).collect();
        flows.sort_by_key(|(ends, _)| *ends);
        let mut found = self.decide_together(&mut flows);
        for (ends, mut flow) in flows {
            found.extend(labelled(ends, flow.end()));
        }
        found.sort_by_key(|(_, stamp, _)| stamp.packet);
        found
    }

    /// Finds the framing of directions that say too little alone: by what both directions of the
    /// connection hold, then by what most others of the capture have.
    fn decide_together(&self, flows: &mut [(Ends, Flow)]) -> Found {
        let Some(spec) = self.spec else { return Vec::new() };
        let mut found = Vec::new();
        let mut known: Vec<(usize, Framing)> = Vec::new();
        for framing in flows.iter().filter_map(|(_, flow)| flow.decided()) {
            match known.iter_mut().find(|(_, other)| *other == framing) {
                Some((count, _)) => *count += 1,
                None => known.push((1, framing)),
            }
        }
        known.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
        let starts: HashMap<Ends, Vec<u8>> =
            flows.iter().filter_map(|(ends, flow)| Some((*ends, flow.undecided()?.to_vec()))).collect();
        for (ends, flow) in flows {
            let Some(start) = starts.get(ends) else { continue };
            let other = starts.get(&(ends.1, ends.0));
            let both: Vec<&[u8]> = std::iter::once(start).chain(other).map(Vec::as_slice).collect();
            let own = framing_of(&both, spec);
            let usual = known.iter().map(|(_, framing)| *framing);
            for framing in own.into_iter().chain(usual) {
                found.extend(labelled(*ends, flow.adopt(framing)));
            }
        }
        found
    }
}

fn labelled(ends: Ends, found: super::flow::Found) -> Found {
    found.into_iter().map(|(stamp, content)| (ends, stamp, content)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first bytes of a frame of 1,000 bytes, from that port.
    fn begin(flows: &mut Flows, packet: u64, port: u16, bytes: &[u8]) -> Vec<u16> {
        let ends = (([127, 0, 0, 1], port).into(), ([127, 0, 0, 1], 9000).into());
        let bytes = [&[3, 0xE8][..], bytes].concat();
        let segment = Segment { sequence: 1, starts: false, closes: false, bytes: &bytes };
        flows
            .take(Stamp { packet, offset: 0, moment: None }, ends, &segment)
            .into_iter()
            .map(|((from, _), ..)| from.port())
            .collect()
    }

    #[test]
    fn the_idlest_gives_way_when_memory_is_short() {
        let mut flows = Flows::new(Some(Framing::BINARY2), None);
        flows.most = Most { flows: 100, held: 1500 };
        assert_eq!(begin(&mut flows, 1, 1, &[b'0'; 498]), [0_u16; 0]);
        assert_eq!(begin(&mut flows, 2, 2, &[b'0'; 498]), [0_u16; 0]);
        assert_eq!(begin(&mut flows, 3, 3, &[b'0'; 498]), [0_u16; 0]);
        assert_eq!((flows.held, flows.given_up()), (1500, 0));
        assert_eq!(begin(&mut flows, 4, 4, b"0"), [1], "what it holds is told");
        assert_eq!((flows.held, flows.given_up()), (1003, 1));
        assert_eq!(begin(&mut flows, 5, 5, &[b'0'; 990]), [2]);
        assert_eq!((flows.held, flows.flows.len(), flows.open.len()), (1495, 3, 3));
    }
}
