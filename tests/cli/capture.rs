//! Captures made by hand: Ethernet, IPv4, TCP.

/// A TCP segment in an Ethernet frame.
pub(crate) fn packet(from: u16, to: u16, sequence: u32, flags: u8, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(40 + payload.len()).unwrap();
    let mut packet = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0];
    packet.extend([0x45, 0]);
    packet.extend(length.to_be_bytes());
    packet.extend([0, 0, 0x40, 0, 64, 6, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1]);
    packet.extend(from.to_be_bytes());
    packet.extend(to.to_be_bytes());
    packet.extend(sequence.to_be_bytes());
    packet.extend([0; 4]);
    packet.extend([0x50, flags, 0xFF, 0xFF, 0, 0, 0, 0]);
    packet.extend(payload);
    packet
}

/// A pcap file.
pub(crate) fn pcap(packets: &[Vec<u8>]) -> Vec<u8> {
    let mut file =
        vec![0xD4, 0xC3, 0xB2, 0xA1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 1, 0, 0, 0];
    for packet in packets {
        let length = u32::try_from(packet.len()).unwrap().to_le_bytes();
        file.extend([[0; 4], [0; 4], length, length].concat());
        file.extend(packet);
    }
    file
}

/// The same as pcapng.
pub(crate) fn pcapng(packets: &[Vec<u8>]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut block = |kind: u32, body: &[u8]| {
        let body = [body, &vec![0; body.len().next_multiple_of(4) - body.len()]].concat();
        let length = u32::try_from(body.len() + 12).unwrap().to_le_bytes();
        file.extend([&kind.to_le_bytes()[..], &length, &body, &length].concat());
    };
    block(0x0A0D_0D0A, &[&0x1A2B_3C4D_u32.to_le_bytes()[..], &[1, 0, 0, 0], &[0xFF; 8]].concat());
    block(1, &[1, 0, 0, 0, 0, 0, 4, 0]);
    for packet in packets {
        let length = u32::try_from(packet.len()).unwrap().to_le_bytes();
        block(6, &[&[0; 12][..], &length, &length, packet].concat());
    }
    file
}
