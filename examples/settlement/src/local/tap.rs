//! The acquirer's lines under a tap: what it sent, when it sent it, and what reached it, when it did. A frame that was
//! lost on its way to the acquirer is not in it, as in any capture.

use std::io;
use std::time::Duration;

use crate::capture::{Pcap, Seat};
use crate::clock::Stamp;
use crate::journal::Party;
use crate::wire::Dialect;

/// Local time is so many hours ahead of UTC in this network.
const EAST: u64 = 8 * 3_600;

/// A frame on its way.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) from: Seat,
    pub(super) to: Seat,
    pub(super) octets: Vec<u8>,
}

/// The capture, growing.
pub(super) struct Tap(Option<Pcap<Vec<u8>>>);

impl Tap {
    pub(super) fn new() -> Self {
        // Memory takes everything.
        Self(Pcap::new(Vec::new()).ok())
    }

    pub(super) fn note(&mut self, frame: &Frame, at: Stamp) -> io::Result<()> {
        let Some(pcap) = &mut self.0 else { return Ok(()) };
        let since = Duration::from_micros(at.0).saturating_sub(Duration::from_secs(EAST));
        pcap.frame(frame.from, frame.to, &frame.octets, since)
    }

    pub(super) fn octets(&self) -> &[u8] {
        self.0.as_ref().map_or(&[], |pcap| pcap.inner())
    }
}

/// The message in the frame of its line. A response goes back on the way of its request.
pub(super) fn framed(dialect: Dialect, request: bool, payload: &[u8]) -> Result<Vec<u8>, cardwire::Error> {
    let mut room = vec![0; payload.len() + 64];
    let framing = dialect.framing();
    let frame = match request {
        true => framing.wrap(dialect.header(), payload, &mut room),
        false => framing.reply(dialect.header(), payload, &mut room),
    };
    frame.map(<[u8]>::to_vec)
}

/// Is the acquirer one of the two?
pub(super) fn is_tapped(from: Seat, to: Seat) -> (bool, bool) {
    (from.0 == Party::Acquirer, to.0 == Party::Acquirer)
}
