//! Codings: from octets on the wire to logical octets, and the classes they belong to.

use bitvec::prelude::*;
use cardwire::{
    ErrorKind,
    layout::{CodePage, Coding, Content, Element, Side, Zone},
    model::CharKind,
};

use super::{Failure, Read, Space, ebcdic};

/// The logical octets of a value of `units` units.
pub(super) fn decode(wire: &Space, element: &Element<'_>, units: usize) -> Read<Space> {
    let (coding, content) = (element.coding(), element.content());
    let space = match coding {
        Coding::Ascii | Coding::Raw => Space { octets: wire.octets.clone(), offsets: wire.offsets.clone() },
        Coding::Ebcdic(page) => Space {
            octets: wire.octets.iter().map(|octet| latin(page, *octet)).collect(),
            offsets: wire.offsets.clone(),
        },
        Coding::Hex | Coding::EbcdicHex(_) => hex(wire, coding)?,
        Coding::Bcd => packed(wire, element, units)?,
        Coding::Zoned(zone) => zoned(wire, zone)?,
    };
    for (index, octet) in space.octets.iter().copied().enumerate() {
        if !is_of_class(content, index, octet) {
            let is_half_byte = matches!(coding, Coding::Bcd | Coding::Zoned(_))
                && (content == Content::N || is_signed(content) && index > 0);
            let kind = if is_half_byte {
                ErrorKind::Nibble
            } else {
                ErrorKind::Character(content, CharKind::of(octet))
            };
            return Err(Failure::new(kind, space.offsets[index]));
        }
    }
    Ok(space)
}

/// Two digits an octet.
pub(super) fn hex(wire: &Space, coding: Coding) -> Read<Space> {
    let mut values = vec![];
    for (octet, offset) in wire.octets.iter().zip(&wire.offsets) {
        let latin = if let Coding::EbcdicHex(page) = coding { latin(page, *octet) } else { *octet };
        let Some(value) = char::from(latin).to_digit(16) else {
            return Err(Failure::new(ErrorKind::HexDigit(CharKind::of(latin)), *offset));
        };
        values.push(u8::try_from(value).unwrap());
    }
    Ok(Space {
        octets: values.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect(),
        offsets: wire.offsets.iter().step_by(2).copied().collect(),
    })
}

/// Half bytes, one of them a fill when the digits are odd; an `x+n` has its sign in front.
fn packed(wire: &Space, element: &Element<'_>, units: usize) -> Read<Space> {
    let sign = usize::from(is_signed(element.content()));
    let mut space = Space { octets: wire.octets[..sign].to_vec(), offsets: wire.offsets[..sign].to_vec() };
    let halves = wire.octets[sign..].view_bits::<Msb0>().chunks(4).map(|half| half.load_be::<u8>());
    let places = wire.offsets[sign..].iter().flat_map(|offset| [*offset, *offset]);
    let mut halves: Vec<(u8, usize)> = halves.zip(places).collect();
    let mut end = *wire.offsets.last().unwrap();
    if (units - sign) % 2 == 1 {
        let pad_nibble = element.pad_nibble();
        let (found, offset) = match pad_nibble.side {
            Side::Left => halves.remove(0),
            Side::Right => halves.pop().unwrap(),
        };
        if found != pad_nibble.nibble {
            return Err(Failure::new(ErrorKind::Fill, offset));
        }
        if pad_nibble.side == Side::Right {
            // what follows the digits begins within their last octet
            end = offset;
        }
    }
    let is_hex = element.content() == Content::H;
    let character = |half: u8| if is_hex { b"0123456789ABCDEF"[usize::from(half)] } else { b'0' + half };
    space.octets.extend(halves.iter().map(|(half, _)| character(*half)));
    space.offsets.extend(halves.iter().map(|(_, offset)| *offset));
    space.offsets.push(end);
    Ok(space)
}

/// Digits with zones; the zone of the last one is the sign.
fn zoned(wire: &Space, positive: Zone) -> Read<Space> {
    let positive = if positive == Zone::C { 0xC } else { 0xF };
    let last = wire.octets.len() - 1;
    let zones = wire.octets.iter().map(|octet| octet >> 4).enumerate();
    for (index, zone) in zones {
        let is_good = if index == last { zone == 0xD || zone == positive } else { zone == 0xF };
        if !is_good {
            return Err(Failure::new(ErrorKind::Nibble, wire.offsets[index]));
        }
    }
    let sign = if wire.octets[last] >> 4 == 0xD { b'D' } else { b'C' };
    let mut space = Space { octets: vec![sign], offsets: vec![wire.offsets[0]] };
    space.octets.extend(wire.octets.iter().map(|octet| b'0' + (octet & 0x0F)));
    space.offsets.extend(&wire.offsets);
    Ok(space)
}

pub(super) fn latin(page: CodePage, octet: u8) -> u8 {
    let table = match page {
        CodePage::Cp037 => &ebcdic::CP037,
        CodePage::Cp500 => &ebcdic::CP500,
        CodePage::Cp1047 => &ebcdic::CP1047,
        CodePage::Cp1047Lf => &ebcdic::CP1047_LF,
    };
    table[usize::from(octet)]
}

pub(crate) fn is_signed(content: Content) -> bool {
    matches!(content, Content::Xn | Content::Yn)
}

/// What a padded value is filled with on the wire.
pub(super) fn fill_of(element: &Element<'_>) -> u8 {
    let usual = match element.content() {
        Content::N | Content::Ne | Content::H | Content::Yn => b'0',
        Content::B => 0,
        _ => b' ',
    };
    let fill = element.fill().map_or(usual, |fill| fill.with);
    match element.coding() {
        Coding::Ebcdic(page) => (0..=255).find(|octet| latin(page, *octet) == fill).unwrap(),
        _ => fill,
    }
}

/// Octets that so many units take.
pub(crate) fn wire_len(coding: Coding, content: Content, units: usize) -> usize {
    match coding {
        Coding::Ascii | Coding::Ebcdic(_) | Coding::Raw => units,
        Coding::Hex | Coding::EbcdicHex(_) => 2 * units,
        Coding::Zoned(_) => units - 1,
        Coding::Bcd if is_signed(content) => 1 + (units - 1).div_ceil(2),
        Coding::Bcd => units.div_ceil(2),
    }
}

/// The classes, as the standard lists their characters.
pub(crate) fn is_of_class(content: Content, index: usize, octet: u8) -> bool {
    let (digit, letter) = (octet.is_ascii_digit(), octet.is_ascii_alphabetic());
    let (blank, printable) = (octet == b' ', (0x20..0x7F).contains(&octet));
    match content {
        Content::N => digit,
        Content::A => letter || blank,
        Content::An | Content::Anp => letter || digit || blank,
        Content::Ns => printable && !letter,
        Content::S => printable && !letter && !digit,
        Content::Ans => printable,
        Content::Z => (0x30..0x40).contains(&octet) || octet == b'D',
        Content::Ne => digit || octet == b'=',
        Content::Xn => {
            if index == 0 {
                octet == b'C' || octet == b'D'
            } else {
                digit
            }
        }
        Content::Yn => {
            if index == 0 {
                printable
            } else {
                digit
            }
        }
        Content::H => octet.is_ascii_hexdigit(),
        Content::B | Content::Any => true,
    }
}
