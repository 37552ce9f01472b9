//! A whole network packet where a message was expected, as in a dump that Wireshark copied.

use etherparse::{NetSlice, SlicedPacket, TransportSlice};

use super::item::Refusal;

/// The payload of the IP and TCP or UDP packet that `bytes` are, with what a capture has before it
/// (Ethernet, Linux "any", loopback); `bytes` themselves when they are none. A packet must be there to its last octet, which a message is not by chance.
pub(super) fn payload(bytes: &[u8]) -> Result<&[u8], Refusal> {
    let found = ethernet(bytes).or_else(|| internet(bytes, false)).or_else(|| cooked(bytes));
    match found {
        None => Ok(bytes),
        Some([]) => Err(Refusal::told(None, ("a network packet without data", "网络数据包中没有数据"))),
        Some(payload) => Ok(payload),
    }
}

/// The payload of an Ethernet frame, which may be filled up to its minimum, and end with its check.
fn ethernet(bytes: &[u8]) -> Option<&[u8]> {
    const MOST_TAGS: usize = 3;
    let is_tag =
        |at: &usize| matches!(bytes.get(12 + at..14 + at), Some([0x81, 0x00] | [0x88, 0xA8] | [0x91, 0x00]));
    let tags = 4 * (0..MOST_TAGS).take_while(|tag| is_tag(&(4 * tag))).count();
    match bytes.get(12 + tags..14 + tags)? {
        [0x08, 0x00] | [0x86, 0xDD] => {
            let packet = bytes.get(14 + tags..)?;
            let without_check = || internet(packet.get(..packet.len().checked_sub(CHECK)?)?, false);
            internet(packet, bytes.len() <= MINIMUM + CHECK + tags).or_else(without_check)
        }
        _ => None,
    }
}

/// The payload behind what Linux writes for captures of "any" (cooked, v1 and v2), or loopback for
/// the family of the address.
fn cooked(bytes: &[u8]) -> Option<&[u8]> {
    let size = match bytes {
        [0x08, 0x00, 0, 0, ..] | [0x86, 0xDD, 0, 0, ..] => 20,
        [0, 0..=4, ..] if matches!(bytes.get(14..16)?, [0x08, 0x00] | [0x86, 0xDD]) => 16,
        [2 | 24 | 28 | 30, 0, 0, 0, ..] | [0, 0, 0, 2 | 24 | 28 | 30, ..] => 4,
        _ => return None,
    };
    internet(bytes.get(size..)?, false)
}

/// The shortest Ethernet frame: a shorter one is filled.
const MINIMUM: usize = 60;

/// The octets of the frame check sequence, which few captures keep.
const CHECK: usize = 4;

fn internet(bytes: &[u8], filled: bool) -> Option<&[u8]> {
    let size = match bytes {
        [0x45..=0x4F, _, high, low, ..] => usize::from(u16::from_be_bytes([*high, *low])),
        [0x60..=0x6F, _, _, _, high, low, ..] => 40 + usize::from(u16::from_be_bytes([*high, *low])),
        _ => return None,
    };
    if size > bytes.len() || (size < bytes.len() && !filled) {
        return None;
    }
    let sliced = SlicedPacket::from_ip(bytes.get(..size)?).ok()?;
    let whole = match sliced.net? {
        NetSlice::Ipv4(ip) => !ip.header().is_fragmenting_payload(),
        NetSlice::Ipv6(_) => true,
        NetSlice::Arp(_) => false,
    };
    match sliced.transport? {
        TransportSlice::Tcp(tcp) if whole => Some(tcp.payload()),
        TransportSlice::Udp(udp) if whole => Some(udp.payload()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(payload: &[u8]) -> Vec<u8> {
        let size = u16::try_from(40 + payload.len()).unwrap().to_be_bytes();
        let ethernet = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0];
        let internet =
            [&[0x45, 0][..], &size, &[0, 0, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]].concat();
        let tcp = [0x0F, 0xA0, 0x13, 0x88, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 0x18, 0xFF, 0xFF, 0, 0, 0, 0];
        [&ethernet[..], &internet, &tcp, payload].concat()
    }

    #[test]
    fn a_packet_is_one_to_its_last_octet() {
        let whole = packet(b"0800 and so on");
        let of = |bytes: &[u8]| payload(bytes).ok().map(<[u8]>::to_vec);
        assert_eq!(of(&whole).unwrap(), b"0800 and so on");
        assert_eq!(of(whole.get(14..).unwrap()).unwrap(), b"0800 and so on", "without Ethernet");
        let behind = |link: &[u8]| [link, whole.get(14..).unwrap()].concat();
        for link in [
            &[&whole[..12], &[0x88, 0xA8, 0, 5, 0x81, 0, 0, 6, 8, 0]].concat()[..],
            &[0, 4, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 8, 0],
            &[8, 0, 0, 0, 0, 0, 0, 1, 0, 1, 4, 6, 2, 0, 0, 0, 0, 1, 0, 0],
            &[2, 0, 0, 0],
            &[0, 0, 0, 2],
        ] {
            assert_eq!(of(&behind(link)).unwrap(), b"0800 and so on", "{link:02X?}");
        }
        let short = packet(b"08");
        let filled = [&short[..], &[0; 4]].concat();
        assert_eq!(of(&filled).unwrap(), b"08", "filled to the shortest frame");
        let checked = [&whole[..], &[1, 2, 3, 4]].concat();
        assert_eq!(of(&checked).unwrap(), b"0800 and so on", "with its check");
        assert_eq!(of(&[&filled[..], &[0; 4]].concat()).unwrap(), b"08", "filled, with its check");
        assert!(of(&packet(b"")).is_none(), "no data");
        for other in
            [&whole[..whole.len() - 1], &[&whole[..], b"0"].concat(), b"0800", b"", &[0x60, 0, 3, 0, 0, 2]]
        {
            assert_eq!(of(other).unwrap(), other);
        }
    }
}
