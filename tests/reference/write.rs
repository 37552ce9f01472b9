//! The reference writer: how a message lies on the wire, as a reader of the standard would lay it out
//! by hand, and what must be read of it.
//!
//! It knows nothing of what the library refuses. It lays out what it is given; whether that can be
//! read back as what was given is then a matter of the octets, and of the reference parser.

use cardwire::layout::Form;
use cardwire::{
    Spec,
    layout::{
        BitmapForm, CodePage, Coding, Content, Element, Layout, LengthFirst, LengthUnit, NextBitmap, Order,
        Prefix, PrefixCoding, Side, Tag, Zone,
    },
    spec::MtiCoding,
};

use super::decode::{fill_of, is_signed, latin};
use crate::common::{Node, Tree, hex};

/// The octets of a message, if the reference parser reads in them what is given.
pub(crate) fn told(spec: &Spec<'_>, mti: &str, header: &[u8], nodes: &[Node]) -> Option<Vec<u8>> {
    let wire = write(spec, mti, header, &fill(spec.body(), nodes))?;
    let read = super::parse(spec, &wire);
    let is_read = read.failure.is_none() && read.fields == expected(spec.body(), nodes);
    is_read.then_some(wire)
}

/// The octets of a message as it stands; `None` where a value is longer or shorter than its element.
pub(crate) fn write(spec: &Spec<'_>, mti: &str, header: &[u8], nodes: &[Node]) -> Option<Vec<u8>> {
    let number: u16 = mti.parse().unwrap();
    let mti = match spec.mti() {
        MtiCoding::Ascii => mti.as_bytes().to_vec(),
        MtiCoding::Ebcdic => in_page(CodePage::Cp037, mti.as_bytes()),
        MtiCoding::Bcd => pairs(&mti.bytes().map(|digit| digit - b'0').collect::<Vec<_>>()),
        MtiCoding::Binary => number.to_be_bytes().to_vec(),
        MtiCoding::Hex => hex(mti.as_bytes()).into_bytes(),
    };
    Some([header, &mti, &parts(spec.body(), nodes)?].concat())
}

/// What has to be read where these values were given: what is too short has its fill, digits that are
/// packed are capitals, and a separator that is packed is `=`.
pub(crate) fn expected(layout: &Layout<'_>, nodes: &[Node]) -> Vec<Node> {
    each_leaf(layout, nodes, |element, octets| {
        let octets = filled(element, octets);
        if element.coding() == Coding::Bcd { in_half_octets(element, octets) } else { octets }
    })
}

/// The values with their fill.
fn fill(layout: &Layout<'_>, nodes: &[Node]) -> Vec<Node> {
    each_leaf(layout, nodes, filled)
}

fn each_leaf(
    layout: &Layout<'_>,
    nodes: &[Node],
    change: impl Fn(&Element<'_>, &[u8]) -> Vec<u8> + Copy,
) -> Vec<Node> {
    let one = |node: &Node| {
        let element = element_of(layout, node.key);
        match node.value {
            Tree::Leaf(octets) => Node::leaf(node.key, change(element, octets)),
            Tree::Parts(list) => {
                Node::composite(node.key, each_leaf(element.layout().unwrap(), &list.0, change))
            }
        }
    };
    nodes.iter().map(one).collect()
}

/// The characters that packed digits are read as.
pub(crate) fn in_half_octets(element: &Element<'_>, mut octets: Vec<u8>) -> Vec<u8> {
    for octet in &mut octets {
        *octet = match (element.content(), *octet) {
            (Content::H, digit) => digit.to_ascii_uppercase(),
            (Content::Z, b'D') => b'=',
            (_, other) => other,
        };
    }
    octets
}

fn element_of<'e>(layout: &Layout<'e>, key: u32) -> &'e Element<'e> {
    let unlisted = match *layout.order() {
        Order::Tags { unknown, .. } => unknown,
        _ => None,
    };
    layout.elements().find(|element| element.key() == key).or(unlisted).expect("a defined element")
}

/// The parts one after the other, in the order of the layout, with what announces each.
fn parts(layout: &Layout<'_>, nodes: &[Node]) -> Option<Vec<u8>> {
    let value = |node: &Node| element(element_of(layout, node.key), node);
    let mut out = vec![];
    match *layout.order() {
        Order::Bitmap(form) => {
            let keys: Vec<u32> = nodes.iter().map(|node| node.key).collect();
            let (at_start, among) = bitmaps(form, &keys);
            out.extend(at_start);
            let (before, after): (Vec<&Node>, Vec<&Node>) = nodes.iter().partition(|node| node.key < 65);
            for node in before {
                out.extend(value(node)?);
            }
            out.extend(among);
            for node in after {
                out.extend(value(node)?);
            }
        }
        Order::Positions { .. } => {
            for node in nodes {
                out.extend(value(node)?);
            }
        }
        Order::Tags { tag, length_first, .. } => {
            for node in nodes {
                let (tag, value) = (tag_octets(tag, node.key), value(node)?);
                if let Some(LengthFirst { prefix, counts_tag }) = length_first {
                    let counted = value.len() + if counts_tag { tag.len() } else { 0 };
                    out.extend(number(prefix, counted + usize::from(prefix.includes)));
                }
                out.extend([tag, value].concat());
            }
        }
    }
    Some(out)
}

/// The bitmaps that announce these numbers: those at the start, and one that stands as DE 65.
fn bitmaps(form: BitmapForm, numbers: &[u32]) -> (Vec<u8>, Vec<u8>) {
    let third = numbers.iter().any(|number| *number > 128);
    let second = third || numbers.iter().any(|number| *number > 64) && form.second != NextBitmap::Never;
    let second = second || form.second == NextBitmap::Always;
    let third = third || second && form.third == NextBitmap::Always;
    let mut set: Vec<u32> = numbers.to_vec();
    set.extend(second.then_some(1));
    set.extend(third.then_some(65));
    let bitmap = |first: u32| {
        let mut octets = vec![0; form.octets.into()];
        for bit in set.iter().filter_map(|number| number.checked_sub(first)) {
            if let Some(octet) = octets.get_mut(usize::try_from(bit / 8).unwrap()) {
                *octet |= 0x80 >> (bit % 8);
            }
        }
        coded(form.coding, &octets)
    };
    let mut at_start = bitmap(1);
    at_start.extend(if second { bitmap(65) } else { vec![] });
    let third = if third { bitmap(129) } else { vec![] };
    match form.third {
        NextBitmap::InElement => (at_start, third),
        _ => ([at_start, third].concat(), vec![]),
    }
}

fn tag_octets(tag: Tag, key: u32) -> Vec<u8> {
    let last = |width: u8| key.to_be_bytes()[4 - usize::from(width)..].to_vec();
    match tag {
        Tag::Digits(width) => format!("{key:0width$}", width = width.into()).into_bytes(),
        Tag::Text(width) | Tag::Octets(width) => last(width),
        Tag::Ebcdic(page, width) => in_page(page, &last(width)),
        Tag::Ber => key.to_be_bytes().into_iter().skip_while(|octet| *octet == 0).collect(),
    }
}

/// An element with its prefix and everything around it.
fn element(element: &Element<'_>, node: &Node) -> Option<Vec<u8>> {
    let value = match node.value {
        Tree::Leaf(octets) => octets.to_vec(),
        Tree::Parts(list) => parts(element.layout()?, &list.0)?,
    };
    if !(element.min()..=element.max()).contains(&value.len()) {
        return None;
    }
    let wire = value_octets(element, &value);
    let announced = |prefix: Prefix| {
        let counted = match prefix.counts {
            LengthUnit::Units => value.len(),
            LengthUnit::Bytes => wire.len(),
            LengthUnit::Nibbles => 2 * wire.len(),
        };
        number(prefix, counted + usize::from(prefix.includes))
    };
    Some(match element.form() {
        Form::Fixed | Form::Rest | Form::IfLetter | Form::Nothing => wire,
        Form::Prefixed(prefix) => [announced(prefix), wire].concat(),
        Form::Padded(prefix) => {
            let missing = element.max() - value.len();
            [announced(prefix), wire, vec![fill_of(element); missing]].concat()
        }
        Form::Until(end) => [&wire, end.octets()].concat(),
    })
}

/// The value with the fill that its row asks for, after its sign if it has one. Where nothing is given,
/// blanks are nothing too, and anything else is not.
fn filled(element: &Element<'_>, given: &[u8]) -> Vec<u8> {
    let sign = usize::from(is_signed(element.content()));
    let is_nothing = given.len() <= sign;
    let is_fixed = element.form() == Form::Fixed || element.form() == Form::IfLetter && !is_nothing;
    let is_filled = match element.fill() {
        None => false,
        Some(fill) if is_nothing => is_fixed && fill.with == b' ',
        Some(_) => is_fixed || element.is_full_size() && !matches!(element.form(), Form::Padded(_)),
    };
    let mut value = given.to_vec();
    if let Some(fill) = element.fill().filter(|_| is_filled && given.len() < element.max()) {
        let at = if fill.side == Side::Left { sign.min(given.len()) } else { given.len() };
        value.splice(at..at, std::iter::repeat_n(fill.with, element.max() - given.len()));
    }
    value
}

/// The octets of a value alone.
fn value_octets(element: &Element<'_>, value: &[u8]) -> Vec<u8> {
    let half = |octet: &u8| char::from(*octet).to_digit(16).map_or(octet & 0x0F, |digit| digit as u8);
    match element.coding() {
        Coding::Bcd => {
            let (sign, digits) = value.split_at(usize::from(is_signed(element.content())));
            let mut halves: Vec<u8> = digits.iter().map(half).collect();
            if halves.len() % 2 == 1 {
                let pad_nibble = element.pad_nibble();
                let place = if pad_nibble.side == Side::Left { 0 } else { halves.len() };
                halves.insert(place, pad_nibble.nibble);
            }
            [sign, &pairs(&halves)].concat()
        }
        Coding::Zoned(zone) => {
            let (sign, digits) = value.split_first().unwrap();
            let mut octets: Vec<u8> = digits.iter().map(|digit| 0xF0 | digit & 0x0F).collect();
            let zone = match (sign, zone) {
                (b'D', _) => 0xD0,
                (_, Zone::C) => 0xC0,
                (_, Zone::F) => 0xF0,
            };
            if let Some(last) = octets.last_mut() {
                *last = zone | *last & 0x0F;
            }
            octets
        }
        coding => coded(coding, value),
    }
}

fn coded(coding: Coding, octets: &[u8]) -> Vec<u8> {
    match coding {
        Coding::Ebcdic(page) => in_page(page, octets),
        Coding::Hex => hex(octets).into_bytes(),
        Coding::EbcdicHex(page) => in_page(page, hex(octets).as_bytes()),
        _ => octets.to_vec(),
    }
}

/// The octets that a code page has for these characters.
fn in_page(page: CodePage, characters: &[u8]) -> Vec<u8> {
    let mut octets = [0; 256];
    (0..=255).for_each(|octet| octets[usize::from(latin(page, octet))] = octet);
    characters.iter().map(|character| octets[usize::from(*character)]).collect()
}

/// Half octets, two an octet.
fn pairs(halves: &[u8]) -> Vec<u8> {
    halves.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

/// The number of a length.
fn number(prefix: Prefix, number: usize) -> Vec<u8> {
    let width = usize::from(prefix.width);
    let decimal = format!("{number:0width$}").into_bytes();
    let octets = number.to_be_bytes();
    let last = |count: usize| octets[octets.len() - count..].to_vec();
    match prefix.coding {
        PrefixCoding::Ascii => decimal,
        PrefixCoding::Ebcdic(page) => in_page(page, &decimal),
        PrefixCoding::Bcd => {
            let digits = format!("{number:0width$}", width = width.next_multiple_of(2)).into_bytes();
            pairs(&digits.iter().map(|digit| digit - b'0').collect::<Vec<_>>())
        }
        PrefixCoding::Binary => last(width),
        PrefixCoding::Hex => hex(&last(width)).into_bytes(),
        PrefixCoding::Ber => match (1..8).find(|count| number < 1 << (8 * count)).unwrap() {
            1 if number < 0x80 => last(1),
            count => [vec![0x80 + u8::try_from(count).unwrap()], last(count)].concat(),
        },
    }
}
