//! Every direction of every connection of a capture, in bounded memory.

use std::collections::{BTreeMap, HashMap};

use cardwire::{Framing, Spec};

use super::flow::{Flow, Segment};
use super::{Payload, Refusal};

/// The two ends of one direction of a connection.
pub(super) type Ends = (std::net::SocketAddr, std::net::SocketAddr);

type Found = Vec<(Ends, Result<Payload, Refusal>)>;

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

    /// Adds the segment of a packet and returns the messages that it completes.
    pub(super) fn take(&mut self, packet: u64, ends: Ends, segment: &Segment<'_>) -> Found {
        let (last, mut flow) =
            self.flows.remove(&ends).unwrap_or_else(|| (packet, Flow::new(self.framing, self.spec)));
        self.closed.remove(&last);
        self.open.remove(&last);
        self.held -= flow.held();
        let mut found: Found = flow.take(segment).into_iter().map(|content| (ends, content)).collect();
        self.held += flow.held();
        let order = if flow.is_closed() { &mut self.closed } else { &mut self.open };
        order.insert(packet, ends);
        self.flows.insert(ends, (packet, flow));
        while self.flows.len() > self.most.flows || self.held > self.most.held {
            found.extend(self.give_up());
        }
        found
    }

    /// Ends the direction that was not heard of for longest, a closed one if there is any.
    fn give_up(&mut self) -> Found {
        let closed = self.closed.pop_first();
        self.given_up += u64::from(closed.is_none());
        let Some((_, ends)) = closed.or_else(|| self.open.pop_first()) else { return Vec::new() };
        let Some((_, mut flow)) = self.flows.remove(&ends) else { return Vec::new() };
        self.held -= flow.held();
        flow.end().into_iter().map(|content| (ends, content)).collect()
    }

    /// The end of the capture: what the directions still hold, and what is wrong with their ends.
    pub(super) fn end(&mut self) -> Found {
        let mut flows: Vec<_> = self.flows.drain().collect();
        flows.sort_by_key(|(ends, _)| *ends);
        let end = |(ends, (_, mut flow)): (Ends, (u64, Flow))| {
            flow.end().into_iter().map(move |content| (ends, content))
        };
        flows.into_iter().flat_map(end).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first bytes of a frame of 1,000 bytes, from that port.
    fn begin(flows: &mut Flows, packet: u64, port: u16, bytes: &[u8]) -> Vec<u16> {
        let ends = (([127, 0, 0, 1], port).into(), ([127, 0, 0, 1], 9000).into());
        let bytes = [&[3, 0xE8][..], bytes].concat();
        let segment = Segment { sequence: 1, starts: false, closes: false, bytes: &bytes };
        flows.take(packet, ends, &segment).into_iter().map(|((from, _), _)| from.port()).collect()
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
