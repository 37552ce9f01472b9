//! Messages in captures: pcap and pcapng, TCP over IP over Ethernet, loopback or nothing.

use std::collections::VecDeque;
use std::rc::Rc;

use cardwire::{Framing, Spec};
use etherparse::{NetSlice, SlicedPacket, TransportSlice};
use pcap_parser::traits::PcapReaderIterator;
use pcap_parser::{Block, Linktype, PcapBlockOwned, PcapError, create_reader};

use super::flow::Segment;
use super::flows::{Ends, Flows};
use super::{Item, Origin, Payload, Refusal, Source, Stream};
use crate::failure::{Failure, Outcome, complain};

/// A capture, read packet by packet.
pub(super) struct Capture {
    name: Rc<str>,
    reader: Box<dyn PcapReaderIterator + Send>,
    /// What the interfaces capture; one for pcap, any number for pcapng.
    links: Vec<Linktype>,
    flows: Flows,
    packet: u64,
    ready: VecDeque<Item>,
    done: bool,
}

/// The largest block of a capture: a packet of 256 KiB, twice the largest snap length in use.
const BLOCK: usize = 1 << 18;

impl Capture {
    pub(super) fn new(
        name: Rc<str>,
        stream: Stream,
        framing: Option<Framing>,
        spec: Option<&'static Spec<'static>>,
    ) -> Outcome<Self> {
        let reader = create_reader(BLOCK, stream).map_err(|error| {
            Failure::data(format_args!("{name}: not a capture, or cut within its header: {}", kind(&error)))
        })?;
        Ok(Self {
            name,
            reader,
            links: Vec::new(),
            flows: Flows::new(framing, spec),
            packet: 0,
            ready: VecDeque::new(),
            done: false,
        })
    }

    /// Reads one block; messages that it completes become ready.
    fn step(&mut self) {
        let read = match self.reader.next() {
            Ok((used, block)) => Ok((used, take(&block, &mut self.links))),
            Err(PcapError::Incomplete(_)) => Err(None),
            Err(error) => Err(Some(ending(&error))),
        };
        let (used, taken) = match read {
            Ok(read) => read,
            Err(Some(problem)) => return self.end(problem),
            Err(None) => {
                let refilled = self.reader.refill().map_err(|error| ending(&error));
                return match refilled {
                    Ok(()) => (),
                    Err(problem) => self.end(problem),
                };
            }
        };
        self.reader.consume(used);
        match taken {
            Taken::Nothing => (),
            Taken::Packet(link, bytes) => {
                self.packet += 1;
                if let Some((ends, segment)) = segment(link, &bytes) {
                    let found = self.flows.take(self.packet, ends, &segment);
                    self.add(found);
                }
            }
        }
    }

    fn add(&mut self, found: Vec<(Ends, u64, Result<Payload, Refusal>)>) {
        for ((from, to), packet, content) in found {
            let origin = Origin::Packet(self.name.clone(), packet, format!("{from} > {to}").into());
            self.ready.push_back(Item { origin, content });
        }
    }

    /// The end of the capture: streams that stop within a frame are told, and the capture itself
    /// when it is cut.
    fn end(&mut self, problem: Option<&str>) {
        self.done = true;
        let found = self.flows.end();
        self.add(found);
        if let Some(problem) = problem {
            let origin = Origin::Byte(self.name.clone(), self.reader.position_bytes());
            let refusal = Refusal::new(
                None,
                format_args!("the capture is broken after packet {}: {problem}", self.packet),
            );
            self.ready.push_back(Item { origin, content: Err(refusal) });
        }
        if self.flows.given_up() > 0 {
            complain(format_args!(
                "{}: too many connections at a time; {} directions were given up while they were idle, \
                 and taken for new ones if they went on",
                self.name,
                self.flows.given_up()
            ));
        }
    }
}

impl Source for Capture {
    fn next(&mut self) -> Outcome<Option<Item>> {
        loop {
            if let Some(item) = self.ready.pop_front() {
                return Ok(Some(item));
            }
            if self.done {
                return Ok(None);
            }
            self.step();
        }
    }
}

trait Position {
    fn position_bytes(&self) -> u64;
}

impl Position for Box<dyn PcapReaderIterator + Send> {
    fn position_bytes(&self) -> u64 {
        u64::try_from(self.position()).unwrap_or(u64::MAX)
    }
}

enum Taken {
    Nothing,
    Packet(Linktype, Vec<u8>),
}

/// What a block holds; interfaces are remembered.
fn take(block: &PcapBlockOwned<'_>, links: &mut Vec<Linktype>) -> Taken {
    let packet = |links: &[Linktype], interface: u32, data: &[u8], length: u32| {
        let link = usize::try_from(interface).ok().and_then(|index| links.get(index).copied());
        let length = usize::try_from(length).unwrap_or(usize::MAX).min(data.len());
        match link {
            Some(link) => Taken::Packet(link, data.get(..length).unwrap_or_default().to_vec()),
            None => Taken::Nothing,
        }
    };
    match block {
        PcapBlockOwned::LegacyHeader(header) => *links = vec![header.network],
        PcapBlockOwned::NG(Block::SectionHeader(_)) => links.clear(),
        PcapBlockOwned::NG(Block::InterfaceDescription(interface)) => links.push(interface.linktype),
        PcapBlockOwned::Legacy(block) => return packet(links, 0, block.data, block.caplen),
        PcapBlockOwned::NG(Block::EnhancedPacket(block)) => {
            return packet(links, block.if_id, block.data, block.caplen);
        }
        PcapBlockOwned::NG(Block::SimplePacket(block)) => return packet(links, 0, block.data, block.origlen),
        PcapBlockOwned::NG(_) => (),
    }
    Taken::Nothing
}

/// The TCP segment in a packet; none for everything else.
fn segment(link: Linktype, packet: &[u8]) -> Option<(Ends, Segment<'_>)> {
    let sliced = match link {
        Linktype::ETHERNET => SlicedPacket::from_ethernet(packet),
        Linktype::LINUX_SLL => SlicedPacket::from_linux_sll(packet),
        // BSD loopback: the address family before the IP packet
        Linktype::NULL | Linktype::LOOP => SlicedPacket::from_ip(packet.get(4..)?),
        Linktype::RAW | Linktype::IPV4 | Linktype::IPV6 => SlicedPacket::from_ip(packet),
        _ => return None,
    }
    .ok()?;
    let (from, to): (std::net::IpAddr, std::net::IpAddr) = match sliced.net? {
        NetSlice::Ipv4(ip) => (ip.header().source_addr().into(), ip.header().destination_addr().into()),
        NetSlice::Ipv6(ip) => (ip.header().source_addr().into(), ip.header().destination_addr().into()),
        NetSlice::Arp(_) => return None,
    };
    let Some(TransportSlice::Tcp(tcp)) = sliced.transport else { return None };
    let ends = ((from, tcp.source_port()).into(), (to, tcp.destination_port()).into());
    let segment = Segment {
        sequence: tcp.sequence_number(),
        starts: tcp.syn(),
        closes: tcp.fin() || tcp.rst(),
        bytes: tcp.payload(),
    };
    Some((ends, segment))
}

/// What is wrong with a capture that ends so, if anything is.
fn ending<I: Sized>(error: &PcapError<I>) -> Option<&'static str> {
    match error {
        PcapError::Eof => None,
        error => Some(kind(error)),
    }
}

fn kind<I: Sized>(error: &PcapError<I>) -> &'static str {
    match error {
        PcapError::Eof => "it is empty",
        PcapError::BufferTooSmall => "a packet is longer than 256 KiB",
        PcapError::UnexpectedEof | PcapError::Incomplete(_) => "it ends early",
        PcapError::ReadError => "reading failed",
        PcapError::HeaderNotRecognized => "its header is unknown",
        PcapError::NomError(..) | PcapError::OwnedNomError(..) => "a block is malformed",
    }
}
