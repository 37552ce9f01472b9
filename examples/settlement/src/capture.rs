//! The frames of a day as a capture file, for Wireshark, tshark and `cardwire decode`.
//!
//! Nothing is sniffed: each frame is noted where it is sent, in a TCP stream made for the file. The
//! addresses stand for the parties: 10.0.0.1 the terminal, 10.0.0.2 the acquirer on port 8581,
//! 10.0.0.3 the issuer on port 8583, 10.0.0.4 the hub on port 8584. The card numbers are in it as they are on the wire.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use etherparse::PacketBuilder;

use crate::journal::Party;

/// A capture file that grows, or none.
#[derive(Default)]
pub struct Capture(Option<Mutex<Pcap<File>>>);

/// Where a frame begins or ends: a party, and which terminal it is; 0 for all others.
pub type Seat = (Party, u8);

/// Captured frames, written in the format pcap.
pub struct Pcap<W> {
    out: W,
    /// The octets sent so far from the first to the second.
    sent: BTreeMap<(Seat, Seat), u32>,
}

impl Capture {
    /// A new file, which must not exist yet.
    pub fn create(path: &Path) -> io::Result<Self> {
        Ok(Self(Some(Mutex::new(Pcap::new(File::create_new(path)?)?))))
    }

    /// Notes a frame that is about to be sent, so that no answer is noted before its request.
    pub fn sent(&self, from: Party, to: Party, frame: &[u8]) -> io::Result<()> {
        let Some(pcap) = &self.0 else { return Ok(()) };
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        pcap.lock().unwrap_or_else(PoisonError::into_inner).frame((from, 0), (to, 0), frame, since)
    }
}

impl<W: Write> Pcap<W> {
    /// An empty capture.
    pub fn new(mut out: W) -> io::Result<Self> {
        out.write_all(&[MAGIC, VERSION, [0; 4], [0; 4], LONGEST, RAW_IP].concat())?;
        Ok(Self { out, sent: BTreeMap::new() })
    }

    /// What was written so far.
    pub const fn inner(&self) -> &W {
        &self.out
    }

    /// Adds a frame that was seen so long after 1970, in UTC.
    pub fn frame(&mut self, from: Seat, to: Seat, frame: &[u8], since: Duration) -> io::Result<()> {
        let heard = self.sent.get(&(to, from)).copied().unwrap_or_default();
        let sent = self.sent.entry((from, to)).or_default();
        let builder = PacketBuilder::ipv4(address(from), address(to), 64)
            .tcp(port(from.0, to.0), port(to.0, from.0), *sent, u16::MAX)
            .ack(heard)
            .psh();
        *sent = sent.wrapping_add(u32::try_from(frame.len()).map_err(io::Error::other)?);
        let octets = builder.size(frame.len());
        let mut packet = Vec::with_capacity(octets);
        builder.write(&mut packet, frame).map_err(io::Error::other)?;
        let seconds = u32::try_from(since.as_secs()).map_err(io::Error::other)?.to_le_bytes();
        let length = u32::try_from(octets).map_err(io::Error::other)?.to_le_bytes();
        self.out.write_all(&[seconds, since.subsec_micros().to_le_bytes(), length, length].concat())?;
        self.out.write_all(&packet)
    }
}

/// 10.0.0.1 the first terminal, 10.0.1.1 the next one.
const fn address((party, number): Seat) -> [u8; 4] {
    let last = match party {
        Party::Terminal => 1,
        Party::Acquirer => 2,
        Party::Issuer => 3,
        Party::Hub => 4,
        Party::Bank => 5,
    };
    [10, 0, number, last]
}

/// The port of a party on its line to `peer`.
const fn port(party: Party, peer: Party) -> u16 {
    match (party, peer) {
        (Party::Acquirer, Party::Terminal) => 8581,
        (Party::Issuer, _) => 8583,
        (Party::Hub, Party::Acquirer) => 8584,
        _ => 48583,
    }
}

/// A pcap file with microseconds, little endian.
const MAGIC: [u8; 4] = 0xA1B2_C3D4_u32.to_le_bytes();
const VERSION: [u8; 4] = [2, 0, 4, 0];
const LONGEST: [u8; 4] = 0xFFFF_u32.to_le_bytes();
/// Packets begin with their IP header.
const RAW_IP: [u8; 4] = 101_u32.to_le_bytes();
