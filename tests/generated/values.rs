//! Messages for a spec: any values that the spec allows, whether the wire can tell them apart or not.

use cardwire::layout::Form;
use cardwire::{
    Mti, Spec,
    layout::{Coding, Content, Element, Layout, Order, Tag},
};

use super::{Case, Dice, Elements, capacity};
use crate::common::Node;
use crate::reference::is_of_class;

/// A message for the spec: what `elements` draw, most of them present.
pub(super) fn drawn(dice: &mut Dice, elements: &mut Elements, spec: &'static Spec<'static>) -> Case {
    let mut case = empty(dice, spec);
    for (number, dice) in elements {
        let element = spec.element(u8::try_from(*number).unwrap()).unwrap();
        if !dice.chance(4) {
            case.nodes.push(node(dice, element, element.key()));
        }
    }
    case
}

/// A message for any spec, most of its elements present.
pub(crate) fn message(dice: &mut Dice, spec: &'static Spec<'static>) -> Case {
    Case { nodes: parts(dice, spec.body()), ..empty(dice, spec) }
}

fn empty(dice: &mut Dice, spec: &'static Spec<'static>) -> Case {
    let digits = [(); 4].map(|()| b'0' + u8::try_from(dice.below(10)).unwrap());
    let header: Vec<u8> = (0..spec.header()).map(|_| u8::try_from(dice.below(256)).unwrap()).collect();
    Case { spec, mti: Mti::from_digits(digits).unwrap(), header: header.leak(), nodes: vec![] }
}

fn parts(dice: &mut Dice, layout: &Layout<'static>) -> Vec<Node> {
    match *layout.order() {
        Order::Bitmap(form) => {
            debug_assert!(layout.elements().all(|element| element.key() as usize <= capacity(form)));
            let present = layout.elements().filter(|_| !dice.chance(4)).collect::<Vec<_>>();
            present.into_iter().map(|element| node(dice, element, element.key())).collect()
        }
        Order::Positions { required } => {
            let all: Vec<_> = layout.elements().collect();
            let count = all.len() - dice.below(all.len() - usize::from(required) + 1);
            all.into_iter().take(count).map(|element| node(dice, element, element.key())).collect()
        }
        Order::Tags { tag: form, unknown, .. } => {
            let count = dice.below(5);
            let listed: Vec<_> = layout.elements().collect();
            let part = |dice: &mut Dice| match (dice.below(listed.len() + 1), unknown) {
                (index, _) if index < listed.len() => {
                    let element = listed[index];
                    Some(node(dice, element, element.key()))
                }
                (_, Some(other)) => {
                    let key = tag(dice, form);
                    (!listed.iter().any(|element| element.key() == key)).then(|| node(dice, other, key))
                }
                _ => None,
            };
            (0..count).filter_map(|_| part(dice)).collect()
        }
    }
}

fn node(dice: &mut Dice, element: &Element<'static>, key: u32) -> Node {
    match element.layout() {
        Some(layout) => Node::composite(key, parts(dice, layout)),
        None => {
            let units = units(dice, element);
            Node::leaf(key, (0..units).map(|index| octet(dice, element, index)).collect())
        }
    }
}

/// Any length that the element admits, and now and then a fixed one that wants its fill.
fn units(dice: &mut Dice, element: &Element<'_>) -> usize {
    match element.form() {
        Form::Fixed if dice.chance(8) => dice.between(0, element.max()),
        Form::Fixed => element.max(),
        Form::IfLetter => dice.one_of(&[element.max(), 0]),
        _ => dice.between(element.min(), element.max()),
    }
}

/// Any octet of the class; in packed digits often the pad nibble, where the class has such a digit.
fn octet(dice: &mut Dice, element: &Element<'_>, index: usize) -> u8 {
    let nibble = element.pad_nibble().nibble;
    let pad = if matches!(element.content(), Content::Z | Content::Ne) {
        b'0' + nibble
    } else {
        b"0123456789ABCDEF"[usize::from(nibble)]
    };
    let is_packed = element.coding() == Coding::Bcd;
    let start = match is_packed && dice.chance(3) {
        true => pad,
        false => b'0'.wrapping_add(u8::try_from(dice.below(256)).unwrap()),
    };
    let octets = (0..=255u8).map(|step| start.wrapping_add(step));
    octets.into_iter().find(|octet| is_of_class(element.content(), index, *octet)).unwrap()
}

/// A well-formed tag.
pub(super) fn tag(dice: &mut Dice, form: Tag) -> u32 {
    let mut number = |least: u32, most: u32| {
        let sides = usize::try_from(most - least + 1).unwrap();
        least + u32::try_from(dice.below(sides)).unwrap()
    };
    match form {
        Tag::Digits(width) => number(0, 10u32.pow(width.into()) - 1),
        Tag::Text(width) | Tag::Ebcdic(_, width) => {
            (0..width).fold(0, |value, _| value << 8 | number(0x21, 0x7E))
        }
        Tag::Octets(width) => (0..width).fold(0, |value, _| value << 8 | number(0, 0xFF)),
        Tag::Ber => match number(0, 3) {
            // every octet but 00, which is padding, and those whose last five bits announce more octets
            0 => match number(0, 247) {
                0 => 0x9A,
                other => 32 * (other / 31) + other % 31,
            },
            1 => number(0, 7) << 13 | 0x1F00 | number(0, 0x7F),
            2 => number(0, 7) << 21 | 0x1F_0000 | number(0x80, 0xFF) << 8 | number(0, 0x7F),
            _ => 0x9F26,
        },
    }
}
