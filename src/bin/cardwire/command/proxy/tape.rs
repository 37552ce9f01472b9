//! What passed, on file: frames in hexadecimal digits, or a capture.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use cardwire::{Framing, Spec};

use super::Side;
use crate::command::redact;
use crate::failure::{Failure, Outcome};
use crate::hex;
use crate::input::Moment;
use crate::wire::framed;

/// Both ends of a connection, as they are shown and recorded.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Ends {
    pub(super) client: SocketAddr,
    pub(super) host: SocketAddr,
}

/// A file to which messages are added, with card data hidden unless it is exposed.
pub(super) struct Tape {
    spec: &'static Spec<'static>,
    framing: Framing,
    expose: bool,
    reel: Mutex<Reel>,
}

struct Reel {
    file: File,
    /// How many octets each side has said, where the file is a capture.
    said: Option<HashMap<(Ends, Side), u32>>,
}

/// What a capture starts with: version 2.4, raw IP, times in microseconds.
const PCAP: [u8; 24] =
    [0xD4, 0xC3, 0xB2, 0xA1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0x7F, 101, 0, 0, 0];

/// The most octets of a packet's payload.
const SEGMENT: usize = 32_768;

impl Tape {
    /// A new file: a capture where its name says so.
    pub(super) fn new(
        path: &Path,
        spec: &'static Spec<'static>,
        framing: Framing,
        expose: bool,
    ) -> Outcome<Self> {
        let failed = |error| Failure::io(path.display(), error);
        let is_capture = path.extension().is_some_and(|extension| extension == "pcap");
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path).map_err(failed)?;
        if is_capture {
            file.write_all(&PCAP).map_err(failed)?;
        }
        let reel = Reel { file, said: is_capture.then(HashMap::new) };
        Ok(Self { spec, framing, expose, reel: Mutex::new(reel) })
    }

    /// Adds a message with its station header. What cannot be shown without card data is left out: the error says why.
    pub(super) fn put(
        &self,
        ends: &Ends,
        from: Side,
        (header, payload): (&[u8], &[u8]),
        moment: Option<Moment>,
    ) -> Result<(), String> {
        let octets = match self.expose {
            true => {
                framed(Some(self.framing), header, payload.to_vec()).map_err(|error| error.to_string())?
            }
            false => redact::frame(self.spec, Some(self.framing), header, payload)?,
        };
        let mut reel = self.reel.lock().unwrap_or_else(PoisonError::into_inner);
        reel.put(ends, from, &octets, moment).map_err(|error| error.to_string())
    }
}

impl Reel {
    fn put(&mut self, ends: &Ends, from: Side, octets: &[u8], moment: Option<Moment>) -> io::Result<()> {
        let Some(said) = &mut self.said else {
            let mut line = Vec::new();
            hex::push(&mut line, octets.iter().copied());
            line.push(b'\n');
            return self.file.write_all(&line);
        };
        let acknowledged = said.get(&(*ends, from.other())).copied().unwrap_or(1);
        let sequence = said.entry((*ends, from)).or_insert(1);
        let (source, target) = match from {
            Side::Client => (ends.client, ends.host),
            Side::Host => (ends.host, ends.client),
        };
        let mut out = Vec::new();
        for piece in octets.chunks(SEGMENT) {
            let packet = packet(source, target, (*sequence, acknowledged), piece);
            *sequence = sequence.wrapping_add(u32::try_from(piece.len()).unwrap_or(0));
            let (seconds, micros) = moment.map_or((0, 0), |moment| (moment.seconds(), moment.nanos() / 1000));
            let length = u32::try_from(packet.len()).unwrap_or(0);
            for number in [u32::try_from(seconds).unwrap_or(0), micros, length, length] {
                out.extend(number.to_le_bytes());
            }
            out.extend(packet);
        }
        self.file.write_all(&out)
    }
}

/// A segment of TCP in a packet of IP.
fn packet(
    source: SocketAddr,
    target: SocketAddr,
    (sequence, acknowledged): (u32, u32),
    payload: &[u8],
) -> Vec<u8> {
    const TCP: usize = 20;
    let length = u16::try_from(TCP + payload.len()).unwrap_or(u16::MAX);
    let mut packet = match (source.ip(), target.ip()) {
        (IpAddr::V4(source), IpAddr::V4(target)) => {
            let mut head = vec![0x45, 0];
            head.extend(length.saturating_add(20).to_be_bytes());
            head.extend([0, 0, 0x40, 0, 64, 6, 0, 0]);
            head.extend(source.octets());
            head.extend(target.octets());
            head
        }
        (source, target) => {
            let octets = |address| match address {
                IpAddr::V6(address) => address.octets(),
                IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
            };
            let mut head = vec![0x60, 0, 0, 0];
            head.extend(length.to_be_bytes());
            head.extend([6, 64]);
            head.extend(octets(source));
            head.extend(octets(target));
            head
        }
    };
    packet.extend(source.port().to_be_bytes());
    packet.extend(target.port().to_be_bytes());
    packet.extend(sequence.to_be_bytes());
    packet.extend(acknowledged.to_be_bytes());
    // 20 octets of header, PSH and ACK; nobody looks at the checksum
    packet.extend([0x50, 0x18, 0xFF, 0xFF, 0, 0, 0, 0]);
    packet.extend_from_slice(payload);
    packet
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 791, RFC 8200 and RFC 9293: where addresses, ports and numbers stand in a packet.
    #[test]
    fn a_segment_lies_in_a_packet() {
        for (source, target, head) in [
            ("192.0.2.1:258", "192.0.2.2:772", 20),
            ("[2001:db8::1]:258", "[2001:db8::2]:772", 40),
            ("192.0.2.1:258", "[2001:db8::2]:772", 40),
        ] {
            let (source, target): (SocketAddr, SocketAddr) =
                (source.parse().expect("an address"), target.parse().expect("an address"));
            let packet = packet(source, target, (0x0102_0304, 0x0506_0708), b"0800");
            assert_eq!(packet.len(), head + 24);
            let at = |from: usize, len: usize| packet.get(from..from + len).unwrap_or_default();
            let v6 = |address: SocketAddr| match address.ip() {
                IpAddr::V6(address) => address.octets(),
                IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
            };
            match head {
                20 => {
                    assert_eq!((at(0, 1), at(2, 2), at(9, 1)), (&[0x45][..], &[0, 44][..], &[6][..]));
                    assert_eq!((at(12, 4), at(16, 4)), (&[192, 0, 2, 1][..], &[192, 0, 2, 2][..]));
                }
                _ => {
                    assert_eq!((at(0, 1), at(4, 2), at(6, 1)), (&[0x60][..], &[0, 24][..], &[6][..]));
                    assert_eq!((at(8, 16), at(24, 16)), (&v6(source)[..], &v6(target)[..]));
                }
            }
            assert_eq!(at(head, 12), [1, 2, 3, 4, 1, 2, 3, 4, 5, 6, 7, 8]);
            assert_eq!((at(head + 12, 1), at(head + 20, 4)), (&[0x50][..], b"0800".as_slice()));
        }
        // a length that does not fit is the most
        let address: SocketAddr = "192.0.2.1:1".parse().expect("an address");
        let long = packet(address, address, (1, 1), &vec![0; 70_000]);
        assert_eq!(long.get(2..4), Some(&[0xFF, 0xFF][..]));
    }

    /// Sequence numbers count what each side of each connection has said; a long frame is in several packets.
    #[test]
    fn a_capture_counts_octets_by_side() {
        let path = std::env::temp_dir().join(format!("cardwire-tape-{}", std::process::id()));
        let file = File::create(&path).expect("the folder can be written");
        let mut reel = Reel { file, said: Some(HashMap::new()) };
        let address = |text: &str| text.parse::<SocketAddr>().expect("an address");
        let ends = Ends { client: address("192.0.2.1:5"), host: address("192.0.2.2:6") };
        let moment = Moment::new(1_700_000_000, 123_456_789, 6);
        for (side, len) in [(Side::Client, 10), (Side::Host, SEGMENT + 1), (Side::Client, SEGMENT)] {
            reel.put(&ends, side, &vec![7; len], moment).expect("it is written");
        }
        let octets = std::fs::read(&path).expect("it was written");
        std::fs::remove_file(&path).expect("it is there");
        let number = |octets: &[u8]| octets.iter().fold(0_u64, |sum, octet| sum << 8 | u64::from(*octet));
        let mut rest = octets.as_slice();
        let mut found = Vec::new();
        while let Some((head, packet)) = rest.split_at_checked(16).filter(|(head, _)| !head.is_empty()) {
            let words: Vec<u32> =
                head.chunks_exact(4).map(|word| word.try_into().map_or(0, u32::from_le_bytes)).collect();
            let [seconds, micros, kept, sent] = words.try_into().expect("four numbers");
            assert_eq!((seconds, micros, kept), (1_700_000_000, 123_456, sent));
            let (packet, after) = packet.split_at(usize::try_from(kept).expect("a length"));
            let port = number(packet.get(20..22).unwrap_or_default());
            let (sequence, acknowledged) = (
                number(packet.get(24..28).unwrap_or_default()),
                number(packet.get(28..32).unwrap_or_default()),
            );
            found.push((port, sequence, acknowledged, packet.len() - 40));
            rest = after;
        }
        let most = u64::try_from(SEGMENT).expect("a length");
        assert_eq!(
            found,
            [(5, 1, 1, 10), (6, 1, 11, SEGMENT), (6, 1 + most, 11, 1), (5, 11, most + 2, SEGMENT)]
        );
    }
}
