//! Captures, written here block by block, and the packets, moments and losses that are read of them.

use std::io::{BufReader, Cursor};

use crate::frame::Framing;
use crate::input::capture::Capture;
use crate::input::evidence::Known;
use crate::input::form::{Kind, find};
use crate::input::item::{Item, Source};

const FRAME: &[u8] = b"\0\x040800";

/// The n-th frame of a connection in a packet of TCP over IPv4, without a link before it.
fn packet(index: u32) -> Vec<u8> {
    let length = u16::try_from(40 + FRAME.len()).unwrap().to_be_bytes();
    let ip = [&[0x45, 0][..], &length, &[0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]].concat();
    let sequence = (1 + 6 * index).to_be_bytes();
    let tcp = [&[0x0F, 0xA0, 0x13, 0x88][..], &sequence, &[0, 0, 0, 0, 0x50, 0x18, 0xFF, 0xFF, 0, 0, 0, 0]]
        .concat();
    [&ip[..], &tcp, FRAME].concat()
}

/// What is read of a capture: where, and the message or why there is none; and what was not read.
fn read(octets: Vec<u8>) -> (Vec<String>, String) {
    let stream = BufReader::with_capacity(1 << 12, Box::new(Cursor::new(octets)) as Box<_>);
    let mut capture = Capture::new("f".into(), stream, Some(Framing::BINARY2), None).unwrap();
    let told = |Item { origin, content }: Item| match content {
        Ok(payload) => format!("{origin}: {}", String::from_utf8_lossy(&payload.message)),
        Err(refusal) => format!("{origin}: {refusal}"),
    };
    let items = std::iter::from_fn(|| capture.next().unwrap()).map(told).collect();
    (items, capture.skipped().map(ToString::to_string).unwrap_or_default())
}

/// Numbers in the byte order of a capture.
fn numbers(of: &[u32], is_big: bool) -> Vec<u8> {
    of.iter().flat_map(|number| if is_big { number.to_be_bytes() } else { number.to_le_bytes() }).collect()
}

/// A pcap file of packets: seconds, fractions, and how much longer each was.
fn pcap(magic: u32, is_big: bool, packets: &[(u32, u32, u32)]) -> Vec<u8> {
    let version = if is_big { 0x0002_0004 } else { 0x0004_0002 };
    let mut file = numbers(&[magic, version, 0, 0, 0xFFFF, 101], is_big);
    for (index, (seconds, fraction, more)) in packets.iter().enumerate() {
        let octets = packet(u32::try_from(index).unwrap());
        let kept = u32::try_from(octets.len()).unwrap();
        file.extend(numbers(&[*seconds, *fraction, kept, kept + more], is_big));
        file.extend(octets);
    }
    file
}

#[test]
fn times_of_pcap_are_in_micro_or_in_nanoseconds() {
    let ends = "10.0.0.1:4000 > 10.0.0.2:5000";
    for is_big in [false, true] {
        let packets = [(86_400, 123_456, 0), (0, 0, 0), (0, 7, 0), (1, 0, 0)];
        for (magic, moments) in [
            (
                0xA1B2_C3D4,
                [
                    ", 1970-01-02T00:00:00.123456Z",
                    "",
                    ", 1970-01-01T00:00:00.000007Z",
                    ", 1970-01-01T00:00:01.000000Z",
                ],
            ),
            (
                0xA1B2_3C4D,
                [
                    ", 1970-01-02T00:00:00.000123456Z",
                    "",
                    ", 1970-01-01T00:00:00.000000007Z",
                    ", 1970-01-01T00:00:01.000000000Z",
                ],
            ),
        ] {
            let (items, skipped) = read(pcap(magic, is_big, &packets));
            let all: Vec<_> = (1..)
                .zip(moments)
                .map(|(n, moment)| format!("f, packet {n}, {ends}{moment}: 0800"))
                .collect();
            assert_eq!((items, skipped.as_str()), (all, ""), "{magic:X} {is_big}");
        }
        let (items, skipped) = read(pcap(0xA1B2_C3D4, is_big, &[(1, 0, 0), (1, 0, 1)]));
        assert_eq!(
            (items.len(), skipped.as_str()),
            (2, "f: not read of 2 packets: 1 captured in part (a snap length)")
        );
    }
}

/// A block of pcapng: its type, what it holds, and its length twice.
fn block(kind: u32, content: &[u8]) -> Vec<u8> {
    let mut content = content.to_vec();
    content.resize(content.len().next_multiple_of(4), 0);
    let length = u32::try_from(12 + content.len()).unwrap();
    [&numbers(&[kind, length], false)[..], &content, &length.to_le_bytes()].concat()
}

fn section() -> Vec<u8> {
    block(0x0A0D_0D0A, &[0x4D, 0x3C, 0x2B, 0x1A, 1, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])
}

/// An interface whose times are so fine, and so many seconds off.
fn interface(resolution: u8, offset: i64) -> Vec<u8> {
    let options =
        [&[9, 0, 1, 0, resolution, 0, 0, 0, 14, 0, 8, 0][..], &offset.to_le_bytes(), &[0; 4]].concat();
    block(1, &[&[101, 0, 0, 0, 0, 0, 0, 0][..], &options].concat())
}

fn enhanced(interface: u32, units: u64, index: u32) -> Vec<u8> {
    let octets = packet(index);
    let kept = u32::try_from(octets.len()).unwrap();
    let [high, low] = [units >> 32, units & 0xFFFF_FFFF].map(|half| u32::try_from(half).unwrap());
    block(6, &[&numbers(&[interface, high, low, kept, kept], false)[..], &octets].concat())
}

#[test]
fn times_of_pcapng_are_as_their_interface_says() {
    let simple = |index| {
        let octets = packet(index);
        block(3, &[&numbers(&[u32::try_from(octets.len()).unwrap()], false)[..], &octets].concat())
    };
    let file = [
        section(),
        interface(6, 0),
        interface(9, 10),
        interface(0x81, 0),
        enhanced(0, 5_000_000_000_000_001, 0),
        enhanced(1, 1_000_000_007, 1),
        enhanced(2, 3, 2),
        enhanced(0, 0, 3),
        simple(4),
        enhanced(3, 1, 5),
        // of another section, whose interfaces are others
        section(),
        enhanced(0, 1, 5),
        interface(3, 0),
        enhanced(0, 1_500, 5),
        // a block of names, which nobody asked for
        block(4, &[0; 4]),
    ];
    let (items, skipped) = read(file.concat());
    let moments = [
        ", 2128-06-11T08:53:20.000001Z",
        ", 1970-01-01T00:00:11.000000007Z",
        ", 1970-01-01T00:00:01.500000000Z",
        "",
        "",
        ", 1970-01-01T00:00:01.500Z",
    ];
    let item = |(number, moment)| format!("f, packet {number}, 10.0.0.1:4000 > 10.0.0.2:5000{moment}: 0800");
    let all: Vec<String> = [1, 2, 3, 4, 5, 8].into_iter().zip(moments).map(item).collect();
    let words = "f: not read of 8 packets: 2 of an interface that is not described";
    assert_eq!((items, skipped.as_str()), (all, words));
}

/// What is known to be something else is not read as octets, unless it is a message or frames of them.
#[test]
fn what_is_something_else_is_refused() {
    let none = Known { spec: None, framing: None };
    for start in
        [&b"\x1F\x8B\x08\x00\0\0\0"[..], b"PK\x03\x04\x14\0\0", b"\x7FELF\x02\x01\0", b"\xFF\xD8\xFF\xE0\0\0"]
    {
        assert!(find(Kind::Auto, start, none).is_err(), "{start:?}");
        assert!(find(Kind::Auto, &[b"\0\x01", start].concat(), none).is_ok(), "{start:?}");
    }
}
