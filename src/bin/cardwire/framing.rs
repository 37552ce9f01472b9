//! Framings by name.

use cardwire::Framing;
use cardwire::frame::Station;

use crate::failure::{Failure, Outcome};

/// The framings and how the command calls them.
pub(crate) const NAMED: [(&str, Framing, &str); 19] = [
    ("binary2", Framing::BINARY2, "two bytes of length: the commonest"),
    ("binary2-inclusive", Framing::BINARY2_INCLUSIVE, "two bytes of length that count themselves"),
    ("little2", Framing::LITTLE2, "two bytes of length, least significant first"),
    ("binary3", Framing::BINARY3, "three bytes of length"),
    ("binary4", Framing::BINARY4, "four bytes of length"),
    ("binary4-inclusive", Framing::BINARY4_INCLUSIVE, "four bytes of length that count themselves"),
    ("ascii2", Framing::ascii::<2>(), "two decimal digits of length"),
    ("ascii3", Framing::ascii::<3>(), "three decimal digits of length"),
    ("ascii4", Framing::ASCII4, "four decimal digits of length"),
    ("hex4", Framing::HEX4, "four hexadecimal digits of length"),
    ("bcd2", Framing::BCD2, "four packed digits of length"),
    ("vap", Framing::VAP, "Visa access point: length, zeros, BASE I header"),
    ("gicc", Framing::GICC, "two zero bytes, two bytes of length"),
    ("rbp", Framing::RBP, "D0 4A, two bytes of length, marker"),
    ("binary2-etx", Framing::BINARY2_ETX, "two bytes of length that count the ETX at the end"),
    ("etx", Framing::ETX, "an ETX at the end"),
    ("stx-etx", Framing::STX_ETX, "STX, message, ETX, check byte"),
    ("unionpay", Framing::UNIONPAY, "two bytes of length, TPDU, UnionPay header"),
    ("cups", Framing::CUPS, "UnionPay interchange: the length stands in the header"),
];

const MORE: [(&str, Framing); 2] =
    [("binary2-zeros", Framing::BINARY2_ZEROS), ("stx-bcd2-etx", Framing::STX_BCD2_ETX)];

/// The framing of a name, such as `binary2`, `ascii4+tpdu` or `binary2+4`.
pub(crate) fn by_name(text: &str) -> Outcome<Framing> {
    let (name, header) = match text.split_once('+') {
        Some((name, header)) => (name, Some(header)),
        None => (text, None),
    };
    let named = NAMED.iter().map(|(name, framing, _)| (*name, *framing)).chain(MORE);
    let Some((_, framing)) = named.into_iter().find(|(known, _)| *known == name) else {
        let names: Vec<&str> =
            NAMED.iter().map(|(name, ..)| *name).chain(MORE.map(|(name, _)| name)).collect();
        return Err(Failure::usage(format_args!(
            "no framing is called '{name}'; there are {}, each with a header if it has one: binary2+tpdu, binary2+12",
            names.join(", ")
        )));
    };
    match header.map(station) {
        None => Ok(framing),
        Some(Some(station)) => Ok(framing.with_header(station)),
        Some(None) => Err(Failure::usage(format_args!(
            "'{text}': the header is tpdu, unionpay, base1, cups, base24 or a number of bytes"
        ))),
    }
}

fn station(name: &str) -> Option<Station> {
    Some(match name {
        "tpdu" => Station::Tpdu,
        "unionpay" => Station::UnionPay,
        "base1" => Station::Base1,
        "cups" => Station::Cups,
        "base24" => Station::Base24,
        number => Station::Bytes(number.parse().ok()?),
    })
}
