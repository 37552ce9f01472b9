//! Messages in captures: pcap and pcapng, TCP over IP over Ethernet, cooked Linux, loopback, PPP or
//! nothing.

mod fragments;
mod packet;

use std::collections::VecDeque;
use std::sync::Arc;

use crate::frame::Framing;
use crate::spec::Spec;
use pcap_parser::traits::PcapReaderIterator;
use pcap_parser::{Block, Linktype, PcapBlockOwned, PcapError, create_reader};

use self::fragments::Fragments;
use super::flow::Stamp;
use super::flows::{Flows, Found};
use super::item::{Error, Item, Origin, Refusal, Source, Stream, Words};
use super::skipped::{Reason, Skipped};
use super::time::Moment;

/// A capture, read packet by packet.
pub(super) struct Capture {
    name: Arc<str>,
    reader: Box<dyn PcapReaderIterator + Send>,
    /// The byte of the capture that is read next; the reader knows its place in its buffer alone.
    position: u64,
    /// What the interfaces capture; one for pcap, any number for pcapng.
    interfaces: Vec<Interface>,
    fragments: Fragments,
    flows: Flows,
    skipped: Skipped,
    ready: VecDeque<Item>,
    done: bool,
}

/// Where packets come from.
#[derive(Clone, Copy)]
struct Interface {
    link: u16,
    /// How fractions of a second are counted; see [`Moment::of_units`].
    resolution: u8,
    offset_seconds: i64,
}

/// The largest block of a capture: a packet of 256 KiB, twice the largest snap length in use.
const BLOCK: usize = 1 << 18;

/// The most interfaces that a section of a capture may describe.
const MOST_INTERFACES: usize = 1 << 16;

impl Capture {
    pub(super) fn new(
        name: Arc<str>,
        stream: Stream,
        framing: Option<Framing>,
        spec: Option<&'static Spec<'static>>,
    ) -> Result<Self, Error> {
        let reader = create_reader(BLOCK, stream).map_err(|error| {
            let (en, zh) = kind(&error);
            let en = format!("not a capture, or cut within its header: {en}");
            Error::data(Words::from((en, format!("不是抓包文件，或在文件头内被截断：{zh}"))).of(&name))
        })?;
        Ok(Self {
            skipped: Skipped::new(name.clone()),
            name,
            reader,
            position: 0,
            interfaces: Vec::new(),
            fragments: Fragments::default(),
            flows: Flows::new(framing, spec),
            ready: VecDeque::new(),
            done: false,
        })
    }

    /// Reads one block; messages that it completes become ready.
    fn step(&mut self) {
        let read = match self.reader.next() {
            Ok((used, block)) => Ok((used, take(&block, &mut self.interfaces))),
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
        let offset = self.position;
        self.position += u64::try_from(used).unwrap_or(u64::MAX);
        self.reader.consume(used);
        match taken {
            Taken::Nothing => (),
            Taken::TooManyInterfaces => {
                self.end(Some(("it describes more than 65,536 interfaces", "其中描述的接口超过65,536个")))
            }
            Taken::Stray => {
                self.skipped.packets += 1;
                self.skipped.count(Reason::Interface, 1);
            }
            Taken::Packet(packet) => {
                let packet = Packet { offset, ..packet };
                self.skipped.packets += 1;
                match self.follow(&packet) {
                    Ok(found) => self.add(found),
                    // a cut packet tells what it is by what is left of it, but not that it is whole
                    Err(Reason::Malformed) if packet.is_cut => self.skipped.count(Reason::Cut, 1),
                    Err(reason) => self.skipped.count(reason, 1),
                }
            }
        }
    }

    /// Adds the segment of a packet to its stream, and returns the messages that it completes.
    fn follow(&mut self, packet: &Packet) -> Result<Found, Reason> {
        crate::input::work::count(packet.octets.len());
        let Some(tcp) = packet::tcp(packet.link, &packet.octets, &mut self.fragments)? else {
            return Ok(Vec::new());
        };
        let (ends, segment) = tcp.segment()?;
        self.skipped.count(Reason::Cut, u64::from(packet.is_cut || tcp.is_cut));
        let stamp = Stamp { packet: self.skipped.packets, offset: packet.offset, moment: packet.moment };
        Ok(self.flows.take(stamp, ends, &segment))
    }

    fn add(&mut self, found: Found) {
        for ((from, to), Stamp { packet: number, offset, moment }, content) in found {
            let file = self.name.clone();
            let origin = Origin::Packet { file, number, offset, from, to, moment };
            self.ready.push_back(Item { origin, content });
        }
    }

    /// The end of the capture: streams that stop within a frame are told, the capture itself when it
    /// is cut, and what was not read of it.
    fn end(&mut self, problem: Option<(&str, &str)>) {
        self.done = true;
        let found = self.flows.end();
        self.add(found);
        if let Some((en, zh)) = problem {
            let packets = self.skipped.packets;
            let origin = Origin::Byte(self.name.clone(), self.position);
            let en = format!("the capture is broken after packet {packets}: {en}");
            let refusal = Refusal::told(None, (en, format!("抓包文件在第{packets}个数据包之后损坏：{zh}")));
            self.ready.push_back(Item { origin, content: Err(refusal) });
        }
        let lost = self.fragments.end();
        self.skipped.count(Reason::Fragment, lost);
        self.skipped.given_up = self.flows.given_up();
    }
}

impl Source for Capture {
    fn next(&mut self) -> Result<Option<Item>, Error> {
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

    fn skipped(&self) -> Option<&Skipped> {
        Some(&self.skipped).filter(|skipped| !skipped.is_empty())
    }
}

enum Taken {
    Nothing,
    Packet(Packet),
    /// A packet of an interface that was not described.
    Stray,
    TooManyInterfaces,
}

struct Packet {
    link: u16,
    octets: Vec<u8>,
    /// Whether it was longer on the wire.
    is_cut: bool,
    moment: Option<Moment>,
    offset: u64,
}

/// What a block holds; interfaces are remembered.
fn take(block: &PcapBlockOwned<'_>, interfaces: &mut Vec<Interface>) -> Taken {
    let packet = |interface: u32, data: &[u8], [kept, sent]: [u32; 2]| {
        let known = usize::try_from(interface).ok().and_then(|index| interfaces.get(index).copied());
        let kept = usize::try_from(kept).unwrap_or(usize::MAX).min(data.len());
        let octets = data.get(..kept).unwrap_or_default().to_vec();
        let is_cut = usize::try_from(sent).is_ok_and(|sent| sent > kept);
        known.map(|known| (known, Packet { link: known.link, octets, is_cut, moment: None, offset: 0 }))
    };
    let taken = match block {
        PcapBlockOwned::LegacyHeader(header) => {
            let resolution = if header.is_nanosecond_precision() { 9 } else { 6 };
            *interfaces = vec![Interface { link: link(header.network), resolution, offset_seconds: 0 }];
            return Taken::Nothing;
        }
        PcapBlockOwned::NG(Block::SectionHeader(_)) => {
            interfaces.clear();
            return Taken::Nothing;
        }
        PcapBlockOwned::NG(Block::InterfaceDescription(found)) => {
            if interfaces.len() >= MOST_INTERFACES {
                return Taken::TooManyInterfaces;
            }
            interfaces.push(Interface {
                link: link(found.linktype),
                resolution: found.if_tsresol,
                offset_seconds: found.if_tsoffset,
            });
            return Taken::Nothing;
        }
        PcapBlockOwned::Legacy(block) => {
            packet(0, block.data, [block.caplen, block.origlen]).map(|(interface, mut packet)| {
                let nanos = match interface.resolution {
                    9 => block.ts_usec.into(),
                    _ => u64::from(block.ts_usec) * 1000,
                };
                // what was made from a text has no time
                let timed = block.ts_sec > 0 || nanos > 0;
                let moment = Moment::new(block.ts_sec.into(), nanos, interface.resolution);
                packet.moment = moment.filter(|_| timed);
                packet
            })
        }
        PcapBlockOwned::NG(Block::EnhancedPacket(block)) => {
            packet(block.if_id, block.data, [block.caplen, block.origlen]).map(|(interface, mut packet)| {
                let units = u64::from(block.ts_high) << 32 | u64::from(block.ts_low);
                let moment = Moment::of_units(units, interface.resolution, interface.offset_seconds);
                packet.moment = moment.filter(|_| units > 0);
                packet
            })
        }
        PcapBlockOwned::NG(Block::SimplePacket(block)) => {
            packet(0, block.data, [block.origlen, block.origlen]).map(|(_, packet)| packet)
        }
        PcapBlockOwned::NG(_) => return Taken::Nothing,
    };
    taken.map_or(Taken::Stray, Taken::Packet)
}

/// The number of a link type; the upper half of the field says other things in some captures.
fn link(found: Linktype) -> u16 {
    u16::try_from(found.0 & 0xFFFF).unwrap_or(u16::MAX)
}

/// What is wrong with a capture that ends so, if anything is.
fn ending<I: Sized>(error: &PcapError<I>) -> Option<(&'static str, &'static str)> {
    match error {
        PcapError::Eof => None,
        error => Some(kind(error)),
    }
}

fn kind<I: Sized>(error: &PcapError<I>) -> (&'static str, &'static str) {
    match error {
        PcapError::Eof => ("it is empty", "文件为空"),
        PcapError::BufferTooSmall => ("a packet is longer than 256 KiB", "有数据包超过256 KiB"),
        PcapError::UnexpectedEof | PcapError::Incomplete(_) => ("it ends early", "文件提前结束"),
        PcapError::ReadError => ("reading failed", "读取失败"),
        PcapError::HeaderNotRecognized => ("its header is unknown", "文件头无法识别"),
        PcapError::NomError(..) | PcapError::OwnedNomError(..) => ("a block is malformed", "有块格式错误"),
    }
}
