//! Framings by the names that configuration files and command lines call them.

use core::fmt;

use super::framing::Framing;
use super::station::Station;

/// A framing and its name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Named {
    /// Such as `binary2-inclusive`.
    pub name: &'static str,
    /// The framing.
    pub framing: Framing,
    /// What it looks like, in a few words.
    pub summary: &'static str,
}

/// A framing as configuration files call it; `Display` writes what [`Framing::by_name`] reads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Notation {
    name: &'static str,
    station: Station,
}

impl Framing {
    /// The framings that have a name, the commonest first.
    pub fn named() -> impl Iterator<Item = Named> + Clone {
        NAMED.iter().copied()
    }

    /// The framing of a name of [`named`](Self::named), with a station header after a plus if there
    /// is one: `tpdu`, `unionpay`, `base1`, `cups`, `base24`, or a number of bytes. `none+12` is a
    /// header of 12 bytes and no length.
    ///
    /// ```
    /// use cardwire::{Framing, frame::Station};
    /// assert_eq!(Framing::by_name("binary2"), Some(Framing::BINARY2));
    /// assert_eq!(Framing::by_name("ascii4+tpdu"), Some(Framing::ASCII4.with_header(Station::Tpdu)));
    /// assert_eq!(Framing::by_name("binary2+12"), Some(Framing::BINARY2.with_header(Station::Bytes(12))));
    /// assert_eq!(Framing::by_name("binary9"), None);
    /// assert_eq!(Framing::by_name("none+12"), Some(Framing::NONE.with_header(Station::Bytes(12))));
    /// ```
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        let (name, header) = match name.split_once('+') {
            Some((name, header)) => (name, Some(station(header)?)),
            None => (name, None),
        };
        let framing = NAMED.iter().find(|named| named.name == name)?.framing;
        Some(header.map_or(framing, |station| framing.with_header(station)))
    }
}

impl Framing {
    /// The name of the framing, with its station header; `None` for one that is made of other parts
    /// than those with a name, or has another limit.
    ///
    /// ```
    /// use cardwire::{Framing, frame::Station};
    /// let name = |framing: Framing| framing.notation().unwrap().to_string();
    /// assert_eq!(name(Framing::NONE.with_header(Station::Bytes(12))), "none+12");
    /// assert_eq!(name(Framing::BINARY2.with_header(Station::UnionPay)), "unionpay");
    /// ```
    #[must_use]
    pub fn notation(&self) -> Option<Notation> {
        let is_same = |named: &&Named| named.framing == *self;
        if let Some(named) = NAMED.iter().find(is_same) {
            return Some(Notation { name: named.name, station: Station::None });
        }
        let station = self.header();
        let is_below = |named: &&Named| {
            named.framing.header() == Station::None && named.framing.with_header(station) == *self
        };
        NAMED.iter().find(is_below).map(|named| Notation { name: named.name, station })
    }
}

impl fmt::Display for Notation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)?;
        match self.station {
            Station::None => Ok(()),
            Station::Bytes(size) => write!(f, "+{size}"),
            Station::Tpdu => f.write_str("+tpdu"),
            Station::UnionPay => f.write_str("+unionpay"),
            Station::Base1 => f.write_str("+base1"),
            Station::Cups => f.write_str("+cups"),
            Station::Base24 => f.write_str("+base24"),
        }
    }
}

fn station(name: &str) -> Option<Station> {
    Some(match name {
        "tpdu" => Station::Tpdu,
        "unionpay" => Station::UnionPay,
        "base1" => Station::Base1,
        "cups" => Station::Cups,
        "base24" => Station::Base24,
        // a number may begin with a sign, but not here
        number if number.starts_with('+') => return None,
        number => Station::Bytes(number.parse().ok()?),
    })
}

static NAMED: [Named; 22] = [
    named("binary2", Framing::BINARY2, "two bytes of length: the commonest"),
    named("binary2-inclusive", Framing::BINARY2_INCLUSIVE, "two bytes of length that count themselves"),
    named("little2", Framing::LITTLE2, "two bytes of length, least significant first"),
    named("binary3", Framing::BINARY3, "three bytes of length"),
    named("binary4", Framing::BINARY4, "four bytes of length"),
    named("binary4-inclusive", Framing::BINARY4_INCLUSIVE, "four bytes of length that count themselves"),
    named("ascii2", Framing::ascii::<2>(), "two decimal digits of length"),
    named("ascii3", Framing::ascii::<3>(), "three decimal digits of length"),
    named("ascii4", Framing::ASCII4, "four decimal digits of length"),
    named("hex4", Framing::HEX4, "four hexadecimal digits of length"),
    named("bcd2", Framing::BCD2, "four packed digits of length"),
    named("vap", Framing::VAP, "Visa access point: length, zeros, BASE I header"),
    named("binary2-zeros", Framing::BINARY2_ZEROS, "two bytes of length, two zero bytes"),
    named("gicc", Framing::GICC, "two zero bytes, two bytes of length"),
    named("rbp", Framing::RBP, "D0 4A, two bytes of length, marker"),
    named("binary2-etx", Framing::BINARY2_ETX, "two bytes of length that count the ETX at the end"),
    named("etx", Framing::ETX, "an ETX at the end"),
    named("stx-etx", Framing::STX_ETX, "STX, message, ETX, check byte"),
    named(
        "stx-bcd2-etx",
        Framing::STX_BCD2_ETX,
        "STX, four packed digits of length, message, ETX, check byte",
    ),
    named("unionpay", Framing::UNIONPAY, "two bytes of length, TPDU, UnionPay header"),
    named("cups", Framing::CUPS, "UnionPay interchange: the length stands in the header"),
    named("none", Framing::NONE, "no length: one message a file, a line or a datagram"),
];

const fn named(name: &'static str, framing: Framing, summary: &'static str) -> Named {
    Named { name, framing, summary }
}
