//! What of a capture was not read, and why.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use etherparse::IpNumber;

/// Why a packet gives nothing to read, or not all that it held.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[non_exhaustive]
pub enum Reason {
    /// What the interface captures is not read.
    Link(u16),
    /// Neither IP nor ARP: the number that an Ethernet frame names it by.
    NotIp(u16),
    /// Address resolution.
    Arp,
    /// IP, but not TCP.
    Protocol(u8),
    /// A fragment of an IP packet whose others are not there.
    Fragment,
    /// The capture kept a part of it.
    Cut,
    /// A header that contradicts itself.
    Malformed,
    /// A packet of an interface that the capture does not describe.
    Interface,
}

/// What was not read of a file.
#[derive(Clone, Debug)]
pub struct Skipped {
    /// Its name.
    pub file: Arc<str>,
    /// How many packets there are.
    pub packets: u64,
    /// How many packets were not read, or not as a whole, by why.
    pub reasons: BTreeMap<Reason, u64>,
    /// Directions of connections that were given up while they were idle, because there were too many; what came
    /// later was taken for new ones.
    pub given_up: u64,
}

impl Skipped {
    pub(super) fn new(file: Arc<str>) -> Self {
        Self { file, packets: 0, reasons: BTreeMap::new(), given_up: 0 }
    }

    /// Whether everything was read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.reasons.is_empty() && self.given_up == 0
    }

    pub(super) fn count(&mut self, reason: Reason, packets: u64) {
        if packets > 0 {
            *self.reasons.entry(reason).or_default() += packets;
        }
    }
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: not read of {} packets:", self.file, self.packets)?;
        for (index, (reason, packets)) in self.reasons.iter().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            write!(f, "{comma} {packets} {reason}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Link(number) => match LINKS.iter().find(|(known, _)| known == number) {
                Some((_, name)) => write!(f, "of link type {number} ({name})"),
                None => write!(f, "of link type {number}"),
            },
            Self::NotIp(number) => match ETHER_TYPES.iter().find(|(known, _)| known == number) {
                Some((_, name)) => write!(f, "{name}"),
                None => write!(f, "of EtherType {number:04X}"),
            },
            Self::Arp => f.write_str("ARP"),
            Self::Protocol(4 | 41) => f.write_str("IP within IP"),
            Self::Protocol(number) => match IpNumber(*number).keyword_str() {
                Some(name) => f.write_str(name),
                None => write!(f, "of IP protocol {number}"),
            },
            Self::Fragment => f.write_str("fragments without the others of their packet"),
            Self::Cut => f.write_str("captured in part (a snap length)"),
            Self::Malformed => f.write_str("malformed"),
            Self::Interface => f.write_str("of an interface that is not described"),
        }
    }
}

/// Link types that people capture and that are not read.
const LINKS: [(u16, &str); 11] = [
    (9, "PPP, no IP"),
    (105, "IEEE 802.11"),
    (127, "IEEE 802.11 with radiotap"),
    (143, "DOCSIS"),
    (147, "USER0"),
    (148, "USER1"),
    (220, "USB"),
    (239, "NFLOG"),
    (249, "USBPcap"),
    (252, "Wireshark upper PDU"),
    (253, "netlink"),
];

/// What Ethernet frames hold that is not read.
const ETHER_TYPES: [(u16, &str); 7] = [
    (0, "IEEE 802.3 without IP"),
    (0x8847, "MPLS"),
    (0x8848, "MPLS"),
    (0x8863, "PPPoE discovery"),
    (0x8864, "PPPoE"),
    (0x88CC, "LLDP"),
    (0x88E5, "MACsec"),
];
