//! The TCP segment in a packet: what stands before IP on each kind of link, fragments, and why there
//! is no segment.

use std::borrow::Cow;
use std::net::IpAddr;

use etherparse::{
    EtherType, IpNumber, Ipv6ExtensionSlice, LaxIpPayloadSlice, LaxNetSlice, LaxSlicedPacket, TcpSlice,
};

use super::super::flow::Segment;
use super::super::flows::Ends;
use super::super::skipped::Reason;
use super::fragments::{Fragment, Fragments, Id};

/// A TCP packet without the headers before it.
pub(super) struct Tcp<'p> {
    from: IpAddr,
    to: IpAddr,
    octets: Cow<'p, [u8]>,
    /// Whether the capture kept a part of it.
    pub(super) is_cut: bool,
}

impl Tcp<'_> {
    /// The segment and its two ends.
    pub(super) fn segment(&self) -> Result<(Ends, Segment<'_>), Reason> {
        let wrong = |_| if self.is_cut { Reason::Cut } else { Reason::Malformed };
        let tcp = TcpSlice::from_slice(&self.octets).map_err(wrong)?;
        let ends = ((self.from, tcp.source_port()).into(), (self.to, tcp.destination_port()).into());
        // borrowed of the octets, not of the slice that is given up here
        let bytes = self.octets.get(tcp.header_slice().len()..).unwrap_or_default();
        let segment = Segment {
            sequence: tcp.sequence_number(),
            starts: tcp.syn(),
            closes: tcp.fin() || tcp.rst(),
            bytes,
        };
        Ok((ends, segment))
    }
}

/// What a packet of a link holds; `Ok(None)` for a fragment that completes nothing.
pub(super) fn tcp<'p>(
    link: u16,
    packet: &'p [u8],
    fragments: &mut Fragments,
) -> Result<Option<Tcp<'p>>, Reason> {
    let sliced = below(link, packet)?;
    let (from, to, fragment) = match &sliced.net {
        Some(LaxNetSlice::Ipv4(ip)) => {
            let header = ip.header();
            let fragment =
                (header.fragments_offset(), header.more_fragments(), header.identification().into());
            (IpAddr::from(header.source_addr()), IpAddr::from(header.destination_addr()), Some(fragment))
        }
        Some(LaxNetSlice::Ipv6(ip)) => {
            let fragment = ip.extensions().clone().into_iter().find_map(|extension| match extension {
                Ipv6ExtensionSlice::Fragment(found) => {
                    let found = found.to_header();
                    Some((found.fragment_offset, found.more_fragments, found.identification))
                }
                _ => None,
            });
            let header = ip.header();
            (IpAddr::from(header.source_addr()), IpAddr::from(header.destination_addr()), fragment)
        }
        Some(LaxNetSlice::Arp(_)) => return Err(Reason::Arp),
        None => return Err(not_ip(&sliced)),
    };
    let Some(payload) = sliced.ip_payload() else { return Err(Reason::Malformed) };
    let LaxIpPayloadSlice { incomplete, ip_number: protocol, fragmented, payload, .. } = *payload;
    if protocol != IpNumber::TCP {
        return Err(Reason::Protocol(protocol.0));
    }
    let octets = match fragment.filter(|_| fragmented) {
        None => Cow::Borrowed(payload),
        Some(_) if incomplete => return Err(Reason::Cut),
        Some((offset, more, identification)) => {
            let fragment = Fragment { id: Id { from, to, protocol, identification }, offset, more, payload };
            match fragments.take(&fragment) {
                Some(whole) => Cow::Owned(whole),
                None => return Ok(None),
            }
        }
    };
    Ok(Some(Tcp { from, to, octets, is_cut: incomplete }))
}

/// A packet from its IP header on.
fn below(link: u16, packet: &[u8]) -> Result<LaxSlicedPacket<'_>, Reason> {
    match link {
        ETHERNET => LaxSlicedPacket::from_ethernet(packet).map_err(|_| Reason::Malformed),
        LINUX_COOKED => typed(packet, 14, 16),
        LINUX_COOKED_2 => typed(packet, 0, 20),
        // the address family, which the version of the IP header says, too
        NULL | LOOP => ip(packet.get(4..).unwrap_or_default()),
        RAW_BSD | RAW_OPENBSD | RAW | IPV4 | IPV6 => ip(packet),
        PPP | PPP_HDLC | PPP_ETHERNET => point_to_point(packet),
        other => Err(Reason::Link(other)),
    }
}

fn ip(octets: &[u8]) -> Result<LaxSlicedPacket<'_>, Reason> {
    LaxSlicedPacket::from_ip(octets).map_err(|_| Reason::Malformed)
}

/// What a number as Ethernet has it names, after a header of that many octets.
fn typed(packet: &[u8], at: usize, header: usize) -> Result<LaxSlicedPacket<'_>, Reason> {
    let number = packet.get(at..).and_then(|number| number.first_chunk()).ok_or(Reason::Malformed)?;
    let payload = packet.get(header..).ok_or(Reason::Malformed)?;
    Ok(LaxSlicedPacket::from_ether_type(EtherType(u16::from_be_bytes(*number)), payload))
}

/// PPP: address and control may be left out, and the first octet of the protocol, too.
fn point_to_point(packet: &[u8]) -> Result<LaxSlicedPacket<'_>, Reason> {
    let packet = packet.strip_prefix(&[0xFF, 0x03]).unwrap_or(packet);
    let packet = packet.strip_prefix(&[0x00]).unwrap_or(packet);
    match packet.split_first() {
        Some((0x21 | 0x57, octets)) => ip(octets),
        // the link is kept up, and addresses are agreed on
        _ => Err(Reason::Link(PPP)),
    }
}

fn not_ip(sliced: &LaxSlicedPacket<'_>) -> Reason {
    match sliced.ether_payload().map(|payload| payload.ether_type) {
        Some(EtherType::IPV4 | EtherType::IPV6) | None => Reason::Malformed,
        // the length of an IEEE 802.3 frame, not the type of what is in it
        Some(EtherType(..0x600)) => Reason::NotIp(0),
        Some(EtherType(number)) => Reason::NotIp(number),
    }
}

const NULL: u16 = 0;
const ETHERNET: u16 = 1;
const PPP: u16 = 9;
const RAW_BSD: u16 = 12;
const RAW_OPENBSD: u16 = 14;
const PPP_HDLC: u16 = 50;
const PPP_ETHERNET: u16 = 51;
const RAW: u16 = 101;
const LOOP: u16 = 108;
const LINUX_COOKED: u16 = 113;
const IPV4: u16 = 228;
const IPV6: u16 = 229;
const LINUX_COOKED_2: u16 = 276;
