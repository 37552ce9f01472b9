//! A capture of TCP connections, as a program would have seen them.

use std::collections::BTreeMap;
use std::net::SocketAddrV4;

use cardwire::Framing;
use etherparse::PacketBuilder;
use jiff::Timestamp;

/// A capture in the format pcap, with microseconds.
pub(crate) struct Capture {
    octets: Vec<u8>,
    /// The octets sent so far from the first to the second.
    sent: BTreeMap<(SocketAddrV4, SocketAddrV4), u32>,
}

/// Magic number, version, no offset of time, the longest packet, and packets that begin with IP.
const HEAD: [[u8; 4]; 6] =
    [[0xD4, 0xC3, 0xB2, 0xA1], [2, 0, 4, 0], [0; 4], [0; 4], [0, 0, 4, 0], [101, 0, 0, 0]];

impl Capture {
    /// An empty one.
    pub(crate) fn new() -> Self {
        Self { octets: HEAD.concat(), sent: BTreeMap::new() }
    }

    /// Adds a message in a frame, sent at that time.
    pub(crate) fn send(
        &mut self,
        time: Timestamp,
        [from, to]: [SocketAddrV4; 2],
        framing: Framing,
        header: &[u8],
        message: &[u8],
    ) {
        let mut frame = vec![0; message.len() + 64];
        let frame = framing.wrap(header, message, &mut frame).expect("the message fits a frame");
        let heard = self.sent.get(&(to, from)).copied().unwrap_or(1);
        let sent = self.sent.entry((from, to)).or_insert(1);
        let builder = PacketBuilder::ipv4(from.ip().octets(), to.ip().octets(), 64)
            .tcp(from.port(), to.port(), *sent, u16::MAX)
            .ack(heard)
            .psh();
        *sent += u32::try_from(frame.len()).expect("a frame is short");
        let length = builder.size(frame.len());
        let seconds = u32::try_from(time.as_second()).expect("a time of this century").to_le_bytes();
        let micros = time.subsec_microsecond().unsigned_abs().to_le_bytes();
        let size = u32::try_from(length).expect("a packet is short").to_le_bytes();
        self.octets.extend([seconds, micros, size, size].concat());
        builder.write(&mut self.octets, frame).expect("memory takes everything");
    }

    /// The file.
    pub(crate) fn octets(self) -> Vec<u8> {
        self.octets
    }
}
