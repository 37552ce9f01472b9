//! What of a capture was not read, and why.

use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use etherparse::IpNumber;

use crate::lang::{pick, say};

/// Why a packet gives nothing to read, or not all that it held.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Reason {
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
pub(crate) struct Skipped {
    pub(crate) file: Rc<str>,
    /// How many packets there are.
    pub(crate) packets: u64,
    pub(crate) reasons: BTreeMap<Reason, u64>,
}

impl Skipped {
    pub(super) fn new(file: Rc<str>) -> Self {
        Self { file, packets: 0, reasons: BTreeMap::new() }
    }

    pub(super) fn count(&mut self, reason: Reason, packets: u64) {
        if packets > 0 {
            *self.reasons.entry(reason).or_default() += packets;
        }
    }
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, packets, .. } = self;
        f.write_str(&say!(
            "{file}: not read of {packets} packets:",
            "{file}：{packets}个数据包中未读取的有："
        ))?;
        for (index, (reason, packets)) in self.reasons.iter().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            let reason = reason.told();
            f.write_str(&say!("{comma} {packets} {reason}", "{comma} {packets}个{reason}"))?;
        }
        Ok(())
    }
}

impl Reason {
    /// In words, in the language of the screens.
    pub(crate) fn told(&self) -> String {
        match self {
            Self::Link(number) => match LINKS.iter().find(|(known, _)| known == number) {
                Some((_, name)) => say!("of link type {number} ({name})", "链路类型{number}（{name}）"),
                None => say!("of link type {number}", "链路类型{number}"),
            },
            Self::NotIp(number) => match ETHER_TYPES.iter().find(|(known, _)| known == number) {
                Some((_, name)) => (*name).into(),
                None => say!("of EtherType {number:04X}", "EtherType {number:04X}"),
            },
            Self::Arp => "ARP".into(),
            Self::Protocol(number) => match IpNumber(*number).keyword_str() {
                Some(name) => name.into(),
                None => say!("of IP protocol {number}", "IP协议{number}"),
            },
            Self::Fragment => {
                pick("fragments without the others of their packet", "缺少同一数据包其余部分的分片").into()
            }
            Self::Cut => pick("captured in part (a snap length)", "只抓到一部分（抓包长度限制）").into(),
            Self::Malformed => pick("malformed", "格式错误").into(),
            Self::Interface => pick("of an interface that is not described", "接口未作说明").into(),
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
